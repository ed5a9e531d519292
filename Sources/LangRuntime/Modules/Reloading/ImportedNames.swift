import Lang

// Names bound by `from m import x`, after m was reloaded.

/// Updates the variables that imports of a module's names have bound, and that still hold what the names
/// meant before: variables of modules, locals of calls and generators, captured variables.
///
/// A module that hands such a name on (`from m import x` in n, `from n import x` elsewhere) has changed
/// with it, so its importers follow.
struct ImportedNames {
  private let engine: Engine
  private let closures: [FunctionReference]
  /// The module whose names are looked at, and their values before the reload.
  private var module: ModuleReference
  private var oldValues: [Symbol: Value]
  /// Modules whose variables were updated, and the old values of those.
  private var handedOn: [ModuleReference: [Symbol: Value]] = [:]
  /// The variables of modules that were updated; none is twice, so that modules which import from each
  /// other come to an end, and a name bound by two imports does not follow both.
  private var updated: Set<UnsafeMutablePointer<Value>> = []

  /// Updates all names of a module that was reloaded; `closures` are those that have captured variables
  /// which imports have bound.
  ///
  /// - Returns: How many variables were updated.
  /// - Complexity: For each module that has changed a look at every import statement, call and closure.
  static func update(
    _ engine: Engine, of module: ModuleReference, _ oldValues: [Symbol: Value],
    capturedBy closures: [FunctionReference]
  ) -> Int {
    var names = ImportedNames(
      engine: engine, module: module, oldValues: oldValues, closures: closures)
    var count = names.updateAll()
    while let (next, values) = names.handedOn.popFirst() {
      names.module = next
      names.oldValues = values
      count += names.updateAll()
    }
    return count
  }

  private init(
    engine: Engine, module: ModuleReference, oldValues: [Symbol: Value],
    closures: [FunctionReference]
  ) {
    self.closures = closures
    self.engine = engine
    self.module = module
    self.oldValues = oldValues
  }

  private mutating func updateAll() -> Int {
    var count = 0
    let importers = engine.pointee.modules.records.flatMap(\.importingUnits)
    for unit in importers where unit.module != module {
      for (number, descriptor) in unit.compiled.imports.enumerated() where descriptor.isGlobal {
        guard isImport(descriptor, in: unit) else { continue }
        let importer = unit.module
        let names = descriptor.binding == .none ? Array(oldValues.keys) : [descriptor.binding]
        for name in names {
          let imported = descriptor.binding == .none ? name : descriptor.name
          guard let entry = importer.pointee.names.entry(name) else { continue }
          let place = importer.pointee.slots + entry.pointee.value.int
          let before = place.pointee
          if updated.contains(place) { continue }
          if update(place, imported, unit, number, holder: Value(.module, importer).header) {
            updated.insert(place)
            handedOn[importer, default: [:]][name] = before
            count += 1
          }
        }
      }
    }
    var frame = engine.pointee.frames + 1
    while frame <= engine.pointee.frame {
      let prototype = frame.pointee.function.pointee.prototype
      let position = frame.pointee.resume - UnsafePointer(prototype.pointee.code) - 1
      count += updateLocals(prototype, position, frame.pointee.base, holder: nil)
      frame += 1
    }
    for position in 0..<engine.pointee.generatorCount {
      let generator = engine.pointee.generators[position]
      if generator.pointee.state != .suspended { continue }
      count += updateLocals(
        generator.pointee.function.pointee.prototype, generator.pointee.resumeAt,
        generator.pointee.registers, holder: Value(.generator, generator).header)
    }
    return count + updateCaptures()
  }

  /// Whether an import takes names from the module.
  private func isImport(_ descriptor: ImportDescriptor, in unit: Unit) -> Bool {
    if descriptor.name == .none && descriptor.binding != .none { return false }
    let importer = unit.module.pointee.record
    let name = try? engine.absoluteName(descriptor, importer: importer)
    return name == engine.pointee.modules.records[module.pointee.record].name
  }

  private func updateLocals(
    _ prototype: PrototypeReference, _ position: Int, _ base: UnsafeMutablePointer<Value>,
    holder: UnsafeMutablePointer<ObjectHeader>?
  ) -> Int {
    let code = prototype.pointee.source.takeUnretainedValue()
    let unit = prototype.pointee.unit.takeUnretainedValue()
    var count = 0
    for index in 0..<code.locals.count {
      let local = code.locals[index]
      if local.importedVariable < 0 || position < Int(local.start) || position >= Int(local.end) {
        continue
      }
      let place = base + Int(local.register)
      if update(place, isCell: local.isCell, Int(local.importedVariable), unit, holder) {
        count += 1
      }
    }
    return count
  }

  private func updateCaptures() -> Int {
    var count = 0
    for closure in closures {
      let prototype = closure.pointee.prototype
      let code = prototype.pointee.source.takeUnretainedValue()
      let unit = prototype.pointee.unit.takeUnretainedValue()
      for (position, capture) in code.captures.enumerated() where capture.importedVariable >= 0 {
        if update(
          closure.captures + position, isCell: capture.isCell, Int(capture.importedVariable), unit,
          Value(.function, closure).header)
        {
          count += 1
        }
      }
    }
    return count
  }

  /// Updates a variable that one of several imports has bound.
  private func update(
    _ place: UnsafeMutablePointer<Value>, isCell: Bool, _ variable: Int, _ unit: Unit,
    _ holder: UnsafeMutablePointer<ObjectHeader>?
  ) -> Bool {
    var (place, holder) = (place, holder)
    if isCell {
      guard place.pointee.tag == .cell else { return false }
      holder = place.pointee.header
      let cell = place.pointee.object(CellObject.self)
      place = withUnsafeMutablePointer(to: &cell.pointee.value) { $0 }
    }
    for number in unit.compiled.importsByVariable[variable] {
      let descriptor = unit.compiled.imports[number]
      if isImport(descriptor, in: unit),
        update(place, descriptor.name, unit, number, holder: holder)
      {
        return true
      }
    }
    return false
  }

  /// Updates one variable: to the new value, or to a name that is looked for again when it is used.
  private func update(
    _ place: UnsafeMutablePointer<Value>, _ name: Symbol, _ unit: Unit, _ number: Int,
    holder: UnsafeMutablePointer<ObjectHeader>?
  ) -> Bool {
    guard let oldValue = oldValues[name], place.pointee.isSame(as: oldValue) else { return false }
    var value = Value.undefined
    if let entry = module.pointee.names.entry(name) {
      value = module.pointee.slots[entry.pointee.value.int]
    }
    if value.isUndefined {
      let site = ImportSite(unit: unit, number: number)
      value = engine.makeDeferred(module.pointee.record, site, name: name)
    }
    if value.isSame(as: oldValue) { return false }
    place.pointee = value
    if value.isUnresolved, let holder { engine.noteStore(value, in: holder) }
    return true
  }
}
