// Where the objects of each kind keep their values: the one place that whoever replaces values, or
// follows them, asks. The collector alone knows it by itself, for speed.

extension UnsafeMutablePointer where Pointee == ObjectHeader {
  /// Calls `body` with each run of neighbouring values that the object keeps, as address and count.
  ///
  /// Each value may be replaced: also the key of a map, by one with the same hash. Among them are
  /// values that stand for nothing: a removed entry's key is `undefined`, a set's values are `nil`.
  @inline(__always)
  func forEachRun(_ body: (UnsafeMutablePointer<Value>, Int) -> Void) {
    let memory = UnsafeMutableRawPointer(self)
    switch Tag(pointee.kind) {
    case .list:
      let list = memory.assumingMemoryBound(to: ListObject.self)
      body(list.pointee.items, list.pointee.count)
    case .tuple:
      let tuple = memory.assumingMemoryBound(to: TupleObject.self)
      body(tuple.items, tuple.pointee.count)
    case .map, .set:
      // An entry is two values, so the entries are one run.
      let map = memory.assumingMemoryBound(to: MapObject.self)
      body(
        UnsafeMutableRawPointer(map.pointee.entries).assumingMemoryBound(to: Value.self),
        map.pointee.used * 2)
    case .instance:
      let instance = memory.assumingMemoryBound(to: InstanceObject.self)
      body(instance.pointee.slots, instance.pointee.shape.pointee.fieldCount)
    case .function:
      let function = memory.assumingMemoryBound(to: FunctionObject.self)
      body(function.captures, function.captureCount)
    case .cell:
      body(&memory.assumingMemoryBound(to: CellObject.self).pointee.value, 1)
    case .module:
      let module = memory.assumingMemoryBound(to: ModuleObject.self)
      body(module.pointee.slots, module.pointee.slotCount)
    case .class:
      let `class` = memory.assumingMemoryBound(to: ClassObject.self)
      let members = `class`.pointee.members
      for position in 0..<members.count {
        body(&members.entries.unsafelyUnwrapped[position].value, 1)
      }
      body(&`class`.pointee.documentation, 1)
      body(&`class`.pointee.initializer, 1)
    case .boundMethod, .superView:
      let bound = memory.assumingMemoryBound(to: BoundMethodObject.self)
      body(&bound.pointee.receiver, 1)
      body(&bound.pointee.method, 1)
    case .iterator:
      let iterator = memory.assumingMemoryBound(to: IteratorObject.self)
      body(&iterator.pointee.source, 1)
      body(&iterator.pointee.extra, 1)
    case .generator:
      let generator = memory.assumingMemoryBound(to: GeneratorObject.self)
      body(generator.pointee.registers, generator.pointee.registerCount)
    case .deferred:
      body(&memory.assumingMemoryBound(to: DeferredObject.self).pointee.resolved, 1)
    case .prototype:
      let prototype = memory.assumingMemoryBound(to: PrototypeObject.self)
      body(prototype.pointee.constants, Int(prototype.pointee.constantCount))
    default: break
    }
  }

  /// Calls `body` with each value that the object keeps and that can be replaced.
  ///
  /// See ``forEachRun(_:)``.
  @inline(__always)
  func forEachSlot(_ body: (UnsafeMutablePointer<Value>) -> Void) {
    forEachRun { values, count in
      for position in 0..<count { body(values + position) }
    }
  }
}
