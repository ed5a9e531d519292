// The walk over statements and expressions, which binds and resolves names where they stand.

extension Resolver {
  mutating func walkList(_ first: UInt32, _ count: UInt32) {
    for position in 0..<count {
      let index = extra[Int(first + position)]
      if index >= checkAt, isToStop(at: index) { return }
      walk(index)
    }
  }

  private mutating func walkBlock(_ index: NodeIndex) {
    let block = nodes[Int(index)]
    guard block.kind == .block else { return walk(index) }
    enterScope()
    walkBlockContents(block)
    leaveScope()
  }

  private mutating func walkBlockContents(_ block: Node) {
    // Functions and classes of a block may refer to each other, whatever their order.
    for position in 0..<block.b {
      let index = extra[Int(block.a + position)]
      let node = nodes[Int(index)]
      if node.kind == .functionDeclaration {
        declareHoisted(Symbol(nodes[Int(node.a)].a), at: nodes[Int(node.a)].c, for: index)
      } else if node.kind == .classDeclaration {
        declareHoisted(Symbol(node.a), at: extra[Int(node.c) + 1], for: index)
      }
    }
    walkList(block.a, block.b)
  }

  private mutating func declareHoisted(_ symbol: Symbol, at offset: UInt32, for node: NodeIndex) {
    checkNotDeclared(symbol, at: offset)
    declare(symbol, for: node)
  }

  private mutating func checkNotDeclared(_ symbol: Symbol, at offset: UInt32) {
    if isDeclaredHere(symbol) {
      report(
        "'\(symbols.text(of: symbol))' is already declared in this scope", at: offset,
        length: symbol)
    }
  }

  /// Walks a node that has no result or whose names are all uses.
  private mutating func walk(_ index: NodeIndex) {
    if index == 0 { return }
    let node = nodes[Int(index)]
    switch node.kind {
    case .none, .nilLiteral, .trueLiteral, .falseLiteral, .intLiteral, .bigIntLiteral,
      .floatLiteral, .stringLiteral:
      break
    case .name:
      let symbol = Symbol(node.a)
      if !resolve(symbol, at: index) {
        if hasStarImport {
          setMeaning(index, .dynamic, 0)
        } else {
          reportUndefined(symbol, node)
        }
      }
    case .selfReference: walkSelf(index, "'self' outside a method")
    case .superReference: walkSelf(index, "'super' outside a method")
    case .formatString, .tuple, .list, .map, .comparisonChain: walkList(node.a, node.b)
    case .formatField, .mapEntry, .logicalAnd, .logicalOr, .coalesce, .range, .index:
      walkBinarySpine(index)
    case .binary: walkBinarySpine(index)
    case .spread, .unary, .optionalChain, .ifClause, .expressionStatement, .restPattern:
      walk(node.a)
    case .member, .call: walkPostfixSpine(index)
    case .namedArgument: walk(node.b)
    case .conditional:
      walk(node.a)
      walk(node.b)
      walk(node.c)
    case .listComprehension, .mapComprehension: walkComprehension(node)
    case .forClause: break
    case .function: walkFunction(index)
    case .parameter, .importedName, .catchClause: break
    case .tuplePattern: walkList(node.a, node.b)
    case .block: walkBlock(index)
    case .declaration: walkDeclaration(node)
    case .assignment:
      walk(node.b)
      walkTarget(node.a)
    case .compoundAssignment:
      walkTarget(node.a)
      walk(node.b)
    case .functionDeclaration:
      walk(node.a)
      markInitialized(index)
    case .classDeclaration: walkClass(index, node)
    case .ifStatement: walkIf(node)
    case .whileStatement:
      walk(node.a)
      loopDepth += 1
      walkBlock(node.b)
      loopDepth -= 1
    case .forStatement: walkFor(node)
    case .breakStatement: if loopDepth == 0 { report("'break' outside a loop", node) }
    case .continueStatement: if loopDepth == 0 { report("'continue' outside a loop", node) }
    case .returnStatement:
      if function == 0 { report("'return' outside a function", node) }
      walk(node.a)
    case .yieldStatement:
      if function == 0 { report("'yield' outside a function", node) }
      walk(node.a)
    case .throwStatement:
      if node.a == 0 && catchDepth == 0 {
        report("'throw' without an error outside a 'catch'", node)
      }
      walk(node.a)
    case .tryStatement: walkTry(node)
    case .assertStatement:
      walk(node.a)
      walk(node.b)
    case .importStatement: walkImport(index, node)
    case .fromImportStatement: walkFromImport(index, node)
    }
  }

  private mutating func walkSelf(_ index: NodeIndex, _ message: String) {
    let variable = functions[Int(function)].selfVariable
    if variable < 0 { return report(message, nodes[Int(index)]) }
    use(Int(variable), at: index)
  }

  /// Left-leaning chains (`a + b + c …`) may be longer than the native stack is deep.
  private mutating func walkBinarySpine(_ index: NodeIndex) {
    if index >= checkAt, isToStop(at: index) { return }
    let bottom = spine.count
    var current = index
    while true {
      let node = nodes[Int(current)]
      switch node.kind {
      case .binary, .logicalAnd, .logicalOr, .coalesce, .index, .formatField, .mapEntry, .range:
        spine.append(current)
        current = node.a
        if current != 0 { continue }
      default: walk(current)
      }
      break
    }
    while spine.count > bottom { walk(nodes[Int(spine.removeLast())].b) }
  }

  private mutating func walkPostfixSpine(_ index: NodeIndex) {
    let bottom = spine.count
    var current = index
    while true {
      let node = nodes[Int(current)]
      if node.kind == .member || node.kind == .call || node.kind == .index {
        spine.append(current)
        current = node.a
      } else {
        walk(current)
        break
      }
    }
    while spine.count > bottom {
      let node = nodes[Int(spine.removeLast())]
      if node.kind == .call { walkList(node.b, node.c) }
      if node.kind == .index { walk(node.b) }
    }
  }

  private mutating func walkIf(_ node: Node) {
    var current = node
    while true {
      walk(current.a)
      walkBlock(current.b)
      if current.c == 0 { return }
      let next = nodes[Int(current.c)]
      if next.kind != .ifStatement { return walkBlock(current.c) }
      current = next
    }
  }

  private mutating func walkComprehension(_ node: Node) {
    enterScope()
    var scopes = 1
    for position in 0..<node.c {
      let clause = nodes[Int(extra[Int(node.b + position)])]
      if clause.kind == .forClause {
        walk(clause.b)
        enterScope()
        scopes += 1
        declarePattern(clause.a, isConstant: false)
      } else {
        walk(clause.a)
      }
    }
    walk(node.a)
    for _ in 0..<scopes { leaveScope() }
  }

  private mutating func walkDeclaration(_ node: Node) {
    walk(node.b)
    if scope == 0 && function == 0 { return }
    declarePattern(node.a, isConstant: node.flags & NodeFlags.variable == 0)
  }

  private mutating func declarePattern(_ index: NodeIndex, isConstant: Bool) {
    let node = nodes[Int(index)]
    switch node.kind {
    case .name:
      checkNotDeclared(Symbol(node.a), at: node.start)
      let variable = declare(Symbol(node.a), for: index, isConstant: isConstant)
      variables.base[variable].isInitialized = true
    case .tuplePattern:
      for position in 0..<node.b {
        declarePattern(extra[Int(node.a + position)], isConstant: isConstant)
      }
    case .restPattern: declarePattern(node.a, isConstant: isConstant)
    default: walk(index)
    }
  }

  private mutating func markInitialized(_ index: NodeIndex) {
    let meaning = meanings[Int(index)]
    if meaning & 7 == Meaning.local.rawValue {
      variables.base[Int(meaning >> 3)].isInitialized = true
    }
  }

  private mutating func walkTarget(_ index: NodeIndex) {
    let node = nodes[Int(index)]
    switch node.kind {
    case .name:
      let symbol = Symbol(node.a)
      let variable = binding(of: symbol)
      if variable < 0 {
        let name = symbols.text(of: symbol)
        report(
          "cannot assign to undeclared name '\(name)'", node,
          help: suggestion(for: symbol, onlyVariables: true)
            ?? "declare it first: var \(name) = …")
        return
      }
      if variables[variable].isConstant {
        let name = symbols.text(of: symbol)
        report(
          "cannot assign to '\(name)', which is a constant", node,
          help: "declare it with var to assign to it")
      }
      variables.base[variable].isReassigned = true
      use(variable, at: index)
    case .tuplePattern:
      for position in 0..<node.b { walkTarget(extra[Int(node.a + position)]) }
    case .restPattern: walkTarget(node.a)
    default: walk(index)
    }
  }

  private mutating func walkFor(_ node: Node) {
    walk(node.b)
    enterScope()
    declarePattern(node.a, isConstant: false)
    loopDepth += 1
    walkBlock(node.c)
    loopDepth -= 1
    leaveScope()
  }

  private mutating func walkTry(_ node: Node) {
    walkBlock(node.a)
    let count = Int(extra[Int(node.b)])
    for position in 0..<count {
      let index = extra[Int(node.b) + 1 + position]
      let clause = nodes[Int(index)]
      walk(clause.b)
      enterScope()
      if clause.a != 0 {
        let variable = declare(Symbol(clause.a), for: index)
        variables.base[variable].isInitialized = true
      }
      catchDepth += 1
      walkBlock(clause.c)
      catchDepth -= 1
      leaveScope()
    }
    let final = extra[Int(node.b) + 1 + count]
    if final != 0 { walkBlock(final) }
  }

  private mutating func walkImport(_ index: NodeIndex, _ node: Node) {
    if function != 0 && meanings[Int(index)] & 7 == 0 {
      report("an import stands where it cannot be bound", node)
    }
  }

  private mutating func walkFromImport(_ index: NodeIndex, _ node: Node) {
    if node.flags & NodeFlags.star != 0 && (function != 0 || scope != 0) {
      report("'import *' is only allowed at the top of a module", node)
    }
  }

  // MARK: Functions and classes

  private mutating func walkFunction(_ index: NodeIndex) {
    let node = nodes[Int(index)]
    let record = Int(node.b)
    let count = Int(extra[record + 2])
    let isMethod = node.flags & NodeFlags.method != 0
    let isStatic = node.flags & NodeFlags.isStatic != 0

    let outer = (function, loopDepth, catchDepth)
    let number = functions.count
    functions.append(
      Function(
        node: index, parent: function, isMethod: isMethod && !isStatic,
        selfVariable: isMethod ? -1 : functions[Int(function)].selfVariable))
    meanings[Int(index)] = UInt32(number) << 3
    function = Int32(number)
    loopDepth = 0
    catchDepth = 0
    enterScope()
    if isMethod && !isStatic {
      variables.append(Variable(symbol: selfSymbol, function: function, place: 0))
      variables.base[variables.count - 1].isInitialized = true
      functions.base[number].selfVariable = Int32(variables.count - 1)
    }
    // All parameters are bound before the defaults are walked: a default may use those before it.
    for position in 0..<count {
      let parameter = extra[record + 3 + position]
      let symbol = Symbol(nodes[Int(parameter)].a)
      walk(nodes[Int(parameter)].b)
      if isDeclaredHere(symbol) {
        report("duplicate parameter '\(symbols.text(of: symbol))'", nodes[Int(parameter)])
      }
      let variable = declare(symbol, for: parameter)
      variables.base[variable].isInitialized = true
    }
    let body = extra[record]
    if nodes[Int(body)].kind == .block && node.flags & NodeFlags.expressionBody == 0 {
      enterScope()
      let block = nodes[Int(body)]
      if node.flags & NodeFlags.importing != 0 {
        for position in 0..<block.b {
          collectImports(extra[Int(block.a + position)], isGlobal: false)
        }
      }
      walkBlockContents(block)
      leaveScope()
    } else {
      walk(body)
    }
    leaveScope()
    (function, loopDepth, catchDepth) = outer
  }

  private mutating func walkClass(_ index: NodeIndex, _ node: Node) {
    walk(node.b)
    let record = Int(node.c)
    let count = Int(extra[record + 2])
    for position in 0..<count {
      let member = extra[record + 3 + position]
      if member >= checkAt, isToStop(at: member) { return }
      let memberNode = nodes[Int(member)]
      if memberNode.kind == .declaration {
        walk(memberNode.b)
      } else {
        walkFunction(member)
      }
    }
    markInitialized(index)
  }
}
