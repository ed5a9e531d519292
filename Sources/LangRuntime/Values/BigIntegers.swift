import BigInt

/// Keeps a big integer for the heap object that stands for it.
///
/// An integer that fits in 64 bits is never boxed (``Engine/makeInt(_:)`` sees to that), so that two
/// equal integers have equal tags.
final class BigIntBox {
  let value: BigInt

  init(_ value: BigInt) { self.value = value }

  /// What the box and its limbs take, for the collector's pace and the memory limit.
  var byteCount: Int { value.magnitude.words.count * 8 + 112 }
}

/// The largest integers.
enum IntLimits {
  /// No integer has more bits than this: 32 MiB, 80 million digits.
  ///
  /// The memory limit alone would
  /// admit numbers whose product takes hours.
  static let bitWidth = 1 << 28
}

extension Engine {
  // MARK: Making and reading

  /// The integer as a value: 64-bit when it fits, a heap object otherwise.
  ///
  /// The object holds a retained ``BigIntBox``, counted in the heap's bytes, which
  /// ``Heap/releaseSwiftObject(_:)`` must give back when the object dies.
  func makeInt(_ value: BigInt) -> Value {
    let magnitude = value.magnitude
    let width = magnitude.bitWidth
    if width <= 63 {
      let low = Int(bitPattern: magnitude.words.first ?? 0)
      return .int(value.sign == .minus ? -low : low)
    }
    if width == 64 && value.sign == .minus && magnitude.trailingZeroBitCount == 63 {
      return .int(Int.min)
    }
    let box = BigIntBox(value)
    let memory = pointee.heap.allocate(MemoryLayout<SwiftObject>.size, kind: .bigInt)
    pointee.heap.account(box.byteCount)
    let object = memory.assumingMemoryBound(to: SwiftObject.self)
    object.pointee.reference = UnsafeRawPointer(Unmanaged.passRetained(box).toOpaque())
    return Value(.bigInt, object)
  }

  /// The integer with the given sign and limbs, the least significant first.
  func makeInt(isNegative: Bool, limbs: [UInt]) -> Value {
    makeInt(BigInt(sign: isNegative ? .minus : .plus, magnitude: BigUInt(words: limbs)))
  }

  /// The integer in a value, which must be an int of any size.
  func bigInt(_ value: Value) -> BigInt {
    if value.isInt { return BigInt(value.int) }
    return BigIntBox.of(value.object()).value
  }

  // MARK: Limits

  /// Refuses an integer of `bits` bits that would be too large, before it is computed.
  func reserveInt(bits: Double) throws(RaisedError) {
    if bits <= 0x1p19 { return }
    // Products and quotients need about as much again while they are computed.
    try reserve(bits < 0x1p60 ? Int(bits) / 4 : Int.max)
    if bits > Double(IntLimits.bitWidth) { throw intTooLarge() }
  }

  /// The error for an integer beyond ``IntLimits``.
  func intTooLarge() -> RaisedError {
    makeError(
      pointee.errors.memoryError, "an int cannot have more than \(IntLimits.bitWidth) bits")
  }

  /// Throws when another thread asked for the program to stop: the computations below may take long,
  /// and pass no safepoint.
  func checkInterruption() throws(RaisedError) {
    if pointee.isInterrupted == 0 { return }
    pointee.isInterrupted = 0
    throw makeError(pointee.errors.interrupt, "interrupted")
  }

  /// The functions for many limbs, interruptible.
  var limbArithmetic: LimbArithmetic {
    LimbArithmetic { () throws(RaisedError) in try self.checkInterruption() }
  }

  // MARK: Operations whose time or memory grows fast

  /// a × b; O(n^1.58).
  func multiply(_ a: BigInt, _ b: BigInt) throws(RaisedError) -> BigInt {
    let (m, n) = (a.magnitude.words.count, b.magnitude.words.count)
    try reserveInt(bits: Double((m + n) * 64))
    if min(m, n) < LimbArithmetic.smallest { return a * b }
    let product = try limbArithmetic.multiply(a.limbs, b.limbs)
    return BigInt(sign: a.sign == b.sign ? .plus : .minus, magnitude: BigUInt(words: product))
  }

  /// Quotient, rounded down, and remainder, which has the sign of `b`; `b` must not be zero.
  func floorDivide(
    _ a: BigInt, _ b: BigInt
  ) throws(RaisedError) -> (quotient: BigInt, remainder: BigInt) {
    var (quotient, remainder) = try divideMagnitudes(a.magnitude, b.magnitude)
    if a.sign != b.sign {
      // The truncated quotient is at or above the wanted one.
      if !remainder.isZero {
        quotient += 1
        remainder = b.magnitude - remainder
      }
      return (BigInt(sign: .minus, magnitude: quotient), BigInt(sign: b.sign, magnitude: remainder))
    }
    return (BigInt(sign: .plus, magnitude: quotient), BigInt(sign: b.sign, magnitude: remainder))
  }

  /// Quotient and remainder of magnitudes; `b` must not be zero.
  func divideMagnitudes(
    _ a: BigUInt, _ b: BigUInt
  ) throws(RaisedError) -> (quotient: BigUInt, remainder: BigUInt) {
    if a.words.count < LimbArithmetic.smallest { return a.quotientAndRemainder(dividingBy: b) }
    try reserveInt(bits: Double(a.bitWidth))
    let (quotient, remainder) = try limbArithmetic.divide(a.limbs, b.limbs)
    return (BigUInt(words: quotient), BigUInt(words: remainder))
  }

  /// base ** exponent by repeated squaring; the exponent must not be negative.
  func power(_ base: BigInt, _ exponent: Int) throws(RaisedError) -> BigInt {
    if exponent == 0 { return 1 }
    if base.isZero { return 0 }
    // Factors of two are a shift at the end: 10 ** n squares numbers of 5 ** n.
    let zeros = base.magnitude.trailingZeroBitCount
    let odd = base.magnitude >> zeros
    let sign: BigInt.Sign = exponent & 1 == 0 ? .plus : base.sign
    try reserveInt(bits: base.magnitude.binaryLogarithm * Double(exponent))
    var result: BigUInt = 1
    if odd != 1 {
      result = odd
      for bit in stride(from: Int.bitWidth - exponent.leadingZeroBitCount - 2, through: 0, by: -1) {
        result = try multiply(result, result)
        if exponent >> bit & 1 != 0 { result = try multiply(result, odd) }
      }
    }
    return BigInt(sign: sign, magnitude: result << (zeros * exponent))
  }

  /// a × b.
  func multiply(_ a: BigUInt, _ b: BigUInt) throws(RaisedError) -> BigUInt {
    try multiply(BigInt(a), BigInt(b)).magnitude
  }

  /// The largest integer whose square is not above `value`.
  ///
  /// Each round doubles the number of known bits, so that the whole costs about as much as its last
  /// division (Mark Dickinson's algorithm in CPython's `math.isqrt`).
  func squareRoot(_ value: BigUInt) throws(RaisedError) -> BigUInt {
    if value.isZero { return 0 }
    let target = (value.bitWidth - 1) / 2
    var root: BigUInt = 1
    var known = 0
    for bit in stride(from: Int.bitWidth - target.leadingZeroBitCount - 1, through: 0, by: -1) {
      let before = known
      known = target >> bit
      let dividend = value >> (2 * target - before - known + 1)
      root = (root << (known - before - 1)) + (try divideMagnitudes(dividend, root).quotient)
    }
    return try multiply(root, root) > value ? root - 1 : root
  }
}

extension BigIntBox {
  /// The box of a heap object of kind `bigInt`.
  static func of(_ object: SwiftObjectReference) -> BigIntBox {
    Unmanaged<BigIntBox>.fromOpaque(object.pointee.reference).takeUnretainedValue()
  }
}

extension Heap {
  /// Gives back what a dead object of kind `bigInt` or `foreign` retained.
  mutating func releaseSwiftObject(_ object: SwiftObjectReference) {
    if Tag(object.pointee.header.kind) == .bigInt {
      let box = Unmanaged<BigIntBox>.fromOpaque(object.pointee.reference)
      byteCount &-= box._withUnsafeGuaranteedRef { $0.byteCount }
      box.release()
    } else {
      Unmanaged<AnyObject>.fromOpaque(object.pointee.reference).release()
    }
  }
}

// MARK: - What the package lacks

extension BigInt {
  /// The limbs of the magnitude, the least significant first.
  var limbs: [UInt] { magnitude.limbs }

  /// Whether the number is below zero.
  var isNegative: Bool { sign == .minus }

  /// Whether two does not divide the number.
  var isOdd: Bool { (magnitude.words.first ?? 0) & 1 != 0 }

  /// The `count` lowest limbs in two's complement.
  func twosComplement(count: Int) -> [UInt] {
    var limbs = magnitude.limbs
    limbs += repeatElement(0, count: count - limbs.count)
    if isNegative { limbs.negateTwosComplement() }
    return limbs
  }

  /// The number whose two's complement is `limbs`; the highest bit is the sign.
  init(twosComplement limbs: [UInt]) {
    var limbs = limbs
    let isNegative = Int(bitPattern: limbs.last ?? 0) < 0
    if isNegative { limbs.negateTwosComplement() }
    self.init(sign: isNegative ? .minus : .plus, magnitude: BigUInt(words: limbs))
  }

  /// Shifted right with rounding down, as two's complement does it; the package rounds to zero.
  func shiftedRightRoundingDown(_ count: Int) -> BigInt {
    if !isNegative { return BigInt(magnitude >> count) }
    return BigInt(sign: .minus, magnitude: ((magnitude - 1) >> count) + 1)
  }

  /// The nearest float, ties to even; infinite when it is beyond all floats.
  var double: Double { isNegative ? -magnitude.double : magnitude.double }
}

extension BigUInt {
  /// The limbs, the least significant first.
  var limbs: [UInt] { Array(words) }

  /// The nearest float, ties to even (the package drops bits that decide ties).
  var double: Double {
    let width = bitWidth
    if width <= 64 { return Double(words.first ?? 0) }
    if width > 1024 { return Double.infinity }
    // 64 bits and one that stands for all the rest: more than the float has, so that it rounds once.
    let top = leadingBits(width) | (trailingZeroBitCount < width - 64 ? 1 : 0)
    return Double(sign: .plus, exponent: width - 64, significand: Double(top))
  }

  /// The highest 64 of `width` > 64 bits.
  private func leadingBits(_ width: Int) -> UInt {
    let count = words.count
    let shift = words[count - 1].leadingZeroBitCount
    return words[count - 1] << shift | words[count - 2] >> (64 - shift)
  }

  /// log2, also of numbers beyond all floats; not of zero.
  var binaryLogarithm: Double {
    let width = bitWidth
    if width <= 1000 { return logarithm2(double) }
    return logarithm2(Double(leadingBits(width))) + Double(width - 64)
  }
}

extension [UInt] {
  fileprivate mutating func negateTwosComplement() {
    var carry = true
    for i in indices {
      if carry {
        (self[i], carry) = (~self[i]).addingReportingOverflow(1)
      } else {
        self[i] = ~self[i]
      }
    }
  }
}
