#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A path, or another text for the system, from an argument: a string, or bytes where the name of a
/// file is no UTF-8.
struct SystemPath {
  /// The argument, which the running native keeps alive.
  let value: Value
  /// What the system gets, with a zero at the end.
  let bytes: [CChar]

  /// Takes the argument at `index`.
  ///
  /// - Parameters:
  ///   - caller: The function that messages name, without `()`.
  ///   - name: The argument that they name.
  init(
    _ call: NativeCall, _ index: Int, _ caller: String, _ name: String = "path"
  ) throws(RaisedError) {
    try self.init(call[index], call.engine, caller, name)
  }

  /// Takes any value.
  init(_ value: Value, _ engine: Engine, _ caller: String, _ name: String) throws(RaisedError) {
    let text: UnsafeBufferPointer<UInt8>
    switch value.tag {
    case .string: text = value.string.buffer
    case .bytes: text = value.byteString.buffer
    default:
      throw engine.typeError(
        "\(caller)() expects a string or bytes for '\(name)', not \(engine.typeName(of: value))")
    }
    // No system takes more; it says so for what is a little shorter.
    if text.count > 1 << 20 {
      throw engine.valueError(
        "\(caller)() expects '\(name)' to be shorter than \(text.count) bytes")
    }
    var bytes: [CChar] = []
    bytes.reserveCapacity(text.count + 1)
    for byte in text {
      if byte == 0 {
        throw engine.valueError("\(caller)() expects no NUL character in '\(name)'")
      }
      bytes.append(CChar(bitPattern: byte))
    }
    bytes.append(0)
    self.value = value
    self.bytes = bytes
  }

  /// The path as messages show it, between quotes and on one line.
  var shown: String { SystemPath.shown(bytes) }

  /// Text with a zero at its end as messages show it.
  static func shown(_ bytes: [CChar]) -> String {
    let text = String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    var shown = "'"
    for scalar in text.unicodeScalars {
      if scalar.value < 0x20 || scalar.value == 0x7F {
        shown += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        shown.unicodeScalars.append(scalar)
      }
    }
    return shown + "'"
  }
}

extension Engine {
  /// A string of what the system calls something; bytes where that is no UTF-8.
  func makeSystemText(_ bytes: UnsafePointer<UInt8>, count: Int) -> Value {
    if count == 0 { return makeString("") }
    let (valid, scalars) = TextScanning.validate(bytes, count: count)
    if valid < count { return makeBytes(bytes, count: count) }
    return makeString(bytes, count: count, scalarCount: scalars)
  }

  /// The same for text with a zero at its end.
  func makeSystemText(_ text: UnsafePointer<CChar>) -> Value {
    let count = strlen(text)
    return text.withMemoryRebound(to: UInt8.self, capacity: count) {
      makeSystemText($0, count: count)
    }
  }

  /// The text of bytes that should be UTF-8.
  ///
  /// - Parameters:
  ///   - replaces: What is not is replaced, by U+FFFD; otherwise it is a `ValueError`.
  ///   - what: Begins its message: `"fs.read_text() cannot read 'x'"`.
  func decodeText(
    _ bytes: UnsafePointer<UInt8>, count: Int, replaces: Bool, _ what: @autoclosure () -> String
  ) throws(RaisedError) -> Value {
    if count == 0 { return makeString("") }
    try reserveString(count)
    let (valid, scalars) = try BytesMethods.validate(bytes, count: count, self)
    if valid == count { return try makeString(copying: bytes, count: count, scalarCount: scalars) }
    if !replaces {
      throw valueError(
        "\(what()): the byte 0x\(String(bytes[valid], radix: 16)) at position \(valid) is no UTF-8")
    }
    return try BytesMethods.decode(bytes, count: count, .utf8, .replace, self)
  }

  /// How many bytes `count` characters have; more than there are when the last ones are missing.
  func lengthOfCharacters(
    _ bytes: UnsafeBufferPointer<UInt8>, _ count: Int
  ) throws(RaisedError) -> Int {
    var (position, left) = (0, count)
    while left > 0 {
      if position >= bytes.count { return bytes.count + left }
      if left & (Piece.characters - 1) == 0 { try checkInterruption() }
      let byte = bytes[position]
      let length = TextScanning.length(ofScalarFrom: byte)
      // Also when its end is not there yet.
      let isInvalid =
        length > 1
        && (byte < 0xC2 || byte > 0xF4
          || bytes[(position + 1)..<min(position + length, bytes.count)].contains {
            !TextScanning.isContinuation($0)
          })
      position += isInvalid ? 1 : length
      left -= 1
    }
    return position
  }

  /// A flag of a native of the library, which its module has checked.
  func isTrue(_ value: Value) -> Bool { value.tag == .true }
}
