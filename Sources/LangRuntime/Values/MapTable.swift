// The table behind maps and sets: entries in insertion order, and an index beside them that finds
// a key's entry. See `MapObject` for the layout.
//
// Up to `MapObject.linearLimit` entries there is no index: a few comparisons in one or two cache
// lines beat any hashing. Beyond it, the index is an open-addressing table with linear probing that
// is never more than half full. Each of its words holds the hash beside the position, so a probe
// looks at an entry only when the key is most likely there, and growing never hashes a key again.
// Removing moves later words of a probe run back, so the index has no marks for removed words; the
// entry itself stays as a gap until the entries are compacted.
//
// Keys that need a call to be hashed or compared (instances, tuples of them) always have an index,
// whatever the size: then nothing but the lookup itself calls back into the language, and a lookup
// notices by the version when such a call changed the map, and starts over.

extension MapObject {
  /// In `header.flags`: a float with an integral value is among the keys, so an integer must be
  /// looked up the general way.
  static var hasIntegralFloatFlag: UInt8 { 0x80 }
  /// In `header.flags`: a key needs calls to be hashed; there is an index at any size.
  static var alwaysIndexedFlag: UInt8 { 0x40 }

  /// The slot where the search for `hash` begins: the top bits choose a cache line of eight slots,
  /// the lowest three the slot in it.
  @inline(__always)
  static func home(of hash: UInt32, mask: Int) -> Int {
    let line = (UInt64(hash) &* UInt64(truncatingIfNeeded: mask &+ 1)) >> 32
    return Int(truncatingIfNeeded: line & ~7 | UInt64(hash & 7))
  }

  /// Writes one word into a free slot of an index.
  @inline(__always)
  static func link(
    _ position: Int, hash: UInt32, in index: UnsafeMutablePointer<UInt64>, mask: Int
  ) {
    var slot = home(of: hash, mask: mask)
    while index[slot] != 0 { slot = (slot &+ 1) & mask }
    index[slot] = UInt64(hash) << 32 | UInt64(truncatingIfNeeded: position &+ 1)
  }
}

// MARK: - Finding without calls

extension UnsafeMutablePointer where Pointee == MapObject {
  @inline(__always) var header: UnsafeMutablePointer<ObjectHeader> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: ObjectHeader.self)
  }

  /// Counts structural changes; wraps around.
  @inline(__always) var version: UInt32 { pointee.header.word }

  @inline(__always) func noteChange() { pointee.header.word &+= 1 }

  /// The key at `position`, which is below `used`; undefined for a removed entry.
  @inline(__always) func key(_ position: Int) -> Value { pointee.entries[position].key }

  /// The position of an integer key, or -1.
  ///
  /// Knows nothing of floats that equal it.
  func position(ofInteger bits: UInt64) -> Int {
    let entries = pointee.entries
    guard let index = pointee.index else {
      let used = pointee.used
      var position = 0
      while position < used {
        let key = entries[position].key
        if key.bits == bits && key.isInt { return position }
        position &+= 1
      }
      return -1
    }
    let hash = Hash.of(integer: bits)
    let mask = pointee.indexMask
    var slot = MapObject.home(of: hash, mask: mask)
    while true {
      let word = index[slot]
      if word == 0 { return -1 }
      if UInt32(truncatingIfNeeded: word >> 32) == hash {
        let position = Int(truncatingIfNeeded: word & 0xFFFF_FFFF) &- 1
        let key = entries[position].key
        if key.bits == bits && key.isInt { return position }
      }
      slot = (slot &+ 1) & mask
    }
  }

  /// The position of a string key, or -1.
  func position(of string: StringReference) -> Int {
    let entries = pointee.entries
    let bits = UInt64(UInt(bitPattern: string))
    guard let index = pointee.index else {
      let used = pointee.used
      var position = 0
      while position < used {
        let key = entries[position].key
        if key.isString && (key.bits == bits || key.string.hasSameText(as: string)) {
          return position
        }
        position &+= 1
      }
      return -1
    }
    let hash = string.hash
    let mask = pointee.indexMask
    var slot = MapObject.home(of: hash, mask: mask)
    while true {
      let word = index[slot]
      if word == 0 { return -1 }
      if UInt32(truncatingIfNeeded: word >> 32) == hash {
        let position = Int(truncatingIfNeeded: word & 0xFFFF_FFFF) &- 1
        let key = entries[position].key
        if key.isString && (key.bits == bits || key.string.hasSameText(as: string)) {
          return position
        }
      }
      slot = (slot &+ 1) & mask
    }
  }
}

// MARK: - Finding, changing

extension Engine {
  /// The value of `key`, or undefined.
  ///
  /// A TypeError when the key cannot be hashed.
  @inline(__always)
  func mapGet(_ map: MapReference, _ key: Value) throws(RaisedError) -> Value {
    let position = try position(of: key, in: map)
    return position < 0 ? .undefined : map.pointee.entries[position].value
  }

  /// Whether the map or set has `key`.
  @inline(__always)
  func mapContains(_ map: MapReference, _ key: Value) throws(RaisedError) -> Bool {
    try position(of: key, in: map) >= 0
  }

  /// The position of `key` among the entries, or -1.
  @inline(__always)
  func position(of key: Value, in map: MapReference) throws(RaisedError) -> Int {
    if key.isString { return map.position(of: key.string) }
    if key.isInt && map.pointee.header.flags & MapObject.hasIntegralFloatFlag == 0 {
      return map.position(ofInteger: key.bits)
    }
    let key = try resolved(key)
    return try generalPosition(of: key, hash: hash(key), in: map)
  }

  /// The position of a key of any kind, or -1.
  ///
  /// The key searched for is asked whether it equals those in the map. When that runs code which
  /// changes the map, the search starts over.
  @inline(never)
  private func generalPosition(
    of key: Value, hash: UInt32, in map: MapReference
  ) throws(RaisedError) -> Int {
    search: while true {
      let version = map.version
      guard let index = map.pointee.index else {
        // Only keys that hash without calls are in here; `key` itself may have an `==`, which is
        // not asked about a key with another hash.
        var position = 0
        while position < map.pointee.used {
          let candidate = map.key(position)
          if candidate.isSame(as: key) { return position }
          if !candidate.isUndefined && simpleHash(candidate) == hash {
            let isEqual = try equals(key, candidate)
            if map.version != version { continue search }
            if isEqual { return position }
          }
          position &+= 1
        }
        return -1
      }
      let mask = map.pointee.indexMask
      var slot = MapObject.home(of: hash, mask: mask)
      while true {
        let word = index[slot]
        if word == 0 { return -1 }
        if UInt32(truncatingIfNeeded: word >> 32) == hash {
          let position = Int(truncatingIfNeeded: word & 0xFFFF_FFFF) &- 1
          let candidate = map.key(position)
          if candidate.isSame(as: key) { return position }
          let isEqual = try equals(key, candidate)
          if map.version != version { continue search }
          if isEqual { return position }
        }
        slot = (slot &+ 1) & mask
      }
    }
  }

  /// Adds `key` with `value`, or replaces its value.
  @inline(__always)
  func mapSet(_ map: MapReference, _ key: Value, _ value: Value) throws(RaisedError) {
    let position: Int
    if key.isString {
      position = map.position(of: key.string)
    } else if key.isInt && map.pointee.header.flags & MapObject.hasIntegralFloatFlag == 0 {
      position = map.position(ofInteger: key.bits)
    } else {
      return try mapSetGeneral(map, key, value)
    }
    if position >= 0 {
      map.pointee.entries[position].value = value
      if value.isUnresolved { noteStore(value, in: map.header) }
    } else {
      let hash = key.isInt ? Hash.of(integer: key.bits) : key.string.hash
      try insert(key, value, hash: hash, in: map)
    }
  }

  @inline(never)
  private func mapSetGeneral(
    _ map: MapReference, _ key: Value, _ value: Value
  ) throws(RaisedError) {
    let key = try resolved(key)
    let hash = try hash(key)
    let position = try generalPosition(of: key, hash: hash, in: map)
    if position < 0 { return try insert(key, value, hash: hash, in: map) }
    map.pointee.entries[position].value = value
    if value.isUnresolved { noteStore(value, in: map.header) }
  }

  /// Appends an entry whose key is not there.
  ///
  /// Runs no code of the language.
  @inline(never)
  private func insert(
    _ key: Value, _ value: Value, hash: UInt32, in map: MapReference
  ) throws(RaisedError) {
    switch key.tag {
    case .tuple, .instance, .boundMethod:
      if map.pointee.header.flags & MapObject.alwaysIndexedFlag == 0 {
        map.pointee.header.flags |= MapObject.alwaysIndexedFlag
        if map.pointee.index == nil && map.pointee.capacity > 0 {
          rebuild(map, capacity: map.pointee.capacity)
        }
      }
    case .float:
      if Int(exactly: key.float) != nil {
        map.pointee.header.flags |= MapObject.hasIntegralFloatFlag
      }
    default: break
    }
    if map.pointee.used == map.pointee.capacity { try makeRoom(in: map) }
    let position = map.pointee.used
    map.pointee.entries[position] = MapEntry(key: key, value: value)
    map.pointee.used = position &+ 1
    map.pointee.count &+= 1
    if let index = map.pointee.index {
      MapObject.link(position, hash: hash, in: index, mask: map.pointee.indexMask)
    }
    map.noteChange()
    if key.isUnresolved { noteStore(key, in: map.header) }
    if value.isUnresolved { noteStore(value, in: map.header) }
  }

  /// Removes `key` and returns its value; undefined when it is not there.
  func mapRemove(_ map: MapReference, _ key: Value) throws(RaisedError) -> Value {
    let key = try resolved(key)
    let hash = try hash(key)
    let position: Int
    if key.isString {
      position = map.position(of: key.string)
    } else if key.isInt && map.pointee.header.flags & MapObject.hasIntegralFloatFlag == 0 {
      position = map.position(ofInteger: key.bits)
    } else {
      position = try generalPosition(of: key, hash: hash, in: map)
    }
    if position < 0 { return .undefined }
    let value = map.pointee.entries[position].value
    remove(at: position, hash: hash, from: map)
    return value
  }

  /// Removes the last entry and returns it; its key is undefined when there is none.
  func removeLast(from map: MapReference) throws(RaisedError) -> MapEntry {
    while map.pointee.count > 0 {
      let position = map.pointee.used &- 1
      let entry = map.pointee.entries[position]
      let version = map.version
      let hash = try hash(entry.key)
      if map.version != version { continue }
      remove(at: position, hash: hash, from: map)
      return entry
    }
    return MapEntry(key: .undefined, value: .nil)
  }

  /// Removes the entry at `position`.
  ///
  /// Runs no code of the language.
  private func remove(at position: Int, hash: UInt32, from map: MapReference) {
    if let index = map.pointee.index {
      unlink(position, hash: hash, from: index, mask: map.pointee.indexMask)
    }
    map.pointee.entries[position] = MapEntry(key: .undefined, value: .nil)
    map.pointee.count &-= 1
    map.noteChange()
    // Gaps at the end go at once: the last entry is always in use.
    while map.pointee.used > 0 && map.key(map.pointee.used &- 1).isUndefined {
      map.pointee.used &-= 1
    }
    let capacity = map.pointee.capacity
    if capacity > 32 && map.pointee.count < capacity >> 3 { rebuild(map, capacity: capacity >> 2) }
  }

  /// Takes the word of an entry out of the index, and moves words of the same probe run back.
  private func unlink(
    _ position: Int, hash: UInt32, from index: UnsafeMutablePointer<UInt64>, mask: Int
  ) {
    let wanted = UInt64(truncatingIfNeeded: position &+ 1)
    var hole = MapObject.home(of: hash, mask: mask)
    while index[hole] != 0 && index[hole] & 0xFFFF_FFFF != wanted { hole = (hole &+ 1) & mask }
    if index[hole] == 0 {
      // An instance whose `hash` changed while it was a key.
      while index[hole] & 0xFFFF_FFFF != wanted { hole = (hole &+ 1) & mask }
    }
    var next = (hole &+ 1) & mask
    while index[next] != 0 {
      let home = MapObject.home(of: UInt32(truncatingIfNeeded: index[next] >> 32), mask: mask)
      if (next &- home) & mask >= (next &- hole) & mask {
        index[hole] = index[next]
        hole = next
      }
      next = (next &+ 1) & mask
    }
    index[hole] = 0
  }

  /// Removes all entries and gives the memory back.
  func mapClear(_ map: MapReference) {
    if map.pointee.count == 0 && map.pointee.capacity == 0 { return }
    freeTable(map.pointee)
    map.pointee.count = 0
    map.pointee.used = 0
    map.pointee.capacity = 0
    map.pointee.entries = UnsafeMutablePointer<MapEntry>(bitPattern: 16).unsafelyUnwrapped
    map.pointee.index = nil
    map.pointee.indexMask = 0
    map.pointee.header.flags &= ~(MapObject.alwaysIndexedFlag | MapObject.hasIntegralFloatFlag)
    map.noteChange()
  }

  private func freeTable(_ table: MapObject) {
    if table.capacity > 0 { pointee.heap.freeExternal(table.entries, capacity: table.capacity) }
    if let index = table.index {
      pointee.heap.freeExternal(index, capacity: table.indexMask + 1)
    }
  }

  // MARK: Growing, shrinking, copying

  /// Makes room for at least one more entry.
  private func makeRoom(in map: MapReference) throws(RaisedError) {
    let (count, capacity) = (map.pointee.count, map.pointee.capacity)
    // With a quarter of gaps, closing them is enough.
    if capacity - count > capacity / 4 { return rebuild(map, capacity: capacity) }
    try reserveTable(capacity: max(4, capacity * 2))
    rebuild(map, capacity: max(4, capacity * 2))
  }

  /// Makes room for `count` entries in all.
  func reserveEntries(_ map: MapReference, count: Int) throws(RaisedError) {
    if count <= map.pointee.capacity { return }
    if count > 1 << 31 { throw memoryError(count.multipliedReportingOverflow(by: 48).partialValue) }
    var capacity = max(4, map.pointee.capacity)
    while capacity < count { capacity *= 2 }
    try reserveTable(capacity: capacity)
    rebuild(map, capacity: capacity)
  }

  private func reserveTable(capacity: Int) throws(RaisedError) {
    let bytes = capacity * (MemoryLayout<MapEntry>.stride + 2 * MemoryLayout<UInt64>.stride)
    if bytes > 1 << 16 {
      try reserve(bytes)
      // Positions are 32 bits wide.
      if capacity > 1 << 31 { throw memoryError(bytes) }
    }
  }

  /// Moves the live entries, in order, to a table of `capacity` (a power of two that they fit
  /// into).
  private func rebuild(_ map: MapReference, capacity: Int) {
    let old = map.pointee
    let entries = pointee.heap.allocateExternal(MapEntry.self, capacity: capacity)
    // New positions of the old entries, when there are gaps to close.
    var moved: UnsafeMutablePointer<UInt32>?
    if old.used == old.count {
      entries.update(from: old.entries, count: old.used)
    } else {
      let table = UnsafeMutablePointer<UInt32>.allocate(capacity: old.used)
      var live = 0
      for position in 0..<old.used {
        table[position] = UInt32(truncatingIfNeeded: live)
        if old.entries[position].key.isUndefined { continue }
        entries[live] = old.entries[position]
        live &+= 1
      }
      moved = table
    }
    var index: UnsafeMutablePointer<UInt64>?
    var mask = 0
    if capacity > MapObject.linearLimit || old.header.flags & MapObject.alwaysIndexedFlag != 0 {
      let slots = capacity * 2
      mask = slots - 1
      let words = pointee.heap.allocateExternal(UInt64.self, capacity: slots)
      words.initialize(repeating: 0, count: slots)
      index = words
      if let oldIndex = old.index {
        // The order of homes is the same in both, so this goes through both from front to back.
        for slot in 0...old.indexMask where oldIndex[slot] != 0 {
          var position = Int(truncatingIfNeeded: oldIndex[slot] & 0xFFFF_FFFF) &- 1
          if let moved { position = Int(moved[position]) }
          let hash = UInt32(truncatingIfNeeded: oldIndex[slot] >> 32)
          MapObject.link(position, hash: hash, in: words, mask: mask)
        }
      } else {
        for position in 0..<old.count {
          MapObject.link(position, hash: simpleHash(entries[position].key), in: words, mask: mask)
        }
      }
    }
    moved?.deallocate()
    freeTable(old)
    map.pointee.entries = entries
    map.pointee.capacity = capacity
    map.pointee.used = old.count
    map.pointee.index = index
    map.pointee.indexMask = mask
    map.noteChange()
  }

  /// A new map or set with the same entries.
  ///
  /// Runs no code of the language.
  func mapCopy(_ map: MapReference) throws(RaisedError) -> MapReference {
    let copy = map.pointee.header.kind == Tag.set.rawValue ? makeSet() : makeMap()
    let capacity = map.pointee.capacity
    if map.pointee.count == 0 { return copy }
    try reserveTable(capacity: capacity)
    let entries = pointee.heap.allocateExternal(MapEntry.self, capacity: capacity)
    entries.update(from: map.pointee.entries, count: map.pointee.used)
    copy.pointee.entries = entries
    copy.pointee.capacity = capacity
    copy.pointee.count = map.pointee.count
    copy.pointee.used = map.pointee.used
    copy.pointee.header.flags |=
      map.pointee.header.flags & (MapObject.alwaysIndexedFlag | MapObject.hasIntegralFloatFlag)
    if let index = map.pointee.index {
      let slots = map.pointee.indexMask + 1
      let words = pointee.heap.allocateExternal(UInt64.self, capacity: slots)
      words.update(from: index, count: slots)
      copy.pointee.index = words
      copy.pointee.indexMask = map.pointee.indexMask
    }
    for position in 0..<copy.pointee.used {
      let entry = entries[position]
      if entry.key.isUnresolved { noteStore(entry.key, in: copy.header) }
      if entry.value.isUnresolved { noteStore(entry.value, in: copy.header) }
    }
    if copy.pointee.count < capacity >> 2 && capacity > 32 {
      rebuild(copy, capacity: capacity >> 1)
    }
    return copy
  }
}
