/// Reads a ``ModuleOutline`` off a resolved tree.
///
/// Goes over the flat list of nodes instead of down the tree: what a name means is known already, a
/// receiver stands before its members, and what was read in vain has no meaning.
struct OutlineScan {
  private let tree: SyntaxTree
  private let nodes: UnsafeMutablePointer<Node>
  private let extra: UnsafeMutablePointer<UInt32>
  private let symbols: SymbolTable
  private let resolver: Resolver
  private var outline = ModuleOutline()
  private var guards = OutlineGuards()
  /// The binding of each variable that imports declare: slot × 2 of a module variable, number × 2 + 1
  /// of a local one.
  private var bindingOfVariable: [Int: Int] = [:]
  /// The use that a member is, by node.
  private var useOfNode: [NodeIndex: Int] = [:]
  /// Members that are assigned to.
  private var targets: Set<NodeIndex> = []
  /// Names that are only looked up in.
  private var receivers: Set<NodeIndex> = []

  init(_ tree: SyntaxTree, _ resolver: Resolver) {
    self.tree = tree
    nodes = tree.nodes.base
    extra = tree.extra.base
    symbols = tree.symbols
    self.resolver = resolver
  }

  /// What can be said of a text that does not parse: its import statements.
  static func importsAlone(_ tree: SyntaxTree) -> ModuleOutline {
    var outline = ModuleOutline()
    for index in 0..<tree.nodes.count {
      outline.imports += imports(of: tree.nodes[index], in: tree)
    }
    return outline
  }

  mutating func run() -> ModuleOutline {
    outline.names = resolver.globals.map { symbols.text(of: $0) }
    if !tree.hasImports { return outline }
    collectDeclarations()
    guards.finish()
    for index in 1..<NodeIndex(tree.nodes.count) where nodes[Int(index)].kind == .member {
      noteMember(index, nodes[Int(index)])
    }
    for index in 1..<NodeIndex(tree.nodes.count) {
      let node = nodes[Int(index)]
      if node.kind == .call { noteCall(node) }
      if node.kind == .name { noteName(index, node) }
    }
    for position in outline.imports.indices {
      outline.imports[position].isGuarded = guards.catches(
        .importError, at: outline.imports[position].range.start)
    }
    return outline
  }

  // MARK: Declarations

  private mutating func collectDeclarations() {
    var reassigned: Set<Int> = []
    for number in 0..<resolver.variables.count where resolver.variables[number].isReassigned {
      let variable = resolver.variables[number]
      reassigned.insert(variable.isGlobal ? Int(variable.place) * 2 : number * 2 + 1)
    }
    for index in 1..<NodeIndex(tree.nodes.count) {
      let node = nodes[Int(index)]
      switch node.kind {
      case .importStatement:
        let position = outline.imports.count
        outline.imports += OutlineScan.imports(of: node, in: tree)
        let name = node.b != 0 ? Symbol(node.b) : Symbol(extra[Int(node.a) + 2])
        bind(position, index, name)
      case .fromImportStatement:
        let first = outline.imports.count
        outline.imports += OutlineScan.imports(of: node, in: tree)
        if node.flags & NodeFlags.star != 0 { continue }
        for position in 0..<Int(node.c) {
          let imported = extra[Int(node.b) + position]
          bind(first + position, imported, Symbol(nodes[Int(imported)].b))
        }
      case .declaration: declare(pattern: node.a, &reassigned)
      case .functionDeclaration, .classDeclaration:
        if let key = variable(index) { reassigned.insert(key) }
      case .assignment: noteTargets(node.a)
      case .tryStatement: noteTry(node)
      case .function: guards.add(function: node.range)
      default: break
      }
    }
    for (key, binding) in bindingOfVariable where reassigned.contains(key) {
      outline.bindings[binding].isImportOnly = false
    }
  }

  private mutating func bind(_ position: Int, _ index: NodeIndex, _ name: Symbol) {
    guard let key = variable(index) else { return }
    let binding: Int
    if let known = bindingOfVariable[key] {
      binding = known
    } else {
      binding = outline.bindings.count
      bindingOfVariable[key] = binding
      outline.bindings.append(
        ModuleOutline.Binding(name: symbols.text(of: name), isGlobal: key & 1 == 0))
    }
    outline.bindings[binding].imports.append(position)
    outline.imports[position].binding = binding
  }

  /// The variable that a node names or declares, unless a closure captures it there.
  private func variable(_ index: NodeIndex) -> Int? {
    let packed = resolver.meanings[Int(index)]
    switch Resolver.Meaning(rawValue: packed & 7) {
    case .global: return Int(packed >> 3) * 2
    case .local: return Int(packed >> 3) * 2 + 1
    default: return nil
    }
  }

  private func declare(pattern: NodeIndex, _ declared: inout Set<Int>) {
    var rest = [pattern]
    while let index = rest.popLast() {
      let node = nodes[Int(index)]
      switch node.kind {
      case .name: if let key = variable(index) { declared.insert(key) }
      case .tuplePattern:
        for position in 0..<node.b { rest.append(extra[Int(node.a + position)]) }
      case .restPattern: rest.append(node.a)
      default: break
      }
    }
  }

  private mutating func noteTargets(_ target: NodeIndex) {
    var rest = [target]
    while let index = rest.popLast() {
      let node = nodes[Int(index)]
      switch node.kind {
      case .member: targets.insert(index)
      case .tuplePattern:
        for position in 0..<node.b { rest.append(extra[Int(node.a + position)]) }
      case .restPattern: rest.append(node.a)
      default: break
      }
    }
  }

  private mutating func noteTry(_ node: Node) {
    let count = Int(extra[Int(node.b)])
    var caught: OutlineGuards.Caught = []
    for position in 0..<count {
      let clause = nodes[Int(extra[Int(node.b) + 1 + position])]
      if clause.b == 0 {
        caught = .all
        continue
      }
      var rest = [clause.b]
      while let index = rest.popLast() {
        let named = nodes[Int(index)]
        if named.kind == .tuple {
          for position in 0..<named.b { rest.append(extra[Int(named.a + position)]) }
        } else if let name = builtin(index) {
          caught.formUnion(OutlineGuards.Caught(className: name))
        }
      }
    }
    guards.add(tryBody: nodes[Int(node.a)].range, caught)
  }

  /// The built-in function or class that a node names.
  private func builtin(_ index: NodeIndex) -> String? {
    let meaning = Resolver.Meaning(rawValue: resolver.meanings[Int(index)] & 7)
    guard nodes[Int(index)].kind == .name, meaning == .builtin else { return nil }
    return symbols.text(of: Symbol(nodes[Int(index)].a))
  }

  // MARK: Uses

  private mutating func noteMember(_ index: NodeIndex, _ node: Node) {
    let name = Symbol(node.b)
    let isWrite = targets.contains(index)
    guard let receiver = receiver(node.a) else {
      let object = nodes[Int(node.a)]
      let isOwn = object.kind == .selfReference
      if isWrite && !isOwn { outline.foreignAttributes.append(symbols.text(of: name)) }
      return
    }
    if receiver < 0 { outline.uses[~receiver].isReceiver = true } else { receivers.insert(node.a) }
    useOfNode[index] = outline.uses.count
    let length = UInt32(symbols.bytes(of: name).count)
    outline.uses.append(
      ModuleOutline.Use(
        receiver: receiver, name: symbols.text(of: name),
        range: SourceRange(node.anchor, node.anchor + length), action: isWrite ? .write : .read,
        isGuarded: guards.catches(.attributeError, at: node.anchor)))
  }

  /// The binding that a node names, or the complement of the use that it is.
  private func receiver(_ index: NodeIndex) -> Int? {
    if let use = useOfNode[index] { return ~use }
    guard nodes[Int(index)].kind == .name, let key = variable(index) else { return nil }
    return bindingOfVariable[key]
  }

  /// `hasattr(m, "x")` and its like.
  private mutating func noteCall(_ node: Node) {
    guard let function = builtin(node.a), node.c >= 2,
      function == "hasattr" || function == "getattr" || function == "setattr"
    else { return }
    let object = extra[Int(node.b)]
    let attribute = nodes[Int(extra[Int(node.b) + 1])]
    let name = attribute.kind == .stringLiteral ? symbols.text(of: Symbol(attribute.a)) : ""
    if let receiver = receiver(object) {
      if name.isEmpty && function != "setattr" { return }
      outline.uses.append(
        ModuleOutline.Use(
          receiver: receiver, name: name, range: attribute.range,
          action: function == "setattr" ? .write : .test, isGuarded: true))
    } else if function == "setattr" {
      if name.isEmpty {
        outline.setsAnyAttribute = true
      } else {
        outline.foreignAttributes.append(name)
      }
    }
  }

  private mutating func noteName(_ index: NodeIndex, _ node: Node) {
    let packed = resolver.meanings[Int(index)]
    if packed & 7 == Resolver.Meaning.dynamic.rawValue {
      outline.starNames.append(
        ModuleOutline.StarName(
          name: symbols.text(of: Symbol(node.a)), range: node.range,
          isGuarded: guards.catches(.nameError, at: node.start)))
      return
    }
    guard let key = variable(index), let binding = bindingOfVariable[key] else { return }
    if !receivers.contains(index) { outline.bindings[binding].escapes = true }
    if !guards.catches(.importError, at: node.start) {
      for position in outline.bindings[binding].imports {
        outline.imports[position].isUsedUnguarded = true
      }
    }
  }

  // MARK: Import statements

  /// What a node says, if it is an import statement.
  private static func imports(of node: Node, in tree: SyntaxTree) -> [ModuleOutline.Import] {
    guard node.kind == .importStatement || node.kind == .fromImportStatement else { return [] }
    let record = Int(node.a)
    let symbols = tree.symbols
    let path = (0..<Int(tree.extra[record + 1])).map {
      symbols.text(of: Symbol(tree.extra[record + 2 + $0]))
    }
    let isStar = node.flags & NodeFlags.star != 0
    let isFrom = node.kind == .fromImportStatement
    let statement = ModuleOutline.Import(
      kind: isStar ? .star : isFrom ? .name : .module, level: Int(tree.extra[record]), path: path,
      bindsLeaf: isFrom || node.b != 0, isEager: node.flags & NodeFlags.eager != 0,
      range: node.range, nameRange: node.range)
    if !isFrom || isStar { return [statement] }
    return (0..<Int(node.c)).map { position in
      let imported = tree.nodes[Int(tree.extra[Int(node.b) + position])]
      var named = statement
      named.name = symbols.text(of: Symbol(imported.a))
      named.nameRange = SourceRange(
        imported.start, imported.start + UInt32(symbols.bytes(of: Symbol(imported.a)).count))
      return named
    }
  }
}
