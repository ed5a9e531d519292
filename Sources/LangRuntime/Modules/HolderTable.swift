/// The objects that hold one proxy or deferred name: a set of addresses, weak.
///
/// Storing an unresolved value into an object records the object once, as a whole. An entry says
/// "may hold": a slot that was overwritten since is found out when the entry is used. The collector
/// drops entries of dead objects before their cells are reused.
///
/// Most are held by one object, the module that imports: one entry needs no memory besides.
struct HolderTable {
  private(set) var count = 0
  /// How many addresses fit into `slots`; 0 while there is at most one.
  private var capacity = 0
  /// The one holder's address, or that of the slots.
  private var bits: UInt = 0

  private typealias Holder = UnsafeMutablePointer<ObjectHeader>

  private var slots: UnsafeMutablePointer<UInt> {
    UnsafeMutablePointer(bitPattern: bits).unsafelyUnwrapped
  }

  /// Adds `holder`; returns false when it was there.
  @discardableResult
  mutating func insert(_ holder: UnsafeMutablePointer<ObjectHeader>) -> Bool {
    let address = UInt(bitPattern: holder)
    if capacity == 0 {
      if bits == address { return false }
      if bits == 0 {
        bits = address
        count = 1
        return true
      }
    }
    if count * 2 >= capacity { grow(to: max(4, capacity * 2)) }
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
    if capacity == 0 {
      if let holder = Holder(bitPattern: bits) { body(holder) }
      return
    }
    for slot in 0..<capacity {
      if let holder = Holder(bitPattern: slots[slot]) { body(holder) }
    }
  }

  /// Drops the holders that did not get `colour` in the last marking.
  mutating func dropDead(colour: UInt8) {
    var live = 0
    forEach { if $0.pointee.mark == colour { live += 1 } }
    if live == count { return }
    let old = self
    self = HolderTable()
    old.forEach { if $0.pointee.mark == colour { insert($0) } }
    var emptied = old
    emptied.deallocate()
  }

  private mutating func grow(to larger: Int) {
    let grown = UnsafeMutablePointer<UInt>.allocate(capacity: larger)
    grown.initialize(repeating: 0, count: larger)
    forEach { holder in
      let address = UInt(bitPattern: holder)
      var slot = HolderTable.slot(of: address, mask: larger - 1)
      while grown[slot] != 0 { slot = (slot + 1) & (larger - 1) }
      grown[slot] = address
    }
    if capacity > 0 { slots.deallocate() }
    bits = UInt(bitPattern: grown)
    capacity = larger
  }

  private static func slot(of address: UInt, mask: Int) -> Int {
    Int(truncatingIfNeeded: ((address >> 4) &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
  }

  /// Bytes of memory held.
  var byteCount: Int { capacity * MemoryLayout<UInt>.stride }

  /// Frees the memory.
  mutating func deallocate() {
    if capacity > 0 { slots.deallocate() }
    self = HolderTable()
  }
}
