/// The heap object of an int that does not fit in 64 bits.
///
/// The limbs of its magnitude are trailing, the least significant first; `header.flags` is 1 when
/// it is negative. To the heap these are bytes, and `header.kind` says so: to the collector nothing
/// else matters. Only the value's tag tells that they are a number. An integer that fits in 64 bits
/// is never kept so (``Engine/makeInt(_:)`` sees to that): two equal integers have equal tags.
///
/// The BigInt package was measured and left: its arrays and boxes made a program of small big
/// integers take 3.1 times CPython's time where this takes 0.8, it links Foundation (44 MB more of
/// static executable, 2 MB more of memory), and some of its shifts, bit operators and conversions to
/// floats do not round as they must here.
typealias BigIntReference = BytesReference

extension Value {
  /// The object of a big integer.
  @inline(__always) var bigInt: BigIntReference { object() }
}

extension UnsafeMutablePointer where Pointee == BytesObject {
  /// The limbs of a big integer.
  @inline(__always) var limbs: UnsafeMutablePointer<UInt> { trailing() }
  @inline(__always) var limbCount: Int { pointee.count / MemoryLayout<UInt>.size }
  /// Whether a big integer is below zero.
  @inline(__always) var isNegative: Bool { pointee.header.flags != 0 }
  @inline(__always) var limbBuffer: UnsafeBufferPointer<UInt> {
    UnsafeBufferPointer(start: limbs, count: limbCount)
  }
  /// How many bits the magnitude of a big integer has.
  var bitWidth: Int { limbCount * 64 - limbs[limbCount - 1].leadingZeroBitCount }
}

/// The largest integers.
enum IntLimits {
  /// No integer has more bits than this: 32 MiB, 80 million digits.
  ///
  /// The memory limit alone would admit numbers whose product takes hours.
  static let bitWidth = 1 << 28
}

extension Engine {
  // MARK: Making and reading

  /// The integer as a value: 64-bit when it fits, a heap object otherwise.
  func makeInt(_ value: BigInt) -> Value {
    if let small = value.int { return .int(small) }
    let object = allocateInt(limbCount: value.limbs.count)
    value.limbs.withUnsafeBufferPointer {
      object.limbs.initialize(from: $0.baseAddress.unsafelyUnwrapped, count: $0.count)
    }
    return finish(object, count: value.limbs.count, isNegative: value.isNegative)
  }

  /// The integer with a magnitude of two limbs.
  func makeInt(isNegative: Bool, low: UInt, high: UInt) -> Value {
    if high == 0 && low < 1 << 63 {
      return .int(isNegative ? -Int(bitPattern: low) : Int(bitPattern: low))
    }
    let object = allocateInt(limbCount: 2)
    object.limbs[0] = low
    object.limbs[1] = high
    return finish(object, count: high == 0 ? 1 : 2, isNegative: isNegative)
  }

  /// An object with room for `limbCount` limbs, to be filled and then passed to
  /// ``finish(_:count:isNegative:)``.
  @inline(__always)
  func allocateInt(limbCount: Int) -> BigIntReference {
    let memory = pointee.heap.allocate(
      MemoryLayout<BytesObject>.size + limbCount * MemoryLayout<UInt>.stride, kind: .bytes)
    let object = memory.assumingMemoryBound(to: BytesObject.self)
    // What is interrupted leaves it to the collector as it is.
    object.pointee.count = limbCount * MemoryLayout<UInt>.stride
    return object
  }

  /// The integer whose limbs were filled in, `count` of them without zeros at the end.
  ///
  /// Where it fits in 64 bits the object is left to the collector.
  @inline(__always)
  func finish(_ object: BigIntReference, count: Int, isNegative: Bool) -> Value {
    object.pointee.count = count * MemoryLayout<UInt>.stride
    object.pointee.header.flags = isNegative ? 1 : 0
    if count <= 1 {
      let limb = count == 0 ? 0 : object.limbs[0]
      if limb < 1 << 63 || isNegative && limb == 1 << 63 {
        return .int(Int(bitPattern: isNegative ? 0 &- limb : limb))
      }
    }
    return Value(.bigInt, object)
  }

  /// A copy of the integer in a value, which must be an int of any size.
  func bigInt(_ value: Value) -> BigInt {
    value.isInt
      ? BigInt(value.int)
      : BigInt(isNegative: value.bigInt.isNegative, limbs: Array(value.bigInt.limbBuffer))
  }

  // MARK: Limits

  /// Refuses an integer of `bits` bits that would be too large, before it is computed; also the
  /// moment for an interruption.
  func reserveInt(bits: Double) throws(RaisedError) {
    if bits <= 0x1p19 { return }
    // A pass over the largest takes some 20 ms where its memory is new.
    try checkInterruption()
    // Products and quotients need about as much again while they are computed.
    try reserve(bits < 0x1p60 ? Int(bits) / 4 : Int.max)
    if bits > Double(IntLimits.bitWidth) { throw intTooLarge() }
  }

  /// The error for an integer beyond ``IntLimits``.
  func intTooLarge() -> RaisedError {
    makeError(
      pointee.errors.memoryError, "an int cannot have more than \(IntLimits.bitWidth) bits")
  }

  /// The functions for many limbs, interruptible.
  var limbArithmetic: LimbArithmetic {
    LimbArithmetic { () throws(RaisedError) in try self.checkInterruption() }
  }

  // MARK: Operations whose time or memory grows fast

  /// a × b; O(n^1.58).
  func multiply(_ a: BigInt, _ b: BigInt) throws(RaisedError) -> BigInt {
    try reserveInt(bits: Double((a.limbs.count + b.limbs.count) * 64))
    let product = try limbArithmetic.multiply(a.limbs, b.limbs)
    return BigInt(isNegative: a.isNegative != b.isNegative, limbs: product)
  }

  /// Quotient, rounded down, and remainder, which has the sign of `b`.
  func floorDivide(
    _ a: BigInt, _ b: BigInt
  ) throws(RaisedError) -> (quotient: BigInt, remainder: BigInt) {
    if b.isZero { throw zeroDivisionError() }
    try reserveInt(bits: Double(a.limbs.count * 64))
    var (quotient, remainder) = try limbArithmetic.divide(a.limbs, b.limbs)
    if a.isNegative != b.isNegative && !remainder.isEmpty {
      // The quotient was rounded to zero.
      quotient = LimbArithmetic.sum(quotient, [1])
      remainder = LimbArithmetic.difference(b.limbs, remainder)
    }
    return (
      BigInt(isNegative: a.isNegative != b.isNegative, limbs: quotient),
      BigInt(isNegative: b.isNegative, limbs: remainder)
    )
  }

  /// base ** exponent by repeated squaring; the exponent must not be negative.
  func power(_ base: BigInt, _ exponent: Int) throws(RaisedError) -> BigInt {
    if exponent == 0 { return 1 }
    if base.isZero { return base }
    // Factors of two are a shift at the end: 10 ** n squares numbers of 5 ** n.
    let zeros = base.trailingZeroBitCount
    let odd = base.magnitude >> zeros
    try reserveInt(bits: base.binaryLogarithm * Double(exponent))
    var result = odd
    if odd.limbs != [1] {
      for bit in stride(from: Int.bitWidth - exponent.leadingZeroBitCount - 2, through: 0, by: -1) {
        result = try multiply(result, result)
        if exponent >> bit & 1 != 0 { result = try multiply(result, odd) }
      }
    }
    result = result << (zeros * exponent)
    return base.isNegative && exponent & 1 != 0 ? -result : result
  }

  /// The largest integer whose square is not above `value`, which must not be negative.
  ///
  /// Each round doubles the number of known bits, so that the whole costs about as much as its last
  /// division (Mark Dickinson's algorithm in CPython's `math.isqrt`).
  func squareRoot(_ value: BigInt) throws(RaisedError) -> BigInt {
    if value.isZero { return value }
    let target = (value.bitWidth - 1) / 2
    var root: BigInt = 1
    var known = 0
    for bit in stride(from: Int.bitWidth - target.leadingZeroBitCount - 1, through: 0, by: -1) {
      let before = known
      known = target >> bit
      let dividend = value >> (2 * target - before - known + 1)
      root = (root << (known - before - 1)) + (try floorDivide(dividend, root).quotient)
    }
    return try multiply(root, root) > value ? root - 1 : root
  }
}
