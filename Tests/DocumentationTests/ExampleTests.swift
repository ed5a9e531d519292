import Foundation
import Testing

@testable import LangRuntime

/// Runs every program of the documentation and compares what it prints with what the page says.
@Suite("Documentation examples")
struct ExampleTests {
  @Test("There is an executable to test: build it, or set LANG_EXECUTABLE")
  func executableExists() {
    #expect(Executable.path != nil)
  }

  @Test("The examples of a page are well formed", arguments: Page.all)
  func wellFormed(page: Page) throws {
    _ = try page.examples()
  }

  @Test("The examples are found")
  func examplesAreFound() throws {
    #expect(try Page(path: "docs/language.md").examples().programs.count > 80)
    #expect(try Page(path: "README.md").examples().programs.count > 1)
    let modules = try Page(path: "docs/modules.md").examples()
    #expect(modules.programs.contains { $0.pieces.count > 1 })
    #expect(!modules.consoles.isEmpty)
  }

  @Test(
    "Example", arguments: Page.all.flatMap { (try? $0.examples().programs) ?? [] }, [false, true])
  func example(example: Example, isStressed: Bool) async throws {
    let folder = try TemporaryDirectory()
    try folder.write(example.pieces[0].files)
    try folder.write("example.l", example.program)
    let arguments = example.kind == .checked ? ["check", "example.l"] : ["example.l"]
    let (outputs, result) = try await Executable.run(
      arguments, in: folder.url, isStressed: isStressed,
      pausing: example.pieces.dropFirst().map { piece in { try folder.write(piece.files) } })
    switch example.kind {
    case .runs:
      #expect(result.exitCode == 0)
      #expect(folder.hidden(result.standardError) == "")
      #expect(outputs.map(folder.hidden) == example.pieces.map(\.output))
    case .fails:
      #expect(result.exitCode != 0, "it is said to fail")
      #expect(result.exitCode < 128, "it crashed")
      #expect(outputs == [""], "a failing example prints nothing else")
      #expect(folder.hidden(result.standardError) == example.pieces[0].output)
    case .checked:
      #expect([0, 65].contains(result.exitCode))
      #expect(folder.hidden(result.output + result.standardError) == example.pieces[0].output)
    }
  }

  static let consoles = Page.all.flatMap { (try? $0.examples().consoles) ?? [] }

  @Test("Commands", arguments: consoles)
  func console(example: ConsoleExample) async throws {
    try await run(example)
  }

  @Test(
    "Commands of programs in examples, with a collection at every opportunity",
    arguments: consoles.filter { $0.page.hasPrefix("examples/") })
  func stressedConsole(example: ConsoleExample) async throws {
    try await run(example, isStressed: true)
  }

  private func run(_ example: ConsoleExample, isStressed: Bool = false) async throws {
    let folder = try TemporaryDirectory()
    if example.page.hasPrefix("examples/") {
      let page = Executable.packageRoot.appendingPathComponent(example.page)
      try folder.copyContents(of: page.deletingLastPathComponent())
    }
    try folder.write(example.files)
    for (command, output) in example.commands {
      if let transcript = Transcript(command: command, text: output) {
        let result = try await Executable.runCommand(
          command, in: folder.url, input: transcript.input)
        transcript.expectEqual(folder.hidden(result.output))
        continue
      }
      let result = try await Executable.runCommand(
        command, in: folder.url, isStressed: isStressed)
      #expect(folder.hidden(result.output) == output, "$ \(command)")
    }
  }

  /// Programs in `examples` whose output is committed beside them as `NAME.expected`.
  static let programs: [String] = {
    let root = Executable.packageRoot.appendingPathComponent("examples")
    let paths = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String }
    return (paths ?? []).filter { $0.hasSuffix(".expected") && !$0.contains(".build/") }.sorted()
      .map { String($0.dropLast(".expected".count)) }
  }()

  @Test("The programs in examples are found")
  func programsAreFound() {
    #expect(ExampleTests.programs.contains("tour"))
    #expect(ExampleTests.programs.contains("lazy-start/main"))
    #expect(ExampleTests.programs.contains("lazy/main"))
  }

  @Test("Program in examples", arguments: ExampleTests.programs, [false, true])
  func program(path: String, isStressed: Bool) async throws {
    let file = Executable.packageRoot.appendingPathComponent("examples/\(path).l")
    let result = try await Executable.run(
      [file.path], in: Executable.packageRoot, isStressed: isStressed)
    #expect(result.exitCode == 0)
    #expect(result.standardError == "")
    #expect(try result.output == expectedOutput(of: path))
  }

  @Test("The program in examples/lazy as an archive", arguments: [false, true])
  func archive(isStressed: Bool) async throws {
    let folder = Executable.packageRoot.appendingPathComponent("examples/lazy")
    let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    let names = (paths ?? []).filter { $0.hasSuffix(".l") || $0.hasSuffix(".txt") }.sorted()
    #expect(names.count > 12)
    let scratch = try TemporaryDirectory()
    try ArchiveWriter.write(
      names.map { name in
        (name, Array(try Data(contentsOf: folder.appendingPathComponent(name))))
      }, to: scratch.url.appendingPathComponent("museum.zip").path)
    let result = try await Executable.run(
      ["museum.zip"], in: scratch.url, isStressed: isStressed)
    #expect(result.exitCode == 0)
    #expect(result.standardError == "")
    #expect(try result.output == expectedOutput(of: "lazy/main"))
  }

  @Test("The program in examples/lazy as its Makefile bundles it")
  func bundle() async throws {
    let folder = Executable.packageRoot.appendingPathComponent("examples/lazy")
    let scratch = try TemporaryDirectory()
    let make = "make --silent --no-print-directory -C '\(folder.path)' LANG_EXECUTABLE=lang"
    let archive = scratch.url.appendingPathComponent("museum.zip").path
    let result = try await Executable.runCommand(
      "\(make) zip ARCHIVE='\(archive)'", in: scratch.url)
    // In front of it stands what was packed.
    #expect(try result.output.hasSuffix("museum.zip, 4 KB\n" + expectedOutput(of: "lazy/main")))
    let check = try await Executable.runCommand("\(make) check", in: scratch.url)
    #expect(check.output == "checked 12 modules: no problems\n")
  }

  /// What a program in `examples` prints.
  private func expectedOutput(of path: String) throws -> String {
    try String(
      contentsOf: Executable.packageRoot.appendingPathComponent("examples/\(path).expected"),
      encoding: .utf8)
  }
}

extension TemporaryDirectory {
  /// Writes the files of an example; members of an archive come together, in their order.
  func write(_ files: [ExampleFile]) throws {
    var archives: [(path: String, members: [(name: String, bytes: [UInt8])])] = []
    for file in files {
      guard let end = file.path.range(of: ".zip/") else {
        try write(file.path, file.text)
        continue
      }
      let archive = String(file.path[..<file.path.index(before: end.upperBound)])
      let member = (name: String(file.path[end.upperBound...]), bytes: Array(file.text.utf8))
      if let known = archives.firstIndex(where: { $0.path == archive }) {
        archives[known].members.append(member)
      } else {
        archives.append((archive, [member]))
      }
    }
    for (path, members) in archives {
      try ArchiveWriter.write(members, to: url.appendingPathComponent(path).path)
    }
  }

  /// A text without the place of the folder: where an example happened to run is nobody's business.
  func hidden(_ text: String) -> String { text.replacingOccurrences(of: url.path, with: "…") }
}
