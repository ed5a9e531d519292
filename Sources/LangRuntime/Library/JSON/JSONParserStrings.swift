#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// Strings and keys.

extension JSONParser {
  // MARK: Strings

  /// How many bytes from `start` on need no second look: no quote, backslash or control character.
  ///
  /// Looks at whole words, and no further than a piece; bits of bytes that are not ASCII go to `high`.
  @inline(__always)
  private func plainLength(
    _ start: UnsafePointer<UInt8>, _ high: inout UInt64
  ) -> (length: Int, isAtSpecial: Bool) {
    var length = 0
    let available = min(end - start, Piece.characters) - 8
    while length <= available {
      let word = TextScanning.loadWord(start + length)
      let special = JSONScanning.special(word)
      if special != 0 {
        let offset = special.trailingZeroBitCount
        high |= word & TextScanning.highBits & (special & ~special &+ 1) &- 1
        return (length &+ offset >> 3, true)
      }
      high |= word & TextScanning.highBits
      length &+= 8
    }
    return (length, false)
  }

  /// The string whose first character is at `start`, and the position behind its closing quote.
  @inline(__always)
  mutating func string(
    _ start: UnsafePointer<UInt8>
  ) throws(RaisedError) -> (Value, UnsafePointer<UInt8>) {
    var high: UInt64 = 0
    let (length, isAtSpecial) = plainLength(start, &high)
    guard isAtSpecial, start[length] == UInt8(ascii: "\"") else { return try anyString(start) }
    return (makeString(start, count: length, isASCII: high == 0), start + length + 1)
  }

  /// A string of bytes that are no more than a piece.
  @inline(__always)
  private func makeString(
    _ bytes: UnsafePointer<UInt8>, count: Int, isASCII: Bool
  ) -> Value {
    if count == 1 { return engine.character(bytes[0]) }
    let string = engine.allocateString(byteCount: count, scalarCount: count)
    // Cells are of whole granules of 16 bytes, of which the text begins one.
    if count <= 48 && end - bytes >= 64 {
      var copied = 0
      while copied < count {
        let part = UnsafeRawPointer(bytes + copied).loadUnaligned(as: SIMD16<UInt8>.self)
        UnsafeMutableRawPointer(string.bytes + copied).storeBytes(
          of: part, as: SIMD16<UInt8>.self)
        copied &+= 16
      }
    } else {
      memcpy(string.bytes, bytes, count)
    }
    if !isASCII {
      string.pointee.scalarCount = UInt32(
        truncatingIfNeeded: Engine.scalarCount(bytes, count: count))
    }
    return Value(.string, string)
  }

  /// A string with escapes, a long one, or one near the end of the text.
  @inline(never)
  private mutating func anyString(
    _ start: UnsafePointer<UInt8>
  ) throws(RaisedError) -> (Value, UnsafePointer<UInt8>) {
    var position = start
    var run = start
    var hasEscapes = false
    while true {
      var high: UInt64 = 0
      let (length, _) = plainLength(position, &high)
      position += length
      if position - run >= Piece.characters { try engine.checkInterruption() }
      guard position < end else { throw unclosed(start - 1) }
      let byte = position.pointee
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") {
        if !hasEscapes {
          hasEscapes = true
          if builder == nil { builder = TextBuilder(engine) }
          builder!.removeAll()
        }
        try builder!.append(run, count: position - run)
        position = try takeEscape(position)
        run = position
      } else if byte < 0x20 {
        throw failure(position, controlMessage(byte))
      } else {
        position += 1
      }
    }
    let next = position + 1
    if hasEscapes {
      try builder!.append(run, count: position - run)
      let count = builder!.count
      try engine.reserveString(count)
      let value = try builder!.finish()
      if count > Piece.bytes {
        builder!.deallocate()
        builder = nil
      }
      return (value, next)
    }
    let count = position - start
    try engine.reserveString(count)
    let scalars = try engine.countScalars(start, count: count)
    return (
      try engine.makeString(copying: start, count: count, scalarCount: scalars), next
    )
  }

  private func controlMessage(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    let shown = "U+00\(byte < 16 ? "0" : "")\(digits)"
    let escape =
      switch byte {
      case 0x08: "\\b"
      case 0x09: "\\t"
      case 0x0A: "\\n"
      case 0x0C: "\\f"
      case 0x0D: "\\r"
      default: "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))"
      }
    return "the control character \(shown) stands in a string as \(escape) only"
  }

  /// Appends what the escape at `start` stands for; gives the position behind it.
  private mutating func takeEscape(
    _ start: UnsafePointer<UInt8>
  ) throws(RaisedError) -> UnsafePointer<UInt8> {
    guard end - start >= 2 else { throw unclosed(nil) }
    let byte: UInt8
    switch start[1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte = start[1]
    case UInt8(ascii: "n"): byte = 0x0A
    case UInt8(ascii: "t"): byte = 0x09
    case UInt8(ascii: "r"): byte = 0x0D
    case UInt8(ascii: "b"): byte = 0x08
    case UInt8(ascii: "f"): byte = 0x0C
    case UInt8(ascii: "u"): return try takeUnicodeEscape(start)
    default:
      throw failure(
        start, "unknown escape '\\\(shown(start + 1))' in a string: a backslash stands as \\\\")
    }
    try builder!.append(byte)
    return start + 2
  }

  private mutating func takeUnicodeEscape(
    _ start: UnsafePointer<UInt8>
  ) throws(RaisedError) -> UnsafePointer<UInt8> {
    let unit = try codeUnit(start)
    if unit & 0xF800 != 0xD800 {
      try builder!.append(scalar: Unicode.Scalar(unit).unsafelyUnwrapped)
      return start + 6
    }
    // A high surrogate, and the low one that has to follow.
    if unit < 0xDC00, end - start >= 8, start[6] == UInt8(ascii: "\\"),
      start[7] == UInt8(ascii: "u")
    {
      let low = try codeUnit(start + 6)
      if low & 0xFC00 == 0xDC00 {
        let value = 0x1_0000 + (unit & 0x3FF) << 10 + low & 0x3FF
        try builder!.append(scalar: Unicode.Scalar(value).unsafelyUnwrapped)
        return start + 12
      }
    }
    let text = String(decoding: UnsafeBufferPointer(start: start, count: 6), as: UTF8.self)
    throw failure(start, "\(text) is half of a surrogate pair, which is no character")
  }

  /// The number behind `\u`.
  private func codeUnit(_ start: UnsafePointer<UInt8>) throws(RaisedError) -> UInt32 {
    var unit: UInt32 = 0
    for index in 2..<6 {
      guard start + index < end, let digit = NumberScanner.digit(start[index]), digit < 16 else {
        throw unexpected(start + index, "four hexadecimal digits behind \\u")
      }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }

  // MARK: Keys

  /// `string` when it is the text up to the next quote.
  ///
  /// Strings in the table are as they stand in texts, without escapes.
  @inline(__always)
  func expectedKey(
    _ string: StringReference?, _ start: UnsafePointer<UInt8>
  ) -> StringReference? {
    guard let string else { return nil }
    let count = string.count
    if end - start < count &+ 8 || start[count] != UInt8(ascii: "\"") { return nil }
    var index = 0
    while count &- index >= 8 {
      if TextScanning.loadWord(start + index) != TextScanning.loadWord(string.bytes + index) {
        return nil
      }
      index &+= 8
    }
    if index == count { return string }
    // A cell has whole granules: what is behind the text is not compared.
    let difference =
      TextScanning.loadWord(start + index) ^ TextScanning.loadWord(string.bytes + index)
    return difference &<< UInt64(truncatingIfNeeded: 64 &- (count &- index) &* 8) == 0
      ? string : nil
  }

  /// Keys of up to so many bytes are in the table.
  private static let longestKnownKey = 64

  /// The key whose first character is at `start`, with its hash, and the position behind its quote.
  @inline(never)
  mutating func key(
    _ start: UnsafePointer<UInt8>, after recent: inout Int
  ) throws(RaisedError) -> (Value, UnsafePointer<UInt8>) {
    var high: UInt64 = 0
    let (count, isAtSpecial) = plainLength(start, &high)
    guard isAtSpecial, start[count] == UInt8(ascii: "\""), count <= JSONParser.longestKnownKey
    else {
      let (value, next) = try string(start)
      _ = try engine.hash(value)
      recent = 0
      return (value, next)
    }
    let hash = Hash.of(bytes: start, count: count)
    let slot = 1 + Int(hash ^ hash >> 20) & (JSONWorkspace.keySlots - 1)
    let entry = workspace.keys + slot
    workspace.keys[recent].successor = slot
    recent = slot
    if let known = entry.pointee.string, known.hash == hash, known.count == count,
      memcmp(known.bytes, start, count) == 0
    {
      return (Value(.string, known), start + count + 1)
    }
    let value = makeString(start, count: count, isASCII: high == 0)
    value.string.pointee.header.word = hash
    entry.pointee = JSONKey(string: value.string, successor: 0)
    return (value, start + count + 1)
  }
}
