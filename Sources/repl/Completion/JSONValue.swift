/// A value read from JSON, for the description of the command line that the option parser gives.
///
/// It reads what is well formed, and is not made to find out what is not.
enum JSONValue {
  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// The member of an object; null for anything else.
  subscript(_ name: String) -> JSONValue {
    if case .object(let members) = self { return members[name] ?? .null }
    return .null
  }

  /// The values of an array; none for anything else.
  var items: [JSONValue] {
    if case .array(let items) = self { return items }
    return []
  }

  /// The text of a string; nil for anything else.
  var text: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  /// Whether it is `true`.
  var isTrue: Bool {
    if case .bool(let value) = self { return value }
    return false
  }

  /// Reads a text; nil when it is no JSON.
  init?(_ text: String) {
    var reader = Reader(rest: Array(text.utf8)[...])
    guard let value = reader.value() else { return nil }
    self = value
  }

  private struct Reader {
    var rest: ArraySlice<UInt8>

    private mutating func skipSpaces() {
      rest = rest.drop { [0x20, 0x0A, 0x0D, 0x09].contains($0) }
    }

    /// Takes a character when it is next.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
      skipSpaces()
      guard rest.first == UInt8(ascii: character) else { return false }
      rest = rest.dropFirst()
      return true
    }

    mutating func value() -> JSONValue? {
      skipSpaces()
      switch rest.first {
      case UInt8(ascii: "{"): return object()
      case UInt8(ascii: "["): return array()
      case UInt8(ascii: "\""): return string().map { .string($0) }
      default:
        let word = rest.prefix { !Array(" \n\r\t,]}".utf8).contains($0) }
        rest = rest.dropFirst(word.count)
        switch String(decoding: word, as: UTF8.self) {
        case "": return nil
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        case let number: return .number(number)
        }
      }
    }

    private mutating func object() -> JSONValue? {
      var members: [String: JSONValue] = [:]
      guard take("{") else { return nil }
      if take("}") { return .object(members) }
      repeat {
        skipSpaces()
        guard let name = string(), take(":"), let value = value() else { return nil }
        members[name] = value
      } while take(",")
      return take("}") ? .object(members) : nil
    }

    private mutating func array() -> JSONValue? {
      var items: [JSONValue] = []
      guard take("[") else { return nil }
      if take("]") { return .array(items) }
      repeat {
        guard let value = value() else { return nil }
        items.append(value)
      } while take(",")
      return take("]") ? .array(items) : nil
    }

    private mutating func string() -> String? {
      guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
      var bytes: [UInt8] = []
      while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "\"") { return String(decoding: bytes, as: UTF8.self) }
        guard byte == UInt8(ascii: "\\") else {
          bytes.append(byte)
          continue
        }
        switch rest.popFirst() {
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "u"):
          let digits = String(decoding: rest.prefix(4), as: UTF8.self)
          rest = rest.dropFirst(4)
          guard let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
            return nil
          }
          bytes += Array(String(scalar).utf8)
        case let character?: bytes.append(character)
        case nil: return nil
        }
      }
      return nil
    }
  }
}
