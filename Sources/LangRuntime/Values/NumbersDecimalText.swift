#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Floats as decimal digits, rounded correctly at any place.
///
/// Where the digits after the point come from few bits they are computed here, otherwise by the C
/// library; both are exact.
enum DecimalText {
  /// Calls `body` with the digits of a finite `value` >= 0, rounded to `places` places after the
  /// point.
  static func withDigits<Result, Failure: Error>(
    of value: Double, afterPoint places: Int,
    _ body: (UnsafePointer<UInt8>, DecimalDigits) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if places <= maximumShortPlaces {
      let result = try withUnsafeTemporaryAllocation(
        of: UInt8.self, capacity: maximumShortPlaces + 24
      ) { (buffer) throws(Failure) -> Result? in
        // The first place is for what rounding up may carry.
        let digits = buffer.baseAddress.unsafelyUnwrapped + 1
        guard let decimal = fill(digits, with: value, afterPoint: places) else { return nil }
        let isCarried = digits[-1] == UInt8(ascii: "1")
        return try isCarried
          ? body(digits - 1, DecimalDigits(count: decimal.count + 1, point: decimal.point + 1))
          : body(digits, decimal)
      }
      if let result { return result }
    }
    return try withText(of: value, "%.*f", places, body)
  }

  private static let maximumShortPlaces = 32

  /// Fills in the digits of a value with at most 60 bits after the point; nil for others.
  ///
  /// Ten times such a fraction fits in 64 bits, so that each digit is one multiplication. The byte
  /// before the digits becomes a 1 when rounding carries into it.
  private static func fill(
    _ digits: UnsafeMutablePointer<UInt8>, with value: Double, afterPoint places: Int
  ) -> DecimalDigits? {
    guard value < 0x1p63 && (value.isNormal || value == 0) else { return nil }
    var significand = value == 0 ? 0 : value.significandBitPattern | 1 << 52
    var fractionBits = value == 0 ? 0 : 52 - Int(value.exponent)
    if fractionBits > 0 {
      let zeros = min(significand.trailingZeroBitCount, fractionBits)
      significand >>= UInt64(zeros)
      fractionBits -= zeros
      if fractionBits > 60 { return nil }
    } else {
      significand <<= UInt64(-fractionBits)
      fractionBits = 0
    }
    let whole = Int(significand >> UInt64(fractionBits))
    let mask: UInt64 = 1 << UInt64(fractionBits) - 1
    var fraction = significand & mask
    let point = TextScanning.decimalLength(whole)
    TextScanning.writeDecimal(whole, length: point, to: digits)
    var count = point
    for _ in 0..<places {
      fraction *= 10
      let digit = UInt8(truncatingIfNeeded: fraction >> UInt64(fractionBits))
      digits[count] = UInt8(ascii: "0") + digit
      fraction &= mask
      count += 1
    }
    digits[-1] = UInt8(ascii: "0")
    let twice = fraction << 1
    let unit: UInt64 = 1 << UInt64(fractionBits)
    if twice > unit || (twice == unit && digits[count - 1] & 1 != 0) {
      var position = count - 1
      while digits[position] == UInt8(ascii: "9") {
        digits[position] = UInt8(ascii: "0")
        position -= 1
      }
      digits[position] += 1
    }
    return DecimalDigits(count: count, point: point)
  }

  /// Calls `body` with `count` >= 1 digits of a finite `value` >= 0.
  static func withDigits<Result, Failure: Error>(
    of value: Double, count: Int,
    _ body: (UnsafePointer<UInt8>, DecimalDigits) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withText(of: value, "%.*e", count - 1, body)
  }

  /// Takes apart `12.34` or `1.234e+01`, and leaves the digits alone in `text`.
  ///
  /// The point may be anything: it depends on the locale.
  private static func scan(_ text: UnsafeMutablePointer<UInt8>, _ count: Int) -> DecimalDigits {
    var decimal = DecimalDigits(count: 0, point: -1)
    var position = 0
    while position < count && text[position] != UInt8(ascii: "e") {
      let byte = text[position]
      position += 1
      if byte &- UInt8(ascii: "0") < 10 {
        text[decimal.count] = byte
        decimal.count += 1
      } else if decimal.point < 0 {
        decimal.point = decimal.count
      }
    }
    if decimal.point < 0 { decimal.point = decimal.count }
    if position < count {
      decimal.point += FloatText.exponent(
        UnsafeBufferPointer(start: text, count: count), after: position + 1)
    }
    return decimal
  }

  private static func withText<Result, Failure: Error>(
    of value: Double, _ format: StaticString, _ precision: Int,
    _ body: (UnsafePointer<UInt8>, DecimalDigits) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // 309 digits before the point at most; the rest is a sign, a point, an exponent.
    let capacity = precision + 330
    let text = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    defer { text.deallocate() }
    let count = withVaList([Int32(truncatingIfNeeded: precision), value]) { arguments in
      format.utf8Start.withMemoryRebound(to: CChar.self, capacity: format.utf8CodeUnitCount + 1) {
        format in
        UnsafeMutableRawPointer(text).withMemoryRebound(to: CChar.self, capacity: capacity) {
          vsnprintf($0, capacity, format, arguments)
        }
      }
    }
    return try body(text, scan(text, Int(count)))
  }
}

extension DecimalDigits {
  /// The float nearest to the number that these digits are.
  func value(of digits: UnsafePointer<UInt8>) -> Double {
    if count <= 15 && (-22...22).contains(point - count) {
      // Both parts are floats without rounding, so that one operation rounds once.
      var significand = 0
      for i in 0..<count { significand = significand * 10 + Int(digits[i] & 0x0F) }
      return point < count
        ? Double(significand) / Engine.powersOfTen[count - point]
        : Double(significand) * Engine.powersOfTen[point - count]
    }
    let text = UnsafeBufferPointer(start: digits, count: count)
    return Double(String(decoding: text, as: UTF8.self) + "e\(point - count)") ?? 0
  }
}
