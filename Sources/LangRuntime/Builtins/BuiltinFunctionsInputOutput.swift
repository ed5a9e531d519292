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
    return .nil
  }

  /// The text of `sep` or `end`; nil for the usual one.
  private func printOption(
    _ value: Value, _ name: String
  ) throws(RaisedError) -> StringReference? {
    if value.isUndefined || value.isNil { return nil }
    return try expectString(value, "print() expects a string as \(name)")
  }

  /// `input(prompt)`: a line of standard input without its end; an IOError at the end of the
  /// input.
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
    while true {
      let byte = getchar_unlocked()
      if byte == EOF { break }
      isAtEnd = false
      if byte == 0x0A { break }
      try builder.append(UInt8(truncatingIfNeeded: byte))
    }
    if isAtEnd { throw ioError("the input has ended") }
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
