import Lang

// Arithmetic where an operand or the result does not fit in 64 bits.

extension Engine {
  /// `a op b` of two ints, at least one of them big.
  @inline(never)
  func bigIntArithmetic(
    _ op: BinaryOperator, _ a: Value, _ b: Value
  ) throws(RaisedError) -> Value {
    switch op {
    case .add, .subtract: return try bigIntSum(op, a, b)
    case .multiply: return try bigIntProduct(a, b)
    case .divide: return .float(try trueDivide(bigInt(a), bigInt(b)))
    case .floorDivide:
      if let quotient = try twoLimbDivision(op, a, b) { return quotient }
      return makeInt(try floorDivide(bigInt(a), bigInt(b)).quotient)
    case .modulo:
      if let remainder = try twoLimbDivision(op, a, b) { return remainder }
      return makeInt(try floorDivide(bigInt(a), bigInt(b)).remainder)
    case .power: return try bigIntPower(bigInt(a), bigInt(b))
    case .bitAnd: return try combineBits(a, b) { $0 & $1 }
    case .bitOr: return try combineBits(a, b) { $0 | $1 }
    case .bitXor: return try combineBits(a, b) { $0 ^ $1 }
    case .shiftLeft: return try shiftLeft(a, b)
    case .shiftRight: return try shiftRight(a, b)
    default: throw operandError(op, a, b)
    }
  }

  // MARK: Without copies

  /// An int of any size as limbs in memory.
  private struct Operand {
    let isNegative: Bool
    let limbs: UnsafePointer<UInt>
    let count: Int

    /// `spare` is where the limb of a 64-bit integer is kept.
    init(_ value: Value, _ spare: UnsafeMutablePointer<UInt>) {
      if value.isInt {
        spare.pointee = value.int.magnitude
        isNegative = value.int < 0
        limbs = UnsafePointer(spare)
        count = value.int == 0 ? 0 : 1
      } else {
        isNegative = value.bigInt.isNegative
        limbs = UnsafePointer(value.bigInt.limbs)
        count = value.bigInt.limbCount
      }
    }

    var buffer: UnsafeBufferPointer<UInt> { UnsafeBufferPointer(start: limbs, count: count) }
    /// The second limb.
    var high: UInt { count > 1 ? limbs[1] : 0 }
    /// The first limb.
    var low: UInt { count > 0 ? limbs[0] : 0 }
    /// How many bits the magnitude has; 0 for 0.
    var bitWidth: Int { count == 0 ? 0 : count * 64 - limbs[count - 1].leadingZeroBitCount }

    /// Whether one of the lowest `bits` bits of the magnitude is set; it has more than these.
    func hasOnes(below bits: Int) -> Bool {
      for i in 0..<bits / 64 where limbs[i] != 0 { return true }
      return limbs[bits / 64] & (1 << UInt(bits % 64) - 1) != 0
    }

    /// A limb of the number in two's complement, any number of limbs long.
    ///
    /// The limbs are asked for in their order; `carry` is true at first when the number is negative.
    @inline(__always)
    func complement(ofLimb index: Int, adding carry: inout Bool) -> UInt {
      let limb = index < count ? limbs[index] : 0
      if !isNegative { return limb }
      let (result, overflow) = (~limb).addingReportingOverflow(carry ? 1 : 0)
      carry = overflow
      return result
    }
  }

  /// Gives `body` two ints as limbs in memory, which are those of the objects.
  @inline(__always)
  private func withOperands<Result>(
    _ a: Value, _ b: Value, _ body: (Operand, Operand) throws(RaisedError) -> Result
  ) throws(RaisedError) -> Result {
    try withUnsafeTemporaryAllocation(of: UInt.self, capacity: 2) { (spare) throws(RaisedError) in
      let start = spare.baseAddress.unsafelyUnwrapped
      return try body(Operand(a, start), Operand(b, start + 1))
    }
  }

  /// a + b or a - b.
  func bigIntSum(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(RaisedError) -> Value {
    try withOperands(a, b) { (x, y) throws(RaisedError) in
      let (long, short) = x.count >= y.count ? (x, y) : (y, x)
      try reserveInt(bits: Double(long.count * 64 + 1))
      let isNegativeY = op == .add ? y.isNegative : !y.isNegative
      let object = allocateInt(limbCount: long.count + 1)
      if x.isNegative == isNegativeY || y.count == 0 {
        let count = LimbArithmetic.sum(
          long.limbs, long.count, short.limbs, short.count, into: object.limbs)
        return finish(object, count: count, isNegative: x.isNegative)
      }
      // The difference has the sign of the larger.
      let order = LimbArithmetic.compare(x.buffer, y.buffer)
      if order == 0 { return .int(0) }
      let (larger, smaller) = order > 0 ? (x, y) : (y, x)
      let count = LimbArithmetic.difference(
        larger.limbs, larger.count, smaller.limbs, smaller.count, into: object.limbs)
      return finish(object, count: count, isNegative: order > 0 ? x.isNegative : isNegativeY)
    }
  }

  private func bigIntProduct(_ a: Value, _ b: Value) throws(RaisedError) -> Value {
    try withOperands(a, b) { (x, y) throws(RaisedError) in
      let (long, short) = x.count >= y.count ? (x, y) : (y, x)
      if short.count == 0 { return .int(0) }
      try reserveInt(bits: Double((long.count + short.count) * 64))
      let object = allocateInt(limbCount: long.count + short.count)
      let count =
        LimbArithmetic.isShort(long.count, short.count)
        ? LimbArithmetic.multiplyLong(
          long.limbs, long.count, short.limbs, short.count, into: object.limbs)
        : try limbArithmetic.multiply(
          long.limbs, long.count, short.limbs, short.count, into: object.limbs)
      return finish(object, count: count, isNegative: x.isNegative != y.isNegative)
    }
  }

  /// Floor division and modulo of numbers with two limbs at most; nil for others, and for division
  /// by 0.
  private func twoLimbDivision(
    _ op: BinaryOperator, _ a: Value, _ b: Value
  ) throws(RaisedError) -> Value? {
    try withOperands(a, b) { (x, y) throws(RaisedError) in
      if x.count > 2 || y.count > 2 || y.count == 0 { return nil }
      var quotient: (low: UInt, high: UInt)
      var remainder: (low: UInt, high: UInt)
      if y.count == 1 {
        let upper = x.high.quotientAndRemainder(dividingBy: y.low)
        let lower = LimbArithmetic.divide(upper.remainder, x.low, by: y.low)
        quotient = (lower.quotient, upper.quotient)
        remainder = (lower.remainder, 0)
      } else {
        // The quotient has one limb. Half the dividend by the divisor's highest 64 bits gives it,
        // or one more (Warren, *Hacker's Delight*, 9-5).
        let shift = y.high.leadingZeroBitCount
        let top = y.high << shift | y.low >> (64 - shift)
        let half = LimbArithmetic.divide(x.high >> 1, x.high << 63 | x.low >> 1, by: top)
        var estimate = half.quotient >> (63 - shift)
        if estimate > 0 { estimate -= 1 }
        let product = y.low.multipliedFullWidth(by: estimate)
        remainder.low = x.low &- product.low
        remainder.high =
          x.high &- product.high &- y.high &* estimate &- (x.low < product.low ? 1 : 0)
        if remainder.high > y.high || remainder.high == y.high && remainder.low >= y.low {
          estimate += 1
          let borrow: UInt = remainder.low < y.low ? 1 : 0
          remainder.low = remainder.low &- y.low
          remainder.high = remainder.high &- y.high &- borrow
        }
        quotient = (estimate, 0)
      }
      let isNegative = x.isNegative != y.isNegative
      let isRoundedUp = isNegative && (remainder.low | remainder.high) != 0
      if op == .floorDivide {
        if isRoundedUp {
          quotient.low = quotient.low &+ 1
          if quotient.low == 0 { quotient.high += 1 }
        }
        return makeInt(isNegative: isNegative, low: quotient.low, high: quotient.high)
      }
      if isRoundedUp {
        let borrow: UInt = y.low < remainder.low ? 1 : 0
        remainder = (y.low &- remainder.low, y.high &- remainder.high &- borrow)
      }
      return makeInt(isNegative: y.isNegative, low: remainder.low, high: remainder.high)
    }
  }

  // MARK: Powers, shifts, bits

  /// a × 2^b.
  func shiftLeft(_ a: Value, _ b: Value) throws(RaisedError) -> Value {
    try withOperands(a, b) { (x, y) throws(RaisedError) in
      if y.isNegative { throw negativeShiftCount() }
      if x.count == 0 { return .int(0) }
      guard b.isInt else { throw intTooLarge() }
      try reserveInt(bits: Double(x.bitWidth) + Double(b.int))
      let object = allocateInt(limbCount: x.count + b.int / 64 + 1)
      let count = LimbArithmetic.shiftLeft(x.limbs, x.count, b.int, into: object.limbs)
      return finish(object, count: count, isNegative: x.isNegative)
    }
  }

  /// a / 2^b, rounded down.
  private func shiftRight(_ a: Value, _ b: Value) throws(RaisedError) -> Value {
    try withOperands(a, b) { (x, y) throws(RaisedError) in
      if y.isNegative { throw negativeShiftCount() }
      guard b.isInt, b.int < x.bitWidth else { return .int(x.isNegative ? -1 : 0) }
      let room = x.count - b.int / 64
      try reserveInt(bits: Double(room * 64))
      // Rounding may need a limb more.
      let object = allocateInt(limbCount: room + 1)
      var count = LimbArithmetic.shiftRight(x.limbs, x.count, b.int, into: object.limbs)
      if x.isNegative, x.hasOnes(below: b.int) {
        object.limbs[count] = 0
        var i = 0
        repeat {
          object.limbs[i] &+= 1
          i += 1
        } while object.limbs[i - 1] == 0
        count = max(count, i)
      }
      return finish(object, count: count, isNegative: x.isNegative)
    }
  }

  private func bigIntPower(_ x: BigInt, _ y: BigInt) throws(RaisedError) -> Value {
    if y.isNegative { return .float(try floatPower(x.double, y.double)) }
    if let exponent = y.int { return makeInt(try power(x, exponent)) }
    if x.isZero || x == 1 { return makeInt(x) }
    if x == -1 { return .int(y.isOdd ? -1 : 1) }
    throw intTooLarge()
  }

  /// Bit by bit in two's complement with as many bits as it takes.
  @inline(__always)
  private func combineBits(
    _ a: Value, _ b: Value, _ combine: (UInt, UInt) -> UInt
  ) throws(RaisedError) -> Value {
    try withOperands(a, b) { (x, y) throws(RaisedError) in
      let longer = max(x.count, y.count)
      try reserveInt(bits: Double(longer * 64))
      // One limb more has room for the sign.
      let object = allocateInt(limbCount: longer + 1)
      let limbs = object.limbs
      // A negative number is the complement of its magnitude, and one more.
      var (carryX, carryY) = (x.isNegative, y.isNegative)
      for i in 0...longer {
        limbs[i] = combine(
          x.complement(ofLimb: i, adding: &carryX), y.complement(ofLimb: i, adding: &carryY))
      }
      let isNegative = Int(bitPattern: limbs[longer]) < 0
      if isNegative {
        var carry = true
        for i in 0...longer {
          (limbs[i], carry) = (~limbs[i]).addingReportingOverflow(carry ? 1 : 0)
        }
      }
      var count = longer + 1
      while count > 0, limbs[count - 1] == 0 { count -= 1 }
      return finish(object, count: count, isNegative: isNegative)
    }
  }

  /// The float nearest to the exact quotient, ties to even.
  func trueDivide(_ x: BigInt, _ y: BigInt) throws(RaisedError) -> Double {
    let (a, b) = (x.magnitude, y.magnitude)
    let isNegative = x.isNegative != y.isNegative
    if b.isZero { throw zeroDivisionError() }
    if a.isZero { return isNegative ? -0.0 : 0.0 }
    let (m, n) = (a.bitWidth, b.bitWidth)
    if m - n > 1025 { return isNegative ? -Double.infinity : Double.infinity }
    if m - n < -1080 { return isNegative ? -0.0 : 0.0 }
    // a / b lies between 2^(m-n-1) and 2^(m-n+1): scaled by 2^shift it has 63 or 64 bits before the
    // point, and the quotient fits in a limb however long the numbers are.
    let shift = 63 - (m - n)
    let (quotient, remainder) =
      try shift >= 0 ? floorDivide(a << shift, b) : floorDivide(a, b << -shift)
    var scaled = quotient.limbs.first ?? 0
    // The lowest bit stands for all that is lost, so that rounding sees that there is something.
    if !remainder.isZero { scaled |= 1 }
    // Below the normal floats there are fewer bits to round to.
    let exponent = UInt.bitWidth - scaled.leadingZeroBitCount - 1 - shift
    let magnitude: Double
    if exponent >= -1022 {
      magnitude = Double(sign: .plus, exponent: -shift, significand: Double(scaled))
    } else {
      let dropped = shift - 1074
      if dropped > UInt.bitWidth { return isNegative ? -0.0 : 0.0 }
      let kept = scaled >> UInt(dropped)
      let rest = scaled & (dropped == UInt.bitWidth ? UInt.max : (1 << UInt(dropped)) - 1)
      let half: UInt = 1 << UInt(dropped - 1)
      let roundsUp = rest > half || (rest == half && kept & 1 != 0)
      magnitude = Double(kept + (roundsUp ? 1 : 0)) * 0x1p-1074
    }
    return isNegative ? -magnitude : magnitude
  }
}
