import Lang

/// A small hash table from names to values, in unmanaged memory: members of a class, names of a
/// module.
///
/// Whoever owns it frees it.
struct SymbolMap {
  struct Entry {
    var symbol: Symbol
    /// Kind-specific: how a class member was declared.
    var flags: UInt32
    var value: Value
  }

  /// In order of insertion.
  private(set) var entries: UnsafeMutablePointer<Entry>?
  private(set) var count = 0
  private var capacity = 0
  /// Positions + 1 in `entries`; there are always twice as many as entries fit.
  private var slots: UnsafeMutablePointer<UInt32>?

  /// The position of `symbol` in ``entries``, or -1.
  @inline(__always)
  func find(_ symbol: Symbol) -> Int {
    guard let slots, let entries else { return -1 }
    let mask = capacity * 2 - 1
    var slot = Int((symbol.rawValue &* 0x9E37_79B1) >> 8) & mask
    while true {
      let position = Int(slots[slot]) - 1
      if position < 0 { return -1 }
      if entries[position].symbol == symbol { return position }
      slot = (slot + 1) & mask
    }
  }

  /// The entry of `symbol`, or nil.
  func entry(_ symbol: Symbol) -> UnsafeMutablePointer<Entry>? {
    let position = find(symbol)
    return position < 0 ? nil : entries.unsafelyUnwrapped + position
  }

  /// Adds or replaces the value of `symbol`.
  mutating func set(_ symbol: Symbol, _ value: Value, flags: UInt32 = 0) {
    let position = find(symbol)
    if position >= 0 {
      entries.unsafelyUnwrapped[position].value = value
      entries.unsafelyUnwrapped[position].flags = flags
      return
    }
    if count == capacity { grow() }
    entries.unsafelyUnwrapped[count] = Entry(symbol: symbol, flags: flags, value: value)
    count += 1
    link(count - 1)
  }

  private mutating func link(_ position: Int) {
    let slots = self.slots.unsafelyUnwrapped
    let mask = capacity * 2 - 1
    let symbol = entries.unsafelyUnwrapped[position].symbol
    var slot = Int((symbol.rawValue &* 0x9E37_79B1) >> 8) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = UInt32(position + 1)
  }

  private mutating func grow() {
    let larger = max(4, capacity * 2)
    let moved = UnsafeMutablePointer<Entry>.allocate(capacity: larger)
    if let entries {
      moved.update(from: entries, count: count)
      entries.deallocate()
    }
    entries = moved
    slots?.deallocate()
    slots = .allocate(capacity: larger * 2)
    slots.unsafelyUnwrapped.initialize(repeating: 0, count: larger * 2)
    capacity = larger
    for position in 0..<count { link(position) }
  }

  /// Bytes of memory held.
  var byteCount: Int { capacity * (MemoryLayout<Entry>.stride + 8) }

  /// Frees the memory; the map is empty afterwards.
  mutating func deallocate() {
    entries?.deallocate()
    slots?.deallocate()
    self = SymbolMap()
  }
}
