import Foundation
import Testing

/// A Vim that can highlight, run without anybody's settings but those of `editors/vim`.
struct Vim {
  /// What a test says that cannot run.
  static let absence = "skipped: there is no vim with +syntax and +eval (Debian's package vim)"

  /// A text as Vim shows it.
  struct Buffer: Highlighting {
    var fileType: String
    /// For every byte the name of the innermost syntax item, if there is one.
    var items: [[String]] = []

    func names(at offset: Int) -> [String] { items[offset] }
  }

  /// What is wrong with a run of Vim.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private let program: URL

  /// The first `vim` on the path, nil when it is missing or too small.
  static func find() async throws -> Vim? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let programs = path.split(separator: ":").map { URL(fileURLWithPath: $0 + "/vim") }
    guard
      let program = programs.first(where: {
        FileManager.default.isExecutableFile(atPath: $0.path)
      })
    else { return nil }
    let version = try await run(program, ["--version"], [:])
    return version.contains("+syntax") && version.contains("+eval") ? Vim(program: program) : nil
  }

  /// Opens files by their paths; `detect` is the value of `g:lang_detect`, unless it is empty.
  func open(_ files: [URL], detect: String = "") async throws -> [Buffer] {
    let texts = try await process(files, ["LANG_DETECT": detect])
    return try zip(files, texts).map { file, lines in
      let kind = lines[0].split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      var buffer = Buffer(fileType: kind[0])
      let lineEnd: [[String]] = kind[1] == "dos" ? [[], []] : [[]]
      for line in lines.dropFirst() {
        var fields = line.split(separator: " ")[...]
        while let count = fields.popFirst().flatMap({ Int($0) }), let name = fields.popFirst() {
          buffer.items += Array(repeating: name == "-" ? [] : [String(name)], count: count)
        }
        buffer.items += lineEnd
      }
      let bytes = try Data(contentsOf: file)
      // Vim takes a byte order mark away.
      if bytes.starts(with: [0xef, 0xbb, 0xbf]) {
        buffer.items.insert(contentsOf: [[], [], []], at: 0)
      }
      let size = bytes.count
      guard buffer.items.count == size || buffer.items.count == size + lineEnd.count else {
        throw Failure(description: "\(file.path): \(buffer.items.count) bytes of \(size)")
      }
      return buffer
    }
  }

  /// Opens texts, each as a file of its own.
  func open(
    texts: [String], name: String = "text.l", detect: String = ""
  ) async throws -> [Buffer] {
    try await withFolder { folder in
      try await open(
        texts.enumerated().map { index, text in
          let inner = folder.appendingPathComponent("\(index)")
          try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
          let file = inner.appendingPathComponent(name)
          try Data(text.utf8).write(to: file)
          return file
        }, detect: detect)
    }
  }

  /// The lines of files, indented anew.
  func indent(_ files: [URL]) async throws -> [[String]] {
    try await process(files, ["LANG_INDENT": "1"]).map { Array($0.dropFirst()) }
  }

  /// Runs one Vim over all files; gives for each the lines that `highlight.vim` wrote.
  private func process(
    _ files: [URL], _ environment: [String: String]
  ) async throws -> [[String]] {
    try await withFolder { folder in
      let list = folder.appendingPathComponent("files")
      let output = folder.appendingPathComponent("output")
      try Data(files.map { $0.path + "\n" }.joined().utf8).write(to: list)
      let message = try await Self.run(
        program,
        ["-u", "NONE", "-i", "NONE", "-N", "-es", "-S", Self.script.path],
        [
          "LANG_FILES": list.path, "LANG_OUTPUT": output.path,
          "LANG_EDITORS": Repository.url("editors").path,
        ].merging(environment) { _, new in new })
      guard let text = try? String(contentsOf: output, encoding: .utf8) else {
        throw Failure(description: "vim wrote nothing; it said: \(message)")
      }
      let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
        .split(separator: "=", omittingEmptySubsequences: false)
        .map { $0.map(String.init) }.dropLast()
      guard parts.count == files.count else {
        throw Failure(description: "vim read \(parts.count) of \(files.count) files: \(message)")
      }
      return Array(parts)
    }
  }

  private static let script = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("highlight.vim")

  private func withFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lang-editors-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
  }

  /// Runs a program to its end and gives what it wrote to either stream.
  private static func run(
    _ program: URL, _ arguments: [String], _ environment: [String: String]
  ) async throws -> String {
    let output = FileManager.default.temporaryDirectory
      .appendingPathComponent("lang-editors-\(UUID().uuidString)")
    try Data().write(to: output)
    defer { try? FileManager.default.removeItem(at: output) }
    let handle = try FileHandle(forWritingTo: output)
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment
      .merging(environment) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = handle
    process.standardError = handle
    try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in ended.resume() }
      do {
        try process.run()
      } catch {
        process.terminationHandler = nil
        ended.resume(throwing: error)
      }
    }
    try handle.close()
    return String(decoding: try Data(contentsOf: output), as: UTF8.self)
  }
}
