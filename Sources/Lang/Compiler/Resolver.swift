/// Settles what every name means before any code is emitted: which variable it is, which functions
/// capture it, and whether it is assigned to.
///
/// Reports undefined and misplaced names.
///
/// One walk over the tree. Functions are walked where they stand, so that every name that is visible
/// there is bound at that moment; the module's own variables are collected first, because functions
/// may use those that are declared later.
struct Resolver {
  /// A local variable, a parameter, or a variable of the module.
  struct Variable: BitwiseCopyable {
    var symbol: Symbol
    /// The function whose register it is, or 0 and `isGlobal`.
    var function: Int32
    /// Slot of a module variable; the compiler keeps the register of a local here.
    var place: Int32 = -1
    /// Its number among the local variables that `from` imports bind, or -1.
    var importedVariable: Int32 = -1
    var isGlobal = false
    /// Declared by `let`.
    var isConstant = false
    /// A local that an import declares; others may only be assigned to by one.
    var isImport = false
    /// Used by a function inside of the one that declares it.
    var isCaptured = false
    /// Assigned to after its declaration.
    var isReassigned = false
    /// Its declaration has been walked.
    var isInitialized = false
    /// A function captures it before its declaration has run.
    var isCapturedEarly = false
    /// It may be used before its declaration has run, so that each use must look.
    var needsCheck = false

    /// Closures share a cell with the function; otherwise they copy the value.
    var needsCell: Bool { isCaptured && (isReassigned || isCapturedEarly) }

    /// A function, class or import that needs its register before its declaration runs.
    var isHoisted: Bool { needsCheck || needsCell }
  }

  /// A variable that a function captures, in the order of its captures.
  struct Capture: BitwiseCopyable {
    var variable: Int32
    /// The enclosing function declares it; otherwise it captures it too, as number `index`.
    var isParentLocal: Bool
    var index: Int32
  }

  /// A function as the resolver saw it.
  struct Function: BitwiseCopyable {
    var node: NodeIndex
    var parent: Int32
    var isMethod: Bool
    /// Inside a method, at any depth: `self` and `super` mean something.
    var selfVariable: Int32
    var captures = GrowableBuffer<Capture>(capacity: 0)
  }

  /// What a name node turned out to be.
  enum Meaning: UInt32 {
    case unresolved, local, capture, global, builtin, dynamic
  }

  let tree: SyntaxTree
  let nodes: UnsafeMutablePointer<Node>
  let extra: UnsafeMutablePointer<UInt32>
  let symbols: SymbolTable
  let selfSymbol: Symbol
  /// For each node: a meaning in the low three bits and a number above them.
  var meanings: UnsafeMutablePointer<UInt32>
  var variables = GrowableBuffer<Variable>(capacity: 256)
  var functions = GrowableBuffer<Function>(capacity: 64)
  var globals: [Symbol]
  var hasStarImport = false
  /// How many local variables `from` imports bind.
  private(set) var importedVariableCount: Int32 = 0
  var diagnostics: [Diagnostic] = []

  /// The variable that each symbol is bound to at this point of the walk, plus 1.
  private var bound: UnsafeMutablePointer<UInt32>
  private var boundCapacity: Int
  /// What to restore at the ends of scopes: symbol, its earlier binding, and the scope's depth.
  private struct Restore: BitwiseCopyable {
    var symbol: UInt32
    var earlier: UInt32
    var scope: Int32
  }
  private var restores = GrowableBuffer<Restore>(capacity: 64)
  /// The left-leaning chains that are being followed, one above the other.
  private var spine = GrowableBuffer<NodeIndex>(capacity: 64)
  private var scope: Int32 = 0
  private var function: Int32 = 0
  /// Restores below this belong to scopes around the current function.
  private var functionScope: Int32 = 0
  private var loopDepth = 0
  private var catchDepth = 0
  private var allowsRedeclaration: Bool
  /// Number of each built-in by symbol.
  private var builtinNumbers: [UInt32: UInt32] = [:]
  private static let diagnosticLimit = 20

  init(_ tree: SyntaxTree, knownGlobals: [Symbol], allowsRedeclaration: Bool) {
    self.tree = tree
    nodes = tree.nodes.base
    extra = tree.extra.base
    symbols = tree.symbols
    selfSymbol = tree.symbols.intern("self")
    globals = knownGlobals
    self.allowsRedeclaration = allowsRedeclaration
    for (number, name) in BuiltinNames.all.enumerated() {
      builtinNumbers[tree.symbols.intern(name).rawValue] = UInt32(number)
    }
    meanings = .allocate(capacity: tree.nodes.count)
    meanings.initialize(repeating: 0, count: tree.nodes.count)
    boundCapacity = tree.symbols.count
    bound = .allocate(capacity: boundCapacity)
    bound.initialize(repeating: 0, count: boundCapacity)
  }

  func deallocate() {
    for number in 0..<functions.count { functions[number].captures.deallocate() }
    functions.deallocate()
    meanings.deallocate()
    variables.deallocate()
    restores.deallocate()
    spine.deallocate()
    bound.deallocate()
  }

  // MARK: The walk

  /// Resolves the whole module.
  mutating func run() {
    functions.append(Function(node: 0, parent: -1, isMethod: false, selfVariable: -1))
    for (slot, symbol) in globals.enumerated() { bindGlobal(symbol, slot: slot) }
    let root = nodes[Int(tree.root)]
    collectGlobals(root)
    walkList(root.a, root.b)
  }

  /// Declares the module's variables ahead of the walk.
  private mutating func collectGlobals(_ block: Node) {
    for position in 0..<block.b {
      let index = extra[Int(block.a + position)]
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
  private mutating func collectImports(_ index: NodeIndex, isGlobal: Bool) {
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

  private mutating func bindGlobal(_ symbol: Symbol, slot: Int, isConstant: Bool = false) {
    var variable = Variable(symbol: symbol, function: 0, place: Int32(slot))
    variable.isGlobal = true
    variable.isConstant = isConstant
    variables.append(variable)
    bind(symbol, to: variables.count - 1)
  }

  // MARK: Bindings

  /// The variable that `symbol` is bound to, or -1.
  @inline(__always)
  private func binding(of symbol: Symbol) -> Int {
    let index = Int(symbol.rawValue)
    return index < boundCapacity ? Int(bound[index]) - 1 : -1
  }

  private mutating func bind(_ symbol: Symbol, to variable: Int) {
    let index = Int(symbol.rawValue)
    if index >= boundCapacity {
      let capacity = max(index + 1, boundCapacity * 2)
      let grown = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity)
      grown.initialize(repeating: 0, count: capacity)
      grown.update(from: bound, count: boundCapacity)
      bound.deallocate()
      bound = grown
      boundCapacity = capacity
    }
    restores.append(Restore(symbol: symbol.rawValue, earlier: bound[index], scope: scope))
    bound[index] = UInt32(variable + 1)
  }

  /// Declares a local variable in the current scope.
  @discardableResult
  private mutating func declare(
    _ symbol: Symbol, for node: NodeIndex, isConstant: Bool = false
  ) -> Int {
    var variable = Variable(symbol: symbol, function: function)
    variable.isConstant = isConstant
    variables.append(variable)
    bind(symbol, to: variables.count - 1)
    setMeaning(node, .local, UInt32(variables.count - 1))
    return variables.count - 1
  }

  @inline(__always)
  private func setMeaning(_ node: NodeIndex, _ meaning: Meaning, _ number: UInt32) {
    meanings[Int(node)] = meaning.rawValue | number << 3
  }

  /// Whether `symbol` was declared in the innermost scope.
  private func isDeclaredHere(_ symbol: Symbol) -> Bool {
    var position = restores.count - 1
    while position >= 0, restores[position].scope == scope {
      if restores[position].symbol == symbol.rawValue { return true }
      position -= 1
    }
    return false
  }

  private mutating func enterScope() { scope += 1 }

  private mutating func leaveScope() {
    while restores.count > 0, restores.last.scope == scope {
      let restore = restores.removeLast()
      bound[Int(restore.symbol)] = restore.earlier
    }
    scope -= 1
  }

  private mutating func resolve(_ symbol: Symbol, at index: NodeIndex) -> Bool {
    let variable = binding(of: symbol)
    if variable < 0 {
      if let number = builtinNumbers[symbol.rawValue] {
        setMeaning(index, .builtin, number)
        return true
      }
      return false
    }
    use(variable, at: index)
    return true
  }

  private mutating func use(_ variable: Int, at index: NodeIndex) {
    let known = variables.base + variable
    if known.pointee.isGlobal {
      setMeaning(index, .global, UInt32(known.pointee.place))
    } else if known.pointee.function == function {
      if !known.pointee.isInitialized { known.pointee.needsCheck = true }
      setMeaning(index, .local, UInt32(variable))
    } else {
      known.pointee.isCaptured = true
      if !known.pointee.isInitialized {
        known.pointee.isCapturedEarly = true
        known.pointee.needsCheck = true
      }
      setMeaning(index, .capture, UInt32(capture(variable, in: Int(function))))
    }
  }

  /// The number of `variable` among the captures of `function`, added when new.
  private mutating func capture(_ variable: Int, in function: Int) -> Int {
    let known = functions[function].captures
    for number in 0..<known.count where known[number].variable == Int32(variable) { return number }
    let parent = Int(functions[function].parent)
    let isLocal = variables[variable].function == Int32(parent)
    let index = isLocal ? 0 : capture(variable, in: parent)
    functions.base[function].captures.append(
      Capture(variable: Int32(variable), isParentLocal: isLocal, index: Int32(index)))
    return functions[function].captures.count - 1
  }

  // MARK: Statements

  private mutating func walkList(_ first: UInt32, _ count: UInt32) {
    for position in 0..<count { walk(extra[Int(first + position)]) }
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

    let outer = (function, functionScope, loopDepth, catchDepth)
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
    functionScope = scope
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
    (function, functionScope, loopDepth, catchDepth) = outer
  }

  private mutating func walkClass(_ index: NodeIndex, _ node: Node) {
    walk(node.b)
    let record = Int(node.c)
    let count = Int(extra[record + 2])
    for position in 0..<count {
      let member = extra[record + 3 + position]
      let memberNode = nodes[Int(member)]
      if memberNode.kind == .declaration {
        walk(memberNode.b)
      } else {
        walkFunction(member)
      }
    }
    markInitialized(index)
  }

  // MARK: Reporting

  private mutating func report(_ message: String, _ node: Node, help: String? = nil) {
    add(Diagnostic(message, at: node.range, help: help))
  }

  private mutating func report(_ message: String, at offset: UInt32, length symbol: Symbol) {
    let length = UInt32(symbols.bytes(of: symbol).count)
    add(Diagnostic(message, at: SourceRange(offset, offset + length)))
  }

  private mutating func add(_ diagnostic: Diagnostic) {
    if diagnostics.count < Resolver.diagnosticLimit { diagnostics.append(diagnostic) }
  }

  private mutating func reportUndefined(_ symbol: Symbol, _ node: Node) {
    let name = symbols.text(of: symbol)
    report(
      "undefined name '\(name)'", node,
      help: ForeignWord.help(forName: name) ?? suggestion(for: symbol, onlyVariables: false))
  }

  /// "did you mean 'x'?" for the visible name that is nearest to `symbol`.
  private func suggestion(for symbol: Symbol, onlyVariables: Bool) -> String? {
    var candidates: [String] = []
    for index in 0..<boundCapacity where bound[index] != 0 {
      candidates.append(symbols.text(of: Symbol(UInt32(index))))
    }
    if !onlyVariables { candidates += BuiltinNames.all.map { "\($0)" } }
    return Spelling.nearest(to: symbols.text(of: symbol), among: candidates).map {
      "did you mean '\($0)'?"
    }
  }
}

/// The variables that every module has from the start, in the order of their slots.
public enum PredefinedGlobals {
  /// Their names.
  public static let all: [StaticString] = ["__name__", "__file__", "__doc__", "__package__"]
}
