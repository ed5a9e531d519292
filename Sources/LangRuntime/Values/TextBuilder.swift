import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Text under construction: growable UTF-8 in memory of its own, and its length in Unicode scalars.
///
/// Each append says, or finds out cheaply, how many scalars it adds, so that ``finish()`` makes the
/// string without looking at the text again. Growth beyond ``unaskedCapacity`` asks the engine
/// first, so that text without end becomes a `MemoryError`. Now and then an append asks whether the
/// program is to stop: what makes text needs not. Whoever makes a builder deallocates it:
///
///     var builder = TextBuilder(engine)
///     defer { builder.deallocate() }
///     try builder.append("count: ")
///     try builder.append(decimal: 3)
///     return try builder.finish()
struct TextBuilder {
  /// The machine whose memory limit holds.
  let engine: Engine
  private var base: UnsafeMutablePointer<UInt8>
  /// Where the memory ends, or where to ask whether the program is to stop before going on.
  private var capacity: Int
  private var allocated: Int
  /// The length in bytes.
  private(set) var count = 0
  /// The length in Unicode scalars.
  private(set) var scalarCount = 0

  /// Up to this many bytes are taken without asking the engine.
  static let unaskedCapacity = 64 << 10
  private static let firstCapacity = 112

  /// Makes an empty builder with room for `capacity` bytes, at most ``unaskedCapacity`` of them.
  @inline(__always)
  init(_ engine: Engine, capacity: Int = 0) {
    self.engine = engine
    self.capacity = min(max(capacity, TextBuilder.firstCapacity), TextBuilder.unaskedCapacity)
    allocated = self.capacity
    base = malloc(allocated).unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
  }

  /// Frees the memory; the builder must not be used afterwards.
  @inline(__always)
  func deallocate() { LargeMemory.free(base, byteCount: allocated) }

  /// The bytes so far; valid until the next append.
  @inline(__always) var bytes: UnsafePointer<UInt8> { UnsafePointer(base) }

  /// Drops what was appended, keeping the memory.
  @inline(__always)
  mutating func removeAll() {
    count = 0
    scalarCount = 0
  }

  /// Drops the last `bytes` bytes, which are ASCII.
  @inline(__always)
  mutating func removeLast(_ bytes: Int) {
    count -= bytes
    scalarCount -= bytes
  }

  // MARK: Appending

  /// Appends one ASCII character.
  @inline(__always)
  mutating func append(_ ascii: UInt8) throws(RaisedError) {
    if count == capacity { try grow(by: 1) }
    base[count] = ascii
    count += 1
    scalarCount += 1
  }

  /// Appends `length` bytes of valid UTF-8 that are `scalars` scalars.
  @inline(__always)
  mutating func append(
    _ source: UnsafePointer<UInt8>, count length: Int, scalarCount scalars: Int
  ) throws(RaisedError) {
    if length > capacity - count {
      try grow(by: length)
      if length > Piece.bytes { return try appendLong(source, count: length, scalars) }
    }
    memcpy(base + count, source, length)
    count += length
    scalarCount += scalars
  }

  @inline(never)
  private mutating func appendLong(
    _ source: UnsafePointer<UInt8>, count length: Int, _ scalars: Int
  ) throws(RaisedError) {
    try engine.copy(source, to: base + count, count: length)
    count += length
    scalarCount += scalars
    capacity = min(allocated, count + Piece.characters)
  }

  /// Appends `length` bytes of ASCII.
  @inline(__always)
  mutating func append(ascii source: UnsafePointer<UInt8>, count length: Int) throws(RaisedError) {
    try append(source, count: length, scalarCount: length)
  }

  /// Appends valid UTF-8 whose scalars are counted here.
  mutating func append(_ source: UnsafePointer<UInt8>, count length: Int) throws(RaisedError) {
    try append(
      source, count: length, scalarCount: engine.countScalars(source, count: length))
  }

  /// Appends a string of the language.
  @inline(__always)
  mutating func append(_ string: StringReference) throws(RaisedError) {
    try append(
      string.bytes, count: string.count, scalarCount: Int(string.pointee.scalarCount))
  }

  /// Appends fixed text, which must be ASCII.
  @inline(__always)
  mutating func append(_ text: StaticString) throws(RaisedError) {
    try append(ascii: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  /// Appends a Swift string.
  mutating func append(text: String) throws(RaisedError) {
    for scalar in text.unicodeScalars { try append(scalar: scalar) }
  }

  /// Appends one Unicode scalar.
  @inline(__always)
  mutating func append(scalar: Unicode.Scalar) throws(RaisedError) {
    if capacity - count < 4 { try grow(by: 4) }
    count += TextScanning.encode(scalar, to: base + count)
    scalarCount += 1
  }

  /// Appends one Unicode scalar `times` times.
  mutating func append(_ scalar: Unicode.Scalar, times: Int) throws(RaisedError) {
    if times <= 0 { return }
    if scalar.isASCII {
      if times > capacity - count { try grow(by: times) }
      try engine.fill(base + count, count: times, with: UInt8(truncatingIfNeeded: scalar.value))
      count += times
      scalarCount += times
      return
    }
    try allocate(times.multipliedReportingOverflow(by: 4).overflow ? Int.max : times * 4)
    for _ in 0..<times { try append(scalar: scalar) }
  }

  /// Appends an integer in decimal.
  mutating func append(decimal value: Int) throws(RaisedError) {
    if capacity - count < 20 { try grow(by: 20) }
    let length = TextScanning.decimalLength(value)
    TextScanning.writeDecimal(value, length: length, to: base + count)
    count += length
    scalarCount += length
  }

  /// Makes room for `length` more bytes and says where they go; ``commit(_:scalarCount:)`` follows.
  @inline(__always)
  @discardableResult
  mutating func prepare(_ length: Int) throws(RaisedError) -> UnsafeMutablePointer<UInt8> {
    if length > capacity - count { try grow(by: length) }
    return base + count
  }

  /// Counts bytes that were written where ``prepare(_:)`` said.
  @inline(__always)
  mutating func commit(_ length: Int, scalarCount scalars: Int) {
    count += length
    scalarCount += scalars
  }

  // MARK: Results

  /// The text as a string of the language.
  func finish() throws(RaisedError) -> Value {
    try engine.makeString(copying: base, count: count, scalarCount: scalarCount)
  }

  /// The text as a string, for whoever appended it with scalar counts of 0 and knows the sum.
  func finish(scalarCount: Int) throws(RaisedError) -> Value {
    try engine.makeString(copying: base, count: count, scalarCount: scalarCount)
  }

  /// Makes room for `length` more bytes.
  @inline(never)
  private mutating func grow(by length: Int) throws(RaisedError) {
    try allocate(length)
    if count >= Piece.characters { try engine.checkInterruption() }
    capacity = min(allocated, count + max(length, Piece.characters))
  }

  /// Takes memory for `length` more bytes, so that text which is too long is refused at once.
  mutating func allocate(_ length: Int) throws(RaisedError) {
    let (sum, overflow) = count.addingReportingOverflow(length)
    let needed = overflow ? Int.max : sum
    if needed <= allocated { return }
    try engine.reserveString(needed)
    let larger = max(needed, allocated * 2)
    try engine.reserve(larger)
    base = realloc(base, larger).unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
    allocated = larger
  }
}
