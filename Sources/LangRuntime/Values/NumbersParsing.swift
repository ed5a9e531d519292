// Text to numbers, with Python's grammar: white space around, a sign, single underscores between
// digits, and for ints a prefix such as `0x` that agrees with the base.

extension Engine {
  /// The int that a text stands for, in base 2 to 36, or 0 to go by the prefix; nil when it is
  /// malformed.
  func parseInt(
    _ text: UnsafeBufferPointer<UInt8>, base: Int
  ) throws(RaisedError) -> Value? {
    var scanner = NumberScanner(try withoutSpace(text))
    let isNegative = scanner.takeSign()
    var radix = base
    let prefixed = scanner.prefixedRadix
    if prefixed != 0 && (base == 0 || base == prefixed) {
      radix = prefixed
      scanner.position += 2
      // One underscore may follow the prefix.
      _ = scanner.take(UInt8(ascii: "_"))
    } else if base == 0 {
      radix = 10
      // A leading zero would be octal elsewhere: only zero itself may have it.
      if scanner.next == UInt8(ascii: "0") && !scanner.hasOnlyZeros { return nil }
    }
    let start = scanner.position
    var value = 0
    var digitCount = 0
    var isBig = false
    while let digit = scanner.takeDigit(radix: radix, isFirst: digitCount == 0) {
      digitCount += 1
      if digitCount & (Piece.characters - 1) == 0 { try checkInterruption() }
      let (product, first) = value.multipliedReportingOverflow(by: radix)
      let (sum, second) = product.addingReportingOverflow(digit)
      if first || second { isBig = true }
      value = sum
    }
    if digitCount == 0 || !scanner.isAtEnd { return nil }
    if !isBig { return .int(isNegative ? -value : value) }

    try reserveInt(bits: Double(digitCount) * logarithm2(Double(radix)))
    let digits = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: digitCount)
    defer { digits.deallocate() }
    var index = 0
    scanner.position = start
    while let digit = scanner.takeDigit(radix: radix, isFirst: index == 0) {
      digits[index] = UInt8(truncatingIfNeeded: digit)
      index += 1
      if index & (Piece.characters - 1) == 0 { try checkInterruption() }
    }
    let limbs = try limbArithmetic.number(ofDigits: UnsafeBufferPointer(digits), radix: radix)
    return makeInt(BigInt(isNegative: isNegative, limbs: limbs))
  }

  /// The float that a text stands for; nil when it is malformed.
  ///
  /// Too large is infinite, too small 0.
  func parseFloat(_ whole: UnsafeBufferPointer<UInt8>) throws(RaisedError) -> Double? {
    let text = try withoutSpace(whole)
    var scanner = NumberScanner(text)
    let isNegative = scanner.takeSign()
    if let name = scanner.takeName() {
      guard scanner.isAtEnd else { return nil }
      return isNegative ? -name : name
    }
    let start = scanner.position
    // The first 19 digits as an integer, and the power of ten that goes with it.
    var significand: UInt64 = 0
    var exponent = 0
    var digitCount = 0
    var isExact = true
    func take(_ digit: Int) {
      if significand < 100_000_000_000_000_000 {
        significand = significand * 10 + UInt64(digit)
      } else {
        exponent += 1
        if digit != 0 { isExact = false }
      }
    }
    while let digit = scanner.takeDigit(radix: 10, isFirst: digitCount == 0) {
      digitCount += 1
      if digitCount & (Piece.characters - 1) == 0 { try checkInterruption() }
      take(digit)
    }
    if scanner.take(UInt8(ascii: ".")) {
      var isFirst = true
      while let digit = scanner.takeDigit(radix: 10, isFirst: isFirst) {
        digitCount += 1
        if digitCount & (Piece.characters - 1) == 0 { try checkInterruption() }
        isFirst = false
        take(digit)
        exponent -= 1
      }
    }
    if digitCount == 0 { return nil }
    if scanner.take(UInt8(ascii: "e")) || scanner.take(UInt8(ascii: "E")) {
      let isNegativeExponent = scanner.takeSign()
      var value = 0
      var isFirst = true
      while let digit = scanner.takeDigit(radix: 10, isFirst: isFirst) {
        isFirst = false
        // More than any float needs, whatever digits stand before it, and far from overflow.
        value = min(value * 10 + digit, 1 << 40)
      }
      if isFirst { return nil }
      exponent += isNegativeExponent ? -value : value
    }
    guard scanner.isAtEnd else { return nil }
    let magnitude: Double
    if significand == 0 {
      magnitude = 0
    } else if isExact, let nearest = Engine.float(significand, exponent: exponent) {
      magnitude = nearest
    } else {
      let number = text[start..<scanner.position]
      magnitude =
        number.count <= Engine.mostFloatDigits
        ? Double(String(decoding: number.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)) ?? 0
        : try longFloat(number)
    }
    return isNegative ? -magnitude : magnitude
  }

  /// Two neighbouring floats, and the middle between them, differ within 770 digits: of those behind
  /// it only counts whether there is one that is not 0.
  private static let mostFloatDigits = 800

  /// The float that a correct number without a sign stands for, which may have any number of digits.
  private func longFloat(
    _ number: Slice<UnsafeBufferPointer<UInt8>>
  ) throws(RaisedError) -> Double {
    var digits: [UInt8] = []
    var exponent = 0
    var isBehindPoint = false
    var hasRest = false
    var position = number.startIndex
    scan: while position < number.endIndex {
      let byte = number[position]
      position += 1
      if position & (Piece.characters - 1) == 0 { try checkInterruption() }
      switch byte {
      case UInt8(ascii: "_"): continue
      case UInt8(ascii: "."): isBehindPoint = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"): break scan
      default:
        if digits.isEmpty && byte == UInt8(ascii: "0") {
          if isBehindPoint { exponent -= 1 }
        } else if digits.count < Engine.mostFloatDigits {
          digits.append(byte)
          if isBehindPoint { exponent -= 1 }
        } else {
          if byte != UInt8(ascii: "0") { hasRest = true }
          if !isBehindPoint { exponent += 1 }
        }
      }
    }
    if hasRest {
      digits.append(UInt8(ascii: "1"))
      exponent -= 1
    }
    let isNegative = position < number.endIndex && number[position] == UInt8(ascii: "-")
    var value = 0
    while position < number.endIndex {
      let byte = number[position]
      position += 1
      if position & (Piece.characters - 1) == 0 { try checkInterruption() }
      if byte &- UInt8(ascii: "0") < 10 {
        value = min(value * 10 + Int(byte &- UInt8(ascii: "0")), 1 << 40)
      }
    }
    exponent += isNegative ? -value : value
    // Far beyond every float, and still a number that the system reads.
    exponent = min(max(exponent, -1_000_000), 1_000_000)
    return Double(String(decoding: digits, as: UTF8.self) + "e\(exponent)") ?? 0
  }

  /// A text without the white space around it, when it is long: there may be much of it.
  private func withoutSpace(
    _ text: UnsafeBufferPointer<UInt8>
  ) throws(RaisedError) -> UnsafeBufferPointer<UInt8> {
    guard text.count > Piece.characters, let base = text.baseAddress else { return text }
    var (start, end) = (0, text.count)
    var rounds = 0
    while start < end {
      rounds += 1
      if rounds & (Piece.characters - 1) == 0 { try checkInterruption() }
      let (scalar, length) = TextScanning.decode(base + start)
      guard TextScanning.isSpace(scalar) else { break }
      start += length
    }
    while start < end {
      rounds += 1
      if rounds & (Piece.characters - 1) == 0 { try checkInterruption() }
      let (scalar, length) = TextScanning.decodeLast(base, end: end)
      guard TextScanning.isSpace(scalar) else { break }
      end -= length
    }
    return UnsafeBufferPointer(rebasing: text[start..<end])
  }

  /// 10 ** 0 to 10 ** 22, which are exact.
  static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}

/// Reads a number from text, the white space around it left out.
struct NumberScanner {
  private let text: UnsafeBufferPointer<UInt8>
  private let end: Int
  var position: Int

  init(_ text: UnsafeBufferPointer<UInt8>) {
    self.text = text
    var (start, end) = (0, text.count)
    if let base = text.baseAddress {
      while start < end {
        let (scalar, length) = TextScanning.decode(base + start)
        guard TextScanning.isSpace(scalar) else { break }
        start += length
      }
      while start < end {
        // The start of the last scalar.
        var last = end - 1
        while last > start && TextScanning.isContinuation(text[last]) { last -= 1 }
        guard TextScanning.isSpace(TextScanning.decode(base + last).scalar) else { break }
        end = last
      }
    }
    (position, self.end) = (start, end)
  }

  var isAtEnd: Bool { position == end }
  /// The next byte; 0 at the end.
  var next: UInt8 { position < end ? text[position] : 0 }

  /// Steps over `byte` if it comes next.
  mutating func take(_ byte: UInt8) -> Bool {
    guard position < end, text[position] == byte else { return false }
    position += 1
    return true
  }

  /// Steps over a sign; whether it was a minus.
  mutating func takeSign() -> Bool {
    if take(UInt8(ascii: "-")) { return true }
    _ = take(UInt8(ascii: "+"))
    return false
  }

  /// The base that `0x`, `0o` or `0b` stands for when it comes next, or 0.
  var prefixedRadix: Int {
    guard end - position > 2, text[position] == UInt8(ascii: "0") else { return 0 }
    return switch text[position + 1] | 0x20 {
    case UInt8(ascii: "x"): 16
    case UInt8(ascii: "o"): 8
    case UInt8(ascii: "b"): 2
    default: 0
    }
  }

  /// Whether what is left is zeros and underscores.
  var hasOnlyZeros: Bool {
    text[position..<end].allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "_") }
  }

  /// Steps over a digit, and one underscore before it unless it is the first; its value.
  mutating func takeDigit(radix: Int, isFirst: Bool) -> Int? {
    guard position < end else { return nil }
    var index = position
    if text[index] == UInt8(ascii: "_") && !isFirst {
      index += 1
      if index == end { return nil }
    }
    guard let digit = NumberScanner.digit(text[index]), digit < radix else { return nil }
    position = index + 1
    return digit
  }

  /// The value of a digit, letters included.
  @inline(__always)
  static func digit(_ byte: UInt8) -> Int? {
    if byte &- UInt8(ascii: "0") < 10 { return Int(byte &- UInt8(ascii: "0")) }
    let letter = (byte | 0x20) &- UInt8(ascii: "a")
    return letter < 26 ? Int(letter) + 10 : nil
  }

  /// Steps over `inf`, `infinity` or `nan` in any case; its value.
  mutating func takeName() -> Double? {
    func isNext(_ name: StaticString) -> Bool {
      let count = name.utf8CodeUnitCount
      guard end - position >= count else { return false }
      for i in 0..<count where text[position + i] | 0x20 != name.utf8Start[i] { return false }
      return true
    }
    if isNext("infinity") {
      position += 8
      return Double.infinity
    }
    if isNext("inf") {
      position += 3
      return Double.infinity
    }
    if isNext("nan") {
      position += 3
      return Double.nan
    }
    return nil
  }
}
