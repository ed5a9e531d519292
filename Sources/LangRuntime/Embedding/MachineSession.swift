import Lang

/// A program that arrives in pieces: what a REPL evaluates.
///
/// Names may be declared again. The variable `_` holds the last value that was shown, `_error` the last
/// error.
public final class MachineSession {
  /// What a piece came to.
  public enum Outcome {
    /// The text is a correct beginning; more must follow.
    case incomplete
    /// It ran. The value of its last statement, unless that is no expression or `nil`.
    case value(ShownValue?)
    case failed(LangError)
  }

  let machine: Machine
  private let record: ModuleRecord
  private let number: Int
  private(set) var module: ModuleReference?
  /// Its variables, in the order of their slots.
  private(set) var globals: [Symbol] = []
  private let lastValue: Symbol
  private let lastError: Symbol

  /// The most variables that a session can have.
  public static let variableLimit = 65_536

  /// Makes a session that runs as the machine's main module.
  ///
  /// - Parameter continuesProgram: Go on in the module of the program that ran last, with its variables.
  public init(_ machine: Machine, continuesProgram: Bool = false) {
    self.machine = machine
    let engine = machine.engine
    lastValue = engine.pointee.symbols.intern("_")
    lastError = engine.pointee.symbols.intern("_error")
    if continuesProgram, let known = engine.pointee.modules.byName["__main__"],
      let module = engine.pointee.modules.records[known].module
    {
      number = known
      record = engine.pointee.modules.records[known]
      self.module = module
      globals = MachineSession.variables(of: module)
      define(lastValue, .nil)
      define(lastError, .nil)
      globals = MachineSession.variables(of: module)
    } else {
      record = ModuleRecord(name: "__main__", folder: nil, form: .program)
      number = engine.addModule(record)
    }
    record.state = .loaded
  }

  /// Compiles and runs one piece.
  ///
  /// - Parameters:
  ///   - text: The piece.
  ///   - limits: How much is taken of the value that it comes to.
  public func evaluate(_ text: String, showing limits: ShownValue.Limits = .none) -> Outcome {
    let source = LoadedSource(
      name: "<input>", bytes: Array(text.utf8), unless: StopCheck(machine.engine))
    switch compile(source.bytes) {
    case .stopped: return .failed(machine.engine.makeLangError(machine.engine.interruption))
    case .failed(let diagnostics, let isIncomplete):
      if isIncomplete { return .incomplete }
      return .failed(
        .syntax(
          SyntaxFailure(diagnostics: diagnostics, name: "<input>", source: source.bytes)))
    case .compiled(let compiled):
      record.loadedSource = source
      return run(compiled, limits)
    }
  }

  /// Whether a text is a correct beginning to which more must be added; runs nothing.
  ///
  /// ``Machine/interrupt()`` ends it with false; it is ``evaluate(_:showing:)`` that notices then.
  public func isIncomplete(_ text: String) -> Bool {
    if case .failed(_, isIncomplete: true) = compile(Array(text.utf8)) { return true }
    return false
  }

  /// Loads a module as ``Machine/loadModule(_:)`` does; `_error` is then the error that it throws.
  public func loadModule(_ name: String) throws(LangError) {
    try machine.loadModule(name) { define(lastError, $0) }
  }

  /// Reloads a module as ``Machine/reloadModule(_:)`` does; `_error` is then the error that it throws.
  public func reloadModule(_ name: String) throws(LangError) -> ModuleReload {
    try machine.reloadModule(name) { define(lastError, $0) }
  }

  private func compile(_ bytes: [UInt8]) -> Compilation.Outcome {
    let known = globals.isEmpty ? startingGlobals : globals
    return bytes.withUnsafeBufferPointer {
      Compilation.compile(
        $0, symbols: machine.engine.pointee.symbols, knownGlobals: known,
        allowsRedeclaration: true, showsExpressions: true,
        question: StopCheck(machine.engine).question)
    }
  }

  /// The variables that a new session has, in the order of their slots.
  private var startingGlobals: [Symbol] {
    let symbols = machine.engine.pointee.symbols
    return PredefinedGlobals.all.map { symbols.intern($0) } + [lastValue, lastError]
  }

  private static func variables(of module: ModuleReference) -> [Symbol] {
    let names = module.pointee.names
    var symbols = [Symbol](repeating: .none, count: module.pointee.slotCount)
    for position in 0..<names.count {
      let entry = names.entries.unsafelyUnwrapped[position]
      symbols[entry.value.int] = entry.symbol
    }
    return symbols
  }

  /// Sets a variable; not when there is no room for another one.
  private func define(_ symbol: Symbol, _ value: Value) {
    guard let module else { return }
    try? machine.engine.setVariable(of: module, symbol, value)
  }

  private func run(_ compiled: CompiledModule, _ limits: ShownValue.Limits) -> Outcome {
    let engine = machine.engine
    engine.setNativeStackLimit()
    let top = engine.pointee.top
    defer {
      engine.pointee.top = top
      engine.pointee.output.flush(engine)
      // `import *` has entered names that no text declares.
      if let module, module.pointee.slotCount > globals.count {
        globals = MachineSession.variables(of: module)
      }
    }
    do throws(RaisedError) {
      let function = try prepare(compiled)
      engine.root(Value(.function, function))
      let value = try engine.call(Value(.function, function))
      engine.root(value)
      if value.isNil { return .value(nil) }
      let shown = try engine.show(value, limits)
      if !(value.tag == .deferred && shown.description == "nil") { define(lastValue, value) }
      return .value(shown)
    } catch {
      if engine.isError(error.value) { define(lastError, error.value) }
      return .failed(engine.makeLangError(error))
    }
  }

  /// Enters the variables of a piece into the module; gives the function that runs it.
  private func prepare(_ compiled: CompiledModule) throws(RaisedError) -> FunctionReference {
    let engine = machine.engine
    let module: ModuleReference
    if let known = self.module {
      module = known
    } else {
      module = engine.makeModule(record: number, capacity: 256)
      self.module = module
      module.pointee.header.flags |= ModuleObject.isTracked
      record.module = module
      try engine.definePredefined(module, record)
      define(lastValue, .nil)
      define(lastError, .nil)
    }
    if compiled.globals.count + 64 > MachineSession.variableLimit {
      throw engine.memoryError(MachineSession.variableLimit * MemoryLayout<Value>.stride)
    }
    if !engine.isWaitingForSwift(module) {
      try engine.growVariables(of: module, by: max(0, compiled.globals.count - globals.count) + 64)
    }
    for symbol in compiled.globals where engine.slot(of: symbol, in: module) == nil {
      throw engine.memoryError(compiled.globals.count * MemoryLayout<Value>.stride)
    }
    globals = compiled.globals
    record.noteCode(of: compiled)
    let unit = Unit(compiled, module: module, source: record.source)
    if unit.bindsImportedNames { record.history.importingUnits.append(unit) }
    return engine.makeFunction(try engine.prototype(0, of: unit))
  }
}
