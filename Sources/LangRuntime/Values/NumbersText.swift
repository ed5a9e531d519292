// Numbers as text. Ints of 64 bits are `TextBuilder.append(decimal:)`.

extension Engine {
  /// Appends an int of any size in decimal; O(n^1.58) for big ones.
  func appendInt(_ value: Value, to builder: inout TextBuilder) throws(RaisedError) {
    if value.isInt { return try builder.append(decimal: value.int) }
    try appendInt(bigInt(value), radix: 10, to: &builder)
  }

  /// Appends an integer with digits below `radix`, 2 to 36.
  func appendInt(
    _ value: BigInt, radix: Int, to builder: inout TextBuilder
  ) throws(RaisedError) {
    if value.isNegative { try builder.append(UInt8(ascii: "-")) }
    let limbs = value.limbs
    if limbs.isEmpty { return try builder.append(UInt8(ascii: "0")) }
    let digits = LimbArithmetic.digitLimit(limbs, radix: radix)
    let start = try builder.prepare(digits)
    try limbArithmetic.fill(start, digits, with: limbs, radix: radix)
    var zeros = 0
    while start[zeros] == UInt8(ascii: "0") { zeros += 1 }
    if zeros > 0 { start.update(from: start + zeros, count: digits - zeros) }
    builder.commit(digits - zeros, scalarCount: digits - zeros)
  }

  /// Appends a float as Python's `repr` shows it: the fewest digits that read back as the same.
  func appendFloat(_ value: Double, to builder: inout TextBuilder) throws(RaisedError) {
    let start = try builder.prepare(FloatText.limit)
    let length = FloatText.write(value, to: start)
    builder.commit(length, scalarCount: length)
  }
}

// MARK: - Floats

/// A float's decimal digits, without the point: the value is 0.DIGITS × 10^point.
struct DecimalDigits {
  var count: Int
  var point: Int
}

/// The text of floats.
enum FloatText {
  /// No float has a longer text (a sign, 17 digits, a point, `e-308`).
  static let limit = 32

  /// Writes a float as Python's `repr` shows it and returns the length.
  static func write(_ value: Double, to text: UnsafeMutablePointer<UInt8>) -> Int {
    if !value.isFinite {
      let name: StaticString = value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
      text.update(from: name.utf8Start, count: name.utf8CodeUnitCount)
      return name.utf8CodeUnitCount
    }
    var length = 0
    if value.sign == .minus {
      text[0] = UInt8(ascii: "-")
      length = 1
    }
    if value.magnitude < 1e15, case let whole = Int(value.magnitude),
      Double(whole) == value.magnitude
    {
      let count = TextScanning.decimalLength(whole)
      TextScanning.writeDecimal(whole, length: count, to: text + length)
      length += count
      text[length] = UInt8(ascii: ".")
      text[length + 1] = UInt8(ascii: "0")
      return length + 2
    }
    let short = writeFewDecimals(value.magnitude, to: text + length)
    if short > 0 { return length + short }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: limit) { buffer in
      let digits = buffer.baseAddress.unsafelyUnwrapped
      let decimal = shortest(value.magnitude, into: digits)
      return length + lay(out: digits, decimal, to: text + length)
    }
  }

  /// Writes a float for which one to six decimals are enough, as for most prices and measurements;
  /// gives the length, 0 when they are not.
  ///
  /// The quotient of two whole numbers below 2^53 and 10^22 is what their decimal text reads back as, and
  /// no two texts of at most 15 digits read back as the same float.
  private static func writeFewDecimals(
    _ magnitude: Double, to text: UnsafeMutablePointer<UInt8>
  ) -> Int {
    if magnitude < 1e-3 || magnitude >= 1e9 { return 0 }
    var power = 1
    for places in 1...6 {
      power *= 10
      let scaled = (magnitude * Double(power)).rounded(.toNearestOrEven)
      if scaled / Double(power) != magnitude { continue }
      var (whole, fraction) = Int(scaled).quotientAndRemainder(dividingBy: power)
      let length = TextScanning.decimalLength(whole)
      TextScanning.writeDecimal(whole, length: length, to: text)
      text[length] = UInt8(ascii: ".")
      for place in (1...places).reversed() {
        (fraction, whole) = fraction.quotientAndRemainder(dividingBy: 10)
        text[length + place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: whole)
      }
      return length + 1 + places
    }
    return 0
  }

  /// The fewest digits that read back as `value`, which is finite and not negative; at most 17.
  static func shortest(
    _ value: Double, into digits: UnsafeMutablePointer<UInt8>
  ) -> DecimalDigits {
    // The standard library finds the digits; only where it puts the point differs from Python.
    var description = value.description
    return description.withUTF8 { text in
      var decimal = DecimalDigits(count: 0, point: 0)
      var seenPoint = false
      var position = 0
      while position < text.count, text[position] != UInt8(ascii: "e") {
        let byte = text[position]
        position += 1
        if byte == UInt8(ascii: ".") {
          seenPoint = true
        } else if byte == UInt8(ascii: "0") && decimal.count == 0 {
          if seenPoint { decimal.point -= 1 }
        } else {
          digits[decimal.count] = byte
          decimal.count += 1
          if !seenPoint { decimal.point += 1 }
        }
      }
      if position < text.count { decimal.point += exponent(text, after: position + 1) }
      while decimal.count > 1 && digits[decimal.count - 1] == UInt8(ascii: "0") {
        decimal.count -= 1
      }
      if decimal.count == 0 {
        digits[0] = UInt8(ascii: "0")
        decimal = DecimalDigits(count: 1, point: 1)
      }
      return decimal
    }
  }

  /// The number with its sign at `start`.
  static func exponent(_ text: UnsafeBufferPointer<UInt8>, after start: Int) -> Int {
    var value = 0
    for byte in text[start...] where byte &- UInt8(ascii: "0") < 10 {
      value = value * 10 + Int(byte &- UInt8(ascii: "0"))
    }
    return start < text.count && text[start] == UInt8(ascii: "-") ? -value : value
  }

  private static func lay(
    out digits: UnsafePointer<UInt8>, _ decimal: DecimalDigits,
    to text: UnsafeMutablePointer<UInt8>
  ) -> Int {
    var length = 0
    func put(_ byte: UInt8) {
      text[length] = byte
      length += 1
    }
    let point = decimal.point
    if point > -4 && point <= 16 {
      if point <= 0 {
        put(UInt8(ascii: "0"))
        put(UInt8(ascii: "."))
        for _ in 0..<(-point) { put(UInt8(ascii: "0")) }
      }
      for i in 0..<decimal.count {
        if i == point && point > 0 { put(UInt8(ascii: ".")) }
        put(digits[i])
      }
      if decimal.count <= point {
        for _ in decimal.count..<point { put(UInt8(ascii: "0")) }
        put(UInt8(ascii: "."))
        put(UInt8(ascii: "0"))
      }
      return length
    }
    put(digits[0])
    if decimal.count > 1 { put(UInt8(ascii: ".")) }
    for i in 1..<max(decimal.count, 1) { put(digits[i]) }
    return length + writeExponent(point - 1, to: text + length)
  }

  /// Writes `e+16`: a sign and at least two digits.
  static func writeExponent(_ exponent: Int, to text: UnsafeMutablePointer<UInt8>) -> Int {
    text[0] = UInt8(ascii: "e")
    text[1] = exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")
    let magnitude = abs(exponent)
    var length = 2
    if magnitude < 10 {
      text[2] = UInt8(ascii: "0")
      length = 3
    }
    let digits = TextScanning.decimalLength(magnitude)
    TextScanning.writeDecimal(magnitude, length: digits, to: text + length)
    return length + digits
  }
}
