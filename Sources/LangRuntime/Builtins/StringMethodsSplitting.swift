#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// Taking text apart and putting it together.

extension StringMethods {
  // MARK: Splitting

  static func split(_ call: NativeCall) throws(RaisedError) -> Value {
    let limit = try call.intArgument(1, "split", default: -1)
    let list = call.engine.makeList(capacity: 0)
    if call.isMissing(0) {
      try splitAtSpaces(call, limit: limit < 0 ? Int.max : limit, into: list)
      return Value(.list, list)
    }
    let separator = try separator(call, "split")
    let text = call.text
    let (bytes, count) = (text.bytes, text.count)
    var left = limit < 0 ? Int.max : limit
    var start = 0
    var places = Occurrences(
      call.engine, of: separator.bytes, separator.count, in: bytes, count)
    while left > 0 {
      let place = try places.next()
      if place < 0 { break }
      try append(
        try call.engine.makeSubstring(text, from: start, to: place), to: list, call.engine)
      start = place + separator.count
      left -= 1
    }
    try append(try call.engine.makeSubstring(text, from: start, to: count), to: list, call.engine)
    return Value(.list, list)
  }

  static func rsplit(_ call: NativeCall) throws(RaisedError) -> Value {
    let limit = try call.intArgument(1, "rsplit", default: -1)
    let list = call.engine.makeList(capacity: 0)
    if call.isMissing(0) {
      try splitAtSpacesFromEnd(call, limit: limit < 0 ? Int.max : limit, into: list)
    } else {
      let separator = try separator(call, "rsplit")
      let text = call.text
      var left = limit < 0 ? Int.max : limit
      var end = text.count
      while left > 0 {
        let place = try call.engine.lastPlace(
          of: separator.bytes, separator.count, in: text.bytes, end)
        if place < 0 { break }
        if left & (Piece.items - 1) == 0 { try call.engine.checkInterruption() }
        try append(
          try call.engine.makeSubstring(text, from: place + separator.count, to: end), to: list,
          call.engine)
        end = place
        left -= 1
      }
      try append(try call.engine.makeSubstring(text, from: 0, to: end), to: list, call.engine)
    }
    try call.engine.reverse(list)
    return Value(.list, list)
  }

  /// Appends to a list that may become long, so that it cannot outgrow the memory limit.
  @inline(__always)
  private static func append(
    _ part: Value, to list: ListReference, _ engine: Engine
  ) throws(RaisedError) {
    if list.pointee.count == list.pointee.capacity, list.pointee.capacity >= 2048 {
      try engine.reserve(list.pointee.capacity * 24)
    }
    engine.append(part, to: list)
  }

  private static func separator(
    _ call: NativeCall, _ name: StaticString
  ) throws(RaisedError) -> StringReference {
    let separator = try call.stringArgument(0, name)
    if separator.count == 0 {
      throw call.engine.valueError("string.\(name)() expects a separator that is not empty")
    }
    return separator
  }

  /// Splits at runs of white space; there are no empty parts.
  private static func splitAtSpaces(
    _ call: NativeCall, limit: Int, into list: ListReference
  ) throws(RaisedError) {
    let text = call.text
    let (bytes, count) = (text.bytes, text.count)
    var left = limit
    var position = try skipSpaces(text, from: 0, call.engine)
    while position < count {
      if left & (Piece.items - 1) == 0 { try call.engine.checkInterruption() }
      if left == 0 {
        // The rest, with the white space at its end.
        try append(
          try call.engine.makeSubstring(text, from: position, to: count), to: list, call.engine)
        return
      }
      let start = position
      var pause = Piece.end(after: position, count)
      while position < count {
        let byte = bytes[position]
        if byte < 0x80 {
          if TextScanning.isSpace(ascii: byte) { break }
          position += 1
        } else {
          let (scalar, length) = TextScanning.decode(bytes + position)
          if TextScanning.isSpace(scalar) { break }
          position += length
        }
        if position >= pause {
          try call.engine.checkInterruption()
          pause = Piece.end(after: position, count)
        }
      }
      try append(
        try call.engine.makeSubstring(text, from: start, to: position), to: list, call.engine)
      left -= 1
      position = try skipSpaces(text, from: position, call.engine)
    }
  }

  /// As above from the end; the parts come last first.
  private static func splitAtSpacesFromEnd(
    _ call: NativeCall, limit: Int, into list: ListReference
  ) throws(RaisedError) {
    let text = call.text
    var left = limit
    var position = try skipSpacesBackwards(text, from: text.count, call.engine)
    while position > 0 {
      if left & (Piece.items - 1) == 0 { try call.engine.checkInterruption() }
      if left == 0 {
        try append(
          try call.engine.makeSubstring(text, from: 0, to: position), to: list, call.engine)
        return
      }
      let end = position
      while position > 0 {
        let (scalar, length) = TextScanning.decodeLast(text.bytes, end: position)
        if TextScanning.isSpace(scalar) { break }
        position -= length
        if position & (Piece.characters - 1) == 0 { try call.engine.checkInterruption() }
      }
      try append(
        try call.engine.makeSubstring(text, from: position, to: end), to: list, call.engine)
      left -= 1
      position = try skipSpacesBackwards(text, from: position, call.engine)
    }
  }

  /// The position of the first byte from `start` on that is not white space.
  @inline(__always)
  static func skipSpaces(
    _ text: StringReference, from start: Int, _ engine: Engine
  ) throws(RaisedError) -> Int {
    let pause = Piece.end(after: start, text.count)
    var position = start
    while position < pause {
      let (scalar, length) = TextScanning.decode(text.bytes + position)
      if !TextScanning.isSpace(scalar) { return position }
      position += length
    }
    return position < text.count ? try skipManySpaces(text, from: position, engine) : position
  }

  @inline(never)
  private static func skipManySpaces(
    _ text: StringReference, from start: Int, _ engine: Engine
  ) throws(RaisedError) -> Int {
    var position = start
    try engine.checkInterruption()
    try engine.scan(from: &position, to: text.count) { (position, pause) throws(RaisedError) in
      while position < pause {
        let (scalar, length) = TextScanning.decode(text.bytes + position)
        if !TextScanning.isSpace(scalar) { return false }
        position += length
      }
      return true
    }
    return position
  }

  /// The position behind the last byte before `end` that is not white space.
  @inline(__always)
  static func skipSpacesBackwards(
    _ text: StringReference, from end: Int, _ engine: Engine
  ) throws(RaisedError) -> Int {
    var position = end
    var rounds = 0
    while position > 0 {
      let (scalar, length) = TextScanning.decodeLast(text.bytes, end: position)
      if !TextScanning.isSpace(scalar) { break }
      position -= length
      rounds += 1
      if rounds & (Piece.characters - 1) == 0 { try engine.checkInterruption() }
    }
    return position
  }

  static func splitLines(_ call: NativeCall) throws(RaisedError) -> Value {
    let keepsEnds = call.isMissing(0) ? false : try call.engine.isTruthy(call[0])
    return Value(.list, try lines(call, keepsEnds: keepsEnds))
  }

  static func lines(_ call: NativeCall) throws(RaisedError) -> Value {
    Value(.list, try lines(call, keepsEnds: false))
  }

  private static func lines(_ call: NativeCall, keepsEnds: Bool) throws(RaisedError)
    -> ListReference
  {
    let list = call.engine.makeList(capacity: 0)
    let text = call.text
    let (bytes, count) = (text.bytes, text.count)
    var start = 0
    var position = 0
    try call.engine.scan(from: &position, to: count) { (position, pause) throws(RaisedError) in
      while position < pause {
        let length = lineEnd(bytes + position, count: count - position)
        if length == 0 {
          position += 1
          continue
        }
        let end = keepsEnds ? position + length : position
        try append(
          try call.engine.makeSubstring(text, from: start, to: end), to: list, call.engine)
        position += length
        start = position
      }
      return true
    }
    if start < count {
      try append(try call.engine.makeSubstring(text, from: start, to: count), to: list, call.engine)
    }
    return list
  }

  /// The length of the line end, one of Python's, that begins at `bytes`; 0 when none does.
  @inline(__always)
  private static func lineEnd(_ bytes: UnsafePointer<UInt8>, count: Int) -> Int {
    let byte = bytes[0]
    if byte > 0x1E && byte < 0xC2 { return 0 }
    switch byte {
    case UInt8(ascii: "\r"): return count > 1 && bytes[1] == UInt8(ascii: "\n") ? 2 : 1
    case UInt8(ascii: "\n"), 0x0B, 0x0C, 0x1C, 0x1D, 0x1E: return 1
    case 0xC2: return bytes[1] == 0x85 ? 2 : 0
    // U+2028 and U+2029
    case 0xE2: return bytes[1] == 0x80 && (bytes[2] == 0xA8 || bytes[2] == 0xA9) ? 3 : 0
    default: return 0
    }
  }

  static func partition(_ call: NativeCall) throws(RaisedError) -> Value {
    let separator = try separator(call, "partition")
    let text = call.text
    let place = try call.engine.firstPlace(
      of: separator.bytes, separator.count, in: text.bytes, text.count)
    return place < 0
      ? try parts(call, text.count, text.count) : try parts(call, place, place + separator.count)
  }

  static func rpartition(_ call: NativeCall) throws(RaisedError) -> Value {
    let separator = try separator(call, "rpartition")
    let text = call.text
    let place = try call.engine.lastPlace(
      of: separator.bytes, separator.count, in: text.bytes, text.count)
    return place < 0 ? try parts(call, 0, 0) : try parts(call, place, place + separator.count)
  }

  /// The receiver in three parts, cut at two byte positions.
  private static func parts(
    _ call: NativeCall, _ first: Int, _ second: Int
  ) throws(RaisedError) -> Value {
    let text = call.text
    let tuple = call.engine.makeTuple(count: 3)
    tuple.items[0] = try call.engine.makeSubstring(text, from: 0, to: first)
    tuple.items[1] = try call.engine.makeSubstring(text, from: first, to: second)
    tuple.items[2] = try call.engine.makeSubstring(text, from: second, to: text.count)
    return Value(.tuple, tuple)
  }

  // MARK: Joining

  static func join(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    if call[0].tag == .list {
      let list = call[0].list
      if let joined = try join(call, list.pointee.items, list.pointee.count) { return joined }
    } else if call[0].tag == .tuple {
      let tuple = call[0].tuple
      if let joined = try join(call, tuple.items, tuple.pointee.count) { return joined }
    }
    // Anything else is iterated over first, which may run code of the program.
    let list = engine.makeList(capacity: 0)
    engine.root(Value(.list, list))
    let iterator = try engine.iterate(call[0])
    engine.root(iterator)
    while true {
      var item = try engine.next(iterator)
      if item.isUndefined { break }
      if item.tag == .deferred { item = try engine.resolved(item) }
      guard item.isString else { throw notJoinable(call, item, list.pointee.count) }
      try append(item, to: list, engine)
    }
    return try join(call, list.pointee.items, list.pointee.count).unsafelyUnwrapped
  }

  private static func notJoinable(_ call: NativeCall, _ item: Value, _ index: Int) -> RaisedError {
    call.engine.typeError(
      "string.join() expects strings, not \(call.engine.typeName(of: item)) (item \(index))")
  }

  /// Joins strings that lie side by side; nil when a deferred name is among them.
  ///
  /// Their lengths are added up first, so that there is one allocation.
  private static func join(
    _ call: NativeCall, _ items: UnsafeMutablePointer<Value>, _ count: Int
  ) throws(RaisedError) -> Value? {
    let engine = call.engine
    let separator = call.text
    var byteCount = 0
    var scalarCount = 0
    // Is as long as the longest, or less than twice as long.
    var lengths = separator.count
    var pieces = Pieces(of: Piece.items, count)
    while try pieces.next(engine) {
      for index in pieces.range {
        let item = items[index]
        guard item.isString else {
          if item.tag == .deferred { return nil }
          throw notJoinable(call, item, index)
        }
        byteCount &+= Int(item.string.pointee.byteCount)
        lengths |= Int(item.string.pointee.byteCount)
        scalarCount &+= Int(item.string.pointee.scalarCount)
      }
    }
    if count == 0 { return Value(.string, engine.allocateString(byteCount: 0, scalarCount: 0)) }
    if count == 1 { return items[0] }
    // A count of items and a string's length are both below 2 ** 32 by far: no overflow.
    byteCount &+= separator.count &* (count - 1)
    scalarCount &+= Int(separator.pointee.scalarCount) &* (count - 1)
    try engine.reserveString(byteCount)

    let result = engine.allocateString(byteCount: byteCount, scalarCount: scalarCount)
    var output = result.bytes
    pieces = Pieces(of: Piece.items, count)
    while try pieces.next(engine) {
      if lengths <= Piece.bytes {
        output = append(items, pieces.range, separator, to: output)
        continue
      }
      for index in pieces.range {
        if index > 0 {
          try engine.copy(separator.bytes, to: output, count: separator.count)
          output += separator.count
        }
        let part = items[index].string
        try engine.copy(part.bytes, to: output, count: part.count)
        output += part.count
      }
    }
    return Value(.string, result)
  }

  /// Copies strings and what is between them, none of them long; gives where they end.
  ///
  /// By itself since a loop in which nothing throws has more registers.
  @inline(never)
  private static func append(
    _ items: UnsafeMutablePointer<Value>, _ range: Range<Int>, _ separator: StringReference,
    to start: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    let (between, betweenCount) = (separator.bytes, separator.count)
    var output = start
    for index in range {
      if index > 0, betweenCount > 0 {
        if betweenCount == 1 {
          output[0] = between[0]
        } else {
          memcpy(output, between, betweenCount)
        }
        output += betweenCount
      }
      let part = items[index].string
      let length = part.count
      if length == 1 {
        output[0] = part.bytes[0]
      } else {
        memcpy(output, part.bytes, length)
      }
      output += length
    }
    return output
  }

  // MARK: Characters and bytes

  static func characters(_ call: NativeCall) throws(RaisedError) -> Value {
    let text = call.text
    let count = Int(text.pointee.scalarCount)
    // An item, and a string of 32 bytes where the character is not ASCII.
    try call.engine.reserve(count * (text.isASCII ? 16 : 48))
    let list = call.engine.makeList(capacity: count)
    var position = 0
    var pieces = Pieces(of: Piece.items, count)
    while try pieces.next(call.engine) {
      for index in pieces.range {
        let (scalar, length) = TextScanning.decode(text.bytes + position)
        list.pointee.items[index] = call.engine.makeString(scalar)
        position += length
      }
    }
    list.pointee.count = count
    return Value(.list, list)
  }

  static func codePoints(_ call: NativeCall) throws(RaisedError) -> Value {
    let text = call.text
    let count = Int(text.pointee.scalarCount)
    try call.engine.reserve(count * MemoryLayout<Value>.stride)
    let list = call.engine.makeList(capacity: count)
    var position = 0
    var pieces = Pieces(of: Piece.items, count)
    while try pieces.next(call.engine) {
      for index in pieces.range {
        let (scalar, length) = TextScanning.decode(text.bytes + position)
        list.pointee.items[index] = .int(Int(scalar.value))
        position += length
      }
    }
    list.pointee.count = count
    return Value(.list, list)
  }

  static func utf8Bytes(_ call: NativeCall) throws(RaisedError) -> Value {
    try call.engine.reserve(call.text.count)
    return try call.engine.makeBytes(copying: call.text.bytes, count: call.text.count)
  }

  static func encode(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let text = call.text
    let (encoding, errors) = try TextEncoding.arguments(call, "string.encode()")
    if encoding == .utf8 || text.isASCII { return try utf8Bytes(call) }

    // Every character is one byte, or an error.
    let most: UInt32 = encoding == .ascii ? 0x7F : 0xFF
    try engine.reserve(Int(text.pointee.scalarCount))
    let result = engine.allocateBytes(count: Int(text.pointee.scalarCount))
    var count = 0
    var position = 0
    try engine.scan(from: &position, to: text.count) { (position, pause) throws(RaisedError) in
      while position < pause {
        let (scalar, length) = TextScanning.decode(text.bytes + position)
        if scalar.value <= most {
          result.bytes[count] = UInt8(truncatingIfNeeded: scalar.value)
          count += 1
        } else if errors == .replace {
          result.bytes[count] = UInt8(ascii: "?")
          count += 1
        } else if errors == .strict {
          let index = try engine.countScalars(text.bytes, count: position)
          throw engine.valueError(
            "the character '\(scalar)' at position \(index) does not exist in \(encoding.name)")
        }
        position += length
      }
      return true
    }
    return count == result.pointee.count
      ? Value(.bytes, result) : try engine.makeBytes(copying: result.bytes, count: count)
  }
}

/// The encodings that `encode` and `decode` know, and what they do where one does not fit.
enum TextEncoding {
  case utf8, ascii, latin1

  /// What happens to what cannot be converted.
  enum ErrorHandling {
    case strict, replace, ignore
  }

  /// The name that messages use.
  var name: String {
    switch self {
    case .utf8: "UTF-8"
    case .ascii: "ASCII"
    case .latin1: "Latin-1"
    }
  }

  /// The arguments `encoding?, errors?` of a method.
  static func arguments(
    _ call: NativeCall, _ method: StaticString
  ) throws(RaisedError) -> (TextEncoding, ErrorHandling) {
    let engine = call.engine
    var encoding = TextEncoding.utf8
    var errors = ErrorHandling.strict
    if !call.isMissing(0) {
      let name = try engine.expectString(call[0], "\(method) expects the name of an encoding").text
      switch name.lowercased() {
      case "utf-8", "utf8", "utf_8": encoding = .utf8
      case "ascii", "us-ascii": encoding = .ascii
      case "latin-1", "latin1", "latin_1", "iso-8859-1": encoding = .latin1
      default:
        throw engine.valueError(
          "\(method) knows the encodings \"utf-8\", \"ascii\" and \"latin-1\", not \"\(name)\"")
      }
    }
    if !call.isMissing(1) {
      let name = try engine.expectString(call[1], "\(method) expects errors as a string").text
      switch name {
      case "strict": errors = .strict
      case "replace": errors = .replace
      case "ignore": errors = .ignore
      default:
        throw engine.valueError(
          "\(method) knows the errors \"strict\", \"replace\" and \"ignore\", not \"\(name)\"")
      }
    }
    return (encoding, errors)
  }
}
