#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A name in a folder.
struct FolderEntry {
  /// With a zero at the end.
  let name: [CChar]
  /// What the folder says of the kind; `DT_UNKNOWN` when it does not.
  let type: UInt8

  /// Reads a folder, all but `.` and `..`, in the order of the names' bytes.
  ///
  /// - Parameter descriptor: The folder, which stays open.
  /// - Returns: The entries and the number of an error, 0 without.
  static func read(
    _ descriptor: Int32, _ engine: Engine
  ) throws(RaisedError) -> (entries: [FolderEntry], failure: Int32) {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    if copy < 0 { return ([], errno) }
    guard let folder = fdopendir(copy) else {
      let failure = errno
      close(copy)
      return ([], failure)
    }
    defer { closedir(folder) }
    rewinddir(folder)
    var entries: [FolderEntry] = []
    while true {
      errno = 0
      guard let entry = readdir(folder) else {
        if errno != 0 { return ([], errno) }
        break
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { text in
          Array(UnsafeBufferPointer(start: text, count: strlen(text) + 1))
        }
      }
      if name == [0x2E, 0] || name == [0x2E, 0x2E, 0] { continue }
      entries.append(FolderEntry(name: name, type: entry.pointee.d_type))
      if entries.count & 0x3FF == 0 {
        try engine.reserve(entries.count * 128)
        try engine.checkInterruption()
      }
    }
    if entries.count > 1 << 17 { try engine.checkInterruption() }
    entries.sort { a, b in
      a.name.withUnsafeBufferPointer { x in
        b.name.withUnsafeBufferPointer { y in
          strcmp(x.baseAddress.unsafelyUnwrapped, y.baseAddress.unsafelyUnwrapped) < 0
        }
      }
    }
    return (entries, 0)
  }

  /// What it is, in a word; links are not followed.
  func kind(in folder: Int32) -> String {
    switch Int(type) {
    case Int(DT_REG): return "file"
    case Int(DT_DIR): return "directory"
    case Int(DT_LNK): return "link"
    case Int(DT_FIFO): return "pipe"
    case Int(DT_SOCK): return "socket"
    case Int(DT_CHR), Int(DT_BLK): return "device"
    default:
      var status = stat()
      let isThere = fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0
      return isThere ? Folders.kind(of: status) : "file"
    }
  }
}

/// Removes a folder with all that is inside.
///
/// Somebody may exchange folders for links meanwhile: each step goes from an open folder to a name in
/// it, never through a path, and back only to where it came from. Two descriptors are open at a time,
/// however deep the tree is.
struct TreeRemoval {
  private struct Level {
    let device: dev_t
    let inode: ino_t
    /// What is left to be removed.
    var entries: [FolderEntry]
    /// Its name in the level above.
    let name: [CChar]
  }

  private let engine: Engine
  private let path: SystemPath
  private var levels: [Level] = []
  private var current: Int32

  static func remove(_ path: SystemPath, _ engine: Engine) throws(RaisedError) {
    let what = "fs.remove_tree() cannot remove \(path.shown)"
    func refuse(_ failure: Int32, _ reason: String) -> RaisedError {
      engine.systemError(
        engine.pointee.errors.ioError, failure, "\(what): \(reason)", path.value)
    }
    var status = stat()
    if lstat(path.bytes, &status) != 0 {
      throw engine.systemError(errno, what, path: path.value)
    }
    if status.st_mode & S_IFMT == S_IFLNK { throw refuse(ELOOP, "it is a link") }
    if status.st_mode & S_IFMT != S_IFDIR { throw refuse(ENOTDIR, "it is no folder") }
    if isAround(status, ".") {
      throw refuse(EBUSY, "the current folder is this one or inside of it")
    }
    let (descriptor, failure) = try engine.openDescriptor(
      path.bytes, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    if descriptor < 0 { throw engine.systemError(failure, what, path: path.value) }
    var removal = TreeRemoval(engine: engine, path: path, current: descriptor)
    defer { close(removal.current) }
    try removal.run()
    if rmdir(path.bytes) != 0 { throw engine.systemError(errno, what, path: path.value) }
  }

  /// Whether a folder is another one or around it: `/` is around all.
  private static func isAround(_ status: stat, _ folder: String) -> Bool {
    var position = folder
    var earlier = stat()
    var here = stat()
    for round in 0..<4096 {
      if stat(position, &here) != 0 { return false }
      if here.st_dev == status.st_dev && here.st_ino == status.st_ino { return true }
      // The root is its own parent.
      if round > 0 && here.st_dev == earlier.st_dev && here.st_ino == earlier.st_ino {
        return false
      }
      earlier = here
      position = round == 0 ? ".." : position + "/.."
    }
    return true
  }

  private mutating func run() throws(RaisedError) {
    try enter(name: [])
    while let level = levels.last {
      guard let entry = level.entries.last else {
        levels.removeLast()
        if levels.isEmpty { return }
        try leave(to: levels[levels.count - 1], removing: level.name)
        continue
      }
      levels[levels.count - 1].entries.removeLast()
      try engine.checkInterruption()
      if entry.kind(in: current) != "directory" {
        let result = takingName(entry.name, in: current) { unlinkat(current, entry.name, 0) }
        if result != 0 && errno != ENOENT { throw error(entry.name) }
        continue
      }
      if unlinkat(current, entry.name, AT_REMOVEDIR) == 0 { continue }
      let inner = openat(
        current, entry.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      if inner < 0 { throw error(entry.name) }
      close(current)
      current = inner
      try enter(name: entry.name)
    }
  }

  /// Reads the current folder as the next level.
  private mutating func enter(name: [CChar]) throws(RaisedError) {
    var status = stat()
    fstat(current, &status)
    let (entries, failure) = try FolderEntry.read(current, engine)
    if failure != 0 {
      errno = failure
      throw error(name)
    }
    levels.append(
      Level(device: status.st_dev, inode: status.st_ino, entries: entries, name: name))
  }

  /// Goes up again, and removes the folder that is empty now.
  private mutating func leave(to level: Level, removing name: [CChar]) throws(RaisedError) {
    let upper = openat(current, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if upper < 0 { throw error(name) }
    var status = stat()
    fstat(upper, &status)
    close(current)
    current = upper
    if status.st_dev != level.device || status.st_ino != level.inode {
      errno = EBUSY
      throw error(name)
    }
    if unlinkat(current, name, AT_REMOVEDIR) != 0 { throw error(name) }
  }

  /// An error about a name in the current folder.
  private func error(_ name: [CChar]) -> RaisedError {
    let failure = errno
    var full = Array(path.bytes.dropLast())
    for level in levels.dropFirst() { full += [0x2F] + level.name.dropLast() }
    if !name.isEmpty { full += [0x2F] + name.dropLast() }
    full.append(0)
    return engine.systemError(
      failure, "fs.remove_tree() cannot remove \(SystemPath.shown(full))",
      path: engine.makeSystemText(full))
  }
}
