import Lang

/// A program that arrives in pieces: what a REPL evaluates.
///
/// Names may be declared again.
public final class MachineSession {
  /// What a piece came to.
  public enum Outcome {
    /// The text is a correct beginning; more must follow.
    case incomplete
    /// It ran. The value of its last statement as `repr`, unless that is no expression or `nil`.
    case value(String?)
    case failed(LangError)
  }

  private let machine: Machine
  private let record: ModuleRecord
  private let number: Int
  private var module: ModuleReference?
  private var globals: [Symbol] = []

  /// The most variables that a session can have.
  public static let variableLimit = 65_536

  /// Makes a session that runs as the machine's main module.
  public init(_ machine: Machine) {
    self.machine = machine
    record = ModuleRecord(name: "__main__", folder: nil, form: .program)
    number = machine.engine.addModule(record)
    record.state = .loaded
  }

  /// Compiles and runs one piece.
  public func evaluate(_ text: String) -> Outcome {
    let engine = machine.engine
    let source = LoadedSource(name: "<input>", bytes: Array(text.utf8))
    record.loadedSource = source
    let outcome = source.bytes.withUnsafeBufferPointer {
      Compilation.compile(
        $0, symbols: engine.pointee.symbols, knownGlobals: globals.isEmpty ? nil : globals,
        allowsRedeclaration: true, showsExpressions: true)
    }
    switch outcome {
    case .failed(let diagnostics, let isIncomplete):
      if isIncomplete { return .incomplete }
      return .failed(
        .syntax(
          SyntaxFailure(diagnostics: diagnostics, name: "<input>", source: source.bytes)))
    case .compiled(let compiled):
      return run(compiled)
    }
  }

  private func run(_ compiled: CompiledModule) -> Outcome {
    let engine = machine.engine
    engine.setNativeStackLimit()
    let top = engine.pointee.top
    defer {
      engine.pointee.top = top
      engine.pointee.output.flush()
    }
    do throws(RaisedError) {
      let module: ModuleReference
      if let known = self.module {
        module = known
      } else {
        module = engine.makeModule(record: number, capacity: 256)
        self.module = module
        module.pointee.header.flags |= ModuleObject.isTracked
        record.module = module
        try engine.definePredefined(module, record)
      }
      if compiled.globals.count + 64 > MachineSession.variableLimit {
        throw engine.memoryError(MachineSession.variableLimit * MemoryLayout<Value>.stride)
      }
      if !engine.isWaitingForSwift(module) {
        engine.growVariables(of: module, by: max(0, compiled.globals.count - globals.count) + 64)
      }
      for symbol in compiled.globals where engine.slot(of: symbol, in: module) == nil {
        throw engine.memoryError(compiled.globals.count * MemoryLayout<Value>.stride)
      }
      globals = compiled.globals
      record.noteCode(of: compiled)
      let unit = Unit(compiled, module: module, source: record.source)
      if unit.bindsImportedNames { record.history.importingUnits.append(unit) }
      let function = engine.makeFunction(engine.prototype(0, of: unit))
      engine.root(Value(.function, function))
      let value = try engine.call(Value(.function, function))
      engine.root(value)
      if value.isNil { return .value(nil) }
      return .value(try engine.repr(value).string.text)
    } catch {
      return .failed(engine.makeLangError(error))
    }
  }
}
