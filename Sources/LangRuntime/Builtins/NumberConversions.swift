import Lang

// What `int()`, `float()`, `round()`, `abs()` and `divmod()` do.

extension Engine {
  // MARK: int()

  /// Does what `int(value, base)` does; `base` is undefined or nil when it was not passed.
  func convertToInt(_ value: Value, base: Value) throws(RaisedError) -> Value {
    if !base.isUndefined && !base.isNil {
      let radix = try expectInt(base, "int() expects an int as base")
      guard radix == 0 || (2...36).contains(radix) else {
        throw valueError("int() expects a base from 2 to 36, or 0, not \(radix)")
      }
      let text = try expectString(value, "int() expects a string when a base is given")
      return try parse(text, base: radix)
    }
    switch value.tag {
    case .int, .bigInt: return value
    case .float: return try wholeNumber(value.float)
    case .string: return try parse(value.string, base: 10)
    case .true: return .int(1)
    case .false: return .int(0)
    default:
      throw typeError("int() expects a number or a string, not \(typeName(of: value))")
    }
  }

  private func parse(_ text: StringReference, base: Int) throws(RaisedError) -> Value {
    if let value = try parseInt(text.buffer, base: base) { return value }
    let base = base == 10 ? "" : " in base \(base)"
    throw valueError("cannot convert \(try quotedStart(of: text)) to int\(base)")
  }

  /// The int that a float is without its fraction.
  func wholeNumber(_ value: Double) throws(RaisedError) -> Value {
    if value >= -0x1p63 && value < 0x1p63 { return .int(Int(value)) }
    guard value.isFinite else {
      let name = value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
      throw valueError("cannot convert \(name) to int")
    }
    return makeInt(BigInt(value))
  }

  // MARK: float()

  /// Does what `float(value)` does.
  func convertToFloat(_ value: Value) throws(RaisedError) -> Value {
    switch value.tag {
    case .float: return value
    case .int: return .float(Double(value.int))
    case .bigInt: return .float(bigInt(value).double)
    case .string:
      if let number = try parseFloat(value.string.buffer) { return .float(number) }
      throw valueError("cannot convert \(try quotedStart(of: value.string)) to float")
    case .true: return .float(1)
    case .false: return .float(0)
    default:
      throw typeError("float() expects a number or a string, not \(typeName(of: value))")
    }
  }

  /// A text for a message: quoted, and cut when it is long.
  private func quotedStart(of text: StringReference) throws(RaisedError) -> String {
    let limit = 60
    if Int(text.pointee.scalarCount) <= limit {
      return try repr(Value(.string, text)).string.text
    }
    let start = try stringSlice(text, from: 0, to: limit)
    return try repr(start).string.text + "…"
  }

  // MARK: round()

  /// Rounds half to even.
  ///
  /// Without digits (undefined or nil) the result is an int.
  func roundValue(_ value: Value, digits: Value) throws(RaisedError) -> Value {
    if digits.isUndefined || digits.isNil {
      switch value.tag {
      case .float: return try wholeNumber(value.float.rounded(.toNearestOrEven))
      case .int, .bigInt: return value
      default: break
      }
    } else if isNumeric(value) {
      guard isNumeric(digits) && !digits.isFloat else {
        throw typeError("round() expects an int as digits, not \(typeName(of: digits))")
      }
      // Beyond these, nothing changes the result.
      let count =
        digits.isInt
        ? min(max(digits.int, -(1 << 40)), 1 << 40)
        : bigInt(digits).isNegative ? -(1 << 40) : 1 << 40
      if value.isFloat { return .float(try round(value.float, digits: count)) }
      return count >= 0 ? value : try roundInt(value, zeros: -count)
    }
    throw typeError("round() expects a number, not \(typeName(of: value))")
  }

  /// The multiple of 10 ** zeros nearest to an int, half to even.
  private func roundInt(_ value: Value, zeros: Int) throws(RaisedError) -> Value {
    let number = bigInt(value)
    // Numbers below half of the unit need no unit.
    if Double(zeros) * 3.3219 > Double(number.bitWidth) + 4 { return .int(0) }
    let unit = try power(10, zeros)
    let (quotient, remainder) = try floorDivide(number, unit)
    let twice = remainder << 1
    let isUp = twice > unit || (twice == unit && quotient.isOdd)
    return makeInt(try multiply(isUp ? quotient + 1 : quotient, unit))
  }

  /// The float nearest to `value` rounded, half to even, at a decimal place.
  ///
  /// The exact value counts: 2.675 lies below its text, so that it rounds to 2.67 at two digits.
  private func round(_ value: Double, digits: Int) throws(RaisedError) -> Double {
    // Floats from 2 ** 52 on are whole; none has a digit behind the 324th place.
    if value == 0 || !value.isFinite || digits > 323 { return value }
    if digits < -308 { return Double(signOf: value, magnitudeOf: 0) }
    if digits >= 0 {
      if value.magnitude >= 0x1p52 { return value }
      return DecimalText.withDigits(of: value.magnitude, afterPoint: digits) { digits, decimal in
        let magnitude = decimal.value(of: digits)
        return Double(signOf: value, magnitudeOf: magnitude)
      }
    }
    // The whole part decides, and the fraction only whether a half is one.
    let whole = BigInt(value.magnitude)
    let hasFraction = value.magnitude != value.magnitude.rounded(.down)
    let unit = try power(10, -digits)
    let (quotient, remainder) = try floorDivide(whole, unit)
    let twice = remainder << 1
    let isUp = twice > unit || (twice == unit && (hasFraction || quotient.isOdd))
    let rounded = try multiply(isUp ? quotient + 1 : quotient, unit)
    return Double(signOf: value, magnitudeOf: rounded.double)
  }

  // MARK: abs() and divmod()

  /// The absolute value of a number.
  @inline(__always)
  func absValue(_ value: Value) throws(RaisedError) -> Value {
    if value.isFloat { return .float(value.float.magnitude) }
    if value.isInt && value.int != Int.min { return .int(abs(value.int)) }
    return try absSlowly(value)
  }

  @inline(never)
  private func absSlowly(_ value: Value) throws(RaisedError) -> Value {
    guard isNumeric(value) else {
      throw typeError("abs() expects a number, not \(typeName(of: value))")
    }
    if value.isInt { return try negate(value) }
    return value.bigInt.isNegative ? try negate(value) : value
  }

  /// The tuple of `a // b` and `a % b`.
  func divmodValue(_ a: Value, _ b: Value) throws(RaisedError) -> Value {
    if !a.isFloat && !b.isFloat && isNumeric(a) && isNumeric(b) && !(a.isInt && b.isInt) {
      let (quotient, remainder) = try floorDivide(bigInt(a), bigInt(b))
      return makeTuple(makeInt(quotient), makeInt(remainder))
    }
    let quotient = try arithmetic(.floorDivide, a, b)
    // The second operator may be a method of an instance.
    root(quotient)
    return makeTuple(quotient, try arithmetic(.modulo, a, b))
  }
}
