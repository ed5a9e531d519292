#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Natives that read or write a file as a whole.
enum WholeFiles {
  nonisolated(unsafe) static let definitions: [NativeDefinition] = [
    NativeDefinition("read", "caller, path, is_text, replaces") {
      (call) throws(RaisedError) -> Value in
      try read(call)
    },
    NativeDefinition("write", "caller, path, data, is_text, how") {
      (call) throws(RaisedError) -> Value in
      try write(call)
    },
    NativeDefinition("copy", "caller, source, target") { (call) throws(RaisedError) -> Value in
      try copy(call)
    },
  ]

  private static func read(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let caller = call[0].string.text
    let path = try SystemPath(call, 1, caller)
    let what = "\(caller)() cannot read \(path.shown)"
    let (descriptor, failure) = try engine.openDescriptor(path.bytes, O_RDONLY)
    if descriptor < 0 { throw engine.systemError(failure, what, path: path.value) }
    defer { close(descriptor) }
    var stream = InputStream(
      descriptor: descriptor, name: path.shown, mayWait: !isRegularFile(descriptor),
      piece: 1 << 20)
    stream.caller = caller
    stream.path = path.bytes
    defer { stream.deallocate() }
    // What cannot be held is refused before it is read.
    var status = stat()
    if fstat(descriptor, &status) == 0 { try engine.reserve(Int(status.st_size)) }
    let bytes = try stream.bytes(atLeast: Int.max, engine)
    guard let start = bytes.baseAddress, !bytes.isEmpty else {
      return engine.isTrue(call[2])
        ? engine.makeString("") : Value(.bytes, engine.allocateBytes(count: 0))
    }
    if engine.isTrue(call[2]) {
      return try engine.decodeText(
        start, count: bytes.count, replaces: engine.isTrue(call[3]), what)
    }
    try engine.reserve(bytes.count)
    return try engine.makeBytes(copying: start, count: bytes.count)
  }

  /// The bytes of what is to be written.
  static func data(
    _ value: Value, isText: Bool, _ engine: Engine, _ caller: String, _ name: String
  ) throws(RaisedError) -> UnsafeBufferPointer<UInt8> {
    if isText && value.tag == .string { return value.string.buffer }
    if !isText && value.tag == .bytes { return value.byteString.buffer }
    throw engine.typeError(
      "\(caller)() expects \(isText ? "a string" : "bytes") for '\(name)', "
        + "not \(engine.typeName(of: value))")
  }

  private static func write(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let caller = call[0].string.text
    let path = try SystemPath(call, 1, caller)
    let isText = engine.isTrue(call[3])
    let data = try data(call[2], isText: isText, engine, caller, isText ? "text" : "data")
    let what = "\(caller)() cannot write \(path.shown)"
    let failure: Int32
    switch call[4].string.text {
    case "atomic": failure = try writeAtomically(data, path.bytes, engine)
    case "append":
      failure = try writeDirectly(data, path.bytes, O_WRONLY | O_CREAT | O_APPEND, engine)
    default: failure = try writeDirectly(data, path.bytes, O_WRONLY | O_CREAT | O_TRUNC, engine)
    }
    if failure != 0 { throw engine.systemError(failure, what, path: path.value) }
    return .nil
  }

  private static func writeDirectly(
    _ data: UnsafeBufferPointer<UInt8>, _ path: [CChar], _ flags: Int32, _ engine: Engine
  ) throws(RaisedError) -> Int32 {
    let (descriptor, failure) = try engine.openDescriptor(path, flags)
    if descriptor < 0 { return failure }
    return try finish(data, descriptor, engine)
  }

  /// Writes and closes.
  private static func finish(
    _ data: UnsafeBufferPointer<UInt8>, _ descriptor: Int32, _ engine: Engine,
    isSynchronous: Bool = false
  ) throws(RaisedError) -> Int32 {
    var failure: Int32 = 0
    do throws(RaisedError) {
      if let start = data.baseAddress {
        failure = try engine.writeAll(start, count: data.count, to: descriptor)
      }
    } catch {
      closeInBackground(descriptor)
      throw error
    }
    if failure != 0 {
      closeInBackground(descriptor)
      return failure
    }
    return try engine.closeWritten(descriptor, size: data.count, isSynchronous: isSynchronous)
  }

  /// Writes beside the file, and puts that in its place when all of it is on the disk.
  private static func writeAtomically(
    _ data: UnsafeBufferPointer<UInt8>, _ path: [CChar], _ engine: Engine
  ) throws(RaisedError) -> Int32 {
    guard let target = finalTarget(of: path) else { return errno }
    var status = stat()
    let exists = lstat(target, &status) == 0
    if !exists && errno != ENOENT { return errno }
    if exists {
      switch status.st_mode & S_IFMT {
      case S_IFREG:
        // Whoever may not write the file may not replace it.
        if access(target, W_OK) != 0 { return errno }
      case S_IFDIR: return EISDIR
      default: return try writeDirectly(data, target, O_WRONLY, engine)
      }
    }
    let folder = folderPart(of: target)
    var temporary: [CChar] = []
    var descriptor: Int32 = -1
    for _ in 0..<100 {
      temporary = folder + ".lang-".utf8.map { CChar($0) } + randomName() + [0]
      let result = try engine.openDescriptor(
        temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o666)
      descriptor = result.descriptor
      if descriptor >= 0 { break }
      if result.failure != EEXIST { return result.failure }
    }
    if descriptor < 0 { return EEXIST }
    if exists {
      // Root keeps the owner; for others only the group may be theirs to keep.
      if fchown(descriptor, status.st_uid, status.st_gid) != 0 {
        _ = fchown(descriptor, uid_t.max, status.st_gid)
      }
      fchmod(descriptor, status.st_mode & 0o7777)
    }
    do throws(RaisedError) {
      var failure = try finish(data, descriptor, engine, isSynchronous: true)
      if failure == 0 { try engine.checkInterruption() }
      if failure == 0 && takingName(target, { rename(temporary, target) }) != 0 {
        failure = errno
      }
      if failure != 0 { unlink(temporary) }
      if failure == 0 { synchronize(folder: folder) }
      return failure
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Makes the name of a new file last, where the file system can do that.
  private static func synchronize(folder: [CChar]) {
    let path = folder.isEmpty ? [CChar(0x2E), 0] : folder + [0]
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// The part up to the last separator, which it includes; without a zero at the end.
  static func folderPart(of path: [CChar]) -> [CChar] {
    guard let separator = path.lastIndex(of: 0x2F) else { return [] }
    return Array(path[...separator])
  }

  /// Where links end, which need not exist; nil when they go round in a circle.
  private static func finalTarget(of path: [CChar]) -> [CChar]? {
    var path = path
    for _ in 0..<40 {
      guard let content = linkContent(path) else { return path }
      path = (content.first == 0x2F ? [] : folderPart(of: path)) + content + [0]
    }
    errno = ELOOP
    return nil
  }

  /// What a link holds, without a zero at the end; nil when the path is no link.
  static func linkContent(_ path: [CChar]) -> [CChar]? {
    var buffer = [CChar](repeating: 0, count: 1 << 12)
    let count = readlink(path, &buffer, buffer.count)
    return count < 0 ? nil : Array(buffer[..<count])
  }

  // MARK: Copying

  /// Copies content and mode of a regular file; what was begun and could not be finished is removed.
  private static func copy(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let caller = call[0].string.text
    let source = try SystemPath(call, 1, caller, "source")
    let target = try SystemPath(call, 2, caller, "target")
    let reading = "\(caller)() cannot read \(source.shown)"
    let writing = "\(caller)() cannot write \(target.shown)"
    let (reader, readFailure) = try engine.openDescriptor(source.bytes, O_RDONLY)
    if reader < 0 { throw engine.systemError(readFailure, reading, path: source.value) }
    defer { close(reader) }
    var status = stat()
    fstat(reader, &status)
    if status.st_mode & S_IFMT == S_IFDIR {
      throw engine.systemError(EISDIR, reading, path: source.value)
    }
    if status.st_mode & S_IFMT != S_IFREG {
      throw engine.systemError(
        engine.pointee.errors.ioError, EINVAL, "\(reading): it is no regular file", source.value)
    }
    var present = stat()
    let exists = stat(target.bytes, &present) == 0
    if exists && present.st_dev == status.st_dev && present.st_ino == status.st_ino {
      throw engine.systemError(
        engine.pointee.errors.ioError, EINVAL,
        "\(caller)() cannot copy \(source.shown) to itself", target.value)
    }
    let (writer, writeFailure) = try engine.openDescriptor(
      target.bytes, O_WRONLY | O_CREAT | O_TRUNC, mode: (status.st_mode & 0o777) | 0o200)
    if writer < 0 { throw engine.systemError(writeFailure, writing, path: target.value) }
    var failure: (what: String, number: Int32, path: Value)?
    do throws(RaisedError) {
      let size = 1 << 20
      let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
      defer { buffer.deallocate() }
      while failure == nil {
        try engine.checkInterruption()
        let count = Glibc.read(reader, buffer, size)
        if count == 0 { break }
        if count < 0 {
          if errno != EINTR { failure = (reading, errno, source.value) }
          continue
        }
        let number = try engine.writeAll(buffer, count: count, to: writer)
        if number != 0 { failure = (writing, number, target.value) }
      }
    } catch {
      closeInBackground(writer)
      if !exists { unlink(target.bytes) }
      throw error
    }
    // A mode belongs to files; a device keeps its own.
    if failure == nil && isRegularFile(writer) { fchmod(writer, status.st_mode & 0o7777) }
    if failure == nil {
      let number = try engine.closeWritten(writer, size: Int(status.st_size))
      if number != 0 { failure = (writing, number, target.value) }
    } else {
      closeInBackground(writer)
    }
    guard let failure else { return .nil }
    if !exists { unlink(target.bytes) }
    throw engine.systemError(failure.number, failure.what, path: failure.path)
  }
}
