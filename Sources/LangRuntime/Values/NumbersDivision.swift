// Quotients of magnitudes.

extension LimbArithmetic {
  /// Quotient and remainder; `b` must not be zero.
  func divide(
    _ a: [UInt], _ b: [UInt]
  ) throws(RaisedError) -> (quotient: [UInt], remainder: [UInt]) {
    if LimbArithmetic.isLess(a, b) { return ([], a) }
    if b.count == 1 {
      var quotient = a
      let remainder = LimbArithmetic.divide(&quotient, byLimb: b[0])
      try askAbout(a.count)
      return (quotient, remainder == 0 ? [] : [remainder])
    }
    // The divisor's highest bit must be set: it makes each estimate of a quotient limb good.
    let shift = b[b.count - 1].leadingZeroBitCount
    let divisor = LimbArithmetic.shiftLeft(b, shift)
    try askAbout(b.count)
    let limit = LimbArithmetic.recursiveDivisionLimit
    if b.count < limit || a.count - b.count < limit {
      let (quotient, remainder) = try divideLong(a, shiftedBy: shift, divisor)
      return (quotient, LimbArithmetic.shiftRight(remainder, shift))
    }
    let dividend = LimbArithmetic.shiftLeft(a, shift)
    try askAbout(a.count)
    // From the top, as many limbs at a time as the divisor has.
    var quotient = [UInt](repeating: 0, count: dividend.count)
    try askAbout(a.count)
    var remainder: [UInt] = []
    var end = dividend.count
    while end > 0 {
      let start = (end - 1) / divisor.count * divisor.count
      let part = LimbArithmetic.trimmed(Array(dividend[start..<end]) + remainder)
      try askAbout(part.count)
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
    if extra < LimbArithmetic.recursiveDivisionLimit {
      return try divideLong(a, shiftedBy: 0, b)
    }
    try askAbout(extra)
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

  /// Schoolbook division (Knuth's algorithm D) of `a` × 2^shift by a normalised divisor of two limbs
  /// or more, which is not larger; `shift` is less than 64.
  private func divideLong(
    _ a: [UInt], shiftedBy shift: Int, _ b: [UInt]
  ) throws(RaisedError) -> (quotient: [UInt], remainder: [UInt]) {
    let count = a.count - b.count + 1
    // What is left of the dividend, with room for what the shift moves out of its highest limb.
    var rest = LimbArithmetic.filled(capacity: a.count + 1) { r in
      a.withUnsafeBufferPointer { a in
        r[a.count] = 0
        _ = LimbArithmetic.shiftLeft(a.baseAddress.unsafelyUnwrapped, a.count, shift, into: r)
        return a.count + 1
      }
    }
    try askAbout(a.count)
    let quotient = try LimbArithmetic.filled(capacity: count) { (quotient) throws(RaisedError) in
      try rest.withUnsafeMutableBufferPointer { (rest) throws(RaisedError) in
        try b.withUnsafeBufferPointer { (b) throws(RaisedError) in
          try divideLong(
            rest.baseAddress.unsafelyUnwrapped, b.baseAddress.unsafelyUnwrapped, b.count,
            into: quotient, count: count)
        }
      }
      return quotient[count - 1] == 0 ? count - 1 : count
    }
    return (quotient, LimbArithmetic.trimmed(Array(rest[..<b.count])))
  }

  /// Fills `quotient`, `count` limbs, with `dividend` / `divisor` and leaves the remainder in the
  /// lowest `n` limbs of `dividend`, which has `count + n` limbs.
  private func divideLong(
    _ dividend: UnsafeMutablePointer<UInt>, _ divisor: UnsafePointer<UInt>, _ n: Int,
    into quotient: UnsafeMutablePointer<UInt>, count: Int
  ) throws(RaisedError) {
    typealias Limbs = LimbArithmetic
    let top = divisor[n - 1]
    let next = divisor[n - 2]
    let reciprocal = Limbs.reciprocal(of: top)
    var work = 0
    for j in stride(from: count - 1, through: 0, by: -1) {
      let window = dividend + j
      var estimate: UInt
      var rest: UInt
      var isExact = false
      if window[n] >= top {
        // It is never above: what is left of the dividend is less than the divisor.
        estimate = UInt.max
        (rest, isExact) = window[n - 1].addingReportingOverflow(top)
      } else {
        (estimate, rest) = Limbs.divide(window[n], window[n - 1], by: top, reciprocal: reciprocal)
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

  /// Calls ``checkpoint`` behind or before a pass over `count` limbs, unless they are few.
  @inline(__always)
  private func askAbout(_ count: Int) throws(RaisedError) {
    if count >= LimbArithmetic.checkpointLimit { try checkpoint() }
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
}
