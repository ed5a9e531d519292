import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// The few questions that modules ask of the file system.

/// What the file system says about a path.
enum FileKind {
  case missing, file, folder
  /// A device, a pipe: nothing that source is read from.
  case other

  /// Asks the file system; one call.
  init(_ path: String) {
    var status = stat()
    if stat(path, &status) != 0 {
      self = .missing
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: self = .folder
    case S_IFREG: self = .file
    default: self = .other
    }
  }
}

/// Reading a whole file failed; the text says why.
struct FileError: Error {
  let reason: String

  /// The program is to stop, which whoever has asked for the file finds still pending.
  static var stopped: FileError { FileError(reason: String(cString: strerror(EINTR))) }
}

/// The bytes of a file.
///
/// - Parameter stop: Whether to give up.
func readFile(_ path: String, unless stop: StopCheck? = nil) throws(FileError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  if descriptor < 0 { throw FileError(reason: String(cString: strerror(errno))) }
  defer { close(descriptor) }
  var status = stat()
  if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
    throw FileError(reason: "it is a directory")
  }
  // One byte more than expected, so that a file that did not grow ends with the second read.
  var failure: Int32 = 0
  var isStopped = false
  var capacity = max(Int(status.st_size), 0) + 1
  var bytes: [UInt8] = []
  while true {
    let offset = bytes.count
    var isAtEnd = false
    let piece = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      while count < buffer.count {
        // In pieces: the system does not let a signal interrupt it in the middle of a file.
        let got = read(
          descriptor, buffer.baseAddress.unsafelyUnwrapped + count,
          min(buffer.count - count, 1 << 22))
        if let stop, stop.isStopped {
          isStopped = true
          return
        }
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 {
          isAtEnd = true
          return
        }
        count += got
      }
    }
    if isStopped {
      LargeMemory.free(piece)
      throw .stopped
    }
    if failure != 0 { throw FileError(reason: String(cString: strerror(failure))) }
    if offset == 0 { bytes = piece } else { bytes += piece }
    if isAtEnd { return bytes }
    capacity = max(bytes.count, 1 << 16)
  }
}

/// Writes a whole file: under another name first, so that a reader never sees a part of it.
///
/// What is no regular file (`/dev/stdout`, a pipe) is written to directly.
func writeFile(_ bytes: [UInt8], to path: String) throws(FileError) {
  let isDirect = FileKind(path) == .other
  var name = path
  var descriptor: Int32 = -1
  if isDirect {
    descriptor = open(name, O_WRONLY | O_CLOEXEC)
  } else {
    // Something may be left of a process that had our number.
    for attempt in 0..<100 {
      name = "\(path).\(getpid())-\(attempt).tmp"
      descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 || errno != EEXIST { break }
    }
  }
  if descriptor < 0 { throw FileError(reason: String(cString: strerror(errno))) }
  var sent = 0
  var failure: Int32 = 0
  while sent < bytes.count && failure == 0 {
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + sent, $0.count - sent) }
    if count >= 0 { sent += count } else if errno != EINTR { failure = errno }
  }
  // Some file systems only say when a file is closed that it does not fit.
  if close(descriptor) != 0 && failure == 0 { failure = errno }
  if !isDirect {
    if failure == 0 && rename(name, path) != 0 { failure = errno }
    if failure != 0 { unlink(name) }
  }
  if failure != 0 { throw FileError(reason: String(cString: strerror(failure))) }
}

/// The absolute form of a path, with links resolved; the path itself when it does not exist.
func absolutePath(_ path: String) -> String {
  guard let resolved = realpath(path, nil) else { return path }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// The part of a path before its last separator.
func folder(of path: String) -> String {
  guard let separator = path.lastIndex(of: "/") else { return "." }
  return separator == path.startIndex ? "/" : String(path[..<separator])
}

/// The current folder of the process; `"."` when it has gone.
var currentFolder: String {
  guard let path = getcwd(nil, 0) else { return "." }
  defer { free(path) }
  return String(cString: path)
}
