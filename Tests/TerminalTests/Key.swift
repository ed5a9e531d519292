/// A key that a test presses; what it sends is what xterm sends.
enum Key: Sendable, Equatable {
  case enter, tab, backspace, escape, delete
  case up, down, left, right, home, end, pageUp, pageDown
  /// Shift and Tab.
  case backTab
  /// A letter with Ctrl, such as `.control("c")`.
  case control(Character)
  /// A character with Alt, such as `.alt("f")`.
  case alt(Character)

  /// The characters that the program gets.
  var sequence: String {
    switch self {
    case .enter: "\r"
    case .tab: "\t"
    case .backspace: "\u{7F}"
    case .escape: "\u{1B}"
    case .delete: "\u{1B}[3~"
    case .up: "\u{1B}[A"
    case .down: "\u{1B}[B"
    case .right: "\u{1B}[C"
    case .left: "\u{1B}[D"
    case .home: "\u{1B}[H"
    case .end: "\u{1B}[F"
    case .pageUp: "\u{1B}[5~"
    case .pageDown: "\u{1B}[6~"
    case .backTab: "\u{1B}[Z"
    case .control(let letter):
      // `@` to `_` become the control characters 0 to 31.
      String(Unicode.Scalar((letter.uppercased().utf8.first ?? 0x40) & 0x1F))
    case .alt(let character): "\u{1B}\(character)"
    }
  }
}
