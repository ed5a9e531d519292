import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The methods of `sys.stdin`, `sys.stdout` and `sys.stderr`.
enum StandardStreams {
  private static func method(
    _ name: StaticString, _ parameters: StaticString, _ documentation: StaticString,
    _ body: @escaping NativeBody
  ) -> NativeDefinition {
    NativeDefinition(name, parameters, documentation, isMethod: true, body: body)
  }

  // MARK: Input

  nonisolated(unsafe) static let input: [NativeDefinition] = [
    method(
      "read", "count?",
      "Gives the rest of the input as text, or so many characters of it; \"\" at its end."
    ) { (call) throws(RaisedError) -> Value in
      let count = try count(call, "sys.stdin.read")
      let bytes = try gather(call.engine, atLeast: count ?? Int.max, isText: true)
      guard let start = bytes.baseAddress, !bytes.isEmpty else {
        return call.engine.makeString("")
      }
      let text = try decode(start, bytes.count, call.engine)
      call.engine.pointee.input.skip(bytes.count)
      return text
    },
    method(
      "read_bytes", "count?", "Gives the rest of the input as bytes, or so many of them."
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let count = try count(call, "sys.stdin.read_bytes")
      let bytes = try gather(engine, atLeast: count ?? Int.max, isText: false)
      try engine.reserve(bytes.count)
      guard let start = bytes.baseAddress, !bytes.isEmpty else {
        return Value(.bytes, engine.allocateBytes(count: 0))
      }
      let result = try engine.makeBytes(copying: start, count: bytes.count)
      engine.pointee.input.skip(bytes.count)
      return result
    },
    method("read_line", "", "Gives the next line without its end; nil when there is none.") {
      (call) throws(RaisedError) -> Value in
      try line(call.engine) ?? .nil
    },
    method("lines", "", "Gives an iterator over the lines that are left, without their ends.") {
      (call) throws(RaisedError) -> Value in
      call.receiver
    },
    method("iter", "", "Gives what `lines` gives.") { (call) throws(RaisedError) -> Value in
      call.receiver
    },
    method("next", "", "Gives the next line; a StopIteration when there is none.") {
      (call) throws(RaisedError) -> Value in
      if let line = try line(call.engine) { return line }
      throw call.engine.stopIteration()
    },
    method("is_terminal", "", "Tells whether a person types the input.") {
      (_) throws(RaisedError) -> Value in
      .bool(isatty(0) == 1)
    },
    method("str", "", "The name of the stream.") { (call) throws(RaisedError) -> Value in
      call.engine.makeString("<standard input>")
    },
  ]

  private static func count(_ call: NativeCall, _ caller: String) throws(RaisedError) -> Int? {
    if call.isMissing(0) { return nil }
    let count = try call.engine.expectInt(call[0], "\(caller)() expects an int for 'count'")
    if count >= 0 { return count }
    throw call.engine.valueError("\(caller)() expects 'count' to be 0 or more, not \(count)")
  }

  /// Waits for a number of bytes or characters, or the end of the input; gives them alone.
  private static func gather(
    _ engine: Engine, atLeast count: Int, isText: Bool
  ) throws(RaisedError) -> UnsafeBufferPointer<UInt8> {
    try showOutput(engine)
    let all = try engine.pointee.input.bytes(atLeast: count, engine)
    if !isText || count == Int.max {
      return UnsafeBufferPointer(rebasing: all[..<min(count, all.count)])
    }
    var bytes = all
    var length = try engine.lengthOfCharacters(bytes, count)
    while length > bytes.count {
      let before = bytes.count
      bytes = try engine.pointee.input.bytes(atLeast: length, engine)
      if bytes.count == before { break }
      length = try engine.lengthOfCharacters(bytes, count)
    }
    return UnsafeBufferPointer(rebasing: bytes[..<min(length, bytes.count)])
  }

  /// What is no UTF-8 is replaced, as `input` does it.
  private static func decode(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, _ engine: Engine
  ) throws(RaisedError) -> Value {
    try engine.decodeText(bytes, count: count, replaces: true, "")
  }

  /// A line without its end; nil when there is none.
  private static func line(_ engine: Engine) throws(RaisedError) -> Value? {
    // Whoever types the next line wants to see what was printed.
    let buffered = engine.pointee.input.buffered
    if buffered.isEmpty
      || memchr(buffered.baseAddress.unsafelyUnwrapped, 0x0A, buffered.count) == nil
    {
      try showOutput(engine)
    }
    guard let line = try engine.pointee.input.line(engine), let start = line.baseAddress else {
      return nil
    }
    let text = try decode(start, line.count - OpenFile.endLength(line), engine)
    if isatty(0) == 1 { engine.pointee.output.isAtLineStart = true }
    engine.pointee.input.skip(line.count)
    return text
  }

  private static func showOutput(_ engine: Engine) throws(RaisedError) {
    if !engine.pointee.output.flush(engine) { try engine.checkInterruption() }
  }

  // MARK: Output

  nonisolated(unsafe) static let output: [NativeDefinition] = [
    method("write", "text", "Writes a text, or bytes as they are.") {
      (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let data = try data(call, "sys.stdout.write")
      guard let start = data.baseAddress, !data.isEmpty else { return .nil }
      let isWritten = engine.pointee.output.write(start, count: data.count, engine)
      if engine.pointee.output.failure != 0 { throw engine.outputError() }
      if !isWritten { try engine.checkInterruption() }
      return .nil
    },
    method("flush", "", "Writes out what is in the buffer.") {
      (call) throws(RaisedError) -> Value in
      let isWritten = call.engine.pointee.output.flush(call.engine)
      if call.engine.pointee.output.failure != 0 { throw call.engine.outputError() }
      if !isWritten { try call.engine.checkInterruption() }
      return .nil
    },
    method("is_terminal", "", "Tells whether a person sees the output.") {
      (call) throws(RaisedError) -> Value in
      .bool(call.engine.pointee.output.isTerminal)
    },
    method("str", "", "The name of the stream.") { (call) throws(RaisedError) -> Value in
      call.engine.makeString("<standard output>")
    },
  ]

  nonisolated(unsafe) static let errors: [NativeDefinition] = [
    method("write", "text", "Writes a text, or bytes as they are, behind what was printed before.")
    {
      (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let data = try data(call, "sys.stderr.write")
      if !engine.pointee.modules.maySystemBeUsed {
        throw engine.ioError("sys.stderr is not to be had: this program may print only")
      }
      guard let start = data.baseAddress, !data.isEmpty else { return .nil }
      if !engine.pointee.output.flush(engine) { try engine.checkInterruption() }
      var isWritten = engine.pointee.errorOutput.write(start, count: data.count, engine)
      // Nothing is kept, so that it is seen even when the process dies.
      isWritten = engine.pointee.errorOutput.flush(engine) && isWritten
      let failure = engine.pointee.errorOutput.takeFailure()
      if failure != 0 { throw engine.systemError(failure, "standard error cannot be written to") }
      if !isWritten { try engine.checkInterruption() }
      return .nil
    },
    method("flush", "", "Does nothing: what is written to standard error is not kept in a buffer.")
    {
      (_) throws(RaisedError) -> Value in
      .nil
    },
    method("is_terminal", "", "Tells whether a person sees what is written.") {
      (call) throws(RaisedError) -> Value in
      .bool(call.engine.pointee.errorOutput.isTerminal)
    },
    method("str", "", "The name of the stream.") { (call) throws(RaisedError) -> Value in
      call.engine.makeString("<standard error>")
    },
  ]

  private static func data(
    _ call: NativeCall, _ caller: String
  ) throws(RaisedError) -> UnsafeBufferPointer<UInt8> {
    if call[0].isString { return call[0].string.buffer }
    if call[0].tag == .bytes { return call[0].byteString.buffer }
    throw call.engine.typeError(
      "\(caller)() expects a string or bytes for 'text', not \(call.engine.typeName(of: call[0]))")
  }
}
