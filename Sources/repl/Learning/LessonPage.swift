/// What the learner reads: standard output, not buffered, so that it stands in the order of events.
struct LessonPage {
  private let style = Style.output
  /// Whether someone reads it: false once the reader has gone away.
  private(set) var isOpen = true

  /// Writes a text.
  mutating func write(_ text: String) {
    if !Console.show(bytes: Array((text + "\n").utf8)) { isOpen = false }
  }

  /// Writes a title.
  mutating func title(_ text: String) { write(style.bold(text)) }

  /// Writes how the modules stand: beside the conversation.
  mutating func aside(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    write(lines.map { style.dim(String($0)) }.joined(separator: "\n"))
  }

  /// Writes what was reached.
  mutating func success(_ text: String) { write(style.green(text)) }
}
