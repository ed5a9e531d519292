import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// Code of the language passes a safepoint at each call and loop round. Code in Swift passes none, so
// whatever takes longer the more data there is works piece by piece and asks in between whether the
// program is to stop.
//
// What throws there must leave behind what can be used: a container that is being changed is as it
// was, or as it is after a part of the work (`extend` with what an iterator gives); an object that is
// being made has the count of its finished items, since a walk over the heap may still find it.

/// How much is done before somebody asks whether the program is to stop: a few milliseconds at most.
///
/// What is no longer than a piece is done at once and asks nothing.
enum Piece {
  /// Items of a container.
  ///
  /// Each may be as long as a run of ``bytes``, since longer ones ask for themselves.
  static let items = 1 << 10
  /// Bytes that are copied, filled, counted or compared at the speed of memory.
  static let bytes = 1 << 17
  /// Bytes that are looked at one by one, or written by a ``TextBuilder``.
  static let characters = 1 << 15
  /// Items up to which a list is changed where it is, which cannot stop in the middle; beyond, its
  /// items are put together elsewhere.
  static let movedItems = 1 << 22

  /// Where to pause in a text of `count` bytes that is looked at from `position` on.
  @inline(__always)
  static func end(after position: Int, _ count: Int) -> Int {
    count &- position > characters ? position &+ characters : count
  }
}

/// The pieces of a long loop, between which the program can be stopped.
///
///     var pieces = Pieces(of: Piece.items, count)
///     while try pieces.next(engine) {
///       for index in pieces.range { … }
///     }
struct Pieces {
  /// The piece of now.
  private(set) var start = 0
  private(set) var end = 0
  private let count: Int
  private let size: Int

  /// Cuts `0..<count` into pieces of `size`.
  @inline(__always)
  init(of size: Int, _ count: Int) {
    self.size = size
    self.count = count
  }

  /// The indexes of the piece of now.
  @inline(__always) var range: Range<Int> { Range(uncheckedBounds: (start, end)) }

  /// Goes on to the next piece; false at the end.
  @inline(__always)
  mutating func next(_ engine: Engine) throws(RaisedError) -> Bool {
    if end == count { return false }
    if end > 0 { try engine.checkInterruption() }
    start = end
    end = count &- start > size ? start &+ size : count
    return true
  }
}

/// Asks whether the program is to stop, for work that is given up then and throws nothing.
///
/// Whoever has asked for the work finds the interruption still pending, and throws.
struct StopCheck {
  private let engine: Engine

  init(_ engine: Engine) { self.engine = engine }

  /// Never inlined, see ``Engine/checkInterruption()``.
  var isStopped: Bool {
    @inline(never) get {
      engine.pointee.stopProbe?()
      return engine.pointee.isInterrupted != 0
    }
  }

  private struct Stopped: Error {}

  /// Texts in their order; nil when the program is to stop meanwhile.
  func sorted(
    _ texts: some Sequence<String>, by precedes: (String, String) -> Bool = { $0 < $1 }
  ) -> [String]? {
    var texts = Array(texts)
    do {
      try texts.sort {
        if isStopped { throw Stopped() }
        return precedes($0, $1)
      }
      return texts
    } catch {
      return nil
    }
  }

  /// For work on a source text.
  var question: StopQuestion {
    let stop = self
    return StopQuestion { stop.isStopped }
  }
}

extension Engine {
  /// Throws when the program is to stop.
  ///
  /// Never inlined: a compiler that saw a plain load would be free to do it once, before the loop.
  @inline(never)
  func checkInterruption() throws(RaisedError) {
    if pointee.interruptionProbe == nil && pointee.isInterrupted == 0 { return }
    try noticeInterruption()
  }

  @inline(never)
  private func noticeInterruption() throws(RaisedError) {
    pointee.interruptionProbe?()
    if pointee.isInterrupted != 0 { throw interruption }
  }

  /// The Interrupt of a program that is to stop, which has been noticed with it.
  var interruption: RaisedError {
    pointee.isInterrupted = 0
    postponeCollection()
    return makeError(pointee.errors.interrupt, "interrupted")
  }

  // MARK: Bytes

  /// Copies bytes.
  @inline(__always)
  func copy(
    _ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, count: Int
  ) throws(RaisedError) {
    if count <= Piece.bytes {
      memcpy(target, source, count)
    } else {
      try copyLong(source, to: target, count: count)
    }
  }

  @inline(never)
  private func copyLong(
    _ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, count: Int
  ) throws(RaisedError) {
    var pieces = Pieces(of: Piece.bytes, count)
    while try pieces.next(self) {
      let (start, end) = (pieces.start, pieces.end)
      memcpy(target + start, source + start, end - start)
    }
  }

  /// Copies values.
  @inline(__always)
  func copy(
    _ source: UnsafePointer<Value>, to target: UnsafeMutablePointer<Value>, count: Int
  ) throws(RaisedError) {
    try copy(source, to: target, count: count, as: Value.self)
  }

  /// Copies elements.
  @inline(__always)
  func copy<Element: BitwiseCopyable>(
    _ source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>, count: Int,
    as _: Element.Type
  ) throws(RaisedError) {
    try copy(
      UnsafeRawPointer(source).assumingMemoryBound(to: UInt8.self),
      to: UnsafeMutableRawPointer(target).assumingMemoryBound(to: UInt8.self),
      count: count &* MemoryLayout<Element>.stride)
  }

  /// Fills memory with one byte.
  func fill(
    _ memory: UnsafeMutablePointer<UInt8>, count: Int, with byte: UInt8
  ) throws(RaisedError) {
    var pieces = Pieces(of: Piece.bytes, count)
    while try pieces.next(self) {
      let (start, end) = (pieces.start, pieces.end)
      memset(memory + start, Int32(byte), end - start)
    }
  }

  /// Fills memory with copies of a unit that is not empty: by doubling what is there, and then with a
  /// part that stays in the processor's cache.
  func fill<Element: BitwiseCopyable>(
    _ memory: UnsafeMutablePointer<Element>, count: Int,
    with unit: UnsafePointer<Element>, count unitCount: Int
  ) throws(RaisedError) {
    if count == 0 { return }
    let stride = MemoryLayout<Element>.stride
    let bytes = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: UInt8.self)
    try copy(
      UnsafeRawPointer(unit).assumingMemoryBound(to: UInt8.self), to: bytes,
      count: min(unitCount, count) * stride)
    let all = count * stride
    var filled = unitCount * stride
    var part = filled
    while filled < all {
      let step = min(part, all - filled)
      try copy(bytes, to: bytes + filled, count: step)
      filled += step
      if part < Piece.bytes / 2 { part = filled } else { try checkInterruption() }
    }
  }

  /// Below 0, 0 or above 0: the order of two runs of bytes of the same length.
  @inline(__always)
  func compare(
    _ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, count: Int
  ) throws(RaisedError) -> Int {
    count <= Piece.bytes ? Int(memcmp(a, b, count)) : try compareLong(a, b, count: count)
  }

  @inline(never)
  private func compareLong(
    _ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, count: Int
  ) throws(RaisedError) -> Int {
    var start = 0
    while true {
      let length = min(Piece.bytes, count - start)
      let order = memcmp(a + start, b + start, length)
      start += length
      if order != 0 || start == count { return Int(order) }
      try checkInterruption()
    }
  }

  /// The number of Unicode scalars in valid UTF-8.
  @inline(__always)
  func countScalars(_ bytes: UnsafePointer<UInt8>, count: Int) throws(RaisedError) -> Int {
    count <= Piece.bytes
      ? Engine.scalarCount(bytes, count: count) : try countScalarsLong(bytes, count: count)
  }

  @inline(never)
  private func countScalarsLong(
    _ bytes: UnsafePointer<UInt8>, count: Int
  ) throws(RaisedError) -> Int {
    var scalars = 0
    var pieces = Pieces(of: Piece.bytes, count)
    while try pieces.next(self) {
      let (start, end) = (pieces.start, pieces.end)
      scalars += Engine.scalarCount(bytes + start, count: end - start)
    }
    return scalars
  }

  /// Looks at a text from `position` to `count`, which `body` moves on, at least by one and as far as
  /// the given bound or a little further; false ends it.
  @inline(__always)
  func scan(
    from position: inout Int, to count: Int,
    _ body: (_ position: inout Int, _ pause: Int) throws(RaisedError) -> Bool
  ) throws(RaisedError) {
    while position < count {
      let pause = Piece.end(after: position, count)
      if try !body(&position, pause) { return }
      if pause < count { try checkInterruption() }
    }
  }

  // MARK: Lists

  /// Gives a list `count` other items, which `fill` writes; what it throws leaves the list as it was.
  ///
  /// - Returns: False when there is no room for them beside those of now.
  func replaceItems(
    of list: ListReference, count: Int,
    _ fill: (UnsafeMutablePointer<Value>) throws(RaisedError) -> Void
  ) throws(RaisedError) -> Bool {
    let capacity = max(list.pointee.capacity, count)
    if capacity * MemoryLayout<Value>.stride > pointee.heap.limit - pointee.heap.byteCount {
      return false
    }
    let items = pointee.heap.allocateExternal(Value.self, capacity: capacity)
    do throws(RaisedError) {
      try fill(items)
    } catch {
      pointee.heap.freeExternal(items, capacity: capacity)
      throw error
    }
    if list.pointee.capacity > 0 {
      pointee.heap.freeExternal(list.pointee.items, capacity: list.pointee.capacity)
    }
    list.pointee.items = items
    list.pointee.count = count
    list.pointee.capacity = capacity
    return true
  }
}
