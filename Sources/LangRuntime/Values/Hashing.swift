// Hashes of values. They are 32 bits, the same in every run of a program (nothing is seeded), and
// agree with `equals`: what is equal has the same hash, `1` and `1.0` included.

/// Mixing of bits into hashes.
///
/// A table takes the slot from the top bits and the lowest three bits of a hash (see
/// `MapIndex.home(of:)`), so these must depend on the whole key.
enum Hash {
  /// 2^64 divided by the golden ratio: multiples of it spread evenly over the top bits.
  private static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
  private static let second: UInt64 = 0xD6E8_FEB8_6659_FD93

  static let ofNil: UInt32 = 0x3C6E_F372
  static let ofTrue: UInt32 = 0xA54F_F53A
  static let ofFalse: UInt32 = 0x510E_527F

  /// The hash of a 64-bit integer.
  ///
  /// Eight neighbours share the top bits: their slots are one cache line, so that a program that
  /// walks through consecutive keys walks through the index as well.
  @inline(__always)
  static func of(integer bits: UInt64) -> UInt32 {
    let group = (bits >> 3) ^ (bits >> 35)
    return UInt32(truncatingIfNeeded: (group &* golden) >> 32) & ~7
      | UInt32(truncatingIfNeeded: bits & 7)
  }

  /// The hash of 64 bits without any order to preserve.
  @inline(__always)
  static func of(bits: UInt64) -> UInt32 {
    fold(multiply(bits ^ second, golden))
  }

  /// Takes `hash` into the hash of a sequence.
  @inline(__always)
  static func combine(_ state: UInt64, _ hash: UInt32) -> UInt64 {
    multiply(state ^ UInt64(hash), golden) &+ second
  }

  /// The hash of a sequence from its combined state.
  @inline(__always)
  static func finish(_ state: UInt64) -> UInt32 { fold(multiply(state, second)) }

  /// The state with which the hash of `count` bytes begins.
  @inline(__always)
  fileprivate static func begin(_ count: Int) -> UInt64 {
    UInt64(truncatingIfNeeded: count) &* golden
  }

  /// Takes bytes into the hash of at least eight, eight at a time from `position` on; gives the
  /// position of those that are too few.
  @inline(__always)
  fileprivate static func take(
    _ raw: UnsafeRawPointer, from start: Int, to end: Int, into state: inout UInt64
  ) -> Int {
    var position = start
    while position &+ 8 <= end {
      let word = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      state = multiply(state ^ word, golden) &+ second
      position &+= 8
    }
    return position
  }

  /// The hash of `count` bytes, at least eight, that were taken in.
  @inline(__always)
  fileprivate static func end(_ raw: UnsafeRawPointer, count: Int, _ state: UInt64) -> UInt32 {
    // The last eight bytes once more, overlapping, instead of a tail byte by byte.
    let word = raw.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    let hash = fold(multiply(multiply(state ^ word, second) ^ second, golden))
    return hash == 0 ? 1 : hash
  }

  /// The hash of bytes, never 0: eight at a time, each eight multiplied in.
  static func of(bytes: UnsafePointer<UInt8>, count: Int) -> UInt32 {
    var state = begin(count)
    let raw = UnsafeRawPointer(bytes)
    if count >= 8 {
      _ = take(raw, from: 0, to: count, into: &state)
      return end(raw, count: count, state)
    } else if count >= 4 {
      let low = raw.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
      let high = raw.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
      state = multiply(state ^ (UInt64(high) << 32 | UInt64(low)), second)
    } else if count > 0 {
      let word =
        UInt64(bytes[0]) << 16 | UInt64(bytes[count >> 1]) << 8 | UInt64(bytes[count &- 1])
      state = multiply(state ^ word, second)
    }
    let hash = fold(multiply(state ^ second, golden))
    return hash == 0 ? 1 : hash
  }

  /// The 128-bit product, folded.
  @inline(__always)
  private static func multiply(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  @inline(__always)
  private static func fold(_ bits: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: bits ^ (bits >> 32))
  }
}

extension UnsafeMutablePointer where Pointee == StringObject {
  /// The hash, kept in the object once it was asked for.
  @inline(__always) var hash: UInt32 {
    let known = pointee.header.word
    return known != 0 ? known : computeHash()
  }

  @inline(never)
  private func computeHash() -> UInt32 {
    let hash = Hash.of(bytes: bytes, count: count)
    pointee.header.word = hash
    return hash
  }
}

extension UnsafeMutablePointer where Pointee == BytesObject {
  /// The hash, kept in the object once it was asked for.
  var hash: UInt32 {
    let known = pointee.header.word
    if known != 0 { return known }
    let hash = Hash.of(bytes: bytes, count: pointee.count)
    pointee.header.word = hash
    return hash
  }
}

extension Engine {
  /// The hash of a value; a TypeError when it cannot be hashed.
  ///
  /// May run a `hash` method.
  @inline(__always)
  func hash(_ value: Value) throws(RaisedError) -> UInt32 {
    if value.isInt { return Hash.of(integer: value.bits) }
    if value.isString && value.string.count <= Piece.bytes { return value.string.hash }
    return try hashSlowly(value)
  }

  /// The hash of many bytes.
  private func hashLong(_ bytes: UnsafePointer<UInt8>, count: Int) throws(RaisedError) -> UInt32 {
    var state = Hash.begin(count)
    var position = 0
    while position + 8 <= count {
      position = Hash.take(
        bytes, from: position, to: min(count, position + Piece.bytes), into: &state)
      try checkInterruption()
    }
    return Hash.end(bytes, count: count, state)
  }

  @inline(never)
  private func hashSlowly(_ value: Value) throws(RaisedError) -> UInt32 {
    switch value.tag {
    case .list, .map, .set: throw typeError("\(typeName(of: value)) cannot be hashed")
    case .tuple: return try hash(tuple: value)
    case .string, .bytes:
      // Both keep the hash in the header once it is known.
      if value.header.pointee.word == 0 {
        if value.isString {
          let string = value.string
          string.pointee.header.word = try hashLong(string.bytes, count: string.count)
        } else if value.byteString.pointee.count > Piece.bytes {
          let bytes = value.byteString
          bytes.pointee.header.word = try hashLong(bytes.bytes, count: bytes.pointee.count)
        }
      }
      return simpleHash(value)
    case .instance: return try hash(instance: value)
    case .boundMethod:
      let bound = value.boundMethod
      let state = Hash.combine(UInt64(identityHashBits(bound.pointee.method)), 0)
      return Hash.finish(Hash.combine(state, identityHashBits(bound.pointee.receiver)))
    case .deferred: return try hash(resolved(value))
    default: return simpleHash(value)
    }
  }

  /// The hash of a value that needs no call to hash: everything but tuples, instances, bound
  /// methods and what cannot be hashed.
  func simpleHash(_ value: Value) -> UInt32 {
    switch value.tag {
    case .int: return Hash.of(integer: value.bits)
    case .string: return value.string.hash
    case .nil: return Hash.ofNil
    case .true: return Hash.ofTrue
    case .false: return Hash.ofFalse
    case .float:
      let float = value.float
      if let integer = Int(exactly: float) {
        return Hash.of(integer: UInt64(bitPattern: Int64(integer)))
      }
      // A float beyond 64 bits may equal a big integer.
      if float.isFinite && float == float.rounded(.towardZero) { return hashNumber(value) }
      return Hash.of(bits: value.bits)
    case .bigInt: return hashNumber(value)
    case .bytes: return value.byteString.hash
    case .range: return hash(range: value.range)
    default: return identityHashBits(value)
    }
  }

  /// The hash of a value, or nil when a method of the program would have to be asked.
  func hashWithoutCalls(_ value: Value) -> UInt32? {
    switch value.tag {
    case .list, .map, .set, .deferred: return nil
    case .instance: return hasMethod(value, pointee.names.hash) ? nil : try? hash(value)
    case .tuple:
      let items = (0..<value.tuple.pointee.count).map { value.tuple.items[$0] }
      return items.allSatisfy { hashWithoutCalls($0) != nil } ? try? hash(value) : nil
    default: return try? hash(value)
    }
  }

  /// The hash that goes with `is`.
  @inline(__always)
  private func identityHashBits(_ value: Value) -> UInt32 {
    Hash.of(bits: UInt64(truncatingIfNeeded: identityHash(of: value)))
  }

  private func hash(tuple value: Value) throws(RaisedError) -> UInt32 {
    try enterNativeRecursion()
    let tuple = value.tuple
    var state = UInt64(truncatingIfNeeded: tuple.pointee.count)
    var pieces = Pieces(of: Piece.items, tuple.pointee.count)
    while try pieces.next(self) {
      for index in pieces.range { state = Hash.combine(state, try hash(tuple.items[index])) }
    }
    return Hash.finish(state)
  }

  /// Ranges are equal when their sequences are, so a bound that is never reached does not count.
  private func hash(range: RangeReference) -> UInt32 {
    let count = range.count
    var state = Hash.combine(UInt64(truncatingIfNeeded: count), Hash.ofNil)
    if count > 0 {
      state = Hash.combine(state, Hash.of(bits: UInt64(bitPattern: Int64(range.pointee.lower))))
    }
    if count > 1 {
      state = Hash.combine(state, Hash.of(bits: UInt64(bitPattern: Int64(range.pointee.step))))
    }
    return Hash.finish(state)
  }

  private func hash(instance value: Value) throws(RaisedError) -> UInt32 {
    if let returned = try callMethod(value, pointee.names.hash) {
      let result = try resolved(returned)
      guard result.isInt || result.tag == .bigInt else {
        throw typeError(
          "\(typeName(of: value)).hash() must return an int, not \(typeName(of: result))")
      }
      return simpleHash(result)
    }
    if hasMethod(value, pointee.names.equal) {
      throw typeError("\(typeName(of: value)) cannot be hashed")
    }
    return identityHashBits(value)
  }
}
