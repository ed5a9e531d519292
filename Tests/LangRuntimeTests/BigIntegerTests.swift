import Testing

@testable import LangRuntime

/// Integers of any size: known values, and identities at the lengths where the algorithms change.
@Suite struct BigIntegerTests {
  /// Products and quotients that nothing interrupts.
  private let arithmetic = LimbArithmetic(checkpoint: { () throws(RaisedError) in })

  /// Lengths in limbs on both sides of each algorithm's limit: products are split from 48 limbs on,
  /// quotients from 64.
  private static let lengths = [1, 2, 3, 16, 17, 47, 48, 49, 63, 64, 65, 97, 128, 130, 260]

  // MARK: Known values

  @Test(arguments: [
    ("2 ** 64", "18446744073709551616"),
    (
      "2 ** 521 - 1",
      """
      68647976601306097149819007990813932172694353001433054093944634591855431833976560521225596406614\
      54554977296311391480858037121987999716643812574028291115057151
      """
    ),
    ("math.factorial(50)", "30414093201713378043612608166064768844377641568960512000000000000"),
    ("9223372036854775807 + 1", "9223372036854775808"),
    ("-9223372036854775808 - 1", "-9223372036854775809"),
    ("(2 ** 64 - 1) * (2 ** 64 - 1)", "340282366920938463426481119284349108225"),
    ("-(2 ** 100) // 3", "-422550200076076467165567735126"),
    ("-(2 ** 100) % 3", "2"),
    ("2 ** 100 % -3", "-2"),
    ("-(2 ** 100) - 1 >> 3", "-158456325028528675187087900673"),
    ("-1 << 70", "-1180591620717411303424"),
    ("-(2 ** 70) & 2 ** 70 + 5", "1180591620717411303424"),
    ("-(2 ** 70) | 5", "-1180591620717411303419"),
    ("2 ** 70 ^ -1", "-1180591620717411303425"),
    ("~(2 ** 70)", "-1180591620717411303425"),
    ("math.isqrt(10 ** 60)", "1000000000000000000000000000000"),
    ("math.isqrt(10 ** 60 - 1)", "999999999999999999999999999999"),
    ("math.gcd(2 ** 90 * 3 ** 50, 6 ** 40)", "13367494538843734067838845976576"),
  ])
  func hasTheKnownValue(expression: String, digits: String) throws {
    let number = Int(digits).map(HostValue.int) ?? .bigInt(digits)
    #expect(try value(of: expression) == number)
    #expect(try value(of: "str(\(expression))") == .string(digits))
  }

  @Test(arguments: [
    ("float(2 ** 53 * 2 ** 64 + 2 ** 64)", 0x1p117),
    ("float(2 ** 53 * 2 ** 64 + 2 ** 64 + 1)", 0x1p117 + 0x1p65),
    ("float(-(2 ** 64) + 1)", -0x1p64),
    ("float(2 ** 1024 - 2 ** 970 - 1)", Double.greatestFiniteMagnitude),
    ("float(2 ** 1024 - 2 ** 970)", Double.infinity),
    ("-(10 ** 400) / 10 ** 399", -10.0),
    ("10 ** 400 / (3 * 10 ** 400)", 1.0 / 3),
    ("1 / 2 ** 1074", 0x1p-1074),
    ("1 / (2 ** 1075 + 1)", 0.0),
    ("3 / 2 ** 1075", 0x1p-1073),
  ])
  func becomesTheNearestFloat(expression: String, expected: Double) throws {
    #expect(try value(of: expression) == .float(expected))
  }

  @Test func fitsInSixtyFourBitsAgain() throws {
    #expect(try value(of: "2 ** 63 - 1") == .int(Int.max))
    #expect(try value(of: "-(2 ** 63)") == .int(Int.min))
    #expect(try value(of: "2 ** 90 // 2 ** 80") == .int(1024))
    #expect(try value(of: "2 ** 90 - 2 ** 90") == .int(0))
    #expect(BigInt(Int.min).int == Int.min)
    #expect((-BigInt(Int.min)).int == nil)
    #expect((-BigInt(Int.min) - 1).int == Int.max)
  }

  // MARK: Identities

  @Test(arguments: lengths, lengths)
  func divisionUndoesMultiplication(length: Int, other: Int) throws {
    var numbers = NumberSource(seed: UInt64(length * 1000 + other))
    let (a, b) = (numbers.limbs(length), numbers.limbs(other))
    let product = try arithmetic.multiply(a, b)
    #expect(product == schoolbook(a, b))
    let (exact, nothing) = try arithmetic.divide(product, b)
    #expect(exact == a && nothing.isEmpty)
    // One less than a multiple has the largest remainder and an estimate that is too large.
    let (short, rest) = try arithmetic.divide(LimbArithmetic.difference(product, [1]), b)
    #expect(short == LimbArithmetic.difference(a, [1]))
    #expect(rest == LimbArithmetic.difference(b, [1]))
    let (quotient, remainder) = try arithmetic.divide(a, b)
    #expect(LimbArithmetic.isLess(remainder, b))
    #expect(LimbArithmetic.sum(schoolbook(quotient, b), remainder) == a)
  }

  /// The operators themselves, which have ways of their own for numbers of one and two limbs.
  @Test(arguments: [63, 64, 65, 100, 127, 128, 129, 500, 4000])
  func operatorsAgree(bits: Int) throws {
    var numbers = NumberSource(seed: UInt64(bits))
    let pairs = (0..<20).map { _ in
      let a = numbers.limbs((bits + 63) / 64)
      let b = numbers.limbs(Int(numbers.next() % 3) + 1)
      return (BigInt(limbs: a) >> (a.count * 64 - bits), BigInt(limbs: b))
    }
    try checkOperators(pairs)
  }

  /// Where carries go from limb to limb.
  @Test func operatorsAgreeNextToPowersOfTwo() throws {
    let powers = [0, 1, 63, 64, 65, 127, 128, 129, 192, 256].map { (1 as BigInt) << $0 }
    let numbers = powers.flatMap { [$0 - 1, $0, $0 + 1] }
    try checkOperators(numbers.flatMap { a in numbers.map { b in (a, b) } })
  }

  /// Checks what holds for all pairs of numbers, with all signs.
  private func checkOperators(_ pairs: [(BigInt, BigInt)]) throws {
    let machine = Machine()
    try machine.run(
      """
      fn check(a, b) {
        assert (a + b) - b == a and (a - b) + b == a and a - b == -(b - a), "+ -"
        assert (a + b) * (a - b) == a * a - b * b, "*"
        assert (a & b) + (a | b) == a + b and (a ^ b) == (a | b) - (a & b), "& | ^"
        assert ~a == -a - 1 and (a & ~a) == 0 and (a | ~a) == -1, "~"
        for n in [1, 63, 64, 67, 128] {
          assert a << n == a * 2 ** n and a >> n == a // 2 ** n, "<< >>"
          assert (a & 2 ** n - 1) == a % 2 ** n and (a << n | 2 ** n - 1) == a * 2 ** n + 2 ** n - 1, "& |"
        }
        assert (a < b) == (a - b < 0) and (a == b) == (a - b == 0) and a <= a, "< =="
        assert abs(a) == max(a, -a) and a.is_even() == (a % 2 == 0), "abs"
        assert a.bit_length() == (a == 0 ? 0 : len(f"{abs(a):b}")), "bit_length"
        assert a.bit_count() == f"{a:b}".count("1"), "bit_count"
        assert int(str(a)) == a and int(a.to_string(36), 36) == a, "text"
        assert int(f"{a:x}", 16) == a and int(f"{a:b}", 2) == a, "digits"
        assert hash(a) == hash(a + b - b), "hash"
        if b == 0 { return nil }
        let q = a // b
        let r = a % b
        assert q * b + r == a and (r == 0 or (r < 0) == (b < 0)) and abs(r) < abs(b), "//"
        assert divmod(a, b) == (q, r), "divmod"
        return nil
      }
      """)
    for (a, b) in pairs {
      for (left, right) in [(a, b), (a, -b), (-a, b), (-a, -b), (b, a), (-b, a), (a, -a)] {
        _ = try machine.call("check", .bigInt("\(left)"), .bigInt("\(right)"))
      }
    }
  }

  /// Division of two limbs by two estimates the quotient from the divisor's highest 64 bits.
  ///
  /// Below multiples of divisors whose other bits are ones, the estimate is too large.
  @Test func quotientsOfTwoLimbsAreExact() throws {
    try Machine().run(
      """
      for width in 65..129 {
        for b in [2 ** width - 1, 2 ** (width - 1) + 2 ** 64 - 1, 2 ** (width - 1)] {
          let most = (2 ** 128 - 1) // b
          for k in [most, most - 1, most // 2 + 1, most // 3, 1] {
            let x = k * b
            assert x // b == k and x % b == 0, f"{k} * {b}"
            assert (x - 1) // b == k - 1 and (x - 1) % b == b - 1, f"{k} * {b} - 1"
            assert -(x - 1) // b == -k and -(x - 1) % b == 1, f"-({k} * {b} - 1)"
          }
        }
      }
      """)
  }

  @Test(arguments: [0, 1, 63, 64, 65, 128, 129, 1000])
  func shiftsRoundDown(count: Int) {
    var numbers = NumberSource(seed: UInt64(count))
    let number = BigInt(isNegative: true, limbs: numbers.limbs(9))
    #expect((number << count) >> count == number)
    #expect(((number << count) + 1) >> count == (count == 0 ? number + 1 : number))
    #expect(((number << count) - 1) >> count == number - 1)
  }

  // MARK: Text

  @Test(arguments: lengths)
  func textReadsBack(length: Int) throws {
    var numbers = NumberSource(seed: UInt64(length))
    let limbs = numbers.limbs(length)
    for isNegative in [false, true] {
      let number = BigInt(isNegative: isNegative, limbs: limbs)
      #expect(BigInt("\(number)") == number)
    }
    // Another way to the same digits: by a divisor of one limb, from the end.
    var rest = limbs
    var digits: [UInt8] = []
    while !rest.isEmpty {
      digits.append(UInt8(LimbArithmetic.divide(&rest, byLimb: 10)) + UInt8(ascii: "0"))
    }
    #expect("\(BigInt(limbs: limbs))" == String(decoding: digits.reversed(), as: UTF8.self))
  }

  @Test func textKeepsItsZeros() {
    for count in [1, 18, 19, 20, 38, 39, 400, 2000] {
      let text = "1" + String(repeating: "0", count: count)
      #expect(BigInt(text)?.description == text)
      #expect(((BigInt(text) ?? 0) - 1).description == String(repeating: "9", count: count))
    }
    #expect(BigInt("0")?.description == "0")
    #expect(BigInt("-0")?.isNegative == false)
    #expect(BigInt("000123", radix: 16)?.int == 0x123)
  }

  @Test(arguments: ["", "-", "--1", "+1", "1 ", "12a", "1.5"])
  func malformedTextIsNoNumber(text: String) {
    #expect(BigInt(text) == nil)
  }

  // MARK: Means

  /// What an expression of the language gives.
  private func value(of expression: String) throws -> HostValue? {
    let machine = Machine()
    try machine.run("import math\nlet result = \(expression)\n")
    return machine.variable("result")
  }

  /// The product, by one limb of `b` after the other.
  private func schoolbook(_ a: [UInt], _ b: [UInt]) -> [UInt] {
    var product: [UInt] = []
    for limb in b.reversed() {
      if !product.isEmpty { product.insert(0, at: 0) }
      var part = a
      LimbArithmetic.multiply(&part, byLimb: limb, adding: 0)
      product = LimbArithmetic.sum(product, LimbArithmetic.trimmed(part))
    }
    return product
  }
}

/// The same numbers in each run: xorshift, with runs of zeros and ones among them, which carry far.
private struct NumberSource {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return UInt(state)
  }

  /// A magnitude of `count` limbs.
  mutating func limbs(_ count: Int) -> [UInt] {
    var limbs: [UInt] = []
    for _ in 0..<count {
      switch next() % 8 {
      case 0: limbs.append(0)
      case 1: limbs.append(UInt.max)
      default: limbs.append(next())
      }
    }
    if limbs[count - 1] == 0 { limbs[count - 1] = 1 }
    return limbs
  }
}
