import Glibc

/// What the learner reads: standard output, not buffered, so that it stands in the order of events.
struct LessonPage {
  /// Whether titles and asides look different from the rest.
  let usesStyles: Bool
  /// Whether someone reads it: false once the reader has gone away.
  private(set) var isOpen = true

  init(usesStyles: Bool) { self.usesStyles = usesStyles }

  /// Writes a text.
  mutating func write(_ text: String, terminator: String = "\n") {
    var bytes = Array((text + terminator).utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        isOpen = false
        return
      }
      bytes = bytes.dropFirst(count)
    }
  }

  /// Writes a title.
  mutating func title(_ text: String) { write(styled(text, "1")) }

  /// Writes what the mechanism did, or how it stands: beside the conversation.
  mutating func aside(_ text: String) { write(styled(text, "2")) }

  /// Writes what was reached.
  mutating func success(_ text: String) { write(styled(text, "32")) }

  private func styled(_ text: String, _ code: String) -> String {
    if !usesStyles { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "\u{1B}[\(code)m\($0)\u{1B}[0m" }.joined(separator: "\n")
  }
}
