import Glibc

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
  ///   - idle: Is called now and then while nothing is typed. What it gives is shown above the line.
  func read(prompt: String, idle: () -> String?) -> LineInput
  /// Adds an entry to the history.
  func remember(_ entry: String)
}

/// Lines from a file or a pipe: without editing, and with each line shown behind its prompt, so that what is
/// written reads like the session at a terminal.
final class PlainLines: LineSource {
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false
  private let showsLines = isatty(0) == 0

  func read(prompt: String, idle: () -> String?) -> LineInput {
    Console.show(prompt, terminator: "")
    while true {
      if let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
        return take(upTo: end, andSkip: 1)
      }
      if isAtEnd {
        return start < buffer.count ? take(upTo: buffer.count, andSkip: 0) : .end
      }
      var descriptors = [
        pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
        pollfd(fd: InterruptSignal.wakeReader, events: Int16(POLLIN), revents: 0),
      ]
      _ = poll(&descriptors, 2, -1)
      if InterruptSignal.takeInterrupt() {
        InterruptSignal.drainWakes()
        Console.show("^C")
        return .interrupted
      }
      InterruptSignal.drainWakes()
      if descriptors[0].revents != 0 { fill() }
    }
  }

  func remember(_ entry: String) {}

  private func take(upTo end: Int, andSkip skipped: Int) -> LineInput {
    var bytes = buffer[start..<end]
    start = end + skipped
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    let line = String(decoding: bytes, as: UTF8.self)
    if showsLines { Console.show(line) }
    return .line(line)
  }

  private func fill() {
    buffer.removeFirst(start)
    start = 0
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    let count = Glibc.read(0, &chunk, chunk.count)
    if count > 0 {
      buffer.append(contentsOf: chunk[..<count])
    } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
      isAtEnd = true
    }
  }
}
