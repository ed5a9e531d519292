/// How a terminal shows a scalar.
public enum DisplayWidth {
  /// The columns that a text of one line takes.
  public static func columns(of text: String) -> Int {
    var total = 0
    for scalar in text.unicodeScalars {
      total += show(scalar, atColumn: total, tabWidth: 8).columns
    }
    return total
  }

  /// The text to show for a scalar of a source line and the number of columns that it takes.
  ///
  /// What would disturb the terminal or could hide from the reader (control characters, marks that
  /// turn the direction of writing, invisible blanks) is made visible. `nil` stands for a byte that is
  /// not UTF-8. A tab needs the column that it stands in.
  static func show(
    _ scalar: Unicode.Scalar?, atColumn column: Int, tabWidth: Int
  ) -> (text: String, columns: Int) {
    guard let scalar else { return ("\u{fffd}", 1) }
    let value = scalar.value
    if value >= 0x20 && value < 0x7f { return (String(Character(scalar)), 1) }
    if value == 9 {
      let columns = tabWidth - column % tabWidth
      return (String(repeating: " ", count: columns), columns)
    }
    if value < 0x20 { return (picture(value), 1) }
    if value == 0x7f { return ("\u{2421}", 1) }
    if isHidden(value) {
      let text = "\\u{\(String(value, radix: 16))}"
      return (text, text.utf8.count)
    }
    return (String(Character(scalar)), columns(of: scalar))
  }

  /// A text that may contain anything, fit to be shown: line ends stay, other controls are made
  /// visible.
  public static func sanitized(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f || $0 == 10 }) { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 9, 10: result.append(scalar)
      case 0..<0x20: result.append(contentsOf: picture(scalar.value).unicodeScalars)
      case 0x7f: result.append("\u{2421}")
      case let value where isHidden(value):
        result.append(contentsOf: "\\u{\(String(value, radix: 16))}".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// Unicode's picture of a control character.
  private static func picture(_ value: UInt32) -> String {
    String(Character(Unicode.Scalar(0x2400 + value) ?? "\u{fffd}"))
  }

  private static func isHidden(_ value: UInt32) -> Bool {
    switch value {
    case 0x80...0x9f, 0xad, 0x061c, 0x200b, 0x200e, 0x200f, 0x2028...0x202e, 0x2060...0x206f,
      0xfeff, 0xfff9...0xfffb, 0xe0000...0xe0fff:
      return true
    default:
      return false
    }
  }

  /// 0 for marks that combine with what is before them, 2 for wide characters, else 1.
  private static func columns(of scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    return isWide(value) || scalar.properties.isEmojiPresentation ? 2 : 1
  }

  /// The blocks that Unicode's East Asian Width calls wide.
  private static func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff,
      0xa000...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
      0xff00...0xff60, 0xffe0...0xffe6, 0x16fe0...0x18cff, 0x1aff0...0x1b2ff, 0x1f200...0x1f2ff,
      0x20000...0x3fffd:
      return true
    default:
      return false
    }
  }
}
