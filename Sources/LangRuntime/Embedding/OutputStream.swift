#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where `print` writes: a buffer before a file descriptor or before a function of an embedder's.
struct OutputStream {
  private let descriptor: Int32
  private let receiver: (@Sendable (UnsafeRawBufferPointer) -> Void)?
  private var buffer: UnsafeMutablePointer<UInt8>
  private var count = 0
  private let isLineBuffered: Bool
  /// The system's number of the first error of writing, 0 without; what is written from then on is
  /// dropped.
  ///
  /// `EPIPE` says that the reader has gone away.
  private(set) var failure: Int32 = 0
  /// Whether what comes next begins a line: what was written ended one, or a person has since pressed
  /// Enter.
  var isAtLineStart = true

  private static let capacity = 1 << 14

  /// Writes to `descriptor`, line by line when it is a terminal.
  init(descriptor: Int32) {
    self.descriptor = descriptor
    receiver = nil
    isLineBuffered = isatty(descriptor) == 1
    buffer = .allocate(capacity: OutputStream.capacity)
  }

  /// Hands what is written to `receiver`, at the end of each `print`.
  init(receiver: @escaping @Sendable (UnsafeRawBufferPointer) -> Void) {
    descriptor = -1
    self.receiver = receiver
    isLineBuffered = true
    buffer = .allocate(capacity: OutputStream.capacity)
  }

  /// Writes bytes; an error is noted in ``failure``.
  mutating func write(_ bytes: UnsafePointer<UInt8>, count length: Int) {
    if length > 0 { isAtLineStart = bytes[length - 1] == 0x0A }
    if count + length > OutputStream.capacity {
      flush()
      if length > OutputStream.capacity {
        send(bytes, count: length)
        return
      }
    }
    (buffer + count).update(from: bytes, count: length)
    count += length
    if isLineBuffered, length > 0 { flush() }
  }

  /// Writes out what is buffered.
  mutating func flush() {
    if count == 0 { return }
    let pending = count
    count = 0
    send(buffer, count: pending)
  }

  private mutating func send(_ bytes: UnsafePointer<UInt8>, count length: Int) {
    if let receiver {
      receiver(UnsafeRawBufferPointer(start: bytes, count: length))
      return
    }
    var sent = 0
    while sent < length && failure == 0 {
      let result = Glibc.write(descriptor, bytes + sent, length - sent)
      if result >= 0 {
        sent += result
      } else if errno != EINTR {
        failure = errno
      }
    }
  }

  /// Frees the buffer.
  func deallocate() { buffer.deallocate() }
}
