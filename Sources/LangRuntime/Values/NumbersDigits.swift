// Digits of magnitudes, both ways, by divide and conquer: O(n^1.58) instead of O(n²).

extension LimbArithmetic {
  /// As many digits as fit in a limb.
  private struct Chunk {
    let radix: UInt
    /// The largest power of the radix in a limb.
    private(set) var base: UInt
    /// How many digits that is.
    private(set) var digits = 1

    init(radix: Int) {
      self.radix = UInt(radix)
      base = self.radix
      while case let (larger, overflow) = base.multipliedReportingOverflow(by: self.radix),
        !overflow
      {
        base = larger
        digits += 1
      }
    }
  }

  /// A number of digits that `limbs` do not exceed, and hardly fall short of.
  static func digitLimit(_ limbs: [UInt], radix: Int) -> Int {
    let bits = limbs.count * 64 - (limbs.last?.leadingZeroBitCount ?? 64)
    return Int(Double(bits) / logarithm2(Double(radix)) * (1 + 1e-12)) + 2
  }

  /// Fills `count` bytes with the digits of a number, zeros before them.
  func fill(
    _ text: UnsafeMutablePointer<UInt8>, _ count: Int, with limbs: [UInt], radix: Int
  ) throws(RaisedError) {
    if radix & (radix - 1) == 0 {
      try fill(text, count, with: limbs, bitsPerDigit: radix.trailingZeroBitCount)
      return
    }
    let chunk = Chunk(radix: radix)
    // Powers by which the number is halved, again and again: two divisions of half the length cost
    // far less than one digit after the other.
    var powers: [[UInt]] = [[chunk.base]]
    while let last = powers.last, last.count * 2 <= limbs.count {
      powers.append(try multiply(last, last))
    }
    try fill(text, count, with: limbs, powers, powers.count - 1, chunk)
  }

  private func fill(
    _ text: UnsafeMutablePointer<UInt8>, _ count: Int, with limbs: [UInt], _ powers: [[UInt]],
    _ level: Int, _ chunk: Chunk
  ) throws(RaisedError) {
    if level < 0 || limbs.count <= 16 {
      LimbArithmetic.fill(text, count, with: limbs, chunk)
      return
    }
    let lowDigits = chunk.digits << level
    if count <= lowDigits {
      return try fill(text, count, with: limbs, powers, level - 1, chunk)
    }
    let (high, low) = try divide(limbs, powers[level])
    try fill(text, count - lowDigits, with: high, powers, level - 1, chunk)
    try fill(text + (count - lowDigits), lowDigits, with: low, powers, level - 1, chunk)
  }

  /// Digit after digit from the end.
  private static func fill(
    _ text: UnsafeMutablePointer<UInt8>, _ count: Int, with limbs: [UInt], _ chunk: Chunk
  ) {
    let radix = chunk.radix
    var limbs = limbs
    var position = count
    while !limbs.isEmpty {
      var rest = divide(&limbs, byLimb: chunk.base)
      for _ in 0..<min(chunk.digits, position) {
        position -= 1
        text[position] = digit(Int(rest % radix))
        rest /= radix
      }
    }
    text.update(repeating: UInt8(ascii: "0"), count: position)
  }

  private func fill(
    _ text: UnsafeMutablePointer<UInt8>, _ count: Int, with limbs: [UInt], bitsPerDigit: Int
  ) throws(RaisedError) {
    let mask = 1 << bitsPerDigit - 1
    for position in 0..<count {
      if position & (Piece.characters - 1) == Piece.characters - 1 { try checkpoint() }
      let bit = (count - 1 - position) * bitsPerDigit
      let (index, offset) = (bit / 64, bit % 64)
      var bits = index < limbs.count ? limbs[index] >> offset : 0
      if index + 1 < limbs.count { bits |= limbs[index + 1] << (64 - offset) }
      text[position] = LimbArithmetic.digit(Int(truncatingIfNeeded: bits) & mask)
    }
  }

  static func digit(_ value: Int) -> UInt8 {
    value < 10
      ? UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value)
      : UInt8(ascii: "a") + UInt8(truncatingIfNeeded: value - 10)
  }

  /// The number with the given digit values, each below `radix`.
  func number(
    ofDigits digits: UnsafeBufferPointer<UInt8>, radix: Int
  ) throws(RaisedError) -> [UInt] {
    if radix & (radix - 1) == 0 {
      return try number(ofDigits: digits, bitsPerDigit: radix.trailingZeroBitCount)
    }
    let chunk = Chunk(radix: radix)
    var powers: [[UInt]] = [[chunk.base]]
    while let last = powers.last, chunk.digits << powers.count < digits.count {
      powers.append(try multiply(last, last))
    }
    return try number(ofDigits: digits, powers, powers.count - 1, chunk)
  }

  private func number(
    ofDigits digits: UnsafeBufferPointer<UInt8>, _ powers: [[UInt]], _ level: Int, _ chunk: Chunk
  ) throws(RaisedError) -> [UInt] {
    if level < 0 || digits.count <= 400 {
      return LimbArithmetic.number(ofDigits: digits, chunk)
    }
    let lowDigits = chunk.digits << level
    if digits.count <= lowDigits {
      return try number(ofDigits: digits, powers, level - 1, chunk)
    }
    let split = digits.count - lowDigits
    let high = try number(
      ofDigits: .init(rebasing: digits[..<split]), powers, level - 1, chunk)
    let low = try number(
      ofDigits: .init(rebasing: digits[split...]), powers, level - 1, chunk)
    return LimbArithmetic.sum(try multiply(high, powers[level]), low)
  }

  private static func number(
    ofDigits digits: UnsafeBufferPointer<UInt8>, _ chunk: Chunk
  ) -> [UInt] {
    var limbs: [UInt] = []
    var position = 0
    while position < digits.count {
      // The first chunk is the short one.
      let rest = (digits.count - position) % chunk.digits
      let end = position + (rest == 0 ? chunk.digits : rest)
      var value: UInt = 0
      while position < end {
        value = value * chunk.radix + UInt(digits[position])
        position += 1
      }
      multiply(&limbs, byLimb: chunk.base, adding: value)
    }
    return limbs
  }

  private func number(
    ofDigits digits: UnsafeBufferPointer<UInt8>, bitsPerDigit: Int
  ) throws(RaisedError) -> [UInt] {
    var limbs = [UInt](repeating: 0, count: (digits.count * bitsPerDigit + 63) / 64 + 1)
    for position in 0..<digits.count {
      if position & (Piece.characters - 1) == Piece.characters - 1 { try checkpoint() }
      let bit = (digits.count - 1 - position) * bitsPerDigit
      let (index, offset) = (bit / 64, bit % 64)
      let digit = UInt(digits[position])
      limbs[index] |= digit << offset
      limbs[index + 1] |= offset == 0 ? 0 : digit >> (64 - offset)
    }
    return LimbArithmetic.trimmed(limbs)
  }
}
