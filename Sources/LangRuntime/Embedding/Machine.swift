import Lang

/// A machine that runs programs of the language.
///
/// ```swift
/// let machine = Machine()
/// machine.define("shout", parameters: ["text"]) { arguments in
///   .string(try arguments.string(0).uppercased())
/// }
/// try machine.run("print(shout('hello'))", name: "example.l")
/// ```
///
/// Machines in one process share nothing. A machine must be used from one thread at a time;
/// ``interrupt()`` alone may be called from any thread.
public final class Machine {
  let engine: Engine

  /// The version of the language and its machine.
  public static let version = "0.1.0"

  /// Makes a machine.
  ///
  /// - Parameters:
  ///   - limits: What programs may use.
  ///   - output: Gets what programs print; nil for standard output.
  ///   - modulePath: Where imports are looked for; see ``addModulePath(_:)``.
  /// - Complexity: A fraction of a millisecond: the built-in types are set up.
  public init(
    limits: Limits = Limits(), output: (@Sendable (UnsafeRawBufferPointer) -> Void)? = nil,
    modulePath: [String] = []
  ) {
    let stream = output.map { OutputStream(receiver: $0) } ?? OutputStream(descriptor: 1)
    engine = Engine.make(limits: limits, output: stream)
    engine.pointee.modules.path = modulePath
  }

  deinit { engine.destroy() }

  // MARK: Running

  /// Runs a program as the module `__main__`.
  ///
  /// - Parameters:
  ///   - source: The text.
  ///   - name: What messages call it.
  /// - Throws: ``LangError``: the text does not compile, or an error was not caught.
  public func run(_ source: String, name: String = "<string>") throws(LangError) {
    try run(Array(source.utf8), name: name)
  }

  /// Runs a program from its bytes, which must be UTF-8; see ``run(_:name:)-(String,_)``.
  public func run(_ source: [UInt8], name: String, location: String = "") throws(LangError) {
    let record = ModuleRecord(name: "__main__", folder: nil, form: .program)
    record.loadedSource = LoadedSource(
      name: name, location: location, bytes: source, unless: StopCheck(engine))
    if !location.isEmpty {
      record.history.programFolder = ModuleFolder(path: LangRuntime.folder(of: location))
    }
    try run(record)
  }

  /// Runs the program that a record describes.
  func run(_ record: ModuleRecord) throws(LangError) {
    let number = engine.addModule(record)
    try evaluate {
      [engine] () throws(LangError) in
      let function = try Machine.compile(engine, record, number)
      do throws(RaisedError) {
        engine.root(Value(.function, function))
        record.state = .loading
        record.module?.pointee.header.flags |= ModuleObject.isTracked
        _ = try engine.call(Value(.function, function))
        record.state = .loaded
      } catch {
        throw engine.makeLangError(error)
      }
    }
  }

  /// Parses and compiles a text without running it.
  ///
  /// - Throws: ``LangError/syntax(_:)`` with everything that is wrong.
  public func check(_ source: [UInt8], name: String) throws(LangError) {
    let symbols = SymbolTable()
    let outcome = source.withUnsafeBufferPointer { Compilation.compile($0, symbols: symbols) }
    if case .failed(let diagnostics, _) = outcome {
      throw .syntax(SyntaxFailure(diagnostics: diagnostics, name: name, source: source))
    }
  }

  private static func compile(
    _ engine: Engine, _ record: ModuleRecord, _ number: Int
  ) throws(LangError) -> FunctionReference {
    let outcome = record.source.bytes.withUnsafeBufferPointer {
      Compilation.compile(
        $0, symbols: engine.pointee.symbols, question: StopCheck(engine).question)
    }
    switch outcome {
    case .stopped: throw engine.makeLangError(engine.interruption)
    case .failed(let diagnostics, _):
      throw .syntax(
        SyntaxFailure(
          diagnostics: diagnostics, name: record.source.name, source: record.source.bytes))
    case .compiled(let compiled):
      record.noteCode(of: compiled)
      do throws(RaisedError) {
        return try engine.instantiate(compiled, record, number, record.source)
      } catch {
        throw engine.makeLangError(error)
      }
    }
  }

  /// Runs Swift code that calls the engine, with the stack as it was before afterwards.
  func evaluate(_ body: () throws(LangError) -> Void) throws(LangError) {
    engine.setNativeStackLimit()
    let top = engine.pointee.top
    defer { engine.pointee.top = top }
    do throws(LangError) {
      try body()
      engine.flush(after: nil)
    } catch {
      engine.flush(after: error)
      throw error
    }
  }

  // MARK: Values in and out

  /// The value of a variable of the main module, or nil when there is none.
  ///
  /// A name that was imported from a module is looked up there, which may load it; one that cannot be is
  /// ``HostValue/other(_:)``.
  public func variable(_ name: String) -> HostValue? {
    guard let number = engine.pointee.modules.byName["__main__"],
      let module = engine.pointee.modules.records[number].module,
      let entry = module.pointee.names.entry(engine.pointee.symbols.intern(name))
    else { return nil }
    let value = module.pointee.slots[entry.pointee.value.int]
    if value.isUndefined { return nil }
    var exported: HostValue?
    try? evaluate {
      [engine] () throws(LangError) in
      do throws(RaisedError) {
        engine.root(value)
        exported = try engine.export(value)
      } catch {
        throw engine.makeLangError(error)
      }
    }
    return exported ?? .other("<a name that cannot be imported>")
  }

  /// Calls a function of the main module.
  ///
  /// - Throws: ``LangError``: there is no such function, or it threw.
  public func call(_ name: String, _ arguments: HostValue...) throws(LangError) -> HostValue {
    guard let number = engine.pointee.modules.byName["__main__"],
      let module = engine.pointee.modules.records[number].module,
      let entry = module.pointee.names.entry(engine.pointee.symbols.intern(name))
    else {
      throw .runtime(
        RuntimeFailure(
          className: "NameError", message: "undefined name '\(name)'", stack: [], notes: [],
          plainReport: "", coloredReport: ""))
    }
    let callee = module.pointee.slots[entry.pointee.value.int]
    var result = HostValue.nil
    try evaluate {
      [engine] () throws(LangError) in
      do throws(RaisedError) {
        engine.root(callee)
        var values: [Value] = []
        for argument in arguments {
          let value = engine.import(argument)
          engine.root(value)
          values.append(value)
        }
        let returned = try engine.call(callee, values)
        engine.root(returned)
        result = try engine.export(returned)
      } catch {
        throw engine.makeLangError(error)
      }
    }
    return result
  }

  /// The functions that the main module has defined, in the order in which it declares them.
  public var functionNames: [String] {
    guard let number = engine.pointee.modules.byName["__main__"],
      let module = engine.pointee.modules.records[number].module
    else { return [] }
    let names = module.pointee.names
    return (0..<names.count).compactMap { position in
      let entry = names.entries.unsafelyUnwrapped[position]
      let value = module.pointee.slots[entry.value.int]
      guard value.tag == .function, value.function.pointee.prototype.pointee.module == module
      else { return nil }
      return engine.pointee.symbols.text(of: entry.symbol)
    }
  }

  // MARK: Native functions and modules

  /// Adds a function that every program run afterwards can import from the module `host`.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - parameters: The names of its parameters; all must be passed, by position or name.
  ///   - body: The function. What it throws becomes a `ValueError` unless it is a ``HostError``.
  public func define(
    _ name: String, parameters: [String] = [], in module: String = "host",
    body: @escaping (HostArguments) throws -> HostValue
  ) {
    defineModule(module, functions: [HostFunction(name, parameters: parameters, body: body)])
  }

  /// Adds a native module; its functions are made at its first use.
  public func defineModule(_ name: String, functions: [HostFunction]) {
    let earlier = engine.pointee.modules.native(name)?.initializer
    engine.pointee.modules.natives[name] = NativeModule(precedesPath: true) {
      (engine, module) throws(RaisedError) in
      try earlier?(engine, module)
      try engine.define(functions.map(\.definition), in: module)
    }
  }

  // MARK: Looking inside

  /// The bytecode of a text, for people.
  ///
  /// - Throws: ``LangError/syntax(_:)`` when the text does not compile.
  public func disassemble(_ source: [UInt8], name: String) throws(LangError) -> String {
    let outcome = source.withUnsafeBufferPointer {
      Compilation.compile($0, symbols: SymbolTable())
    }
    switch outcome {
    case .failed(let diagnostics, _):
      throw .syntax(SyntaxFailure(diagnostics: diagnostics, name: name, source: source))
    case .stopped: return ""
    case .compiled(let compiled):
      return Disassembler(compiled, source: SourceText(name: name, bytes: source)).text
    }
  }

  // MARK: Control

  /// Writes out what programs have printed so far.
  ///
  /// - Parameter waits: Whether to wait for a reader that does not read (a full pipe, a stopped
  ///   terminal); otherwise the rest stays where it is.
  /// - Returns: False when something stays: it was not to be waited for, or ``interrupt()`` was called.
  @discardableResult
  public func flushOutput(waits: Bool = true) -> Bool {
    engine.pointee.output.flush(engine, waits: waits)
  }

  /// Ends the line that programs have begun to print, if they have, and writes it all out.
  ///
  /// For who writes to the same place, such as a prompt.
  ///
  /// - Returns: Whether there was a line to end.
  @discardableResult
  public func finishOutputLine() -> Bool {
    let isInLine = !engine.pointee.output.isAtLineStart
    if isInLine {
      var lineEnd: UInt8 = 0x0A
      engine.pointee.output.write(&lineEnd, count: 1, engine)
    }
    engine.pointee.output.flush(engine)
    return isInLine
  }

  /// Whether `input` may read more of standard input than the line that it gives, which is faster;
  /// otherwise whoever reads next, in this process or another, gets what is behind the line.
  public var inputReadsAhead: Bool {
    get { engine.pointee.input.readsAhead }
    set { engine.pointee.input.readsAhead = newValue }
  }

  /// Asks the running program to stop with an `Interrupt`; from any thread, at any time.
  ///
  /// The program stops at its next call or loop round, and built-in functions in the middle of what
  /// they do, within some milliseconds.
  public func interrupt() { MachineInterrupter(self).interrupt() }

  /// How often the collector ran, its longest pause in nanoseconds, and bytes in use.
  public var collectorStatistics: (collections: Int, longestPause: UInt64, bytes: Int) {
    (engine.pointee.collections, engine.pointee.longestPause, engine.pointee.heap.byteCount)
  }

  /// Collects at every opportunity, to find errors in native code.
  public var isCollectorStressed: Bool {
    get { engine.pointee.heap.isStressed }
    set {
      engine.pointee.heap.isStressed = newValue
      if newValue { engine.pointee.heap.allow(0) }
    }
  }

  /// The system's error number (`EPIPE`, say) when standard output could not be written to.
  public var outputFailure: Int32? {
    engine.pointee.output.failure == 0 ? nil : engine.pointee.output.failure
  }
}

/// Interrupts one machine; can be handed to another thread or a signal handler.
///
/// It must not be used after its machine has gone.
public struct MachineInterrupter: @unchecked Sendable {
  private let engine: Engine

  /// Makes an interrupter of `machine`.
  public init(_ machine: Machine) { engine = machine.engine }

  /// Whether the machine has not noticed an interruption yet.
  public var isPending: Bool { engine.pointee.isInterrupted != 0 }

  /// Takes an interruption back that the machine has not noticed; only while it does not run.
  public func clear() { engine.pointee.isInterrupted = 0 }

  /// See ``Machine/interrupt()``.
  public func interrupt() {
    // Two plain stores of a byte, in this order; the interpreter reads them in the other.
    engine.pointee.isInterrupted = 1
    engine.pointee.attention = 1
    // It may be waiting for a terminal or a pipe.
    engine.pointee.wakePipe.wake()
  }
}
