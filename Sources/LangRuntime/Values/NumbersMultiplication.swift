// Products of magnitudes.

extension LimbArithmetic {
  /// a × b.
  func multiply(_ a: [UInt], _ b: [UInt]) throws(RaisedError) -> [UInt] {
    if a.count < b.count { return try multiply(b, a) }
    if b.isEmpty { return [] }
    return try LimbArithmetic.filled(capacity: a.count + b.count) { (r) throws(RaisedError) in
      try a.withUnsafeBufferPointer { (a) throws(RaisedError) in
        try b.withUnsafeBufferPointer { (b) throws(RaisedError) in
          try multiply(
            a.baseAddress.unsafelyUnwrapped, a.count, b.baseAddress.unsafelyUnwrapped, b.count,
            into: r)
        }
      }
    }
  }

  /// Fills `r`, `m + n` limbs, with the product of `a`, `m` limbs, and `b`, `n` limbs with
  /// 0 < n <= m; returns how many limbs the product has.
  func multiply(
    _ a: UnsafePointer<UInt>, _ m: Int, _ b: UnsafePointer<UInt>, _ n: Int,
    into r: UnsafeMutablePointer<UInt>
  ) throws(RaisedError) -> Int {
    let needsScratch = n >= LimbArithmetic.karatsubaLimit
    let scratch = UnsafeMutablePointer<UInt>.allocate(capacity: needsScratch ? 4 * n + 256 : 0)
    defer { scratch.deallocate() }
    try multiply(a, m, b, n, into: r, scratch: scratch)
    return r[m + n - 1] == 0 ? m + n - 1 : m + n
  }

  /// Whether the product of `m` and `n` limbs, n <= m, is best computed by
  /// ``multiplyLong(_:_:_:_:into:)`` without asking for anything.
  static func isShort(_ m: Int, _ n: Int) -> Bool { n < karatsubaLimit && m * n <= workLimit }

  /// Fills `r`, `m + n` limbs, with the product of `a`, `m` limbs, and `b`, `n` limbs with
  /// 0 < n <= m, limb by limb; returns how many limbs the product has.
  @discardableResult
  static func multiplyLong(
    _ a: UnsafePointer<UInt>, _ m: Int, _ b: UnsafePointer<UInt>, _ n: Int,
    into r: UnsafeMutablePointer<UInt>
  ) -> Int {
    r.update(repeating: 0, count: m + n)
    for i in 0..<n { r[m + i] = multiplyAdd(r + i, a, m, b[i]) }
    return r[m + n - 1] == 0 ? m + n - 1 : m + n
  }

  /// Fills `r`, `m + n` limbs, with the product of `a`, `m` limbs, and `b`, `n <= m` limbs.
  private func multiply(
    _ a: UnsafePointer<UInt>, _ m: Int, _ b: UnsafePointer<UInt>, _ n: Int,
    into r: UnsafeMutablePointer<UInt>, scratch: UnsafeMutablePointer<UInt>
  ) throws(RaisedError) {
    if n < LimbArithmetic.karatsubaLimit {
      if LimbArithmetic.isShort(m, n) {
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
}
