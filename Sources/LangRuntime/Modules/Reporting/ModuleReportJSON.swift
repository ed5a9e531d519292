// JSON text, written by ourselves: the library for it would bring Foundation.

extension ModuleReport {
  /// The report as JSON, described in `docs/report.md`; ends with a line end.
  var json: String { data.json + "\n" }
}

extension PlainValue {
  /// The value as JSON text: two spaces of indentation, entries in their order.
  var json: String {
    var writer = JSONWriter()
    writer.write(self)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

/// Writes JSON text.
private struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  private var depth = 0

  mutating func write(_ value: PlainValue) {
    switch value {
    case .nil: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .int(let value): append(String(value))
    // Swift writes the shortest digits that read back as the same number, in JSON's form.
    case .float(let value): append(value.isFinite ? String(value) : "null")
    case .string(let text): write(text)
    case .list(let items):
      writeItems("[", items, "]") { (writer, item) in writer.write(item) }
    case .map(let fields):
      writeItems("{", fields, "}") { (writer, field) in
        writer.write(field.name)
        writer.append(": ")
        writer.write(field.value)
      }
    }
  }

  private mutating func writeItems<Item>(
    _ opening: String, _ items: [Item], _ closing: String, _ body: (inout JSONWriter, Item) -> Void
  ) {
    append(opening)
    depth += 1
    for (position, item) in items.enumerated() {
      if position > 0 { append(",") }
      beginLine()
      body(&self, item)
    }
    depth -= 1
    if !items.isEmpty { beginLine() }
    append(closing)
  }

  private mutating func beginLine() {
    append("\n")
    for _ in 0..<depth { append("  ") }
  }

  private mutating func write(_ text: String) {
    append("\"")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case UInt8(ascii: "\n"): append("\\n")
      case UInt8(ascii: "\r"): append("\\r")
      case UInt8(ascii: "\t"): append("\\t")
      // Not asked for by JSON, but a terminal may take it for a command.
      case 0..<32, 127:
        let digits = String(byte, radix: 16)
        append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
      default: bytes.append(byte)
      }
    }
    append("\"")
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
