import Foundation
import Testing

@testable import LangRuntime

/// Waiting for a pipe ends when the program is to stop, and nothing that was read or written is lost.
@Suite("Waiting")
struct WaitingTests {
  /// Both ends of a pipe.
  private final class Ends: @unchecked Sendable {
    let reader: Int32
    private(set) var writer: Int32

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

    /// Reads up to the end.
    func readRest() -> [UInt8] {
      var bytes: [UInt8] = []
      while true {
        let more = read(1 << 16)
        if more.isEmpty { return bytes }
        bytes += more
      }
    }

    func closeWriter() {
      close(writer)
      writer = -1
    }

    func write(_ text: String) {
      let bytes = Array(text.utf8)
      #expect(Glibc.write(writer, bytes, bytes.count) == bytes.count)
    }

    deinit {
      close(reader)
      if writer >= 0 { close(writer) }
    }
  }

  /// More than a pipe holds.
  @Test(arguments: [[100], [7, 16_000, 9], [16_384]])
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

  /// What is longer than the buffer is written to where it was interrupted, and what follows comes behind.
  @Test func ofALongTextTheRestIsDropped() throws {
    let machine = Machine(output: { _ in })
    let ends = try Ends()
    var stream = LangRuntime.OutputStream(descriptor: ends.writer)
    defer { stream.deallocate() }
    stream.write([1, 2, 3], count: 3, machine.engine)
    // A reader that takes some of it and wants the rest to stop.
    let received = Received()
    let interrupter = MachineInterrupter(machine)
    Thread {
      let first = ends.read(100_000)
      interrupter.interrupt()
      received.finish(with: first + ends.readRest())
    }.start()
    let text = [UInt8](repeating: 0x0A, count: 40 << 20)
    let isWritten = stream.write(text, count: text.count, machine.engine)
    #expect(!isWritten && stream.isAtLineStart)
    interrupter.clear()
    stream.write([4, 5], count: 2, machine.engine)
    #expect(!stream.isAtLineStart)
    stream.flush(machine.engine)
    ends.closeWriter()
    let bytes = received.wait()
    #expect(bytes.starts(with: [1, 2, 3, 0x0A]) && bytes.suffix(3) == [0x0A, 4, 5])
    #expect(bytes.count > 100_000 && bytes.count < text.count)
  }

  /// Who was interrupted does not wait for a reader that does not read.
  @Test func whatCannotBeWrittenIsLeft() throws {
    let machine = Machine(output: { _ in })
    let ends = try Ends()
    var stream = LangRuntime.OutputStream(descriptor: ends.writer)
    defer { stream.deallocate() }
    let bytes = [UInt8](repeating: 1, count: 10_000)
    machine.interrupt()
    for _ in 0..<20 { stream.write(bytes, count: bytes.count, machine.engine) }
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
    ends.closeWriter()
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
