import Lang

// Making heap objects. Nothing here collects; see `Heap` for why.

extension Engine {
  // MARK: Strings

  /// A string with uninitialised bytes, for the caller to fill.
  @inline(__always)
  func allocateString(byteCount: Int, scalarCount: Int) -> StringReference {
    let memory = pointee.heap.allocate(
      MemoryLayout<StringObject>.size + byteCount, kind: .string)
    let string = memory.assumingMemoryBound(to: StringObject.self)
    string.pointee.byteCount = UInt32(truncatingIfNeeded: byteCount)
    string.pointee.scalarCount = UInt32(truncatingIfNeeded: scalarCount)
    return string
  }

  /// A string of valid UTF-8 whose number of scalars is known.
  func makeString(_ bytes: UnsafePointer<UInt8>, count: Int, scalarCount: Int) -> Value {
    if count == 1 { return character(bytes[0]) }
    let string = allocateString(byteCount: count, scalarCount: scalarCount)
    string.bytes.update(from: bytes, count: count)
    return Value(.string, string)
  }

  /// A string of valid UTF-8 that may be long, whose number of scalars is known.
  @inline(never)
  func makeString(
    copying bytes: UnsafePointer<UInt8>, count: Int, scalarCount: Int
  ) throws(RaisedError) -> Value {
    if count == 1 { return character(bytes[0]) }
    let string = allocateString(byteCount: count, scalarCount: scalarCount)
    try copy(bytes, to: string.bytes, count: count)
    return Value(.string, string)
  }

  /// A string of valid UTF-8.
  func makeString(_ bytes: UnsafePointer<UInt8>, count: Int) -> Value {
    makeString(bytes, count: count, scalarCount: Engine.scalarCount(bytes, count: count))
  }

  /// A string with the text of a Swift string.
  func makeString(_ text: String) -> Value {
    var copy = text
    return copy.withUTF8 { buffer in
      guard let base = buffer.baseAddress, buffer.count > 0 else {
        return Value(.string, allocateString(byteCount: 0, scalarCount: 0))
      }
      return makeString(base, count: buffer.count)
    }
  }

  /// The number of Unicode scalars in valid UTF-8: the bytes that do not continue one.
  static func scalarCount(_ bytes: UnsafePointer<UInt8>, count: Int) -> Int {
    var continuations = 0
    for index in 0..<count { continuations &+= bytes[index] & 0xC0 == 0x80 ? 1 : 0 }
    return count - continuations
  }

  /// The cached string of one ASCII character.
  @inline(__always)
  func character(_ ascii: UInt8) -> Value {
    if let known = pointee.characters[Int(ascii)] { return Value(.string, known) }
    return makeCharacter(ascii)
  }

  @inline(never)
  private func makeCharacter(_ ascii: UInt8) -> Value {
    var byte = ascii
    let value = string(of: pointee.symbols.intern(&byte, count: 1))
    pointee.characters[Int(ascii)] = value.string
    return value
  }

  /// The one string object of a symbol, kept for good.
  func string(of symbol: Symbol) -> Value {
    let index = Int(symbol.rawValue)
    if index >= pointee.symbolStringCapacity {
      let capacity = max(index + 1, pointee.symbolStringCapacity * 2, 512)
      let grown = UnsafeMutablePointer<StringReference?>.allocate(capacity: capacity)
      grown.initialize(repeating: nil, count: capacity)
      grown.update(from: pointee.symbolStrings, count: pointee.symbolStringCapacity)
      pointee.symbolStrings.deallocate()
      pointee.symbolStrings = grown
      pointee.symbolStringCapacity = capacity
    }
    if let known = pointee.symbolStrings[index] { return Value(.string, known) }
    let bytes = pointee.symbols.bytes(of: symbol)
    let string = allocateString(
      byteCount: bytes.count,
      scalarCount: Engine.scalarCount(bytes.baseAddress.unsafelyUnwrapped, count: bytes.count))
    string.bytes.update(from: bytes.baseAddress.unsafelyUnwrapped, count: bytes.count)
    string.pointee.header.flags = StringObject.isInternedFlag
    pointee.symbolStrings[index] = string
    return Value(.string, string)
  }

  /// The symbol with the text of a string.
  func symbol(of string: StringReference) -> Symbol {
    pointee.symbols.intern(string.bytes, count: string.count)
  }

  /// A byte string with uninitialised bytes, for the caller to fill.
  func allocateBytes(count: Int) -> BytesReference {
    let memory = pointee.heap.allocate(MemoryLayout<BytesObject>.size + count, kind: .bytes)
    let bytes = memory.assumingMemoryBound(to: BytesObject.self)
    bytes.pointee.count = count
    return bytes
  }

  /// A byte string.
  func makeBytes(_ bytes: UnsafePointer<UInt8>, count: Int) -> Value {
    let object = allocateBytes(count: count)
    object.bytes.update(from: bytes, count: count)
    return Value(.bytes, object)
  }

  /// A byte string that may be long.
  func makeBytes(
    copying bytes: UnsafePointer<UInt8>, count: Int
  ) throws(RaisedError) -> Value {
    let object = allocateBytes(count: count)
    try copy(bytes, to: object.bytes, count: count)
    return Value(.bytes, object)
  }

  // MARK: Containers

  /// An empty list with room for `capacity` items.
  func makeList(capacity: Int) -> ListReference {
    let memory = pointee.heap.allocate(MemoryLayout<ListObject>.size, kind: .list)
    let list = memory.assumingMemoryBound(to: ListObject.self)
    list.pointee.count = 0
    list.pointee.capacity = capacity
    list.pointee.items =
      capacity == 0
      ? UnsafeMutablePointer<Value>(bitPattern: 16).unsafelyUnwrapped
      : pointee.heap.allocateExternal(Value.self, capacity: capacity)
    return list
  }

  /// Appends to a list; amortised constant time.
  @inline(__always)
  func append(_ value: Value, to list: ListReference) {
    let count = list.pointee.count
    if count == list.pointee.capacity { growList(list, toHold: count &+ 1) }
    list.pointee.items[count] = value
    list.pointee.count = count &+ 1
    if value.isUnresolved {
      noteStore(value, in: UnsafeMutableRawPointer(list).assumingMemoryBound(to: ObjectHeader.self))
    }
  }

  /// Makes room in a list for `needed` items in all.
  @inline(never)
  func growList(_ list: ListReference, toHold needed: Int) {
    let old = list.pointee.capacity
    let capacity = max(needed, old < 4 ? 4 : old + old / 2)
    list.pointee.items = pointee.heap.resizeExternal(
      list.pointee.items, count: list.pointee.count, from: old, to: capacity)
    list.pointee.capacity = capacity
  }

  /// A tuple of `count` items, `nil` until they are filled in; call ``noteStores(_:)`` afterwards.
  func makeTuple(count: Int) -> TupleReference {
    let memory = pointee.heap.allocate(
      MemoryLayout<TupleObject>.size + count * MemoryLayout<Value>.stride, kind: .tuple)
    let tuple = memory.assumingMemoryBound(to: TupleObject.self)
    tuple.pointee.count = count
    tuple.items.initialize(repeating: .nil, count: count)
    return tuple
  }

  /// A tuple with room for `count` items, which `fill` writes.
  ///
  /// What it throws leaves an empty tuple behind that nobody knows.
  @inline(__always)
  func makeTuple(
    count: Int, _ fill: (UnsafeMutablePointer<Value>) throws(RaisedError) -> Void
  ) throws(RaisedError) -> TupleReference {
    let memory = pointee.heap.allocate(
      MemoryLayout<TupleObject>.size + count * MemoryLayout<Value>.stride, kind: .tuple)
    let tuple = memory.assumingMemoryBound(to: TupleObject.self)
    tuple.pointee.count = 0
    try fill(tuple.items)
    tuple.pointee.count = count
    try noteStoresInPieces(tuple.items, count, in: tuple.header)
    return tuple
  }

  /// Records an object as holder of the unresolved values among many that were copied into it;
  /// whether there are any.
  @inline(__always) @discardableResult
  func noteStoresInPieces(
    _ items: UnsafeMutablePointer<Value>, _ count: Int,
    in holder: UnsafeMutablePointer<ObjectHeader>
  ) throws(RaisedError) -> Bool {
    var hasUnresolved = false
    var pieces = Pieces(of: Piece.items, count)
    while try pieces.next(self) {
      for index in pieces.range where items[index].isUnresolved {
        hasUnresolved = true
        noteStore(items[index], in: holder)
      }
    }
    return hasUnresolved
  }

  /// A tuple of two.
  func makeTuple(_ a: Value, _ b: Value) -> Value {
    let tuple = makeTuple(count: 2)
    tuple.items[0] = a
    tuple.items[1] = b
    noteStores(tuple)
    return Value(.tuple, tuple)
  }

  /// Records a tuple as holder of the unresolved values in it.
  func noteStores(_ tuple: TupleReference) {
    for index in 0..<tuple.pointee.count where tuple.items[index].isUnresolved {
      noteStore(
        tuple.items[index],
        in: UnsafeMutableRawPointer(tuple).assumingMemoryBound(to: ObjectHeader.self))
    }
  }

  /// An empty map.
  func makeMap() -> MapReference { makeTable(.map) }

  /// An empty set.
  func makeSet() -> MapReference { makeTable(.set) }

  private func makeTable(_ kind: Tag) -> MapReference {
    let memory = pointee.heap.allocate(MemoryLayout<MapObject>.size, kind: kind)
    let map = memory.assumingMemoryBound(to: MapObject.self)
    map.pointee.count = 0
    map.pointee.used = 0
    map.pointee.capacity = 0
    map.pointee.entries = UnsafeMutablePointer<MapEntry>(bitPattern: 16).unsafelyUnwrapped
    map.pointee.index = nil
    map.pointee.indexMask = 0
    map.pointee.recent = 0
    return map
  }

  /// `lower..upper` by `step`, which is not 0.
  func makeRange(_ lower: Int, _ upper: Int, step: Int) -> Value {
    let memory = pointee.heap.allocate(MemoryLayout<RangeObject>.size, kind: .range)
    let range = memory.assumingMemoryBound(to: RangeObject.self)
    range.pointee.lower = lower
    range.pointee.upper = upper
    range.pointee.step = step
    return Value(.range, range)
  }

  /// A built-in iterator; `extra` is `nil`.
  func makeIterator(
    _ kind: IteratorKind, source: Value, position: Int, limit: Int
  ) -> IteratorReference {
    let memory = pointee.heap.allocate(MemoryLayout<IteratorObject>.size, kind: .iterator)
    let iterator = memory.assumingMemoryBound(to: IteratorObject.self)
    iterator.pointee.kind = kind
    iterator.pointee.source = source
    iterator.pointee.extra = .nil
    iterator.pointee.position = position
    iterator.pointee.limit = limit
    if source.isUnresolved {
      noteStore(
        source, in: UnsafeMutableRawPointer(memory).assumingMemoryBound(to: ObjectHeader.self))
    }
    return iterator
  }

  // MARK: Functions, classes, instances

  /// A new instance of `class` with no fields set.
  @inline(__always)
  func makeInstance(of class: ClassReference) -> InstanceReference {
    let fields = `class`.pointee.expectedFields
    let memory = pointee.heap.allocate(
      MemoryLayout<InstanceObject>.size + fields * MemoryLayout<Value>.stride, kind: .instance)
    let instance = memory.assumingMemoryBound(to: InstanceObject.self)
    instance.pointee.header.word = UInt32(truncatingIfNeeded: fields)
    instance.pointee.shape = `class`.pointee.rootShape.unsafelyUnwrapped
    instance.pointee.slots = instance.trailing()
    return instance
  }

  /// Sets a field, adding it when the instance lacks it.
  func setField(_ instance: InstanceReference, _ symbol: Symbol, _ value: Value) {
    let shape = instance.pointee.shape
    var slot = shape.slot(of: symbol)
    if slot < 0 {
      slot = shape.pointee.fieldCount
      growInstance(instance, toHold: slot + 1)
      instance.pointee.shape = shape.adding(symbol)
    }
    instance.pointee.slots[slot] = value
    if value.isUnresolved {
      noteStore(
        value, in: UnsafeMutableRawPointer(instance).assumingMemoryBound(to: ObjectHeader.self))
    }
  }

  /// Makes room for `count` fields; `header.word` is how many fit.
  @inline(__always)
  func growInstance(_ instance: InstanceReference, toHold count: Int) {
    if count > Int(instance.pointee.header.word) { moveFields(of: instance, toHold: count) }
  }

  @inline(never)
  private func moveFields(of instance: InstanceReference, toHold count: Int) {
    let old = Int(instance.pointee.header.word)
    let capacity = max(4, old * 2, count)
    let slots = pointee.heap.allocateExternal(Value.self, capacity: capacity)
    slots.update(from: instance.pointee.slots, count: min(old, count))
    if instance.pointee.header.flags & InstanceObject.hasExternalSlots != 0 {
      pointee.heap.freeExternal(instance.pointee.slots, capacity: old)
    }
    instance.pointee.slots = slots
    instance.pointee.header.flags |= InstanceObject.hasExternalSlots
    instance.pointee.header.word = UInt32(truncatingIfNeeded: capacity)
    // Later instances of the class get the room from the start.
    let `class` = instance.pointee.shape.pointee.class
    if count > `class`.pointee.expectedFields { `class`.pointee.expectedFields = min(count, 48) }
  }

  /// The value of a field, or `undefined`.
  func field(_ instance: InstanceReference, _ symbol: Symbol) -> Value {
    let slot = instance.pointee.shape.slot(of: symbol)
    return slot < 0 ? .undefined : instance.pointee.slots[slot]
  }

  /// A new class without members.
  func makeClass(_ name: Symbol, base: ClassReference?, valueTag: Tag = .instance) -> ClassReference
  {
    let memory = pointee.heap.allocate(MemoryLayout<ClassObject>.size, kind: .class)
    let `class` = memory.assumingMemoryBound(to: ClassObject.self)
    `class`.pointee.name = name
    `class`.pointee.valueTag = valueTag
    `class`.pointee.base = base
    `class`.pointee.members = SymbolMap()
    `class`.pointee.rootShape = Shape.makeRoot(of: `class`)
    `class`.pointee.expectedFields = base?.pointee.expectedFields ?? 0
    `class`.pointee.module = nil
    `class`.pointee.documentation = .nil
    `class`.pointee.initializer = .undefined
    if let base {
      `class`.pointee.header.flags = base.pointee.header.flags & ClassObject.isErrorFlag
    }
    return `class`
  }

  /// `receiver.method` as a value.
  func makeBoundMethod(_ receiver: Value, _ method: Value) -> Value {
    let memory = pointee.heap.allocate(MemoryLayout<BoundMethodObject>.size, kind: .boundMethod)
    let bound = memory.assumingMemoryBound(to: BoundMethodObject.self)
    bound.pointee.receiver = receiver
    bound.pointee.method = method
    if receiver.isUnresolved {
      noteStore(
        receiver, in: UnsafeMutableRawPointer(memory).assumingMemoryBound(to: ObjectHeader.self))
    }
    return Value(.boundMethod, bound)
  }

  /// A cell that holds `value`.
  func makeCell(_ value: Value) -> Value {
    let memory = pointee.heap.allocate(MemoryLayout<CellObject>.size, kind: .cell)
    let cell = memory.assumingMemoryBound(to: CellObject.self)
    cell.pointee.value = value
    if value.isUnresolved {
      noteStore(
        value, in: UnsafeMutableRawPointer(memory).assumingMemoryBound(to: ObjectHeader.self))
    }
    return Value(.cell, cell)
  }

  // MARK: Asking about values

  /// The class of a value, built-in types included.
  @inline(__always)
  func classOf(_ value: Value) -> ClassReference {
    if value.tag == .instance { return value.instance.pointee.shape.pointee.class }
    let position = Int(value.tag.rawValue) - Int(Tag.undefined.rawValue)
    return pointee.classes[position].unsafelyUnwrapped
  }

  /// The name of a value's type, as messages show it.
  func typeName(of value: Value) -> String {
    pointee.symbols.text(of: classOf(value).pointee.name)
  }

  /// Roots a value until the running native returns.
  @inline(__always)
  func root(_ value: Value) {
    pointee.top.pointee = value
    pointee.top += 1
  }

  /// What identity hashes are made of: a proxy and its module agree.
  func identityHash(of value: Value) -> UInt64 {
    switch value.tag {
    case .proxy: return UInt64(truncatingIfNeeded: value.proxy.pointee.record) &* 0x9E37_79B9
    case .module: return UInt64(truncatingIfNeeded: value.module.pointee.record) &* 0x9E37_79B9
    default: return value.bits >> 4
    }
  }

  /// Records that `holder` holds an unresolved value.
  ///
  /// Swift code may have held the value while its module was loaded; then the holder gets what it stands
  /// for.
  @inline(never)
  func noteStore(_ value: Value, in holder: UnsafeMutablePointer<ObjectHeader>) {
    let known = current(value)
    if !known.isSame(as: value) {
      patch(value, to: known, in: holder)
    } else if value.tag == .proxy {
      value.proxy.pointee.holders.insert(holder)
    } else if value.tag == .deferred {
      value.deferred.pointee.holders.insert(holder)
    }
  }
}
