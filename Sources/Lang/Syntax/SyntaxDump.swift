/// Writes a syntax tree as text, for tests and for the curious.
///
/// One statement of the module a line, each node an s-expression:
///
///     let x = 1 + 2 * y        (let x (+ 1 (* 2 y)))
///     print(f"{x:>3}")         (call print (format {x ">3"}))
public struct SyntaxDump {
  /// A piece of work that is left: the tree is walked without recursion, because a chain of
  /// operators may be deeper than the native stack.
  private enum Work {
    case node(NodeIndex)
    case text(String)
  }

  private let tree: SyntaxTree
  private var pending: [Work] = []
  private var output = ""

  private init(_ tree: SyntaxTree) { self.tree = tree }

  /// The module as text, without the documentation.
  public static func dump(_ tree: SyntaxTree) -> String {
    dump(tree.statements(of: tree.root), in: tree)
  }

  /// One node and everything below it as text.
  public static func dump(_ node: NodeIndex, in tree: SyntaxTree) -> String {
    dump([node], in: tree)
  }

  private static func dump(_ nodes: [NodeIndex], in tree: SyntaxTree) -> String {
    var lines: [String] = []
    for node in nodes {
      var dump = SyntaxDump(tree)
      dump.pending.append(.node(node))
      while let work = dump.pending.popLast() {
        switch work {
        case .text(let text): dump.output += text
        case .node(let index): dump.expand(index)
        }
      }
      lines.append(dump.output)
    }
    return lines.joined(separator: "\n")
  }

  // MARK: Pieces

  /// Puts pieces down to be written in this order.
  private mutating func write(_ pieces: [Work]) { pending.append(contentsOf: pieces.reversed()) }

  /// Writes `(head child child …)`.
  private mutating func write(_ head: String, _ children: [NodeIndex]) {
    write([.text("(\(head)")] + spaced(children) + [.text(")")])
  }

  private func spaced(_ nodes: [NodeIndex]) -> [Work] {
    nodes.flatMap { [.text(" "), .node($0)] }
  }

  private func list(_ first: UInt32, _ count: UInt32) -> [NodeIndex] {
    (Int(first)..<Int(first + count)).map { tree.extra[$0] }
  }

  private func name(_ symbol: UInt32) -> String { tree.symbols.text(of: Symbol(symbol)) }

  private func quoted(_ symbol: UInt32) -> String {
    var result = "\""
    for scalar in name(symbol).unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private func sign(_ raw: UInt8) -> String {
    let signs = [
      "+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>", "==", "!=", "<", "<=", ">",
      ">=", "is", "is-not", "in", "not-in", "??",
    ]
    return Int(raw) < signs.count ? signs[Int(raw)] : "?"
  }

  // MARK: Nodes

  private mutating func expand(_ index: NodeIndex) {
    let node = tree.nodes[Int(index)]
    switch node.kind {
    case .none: output += "_"
    case .nilLiteral: output += "nil"
    case .trueLiteral: output += "true"
    case .falseLiteral: output += "false"
    case .intLiteral: output += String(tree.bits(of: node))
    case .bigIntLiteral: output += name(node.a)
    case .floatLiteral: output += "\(Double(bitPattern: tree.bits(of: node)))"
    case .stringLiteral: output += quoted(node.a)
    case .formatString: write("format", list(node.a, node.b))
    case .formatField:
      let mark = node.flags & NodeFlags.representation != 0 ? "!" : ""
      let specification: [Work] = node.b == 0 ? [] : [.text(" "), .node(node.b)]
      write([.text("{\(mark)"), .node(node.a)] + specification + [.text("}")])
    case .name: output += name(node.a)
    case .selfReference: output += "self"
    case .superReference: output += "super"
    case .tuple: write("tuple", list(node.a, node.b))
    case .list: write("list", list(node.a, node.b))
    case .map: write("map", list(node.a, node.b))
    case .mapEntry: write([.node(node.a), .text(": "), .node(node.b)])
    case .spread: write([.text("..."), .node(node.a)])
    case .listComprehension: write("list-for", [node.a] + list(node.b, node.c))
    case .mapComprehension: write("map-for", [node.a] + list(node.b, node.c))
    case .forClause: write("for", [node.a, node.b])
    case .ifClause: write("if", [node.a])
    case .unary: write(["-", "+", "~", "not"][Int(node.flags)], [node.a])
    case .binary: write(sign(node.flags), [node.a, node.b])
    case .comparisonChain: expandChain(node)
    case .logicalAnd: write("and", [node.a, node.b])
    case .logicalOr: write("or", [node.a, node.b])
    case .coalesce: write("??", [node.a, node.b])
    case .conditional: write("?", [node.a, node.b, node.c])
    case .range: write(node.flags & NodeFlags.closed != 0 ? "..=" : "..", [node.a, node.b])
    case .member:
      let dot = node.flags & NodeFlags.optional != 0 ? "?." : "."
      write([.text("(\(dot) "), .node(node.a), .text(" \(name(node.b)))")])
    case .index: write("index", [node.a, node.b])
    case .call: write("call", [node.a] + list(node.b, node.c))
    case .namedArgument: write([.text("\(name(node.a)): "), .node(node.b)])
    case .optionalChain: write("chain", [node.a])
    case .function: expandFunction(node)
    case .parameter:
      let rest = node.flags & NodeFlags.rest != 0 ? "..." : ""
      output += rest + name(node.a)
      if node.b != 0 { write([.text("="), .node(node.b)]) }
    case .tuplePattern: write("unpack", list(node.a, node.b))
    case .restPattern: write([.text("..."), .node(node.a)])
    default: expandStatement(node)
    }
  }

  private mutating func expandChain(_ node: Node) {
    let operands = list(node.a, node.b)
    var pieces: [Work] = [.text("(compare "), .node(operands[0])]
    for position in 1..<operands.count {
      let sign = sign(UInt8(tree.extra[Int(node.c) + (position - 1) * 2]))
      pieces += [.text(" \(sign) "), .node(operands[position])]
    }
    write(pieces + [.text(")")])
  }

  private mutating func expandFunction(_ node: Node) {
    let record = Int(node.b)
    var head = "fn"
    if node.flags & NodeFlags.isStatic != 0 { head = "static fn" }
    if node.flags & NodeFlags.getter != 0 { head = "get" }
    if node.flags & NodeFlags.generator != 0 { head += "*" }
    if node.a != 0 { head += " \(name(node.a))" }
    let parameters = list(UInt32(record + 3), tree.extra[record + 2])
    var pieces: [Work] = [.text("(\(head) [")]
    for (position, parameter) in parameters.enumerated() {
      pieces += [.text(position > 0 ? " " : ""), .node(parameter)]
    }
    let arrow = node.flags & NodeFlags.expressionBody != 0 ? "] => " : "] "
    write(pieces + [.text(arrow), .node(tree.extra[record]), .text(")")])
  }

  private mutating func expandStatement(_ node: Node) {
    switch node.kind {
    case .block:
      let statements = list(node.a, node.b)
      write([.text("{")] + spaced(statements) + [.text(statements.isEmpty ? "}" : " }")])
    case .expressionStatement: write([.node(node.a)])
    case .declaration:
      let word = node.flags & NodeFlags.variable != 0 ? "var" : "let"
      write(word, node.b == 0 ? [node.a] : [node.a, node.b])
    case .assignment: write("=", [node.a, node.b])
    case .compoundAssignment: write("\(sign(node.flags))=", [node.a, node.b])
    case .functionDeclaration: write([.node(node.a)])
    case .classDeclaration:
      let record = Int(node.c)
      let base: [Work] = node.b == 0 ? [] : [.text(" < "), .node(node.b)]
      let members = list(UInt32(record + 3), tree.extra[record + 2])
      write([.text("(class \(name(node.a))")] + base + spaced(members) + [.text(")")])
    case .ifStatement: write("if", [node.a, node.b] + (node.c == 0 ? [] : [node.c]))
    case .whileStatement: write("while", [node.a, node.b])
    case .forStatement: write("for", [node.a, node.b, node.c])
    case .breakStatement: output += "(break)"
    case .continueStatement: output += "(continue)"
    case .returnStatement: write("return", node.a == 0 ? [] : [node.a])
    case .yieldStatement: write("yield", node.a == 0 ? [] : [node.a])
    case .throwStatement: write("throw", node.a == 0 ? [] : [node.a])
    case .tryStatement:
      let record = Int(node.b)
      let count = tree.extra[record]
      let finally = tree.extra[record + 1 + Int(count)]
      var pieces = [Work.text("(try"), .text(" "), .node(node.a)]
      pieces += spaced(list(UInt32(record + 1), count))
      if finally != 0 { pieces += [.text(" (finally "), .node(finally), .text(")")] }
      write(pieces + [.text(")")])
    case .catchClause:
      let error = node.a == 0 ? "" : " \(name(node.a))"
      write("catch\(error)", node.b == 0 ? [node.c] : [node.b, node.c])
    case .assertStatement: write("assert", node.b == 0 ? [node.a] : [node.a, node.b])
    case .importStatement:
      let alias = node.b == 0 ? "" : " as \(name(node.b))"
      output += "(\(eager(node))import \(path(node.a))\(alias))"
    case .fromImportStatement:
      let isStar = node.flags & NodeFlags.star != 0
      write(
        "\(eager(node))from \(path(node.a)) import" + (isStar ? " *" : ""), list(node.b, node.c))
    case .importedName:
      output += node.a == node.b ? name(node.a) : "\(name(node.a)) as \(name(node.b))"
    default: output += "?"
    }
  }

  private func eager(_ node: Node) -> String {
    node.flags & NodeFlags.eager != 0 ? "eager " : ""
  }

  private func path(_ record: UInt32) -> String {
    let dots = String(repeating: ".", count: Int(tree.extra[Int(record)]))
    let parts = list(record + 2, tree.extra[Int(record) + 1]).map(name)
    return dots + parts.joined(separator: ".")
  }
}

extension SyntaxTree {
  /// The statements of a `block`.
  func statements(of block: NodeIndex) -> [NodeIndex] {
    let node = nodes[Int(block)]
    return (Int(node.a)..<Int(node.a + node.b)).map { extra[$0] }
  }

  /// The 64 bits that a number literal keeps in `a` and `b`.
  func bits(of node: Node) -> UInt64 { UInt64(node.a) | UInt64(node.b) << 32 }
}
