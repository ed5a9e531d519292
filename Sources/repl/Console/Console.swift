import Glibc

/// Messages of the command itself, which are not buffered.
enum Console {
  /// Writes a message to standard error.
  static func error(_ text: String, terminator: String = "\n") {
    write(text + terminator, descriptor: 2)
  }

  /// Writes a text to standard output; what programs print goes there too, and must be flushed before.
  static func output(_ text: String, terminator: String = "\n") {
    write(text + terminator, descriptor: 1)
  }

  private static func write(_ text: String, descriptor: Int32) {
    var bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        Glibc.write(descriptor, $0.baseAddress! + sent, $0.count - sent)
      }
      if count < 0 && errno != EINTR { return }
      sent += max(count, 0)
    }
  }

  /// Whether messages are coloured: on a terminal, unless `NO_COLOR` or `FORCE_COLOR` say otherwise.
  static var errorUsesColors: Bool { usesColors(descriptor: 2) }

  /// Whether what goes to a descriptor is coloured.
  static func usesColors(descriptor: Int32) -> Bool {
    if let wanted = getenv("FORCE_COLOR") { return wanted[0] != 0 && wanted[0] != 0x30 }
    if let unwanted = getenv("NO_COLOR"), unwanted[0] != 0 { return false }
    if let terminal = getenv("TERM"), strcmp(terminal, "dumb") == 0 { return false }
    return isatty(descriptor) == 1
  }

  /// Columns and rows of the terminal; 80 by 24 when there is none.
  static var size: (columns: Int, rows: Int) {
    var window = winsize()
    if ioctl(1, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0 {
      return (Int(window.ws_col), max(Int(window.ws_row), 2))
    }
    if let columns = getenv("COLUMNS").flatMap({ Int(String(cString: $0)) }), columns > 0 {
      return (columns, 24)
    }
    return (80, 24)
  }
}
