/// An integer of any size: a sign and a magnitude.
///
/// What takes time in proportion to the length is here. Products and quotients take more, so that
/// they must be interruptible and bounded: these belong to the engine (see `BigIntegers.swift`).
struct BigInt: Equatable, ExpressibleByIntegerLiteral {
  /// Whether the number is below zero; never for zero.
  let isNegative: Bool
  /// The magnitude in 64-bit limbs, the least significant first, without zero limbs at the end.
  let limbs: [UInt]

  /// Makes a number from its parts; the limbs must not end with zero.
  init(isNegative: Bool, limbs: [UInt]) {
    self.isNegative = isNegative && !limbs.isEmpty
    self.limbs = limbs
  }

  /// Makes a number that is not negative from its limbs, which must not end with zero.
  init(limbs: [UInt]) {
    isNegative = false
    self.limbs = limbs
  }

  /// Makes the number that a 64-bit integer is.
  init(_ value: Int) {
    isNegative = value < 0
    limbs = value == 0 ? [] : [value.magnitude]
  }

  init(integerLiteral value: Int) { self.init(value) }

  /// The whole part of a finite float.
  init(_ value: Double) {
    let magnitude = value.magnitude
    if magnitude < 0x1p64 {
      self.init(isNegative: value < 0, limbs: magnitude < 1 ? [] : [UInt(magnitude)])
    } else {
      // 53 bits, the highest of which has the weight 2 ** exponent.
      let significand = UInt(magnitude.significandBitPattern | 1 << 52)
      let bits = LimbArithmetic.shiftLeft([significand], Int(magnitude.exponent) - 52)
      self.init(isNegative: value < 0, limbs: bits)
    }
  }

  // MARK: Asking

  /// Whether the number is 0.
  var isZero: Bool { limbs.isEmpty }

  /// Whether two does not divide the number.
  var isOdd: Bool { (limbs.first ?? 0) & 1 != 0 }

  /// The number without its sign.
  var magnitude: BigInt { BigInt(limbs: limbs) }

  /// How many bits the magnitude has; 0 for 0.
  var bitWidth: Int {
    guard let last = limbs.last else { return 0 }
    return limbs.count * 64 - last.leadingZeroBitCount
  }

  /// How many zeros the magnitude's bits end with; 0 for 0.
  var trailingZeroBitCount: Int {
    guard let index = limbs.firstIndex(where: { $0 != 0 }) else { return 0 }
    return index * 64 + limbs[index].trailingZeroBitCount
  }

  /// The number as a 64-bit integer; nil when it does not fit.
  var int: Int? {
    if limbs.isEmpty { return 0 }
    guard limbs.count == 1 else { return nil }
    if isNegative { return limbs[0] <= 1 << 63 ? Int(bitPattern: 0 &- limbs[0]) : nil }
    return Int(exactly: limbs[0])
  }

  /// The `count` lowest limbs in two's complement.
  func twosComplement(count: Int) -> [UInt] {
    var limbs = limbs
    limbs += repeatElement(0, count: count - limbs.count)
    if isNegative { BigInt.negateTwosComplement(&limbs) }
    return limbs
  }

  private static func negateTwosComplement(_ limbs: inout [UInt]) {
    var carry = true
    for i in limbs.indices {
      if carry {
        (limbs[i], carry) = (~limbs[i]).addingReportingOverflow(1)
      } else {
        limbs[i] = ~limbs[i]
      }
    }
  }

  // MARK: As floats

  /// The nearest float, ties to even; infinite when it is beyond all floats.
  var double: Double {
    let width = bitWidth
    if width > 1024 { return isNegative ? -Double.infinity : Double.infinity }
    let magnitude: Double
    if width <= 64 {
      magnitude = Double(limbs.first ?? 0)
    } else {
      // 64 bits, and one for all the rest: more than a float has, so that it rounds once.
      let top = leadingBits | (trailingZeroBitCount < width - 64 ? 1 : 0)
      magnitude = Double(sign: .plus, exponent: width - 64, significand: Double(top))
    }
    return isNegative ? -magnitude : magnitude
  }

  /// The highest 64 bits of a magnitude that has more.
  private var leadingBits: UInt {
    let last = limbs[limbs.count - 1]
    let shift = last.leadingZeroBitCount
    return last << shift | limbs[limbs.count - 2] >> (64 - shift)
  }

  /// log2 of the magnitude, also beyond all floats; not of zero.
  var binaryLogarithm: Double {
    let width = bitWidth
    if width <= 1000 { return logarithm2(double.magnitude) }
    return logarithm2(Double(leadingBits)) + Double(width - 64)
  }

  // MARK: Comparing

  static func < (a: BigInt, b: BigInt) -> Bool {
    if a.isNegative != b.isNegative { return a.isNegative }
    return a.isNegative
      ? LimbArithmetic.isLess(b.limbs, a.limbs) : LimbArithmetic.isLess(a.limbs, b.limbs)
  }

  static func > (a: BigInt, b: BigInt) -> Bool { b < a }

  // MARK: Sums and shifts

  static prefix func - (a: BigInt) -> BigInt {
    BigInt(isNegative: !a.isNegative, limbs: a.limbs)
  }

  static func + (a: BigInt, b: BigInt) -> BigInt {
    if a.isNegative == b.isNegative {
      return BigInt(isNegative: a.isNegative, limbs: LimbArithmetic.sum(a.limbs, b.limbs))
    }
    if LimbArithmetic.isLess(a.limbs, b.limbs) {
      return BigInt(
        isNegative: b.isNegative, limbs: LimbArithmetic.difference(b.limbs, a.limbs))
    }
    return BigInt(isNegative: a.isNegative, limbs: LimbArithmetic.difference(a.limbs, b.limbs))
  }

  static func - (a: BigInt, b: BigInt) -> BigInt { a + -b }

  /// The number times 2 ** count, count >= 0.
  static func << (a: BigInt, count: Int) -> BigInt {
    BigInt(isNegative: a.isNegative, limbs: LimbArithmetic.shiftLeft(a.limbs, count))
  }

  /// The number divided by 2 ** count, count >= 0, rounded down.
  static func >> (a: BigInt, count: Int) -> BigInt {
    let limbs = LimbArithmetic.shiftRight(a.limbs, count)
    if a.isNegative && a.trailingZeroBitCount < count {
      return BigInt(isNegative: true, limbs: LimbArithmetic.sum(limbs, [1]))
    }
    return BigInt(isNegative: a.isNegative, limbs: limbs)
  }
}

// MARK: - Text

extension BigInt: CustomStringConvertible {
  /// The number in decimal.
  var description: String {
    if limbs.isEmpty { return "0" }
    let count = LimbArithmetic.digitLimit(limbs, radix: 10)
    let arithmetic = LimbArithmetic(checkpoint: { () throws(RaisedError) in })
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { text in
      // Nothing throws where nothing interrupts.
      try? arithmetic.fill(text.baseAddress.unsafelyUnwrapped, count, with: limbs, radix: 10)
      let digits = text.drop { $0 == UInt8(ascii: "0") }
      return (isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self)
    }
  }

  /// The number that a text stands for: digits, with a minus before them maybe; nil when it is
  /// malformed.
  init?(_ text: some StringProtocol, radix: Int = 10) {
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    var digits: [UInt8] = []
    for byte in text.utf8.dropFirst(isNegative ? 1 : 0) {
      guard let digit = NumberScanner.digit(byte), digit < radix else { return nil }
      digits.append(UInt8(truncatingIfNeeded: digit))
    }
    if digits.isEmpty { return nil }
    let arithmetic = LimbArithmetic(checkpoint: { () throws(RaisedError) in })
    let limbs = digits.withUnsafeBufferPointer {
      try? arithmetic.number(ofDigits: $0, radix: radix)
    }
    self.init(isNegative: isNegative, limbs: limbs ?? [])
  }
}
