#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The part `_process`: programs that are started and waited for.
enum ProcessesPart {
  static func initialize(_ engine: Engine, _ module: ModuleReference) throws(RaisedError) {
    try engine.define(definitions, in: module)
  }

  nonisolated(unsafe) private static let definitions: [NativeDefinition] = [
    NativeDefinition("run", "caller, command, input, cwd, env, timeout, capture, merge") {
      (call) throws(RaisedError) -> Value in
      try run(call)
    },
    NativeDefinition("start", "caller, command, cwd, env, pipes, merge") {
      (call) throws(RaisedError) -> Value in
      try start(call)
    },
    NativeDefinition("write", "process, data") { (call) throws(RaisedError) -> Value in
      try write(call)
    },
    NativeDefinition("close_input", "process") { (call) throws(RaisedError) -> Value in
      try child(call).closeInput()
      return .nil
    },
    NativeDefinition("read", "process, count, is_errors, caller") {
      (call) throws(RaisedError) -> Value in
      try read(call)
    },
    NativeDefinition("line", "process, keep_end, caller") { (call) throws(RaisedError) -> Value in
      try line(call)
    },
    NativeDefinition("wait", "process, timeout") { (call) throws(RaisedError) -> Value in
      let child = try child(call)
      var nothing = noData
      let isOver = try child.wait(
        call.engine, until: end(of: call[1]), writing: &nothing, awaitsEnd: true, "Process.wait"
      ) { (_: borrowing ChildProgram.Data) throws(RaisedError) -> Bool in child.status != nil }
      return isOver ? .int(child.exitStatus ?? 0) : .nil
    },
    NativeDefinition("status", "process") { (call) throws(RaisedError) -> Value in
      let child = try child(call)
      child.isRunning()
      return child.exitStatus.map { .int($0) } ?? .nil
    },
    NativeDefinition("pid", "process") { (call) throws(RaisedError) -> Value in
      .int(Int(try child(call).process))
    },
    NativeDefinition("signal", "process, number") { (call) throws(RaisedError) -> Value in
      try child(call).send(Int32(truncatingIfNeeded: call[1].int))
      return .nil
    },
    NativeDefinition("destroy", "process") { (call) throws(RaisedError) -> Value in
      try child(call).destroy()
      return .nil
    },
    NativeDefinition("kill", "pid, number") { (call) throws(RaisedError) -> Value in
      guard let process = pid_t(exactly: call[0].int), process > 0 else {
        throw call.engine.valueError("process.kill() expects a positive int for 'pid'")
      }
      if kill(process, Int32(truncatingIfNeeded: call[1].int)) == 0 { return .nil }
      throw call.engine.systemError(errno, "process.kill() cannot reach process \(process)")
    },
    NativeDefinition("signal_number", "name") { (call) throws(RaisedError) -> Value in
      SystemNumbers.signal(named: call[0].string.text).map { .int(Int($0)) } ?? .nil
    },
    NativeDefinition("signal_name", "number") { (call) throws(RaisedError) -> Value in
      call.engine.makeString(
        SystemNumbers.name(ofSignal: Int32(truncatingIfNeeded: call[0].int)))
    },
    NativeDefinition("which", "name, path") { (call) throws(RaisedError) -> Value in
      let name = try SystemPath(call, 0, "process.which", "name")
      if name.bytes.contains(0x2F) {
        var status = stat()
        let isProgram =
          stat(name.bytes, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
          && access(name.bytes, X_OK) == 0
        return isProgram ? name.value : .nil
      }
      let path = call[1].isNil ? nil : try SystemPath(call, 1, "process.which", "path").bytes
      return Spawning.find(name.bytes, in: path).file.map { call.engine.makeSystemText($0) }
        ?? .nil
    },
  ]

  // MARK: Arguments

  private static var noData: ChildProgram.Data {
    ChildProgram.Data(bytes: UnsafeBufferPointer(start: nil, count: 0))
  }

  private static func child(_ call: NativeCall) throws(RaisedError) -> ChildProgram {
    if let child = call.engine.foreign(call[0], as: ChildProgram.self) { return child }
    throw call.engine.typeError("expects a process, not \(call.engine.typeName(of: call[0]))")
  }

  /// When seconds from now are over; nil for nil.
  private static func end(of timeout: Value) -> UInt64? {
    if timeout.isNil { return nil }
    let seconds = timeout.isInt ? Double(timeout.int) : timeout.float
    return monotonicNanoseconds() + UInt64(max(0, min(seconds, 1e9)) * 1e9)
  }

  private static func data(_ value: Value) -> UnsafeBufferPointer<UInt8> {
    switch value.tag {
    case .string: value.string.buffer
    case .bytes: value.byteString.buffer
    default: UnsafeBufferPointer(start: nil, count: 0)
    }
  }

  // MARK: Running to the end

  /// Gives (status, output, errors, whether the time was over, seconds).
  private static func run(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let request = try SpawnRequest(
      engine, caller: call[0].string.text, command: call[1], folder: call[3],
      environment: call[4])
    let captures = engine.isTrue(call[6])
    let merges = engine.isTrue(call[7])
    if !captures && !engine.pointee.output.flush(engine) { try engine.checkInterruption() }
    let started = try Spawning.start(
      request, input: call[2].isNil ? captures ? .nothing : .inherited : .pipe,
      output: captures ? .pipe : .inherited,
      errors: merges ? .output : captures ? .pipe : .inherited, ownSession: captures, engine)
    let child = ChildProgram(
      started, shown: request.words[0].shown, leadsGroup: captures, engine)
    var isOver = false
    do throws(RaisedError) {
      var data = ChildProgram.Data(bytes: data(call[2]))
      if data.isDone { child.closeInput() }
      isOver = try finish(child, &data, end(of: call[5]), engine, request.caller)
      if !isOver {
        child.send(SIGTERM)
        child.closeInput()
        var nothing = noData
        let grace = monotonicNanoseconds() + 1_000_000_000
        if try !finish(child, &nothing, grace, engine, request.caller) { child.destroy() }
      }
    } catch {
      child.destroy()
      throw error
    }
    let seconds = Double(monotonicNanoseconds() - child.startedAt) / 1e9
    let (output, errors) = (child.buffered(isErrors: false), child.buffered(isErrors: true))
    try engine.reserve(output.count + errors.count)
    let result = engine.makeTuple(count: 5)
    result.items[0] = .int(child.exitStatus ?? -Int(SIGKILL))
    if captures {
      result.items[1] = try bytes(output, engine)
      if !merges { result.items[2] = try bytes(errors, engine) }
    }
    result.items[3] = .bool(!isOver)
    result.items[4] = .float(seconds)
    return Value(.tuple, result)
  }

  /// Waits for the end of a program and of all that it writes; false when the time is over.
  private static func finish(
    _ child: ChildProgram, _ data: inout ChildProgram.Data, _ end: UInt64?, _ engine: Engine,
    _ caller: String
  ) throws(RaisedError) -> Bool {
    try child.wait(engine, until: end, writing: &data, awaitsEnd: true, caller) {
      (data: borrowing ChildProgram.Data) throws(RaisedError) -> Bool in
      // A program need not read what it is given.
      if data.isDone { child.closeInput() }
      return child.status != nil && !child.hasInput && child.isAtEnd(isErrors: false)
        && child.isAtEnd(isErrors: true)
    }
  }

  private static func bytes(
    _ buffer: UnsafeBufferPointer<UInt8>, _ engine: Engine
  ) throws(RaisedError) -> Value {
    guard let start = buffer.baseAddress, !buffer.isEmpty else {
      return Value(.bytes, engine.allocateBytes(count: 0))
    }
    return try engine.makeBytes(copying: start, count: buffer.count)
  }

  // MARK: Running beside this program

  private static func start(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let request = try SpawnRequest(
      engine, caller: call[0].string.text, command: call[1], folder: call[2],
      environment: call[3])
    let pipes = engine.isTrue(call[4])
    if !engine.pointee.output.flush(engine) { try engine.checkInterruption() }
    let started = try Spawning.start(
      request, input: pipes ? .pipe : .inherited, output: pipes ? .pipe : .inherited,
      errors: engine.isTrue(call[5]) ? .output : pipes ? .pipe : .inherited, ownSession: pipes,
      engine)
    let child = ChildProgram(started, shown: request.words[0].shown, leadsGroup: pipes, engine)
    return engine.makeForeign(child)
  }

  private static func write(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let child = try child(call)
    if !child.hasInput {
      throw engine.systemError(
        engine.pointee.errors.ioError, EBADF,
        "Process.write(): the input of \(child.shown) is closed", .nil)
    }
    var data = ChildProgram.Data(bytes: data(call[1]))
    _ = try child.wait(
      engine, until: nil, writing: &data, awaitsEnd: false, "Process.write"
    ) { (data: borrowing ChildProgram.Data) throws(RaisedError) -> Bool in data.isDone }
    if data.isRefused {
      throw engine.systemError(EPIPE, "Process.write() cannot write to \(child.shown)")
    }
    return .nil
  }

  /// All that is left, or up to a number of bytes.
  private static func read(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let child = try child(call)
    let isErrors = engine.isTrue(call[2])
    let wanted = call[1].isNil ? Int.max : call[1].int
    var nothing = noData
    _ = try child.wait(
      engine, until: nil, writing: &nothing, awaitsEnd: false, call[3].string.text
    ) { (_: borrowing ChildProgram.Data) throws(RaisedError) -> Bool in
      child.isAtEnd(isErrors: isErrors) || child.buffered(isErrors: isErrors).count >= wanted
    }
    let all = child.buffered(isErrors: isErrors)
    let count = min(wanted, all.count)
    try engine.reserve(count)
    let result = try bytes(UnsafeBufferPointer(rebasing: all[..<count]), engine)
    child.skip(count, isErrors: isErrors)
    return result
  }

  /// A line of the output as bytes, or nil at the end.
  private static func line(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let child = try child(call)
    var (length, searched) = (0, 0)
    var nothing = noData
    _ = try child.wait(
      engine, until: nil, writing: &nothing, awaitsEnd: false, call[2].string.text
    ) { (_: borrowing ChildProgram.Data) throws(RaisedError) -> Bool in
      let all = child.buffered(isErrors: false)
      if let start = all.baseAddress, searched < all.count,
        let place = memchr(start + searched, 0x0A, all.count - searched)
      {
        length = UnsafePointer(place.assumingMemoryBound(to: UInt8.self)) - start + 1
        return true
      }
      searched = all.count
      length = all.count
      return child.isAtEnd(isErrors: false)
    }
    if length == 0 { return .nil }
    let line = UnsafeBufferPointer(rebasing: child.buffered(isErrors: false)[..<length])
    let kept = engine.isTrue(call[1]) ? length : length - OpenFile.endLength(line)
    try engine.reserve(kept)
    let result = try bytes(UnsafeBufferPointer(rebasing: line[..<kept]), engine)
    child.skip(length, isErrors: false)
    return result
  }
}
