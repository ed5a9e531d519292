@preconcurrency import CReadline
import Glibc

/// Between readline's completion, which is functions and variables of C, and ``Completer``.
enum ReadlineCompletion {
  nonisolated(unsafe) private static var complete: ((String) -> Completion)?
  /// What readline is given one by one.
  nonisolated(unsafe) private static var candidates: [String] = []

  /// What ends a word: all of ASCII that is in no name.
  ///
  /// readline keeps the pointer.
  nonisolated(unsafe) private static let breaks = cString(
    " \t\n\"\\'`@$><=;|&{}()[]+-*/%,:!?~^#.")
  /// What ends the name of a file: the quotation mark of its string; in a command a space.
  nonisolated(unsafe) private static let breaksInFile: [Character: UnsafeMutablePointer<CChar>?] = [
    "\"": cString("\""), "'": cString("'"), " ": cString(" "),
  ]

  private static func cString(_ text: String) -> UnsafeMutablePointer<CChar>? { strdup(text) }

  static func install(_ complete: @escaping (String) -> Completion) {
    self.complete = complete
    rl_completer_word_break_characters = UnsafePointer(breaks)
    rl_completion_word_break_hook = {
      if case .files(let quote) = ReadlineCompletion.completion() {
        return ReadlineCompletion.breaksInFile[quote] ?? nil
      }
      return ReadlineCompletion.breaks
    }
    rl_attempted_completion_function = { text, _, _ in ReadlineCompletion.attempt(text) }
  }

  /// The completion of the line up to the cursor.
  private static func completion() -> Completion {
    guard let line = rl_line_buffer, let complete else { return .words([], ending: "") }
    let bytes = UnsafeRawBufferPointer(start: line, count: Int(rl_point))
    return complete(String(decoding: bytes, as: UTF8.self))
  }

  private static func attempt(
    _ text: UnsafePointer<CChar>?
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    rl_completion_append_character = 0
    switch completion() {
    case .files(let quote):
      // readline's own completion of file names goes on; a name that is alone closes the string.
      rl_completion_append_character = Int32(quote.asciiValue ?? 0)
      return nil
    case .indentation:
      rl_attempted_completion_over = 1
      rl_insert_text("  ")
      return nil
    case .words(let words, let ending):
      rl_attempted_completion_over = 1
      rl_completion_append_character = Int32(ending.utf8.first ?? 0)
      candidates = words
      return rl_completion_matches(text) { _, state in
        guard Int(state) >= 0, !ReadlineCompletion.candidates.isEmpty else { return nil }
        return strdup(ReadlineCompletion.candidates.removeFirst())
      }
    }
  }
}
