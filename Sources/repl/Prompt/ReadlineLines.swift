@preconcurrency import CReadline
import Glibc

/// Lines from a person at a terminal, through GNU readline: editing, history, completion, `inputrc`.
///
/// readline is used through its interface for event loops: it is handed each key, so that between keys
/// signals and files that are watched are noticed.
final class ReadlineLines: LineSource {
  private let history: History
  /// What readline has read; nil while a line is being edited.
  nonisolated(unsafe) private static var finished: LineInput?

  private static let idleMilliseconds: Int32 = 500

  /// - Parameters:
  ///   - complete: What can stand at the end of a text; see ``Completion``.
  init(history: History, complete: @escaping (String) -> Completion) {
    self.history = history
    // In `inputrc`, `$if lang` begins what is for this program.
    ReadlineLines.programName.withUnsafeBufferPointer { rl_readline_name = $0.baseAddress }
    rl_catch_sigwinch = 0
    rl_initialize()
    // A question in the middle of a line cannot be interrupted.
    rl_variable_bind("page-completions", "off")
    ReadlineCompletion.install(complete)
    using_history()
    stifle_history(Int32(History.mostEntries))
    for entry in history.load() { add_history(entry) }
  }

  /// readline keeps the pointer.
  private static let programName: [CChar] = Array("lang".utf8CString)

  func read(prompt: String, _ watcher: FileWatcher?) -> LineInput {
    ReadlineLines.finished = nil
    InterruptSignal.drainWakes()
    InterruptSignal.noticesStops = true
    defer { InterruptSignal.noticesStops = false }
    rl_callback_handler_install(prompt) { line in
      // The terminal is as it was before when the line is evaluated.
      rl_callback_handler_remove()
      guard let line else {
        ReadlineLines.finished = .end
        return
      }
      ReadlineLines.finished = .line(String(cString: line))
      free(line)
    }
    while true {
      if let finished = ReadlineLines.finished {
        if finished == .end { Console.show("") }
        return finished
      }
      waitForKey(watcher)
      if InterruptSignal.takeInterrupt() { return interrupt() }
    }
  }

  func remember(_ entry: String) {
    if let last = history_get(history_base + history_length - 1), let line = last.pointee.line,
      String(cString: line) == entry
    {
      return
    }
    add_history(entry)
    history.append(entry)
  }

  private func waitForKey(_ watcher: FileWatcher?) {
    var descriptors = [
      pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
      pollfd(fd: InterruptSignal.wakeReader, events: Int16(POLLIN), revents: 0),
    ]
    let count = poll(&descriptors, 2, ReadlineLines.idleMilliseconds)
    if count == 0 {
      if let watcher, watcher.hasNews { leaveLine { watcher.reloadChanged() } }
      return
    }
    if descriptors[1].revents != 0 {
      InterruptSignal.drainWakes()
      if InterruptSignal.takeStop() {
        leaveLine { InterruptSignal.stopProcess() }
      } else if InterruptSignal.takeContinuation() {
        // Stopped by somebody else; the terminal is as others have left it.
        leaveLine {}
      } else {
        // The window may have another size.
        rl_resize_terminal()
      }
    }
    if descriptors[0].revents != 0 { rl_callback_read_char() }
  }

  /// Does something else with the terminal, which may write lines, while a line is being edited.
  private func leaveLine(_ body: () -> Void) {
    rl_clear_visible_line()
    rl_deprep_terminal()
    body()
    rl_prep_terminal(1)
    // Meanwhile the window may have got another size.
    rl_resize_terminal()
    rl_on_new_line()
    rl_redisplay()
  }

  /// Throws away what was typed.
  private func interrupt() -> LineInput {
    // A search shows what it has found in place of the line.
    let isSearching = rl_readline_state & UInt(RL_STATE_ISEARCH) != 0
    if isSearching { rl_callback_sigcleanup() }
    // Behind the line, before the terminal is put back: that moves the cursor to the line's beginning.
    Console.show("^C", terminator: "")
    if !isSearching { rl_callback_sigcleanup() }
    rl_free_line_state()
    rl_callback_handler_remove()
    Console.show("")
    return .interrupted
  }
}
