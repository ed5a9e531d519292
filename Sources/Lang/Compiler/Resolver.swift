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
    /// How deep the scope is that declares it.
    var scope: Int32 = 0
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
  var importedVariableCount: Int32 = 0
  var diagnostics: [Diagnostic] = []

  /// The variable that each symbol is bound to at this point of the walk, plus 1.
  private var bound: UnsafeMutablePointer<UInt32>
  private var boundCount: Int
  private let bindings: UnsafeMutablePointer<SymbolStorage>
  /// What to restore at the ends of scopes: symbol, its earlier binding, and the scope's depth.
  private struct Restore: BitwiseCopyable {
    var symbol: UInt32
    var earlier: UInt32
    var scope: Int32
  }
  private var restores = GrowableBuffer<Restore>(capacity: 64)
  /// The left-leaning chains that are being followed, one above the other.
  var spine = GrowableBuffer<NodeIndex>(capacity: 64)
  var scope: Int32 = 0
  var function: Int32 = 0
  var loopDepth = 0
  var catchDepth = 0
  var allowsRedeclaration: Bool
  private static let diagnosticLimit = 20

  /// Asks whether to stop; asked again at the node of this number.
  private let question: StopQuestion?
  private(set) var checkAt: NodeIndex
  /// Nothing means anything any more.
  private(set) var hasGivenUp = false
  /// What looking for captured variables has cost since it was asked last.
  private var captureCost = 0

  init(
    _ tree: SyntaxTree, knownGlobals: [Symbol], allowsRedeclaration: Bool,
    question: StopQuestion? = nil
  ) {
    self.tree = tree
    self.question = question
    checkAt = question == nil ? NodeIndex.max : 0
    nodes = tree.nodes.base
    extra = tree.extra.base
    symbols = tree.symbols
    selfSymbol = tree.symbols.intern("self")
    globals = knownGlobals
    self.allowsRedeclaration = allowsRedeclaration
    meanings = .allocate(capacity: tree.nodes.count)
    meanings.initialize(repeating: 0, count: tree.nodes.count)
    bindings = tree.symbols.storage
    bindings.pointee.bindings.extend(to: tree.symbols.count, with: 0)
    bound = bindings.pointee.bindings.base
    boundCount = bindings.pointee.bindings.count
  }

  func deallocate() {
    // The bindings are the symbol table's: the next text finds none.
    for position in (0..<restores.count).reversed() {
      bound[Int(restores[position].symbol)] = restores[position].earlier
    }
    for number in 0..<functions.count { functions[number].captures.deallocate() }
    functions.deallocate()
    meanings.deallocate()
    variables.deallocate()
    restores.deallocate()
    spine.deallocate()
  }

  // MARK: The walk

  /// Resolves the whole module.
  mutating func run() {
    functions.append(Function(node: 0, parent: -1, isMethod: false, selfVariable: -1))
    for (slot, symbol) in globals.enumerated() { bindGlobal(symbol, slot: slot) }
    let root = nodes[Int(tree.root)]
    collectGlobals(root)
    if question != nil { checkAt = 0 }
    walkList(root.a, root.b)
  }

  /// Whether to stop before the node `index`, which is as far as it was to ask again.
  @inline(never)
  mutating func isToStop(at index: NodeIndex) -> Bool {
    if hasGivenUp { return true }
    guard let question else { return false }
    checkAt = index + min(NodeIndex(question.nodes), NodeIndex.max - index)
    if question.isStopped {
      hasGivenUp = true
      checkAt = 0
    }
    return hasGivenUp
  }

  // MARK: Bindings

  /// The variable that `symbol` is bound to, or -1.
  @inline(__always)
  func binding(of symbol: Symbol) -> Int {
    let index = Int(symbol.rawValue)
    return index < boundCount ? Int(bound[index]) - 1 : -1
  }

  mutating func bind(_ symbol: Symbol, to variable: Int) {
    let index = Int(symbol.rawValue)
    if index >= boundCount {
      bindings.pointee.bindings.extend(to: index + 1, with: 0)
      bound = bindings.pointee.bindings.base
      boundCount = bindings.pointee.bindings.count
    }
    restores.append(Restore(symbol: symbol.rawValue, earlier: bound[index], scope: scope))
    bound[index] = UInt32(variable + 1)
  }

  /// Declares a local variable in the current scope.
  @discardableResult
  mutating func declare(
    _ symbol: Symbol, for node: NodeIndex, isConstant: Bool = false
  ) -> Int {
    var variable = Variable(symbol: symbol, function: function)
    variable.isConstant = isConstant
    variable.scope = scope
    variables.append(variable)
    bind(symbol, to: variables.count - 1)
    setMeaning(node, .local, UInt32(variables.count - 1))
    return variables.count - 1
  }

  @inline(__always)
  func setMeaning(_ node: NodeIndex, _ meaning: Meaning, _ number: UInt32) {
    meanings[Int(node)] = meaning.rawValue | number << 3
  }

  /// Whether `symbol` was declared in the innermost scope.
  func isDeclaredHere(_ symbol: Symbol) -> Bool {
    // A scope of the same depth that is not the innermost has ended, and its bindings with it.
    let variable = binding(of: symbol)
    return variable >= 0 && variables[variable].scope == scope
  }

  mutating func enterScope() { scope += 1 }

  mutating func leaveScope() {
    while restores.count > 0, restores.last.scope == scope {
      let restore = restores.removeLast()
      bound[Int(restore.symbol)] = restore.earlier
    }
    scope -= 1
  }

  mutating func resolve(_ symbol: Symbol, at index: NodeIndex) -> Bool {
    let variable = binding(of: symbol)
    if variable < 0 {
      if let number = symbols.builtinNumber(of: symbol) {
        setMeaning(index, .builtin, number)
        return true
      }
      return false
    }
    use(variable, at: index)
    return true
  }

  mutating func use(_ variable: Int, at index: NodeIndex) {
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
    captureCost += known.count
    if captureCost > 1 << 22, question != nil {
      captureCost = 0
      if isToStop(at: checkAt) { return 0 }
    }
    for number in 0..<known.count where known[number].variable == Int32(variable) { return number }
    let parent = Int(functions[function].parent)
    let isLocal = variables[variable].function == Int32(parent)
    let index = isLocal ? 0 : capture(variable, in: parent)
    functions.base[function].captures.append(
      Capture(variable: Int32(variable), isParentLocal: isLocal, index: Int32(index)))
    return functions[function].captures.count - 1
  }

  // MARK: Reporting

  mutating func report(_ message: String, _ node: Node, help: String? = nil) {
    add(Diagnostic(message, at: node.range, help: help))
  }

  mutating func report(_ message: String, at offset: UInt32, length symbol: Symbol) {
    let length = UInt32(symbols.bytes(of: symbol).count)
    add(Diagnostic(message, at: SourceRange(offset, offset + length)))
  }

  private mutating func add(_ diagnostic: Diagnostic) {
    if diagnostics.count < Resolver.diagnosticLimit { diagnostics.append(diagnostic) }
  }

  mutating func reportUndefined(_ symbol: Symbol, _ node: Node) {
    // A suggestion costs more than the rest, and nobody sees it.
    if diagnostics.count >= Resolver.diagnosticLimit { return }
    let name = symbols.text(of: symbol)
    report(
      "undefined name '\(name)'", node,
      help: ForeignWord.help(forName: name) ?? suggestion(for: symbol, onlyVariables: false))
  }

  /// "did you mean 'x'?" for the visible name that is nearest to `symbol`.
  func suggestion(for symbol: Symbol, onlyVariables: Bool) -> String? {
    if diagnostics.count >= Resolver.diagnosticLimit { return nil }
    var candidates: [String] = []
    for index in 0..<boundCount
    where bound[index] != 0 && candidates.count < Spelling.maximumCandidates {
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
