import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where `input`, files and what is read from programs read: a buffer behind a file descriptor.
///
/// What was read of a line stays in the buffer until the line is complete, so an interruption loses
/// nothing of it.
struct InputStream {
  private let descriptor: Int32
  private var terminal: NonblockingTerminal
  /// From `malloc`; nil until something is read.
  private var buffer: UnsafeMutablePointer<UInt8>?
  private var capacity = 0
  /// What is in the buffer.
  private var start = 0
  private var end = 0

  /// Whether more is read than the line that is asked for.
  var readsAhead = true
  /// Reading may take any time: what is read is no regular file.
  private let mayWait: Bool
  /// What messages call it, `"'notes.txt'"` say; nil for standard input.
  private let name: String?
  /// The function that messages name.
  var caller = ""
  /// The argument that errors carry as `path`.
  var path: [CChar] = []
  /// How much is read at once.
  private let piece: Int
  /// Whether the last that was read was the end.
  private(set) var isAtEnd = false

  private static let leastCapacity = 1 << 16

  /// Reads from `descriptor`.
  ///
  /// - Parameters:
  ///   - name: What messages call it; nil for standard input.
  ///   - mayWait: Whether reading may take any time.
  ///   - piece: How much is read at once.
  init(
    descriptor: Int32, name: String? = nil, mayWait: Bool = true,
    piece: Int = InputStream.leastCapacity
  ) {
    self.descriptor = descriptor
    terminal = NonblockingTerminal(descriptor: descriptor)
    self.name = name
    self.mayWait = mayWait
    self.piece = piece
  }

  /// Waits for a line and gives it, with its line feed unless the input ends without one; nil at the
  /// end.
  ///
  /// It stays in the buffer, and valid, until ``skip(_:)`` is called.
  mutating func line(_ engine: Engine) throws(RaisedError) -> UnsafeBufferPointer<UInt8>? {
    var searched = start
    while true {
      if let buffer, searched < end, let place = memchr(buffer + searched, 0x0A, end - searched) {
        let length = place.assumingMemoryBound(to: UInt8.self) - (buffer + start) + 1
        return UnsafeBufferPointer(start: buffer + start, count: length)
      }
      searched = end
      let moved = start
      try makeRoom(engine)
      searched -= moved - start
      if try fill(engine) == 0 {
        return start == end
          ? nil : UnsafeBufferPointer(start: buffer.unsafelyUnwrapped + start, count: end - start)
      }
    }
  }

  /// Reads until there are `count` bytes, or up to the end; gives what is in the buffer.
  ///
  /// It stays there, and valid, until ``skip(_:)`` is called.
  mutating func bytes(
    atLeast count: Int, _ engine: Engine
  ) throws(RaisedError) -> UnsafeBufferPointer<UInt8> {
    while end - start < count {
      try makeRoom(engine)
      if try fill(engine) == 0 { break }
    }
    return buffered
  }

  /// What is in the buffer.
  var buffered: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: buffer.map { $0 + start }, count: end - start)
  }

  /// Drops the beginning of what is buffered.
  mutating func skip(_ count: Int) {
    start += count
    // What was needed for one long line is not kept.
    if start == end && capacity > 1 << 21 {
      deallocate()
    }
  }

  private mutating func makeRoom(_ engine: Engine) throws(RaisedError) {
    if start == end { (start, end) = (0, 0) }
    if end < capacity { return }
    if let buffer, start > capacity / 2 {
      memmove(buffer, buffer + start, end - start)
      (start, end) = (0, end - start)
      return
    }
    let larger = max(InputStream.leastCapacity, capacity * 2)
    try engine.reserve(larger)
    buffer = realloc(buffer, larger).unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
    capacity = larger
  }

  /// Reads what there is, waiting for something; gives the number of bytes, 0 at the end.
  private mutating func fill(_ engine: Engine) throws(RaisedError) -> Int {
    while true {
      if mayWait {
        if !engine.wait(for: descriptor, POLLIN) {
          try engine.checkInterruption()
          continue
        }
      } else {
        try engine.checkInterruption()
      }
      let count = readOnce()
      if count >= 0 { return count }
      if errno != EINTR && errno != EAGAIN { throw readingError(engine, errno) }
    }
  }

  /// Reads what can be read without waiting, from a descriptor that does not wait.
  ///
  /// - Returns: The number of bytes; 0 at the end, -1 when there is nothing yet.
  mutating func readAvailable(_ engine: Engine) throws(RaisedError) -> Int {
    try makeRoom(engine)
    let count = readOnce()
    if count < 0 && errno != EINTR && errno != EAGAIN { throw readingError(engine, errno) }
    return count
  }

  private mutating func readOnce() -> Int {
    let wanted = readsAhead ? min(capacity - end, piece) : 1
    let place = buffer.unsafelyUnwrapped + end
    let count = mayWait ? terminal.read(place, wanted) : read(descriptor, place, wanted)
    if count > 0 { end += count }
    isAtEnd = count == 0
    return count
  }

  private func readingError(_ engine: Engine, _ failure: Int32) -> RaisedError {
    guard let name else {
      return engine.ioError("standard input cannot be read: \(String(cString: strerror(failure)))")
    }
    let value = path.isEmpty ? Value.nil : engine.makeSystemText(path)
    return engine.systemError(failure, "\(caller)() cannot read \(name)", path: value)
  }

  /// Frees the buffer, and closes what was opened for reading.
  mutating func deallocate() {
    terminal.close()
    if let buffer { LargeMemory.free(buffer, byteCount: capacity) }
    (buffer, capacity, start, end) = (nil, 0, 0, 0)
  }
}
