/// Compiles a source text to bytecode.
public enum Compilation {
  /// The outcome: code, or what is wrong with the text.
  public enum Outcome {
    case compiled(CompiledModule)
    /// `isIncomplete`: the text is a correct beginning.
    case failed([Diagnostic], isIncomplete: Bool)
    /// It was asked to stop.
    case stopped
  }

  /// Parses, resolves and compiles `source`.
  ///
  /// - Parameters:
  ///   - symbols: The table that names are interned in.
  ///   - knownGlobals: Variables that the module has already, in slot order (for a REPL); they begin
  ///     with ``PredefinedGlobals``.
  ///   - allowsRedeclaration: Whether a module variable may be declared again (for a REPL).
  ///   - showsExpressions: Whether the value of the last statement, when it is an expression, is the
  ///     body's result (for a REPL).
  ///   - dynamicNames: Unknown names are looked up while running (earlier `import *` in a REPL).
  ///   - question: Whether to give up, asked about once a millisecond.
  /// - Complexity: Linear in the length of the text.
  public static func compile(
    _ source: UnsafeBufferPointer<UInt8>, symbols: SymbolTable, knownGlobals: [Symbol]? = nil,
    allowsRedeclaration: Bool = false, showsExpressions: Bool = false, dynamicNames: Bool = false,
    question: StopQuestion? = nil
  ) -> Outcome {
    let tree = parse(source, symbols: symbols, question: question)
    if tree.isGivenUp { return .stopped }
    if !tree.diagnostics.isEmpty {
      return .failed(tree.diagnostics, isIncomplete: tree.isIncomplete)
    }
    let globals = knownGlobals ?? PredefinedGlobals.all.map { symbols.intern($0) }
    var resolver = Resolver(
      tree, knownGlobals: globals, allowsRedeclaration: allowsRedeclaration, question: question)
    resolver.hasStarImport = dynamicNames
    defer { resolver.deallocate() }
    resolver.run()
    if resolver.hasGivenUp { return .stopped }
    if !resolver.diagnostics.isEmpty {
      return .failed(
        resolver.diagnostics.sorted { $0.range.start < $1.range.start }, isIncomplete: false)
    }
    var compiler = Compiler(
      tree, resolver, showsExpressions: showsExpressions, question: question)
    compiler.run()
    if compiler.hasGivenUp { return .stopped }
    if !compiler.diagnostics.isEmpty { return .failed(compiler.diagnostics, isIncomplete: false) }
    return .compiled(compiler.module)
  }
}

/// Turns a resolved tree into the bytecode of its functions.
///
/// Expressions are compiled towards a register. `anyRegister` gives the register in which a value
/// is anyway (a local variable's) and only otherwise takes a temporary one; `expression(_:into:)`
/// leaves the value in a given register, which it writes only once all operands have been read.
struct Compiler {
  typealias Register = Int

  /// What surrounds the statement being compiled and has a say when control leaves it.
  enum Surrounding {
    /// `continue` goes to the first label, `break` to the second.
    case loop(continueTo: Emitter.Label, breakTo: Emitter.Label)
    /// A `try` whose `finally` block must run on the way out; number in `finallyBlocks`.
    case finally(Int)
    /// A `catch` body that handles the error in the register.
    case handling(register: Register)
  }

  /// A way of leaving statements early.
  enum Exit {
    case functionReturn, loopBreak, loopContinue
  }

  /// A `finally` block and the exits that pass through it, numbered in their order.
  struct FinallyBlock {
    let entry: Emitter.Label
    let completion: Register
    let returnValue: Register
    var exits: [Exit] = []
  }

  let tree: SyntaxTree
  let nodes: UnsafeMutablePointer<Node>
  let extra: UnsafeMutablePointer<UInt32>
  let symbols: SymbolTable
  let module: CompiledModule
  var resolver: Resolver
  let variables: UnsafeMutablePointer<Resolver.Variable>
  let showsExpressions: Bool
  var diagnostics: [Diagnostic] = []

  // The function being compiled.
  var emitter: Emitter
  /// Emitters of finished functions, whose buffers serve again: one for each level of nesting.
  private var idleEmitters: [Emitter] = []
  var surroundings: [Surrounding] = []
  var finallyBlocks: [FinallyBlock] = []
  /// Where the optional chain being compiled ends when it meets nil.
  var chainEnd: Emitter.Label?
  /// The number of the function being compiled, among the module's.
  var functionNumber = 0
  /// The number of the class whose member is being compiled, or -1.
  var classNumber = -1
  /// The left-leaning chains that are being followed, one above the other.
  var spine = GrowableBuffer<NodeIndex>(capacity: 64)
  /// Asks whether to stop; asked again at the node of this number.
  private let question: StopQuestion?
  private(set) var checkAt: NodeIndex
  /// The code is good for nothing.
  private(set) var hasGivenUp = false

  init(
    _ tree: SyntaxTree, _ resolver: Resolver, showsExpressions: Bool,
    question: StopQuestion? = nil
  ) {
    self.tree = tree
    self.question = question
    checkAt = question == nil ? NodeIndex.max : 0
    nodes = tree.nodes.base
    extra = tree.extra.base
    symbols = tree.symbols
    self.resolver = resolver
    variables = resolver.variables.base
    self.showsExpressions = showsExpressions
    module = CompiledModule(symbols: tree.symbols)
    module.documentation = tree.documentation
    module.globals = resolver.globals
    module.importsByVariable = Array(repeating: [], count: Int(resolver.importedVariableCount))
    let body = FunctionCode(name: .none, offset: 0)
    module.functions.append(body)
    emitter = Emitter(body, number: 0)
  }

  /// Compiles the whole module.
  mutating func run() {
    let root = nodes[Int(tree.root)]
    for position in 0..<root.b {
      let index = extra[Int(root.a + position)]
      if hasGivenUp { break }
      let node = nodes[Int(index)]
      if showsExpressions && position == root.b - 1 && node.kind == .expressionStatement {
        let result = anyRegister(node.a)
        emitter.emit(.returnValue, result)
      } else {
        statement(index)
      }
    }
    emitter.emit(.returnNil)
    finishFunction(at: 0)
    emitter.deallocate()
    for idle in idleEmitters { idle.deallocate() }
    spine.deallocate()
  }

  /// Whether to stop before the node `index`, which is as far as it was to ask again.
  ///
  /// Who stops leaves out an expression or a statement, never a part of the frame around it.
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

  mutating func finishFunction(at offset: UInt32) {
    emitter.endLocals(from: 0)
    emitter.finish(into: &module.arena)
    if let excess = emitter.excess {
      let name = emitter.code.name
      let what = name == .none ? "this function" : "'\(symbols.text(of: name))'"
      diagnostics.append(
        Diagnostic(
          "\(what) has \(excess)", at: SourceRange(offset, offset + 1),
          help: "split it into several functions"))
    }
  }

  // MARK: Variables

  func meaning(_ index: NodeIndex) -> (Resolver.Meaning, Int) {
    let packed = resolver.meanings[Int(index)]
    return (
      Resolver.Meaning(rawValue: packed & 7).unsafelyUnwrapped, Int(packed >> 3)
    )
  }

  /// Gives the variable that `index` declares the register, which holds its value already.
  mutating func declareLocal(_ index: NodeIndex, in register: Register) {
    let (kind, number) = meaning(index)
    guard kind == .local else { return }
    let variable = variables + number
    variable.pointee.place = Int32(register)
    if variable.pointee.needsCell {
      emitter.emit(.makeCell, register, register)
    }
    _ = emitter.beginLocal(
      variable.pointee.symbol, register: register, isCell: variable.pointee.needsCell,
      importedVariable: variable.pointee.importedVariable)
  }

  /// Reserves the register of a function's or class's variable that may be used before its
  /// declaration runs; it is undefined until then.
  mutating func hoistLocal(_ index: NodeIndex) {
    let (kind, number) = meaning(index)
    guard kind == .local else { return }
    let variable = variables + number
    if !variable.pointee.isHoisted { return }
    let register = emitter.takeRegisters()
    emitter.emit(.loadUndefined, register)
    declareLocal(index, in: register)
  }

  /// Stores `register` into the variable that `index` names or declares.
  mutating func store(_ register: Register, into index: NodeIndex) {
    let (kind, number) = meaning(index)
    switch kind {
    case .global: emitter.emit(.storeGlobal, register, wide: number)
    case .local:
      let variable = variables[number]
      if variable.needsCell {
        emitter.emit(.storeCell, Int(variable.place), register)
      } else if Int(variable.place) != register {
        emitter.emit(.move, Int(variable.place), register)
      }
    case .capture: emitter.emit(.storeCaptureCell, register, number)
    default: break
    }
  }

  /// Whether `index` is a local in a register of its own: read and written directly.
  func plainLocal(_ index: NodeIndex) -> Register? {
    let (kind, number) = meaning(index)
    guard kind == .local,
      nodes[Int(index)].kind == .name || nodes[Int(index)].kind == .selfReference
    else { return nil }
    let variable = variables[number]
    return variable.needsCell || variable.needsCheck ? nil : Int(variable.place)
  }

  /// Loads what a name, `self` or `super` stands for.
  mutating func loadName(_ index: NodeIndex, into target: Register) {
    let (kind, number) = meaning(index)
    let symbol = nodes[Int(index)].kind == .name ? Symbol(nodes[Int(index)].a) : resolver.selfSymbol
    switch kind {
    case .global: emitter.emit(.loadGlobal, target, wide: number)
    case .builtin: emitter.emit(.loadBuiltin, target, wide: number)
    case .dynamic:
      emitter.emit(
        .loadDynamic, target, wide: emitter.constant(.string, UInt64(symbol.rawValue)))
    case .local:
      let variable = variables[number]
      emitter.emit(variable.needsCell ? .loadCell : .move, target, Int(variable.place))
      if variable.needsCheck { check(target, symbol) }
    case .capture:
      let variable = capturedVariable(number)
      emitter.emit(variable.needsCell ? .loadCaptureCell : .loadCapture, target, number)
      if variable.needsCheck { check(target, symbol) }
    case .unresolved: emitter.emit(.loadNil, target)
    }
  }

  private func capturedVariable(_ number: Int) -> Resolver.Variable {
    variables[Int(resolver.functions[emitter.number].captures[number].variable)]
  }

  private mutating func check(_ register: Register, _ symbol: Symbol) {
    emitter.emit(
      .checkDefined, register, wide: emitter.constant(.string, UInt64(symbol.rawValue)))
  }

  // MARK: Functions

  /// Compiles a function and leaves its closure in `target`.
  mutating func function(_ index: NodeIndex, into target: Register) {
    let number = compileFunction(index)
    emitter.anchor = nodes[Int(index)].c
    emitter.emit(.makeFunction, target, wide: number)
  }

  private mutating func compileFunction(_ index: NodeIndex) -> Int {
    let node = nodes[Int(index)]
    let resolved = Int(resolver.meanings[Int(index)] >> 3)
    let record = Int(node.b)
    let code = FunctionCode(name: Symbol(node.a), offset: node.c)
    let number = module.functions.count
    module.functions.append(code)
    code.documentation = Symbol(extra[record + 1])
    code.isMethod = resolver.functions[resolved].isMethod
    code.isGenerator = node.flags & NodeFlags.generator != 0
    code.parent = functionNumber
    if node.flags & NodeFlags.method != 0 {
      code.classNumber = classNumber
      code.className = module.classes[classNumber].name
    }

    let outer = (surroundings, finallyBlocks, chainEnd, functionNumber, classNumber)
    // Emitters change places, so that none is copied.
    var other = idleEmitters.popLast() ?? Emitter(code, number: resolved)
    swap(&emitter, &other)
    emitter.begin(code, number: resolved)
    emitter.anchor = node.c
    surroundings = []
    finallyBlocks = []
    chainEnd = nil
    functionNumber = number
    classNumber = -1

    parameters(of: node, code: code)
    let body = extra[record]
    if node.flags & NodeFlags.expressionBody != 0 {
      emitter.emit(.returnValue, anyRegister(body))
    } else {
      if node.flags & NodeFlags.importing != 0 {
        for position in 0..<nodes[Int(body)].b {
          hoistImports(extra[Int(nodes[Int(body)].a + position)])
        }
      }
      blockContents(nodes[Int(body)])
      emitter.anchor = max(node.end, 1) - 1
      emitter.emit(.returnNil)
    }
    finishFunction(at: node.c)
    swap(&emitter, &other)
    idleEmitters.append(other)
    (surroundings, finallyBlocks, chainEnd, functionNumber, classNumber) = outer

    let captures = resolver.functions[resolved].captures
    code.captures.reserveCapacity(captures.count)
    for position in 0..<captures.count {
      let capture = captures[position]
      let variable = variables[Int(capture.variable)]
      code.captures.append(
        CaptureSource(
          isRegister: capture.isParentLocal, isCell: variable.needsCell,
          index: UInt16(
            truncatingIfNeeded: capture.isParentLocal ? Int(variable.place) : Int(capture.index)),
          symbol: variable.symbol, importedVariable: variable.importedVariable))
    }
    return number
  }

  private mutating func parameters(of node: Node, code: FunctionCode) {
    let record = Int(node.b)
    let count = Int(extra[record + 2])
    if code.isMethod {
      let register = emitter.takeRegisters()
      code.parameters.append(Parameter(symbol: resolver.selfSymbol, hasDefault: false))
      let variable = variables + Int(resolver.functions[emitter.number].selfVariable)
      variable.pointee.place = Int32(register)
      _ = emitter.beginLocal(resolver.selfSymbol, register: register, isCell: false)
    }
    // Arguments arrive in the first registers; only then are cells made and defaults evaluated.
    let first = emitter.takeRegisters(count)
    if emitter.nextRegister > 255 {
      emitter.overflow("more than 255 parameters")
    }
    for position in 0..<count {
      let parameter = nodes[Int(extra[record + 3 + position])]
      if parameter.flags & NodeFlags.rest != 0 {
        code.rest = Symbol(parameter.a)
      } else {
        code.parameters.append(
          Parameter(symbol: Symbol(parameter.a), hasDefault: parameter.b != 0))
      }
    }
    for position in 0..<count {
      let index = extra[record + 3 + position]
      let parameter = nodes[Int(index)]
      if parameter.b != 0 {
        let passed = emitter.makeLabel()
        emitter.jump(.jumpIfDefined, first + position, to: passed)
        expression(parameter.b, into: first + position)
        emitter.place(passed)
      }
      declareLocal(index, in: first + position)
    }
  }

  // MARK: Classes

  mutating func classDeclaration(_ index: NodeIndex) {
    let node = nodes[Int(index)]
    let record = Int(node.c)
    let register = emitter.takeRegisters()
    if node.b != 0 {
      expression(node.b, into: register)
    } else {
      emitter.emit(.loadUndefined, register)
    }
    module.classes.append(
      ClassDescriptor(
        name: Symbol(node.a), documentation: Symbol(extra[record]), function: functionNumber))
    let number = module.classes.count - 1
    emitter.anchor = node.b != 0 ? nodes[Int(node.b)].anchor : extra[record + 1]
    emitter.emit(
      .makeClass, register,
      wide: emitter.constant(.classDescriptor, UInt64(number)))
    let count = Int(extra[record + 2])
    let outerClass = classNumber
    for position in 0..<count {
      let member = extra[record + 3 + position]
      let memberNode = nodes[Int(member)]
      let temporary = emitter.takeRegisters()
      var name = Symbol.none
      var flags: UInt8 = 0
      if memberNode.kind == .declaration {
        name = Symbol(nodes[Int(memberNode.a)].a)
        flags = MemberFlags.constant
        if memberNode.b == 0 {
          emitter.emit(.loadNil, temporary)
        } else {
          expression(memberNode.b, into: temporary)
        }
      } else {
        name = Symbol(memberNode.a)
        if memberNode.flags & NodeFlags.isStatic != 0 { flags |= MemberFlags.isStatic }
        if memberNode.flags & NodeFlags.getter != 0 { flags |= MemberFlags.getter }
        classNumber = number
        function(member, into: temporary)
        classNumber = outerClass
      }
      let constant = emitter.constant(.string, UInt64(name.rawValue))
      emitter.emit(.defineMember, d: Int(flags), register, narrow(constant), temporary)
      emitter.releaseRegisters(from: temporary)
    }
    bind(register, to: index, isHoisted: true)
  }

  /// Lets the variable that `index` declares have the value in `register`, the last one taken: the
  /// register becomes the variable's own unless it was hoisted or is no local.
  mutating func bind(_ register: Register, to index: NodeIndex, isHoisted: Bool) {
    let (kind, number) = meaning(index)
    if kind == .local && !(isHoisted && variables[number].isHoisted) {
      declareLocal(index, in: register)
    } else {
      store(register, into: index)
      emitter.releaseRegisters(from: register)
    }
  }

  /// A constant's number as a 16-bit operand; too many constants are a limit of the function.
  mutating func narrow(_ constant: Int) -> Int {
    if constant < Instruction.operandLimit { return constant }
    emitter.overflow("more than \(Instruction.operandLimit) constants")
    return 0
  }
}
