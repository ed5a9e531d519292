import Testing

@testable import LangRuntime

/// Floats to and from decimal text, on the short paths and beside what the Swift library says.
@Suite struct FloatTextTests {
  private static func text(of value: Double) -> String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: FloatText.limit) { buffer in
      let length = FloatText.write(value, to: buffer.baseAddress!)
      return String(decoding: buffer[..<length], as: UTF8.self)
    }
  }

  @Test func significandsTimesPowersOfTen() {
    var random = SplitMix(state: 53)
    for round in 0..<40_000 {
      // Lengths of all kinds, and neighbours of the middle between two floats.
      var significand = random.next() >> (random.next() % 64)
      if round % 4 == 0 { significand = ((random.next() >> 11) << 1 | 1) << (random.next() % 10) }
      let exponent = Int(random.next() % 55) - 27
      let expected = Double("\(significand)e\(exponent)")
      #expect(
        Engine.float(significand, exponent: exponent) == expected, "\(significand)e\(exponent)")
    }
    for significand in [1, 9_007_199_254_740_993, UInt64.max, 1 << 63, (1 << 63) + 1] as [UInt64] {
      for exponent in -27...27 {
        #expect(
          Engine.float(significand, exponent: exponent) == Double("\(significand)e\(exponent)"))
      }
      #expect(Engine.float(significand, exponent: 28) == nil)
      #expect(Engine.float(significand, exponent: -28) == nil)
    }
    #expect(Engine.float(0, exponent: 400) == 0)
  }

  @Test func fewDecimals() {
    var random = SplitMix(state: 17)
    for _ in 0..<40_000 {
      let places = Int(random.next() % 9)
      let digits = Double((random.next() >> 11) >> (random.next() % 53))
      var value = digits
      for _ in 0..<places { value /= 10 }
      for value in [value, -value, value.nextUp, value.nextDown] {
        let text = FloatTextTests.text(of: value)
        #expect(Double(text) == value, "\(value)")
        if value.magnitude >= 1e-3 && value.magnitude < 1e9 { #expect(text == value.description) }
      }
    }
    for (value, text) in [
      (0.001, "0.001"), (0.1, "0.1"), (99.99, "99.99"), (-1.05, "-1.05"), (4.35, "4.35"),
      (1e9 + 0.5, "1000000000.5"), (999_999_999.999999, "999999999.999999"), (0.3, "0.3"),
      (0.1 + 0.2, "0.30000000000000004"), (1.1e-3, "0.0011"), (123456.789012, "123456.789012"),
      (1.0000005, "1.0000005"),
    ] { #expect(FloatTextTests.text(of: value) == text) }
  }

  /// SplitMix64: the same numbers in each run.
  private struct SplitMix {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return mixed ^ mixed >> 31
    }
  }
}
