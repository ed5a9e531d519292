/// What calling a built-in type does: `int("5")`, `list(xs)`.
enum TypeConstructors {
  /// One for each type that can be called, by the name that it is called by.
  nonisolated(unsafe) static let definitions: [NativeDefinition] = [
    bool, int, float, string, list, tuple, map, set, bytes, range,
  ]

  nonisolated(unsafe) private static let bool = NativeDefinition(
    "bool", "value?", "Gives false for nil and false, true for everything else."
  ) { (call) throws(RaisedError) -> Value in .bool(try call.engine.isGivenAndTrue(call[0])) }

  nonisolated(unsafe) private static let int = NativeDefinition(
    "int", "value?, base?",
    "Gives the integer that a text stands for, in a base or 10, or a float without its fraction."
  ) { (call) throws(RaisedError) -> Value in
    if call[0].isUndefined { return .int(0) }
    return try call.engine.convertToInt(call[0], base: call[1])
  }

  nonisolated(unsafe) private static let float = NativeDefinition(
    "float", "value?", "Gives the float that a text stands for, or the one nearest to an integer."
  ) { (call) throws(RaisedError) -> Value in
    if call[0].isUndefined { return .float(0) }
    return try call.engine.convertToFloat(call[0])
  }

  nonisolated(unsafe) private static let string = NativeDefinition(
    "str", "value?", "Gives a value as text."
  ) { (call) throws(RaisedError) -> Value in
    if call[0].isUndefined { return call.engine.makeString("") }
    return try call.engine.str(call[0])
  }

  nonisolated(unsafe) private static let list = NativeDefinition(
    "list", "items?", "Gives a new list of the items of an iterable."
  ) { (call) throws(RaisedError) -> Value in
    let list = call.engine.makeList(capacity: 0)
    call.engine.root(Value(.list, list))
    if !call[0].isUndefined { try call.engine.extend(list, withItemsOf: call[0]) }
    return Value(.list, list)
  }

  nonisolated(unsafe) private static let tuple = NativeDefinition(
    "tuple", "items?", "Gives a tuple of the items of an iterable."
  ) { (call) throws(RaisedError) -> Value in
    if call[0].tag == .tuple { return call[0] }
    let list = call.engine.makeList(capacity: 0)
    call.engine.root(Value(.list, list))
    if !call[0].isUndefined { try call.engine.extend(list, withItemsOf: call[0]) }
    return Value(
      .tuple, try call.engine.makeTuple(copying: list.pointee.items, count: list.pointee.count))
  }

  nonisolated(unsafe) private static let map = NativeDefinition(
    "map", "entries?", "Gives a new map with the entries of a map, or of an iterable of pairs."
  ) { (call) throws(RaisedError) -> Value in
    if call[0].tag == .map { return Value(.map, try call.engine.mapCopy(call[0].map)) }
    let map = call.engine.makeMap()
    call.engine.root(Value(.map, map))
    if !call[0].isUndefined { try call.engine.mapUpdate(map, withEntriesOf: call[0]) }
    return Value(.map, map)
  }

  nonisolated(unsafe) private static let set = NativeDefinition(
    "set", "items?", "Gives a new set of the items of an iterable."
  ) { (call) throws(RaisedError) -> Value in
    if call[0].tag == .set { return Value(.set, try call.engine.mapCopy(call[0].set)) }
    let set = call.engine.makeSet()
    call.engine.root(Value(.set, set))
    if !call[0].isUndefined { try call.engine.setUpdate(set, withItemsOf: call[0]) }
    return Value(.set, set)
  }

  nonisolated(unsafe) private static let bytes = NativeDefinition(
    "bytes", "value?",
    "Gives the bytes of a text in UTF-8, of integers from 0 to 255, or an int's number of zeros."
  ) { (call) throws(RaisedError) -> Value in try call.engine.makeBytes(from: call[0]) }

  nonisolated(unsafe) private static let range = NativeDefinition(
    "range", "start, stop?, step?",
    "Gives the integers from `start`, or 0, up to but not including `stop`, by `step`."
  ) { (call) throws(RaisedError) -> Value in
    let engine = call.engine
    var lower = try engine.expectInt(call[0], "range() expects an int")
    var upper = lower
    if call[1].isUndefined {
      lower = 0
    } else {
      upper = try engine.expectInt(call[1], "range() expects an int")
    }
    let step = call[2].isUndefined ? 1 : try engine.expectInt(call[2], "range() expects an int")
    if step == 0 { throw engine.valueError("the step of a range cannot be 0") }
    return engine.makeRange(lower, upper, step: step)
  }
}

extension Engine {
  /// `bytes(value)`.
  fileprivate func makeBytes(from source: Value) throws(RaisedError) -> Value {
    switch source.tag {
    case .undefined: return Value(.bytes, allocateBytes(count: 0))
    case .bytes: return source
    case .string:
      try reserve(source.string.count)
      return try makeBytes(copying: source.string.bytes, count: source.string.count)
    case .int:
      let count = source.int
      if count < 0 { throw valueError("bytes() cannot make \(count) bytes") }
      try reserve(count)
      let bytes = allocateBytes(count: count)
      try fill(bytes.bytes, count: count, with: 0)
      return Value(.bytes, bytes)
    case .bigInt: throw memoryError(Int.max)
    default: break
    }
    var builder = TextBuilder(self)
    defer { builder.deallocate() }
    try reserveForItems(of: source, size: 1)
    var items = try Iteration(self, source)
    while let item = try items.next() {
      let byte = try expectInt(try resolved(item), "bytes() expects integers")
      guard let byte = UInt8(exactly: byte) else {
        throw valueError("bytes are integers from 0 to 255, not \(byte)")
      }
      try builder.append(byte)
    }
    return try makeBytes(copying: builder.bytes, count: builder.count)
  }
}
