#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where `print` and files write: a buffer before a file descriptor or before a function of an embedder's.
///
/// What cannot be written before the program is to stop stays in the buffer and comes before what is
/// written next: a program that catches the `Interrupt` loses nothing and writes nothing twice. Of a text
/// that is longer than the buffer the rest is dropped: keeping it would take as long as writing it, and
/// it would still be written behind the `Interrupt`, to whoever has just asked for the end of it.
struct OutputStream {
  private let descriptor: Int32
  private let receiver: (@Sendable (UnsafeRawBufferPointer) -> Void)?
  /// From `malloc`.
  private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity = OutputStream.usualCapacity
  /// What is in the buffer.
  private var start = 0
  private var end = 0
  private let isLineBuffered: Bool
  /// Writing may take any time: a pipe or terminal whose reader does not read.
  private let mayWait: Bool
  /// The system's number of the first error of writing, 0 without; what is written from then on is
  /// dropped.
  ///
  /// `EPIPE` says that the reader has gone away.
  private(set) var failure: Int32 = 0
  /// Whether what comes next begins a line: what was written ended one, or a person has since pressed
  /// Enter.
  var isAtLineStart = true

  private static let usualCapacity = 1 << 14
  /// A pipe that can be written to has room for as much.
  private static let pipePiece = 1 << 12
  private static let filePiece = 1 << 20

  /// Writes to `descriptor`, line by line when it is a terminal.
  init(descriptor: Int32) {
    self.descriptor = descriptor
    receiver = nil
    isLineBuffered = isatty(descriptor) == 1
    var status = stat()
    let kind = fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : S_IFREG
    mayWait = isLineBuffered || kind == S_IFIFO || kind == S_IFSOCK
    buffer = OutputStream.allocate(OutputStream.usualCapacity)
  }

  /// Hands what is written to `receiver`, at the end of each `print`.
  init(receiver: @escaping @Sendable (UnsafeRawBufferPointer) -> Void) {
    descriptor = -1
    self.receiver = receiver
    isLineBuffered = true
    mayWait = false
    buffer = OutputStream.allocate(OutputStream.usualCapacity)
  }

  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<UInt8> {
    malloc(capacity).unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
  }

  /// Writes bytes; an error is noted in ``failure``.
  ///
  /// - Returns: False when the program is to stop before all is written that should be.
  @discardableResult
  mutating func write(_ bytes: UnsafePointer<UInt8>, count length: Int, _ engine: Engine) -> Bool {
    if length > OutputStream.usualCapacity - end {
      let isEmpty = flush(engine)
      if length > OutputStream.usualCapacity {
        let sent = isEmpty ? send(bytes, count: length, engine) : 0
        if sent > 0 { isAtLineStart = bytes[sent - 1] == 0x0A }
        return sent == length
      }
      if !isEmpty {
        keep(bytes, count: length)
        return false
      }
    }
    keep(bytes, count: length)
    return isLineBuffered && length > 0 ? flush(engine) : true
  }

  /// Gives ``failure`` and forgets it: what is written from now on is tried again.
  mutating func takeFailure() -> Int32 {
    defer { failure = 0 }
    return failure
  }

  /// Whether a person sees what is written.
  var isTerminal: Bool { receiver == nil && isatty(descriptor) == 1 }

  /// Writes out what is buffered; false when the program is to stop before that is done.
  ///
  /// - Parameter waits: Whether to wait for a reader that does not read, rather than leave the rest.
  @discardableResult
  mutating func flush(_ engine: Engine, waits: Bool = true) -> Bool {
    if start < end { start += send(buffer + start, count: end - start, engine, waits: waits) }
    if start < end { return false }
    (start, end) = (0, 0)
    if capacity > OutputStream.usualCapacity {
      free(buffer)
      buffer = OutputStream.allocate(OutputStream.usualCapacity)
      capacity = OutputStream.usualCapacity
    }
    return true
  }

  /// Adds bytes to the buffer, which grows where it must.
  private mutating func keep(_ bytes: UnsafePointer<UInt8>, count length: Int) {
    if length == 0 { return }
    isAtLineStart = bytes[length - 1] == 0x0A
    if length > capacity - end {
      capacity = max(end + length, capacity * 2)
      buffer = realloc(buffer, capacity).unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
    }
    (buffer + end).update(from: bytes, count: length)
    end += length
  }

  /// Gives how much was written: all unless the program is to stop.
  ///
  /// What an error drops counts as written.
  private mutating func send(
    _ bytes: UnsafePointer<UInt8>, count length: Int, _ engine: Engine, waits: Bool = true
  ) -> Int {
    if let receiver {
      receiver(UnsafeRawBufferPointer(start: bytes, count: length))
      return length
    }
    var sent = 0
    while sent < length && failure == 0 {
      let piece = mayWait ? OutputStream.pipePiece : OutputStream.filePiece
      if mayWait && waits {
        if !engine.wait(for: descriptor, POLLOUT) { return sent }
      } else if mayWait {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        if poll(&ready, 1, 0) == 0 { return sent }
      } else if sent > 0 && waits && engine.pointee.isInterrupted != 0 {
        return sent
      }
      let count = min(length - sent, piece)
      let result =
        mayWait
        ? writeQuietly(descriptor, bytes + sent, count)
        : Glibc.write(descriptor, bytes + sent, count)
      if result >= 0 {
        sent += result
      } else if errno != EINTR && errno != EAGAIN {
        failure = errno
      }
    }
    return length
  }

  /// Frees the buffer.
  func deallocate() { free(buffer) }
}
