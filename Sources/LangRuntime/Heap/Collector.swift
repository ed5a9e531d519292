import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Marking: finds everything that the program can still reach.
///
/// Precise but for one thing: a register that holds a value which the program will not read again
/// keeps that value alive until it is overwritten or its frame ends. Registers beyond the innermost
/// frame are cleared, so that no later frame finds stale values there.
struct Marker {
  private var queue: ObjectQueue
  private let colour: UInt8
  /// Bytes of what was marked.
  var liveBytes = 0

  init(colour: UInt8, unless stop: StopCheck) {
    self.colour = colour
    queue = ObjectQueue(unless: stop)
  }

  func deallocate() { queue.deallocate() }

  @inline(__always)
  mutating func mark(_ value: Value) {
    if value.isObject { queue.add(value.header) }
  }

  /// Marks an object that many refer to, and that is most likely in the cache.
  @inline(__always)
  mutating func mark<Object>(_ object: UnsafeMutablePointer<Object>) {
    mark(header: UnsafeMutableRawPointer(object).assumingMemoryBound(to: ObjectHeader.self))
  }

  @inline(__always)
  mutating func mark(header: UnsafeMutablePointer<ObjectHeader>) {
    if header.pointee.mark != colour { queue.add(header) }
  }

  @inline(__always)
  mutating func mark(_ values: UnsafeMutablePointer<Value>, count: Int) {
    queue.add(values, count: count)
  }

  /// Marks everything that is reachable from what was marked, until it is to stop.
  ///
  /// - Returns: False when it has stopped.
  mutating func drain() -> Bool {
    while let header = queue.next() {
      if header.pointee.mark != colour {
        header.pointee.mark = colour
        scan(header)
      }
    }
    return !queue.hasStopped
  }

  private mutating func mark(_ members: SymbolMap) {
    for position in 0..<members.count { mark(members.entries.unsafelyUnwrapped[position].value) }
    liveBytes &+= members.byteCount
  }

  private mutating func scan(_ header: UnsafeMutablePointer<ObjectHeader>) {
    let memory = UnsafeMutableRawPointer(header)
    switch Tag(header.pointee.kind) {
    case .string:
      let string = memory.assumingMemoryBound(to: StringObject.self)
      liveBytes &+= MemoryLayout<StringObject>.size + string.count
    case .bytes:
      let bytes = memory.assumingMemoryBound(to: BytesObject.self)
      liveBytes &+= MemoryLayout<BytesObject>.size + bytes.pointee.count
    case .list:
      let list = memory.assumingMemoryBound(to: ListObject.self)
      queue.addExternal(list.pointee.items, count: list.pointee.count)
      liveBytes &+= MemoryLayout<ListObject>.size + list.pointee.capacity * 16
    case .tuple:
      let tuple = memory.assumingMemoryBound(to: TupleObject.self)
      mark(tuple.items, count: tuple.pointee.count)
      liveBytes &+= MemoryLayout<TupleObject>.size + tuple.pointee.count * 16
    case .map, .set:
      let map = memory.assumingMemoryBound(to: MapObject.self)
      // Keys and values stand one behind the other.
      queue.addExternal(
        UnsafeMutableRawPointer(map.pointee.entries).assumingMemoryBound(to: Value.self),
        count: map.pointee.used * 2)
      liveBytes &+= MemoryLayout<MapObject>.size + map.externalByteCount
    case .range, .foreign:
      liveBytes &+= MemoryLayout<RangeObject>.size
    case .instance:
      let instance = memory.assumingMemoryBound(to: InstanceObject.self)
      let shape = instance.pointee.shape
      mark(instance.pointee.slots, count: shape.pointee.fieldCount)
      mark(shape.pointee.class)
      liveBytes &+= MemoryLayout<InstanceObject>.size + Int(header.pointee.word) * 16
    case .function:
      let function = memory.assumingMemoryBound(to: FunctionObject.self)
      mark(function.pointee.prototype)
      mark(function.captures, count: function.captureCount)
      if let owner = function.pointee.owner { mark(owner) }
      liveBytes &+= MemoryLayout<FunctionObject>.size + function.captureCount * 16
    case .native:
      if let owner = memory.assumingMemoryBound(to: NativeObject.self).pointee.owner { mark(owner) }
      liveBytes &+= MemoryLayout<NativeObject>.size
    case .boundMethod:
      let bound = memory.assumingMemoryBound(to: BoundMethodObject.self)
      mark(bound.pointee.receiver)
      mark(bound.pointee.method)
      liveBytes &+= MemoryLayout<BoundMethodObject>.size
    case .class:
      let `class` = memory.assumingMemoryBound(to: ClassObject.self)
      if let base = `class`.pointee.base { mark(base) }
      if let module = `class`.pointee.module { mark(module) }
      mark(`class`.pointee.members)
      mark(`class`.pointee.documentation)
      liveBytes &+= MemoryLayout<ClassObject>.size
    case .superView:
      let bound = memory.assumingMemoryBound(to: BoundMethodObject.self)
      mark(bound.pointee.receiver)
      mark(bound.pointee.method)
      liveBytes &+= MemoryLayout<BoundMethodObject>.size
    case .cell:
      mark(memory.assumingMemoryBound(to: CellObject.self).pointee.value)
      liveBytes &+= MemoryLayout<CellObject>.size
    case .module:
      let module = memory.assumingMemoryBound(to: ModuleObject.self)
      mark(module.pointee.slots, count: module.pointee.slotCount)
      liveBytes &+= MemoryLayout<ModuleObject>.size + module.pointee.slotCapacity * 16
    case .generator:
      let generator = memory.assumingMemoryBound(to: GeneratorObject.self)
      mark(generator.pointee.function)
      mark(generator.pointee.registers, count: generator.pointee.registerCount)
      liveBytes &+= MemoryLayout<GeneratorObject>.size + generator.pointee.registerCount * 16
    case .iterator:
      let iterator = memory.assumingMemoryBound(to: IteratorObject.self)
      mark(iterator.pointee.source)
      mark(iterator.pointee.extra)
      liveBytes &+= MemoryLayout<IteratorObject>.size
    case .prototype:
      scan(memory.assumingMemoryBound(to: PrototypeObject.self))
    case .deferred:
      mark(memory.assumingMemoryBound(to: DeferredObject.self).pointee.resolved)
      liveBytes &+= MemoryLayout<DeferredObject>.size
    default:
      liveBytes &+= 32
    }
  }

  /// The code of a module lives and dies as a whole.
  private mutating func scan(_ prototype: PrototypeReference) {
    mark(prototype.pointee.module)
    mark(prototype.pointee.constants, count: Int(prototype.pointee.constantCount))
    for position in 0..<Int(prototype.pointee.cacheCount) {
      let cache = prototype.pointee.caches[position]
      switch cache.kind {
      case .empty, .builtinMethod: break
      case .field, .newField, .method:
        // The address of a shape must not be reused while a cache compares with it.
        mark(UnsafeMutablePointer<Shape>(bitPattern: cache.key).unsafelyUnwrapped.pointee.class)
        if cache.kind == .method { mark(cache.value) }
      case .moduleVariable, .classMember:
        mark(header: UnsafeMutablePointer(bitPattern: cache.key).unsafelyUnwrapped)
        mark(cache.value)
      }
    }
    mark(prototype.pointee.sibling)
    liveBytes &+=
      MemoryLayout<PrototypeObject>.size + Int(prototype.pointee.codeCount) * 12
      + Int(prototype.pointee.constantCount) * 16 + Int(prototype.pointee.cacheCount) * 24
  }
}

extension Engine {
  /// Collects now, unless the program is to stop before everything that is alive has been found:
  /// then nothing has happened, and a later safepoint tries again.
  ///
  /// Only at a safepoint: every live value is in a root.
  func collect() {
    let start = monotonicNanoseconds()
    let stop = StopCheck(self)
    defer { pointee.longestPause = max(pointee.longestPause, monotonicNanoseconds() - start) }
    var live = 0
    if pointee.heap.advanceColour(unless: stop) {
      var marker = Marker(colour: pointee.heap.colour, unless: stop)
      let isComplete = markRoots(&marker) && marker.drain() && dropDeadHolders(unless: stop)
      live = marker.liveBytes
      marker.deallocate()
      if isComplete {
        pointee.lookups.empty()
        pointee.heap.startSweeping(unless: stop)
        pointee.collections += 1
        allow(max(Heap.firstThreshold, live), beyond: live)
        return
      }
    }
    postponeCollection()
  }

  /// Lets whoever catches an Interrupt, or the prompt, go on for a while before the next collection.
  func postponeCollection() {
    if pointee.heap.allowance >= Heap.firstThreshold / 2 { return }
    allow(Heap.firstThreshold, beyond: pointee.heap.byteCount)
  }

  /// Sets how many bytes may be allocated until the next collection.
  private func allow(_ bytes: Int, beyond live: Int) {
    var allowance = bytes
    if pointee.heap.limit != Int.max {
      allowance = max(1 << 16, min(allowance, (pointee.heap.limit - live) / 2))
    }
    if pointee.heap.isStressed {
      // At every opportunity; but a deep stack would take a time that grows with its square.
      let depth = (pointee.top - pointee.stack) * MemoryLayout<Value>.stride
      allowance = depth < 1 << 16 ? 0 : depth / 64
    }
    pointee.heap.allow(allowance)
  }

  private func markRoots(_ marker: inout Marker) -> Bool {
    marker.mark(pointee.stack, count: pointee.top - pointee.stack)
    // What is beyond the top is dead; it must not be found when the stack grows over it again.
    let unused = pointee.stackLimit - pointee.top
    if unused > 0 { pointee.top.update(repeating: .nil, count: unused) }
    // It is clear now, and will not be cleared again until the stack has grown over it.
    pointee.stackLimit = min(pointee.stackLimit, pointee.top + 4096)
    var frame = pointee.frames
    while frame <= pointee.frame {
      if frame > pointee.frames { marker.mark(frame.pointee.function) }
      if let generator = frame.pointee.generator { marker.mark(generator) }
      frame += 1
    }
    for index in 0..<pointee.symbolStringCapacity {
      if let string = pointee.symbolStrings[index] { marker.mark(string) }
      if index & 0xFFFF == 0xFFFF, !marker.drain() { return false }
    }
    for index in 0..<(Tag.heapKindLimit - Int(Tag.undefined.rawValue)) {
      if let known = pointee.classes[index] { marker.mark(known) }
    }
    marker.mark(pointee.errors.exit)
    marker.mark(pointee.builtins, count: pointee.builtinCount)
    marker.mark(pointee.handles, count: pointee.handleCount)
    marker.mark(pointee.pending)
    for record in pointee.modules.records {
      if let module = record.module { marker.mark(module) }
    }
    return true
  }

  /// Drops dead entries of the reference tables, and tables of dead proxies.
  ///
  /// What is dead stays so: half of the work does no harm when the collection is given up.
  ///
  /// - Returns: False when it has stopped because the program is to stop.
  private func dropDeadHolders(unless stop: StopCheck) -> Bool {
    let colour = pointee.heap.colour
    var kept = 0
    var looked = 0
    for position in 0..<pointee.unresolvedCount {
      if looked >= 1 << 14 {
        looked = 0
        if stop.isStopped {
          let rest = pointee.unresolvedCount - position
          (pointee.unresolved + kept).update(from: pointee.unresolved + position, count: rest)
          pointee.unresolvedCount = kept + rest
          return false
        }
      }
      looked += 1
      let header = pointee.unresolved[position]
      let isAlive = header.pointee.mark == colour
      let memory = UnsafeMutableRawPointer(header)
      if Tag(header.pointee.kind) == .proxy {
        let proxy = memory.assumingMemoryBound(to: ProxyObject.self)
        if isAlive {
          proxy.pointee.holders.dropDead(colour: colour)
          looked += proxy.pointee.holders.count
        } else {
          pointee.modules.records[proxy.pointee.record].proxy = nil
        }
      } else if isAlive {
        let deferred = memory.assumingMemoryBound(to: DeferredObject.self)
        deferred.pointee.holders.dropDead(colour: colour)
        looked += deferred.pointee.holders.count
      }
      if isAlive {
        pointee.unresolved[kept] = header
        kept += 1
      }
    }
    pointee.unresolvedCount = kept
    kept = 0
    for position in 0..<pointee.generatorCount {
      let generator = pointee.generators[position]
      if generator.pointee.header.mark == colour {
        pointee.generators[kept] = generator
        kept += 1
      }
    }
    pointee.generatorCount = kept
    return true
  }
}

extension Heap {
  /// Frees what a dead object holds outside of its cell.
  mutating func finalize(_ header: UnsafeMutablePointer<ObjectHeader>) {
    let memory = UnsafeMutableRawPointer(header)
    switch Tag(header.pointee.kind) {
    case .list:
      let list = memory.assumingMemoryBound(to: ListObject.self)
      if list.pointee.capacity > 0 {
        freeExternal(list.pointee.items, capacity: list.pointee.capacity)
      }
    case .map, .set:
      let map = memory.assumingMemoryBound(to: MapObject.self)
      if map.pointee.capacity > 0 {
        freeExternal(map.pointee.entries, capacity: map.pointee.capacity)
      }
      if let index = map.pointee.index {
        freeExternal(index, capacity: map.pointee.indexMask + 1)
      }
    case .instance:
      // The class and its shapes may be gone already; only the cell, and a shape that belongs to the
      // instance alone, are looked at.
      let instance = memory.assumingMemoryBound(to: InstanceObject.self)
      if header.pointee.flags & InstanceObject.hasUniqueShape != 0 {
        instance.pointee.shape.deallocateTree()
      }
      if header.pointee.flags & InstanceObject.hasExternalSlots != 0 {
        freeExternal(instance.pointee.slots, capacity: Int(header.pointee.word))
      }
    case .class:
      let `class` = memory.assumingMemoryBound(to: ClassObject.self)
      `class`.pointee.members.deallocate()
      `class`.pointee.rootShape?.deallocateTree()
    case .module:
      let module = memory.assumingMemoryBound(to: ModuleObject.self)
      module.pointee.names.deallocate()
      freeExternal(module.pointee.slots, capacity: module.pointee.slotCapacity)
    case .generator:
      let generator = memory.assumingMemoryBound(to: GeneratorObject.self)
      if generator.pointee.registerCount > 0 {
        freeExternal(generator.pointee.registers, capacity: generator.pointee.registerCount)
      }
    case .foreign:
      let object = memory.assumingMemoryBound(to: SwiftObject.self)
      Unmanaged<AnyObject>.fromOpaque(object.pointee.reference).release()
    case .prototype:
      let prototype = memory.assumingMemoryBound(to: PrototypeObject.self)
      prototype.pointee.unit.release()
      prototype.pointee.source.release()
    case .proxy:
      memory.assumingMemoryBound(to: ProxyObject.self).pointee.holders.deallocate()
    case .deferred:
      let deferred = memory.assumingMemoryBound(to: DeferredObject.self)
      deferred.pointee.holders.deallocate()
      deferred.pointee.importSource.release()
    default: break
    }
  }
}

extension UnsafeMutablePointer where Pointee == MapObject {
  /// Bytes of the table's external memory.
  var externalByteCount: Int {
    pointee.capacity * MemoryLayout<MapEntry>.stride
      + (pointee.index == nil ? 0 : (pointee.indexMask + 1) * MemoryLayout<UInt64>.stride)
  }
}

extension UnsafeMutablePointer where Pointee == ObjectHeader {
  /// Bytes that the heap counts for the object outside of its cell: what `finalize` gives back.
  var externalByteCount: Int {
    let memory = UnsafeMutableRawPointer(self)
    let values: Int
    switch Tag(pointee.kind) {
    case .list: values = memory.assumingMemoryBound(to: ListObject.self).pointee.capacity
    case .map, .set: return memory.assumingMemoryBound(to: MapObject.self).externalByteCount
    case .instance:
      values = pointee.flags & InstanceObject.hasExternalSlots == 0 ? 0 : Int(pointee.word)
    case .module: values = memory.assumingMemoryBound(to: ModuleObject.self).pointee.slotCapacity
    case .generator:
      values = memory.assumingMemoryBound(to: GeneratorObject.self).pointee.registerCount
    default: return 0
    }
    return values * MemoryLayout<Value>.stride
  }
}

/// A clock for durations.
func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
