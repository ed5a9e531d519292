// Numbers: `12`, `1_000`, `0xff`, `0b1`, `0o7`, `1.5`, `2e10`.

extension Lexer {
  /// Reads a number that begins with the digit at `start`.
  @inline(__always)
  mutating func number(_ start: UnsafePointer<UInt8>, _ followsNewline: Bool) -> Token {
    var end = start
    var value: UInt64 = 0
    while end.pointee.isDecimalDigit {
      value = value &* 10 &+ UInt64(end.pointee &- 0x30)
      end += 1
    }
    let next = end.pointee
    let count = end - start
    // Eighteen digits cannot overflow. Whatever is not plain goes the long way round.
    if count <= 18, classOf(next) & CharacterClass.continuesName == 0, next < 0x80,
      start.pointee != UInt8(ascii: "0") || count == 1,
      next != UInt8(ascii: ".") || !end[1].isDecimalDigit
    {
      return finish(.integer, start, end, followsNewline, bits: value)
    }
    return uncommonNumber(start, followsNewline)
  }

  @inline(never)
  private mutating func uncommonNumber(
    _ start: UnsafePointer<UInt8>, _ followsNewline: Bool
  ) -> Token {
    if start.pointee == UInt8(ascii: "0") {
      switch start[1] | 0x20 {
      case UInt8(ascii: "x"): return prefixedInteger(start, radix: 16, followsNewline)
      case UInt8(ascii: "o"): return prefixedInteger(start, radix: 8, followsNewline)
      case UInt8(ascii: "b"): return prefixedInteger(start, radix: 2, followsNewline)
      default: break
      }
    }
    scratch.truncate(to: 0)
    var end = start
    var isWellFormed = digits(&end, radix: 10)
    let integerDigits = scratch.count
    var isFloat = false
    if end.pointee == UInt8(ascii: "."), end[1].isDecimalDigit {
      isFloat = true
      scratch.append(UInt8(ascii: "."))
      end += 1
      isWellFormed = digits(&end, radix: 10) && isWellFormed
    }
    if end.pointee | 0x20 == UInt8(ascii: "e") {
      var exponent = end + 1
      scratch.append(UInt8(ascii: "e"))
      if exponent.pointee == UInt8(ascii: "+") || exponent.pointee == UInt8(ascii: "-") {
        scratch.append(exponent.pointee)
        exponent += 1
      }
      if exponent.pointee.isDecimalDigit {
        isFloat = true
        isWellFormed = digits(&exponent, radix: 10) && isWellFormed
        end = exponent
      } else {
        isWellFormed = false
      }
    }
    if skipNameCharacters(&end) { isWellFormed = false }
    guard isWellFormed else { return malformedNumber(start, end, followsNewline) }
    if integerDigits > 1, scratch[0] == UInt8(ascii: "0") {
      let help =
        isFloat
        ? "leave out the zeros in front"
        : "leave out the zeros in front, or write 0o for an octal number"
      return malformedNumber(start, end, followsNewline, help: help)
    }
    if isFloat {
      return finish(.float, start, end, followsNewline, bits: floatInScratch().bitPattern)
    }
    return finishInteger(start, end, radix: 10, from: 0, followsNewline)
  }

  /// The number that the text in ``scratch`` stands for, rounded correctly.
  private func floatInScratch() -> Double {
    if let value = exactFloatInScratch() { return value }
    // Unlike strtod this is deaf to the locale.
    let text = String(
      decoding: UnsafeBufferPointer(start: scratch.base, count: scratch.count), as: UTF8.self)
    return Double(text) ?? .infinity
  }

  /// The same by one multiplication or division of two numbers that are exact themselves, which
  /// rounds only once; `nil` where the digits or the exponent are too many for that.
  private func exactFloatInScratch() -> Double? {
    if scratch.count > 18 { return nil }
    var digits: UInt64 = 0
    var exponent = 0
    var isFraction = false
    var position = 0
    while position < scratch.count, scratch[position] != UInt8(ascii: "e") {
      if scratch[position] == UInt8(ascii: ".") {
        isFraction = true
      } else {
        digits = digits * 10 + UInt64(scratch[position] &- 0x30)
        if isFraction { exponent -= 1 }
      }
      position += 1
    }
    if position < scratch.count {
      var written = 0
      let isNegative = scratch[position + 1] == UInt8(ascii: "-")
      for index in (position + 1)..<scratch.count where scratch[index].isDecimalDigit {
        written = written * 10 + Int(scratch[index] &- 0x30)
      }
      exponent += isNegative ? -written : written
    }
    guard digits <= 1 << 53, abs(exponent) <= 22 else { return nil }
    // A power of ten up to 10²² is exact, and so is every step towards it.
    var power = 1.0
    for _ in 0..<abs(exponent) { power *= 10 }
    return exponent < 0 ? Double(digits) / power : Double(digits) * power
  }

  private mutating func prefixedInteger(
    _ start: UnsafePointer<UInt8>, radix: UInt64, _ followsNewline: Bool
  ) -> Token {
    scratch.truncate(to: 0)
    scratch.append(UInt8(ascii: "0"))
    scratch.append(start[1] | 0x20)
    var end = start + 2
    let isWellFormed = digits(&end, radix: UInt8(radix))
    if skipNameCharacters(&end) || !isWellFormed {
      return malformedNumber(start, end, followsNewline)
    }
    return finishInteger(start, end, radix: radix, from: 2, followsNewline)
  }

  /// Makes a token of the digits in ``scratch`` from position `first` on.
  private mutating func finishInteger(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, radix: UInt64, from first: Int,
    _ followsNewline: Bool
  ) -> Token {
    var value: UInt64 = 0
    var isBig = false
    for index in first..<scratch.count {
      let (product, overflow) = value.multipliedReportingOverflow(by: radix)
      let (sum, carry) = product.addingReportingOverflow(UInt64(scratch[index].hexadecimalValue))
      value = sum
      if overflow || carry {
        isBig = true
        break
      }
    }
    if !isBig, value <= UInt64(Int64.max) {
      return finish(.integer, start, end, followsNewline, bits: value)
    }
    let symbol = symbols.pointee.intern(
      scratch.base, count: scratch.count,
      prefix: SymbolStorage.prefix(of: scratch.base, count: scratch.count))
    return finish(.bigInteger, start, end, followsNewline, symbol: symbol)
  }

  /// Passes over digits and single underscores between them, and copies the digits to ``scratch``.
  ///
  /// False where there is no digit at all or an underscore is out of place.
  private mutating func digits(_ position: inout UnsafePointer<UInt8>, radix: UInt8) -> Bool {
    let start = position
    var isWellFormed = true
    var afterDigit = false
    while true {
      let byte = position.pointee
      if byte == UInt8(ascii: "_") {
        if !afterDigit { isWellFormed = false }
        afterDigit = false
      } else if byte.hexadecimalValue < radix {
        scratch.append(byte)
        afterDigit = true
      } else {
        break
      }
      position += 1
    }
    return isWellFormed && afterDigit && position > start
  }

  /// Passes over what continues a name; false when nothing does.
  private func skipNameCharacters(_ position: inout UnsafePointer<UInt8>) -> Bool {
    let start = position
    while classOf(position.pointee) & CharacterClass.continuesName != 0
      || (position.pointee >= 0x80 && scalar(at: position).properties.isXIDContinue)
    {
      position += scalarLength(position)
    }
    return position > start
  }

  private mutating func malformedNumber(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ followsNewline: Bool,
    help: String? = nil
  ) -> Token {
    report("malformed number", start, end, help: help)
    return finish(.integer, start, end, followsNewline)
  }
}
