// Decimal numbers of up to 19 digits as floats, without a loop and without rounding twice.

extension Engine {
  /// The float nearest to `significand` × 10^`exponent`; nil when the exponent is beyond ±27 and the
  /// significand not 0.
  ///
  /// Up to that, the power of five fits in 64 bits: the exact product has 128, and of the exact quotient
  /// the first 63 and whether anything follows decide. Everything else is a power of two.
  static func float(_ significand: UInt64, exponent: Int) -> Double? {
    if significand == 0 { return 0 }
    if significand <= 1 << 53, exponent >= -22, exponent <= 22 {
      // Both parts are floats without rounding, so that one operation rounds once.
      return exponent < 0
        ? Double(significand) / powerOfTen(-exponent) : Double(significand) * powerOfTen(exponent)
    }
    guard exponent >= -27, exponent <= 27 else { return nil }
    let power = powersOfFive.withUnsafeBufferPointer { $0[abs(exponent)] }
    if exponent >= 0 {
      let product = significand.multipliedFullWidth(by: power)
      if product.high == 0 { return scaled(product.low, by: exponent) }
      let shift = UInt64(product.high.leadingZeroBitCount)
      let bits = product.high << shift | product.low >> (64 - shift)
      return scaled(bits, hasMore: product.low << shift != 0, by: exponent + 64 - Int(shift))
    }
    // Both with the highest bit set, and the dividend then halved: the quotient fits, and has 63 bits.
    let dividend = significand << UInt64(significand.leadingZeroBitCount)
    let divisor = power << UInt64(power.leadingZeroBitCount)
    let (quotient, remainder) = divisor.dividingFullWidth((dividend >> 1, dividend << 63))
    return scaled(
      quotient, hasMore: remainder != 0,
      by: power.leadingZeroBitCount - significand.leadingZeroBitCount + exponent - 63)
  }

  /// 5 ** 0 to 5 ** 27, all that fit.
  private static let powersOfFive: [UInt64] = {
    var powers: [UInt64] = [1]
    while powers.count < 28 { powers.append(powers[powers.count - 1] * 5) }
    return powers
  }()

  /// 10 ** 0 to 10 ** 22, which are floats.
  @inline(__always)
  private static func powerOfTen(_ exponent: Int) -> Double {
    powersOfTen.withUnsafeBufferPointer { $0[exponent] }
  }

  /// `bits` × 2^`exponent`, where `hasMore` tells that a part of the number is lost, which needs as many
  /// bits that the lowest is not among those of the float.
  @inline(__always)
  private static func scaled(_ bits: UInt64, hasMore: Bool = false, by exponent: Int) -> Double {
    // A normal float all along, so that the multiplication is exact.
    Double(bits | (hasMore ? 1 : 0))
      * Double(sign: .plus, exponentBitPattern: UInt(1023 + exponent), significandBitPattern: 0)
  }
}
