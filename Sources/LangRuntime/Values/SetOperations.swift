// Sets as wholes, and the union of maps. A set is a map without values. What is passed as `other`
// may be changed by an `==` or `hash` method that runs in between; that is a ValueError, as in a
// loop.

extension Engine {
  /// Adds an item; a TypeError when it cannot be hashed.
  @inline(__always)
  func setAdd(_ set: MapReference, _ item: Value) throws(RaisedError) {
    try mapSet(set, item, .nil)
  }

  /// Whether `item` is in the set.
  @inline(__always)
  func setContains(_ set: MapReference, _ item: Value) throws(RaisedError) -> Bool {
    try mapContains(set, item)
  }

  /// Removes an item; false when it was not there.
  func setRemove(_ set: MapReference, _ item: Value) throws(RaisedError) -> Bool {
    try !mapRemove(set, item).isUndefined
  }

  /// Calls `body` with each entry; a ValueError when that changes the table.
  ///
  /// The map and the entry are rooted meanwhile; what `body` roots is dropped at the end.
  @inline(__always)
  func forEachEntry(
    of map: MapReference, _ body: (MapEntry) throws(RaisedError) -> Void
  ) throws(RaisedError) {
    let roots = pointee.top
    defer { pointee.top = roots }
    root(Value(Tag(map.pointee.header.kind), map))
    root(.nil)
    root(.nil)
    let version = map.version
    var pieces = Pieces(of: Piece.items, map.pointee.used)
    while try pieces.next(self) {
      for position in pieces.range {
        let entry = map.pointee.entries[position]
        if entry.key.isUndefined { continue }
        roots[1] = entry.key
        roots[2] = entry.value
        try body(entry)
        if map.version != version {
          throw changedDuringIteration(Value(Tag(map.pointee.header.kind), map))
        }
      }
    }
  }

  /// `a | b`: the items of both.
  func setUnion(_ a: MapReference, _ b: MapReference) throws(RaisedError) -> Value {
    let mark = pointee.top
    defer { pointee.top = mark }
    let result = try mapCopy(a)
    root(Value(.set, result))
    try setUpdate(result, with: b)
    return Value(.set, result)
  }

  /// Adds the items of `other` to `set`, which must be rooted.
  func setUpdate(_ set: MapReference, with other: MapReference) throws(RaisedError) {
    if set == other { return }
    try forEachEntry(of: other) { (entry) throws(RaisedError) in try setAdd(set, entry.key) }
  }

  /// `a & b`: the items of `a` that are in `b`.
  func setIntersection(_ a: MapReference, _ b: MapReference) throws(RaisedError) -> Value {
    try setFilter(a, by: b, keeping: true)
  }

  /// `a - b`: the items of `a` that are not in `b`.
  func setDifference(_ a: MapReference, _ b: MapReference) throws(RaisedError) -> Value {
    try setFilter(a, by: b, keeping: false)
  }

  private func setFilter(
    _ a: MapReference, by b: MapReference, keeping wanted: Bool
  ) throws(RaisedError) -> Value {
    let mark = pointee.top
    defer { pointee.top = mark }
    let result = makeSet()
    root(Value(.set, result))
    try forEachEntry(of: a) { (entry) throws(RaisedError) in
      if try setContains(b, entry.key) == wanted { try setAdd(result, entry.key) }
    }
    return Value(.set, result)
  }

  /// `a ^ b`: the items that are in one of the two.
  func setSymmetricDifference(_ a: MapReference, _ b: MapReference) throws(RaisedError) -> Value {
    let mark = pointee.top
    defer { pointee.top = mark }
    let result = try setFilter(a, by: b, keeping: false)
    root(result)
    try forEachEntry(of: b) { (entry) throws(RaisedError) in
      if try !setContains(a, entry.key) { try setAdd(result.set, entry.key) }
    }
    return result
  }

  /// Whether every item of `a` is in `b`.
  func setIsSubset(_ a: MapReference, of b: MapReference) throws(RaisedError) -> Bool {
    if a.pointee.count > b.pointee.count { return false }
    return try allItems(of: a, areIn: b, true)
  }

  /// Whether no item of `a` is in `b`.
  func setIsDisjoint(_ a: MapReference, from b: MapReference) throws(RaisedError) -> Bool {
    try allItems(of: a, areIn: b, false)
  }

  private func allItems(
    of a: MapReference, areIn b: MapReference, _ wanted: Bool
  ) throws(RaisedError) -> Bool {
    let mark = pointee.top
    defer { pointee.top = mark }
    root(Value(.set, a))
    root(Value(.set, b))
    let version = a.version
    var position = 0
    while position < a.pointee.used {
      let key = a.key(position)
      position &+= 1
      if position & (Piece.items &- 1) == 0 { try checkInterruption() }
      if key.isUndefined { continue }
      if try setContains(b, key) != wanted { return false }
      if a.version != version { throw changedDuringIteration(Value(.set, a)) }
    }
    return true
  }

  /// `a | b` of maps: the entries of both, those of `b` where both have a key.
  func mapUnion(_ a: MapReference, _ b: MapReference) throws(RaisedError) -> Value {
    let mark = pointee.top
    defer { pointee.top = mark }
    let result = try mapCopy(a)
    root(Value(.map, result))
    try mapUpdate(result, with: b)
    return Value(.map, result)
  }

  /// Adds the entries of `other` to `map`, which must be rooted, replacing values.
  func mapUpdate(_ map: MapReference, with other: MapReference) throws(RaisedError) {
    if map == other { return }
    try forEachEntry(of: other) { (entry) throws(RaisedError) in
      try mapSet(map, entry.key, entry.value)
    }
  }

  /// The set itself when `value` is one; otherwise a new set of its items, rooted.
  func setOfItems(_ value: Value) throws(RaisedError) -> MapReference {
    if value.tag == .set { return value.set }
    let result = makeSet()
    root(Value(.set, result))
    try setUpdate(result, withItemsOf: value)
    return result
  }

  /// Adds what a loop over `value` gives to `set`, which must be rooted.
  func setUpdate(_ set: MapReference, withItemsOf value: Value) throws(RaisedError) {
    if value.tag == .set { return try setUpdate(set, with: value.set) }
    try reserveForItems(of: value, size: 2 * MemoryLayout<MapEntry>.stride)
    var items = try Iteration(self, value)
    defer { items.end() }
    while let item = try items.next() { try setAdd(set, item) }
  }

  /// Refuses at once to collect the items of a range that cannot fit into memory, instead of when
  /// it is full.
  func reserveForItems(of value: Value, size: Int) throws(RaisedError) {
    guard value.tag == .range else { return }
    let (bytes, overflow) = value.range.count.multipliedReportingOverflow(by: size)
    try reserve(overflow ? Int.max : bytes)
  }
}
