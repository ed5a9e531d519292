@preconcurrency import CReadline
import Glibc

/// Between readline's completion, which is functions and variables of C, and ``Completer``.
enum ReadlineCompletion {
  private typealias Words = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

  nonisolated(unsafe) private static var complete: ((String) -> Completion)?
  /// What was found when readline asked what ends a word; it asks for the words next.
  nonisolated(unsafe) private static var found: Completion?
  /// Nobody reads a longer list.
  private static let mostShown = 1_000
  /// How many words were found last; 0 when it is readline that finds them.
  nonisolated(unsafe) private static var wordCount = 0

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
      let completion = ReadlineCompletion.completion()
      ReadlineCompletion.found = completion
      guard case .files(let quote) = completion else { return ReadlineCompletion.breaks }
      return ReadlineCompletion.breaksInFile[quote] ?? nil
    }
    rl_attempted_completion_function = { _, _, _ in ReadlineCompletion.attempt() }
    rl_completion_display_matches_hook = { words, count, longest in
      let wordCount = max(ReadlineCompletion.wordCount, Int(count))
      if wordCount <= ReadlineCompletion.mostShown {
        rl_display_match_list(words, count, longest)
      } else {
        Console.show("\n\(wordCount) names begin so; the list is too long to be shown")
        rl_on_new_line()
      }
      rl_forced_update_display()
    }
  }

  /// The completion of the line up to the cursor.
  private static func completion() -> Completion {
    guard let line = rl_line_buffer, let complete else { return .words([], ending: "") }
    let bytes = UnsafeRawBufferPointer(start: line, count: Int(rl_point))
    return complete(String(decoding: bytes, as: UTF8.self))
  }

  private static func attempt() -> Words? {
    rl_completion_append_character = 0
    rl_sort_completion_matches = 1
    rl_ignore_completion_duplicates = 1
    wordCount = 0
    defer { found = nil }
    switch found ?? completion() {
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
      // They are sorted, and each is there once.
      rl_sort_completion_matches = 0
      rl_ignore_completion_duplicates = 0
      return matches(words)
    }
  }

  /// What readline takes for words, and frees: what they have in common, the words, and `nil` behind; nil
  /// for none.
  ///
  /// Of words that are too many to be listed only two are given: it would look at each several times,
  /// and Ctrl-C would wait for that.
  private static func matches(_ words: [String]) -> Words? {
    wordCount = words.count
    guard let first = words.first, let last = words.last else { return nil }
    var common = first.utf8[...]
    for word in words where !word.utf8.starts(with: common) {
      if InterruptSignal.wasPressed { return nil }
      let length = zip(common, word.utf8).prefix { $0 == $1 }.count
      common = common.prefix(length)
    }
    // Not within a character.
    while !common.isEmpty && String(common) == nil { common.removeLast() }
    let listed = words.count > mostShown ? [first, last] : words.count > 1 ? words : []
    let matches = malloc((listed.count + 2) * MemoryLayout<Words.Pointee>.stride)
    guard let matches = matches?.assumingMemoryBound(to: Words.Pointee.self) else { return nil }
    matches[0] = strdup(String(Substring(common)))
    for (position, word) in listed.enumerated() { matches[position + 1] = strdup(word) }
    matches[listed.count + 1] = nil
    return matches
  }
}
