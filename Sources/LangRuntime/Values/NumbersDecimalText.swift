#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Floats as decimal digits, rounded correctly at any place; the C library computes them exactly.
enum DecimalText {
  /// Calls `body` with the digits of a finite `value` >= 0, rounded to `places` places after the
  /// point.
  static func withDigits<Result, Failure: Error>(
    of value: Double, afterPoint places: Int,
    _ body: (UnsafePointer<UInt8>, DecimalDigits) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withText(of: value, "%.*f", places, body)
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
    let text = UnsafeBufferPointer(start: digits, count: count)
    return Double(String(decoding: text, as: UTF8.self) + "e\(point - count)") ?? 0
  }
}
