import Lang

/// The functions of the module `math` that are about whole numbers, exact at any size.
extension MathModule {
  nonisolated(unsafe) static let integerDefinitions: [NativeDefinition] = [
    NativeDefinition("gcd", "...", "The greatest common divisor.") {
      (call) throws(RaisedError) -> Value in
      try fold(call, "gcd", from: .int(0), greatestCommonDivisor)
    },
    NativeDefinition("lcm", "...", "The least common multiple.") {
      (call) throws(RaisedError) -> Value in
      try fold(call, "lcm", from: .int(1), leastCommonMultiple)
    },
    NativeDefinition("factorial", "n", "The product of the numbers from 1 to n.", body: factorial),
    NativeDefinition(
      "comb", "n, k", "In how many ways k of n things can be chosen, their order aside."
    ) { (call) throws(RaisedError) -> Value in
      try choose(call, "comb", isOrdered: false)
    },
    NativeDefinition(
      "perm", "n, k?", "In how many ways k of n things, or all of them, can be put in order."
    ) { (call) throws(RaisedError) -> Value in
      try choose(call, "perm", isOrdered: true)
    },
    NativeDefinition("isqrt", "n", "The square root of an int, rounded down to an int.") {
      (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let value = try whole(call[0], "isqrt", engine)
      let number = engine.bigInt(value)
      if number.isNegative { throw engine.valueError("math.isqrt() of a negative number") }
      return engine.makeInt(try engine.squareRoot(number))
    },
    NativeDefinition("prod", "items, start?", "The product of numbers, times start.") {
      (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let iterator = try engine.iterate(call[0])
      engine.root(iterator)
      // The product so far stays rooted while the next item is computed.
      let product = engine.pointee.top
      engine.root(call[1].isUndefined ? .int(1) : call[1])
      while true {
        let item = try engine.next(iterator)
        if item.isUndefined { return product.pointee }
        product.pointee = try engine.arithmetic(.multiply, product.pointee, item)
      }
    },
  ]

  /// The argument if it is an int of any size.
  private static func whole(
    _ value: Value, _ name: StaticString, _ engine: Engine
  ) throws(RaisedError) -> Value {
    if value.isInt || value.tag == .bigInt { return value }
    throw engine.typeError("math.\(name)() expects an int, not \(engine.typeName(of: value))")
  }

  private static func fold(
    _ call: NativeCall, _ name: StaticString, from start: Value,
    _ body: (Engine, Value, Value) throws(RaisedError) -> Value
  ) throws(RaisedError) -> Value {
    var result = start
    for i in 0..<call.count {
      result = try body(call.engine, result, try whole(call[i], name, call.engine))
    }
    return result
  }

  private static func greatestCommonDivisor(
    _ engine: Engine, _ a: Value, _ b: Value
  ) throws(RaisedError) -> Value {
    if a.isInt && b.isInt {
      var (x, y) = (a.int.magnitude, b.int.magnitude)
      while y != 0 { (x, y) = (y, x % y) }
      return engine.makeInt(BigInt(limbs: x == 0 ? [] : [x]))
    }
    return engine.makeInt(
      try engine.greatestCommonDivisor(engine.bigInt(a).magnitude, engine.bigInt(b).magnitude))
  }

  private static func leastCommonMultiple(
    _ engine: Engine, _ a: Value, _ b: Value
  ) throws(RaisedError) -> Value {
    let (x, y) = (engine.bigInt(a).magnitude, engine.bigInt(b).magnitude)
    if x.isZero || y.isZero { return .int(0) }
    let divisor = try engine.greatestCommonDivisor(x, y)
    return engine.makeInt(try engine.multiply(try engine.floorDivide(x, divisor).quotient, y))
  }

  // MARK: Products

  private static func factorial(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let value = try whole(call[0], "factorial", engine)
    if engine.bigInt(value).isNegative {
      throw engine.valueError("math.factorial() of a negative number")
    }
    guard value.isInt, value.int < IntLimits.bitWidth else { throw engine.intTooLarge() }
    let n = value.int
    if n < 2 { return .int(1) }
    // Stirling's bound, so that a hopeless product is not begun.
    try engine.reserveInt(bits: Double(n) * (logarithm2(Double(n)) - 1.4427))
    return engine.makeInt(try engine.product(from: 2, through: n))
  }

  private static func choose(
    _ call: NativeCall, _ name: StaticString, isOrdered: Bool
  ) throws(RaisedError) -> Value {
    let engine = call.engine
    let first = try whole(call[0], name, engine)
    let second =
      call[1].isUndefined || call[1].isNil ? first : try whole(call[1], name, engine)
    let (n, k) = (engine.bigInt(first), engine.bigInt(second))
    if n.isNegative || k.isNegative {
      throw engine.valueError("math.\(name)() of a negative number")
    }
    if k > n { return .int(0) }
    let others = n - k
    let smaller = isOrdered || k < others ? k : others
    guard let count = smaller.int, count < IntLimits.bitWidth else {
      throw engine.intTooLarge()
    }
    if count == 0 { return .int(1) }
    // Each choice at least doubles the number of ways, until there are few things left.
    let bits = n.binaryLogarithm * Double(count)
    let saved = isOrdered ? 0 : Double(count) * (logarithm2(Double(count)) - 1.4427)
    try engine.reserveInt(bits: (bits - saved) / 2)
    let ways = try engine.product(above: n - BigInt(count), count: count)
    if isOrdered { return engine.makeInt(ways) }
    let orders = try engine.product(from: 2, through: count)
    return engine.makeInt(try engine.floorDivide(ways, orders).quotient)
  }
}

extension Engine {
  /// The product of the numbers from `lower` to `upper`, which are positive; 1 when there are none.
  ///
  /// Halves are multiplied, so that the factors have the same length and the product is quick.
  fileprivate func product(from lower: Int, through upper: Int) throws(RaisedError) -> BigInt {
    if upper - lower < 16 {
      var limbs: [UInt] = [1]
      for factor in stride(from: lower, through: upper, by: 1) {
        LimbArithmetic.multiply(&limbs, byLimb: UInt(factor), adding: 0)
      }
      return BigInt(limbs: limbs)
    }
    let middle = lower + (upper - lower) / 2
    return try multiply(
      try product(from: lower, through: middle), try product(from: middle + 1, through: upper))
  }

  /// The product of the `count` >= 1 numbers that follow `start`.
  fileprivate func product(above start: BigInt, count: Int) throws(RaisedError) -> BigInt {
    if start.bitWidth < 62 {
      let lower = start.int ?? 0
      return try product(from: lower + 1, through: lower + count)
    }
    if count == 1 { return start + 1 }
    let half = count / 2
    return try multiply(
      try product(above: start, count: half),
      try product(above: start + BigInt(half), count: count - half))
  }

  /// The greatest common divisor.
  ///
  /// Lehmer's algorithm: the leading bits alone decide most steps of Euclid's, and many steps are
  /// then done at once on the whole numbers. O(n²).
  fileprivate func greatestCommonDivisor(
    _ a: BigInt, _ b: BigInt
  ) throws(RaisedError) -> BigInt {
    var (a, b) = a < b ? (b, a) : (a, b)
    var rounds = 0
    while b.limbs.count > 1 {
      rounds += 1
      if rounds % 256 == 0 || b.limbs.count >= 1 << 10 { try checkInterruption() }
      // The leading 62 bits of `a`, and those of `b` at the same place.
      let shift = a.bitWidth - 62
      var x = a.bits(from: shift)
      var y = b.bits(from: shift)
      var (p, q, r, s) = (1, 0, 0, 1)
      // As long as both bounds of the quotient agree, it is the quotient of the whole numbers.
      while y + r != 0 && y + s != 0 {
        let quotient = (x + p) / (y + r)
        if quotient != (x + q) / (y + s) { break }
        (p, r) = (r, p - quotient * r)
        (q, s) = (s, q - quotient * s)
        (x, y) = (y, x - quotient * y)
      }
      if q == 0 {
        // The leading bits do not even decide one step.
        (a, b) = (b, try floorDivide(a, b).remainder)
      } else {
        (a, b) = (
          (try multiply(a, BigInt(p)) + multiply(b, BigInt(q))).magnitude,
          (try multiply(a, BigInt(r)) + multiply(b, BigInt(s))).magnitude
        )
      }
    }
    if b.isZero { return a }
    var left = try floorDivide(a, b).remainder.limbs.first ?? 0
    var right = b.limbs.first ?? 0
    while left != 0 { (left, right) = (right % left, left) }
    return BigInt(limbs: [right])
  }
}

extension BigInt {
  /// The magnitude's bits from `position` on, which are 63 at most.
  fileprivate func bits(from position: Int) -> Int {
    let (index, offset) = (position / 64, position % 64)
    guard index < limbs.count else { return 0 }
    let above = index + 1 < limbs.count ? limbs[index + 1] << (64 - offset) : 0
    return Int(limbs[index] >> offset | above)
  }
}
