import Lang

/// Data without objects: what reports and events are put into before they become values of a program
/// or JSON, so that both say the same.
indirect enum PlainValue: Equatable {
  case `nil`
  case bool(Bool)
  case int(Int)
  /// Always finite.
  case float(Double)
  case string(String)
  case list([PlainValue])
  case map([PlainField])

  /// A string, or nothing.
  init(_ text: String?) { self = text.map(PlainValue.string) ?? .nil }

  /// An integer, or nothing.
  init(_ number: Int?) { self = number.map(PlainValue.int) ?? .nil }

  /// Nanoseconds as seconds.
  init(nanoseconds: UInt64) { self = .float(Double(nanoseconds) / 1e9) }
}

/// One entry of a map.
struct PlainField: Equatable {
  let name: String
  let value: PlainValue

  init(_ name: String, _ value: PlainValue) {
    self.name = name
    self.value = value
  }
}

extension Engine {
  /// The value of the language for plain data.
  ///
  /// Runs no code of the language, so nothing that it makes can be collected meanwhile.
  func makeValue(_ plain: PlainValue) throws(RaisedError) -> Value {
    switch plain {
    case .nil: return .nil
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .float(let value): return .float(value)
    case .string(let text): return makeString(text)
    case .list(let items):
      let list = makeList(capacity: items.count)
      for item in items { append(try makeValue(item), to: list) }
      return Value(.list, list)
    case .map(let fields):
      let map = makeMap()
      for field in fields {
        try mapSet(map, string(of: pointee.symbols.intern(field.name)), makeValue(field.value))
      }
      return Value(.map, map)
    }
  }
}

// MARK: - Places

extension ModulePlace {
  /// Fields of an event.
  static func fields(_ place: ModulePlace?) -> [PlainField] {
    [
      PlainField("file", PlainValue(place?.file)), PlainField("line", PlainValue(place?.line)),
      PlainField("column", PlainValue(place?.column)),
      PlainField("expression", PlainValue(place?.expression)),
    ]
  }

  /// A map of its own; nil for no place.
  static func plain(_ place: ModulePlace?) -> PlainValue {
    place == nil ? .nil : .map(fields(place))
  }
}

/// Reads what stands at places; remembers the texts, so that many places of one text are cheap.
final class PlaceReader {
  private final class Known {
    let source: LoadedSource
    let text: SourceText
    private var questions = 0
    private var nodes: [UInt32: Node] = [:]

    init(_ source: LoadedSource) {
      self.source = source
      text = source.text
    }

    /// The expression of an anchor: looked for, and from the tenth question on looked up.
    func node(at offset: UInt32) -> Node? {
      questions += 1
      if questions < 10 { return ErrorLocation.node(at: offset, in: source.syntaxTree) }
      if questions == 10 { nodes = ErrorLocation.nodesByAnchor(of: source.syntaxTree) }
      return nodes[offset]
    }

    /// The import statement that a name stands in.
    func importStatement(around offset: UInt32) -> Node? {
      let nodes = source.syntaxTree.nodes
      for number in 0..<nodes.count {
        let node = nodes[number]
        if offset < node.start || offset >= node.end { continue }
        if node.kind == .importStatement || node.kind == .fromImportStatement { return node }
      }
      return nil
    }
  }

  private var known: [ObjectIdentifier: Known] = [:]
  private static let longestExpression = 60

  func read(_ place: Place?) -> ModulePlace? { place.map { read($0) } }

  /// - Complexity: The text is parsed at the first question about it.
  func read(_ place: Place) -> ModulePlace {
    let identifier = ObjectIdentifier(place.source)
    let known = self.known[identifier] ?? Known(place.source)
    self.known[identifier] = known
    if let end = endOfImport(place) {
      return make(known, at: place.offset, text: Int(place.offset)..<end)
    }
    guard var node = known.node(at: place.offset) else {
      let statement = known.importStatement(around: place.offset)
      let text = statement.map { Int($0.start)..<Int($0.end) }
      return make(known, at: place.offset, text: text ?? 0..<0)
    }
    // The column is the one that error messages show.
    let start = node.kind == .member ? place.offset : node.start
    // Of a call that is what is called.
    if node.kind == .call { node = known.source.syntaxTree.nodes[Int(node.a)] }
    return make(known, at: start, text: Int(node.start)..<Int(node.end))
  }

  private func make(_ known: Known, at offset: UInt32, text: Range<Int>) -> ModulePlace {
    let location = known.text.location(of: offset)
    return ModulePlace(
      file: known.source.name, line: location.line, column: location.column,
      expression: cut(known.source.bytes[text.clamped(to: known.source.bytes.indices)]))
  }

  private func cut(_ bytes: ArraySlice<UInt8>) -> String? {
    if bytes.isEmpty { return nil }
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
    if line.count == bytes.count && line.count <= PlaceReader.longestExpression {
      return String(decoding: line, as: UTF8.self)
    }
    var cut = line.prefix(PlaceReader.longestExpression - 3)
    while let last = cut.last, last & 0xC0 == 0x80 || last >= 0xC0 || last == UInt8(ascii: " ") {
      cut.removeLast()
    }
    return String(decoding: cut, as: UTF8.self) + "…"
  }

  /// The end of the import statement that begins at a place; nil when something else does.
  ///
  /// Statements are no expressions, so the tree is not asked.
  private func endOfImport(_ place: Place) -> Int? {
    let rest = place.source.bytes.dropFirst(Int(place.offset))
    guard ["import ", "from ", "eager "].contains(where: { rest.starts(with: $0.utf8) }) else {
      return nil
    }
    var end = rest.prefix { !"\n\r;#}".utf8.contains($0) }
    while end.last == UInt8(ascii: " ") { end.removeLast() }
    return end.endIndex
  }
}
