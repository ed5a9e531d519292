import Foundation
import TestSupport

/// How a run of the `lang` executable ended.
struct RunResult: Sendable {
  /// The exit code, or 128 plus the number of the signal that ended it.
  var exitCode: Int32
  /// True when a signal ended the process: a crash, unless the test sent one.
  var wasSignalled: Bool
  /// True when the process had to be killed because its time was over.
  var timedOut: Bool
  /// What it wrote to standard output.
  var output: Data
  /// What it wrote to standard error, as text.
  var standardError: String

  /// Standard output as text.
  var text: String { String(decoding: output, as: UTF8.self) }

  /// The lines of standard output, without the newline at the end of the last.
  var lines: [String] {
    if output.isEmpty { return [] }
    let body = output.last == 10 ? output.dropLast() : output
    return body.split(separator: 10, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// The end of the run in words, for messages.
  var ending: String {
    if timedOut { return "was killed after \(Int(LangProcess.timeLimit)) s" }
    if wasSignalled { return "crashed with signal \(exitCode - 128)" }
    return "exit code \(exitCode)"
  }
}

/// Runs the `lang` executable, and other programs, as the tests need it.
enum LangProcess {
  /// The seconds after which a run is killed.
  static let timeLimit = 60.0

  /// The root of the package.
  static let packageRoot = LangExecutable.packageRoot

  /// The executable under test; nil when nothing was built.
  static let executable = LangExecutable.path

  /// Runs `lang` with `arguments` in `directory`.
  static func run(
    _ arguments: [String], in directory: URL, input: Data = Data(),
    environment: [String: String] = [:], interruptAfter: Double? = nil
  ) async throws -> RunResult {
    guard let executable else { throw CocoaError(.fileNoSuchFile) }
    return try await run(
      program: executable, arguments, in: directory, input: input, environment: environment,
      interruptAfter: interruptAfter)
  }

  /// Runs `program` and waits for its end, at most two at a time.
  ///
  /// Its streams are files: a pipe would have to be drained while the process runs, and one that
  /// another child has inherited would never report its end.
  static func run(
    program: String, _ arguments: [String], in directory: URL, input: Data = Data(),
    environment: [String: String] = [:], interruptAfter: Double? = nil
  ) async throws -> RunResult {
    await Gate.shared.enter()
    do {
      let result = try await start(
        program: program, arguments, in: directory, input: input, environment: environment,
        interruptAfter: interruptAfter)
      await Gate.shared.leave()
      return result
    } catch {
      await Gate.shared.leave()
      throw error
    }
  }

  private static func start(
    program: String, _ arguments: [String], in directory: URL, input: Data,
    environment: [String: String], interruptAfter: Double?
  ) async throws -> RunResult {
    let files = try TemporaryDirectory()
    let inputFile = try files.write("stdin", input)
    let outputFile = try files.write("stdout", Data())
    let errorFile = try files.write("stderr", Data())

    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = directory
    process.environment = LangExecutable.cleanEnvironment.merging(environment) { _, new in new }
    let streams = [
      try FileHandle(forReadingFrom: inputFile), try FileHandle(forWritingTo: outputFile),
      try FileHandle(forWritingTo: errorFile),
    ]
    process.standardInput = streams[0]
    process.standardOutput = streams[1]
    process.standardError = streams[2]
    // Closed now, not when the timer below lets the process go: `Process.run` reads the list of
    // open files, and crashes when it is longer than one block of the directory (1365 entries).
    defer { for stream in streams { try? stream.close() } }

    let deadline = Deadline()
    try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in ended.resume() }
      do {
        try process.run()
      } catch {
        process.terminationHandler = nil
        ended.resume(throwing: error)
        return
      }
      let queue = DispatchQueue.global()
      if let interruptAfter {
        queue.asyncAfter(deadline: .now() + interruptAfter) {
          if process.isRunning { process.interrupt() }
        }
      }
      queue.asyncAfter(deadline: .now() + timeLimit) {
        guard process.isRunning else { return }
        deadline.pass()
        kill(process.processIdentifier, SIGKILL)
      }
    }
    let wasSignalled = process.terminationReason == .uncaughtSignal
    return RunResult(
      exitCode: process.terminationStatus + (wasSignalled ? 128 : 0), wasSignalled: wasSignalled,
      timedOut: deadline.hasPassed, output: try Data(contentsOf: outputFile),
      standardError: String(decoding: try Data(contentsOf: errorFile), as: UTF8.self))
  }
}

/// Lets two processes run at a time; more would only disturb each other's time limits.
private actor Gate {
  static let shared = Gate()

  private var free = 2
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func leave() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}

/// Whether the time of a run is over; set from a timer, read by the test.
private final class Deadline: @unchecked Sendable {
  private let lock = NSLock()
  private var passed = false

  var hasPassed: Bool { lock.withLock { passed } }

  func pass() { lock.withLock { passed = true } }
}

/// A folder for the files of a test.
typealias TemporaryDirectory = TestSupport.TemporaryDirectory
