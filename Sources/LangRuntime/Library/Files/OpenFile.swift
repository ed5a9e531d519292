#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file between `fs.open` and its `close`, which comes at the latest when nobody refers to it any more.
final class OpenFile {
  /// The path with a zero at the end, and as messages show it.
  let path: [CChar]
  let shown: String
  let mode: OpenMode
  /// Files are written out in the order in which they were opened, at the end of a program.
  let number: Int
  /// -1 when it is closed.
  private(set) var descriptor: Int32
  private let engine: Engine
  private let system: SystemState
  private var input: InputStream
  /// Nil when the file is not open for writing.
  private var output: OutputStream?
  /// Whether a change was interrupted: then nobody waits for what the system says at the end.
  private var isCutOff = false

  init(_ path: SystemPath, _ mode: OpenMode, descriptor: Int32, _ engine: Engine) {
    self.path = path.bytes
    shown = path.shown
    self.mode = mode
    self.descriptor = descriptor
    self.engine = engine
    system = engine.system
    number = system.noteOpened(engine)
    input = InputStream(
      descriptor: descriptor, name: path.shown, mayWait: !isRegularFile(descriptor))
    input.path = path.bytes
    output = mode.isWritable ? OutputStream(descriptor: descriptor) : nil
    system.openFiles[ObjectIdentifier(self)] = Unmanaged.passUnretained(self)
  }

  deinit {
    if descriptor < 0 { return }
    // A collection does not wait for a reader that does not read.
    output?.flush(engine, waits: false)
    system.openFiles[ObjectIdentifier(self)] = nil
    output?.deallocate()
    input.deallocate()
    if writtenSize < largeFileSize {
      _ = Glibc.close(descriptor)
    } else {
      closeInBackground(descriptor)
    }
  }

  /// How many bytes a file holds that may have been written to; 0 for another.
  private var writtenSize: Int {
    var status = stat()
    return mode.isWritable && fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  // MARK: Checks

  private func error(_ engine: Engine, _ message: String, _ failure: Int32) -> RaisedError {
    engine.systemError(
      engine.pointee.errors.ioError, failure, message, engine.makeSystemText(path))
  }

  private func checkOpen(_ engine: Engine, _ caller: String) throws(RaisedError) {
    if descriptor < 0 { throw error(engine, "\(caller)(): the file \(shown) is closed", EBADF) }
  }

  private func beginReading(_ engine: Engine, _ caller: String) throws(RaisedError) {
    try checkOpen(engine, caller)
    if !mode.isReadable {
      throw error(engine, "\(caller)(): the file \(shown) is not open for reading", EBADF)
    }
    if mode.isWritable { try flush(engine, caller) }
    input.caller = caller
  }

  // MARK: Reading

  /// Bytes, or characters of a text, up to `count` of them; all that is left without a count.
  func read(_ engine: Engine, _ count: Int?, _ caller: String) throws(RaisedError) -> Value {
    try beginReading(engine, caller)
    var bytes = try input.bytes(atLeast: count ?? Int.max, engine)
    guard let start = bytes.baseAddress, !bytes.isEmpty, count != 0 else {
      return mode.isText
        ? engine.makeString("") : Value(.bytes, engine.allocateBytes(count: 0))
    }
    var length = min(count ?? Int.max, bytes.count)
    if !mode.isText {
      try engine.reserve(length)
      let result = try engine.makeBytes(copying: start, count: length)
      input.skip(length)
      return result
    }
    if let count {
      // Characters may have up to four bytes.
      length = try engine.lengthOfCharacters(bytes, count)
      while length > bytes.count {
        let before = bytes.count
        bytes = try input.bytes(atLeast: length, engine)
        if bytes.count == before { break }
        length = try engine.lengthOfCharacters(bytes, count)
      }
      length = min(length, bytes.count)
    }
    return try takeText(engine, length, dropping: length, caller)
  }

  /// A line, or nil at the end.
  func readLine(_ engine: Engine, keepsEnd: Bool, _ caller: String) throws(RaisedError) -> Value {
    try beginReading(engine, caller)
    guard let line = try input.line(engine) else { return .nil }
    return try take(engine, line, keepsEnd: keepsEnd, caller)
  }

  private func take(
    _ engine: Engine, _ line: UnsafeBufferPointer<UInt8>, keepsEnd: Bool, _ caller: String
  ) throws(RaisedError) -> Value {
    let count = keepsEnd ? line.count : line.count - OpenFile.endLength(line)
    if mode.isText { return try takeText(engine, count, dropping: line.count, caller) }
    try engine.reserve(count)
    let result =
      count == 0
      ? Value(.bytes, engine.allocateBytes(count: 0))
      : try engine.makeBytes(copying: line.baseAddress.unsafelyUnwrapped, count: count)
    input.skip(line.count)
    return result
  }

  /// The length of the end of a line: LF, CRLF or nothing.
  static func endLength(_ line: UnsafeBufferPointer<UInt8>) -> Int {
    if line.last != 0x0A { return 0 }
    return line.count > 1 && line[line.count - 2] == 0x0D ? 2 : 1
  }

  /// The lines that are there, as a list; empty at the end.
  func nextLines(_ engine: Engine, keepsEnd: Bool, _ caller: String) throws(RaisedError) -> Value {
    try beginReading(engine, caller)
    let list = engine.makeList(capacity: 16)
    guard let first = try input.line(engine) else { return Value(.list, list) }
    engine.append(try take(engine, first, keepsEnd: keepsEnd, caller), to: list)
    // A few hundred at most, so that what reads them step by step holds no more than that.
    while list.pointee.count < 256 {
      let rest = input.buffered
      guard let start = rest.baseAddress, !rest.isEmpty,
        let place = memchr(start, 0x0A, rest.count)
      else { break }
      let count = UnsafePointer(place.assumingMemoryBound(to: UInt8.self)) - start + 1
      let line = UnsafeBufferPointer(start: start, count: count)
      engine.append(try take(engine, line, keepsEnd: keepsEnd, caller), to: list)
    }
    return Value(.list, list)
  }

  private func takeText(
    _ engine: Engine, _ count: Int, dropping all: Int, _ caller: String
  ) throws(RaisedError) -> Value {
    guard let start = input.buffered.baseAddress else { return engine.makeString("") }
    let text = try engine.decodeText(
      start, count: count, replaces: mode.replaces, "\(caller)() cannot read \(shown)")
    input.skip(all)
    return text
  }

  // MARK: Writing

  func write(_ engine: Engine, _ value: Value, _ caller: String) throws(RaisedError) {
    try checkOpen(engine, caller)
    if output == nil {
      throw error(engine, "\(caller)(): the file \(shown) is not open for writing", EBADF)
    }
    let data = try WholeFiles.data(
      value, isText: mode.isText, engine, caller, mode.isText ? "text" : "data")
    // Writing goes on where reading was, not where the system has read to.
    if !input.buffered.isEmpty {
      lseek(descriptor, off_t(-input.buffered.count), SEEK_CUR)
      input.skip(input.buffered.count)
    }
    guard let start = data.baseAddress, !data.isEmpty else { return }
    let isWritten = output?.write(start, count: data.count, engine) ?? true
    try throwFailure(engine, caller)
    if !isWritten {
      isCutOff = true
      try engine.checkInterruption()
    }
  }

  func flush(_ engine: Engine, _ caller: String) throws(RaisedError) {
    try checkOpen(engine, caller)
    let isWritten = output?.flush(engine) ?? true
    try throwFailure(engine, caller)
    if !isWritten { try engine.checkInterruption() }
  }

  private func throwFailure(_ engine: Engine, _ caller: String) throws(RaisedError) {
    guard let failure = output?.takeFailure(), failure != 0 else { return }
    throw engine.systemError(
      failure, "\(caller)() cannot write \(shown)", path: engine.makeSystemText(path))
  }

  /// Writes out what is left at the end of a program; gives what is wrong in words.
  func flushAtEnd(_ engine: Engine, waits: Bool) -> String? {
    guard descriptor >= 0, output != nil else { return nil }
    output?.flush(engine, waits: waits)
    guard let failure = output?.takeFailure(), failure != 0 else { return nil }
    return "error: cannot write \(shown), which was not closed: "
      + String(cString: strerror(failure))
  }

  // MARK: Places and the end

  func seek(
    _ engine: Engine, _ offset: Int, _ origin: Int32, _ caller: String
  ) throws(RaisedError) -> Int {
    try checkOpen(engine, caller)
    try flush(engine, caller)
    let ahead = input.buffered.count
    input.skip(ahead)
    let distance = origin == SEEK_CUR ? offset - ahead : offset
    let place = lseek(descriptor, off_t(distance), origin)
    if place < 0 {
      throw engine.systemError(
        errno, "\(caller)() cannot move in \(shown)", path: engine.makeSystemText(path))
    }
    return Int(place)
  }

  func truncate(_ engine: Engine, _ size: Int, _ caller: String) throws(RaisedError) {
    try flush(engine, caller)
    let failure: Int32
    do throws(RaisedError) {
      failure = try engine.resize(descriptor, to: size)
    } catch {
      isCutOff = true
      throw error
    }
    if failure == 0 { return }
    throw engine.systemError(
      failure, "\(caller)() cannot change the size of \(shown)", path: engine.makeSystemText(path))
  }

  func synchronize(_ engine: Engine, _ caller: String) throws(RaisedError) {
    try flush(engine, caller)
    // What is interrupted goes on, whatever becomes of this file.
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    let failure =
      copy < 0 ? errno : try engine.runInBackground { closeWritten(copy, isSynchronous: true) }
    if failure == 0 || failure == EINVAL || failure == EROFS { return }
    throw engine.systemError(
      failure, "\(caller)() cannot write \(shown)", path: engine.makeSystemText(path))
  }

  /// Closes the file in any case; what could not be written before is an error.
  func close(_ engine: Engine, _ caller: String) throws(RaisedError) {
    if descriptor < 0 { return }
    let isWritten = output?.flush(engine) ?? true
    let number = output?.takeFailure() ?? 0
    system.openFiles[ObjectIdentifier(self)] = nil
    output?.deallocate()
    output = nil
    input.deallocate()
    let (closing, size) = (descriptor, writtenSize)
    descriptor = -1
    var result: Int32 = 0
    if isCutOff {
      closeInBackground(closing)
    } else {
      result = try engine.closeWritten(closing, size: size)
    }
    let failure = number != 0 ? number : result
    if failure != 0 {
      throw engine.systemError(
        failure, "\(caller)() cannot write \(shown)", path: engine.makeSystemText(path))
    }
    if !isWritten { try engine.checkInterruption() }
  }
}

/// What a file is opened for: `"r"`, `"w+"`, `"ab"` and the like.
struct OpenMode {
  let isReadable, isWritable, isText: Bool
  let flags: Int32
  /// What is no UTF-8 is replaced when text is read.
  var replaces = false

  /// Nil for what is no mode.
  init?(_ text: String) {
    let letters = Array(text.utf8)
    guard let first = letters.first else { return nil }
    let others = letters.dropFirst().sorted()
    let known: [[UInt8]] = [[], [0x2B], [0x62], [0x74], [0x2B, 0x62], [0x2B, 0x74]]
    if !known.contains(others) { return nil }
    let isBoth = others.contains(0x2B)
    isText = !others.contains(0x62)
    let access = isBoth ? O_RDWR : first == UInt8(ascii: "r") ? O_RDONLY : O_WRONLY
    isReadable = isBoth || first == UInt8(ascii: "r")
    isWritable = isBoth || first != UInt8(ascii: "r")
    switch first {
    case UInt8(ascii: "r"): flags = access
    case UInt8(ascii: "w"): flags = access | O_CREAT | O_TRUNC
    case UInt8(ascii: "a"): flags = access | O_CREAT | O_APPEND
    case UInt8(ascii: "x"): flags = access | O_CREAT | O_EXCL
    default: return nil
    }
  }
}
