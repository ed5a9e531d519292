#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// The files that archives are unpacked to and packed from.

extension ArchiveError {
  /// What the system says of a path.
  fileprivate init(_ path: String, _ number: Int32) {
    self.init(reason: "\(shownArchiveName(path)): \(String(cString: strerror(number)))")
  }
}

/// Bytes as a file without a name, since archives are read from files: so each is checked, and read, in
/// the same way.
final class ArchiveMemory {
  private let descriptor: Int32
  /// A path that leads to it as long as it lives.
  let path: String

  init(count: Int) throws(ArchiveError) {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var name = Array("\(folder)/lang-zip-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    if descriptor < 0 { throw ArchiveError(folder, errno) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(&name)
    path = "/proc/self/fd/\(descriptor)"
  }

  deinit { close(descriptor) }

  func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    if let number = writeAll(bytes, to: descriptor) { throw ArchiveError("archive", number) }
  }
}

/// Writes all of some bytes; gives the number of an error, or nil.
private func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
  var rest = bytes[...]
  while !rest.isEmpty {
    let buffer = UnsafeRawBufferPointer(rebasing: rest)
    let count = write(descriptor, buffer.baseAddress, buffer.count)
    if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return errno }
  }
  return nil
}

/// A file that is written beside its place, and put there when it is complete.
final class WholeFile {
  let path: String
  private let temporary: String
  private(set) var descriptor: Int32
  private var isFinished = false

  init(path: String, mode: mode_t) throws(ArchiveError) {
    self.path = path
    var name = path
    var opened: Int32 = -1
    // Something may be left of a process that had our number.
    for attempt in 0..<100 {
      name = "\(path).\(getpid())-\(attempt).tmp"
      opened = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
      if opened >= 0 || errno != EEXIST { break }
    }
    if opened < 0 { throw ArchiveError(path, errno) }
    temporary = name
    descriptor = opened
  }

  deinit { abandon() }

  func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    if let number = writeAll(bytes, to: descriptor) { throw ArchiveError(path, number) }
  }

  /// Puts the file in its place.
  func finish() throws(ArchiveError) {
    let number = descriptor
    descriptor = -1
    // Some file systems only say when a file is closed that it does not fit.
    if close(number) != 0 || rename(temporary, path) != 0 {
      let failure = errno
      unlink(temporary)
      isFinished = true
      throw ArchiveError(path, failure)
    }
    isFinished = true
  }

  /// Removes what was written.
  func abandon() {
    if descriptor >= 0 { close(descriptor) }
    if !isFinished { unlink(temporary) }
    descriptor = -1
    isFinished = true
  }
}

/// A member that is unpacked to a file below a folder.
///
/// Its name has no `..` and is not absolute: an archive with such names is not even opened. Nothing is
/// written through links below the folder, which somebody may have put there.
final class ExtractedFile {
  let path: String
  private let file: WholeFile

  init(_ name: String, below folder: String, mode: UInt16) throws(ArchiveError) {
    var parts = name.split(separator: "/").map(String.init)
    let last = parts.removeLast()
    let inner = try Self.makeFolder(parts.joined(separator: "/"), below: folder)
    path = "\(inner)/\(last)"
    var status = stat()
    if lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR {
      throw ArchiveError(path, EISDIR)
    }
    file = try WholeFile(path: path, mode: mode & 0o777 == 0 ? 0o666 : mode_t(mode) & 0o777)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) { try file.write(bytes) }

  func finish() throws(ArchiveError) { try file.finish() }

  /// Makes a folder, and those around it; gives its path.
  static func makeFolder(_ name: String, below folder: String) throws(ArchiveError) -> String {
    var path = folder == "/" ? "" : folder
    // The folder itself may be a link, and lie in folders that are not there yet.
    if FileKind(folder) != .folder { try makeFolders(folder) }
    for part in name.split(separator: "/") {
      path += "/\(part)"
      if mkdir(path, 0o777) == 0 { continue }
      if errno != EEXIST { throw ArchiveError(path, errno) }
      var status = stat()
      if lstat(path, &status) != 0 { throw ArchiveError(path, errno) }
      if status.st_mode & S_IFMT == S_IFLNK {
        throw ArchiveError(
          reason: "\(shownArchiveName(path)) is a link, and nothing is written through it")
      }
      if status.st_mode & S_IFMT != S_IFDIR { throw ArchiveError(path, ENOTDIR) }
    }
    return path
  }

  private static func makeFolders(_ path: String) throws(ArchiveError) {
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      made += "/\(part)"
      if mkdir(made, 0o777) != 0 && errno != EEXIST { throw ArchiveError(made, errno) }
    }
    if FileKind(path) != .folder { throw ArchiveError(path, ENOTDIR) }
  }
}

/// A file that is packed.
final class AddedFile {
  private let path: String
  private let descriptor: Int32
  /// Its permissions and kind.
  let mode: Int
  /// When it was changed, by the clocks of where the machine is, in the form of MS-DOS.
  let date: Int

  init(path: String) throws(ArchiveError) {
    // Opening a named pipe would otherwise wait until somebody writes to it.
    let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    if opened < 0 { throw ArchiveError(path, errno) }
    var status = stat()
    let failure = fstat(opened, &status) == 0 ? 0 : errno
    if failure != 0 || status.st_mode & S_IFMT != S_IFREG {
      close(opened)
      if failure != 0 { throw ArchiveError(path, failure) }
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw ArchiveError(
        reason: "\(shownArchiveName(path)) is \(isFolder ? "a folder" : "no regular file")")
    }
    self.path = path
    descriptor = opened
    mode = Int(status.st_mode & (S_IFMT | 0o777))
    var seconds = status.st_mtim.tv_sec
    var time = tm()
    localtime_r(&seconds, &time)
    let year = max(0, min(Int(time.tm_year) - 80, 127))
    date =
      year << 25 | Int(time.tm_mon + 1) << 21 | Int(time.tm_mday) << 16 | Int(time.tm_hour) << 11
      | Int(time.tm_min) << 5 | Int(time.tm_sec) / 2
  }

  deinit { close(descriptor) }

  /// Reads what comes next; 0 at the end.
  func read(into piece: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
    while true {
      let count = Glibc.read(descriptor, piece.baseAddress, piece.count)
      if count >= 0 { return count }
      if errno != EINTR { throw ArchiveError(path, errno) }
    }
  }

  /// What lies in a folder, in the order of the names.
  ///
  /// A link stands for a file that it leads to; one
  /// to a folder, which could lead in a circle, is an error, and so is what is neither file nor folder.
  static func entries(
    of folder: String, _ engine: Engine
  ) throws -> [(name: String, isFolder: Bool)] {
    guard let handle = opendir(folder) else { throw ArchiveError(folder, errno) }
    defer { closedir(handle) }
    var entries: [(name: String, isFolder: Bool)] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      if entries.count & (Piece.items - 1) == 0 { try engine.checkInterruption() }
      let path = "\(folder)/\(name)"
      var status = stat()
      if lstat(path, &status) != 0 { throw ArchiveError(path, errno) }
      let isLink = status.st_mode & S_IFMT == S_IFLNK
      if isLink && stat(path, &status) != 0 { throw ArchiveError(path, errno) }
      switch status.st_mode & S_IFMT {
      case S_IFREG: entries.append((name, false))
      case S_IFDIR where !isLink: entries.append((name, true))
      case S_IFDIR:
        throw ArchiveError(reason: "\(shownArchiveName(path)) is a link to a folder")
      default: throw ArchiveError(reason: "\(shownArchiveName(path)) is no file or folder")
      }
    }
    return entries.sorted { $0.name < $1.name }
  }
}
