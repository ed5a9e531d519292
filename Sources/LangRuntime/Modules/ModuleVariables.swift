import Lang

// The variables of a module: numbered slots, which code addresses by number, and their names.
//
// The interpreter keeps the address of the running function's variables in a register, so they only move
// when no code of the module would go on with the old address.

extension Engine {
  /// A module object with room for `capacity` variables.
  func makeModule(record: Int, capacity: Int) -> ModuleReference {
    let memory = pointee.heap.allocate(MemoryLayout<ModuleObject>.size, kind: .module)
    let module = memory.assumingMemoryBound(to: ModuleObject.self)
    module.pointee.record = record
    module.pointee.slotCapacity = max(8, capacity)
    module.pointee.slots = pointee.heap.allocateExternal(
      Value.self, capacity: module.pointee.slotCapacity)
    module.pointee.slots.update(repeating: .undefined, count: module.pointee.slotCapacity)
    module.pointee.slotCount = 0
    module.pointee.names = SymbolMap()
    return module
  }

  /// The slot of a module's variable, added when new; nil when the module is full.
  func slot(of symbol: Symbol, in module: ModuleReference) -> Int? {
    if let entry = module.pointee.names.entry(symbol) { return entry.pointee.value.int }
    if module.pointee.slotCount == module.pointee.slotCapacity { return nil }
    let slot = module.pointee.slotCount
    module.pointee.slotCount += 1
    module.pointee.slots[slot] = .undefined
    module.pointee.names.set(symbol, .int(slot))
    return slot
  }

  /// Sets a module's variable from outside.
  ///
  /// - Throws: An AttributeError when there is no room for one more and the module's own code waits for a
  ///   native function.
  func setVariable(
    of module: ModuleReference, _ symbol: Symbol, _ value: Value
  ) throws(RaisedError) {
    var slot = slot(of: symbol, in: module)
    if slot == nil {
      if isWaitingForSwift(module) {
        throw attributeError(
          "a module cannot get more than \(module.pointee.slotCapacity) variables while its own code "
            + "waits for a native function")
      }
      try growVariables(of: module, by: 1)
      slot = self.slot(of: symbol, in: module)
    }
    guard let slot else { return }
    module.pointee.slots[slot] = value
    if value.isUnresolved { noteStore(value, in: Value(.module, module).header) }
  }

  /// Gives a module that no code uses yet room for `count` more variables.
  func reserveVariables(_ count: Int, in module: ModuleReference) {
    let needed = module.pointee.slotCount + count
    if needed > module.pointee.slotCapacity { moveVariables(of: module, to: needed) }
  }

  /// Gives a module of which no code runs room for `count` more variables.
  ///
  /// - Throws: An Interrupt, before anything has changed.
  /// - Complexity: A walk over the heap when they have to move, which doubles the room.
  func growVariables(of module: ModuleReference, by count: Int) throws(RaisedError) {
    let needed = module.pointee.slotCount + count
    if needed <= module.pointee.slotCapacity { return }
    let stop = StopCheck(self)
    var prototypes: [PrototypeReference] = []
    let isComplete =
      pointee.heap.finishSweeping(unless: stop)
      && pointee.heap.forEachCell(unless: stop) { header, _ in
        if Tag(header.pointee.kind) != .prototype { return }
        let prototype = UnsafeMutableRawPointer(header)
          .assumingMemoryBound(to: PrototypeObject.self)
        if prototype.pointee.module == module { prototypes.append(prototype) }
      }
    if !isComplete { throw interruption }
    moveVariables(of: module, to: max(needed, module.pointee.slotCapacity * 2))
    for prototype in prototypes { prototype.pointee.globals = module.pointee.slots }
  }

  /// Moves the variables of a module; whoever holds their address must be told.
  func moveVariables(of module: ModuleReference, to capacity: Int) {
    let count = module.pointee.slotCount
    let moved = pointee.heap.allocateExternal(Value.self, capacity: capacity)
    moved.update(from: module.pointee.slots, count: count)
    (moved + count).update(repeating: .undefined, count: capacity - count)
    pointee.heap.freeExternal(module.pointee.slots, capacity: module.pointee.slotCapacity)
    module.pointee.slots = moved
    module.pointee.slotCapacity = capacity
  }

  /// Whether a call of the module's code waits for Swift code, and will go on with the address of the
  /// variables that it knows.
  ///
  /// The instructions that add variables themselves, imports and assignments to attributes, ask for the
  /// address anew.
  func isWaitingForSwift(_ module: ModuleReference) -> Bool {
    var frame = pointee.frames + 1
    while frame <= pointee.frame {
      let isWaiting =
        frame == pointee.frame
        ? !asksForVariablesAnew(frame.pointee.resume[-1].opcode)
        : frame[1].function == pointee.bridge
      if isWaiting && frame.pointee.function.pointee.prototype.pointee.module == module {
        return true
      }
      frame += 1
    }
    return false
  }

  private func asksForVariablesAnew(_ opcode: Opcode) -> Bool {
    switch opcode {
    case .setAttribute, .importModule, .importName, .importStar: true
    default: false
    }
  }
}
