import BigInt
import Lang

// Arithmetic where an operand or the result does not fit in 64 bits.

extension Engine {
  /// `a op b` of two ints, at least one of them big.
  @inline(never)
  func bigIntArithmetic(
    _ op: BinaryOperator, _ a: Value, _ b: Value
  ) throws(RaisedError) -> Value {
    let (x, y) = (bigInt(a), bigInt(b))
    switch op {
    case .add, .subtract:
      try reserveInt(bits: Double(max(x.magnitude.bitWidth, y.magnitude.bitWidth)) + 1)
      return makeInt(op == .add ? x + y : x - y)
    case .multiply: return makeInt(try multiply(x, y))
    case .divide:
      if y.isZero { throw zeroDivisionError() }
      return .float(Engine.trueDivide(x, y))
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
      guard b.isInt, b.int < x.magnitude.bitWidth else { return .int(x.isNegative ? -1 : 0) }
      return makeInt(x.shiftedRightRoundingDown(b.int))
    default: throw operandError(op, a, b)
    }
  }

  /// x × 2^count; the count must not be negative.
  func shiftLeft(_ x: BigInt, _ count: Int) throws(RaisedError) -> Value {
    if x.isZero { return .int(0) }
    try reserveInt(bits: Double(x.magnitude.bitWidth) + Double(count))
    return makeInt(BigInt(sign: x.sign, magnitude: x.magnitude << count))
  }

  private func bigIntPower(_ x: BigInt, _ y: BigInt) throws(RaisedError) -> Value {
    if y.isNegative { return .float(try floatPower(x.double, y.double)) }
    if let exponent = Int(exactly: y) { return makeInt(try power(x, exponent)) }
    if x.isZero || x == 1 { return makeInt(x) }
    if x == -1 { return .int(y.isOdd ? -1 : 1) }
    throw intTooLarge()
  }

  /// Bit by bit in two's complement with as many bits as it takes. (The package's operators lose the
  /// highest limb of some results.)
  private func combineBits(
    _ x: BigInt, _ y: BigInt, _ combine: (UInt, UInt) -> UInt
  ) -> Value {
    // One limb more than the longer magnitude has room for its sign.
    let count = max(x.magnitude.words.count, y.magnitude.words.count) + 1
    var limbs = x.twosComplement(count: count)
    let others = y.twosComplement(count: count)
    for i in 0..<count { limbs[i] = combine(limbs[i], others[i]) }
    return makeInt(BigInt(twosComplement: limbs))
  }

  /// The float nearest to the exact quotient, ties to even; `y` is not 0.
  static func trueDivide(_ x: BigInt, _ y: BigInt) -> Double {
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
      shift >= 0
      ? (a << shift).quotientAndRemainder(dividingBy: b)
      : a.quotientAndRemainder(dividingBy: b << -shift)
    var scaled = quotient.words.first ?? 0
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
