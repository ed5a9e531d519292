/// The objects that hold one proxy or deferred name: a list of addresses, weak.
///
/// Storing an unresolved value into an object records the object, as a whole. An entry says "may
/// hold": a slot that was overwritten since is found out when the entry is used. The collector drops
/// entries of dead objects before their cells are reused.
///
/// Holders are noted in the order of their stores and an object may be noted more than once. Only when
/// the memory is full is the list sorted and each object left once; so a store costs an append, the
/// list is never more than twice as long as the memory of the distinct ones, and a patch goes through
/// the heap from one end to the other instead of at random. Most are held by one object, the module
/// that imports: one entry needs no memory besides.
struct HolderTable {
  /// Entries; an object may have several.
  private(set) var count = 0
  /// How many addresses fit; 0 while there is at most one.
  private var capacity = 0
  /// The one holder's address, or that of the entries.
  private var bits: UInt = 0

  private typealias Holder = UnsafeMutablePointer<ObjectHeader>

  private var entries: UnsafeMutablePointer<UInt> {
    UnsafeMutablePointer(bitPattern: bits).unsafelyUnwrapped
  }

  /// Adds `holder`.
  ///
  /// - Complexity: Constant, but for a sort each time that the memory is full.
  mutating func insert(_ holder: UnsafeMutablePointer<ObjectHeader>) {
    let address = UInt(bitPattern: holder)
    if count == 0 {
      bits = address
      count = 1
      return
    }
    if capacity == 0 {
      if bits == address { return }
      let first = bits
      reserve(4)
      entries[0] = first
    } else {
      if entries[count - 1] == address { return }
      if count == capacity { compact() }
    }
    entries[count] = address
    count += 1
  }

  /// Calls `body` with each holder, with some more than once.
  func forEach(_ body: (UnsafeMutablePointer<ObjectHeader>) -> Void) {
    if capacity == 0 {
      if let holder = Holder(bitPattern: bits) { body(holder) }
      return
    }
    for position in 0..<count {
      body(Holder(bitPattern: entries[position]).unsafelyUnwrapped)
    }
  }

  /// Drops the holders that did not get `colour` in the last marking.
  mutating func dropDead(colour: UInt8) {
    if capacity == 0 {
      if let holder = Holder(bitPattern: bits), holder.pointee.mark != colour {
        self = HolderTable()
      }
      return
    }
    var kept = 0
    for position in 0..<count {
      let address = entries[position]
      if Holder(bitPattern: address).unsafelyUnwrapped.pointee.mark != colour { continue }
      entries[kept] = address
      kept += 1
    }
    if kept == count { return }
    count = kept
    if count <= 1 {
      let last = count == 1 ? entries[0] : 0
      entries.deallocate()
      (bits, capacity) = (last, 0)
    } else if count <= capacity / 4 {
      reserve(max(4, count * 2))
    }
  }

  /// Leaves each object once, and makes room when that has not made enough.
  private mutating func compact() {
    var all = UnsafeMutableBufferPointer(start: entries, count: count)
    all.sort()
    var kept = 1
    for position in 1..<count where entries[position] != entries[kept - 1] {
      entries[kept] = entries[position]
      kept += 1
    }
    count = kept
    if count > capacity / 2 { reserve(capacity * 2) }
  }

  private mutating func reserve(_ larger: Int) {
    let grown = UnsafeMutablePointer<UInt>.allocate(capacity: larger)
    if capacity > 0 {
      grown.update(from: entries, count: count)
      entries.deallocate()
    }
    bits = UInt(bitPattern: grown)
    capacity = larger
  }

  /// Bytes of memory held.
  var byteCount: Int { capacity * MemoryLayout<UInt>.stride }

  /// Frees the memory.
  mutating func deallocate() {
    if capacity > 0 { entries.deallocate() }
    self = HolderTable()
  }
}
