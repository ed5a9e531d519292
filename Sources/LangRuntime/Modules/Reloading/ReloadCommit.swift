import Lang

// The last step of a reload: new contents take the place of the old ones. Nothing here runs code of
// the language, and nothing can fail once the first reference has changed.
//
// The module object, and each function and class that both versions have, keep their identity: the
// objects that the new source made give their contents to the old ones, and every reference to them is
// replaced. What holds such references is found before, in a walk over the heap that can stop. Calls in
// progress keep the old code in a function object of their own.

extension Engine {
  /// Puts the contents of `fresh` in the place of those of `old`.
  ///
  /// - Returns: How many references to values of the old contents were replaced: variables that were
  ///   bound by `from … import`.
  /// - Throws: An ImportError, before anything has changed, when code of the module that is waiting for
  ///   a native function would lose the place of its variables; an Interrupt, as long as nothing has
  ///   changed.
  /// - Complexity: Two walks over the heap, which can stop. What cannot takes as long as there are
  ///   references to replace, and code and classes.
  func commit(
    _ fresh: FreshModule, into old: ModuleReference, _ record: ModuleRecord
  ) throws(RaisedError) -> Int {
    let needed = fresh.module.pointee.slotCount
    if needed > old.pointee.slotCapacity && isWaitingForSwift(old) {
      throw importError(
        "module '\(record.name)' got more variables than there is room for while its own code runs: "
          + "reload it from outside")
    }
    let stop = StopCheck(self)
    var commit = ReloadCommit(self, fresh, old, record)
    if !pointee.heap.finishSweeping(unless: stop) || !commit.survey(unless: stop) {
      throw interruption
    }
    try commit.pairContents()
    if !commit.findHolders(unless: stop) { throw interruption }
    commit.keepCallsInProgress()
    commit.takeOver()
    commit.replaceReferences()
    return ImportedNames.update(self, of: old, commit.oldValues, capturedBy: commit.closures)
  }
}

/// One commit; its functions are called once each, in the order in which they stand.
private struct ReloadCommit {
  private let engine: Engine
  private let fresh: FreshModule
  private let old: ModuleReference
  private let record: ModuleRecord
  /// The functions of the old contents, from this and earlier versions of the source.
  private var functions: [FunctionReference] = []
  private var prototypes: [PrototypeReference] = []
  private var generators: [GeneratorReference] = []
  /// Every piece of code that is alive.
  private var units: [Unit] = []
  /// Old and new of the functions and classes that keep their identity, by the address of the new one.
  private var successors: [UInt: Value] = [:]
  /// The new code of each old function object that gets it.
  private var newCode: [FunctionReference: PrototypeReference] = [:]
  /// The number of each old prototype's function in the new source; nil when it has none.
  private var numbers: [PrototypeReference: Int] = [:]
  /// Objects that hold what is to be replaced, or that remember something of the contents.
  private var holders: [UnsafeMutablePointer<ObjectHeader>] = []
  /// Maps and sets with keys that mention what is to be replaced.
  private var maps: [MapReference] = []
  /// Closures that have captured variables which an import has bound.
  private(set) var closures: [FunctionReference] = []
  /// The old values of the module's variables.
  private(set) var oldValues: [Symbol: Value] = [:]

  init(
    _ engine: Engine, _ fresh: FreshModule, _ old: ModuleReference, _ record: ModuleRecord
  ) {
    self.engine = engine
    self.fresh = fresh
    self.old = old
    self.record = record
  }

  // MARK: What there is

  /// Finds the functions and the code of the old contents; everything that is dead must have been swept.
  ///
  /// - Returns: False when it has stopped because the program is to stop.
  mutating func survey(unless stop: StopCheck) -> Bool {
    var (functions, prototypes, generators) = (self.functions, self.prototypes, self.generators)
    let old = self.old
    let isComplete = engine.pointee.heap.forEachCell(unless: stop) { header, _ in
      let memory = UnsafeMutableRawPointer(header)
      switch Tag(header.pointee.kind) {
      case .function:
        let function = memory.assumingMemoryBound(to: FunctionObject.self)
        if function.pointee.prototype.pointee.module == old { functions.append(function) }
      case .prototype: prototypes.append(memory.assumingMemoryBound(to: PrototypeObject.self))
      case .generator:
        let generator = memory.assumingMemoryBound(to: GeneratorObject.self)
        if generator.pointee.function.pointee.prototype.pointee.module == old {
          generators.append(generator)
        }
      default: break
      }
    }
    if !isComplete { return false }
    (self.functions, self.prototypes, self.generators) = (functions, prototypes, generators)
    var known: Set<ObjectIdentifier> = []
    let newPaths = fresh.unit.map { FunctionPaths(of: $0.compiled) }
    for prototype in prototypes {
      let unit = prototype.pointee.unit.takeUnretainedValue()
      if !known.insert(ObjectIdentifier(unit)).inserted { continue }
      units.append(unit)
      if unit.module == old, let newPaths { match(unit, newPaths) }
    }
    oldValues.reserveCapacity(old.pointee.names.count)
    for position in 0..<old.pointee.names.count {
      if position & 4095 == 4095 && stop.isStopped { return false }
      let entry = old.pointee.names.entries.unsafelyUnwrapped[position]
      let value = old.pointee.slots[entry.value.int]
      if !value.isUndefined { oldValues[entry.symbol] = value }
    }
    return true
  }

  /// Finds what the functions of an earlier version of the source are called in the new one.
  private mutating func match(_ unit: Unit, _ newPaths: FunctionPaths) {
    let counterparts = newPaths.counterparts(in: FunctionPaths(of: unit.compiled)).functions
    for (number, earlier) in counterparts.enumerated() where number > 0 && earlier > 0 {
      if let prototype = unit.prototypes[earlier] { numbers[prototype] = number }
    }
  }

  // MARK: What stays the same

  /// Pairs functions and classes that both contents have under one name, and finds the new code of all
  /// other functions.
  ///
  /// - Throws: What making the code of a function throws, or an Interrupt; nothing has changed then.
  mutating func pairContents() throws(RaisedError) {
    guard let unit = fresh.unit else { return }
    for (position, (symbol, oldValue)) in oldValues.enumerated() {
      if position & 4095 == 4095 { try engine.checkInterruption() }
      guard let entry = fresh.module.pointee.names.entry(symbol) else { continue }
      pair(oldValue, fresh.module.pointee.slots[entry.pointee.value.int])
    }
    for function in functions {
      guard let number = numbers[function.pointee.prototype] else { continue }
      let code = function.pointee.prototype.pointee.source.takeUnretainedValue()
      if capturesAgree(code, unit.compiled.functions[number]) {
        newCode[function] = try engine.prototype(number, of: unit)
      }
    }
  }

  private mutating func pair(_ oldValue: Value, _ newValue: Value) {
    guard oldValue.tag == newValue.tag, oldValue.bits != newValue.bits,
      successors[UInt(newValue.bits)] == nil
    else { return }
    switch oldValue.tag {
    case .function:
      let (old, new) = (oldValue.function, newValue.function)
      guard let number = numbers[old.pointee.prototype],
        let unit = fresh.unit, unit.prototypes[number] == new.pointee.prototype,
        new.captureCount == 0 && old.captureCount == 0
      else { return }
      supersede(newValue, by: oldValue)
    case .class:
      let (old, new) = (oldValue.class, newValue.class)
      guard old.pointee.module == self.old, new.pointee.module == fresh.module,
        old.pointee.name == new.pointee.name
      else { return }
      supersede(newValue, by: oldValue)
      for position in 0..<old.pointee.members.count {
        let member = old.pointee.members.entries.unsafelyUnwrapped[position]
        if let entry = new.pointee.members.entry(member.symbol) {
          pair(member.value, entry.pointee.value)
        }
      }
    default: break
    }
  }

  private mutating func supersede(_ new: Value, by old: Value) {
    successors[UInt(new.bits)] = old
    new.header.pointee.flags |= ObjectHeader.isSuperseded
  }

  /// Whether closures of the old code hold what the new code expects.
  private func capturesAgree(_ old: FunctionCode, _ new: FunctionCode) -> Bool {
    old.captures.count == new.captures.count
      && zip(old.captures, new.captures).allSatisfy {
        $0.symbol == $1.symbol && $0.isCell == $1.isCell
      }
  }

  // MARK: What refers to it

  /// Finds all objects that ``replaceReferences()`` must look at.
  ///
  /// Code, classes and modules are always among them: their contents change meanwhile.
  ///
  /// - Returns: False when it has stopped because the program is to stop.
  mutating func findHolders(unless stop: StopCheck) -> Bool {
    let superseded = Set(successors.keys.map { UInt64($0) })
    var (holders, maps, closures) = (self.holders, self.maps, self.closures)
    var hasStopped = false
    let isComplete = engine.pointee.heap.forEachCell(unless: stop) { header, _ in
      if hasStopped { return }
      let memory = UnsafeMutableRawPointer(header)
      var isHolder = false
      switch Tag(header.pointee.kind) {
      case .class, .module, .prototype: isHolder = true
      case .deferred:
        let deferred = memory.assumingMemoryBound(to: DeferredObject.self)
        isHolder = engine.pointee.modules.records[deferred.pointee.record] === record
      case .function:
        let function = memory.assumingMemoryBound(to: FunctionObject.self)
        if let owner = function.pointee.owner { isHolder = successor(of: owner) != owner }
        if hasImportedCaptures(function) { closures.append(function) }
      case .instance:
        let instance = memory.assumingMemoryBound(to: InstanceObject.self)
        let `class` = instance.pointee.shape.pointee.class
        isHolder = successor(of: `class`) != `class`
      case .map, .set:
        let map = memory.assumingMemoryBound(to: MapObject.self)
        let mentions = { (position: Int) in engine.mentions(map.key(position), superseded) }
        if !superseded.isEmpty,
          Self.contains(map.pointee.used, unless: stop, &hasStopped, where: mentions)
        {
          maps.append(map)
        }
      default: break
      }
      if !isHolder {
        header.forEachRun { values, count in
          isHolder =
            isHolder
            || Self.contains(count, unless: stop, &hasStopped) { isReplaced(values[$0]) }
        }
      }
      if isHolder { holders.append(header) }
    }
    if !isComplete || hasStopped {
      // What it stands for is forgotten with this commit.
      for address in successors.keys {
        UnsafeMutablePointer<ObjectHeader>(bitPattern: address)?.pointee.flags &=
          ~ObjectHeader.isSuperseded
      }
      return false
    }
    (self.holders, self.maps, self.closures) = (holders, maps, closures)
    return true
  }

  /// Whether one of `count` positions is a wanted one, as far as they were looked at before the program
  /// was to stop.
  @inline(__always)
  private static func contains(
    _ count: Int, unless stop: StopCheck, _ hasStopped: inout Bool, where isWanted: (Int) -> Bool
  ) -> Bool {
    var position = 0
    while position < count {
      let end = min(count, position + (1 << 16))
      while position < end {
        if isWanted(position) { return true }
        position += 1
      }
      if position < count && stop.isStopped {
        hasStopped = true
        return false
      }
    }
    return false
  }

  /// Whether a closure has captured a variable that an import has bound, in its code of now or in what it
  /// gets.
  private func hasImportedCaptures(_ function: FunctionReference) -> Bool {
    if function.captureCount == 0 { return false }
    func isImporting(_ prototype: PrototypeReference) -> Bool {
      prototype.pointee.source.takeUnretainedValue().captures.contains { $0.importedVariable >= 0 }
    }
    return isImporting(function.pointee.prototype)
      || newCode[function].map(isImporting) ?? false
  }

  // MARK: Calls in progress

  /// Gives calls and generators in progress function objects of their own, with the old code.
  mutating func keepCallsInProgress() {
    var frame = engine.pointee.frames + 1
    while frame <= engine.pointee.frame {
      if newCode[frame.pointee.function] != nil {
        frame.pointee.function = copy(frame.pointee.function)
      }
      frame += 1
    }
    for generator in generators
    where generator.pointee.state != .finished && newCode[generator.pointee.function] != nil {
      generator.pointee.function = copy(generator.pointee.function)
    }
  }

  private mutating func copy(_ function: FunctionReference) -> FunctionReference {
    let count = function.captureCount
    let memory = engine.pointee.heap.allocate(
      MemoryLayout<FunctionObject>.size + count * MemoryLayout<Value>.stride, kind: .function)
    let copy = memory.assumingMemoryBound(to: FunctionObject.self)
    copy.pointee.header.word = UInt32(count)
    copy.pointee.prototype = function.pointee.prototype
    copy.pointee.owner = function.pointee.owner
    copy.captures.update(from: function.captures, count: count)
    for position in 0..<count where copy.captures[position].isUnresolved {
      engine.noteStore(copy.captures[position], in: Value(.function, copy).header)
    }
    holders.append(Value(.function, copy).header)
    if hasImportedCaptures(copy) { closures.append(copy) }
    return copy
  }

  // MARK: New contents

  /// Puts new code into old functions, new members into old classes, new values into the module.
  func takeOver() {
    for (function, prototype) in newCode { function.pointee.prototype = prototype }
    for case let (address, successor) in successors where successor.tag == .class {
      let new = UnsafeMutablePointer<ClassObject>(bitPattern: address).unsafelyUnwrapped
      takeOver(new, by: successor.class)
    }
    let (names, slots) = (fresh.module.pointee.names, fresh.module.pointee.slots)
    let count = fresh.module.pointee.slotCount
    if count > old.pointee.slotCapacity { engine.moveVariables(of: old, to: count * 2) }
    for slot in 0..<count { old.pointee.slots[slot] = slots[slot] }
    old.pointee.slotCount = count
    old.pointee.names.deallocate()
    old.pointee.names = names
    fresh.module.pointee.names = SymbolMap()
    fresh.module.pointee.slotCount = 0
    for slot in 0..<count where old.pointee.slots[slot].isUnresolved {
      engine.noteStore(old.pointee.slots[slot], in: Value(.module, old).header)
    }
    fresh.unit?.module = old
    for unit in units where unit.module == fresh.module { unit.module = old }
  }

  private func takeOver(_ new: ClassReference, by old: ClassReference) {
    old.pointee.base = new.pointee.base
    old.pointee.documentation = new.pointee.documentation
    old.pointee.members.deallocate()
    old.pointee.members = new.pointee.members
    new.pointee.members = SymbolMap()
    let isError = new.pointee.header.flags & ClassObject.isErrorFlag
    old.pointee.header.flags = old.pointee.header.flags & ~ClassObject.isErrorFlag | isError
    old.pointee.expectedFields = max(old.pointee.expectedFields, new.pointee.expectedFields)
    for position in 0..<old.pointee.members.count {
      let value = old.pointee.members.entries.unsafelyUnwrapped[position].value
      if value.isUnresolved { engine.noteStore(value, in: Value(.class, old).header) }
    }
  }

  // MARK: References

  /// Replaces every reference to what was superseded, and forgets what code has remembered of the old
  /// contents.
  func replaceReferences() {
    engine.pointee.lookups.empty()
    for header in holders {
      header.forEachRun { values, count in
        for position in 0..<count { replace(values + position) }
      }
      let memory = UnsafeMutableRawPointer(header)
      switch Tag(header.pointee.kind) {
      case .function:
        let function = memory.assumingMemoryBound(to: FunctionObject.self)
        if let owner = function.pointee.owner { function.pointee.owner = successor(of: owner) }
      case .class: update(memory.assumingMemoryBound(to: ClassObject.self))
      case .instance: reshape(memory.assumingMemoryBound(to: InstanceObject.self))
      case .prototype: update(memory.assumingMemoryBound(to: PrototypeObject.self))
      case .deferred:
        let deferred = memory.assumingMemoryBound(to: DeferredObject.self)
        if engine.pointee.modules.records[deferred.pointee.record] === record {
          deferred.pointee.resolved = .undefined
        }
      default: break
      }
    }
    var register = engine.pointee.stack
    while register < engine.pointee.stackLimit {
      replace(register)
      register += 1
    }
    for handle in 0..<engine.pointee.handleCount { replace(engine.pointee.handles + handle) }
    replace(&engine.pointee.pending)
    replace(&engine.pointee.returned)
    let heirs = Set(successors.values.map(\.bits))
    for map in maps { engine.rehashKeys(of: map, mentioning: heirs) }
  }

  /// Whether ``replace(_:)`` would put another value in the place of this one.
  @inline(__always)
  private func isReplaced(_ value: Value) -> Bool {
    switch value.tag {
    case .function, .class:
      value.header.pointee.flags & ObjectHeader.isSuperseded != 0
        && successors[UInt(value.bits)] != nil
    case .module: value.module == fresh.module
    default: false
    }
  }

  @inline(__always)
  private func replace(_ place: UnsafeMutablePointer<Value>) {
    let value = place.pointee
    switch value.tag {
    case .function, .class:
      if value.header.pointee.flags & ObjectHeader.isSuperseded != 0,
        let successor = successors[UInt(value.bits)]
      {
        place.pointee = successor
      }
    case .module:
      if value.module == fresh.module { place.pointee = Value(.module, old) }
    default: break
    }
  }

  private func successor(of class: ClassReference) -> ClassReference {
    if `class`.pointee.header.flags & ObjectHeader.isSuperseded == 0 { return `class` }
    return successors[UInt(bitPattern: `class`)]?.class ?? `class`
  }

  private func update(_ class: ClassReference) {
    if let base = `class`.pointee.base { `class`.pointee.base = successor(of: base) }
    if `class`.pointee.module == fresh.module { `class`.pointee.module = old }
    // What was looked up in the class or its bases may be different now. Built-in types keep theirs.
    if `class`.pointee.valueTag == .instance {
      `class`.pointee.initializer = .undefined
      `class`.pointee.header.flags &= ~(ClassObject.isEqualityKnown | ClassObject.hasEquality)
    }
  }

  private func update(_ prototype: PrototypeReference) {
    for position in 0..<Int(prototype.pointee.cacheCount) {
      prototype.pointee.caches[position].kind = .empty
      prototype.pointee.caches[position].key = 0
    }
    if prototype.pointee.module == fresh.module { prototype.pointee.module = old }
    if prototype.pointee.module == old { prototype.pointee.globals = old.pointee.slots }
  }

  /// Brings an instance that the new source has made to the class that it is an instance of now.
  private func reshape(_ instance: InstanceReference) {
    let shape = instance.pointee.shape
    let `class` = successor(of: shape.pointee.class)
    if `class` == shape.pointee.class { return }
    if shape.pointee.isUnique {
      shape.pointee.class = `class`
      return
    }
    if `class`.pointee.rootShape == nil { `class`.pointee.rootShape = Shape.makeRoot(of: `class`) }
    var moved = `class`.pointee.rootShape.unsafelyUnwrapped
    for name in shape.fieldNames { moved = moved.adding(name) }
    instance.pointee.shape = moved
  }
}
