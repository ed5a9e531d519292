import Glibc

/// Messages of the command itself: always on standard error, which is not buffered.
enum Console {
  /// Writes a message.
  static func error(_ text: String, terminator: String = "\n") {
    var bytes = Array((text + terminator).utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeMutableBytes { write(2, $0.baseAddress! + sent, $0.count - sent) }
      if count < 0 && errno != EINTR { return }
      sent += max(count, 0)
    }
  }

  /// Whether messages are coloured: on a terminal, unless `NO_COLOR` or `FORCE_COLOR` say otherwise.
  static var errorUsesColors: Bool {
    if let wanted = getenv("FORCE_COLOR") { return wanted[0] != 0 && wanted[0] != 0x30 }
    if let unwanted = getenv("NO_COLOR"), unwanted[0] != 0 { return false }
    if let terminal = getenv("TERM"), strcmp(terminal, "dumb") == 0 { return false }
    return isatty(2) == 1
  }
}
