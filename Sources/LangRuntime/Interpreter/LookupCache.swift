import Lang

/// Remembers what attributes of instances were found to be, by shape and name, for code that meets
/// many classes: an inline cache remembers one.
///
/// Direct-mapped, 24 KB, made at the first miss. A collection empties it, since shapes may go then.
struct LookupCache {
  private struct Entry: BitwiseCopyable {
    var shape: UInt
    var found: InlineCache
  }

  private var entries: UnsafeMutablePointer<Entry>?
  private static let count = 512

  @inline(__always)
  private static func position(_ shape: UInt, _ symbol: Symbol) -> Int {
    Int(truncatingIfNeeded: (shape >> 4) &+ UInt(symbol.rawValue) &* 0x9E37) & (count - 1)
  }

  /// Fills an inline cache from an earlier finding; false when there is none.
  @inline(__always)
  func fill(_ cache: UnsafeMutablePointer<InlineCache>, _ shape: UnsafeMutablePointer<Shape>)
    -> Bool
  {
    guard let entries else { return false }
    let key = UInt(bitPattern: shape)
    let entry = entries + LookupCache.position(key, cache.pointee.symbol)
    guard entry.pointee.shape == key, entry.pointee.found.symbol == cache.pointee.symbol else {
      return false
    }
    cache.pointee = entry.pointee.found
    return true
  }

  /// Remembers what an inline cache was filled with.
  mutating func remember(
    _ cache: UnsafeMutablePointer<InlineCache>, _ shape: UnsafeMutablePointer<Shape>
  ) {
    if entries == nil {
      let made = UnsafeMutablePointer<Entry>.allocate(capacity: LookupCache.count)
      made.initialize(
        repeating: Entry(shape: 0, found: InlineCache(symbol: .none)), count: LookupCache.count)
      entries = made
    }
    let key = UInt(bitPattern: shape)
    let entry = entries.unsafelyUnwrapped + LookupCache.position(key, cache.pointee.symbol)
    entry.pointee = Entry(shape: key, found: cache.pointee)
  }

  /// Forgets everything.
  func empty() {
    guard let entries else { return }
    for position in 0..<LookupCache.count { entries[position].shape = 0 }
  }

  /// Frees the memory.
  func deallocate() { entries?.deallocate() }
}
