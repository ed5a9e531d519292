#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The native module `math`: functions on floats, which take ints as well.
///
/// What only ints have is in `MathModuleIntegers.swift`.
enum MathModule {
  /// The functions of the module.
  nonisolated(unsafe) static let definitions: [NativeDefinition] =
    floatDefinitions + integerDefinitions

  /// The constants of the module.
  static var constants: [(StaticString, Value)] {
    [
      ("pi", .float(Double.pi)), ("e", .float(M_E)), ("tau", .float(2 * Double.pi)),
      ("inf", .float(Double.infinity)), ("nan", .float(Double.nan)),
    ]
  }

  // MARK: Arguments

  /// The argument as a float.
  ///
  /// The check for a float stands first and inline: it is nearly always one.
  @inline(__always)
  private static func number(
    _ call: NativeCall, _ index: Int, _ name: StaticString
  ) throws(RaisedError) -> Double {
    let value = call[index]
    return value.isFloat ? value.float : try number(value, name, call.engine)
  }

  @inline(never)
  static func number(
    _ value: Value, _ name: StaticString, _ engine: Engine
  ) throws(RaisedError) -> Double {
    switch value.tag {
    case .float: return value.float
    case .int: return Double(value.int)
    case .bigInt: return engine.bigInt(value).double
    default:
      throw engine.typeError("math.\(name)() expects a number, not \(engine.typeName(of: value))")
    }
  }

  /// A function of one number that has a value everywhere.
  private static func total(
    _ name: StaticString, _ documentation: StaticString, _ body: @escaping (Double) -> Double
  ) -> NativeDefinition {
    NativeDefinition(name, "x", documentation) { (call) throws(RaisedError) -> Value in
      .float(body(try number(call, 0, name)))
    }
  }

  /// A function of one number that has no value `outside` of its domain.
  ///
  /// The C library answers with a NaN there, and with infinity at a pole, which a finite number may
  /// also give when the result is too large. So only what is not finite needs a second look.
  private static func partial(
    _ name: StaticString, _ documentation: StaticString, outside: StaticString,
    isPole: @escaping (Double) -> Bool = { _ in false }, _ body: @escaping (Double) -> Double
  ) -> NativeDefinition {
    NativeDefinition(name, "x", documentation) { (call) throws(RaisedError) -> Value in
      let x = try number(call, 0, name)
      let result = body(x)
      if !result.isFinite && !x.isNaN && (result.isNaN || x.isFinite && isPole(x)) {
        throw call.engine.valueError("math.\(name)() of \(outside)")
      }
      return .float(result)
    }
  }

  /// A function that rounds to an int.
  private static func rounding(
    _ name: StaticString, _ documentation: StaticString, _ rule: FloatingPointRoundingRule
  ) -> NativeDefinition {
    NativeDefinition(name, "x", documentation) { (call) throws(RaisedError) -> Value in
      try rounded(call[0], rule, name, call.engine)
    }
  }

  private static func rounded(
    _ x: Value, _ rule: FloatingPointRoundingRule, _ name: StaticString, _ engine: Engine
  ) throws(RaisedError) -> Value {
    if x.isInt || x.tag == .bigInt { return x }
    return try engine.wholeNumber(try number(x, name, engine).rounded(rule))
  }

  // MARK: Definitions

  nonisolated(unsafe) private static let floatDefinitions: [NativeDefinition] = [
    // Powers and logarithms
    NativeDefinition("sqrt", "x", "The square root.") { (call) throws(RaisedError) -> Value in
      let x = try number(call, 0, "sqrt")
      if x < 0 { throw call.engine.valueError("math.sqrt() of a negative number") }
      return .float(x.squareRoot())
    },
    total("cbrt", "The cube root.", cbrt),
    total("exp", "e to the power of x.", exp),
    total("exp2", "2 to the power of x.", exp2),
    total("expm1", "e to the power of x, minus 1, precise for small x.", expm1),
    NativeDefinition(
      "log", "x, base?", "The logarithm to a base; the natural one without a base.",
      body: logarithm),
    NativeDefinition("log2", "x", "The logarithm to base 2.") {
      (call) throws(RaisedError) -> Value in
      .float(try logarithm(call, "log2", log2, perBit: 1))
    },
    NativeDefinition("log10", "x", "The logarithm to base 10.") {
      (call) throws(RaisedError) -> Value in
      .float(try logarithm(call, "log10", log10, perBit: log10(2)))
    },
    partial(
      "log1p", "The natural logarithm of 1 + x, precise for small x.",
      outside: "a number that is not above -1", isPole: { _ in true }, log1p),
    NativeDefinition("pow", "x, y", "x to the power of y, as a float.") {
      (call) throws(RaisedError) -> Value in
      let (x, y) = (try number(call, 0, "pow"), try number(call, 1, "pow"))
      if x == 0 && y < 0 && y.isFinite {
        throw call.engine.valueError("math.pow() of 0 to a negative power")
      }
      let result = pow(x, y)
      if result.isNaN && !x.isNaN && !y.isNaN {
        throw call.engine.valueError(
          "math.pow() of a negative number to a power that is not whole")
      }
      return .float(result)
    },
    NativeDefinition("hypot", "...", "The length of the vector with these coordinates.") {
      (call) throws(RaisedError) -> Value in
      if call.count == 2 {
        return .float(hypot(try number(call, 0, "hypot"), try number(call, 1, "hypot")))
      }
      var length = 0.0
      for i in 0..<call.count { length = hypot(length, try number(call, i, "hypot")) }
      return .float(length)
    },
    NativeDefinition(
      "dist", "p, q", "The distance of two points, sequences of the same length.", body: distance),

    // Angles
    partial("sin", "The sine of an angle in radians.", outside: "infinity", sin),
    partial("cos", "The cosine of an angle in radians.", outside: "infinity", cos),
    partial("tan", "The tangent of an angle in radians.", outside: "infinity", tan),
    partial(
      "asin", "The angle in radians with this sine.",
      outside: "a number that is not from -1 to 1", asin),
    partial(
      "acos", "The angle in radians with this cosine.",
      outside: "a number that is not from -1 to 1", acos),
    total("atan", "The angle in radians with this tangent.", atan),
    NativeDefinition("atan2", "y, x", "The angle of the point (x, y) in radians, -pi to pi.") {
      (call) throws(RaisedError) -> Value in
      .float(atan2(try number(call, 0, "atan2"), try number(call, 1, "atan2")))
    },
    total("degrees", "An angle in degrees, from radians.") { $0 * (180 / Double.pi) },
    total("radians", "An angle in radians, from degrees.") { $0 * (Double.pi / 180) },
    total("sinh", "The hyperbolic sine.", sinh),
    total("cosh", "The hyperbolic cosine.", cosh),
    total("tanh", "The hyperbolic tangent.", tanh),
    total("asinh", "The inverse of the hyperbolic sine.", asinh),
    partial(
      "acosh", "The inverse of the hyperbolic cosine.", outside: "a number below 1", acosh),
    partial(
      "atanh", "The inverse of the hyperbolic tangent.",
      outside: "a number that is not between -1 and 1", isPole: { _ in true }, atanh),

    // Special functions
    total("erf", "The error function.", erf),
    total("erfc", "1 minus the error function, precise where it is near 1.", erfc),
    partial(
      "gamma", "The gamma function: (x - 1)! for whole numbers.",
      outside: "a whole number that is not positive", isPole: isPoleOfGamma, gamma),
    partial(
      "lgamma", "The natural logarithm of the absolute value of the gamma function.",
      outside: "a whole number that is not positive", isPole: isPoleOfGamma, lgamma),

    // Rounding and parts
    NativeDefinition("floor", "x", "The largest int that is not above x.") {
      (call) throws(RaisedError) -> Value in
      let x = call[0]
      if x.isFloat && x.float.magnitude < 0x1p62 {
        // Without a call into the C library.
        let whole = Int(x.float)
        return .int(Double(whole) > x.float ? whole - 1 : whole)
      }
      return try rounded(x, .down, "floor", call.engine)
    },
    rounding("ceil", "The smallest int that is not below x.", .up),
    rounding("trunc", "The int without the fraction.", .towardZero),
    total("fabs", "The absolute value, as a float.") { $0.magnitude },
    NativeDefinition("fmod", "x, y", "The remainder of x / y, with the sign of x.") {
      (call) throws(RaisedError) -> Value in
      let (x, y) = (try number(call, 0, "fmod"), try number(call, 1, "fmod"))
      if y == 0 || x.isInfinite && !y.isNaN {
        throw call.engine.valueError(y == 0 ? "math.fmod() by 0" : "math.fmod() of infinity")
      }
      return .float(fmod(x, y))
    },
    NativeDefinition("remainder", "x, y", "x minus the multiple of y that is nearest to it.") {
      (call) throws(RaisedError) -> Value in
      let (x, y) = (try number(call, 0, "remainder"), try number(call, 1, "remainder"))
      if y == 0 || x.isInfinite && !y.isNaN {
        throw call.engine.valueError(
          y == 0 ? "math.remainder() by 0" : "math.remainder() of infinity")
      }
      return .float(remainder(x, y))
    },
    NativeDefinition("modf", "x", "The tuple of fraction and whole part, both as floats.") {
      (call) throws(RaisedError) -> Value in
      let x = try number(call, 0, "modf")
      let whole = x.rounded(.towardZero)
      let fraction = x.isInfinite ? 0 : x - whole
      return call.engine.makeTuple(
        .float(x.isNaN ? x : Double(signOf: x, magnitudeOf: fraction)), .float(whole))
    },
    NativeDefinition("frexp", "x", "The tuple (m, n) with x = m * 2 ** n and 0.5 <= abs(m) < 1.") {
      (call) throws(RaisedError) -> Value in
      let x = try number(call, 0, "frexp")
      if x == 0 || !x.isFinite { return call.engine.makeTuple(.float(x), .int(0)) }
      let significand = Double(signOf: x, magnitudeOf: x.significand / 2)
      return call.engine.makeTuple(.float(significand), .int(Int(x.exponent) + 1))
    },
    NativeDefinition("ldexp", "x, n", "x * 2 ** n.") { (call) throws(RaisedError) -> Value in
      let x = try number(call, 0, "ldexp")
      let n = try call.engine.expectInt(call[1], "math.ldexp() expects an int as exponent")
      return .float(scalbn(x, Int32(clamping: min(max(n, -10_000), 10_000))))
    },
    NativeDefinition("copysign", "x, y", "The absolute value of x with the sign of y.") {
      (call) throws(RaisedError) -> Value in
      let (x, y) = (try number(call, 0, "copysign"), try number(call, 1, "copysign"))
      return .float(Double(signOf: y, magnitudeOf: x))
    },
    NativeDefinition("nextafter", "x, y", "The float that follows x in the direction of y.") {
      (call) throws(RaisedError) -> Value in
      .float(nextafter(try number(call, 0, "nextafter"), try number(call, 1, "nextafter")))
    },
    NativeDefinition("ulp", "x", "The distance of the float x from the next larger one.") {
      (call) throws(RaisedError) -> Value in
      let x = try number(call, 0, "ulp").magnitude
      return .float(x.isInfinite ? x : x.ulp)
    },

    // Asking
    NativeDefinition("isfinite", "x", "Whether x is neither infinite nor nan.") {
      (call) throws(RaisedError) -> Value in
      // No int is infinite, however large.
      let x = try number(call, 0, "isfinite")
      return .bool(!call[0].isFloat || x.isFinite)
    },
    NativeDefinition("isinf", "x", "Whether x is infinite, of either sign.") {
      (call) throws(RaisedError) -> Value in
      let x = try number(call, 0, "isinf")
      return .bool(call[0].isFloat && x.isInfinite)
    },
    NativeDefinition("isnan", "x", "Whether x is no number.") {
      (call) throws(RaisedError) -> Value in
      .bool(try number(call, 0, "isnan").isNaN)
    },
    NativeDefinition(
      "isclose", "a, b, rel_tol?, abs_tol?",
      "Whether two numbers are nearly equal: within 1e-09 of the larger, unless said otherwise.",
      body: isClose),
    NativeDefinition(
      "fsum", "items", "The sum of numbers, rounded once at the end.", body: exactSum),
  ]

  private static func isPoleOfGamma(_ x: Double) -> Bool { x <= 0 && x == x.rounded(.down) }

  private static func gamma(_ x: Double) -> Double {
    // Factorials up to this one are floats without rounding; the C library misses some of them.
    guard x >= 1, x <= 23, x == x.rounded(.down) else { return tgamma(x) }
    return stride(from: 2.0, to: x, by: 1).reduce(1, *)
  }

  // MARK: Longer bodies

  private static func logarithm(_ call: NativeCall) throws(RaisedError) -> Value {
    let x = try logarithm(call, "log", log, perBit: log(2))
    if call[1].isUndefined { return .float(x) }
    let base = try logarithm(call, "log", log, perBit: log(2), index: 1)
    if base == 0 { throw call.engine.valueError("math.log() to base 1") }
    return .float(x / base)
  }

  /// A logarithm; ints beyond all floats have one as well.
  private static func logarithm(
    _ call: NativeCall, _ name: StaticString, _ body: (Double) -> Double, perBit: Double,
    index: Int = 0
  ) throws(RaisedError) -> Double {
    let x = try number(call, index, name)
    if x <= 0 {
      throw call.engine.valueError("math.\(name)() of a number that is not positive")
    }
    if x.isInfinite && !call[index].isFloat {
      return call.engine.bigInt(call[index]).binaryLogarithm * perBit
    }
    return body(x)
  }

  private static func distance(_ call: NativeCall) throws(RaisedError) -> Value {
    let (p, q) = (try coordinates(call, 0), try coordinates(call, 1))
    guard p.count == q.count else {
      throw call.engine.valueError("math.dist() expects points of the same length")
    }
    var length = 0.0
    for i in p.indices {
      let (x, y) = (
        try number(p[i], "dist", call.engine), try number(q[i], "dist", call.engine)
      )
      length = hypot(length, x - y)
    }
    return .float(length)
  }

  private static func coordinates(
    _ call: NativeCall, _ index: Int
  ) throws(RaisedError) -> UnsafeBufferPointer<Value> {
    let value = call[index]
    switch value.tag {
    case .list:
      let list = value.list
      return UnsafeBufferPointer(start: list.pointee.items, count: list.pointee.count)
    case .tuple:
      let tuple = value.tuple
      return UnsafeBufferPointer(start: tuple.items, count: tuple.pointee.count)
    default:
      throw call.engine.typeError(
        "math.dist() expects lists or tuples, not \(call.engine.typeName(of: value))")
    }
  }

  private static func isClose(_ call: NativeCall) throws(RaisedError) -> Value {
    let (a, b) = (try number(call, 0, "isclose"), try number(call, 1, "isclose"))
    let relative = call[2].isUndefined ? 1e-9 : try number(call, 2, "isclose")
    let absolute = call[3].isUndefined ? 0 : try number(call, 3, "isclose")
    if relative < 0 || absolute < 0 {
      throw call.engine.valueError("math.isclose() expects tolerances of 0 or more")
    }
    if a == b { return .true }
    if a.isInfinite || b.isInfinite { return .false }
    let bound = max(relative * max(a.magnitude, b.magnitude), absolute)
    return .bool((a - b).magnitude <= bound)
  }

  /// Shewchuk's algorithm: partial sums that do not overlap, so that nothing is lost.
  private static func exactSum(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let iterator = try engine.iterate(call[0])
    engine.root(iterator)
    var partials: [Double] = []
    var special = 0.0
    while true {
      let item = try engine.next(iterator)
      if item.isUndefined { break }
      var x = try number(item, "fsum", engine)
      if !x.isFinite {
        special += x
        continue
      }
      var kept = 0
      for partial in partials {
        let (large, small) = x.magnitude < partial.magnitude ? (partial, x) : (x, partial)
        let sum = large + small
        let rest = small - (sum - large)
        if rest != 0 {
          partials[kept] = rest
          kept += 1
        }
        x = sum
      }
      partials.removeSubrange(kept...)
      if x != 0 { partials.append(x) }
    }
    if special != 0 || special.isNaN { return .float(special) }
    // From the largest; where the rest decides a tie, it is one bit that the sum lacks.
    var position = partials.count - 1
    guard position >= 0 else { return .float(0) }
    var sum = partials[position]
    var rest = 0.0
    while position > 0 && rest == 0 {
      position -= 1
      let before = sum
      sum = before + partials[position]
      rest = partials[position] - (sum - before)
    }
    if position > 0 && (rest < 0) == (partials[position - 1] < 0) && rest != 0 {
      let doubled = rest * 2
      let nudged = sum + doubled
      if doubled == nudged - sum { sum = nudged }
    }
    return .float(sum)
  }
}
