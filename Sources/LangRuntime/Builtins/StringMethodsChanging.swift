#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// Replacing, stripping, filling up.

extension StringMethods {
  // MARK: Replacing

  static func replace(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let text = call.text
    let old = try call.stringArgument(0, "replace")
    let new = try call.stringArgument(1, "replace")
    let limit = try call.intArgument(2, "replace", default: -1)
    let most = limit < 0 ? Int.max : limit
    if most == 0 { return call.receiver }
    if old.count == 0 { return try insert(new, between: text, limit: most, engine) }
    var places = Occurrences(engine, of: old.bytes, old.count, in: text.bytes, text.count)
    var place = try places.next()
    if place < 0 { return call.receiver }
    if old.count == 1, new.count == 1, most == Int.max {
      return try replaceByte(text, old.bytes[0], new.bytes[0], engine)
    }

    var builder = TextBuilder(engine, capacity: text.count)
    defer { builder.deallocate() }
    try prepareToGrow(&builder, text, old, new, limit: most)
    var replaced = 0
    var start = 0
    // The scalars of the pieces are not counted one by one: the sum follows from the replacements.
    while true {
      try builder.append(text.bytes + start, count: place - start, scalarCount: 0)
      try builder.append(new.bytes, count: new.count, scalarCount: 0)
      start = place + old.count
      replaced += 1
      if replaced == most { break }
      place = try places.next()
      if place < 0 { break }
    }
    try builder.append(text.bytes + start, count: text.count - start, scalarCount: 0)
    let difference = Int(new.pointee.scalarCount) - Int(old.pointee.scalarCount)
    return try builder.finish(scalarCount: Int(text.pointee.scalarCount) + replaced * difference)
  }

  /// Makes room for all of a result that may be much longer than `text`, so that one which is too
  /// long is refused before it is begun.
  private static func prepareToGrow(
    _ builder: inout TextBuilder, _ text: StringReference, _ old: StringReference,
    _ new: StringReference, limit: Int
  ) throws(RaisedError) {
    let growth = new.count - old.count
    if growth <= 0 { return }
    if min(limit, text.count / old.count) <= TextBuilder.unaskedCapacity / growth { return }
    let found = try builder.engine.countOccurrences(
      of: old.bytes, old.count, in: text.bytes, text.count)
    let (added, overflow) = min(found, limit).multipliedReportingOverflow(by: growth)
    try builder.allocate(overflow ? Int.max : text.count + added)
  }

  /// Both bytes are ASCII characters.
  private static func replaceByte(
    _ text: StringReference, _ old: UInt8, _ new: UInt8, _ engine: Engine
  ) throws(RaisedError) -> Value {
    if text.count == 1 { return engine.character(new) }
    try engine.reserveString(text.count)
    let result = engine.allocateString(
      byteCount: text.count, scalarCount: Int(text.pointee.scalarCount))
    let (input, output) = (text.bytes, result.bytes)
    var pieces = Pieces(of: Piece.bytes, text.count)
    while try pieces.next(engine) {
      for index in pieces.range {
        let byte = input[index]
        output[index] = byte == old ? new : byte
      }
    }
    return Value(.string, result)
  }

  /// `new` before each scalar and at the end, at most `limit` times.
  private static func insert(
    _ new: StringReference, between text: StringReference, limit: Int, _ engine: Engine
  ) throws(RaisedError) -> Value {
    var builder = TextBuilder(engine)
    defer { builder.deallocate() }
    let places = min(limit, Int(text.pointee.scalarCount) + 1)
    let (added, overflow) = places.multipliedReportingOverflow(by: new.count)
    try builder.allocate(overflow ? Int.max : text.count + added)
    var left = limit
    var position = 0
    while left > 0 {
      try builder.append(new)
      left -= 1
      if position == text.count { return try builder.finish() }
      let length = TextScanning.length(ofScalarFrom: text.bytes[position])
      try builder.append(text.bytes + position, count: length, scalarCount: 1)
      position += length
    }
    try builder.append(text.bytes + position, count: text.count - position)
    return try builder.finish()
  }

  static func translate(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let text = call.text
    guard call[0].tag == .map else {
      throw engine.typeError(
        "string.translate() expects a map, not \(engine.typeName(of: call[0]))")
    }
    let table = call[0].map
    var builder = TextBuilder(engine, capacity: text.count)
    defer { builder.deallocate() }
    var position = 0
    var rounds = 0
    while position < text.count {
      // What is removed appends nothing.
      rounds += 1
      if rounds & (Piece.items - 1) == 0 { try engine.checkInterruption() }
      let (scalar, length) = TextScanning.decode(text.bytes + position)
      position += length
      // A key is the character or, as in Python, its number.
      var entry = try engine.mapGet(table, engine.makeString(scalar))
      if entry.isUndefined { entry = try engine.mapGet(table, .int(Int(scalar.value))) }
      if entry.tag == .deferred { entry = try engine.resolved(entry) }
      switch entry.tag {
      case .undefined: try builder.append(scalar: scalar)
      case .nil: break
      case .string: try builder.append(entry.string)
      case .int:
        guard let value = UInt32(exactly: entry.int), let new = Unicode.Scalar(value) else {
          throw engine.valueError("string.translate() expects character numbers, not \(entry.int)")
        }
        try builder.append(scalar: new)
      default:
        throw engine.typeError(
          "string.translate() expects a map of strings, ints and nil, not of "
            + engine.typeName(of: entry))
      }
    }
    return try builder.finish()
  }

  static func expandTabs(_ call: NativeCall) throws(RaisedError) -> Value {
    let size = try call.intArgument(0, "expandtabs", default: 8)
    let text = call.text
    var builder = TextBuilder(call.engine, capacity: text.count)
    defer { builder.deallocate() }
    var column = 0
    var position = 0
    try call.engine.scan(from: &position, to: text.count) {
      (position, pause) throws(RaisedError) in
      while position < pause {
        let byte = text.bytes[position]
        if byte == UInt8(ascii: "\t") {
          let spaces = size > 0 ? size - column % size : 0
          try builder.append(" ", times: spaces)
          column += spaces
          position += 1
          continue
        }
        column = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") ? 0 : column + 1
        let length = TextScanning.length(ofScalarFrom: byte)
        try builder.append(text.bytes + position, count: length, scalarCount: 1)
        position += length
      }
      return true
    }
    return try builder.finish()
  }

  static func reverse(_ call: NativeCall) throws(RaisedError) -> Value {
    let text = call.text
    if text.count < 2 { return call.receiver }
    try call.engine.reserveString(text.count)
    let result = call.engine.allocateString(
      byteCount: text.count, scalarCount: Int(text.pointee.scalarCount))
    var position = 0
    try call.engine.scan(from: &position, to: text.count) {
      (position, pause) throws(RaisedError) in
      while position < pause {
        let length = TextScanning.length(ofScalarFrom: text.bytes[position])
        let target = result.bytes + (text.count - position - length)
        for index in 0..<length { target[index] = text.bytes[position + index] }
        position += length
      }
      return true
    }
    return Value(.string, result)
  }

  // MARK: Stripping

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
    let text = call.text
    var start = 0
    var end = text.count
    if call.isMissing(0) {
      if atStart { start = try skipSpaces(text, from: 0, call.engine) }
      if atEnd, start < end { end = try skipSpacesBackwards(text, from: end, call.engine) }
    } else {
      let characters = try call.stringArgument(0, name)
      var rounds = 0
      while atStart, start < end {
        let length = TextScanning.length(ofScalarFrom: text.bytes[start])
        if try !contains(characters, text.bytes + start, length, call.engine) { break }
        start += length
        rounds += 1
        if rounds & (Piece.items - 1) == 0 { try call.engine.checkInterruption() }
      }
      while atEnd, end > start {
        let length = TextScanning.decodeLast(text.bytes, end: end).length
        if try !contains(characters, text.bytes + end - length, length, call.engine) { break }
        end -= length
        rounds += 1
        if rounds & (Piece.items - 1) == 0 { try call.engine.checkInterruption() }
      }
    }
    return try call.engine.makeSubstring(text, from: start, to: end)
  }

  /// Whether the scalar of `length` bytes is one of `characters`.
  @inline(__always)
  private static func contains(
    _ characters: StringReference, _ scalar: UnsafePointer<UInt8>, _ length: Int, _ engine: Engine
  ) throws(RaisedError) -> Bool {
    try engine.firstPlace(of: scalar, length, in: characters.bytes, characters.count) >= 0
  }

  static func removePrefix(_ call: NativeCall) throws(RaisedError) -> Value {
    let prefix = try call.stringArgument(0, "removeprefix")
    let text = call.text
    if prefix.count > text.count { return call.receiver }
    if try call.engine.compare(text.bytes, prefix.bytes, count: prefix.count) != 0 {
      return call.receiver
    }
    return try call.engine.makeSubstring(text, from: prefix.count, to: text.count)
  }

  static func removeSuffix(_ call: NativeCall) throws(RaisedError) -> Value {
    let suffix = try call.stringArgument(0, "removesuffix")
    let text = call.text
    let start = text.count - suffix.count
    if start < 0 { return call.receiver }
    if try call.engine.compare(text.bytes + start, suffix.bytes, count: suffix.count) != 0 {
      return call.receiver
    }
    return try call.engine.makeSubstring(text, from: 0, to: start)
  }

  // MARK: Filling up

  static func center(_ call: NativeCall) throws(RaisedError) -> Value {
    let (width, missing) = try fillWidth(call, "center")
    // Python's choice of the side that gets more when it is not even.
    let before = missing / 2 + (missing & width & 1)
    return try fill(call, "center", before: before, behind: missing - before)
  }

  static func justifyLeft(_ call: NativeCall) throws(RaisedError) -> Value {
    try fill(call, "ljust", before: 0, behind: fillWidth(call, "ljust").missing)
  }

  static func justifyRight(_ call: NativeCall) throws(RaisedError) -> Value {
    try fill(call, "rjust", before: fillWidth(call, "rjust").missing, behind: 0)
  }

  private static func fillWidth(
    _ call: NativeCall, _ name: StaticString
  ) throws(RaisedError) -> (width: Int, missing: Int) {
    let width = try call.engine.expectInt(call[0], "string.\(name)() expects an int")
    let length = Int(call.text.pointee.scalarCount)
    return (width, width > length ? width - length : 0)
  }

  private static func fill(
    _ call: NativeCall, _ name: StaticString, before: Int, behind: Int
  ) throws(RaisedError) -> Value {
    var fill: Unicode.Scalar = " "
    if !call.isMissing(1) {
      let given = try call.stringArgument(1, name)
      guard given.pointee.scalarCount == 1 else {
        throw call.engine.valueError("string.\(name)() expects one character to fill with")
      }
      fill = TextScanning.decode(given.bytes).scalar
    }
    if before == 0, behind == 0 { return call.receiver }
    var builder = TextBuilder(call.engine)
    defer { builder.deallocate() }
    try builder.append(fill, times: before)
    try builder.append(call.text)
    try builder.append(fill, times: behind)
    return try builder.finish()
  }

  static func zeroFill(_ call: NativeCall) throws(RaisedError) -> Value {
    let (_, missing) = try fillWidth(call, "zfill")
    if missing == 0 { return call.receiver }
    let text = call.text
    let hasSign =
      text.count > 0 && (text.bytes[0] == UInt8(ascii: "-") || text.bytes[0] == UInt8(ascii: "+"))
    let sign = hasSign ? 1 : 0
    var builder = TextBuilder(call.engine)
    defer { builder.deallocate() }
    try builder.append(ascii: text.bytes, count: sign)
    try builder.append("0", times: missing)
    try builder.append(text.bytes + sign, count: text.count - sign)
    return try builder.finish()
  }
}
