/// The look of a character.
struct Attributes: Sendable, Equatable {
  /// A colour as a program names it.
  enum Color: Sendable, Equatable {
    /// One of the 256 of the palette; 0 to 7 are the usual ones, 8 to 15 the bright ones.
    case palette(Int)
    case rgb(Int, Int, Int)
  }

  var isBold = false
  var isDim = false
  var isItalic = false
  var isUnderlined = false
  var isInverse = false
  /// Nil for the colour of the terminal.
  var foreground: Color?
  var background: Color?

  /// Whether it looks like text without any attributes.
  var isPlain: Bool { self == Attributes() }

  /// Changes it as an SGR sequence says.
  mutating func apply(_ parameters: [Int]) {
    var rest = parameters[...]
    if rest.isEmpty { self = Attributes() }
    while let code = rest.popFirst() {
      switch code {
      case 0: self = Attributes()
      case 1: isBold = true
      case 2: isDim = true
      case 3: isItalic = true
      case 4: isUnderlined = true
      case 7: isInverse = true
      case 22: (isBold, isDim) = (false, false)
      case 23: isItalic = false
      case 24: isUnderlined = false
      case 27: isInverse = false
      case 30...37: foreground = .palette(code - 30)
      case 38: foreground = Attributes.color(&rest)
      case 39: foreground = nil
      case 40...47: background = .palette(code - 40)
      case 48: background = Attributes.color(&rest)
      case 49: background = nil
      case 90...97: foreground = .palette(code - 90 + 8)
      case 100...107: background = .palette(code - 100 + 8)
      default: break
      }
    }
  }

  /// Reads `5;n` or `2;r;g;b`.
  private static func color(_ rest: inout ArraySlice<Int>) -> Color? {
    switch rest.popFirst() {
    case 5: return rest.popFirst().map { .palette($0) }
    case 2 where rest.count >= 3:
      let parts = Array(rest.prefix(3))
      rest = rest.dropFirst(3)
      return .rgb(parts[0], parts[1], parts[2])
    default: return nil
    }
  }
}
