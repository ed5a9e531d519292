/// What the lexer asks about a byte, answered by one look into a table of 256.
///
/// The low three bits say what kind of token the byte begins; the others are properties.
enum CharacterClass {
  static var group: UInt8 { 7 }

  // What a byte begins. Everything that is not listed is punctuation or nothing.
  static var other: UInt8 { 0 }
  static var blank: UInt8 { 1 }
  static var newline: UInt8 { 2 }
  static var letter: UInt8 { 3 }
  static var digit: UInt8 { 4 }
  static var quote: UInt8 { 5 }
  static var hash: UInt8 { 6 }
  /// The first byte of a scalar outside ASCII (and any further byte of it).
  static var high: UInt8 { 7 }

  /// ASCII letters, digits and `_`.
  static var continuesName: UInt8 { 8 }
  /// Where the quick scan of a string stops: quotes, backslash, line end, NUL.
  static var stopsString: UInt8 { 16 }

  /// The table, built once for the process.
  nonisolated(unsafe) static let table: UnsafePointer<UInt8> = {
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    table.initialize(repeating: other, count: 256)
    func set(_ characters: StaticString, _ value: UInt8) {
      for index in 0..<characters.utf8CodeUnitCount {
        table[Int(characters.utf8Start[index])] |= value
      }
    }
    set(" \t\r\u{0c}", blank)
    set("\n", newline)
    set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_", letter | continuesName)
    set("0123456789", digit | continuesName)
    set("\"'", quote)
    set("#", hash)
    set("\"'\\\n", stopsString)
    table[0] |= stopsString
    for byte in 128...255 { table[byte] = high }
    return UnsafePointer(table)
  }()
}

extension UInt8 {
  /// True for `0` to `9`.
  @inline(__always)
  var isDecimalDigit: Bool { self &- 0x30 < 10 }

  /// The value of a hexadecimal digit, or 255.
  @inline(__always)
  var hexadecimalValue: UInt8 {
    if self &- 0x30 < 10 { return self &- 0x30 }
    let lower = self | 0x20
    if lower &- 0x61 < 6 { return lower &- 0x61 &+ 10 }
    return 255
  }
}
