#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where `input` reads: a buffer behind a file descriptor.
///
/// What was read of a line stays in the buffer until the line is complete, so an interruption loses
/// nothing of it.
struct InputStream {
  private let descriptor: Int32
  /// From `malloc`; nil until something is read.
  private var buffer: UnsafeMutablePointer<UInt8>?
  private var capacity = 0
  /// What is in the buffer.
  private var start = 0
  private var end = 0

  /// Whether more is read than the line that is asked for.
  var readsAhead = true

  private static let leastCapacity = 1 << 16

  /// Reads from `descriptor`.
  init(descriptor: Int32) { self.descriptor = descriptor }

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

  /// Drops the beginning of what is buffered.
  mutating func skip(_ count: Int) { start += count }

  private mutating func makeRoom(_ engine: Engine) throws(RaisedError) {
    if start == end { (start, end) = (0, 0) }
    if end < capacity { return }
    if let buffer, start > capacity / 2 {
      memmove(buffer, buffer + start, end - start)
      (start, end) = (0, end - start)
      return
    }
    let larger = max(InputStream.leastCapacity, capacity * 2)
    try engine.reserveString(larger)
    buffer = realloc(buffer, larger).unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
    capacity = larger
  }

  /// Reads what there is, waiting for something; gives the number of bytes, 0 at the end.
  private mutating func fill(_ engine: Engine) throws(RaisedError) -> Int {
    while true {
      if !engine.wait(for: descriptor, POLLIN) {
        try engine.checkInterruption()
        continue
      }
      let wanted = readsAhead ? min(capacity - end, InputStream.leastCapacity) : 1
      let count = read(descriptor, buffer.unsafelyUnwrapped + end, wanted)
      if count >= 0 {
        end += count
        return count
      }
      if errno != EINTR && errno != EAGAIN {
        throw engine.ioError(
          "standard input cannot be read: \(String(cString: strerror(errno)))")
      }
    }
  }

  /// Frees the buffer.
  func deallocate() { free(buffer) }
}
