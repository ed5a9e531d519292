/// A random generator: xoshiro256** 1.0 of Blackman and Vigna, or the system's.
///
/// The same state gives the same numbers on every machine, so what is computed here must not change:
/// programs keep what came out.
final class RandomGenerator {
  /// The four words of the state; nil for a generator that asks the system for each number.
  var state: (UInt64, UInt64, UInt64, UInt64)?

  /// A generator that begins somewhere.
  init() { seedFromSystem() }

  /// A generator that asks the system for each number.
  init(isSystem: Bool) {
    if !isSystem { seedFromSystem() }
  }

  // MARK: Seeds

  /// Begins anew somewhere.
  func seedFromSystem() {
    var system = SystemRandomNumberGenerator()
    set(system.next(), system.next(), system.next(), system.next())
  }

  /// Begins anew with the first four numbers of SplitMix64, as the authors recommend.
  func seed(_ number: UInt64) {
    var splitter = number
    func next() -> UInt64 {
      splitter &+= 0x9E37_79B9_7F4A_7C15
      var word = splitter
      word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
      return word ^ word >> 31
    }
    set(next(), next(), next(), next())
  }

  /// Begins anew with a state.
  ///
  /// Zero alone is none, since it would be followed by itself.
  func set(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) {
    state = a | b | c | d == 0 ? (1, 0, 0, 0) : (a, b, c, d)
  }

  // MARK: Numbers

  /// The next 64 bits.
  func next() -> UInt64 {
    guard var (a, b, c, d) = state else {
      var system = SystemRandomNumberGenerator()
      return system.next()
    }
    func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 {
      word << count | word >> (64 - count)
    }
    let result = rotate(b &* 5, 7) &* 9
    let shifted = b << 17
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 45)
    state = (a, b, c, d)
    return result
  }

  /// A float from 0 up to but not including 1: a multiple of 2 ** -53.
  func nextFloat() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number below `bound`, which is not 0; all are equally likely.
  ///
  /// The high half of a product of 128 bits, and another try in the few cases in which some numbers would
  /// be likelier (Lemire 2019).
  func next(below bound: UInt64) -> UInt64 {
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let excess = (0 &- bound) % bound
      while product.low < excess { product = next().multipliedFullWidth(by: bound) }
    }
    return product.high
  }

  /// A number of the normal distribution with the mean 0 and the standard deviation 1, by the polar
  /// method: how many numbers it takes depends on exact arithmetic alone.
  func nextNormal(_ logarithm: (Double) -> Double) -> Double {
    while true {
      let x = 2 * nextFloat() - 1
      let y = 2 * nextFloat() - 1
      let square = x * x + y * y
      if square < 1 && square > 0 {
        return x * (-2 * logarithm(square) / square).squareRoot()
      }
    }
  }
}
