import Lang

/// The methods of ints and floats; bools have none.
enum NumberMethods {
  // MARK: int

  nonisolated(unsafe) static let intDefinitions: [NativeDefinition] = [
    NativeDefinition(
      "bit_length", "", "The number of bits of the absolute value; 0 for 0.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let value = call.receiver
      if value.isInt { return .int(Int.bitWidth - value.int.magnitude.leadingZeroBitCount) }
      return .int(value.bigInt.bitWidth)
    },
    NativeDefinition(
      "bit_count", "", "The number of ones among the bits of the absolute value.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let value = call.receiver
      if value.isInt { return .int(value.int.magnitude.nonzeroBitCount) }
      return .int(value.bigInt.limbBuffer.reduce(0) { $0 + $1.nonzeroBitCount })
    },
    NativeDefinition(
      "is_even", "", "Whether 2 divides the number.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      .bool(isEven(call.receiver))
    },
    NativeDefinition(
      "is_odd", "", "Whether 2 does not divide the number.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      .bool(!isEven(call.receiver))
    },
    NativeDefinition(
      "is_integer", "", "Whether the number is whole: true.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      .true
    },
    NativeDefinition(
      "to_string", "base?", "The digits in a base from 2 to 36, 10 unless said otherwise.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      var base = 10
      if !call[0].isUndefined {
        base = try engine.expectInt(call[0], "int.to_string() expects an int as base")
        guard (2...36).contains(base) else {
          throw engine.valueError("int.to_string() expects a base from 2 to 36, not \(base)")
        }
      }
      var builder = TextBuilder(engine)
      defer { builder.deallocate() }
      if base == 10 {
        try engine.appendInt(call.receiver, to: &builder)
      } else {
        try engine.appendInt(engine.bigInt(call.receiver), radix: base, to: &builder)
      }
      return try builder.finish()
    },
    NativeDefinition(
      "to_bytes", "length?, order?, signed?",
      "The number as bytes, \"big\" or \"little\" end first; as many as it takes, or length.",
      isMethod: true, body: toBytes),
    NativeDefinition(
      "as_integer_ratio", "", "The tuple of the number itself and 1.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      call.engine.makeTuple(call.receiver, .int(1))
    },
  ]

  private static func isEven(_ value: Value) -> Bool {
    value.isInt ? value.int & 1 == 0 : value.bigInt.limbs[0] & 1 == 0
  }

  private static func toBytes(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let number = engine.bigInt(call.receiver)
    var isBigEndian = true
    if !call[1].isUndefined {
      let order = try engine.expectString(call[1], "int.to_bytes() expects a string as order").text
      guard order == "big" || order == "little" else {
        throw engine.valueError("int.to_bytes() expects \"big\" or \"little\" as order")
      }
      isBigEndian = order == "big"
    }
    let isSigned = !call[2].isUndefined && call[2].tag != .false && !call[2].isNil
    if number.isNegative && !isSigned {
      throw engine.valueError("int.to_bytes() of a negative number needs signed: true")
    }
    // In two's complement, a bit more for the sign; -128 has no more bits than 127.
    let isPowerOfTwo =
      number.isNegative && number.trailingZeroBitCount == number.bitWidth - 1
    let bits = number.bitWidth + (isSigned && !isPowerOfTwo ? 1 : 0)
    let needed = max(1, (bits + 7) / 8)
    var count = needed
    if !call[0].isUndefined && !call[0].isNil {
      count = try engine.expectInt(call[0], "int.to_bytes() expects an int as length")
      if count < 0 { throw engine.valueError("int.to_bytes() expects a length of 0 or more") }
      if count < needed && !(count == 0 && number.isZero) {
        throw engine.valueError("the number needs \(needed) bytes, not \(count)")
      }
    }
    try engine.reserve(count)
    let limbs = number.twosComplement(count: number.limbs.count + 1)
    let bytes = engine.allocateBytes(count: count)
    let filler: UInt8 = number.isNegative ? 0xFF : 0
    var pieces = Pieces(of: Piece.characters, count)
    while try pieces.next(engine) {
      for i in pieces.range {
        let byte =
          i / 8 < limbs.count
          ? UInt8(truncatingIfNeeded: limbs[i / 8] >> (UInt(i % 8) * 8)) : filler
        bytes.bytes[isBigEndian ? count - 1 - i : i] = byte
      }
    }
    return Value(.bytes, bytes)
  }

  // MARK: float

  nonisolated(unsafe) static let floatDefinitions: [NativeDefinition] = [
    NativeDefinition(
      "is_integer", "", "Whether the number is whole.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let value = call.receiver.float
      return .bool(value.isFinite && value == value.rounded(.towardZero))
    },
    NativeDefinition(
      "is_nan", "", "Whether this is no number.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      .bool(call.receiver.float.isNaN)
    },
    NativeDefinition(
      "is_infinite", "", "Whether this is infinite, of either sign.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      .bool(call.receiver.float.isInfinite)
    },
    NativeDefinition(
      "is_finite", "", "Whether this is neither infinite nor nan.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      .bool(call.receiver.float.isFinite)
    },
    NativeDefinition(
      "floor", "", "The largest int that is not above the number.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      try call.engine.wholeNumber(call.receiver.float.rounded(.down))
    },
    NativeDefinition(
      "ceil", "", "The smallest int that is not below the number.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      try call.engine.wholeNumber(call.receiver.float.rounded(.up))
    },
    NativeDefinition(
      "trunc", "", "The int without the fraction.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      try call.engine.wholeNumber(call.receiver.float)
    },
    NativeDefinition(
      "hex", "", "The exact value in hexadecimal, such as 0x1.8p+1.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      call.engine.makeString(hexadecimal(call.receiver.float))
    },
    NativeDefinition(
      "as_integer_ratio", "", "Two ints whose quotient is exactly the number.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let value = call.receiver.float
      let engine = call.engine
      guard value.isFinite else {
        throw engine.valueError("nan and inf are no ratio of ints")
      }
      if value == 0 { return engine.makeTuple(.int(0), .int(1)) }
      // An odd significand times a power of two.
      let zeros = value.significandWidth - Int(value.exponent)
      let odd = BigInt(value.significand * Double(1 << value.significandWidth))
      let magnitude = zeros < 0 ? odd << -zeros : odd
      return engine.makeTuple(
        engine.makeInt(value < 0 ? -magnitude : magnitude),
        engine.makeInt(BigInt(1) << max(zeros, 0)))
    },
  ]

  private static func hexadecimal(_ value: Double) -> String {
    let sign = value.sign == .minus ? "-" : ""
    if value.isNaN { return "nan" }
    if value.isInfinite { return sign + "inf" }
    if value == 0 { return sign + "0x0.0p+0" }
    // 52 bits after the point are 13 digits; numbers below the normal ones begin with 0.
    let digits = String(value.significandBitPattern, radix: 16)
    let zeros = String(repeating: "0", count: 13 - digits.count)
    let exponent = value.isNormal ? Int(value.exponent) : -1022
    let lead = value.isNormal ? "1" : "0"
    return "\(sign)0x\(lead).\(zeros)\(digits)p\(exponent < 0 ? "" : "+")\(exponent)"
  }
}
