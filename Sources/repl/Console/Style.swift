/// Colours and weights of text on a terminal; plain text where there are none.
struct Style {
  /// Whether escape sequences are written.
  let usesColors: Bool

  /// For what goes to standard output.
  static var output: Style { Style(usesColors: Console.usesColors(descriptor: 1)) }
  /// For what goes to standard error.
  static var error: Style { Style(usesColors: Console.usesColors(descriptor: 2)) }

  func bold(_ text: String) -> String { wrap(text, "1") }
  func dim(_ text: String) -> String { wrap(text, "2") }
  func red(_ text: String) -> String { wrap(text, "31") }
  func green(_ text: String) -> String { wrap(text, "32") }
  func yellow(_ text: String) -> String { wrap(text, "33") }
  func blue(_ text: String) -> String { wrap(text, "34") }
  func magenta(_ text: String) -> String { wrap(text, "35") }
  func cyan(_ text: String) -> String { wrap(text, "36") }

  private func wrap(_ text: String, _ code: String) -> String {
    usesColors && !text.isEmpty ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }
}
