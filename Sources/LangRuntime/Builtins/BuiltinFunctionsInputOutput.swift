#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Engine {
  /// `print(…, sep, end, file)`: the line is put together first and written at once, so that lines of
  /// several programs do not mix, and an argument that cannot be shown leaves nothing behind.
  func print(_ call: NativeCall) throws(RaisedError) -> Value {
    let separator = try printOption(call.keyword(0), "sep")
    let end = try printOption(call.keyword(1), "end")
    var builder = TextBuilder(self)
    defer { builder.deallocate() }
    for position in 0..<call.count {
      if position > 0 {
        if let separator {
          try builder.append(separator)
        } else {
          try builder.append(UInt8(ascii: " "))
        }
      }
      try appendStr(call[position], to: &builder)
    }
    if let end {
      try builder.append(end)
    } else {
      try builder.append(UInt8(ascii: "\n"))
    }
    let file = call.keyword(2)
    if !file.isUndefined && !file.isNil { return try print(builder.finish(), to: file) }
    let isWritten = pointee.output.write(builder.bytes, count: builder.count, self)
    if pointee.output.failure != 0 { throw outputError() }
    if !isWritten { try checkInterruption() }
    return .nil
  }

  /// Hands a text to what has a method `write`.
  private func print(_ text: Value, to file: Value) throws(RaisedError) -> Value {
    root(text)
    let write = try attributeIfAny(of: file, pointee.symbols.intern("write"))
    if write.isUndefined {
      throw typeError(
        "print() expects something with a method 'write' as file, not \(typeName(of: file))")
    }
    _ = try self.call(write, text)
    return .nil
  }

  /// What printing to an output that cannot be written to throws: a reader that has gone away ends
  /// the program quietly, anything else is an error.
  func outputError() -> RaisedError {
    if pointee.output.failure == EPIPE { return exitError(status: .int(0)) }
    return ioError(
      "standard output cannot be written to: \(String(cString: strerror(pointee.output.failure)))")
  }

  /// The text of `sep` or `end`; nil for the usual one.
  private func printOption(
    _ value: Value, _ name: String
  ) throws(RaisedError) -> StringReference? {
    if value.isUndefined || value.isNil { return nil }
    return try expectString(value, "print() expects a string as \(name)")
  }

  /// `input(prompt)`: a line of standard input without its end, nil at the end of the input.
  func input(prompt: Value) throws(RaisedError) -> Value {
    if !prompt.isUndefined {
      var builder = TextBuilder(self)
      defer { builder.deallocate() }
      try appendStr(prompt, to: &builder)
      let isWritten = pointee.output.write(builder.bytes, count: builder.count, self)
      if !isWritten { try checkInterruption() }
    }
    if !pointee.output.flush(self) { try checkInterruption() }
    guard let line = try pointee.input.line(self), let bytes = line.baseAddress else { return .nil }
    var count = line.count
    if bytes[count - 1] == 0x0A { count -= 1 }
    if count > 0 && bytes[count - 1] == 0x0D { count -= 1 }
    try reserveString(count)
    let (valid, scalars) = TextScanning.validate(bytes, count: count)
    let text: Value
    if valid == count {
      text = try makeString(copying: bytes, count: count, scalarCount: scalars)
    } else {
      // What is no UTF-8 is replaced, as Swift does it.
      text = makeString(
        String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self))
    }
    if isatty(0) == 1 { pointee.output.isAtLineStart = true }
    pointee.input.skip(line.count)
    return text
  }
}
