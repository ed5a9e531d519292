/// The objects that hold one proxy or deferred name: a set of addresses, weak.
///
/// Storing an unresolved value into an object records the object once, as a whole. An entry says
/// "may hold": a slot that was overwritten since is found out when the entry is used. The collector
/// drops entries of dead objects before their cells are reused.
struct HolderTable {
  private(set) var count = 0
  private var capacity = 0
  private var slots: UnsafeMutablePointer<UInt>?

  /// Adds `holder`; returns false when it was there.
  @discardableResult
  mutating func insert(_ holder: UnsafeMutablePointer<ObjectHeader>) -> Bool {
    if count * 2 >= capacity { grow(to: max(4, capacity * 2)) }
    let slots = self.slots.unsafelyUnwrapped
    let address = UInt(bitPattern: holder)
    var slot = HolderTable.slot(of: address, mask: capacity - 1)
    while slots[slot] != 0 {
      if slots[slot] == address { return false }
      slot = (slot + 1) & (capacity - 1)
    }
    slots[slot] = address
    count += 1
    return true
  }

  /// Calls `body` with each holder.
  func forEach(_ body: (UnsafeMutablePointer<ObjectHeader>) -> Void) {
    guard let slots else { return }
    for slot in 0..<capacity where slots[slot] != 0 {
      body(UnsafeMutablePointer(bitPattern: slots[slot]).unsafelyUnwrapped)
    }
  }

  /// Drops the holders that did not get `colour` in the last marking.
  mutating func dropDead(colour: UInt8) {
    guard let old = slots else { return }
    let oldCapacity = capacity
    var live = 0
    for slot in 0..<oldCapacity where old[slot] != 0 {
      let header = UnsafeMutablePointer<ObjectHeader>(bitPattern: old[slot]).unsafelyUnwrapped
      if header.pointee.mark == colour { live += 1 } else { old[slot] = 1 }
    }
    if live == count { return }
    slots = nil
    capacity = 0
    count = 0
    for slot in 0..<oldCapacity where old[slot] > 1 {
      insert(UnsafeMutablePointer(bitPattern: old[slot]).unsafelyUnwrapped)
    }
    old.deallocate()
  }

  private mutating func grow(to larger: Int) {
    let grown = UnsafeMutablePointer<UInt>.allocate(capacity: larger)
    grown.initialize(repeating: 0, count: larger)
    if let slots {
      for position in 0..<capacity where slots[position] != 0 {
        var slot = HolderTable.slot(of: slots[position], mask: larger - 1)
        while grown[slot] != 0 { slot = (slot + 1) & (larger - 1) }
        grown[slot] = slots[position]
      }
      slots.deallocate()
    }
    slots = grown
    capacity = larger
  }

  private static func slot(of address: UInt, mask: Int) -> Int {
    Int(truncatingIfNeeded: ((address >> 4) &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
  }

  /// Bytes of memory held.
  var byteCount: Int { capacity * MemoryLayout<UInt>.stride }

  /// Frees the memory.
  mutating func deallocate() {
    slots?.deallocate()
    self = HolderTable()
  }
}
