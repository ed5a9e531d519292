// Comparing and hashing numbers of all three kinds exactly: 2 ** 53 + 1 is not 2.0 ** 53.

extension Engine {
  /// Whether a value is an int of any size or a float; bools are not.
  @inline(__always)
  func isNumeric(_ value: Value) -> Bool {
    value.isInt || value.isFloat || value.tag == .bigInt
  }

  /// Below 0, 0 or above 0 as `a` is less than, equal to or greater than `b`; nil with a NaN.
  ///
  /// Both must be numbers.
  func compareNumbers(_ a: Value, _ b: Value) -> Int? {
    if a.isFloat {
      if b.isFloat { return Engine.compare(a.float, b.float) }
      if b.isInt { return Engine.compare(b.int, a.float).map { -$0 } }
      return Engine.compare(bigInt(b), a.float).map { -$0 }
    }
    if b.isFloat {
      return a.isInt ? Engine.compare(a.int, b.float) : Engine.compare(bigInt(a), b.float)
    }
    if a.isInt {
      if b.isInt { return a.int < b.int ? -1 : a.int == b.int ? 0 : 1 }
      // A big integer is beyond every small one.
      return b.bigInt.isNegative ? 1 : -1
    }
    let left = a.bigInt
    if b.isInt || left.isNegative != b.bigInt.isNegative { return left.isNegative ? -1 : 1 }
    let order = LimbArithmetic.compare(left.limbBuffer, b.bigInt.limbBuffer)
    return left.isNegative ? -order : order
  }

  /// Whether two numbers are equal; a NaN equals nothing.
  func numbersEqual(_ a: Value, _ b: Value) -> Bool { compareNumbers(a, b) == 0 }

  private static func compare(_ a: Double, _ b: Double) -> Int? {
    a < b ? -1 : a > b ? 1 : a == b ? 0 : nil
  }

  private static func compare(_ a: Int, _ b: Double) -> Int? {
    if a.magnitude <= 1 << 53 { return compare(Double(a), b) }
    if b.isNaN { return nil }
    if b >= 0x1p63 { return -1 }
    if b < -0x1p63 { return 1 }
    // `a` is beyond 2 ** 53: where the whole parts are equal, `b` has no fraction.
    let whole = Int(b)
    return a < whole ? -1 : a > whole ? 1 : 0
  }

  private static func compare(_ a: BigInt, _ b: Double) -> Int? {
    if b.isNaN { return nil }
    if b.magnitude < 0x1p63 || (b < 0) != a.isNegative { return a.isNegative ? -1 : 1 }
    if b.isInfinite { return b < 0 ? 1 : -1 }
    let right = BigInt(b)
    return a < right ? -1 : a == right ? 0 : 1
  }

  // MARK: Hashing

  /// The hash of a number; equal numbers have equal hashes, whatever their kinds.
  func hashNumber(_ value: Value) -> UInt32 {
    if value.tag == .bigInt {
      return Engine.hash(value.bigInt.limbBuffer, isNegative: value.bigInt.isNegative)
    }
    if value.isFloat {
      let float = value.float
      // Floats of this size are whole numbers, and may equal a big integer.
      if float.magnitude >= 0x1p63 && float.isFinite && float != -0x1p63 {
        return BigInt(float).limbs.withUnsafeBufferPointer {
          Engine.hash($0, isNegative: float < 0)
        }
      }
    }
    return simpleHash(value)
  }

  private static func hash(_ limbs: UnsafeBufferPointer<UInt>, isNegative: Bool) -> UInt32 {
    var state: UInt64 = isNegative ? 1 : 0
    for limb in limbs {
      state = Hash.combine(state, Hash.of(bits: UInt64(limb)))
    }
    return Hash.finish(state)
  }
}
