/// A format specification, taken apart: `[[fill]align][sign][z][#][0][width][,|_][.precision][type]`.
///
/// The grammar and the meanings are Python's. What a kind of value refuses is its own matter: see
/// ``Engine/format(_:specification:)`` for text.
struct FormatSpecification {
  /// Where the text stands in a field that is wider than it.
  enum Alignment: UInt8 {
    /// Not said: numbers stand right, everything else left.
    case unset
    case left, right, center
    /// The padding stands between a number's sign (and `0x`) and its digits.
    case afterSign
  }

  /// What stands before a number that is not negative.
  enum Sign: UInt8 {
    /// Not said; the same as `minus` for numbers, while text refuses a sign that is said.
    case unset
    case minus, plus, space
  }

  /// What fills up the width.
  var fill: Unicode.Scalar = " "
  var alignment = Alignment.unset
  var sign = Sign.unset
  /// Whether `z` was said: a negative zero loses its sign.
  var normalizesZero = false
  /// Whether `#` was said.
  var isAlternate = false
  /// Whether `0` stands before the width; the fill is `0` then, unless one was said.
  var isZeroPadded = false
  /// The least length in scalars; 0 when not said.
  var width = 0
  /// `,` or `_` between groups of digits; 0 for none.
  var grouping: UInt8 = 0
  /// Digits, or the most scalars of a text; nil when not said.
  var precision: Int?
  /// The type letter, 0 when not said; it may be anything, so that messages can show it.
  var type: Unicode.Scalar = "\0"

  /// Widths and precisions beyond this are refused, so that a short specification cannot ask for
  /// gigabytes.
  static let limit = 1_000_000

  /// Makes the empty specification.
  init() {}

  /// Reads a specification; a `ValueError` says what is wrong with it.
  init(_ bytes: UnsafePointer<UInt8>, count: Int, _ engine: Engine) throws(RaisedError) {
    var position = 0
    var hasFill = false

    /// Steps over `byte` if it comes next.
    func take(_ byte: UInt8) -> Bool {
      guard position < count, bytes[position] == byte else { return false }
      position += 1
      return true
    }

    /// Steps over a number; nil when none comes next.
    func takeNumber(_ name: StaticString) throws(RaisedError) -> Int? {
      let start = position
      var number = 0
      while position < count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
        number = number * 10 + Int(digit)
        position += 1
        if number > Self.limit {
          throw engine.valueError(
            "the \(name) of a format specification is limited to \(Self.limit)")
        }
      }
      return position == start ? nil : number
    }

    // An alignment sign in second place makes what stands before it the fill character.
    if count > 0 {
      let (first, length) = TextScanning.decode(bytes)
      if length < count, let found = Self.alignment(of: bytes[length]) {
        (fill, alignment, hasFill) = (first, found, true)
        position = length + 1
      } else if let found = Self.alignment(of: bytes[0]) {
        alignment = found
        position = 1
      }
    }
    if take(UInt8(ascii: "+")) {
      sign = .plus
    } else if take(UInt8(ascii: "-")) {
      sign = .minus
    } else if take(UInt8(ascii: " ")) {
      sign = .space
    }
    normalizesZero = take(UInt8(ascii: "z"))
    isAlternate = take(UInt8(ascii: "#"))
    isZeroPadded = take(UInt8(ascii: "0"))
    if isZeroPadded && !hasFill { fill = "0" }
    width = try takeNumber("width") ?? 0
    if take(UInt8(ascii: ",")) {
      grouping = UInt8(ascii: ",")
    } else if take(UInt8(ascii: "_")) {
      grouping = UInt8(ascii: "_")
    }
    if take(UInt8(ascii: ".")) {
      precision = try takeNumber("precision")
      if precision == nil {
        throw engine.valueError("a format specification needs a number after '.'")
      }
    }
    if position < count {
      let (last, length) = TextScanning.decode(bytes + position)
      if position + length != count {
        let text = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
        throw engine.valueError("malformed format specification '\(text)'")
      }
      type = last
    }
  }

  private static func alignment(of byte: UInt8) -> Alignment? {
    switch byte {
    case UInt8(ascii: "<"): .left
    case UInt8(ascii: ">"): .right
    case UInt8(ascii: "^"): .center
    case UInt8(ascii: "="): .afterSign
    default: nil
    }
  }

  /// Whether a type letter was said.
  @inline(__always) var hasType: Bool { type.value != 0 }

  /// The alignment of a number: right unless said, after the sign when padded with zeros.
  var numberAlignment: Alignment {
    guard alignment == .unset else { return alignment }
    return isZeroPadded ? .afterSign : .right
  }

  /// The alignment of everything else.
  var textAlignment: Alignment { alignment == .unset ? .left : alignment }

  /// The error of a type letter that `typeName` has no use for.
  func unknownType(for typeName: String, _ engine: Engine) -> RaisedError {
    engine.valueError("unknown format code '\(type)' for \(typeName)")
  }
}

extension TextBuilder {
  /// Appends finished text in a field of the specification's width; `.afterSign` counts as right,
  /// since what stands before the digits is the business of who knows it.
  mutating func append(
    _ source: UnsafePointer<UInt8>, count: Int, scalarCount: Int,
    in specification: FormatSpecification, _ alignment: FormatSpecification.Alignment
  ) throws(RaisedError) {
    let padding = max(0, specification.width - scalarCount)
    let before =
      switch alignment {
      case .left, .unset: 0
      case .right, .afterSign: padding
      case .center: padding / 2
      }
    try append(specification.fill, times: before)
    try append(source, count: count, scalarCount: scalarCount)
    try append(specification.fill, times: padding - before)
  }
}
