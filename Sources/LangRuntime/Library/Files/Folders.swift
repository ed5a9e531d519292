#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Natives that ask for and change what is in the file system.
enum Folders {
  nonisolated(unsafe) static let definitions: [NativeDefinition] = asking + changing

  nonisolated(unsafe) private static let asking: [NativeDefinition] = [
    NativeDefinition("list", "caller, path, with_kinds") { (call) throws(RaisedError) -> Value in
      try list(call)
    },
    NativeDefinition("kind", "caller, path, follow") { (call) throws(RaisedError) -> Value in
      let path = try SystemPath(call, 1, call[0].string.text)
      var status = stat()
      let result =
        call.engine.isTrue(call[2]) ? stat(path.bytes, &status) : lstat(path.bytes, &status)
      return result == 0 ? call.engine.makeString(kind(of: status)) : .nil
    },
    NativeDefinition("info", "path, follow") { (call) throws(RaisedError) -> Value in
      try info(call)
    },
    NativeDefinition("same", "a, b") { (call) throws(RaisedError) -> Value in
      let (a, b) = (
        try status(call, 0, "fs.same_file", "a"), try status(call, 1, "fs.same_file", "b")
      )
      return .bool(a.st_dev == b.st_dev && a.st_ino == b.st_ino)
    },
    NativeDefinition("real_path", "path") { (call) throws(RaisedError) -> Value in
      let path = try SystemPath(call, 0, "fs.real_path")
      guard let resolved = realpath(path.bytes, nil) else {
        throw call.engine.systemError(
          errno, "fs.real_path() cannot find \(path.shown)", path: path.value)
      }
      defer { free(resolved) }
      return call.engine.makeSystemText(resolved)
    },
    NativeDefinition("read_link", "path") { (call) throws(RaisedError) -> Value in
      let path = try SystemPath(call, 0, "fs.read_link")
      guard let content = WholeFiles.linkContent(path.bytes) else {
        throw call.engine.systemError(
          errno, "fs.read_link() cannot read \(path.shown)", path: path.value)
      }
      return call.engine.makeSystemText(content + [0])
    },
    NativeDefinition("disk_usage", "path") { (call) throws(RaisedError) -> Value in
      let path = try SystemPath(call, 0, "fs.disk_usage")
      var usage = statvfs()
      if statvfs(path.bytes, &usage) != 0 {
        throw call.engine.systemError(
          errno, "fs.disk_usage() cannot look at \(path.shown)", path: path.value)
      }
      let block = Int(usage.f_frsize)
      let tuple = call.engine.makeTuple(count: 3)
      tuple.items[0] = .int(Int(usage.f_blocks) * block)
      tuple.items[1] = .int((Int(usage.f_blocks) - Int(usage.f_bfree)) * block)
      tuple.items[2] = .int(Int(usage.f_bavail) * block)
      return Value(.tuple, tuple)
    },
    NativeDefinition("join", "folder, name") { (call) throws(RaisedError) -> Value in
      let folder = try SystemPath(call, 0, "fs.walk", "path")
      let name = try SystemPath(call, 1, "fs.walk", "name")
      let separator: [CChar] =
        folder.bytes.count > 1 && folder.bytes.dropLast().last != 0x2F
        ? [0x2F] : []
      return call.engine.makeSystemText(folder.bytes.dropLast() + separator + name.bytes)
    },
  ]

  // MARK: Asking

  /// What something is, in a word.
  static func kind(of status: stat) -> String {
    switch status.st_mode & S_IFMT {
    case S_IFREG: "file"
    case S_IFDIR: "directory"
    case S_IFLNK: "link"
    case S_IFIFO: "pipe"
    case S_IFSOCK: "socket"
    default: "device"
    }
  }

  private static func status(
    _ call: NativeCall, _ index: Int, _ caller: String, _ name: String
  ) throws(RaisedError) -> stat {
    let path = try SystemPath(call, index, caller, name)
    var status = stat()
    if stat(path.bytes, &status) == 0 { return status }
    throw call.engine.systemError(
      errno, "\(caller)() cannot find \(path.shown)", path: path.value)
  }

  /// Seconds, whole and the rest.
  private static func seconds(_ time: timespec) -> Value {
    .float(Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
  }

  private static func info(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let path = try SystemPath(call, 0, "fs.info")
    var status = stat()
    let result = engine.isTrue(call[1]) ? stat(path.bytes, &status) : lstat(path.bytes, &status)
    if result != 0 {
      throw engine.systemError(errno, "fs.info() cannot find \(path.shown)", path: path.value)
    }
    let values: [Value] = [
      engine.makeString(kind(of: status)), .int(Int(status.st_size)),
      .int(Int(status.st_mode & 0o7777)), seconds(status.st_mtim), seconds(status.st_atim),
      seconds(status.st_ctim), .int(Int(status.st_uid)), .int(Int(status.st_gid)),
      .int(Int(status.st_nlink)), .int(Int(status.st_ino)), .int(Int(bitPattern: status.st_dev)),
    ]
    let tuple = engine.makeTuple(count: values.count)
    for (index, value) in values.enumerated() { tuple.items[index] = value }
    return Value(.tuple, tuple)
  }

  /// The names in a folder, in the order of their bytes, alone or each with its kind.
  private static func list(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let caller = call[0].string.text
    let path = try SystemPath(call, 1, caller)
    let what = "\(caller)() cannot list \(path.shown)"
    let (descriptor, failure) = try engine.openDescriptor(path.bytes, O_RDONLY | O_DIRECTORY)
    if descriptor < 0 { throw engine.systemError(failure, what, path: path.value) }
    defer { close(descriptor) }
    let (entries, number) = try FolderEntry.read(descriptor, engine)
    if number != 0 { throw engine.systemError(number, what, path: path.value) }
    let list = engine.makeList(capacity: entries.count)
    var pieces = Pieces(of: Piece.items, entries.count)
    while try pieces.next(engine) {
      for entry in entries[pieces.range] {
        let name = engine.makeSystemText(entry.name)
        if !engine.isTrue(call[2]) {
          engine.append(name, to: list)
          continue
        }
        let kind = engine.makeString(entry.kind(in: descriptor))
        engine.append(engine.makeTuple(name, kind), to: list)
      }
    }
    return Value(.list, list)
  }

  // MARK: Changing

  /// Does something with one path, and throws what the system says.
  private static func change(
    _ name: StaticString, _ parameters: StaticString, _ caller: String, _ verb: String,
    _ body: @escaping (SystemPath, NativeCall) -> Int32
  ) -> NativeDefinition {
    NativeDefinition(name, parameters) { (call) throws(RaisedError) -> Value in
      let path = try SystemPath(call, 0, caller)
      if body(path, call) == 0 { return .nil }
      throw call.engine.systemError(
        errno, "\(caller)() cannot \(verb) \(path.shown)", path: path.value)
    }
  }

  /// Does something with two paths.
  private static func changeTwo(
    _ name: StaticString, _ caller: String, _ names: (String, String), _ verb: String,
    _ body: @escaping ([CChar], [CChar]) -> Int32
  ) -> NativeDefinition {
    NativeDefinition(name, "a, b") { (call) throws(RaisedError) -> Value in
      let a = try SystemPath(call, 0, caller, names.0)
      let b = try SystemPath(call, 1, caller, names.1)
      if body(a.bytes, b.bytes) == 0 { return .nil }
      let failure = errno
      let error = call.engine.systemError(
        failure, "\(caller)() cannot \(verb) \(a.shown) to \(b.shown)", path: a.value)
      call.engine.setField(
        error.value.instance, call.engine.pointee.symbols.intern("target"), b.value)
      throw error
    }
  }

  nonisolated(unsafe) private static let changing: [NativeDefinition] = [
    change("remove", "path", "fs.remove", "remove") { (path, _) in
      takingName(path.bytes) { unlink(path.bytes) }
    },
    change("remove_directory", "path", "fs.remove_directory", "remove") { (path, _) in
      rmdir(path.bytes)
    },
    change("set_mode", "path, mode", "fs.set_mode", "change the mode of") { (path, call) in
      chmod(path.bytes, mode_t(truncatingIfNeeded: call[1].int))
    },
    change("touch", "path, time", "fs.touch", "touch") { (path, call) in
      touch(path.bytes, call[1])
    },
    changeTwo("rename", "fs.rename", ("path", "target"), "rename") { (path, target) in
      takingName(target) { rename(path, target) }
    },
    changeTwo("symbolic_link", "fs.link", ("target", "path"), "make a link") {
      symlink($0, $1)
    },
    changeTwo("hard_link", "fs.link", ("target", "path"), "make a link") {
      Glibc.link($0, $1)
    },
    NativeDefinition("make_directory", "path, parents, exist_ok, mode") {
      (call) throws(RaisedError) -> Value in
      try makeDirectory(call)
    },
    NativeDefinition("make_temporary", "caller, folder, prefix, suffix, is_directory") {
      (call) throws(RaisedError) -> Value in
      try makeTemporary(call)
    },
    NativeDefinition("remove_tree", "path") { (call) throws(RaisedError) -> Value in
      let path = try SystemPath(call, 0, "fs.remove_tree")
      try TreeRemoval.remove(path, call.engine)
      return .nil
    },
  ]

  /// Makes an empty file unless there is one, and sets its times: to now, or to seconds since 1970.
  private static func touch(_ path: [CChar], _ time: Value) -> Int32 {
    let descriptor = open(
      path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o666)
    if descriptor >= 0 {
      close(descriptor)
    } else if errno != EISDIR && errno != ENXIO {
      return -1
    }
    if time.isNil { return utimensat(AT_FDCWD, path, nil, 0) }
    let seconds = time.isInt ? Double(time.int) : time.float
    let whole = seconds.rounded(.down)
    guard let wholeSeconds = Int(exactly: whole) else {
      errno = EINVAL
      return -1
    }
    let rest = Int((seconds - whole) * 1e9)
    let times = [timespec](
      repeating: timespec(tv_sec: wholeSeconds, tv_nsec: min(rest, 999_999_999)), count: 2)
    return utimensat(AT_FDCWD, path, times, 0)
  }

  private static func makeDirectory(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let path = try SystemPath(call, 0, "fs.make_directory")
    let mode = mode_t(truncatingIfNeeded: call[3].int)
    var result = mkdir(path.bytes, mode)
    if result != 0 && errno == ENOENT && engine.isTrue(call[1]) {
      // From the top: what is there already is passed over.
      var (position, end) = (1, path.bytes.count - 1)
      while end > 1 && path.bytes[end - 1] == 0x2F { end -= 1 }
      while position < end {
        if path.bytes[position] == 0x2F { mkdir(Array(path.bytes[..<position]) + [0], 0o777) }
        position += 1
      }
      result = mkdir(path.bytes, mode)
    }
    if result == 0 { return .nil }
    let failure = errno
    var status = stat()
    if failure == EEXIST && engine.isTrue(call[2]) && stat(path.bytes, &status) == 0
      && status.st_mode & S_IFMT == S_IFDIR
    {
      return .nil
    }
    throw engine.systemError(
      failure, "fs.make_directory() cannot make \(path.shown)", path: path.value)
  }

  /// Makes an empty file or folder that only the user can reach; gives its path.
  private static func makeTemporary(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let caller = call[0].string.text
    let folder = try SystemPath(call, 1, caller, "folder")
    let prefix = try SystemPath(call, 2, caller, "prefix")
    let suffix = try SystemPath(call, 3, caller, "suffix")
    for (text, name) in [(prefix, "prefix"), (suffix, "suffix")] where text.bytes.contains(0x2F) {
      throw engine.valueError("\(caller)() expects no '/' in '\(name)'")
    }
    var failure = EEXIST
    for _ in 0..<100 {
      let path =
        folder.bytes.dropLast() + (folder.bytes.count > 1 ? [0x2F] : [])
        + prefix.bytes.dropLast() + randomName() + suffix.bytes
      if engine.isTrue(call[4]) {
        failure = mkdir(path, 0o700) == 0 ? 0 : errno
      } else {
        let result = try engine.openDescriptor(
          path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
        failure = result.failure
        if failure == 0 { close(result.descriptor) }
      }
      if failure == 0 { return engine.makeSystemText(path) }
      if failure != EEXIST { break }
    }
    throw engine.systemError(
      failure, "\(caller)() cannot make anything in \(folder.shown)", path: folder.value)
  }
}
