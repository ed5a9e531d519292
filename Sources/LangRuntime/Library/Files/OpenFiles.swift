#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Natives of open files: each but `open` gets what `open` gave, and the name of the method for messages.
enum OpenFiles {
  nonisolated(unsafe) static let definitions: [NativeDefinition] = [
    NativeDefinition("open", "path, mode, replaces") { (call) throws(RaisedError) -> Value in
      try open(call)
    },
    NativeDefinition("is_text", "file") { (call) throws(RaisedError) -> Value in
      .bool(try file(call).mode.isText)
    },
    NativeDefinition("is_closed", "file") { (call) throws(RaisedError) -> Value in
      .bool(try file(call).descriptor < 0)
    },
    NativeDefinition("is_terminal", "file") { (call) throws(RaisedError) -> Value in
      .bool(isatty(try file(call).descriptor) == 1)
    },
    NativeDefinition("file_read", "file, count") { (call) throws(RaisedError) -> Value in
      let count = call[1].isNil ? nil : try size(call, 1, "File.read", "count")
      return try file(call).read(call.engine, count, "File.read")
    },
    NativeDefinition("file_line", "file, keep_ends, caller") {
      (call) throws(RaisedError) -> Value in
      try file(call).readLine(
        call.engine, keepsEnd: call.engine.isTrue(call[1]), call[2].string.text)
    },
    NativeDefinition("file_lines", "file, keep_ends, caller") {
      (call) throws(RaisedError) -> Value in
      try file(call).nextLines(
        call.engine, keepsEnd: call.engine.isTrue(call[1]), call[2].string.text)
    },
    NativeDefinition("file_write", "file, data") { (call) throws(RaisedError) -> Value in
      try file(call).write(call.engine, call[1], "File.write")
      return .nil
    },
    NativeDefinition("file_flush", "file, to_disk") { (call) throws(RaisedError) -> Value in
      if call.engine.isTrue(call[1]) {
        try file(call).synchronize(call.engine, "File.flush")
      } else {
        try file(call).flush(call.engine, "File.flush")
      }
      return .nil
    },
    NativeDefinition("file_seek", "file, offset, origin, caller") {
      (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let origins = ["start": SEEK_SET, "current": SEEK_CUR, "end": SEEK_END]
      let offset = try engine.expectInt(call[1], "File.seek() expects an int for 'offset'")
      return .int(
        try file(call).seek(
          engine, offset, origins[call[2].string.text] ?? SEEK_SET, call[3].string.text))
    },
    NativeDefinition("file_truncate", "file, size") { (call) throws(RaisedError) -> Value in
      try file(call).truncate(
        call.engine, try size(call, 1, "File.truncate", "size"), "File.truncate")
      return .nil
    },
    NativeDefinition("file_close", "file") { (call) throws(RaisedError) -> Value in
      try file(call).close(call.engine, "File.close")
      return .nil
    },
  ]

  private static func file(_ call: NativeCall) throws(RaisedError) -> OpenFile {
    if let file = call.engine.foreign(call[0], as: OpenFile.self) { return file }
    throw call.engine.typeError("expects an open file, not \(call.engine.typeName(of: call[0]))")
  }

  private static func size(
    _ call: NativeCall, _ index: Int, _ caller: String, _ name: String
  ) throws(RaisedError) -> Int {
    let count = try call.engine.expectInt(
      call[index], "\(caller)() expects an int for '\(name)'")
    if count < 0 {
      throw call.engine.valueError("\(caller)() expects '\(name)' to be 0 or more, not \(count)")
    }
    return count
  }

  private static func open(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let path = try SystemPath(call, 0, "fs.open")
    guard var mode = OpenMode(call[1].string.text) else {
      throw engine.valueError(
        "fs.open() expects \"r\", \"w\", \"a\" or \"x\" for 'mode', with \"+\" or \"b\" behind it, "
          + "not \(try engine.repr(call[1]).string.text)")
    }
    mode.replaces = engine.isTrue(call[2])
    let what = "fs.open() cannot open \(path.shown)"
    let (descriptor, failure) = try engine.openDescriptor(path.bytes, mode.flags)
    if descriptor < 0 { throw engine.systemError(failure, what, path: path.value) }
    var status = stat()
    if fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw engine.systemError(EISDIR, what, path: path.value)
    }
    return engine.makeForeign(OpenFile(path, mode, descriptor: descriptor, engine))
  }
}
