import Glibc
import LangRuntime

/// What the command itself writes: messages on standard error, results on standard output.
///
/// Nothing is buffered.
enum Console {
  /// Writes a message; tells whether that was possible, since nobody else can be told.
  @discardableResult
  static func error(_ text: String, terminator: String = "\n") -> Bool {
    write(text + terminator, to: STDERR_FILENO) == 0
  }

  /// Writes why a program ended; nothing for an `exit` without a message.
  static func error(_ error: LangError) {
    switch error {
    case .exit(_, let message):
      if let message { self.error(message) }
    case .syntax(let failure):
      self.error(failure.rendered(usesColors: errorUsesColors), terminator: "")
    case .runtime(let failure):
      self.error(failure.rendered(usesColors: errorUsesColors), terminator: "")
    }
  }

  /// Writes what was asked for, such as help; gives the exit code.
  static func output(_ text: String) -> Int32 {
    // A reader that goes away is noticed here, not by a signal.
    signal(SIGPIPE, SIG_IGN)
    return outputStatus(afterFailure: write(text, to: STDOUT_FILENO))
  }

  /// Writes what a prompt shows, up to where Ctrl-C is pressed meanwhile; what programs print goes there
  /// too, and must be flushed before.
  static func show(_ text: String, terminator: String = "\n") {
    show(bytes: Array((text + terminator).utf8))
  }

  /// The exit code when writing to standard output has failed with a number of an error; 0 is none.
  static func outputStatus(afterFailure failure: Int32) -> Int32 {
    if failure == 0 { return ExitCode.success }
    // A reader that has gone away needs no message: `lang x.l | head -1`.
    if failure == EPIPE { return ExitCode.brokenPipe }
    error("lang: cannot write to standard output: \(String(cString: strerror(failure)))")
    return ExitCode.cannotBeRead
  }

  /// Writes bytes that need not be a whole text; false when nobody reads them any more.
  @discardableResult
  static func show(bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes {
      write($0, to: STDOUT_FILENO, givingUp: { InterruptSignal.wasPressed })
    } == 0
  }

  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
  }

  /// Gives the number of an error, or 0.
  ///
  /// - Parameter givingUp: Whether to leave the rest when a signal has come between.
  private static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, givingUp: () -> Bool = { false }
  ) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let buffer = UnsafeRawBufferPointer(rebasing: rest)
      let count = Glibc.write(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return errno }
      if count < buffer.count && givingUp() { return 0 }
    }
    return 0
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

  /// Whether results go to a terminal.
  static var isTerminal: Bool { isatty(1) == 1 }

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
