import Lang

// The slow path of every arithmetic instruction: what is not done in the interpreter's loop itself.
// Numbers come first and by their kinds; then sequences and sets; then the operator methods of
// instances; what is left is a TypeError.

extension Engine {
  /// `a op b`, where `op` is not a comparison.
  func arithmetic(
    _ op: BinaryOperator, _ a: Value, _ b: Value
  ) throws(RaisedError) -> Value {
    switch a.tag {
    case .int:
      switch b.tag {
      case .int: return try intArithmetic(op, a.int, b.int)
      case .float: return try floatArithmetic(op, Double(a.int), b.float, a, b)
      case .bigInt: return try bigIntArithmetic(op, a, b)
      default: break
      }
    case .float:
      switch b.tag {
      case .float: return try floatArithmetic(op, a.float, b.float, a, b)
      case .int: return try floatArithmetic(op, a.float, Double(b.int), a, b)
      case .bigInt: return try floatArithmetic(op, a.float, bigInt(b).double, a, b)
      default: break
      }
    case .bigInt:
      switch b.tag {
      case .int, .bigInt: return try bigIntArithmetic(op, a, b)
      case .float: return try floatArithmetic(op, bigInt(a).double, b.float, a, b)
      default: break
      }
    default: break
    }
    return try objectArithmetic(op, a, b)
  }

  // MARK: Floats

  /// `a` and `b` are the operands as they were, for messages.
  @inline(__always)
  private func floatArithmetic(
    _ op: BinaryOperator, _ x: Double, _ y: Double, _ a: Value, _ b: Value
  ) throws(RaisedError) -> Value {
    switch op {
    case .add: return .float(x + y)
    case .subtract: return .float(x - y)
    case .multiply: return .float(x * y)
    case .divide:
      if y == 0 { throw zeroDivisionError() }
      return .float(x / y)
    case .floorDivide:
      if y == 0 { throw zeroDivisionError() }
      return .float(Engine.floorDivide(x, y))
    case .modulo:
      if y == 0 { throw zeroDivisionError() }
      return .float(Engine.floorModulo(x, y))
    case .power: return .float(try floatPower(x, y))
    default: throw operandError(op, a, b)
    }
  }

  /// The remainder with the sign of `y`, also when it is zero.
  static func floorModulo(_ x: Double, _ y: Double) -> Double {
    let remainder = x.truncatingRemainder(dividingBy: y)
    if remainder == 0 { return Double(signOf: y, magnitudeOf: 0) }
    return (remainder < 0) != (y < 0) ? remainder + y : remainder
  }

  /// The quotient rounded down, from the exact remainder: x / y may round up to a whole number.
  static func floorDivide(_ x: Double, _ y: Double) -> Double {
    let remainder = x.truncatingRemainder(dividingBy: y)
    var quotient = (x - remainder) / y
    if remainder != 0 && (remainder < 0) != (y < 0) { quotient -= 1 }
    if quotient == 0 { return Double(signOf: x / y, magnitudeOf: 0) }
    let floor = quotient.rounded(.down)
    return quotient - floor > 0.5 ? floor + 1 : floor
  }

  /// x ** y.
  func floatPower(_ x: Double, _ y: Double) throws(RaisedError) -> Double {
    if x == 0 && y < 0 && y.isFinite { throw zeroDivisionError() }
    if x < 0 && x.isFinite && y.isFinite && y != y.rounded(.towardZero) {
      throw valueError("a negative number cannot be raised to a power that is not whole")
    }
    return raise(x, to: y)
  }

  // MARK: Integers of 64 bits

  @inline(__always)
  private func intArithmetic(
    _ op: BinaryOperator, _ x: Int, _ y: Int
  ) throws(RaisedError) -> Value {
    switch op {
    case .add:
      let (sum, overflow) = x.addingReportingOverflow(y)
      return overflow ? wrapped(sum) : .int(sum)
    case .subtract:
      let (difference, overflow) = x.subtractingReportingOverflow(y)
      return overflow ? wrapped(difference) : .int(difference)
    case .multiply:
      let (product, overflow) = x.multipliedReportingOverflow(by: y)
      if !overflow { return .int(product) }
      let full = x.magnitude.multipliedFullWidth(by: y.magnitude)
      return makeInt(isNegative: (x < 0) != (y < 0), low: full.low, high: full.high)
    case .divide:
      if y == 0 { throw zeroDivisionError() }
      return .float(try trueDivide(x, y))
    case .floorDivide:
      if y == 0 { throw zeroDivisionError() }
      if y == -1 { return try negate(.int(x)) }
      let (quotient, remainder) = x.quotientAndRemainder(dividingBy: y)
      return .int(remainder != 0 && (remainder < 0) != (y < 0) ? quotient - 1 : quotient)
    case .modulo:
      if y == 0 { throw zeroDivisionError() }
      if y == -1 { return .int(0) }
      let remainder = x % y
      return .int(remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder)
    case .power: return try intPower(x, y)
    case .bitAnd: return .int(x & y)
    case .bitOr: return .int(x | y)
    case .bitXor: return .int(x ^ y)
    case .shiftLeft:
      if y < 0 { throw negativeShiftCount() }
      if y < Int.bitWidth && (x << y) >> y == x { return .int(x << y) }
      return try shiftLeft(.int(x), .int(y))
    case .shiftRight:
      if y < 0 { throw negativeShiftCount() }
      return .int(x >> min(y, Int.bitWidth - 1))
    default: throw operandError(op, .int(x), .int(y))
    }
  }

  /// A sum or difference of which only the lowest 64 bits are known: the true one has 65, and the
  /// other sign.
  private func wrapped(_ bits: Int) -> Value {
    if bits < 0 { return makeInt(isNegative: false, low: UInt(bitPattern: bits), high: 0) }
    return makeInt(
      isNegative: true, low: 0 &- UInt(bitPattern: bits), high: bits == 0 ? 1 : 0)
  }

  /// The float nearest to the exact quotient; `y` is not 0.
  private func trueDivide(_ x: Int, _ y: Int) throws(RaisedError) -> Double {
    // Where both are floats without rounding, the hardware's division rounds once.
    if x.magnitude <= 1 << 53 && y.magnitude <= 1 << 53 { return Double(x) / Double(y) }
    return try trueDivide(BigInt(x), BigInt(y))
  }

  private func intPower(_ x: Int, _ y: Int) throws(RaisedError) -> Value {
    if y < 0 { return .float(try floatPower(Double(x), Double(y))) }
    var result = 1
    var square = x
    var rest = y
    while true {
      if rest & 1 != 0 {
        let (product, overflow) = result.multipliedReportingOverflow(by: square)
        if overflow { break }
        result = product
      }
      rest >>= 1
      if rest == 0 { return .int(result) }
      let (next, overflow) = square.multipliedReportingOverflow(by: square)
      if overflow { break }
      square = next
    }
    return makeInt(try power(BigInt(x), y))
  }

  func negativeShiftCount() -> RaisedError { valueError("a shift count cannot be negative") }

  // MARK: One operand

  /// `-value`.
  func negate(_ value: Value) throws(RaisedError) -> Value {
    switch value.tag {
    case .float: return .float(-value.float)
    case .int where value.int != Int.min: return .int(-value.int)
    case .int, .bigInt: return try bigIntSum(.subtract, .int(0), value)
    case .deferred: return try negate(resolved(value))
    default:
      if let result = try callOperator(value, pointee.names.negate) { return result }
      throw typeError("cannot negate \(typeName(of: value))")
    }
  }

  /// `~value`.
  func bitNot(_ value: Value) throws(RaisedError) -> Value {
    switch value.tag {
    case .int: return .int(~value.int)
    case .bigInt: return try bigIntSum(.subtract, .int(-1), value)
    case .deferred: return try bitNot(resolved(value))
    default:
      if let result = try callOperator(value, pointee.names.bitNot) { return result }
      throw typeError("cannot apply ~ to \(typeName(of: value))")
    }
  }

  // MARK: Instances and errors

  /// The result of the operator method of an instance; nil when it has none, or is none.
  func callOperator(
    _ receiver: Value, _ name: Symbol, _ argument: Value
  ) throws(RaisedError) -> Value? {
    guard receiver.tag == .instance || receiver.tag == .superView else { return nil }
    return try callMethod(receiver, name, argument)
  }

  private func callOperator(
    _ receiver: Value, _ name: Symbol
  ) throws(RaisedError) -> Value? {
    guard receiver.tag == .instance || receiver.tag == .superView else { return nil }
    return try callMethod(receiver, name)
  }

  /// The symbol under which a class defines an operator.
  func symbol(of op: BinaryOperator) -> Symbol {
    switch op {
    case .add: pointee.names.add
    case .subtract: pointee.names.subtract
    case .multiply: pointee.names.multiply
    case .divide: pointee.names.divide
    case .floorDivide: pointee.names.floorDivide
    case .modulo: pointee.names.modulo
    case .power: pointee.names.power
    case .bitAnd: pointee.names.bitAnd
    case .bitOr: pointee.names.bitOr
    case .bitXor: pointee.names.bitXor
    case .shiftLeft: pointee.names.shiftLeft
    case .shiftRight: pointee.names.shiftRight
    default: Symbol.none
    }
  }

  /// The TypeError for operands that an operator does not take.
  func operandError(_ op: BinaryOperator, _ a: Value, _ b: Value) -> RaisedError {
    let (left, right) = (typeName(of: a), typeName(of: b))
    let message =
      switch op {
      case .add: "cannot add \(left) and \(right)"
      case .subtract: "cannot subtract \(right) from \(left)"
      case .multiply: "cannot multiply \(left) and \(right)"
      case .divide, .floorDivide: "cannot divide \(left) by \(right)"
      case .modulo: "cannot take \(left) modulo \(right)"
      case .power: "cannot raise \(left) to \(right)"
      case .bitAnd: "cannot apply & to \(left) and \(right)"
      case .bitOr: "cannot apply | to \(left) and \(right)"
      case .bitXor: "cannot apply ^ to \(left) and \(right)"
      case .shiftLeft: "cannot apply << to \(left) and \(right)"
      case .shiftRight: "cannot apply >> to \(left) and \(right)"
      default: "cannot compare \(left) and \(right)"
      }
    return typeError(message)
  }
}
