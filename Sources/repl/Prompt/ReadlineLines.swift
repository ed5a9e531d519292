@preconcurrency import CReadline
import Glibc

/// Lines from a person at a terminal, through GNU readline: editing, history, completion, `inputrc`.
///
/// readline is used through its interface for event loops: it is handed each key, so that between keys
/// signals and files that are watched are noticed.
final class ReadlineLines: LineSource {
  private let history: History
  /// How the line has ended; nil while it is being edited.
  nonisolated(unsafe) private static var finished: LineInput?

  private static let idleMilliseconds: Int32 = 500

  /// - Parameters:
  ///   - complete: What can stand at the end of a text; see ``Completion``.
  init(history: History, complete: @escaping (String) -> Completion) {
    self.history = history
    // In `inputrc`, `$if lang` begins what is for this program.
    ReadlineLines.programName.withUnsafeBufferPointer { rl_readline_name = $0.baseAddress }
    ReadlineKeys.install()
    rl_initialize()
    // A question in the middle of a line could not be interrupted.
    rl_variable_bind("page-completions", "off")
    rl_variable_bind("completion-query-items", "0")
    ReadlineCompletion.install(complete)
    using_history()
    stifle_history(Int32(History.mostEntries))
    for entry in history.load() { add_history(entry) }
  }

  /// readline keeps the pointer.
  private static let programName: [CChar] = Array("lang".utf8CString)

  func read(prompt: String, _ watcher: FileWatcher?) -> LineInput {
    ReadlineLines.finished = nil
    InterruptSignal.noticesEnds = true
    defer { InterruptSignal.noticesEnds = false }
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
        // Behind Enter Ctrl-C is for what the line does.
        if finished != .end { return finished }
        Console.show("")
        return InterruptSignal.takeInterrupt() ? .interrupted : .end
      }
      if InterruptSignal.wasPressed { return interrupt() }
      switch ReadlineKeys.wait(milliseconds: ReadlineLines.idleMilliseconds) {
      case .key: rl_callback_read_char()
      case .signal: break
      case .nothing:
        if let watcher, watcher.hasNews { ReadlineKeys.leaveLine { watcher.reloadChanged() } }
      }
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

  /// Throws away what was typed.
  private func interrupt() -> LineInput {
    // A search shows what it has found in place of the line.
    rl_callback_sigcleanup()
    rl_free_line_state()
    // The line stays on the screen, whole, with what comes behind its end.
    rl_point = rl_end
    rl_redisplay()
    rl_callback_handler_remove()
    Console.show("")
    _ = InterruptSignal.takeInterrupt()
    return .interrupted
  }
}
