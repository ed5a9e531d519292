@preconcurrency import Glibc
import Lang
import LangRuntime

/// What came from the person, or the file, that a prompt reads.
enum LineInput: Equatable {
  case line(String)
  /// Ctrl-C: what was typed is thrown away.
  case interrupted
  /// Ctrl-D, or the end of the file.
  case end
}

/// Where a prompt gets its lines from.
protocol LineSource: AnyObject {
  /// Reads a line.
  ///
  /// - Parameters:
  ///   - prompt: What is shown in front of it.
  ///   - watcher: Is asked now and then, while nothing is typed, whether files have changed; nil for none.
  func read(prompt: String, _ watcher: FileWatcher?) -> LineInput
  /// Adds an entry to the history.
  func remember(_ entry: String)
}

extension LineSource {
  /// Adds lines to the history that were pasted and will not be run, since Ctrl-C has ended what stood
  /// before them; gives what to say of that, nil when there are none.
  func leaveOut(_ lines: some Collection<String>) -> String? {
    let count = lines.count { !$0.allSatisfy(\.isWhitespace) }
    if count == 0 { return nil }
    remember(lines.joined(separator: "\n").trimmingLineEnds())
    return count == 1
      ? "1 line behind it was not run; ↑ recalls it"
      : "\(count) lines behind it were not run; ↑ recalls them"
  }
}

/// Lines from a file or a pipe: without editing, and with each line shown behind its prompt, so that what is
/// written reads like the session at a terminal.
///
/// Nothing is read ahead: the lines behind a piece are there for the `input()` in it.
final class PlainLines: LineSource {
  private let showsLines = isatty(0) == 0
  private var terminal = NonblockingTerminal(descriptor: 0)
  private var isAtEnd = false

  func read(prompt: String, _ watcher: FileWatcher?) -> LineInput {
    Console.show(prompt, terminator: "")
    var bytes: [UInt8] = []
    while !isAtEnd {
      if isInterrupted() {
        Console.show("^C")
        return .interrupted
      }
      var byte: UInt8 = 0
      let count = terminal.read(&byte, 1)
      if count == 1 && byte == UInt8(ascii: "\n") { return line(bytes) }
      if count == 1 {
        bytes.append(byte)
      } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
        isAtEnd = true
      }
    }
    if !bytes.isEmpty { return line(bytes) }
    // Whoever reads on, a shell say, begins a line.
    Console.show("")
    return .end
  }

  func remember(_ entry: String) {}

  private func line(_ bytes: [UInt8]) -> LineInput {
    var bytes = bytes
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    let line = String(decoding: bytes, as: UTF8.self)
    if showsLines { Console.show(DisplayWidth.sanitized(line)) }
    return .line(line)
  }

  /// Waits for something to read, or for Ctrl-C.
  private func isInterrupted() -> Bool {
    var descriptors = [
      pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
      pollfd(fd: InterruptSignal.wakeReader, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      _ = poll(&descriptors, 2, -1)
      InterruptSignal.drainWakes()
      if InterruptSignal.takeInterrupt() { return true }
      if descriptors[0].revents != 0 { return false }
    }
  }
}
