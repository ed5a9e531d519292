/// Finds what a module declares at its top, for ``ModuleDocumentation``.
struct DocumentationReader {
  private let tree: SyntaxTree
  private let source: UnsafeBufferPointer<UInt8>
  /// Where lines begin is found out on the way: declarations come in the order of the source.
  private var counted = (offset: 0, line: 1)
  private(set) var documentation = ModuleDocumentation()
  /// How the instances of a class are made, by the name of the class.
  private var parameters: [String: String] = [:]

  init(_ tree: SyntaxTree, _ source: UnsafeBufferPointer<UInt8>) {
    self.tree = tree
    self.source = source
  }

  mutating func run() {
    documentation.text = text(tree.documentation)
    for node in nodes(tree.nodes[Int(tree.root)]) {
      switch node.kind {
      case .functionDeclaration: addFunction(tree.nodes[Int(node.a)])
      case .classDeclaration: addClass(node)
      case .declaration: documentation.entries += entries(ofDeclaration: node)
      case .fromImportStatement: addHandedOn(node)
      default: break
      }
    }
    describeOverridden()
  }

  // MARK: Declarations

  private mutating func addFunction(_ node: Node) {
    let name = text(node.a)
    if ModuleDocumentation.isPrivate(name) { return }
    documentation.entries.append(
      .init(
        .function, name, signature: name + parameters(of: node),
        text: text(tree.extra[Int(node.b) + 1]),
        line: line(of: node.c)))
  }

  private mutating func entries(ofDeclaration node: Node) -> [ModuleDocumentation.Entry] {
    let isVariable = node.flags & NodeFlags.variable != 0
    let value = tree.nodes[Int(node.b)]
    let pattern = tree.nodes[Int(node.a)]
    return names(in: pattern).filter { !ModuleDocumentation.isPrivate($0.name) }.map {
      name, offset in
      if value.kind == .function, pattern.kind == .name {
        return .init(
          .function, name, signature: name + parameters(of: value), text: text(node.c),
          line: line(of: offset))
      }
      var signature = "\(isVariable ? "var" : "let") \(name)"
      // A value that fills lines is nothing for a heading.
      if node.b != 0, pattern.kind == .name {
        let written = slice(value.start, value.end)
        if written.utf8.count <= 60 && !written.contains("\n") { signature += " = \(written)" }
      }
      return .init(
        isVariable ? .variable : .constant, name, signature: signature, text: text(node.c),
        line: line(of: offset))
    }
  }

  private func names(in pattern: Node) -> [(name: String, offset: UInt32)] {
    switch pattern.kind {
    case .name: [(text(pattern.a), pattern.start)]
    case .restPattern: names(in: tree.nodes[Int(pattern.a)])
    case .tuplePattern: nodes(pattern).flatMap { names(in: $0) }
    default: []
    }
  }

  private mutating func addClass(_ node: Node) {
    let name = text(node.a)
    let record = Int(node.c)
    let (documented, offset) = (text(tree.extra[record]), tree.extra[record + 1])
    var entry = ModuleDocumentation.Entry(
      .class, name, signature: name, text: documented, line: line(of: offset))
    if node.b != 0 {
      let base = tree.nodes[Int(node.b)]
      entry.base = collapsed(slice(base.start, base.end))
    }
    parameters[name] = parameters[entry.base]
    for number in 0..<Int(tree.extra[record + 2]) {
      let member = tree.nodes[Int(tree.extra[record + 3 + number])]
      if member.kind == .declaration {
        entry.members += entries(ofDeclaration: member)
        continue
      }
      let memberName = text(member.a)
      let memberText = text(tree.extra[Int(member.b) + 1])
      if memberName == "init", member.flags & NodeFlags.isStatic == 0 {
        parameters[name] = parameters(of: member)
        if !memberText.isEmpty {
          entry.text += (entry.text.isEmpty ? "" : "\n\n") + memberText
        }
        continue
      }
      if ModuleDocumentation.isPrivate(memberName) { continue }
      let isGetter = member.flags & NodeFlags.getter != 0
      let isStatic = member.flags & NodeFlags.isStatic != 0
      entry.members.append(
        .init(
          isGetter ? .property : isStatic ? .staticFunction : .method, memberName,
          signature: isGetter ? memberName : memberName + parameters(of: member), text: memberText,
          line: line(of: member.c)))
    }
    entry.signature += parameters[name] ?? ""
    if !ModuleDocumentation.isPrivate(name) { documentation.entries.append(entry) }
  }

  private mutating func addHandedOn(_ node: Node) {
    let record = Int(node.a)
    let level = Int(tree.extra[record])
    guard level == 1, node.flags & NodeFlags.star == 0 else { return }
    let path = (0..<Int(tree.extra[record + 1])).map { text(tree.extra[record + 2 + $0]) }
    for position in 0..<node.c {
      let imported = tree.nodes[Int(tree.extra[Int(node.b + position)])]
      let name = text(imported.b)
      if ModuleDocumentation.isPrivate(name) { continue }
      documentation.handedOn.append(
        .init(name: name, original: text(imported.a), module: "." + path.joined(separator: ".")))
    }
  }

  /// Gives a method without documentation that of the method of the same name in a base that stands in
  /// this source.
  private mutating func describeOverridden() {
    var classes: [String: Int] = [:]
    for (number, entry) in documentation.entries.enumerated() where entry.kind == .class {
      classes[entry.name] = number
      guard let base = classes[entry.base] else { continue }
      for (position, member) in entry.members.enumerated() where member.text.isEmpty {
        let inherited = documentation.entries[base].members.first { $0.name == member.name }
        documentation.entries[number].members[position].text = inherited?.text ?? ""
      }
    }
  }

  // MARK: Text

  /// `(a, b = 1, ...c)`, on one line.
  private func parameters(of function: Node) -> String {
    let record = Int(function.b)
    let parts = (0..<Int(tree.extra[record + 2])).map { number in
      let parameter = tree.nodes[Int(tree.extra[record + 3 + number])]
      return collapsed(slice(parameter.start, parameter.end))
    }
    return "(\(parts.joined(separator: ", ")))"
  }

  /// The nodes of a list in `a` and `b`.
  private func nodes(_ node: Node) -> [Node] {
    (0..<node.b).map { tree.nodes[Int(tree.extra[Int(node.a + $0)])] }
  }

  private func text(_ symbol: UInt32) -> String { text(Symbol(symbol)) }

  private func text(_ symbol: Symbol) -> String {
    symbol == .none ? "" : tree.symbols.text(of: symbol)
  }

  private func slice(_ start: UInt32, _ end: UInt32) -> String {
    String(decoding: source[Int(start)..<Int(end)], as: UTF8.self)
  }

  /// The text with a blank in place of each line end and the blanks around it.
  private func collapsed(_ text: String) -> String {
    if !text.contains(where: \.isNewline) { return text }
    return text.split(whereSeparator: \.isNewline).map { line in
      var line = line.drop { $0 == " " || $0 == "\t" }
      while let last = line.last, last == " " || last == "\t" { line.removeLast() }
      return String(line)
    }.joined(separator: " ")
  }

  private mutating func line(of offset: UInt32) -> Int {
    let offset = min(Int(offset), source.count)
    // Names of one pattern may be asked for in any order.
    if offset < counted.offset { counted = (0, 1) }
    for position in counted.offset..<offset where source[position] == UInt8(ascii: "\n") {
      counted.line += 1
    }
    counted.offset = offset
    return counted.line
  }
}

extension ModuleDocumentation {
  /// Whether a name is for the module alone.
  static func isPrivate(_ name: String) -> Bool { name.utf8.first == UInt8(ascii: "_") }
}
