import Lang

// The life of a module: an import binds a proxy, the first attribute loads, loading patches.

extension Engine {
  // MARK: Binding

  /// `import a.b`: finds the module and gives what the name is bound to.
  func importModule(
    _ descriptor: ImportDescriptor, importer: Int
  ) throws(RaisedError) -> Value {
    let name = try absoluteName(descriptor, importer: importer)
    guard let record = findModule(name) else { throw missingModule(name) }
    note(record, importedBy: importer, at: descriptor.offset)
    if descriptor.isEager { _ = try load(record) }
    if descriptor.bindsLeaf || descriptor.level > 0 { return reference(to: record) }
    let first = pointee.symbols.text(of: descriptor.path[0])
    return reference(to: pointee.modules.byName[first].unsafelyUnwrapped)
  }

  /// `from m import x`: finds the module and gives the deferred name.
  func importName(_ descriptor: ImportDescriptor, importer: Int) throws(RaisedError) -> Value {
    let name = try absoluteName(descriptor, importer: importer)
    guard let record = findModule(name) else { throw missingModule(name) }
    note(record, importedBy: importer, at: descriptor.offset)
    if descriptor.isEager { _ = try load(record) }
    let memory = pointee.heap.allocate(MemoryLayout<DeferredObject>.size, kind: .deferred)
    let deferred = memory.assumingMemoryBound(to: DeferredObject.self)
    deferred.pointee.record = record
    deferred.pointee.name = descriptor.name
    deferred.pointee.importOffset = descriptor.offset
    deferred.pointee.importer = importer
    deferred.pointee.resolved = .undefined
    deferred.pointee.holders = HolderTable()
    let value = Value(.deferred, deferred)
    if descriptor.isEager { return try resolveDeferred(value) }
    if pointee.modules.records[record].state == .loaded,
      let module = pointee.modules.records[record].module,
      let entry = module.pointee.names.entry(descriptor.name)
    {
      let known = module.pointee.slots[entry.pointee.value.int]
      if !known.isUndefined { return known }
    }
    addUnresolved(value.header)
    return value
  }

  /// `from m import *`: loads now and binds every public name.
  func importStar(_ descriptor: ImportDescriptor, into module: ModuleReference) throws(RaisedError)
  {
    let name = try absoluteName(descriptor, importer: module.pointee.record)
    guard let record = findModule(name) else { throw missingModule(name) }
    note(record, importedBy: module.pointee.record, at: descriptor.offset)
    let source = try load(record).module
    let names = source.pointee.names
    for position in 0..<names.count {
      let entry = names.entries.unsafelyUnwrapped[position]
      let value = source.pointee.slots[entry.value.int]
      if value.isUndefined || pointee.symbols.bytes(of: entry.symbol).first == UInt8(ascii: "_") {
        continue
      }
      try setVariable(of: module, entry.symbol, value)
    }
  }

  /// The full name that an import means: leading dots count from the importer's package.
  private func absoluteName(
    _ descriptor: ImportDescriptor, importer: Int
  ) throws(RaisedError) -> String {
    let path = descriptor.path.map { pointee.symbols.text(of: $0) }
    if descriptor.level == 0 { return path.joined(separator: ".") }
    var package = pointee.modules.records[importer].package
    for _ in 1..<descriptor.level {
      guard let dot = package.lastIndex(of: ".") else {
        throw importError("the relative import reaches beyond the outermost package")
      }
      package = String(package[..<dot])
    }
    var parts = package.isEmpty ? [] : [package]
    if parts.isEmpty && pointee.modules.records[importer].name != "__main__" {
      throw importError("a relative import needs a package around the module")
    }
    parts += path
    // `from . import x`: x is found inside the package.
    return parts.joined(separator: ".")
  }

  /// The module when it is loaded, its one proxy otherwise.
  func reference(to number: Int) -> Value {
    let record = pointee.modules.records[number]
    if record.state == .loaded, let module = record.module { return Value(.module, module) }
    if let proxy = record.proxy { return Value(.proxy, proxy) }
    let memory = pointee.heap.allocate(MemoryLayout<ProxyObject>.size, kind: .proxy)
    let proxy = memory.assumingMemoryBound(to: ProxyObject.self)
    proxy.pointee.record = number
    proxy.pointee.holders = HolderTable()
    record.proxy = proxy
    addUnresolved(Value(.proxy, proxy).header)
    return Value(.proxy, proxy)
  }

  private func addUnresolved(_ header: UnsafeMutablePointer<ObjectHeader>) {
    if pointee.unresolvedCount == pointee.unresolvedCapacity {
      let capacity = pointee.unresolvedCapacity * 2
      let grown = UnsafeMutablePointer<UnsafeMutablePointer<ObjectHeader>>.allocate(
        capacity: capacity)
      grown.update(from: pointee.unresolved, count: pointee.unresolvedCount)
      pointee.unresolved.deallocate()
      pointee.unresolved = grown
      pointee.unresolvedCapacity = capacity
    }
    pointee.unresolved[pointee.unresolvedCount] = header
    pointee.unresolvedCount += 1
  }

  /// Remembers where a module was imported first.
  private func note(_ number: Int, importedBy importer: Int, at offset: UInt32) {
    let record = pointee.modules.records[number]
    if record.importedFrom.isEmpty { record.importedFrom = place(offset, in: importer) }
  }

  /// `file:line` of an offset in a module's source.
  func place(_ offset: UInt32, in number: Int) -> String {
    let record = pointee.modules.records[number]
    return "\(record.source.name):\(record.source.text.location(of: offset).line)"
  }

  // MARK: Loading

  /// Loads the module behind a proxy.
  func load(_ proxy: ProxyReference) throws(RaisedError) -> Value {
    try load(proxy.pointee.record)
  }

  /// Loads a module unless it is loaded; one that is loading answers with what it has so far.
  func load(_ number: Int) throws(RaisedError) -> Value {
    let record = pointee.modules.records[number]
    if record.state != .pending, let module = record.module { return Value(.module, module) }
    // The packages around it come first.
    if let dot = record.name.lastIndex(of: "."),
      let parent = pointee.modules.byName[String(record.name[..<dot])]
    {
      _ = try load(parent)
      if record.state != .pending, let module = record.module { return Value(.module, module) }
    }
    try enterNativeRecursion()
    let top = pointee.top
    defer { pointee.top = top }
    do throws(RaisedError) {
      try evaluate(number, record)
    } catch {
      // Nothing half-built is kept; the next use tries again.
      record.state = .pending
      record.module = nil
      throw error
    }
    record.state = .loaded
    let module = Value(.module, record.module.unsafelyUnwrapped)
    if let proxy = record.proxy {
      record.proxy = nil
      patch(Value(.proxy, proxy), to: module, holders: proxy.pointee.holders)
    }
    return module
  }

  private func evaluate(_ number: Int, _ record: ModuleRecord) throws(RaisedError) {
    if let initializer = record.initializer {
      let module = makeModule(record: number, capacity: 256)
      record.module = module
      record.state = .loading
      try initializer(self, module)
      return
    }
    if record.isPackage && !record.location.hasSuffix("/init.l") {
      // A plain folder: nothing to run.
      let module = makeModule(record: number, capacity: 64)
      record.module = module
      try definePredefined(module, record)
      return
    }
    do {
      record.source = LoadedSource(
        name: record.location, bytes: try readFile(record.location))
    } catch {
      throw importError(
        "module '\(record.name)' cannot be read: \(error.reason) (\(record.location), imported at "
          + "\(record.importedFrom))")
    }
    let function = try compile(record, number: number)
    root(Value(.function, function))
    record.state = .loading
    _ = try call(Value(.function, function))
  }

  /// Compiles a record's source into a new module; gives its body.
  func compile(_ record: ModuleRecord, number: Int) throws(RaisedError) -> FunctionReference {
    let outcome = record.source.bytes.withUnsafeBufferPointer {
      Compilation.compile($0, symbols: pointee.symbols)
    }
    switch outcome {
    case .failed(let diagnostics, _):
      throw syntaxError(diagnostics, record)
    case .compiled(let compiled):
      return try instantiate(compiled, record, number)
    }
  }

  /// Makes the module of compiled code; gives its body, to be called.
  func instantiate(
    _ compiled: CompiledModule, _ record: ModuleRecord, _ number: Int
  ) throws(RaisedError) -> FunctionReference {
    let module = makeModule(record: number, capacity: compiled.globals.count + 64)
    for symbol in compiled.globals { _ = slot(of: symbol, in: module) }
    record.module = module
    try definePredefined(module, record)
    if compiled.documentation != .none {
      try setVariable(
        of: module, pointee.names.moduleDocumentation, string(of: compiled.documentation))
    }
    return makeFunction(prototype(0, of: Unit(compiled, module: module, source: record.source)))
  }

  /// Sets `__name__` and its like.
  func definePredefined(_ module: ModuleReference, _ record: ModuleRecord) throws(RaisedError) {
    try setVariable(of: module, pointee.names.moduleName, makeString(record.name))
    try setVariable(of: module, pointee.names.moduleFile, makeString(record.location))
    try setVariable(of: module, pointee.names.moduleDocumentation, .nil)
    try setVariable(of: module, pointee.names.modulePackage, makeString(record.package))
  }

  /// A SyntaxError that carries what is wrong with a module's source.
  func syntaxError(_ diagnostics: [Diagnostic], _ record: ModuleRecord) -> RaisedError {
    let renderer = DiagnosticRenderer()
    let text = record.source.text
    let rendered = diagnostics.map { renderer.render($0, in: text) }.joined(separator: "\n")
    let count = diagnostics.count
    return makeError(
      pointee.errors.syntaxError,
      "module '\(record.name)' does not compile (\(count) error\(count == 1 ? "" : "s"))\n"
        + rendered)
  }

  // MARK: Deferred names

  /// The value itself, or what a deferred name stands for.
  @inline(__always)
  func resolved(_ value: Value) throws(RaisedError) -> Value {
    value.tag == .deferred ? try resolveDeferred(value) : value
  }

  /// Resolves what a register holds, in place; false with an error pending.
  @inline(never)
  func resolveInPlace(_ place: UnsafeMutablePointer<Value>) -> Bool {
    openStack()
    do throws(RaisedError) {
      place.pointee = try resolveDeferred(place.pointee)
      return true
    } catch {
      return fail(error)
    }
  }

  /// Loads the module of a deferred name, finds the value, and patches it into every holder.
  @inline(never)
  func resolveDeferred(_ value: Value) throws(RaisedError) -> Value {
    let deferred = value.deferred
    if !deferred.pointee.resolved.isUndefined { return deferred.pointee.resolved }
    let top = pointee.top
    defer { pointee.top = top }
    root(value)
    let module = try load(deferred.pointee.record)
    // Loading may have used the name itself.
    if !deferred.pointee.resolved.isUndefined { return deferred.pointee.resolved }
    var found = try findAttribute(of: module, deferred.pointee.name)
    if found.isUndefined {
      let record = pointee.modules.records[deferred.pointee.record]
      let name = pointee.symbols.text(of: deferred.pointee.name)
      throw importError(
        "cannot import name '\(name)' from module '\(record.name)' (imported at "
          + "\(place(deferred.pointee.importOffset, in: deferred.pointee.importer)))"
          + loadingNote(module.module, deferred.pointee.name))
    }
    found = try resolved(found)
    // A module that is still loading may assign to the name again; it is asked again then.
    if pointee.modules.records[deferred.pointee.record].state == .loading { return found }
    deferred.pointee.resolved = found
    patch(value, to: found, holders: deferred.pointee.holders)
    return found
  }

  // MARK: Questions

  /// The submodule `symbol` of a package, found now; nil when there is none.
  func submodule(_ symbol: Symbol, of module: ModuleReference) -> Value? {
    let record = pointee.modules.records[module.pointee.record]
    guard record.isPackage else { return nil }
    guard let number = findModule("\(record.name).\(pointee.symbols.text(of: symbol))") else {
      return nil
    }
    return reference(to: number)
  }

  /// What to add to the message about a missing name of a module that is still loading.
  func loadingNote(_ module: ModuleReference, _ symbol: Symbol) -> String {
    let record = pointee.modules.records[module.pointee.record]
    guard record.state == .loading else { return "" }
    let chain = pointee.modules.records.filter { $0.state == .loading && $0.name != "__main__" }
    let names = chain.map(\.name) + [record.name]
    return "; it is still loading (\(names.joined(separator: " → ")))"
  }

  /// `<module 'm' from path>`, `<lazy module 'm' from path>`.
  func moduleDescription(of value: Value) -> String {
    let isProxy = value.tag == .proxy
    let number = isProxy ? value.proxy.pointee.record : value.module.pointee.record
    let record = pointee.modules.records[number]
    let place = record.location.isEmpty ? "" : " from \(record.location)"
    return "<\(isProxy ? "lazy " : "")module '\(record.name)'\(place)>"
  }
}
