import Lang

// How an error that nobody caught is shown.

extension Engine {
  /// The whole report: message, place in the source, stack, causes.
  func render(_ error: Value, usesColors: Bool) -> String {
    var text = ""
    var current = error
    var steps = 0
    while isError(current) && steps < 10 {
      if steps > 0 { text += "\ncaused by:\n" }
      text += renderOne(current, usesColors: usesColors)
      current = field(current.instance, pointee.names.cause)
      steps += 1
    }
    return text
  }

  private func renderOne(_ error: Value, usesColors: Bool) -> String {
    let entries = trace(of: error)
    let className = typeName(of: error)
    let message = errorMessage(error)
    let headline = message.isEmpty ? className : "\(className): \(message)"
    guard let innermost = entries.last else { return "error: \(headline)\n" }
    let renderer = DiagnosticRenderer(usesColors: usesColors)
    let source = innermost.source.text
    var diagnostic = ErrorLocation.diagnostic(headline, at: innermost.offset, in: innermost.source)
    diagnostic.help = help(for: error, message, diagnostic.secondary, innermost.source.bytes)
    var text = renderer.render(diagnostic, in: source)
    text += "stack, most recent call last:\n"
    let lines = entries.map { describe($0) }
    let places = lines.map { $0.split(separator: " ", maxSplits: 1)[0].count }
    let width = (places.max() ?? 0) + 2
    var repeated = 0
    for (index, line) in lines.enumerated() {
      if entries[index].skippedBefore > 0 {
        text += "  … \(entries[index].skippedBefore) calls …\n"
      }
      if index > 0, line == lines[index - 1], entries[index].skippedBefore == 0 {
        repeated += 1
        if index + 1 < lines.count && lines[index + 1] == line { continue }
        text += "  … the same \(repeated) more time\(repeated == 1 ? "" : "s") …\n"
        repeated = 0
        continue
      }
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
      let place = String(parts[0])
      text +=
        "  " + place + String(repeating: " ", count: max(1, width - place.count))
        + parts[1].drop { $0 == " " } + "\n"
    }
    return text + notes(of: error)
  }

  private func notes(of error: Value) -> String {
    noteTexts(of: error).map { "note: \($0)\n" }.joined()
  }

  /// The lines that were added to an error on its way up.
  func noteTexts(of error: Value) -> [String] {
    let notes = field(error.instance, pointee.names.notes)
    guard notes.tag == .list else { return [] }
    return (0..<notes.list.pointee.count).compactMap { position in
      let item = notes.list.pointee.items[position]
      return item.isString ? item.string.text : nil
    }
  }

  /// What a newcomer can do about the most frequent mistakes; `operands` are the two of an operator.
  private func help(
    for error: Value, _ message: String, _ operands: [SourceRange], _ source: [UInt8]
  ) -> String? {
    if let name = likelyAttribute(for: error) { return "did you mean '\(name)'?" }
    let isTextFirst = message.hasPrefix("cannot add string and ")
    let number = isTextFirst ? message.dropFirst(22) : message.dropFirst(11).prefix { $0 != " " }
    guard isTextFirst || message.hasPrefix("cannot add ") && message.hasSuffix(" and string"),
      number == "int" || number == "float"
    else { return nil }
    var texts = operands.map {
      String(decoding: source[Int($0.start)..<Int($0.end)], as: UTF8.self)
    }
    if texts.count != 2 || texts.contains(where: { $0.utf8.count > 30 || $0.contains("\n") }) {
      texts = ["x", "x"]
    }
    if isTextFirst { texts.swapAt(0, 1) }
    let asText = "str(\(texts[0])) makes it text"
    // To read a number from a literal is not what anyone wants.
    if "\"'".contains(texts[1].drop { $0 == "f" || $0 == "r" }.first ?? " ") { return asText }
    return "\(number)(\(texts[1])) makes it a number, \(asText)"
  }
}

/// Finds the expression that an error's position stands for.
enum ErrorLocation {
  /// Bytes of a text up to which a whole expression is marked, and not only its operator or first word.
  private static let longestText = 4 << 20

  /// A diagnostic for the expression whose anchor is at `offset`: the source is parsed again, which
  /// costs nothing until there is an error to show.
  static func diagnostic(
    _ message: String, at offset: UInt32, in loaded: LoadedSource
  ) -> Diagnostic {
    let source = loaded.bytes
    // Nobody waits for a text that takes longer to parse, after Ctrl-C least of all.
    if source.count > ErrorLocation.longestText {
      return Diagnostic(message, at: SourceRange(offset, offset + operatorWidth(source, offset)))
    }
    let tree = loaded.syntaxTree
    guard let node = node(at: offset, in: tree) else {
      return Diagnostic(message, at: SourceRange(offset, offset + 1))
    }
    if node.kind == .binary || node.kind == .compoundAssignment {
      let left = tree.nodes[Int(node.a)]
      let right = tree.nodes[Int(node.b)]
      let width = operatorWidth(source, offset)
      return Diagnostic(
        message, at: SourceRange(offset, offset + width),
        secondary: [left.range, right.range], place: node.start)
    }
    if node.kind == .call || node.kind == .index {
      return Diagnostic(message, at: SourceRange(node.start, node.end))
    }
    if node.kind == .member {
      return Diagnostic(message, at: SourceRange(offset, node.end))
    }
    return Diagnostic(message, at: node.range)
  }

  /// The expression that an anchor stands for; nil when there is none.
  static func node(at offset: UInt32, in tree: SyntaxTree) -> Node? {
    var best: Node?
    for index in 1..<max(1, tree.nodes.count) {
      let node = tree.nodes[index]
      if node.anchor == offset, isMeant(node, ratherThan: best) { best = node }
    }
    return best
  }

  /// The expressions that the anchors of a tree stand for.
  static func nodesByAnchor(of tree: SyntaxTree) -> [UInt32: Node] {
    var nodes: [UInt32: Node] = [:]
    for index in 1..<max(1, tree.nodes.count) {
      let node = tree.nodes[index]
      if isMeant(node, ratherThan: nodes[node.anchor]) { nodes[node.anchor] = node }
    }
    return nodes
  }

  /// Of several expressions that begin here, the widest that can fail is meant: an operator's.
  private static func isMeant(_ node: Node, ratherThan known: Node?) -> Bool {
    guard isExpression(node.kind) || node.kind == .compoundAssignment else { return false }
    return known.map { rank($0) < rank(node) } ?? true
  }

  private static func isExpression(_ kind: NodeKind) -> Bool {
    kind.rawValue >= NodeKind.nilLiteral.rawValue
      && kind.rawValue <= NodeKind.optionalChain.rawValue
      && kind != .mapEntry && kind != .forClause
  }

  private static func rank(_ node: Node) -> Int {
    switch node.kind {
    case .binary, .compoundAssignment, .member, .index, .call: return 2
    case .unary, .comparisonChain: return 1
    default: return 0
    }
  }

  private static func operatorWidth(_ source: [UInt8], _ offset: UInt32) -> UInt32 {
    let signs = Set("+-*/%&|^<>=!".utf8)
    var width = 0
    while width < 3, Int(offset) + width < source.count, signs.contains(source[Int(offset) + width])
    {
      width += 1
    }
    if width > 0 { return UInt32(width) }
    // A word: `in`, `not in`, `is`.
    while Int(offset) + width < source.count,
      source[Int(offset) + width] >= UInt8(ascii: "a"),
      source[Int(offset) + width] <= UInt8(ascii: "z")
    { width += 1 }
    return UInt32(max(1, width))
  }
}
