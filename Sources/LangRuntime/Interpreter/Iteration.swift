// What `for` does. `iterate` turns a value into an iterator once, `next` gives the items one by one
// and `undefined` at the end. Iterators are generators, instances with `next()`, and the built-in
// `IteratorObject`, whose `position` and `limit` mean, by kind of source:
//
//     list, tuple, bytes          the next index; `limit` is not used (a list may grow and shrink)
//     range                       the next index; `limit` is the number of items
//     string                      the byte offset of the next scalar
//     map, set                    the next position among the entries; `limit` is the version
//     reversed                    one more than the index that comes next (of bytes for a string)
//     enumerate                   the next number
//     zip                         1 when it has ended

extension Engine {
  // MARK: The protocol

  /// The iterator over a value.
  ///
  /// May run an `iter` method.
  func iterate(_ value: Value) throws(RaisedError) -> Value {
    switch value.tag {
    case .list, .tuple, .string, .bytes:
      return Value(.iterator, makeIterator(.sequence, source: value, position: 0, limit: 0))
    case .range:
      let count = value.range.count
      return Value(.iterator, makeIterator(.sequence, source: value, position: 0, limit: count))
    case .map, .set:
      return Value(
        .iterator,
        makeIterator(.sequence, source: value, position: 0, limit: Int(value.map.version)))
    case .iterator, .generator: return value
    case .instance:
      if let returned = try callMethod(value, pointee.names.iter) {
        let result = try resolved(returned)
        if result.tag == .instance {
          if hasMethod(result, pointee.names.next) { return result }
          throw typeError(
            "\(typeName(of: value)).iter() must return an iterator, not \(typeName(of: result))")
        }
        return try iterate(result)
      }
      if hasMethod(value, pointee.names.next) { return value }
    case .deferred: return try iterate(resolved(value))
    default: break
    }
    throw typeError("\(typeName(of: value)) cannot be iterated over")
  }

  /// The iterator over the (key, value) pairs of a map; over anything else, as ``iterate(_:)``.
  func iteratePairs(_ value: Value) throws(RaisedError) -> Value {
    guard value.tag == .map else { return try iterate(value) }
    return Value(
      .iterator, makeIterator(.pairs, source: value, position: 0, limit: Int(value.map.version)))
  }

  /// The next item of an iterator; undefined at the end.
  func next(_ iterator: Value) throws(RaisedError) -> Value {
    switch iterator.tag {
    case .iterator: return try next(iterator.iterator)
    case .generator: return try resume(iterator.generator)
    case .instance:
      do {
        if let result = try callMethod(iterator, pointee.names.next) { return result }
      } catch {
        if isStopIteration(error.value) { return .undefined }
        throw error
      }
    case .deferred: return try next(resolved(iterator))
    default: break
    }
    throw typeError("next() expects an iterator, not \(typeName(of: iterator))")
  }

  /// Whether an error is a `StopIteration`, or of a class that extends it.
  private func isStopIteration(_ error: Value) -> Bool {
    if error.tag != .instance { return false }
    var current: ClassReference? = error.instance.pointee.shape.pointee.class
    while let known = current {
      if known == pointee.errors.stopIteration { return true }
      current = known.pointee.base
    }
    return false
  }

  // MARK: Built-in iterators

  /// What a safepoint does, for loops in Swift code: `max(zip(a, b))` makes a tuple for each item
  /// and passes no other safepoint.
  ///
  /// What the loop holds is rooted, since a generator may run in it.
  @inline(never)
  private func passSafepointInSwift() throws(RaisedError) {
    try checkInterruption()
    if pointee.heap.allowance >= 0 { return }
    collect()
    if isBeyondMemoryLimit { throw memoryError(pointee.heap.byteCount) }
    if pointee.isInterrupted != 0 { try checkInterruption() }
  }

  private func next(_ iterator: IteratorReference) throws(RaisedError) -> Value {
    if pointee.attention != 0 { try passSafepointInSwift() }
    switch iterator.pointee.kind {
    case .sequence: return try nextOfSequence(iterator)
    case .pairs:
      let entry = try nextEntry(iterator)
      return entry.key.isUndefined ? .undefined : makeTuple(entry.key, entry.value)
    case .enumerate:
      let item = try nextOfEnumerate(iterator)
      if item.isUndefined { return .undefined }
      return makeTuple(.int(iterator.pointee.position &- 1), item)
    case .zip: return try nextOfZip(iterator)
    case .reversed: return nextOfReversed(iterator)
    }
  }

  private func nextOfSequence(_ iterator: IteratorReference) throws(RaisedError) -> Value {
    let source = iterator.pointee.source
    let position = iterator.pointee.position
    switch source.tag {
    case .list:
      if position >= source.list.pointee.count { return .undefined }
      iterator.pointee.position = position &+ 1
      return source.list.pointee.items[position]
    case .tuple:
      if position >= source.tuple.pointee.count { return .undefined }
      iterator.pointee.position = position &+ 1
      return source.tuple.items[position]
    case .range:
      let range = source.range
      if position >= iterator.pointee.limit { return .undefined }
      iterator.pointee.position = position &+ 1
      return .int(range.pointee.lower &+ position &* range.pointee.step)
    case .string:
      let string = source.string
      if position >= string.count { return .undefined }
      let length = TextScanning.length(ofScalarFrom: string.bytes[position])
      iterator.pointee.position = position &+ length
      return scalar(of: string, at: position, length: length)
    case .bytes:
      if position >= source.byteString.pointee.count { return .undefined }
      iterator.pointee.position = position &+ 1
      return .int(Int(source.byteString.bytes[position]))
    case .map, .set: return try nextEntry(iterator).key
    default: return .undefined
    }
  }

  /// The next entry of a map or set; its key is undefined at the end.
  @inline(__always)
  private func nextEntry(_ iterator: IteratorReference) throws(RaisedError) -> MapEntry {
    let map = iterator.pointee.source.map
    var position = iterator.pointee.position
    // At the end it stays at the end, whatever happens to the map.
    if position == Int.max { return MapEntry(key: .undefined, value: .nil) }
    if Int(map.version) != iterator.pointee.limit {
      throw changedDuringIteration(iterator.pointee.source)
    }
    while position < map.pointee.used {
      let entry = map.pointee.entries[position]
      position &+= 1
      if entry.key.isUndefined { continue }
      iterator.pointee.position = position
      return entry
    }
    iterator.pointee.position = Int.max
    return MapEntry(key: .undefined, value: .nil)
  }

  /// The next item to be numbered, after counting it; the caller makes the pair.
  @inline(__always)
  private func nextOfEnumerate(_ iterator: IteratorReference) throws(RaisedError) -> Value {
    try enterNativeRecursion()
    let item = try next(iterator.pointee.source)
    if item.isUndefined { return .undefined }
    let number = iterator.pointee.position
    if number == Int.max { throw valueError("enumerate() counts no further than \(Int.max)") }
    iterator.pointee.position = number &+ 1
    return item
  }

  /// The next two values of an iterator that makes pairs, without making the pair: what a loop with
  /// two variables asks for.
  ///
  /// `target` has room for two, which are rooted.
  ///
  /// - Returns: False at the end; nil when the iterator makes something else.
  func nextPair(
    _ iterator: IteratorReference, into target: UnsafeMutablePointer<Value>
  ) throws(RaisedError) -> Bool? {
    switch iterator.pointee.kind {
    case .pairs:
      let entry = try nextEntry(iterator)
      target[0] = entry.key
      target[1] = entry.value
      return !entry.key.isUndefined
    case .enumerate:
      let item = try nextOfEnumerate(iterator)
      target[0] = .int(iterator.pointee.position &- 1)
      target[1] = item
      return !item.isUndefined
    case .zip where iterator.pointee.source.tuple.pointee.count == 2:
      if iterator.pointee.position != 0 { return false }
      try enterNativeRecursion()
      for index in 0..<2 {
        target[index] = try next(iterator.pointee.source.tuple.items[index])
        if target[index].isUndefined {
          iterator.pointee.position = 1
          return false
        }
      }
      return true
    default: return nil
    }
  }

  private func nextOfZip(_ iterator: IteratorReference) throws(RaisedError) -> Value {
    let sources = iterator.pointee.source.tuple
    let count = sources.pointee.count
    if iterator.pointee.position != 0 || count == 0 { return .undefined }
    try enterNativeRecursion()
    let items = makeTuple(count: count)
    let mark = pointee.top
    defer { pointee.top = mark }
    root(Value(.tuple, items))
    for index in 0..<count {
      let item = try next(sources.items[index])
      if item.isUndefined {
        iterator.pointee.position = 1
        return .undefined
      }
      items.items[index] = item
      if item.isUnresolved { noteStore(item, in: items.header) }
    }
    return Value(.tuple, items)
  }

  private func nextOfReversed(_ iterator: IteratorReference) -> Value {
    let source = iterator.pointee.source
    var position = iterator.pointee.position
    if position <= 0 { return .undefined }
    position &-= 1
    defer { iterator.pointee.position = position }
    switch source.tag {
    case .list:
      // The list may have become shorter.
      position = min(position, source.list.pointee.count - 1)
      return position < 0 ? .undefined : source.list.pointee.items[position]
    case .tuple: return source.tuple.items[position]
    case .range: return .int(source.range.pointee.lower &+ position &* source.range.pointee.step)
    case .bytes: return .int(Int(source.byteString.bytes[position]))
    case .string:
      let string = source.string
      while string.bytes[position] & 0xC0 == 0x80 { position &-= 1 }
      let length = TextScanning.length(ofScalarFrom: string.bytes[position])
      return scalar(of: string, at: position, length: length)
    default: return .undefined
    }
  }

  /// The string of the one scalar at a byte offset.
  @inline(__always)
  private func scalar(of string: StringReference, at offset: Int, length: Int) -> Value {
    if length == 1 { return character(string.bytes[offset]) }
    return makeString(string.bytes + offset, count: length, scalarCount: 1)
  }

  /// The number of items of a value.
  ///
  /// May run a `len` method.
  func length(_ value: Value) throws(RaisedError) -> Int {
    switch value.tag {
    case .string: return Int(value.string.pointee.scalarCount)
    case .list: return value.list.pointee.count
    case .tuple: return value.tuple.pointee.count
    case .map, .set: return value.map.pointee.count
    case .range: return value.range.count
    case .bytes: return value.byteString.pointee.count
    case .instance:
      if let returned = try callMethod(value, pointee.names.length) {
        let result = try resolved(returned)
        guard result.isInt else {
          throw typeError(
            "\(typeName(of: value)).len() must return an int, not \(typeName(of: result))")
        }
        if result.int < 0 { throw valueError("\(typeName(of: value)).len() must not be negative") }
        return result.int
      }
    case .deferred: return try length(resolved(value))
    default: break
    }
    throw typeError(
      "len() expects a string, list, tuple, map, set, range or bytes, not \(typeName(of: value))")
  }
}

extension UnsafeMutablePointer where Pointee == TupleObject {
  @inline(__always) var header: UnsafeMutablePointer<ObjectHeader> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: ObjectHeader.self)
  }
}

extension UnsafeMutablePointer where Pointee == ListObject {
  @inline(__always) var header: UnsafeMutablePointer<ObjectHeader> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: ObjectHeader.self)
  }
}

/// A loop over any value in Swift code.
///
///     var items = try Iteration(engine, value)
///     while let item = try items.next() { … }
///
/// Lists and tuples are walked without an iterator. What is iterated over, and the item that was
/// given last, are rooted until the running native returns (or ``end()`` is called, in the reverse
/// order of making iterations).
struct Iteration {
  private let engine: Engine
  /// A list or tuple, or the iterator.
  private let source: Value
  private var position = 0
  /// Where `source` and the last item are rooted.
  private let roots: UnsafeMutablePointer<Value>

  /// Begins a loop over `value`.
  init(_ engine: Engine, _ value: Value) throws(RaisedError) {
    self.engine = engine
    switch value.tag {
    case .list, .tuple: source = value
    default: source = try engine.iterate(value)
    }
    roots = engine.pointee.top
    engine.root(source)
    engine.root(.nil)
  }

  /// The next item, nil at the end.
  @inline(__always)
  mutating func next() throws(RaisedError) -> Value? {
    let item: Value
    if source.tag == .list {
      if position >= source.list.pointee.count { return nil }
      item = source.list.pointee.items[position]
      position &+= 1
      if position & (Piece.items - 1) == 0 { try engine.checkInterruption() }
    } else if source.tag == .tuple {
      if position >= source.tuple.pointee.count { return nil }
      item = source.tuple.items[position]
      position &+= 1
      if position & (Piece.items - 1) == 0 { try engine.checkInterruption() }
    } else {
      item = try engine.next(source)
      if item.isUndefined { return nil }
    }
    roots[1] = item
    return item
  }

  /// Drops the roots; for loops in functions that are called many times before a native returns.
  func end() { engine.pointee.top = roots }
}

extension Engine {
  /// How many items a loop over `value` will have, when that is known without calls; 0 otherwise.
  func expectedCount(_ value: Value) -> Int {
    switch value.tag {
    case .string: return Int(value.string.pointee.scalarCount)
    case .list: return value.list.pointee.count
    case .tuple: return value.tuple.pointee.count
    case .map, .set: return value.map.pointee.count
    case .range: return value.range.count
    case .bytes: return value.byteString.pointee.count
    default: return 0
    }
  }
}
