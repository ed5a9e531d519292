import Lang

// Patching: every reference to a proxy or deferred name becomes what it stands for.

extension Engine {
  /// Replaces `old` by `new` in its holders, in registers, and in what the machine itself holds.
  ///
  /// - Complexity: Linear in the sizes of the holders and in the depth of the stack.
  func patch(_ old: Value, to new: Value, holders: HolderTable) {
    holders.forEach { patch(old, to: new, in: $0) }
    // Registers: the soft limit is beyond everything that was in use since the last collection.
    replace(old, by: new, pointee.stack, count: pointee.stackLimit - pointee.stack)
    for position in 0..<pointee.generatorCount {
      let generator = pointee.generators[position]
      replace(old, by: new, generator.pointee.registers, count: generator.pointee.registerCount)
    }
    replace(old, by: new, pointee.handles, count: pointee.handleCount)
    if pointee.returned.isSame(as: old) { pointee.returned = new }
  }

  private func replace(
    _ old: Value, by new: Value, _ values: UnsafeMutablePointer<Value>, count: Int
  ) {
    for position in 0..<count where values[position].isSame(as: old) { values[position] = new }
  }

  private func patch(_ old: Value, to new: Value, in holder: UnsafeMutablePointer<ObjectHeader>) {
    // What takes the place may be unresolved itself: a submodule's proxy.
    if new.isUnresolved { noteStore(new, in: holder) }
    let memory = UnsafeMutableRawPointer(holder)
    switch Tag(holder.pointee.kind) {
    case .list:
      let list = memory.assumingMemoryBound(to: ListObject.self)
      replace(old, by: new, list.pointee.items, count: list.pointee.count)
    case .tuple:
      let tuple = memory.assumingMemoryBound(to: TupleObject.self)
      replace(old, by: new, tuple.items, count: tuple.pointee.count)
    case .map, .set:
      let map = memory.assumingMemoryBound(to: MapObject.self)
      for position in 0..<map.pointee.used {
        let entry = map.pointee.entries + position
        // A proxy and its module have one hash, so the entry stays where it is.
        if entry.pointee.key.isSame(as: old) { entry.pointee.key = new }
        if entry.pointee.value.isSame(as: old) { entry.pointee.value = new }
      }
    case .instance:
      let instance = memory.assumingMemoryBound(to: InstanceObject.self)
      replace(
        old, by: new, instance.pointee.slots,
        count: instance.pointee.shape.pointee.fieldCount)
    case .function:
      let function = memory.assumingMemoryBound(to: FunctionObject.self)
      replace(old, by: new, function.captures, count: function.captureCount)
    case .cell:
      let cell = memory.assumingMemoryBound(to: CellObject.self)
      replace(old, by: new, &cell.pointee.value, count: 1)
    case .module:
      let module = memory.assumingMemoryBound(to: ModuleObject.self)
      replace(old, by: new, module.pointee.slots, count: module.pointee.slotCount)
    case .class:
      let `class` = memory.assumingMemoryBound(to: ClassObject.self)
      for position in 0..<`class`.pointee.members.count {
        replace(
          old, by: new, &`class`.pointee.members.entries.unsafelyUnwrapped[position].value,
          count: 1)
      }
    case .boundMethod:
      let bound = memory.assumingMemoryBound(to: BoundMethodObject.self)
      replace(old, by: new, &bound.pointee.receiver, count: 1)
      replace(old, by: new, &bound.pointee.method, count: 1)
    case .iterator:
      let iterator = memory.assumingMemoryBound(to: IteratorObject.self)
      replace(old, by: new, &iterator.pointee.source, count: 1)
      replace(old, by: new, &iterator.pointee.extra, count: 1)
    default: break
    }
  }
}
