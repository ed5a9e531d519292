// Imports: their variables, which exist in the whole function, and the statements.

extension Compiler {
  private mutating func hoistImport(_ index: NodeIndex) {
    let (kind, number) = meaning(index)
    // Two imports of one name share a variable.
    if kind == .local, variables[number].place < 0 { hoistLocal(index) }
  }

  /// Imports bind in the whole function, so their variables exist from its start.
  mutating func hoistImports(_ index: NodeIndex) {
    let node = nodes[Int(index)]
    switch node.kind {
    case .importStatement: hoistImport(index)
    case .fromImportStatement:
      for position in 0..<node.c { hoistImport(extra[Int(node.b + position)]) }
    case .block:
      for position in 0..<node.b { hoistImports(extra[Int(node.a + position)]) }
    case .ifStatement:
      var current = node
      while true {
        hoistImports(current.b)
        if current.c == 0 { break }
        if nodes[Int(current.c)].kind != .ifStatement {
          hoistImports(current.c)
          break
        }
        current = nodes[Int(current.c)]
      }
    case .whileStatement: hoistImports(node.b)
    case .forStatement: hoistImports(node.c)
    case .tryStatement:
      hoistImports(node.a)
      let count = Int(extra[Int(node.b)])
      for position in 0..<count { hoistImports(nodes[Int(extra[Int(node.b) + 1 + position])].c) }
      let final = extra[Int(node.b) + 1 + count]
      if final != 0 { hoistImports(final) }
    default: break
    }
  }

  private func modulePath(_ record: UInt32) -> (level: Int, path: [Symbol]) {
    let count = Int(extra[Int(record) + 1])
    return (
      Int(extra[Int(record)]), (0..<count).map { Symbol(extra[Int(record) + 2 + $0]) }
    )
  }

  /// Describes an import that binds `binding`; `index` is the node that the resolver gave a meaning.
  private mutating func descriptor(
    _ node: Node, binding: Symbol, at index: NodeIndex, name: Symbol, bindsLeaf: Bool
  ) -> Int {
    let (level, path) = modulePath(node.a)
    let (kind, number) = meaning(index)
    if kind == .local, name != .none, variables[number].importedVariable >= 0 {
      module.importsByVariable[Int(variables[number].importedVariable)].append(module.imports.count)
    }
    module.imports.append(
      ImportDescriptor(
        binding: binding, isGlobal: kind != .local, function: functionNumber, level: level,
        path: path, name: name, bindsLeaf: bindsLeaf,
        isEager: node.flags & NodeFlags.eager != 0, offset: node.start))
    return emitter.constant(.importDescriptor, UInt64(module.imports.count - 1))
  }

  mutating func importStatement(_ index: NodeIndex, _ node: Node) {
    let binding = node.b != 0 ? Symbol(node.b) : Symbol(extra[Int(node.a) + 2])
    let number = descriptor(
      node, binding: binding, at: index, name: .none, bindsLeaf: node.b != 0)
    let register = emitter.takeRegisters()
    emitter.anchor = node.start
    emitter.emit(.importModule, register, wide: number)
    store(register, into: index)
  }

  mutating func fromImportStatement(_ index: NodeIndex, _ node: Node) {
    emitter.anchor = node.start
    if node.flags & NodeFlags.star != 0 {
      let number = descriptor(node, binding: .none, at: index, name: .none, bindsLeaf: true)
      return emitter.emit(.importStar, 0, wide: number)
    }
    for position in 0..<Int(node.c) {
      let imported = extra[Int(node.b) + position]
      let register = emitter.takeRegisters()
      let number = descriptor(
        node, binding: Symbol(nodes[Int(imported)].b), at: imported,
        name: Symbol(nodes[Int(imported)].a), bindsLeaf: true)
      emitter.anchor = nodes[Int(imported)].start
      emitter.emit(.importName, register, wide: number)
      store(register, into: imported)
      emitter.releaseRegisters(from: register)
    }
  }
}
