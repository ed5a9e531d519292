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
/// outlives the source text that it was read from.
public final class SymbolTable {
  @usableFromInline
  struct Entry: BitwiseCopyable {
    var offset: UInt32
    var length: UInt32
    var hash: UInt32
  }

  private var entries = GrowableBuffer<Entry>(capacity: 256)
  private var bytes = GrowableBuffer<UInt8>(capacity: 4096)
  private var slots: UnsafeMutablePointer<UInt32>
  private var mask: Int

  /// Makes a table that holds only the absent symbol, which reads as the empty string.
  public init() {
    mask = 511
    slots = .allocate(capacity: 512)
    slots.initialize(repeating: 0, count: 512)
    entries.append(Entry(offset: 0, length: 0, hash: 0))
  }

  deinit {
    entries.deallocate()
    bytes.deallocate()
    slots.deallocate()
  }

  /// The number of symbols, the absent one included.
  public var count: Int { entries.count }

  /// The symbol of the bytes at `start`, added when it is new.
  public func intern(_ start: UnsafePointer<UInt8>, count length: Int) -> Symbol {
    // FNV-1a: short names dominate, and it needs no set-up.
    var hash: UInt32 = 2_166_136_261
    for index in 0..<length { hash = (hash ^ UInt32(start[index])) &* 16_777_619 }
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let candidate = slots[slot]
      if candidate == 0 { break }
      let entry = entries[Int(candidate)]
      if entry.hash == hash, Int(entry.length) == length,
        equal(bytes.base + Int(entry.offset), start, length)
      {
        return Symbol(candidate)
      }
      slot = (slot + 1) & mask
    }
    let symbol = Symbol(UInt32(entries.count))
    entries.append(
      Entry(offset: UInt32(bytes.count), length: UInt32(length), hash: hash))
    bytes.append(from: start, count: length)
    slots[slot] = symbol.rawValue
    if entries.count * 2 > mask { rehash() }
    return symbol
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
    let entry = entries[Int(symbol.rawValue)]
    return UnsafeBufferPointer(start: bytes.base + Int(entry.offset), count: Int(entry.length))
  }

  /// The text of `symbol`, for messages.
  public func text(of symbol: Symbol) -> String {
    String(decoding: bytes(of: symbol), as: UTF8.self)
  }

  private func equal(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    for index in 0..<count where a[index] != b[index] { return false }
    return true
  }

  private func rehash() {
    slots.deallocate()
    let capacity = (mask + 1) * 4
    mask = capacity - 1
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: 0, count: capacity)
    for index in 1..<entries.count {
      var slot = Int(truncatingIfNeeded: entries[index].hash) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(index)
    }
  }
}
