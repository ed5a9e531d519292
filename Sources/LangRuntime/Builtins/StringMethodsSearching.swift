#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// find, count and the like.

extension StringMethods {
  /// A part of the receiver, in bytes.
  private struct Window {
    let start: Int
    let end: Int
  }

  /// The part that the optional arguments `start` and `end` (at 1 and 2) leave, clamped as a slice
  /// is; nil when `start` is behind the end, where not even the empty text is found.
  @inline(__always)
  private static func window(
    _ call: NativeCall, _ name: StaticString
  ) throws(RaisedError) -> Window? {
    let text = call.text
    if call[1].isUndefined && call[2].isUndefined { return Window(start: 0, end: text.count) }
    let length = Int(text.pointee.scalarCount)
    var start = try call.intArgument(1, name, default: 0)
    var end = try call.intArgument(2, name, default: length)
    if start < 0 { start = max(0, start + length) }
    if end < 0 { end = max(0, end + length) }
    end = min(end, length)
    if start > end { return nil }
    return Window(
      start: try call.engine.byteOffset(text, start), end: try call.engine.byteOffset(text, end))
  }

  /// The byte position of the argument in the receiver, or -1.
  @inline(__always)
  private static func search(
    _ call: NativeCall, _ name: StaticString, isLast: Bool
  ) throws(RaisedError) -> Int {
    let part = try call.stringArgument(0, name)
    guard let window = try window(call, name) else { return -1 }
    let bytes = UnsafePointer(call.text.bytes + window.start)
    let count = window.end - window.start
    let place =
      isLast
      ? try call.engine.lastPlace(of: part.bytes, part.count, in: bytes, count)
      : try call.engine.firstPlace(of: part.bytes, part.count, in: bytes, count)
    return place < 0 ? -1 : window.start + place
  }

  static func find(_ call: NativeCall) throws(RaisedError) -> Value {
    let place = try search(call, "find", isLast: false)
    return .int(place < 0 ? -1 : try call.engine.scalarIndex(call.text, ofByte: place))
  }

  static func rfind(_ call: NativeCall) throws(RaisedError) -> Value {
    let place = try search(call, "rfind", isLast: true)
    return .int(place < 0 ? -1 : try call.engine.scalarIndex(call.text, ofByte: place))
  }

  static func index(_ call: NativeCall) throws(RaisedError) -> Value {
    let place = try search(call, "index", isLast: false)
    if place < 0 { throw notFound(call) }
    return .int(try call.engine.scalarIndex(call.text, ofByte: place))
  }

  static func rindex(_ call: NativeCall) throws(RaisedError) -> Value {
    let place = try search(call, "rindex", isLast: true)
    if place < 0 { throw notFound(call) }
    return .int(try call.engine.scalarIndex(call.text, ofByte: place))
  }

  private static func notFound(_ call: NativeCall) -> RaisedError {
    do throws(RaisedError) {
      // Enough of the text to know it again.
      let shown = try call.engine.stringSlice(
        call[0].string, from: 0, to: min(60, Int(call[0].string.pointee.scalarCount)))
      let text = try call.engine.repr(shown)
      return call.engine.valueError("\(text.string.text) is not in the string")
    } catch {
      return error
    }
  }

  static func count(_ call: NativeCall) throws(RaisedError) -> Value {
    let part = try call.stringArgument(0, "count")
    guard let window = try window(call, "count") else { return .int(0) }
    let bytes = UnsafePointer(call.text.bytes + window.start)
    let count = window.end - window.start
    // The empty text is before each scalar and at the end.
    if part.count == 0 { return .int(try call.engine.countScalars(bytes, count: count) + 1) }
    return .int(
      try call.engine.countOccurrences(of: part.bytes, part.count, in: bytes, count))
  }

  static func contains(_ call: NativeCall) throws(RaisedError) -> Value {
    .bool(try call.engine.stringContains(call.text, try call.stringArgument(0, "contains")))
  }

  static func startsWith(_ call: NativeCall) throws(RaisedError) -> Value {
    try matches(call, "startswith", atEnd: false)
  }

  static func endsWith(_ call: NativeCall) throws(RaisedError) -> Value {
    try matches(call, "endswith", atEnd: true)
  }

  private static func matches(
    _ call: NativeCall, _ name: StaticString, atEnd: Bool
  ) throws(RaisedError) -> Value {
    let window = try window(call, name)
    if call[0].isString {
      guard let window else { return .false }
      return .bool(try matches(call, window, call[0].string, atEnd: atEnd))
    }
    let items: UnsafeMutablePointer<Value>
    let count: Int
    switch call[0].tag {
    case .tuple: (items, count) = (call[0].tuple.items, call[0].tuple.pointee.count)
    case .list: (items, count) = (call[0].list.pointee.items, call[0].list.pointee.count)
    default:
      throw call.engine.typeError(
        "string.\(name)() expects a string or a tuple of strings, not "
          + call.engine.typeName(of: call[0]))
    }
    for index in 0..<count {
      if index & (Piece.items - 1) == Piece.items - 1 { try call.engine.checkInterruption() }
      guard items[index].isString else {
        throw call.engine.typeError(
          "string.\(name)() expects a tuple of strings, not of "
            + call.engine.typeName(of: items[index]))
      }
      if let window, try matches(call, window, items[index].string, atEnd: atEnd) { return .true }
    }
    return .false
  }

  private static func matches(
    _ call: NativeCall, _ window: Window, _ part: StringReference, atEnd: Bool
  ) throws(RaisedError) -> Bool {
    if part.count > window.end - window.start { return false }
    let start = atEnd ? window.end - part.count : window.start
    return try call.engine.compare(call.text.bytes + start, part.bytes, count: part.count) == 0
  }
}
