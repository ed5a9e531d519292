/// Reading and writing of UTF-8 in memory.
///
/// All text of the machine is valid UTF-8, so nothing here checks that, except
/// ``validate(_:count:)``, which is how text from outside becomes so.
enum TextScanning {
  // MARK: Single scalars

  /// The length in bytes of the scalar that begins with `byte`.
  @inline(__always)
  static func length(ofScalarFrom byte: UInt8) -> Int {
    if byte < 0x80 { return 1 }
    return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
  }

  /// Whether `byte` continues a scalar.
  @inline(__always)
  static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

  /// The scalar that begins at `bytes`, and its length in bytes.
  @inline(__always)
  static func decode(_ bytes: UnsafePointer<UInt8>) -> (scalar: Unicode.Scalar, length: Int) {
    let first = UInt32(bytes[0])
    if first < 0x80 { return (scalar(first), 1) }
    let second = UInt32(bytes[1] & 0x3F)
    if first < 0xE0 { return (scalar((first & 0x1F) << 6 | second), 2) }
    let third = UInt32(bytes[2] & 0x3F)
    if first < 0xF0 { return (scalar((first & 0x0F) << 12 | second << 6 | third), 3) }
    let fourth = UInt32(bytes[3] & 0x3F)
    return (scalar((first & 0x07) << 18 | second << 12 | third << 6 | fourth), 4)
  }

  /// The scalar that ends just before `bytes + end`, and its length in bytes.
  @inline(__always)
  static func decodeLast(
    _ bytes: UnsafePointer<UInt8>, end: Int
  ) -> (scalar: Unicode.Scalar, length: Int) {
    var start = end - 1
    while isContinuation(bytes[start]) { start -= 1 }
    return decode(bytes + start)
  }

  @inline(__always)
  private static func scalar(_ value: UInt32) -> Unicode.Scalar {
    Unicode.Scalar(value).unsafelyUnwrapped
  }

  /// Writes a scalar, for which up to 4 bytes must be free, and returns its length in bytes.
  @inline(__always)
  static func encode(_ scalar: Unicode.Scalar, to bytes: UnsafeMutablePointer<UInt8>) -> Int {
    let value = scalar.value
    if value < 0x80 {
      bytes[0] = UInt8(truncatingIfNeeded: value)
      return 1
    }
    if value < 0x800 {
      bytes[0] = UInt8(truncatingIfNeeded: 0xC0 | value >> 6)
      bytes[1] = UInt8(truncatingIfNeeded: 0x80 | value & 0x3F)
      return 2
    }
    if value < 0x1_0000 {
      bytes[0] = UInt8(truncatingIfNeeded: 0xE0 | value >> 12)
      bytes[1] = UInt8(truncatingIfNeeded: 0x80 | value >> 6 & 0x3F)
      bytes[2] = UInt8(truncatingIfNeeded: 0x80 | value & 0x3F)
      return 3
    }
    bytes[0] = UInt8(truncatingIfNeeded: 0xF0 | value >> 18)
    bytes[1] = UInt8(truncatingIfNeeded: 0x80 | value >> 12 & 0x3F)
    bytes[2] = UInt8(truncatingIfNeeded: 0x80 | value >> 6 & 0x3F)
    bytes[3] = UInt8(truncatingIfNeeded: 0x80 | value & 0x3F)
    return 4
  }

  // MARK: Positions

  /// The byte position of the scalar at `index`, which may be one behind the last.
  ///
  /// `index` counts from the byte position `start`. Eight bytes a step where there are as many.
  static func byteOffset(
    _ bytes: UnsafePointer<UInt8>, count: Int, ofScalar index: Int, from start: Int = 0
  ) -> Int {
    var position = start
    var left = index
    while left >= 8, position + 8 <= count {
      let word = loadWord(bytes + position)
      // Bit 7 set and bit 6 clear is a byte that continues a scalar.
      let continuations = (word & ~(word << 1) & highBits).nonzeroBitCount
      position += 8
      left -= 8 - continuations
    }
    // The step may have ended within a scalar, whose first byte was counted.
    while position < count, isContinuation(bytes[position]) { position += 1 }
    while left > 0, position < count {
      position += length(ofScalarFrom: bytes[position])
      left -= 1
    }
    return position
  }

  static let highBits: UInt64 = 0x8080_8080_8080_8080
  static let lowBits: UInt64 = 0x0101_0101_0101_0101

  /// Eight bytes, the first lowest.
  @inline(__always)
  static func loadWord(_ bytes: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
  }

  // MARK: Text from outside

  /// How much of `bytes` is valid UTF-8: the length of the valid beginning, and its scalars.
  static func validate(
    _ bytes: UnsafePointer<UInt8>, count: Int
  ) -> (valid: Int, scalarCount: Int) {
    var position = 0
    var scalars = 0
    while position < count {
      if position + 8 <= count, loadWord(bytes + position) & highBits == 0 {
        position += 8
        scalars += 8
        continue
      }
      let length = validLength(bytes + position, count: count - position)
      if length == 0 { break }
      position += length
      scalars += 1
    }
    return (position, scalars)
  }

  /// The length of the valid scalar at `bytes`; 0 when none is there.
  static func validLength(_ bytes: UnsafePointer<UInt8>, count: Int) -> Int {
    let first = bytes[0]
    if first < 0x80 { return 1 }
    if first < 0xC2 || first > 0xF4 { return 0 }
    let length = length(ofScalarFrom: first)
    if count < length { return 0 }
    // The second byte tells overlong forms, surrogates and what is beyond Unicode from the rest.
    let least: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
    let most: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
    if bytes[1] < least || bytes[1] > most { return 0 }
    for index in 2..<max(length, 2) where !isContinuation(bytes[index]) { return 0 }
    return length
  }

  // MARK: Digits

  /// The length of an integer in decimal, its sign included; at most 20.
  @inline(__always)
  static func decimalLength(_ value: Int) -> Int {
    let magnitude = value.magnitude
    var length = value < 0 ? 2 : 1
    var bound: UInt = 10
    // No magnitude has more than 19 digits, and 10 ** 19 still fits.
    while magnitude >= bound, bound < 10_000_000_000_000_000_000 {
      length += 1
      bound *= 10
    }
    return length
  }

  /// Writes an integer in decimal, where `length` is what ``decimalLength(_:)`` says.
  @inline(__always)
  static func writeDecimal(_ value: Int, length: Int, to bytes: UnsafeMutablePointer<UInt8>) {
    var rest = value.magnitude
    var position = length
    let pairs = digitPairs.utf8Start
    while rest >= 100 {
      let pair = Int(truncatingIfNeeded: rest % 100) * 2
      rest /= 100
      position -= 2
      bytes[position] = pairs[pair]
      bytes[position + 1] = pairs[pair + 1]
    }
    if rest >= 10 {
      let pair = Int(truncatingIfNeeded: rest) * 2
      bytes[position - 2] = pairs[pair]
      bytes[position - 1] = pairs[pair + 1]
    } else {
      bytes[position - 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
    }
    if value < 0 { bytes[0] = UInt8(ascii: "-") }
  }

  private static var digitPairs: StaticString {
    """
    0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546\
    4748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293\
    949596979899
    """
  }

  /// The digits of numbers up to base 16.
  static var hexDigits: StaticString { "0123456789abcdef" }

  // MARK: Kinds of character

  /// Whether Python's `isspace` takes an ASCII character for white space.
  @inline(__always)
  static func isSpace(ascii byte: UInt8) -> Bool {
    byte == 0x20 || byte &- 0x09 < 5 || byte &- 0x1C < 4
  }

  /// Whether Python's `isspace` takes a scalar for white space.
  @inline(__always)
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x80 { return isSpace(ascii: UInt8(truncatingIfNeeded: scalar.value)) }
    return scalar.properties.isWhitespace
  }

  /// Whether a scalar can be shown as it is; the rest is escaped by `repr`.
  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7F { return scalar.value >= 0x20 }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator, .spaceSeparator:
      return false
    default:
      return true
    }
  }
}
