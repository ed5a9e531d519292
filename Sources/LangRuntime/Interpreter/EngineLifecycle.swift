import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// The beginning and the end of an engine.

extension Limits {
  /// Three quarters of the machine's memory.
  public static let defaultMemory: Int = {
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let size = sysconf(Int32(_SC_PAGESIZE))
    return pages > 0 && size > 0 ? pages * size / 4 * 3 : 4 << 30
  }()
}

extension Engine {
  /// Values that the stack can hold: 128 MB of address space, of which only what is used is memory.
  private static var stackCapacity: Int { 8 << 20 }

  /// Makes an engine with its built-in types and functions.
  static func make(limits: Limits, output: OutputStream) -> Engine {
    let engine = Engine.allocate(capacity: 1)
    let symbols = SymbolTable()
    let stack = reserve(Value.self, capacity: stackCapacity)
    let frames = reserve(Frame.self, capacity: limits.depth + 8)
    let classCount = Tag.heapKindLimit - Int(Tag.undefined.rawValue)
    let classes = UnsafeMutablePointer<ClassReference?>.allocate(capacity: classCount)
    classes.initialize(repeating: nil, count: classCount)
    let characters = UnsafeMutablePointer<StringReference?>.allocate(capacity: 128)
    characters.initialize(repeating: nil, count: 128)
    let attention = UnsafeMutableRawPointer(engine).assumingMemoryBound(to: UInt8.self)
    var heap = Heap(attention: attention)
    heap.limit = limits.memory
    // Pointers that are filled in below; nothing reads them before.
    let nothing = UnsafeMutablePointer<ClassObject>(bitPattern: 16).unsafelyUnwrapped
    let noFunction = UnsafeMutablePointer<FunctionObject>(bitPattern: 16).unsafelyUnwrapped
    let noCode = UnsafePointer<Instruction>(bitPattern: 16).unsafelyUnwrapped
    engine.initialize(
      to: EngineState(
        heap: heap, stack: stack, stackLimit: stack + 4096, stackEnd: stack + stackCapacity - 8192,
        top: stack, frames: frames, frame: frames, frameLimit: frames + limits.depth,
        nativeStackLimit: 0, stepsLeft: limits.steps ?? Int.max, limits: limits, symbols: symbols,
        symbolStrings: .allocate(capacity: 1), symbolStringCapacity: 0, characters: characters,
        classes: classes,
        errors: ErrorClasses(
          error: nothing, typeError: nothing, valueError: nothing, nameError: nothing,
          attributeError: nothing, indexError: nothing, keyError: nothing,
          zeroDivisionError: nothing, importError: nothing, assertionError: nothing,
          ioError: nothing, memoryError: nothing, recursionError: nothing, stopIteration: nothing,
          syntaxError: nothing, interrupt: nothing, exit: nothing),
        names: WellKnownNames(symbols), nativeTable: .allocate(capacity: 512), nativeCapacity: 512,
        builtins: .allocate(capacity: BuiltinNames.all.count), modules: ModuleTable(),
        handles: .allocate(capacity: 16), handleCapacity: 16, bridge: noFunction,
        bridgeReturn: noCode, unresolved: .allocate(capacity: 16), unresolvedCapacity: 16,
        generators: .allocate(capacity: 16), generatorCapacity: 16, output: output,
        errorOutput: OutputStream(descriptor: 2)))
    engine.setNativeStackLimit()
    engine.pointee.attention = limits.steps == nil ? 0 : 1
    engine.installBuiltins()
    engine.makeBridge()
    engine.pointee.frames.pointee = Frame(
      function: engine.pointee.bridge, base: stack, resume: engine.pointee.bridgeReturn,
      exit: .native, resultOffset: 0, generator: nil)
    return engine
  }

  /// Reserves address space that becomes memory page by page as it is used.
  private static func reserve<Element>(
    _: Element.Type, capacity: Int
  ) -> UnsafeMutablePointer<Element> {
    let memory = mmap(
      nil, capacity * MemoryLayout<Element>.stride, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | Int32(MAP_NORESERVE), -1, 0)
    guard let memory, memory != MAP_FAILED else {
      fatalError("lang: no address space for the machine's stack")
    }
    return memory.assumingMemoryBound(to: Element.self)
  }

  /// Measures the native stack from here: machines run on the thread that calls them.
  func setNativeStackLimit() {
    var marker: UInt8 = 0
    let here = withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
    let budget = UInt(pointee.limits.nativeStack)
    pointee.nativeStackLimit = here > budget ? here - budget : 0
  }

  /// Makes the function whose frames stand between Swift code and what it calls.
  private func makeBridge() {
    let record = ModuleRecord(name: "<bridge>", folder: nil, form: .machine)
    let module = makeModule(record: pointee.modules.records.count, capacity: 1)
    module.pointee.header.flags |= ModuleObject.isTracked
    record.module = module
    record.state = .loaded
    pointee.modules.records.append(record)
    let compiled = CompiledModule.bridge(symbols: pointee.symbols)
    let unit = Unit(compiled, module: module, source: record.source)
    guard let prototype = try? prototype(0, of: unit) else { fatalError("lang: no bridge") }
    pointee.bridge = makeFunction(prototype)
    pointee.bridgeReturn = UnsafePointer(pointee.bridge.pointee.prototype.pointee.code)
    addHandle(Value(.function, pointee.bridge))
  }

  /// Roots a value for good; returns the handle's number.
  @discardableResult
  func addHandle(_ value: Value) -> Int {
    if pointee.handleCount == pointee.handleCapacity {
      let grown = UnsafeMutablePointer<Value>.allocate(capacity: pointee.handleCapacity * 2)
      grown.update(from: pointee.handles, count: pointee.handleCount)
      pointee.handles.deallocate()
      pointee.handles = grown
      pointee.handleCapacity *= 2
    }
    pointee.handles[pointee.handleCount] = value
    pointee.handleCount += 1
    return pointee.handleCount - 1
  }

  /// Frees everything.
  func destroy() {
    pointee.output.flush(self)
    pointee.output.deallocate()
    pointee.errorOutput.deallocate()
    pointee.input.deallocate()
    // Closes the files that are left, which write what they have.
    pointee.heap.deallocate()
    pointee.wakePipe.close()
    munmap(pointee.stack, Engine.stackCapacity * MemoryLayout<Value>.stride)
    munmap(pointee.frames, (pointee.limits.depth + 8) * MemoryLayout<Frame>.stride)
    pointee.symbolStrings.deallocate()
    pointee.characters.deallocate()
    pointee.classes.deallocate()
    pointee.nativeTable.deinitialize(count: pointee.nativeCount)
    pointee.nativeTable.deallocate()
    pointee.builtins.deallocate()
    pointee.handles.deallocate()
    pointee.unresolved.deallocate()
    pointee.generators.deallocate()
    pointee.lookups.deallocate()
    deinitialize(count: 1)
    deallocate()
  }

  // MARK: Built-in types and functions

  /// Adds a native function to the table; returns its number.
  func addNative(_ definition: NativeDefinition) -> Int {
    if pointee.nativeCount == pointee.nativeCapacity {
      let grown = UnsafeMutablePointer<NativeDefinition>.allocate(
        capacity: pointee.nativeCapacity * 2)
      grown.moveInitialize(from: pointee.nativeTable, count: pointee.nativeCount)
      pointee.nativeTable.deallocate()
      pointee.nativeTable = grown
      pointee.nativeCapacity *= 2
    }
    (pointee.nativeTable + pointee.nativeCount).initialize(to: definition)
    pointee.nativeCount += 1
    return pointee.nativeCount - 1
  }

  /// Adds methods to a built-in class.
  func install(_ definitions: [NativeDefinition], in class: ClassReference) {
    for definition in definitions {
      let native = makeNative(addNative(definition), owner: `class`)
      `class`.pointee.members.set(
        pointee.symbols.intern(definition.name), Value(.native, native))
    }
  }
}
