#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The methods of byte strings, as Python has them.
///
/// Where a part is looked for, an int stands for one byte.
enum BytesMethods {
  /// All methods.
  nonisolated(unsafe) static let definitions: [NativeDefinition] = [
    method(
      "decode", "encoding?, errors?",
      "The text of bytes in utf-8, ascii or latin-1; errors is strict, replace or ignore.",
      decode),
    method("hex", "separator?", "Two hexadecimal digits for each byte.", hex),
    method("to_list", "", "A list of ints.", toList),
    method("find", "part, start?, end?", "The first place of part, or -1.", find),
    method("rfind", "part, start?, end?", "The last place of part, or -1.", findLast),
    method("index", "part, start?, end?", "The first place of part; a ValueError without.", index),
    method("count", "part, start?, end?", "How often part occurs, without overlaps.", count),
    method("contains", "part", "Whether part occurs.", contains),
    method("startswith", "prefix", "Whether the bytes begin with prefix.", startsWith),
    method("endswith", "suffix", "Whether the bytes end with suffix.", endsWith),
    method(
      "split", "separator?, limit?",
      "The parts between separators, or between runs of white space; at most limit cuts.", split),
    method("join", "parts", "The byte strings joined, with these bytes between them.", join),
    method(
      "replace", "old, new, limit?", "The bytes with old replaced by new, at most limit times.",
      replace),
    method(
      "strip", "bytes?", "The bytes without white space, or the given bytes, at both ends.", strip),
    method("lstrip", "bytes?", "As strip, at the beginning.", stripLeft),
    method("rstrip", "bytes?", "As strip, at the end.", stripRight),
    method("upper", "", "ASCII letters in upper case.", upper),
    method("lower", "", "ASCII letters in lower case.", lower),
    method("reverse", "", "The bytes in reverse order.", reverse),
    method("isascii", "", "Whether all bytes are ASCII.", isASCII),
  ]

  private static func method(
    _ name: StaticString, _ parameters: StaticString, _ documentation: StaticString,
    _ body: @escaping NativeBody
  ) -> NativeDefinition {
    NativeDefinition(name, parameters, documentation, isMethod: true, body: body)
  }

  private typealias Bytes = UnsafeBufferPointer<UInt8>

  // MARK: Arguments

  private static func receiver(_ call: NativeCall) -> BytesReference { call.receiver.byteString }

  private static func expectBytes(
    _ value: Value, _ name: StaticString, _ engine: Engine
  ) throws(RaisedError) -> BytesReference {
    if value.tag == .bytes { return value.byteString }
    throw engine.typeError("bytes.\(name)() expects bytes, not \(engine.typeName(of: value))")
  }

  /// The argument at 0: bytes, or an int for one byte.
  private static func part(
    _ call: NativeCall, _ name: StaticString
  ) throws(RaisedError) -> BytesReference {
    if call[0].isInt {
      guard let byte = UInt8(exactly: call[0].int) else {
        throw call.engine.valueError(
          "bytes.\(name)() expects a byte from 0 to 255, not \(call[0].int)")
      }
      let single = call.engine.allocateBytes(count: 1)
      single.bytes[0] = byte
      return single
    }
    return try expectBytes(call[0], name, call.engine)
  }

  /// What the optional arguments `start` and `end` (at 1 and 2) leave of the receiver, clamped as a
  /// slice is; nil when `start` is behind the end.
  private static func window(
    _ call: NativeCall, _ name: StaticString
  ) throws(RaisedError) -> Range<Int>? {
    let length = receiver(call).pointee.count
    var (start, end) = (0, length)
    if !call.isMissing(1) {
      start = try call.engine.expectInt(call[1], "bytes.\(name)() expects an int")
      if start < 0 { start = max(0, start + length) }
    }
    if !call.isMissing(2) {
      end = try call.engine.expectInt(call[2], "bytes.\(name)() expects an int")
      end = min(end < 0 ? max(0, end + length) : end, length)
    }
    return start > end ? nil : start..<end
  }

  private static func limit(
    _ call: NativeCall, _ index: Int, _ name: StaticString
  ) throws(RaisedError) -> Int {
    if call.isMissing(index) { return Int.max }
    let limit = try call.engine.expectInt(call[index], "bytes.\(name)() expects an int")
    return limit < 0 ? Int.max : limit
  }

  // MARK: Converting

  static func decode(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let bytes = receiver(call)
    let count = bytes.pointee.count
    let (encoding, errors) = try TextEncoding.arguments(call, "bytes.decode()")
    if encoding == .utf8 {
      let (valid, scalars) = try validate(bytes.bytes, count: count, engine)
      if valid == count {
        try engine.reserveString(count)
        return try engine.makeString(copying: bytes.bytes, count: count, scalarCount: scalars)
      }
    }

    return try decode(bytes.bytes, count: count, encoding, errors, engine)
  }

  /// Decodes character by character: what is not known to be valid.
  static func decode(
    _ bytes: UnsafePointer<UInt8>, count: Int, _ encoding: TextEncoding,
    _ errors: TextEncoding.ErrorHandling, _ engine: Engine
  ) throws(RaisedError) -> Value {
    var builder = TextBuilder(engine, capacity: count)
    defer { builder.deallocate() }
    var position = 0
    var rounds = 0
    while position < count {
      // What is ignored appends nothing.
      rounds += 1
      if rounds & (Piece.characters - 1) == 0 { try engine.checkInterruption() }
      let byte = bytes[position]
      if byte < 0x80 || encoding == .latin1 {
        try builder.append(scalar: Unicode.Scalar(byte))
        position += 1
        continue
      }
      if encoding == .utf8 {
        let length = TextScanning.validLength(bytes + position, count: count - position)
        if length > 0 {
          try builder.append(bytes + position, count: length, scalarCount: 1)
          position += length
          continue
        }
      }
      if errors == .strict {
        throw engine.valueError("the bytes are not valid \(encoding.name) at position \(position)")
      }
      if errors == .replace { try builder.append(scalar: "\u{FFFD}") }
      position += encoding == .utf8 ? invalidLength(bytes + position, count - position) : 1
    }
    return try builder.finish()
  }

  /// How much of bytes that may be many is valid UTF-8, and its scalars.
  static func validate(
    _ bytes: UnsafePointer<UInt8>, count: Int, _ engine: Engine
  ) throws(RaisedError) -> (valid: Int, scalarCount: Int) {
    var (position, scalars) = (0, 0)
    while true {
      let length = min(Piece.bytes, count - position)
      let piece = TextScanning.validate(bytes + position, count: length)
      position += piece.valid
      scalars += piece.scalarCount
      // The last scalar of a piece may be cut off.
      if position == count || length < Piece.bytes || piece.valid < length - 3 {
        return (position, scalars)
      }
      try engine.checkInterruption()
    }
  }

  /// How many bytes at `bytes`, where no valid scalar is, one replacement character stands for: the
  /// beginning of a scalar that breaks off, or one byte.
  private static func invalidLength(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
    let length = TextScanning.length(ofScalarFrom: bytes[0])
    if bytes[0] < 0xC2 || bytes[0] > 0xF4 { return 1 }
    // The beginning of a scalar is valid when some completion of it is.
    var copy: (UInt8, UInt8, UInt8, UInt8) = (bytes[0], 0x80, 0x80, 0x80)
    return withUnsafeMutableBytes(of: &copy) { raw in
      let probe = raw.bindMemory(to: UInt8.self).baseAddress.unsafelyUnwrapped
      var taken = 1
      while taken < min(length - 1, count) {
        probe[taken] = bytes[taken]
        if TextScanning.validLength(probe, count: length) == 0 { break }
        taken += 1
      }
      return taken
    }
  }

  static func hex(_ call: NativeCall) throws(RaisedError) -> Value {
    let bytes = receiver(call)
    var builder = TextBuilder(call.engine, capacity: bytes.pointee.count * 2)
    defer { builder.deallocate() }
    let separator =
      call.isMissing(0)
      ? nil : try call.engine.expectString(call[0], "bytes.hex() expects a string")
    let digits = TextScanning.hexDigits.utf8Start
    for (index, byte) in bytes.buffer.enumerated() {
      if index > 0, let separator { try builder.append(separator) }
      try builder.append(digits[Int(byte >> 4)])
      try builder.append(digits[Int(byte & 15)])
    }
    return try builder.finish()
  }

  static func toList(_ call: NativeCall) throws(RaisedError) -> Value {
    let bytes = receiver(call)
    let count = bytes.pointee.count
    try call.engine.reserve(count.multipliedReportingOverflow(by: 16).partialValue)
    let list = call.engine.makeList(capacity: count)
    var pieces = Pieces(of: Piece.items, count)
    while try pieces.next(call.engine) {
      for index in pieces.range { list.pointee.items[index] = .int(Int(bytes.bytes[index])) }
    }
    list.pointee.count = count
    return Value(.list, list)
  }

  // MARK: Searching

  static func find(_ call: NativeCall) throws(RaisedError) -> Value {
    .int(try search(call, "find", isLast: false))
  }

  static func findLast(_ call: NativeCall) throws(RaisedError) -> Value {
    .int(try search(call, "rfind", isLast: true))
  }

  static func index(_ call: NativeCall) throws(RaisedError) -> Value {
    let place = try search(call, "index", isLast: false)
    if place < 0 { throw call.engine.valueError("the part is not in the bytes") }
    return .int(place)
  }

  private static func search(
    _ call: NativeCall, _ name: StaticString, isLast: Bool
  ) throws(RaisedError) -> Int {
    let part = try part(call, name)
    guard let window = try window(call, name) else { return -1 }
    let start = UnsafePointer(receiver(call).bytes + window.lowerBound)
    let place =
      isLast
      ? try call.engine.lastPlace(of: part.bytes, part.pointee.count, in: start, window.count)
      : try call.engine.firstPlace(of: part.bytes, part.pointee.count, in: start, window.count)
    return place < 0 ? -1 : window.lowerBound + place
  }

  static func count(_ call: NativeCall) throws(RaisedError) -> Value {
    let part = try part(call, "count")
    guard let window = try window(call, "count") else { return .int(0) }
    if part.pointee.count == 0 { return .int(window.count + 1) }
    return .int(
      try call.engine.countOccurrences(
        of: part.bytes, part.pointee.count,
        in: receiver(call).bytes + window.lowerBound, window.count))
  }

  static func contains(_ call: NativeCall) throws(RaisedError) -> Value {
    .bool(try call.engine.bytesContain(receiver(call), try part(call, "contains")))
  }

  static func startsWith(_ call: NativeCall) throws(RaisedError) -> Value {
    let part = try expectBytes(call[0], "startswith", call.engine)
    let bytes = receiver(call)
    if part.pointee.count > bytes.pointee.count { return .false }
    return .bool(
      try call.engine.compare(bytes.bytes, part.bytes, count: part.pointee.count) == 0)
  }

  static func endsWith(_ call: NativeCall) throws(RaisedError) -> Value {
    let part = try expectBytes(call[0], "endswith", call.engine)
    let bytes = receiver(call)
    let start = bytes.pointee.count - part.pointee.count
    if start < 0 { return .false }
    return .bool(
      try call.engine.compare(bytes.bytes + start, part.bytes, count: part.pointee.count) == 0)
  }

  static func isASCII(_ call: NativeCall) throws(RaisedError) -> Value {
    let bytes = receiver(call)
    var isASCII = true
    var position = 0
    try call.engine.scan(from: &position, to: bytes.pointee.count) {
      (position, pause) throws(RaisedError) in
      for index in position..<pause where bytes.bytes[index] >= 0x80 { isASCII = false }
      position = pause
      return isASCII
    }
    return .bool(isASCII)
  }

  // MARK: Taking apart and putting together

  static func split(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let bytes = receiver(call)
    let count = bytes.pointee.count
    var left = try limit(call, 1, "split")
    let list = engine.makeList(capacity: 0)
    var start = 0

    /// Appends a part of the receiver; the list may become long.
    func append(_ start: Int, _ end: Int) throws(RaisedError) {
      if list.pointee.count == list.pointee.capacity, list.pointee.capacity >= 2048 {
        try engine.reserve(list.pointee.capacity * 24)
      }
      engine.append(try engine.bytesSlice(bytes, from: start, to: end), to: list)
      if list.pointee.count & (Piece.items - 1) == 0 { try engine.checkInterruption() }
    }

    /// Moves a position on over white space, or over what is none.
    func skip(_ position: inout Int, spaces: Bool) throws(RaisedError) {
      try engine.scan(from: &position, to: count) { (position, pause) throws(RaisedError) in
        while position < pause {
          if isSpace(bytes.bytes[position]) != spaces { return false }
          position += 1
        }
        return true
      }
    }

    if call.isMissing(0) {
      while true {
        try skip(&start, spaces: true)
        if start == count { break }
        if left == 0 {
          try append(start, count)
          break
        }
        var end = start
        try skip(&end, spaces: false)
        try append(start, end)
        left -= 1
        start = end
      }
      return Value(.list, list)
    }
    let separator = try expectBytes(call[0], "split", engine)
    if separator.pointee.count == 0 {
      throw engine.valueError("bytes.split() expects a separator that is not empty")
    }
    var places = Occurrences(
      engine, of: separator.bytes, separator.pointee.count, in: bytes.bytes, count)
    while left > 0 {
      let place = try places.next()
      if place < 0 { break }
      try append(start, place)
      start = place + separator.pointee.count
      left -= 1
    }
    try append(start, count)
    return Value(.list, list)
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 0x09 < 5 }

  static func join(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    var list = call[0].tag == .list ? call[0].list : engine.makeList(capacity: 0)
    if call[0].tag != .list {
      engine.root(Value(.list, list))
      let iterator = try engine.iterate(call[0])
      engine.root(iterator)
      while true {
        let item = try engine.next(iterator)
        if item.isUndefined { break }
        engine.append(item, to: list)
      }
    } else if list.pointee.count == 0 {
      list = engine.makeList(capacity: 0)
    }
    let separator = receiver(call)
    var count = 0
    var pieces = Pieces(of: Piece.items, list.pointee.count)
    while try pieces.next(engine) {
      for index in pieces.range {
        let item = try expectBytes(list.pointee.items[index], "join", engine)
        if index > 0 { count += separator.pointee.count }
        count += item.pointee.count
      }
    }
    try engine.reserve(count)
    let result = engine.allocateBytes(count: count)
    var output = result.bytes
    pieces = Pieces(of: Piece.items, list.pointee.count)
    while try pieces.next(engine) {
      for index in pieces.range {
        if index > 0 {
          try engine.copy(separator.bytes, to: output, count: separator.pointee.count)
          output += separator.pointee.count
        }
        let item = list.pointee.items[index].byteString
        try engine.copy(item.bytes, to: output, count: item.pointee.count)
        output += item.pointee.count
      }
    }
    return Value(.bytes, result)
  }

  static func replace(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let bytes = receiver(call)
    let old = try expectBytes(call[0], "replace", engine)
    let new = try expectBytes(call[1], "replace", engine)
    var left = try limit(call, 2, "replace")
    let count = bytes.pointee.count
    if old.pointee.count > count { return call.receiver }
    var builder = TextBuilder(engine, capacity: count)
    defer { builder.deallocate() }
    var start = 0
    if old.pointee.count == 0 {
      // With nothing to look for, a replacement stands before each byte and at the end.
      while left > 0 {
        try builder.append(new.bytes, count: new.pointee.count, scalarCount: 0)
        left -= 1
        if start == count { break }
        try builder.append(bytes.bytes + start, count: 1, scalarCount: 0)
        start += 1
      }
    } else {
      var places = Occurrences(
        engine, of: old.bytes, old.pointee.count, in: bytes.bytes, count)
      while left > 0 {
        let place = try places.next()
        if place < 0 { break }
        try builder.append(bytes.bytes + start, count: place - start, scalarCount: 0)
        try builder.append(new.bytes, count: new.pointee.count, scalarCount: 0)
        start = place + old.pointee.count
        left -= 1
      }
    }
    try builder.append(bytes.bytes + start, count: count - start, scalarCount: 0)
    return try engine.makeBytes(copying: builder.bytes, count: builder.count)
  }

  // MARK: Changing

  static func strip(_ call: NativeCall) throws(RaisedError) -> Value {
    try strip(call, "strip", atStart: true, atEnd: true)
  }

  static func stripLeft(_ call: NativeCall) throws(RaisedError) -> Value {
    try strip(call, "lstrip", atStart: true, atEnd: false)
  }

  static func stripRight(_ call: NativeCall) throws(RaisedError) -> Value {
    try strip(call, "rstrip", atStart: false, atEnd: true)
  }

  private static func strip(
    _ call: NativeCall, _ name: StaticString, atStart: Bool, atEnd: Bool
  ) throws(RaisedError) -> Value {
    let bytes = receiver(call)
    let set = call.isMissing(0) ? nil : try expectBytes(call[0], name, call.engine)
    func isStripped(_ byte: UInt8) -> Bool {
      set.map { bytes in bytes.buffer.contains(byte) } ?? isSpace(byte)
    }
    var (start, end) = (0, bytes.pointee.count)
    while atStart, start < end, isStripped(bytes.bytes[start]) {
      start += 1
      if start & (Piece.items - 1) == 0 { try call.engine.checkInterruption() }
    }
    while atEnd, end > start, isStripped(bytes.bytes[end - 1]) {
      end -= 1
      if end & (Piece.items - 1) == 0 { try call.engine.checkInterruption() }
    }
    return try call.engine.bytesSlice(bytes, from: start, to: end)
  }

  static func upper(_ call: NativeCall) throws(RaisedError) -> Value {
    try map(call) { byte in byte &- UInt8(ascii: "a") < 26 ? byte & 0xDF : byte }
  }

  static func lower(_ call: NativeCall) throws(RaisedError) -> Value {
    try map(call) { byte in byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte }
  }

  @inline(__always)
  private static func map(
    _ call: NativeCall, _ change: (UInt8) -> UInt8
  ) throws(RaisedError) -> Value {
    let bytes = receiver(call)
    try call.engine.reserve(bytes.pointee.count)
    let result = call.engine.allocateBytes(count: bytes.pointee.count)
    let (input, output) = (bytes.bytes, result.bytes)
    var pieces = Pieces(of: Piece.bytes, bytes.pointee.count)
    while try pieces.next(call.engine) {
      for index in pieces.range { output[index] = change(input[index]) }
    }
    return Value(.bytes, result)
  }

  static func reverse(_ call: NativeCall) throws(RaisedError) -> Value {
    let bytes = receiver(call)
    let count = bytes.pointee.count
    try call.engine.reserve(count)
    let result = call.engine.allocateBytes(count: count)
    var pieces = Pieces(of: Piece.bytes, count)
    while try pieces.next(call.engine) {
      for index in pieces.range { result.bytes[count - 1 - index] = bytes.bytes[index] }
    }
    return Value(.bytes, result)
  }
}
