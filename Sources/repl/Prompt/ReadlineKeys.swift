@preconcurrency import CReadline
import Glibc
import LangRuntime

/// The keys that readline is handed, and the signals of the terminal between them.
///
/// readline's own functions wait for a key and for nothing else, also for one that Ctrl-C has made the
/// terminal drop (see ``NonblockingTerminal``), and its handlers of signals act at the next key.
enum ReadlineKeys {
  nonisolated(unsafe) private static var terminal = NonblockingTerminal(descriptor: 0)

  /// What has ended waiting.
  enum Event {
    case key
    case signal
    /// The time is over.
    case nothing
  }

  /// Makes readline read keys here; before it is initialized.
  static func install() {
    rl_catch_signals = 0
    rl_catch_sigwinch = 0
    rl_getc_function = { _ in ReadlineKeys.readKey() }
    rl_deprep_term_function = {
      // Behind what is typed; what follows moves the cursor to the line's beginning.
      if InterruptSignal.wasPressed { Console.show("^C", terminator: "") }
      // It would write a line end of its own from the first Ctrl-D on, but not on every terminal.
      rl_eof_found = 0
      rl_deprep_terminal()
    }
  }

  /// Waits for a key or a signal, and does what signals ask for; Ctrl-C is left to the caller.
  ///
  /// - Parameter milliseconds: How long at most; -1 for any time.
  static func wait(milliseconds: Int32) -> Event {
    var descriptors = [
      pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
      pollfd(fd: InterruptSignal.wakeReader, events: Int16(POLLIN), revents: 0),
    ]
    let count = poll(&descriptors, 2, milliseconds)
    if count == 0 { return .nothing }
    if count < 0 || descriptors[1].revents != 0 {
      InterruptSignal.drainWakes()
      obeySignals()
      return .signal
    }
    return .key
  }

  /// Does something else with the terminal, which may write lines, while a line is being edited.
  static func leaveLine(_ body: () -> Void) {
    rl_clear_visible_line()
    rl_deprep_terminal()
    body()
    rl_prep_terminal(1)
    // Meanwhile the window may have got another size.
    rl_resize_terminal()
    rl_on_new_line()
    rl_redisplay()
  }

  private static func obeySignals() {
    let end = InterruptSignal.takeEnd()
    if end != 0 {
      leaveLine { InterruptSignal.obey(end) }
    } else if InterruptSignal.takeContinuation() {
      // Stopped by somebody else; the terminal is as others have left it.
      leaveLine {}
    } else if InterruptSignal.takeResize() {
      rl_resize_terminal()
    }
  }

  /// What readline takes for "nothing can be read", in place of a key that begins a command.
  ///
  /// `READERR` in its `rlprivate.h`. It ends the line at once, and is not mistaken for Ctrl-D.
  private static let readingError: Int32 = -2

  /// Waits for a key; gives an end when there will be none, or Ctrl-C was pressed.
  private static func readKey() -> Int32 {
    let end = rl_readline_state & UInt(RL_STATE_READCMD) != 0 ? readingError : EOF
    while true {
      let event = wait(milliseconds: -1)
      if InterruptSignal.wasPressed { return end }
      if event != .key { continue }
      var key: UInt8 = 0
      let count = terminal.read(&key, 1)
      if count == 1 { return Int32(key) }
      if count == 0 || (errno != EINTR && errno != EAGAIN) { return end }
    }
  }
}
