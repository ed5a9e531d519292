// What is declared ahead of the walk: the module's variables, and what imports bind.

extension Resolver {
  /// Declares the module's variables ahead of the walk.
  mutating func collectGlobals(_ block: Node) {
    for position in 0..<block.b {
      let index = extra[Int(block.a + position)]
      if index >= checkAt, isToStop(at: index) { return }
      let node = nodes[Int(index)]
      switch node.kind {
      case .declaration: collectGlobals(pattern: node.a, isConstant: node.flags & 1 == 0)
      case .functionDeclaration:
        declareGlobal(Symbol(nodes[Int(node.a)].a), at: nodes[Int(node.a)].c, for: index)
      case .classDeclaration:
        declareGlobal(Symbol(node.a), at: extra[Int(node.c) + 1], for: index)
      default: collectImports(index, isGlobal: true)
      }
    }
  }

  private mutating func collectGlobals(pattern index: NodeIndex, isConstant: Bool) {
    let node = nodes[Int(index)]
    switch node.kind {
    case .name:
      declareGlobal(Symbol(node.a), at: node.start, for: index, isConstant: isConstant)
    case .tuplePattern:
      for position in 0..<node.b {
        collectGlobals(pattern: extra[Int(node.a + position)], isConstant: isConstant)
      }
    case .restPattern: collectGlobals(pattern: node.a, isConstant: isConstant)
    default: break
    }
  }

  /// Declares what imports bind, also those inside of blocks: an import binds in the whole function
  /// or module.
  mutating func collectImports(_ index: NodeIndex, isGlobal: Bool) {
    let node = nodes[Int(index)]
    switch node.kind {
    case .importStatement:
      let name = node.b != 0 ? Symbol(node.b) : Symbol(extra[Int(node.a) + 2])
      declareImport(name, for: index, isGlobal: isGlobal)
    case .fromImportStatement:
      if node.flags & NodeFlags.star != 0 {
        hasStarImport = true
        if !isGlobal || scope > 0 { return }
      }
      for position in 0..<node.c {
        let imported = extra[Int(node.b + position)]
        declareImport(Symbol(nodes[Int(imported)].b), for: imported, isGlobal: isGlobal)
      }
    case .block:
      for position in 0..<node.b {
        collectImports(extra[Int(node.a + position)], isGlobal: isGlobal)
      }
    case .ifStatement:
      // A chain of `else if` may be long; only its blocks nest.
      var current = node
      while true {
        collectImports(current.b, isGlobal: isGlobal)
        if current.c == 0 { break }
        let next = nodes[Int(current.c)]
        if next.kind != .ifStatement {
          collectImports(current.c, isGlobal: isGlobal)
          break
        }
        current = next
      }
    case .whileStatement: collectImports(node.b, isGlobal: isGlobal)
    case .forStatement: collectImports(node.c, isGlobal: isGlobal)
    case .tryStatement:
      collectImports(node.a, isGlobal: isGlobal)
      let count = Int(extra[Int(node.b)])
      for position in 0..<count {
        collectImports(nodes[Int(extra[Int(node.b) + 1 + position])].c, isGlobal: isGlobal)
      }
      let final = extra[Int(node.b) + 1 + count]
      if final != 0 { collectImports(final, isGlobal: isGlobal) }
    default: break
    }
  }

  private mutating func declareImport(_ symbol: Symbol, for node: NodeIndex, isGlobal: Bool) {
    let known = binding(of: symbol)
    if isGlobal {
      if known >= 0, variables[known].isGlobal {
        setMeaning(node, .global, UInt32(variables[known].place))
        return
      }
      declareGlobal(symbol, at: 0, for: node)
    } else if known >= 0, variables[known].function == function, !variables[known].isGlobal {
      variables.base[known].isReassigned = true
      setMeaning(node, .local, UInt32(known))
      noteFromImport(node, of: known)
    } else {
      let variable = declare(symbol, for: node)
      variables.base[variable].needsCheck = true
      variables.base[variable].isImport = true
      noteFromImport(node, of: variable)
    }
  }

  /// Numbers a variable that imports declare at the first `from` import among them.
  private mutating func noteFromImport(_ node: NodeIndex, of variable: Int) {
    guard nodes[Int(node)].kind == .importedName, variables[variable].isImport,
      variables[variable].importedVariable < 0
    else { return }
    variables.base[variable].importedVariable = importedVariableCount
    importedVariableCount += 1
  }

  private mutating func declareGlobal(
    _ symbol: Symbol, at offset: UInt32, for node: NodeIndex, isConstant: Bool = false
  ) {
    let known = binding(of: symbol)
    if known >= 0 {
      if offset != 0 && !allowsRedeclaration && variables[known].place >= predefinedCount {
        report(
          "'\(symbols.text(of: symbol))' is already declared in this scope", at: offset,
          length: symbol)
      }
      variables.base[known].isConstant = isConstant
      setMeaning(node, .global, UInt32(variables[known].place))
      return
    }
    globals.append(symbol)
    bindGlobal(symbol, slot: globals.count - 1, isConstant: isConstant)
    setMeaning(node, .global, UInt32(globals.count - 1))
  }

  /// `__name__` and its like come first among the globals and may be declared again.
  private var predefinedCount: Int32 { Int32(PredefinedGlobals.all.count) }

  mutating func bindGlobal(_ symbol: Symbol, slot: Int, isConstant: Bool = false) {
    var variable = Variable(symbol: symbol, function: 0, place: Int32(slot))
    variable.isGlobal = true
    variable.isConstant = isConstant
    variables.append(variable)
    bind(symbol, to: variables.count - 1)
  }
}
