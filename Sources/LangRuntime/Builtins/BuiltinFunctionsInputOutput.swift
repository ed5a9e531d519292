#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Engine {
  /// `print(…, sep, end)`: the line is put together first and written at once, so that lines of
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
    pointee.output.write(builder.bytes, count: builder.count)
    if pointee.output.failure != 0 { throw outputError() }
    return .nil
  }

  /// What printing to an output that cannot be written to throws: a reader that has gone away ends
  /// the program quietly, anything else is an error.
  private func outputError() -> RaisedError {
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
    var builder = TextBuilder(self)
    defer { builder.deallocate() }
    if !prompt.isUndefined {
      try appendStr(prompt, to: &builder)
      pointee.output.write(builder.bytes, count: builder.count)
      builder.removeAll()
    }
    pointee.output.flush()
    var isAtEnd = true
    errno = 0
    while true {
      let byte = getchar_unlocked()
      if byte == EOF { break }
      isAtEnd = false
      if byte == 0x0A { break }
      try builder.append(UInt8(truncatingIfNeeded: byte))
    }
    if isAtEnd {
      // The first read asks whether this is a terminal, which may leave ENOTTY behind.
      if errno != 0 && errno != ENOTTY {
        throw ioError("standard input cannot be read: \(String(cString: strerror(errno)))")
      }
      return .nil
    }
    if isatty(0) == 1 { pointee.output.isAtLineStart = true }
    var length = builder.count
    if length > 0 && builder.bytes[length - 1] == 0x0D { length -= 1 }
    if TextScanning.validLength(builder.bytes, count: length) == length {
      return makeString(builder.bytes, count: length)
    }
    // What is no UTF-8 is replaced, as Swift does it.
    return makeString(
      String(decoding: UnsafeBufferPointer(start: builder.bytes, count: length), as: UTF8.self))
  }
}
