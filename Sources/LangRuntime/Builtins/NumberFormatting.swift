import Lang

// Numbers in the fields of format specifications: `format(x, ">10,.2f")`, `f"{n:#06x}"`. The rules
// are Python's.

extension Engine {
  /// Appends an int of any size as a specification asks for.
  func appendFormattedInt(
    _ value: Value, _ specification: FormatSpecification, to builder: inout TextBuilder
  ) throws(RaisedError) {
    let radix: Int
    switch specification.type {
    case "\0", "d", "n": radix = 10
    case "b": radix = 2
    case "o": radix = 8
    case "x", "X": radix = 16
    case "c": return try formatCharacter(value, specification, to: &builder)
    case "e", "E", "f", "F", "g", "G", "%":
      let number = value.isInt ? Double(value.int) : bigInt(value).double
      return try appendFormattedFloat(number, specification, to: &builder)
    default: throw specification.unknownType(for: "int", self)
    }
    if specification.precision != nil {
      throw valueError("a precision cannot be used to format an int as '\(specification.letter)'")
    }
    try checkGrouping(specification)
    var digits = TextBuilder(self)
    defer { digits.deallocate() }
    var isNegative = false
    if value.isInt && radix == 10 {
      try digits.append(decimal: value.int)
      isNegative = value.int < 0
    } else {
      let number = bigInt(value)
      isNegative = number.isNegative
      try appendInt(number, radix: radix, to: &digits)
    }
    let isUpper = specification.type == "X"
    if isUpper { digits.makeUppercase() }
    let prefix: StaticString =
      switch specification.isAlternate ? specification.type : "\0" {
      case "b": "0b"
      case "o": "0o"
      case "x": "0x"
      case "X": "0X"
      default: ""
      }
    let start = isNegative ? 1 : 0
    try append(
      NumberParts(
        isNegative: isNegative, prefix: prefix, digits: digits.bytes + start,
        wholeCount: digits.count - start, count: digits.count - start,
        groupSize: radix == 10 ? 3 : 4),
      specification, to: &builder)
  }

  /// Appends a float as a specification asks for.
  func appendFormattedFloat(
    _ value: Double, _ specification: FormatSpecification, to builder: inout TextBuilder
  ) throws(RaisedError) {
    switch specification.type {
    case "\0", "e", "E", "f", "F", "g", "G", "n", "%": break
    default: throw specification.unknownType(for: "float", self)
    }
    try checkGrouping(specification)
    var text = TextBuilder(self)
    defer { text.deallocate() }
    let scaled = specification.type == "%" ? value * 100 : value
    var isNegative = scaled.sign == .minus
    var wholeCount = 0
    if scaled.isFinite {
      if let precision = specification.precision, precision > 1 << 16 { try reserve(precision) }
      let decimal = try appendDigits(of: scaled.magnitude, specification, to: &text)
      wholeCount = decimal.wholeCount
      if specification.normalizesZero && isNegative && decimal.isZero { isNegative = false }
    } else {
      if scaled.isNaN { isNegative = false }
      try text.append(scaled.isNaN ? "nan" : "inf")
    }
    if specification.type == "%" { try text.append(UInt8(ascii: "%")) }
    if specification.type == "E" || specification.type == "F" || specification.type == "G" {
      text.makeUppercase()
    }
    try append(
      NumberParts(
        isNegative: isNegative, prefix: "", digits: text.bytes, wholeCount: wholeCount,
        count: text.count, groupSize: 3),
      specification, to: &builder)
  }

  /// Appends a finite `value` >= 0 without padding and groups; how many digits stand before the
  /// point, and whether all are zeros.
  private func appendDigits(
    of value: Double, _ specification: FormatSpecification, to text: inout TextBuilder
  ) throws(RaisedError) -> (wholeCount: Int, isZero: Bool) {
    var precision = specification.precision ?? 6
    var layout = FloatLayout(keepsPoint: specification.isAlternate)
    switch specification.type {
    case "f", "F", "%": layout.style = .fixed
    case "e", "E":
      layout.style = .scientific
      precision += 1
    case "\0":
      // Like `repr` without a precision, and like "g" with one, but never without a fraction.
      layout.style = .general
      layout.hasFraction = true
      guard specification.precision != nil else {
        return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: FloatText.limit) {
          (buffer) throws(RaisedError) in
          let digits = buffer.baseAddress.unsafelyUnwrapped
          let decimal = FloatText.shortest(value, into: digits)
          layout.exponentLimit = 16
          return try layout.append(digits, decimal, precision: 17, to: &text)
        }
      }
      precision = max(precision, 1)
      layout.exponentLimit = precision - 1
    default:
      layout.style = .general
      precision = max(precision, 1)
      layout.exponentLimit = precision
    }
    func append(
      _ digits: UnsafePointer<UInt8>, _ decimal: DecimalDigits
    ) throws(RaisedError) -> (Int, Bool) {
      try layout.append(digits, decimal, precision: precision, to: &text)
    }
    return layout.style == .fixed
      ? try DecimalText.withDigits(of: value, afterPoint: precision, append)
      : try DecimalText.withDigits(of: value, count: precision, append)
  }

  private func checkGrouping(_ specification: FormatSpecification) throws(RaisedError) {
    if specification.grouping == 0 { return }
    let isAllowed =
      switch specification.type {
      case "n", "c": false
      case "b", "o", "x", "X": specification.grouping == UInt8(ascii: "_")
      default: true
      }
    if isAllowed { return }
    let separator = Unicode.Scalar(specification.grouping)
    throw valueError("'\(separator)' cannot be used with format code '\(specification.type)'")
  }

  /// `c`: the character with this code.
  private func formatCharacter(
    _ value: Value, _ specification: FormatSpecification, to builder: inout TextBuilder
  ) throws(RaisedError) {
    if specification.sign != .unset {
      throw valueError("a sign cannot be used with format code 'c'")
    }
    if specification.isAlternate {
      throw valueError("'#' cannot be used with format code 'c'")
    }
    if specification.precision != nil {
      throw valueError("a precision cannot be used with format code 'c'")
    }
    try checkGrouping(specification)
    guard value.isInt, let code = UInt32(exactly: value.int), let scalar = Unicode.Scalar(code)
    else { throw valueError("format code 'c' needs the code of a character") }
    var text = TextBuilder(self)
    defer { text.deallocate() }
    try text.append(scalar: scalar)
    try builder.append(
      text.bytes, count: text.count, scalarCount: 1, in: specification,
      specification.numberAlignment)
  }

  // MARK: Putting together

  /// What a formatted number consists of.
  private struct NumberParts {
    var isNegative: Bool
    var prefix: StaticString
    /// The digits, and whatever follows them.
    var digits: UnsafePointer<UInt8>
    /// How many of them are digits before the point; only these are grouped.
    var wholeCount: Int
    var count: Int
    var groupSize: Int
  }

  private func append(
    _ parts: NumberParts, _ specification: FormatSpecification, to builder: inout TextBuilder
  ) throws(RaisedError) {
    let sign: UInt8 =
      if parts.isNegative {
        UInt8(ascii: "-")
      } else {
        switch specification.sign {
        case .plus: UInt8(ascii: "+")
        case .space: UInt8(ascii: " ")
        default: 0
        }
      }
    let alignment = specification.numberAlignment
    let signCount = (sign == 0 ? 0 : 1) + parts.prefix.utf8CodeUnitCount
    let tailCount = parts.count - parts.wholeCount
    // Zeros that fill up the width are grouped like digits.
    var zeros = 0
    var separators = 0
    if specification.grouping != 0 && parts.wholeCount > 0 {
      let isFilled = alignment == .afterSign && specification.fill == "0"
      let room = isFilled ? specification.width - signCount - tailCount : 0
      zeros = Engine.groupedZeros(parts.wholeCount, room, parts.groupSize)
      separators = (parts.wholeCount + zeros - 1) / parts.groupSize
    }
    let count = signCount + zeros + parts.count + separators
    let padding = max(0, specification.width - count)
    let before =
      switch alignment {
      case .right: padding
      case .center: padding / 2
      default: 0
      }
    try builder.append(specification.fill, times: before)
    if sign != 0 { try builder.append(sign) }
    try builder.append(parts.prefix)
    if alignment == .afterSign { try builder.append(specification.fill, times: padding) }
    if separators == 0 {
      try builder.append(UInt8(ascii: "0"), times: zeros)
      try builder.append(ascii: parts.digits, count: parts.count)
    } else {
      var left = parts.wholeCount + zeros
      while left > 0 {
        try builder.append(
          left > parts.wholeCount
            ? UInt8(ascii: "0") : parts.digits[parts.wholeCount - left])
        left -= 1
        if left > 0 && left % parts.groupSize == 0 { try builder.append(specification.grouping) }
      }
      try builder.append(ascii: parts.digits + parts.wholeCount, count: tailCount)
    }
    if alignment == .left || alignment == .center {
      try builder.append(specification.fill, times: padding - before)
    }
  }

  /// How many zeros before `digits` digits fill `room` places together with the separators.
  ///
  /// One more place is taken rather than beginning with a separator.
  private static func groupedZeros(_ digits: Int, _ room: Int, _ groupSize: Int) -> Int {
    var all = digits
    while all + (all - 1) / groupSize < room { all += 1 }
    return all - digits
  }
}

/// How the digits of a float are laid out.
private struct FloatLayout {
  enum Style { case fixed, scientific, general }

  var style = Style.fixed
  /// `#`: a point even without a fraction, and zeros at the end in the general style.
  var keepsPoint: Bool
  /// At least `.0` after the digits in the general style.
  var hasFraction = false
  /// The general style has an exponent from this power of ten on, and below -4.
  var exponentLimit = 0

  init(keepsPoint: Bool) { self.keepsPoint = keepsPoint }

  /// Appends digits; how many stand before the point, and whether all are zeros.
  func append(
    _ digits: UnsafePointer<UInt8>, _ decimal: DecimalDigits, precision: Int,
    to text: inout TextBuilder
  ) throws(RaisedError) -> (Int, Bool) {
    var isZero = true
    for i in 0..<decimal.count where digits[i] != UInt8(ascii: "0") {
      isZero = false
      break
    }
    var count = decimal.count
    let point = isZero && style == .general ? 1 : decimal.point
    var hasExponent = style == .scientific
    if style == .general {
      if keepsPoint {
        count = min(count, precision)
      } else {
        while count > 1 && digits[count - 1] == UInt8(ascii: "0") { count -= 1 }
      }
      hasExponent = point - 1 >= exponentLimit || point - 1 < -4
    }
    if hasExponent {
      try text.append(digits[0])
      if count > 1 || keepsPoint { try text.append(UInt8(ascii: ".")) }
      try text.append(ascii: digits + 1, count: count - 1)
      let length = FloatText.writeExponent(isZero ? 0 : point - 1, to: try text.prepare(8))
      text.commit(length, scalarCount: length)
      return (1, isZero)
    }
    if point <= 0 {
      try text.append("0.")
      try text.append(UInt8(ascii: "0"), times: -point)
      try text.append(ascii: digits, count: count)
      return (1, isZero)
    }
    let whole = min(point, count)
    try text.append(ascii: digits, count: whole)
    try text.append(UInt8(ascii: "0"), times: point - whole)
    if count > point {
      try text.append(UInt8(ascii: "."))
      try text.append(ascii: digits + point, count: count - point)
    } else if hasFraction {
      try text.append(".0")
    } else if keepsPoint {
      try text.append(UInt8(ascii: "."))
    }
    return (point, isZero)
  }
}

extension FormatSpecification {
  /// The type letter of an int, for messages.
  fileprivate var letter: Unicode.Scalar { hasType ? type : "d" }
}

extension TextBuilder {
  /// Appends one ASCII character `times` times.
  fileprivate mutating func append(_ ascii: UInt8, times: Int) throws(RaisedError) {
    try append(Unicode.Scalar(ascii) as Unicode.Scalar, times: times)
  }

  /// Makes the ASCII letters capital.
  fileprivate mutating func makeUppercase() {
    let bytes = UnsafeMutablePointer(mutating: bytes)
    for i in 0..<count where bytes[i] &- UInt8(ascii: "a") < 26 { bytes[i] &= 0xDF }
  }
}
