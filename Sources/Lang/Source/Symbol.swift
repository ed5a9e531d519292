/// An interned byte string: a name, an operator, or the text of a string literal.
///
/// Two symbols of one ``SymbolTable`` are equal exactly when their bytes are.
@frozen
public struct Symbol: Equatable, Hashable, Sendable {
  /// The position in the symbol table; 0 stands for "no symbol".
  public let rawValue: UInt32

  /// Wraps a position in the symbol table.
  @inline(__always)
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// The absent symbol.
  @inline(__always)
  public static var none: Symbol { Symbol(0) }
}

/// Gives each distinct byte string a small number.
///
/// Open addressing with linear probing; the bytes are copied into one growing arena, so a symbol
/// outlives the source text that it was read from. The words of ``Keyword`` come first, then the
/// ``BuiltinNames``.
public final class SymbolTable {
  /// The table proper, outside of the object: the lexer adds to it for every name that it reads, and
  /// changing properties of a class instance costs an exclusivity check each time.
  let storage: UnsafeMutablePointer<SymbolStorage>

  private let firstBuiltin: UInt32

  /// Makes a table that holds the absent symbol, which reads as the empty string, the words of
  /// ``Keyword`` and the ``BuiltinNames``.
  public init() {
    storage = .allocate(capacity: 1)
    storage.initialize(to: SymbolStorage())
    firstBuiltin = UInt32(1 + Keyword.spellings.count)
    for word in Keyword.spellings { _ = intern(word) }
    for name in BuiltinNames.all { _ = intern(name) }
  }

  /// The number of a built-in name, or nil.
  @inline(__always)
  func builtinNumber(of symbol: Symbol) -> UInt32? {
    let number = symbol.rawValue &- firstBuiltin
    return number < UInt32(BuiltinNames.count) ? number : nil
  }

  deinit {
    storage.pointee.deallocate()
    storage.deallocate()
  }

  /// The number of symbols, the absent one included.
  public var count: Int { storage.pointee.entries.count }

  /// The symbol of the bytes at `start`, added when it is new.
  public func intern(_ start: UnsafePointer<UInt8>, count length: Int) -> Symbol {
    let prefix = SymbolStorage.prefix(of: start, count: length)
    return Symbol(storage.pointee.intern(start, count: length, prefix: prefix))
  }

  /// The symbol of `text`, added when it is new.
  public func intern(_ text: StaticString) -> Symbol {
    intern(text.utf8Start, count: text.utf8CodeUnitCount)
  }

  /// The symbol of `text`, added when it is new.
  public func intern(_ text: String) -> Symbol {
    var copy = text
    return copy.withUTF8 { buffer in
      guard let base = buffer.baseAddress else {
        var nothing: UInt8 = 0
        return intern(&nothing, count: 0)
      }
      return intern(base, count: buffer.count)
    }
  }

  /// The bytes of `symbol`, valid until the next symbol is added.
  public func bytes(of symbol: Symbol) -> UnsafeBufferPointer<UInt8> {
    let entry = storage.pointee.entries[Int(symbol.rawValue)]
    return UnsafeBufferPointer(
      start: storage.pointee.bytes.base + Int(entry.offset), count: Int(entry.length))
  }

  /// The text of `symbol`, for messages.
  public func text(of symbol: Symbol) -> String {
    String(decoding: bytes(of: symbol), as: UTF8.self)
  }
}

/// The memory behind a ``SymbolTable``.
struct SymbolStorage {
  struct Entry: BitwiseCopyable {
    var offset: UInt32
    var length: UInt32
    var hash: UInt32
  }

  /// A place in the hash table.
  ///
  /// Most names have at most eight bytes and are decided by `prefix` and
  /// `length` alone, without a look at the entry or its bytes.
  struct Slot: BitwiseCopyable {
    /// The first eight bytes, zeros after the end.
    var prefix: UInt64
    var length: UInt32
    /// 0 in a free slot.
    var symbol: UInt32
  }

  /// For the resolver, which walks one text at a time: what each symbol is bound to.
  ///
  /// All 0 between two texts. A table of its own for each text would cost as much as all names of the
  /// program.
  var bindings = GrowableBuffer<UInt32>(capacity: 0)
  var entries = GrowableBuffer<Entry>(capacity: 256)
  var bytes = GrowableBuffer<UInt8>(capacity: 4096)
  var slots: UnsafeMutablePointer<Slot>
  var mask: Int

  init() {
    mask = 511
    slots = .allocate(capacity: 512)
    slots.initialize(repeating: Slot(prefix: 0, length: 0, symbol: 0), count: 512)
    entries.append(Entry(offset: 0, length: 0, hash: 0))
  }

  func deallocate() {
    bindings.deallocate()
    entries.deallocate()
    bytes.deallocate()
    slots.deallocate()
  }

  /// The first eight bytes of a text, zeros after its end.
  @inline(__always)
  static func prefix(of start: UnsafePointer<UInt8>, count: Int) -> UInt64 {
    if count >= 8 { return word(at: start) }
    var result: UInt64 = 0
    for index in 0..<count { result |= UInt64(start[index]) << UInt64(index * 8) }
    return result
  }

  /// The same, where eight bytes from `start` on can be read whatever `count` is.
  @inline(__always)
  static func prefix(ofPadded start: UnsafePointer<UInt8>, count: Int) -> UInt64 {
    let whole = word(at: start)
    return count >= 8 ? whole : whole & ((1 << UInt64(count * 8)) &- 1)
  }

  @inline(__always)
  private static func word(at start: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(start).loadUnaligned(as: UInt64.self))
  }

  @inline(__always)
  private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = (a ^ b).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return product.high ^ product.low
  }

  /// Finds or adds the bytes at `start`, whose first eight are `prefix`.
  @inline(__always)
  mutating func intern(
    _ start: UnsafePointer<UInt8>, count length: Int, prefix: UInt64
  ) -> UInt32 {
    var state = Self.mix(prefix, UInt64(truncatingIfNeeded: length) &+ 0x5bd1_e995)
    if length > 8 { state = Self.hashRest(state, start, length) }
    let hash = UInt32(truncatingIfNeeded: state)
    var index = Int(truncatingIfNeeded: hash) & mask
    while true {
      let slot = slots[index]
      if slot.symbol == 0 { break }
      if slot.prefix == prefix, slot.length == UInt32(truncatingIfNeeded: length),
        length <= 8 || equalRest(slot.symbol, start, length)
      {
        return slot.symbol
      }
      index = (index + 1) & mask
    }
    return add(start, count: length, prefix: prefix, hash: hash, at: index)
  }

  /// Hashes what follows the first eight bytes of a text longer than that.
  private static func hashRest(
    _ seed: UInt64, _ start: UnsafePointer<UInt8>, _ length: Int
  ) -> UInt64 {
    var state = seed
    var index = 8
    while index + 8 <= length {
      state = mix(state, word(at: start + index))
      index += 8
    }
    // The last eight bytes, some of them a second time: cheaper than gathering the remaining ones.
    return mix(state, word(at: start + length - 8))
  }

  private func equalRest(
    _ symbol: UInt32, _ start: UnsafePointer<UInt8>, _ length: Int
  ) -> Bool {
    let known = UnsafePointer(bytes.base) + Int(entries[Int(symbol)].offset)
    var index = 8
    while index + 8 <= length {
      if Self.word(at: known + index) != Self.word(at: start + index) { return false }
      index += 8
    }
    return Self.word(at: known + length - 8) == Self.word(at: start + length - 8)
  }

  @inline(never)
  private mutating func add(
    _ start: UnsafePointer<UInt8>, count length: Int, prefix: UInt64, hash: UInt32, at index: Int
  ) -> UInt32 {
    let symbol = UInt32(entries.count)
    entries.append(Entry(offset: UInt32(bytes.count), length: UInt32(length), hash: hash))
    bytes.append(from: start, count: length)
    slots[index] = Slot(prefix: prefix, length: UInt32(length), symbol: symbol)
    if entries.count * 2 > mask { rehash() }
    return symbol
  }

  private mutating func rehash() {
    let old = slots
    let oldCapacity = mask + 1
    let capacity = oldCapacity * 4
    mask = capacity - 1
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: Slot(prefix: 0, length: 0, symbol: 0), count: capacity)
    for position in 0..<oldCapacity where old[position].symbol != 0 {
      let slot = old[position]
      var index = Int(truncatingIfNeeded: entries[Int(slot.symbol)].hash) & mask
      while slots[index].symbol != 0 { index = (index + 1) & mask }
      slots[index] = slot
    }
    old.deallocate()
  }
}
