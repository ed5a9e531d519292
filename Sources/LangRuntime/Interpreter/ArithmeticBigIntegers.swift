import Lang

// Arithmetic where an operand or the result does not fit in 64 bits.

extension Engine {
  /// `a op b` of two ints, at least one of them big.
  @inline(never)
  func bigIntArithmetic(
    _ op: BinaryOperator, _ a: Value, _ b: Value
  ) throws(RaisedError) -> Value {
    switch op {
    case .add, .subtract, .multiply:
      if let result = try sumOrProduct(op, a, b) { return result }
    case .floorDivide, .modulo:
      if let result = twoLimbDivision(op, a, b) { return result }
    default: break
    }
    let (x, y) = (bigInt(a), bigInt(b))
    switch op {
    case .multiply: return makeInt(try multiply(x, y))
    case .divide:
      if y.isZero { throw zeroDivisionError() }
      return .float(try trueDivide(x, y))
    case .floorDivide:
      if y.isZero { throw zeroDivisionError() }
      return makeInt(try floorDivide(x, y).quotient)
    case .modulo:
      if y.isZero { throw zeroDivisionError() }
      return makeInt(try floorDivide(x, y).remainder)
    case .power: return try bigIntPower(x, y)
    case .bitAnd: return combineBits(x, y, &)
    case .bitOr: return combineBits(x, y, |)
    case .bitXor: return combineBits(x, y, ^)
    case .shiftLeft:
      if y.isNegative { throw negativeShiftCount() }
      if x.isZero { return .int(0) }
      guard b.isInt else { throw intTooLarge() }
      return try shiftLeft(x, b.int)
    case .shiftRight:
      if y.isNegative { throw negativeShiftCount() }
      guard b.isInt, b.int < x.bitWidth else { return .int(x.isNegative ? -1 : 0) }
      return makeInt(x >> b.int)
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
  }

  /// Sums, differences and products of moderate length, computed where they are kept; nil for a
  /// product that is better split.
  private func sumOrProduct(
    _ op: BinaryOperator, _ a: Value, _ b: Value
  ) throws(RaisedError) -> Value? {
    try withUnsafeTemporaryAllocation(of: UInt.self, capacity: 2) { (spare) throws(RaisedError) in
      let start = spare.baseAddress.unsafelyUnwrapped
      let (x, y) = (Operand(a, start), Operand(b, start + 1))
      let (long, short) = x.count >= y.count ? (x, y) : (y, x)
      if op == .multiply {
        if short.count >= LimbArithmetic.karatsubaLimit
          || long.count * short.count > LimbArithmetic.workLimit
        {
          return nil
        }
        if short.count == 0 { return .int(0) }
        try reserveInt(bits: Double((long.count + short.count) * 64))
        let object = allocateInt(limbCount: long.count + short.count)
        LimbArithmetic.multiplyLong(
          long.limbs, long.count, short.limbs, short.count, into: object.limbs)
        let count = long.count + short.count
        return finish(
          object, count: object.limbs[count - 1] == 0 ? count - 1 : count,
          isNegative: x.isNegative != y.isNegative)
      }
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

  /// Floor division and modulo of numbers with two limbs at most; nil for others, and for division
  /// by 0.
  private func twoLimbDivision(_ op: BinaryOperator, _ a: Value, _ b: Value) -> Value? {
    withUnsafeTemporaryAllocation(of: UInt.self, capacity: 2) { spare in
      let start = spare.baseAddress.unsafelyUnwrapped
      let (x, y) = (Operand(a, start), Operand(b, start + 1))
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

  /// x × 2^count; the count must not be negative.
  func shiftLeft(_ x: BigInt, _ count: Int) throws(RaisedError) -> Value {
    if x.isZero { return .int(0) }
    try reserveInt(bits: Double(x.bitWidth) + Double(count))
    return makeInt(x << count)
  }

  private func bigIntPower(_ x: BigInt, _ y: BigInt) throws(RaisedError) -> Value {
    if y.isNegative { return .float(try floatPower(x.double, y.double)) }
    if let exponent = y.int { return makeInt(try power(x, exponent)) }
    if x.isZero || x == 1 { return makeInt(x) }
    if x == -1 { return .int(y.isOdd ? -1 : 1) }
    throw intTooLarge()
  }

  /// Bit by bit in two's complement with as many bits as it takes.
  private func combineBits(
    _ x: BigInt, _ y: BigInt, _ combine: (UInt, UInt) -> UInt
  ) -> Value {
    // One limb more than the longer magnitude has room for its sign.
    let count = max(x.limbs.count, y.limbs.count) + 1
    var limbs = x.twosComplement(count: count)
    let others = y.twosComplement(count: count)
    for i in 0..<count { limbs[i] = combine(limbs[i], others[i]) }
    return makeInt(BigInt(twosComplement: limbs))
  }

  /// The float nearest to the exact quotient, ties to even; `y` is not 0.
  func trueDivide(_ x: BigInt, _ y: BigInt) throws(RaisedError) -> Double {
    let (a, b) = (x.magnitude, y.magnitude)
    let isNegative = x.isNegative != y.isNegative
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
