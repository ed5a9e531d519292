// The table behind maps and sets: entries in insertion order, and an index beside them that finds
// a key's entry. See `MapObject` for the layout.
//
// Up to `MapObject.linearLimit` entries there is no index: a few comparisons in one or two cache
// lines beat any hashing. Maps that are made all at once and did not grow since (see
// `makeMap(ofDistinct:)`) may have some more without one. Beyond it, the index is an
// open-addressing table with linear probing that is never more than half full (see `MapIndex`). It
// remembers the hash of each entry, so that growing and removing never hash a key again. Removing
// moves later words of a probe run back, so the index has no marks for removed words; the entry
// itself stays as a gap until the entries are compacted.
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
}

/// The index of a table with room for `capacity` entries: `2 * capacity` words of 32 bits, and
/// behind them the hashes of the entries.
///
/// A word is 0 when its slot is free. Otherwise its low bits, one more than positions need, are the
/// entry's position + 1, and the others are bits of its hash: a probe looks at an entry only when
/// the key is most likely there. Large maps are slow through cache misses alone; this leaves one
/// for the index and one for the entry.
struct MapIndex {
  let words: UnsafeMutablePointer<UInt32>
  /// A power of two, at least 8.
  let slotCount: Int

  @inline(__always)
  init(_ memory: UnsafeMutablePointer<UInt64>, capacity: Int) {
    words = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: UInt32.self)
    slotCount = capacity &* 2
  }

  /// The least capacity of a table with an index and room for `count` entries: a power of two.
  static func capacity(for count: Int) -> Int {
    count <= 4 ? 4 : 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount)
  }

  /// The size of the memory, in units of 8 bytes, as ``MapObject/indexMask`` counts.
  static func size(capacity: Int) -> Int { capacity / 2 * 3 }

  @inline(__always) var hashes: UnsafeMutablePointer<UInt32> { words + slotCount }

  @inline(__always)
  func following(_ slot: Int) -> Int { (slot &+ 1) & (slotCount &- 1) }

  /// The slot where the search for `hash` begins: the top bits choose a group of eight slots, the
  /// lowest three the slot in it.
  @inline(__always)
  func home(of hash: UInt32) -> Int {
    let group = (UInt64(hash) &* UInt64(truncatingIfNeeded: slotCount)) >> 32
    return Int(truncatingIfNeeded: group & ~7 | UInt64(hash & 7))
  }

  /// The bits of `hash` that words hold, in their place.
  @inline(__always)
  func mark(of hash: UInt32) -> UInt32 { (hash >> 3) &* UInt32(truncatingIfNeeded: slotCount) }

  /// The position in a word.
  @inline(__always)
  func position(in word: UInt32) -> Int { Int(word) & (slotCount &- 1) &- 1 }

  /// The first position whose entry has, as far as words tell, `hash`, and is accepted; or -1.
  @inline(__always)
  func find<Failure: Error>(
    _ hash: UInt32, _ accepts: (Int) throws(Failure) -> Bool
  ) throws(Failure) -> Int {
    let mark = mark(of: hash)
    let low = UInt32(truncatingIfNeeded: slotCount &- 1)
    var slot = home(of: hash)
    while true {
      let word = words[slot]
      if word == 0 { return -1 }
      if word & ~low == mark {
        let position = position(in: word)
        if try accepts(position) { return position }
      }
      slot = following(slot)
    }
  }

  /// Adds the word of a new entry, and keeps its hash.
  @inline(__always)
  func link(_ position: Int, hash: UInt32) {
    var slot = home(of: hash)
    while words[slot] != 0 { slot = following(slot) }
    words[slot] = mark(of: hash) | UInt32(truncatingIfNeeded: position &+ 1)
    hashes[position] = hash
  }

  /// Takes the word of an entry out, and moves words of the same probe run back.
  func unlink(_ position: Int) {
    var hole = home(of: hashes[position])
    while self.position(in: words[hole]) != position { hole = following(hole) }
    var next = following(hole)
    while words[next] != 0 {
      let home = home(of: hashes[self.position(in: words[next])])
      if (next &- home) & (slotCount &- 1) >= (next &- hole) & (slotCount &- 1) {
        words[hole] = words[next]
        hole = next
      }
      next = following(next)
    }
    words[hole] = 0
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

  /// The index, nil when there is none.
  @inline(__always) fileprivate var index: MapIndex? {
    guard let memory = pointee.index else { return nil }
    return MapIndex(memory, capacity: pointee.capacity)
  }

  /// The position of an integer key, or -1.
  ///
  /// Knows nothing of floats that equal it.
  func position(ofInteger bits: UInt64) -> Int {
    let entries = pointee.entries
    guard let index else {
      let used = pointee.used
      var position = 0
      while position < used {
        let key = entries[position].key
        if key.bits == bits && key.isInt { return position }
        position &+= 1
      }
      return -1
    }
    let recent = pointee.recent
    if recent < pointee.used && entries[recent].key.bits == bits && entries[recent].key.isInt {
      return recent
    }
    let position = index.find(Hash.of(integer: bits)) { position in
      let key = entries[position].key
      return key.bits == bits && key.isInt
    }
    if position >= 0 { pointee.recent = position }
    return position
  }

  /// The position of a string key, or -1.
  func position(of string: StringReference) -> Int {
    let entries = pointee.entries
    let bits = UInt64(UInt(bitPattern: string))
    guard let index else {
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
    let recent = pointee.recent
    if recent < pointee.used && entries[recent].key.bits == bits && entries[recent].key.isString {
      return recent
    }
    let position = index.find(string.hash) { position in
      let key = entries[position].key
      return key.isString && (key.bits == bits || key.string.hasSameText(as: string))
    }
    if position >= 0 { pointee.recent = position }
    return position
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

  /// The position of an integer or a short string, or -1; -2 for other keys, and when there may be a
  /// float that equals it.
  @inline(__always)
  func simplePosition(of key: Value, in map: MapReference) -> Int {
    if key.isString && key.string.count <= Piece.bytes { return map.position(of: key.string) }
    if key.isInt && map.pointee.header.flags & MapObject.hasIntegralFloatFlag == 0 {
      return map.position(ofInteger: key.bits)
    }
    return -2
  }

  /// The position of `key` among the entries, or -1.
  @inline(__always)
  func position(of key: Value, in map: MapReference) throws(RaisedError) -> Int {
    let position = simplePosition(of: key, in: map)
    if position > -2 { return position }
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
      guard let index = map.index else {
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
      var isChanged = false
      let position = try index.find(hash) { (position) throws(RaisedError) -> Bool in
        if index.hashes[position] != hash { return false }
        let candidate = map.key(position)
        if candidate.isSame(as: key) { return true }
        let isEqual = try equals(key, candidate)
        isChanged = map.version != version
        return isEqual || isChanged
      }
      if !isChanged { return position }
    }
  }

  /// Adds `key` with `value`, or replaces its value.
  @inline(__always)
  func mapSet(_ map: MapReference, _ key: Value, _ value: Value) throws(RaisedError) {
    let position = simplePosition(of: key, in: map)
    if position >= 0 {
      replaceValue(at: position, in: map, by: value)
    } else if position == -1 {
      try insertSimple(key, value, in: map)
    } else {
      try mapSetGeneral(map, key, value)
    }
  }

  @inline(__always)
  func replaceValue(at position: Int, in map: MapReference, by value: Value) {
    map.pointee.entries[position].value = value
    if value.isUnresolved { noteStore(value, in: map.header) }
  }

  /// Appends an entry whose key is an integer or a string that is not there.
  @inline(__always)
  func insertSimple(
    _ key: Value, _ value: Value, in map: MapReference
  ) throws(RaisedError) {
    let hash = key.isInt ? Hash.of(integer: key.bits) : key.string.hash
    try insert(key, value, hash: hash, in: map)
  }

  @inline(never)
  private func mapSetGeneral(
    _ map: MapReference, _ key: Value, _ value: Value
  ) throws(RaisedError) {
    let key = try resolved(key)
    let hash = try hash(key)
    let position = try generalPosition(of: key, hash: hash, in: map)
    if position < 0 { return try insert(key, value, hash: hash, in: map) }
    replaceValue(at: position, in: map, by: value)
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
          try rebuild(map, capacity: map.pointee.capacity)
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
    map.index?.link(position, hash: hash)
    map.noteChange()
    if key.isUnresolved { noteStore(key, in: map.header) }
    if value.isUnresolved { noteStore(value, in: map.header) }
  }

  /// Removes `key` and returns its value; undefined when it is not there.
  func mapRemove(_ map: MapReference, _ key: Value) throws(RaisedError) -> Value {
    let position = try position(of: key, in: map)
    if position < 0 { return .undefined }
    let value = map.pointee.entries[position].value
    try remove(at: position, from: map)
    return value
  }

  /// Removes the last entry and returns it; its key is undefined when there is none.
  func removeLast(from map: MapReference) throws(RaisedError) -> MapEntry {
    if map.pointee.count == 0 { return MapEntry(key: .undefined, value: .nil) }
    let position = map.pointee.used &- 1
    let entry = map.pointee.entries[position]
    try remove(at: position, from: map)
    return entry
  }

  /// Removes the entry at `position`.
  ///
  /// What takes time comes first, so that an interruption leaves the entry where it is.
  private func remove(at position: Int, from map: MapReference) throws(RaisedError) {
    var position = position
    let capacity = map.pointee.capacity
    if capacity > 32 && map.pointee.count &- 1 < capacity >> 3 {
      let gaps = try gapCount(in: map, before: position)
      try rebuild(map, capacity: capacity >> 2)
      position &-= gaps
    }
    // Gaps at the end go with the last entry, which is always in use.
    var used = map.pointee.used
    if position == used &- 1 {
      used = position
      while used > 0 && map.key(used &- 1).isUndefined {
        used &-= 1
        if used & (Piece.items &- 1) == 0 { try checkInterruption() }
      }
    }
    map.index?.unlink(position)
    map.pointee.entries[position] = MapEntry(key: .undefined, value: .nil)
    map.pointee.used = used
    map.pointee.count &-= 1
    map.noteChange()
  }

  /// How many removed entries there are before `position`.
  private func gapCount(in map: MapReference, before position: Int) throws(RaisedError) -> Int {
    var gaps = 0
    var pieces = Pieces(of: Piece.items, position)
    while try pieces.next(self) {
      for index in pieces.range where map.key(index).isUndefined { gaps &+= 1 }
    }
    return gaps
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
    if capacity - count > capacity / 4 { return try rebuild(map, capacity: capacity) }
    try reserveTable(capacity: max(4, capacity * 2))
    try rebuild(map, capacity: max(4, capacity * 2))
  }

  func reserveTable(capacity: Int) throws(RaisedError) {
    let bytes =
      capacity * MemoryLayout<MapEntry>.stride
      + MapIndex.size(capacity: capacity) * MemoryLayout<UInt64>.stride
    if bytes > 1 << 16 {
      try reserve(bytes)
      // Positions are 32 bits wide.
      if capacity > 1 << 31 { throw memoryError(bytes) }
    }
  }

  /// Moves the live entries, in order, to a table of `capacity`, which they fit into; with an index it
  /// is made a power of two.
  ///
  /// An interruption leaves the map as it is: a new index is made beside the old one, and so are the
  /// entries of a large map in which some have to move.
  private func rebuild(_ map: MapReference, capacity: Int) throws(RaisedError) {
    let old = map.pointee
    var memory: UnsafeMutablePointer<UInt64>?
    let hasIndex =
      capacity > MapObject.linearLimit || old.header.flags & MapObject.alwaysIndexedFlag != 0
    // What `makeMap(ofDistinct:)` makes has no room to spare.
    let capacity = hasIndex ? MapIndex.capacity(for: capacity) : capacity
    let size = MapIndex.size(capacity: capacity)
    if hasIndex {
      memory = pointee.heap.allocateTable(UInt64.self, capacity: size)
    }
    var entries = old.entries
    if old.used > Piece.items && old.used != old.count {
      entries = pointee.heap.allocateTable(MapEntry.self, capacity: capacity)
    }
    do throws(RaisedError) {
      if let memory {
        let bytes = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: UInt8.self)
        try fill(bytes, count: size &* MemoryLayout<UInt64>.stride, with: 0)
      }
      let index = memory.map { MapIndex($0, capacity: capacity) }
      let hashes = map.index?.hashes
      var live = 0
      var pieces = Pieces(of: Piece.items, old.used)
      while try pieces.next(self) {
        for position in pieces.range {
          let entry = old.entries[position]
          if entry.key.isUndefined { continue }
          entries[live] = entry
          // Without an index, all keys hash without calls.
          index?.link(live, hash: hashes?[position] ?? simpleHash(entry.key))
          live &+= 1
        }
      }
    } catch {
      if let memory { pointee.heap.freeExternal(memory, capacity: size) }
      if entries != old.entries { pointee.heap.freeExternal(entries, capacity: capacity) }
      throw error
    }
    if let index = old.index { pointee.heap.freeExternal(index, capacity: old.indexMask + 1) }
    if entries == old.entries {
      entries = pointee.heap.resizeTable(
        old.entries, count: old.count, from: old.capacity, to: capacity)
    } else {
      pointee.heap.freeExternal(old.entries, capacity: old.capacity)
    }
    map.pointee.entries = entries
    map.pointee.capacity = capacity
    map.pointee.recent = 0
    map.pointee.used = old.count
    map.pointee.index = memory
    map.pointee.indexMask = memory == nil ? 0 : MapIndex.size(capacity: capacity) - 1
    map.noteChange()
  }

  /// Brings the entries of keys in order that a reload has replaced: functions and classes, alone and
  /// in tuples, hash by what they are.
  ///
  /// Where the key of the old and that of the new contents were both in the map, the entry of the older
  /// stays and gets the value of the newer. Runs no code of the language: a tuple of which an instance
  /// hashes by a method of its own keeps its place. A map in which nothing has to be moved does not
  /// count as changed: loops over it go on.
  ///
  /// - Parameter heirs: The payloads of the values that took the others' places.
  func rehashKeys(of map: MapReference, mentioning heirs: Set<UInt64>) {
    var position = 0
    while position < map.pointee.used {
      let key = map.key(position)
      if mentions(key, heirs), let hash = hashWithoutCalls(key) {
        if let index = map.index, index.hashes[position] != hash {
          index.unlink(position)
          index.link(position, hash: hash)
          map.noteChange()
        }
        // All before this one are in order.
        let earlier = earlierPosition(of: key, hash, before: position, in: map)
        if earlier >= 0 {
          map.pointee.entries[earlier].value = map.pointee.entries[position].value
          map.index?.unlink(position)
          map.pointee.entries[position] = MapEntry(key: .undefined, value: .nil)
          map.pointee.count &-= 1
          map.noteChange()
        }
      }
      position += 1
    }
    while map.pointee.used > 0 && map.key(map.pointee.used &- 1).isUndefined {
      map.pointee.used &-= 1
    }
  }

  /// The position of an entry before another that has the same key; -1 when there is none.
  private func earlierPosition(
    of key: Value, _ hash: UInt32, before end: Int, in map: MapReference
  ) -> Int {
    guard let index = map.index else {
      return (0..<end).first { isSameKey(map.key($0), key) } ?? -1
    }
    return index.find(hash) { position in
      position < end && index.hashes[position] == hash && isSameKey(map.key(position), key)
    }
  }

  /// Whether two keys are equal, as far as can be told without asking a method of the program.
  private func isSameKey(_ a: Value, _ b: Value) -> Bool {
    if a.isSame(as: b) { return true }
    if a.tag != b.tag { return false }
    switch a.tag {
    case .tuple:
      let (a, b) = (a.tuple, b.tuple)
      return a.pointee.count == b.pointee.count
        && (0..<a.pointee.count).allSatisfy { isSameKey(a.items[$0], b.items[$0]) }
    case .boundMethod:
      let (a, b) = (a.boundMethod, b.boundMethod)
      return a.pointee.method.isSame(as: b.pointee.method)
        && a.pointee.receiver.isSame(as: b.pointee.receiver)
    case .instance, .deferred: return false
    default: return (try? equals(a, b)) ?? false
    }
  }

  /// Whether a key is one of some functions and classes, given by their payloads, or is made of it.
  @inline(__always)
  func mentions(_ key: Value, _ values: Set<UInt64>) -> Bool {
    switch key.tag {
    case .function, .class, .boundMethod, .tuple: mentionsSlowly(key, values)
    default: false
    }
  }

  private func mentionsSlowly(_ key: Value, _ values: Set<UInt64>) -> Bool {
    switch key.tag {
    case .boundMethod:
      mentions(key.boundMethod.pointee.method, values)
        || mentions(key.boundMethod.pointee.receiver, values)
    case .tuple:
      (0..<key.tuple.pointee.count).contains { mentions(key.tuple.items[$0], values) }
    default: values.contains(key.bits)
    }
  }

  /// A new map or set with the same entries.
  ///
  /// Runs no code of the language.
  func mapCopy(_ map: MapReference) throws(RaisedError) -> MapReference {
    let copy = map.pointee.header.kind == Tag.set.rawValue ? makeSet() : makeMap()
    let capacity = map.pointee.capacity
    if map.pointee.count == 0 { return copy }
    try reserveTable(capacity: capacity)
    let entries = pointee.heap.allocateTable(MapEntry.self, capacity: capacity)
    let size = map.pointee.indexMask + 1
    let words =
      map.pointee.index == nil
      ? nil : pointee.heap.allocateTable(UInt64.self, capacity: size)
    do throws(RaisedError) {
      try self.copy(
        map.pointee.entries, to: entries, count: map.pointee.used, as: MapEntry.self)
      if let words, let index = map.pointee.index {
        try self.copy(index, to: words, count: size, as: UInt64.self)
      }
    } catch {
      pointee.heap.freeExternal(entries, capacity: capacity)
      if let words { pointee.heap.freeExternal(words, capacity: size) }
      throw error
    }
    copy.pointee.entries = entries
    copy.pointee.capacity = capacity
    copy.pointee.count = map.pointee.count
    copy.pointee.used = map.pointee.used
    copy.pointee.header.flags |=
      map.pointee.header.flags & (MapObject.alwaysIndexedFlag | MapObject.hasIntegralFloatFlag)
    if let words {
      copy.pointee.index = words
      copy.pointee.indexMask = map.pointee.indexMask
    }
    try noteStoresInPieces(of: copy, in: copy.header)
    if copy.pointee.count < capacity >> 2 && capacity > 32 {
      try rebuild(copy, capacity: capacity >> 1)
    }
    return copy
  }

  /// Records an object as holder of the unresolved values in a map.
  private func noteStoresInPieces(
    of map: MapReference, in holder: UnsafeMutablePointer<ObjectHeader>
  ) throws(RaisedError) {
    var pieces = Pieces(of: Piece.items, map.pointee.used)
    while try pieces.next(self) {
      for position in pieces.range {
        let entry = map.pointee.entries[position]
        if entry.key.isUnresolved { noteStore(entry.key, in: holder) }
        if entry.value.isUnresolved { noteStore(entry.value, in: holder) }
      }
    }
  }

  /// Gives a map or set the entries of another, which gets those of the first.
  func exchangeEntries(_ map: MapReference, _ other: MapReference) throws(RaisedError) {
    try noteStoresInPieces(of: other, in: map.header)
    let headers = (map.pointee.header, other.pointee.header)
    swap(&map.pointee, &other.pointee)
    let tableFlags = MapObject.alwaysIndexedFlag | MapObject.hasIntegralFloatFlag
    for (table, header, flags) in [
      (map, headers.0, headers.1.flags), (other, headers.1, headers.0.flags),
    ] {
      table.pointee.header = header
      table.pointee.header.flags = header.flags & ~tableFlags | flags & tableFlags
      table.noteChange()
    }
  }
}
