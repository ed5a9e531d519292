extension MapObject {
  /// Up to so many entries are made into a map without an index, which it gets when it grows.
  ///
  /// An index makes the room for entries a power of two: a record of ten keys would take twice the
  /// memory, and as long again to be made.
  static let unindexedLimit = 16
}

extension Engine {
  /// A map of entries whose keys are strings, with a table of the size that they need; nil when two
  /// keys are equal.
  ///
  /// The values must not be unresolved. A key that is longer than a piece must have its hash.
  func makeMap(
    ofDistinct entries: UnsafePointer<MapEntry>, count: Int
  ) throws(RaisedError) -> MapReference? {
    let map = makeMap()
    if count == 0 { return map }
    if count <= MapObject.unindexedLimit {
      if hasEqualKeys(entries, count: count) { return nil }
      let table = pointee.heap.allocateExternal(MapEntry.self, capacity: count)
      for position in 0..<count { table[position] = entries[position] }
      map.pointee.entries = table
      map.pointee.capacity = count
      map.pointee.count = count
      map.pointee.used = count
      return map
    }
    return try fill(map, with: entries, count: count) ? map : nil
  }

  /// Whether two of a few keys are equal.
  @inline(__always)
  private func hasEqualKeys(_ entries: UnsafePointer<MapEntry>, count: Int) -> Bool {
    for position in 1..<max(count, 1) {
      let hash = entries[position].key.string.hash
      for other in 0..<position
      where entries[other].key.string.hash == hash
        && entries[other].key.string.hasSameText(as: entries[position].key.string)
      {
        return true
      }
    }
    return false
  }

  /// Fills an empty map whose table needs an index; false when two keys are equal.
  @inline(never)
  private func fill(
    _ map: MapReference, with entries: UnsafePointer<MapEntry>, count: Int
  ) throws(RaisedError) -> Bool {
    let capacity = MapIndex.capacity(for: count)
    let size = MapIndex.size(capacity: capacity)
    try reserveTable(capacity: capacity)
    let table = pointee.heap.allocateTable(MapEntry.self, capacity: capacity)
    let memory = pointee.heap.allocateTable(UInt64.self, capacity: size)
    var isFilled = false
    defer {
      if !isFilled {
        pointee.heap.freeExternal(table, capacity: capacity)
        pointee.heap.freeExternal(memory, capacity: size)
      }
    }
    let index = MapIndex(memory, capacity: capacity)
    try fill(
      UnsafeMutableRawPointer(memory).assumingMemoryBound(to: UInt8.self),
      count: size &* MemoryLayout<UInt64>.stride, with: 0)
    var pieces = Pieces(of: Piece.items, count)
    while try pieces.next(self) {
      for position in pieces.range {
        let string = entries[position].key.string
        let hash = string.hash
        let known = index.find(hash) { other in
          let key = table[other].key
          return key.bits == entries[position].key.bits || key.string.hasSameText(as: string)
        }
        if known >= 0 { return false }
        table[position] = entries[position]
        index.link(position, hash: hash)
      }
    }
    isFilled = true
    map.pointee.entries = table
    map.pointee.capacity = capacity
    map.pointee.index = memory
    map.pointee.indexMask = size - 1
    map.pointee.count = count
    map.pointee.used = count
    return true
  }
}
