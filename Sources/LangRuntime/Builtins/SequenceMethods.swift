/// Methods that lists, tuples, ranges and iterators share.
///
/// What they collect is a list in every case.
///
/// They go through their receiver as a loop does, so a function that changes the list meanwhile is
/// seen, and a range is never laid out in memory.
enum SequenceMethods {
  nonisolated(unsafe) static let definitions: [NativeDefinition] = [
    NativeDefinition(
      "map", "function", "Gives a list of what the function gives for each item.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      var items = try Iteration(engine, call.receiver)
      let result = try engine.makeResultList(expecting: call.receiver)
      while let item = try items.next() {
        try engine.appendChecked(try engine.call(call[0], item), to: result)
      }
      return Value(.list, result)
    },
    NativeDefinition(
      "filter", "function", "Gives a list of the items for which the function gives true.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      var items = try Iteration(engine, call.receiver)
      let result = engine.makeList(capacity: 0)
      engine.root(Value(.list, result))
      while let item = try items.next() {
        if try engine.isTruthy(engine.call(call[0], item)) {
          try engine.appendChecked(item, to: result)
        }
      }
      return Value(.list, result)
    },
    NativeDefinition(
      "each", "function", "Calls the function with each item.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      var items = try Iteration(call.engine, call.receiver)
      while let item = try items.next() { _ = try call.engine.call(call[0], item) }
      return .nil
    },
    NativeDefinition(
      "reduce", "function, initial?",
      "Combines the items from the left: function(function(initial, first), second) and so on.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      var items = try Iteration(engine, call.receiver)
      let result = engine.pointee.top
      engine.root(call[1])
      if call[1].isUndefined {
        guard let first = try items.next() else {
          throw engine.valueError("reduce() of nothing needs an initial value")
        }
        result.pointee = first
      }
      while let item = try items.next() {
        result.pointee = try engine.call(call[0], result.pointee, item)
      }
      return result.pointee
    },
    NativeDefinition(
      "find", "function",
      "Gives the first item for which the function gives true, nil when there is none.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      var items = try Iteration(call.engine, call.receiver)
      while let item = try items.next() {
        if try call.engine.isTruthy(call.engine.call(call[0], item)) { return item }
      }
      return .nil
    },
    NativeDefinition(
      "any", "function?",
      "Tells whether the function gives true for any item; without one, whether any item is true.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      .bool(try call.engine.hasItem(in: call.receiver, thatIs: true, by: call[0]))
    },
    NativeDefinition(
      "all", "function?",
      "Tells whether the function gives true for all items; without one, whether all are true.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      .bool(try !call.engine.hasItem(in: call.receiver, thatIs: false, by: call[0]))
    },
    NativeDefinition(
      "join", "separator?", "Gives a string of all items as text, with the separator between them.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let separator =
        call[0].isUndefined ? nil : try engine.expectString(call[0], "join() expects a string")
      var builder = TextBuilder(engine)
      defer { builder.deallocate() }
      var items = try Iteration(engine, call.receiver)
      var isFirst = true
      while let item = try items.next() {
        if !isFirst, let separator { try builder.append(separator) }
        isFirst = false
        try engine.appendStr(item, to: &builder)
      }
      return try builder.finish()
    },
    NativeDefinition(
      "group_by", "function",
      "Gives a map from what the function gives to the list of the items that it gives it for.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let groups = engine.makeMap()
      engine.root(Value(.map, groups))
      var items = try Iteration(engine, call.receiver)
      let key = engine.pointee.top
      engine.root(.nil)
      while let item = try items.next() {
        key.pointee = try engine.call(call[0], item)
        var group = try engine.mapGet(groups, key.pointee)
        if group.isUndefined {
          group = Value(.list, engine.makeList(capacity: 0))
          // Appended to first: adding a key may run code that collects.
          try engine.appendChecked(item, to: group.list)
          let mark = engine.pointee.top
          engine.root(group)
          try engine.mapSet(groups, key.pointee, group)
          engine.pointee.top = mark
        } else {
          try engine.appendChecked(item, to: group.list)
        }
      }
      return Value(.map, groups)
    },
    NativeDefinition(
      "unique", "", "Gives a list of the items without those that were there before.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let seen = engine.makeSet()
      engine.root(Value(.set, seen))
      try engine.setUpdate(seen, withItemsOf: call.receiver)
      return Value(.list, try engine.listOfKeys(seen))
    },
  ]
}

extension Engine {
  /// An empty list, rooted, with room for the items of `source`.
  func makeResultList(expecting source: Value) throws(RaisedError) -> ListReference {
    let count = expectedCount(source)
    try reserveItems(count)
    let list = makeList(capacity: count)
    root(Value(.list, list))
    return list
  }

  /// Refuses a list of `count` items that does not fit into memory.
  @inline(__always)
  func reserveItems(_ count: Int) throws(RaisedError) {
    if count > 1 << 12 {
      let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride)
      try reserve(overflow ? Int.max : bytes)
    }
  }

  /// Appends to a list; a MemoryError when it becomes too large.
  @inline(__always)
  func appendChecked(_ value: Value, to list: ListReference) throws(RaisedError) {
    let capacity = list.pointee.capacity
    if list.pointee.count == capacity && capacity > 1 << 11 {
      try reserve((capacity &+ capacity >> 1) &* MemoryLayout<Value>.stride)
    }
    append(value, to: list)
  }

  /// Whether an item of `source`, or what `function` gives for it, is as true as `wanted`.
  func hasItem(
    in source: Value, thatIs wanted: Bool, by function: Value
  ) throws(RaisedError) -> Bool {
    // Every integer is true, and a range may be long.
    if source.tag == .range && function.isUndefined { return wanted && source.range.count > 0 }
    var items = try Iteration(self, source)
    while let item = try items.next() {
      let result = function.isUndefined ? item : try call(function, item)
      if try isTruthy(result) == wanted { return true }
    }
    return false
  }

  /// Appends what a loop over `source` gives.
  ///
  /// The list must be rooted.
  func extend(_ list: ListReference, withItemsOf source: Value) throws(RaisedError) {
    switch source.tag {
    case .list, .tuple: try extend(list, withItemsOfSequence: source)
    case .range:
      let count = source.range.count
      try makeRoom(in: list, for: count)
      let (lower, step) = (source.range.pointee.lower, source.range.pointee.step)
      let target = list.pointee.items + list.pointee.count
      var pieces = Pieces(of: Piece.items, count)
      while try pieces.next(self) {
        for index in pieces.range { target[index] = .int(lower &+ index &* step) }
      }
      list.pointee.count &+= count
    default:
      try makeRoom(in: list, for: expectedCount(source))
      var items = try Iteration(self, source)
      defer { items.end() }
      while let item = try items.next() { try appendChecked(item, to: list) }
    }
  }

  private func extend(
    _ list: ListReference, withItemsOfSequence source: Value
  ) throws(RaisedError) {
    let start = list.pointee.count
    let count = expectedCount(source)
    try makeRoom(in: list, for: count)
    // Read only now: a list that extends itself has just moved its items.
    let items = source.tag == .list ? source.list.pointee.items : source.tuple.items
    try noteStoresInPieces(items, count, in: list.header)
    try copy(items, to: list.pointee.items + start, count: count)
    list.pointee.count = start &+ count
  }

  /// Makes room for `count` more items.
  func makeRoom(in list: ListReference, for count: Int) throws(RaisedError) {
    let (needed, overflow) = list.pointee.count.addingReportingOverflow(count)
    if overflow { try reserveItems(Int.max) }
    if needed <= list.pointee.capacity { return }
    try reserveItems(max(needed, list.pointee.capacity &+ list.pointee.capacity >> 1))
    growList(list, toHold: needed)
  }

  /// The keys of a map or the items of a set.
  func listOfKeys(_ map: MapReference) throws(RaisedError) -> ListReference {
    try listOfEntries(map) { $0.key }
  }

  /// A list with one value made from each entry, without calls.
  @inline(__always)
  func listOfEntries(
    _ map: MapReference, _ transform: (MapEntry) -> Value
  ) throws(RaisedError) -> ListReference {
    try reserveItems(map.pointee.count)
    let list = makeList(capacity: map.pointee.count)
    var pieces = Pieces(of: Piece.items, map.pointee.used)
    while try pieces.next(self) {
      for position in pieces.range {
        let entry = map.pointee.entries[position]
        if !entry.key.isUndefined { append(transform(entry), to: list) }
      }
    }
    return list
  }
}
