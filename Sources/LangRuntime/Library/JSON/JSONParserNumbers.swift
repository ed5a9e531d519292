// Numbers.

extension JSONParser {
  // MARK: Numbers

  /// The number at `start`, and the position behind it.
  @inline(__always)
  mutating func number(
    _ start: UnsafePointer<UInt8>, _ top: UnsafeMutablePointer<Value>
  ) throws(RaisedError) -> (Value, UnsafePointer<UInt8>) {
    let isNegative = start.pointee == UInt8(ascii: "-")
    let first = isNegative ? start + 1 : start
    var position = first
    var magnitude: UInt64 = 0
    while position < end, JSONScanning.isDigit(position.pointee) {
      magnitude = magnitude &* 10 &+ UInt64(position.pointee &- UInt8(ascii: "0"))
      position += 1
      if position - first == 19 { break }
    }
    let count = position - first
    let byte = position < end ? position.pointee : 0
    // An int of at most 18 digits, without a zero in front of others.
    if count > 0, count < 19, count == 1 || first.pointee != UInt8(ascii: "0"),
      byte != UInt8(ascii: "."), byte | 0x20 != UInt8(ascii: "e")
    {
      let int = Int(truncatingIfNeeded: magnitude)
      return (.int(isNegative ? 0 &- int : int), position)
    }
    return try otherNumber(start, top)
  }

  /// Moves a position on over digits, of which there may be many.
  private func skipDigits(_ position: inout UnsafePointer<UInt8>) throws(RaisedError) {
    while true {
      let pause = end - position > Piece.characters ? position + Piece.characters : end
      while position < pause, JSONScanning.isDigit(position.pointee) { position += 1 }
      if position < pause || position == end { return }
      try engine.checkInterruption()
    }
  }

  /// A float, a large int, or what is none.
  @inline(never)
  private mutating func otherNumber(
    _ start: UnsafePointer<UInt8>, _ top: UnsafeMutablePointer<Value>
  ) throws(RaisedError) -> (Value, UnsafePointer<UInt8>) {
    let isNegative = start.pointee == UInt8(ascii: "-")
    let first = isNegative ? start + 1 : start
    var position = first
    try skipDigits(&position)
    if position == first {
      if isNext("Infinity", position) {
        throw failure(start, "-Infinity is no JSON, which has no number for it")
      }
      throw unexpected(position, "a digit behind '-'")
    }
    if first.pointee == UInt8(ascii: "0"), position - first > 1 {
      throw failure(first, "a number does not begin with 0, except 0 itself")
    }
    var isFloat = false
    var exponent = 0
    if position < end, position.pointee == UInt8(ascii: ".") {
      isFloat = true
      position += 1
      let fraction = position
      try skipDigits(&position)
      if position == fraction { throw unexpected(position, "a digit behind the point") }
      exponent = fraction - position
    }
    let digitsEnd = position
    if position < end, position.pointee | 0x20 == UInt8(ascii: "e") {
      isFloat = true
      position += 1
      var isExponentNegative = false
      if position < end, position.pointee == UInt8(ascii: "-") {
        isExponentNegative = true
        position += 1
      } else if position < end, position.pointee == UInt8(ascii: "+") {
        position += 1
      }
      let exponentStart = position
      try skipDigits(&position)
      if position == exponentStart { throw unexpected(position, "a digit of the exponent") }
      var value = 0
      // More than any float needs, and far from overflow.
      for index in 0..<(position - exponentStart) where value < 1 << 40 {
        value = value * 10 + Int(exponentStart[index] - UInt8(ascii: "0"))
      }
      exponent += isExponentNegative ? -value : value
    }
    if !isFloat {
      let text = UnsafeBufferPointer(start: start, count: position - start)
      return (try engine.parseInt(text, base: 10).unsafelyUnwrapped, position)
    }
    if !options.floatHook.isUndefined {
      let length = position - start
      try engine.reserveString(length)
      let text = try engine.makeString(copying: start, count: length, scalarCount: length)
      var unused = 0
      return (try callHook(options.floatHook, text, top, &unused), position)
    }
    let digits = DecimalText(all: first..<digitsEnd)
    guard let magnitude = try digits.float(exponent: exponent, engine) else {
      let text = UnsafeBufferPointer(start: start, count: min(40, position - start))
      let shown = String(decoding: text, as: UTF8.self) + (position - start > 40 ? "…" : "")
      throw failure(start, "\(shown) is beyond the range of floats")
    }
    return (.float(isNegative ? -magnitude : magnitude), position)
  }

  /// The digits of a number, with a point somewhere behind the whole part.
  private struct DecimalText {
    var all: Range<UnsafePointer<UInt8>>

    /// The float nearest to the digits, read as an integer, times a power of ten; nil when it is not
    /// finite.
    func float(exponent: Int, _ engine: Engine) throws(RaisedError) -> Double? {
      if all.upperBound - all.lowerBound > 64 { return try slowFloat(exponent: exponent, engine) }
      var significand: UInt64 = 0
      var count = 0
      var position = all.lowerBound
      while position < all.upperBound, count < 19 {
        let byte = position.pointee
        position += 1
        if byte == UInt8(ascii: ".") { continue }
        significand = significand &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
        if significand > 0 { count += 1 }
      }
      if position == all.upperBound,
        let exact = Engine.float(significand, exponent: exponent)
      {
        return exact
      }
      return try slowFloat(exponent: exponent, engine)
    }

    /// Digits beyond these are never looked at: a float's exact middle to the next has fewer.
    private static let decisiveDigits = 800

    private func slowFloat(exponent: Int, _ engine: Engine) throws(RaisedError) -> Double? {
      var text: [UInt8] = []
      var exponent = exponent
      var dropsSome = false
      var position = all.lowerBound
      while position < all.upperBound {
        let pause =
          all.upperBound - position > Piece.characters
          ? position + Piece.characters : all.upperBound
        while position < pause {
          let byte = position.pointee
          position += 1
          if byte == UInt8(ascii: ".") || text.isEmpty && byte == UInt8(ascii: "0") { continue }
          if text.count < DecimalText.decisiveDigits {
            text.append(byte)
          } else {
            exponent += 1
            if byte != UInt8(ascii: "0") { dropsSome = true }
          }
        }
        if position < all.upperBound { try engine.checkInterruption() }
      }
      if text.isEmpty { return 0 }
      if dropsSome {
        text.append(UInt8(ascii: "1"))
        exponent -= 1
      }
      text.append(contentsOf: "e\(exponent)".utf8)
      let float =
        try text.withUnsafeBufferPointer { (bytes) throws(RaisedError) in
          try engine.parseFloat(bytes)
        } ?? 0
      return float.isFinite ? float : nil
    }
  }
}
