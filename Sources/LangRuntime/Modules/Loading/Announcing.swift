import Lang

// Telling others of loads: the functions given to `lazy.on_load`, and the lines of `lazy.report(1)`.

extension Engine {
  /// Registers a function for `lazy.on_load`.
  func addLoadCallback(_ function: Value) {
    pointee.modules.loadCallbacks.append(addHandle(function))
  }

  /// Tells whoever wants to know that a module was loaded.
  func announce(
    _ number: Int, _ record: ModuleRecord, _ load: ModuleLoad
  ) throws(RaisedError) {
    if pointee.modules.log.level > 0 { writeError(loadLine(record, load)) }
    // One that is added by a callback is called from the next load on.
    for handle in pointee.modules.loadCallbacks {
      let event = try makeLoadEvent(number, record, load)
      _ = try call(pointee.handles[handle], event)
    }
  }

  /// Writes a line to standard error.
  func writeError(_ line: String) {
    pointee.output.flush(self)
    var text = line + "\n"
    text.withUTF8 { bytes in
      _ = pointee.errorOutput.write(bytes.baseAddress.unsafelyUnwrapped, count: bytes.count, self)
    }
    pointee.errorOutput.flush(self)
  }

  /// Prints a text as it is.
  func print(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      if let start = bytes.baseAddress {
        _ = pointee.output.write(start, count: bytes.count, self)
      }
    }
  }

  /// A string of bytes that must be UTF-8.
  func makeText(_ bytes: [UInt8], _ what: String) throws(RaisedError) -> Value {
    try reserve(bytes.count)
    return try withBuffer(of: bytes) { (start, count) throws(RaisedError) in
      let (valid, scalars) = try BytesMethods.validate(start, count: count, self)
      if valid < count { throw valueError("\(what) is not UTF-8") }
      return try makeString(copying: start, count: count, scalarCount: scalars)
    }
  }

  /// Calls `body` with the place and number of bytes.
  func withBuffer(
    of bytes: [UInt8], _ body: (UnsafePointer<UInt8>, Int) throws(RaisedError) -> Value
  ) throws(RaisedError) -> Value {
    var failure: RaisedError?
    var result = Value.nil
    bytes.withUnsafeBufferPointer { buffer in
      do throws(RaisedError) {
        // An empty array may have no place.
        var nothing: UInt8 = 0
        result =
          if let start = buffer.baseAddress {
            try body(start, buffer.count)
          } else {
            try withUnsafePointer(to: &nothing) { (place) throws(RaisedError) in try body(place, 0)
            }
          }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return result
  }
}
