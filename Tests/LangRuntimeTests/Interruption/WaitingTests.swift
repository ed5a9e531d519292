import Foundation
import Testing

@testable import LangRuntime

/// Waiting for a pipe ends when the program is to stop, and nothing that was read or written is lost.
@Suite("Waiting")
struct WaitingTests {
  /// Both ends of a pipe.
  private final class Ends: @unchecked Sendable {
    let reader: Int32
    let writer: Int32

    init() throws {
      var ends: [Int32] = [-1, -1]
      try #require(pipe(&ends) == 0)
      (reader, writer) = (ends[0], ends[1])
    }

    /// Reads `count` bytes, or up to the end.
    func read(_ count: Int) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: count)
      var got = 0
      while got < count {
        let more = bytes.withUnsafeMutableBytes {
          Glibc.read(reader, $0.baseAddress! + got, count - got)
        }
        if more <= 0 { break }
        got += more
      }
      return Array(bytes[..<got])
    }

    func write(_ text: String) {
      let bytes = Array(text.utf8)
      #expect(Glibc.write(writer, bytes, bytes.count) == bytes.count)
    }

    deinit {
      close(reader)
      close(writer)
    }
  }

  /// More than a pipe holds, in pieces of which some are longer than a buffer.
  @Test(arguments: [[100], [7, 40_000, 9], [300_000], [20_000]])
  func whatIsHeldUpIsWrittenOnce(lengths: [Int]) throws {
    let machine = Machine(output: { _ in })
    let engine = machine.engine
    let ends = try Ends()
    var stream = LangRuntime.OutputStream(descriptor: ends.writer)
    defer { stream.deallocate() }
    var expected: [UInt8] = []
    var isHeldUp = false
    // A thread that wants the machine to stop does so as soon as the pipe is full.
    machine.interrupt()
    var round = 0
    while !isHeldUp || round % lengths.count != 0 {
      let length = lengths[round % lengths.count]
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ round) }
      expected += bytes
      if !stream.write(bytes, count: length, engine) { isHeldUp = true }
      round += 1
    }
    do {
      let isWritten = stream.flush(engine)
      #expect(!isWritten)
    }
    // The program catches the `Interrupt` and goes on.
    MachineInterrupter(machine).clear()
    let more = Array("and on\n".utf8)
    expected += more
    let received = Received()
    Thread { [count = expected.count] in received.finish(with: ends.read(count)) }.start()
    do {
      let isWritten = stream.write(more, count: more.count, engine)
      #expect(isWritten)
    }
    do {
      let isWritten = stream.flush(engine)
      #expect(isWritten)
    }
    #expect(received.wait() == expected)
  }

  /// A text that `print` has put together is kept without being copied.
  @Test func aLongTextIsWrittenOnce() throws {
    let machine = Machine(output: { _ in })
    let engine = machine.engine
    let ends = try Ends()
    var stream = LangRuntime.OutputStream(descriptor: ends.writer)
    defer { stream.deallocate() }
    var text = TextBuilder(engine)
    defer { text.deallocate() }
    for number in 0..<60_000 {
      try text.append(decimal: number)
      try text.append("\n")
    }
    let expected = Array(UnsafeBufferPointer(start: text.bytes, count: text.count))
    machine.interrupt()
    do {
      let isWritten = stream.write(&text, engine)
      #expect(!isWritten)
    }
    #expect(stream.isAtLineStart)
    MachineInterrupter(machine).clear()
    let received = Received()
    Thread { [count = expected.count] in received.finish(with: ends.read(count)) }.start()
    do {
      let isWritten = stream.flush(engine)
      #expect(isWritten)
    }
    #expect(received.wait() == expected)
  }

  /// Who was interrupted does not wait for a reader that does not read.
  @Test func whatCannotBeWrittenIsLeft() throws {
    let machine = Machine(output: { _ in })
    let ends = try Ends()
    var stream = LangRuntime.OutputStream(descriptor: ends.writer)
    defer { stream.deallocate() }
    let bytes = [UInt8](repeating: 1, count: 200_000)
    machine.interrupt()
    do {
      let isWritten = stream.write(bytes, count: bytes.count, machine.engine)
      #expect(!isWritten)
    }
    MachineInterrupter(machine).clear()
    do {
      let isWritten = stream.flush(machine.engine, waits: false)
      #expect(!isWritten)
    }
    // As much as a pipe holds.
    #expect(ends.read(65_536).count == 65_536)
  }

  @Test func aLineThatHasBegunIsKept() throws {
    let machine = Machine(output: { _ in })
    let engine = machine.engine
    let ends = try Ends()
    var stream = LangRuntime.InputStream(descriptor: ends.reader)
    defer { stream.deallocate() }
    ends.write("one\ntw")
    #expect(try take(&stream, engine) == "one\n")
    machine.interrupt()
    do throws(RaisedError) {
      _ = try stream.line(engine)
      Issue.record("the line was not waited for")
    } catch {}
    // It is asked for once.
    ends.write("o\nthree")
    #expect(try take(&stream, engine) == "two\n")
    close(ends.writer)
    #expect(try take(&stream, engine) == "three")
    #expect(try take(&stream, engine) == nil)
  }

  @Test func linesMayBeLong() throws {
    let machine = Machine(output: { _ in })
    let ends = try Ends()
    var stream = LangRuntime.InputStream(descriptor: ends.reader)
    defer { stream.deallocate() }
    let long = String(repeating: "long ", count: 60_000) + "\n"
    Thread {
      ends.write("short\n")
      ends.write(long)
      ends.write("short\n")
    }.start()
    #expect(try take(&stream, machine.engine) == "short\n")
    #expect(try take(&stream, machine.engine) == long)
    #expect(try take(&stream, machine.engine) == "short\n")
  }

  /// What is behind the line is there for whoever reads next.
  @Test func nothingIsReadAheadUnlessWanted() throws {
    let machine = Machine(output: { _ in })
    let ends = try Ends()
    var stream = LangRuntime.InputStream(descriptor: ends.reader)
    defer { stream.deallocate() }
    stream.readsAhead = false
    ends.write("one\ntwo\n")
    #expect(try take(&stream, machine.engine) == "one\n")
    #expect(ends.read(4) == Array("two\n".utf8))
  }

  private func take(_ stream: inout LangRuntime.InputStream, _ engine: Engine) throws -> String? {
    guard let line = try stream.line(engine) else { return nil }
    defer { stream.skip(line.count) }
    return String(decoding: line, as: UTF8.self)
  }

  /// What a thread has read.
  private final class Received: @unchecked Sendable {
    private let done = DispatchSemaphore(value: 0)
    private var bytes: [UInt8] = []

    func finish(with bytes: [UInt8]) {
      self.bytes = bytes
      done.signal()
    }

    func wait() -> [UInt8] {
      done.wait()
      return bytes
    }
  }
}
