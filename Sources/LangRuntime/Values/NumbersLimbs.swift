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
  private static let recursiveDivisionLimit = 64
  /// From how many limbs on a step calls ``checkpoint``.
  private static let checkpointLimit = 512
  /// How many limbs are multiplied one by one without calling ``checkpoint``.
  static let workLimit = 1 << 20

  // MARK: Multiplication

  /// a × b.
  func multiply(_ a: [UInt], _ b: [UInt]) throws(RaisedError) -> [UInt] {
    if a.count < b.count { return try multiply(b, a) }
    if b.isEmpty { return [] }
    if b.count < LimbArithmetic.karatsubaLimit && a.count * b.count <= LimbArithmetic.workLimit {
      return [UInt](unsafeUninitializedCapacity: a.count + b.count) { product, count in
        let r = product.baseAddress.unsafelyUnwrapped
        LimbArithmetic.multiplyLong(a, b, into: r)
        count = a.count + b.count
        if r[count - 1] == 0 { count -= 1 }
      }
    }
    var count = a.count + b.count
    let product = UnsafeMutablePointer<UInt>.allocate(capacity: count)
    defer { product.deallocate() }
    let scratch = UnsafeMutablePointer<UInt>.allocate(capacity: 4 * b.count + 256)
    defer { scratch.deallocate() }
    try a.withUnsafeBufferPointer { (a) throws(RaisedError) in
      try b.withUnsafeBufferPointer { (b) throws(RaisedError) in
        try multiply(
          a.baseAddress.unsafelyUnwrapped, a.count, b.baseAddress.unsafelyUnwrapped, b.count,
          into: product, scratch: scratch)
      }
    }
    if product[count - 1] == 0 { count -= 1 }
    return Array(UnsafeBufferPointer(start: product, count: count))
  }

  /// Fills `r` with the product of `a` and `b`, limb by limb.
  private static func multiplyLong(
    _ a: [UInt], _ b: [UInt], into r: UnsafeMutablePointer<UInt>
  ) {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        multiplyLong(
          a.baseAddress.unsafelyUnwrapped, a.count, b.baseAddress.unsafelyUnwrapped, b.count,
          into: r)
      }
    }
  }

  /// Fills `r`, `m + n` limbs, with the product of `a`, `m` limbs, and `b`, `n`, limb by limb.
  static func multiplyLong(
    _ a: UnsafePointer<UInt>, _ m: Int, _ b: UnsafePointer<UInt>, _ n: Int,
    into r: UnsafeMutablePointer<UInt>
  ) {
    r.initialize(repeating: 0, count: m + n)
    for i in 0..<n { r[m + i] = multiplyAdd(r + i, a, m, b[i]) }
  }

  /// Fills `r`, `m + n` limbs, with the product of `a`, `m` limbs, and `b`, `n <= m` limbs.
  private func multiply(
    _ a: UnsafePointer<UInt>, _ m: Int, _ b: UnsafePointer<UInt>, _ n: Int,
    into r: UnsafeMutablePointer<UInt>, scratch: UnsafeMutablePointer<UInt>
  ) throws(RaisedError) {
    if n < LimbArithmetic.karatsubaLimit {
      if m * n <= LimbArithmetic.workLimit {
        LimbArithmetic.multiplyLong(a, m, b, n, into: r)
        return
      }
      r.update(repeating: 0, count: m + n)
      for i in 0..<n {
        r[m + i] = LimbArithmetic.multiplyAdd(r + i, a, m, b[i])
        try checkpoint()
      }
      return
    }
    if m > n {
      // Pieces as long as the shorter factor.
      r.update(repeating: 0, count: m + n)
      let piece = UnsafeMutablePointer<UInt>.allocate(capacity: 2 * n)
      defer { piece.deallocate() }
      var start = 0
      var unasked = 0
      while start < m {
        // Short pieces ask for nothing themselves.
        unasked += n * n
        if unasked > LimbArithmetic.workLimit {
          unasked = 0
          try checkpoint()
        }
        let count = min(n, m - start)
        if count == n {
          try multiply(a + start, n, b, n, into: piece, scratch: scratch)
        } else {
          try multiply(b, n, a + start, count, into: piece, scratch: scratch)
        }
        LimbArithmetic.add(r + start, piece, count + n, limit: m + n - start)
        start += count
      }
      return
    }
    if n >= LimbArithmetic.checkpointLimit { try checkpoint() }
    // Three products in place of four: with a = a1 B + a0 and b = b1 B + b0,
    // a b = a1 b1 B² + (a0 b0 + a1 b1 - (a0 - a1) (b0 - b1)) B + a0 b0.
    let low = (n + 1) / 2
    let high = n - low
    let isNegativeA = LimbArithmetic.difference(r, a, low, a + low, high)
    let isNegativeB = LimbArithmetic.difference(r + low, b, low, b + low, high)
    let middle = scratch
    let sum = scratch + 2 * low
    try multiply(r, low, r + low, low, into: middle, scratch: sum)
    try multiply(a, low, b, low, into: r, scratch: sum)
    try multiply(a + low, high, b + low, high, into: r + 2 * low, scratch: sum)
    sum.update(from: r, count: 2 * low)
    sum[2 * low] = 0
    LimbArithmetic.add(sum, r + 2 * low, 2 * high, limit: 2 * low + 1)
    if isNegativeA == isNegativeB {
      LimbArithmetic.subtract(sum, middle, 2 * low, limit: 2 * low + 1)
    } else {
      LimbArithmetic.add(sum, middle, 2 * low, limit: 2 * low + 1)
    }
    var count = 2 * low + 1
    while count > 0 && sum[count - 1] == 0 { count -= 1 }
    LimbArithmetic.add(r + low, sum, count, limit: 2 * n - low)
  }

  /// Adds `a` × `factor` to `r`, both `count` limbs, and returns the carry.
  ///
  /// Nearly all time is spent here. The order of the additions matters: each limb must wait for the
  /// one before it only for its last addition. Four limbs a round took a fifth of the time.
  @inline(__always)
  private static func multiplyAdd(
    _ r: UnsafeMutablePointer<UInt>, _ a: UnsafePointer<UInt>, _ count: Int, _ factor: UInt
  ) -> UInt {
    var (r, a, count) = (r, a, count)
    var carry: UInt = 0
    while count >= 4 {
      multiplyAdd(r, a[0], factor, &carry)
      multiplyAdd(r + 1, a[1], factor, &carry)
      multiplyAdd(r + 2, a[2], factor, &carry)
      multiplyAdd(r + 3, a[3], factor, &carry)
      r += 4
      a += 4
      count &-= 4
    }
    while count > 0 {
      multiplyAdd(r, a[0], factor, &carry)
      r += 1
      a += 1
      count &-= 1
    }
    return carry
  }

  @inline(__always)
  private static func multiplyAdd(
    _ r: UnsafeMutablePointer<UInt>, _ limb: UInt, _ factor: UInt, _ carry: inout UInt
  ) {
    let product = limb.multipliedFullWidth(by: factor)
    let (partial, first) = product.low.addingReportingOverflow(r.pointee)
    let high = product.high &+ (first ? 1 : 0)
    let (sum, second) = partial.addingReportingOverflow(carry)
    r.pointee = sum
    carry = high &+ (second ? 1 : 0)
  }

  /// Subtracts `a` × `factor` from `r`, both `count` limbs, and returns the borrow.
  @inline(__always)
  private static func multiplySubtract(
    _ r: UnsafeMutablePointer<UInt>, _ a: UnsafePointer<UInt>, _ count: Int, _ factor: UInt
  ) -> UInt {
    var (r, a, count) = (r, a, count)
    var borrow: UInt = 0
    while count >= 4 {
      multiplySubtract(r, a[0], factor, &borrow)
      multiplySubtract(r + 1, a[1], factor, &borrow)
      multiplySubtract(r + 2, a[2], factor, &borrow)
      multiplySubtract(r + 3, a[3], factor, &borrow)
      r += 4
      a += 4
      count &-= 4
    }
    while count > 0 {
      multiplySubtract(r, a[0], factor, &borrow)
      r += 1
      a += 1
      count &-= 1
    }
    return borrow
  }

  @inline(__always)
  private static func multiplySubtract(
    _ r: UnsafeMutablePointer<UInt>, _ limb: UInt, _ factor: UInt, _ borrow: inout UInt
  ) {
    let product = limb.multipliedFullWidth(by: factor)
    let (partial, first) = r.pointee.subtractingReportingOverflow(product.low)
    let high = product.high &+ (first ? 1 : 0)
    let (difference, second) = partial.subtractingReportingOverflow(borrow)
    r.pointee = difference
    borrow = high &+ (second ? 1 : 0)
  }

  /// Adds `a` to `r`, which has `limit` limbs, and returns the carry out of them.
  @inline(__always) @discardableResult
  private static func add(
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
  private static func subtract(
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

  /// Fills `r`, `m` limbs, with |a - b|; whether a < b.
  ///
  /// `b` has `n` limbs, `m` or one less.
  private static func difference(
    _ r: UnsafeMutablePointer<UInt>, _ a: UnsafePointer<UInt>, _ m: Int, _ b: UnsafePointer<UInt>,
    _ n: Int
  ) -> Bool {
    var isLess = false
    if m == n || a[m - 1] == 0 {
      var i = n - 1
      while i > 0 && a[i] == b[i] { i -= 1 }
      isLess = a[i] < b[i]
    }
    if isLess {
      r.update(from: b, count: n)
      if m > n { r[n] = 0 }
      subtract(r, a, n, limit: m)
    } else {
      r.update(from: a, count: m)
      subtract(r, b, n, limit: m)
    }
    return isLess
  }

  // MARK: Division

  /// Quotient and remainder; `b` must not be zero.
  func divide(
    _ a: [UInt], _ b: [UInt]
  ) throws(RaisedError) -> (quotient: [UInt], remainder: [UInt]) {
    if LimbArithmetic.isLess(a, b) { return ([], a) }
    if b.count == 1 {
      var quotient = a
      let remainder = LimbArithmetic.divide(&quotient, byLimb: b[0])
      return (quotient, remainder == 0 ? [] : [remainder])
    }
    // The divisor's highest bit must be set: it makes each estimate of a quotient limb good.
    let shift = b[b.count - 1].leadingZeroBitCount
    let divisor = LimbArithmetic.shiftLeft(b, shift)
    let dividend = LimbArithmetic.shiftLeft(a, shift)
    let limit = LimbArithmetic.recursiveDivisionLimit
    if b.count < limit || a.count - b.count < limit {
      let (quotient, remainder) = try divideLong(dividend, divisor)
      return (quotient, LimbArithmetic.shiftRight(remainder, shift))
    }
    // From the top, as many limbs at a time as the divisor has.
    var quotient = [UInt](repeating: 0, count: dividend.count)
    var remainder: [UInt] = []
    var end = dividend.count
    while end > 0 {
      let start = (end - 1) / divisor.count * divisor.count
      let part = LimbArithmetic.trimmed(Array(dividend[start..<end]) + remainder)
      let step = try divideRecursively(part, divisor)
      for (i, limb) in step.quotient.enumerated() { quotient[start + i] = limb }
      remainder = step.remainder
      end = start
    }
    return (LimbArithmetic.trimmed(quotient), LimbArithmetic.shiftRight(remainder, shift))
  }

  /// Division of `a` by the normalised `b`, where the quotient has no more limbs than `b`, by two
  /// divisions by the upper part of `b` (Brent and Zimmermann, *Modern Computer Arithmetic*, 1.8).
  private func divideRecursively(
    _ a: [UInt], _ b: [UInt]
  ) throws(RaisedError) -> (quotient: [UInt], remainder: [UInt]) {
    if LimbArithmetic.isLess(a, b) { return ([], a) }
    let extra = a.count - b.count
    if extra < LimbArithmetic.recursiveDivisionLimit { return try divideLong(a, b) }
    if extra >= LimbArithmetic.checkpointLimit { try checkpoint() }
    let half = extra / 2
    let upper = Array(b[half...])
    let lower = LimbArithmetic.trimmed(Array(b[..<half]))
    let first = try divideHalf(a, by: b, upper, lower, shiftedBy: half)
    let second = try divideHalf(first.remainder, by: b, upper, lower, shiftedBy: 0)
    let zeros = repeatElement(0 as UInt, count: half - second.quotient.count)
    return (
      LimbArithmetic.trimmed(second.quotient + zeros + first.quotient), second.remainder
    )
  }

  /// Divides `a` by `b` × 2^(64 shift), estimating from the upper part of `b` alone.
  private func divideHalf(
    _ a: [UInt], by b: [UInt], _ upper: [UInt], _ lower: [UInt], shiftedBy shift: Int
  ) throws(RaisedError) -> (quotient: [UInt], remainder: [UInt]) {
    let ignored = b.count - upper.count + shift
    guard a.count > ignored else { return ([], a) }
    let estimate = try divideRecursively(Array(a[ignored...]), upper)
    var quotient = estimate.quotient
    var remainder = LimbArithmetic.trimmed(Array(a[..<ignored]) + estimate.remainder)
    let product = try multiply(quotient, lower)
    if product.isEmpty { return (quotient, remainder) }
    let zeros = [UInt](repeating: 0, count: shift)
    let excess = zeros + product
    while LimbArithmetic.isLess(remainder, excess) {
      // The estimate was too large, by two at most.
      quotient = LimbArithmetic.difference(quotient, [1])
      remainder = LimbArithmetic.sum(remainder, zeros + b)
    }
    return (quotient, LimbArithmetic.difference(remainder, excess))
  }

  /// Schoolbook division (Knuth's algorithm D) by a normalised divisor of two limbs or more.
  private func divideLong(
    _ a: [UInt], _ b: [UInt]
  ) throws(RaisedError) -> (quotient: [UInt], remainder: [UInt]) {
    typealias Limbs = LimbArithmetic
    if Limbs.isLess(a, b) { return ([], a) }
    let n = b.count
    var work = 0
    var quotient = [UInt](repeating: 0, count: a.count - n + 1)
    var remainder = a
    remainder.append(0)
    let top = b[n - 1]
    let next = b[n - 2]
    let reciprocal = Limbs.reciprocal(of: top)
    try remainder.withUnsafeMutableBufferPointer { (remainder) throws(RaisedError) in
      try b.withUnsafeBufferPointer { (b) throws(RaisedError) in
        let divisor = b.baseAddress.unsafelyUnwrapped
        for j in stride(from: quotient.count - 1, through: 0, by: -1) {
          let window = remainder.baseAddress.unsafelyUnwrapped + j
          var estimate: UInt
          var rest: UInt
          var isExact = false
          if window[n] >= top {
            // It is never above: what is left of the dividend is less than the divisor.
            estimate = UInt.max
            (rest, isExact) = window[n - 1].addingReportingOverflow(top)
          } else {
            (estimate, rest) = Limbs.divide(
              window[n], window[n - 1], by: top, reciprocal: reciprocal)
          }
          while !isExact {
            let product = estimate.multipliedFullWidth(by: next)
            if product.high < rest || product.high == rest && product.low <= window[n - 2] { break }
            estimate &-= 1
            (rest, isExact) = rest.addingReportingOverflow(top)
          }
          let borrow = Limbs.multiplySubtract(window, divisor, n, estimate)
          let (limb, isTooLarge) = window[n].subtractingReportingOverflow(borrow)
          window[n] = limb
          if isTooLarge {
            estimate &-= 1
            if Limbs.add(window, divisor, n, limit: n) { window[n] &+= 1 }
          }
          quotient[j] = estimate
          work &+= n
          if work >= Limbs.workLimit {
            try checkpoint()
            work = 0
          }
        }
      }
    }
    return (Limbs.trimmed(quotient), Limbs.trimmed(remainder))
  }

  /// Divides in place by one limb and returns the remainder.
  static func divide(_ a: inout [UInt], byLimb divisor: UInt) -> UInt {
    let shift = divisor.leadingZeroBitCount
    let normalised = divisor << shift
    let reciprocal = reciprocal(of: normalised)
    var rest: UInt = 0
    a.withUnsafeMutableBufferPointer { a in
      // The dividend is shifted along on the way; a shift by 64 gives 0.
      if let last = a.last { rest = last >> (64 - shift) }
      for i in stride(from: a.count - 1, through: 0, by: -1) {
        let limb = a[i] << shift | (i > 0 ? a[i - 1] >> (64 - shift) : 0)
        (a[i], rest) = divide(rest, limb, by: normalised, reciprocal: reciprocal)
      }
    }
    while a.last == 0 { a.removeLast() }
    return rest >> shift
  }

  /// Multiplies in place by one limb and adds another.
  static func multiply(_ a: inout [UInt], byLimb factor: UInt, adding addend: UInt) {
    var carry = addend
    a.withUnsafeMutableBufferPointer { a in
      for i in 0..<a.count {
        let product = a[i].multipliedFullWidth(by: factor)
        let (sum, overflow) = product.low.addingReportingOverflow(carry)
        a[i] = sum
        carry = product.high &+ (overflow ? 1 : 0)
      }
    }
    if carry != 0 { a.append(carry) }
  }

  /// floor((2^128 - 1) / divisor) - 2^64, for a divisor with its highest bit set.
  private static func reciprocal(of divisor: UInt) -> UInt {
    divisor.dividingFullWidth((~divisor, UInt.max)).quotient
  }

  /// Divides two limbs by one; high < divisor.
  @inline(__always)
  static func divide(
    _ high: UInt, _ low: UInt, by divisor: UInt
  ) -> (quotient: UInt, remainder: UInt) {
    divisor.dividingFullWidth((high, low))
  }

  /// Divides two limbs by one with a precomputed reciprocal, two multiplications in place of a slow
  /// division (Möller and Granlund, *Improved division by invariant integers*); high < divisor.
  @inline(__always)
  private static func divide(
    _ high: UInt, _ low: UInt, by divisor: UInt, reciprocal: UInt
  ) -> (quotient: UInt, remainder: UInt) {
    let product = reciprocal.multipliedFullWidth(by: high)
    let (fraction, carry) = product.low.addingReportingOverflow(low)
    var quotient = product.high &+ high &+ (carry ? 1 : 0) &+ 1
    var remainder = low &- quotient &* divisor
    if remainder > fraction {
      quotient &-= 1
      remainder &+= divisor
    }
    if remainder >= divisor {
      quotient &+= 1
      remainder &-= divisor
    }
    return (quotient, remainder)
  }

  // MARK: Small parts

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
    return [UInt](unsafeUninitializedCapacity: a.count + 1) { sum, count in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          guard let r = sum.baseAddress, let left = a.baseAddress else { return }
          count = LimbArithmetic.sum(left, a.count, b.baseAddress ?? left, b.count, into: r)
        }
      }
    }
  }

  /// a - b, where a >= b.
  static func difference(_ a: [UInt], _ b: [UInt]) -> [UInt] {
    [UInt](unsafeUninitializedCapacity: a.count) { difference, count in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          guard let r = difference.baseAddress, let left = a.baseAddress else { return }
          count = LimbArithmetic.difference(left, a.count, b.baseAddress ?? left, b.count, into: r)
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
    let (zeros, bits) = (shift / 64, shift % 64)
    return [UInt](unsafeUninitializedCapacity: a.count + zeros + 1) { shifted, count in
      let r = shifted.baseAddress.unsafelyUnwrapped
      r.initialize(repeating: 0, count: zeros)
      var carry: UInt = 0
      for i in 0..<a.count {
        r[zeros + i] = a[i] << bits | carry
        carry = a[i] >> (64 - bits)
      }
      count = a.count + zeros
      if carry != 0 {
        r[count] = carry
        count += 1
      }
    }
  }

  /// a / 2^shift, rounded down.
  static func shiftRight(_ a: [UInt], _ shift: Int) -> [UInt] {
    if shift == 0 { return a }
    let (dropped, bits) = (shift / 64, shift % 64)
    if dropped >= a.count { return [] }
    return [UInt](unsafeUninitializedCapacity: a.count - dropped) { shifted, count in
      let r = shifted.baseAddress.unsafelyUnwrapped
      count = a.count - dropped
      for i in 0..<count {
        let above = dropped + i + 1 < a.count ? a[dropped + i + 1] << (64 - bits) : 0
        r[i] = a[dropped + i] >> bits | above
      }
      if r[count - 1] == 0 { count -= 1 }
    }
  }
}
