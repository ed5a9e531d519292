import Lang

// What import statements do: find the module, bind a proxy or a deferred name, and run nothing.

/// An import statement, or one name of a `from` statement, in the code of one module.
struct ImportSite {
  let unit: Unit
  /// The position in the imports of the compiled module.
  let number: Int

  var descriptor: ImportDescriptor { unit.compiled.imports[number] }
  /// The importing module's number.
  var importer: Int { unit.module.pointee.record }
  var place: Place { Place(source: unit.source, offset: descriptor.offset) }
}

extension Engine {
  /// `import a.b`: finds the module and gives what the name is bound to.
  func importModule(_ site: ImportSite) throws(RaisedError) -> Value {
    let descriptor = site.descriptor
    let number = try findModule(of: site, descriptor)
    if let reason = try reasonToLoad(number, site, descriptor, names: []) {
      _ = try load(number, because: reason)
    }
    if descriptor.onlyPart == nil { try loadPackages(around: number, at: site) }
    if descriptor.bindsLeaf || descriptor.level > 0 || descriptor.onlyPart != nil {
      return reference(to: number)
    }
    let first = pointee.symbols.text(of: descriptor.path[0])
    return reference(to: pointee.modules.byName[first].unsafelyUnwrapped)
  }

  /// `from m import x`: finds the module and gives the deferred name.
  func importName(_ site: ImportSite) throws(RaisedError) -> Value {
    let descriptor = site.descriptor
    let number = try findModule(of: site, descriptor)
    let reason = try reasonToLoad(number, site, descriptor, names: [descriptor.name])
    if let reason { _ = try load(number, because: reason) }
    let record = pointee.modules.records[number]
    if record.state == .loaded, let module = record.module,
      let entry = module.pointee.names.entry(descriptor.name)
    {
      let known = module.pointee.slots[entry.pointee.value.int]
      if !known.isUndefined { return known }
    }
    let value = makeDeferred(number, site, name: descriptor.name)
    return reason == nil ? value : try resolveDeferred(value)
  }

  /// `from m import *`: loads now and binds every public name.
  func importStar(_ site: ImportSite) throws(RaisedError) {
    let descriptor = site.descriptor
    let number = try findModule(of: site, descriptor)
    let reason = try reasonToLoad(number, site, descriptor, names: [])
    let source = try load(number, because: reason ?? .star).module
    let names = source.pointee.names
    for position in 0..<names.count {
      let entry = names.entries.unsafelyUnwrapped[position]
      let value = source.pointee.slots[entry.value.int]
      if value.isUndefined || pointee.symbols.bytes(of: entry.symbol).first == UInt8(ascii: "_") {
        continue
      }
      try setVariable(of: site.unit.module, entry.symbol, value)
    }
  }

  // MARK: Finding

  /// The number of the module that an import names, remembered at the statement.
  private func findModule(
    of site: ImportSite, _ descriptor: ImportDescriptor
  ) throws(RaisedError) -> Int {
    if let known = site.unit.foundModule(site.number, generation: pointee.modules.generation) {
      return known
    }
    let name = try absoluteName(descriptor, importer: site.importer)
    let place = site.place
    guard let number = try findModule(name, for: place) else { throw missingModule(name) }
    let record = pointee.modules.records[number]
    if record.importedAt == nil { record.importedAt = place }
    noteStep(.bind, number, at: place)
    site.unit.rememberModule(number, for: site.number, generation: pointee.modules.generation)
    return number
  }

  /// Finds a module as ``findModule(_:)`` does, and writes down what was found on the way.
  ///
  /// The package around a module that is missing was found all the same.
  func findModule(_ name: String, for place: Place?) throws(RaisedError) -> Int? {
    let known = pointee.modules.records.count
    defer {
      noteFound(from: known, at: place)
      // Nothing is loaded now: what was found stays pending.
      if pointee.modules.byName[name] == nil { pointee.modules.log.settlePending() }
    }
    return try findModule(name)
  }

  /// The full name that an import means: leading dots count from the importer's package.
  func absoluteName(
    _ descriptor: ImportDescriptor, importer: Int
  ) throws(RaisedError) -> String {
    if descriptor.level == 0, let name = descriptor.onlyPart {
      return pointee.symbols.text(of: name)
    }
    let path = descriptor.path.map { pointee.symbols.text(of: $0) }
    return try absoluteName(level: Int(descriptor.level), path: path, importer: importer)
  }

  /// The full name that `level` leading dots and a dotted path mean in the module `importer`.
  func absoluteName(level: Int, path: [String], importer: Int) throws(RaisedError) -> String {
    if level == 0 { return path.joined(separator: ".") }
    var package = pointee.modules.records[importer].package
    for _ in 1..<level {
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

  /// Why an import must load at once; nil when it is lazy.
  private func reasonToLoad(
    _ number: Int, _ site: ImportSite, _ descriptor: ImportDescriptor, names: [Symbol]
  ) throws(RaisedError) -> LoadReason? {
    if descriptor.isEager { return .eagerStatement }
    let record = pointee.modules.records[number]
    if record.state == .loaded { return nil }
    var reason = pointee.modules.rules.reason(for: record)
    if reason == nil, let filter = importFilter {
      let list = makeList(capacity: names.count)
      for name in names { append(string(of: name), to: list) }
      let importer = makeString(pointee.modules.records[site.importer].name)
      switch filter.tag {
      case .function, .native, .boundMethod, .class, .instance: break
      default:
        throw typeError("lazy.filter must be a function or nil, not \(typeName(of: filter))")
      }
      // The stack's owner roots what is passed.
      let answer = try call(filter, [importer, makeString(record.name), Value(.list, list)])
      if !(try isTruthy(answer)) { reason = .bypass("lazy.filter") }
    }
    noteBypass(reason, number, site)
    return reason
  }

  /// Writes down that a rule makes an import eager.
  private func noteBypass(_ reason: LoadReason?, _ number: Int, _ site: ImportSite) {
    guard case .bypass(let rule)? = reason else { return }
    let detail = pointee.modules.log.number(ofRule: rule)
    noteStep(.bypass, number, at: site.place, detail: detail)
  }

  /// Loads those packages around a module that a rule has loaded at their import: `import a.b` imports
  /// `a` too.
  private func loadPackages(around number: Int, at site: ImportSite) throws(RaisedError) {
    if pointee.modules.rules.isEmpty { return }
    var name = pointee.modules.records[number].name[...]
    while let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) {
      name = name[..<dot]
      guard let package = pointee.modules.byName[String(name)] else { return }
      let record = pointee.modules.records[package]
      guard record.state == .pending, let reason = pointee.modules.rules.reason(for: record) else {
        continue
      }
      noteBypass(reason, package, site)
      _ = try load(package, because: reason)
    }
  }

  // MARK: Binding

  /// The module when it is loaded, its one proxy otherwise.
  func reference(to number: Int) -> Value {
    let record = pointee.modules.records[number]
    if record.state == .loaded, let module = record.module { return Value(.module, module) }
    pointee.modules.log.settlePending()
    if let proxy = record.proxy { return Value(.proxy, proxy) }
    let memory = pointee.heap.allocate(MemoryLayout<ProxyObject>.size, kind: .proxy)
    let proxy = memory.assumingMemoryBound(to: ProxyObject.self)
    proxy.pointee.record = number
    proxy.pointee.holders = HolderTable()
    record.proxy = proxy
    addUnresolved(Value(.proxy, proxy).header)
    return Value(.proxy, proxy)
  }

  /// What stands for the name of a module until it is used.
  func makeDeferred(_ number: Int, _ site: ImportSite, name: Symbol) -> Value {
    if pointee.modules.records[number].state == .pending { pointee.modules.log.settlePending() }
    let memory = pointee.heap.allocate(MemoryLayout<DeferredObject>.size, kind: .deferred)
    let deferred = memory.assumingMemoryBound(to: DeferredObject.self)
    deferred.pointee.record = number
    deferred.pointee.name = name
    deferred.pointee.importOffset = site.descriptor.offset
    deferred.pointee.importSource = Unmanaged.passRetained(site.unit.source)
    deferred.pointee.resolved = .undefined
    deferred.pointee.holders = HolderTable()
    let value = Value(.deferred, deferred)
    addUnresolved(value.header)
    return value
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

  /// The submodule `symbol` of a package, found now; nil when there is none.
  func submodule(_ symbol: Symbol, of module: ModuleReference) throws(RaisedError) -> Value? {
    let record = pointee.modules.records[module.pointee.record]
    let last = pointee.symbols.text(of: symbol)
    // `getattr` may ask for any text: `"a.b"` is no attribute.
    guard record.isPackage, !last.utf8.contains(UInt8(ascii: ".")) else { return nil }
    let name = record.submoduleName(last)
    guard let number = try findModule(name, for: currentPlace) else { return nil }
    return reference(to: number)
  }

  /// Writes down that the modules from `first` on were found.
  private func noteFound(from first: Int, at place: Place?) {
    for number in first..<pointee.modules.records.count {
      let record = pointee.modules.records[number]
      record.importedAt = place
      record.foundAt = pointee.modules.log.now
      noteStep(.find, number, at: place)
      pointee.modules.log.addPending()
    }
  }
}
