import Foundation
import TestSupport
import Testing

/// Ctrl-C ends a program in the middle of what is not written in the language itself.
@Suite("Interrupt")
struct InterruptTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Each takes years, hours at the least.
  @Test(arguments: [
    "x == y", "x < y", "hash(x)", "max(zip(range(2 ** 62)))", "sum(reversed(range(2 ** 62)))",
    "7 ** 90000000", "[1].map(fn(n) => x == y)", "sorted([1], key: fn(n) => hash(x))",
  ])
  func endsWhatTakesForEver(work: String) async throws {
    try directory.write(
      "work.l",
      """
      var x = (1.5,)
      var y = (1.5,)
      for i in 0..90 { (x, y) = ((x, x), (y, y)) }
      \(work)

      """)
    let result = try await LangProcess.run(["work.l"], in: directory.url, interruptAfter: 1)
    #expect(!result.timedOut)
    #expect(result.standardError.hasPrefix("error: Interrupt: interrupted\n"))
    #expect(result.exitCode == 130)
  }

  @Test func endsWaitingForInput() async throws {
    let program = try Running(
      """
      print("ready")
      try { input() } catch e: Interrupt { print("interrupted") }
      print(input())
      """, in: directory)
    let lines = await program.watch { program in
      let first = program.readLine()
      program.interrupt()
      let second = program.readLine()
      program.write("and on\n")
      return [first, second, program.readLine()]
    }
    #expect(lines == ["ready", "interrupted", "and on"])
    #expect(await program.end() == 0)
  }

  /// The pipe is full and nobody reads: each line is written once all the same, when somebody does.
  @Test func endsWaitingForAReader() async throws {
    let program = try Running(
      """
      var count = 0
      try {
        while true {
          print("line", count)
          count += 1
        }
      } catch e: Interrupt { print("interrupted", count) }
      """, in: directory)
    var lines = await program.watch { program in
      program.waitUntilOutputIsFull()
      program.interrupt()
      var lines: [String] = []
      while let line = program.readLine() { lines.append(line) }
      return lines
    }
    #expect(await program.end() == 0)
    let last = lines.popLast() ?? ""
    #expect(lines == (0..<lines.count).map { "line \($0)" })
    // It may have come between the line and the count.
    #expect([lines.count, lines.count - 1].map { "interrupted \($0)" }.contains(last))
  }

  /// Who is interrupted ends, whether somebody reads or not.
  @Test func endsWithoutAReader() async throws {
    let program = try Running("while true { print(\"again\") }\n", in: directory)
    await program.watch { program in
      program.waitUntilOutputIsFull()
      program.interrupt()
    }
    #expect(await program.end() == SIGINT)
  }

  /// The program has ended, but not all that it has printed is written.
  @Test func endsWritingTheLast() async throws {
    let program = try Running("print(\"x\" * 1000000)\n", in: directory)
    await program.watch { program in
      program.waitUntilOutputIsFull()
      program.interrupt()
    }
    #expect(await program.end() == SIGINT)
  }

  /// A program that comes from a pipe has not arrived.
  @Test func endsWaitingForTheProgram() async throws {
    let program = try Running(nil, in: directory)
    await program.watch { program in
      program.write("print(1)\n")
      program.waitUntilInputIsRead()
      program.interrupt()
    }
    #expect(await program.end() == SIGINT)
  }

  /// What waits must not take the number of a stream that is closed, and then wait for itself.
  @Test func doesNotWaitForAnInputThatIsClosed() async throws {
    try directory.write("script.l", "print(input())\n")
    let result = try await LangProcess.run(
      program: "/bin/sh", ["-c", "exec \"$0\" script.l <&-", try #require(LangProcess.executable)],
      in: directory.url)
    #expect(!result.timedOut)
    #expect(result.standardError.hasPrefix("error: IOError: standard input cannot be read: "))
  }
}

/// A `lang` that runs between two pipes; killed when it takes too long.
///
/// Its methods wait without leaving their thread to others, so they are called in ``watch(_:)``.
private final class Running: @unchecked Sendable {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let errors = Pipe()
  private var buffer = Data()
  private let ended = DispatchSemaphore(value: 0)

  /// Runs a text as a script; nil for one from standard input.
  init(_ source: String?, in directory: TemporaryDirectory) throws {
    process.executableURL = URL(fileURLWithPath: try #require(LangProcess.executable))
    if let source {
      try directory.write("program.l", source)
      process.arguments = ["program.l"]
    } else {
      process.arguments = ["-"]
    }
    process.currentDirectoryURL = directory.url
    process.environment = LangExecutable.cleanEnvironment
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    process.terminationHandler = { [ended] _ in ended.signal() }
    try process.run()
    let number = process.processIdentifier
    DispatchQueue.global().asyncAfter(deadline: .now() + LangProcess.timeLimit) { [process] in
      if process.isRunning { kill(number, SIGKILL) }
    }
  }

  /// Runs `body` on a thread of its own: the threads of tests are few, and others wait for them.
  func watch<Result: Sendable>(
    _ body: @escaping @Sendable (Running) -> Result
  ) async -> Result {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: body(self)) }
    }
  }

  func interrupt() { process.interrupt() }

  func write(_ text: String) { input.fileHandleForWriting.write(Data(text.utf8)) }

  /// The next line; nil at the end.
  func readLine() -> String? {
    while true {
      if let end = buffer.firstIndex(of: 10) {
        defer { buffer = Data(buffer[(end + 1)...]) }
        return String(decoding: buffer[..<end], as: UTF8.self)
      }
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { return nil }
      buffer += more
    }
  }

  /// Returns when no more fits into the pipe.
  func waitUntilOutputIsFull() {
    // A page that is not filled up takes the room of a whole one.
    while process.isRunning && count(in: output) <= 65_536 - 4096 { usleep(1000) }
  }

  func waitUntilInputIsRead() {
    while process.isRunning && count(in: input) > 0 { usleep(1000) }
  }

  /// The number of bytes in a pipe.
  private func count(in pipe: Pipe) -> Int {
    var count: Int32 = 0
    ioctl(pipe.fileHandleForReading.fileDescriptor, UInt(FIONREAD), &count)
    return Int(count)
  }

  /// Waits for the end; gives the exit code, or the number of the signal that ended it.
  func end() async -> Int32 {
    await watch { program in
      program.ended.wait()
      return program.process.terminationStatus
    }
  }
}
