import Lang

// Whose memory is what: the heap divided among modules.

/// The bytes of the heap, divided: each object is counted once, for one owner.
struct HeapDivision {
  /// For each module that was asked about: what it reaches and no module before it.
  var modules: [Int]
  /// Built-in types and functions, the stack, handles, and what is reached from nothing but them.
  var shared = 0
  /// What the program cannot reach any more; the next collection frees it.
  var unreachable = 0

  /// Everything: the heap's ``Heap/byteCount``.
  var total: Int { modules.reduce(shared + unreachable, +) }
}

extension Engine {
  /// Divides the heap among modules.
  ///
  /// An object belongs to the first of the modules whose variables lead to it without passing through
  /// another module. Built-in types and functions belong to none.
  ///
  /// Nothing is allocated in the heap, and nothing is collected.
  ///
  /// - Returns: Nil when it was given up because the program is to stop.
  /// - Complexity: Linear in the heap, for each 250 modules.
  func divideHeap(among modules: [ModuleReference], unless stop: StopCheck?) -> HeapDivision? {
    guard pointee.heap.finishSweeping(unless: stop), pointee.heap.unifyColours(unless: stop)
    else { return nil }
    var walk = OwnershipWalk(self, moduleCount: modules.count, unless: stop)
    defer { walk.deallocate() }
    if let division = walk.divide(among: modules) { return division }
    pointee.heap.forgetColours()
    return nil
  }
}

/// A walk over the heap that claims objects for one owner after the other.
///
/// Between two collections the marks of objects mean nothing once all blocks are swept, so the walk
/// writes owners there and puts the heap's colour back at the end. It follows what the collector
/// follows and nothing else: every other address may be out of date.
private struct OwnershipWalk {
  static let shared = -1

  private let engine: Engine
  /// The mark of objects that have no owner yet.
  private let free: UInt8
  /// The mark of objects whose bytes were added up.
  private let counted: UInt8
  /// The mark of the owner whose turn it is.
  private var mark: UInt8
  /// The owner of each mark.
  private var owners: [Int]
  private var marksLeft: Int
  private var division: HeapDivision
  private var queue: ObjectQueue
  /// Modules, and what code remembers of them, are passed through: nothing that they lead to is
  /// claimed by another module any more.
  private var passesModules = false
  /// The module whose turn it is.
  private var module: ModuleReference?
  private let stop: StopCheck?

  init(_ engine: Engine, moduleCount: Int, unless stop: StopCheck?) {
    self.engine = engine
    self.stop = stop
    queue = ObjectQueue(unless: stop)
    free = engine.pointee.heap.colour
    counted = OwnershipWalk.mark(after: free)
    mark = counted
    owners = Array(repeating: OwnershipWalk.shared, count: 256)
    marksLeft = OwnershipWalk.ownerMarks
    division = HeapDivision(modules: Array(repeating: 0, count: moduleCount))
  }

  func deallocate() { queue.deallocate() }

  /// Every owner's turn; nil when it was given up, with any marks left behind.
  mutating func divide(among modules: [ModuleReference]) -> HeapDivision? {
    guard begin(for: OwnershipWalk.shared), reachBuiltins() else { return nil }
    for (position, module) in modules.enumerated() {
      guard begin(for: position), reach(module: module) else { return nil }
    }
    guard begin(for: OwnershipWalk.shared), reachEverythingElse() else { return nil }
    return finish()
  }

  /// All marks but 0, which is that of free cells, and the marks of those without an owner and of those
  /// that were counted.
  private static let ownerMarks = 253

  private static func mark(after mark: UInt8) -> UInt8 { mark == 255 ? 1 : mark + 1 }

  /// What is reached from now on belongs to `owner`.
  private mutating func begin(for owner: Int) -> Bool {
    if marksLeft == 0, !count() { return false }
    marksLeft -= 1
    mark = OwnershipWalk.mark(after: mark)
    owners[Int(mark)] = owner
    return true
  }

  /// Adds up the bytes of what was claimed, so that marks can be given to other owners.
  private mutating func count() -> Bool {
    var division = self.division
    let isComplete = engine.pointee.heap.forEachCell(unless: stop) { header, size in
      let mark = header.pointee.mark
      if mark == free || mark == counted { return }
      header.pointee.mark = counted
      add(size + header.externalByteCount, for: owners[Int(mark)], to: &division)
    }
    self.division = division
    mark = counted
    marksLeft = OwnershipWalk.ownerMarks
    return isComplete
  }

  /// Adds up the rest, and leaves the heap as it was.
  private mutating func finish() -> HeapDivision? {
    if !count() { return nil }
    var unreachable = 0
    let isComplete = engine.pointee.heap.forEachCell(unless: stop) { header, size in
      if header.pointee.mark == free { unreachable += size + header.externalByteCount }
      header.pointee.mark = free
    }
    division.unreachable = unreachable
    return isComplete ? division : nil
  }

  private func add(_ bytes: Int, for owner: Int, to division: inout HeapDivision) {
    if owner == OwnershipWalk.shared {
      division.shared += bytes
    } else {
      division.modules[owner] += bytes
    }
  }

  // MARK: Roots

  /// Built-in types and functions, which every module uses and none has made.
  private mutating func reachBuiltins() -> Bool {
    for index in 0..<(Tag.heapKindLimit - Int(Tag.undefined.rawValue)) {
      if let known = engine.pointee.classes[index] { reach(known) }
    }
    reach(engine.pointee.errors.exit)
    reach(engine.pointee.builtins, count: engine.pointee.builtinCount)
    return drain()
  }

  /// A module and what its variables lead to.
  private mutating func reach(module: ModuleReference) -> Bool {
    self.module = module
    reach(module)
    return drain()
  }

  /// All other roots, in the end.
  private mutating func reachEverythingElse() -> Bool {
    passesModules = true
    // What only the caches of a module's code hold is alive, but nobody's.
    var caching: [PrototypeReference] = []
    let isComplete = engine.pointee.heap.forEachCell(unless: stop) { header, _ in
      if Tag(header.pointee.kind) == .prototype, header.pointee.mark != free {
        caching.append(
          UnsafeMutableRawPointer(header).assumingMemoryBound(to: PrototypeObject.self))
      }
    }
    if !isComplete { return false }
    for prototype in caching { reachCaches(of: prototype) }
    reach(engine.pointee.stack, count: engine.pointee.top - engine.pointee.stack)
    var frame = engine.pointee.frames
    while frame <= engine.pointee.frame {
      if frame > engine.pointee.frames { reach(frame.pointee.function) }
      if let generator = frame.pointee.generator { reach(generator) }
      frame += 1
    }
    for index in 0..<engine.pointee.symbolStringCapacity {
      if let string = engine.pointee.symbolStrings[index] { reach(string) }
    }
    reach(engine.pointee.handles, count: engine.pointee.handleCount)
    reach(engine.pointee.pending)
    for record in engine.pointee.modules.records {
      if let module = record.module { reach(module) }
    }
    return drain()
  }

  // MARK: Edges

  private mutating func reach(_ value: Value) {
    if value.isObject { queue.add(value.header) }
  }

  private mutating func reach<Object>(_ object: UnsafeMutablePointer<Object>) {
    reach(header: UnsafeMutableRawPointer(object).assumingMemoryBound(to: ObjectHeader.self))
  }

  private mutating func reach(header: UnsafeMutablePointer<ObjectHeader>) { queue.add(header) }

  private mutating func reach(_ values: UnsafeMutablePointer<Value>, count: Int) {
    queue.add(values, count: count)
  }

  private mutating func reachOther(module: ModuleReference) {
    if passesModules { reach(module) }
  }

  /// Whether the object is a module that only its own turn leads into.
  private func isOther(_ header: UnsafeMutablePointer<ObjectHeader>) -> Bool {
    Tag(header.pointee.kind) == .module && !passesModules
      && UnsafeMutableRawPointer(header) != module.map { UnsafeMutableRawPointer($0) }
  }

  private mutating func drain() -> Bool {
    while let header = queue.next() {
      if header.pointee.mark != free || isOther(header) { continue }
      header.pointee.mark = mark
      follow(header)
    }
    return !queue.hasStopped
  }

  private mutating func follow(_ header: UnsafeMutablePointer<ObjectHeader>) {
    let memory = UnsafeMutableRawPointer(header)
    switch Tag(header.pointee.kind) {
    case .class:
      // Its remembered `init` is not followed: the collector does not do so either.
      let `class` = memory.assumingMemoryBound(to: ClassObject.self)
      if let base = `class`.pointee.base { reach(base) }
      if let module = `class`.pointee.module { reachOther(module: module) }
      let members = `class`.pointee.members
      for position in 0..<members.count {
        reach(members.entries.unsafelyUnwrapped[position].value)
      }
      reach(`class`.pointee.documentation)
      return
    case .instance:
      reach(memory.assumingMemoryBound(to: InstanceObject.self).pointee.shape.pointee.class)
    case .function:
      let function = memory.assumingMemoryBound(to: FunctionObject.self)
      reach(function.pointee.prototype)
      if let owner = function.pointee.owner { reach(owner) }
    case .native:
      if let owner = memory.assumingMemoryBound(to: NativeObject.self).pointee.owner {
        reach(owner)
      }
    case .generator: reach(memory.assumingMemoryBound(to: GeneratorObject.self).pointee.function)
    case .prototype:
      let prototype = memory.assumingMemoryBound(to: PrototypeObject.self)
      reachOther(module: prototype.pointee.module)
      reach(prototype.pointee.sibling)
      if passesModules { reachCaches(of: prototype) }
    case .list, .map, .set:
      // They have one run each.
      return header.forEachRun { values, count in queue.addExternal(values, count: count) }
    default: break
    }
    header.forEachRun { values, count in queue.add(values, count: count) }
  }

  /// What the collector keeps alive for the inline caches of code.
  private mutating func reachCaches(of prototype: PrototypeReference) {
    for position in 0..<Int(prototype.pointee.cacheCount) {
      let cache = prototype.pointee.caches[position]
      switch cache.kind {
      case .empty, .builtinMethod: break
      case .field, .newField, .method:
        reach(UnsafeMutablePointer<Shape>(bitPattern: cache.key).unsafelyUnwrapped.pointee.class)
        if cache.kind == .method { reach(cache.value) }
      case .moduleVariable, .classMember:
        reach(header: UnsafeMutablePointer(bitPattern: cache.key).unsafelyUnwrapped)
        reach(cache.value)
      }
    }
  }
}
