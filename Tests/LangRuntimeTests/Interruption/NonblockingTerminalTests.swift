import CTerminal
import Foundation
import Testing

@testable import LangRuntime

/// What `poll` has promised may be gone when it is read; that must not wait.
@Suite("Reading at a terminal")
struct NonblockingTerminalTests {
  /// Both ends of a pseudo-terminal.
  private final class Ends {
    let person: Int32
    let program: Int32

    init() throws {
      var name = [CChar](repeating: 0, count: 128)
      person = terminal_open(80, 24, &name, name.count)
      try #require(person >= 0)
      program = open(name, O_RDWR | O_NOCTTY)
      try #require(program >= 0)
    }

    func type(_ text: String) {
      let bytes = Array(text.utf8)
      #expect(write(person, bytes, bytes.count) == bytes.count)
    }

    deinit {
      close(program)
      close(person)
    }
  }

  @Test func aTerminalIsReadWithoutWaiting() throws {
    let ends = try Ends()
    var terminal = NonblockingTerminal(descriptor: ends.program)
    defer { terminal.close() }
    var bytes = [UInt8](repeating: 0, count: 16)
    for line in ["one\n", "two\n"] {
      #expect(terminal.read(&bytes, 16) == -1 && errno == EAGAIN)
      ends.type(line)
      #expect(terminal.read(&bytes, 16) == 4)
      #expect(String(decoding: bytes[..<4], as: UTF8.self) == line)
    }
    // The descriptor itself is as it was: others use it as well.
    #expect(fcntl(ends.program, F_GETFL) & O_NONBLOCK == 0)
  }

  @Test func itIsOpenedAgainBehindClose() throws {
    let ends = try Ends()
    var terminal = NonblockingTerminal(descriptor: ends.program)
    defer { terminal.close() }
    var bytes = [UInt8](repeating: 0, count: 16)
    #expect(terminal.read(&bytes, 16) == -1)
    terminal.close()
    ends.type("one\n")
    #expect(terminal.read(&bytes, 16) == 4)
  }

  @Test func aPipeIsReadAsItIs() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { close(ends[0]) }
    var input = NonblockingTerminal(descriptor: ends[0])
    defer { input.close() }
    var bytes = [UInt8](repeating: 0, count: 16)
    #expect(write(ends[1], "abc", 3) == 3)
    #expect(input.read(&bytes, 16) == 3)
    close(ends[1])
    #expect(input.read(&bytes, 16) == 0)
  }
}
