import Lang

// `reload(m)`: the current source is compiled and evaluated aside, in a module of its own, while
// everyone else sees the old contents. Only when that has worked do the new contents take the place of
// the old ones, in one step that cannot fail (see `ReloadCommit.swift`).

extension Engine {
  /// Runs a module's current source again into the same module object; gives the module.
  ///
  /// A pending module is left alone, and says so on standard error.
  ///
  /// - Throws: What reading, compiling or evaluating threw, with nothing changed; an ImportError when
  ///   the module cannot be reloaded.
  func reload(_ number: Int) throws(RaisedError) -> Value {
    let record = pointee.modules.records[number]
    switch (record.form, record.state) {
    case (.native, _):
      throw importError("module '\(record.name)' is native and cannot be reloaded")
    case (.program, _): throw importError("the main program cannot be reloaded")
    case (_, .loading):
      throw importError("module '\(record.name)' is still loading and cannot be reloaded")
    case (_, .pending):
      writeError("reload: module '\(record.name)' is not loaded yet; nothing to reload")
      noteStep(.reload, number, at: currentPlace)
      return reference(to: number)
    default: break
    }
    guard record.reloading == nil, let old = record.module else {
      throw importError("module '\(record.name)' is being reloaded already")
    }
    try enterNativeRecursion()
    let load = ModuleLoad(reason: .asked, cause: currentPlace, isReload: true)
    if pointee.modules.rules.isSealed {
      let error = importError(
        "module '\(record.name)' may not be reloaded any more: imports are sealed")
      recordFailure(error, number, record, load)
      throw error
    }
    let top = pointee.top
    defer { pointee.top = top }
    root(Value(.module, old))
    record.history.reloading = old
    defer { record.history.reloading = nil }
    let importingUnits = record.importingUnits
    do throws(RaisedError) {
      let place = try findAgain(record)
      var made: FreshModule?
      try measure(load) { () throws(RaisedError) in
        made = try evaluateAside(number, record, place, old, load)
      }
      let fresh = made.unsafelyUnwrapped
      load.patched = try commit(fresh, into: old, record)
      record.folder = place.folder
      record.form = place.form
      record.loadedSource = fresh.source
      record.history.importingUnits = [fresh.unit].compactMap(\.self).filter(\.bindsImportedNames)
    } catch {
      record.history.importingUnits = importingUnits
      noteFailure(error, number, record, load)
      throw error
    }
    record.history.failure = nil
    record.history.loads.append(load)
    pointee.modules.log.finish(load)
    pointee.modules.generation += 1
    noteStep(.reload, number, at: load.cause, load, count: load.patched)
    // It is done: those who are told may reload it again.
    record.history.reloading = nil
    try announce(number, record, load)
    return Value(.module, old)
  }

  /// Where the module is now: it may have moved.
  private func findAgain(_ record: ModuleRecord) throws(RaisedError) -> FoundModule {
    if let fault = pointee.modules.fault { try fault(.find, record.name) }
    do throws(SearchError) {
      if let found = try findAgain(record.name) { return found }
    } catch {
      throw cannotSearch(for: record.name, error)
    }
    throw missingModule(record.name)
  }

  /// Evaluates the current source in a module of its own.
  ///
  /// The variables have the numbers that they have in the old module, so that its functions can share
  /// them later; new ones come behind.
  private func evaluateAside(
    _ number: Int, _ record: ModuleRecord, _ place: FoundModule, _ old: ModuleReference,
    _ load: ModuleLoad
  ) throws(RaisedError) -> FreshModule {
    // The record as it will be, for messages and `__file__`; the real one is untouched until the end.
    let moved = ModuleRecord(name: record.name, folder: place.folder, form: place.form)
    moved.importedAt = record.importedAt
    moved.foundAt = pointee.modules.log.now
    moved.loadedSource = record.loadedSource
    let module = makeModule(record: number, capacity: old.pointee.slotCapacity)
    module.pointee.header.flags |= ModuleObject.isTracked
    root(Value(.module, module))
    for position in 0..<old.pointee.names.count {
      if position & 4095 == 4095 { try checkInterruption() }
      let entry = old.pointee.names.entries.unsafelyUnwrapped[position]
      module.pointee.names.set(entry.symbol, entry.value)
    }
    module.pointee.slotCount = old.pointee.slotCount
    guard place.form != .folder else {
      // A plain folder: nothing to run.
      try definePredefined(module, moved)
      return FreshModule(module: module, unit: nil, source: nil)
    }
    let source = try readSource(moved, load)
    let compiled = try compile(source, moved, load)
    load.codeBytes = compiled.byteCount
    reserveVariables(compiled.globals.count + 64, in: module)
    var slots: [Int] = []
    for (position, symbol) in compiled.globals.enumerated() {
      if position & 4095 == 4095 { try checkInterruption() }
      slots.append(slot(of: symbol, in: module) ?? Int.max)
    }
    guard compiled.renumberGlobals(slots) else {
      throw importError("module '\(record.name)' has too many variables to be reloaded")
    }
    try definePredefined(module, moved)
    try defineDocumentation(module, compiled)
    let unit = Unit(compiled, module: module, source: source)
    // The body may reload what it has imported from.
    if unit.bindsImportedNames { record.history.importingUnits.append(unit) }
    let body = Value(.function, makeFunction(try prototype(0, of: unit)))
    root(body)
    if let fault = pointee.modules.fault { try fault(.evaluate, record.name) }
    _ = try call(body)
    if let fault = pointee.modules.fault { try fault(.patch, record.name) }
    return FreshModule(module: module, unit: unit, source: source)
  }
}

/// New contents that were evaluated aside.
struct FreshModule {
  let module: ModuleReference
  /// Nil for a folder without `init.l`.
  let unit: Unit?
  let source: LoadedSource?
}
