#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Something about an archive, or about one member of it, cannot be used.
struct ArchiveError: Error, Equatable {
  /// What it is, as a clause without the archive's path: `member 'm.l' is encrypted`.
  let reason: String

  /// The program is to stop, which whoever has asked finds still pending.
  static var stopped: ArchiveError { ArchiveError(reason: FileError.stopped.reason) }
}

/// Which file it is, and in which state; as long as this stays, so do the contents.
struct FileIdentity: Equatable {
  let device: UInt64
  let inode: UInt64
  let size: Int
  let modificationSeconds: Int
  let modificationNanoseconds: Int

  init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
    size = Int(status.st_size)
    #if canImport(Darwin)
      modificationSeconds = status.st_mtimespec.tv_sec
      modificationNanoseconds = status.st_mtimespec.tv_nsec
    #else
      modificationSeconds = status.st_mtim.tv_sec
      modificationNanoseconds = status.st_mtim.tv_nsec
    #endif
  }

  /// What `path` names now; nil when there is nothing.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }
}

/// A regular file that is open for reading at any place, and closed when this ends.
///
/// It is read with `pread`, never mapped: a mapped file that someone cuts short ends the process.
struct ArchiveFile: ~Copyable {
  let descriptor: Int32
  /// The file's identity when it was opened.
  let identity: FileIdentity

  /// Opens `path`; what is not a regular file is refused, and never waited for.
  init(path: String) throws(ArchiveError) {
    // Opening a named pipe would otherwise wait until somebody writes to it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    if descriptor < 0 { throw Self.failure(errno) }
    var status = stat()
    if fstat(descriptor, &status) != 0 {
      let number = errno
      close(descriptor)
      throw Self.failure(number)
    }
    let kind = status.st_mode & S_IFMT
    if kind != S_IFREG {
      close(descriptor)
      throw ArchiveError(
        reason: kind == S_IFDIR ? "it is a directory" : "it is not a regular file")
    }
    self.descriptor = descriptor
    identity = FileIdentity(status)
  }

  deinit { close(descriptor) }

  /// Whether the open file is still in the state in which it was opened.
  var isUnchanged: Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && FileIdentity(status) == identity
  }

  /// The `count` bytes at `offset`, or an error when the file ends before.
  ///
  /// - Parameter stop: Whether to give up.
  func read(
    _ count: Int, at offset: Int, unless stop: StopCheck? = nil
  ) throws(ArchiveError) -> [UInt8] {
    var failure: ArchiveError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(ArchiveError) {
        initialized = try Self.read(
          into: UnsafeMutableRawBufferPointer(buffer), from: descriptor, at: offset, unless: stop)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    if bytes.count < count { throw ArchiveError(reason: "it ends too early") }
    return bytes
  }

  /// Fills `buffer` from `offset` on; the number of bytes is less only at the end of the file.
  static func read(
    into buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int,
    unless stop: StopCheck? = nil
  ) throws(ArchiveError) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    var count = 0
    while count < buffer.count {
      let got = pread(
        descriptor, base + count, min(buffer.count - count, 1 << 22), off_t(offset + count))
      if let stop, stop.isStopped { throw .stopped }
      if got < 0 {
        if errno == EINTR { continue }
        throw failure(errno)
      }
      if got == 0 { break }
      count += got
    }
    return count
  }

  /// The system's words for an error number.
  static func failure(_ number: Int32) -> ArchiveError {
    ArchiveError(reason: String(cString: strerror(number)))
  }
}
