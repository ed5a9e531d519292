import Lang

// Names bound by `from m import x`: each stands for a value that is found at the name's first use.

extension Engine {
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
    if deferred.pointee.header.flags & DeferredObject.isResolving != 0 {
      // The module's variable of that name is this very name, imported. In a package it means what lies
      // inside; elsewhere it means nothing.
      if let inside = try submodule(deferred.pointee.name, of: module.module) { return inside }
      throw missingName(deferred, in: module.module, because: ": it only leads back to itself")
    }
    deferred.pointee.header.flags |= DeferredObject.isResolving
    defer { deferred.pointee.header.flags &= ~DeferredObject.isResolving }
    var found = try findAttribute(of: module, deferred.pointee.name)
    if found.isUndefined { throw missingName(deferred, in: module.module) }
    root(found)
    found = try resolved(found)
    // A module that is still loading may assign to the name again; it is asked again then.
    if pointee.modules.records[deferred.pointee.record].state == .loading { return found }
    deferred.pointee.resolved = found
    let holders = holdersForLog(of: value, in: deferred.pointee.holders)
    let count = patch(value, to: found, holders: deferred.pointee.holders)
    let record = pointee.modules.records[deferred.pointee.record]
    record.patchedNames = Int32(clamping: Int(record.patchedNames) + count)
    noteStep(
      .patch, deferred.pointee.record, at: currentPlace,
      detail: Int(deferred.pointee.name.rawValue), count: count, holders: holders)
    return found
  }

  private func missingName(
    _ deferred: DeferredReference, in module: ModuleReference, because reason: String = ""
  ) -> RaisedError {
    let record = pointee.modules.records[deferred.pointee.record]
    let name = pointee.symbols.text(of: deferred.pointee.name)
    let place = Place(
      source: deferred.pointee.importSource._withUnsafeGuaranteedRef { $0 },
      offset: deferred.pointee.importOffset)
    var message =
      "cannot import name '\(name)' from module '\(record.name)' (imported at \(describe(place)))"
      + reason + loadingNote(module)
    let names = attributeNames(of: Value(.module, module))
    if reason.isEmpty, let near = Spelling.nearest(to: name, among: names) {
      message += "; did you mean '\(near)'?"
    }
    let error = importError(message)
    addCycle(of: module, to: error)
    return error
  }
}
