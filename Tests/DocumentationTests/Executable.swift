import Foundation
import TestSupport

/// Runs the `lang` executable under test as examples need it.
enum Executable {
  /// The root of the package.
  static let packageRoot = LangExecutable.packageRoot

  /// Its path; nil when nothing was built.
  static let path = LangExecutable.path

  /// How a run ended.
  struct Result: Sendable {
    /// The exit code, or 128 plus the number of the signal that ended it.
    var exitCode: Int32
    var output: String
    var standardError: String
  }

  /// Runs a script in `folder`, with nothing on standard input.
  static func run(
    _ arguments: [String], in folder: URL, isStressed: Bool = false
  ) async throws -> Result {
    try await run(arguments, in: folder, isStressed: isStressed, pausing: []).result
  }

  /// Runs a script that pauses: it writes the character U+0001 and waits for a line, which it gets
  /// when the next of the steps has been done.
  ///
  /// Gives what it wrote before each pause and behind the last.
  static func run(
    _ arguments: [String], in folder: URL, isStressed: Bool = false,
    pausing steps: [() throws -> Void]
  ) async throws -> (outputs: [String], result: Result) {
    guard let path else { throw CocoaError(.fileNoSuchFile) }
    let process = makeProcess(path, arguments, folder)
    if isStressed { process.environment?["LANG_GC_STRESS"] = "1" }
    return try await run(process, pausing: steps)
  }

  /// Runs a line of shell in `folder`, where `lang` is the executable; gives standard output and
  /// error as one, in the order in which they were written.
  static func runCommand(
    _ command: String, in folder: URL, input: String = "", isStressed: Bool = false
  ) async throws -> Result {
    guard let path else { throw CocoaError(.fileNoSuchFile) }
    let tools = try TemporaryDirectory()
    try FileManager.default.createSymbolicLink(
      at: tools.url.appendingPathComponent("lang"), withDestinationURL: URL(fileURLWithPath: path))
    let process = makeProcess("/bin/sh", ["-c", "exec 2>&1; \(command)"], folder)
    let searched = process.environment?["PATH"] ?? "/usr/bin:/bin"
    process.environment?["PATH"] = "\(tools.url.path):\(searched)"
    if isStressed { process.environment?["LANG_GC_STRESS"] = "1" }
    return try await run(process, input: input, pausing: []).result
  }

  private static func makeProcess(_ path: String, _ arguments: [String], _ folder: URL) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = LangExecutable.cleanEnvironment
    return process
  }

  /// Runs a process, and kills it after a minute.
  private static func run(
    _ process: Process, input text: String = "", pausing steps: [() throws -> Void]
  ) async throws -> (outputs: [String], result: Result) {
    // A file, not a pipe: nobody has to read while the program runs.
    let scratch = try TemporaryDirectory()
    let errors = try scratch.write("errors", "")
    let errorStream = try FileHandle(forWritingTo: errors)
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errorStream
    let (exits, exit) = AsyncStream.makeStream(of: Void.self)
    process.terminationHandler = { _ in exit.finish() }
    try process.run()
    try errorStream.close()
    let timer = DispatchWorkItem {
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
    DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: timer)
    defer { timer.cancel() }

    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    var outputs: [String] = []
    var text = Data()
    var remaining = steps[...]
    if remaining.isEmpty { try input.fileHandleForWriting.close() }
    while true {
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { break }
      text += more
      guard text.last == 1, let step = remaining.popFirst() else { continue }
      outputs.append(String(decoding: text.dropLast(), as: UTF8.self))
      text = Data()
      try step()
      try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
      if remaining.isEmpty { try input.fileHandleForWriting.close() }
    }
    outputs.append(String(decoding: text, as: UTF8.self))
    for await _ in exits {}
    let wasSignalled = process.terminationReason == .uncaughtSignal
    let result = Result(
      exitCode: process.terminationStatus + (wasSignalled ? 128 : 0), output: outputs.joined(),
      standardError: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    return (outputs, result)
  }
}

/// A folder for the files of an example.
typealias TemporaryDirectory = TestSupport.TemporaryDirectory
