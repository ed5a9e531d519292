/// Arithmetic on magnitudes: arrays of 64-bit limbs, the least significant first.
///
/// There are no zero limbs at the end, so that zero is the empty array.
///
/// Multiplication is Karatsuba's, O(n^1.58); division recurses on it, and so do the conversions
/// from and to text. A million digits are multiplied in about 0.2 s and shown in about 0.5 s; ten
/// times as many digits take about forty times as long.
///
/// ``checkpoint`` is called several times a second and may throw, so that a computation can be
/// interrupted however large its numbers are.
struct LimbArithmetic {
  /// Called now and then during long computations; what it throws ends them.
  let checkpoint: () throws(RaisedError) -> Void

  /// From how many limbs on a product is split.
  static let karatsubaLimit = 48
  /// From how many limbs of divisor and quotient on a division is split.
  static let recursiveDivisionLimit = 64
  /// From how many limbs on a step calls ``checkpoint``.
  static let checkpointLimit = 512
  /// How many limbs are multiplied one by one without calling ``checkpoint``.
  static let workLimit = 1 << 20

  // MARK: Sums and shifts

  /// Whether a < b.
  static func isLess(_ a: [UInt], _ b: [UInt]) -> Bool {
    a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { b in compare(a, b) < 0 } }
  }

  /// Below 0, 0 or above 0 as a is less than, equal to or greater than b.
  static func compare(_ a: UnsafeBufferPointer<UInt>, _ b: UnsafeBufferPointer<UInt>) -> Int {
    if a.count != b.count { return a.count < b.count ? -1 : 1 }
    for i in stride(from: a.count - 1, through: 0, by: -1) where a[i] != b[i] {
      return a[i] < b[i] ? -1 : 1
    }
    return 0
  }

  /// Without the zero limbs at the end.
  static func trimmed(_ limbs: [UInt]) -> [UInt] {
    var count = limbs.count
    while count > 0 && limbs[count - 1] == 0 { count -= 1 }
    return count == limbs.count ? limbs : Array(limbs[..<count])
  }

  /// a + b.
  static func sum(_ a: [UInt], _ b: [UInt]) -> [UInt] {
    if a.count < b.count { return sum(b, a) }
    return filled(capacity: a.count + 1) { r in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          guard let left = a.baseAddress else { return 0 }
          return sum(left, a.count, b.baseAddress ?? left, b.count, into: r)
        }
      }
    }
  }

  /// a - b, where a >= b.
  static func difference(_ a: [UInt], _ b: [UInt]) -> [UInt] {
    filled(capacity: a.count) { r in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          guard let left = a.baseAddress else { return 0 }
          return difference(left, a.count, b.baseAddress ?? left, b.count, into: r)
        }
      }
    }
  }

  /// Fills `r`, `m + 1` limbs, with the sum of `a`, `m` limbs, and `b`, `n <= m` limbs; returns how
  /// many limbs the sum has.
  static func sum(
    _ a: UnsafePointer<UInt>, _ m: Int, _ b: UnsafePointer<UInt>, _ n: Int,
    into r: UnsafeMutablePointer<UInt>
  ) -> Int {
    var carry: UInt = 0
    for i in 0..<n {
      let (partial, first) = a[i].addingReportingOverflow(b[i])
      let (limb, second) = partial.addingReportingOverflow(carry)
      r[i] = limb
      carry = (first ? 1 : 0) &+ (second ? 1 : 0)
    }
    var i = n
    while i < m && carry != 0 {
      let (limb, overflow) = a[i].addingReportingOverflow(1)
      r[i] = limb
      carry = overflow ? 1 : 0
      i += 1
    }
    if i < m { (r + i).update(from: a + i, count: m - i) }
    r[m] = carry
    return carry == 0 ? m : m + 1
  }

  /// Fills `r`, `m` limbs, with the difference of `a`, `m` limbs, and `b`, `n <= m` limbs, which is
  /// not larger; returns how many limbs the difference has.
  static func difference(
    _ a: UnsafePointer<UInt>, _ m: Int, _ b: UnsafePointer<UInt>, _ n: Int,
    into r: UnsafeMutablePointer<UInt>
  ) -> Int {
    var borrow: UInt = 0
    for i in 0..<n {
      let (partial, first) = a[i].subtractingReportingOverflow(b[i])
      let (limb, second) = partial.subtractingReportingOverflow(borrow)
      r[i] = limb
      borrow = (first ? 1 : 0) &+ (second ? 1 : 0)
    }
    var i = n
    while i < m && borrow != 0 {
      let (limb, overflow) = a[i].subtractingReportingOverflow(1)
      r[i] = limb
      borrow = overflow ? 1 : 0
      i += 1
    }
    if i < m { (r + i).update(from: a + i, count: m - i) }
    var count = m
    while count > 0 && r[count - 1] == 0 { count -= 1 }
    return count
  }

  /// a × 2^shift.
  static func shiftLeft(_ a: [UInt], _ shift: Int) -> [UInt] {
    if shift == 0 || a.isEmpty { return a }
    return filled(capacity: a.count + shift / 64 + 1) { r in
      a.withUnsafeBufferPointer {
        shiftLeft($0.baseAddress.unsafelyUnwrapped, a.count, shift, into: r)
      }
    }
  }

  /// Fills `r`, `m + shift / 64 + 1` limbs, with `a`, `m` limbs, times 2^shift; returns how many
  /// limbs the product has.
  ///
  /// The last limb of `r` is written only where it belongs to them.
  static func shiftLeft(
    _ a: UnsafePointer<UInt>, _ m: Int, _ shift: Int, into r: UnsafeMutablePointer<UInt>
  ) -> Int {
    let (zeros, bits) = (shift / 64, shift % 64)
    r.update(repeating: 0, count: zeros)
    var carry: UInt = 0
    for i in 0..<m {
      r[zeros + i] = a[i] << bits | carry
      // A shift by 64 gives 0.
      carry = a[i] >> (64 - bits)
    }
    if carry == 0 { return m + zeros }
    r[m + zeros] = carry
    return m + zeros + 1
  }

  /// a / 2^shift, rounded down.
  static func shiftRight(_ a: [UInt], _ shift: Int) -> [UInt] {
    if shift == 0 { return a }
    if shift / 64 >= a.count { return [] }
    return filled(capacity: a.count - shift / 64) { r in
      a.withUnsafeBufferPointer {
        shiftRight($0.baseAddress.unsafelyUnwrapped, a.count, shift, into: r)
      }
    }
  }

  /// Fills `r`, `m - shift / 64` limbs and one at least, with `a`, `m` limbs, divided by 2^shift and
  /// rounded down; returns how many limbs the quotient has.
  static func shiftRight(
    _ a: UnsafePointer<UInt>, _ m: Int, _ shift: Int, into r: UnsafeMutablePointer<UInt>
  ) -> Int {
    let (dropped, bits) = (shift / 64, shift % 64)
    let last = m - dropped - 1
    for i in 0..<last {
      r[i] = a[dropped + i] >> bits | a[dropped + i + 1] << (64 - bits)
    }
    r[last] = a[m - 1] >> bits
    return r[last] == 0 ? last : last + 1
  }

  // MARK: In place

  /// Adds `a` to `r`, which has `limit` limbs, and returns the carry out of them.
  @inline(__always) @discardableResult
  static func add(
    _ r: UnsafeMutablePointer<UInt>, _ a: UnsafePointer<UInt>, _ count: Int, limit: Int
  ) -> Bool {
    var carry = false
    for i in 0..<count {
      let (partial, first) = r[i].addingReportingOverflow(a[i])
      let (sum, second) = partial.addingReportingOverflow(carry ? 1 : 0)
      r[i] = sum
      carry = first || second
    }
    var i = count
    while carry && i < limit {
      (r[i], carry) = r[i].addingReportingOverflow(1)
      i += 1
    }
    return carry
  }

  /// Subtracts `a` from `r`, which has `limit` limbs, and returns the borrow.
  @inline(__always) @discardableResult
  static func subtract(
    _ r: UnsafeMutablePointer<UInt>, _ a: UnsafePointer<UInt>, _ count: Int, limit: Int
  ) -> Bool {
    var borrow = false
    for i in 0..<count {
      let (partial, first) = r[i].subtractingReportingOverflow(a[i])
      let (difference, second) = partial.subtractingReportingOverflow(borrow ? 1 : 0)
      r[i] = difference
      borrow = first || second
    }
    var i = count
    while borrow && i < limit {
      (r[i], borrow) = r[i].subtractingReportingOverflow(1)
      i += 1
    }
    return borrow
  }

  // MARK: Making arrays

  /// An array of `capacity` limbs at most that `fill` writes; it returns how many they are.
  static func filled<Failure: Error>(
    capacity: Int, _ fill: (UnsafeMutablePointer<UInt>) throws(Failure) -> Int
  ) throws(Failure) -> [UInt] {
    var failure: Failure?
    let limbs = [UInt](unsafeUninitializedCapacity: capacity) { buffer, count in
      do throws(Failure) {
        count = try fill(buffer.baseAddress.unsafelyUnwrapped)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return limbs
  }
}
