import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// The first use of a module: its source is read, compiled and evaluated, and every reference to its
// proxy becomes the module. An error on the way leaves everything as it was.

extension Engine {
  /// Loads the module behind a proxy.
  func load(_ proxy: ProxyReference) throws(RaisedError) -> Value {
    try load(proxy.pointee.record)
  }

  /// Loads a module unless it is loaded; one that is loading answers with what it has so far.
  func load(_ number: Int, because reason: LoadReason = .firstUse) throws(RaisedError) -> Value {
    let record = pointee.modules.records[number]
    if record.state != .pending, let module = record.module { return Value(.module, module) }
    // The packages around it come first.
    if let dot = record.name.utf8.lastIndex(of: UInt8(ascii: ".")),
      let parent = pointee.modules.byName[String(record.name[..<dot])]
    {
      _ = try load(parent, because: reason)
      if record.state != .pending, let module = record.module { return Value(.module, module) }
    }
    try enterNativeRecursion()
    let load = ModuleLoad(reason: reason, cause: currentPlace)
    if pointee.modules.rules.isSealed {
      let error = sealedError(record, load)
      recordFailure(error, number, record, load)
      throw error
    }
    let top = pointee.top
    defer { pointee.top = top }
    pointee.modules.log.removePending()
    noteStep(.load, number, at: load.cause, load)
    pointee.modules.loading.append(ModuleInLoading(number: number, load: load))
    do throws(RaisedError) {
      try measure(load) { () throws(RaisedError) in try evaluate(number, record, load) }
      if let fault = pointee.modules.fault { try fault(.patch, record.name) }
    } catch {
      // Nothing half-built is kept; the next use tries again.
      pointee.modules.loading.removeLast()
      record.state = .pending
      record.module = nil
      record.history.importingUnits = []
      pointee.modules.log.addPending()
      noteFailure(error, number, record, load)
      throw error
    }
    pointee.modules.loading.removeLast()
    record.state = .loaded
    record.history.failure = nil
    record.history.loads.append(load)
    pointee.modules.log.finish(load)
    let module = record.module.unsafelyUnwrapped
    let value = Value(.module, module)
    root(value)
    noteStep(.loaded, number, at: load.cause, load)
    if let proxy = record.proxy {
      record.proxy = nil
      let holders = holdersForLog(of: Value(.proxy, proxy), in: proxy.pointee.holders)
      load.patched = patch(Value(.proxy, proxy), to: value, holders: proxy.pointee.holders)
      noteStep(.patch, number, at: load.cause, count: load.patched, holders: holders)
    }
    try announce(number, record, load)
    return value
  }

  /// Does the work of a load; the time and memory that it takes by itself go into `load`.
  ///
  /// What other loads within it take is theirs.
  func measure(_ load: ModuleLoad, _ body: () throws(RaisedError) -> Void) throws(RaisedError) {
    let outerTime = pointee.modules.log.nestedTime
    let outerBytes = pointee.modules.log.nestedBytes
    pointee.modules.log.nestedTime = 0
    pointee.modules.log.nestedBytes = 0
    let start = monotonicNanoseconds()
    let allocatedBefore = pointee.heap.allocatedCount
    defer {
      let whole = monotonicNanoseconds() &- start
      let allocated = pointee.heap.allocatedCount - allocatedBefore
      load.evaluating =
        whole &- load.reading &- load.parsing &- min(whole, pointee.modules.log.nestedTime)
      load.allocated = allocated - pointee.modules.log.nestedBytes
      pointee.modules.log.nestedTime = outerTime &+ whole
      pointee.modules.log.nestedBytes = outerBytes + allocated
    }
    try body()
  }

  /// Fills a new module.
  private func evaluate(
    _ number: Int, _ record: ModuleRecord, _ load: ModuleLoad
  ) throws(RaisedError) {
    if let initializer = record.initializer {
      if let fault = pointee.modules.fault { try fault(.evaluate, record.name) }
      let module = makeModule(record: number, capacity: 256)
      module.pointee.header.flags |= ModuleObject.isTracked
      record.module = module
      record.state = .loading
      try initializer(self, module)
      return
    }
    if record.form == .folder {
      // A plain folder: nothing to run.
      let module = makeModule(record: number, capacity: 64)
      module.pointee.header.flags |= ModuleObject.isTracked
      record.module = module
      try definePredefined(module, record)
      return
    }
    let source = try readSource(record, load)
    record.loadedSource = source
    let compiled = try compile(source, record, load)
    let function = try instantiate(compiled, record, number, source)
    record.module?.pointee.header.flags |= ModuleObject.isTracked
    load.codeBytes = compiled.byteCount
    root(Value(.function, function))
    record.state = .loading
    if let fault = pointee.modules.fault { try fault(.evaluate, record.name) }
    _ = try call(Value(.function, function))
  }

  /// Reads the source of a module as it is now.
  func readSource(
    _ record: ModuleRecord, _ load: ModuleLoad
  ) throws(RaisedError) -> LoadedSource {
    let start = monotonicNanoseconds()
    defer { load.reading = monotonicNanoseconds() &- start }
    let location = record.location
    guard let folder = record.folder, let fileName = record.fileName else {
      throw importError("module '\(record.name)' has no source")
    }
    if let fault = pointee.modules.fault { try fault(.read, record.name) }
    if folder.archive != nil, let fault = pointee.modules.fault { try fault(.inflate, record.name) }
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try folder.read(fileName, unless: StopCheck(self))
    } catch {
      if pointee.isInterrupted != 0 { throw interruption }
      let imported = record.importedAt.map { describe($0) } ?? "its import"
      let used = load.cause.map { describe($0) } ?? "its first use"
      throw importError(
        "module '\(record.name)' was found when it was imported (\(imported)) but cannot be read "
          + "at its first use (\(used)): \(error.reason) (\(location))")
    }
    load.sourceBytes = bytes.count
    load.isChanged = isChanged(record)
    // Events refer to the text for long: one that did not change is kept once.
    if let last = record.loadedSource, last.location == location, try isSame(last.bytes, bytes) {
      return last
    }
    return LoadedSource(
      name: location, location: location, bytes: bytes, unless: StopCheck(self))
  }

  private func isSame(_ a: [UInt8], _ b: [UInt8]) throws(RaisedError) -> Bool {
    if a.count != b.count { return false }
    var start = 0
    while start < a.count {
      let end = min(a.count, start + (1 << 20))
      if a[start..<end] != b[start..<end] { return false }
      start = end
      try checkInterruption()
    }
    return true
  }

  /// Whether the file of a module was changed after the module was found.
  private func isChanged(_ record: ModuleRecord) -> Bool {
    var status = stat()
    let file = record.folder?.archive?.file.path ?? record.location
    guard stat(file, &status) == 0 else { return false }
    let found = pointee.modules.log.startedAtTime + Int(record.foundAt)
    return status.st_ctim.tv_sec * 1_000_000_000 + status.st_ctim.tv_nsec > found
  }

  /// Compiles a source text.
  func compile(
    _ source: LoadedSource, _ record: ModuleRecord, _ load: ModuleLoad
  ) throws(RaisedError) -> CompiledModule {
    let start = monotonicNanoseconds()
    defer { load.parsing = monotonicNanoseconds() &- start }
    if let fault = pointee.modules.fault { try fault(.parse, record.name) }
    let outcome = source.bytes.withUnsafeBufferPointer {
      Compilation.compile($0, symbols: pointee.symbols, question: StopCheck(self).question)
    }
    switch outcome {
    case .stopped: throw interruption
    case .failed(let diagnostics, _): throw syntaxError(diagnostics, record, source)
    case .compiled(let compiled): return compiled
    }
  }

  /// Makes the module of compiled code; gives its body, to be called.
  func instantiate(
    _ compiled: CompiledModule, _ record: ModuleRecord, _ number: Int, _ source: LoadedSource
  ) throws(RaisedError) -> FunctionReference {
    let module = makeModule(record: number, capacity: compiled.globals.count * 2 + 64)
    for symbol in compiled.globals { _ = slot(of: symbol, in: module) }
    record.module = module
    try definePredefined(module, record)
    try defineDocumentation(module, compiled)
    let unit = Unit(compiled, module: module, source: source)
    if unit.bindsImportedNames { record.history.importingUnits = [unit] }
    return makeFunction(try prototype(0, of: unit))
  }

  /// Sets `__name__` and its like.
  func definePredefined(_ module: ModuleReference, _ record: ModuleRecord) throws(RaisedError) {
    try setVariable(of: module, pointee.names.moduleName, makeString(record.name))
    try setVariable(of: module, pointee.names.moduleFile, makeString(record.location))
    try setVariable(of: module, pointee.names.moduleDocumentation, .nil)
    try setVariable(of: module, pointee.names.modulePackage, makeString(record.package))
  }

  /// Sets `__doc__` from the `##` comment at the head of a source.
  func defineDocumentation(
    _ module: ModuleReference, _ compiled: CompiledModule
  ) throws(RaisedError) {
    if compiled.documentation == .none { return }
    try setVariable(
      of: module, pointee.names.moduleDocumentation, string(of: compiled.documentation))
  }

  // MARK: Places

  /// The expression that is being evaluated: the innermost call's position.
  var currentPlace: Place? {
    var frame = pointee.frame
    while frame > pointee.frames {
      if frame.pointee.function != pointee.bridge {
        let prototype = frame.pointee.function.pointee.prototype
        let code = prototype.pointee.source._withUnsafeGuaranteedRef { $0 }
        let index = frame.pointee.resume - UnsafePointer(prototype.pointee.code) - 1
        let source = prototype.pointee.unit._withUnsafeGuaranteedRef { $0.source }
        return Place(
          source: source, offset: code.anchors[max(0, min(index, code.anchors.count - 1))])
      }
      frame -= 1
    }
    return nil
  }

  /// `file:line` of a place.
  func describe(_ place: Place) -> String {
    "\(place.source.name):\(place.source.text.location(of: place.offset).line)"
  }
}
