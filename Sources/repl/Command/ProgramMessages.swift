import ArgumentParser
import Glibc
import LangRuntime

// What the commands share that read programs without running them.

extension RunOptions {
  /// The help of `--path`.
  static var pathHelp: ArgumentHelp {
    ArgumentHelp(
      "Look for modules here too: a folder, a zip, or a folder in one; may be repeated.",
      valueName: "place")
  }

  /// What completes the value of `--path`: folders, and archives on the way.
  static var placeKind: CompletionKind { .file(extensions: ["zip"]) }
}

extension ScriptRunner {
  /// Sets up the path as it is when the program runs; its own folder is put first by whoever reads it.
  func prepare(program name: String, of root: ProgramRoot) {
    var folder: String?
    if case .module = root { folder = SourceFile.absolutePath(".") }
    prepare(program: name, arguments: [], searching: folder)
  }
}

extension ProgramError {
  /// The exit code of a command that ends with it.
  var exitCode: Int32 {
    switch self {
    case .unreadable, .cannotBeWritten: ExitCode.cannotBeRead
    case .problems, .cannotBePacked: ExitCode.doesNotCompile
    }
  }
}

extension Console {
  /// Shows why a program could not be read or packed.
  static func show(_ error: ProgramError, named name: String, doing verb: String) {
    switch error {
    case .unreadable(let reason): Console.error("lang: cannot read '\(name)': \(reason)")
    case .cannotBePacked(let reason), .cannotBeWritten(let reason):
      Console.error("lang: cannot \(verb) '\(name)': \(reason)")
    case .problems(let graph):
      let reports = graph.failures.map { $0.rendered(usesColors: Console.errorUsesColors) }
      Console.error(reports.joined(separator: "\n"), terminator: "")
      Console.error("\nlang: cannot \(verb) '\(name)': nothing was written")
    }
  }
}

/// `1 module`, `12 modules`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

extension DefaultStringInterpolation {
  /// A number of bytes for people: `812 bytes`, `34 KB`, `1.2 MB`.
  mutating func appendInterpolation(size: Int) {
    if size < 1000 {
      appendLiteral(size == 1 ? "1 byte" : "\(size) bytes")
    } else if size < 1_000_000 {
      appendLiteral("\((size + 500) / 1000) KB")
    } else {
      let tenths = (size + 50_000) / 100_000
      appendLiteral("\(tenths / 10).\(tenths % 10) MB")
    }
  }
}
