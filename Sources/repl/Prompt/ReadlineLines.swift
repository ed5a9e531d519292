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
  nonisolated(unsafe) private static let programName: [CChar] = Array("lang".utf8CString)

  func read(prompt: String, idle: () -> String?) -> LineInput {
    ReadlineLines.finished = nil
    InterruptSignal.drainWakes()
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
      waitForKey(idle)
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

  private func waitForKey(_ idle: () -> String?) {
    var descriptors = [
      pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
      pollfd(fd: InterruptSignal.wakeReader, events: Int16(POLLIN), revents: 0),
    ]
    let count = poll(&descriptors, 2, ReadlineLines.idleMilliseconds)
    if count == 0 {
      if let news = idle() { show(news) }
      return
    }
    if descriptors[1].revents != 0 {
      InterruptSignal.drainWakes()
      // The window may have another size, or the program may have been stopped and gone on.
      rl_resize_terminal()
      rl_prep_terminal(1)
      rl_forced_update_display()
    }
    if descriptors[0].revents != 0 { rl_callback_read_char() }
  }

  /// Throws away what was typed.
  private func interrupt() -> LineInput {
    // Behind the line, before the terminal is put back: that moves the cursor to the line's beginning.
    Console.show("^C", terminator: "")
    rl_callback_sigcleanup()
    rl_free_line_state()
    rl_callback_handler_remove()
    Console.show("")
    return .interrupted
  }

  /// Shows something above the line that is being edited.
  private func show(_ text: String) {
    rl_clear_visible_line()
    Console.show(text)
    rl_on_new_line()
    rl_redisplay()
  }

  /// A prompt's text of no width, for colours.
  static func invisible(_ escape: String) -> String { "\u{1}\(escape)\u{2}" }
}
