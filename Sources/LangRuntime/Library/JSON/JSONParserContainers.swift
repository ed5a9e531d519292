// Containers, functions of the program, and errors.

extension JSONParser {
  // MARK: Containers

  /// Makes room for values.
  @inline(never)
  func growScratch(
    _ top: inout UnsafeMutablePointer<Value>, _ limit: inout UnsafeMutablePointer<Value>
  ) throws(RaisedError) {
    let count = top - scratch.pointee.items
    let capacity = scratch.pointee.capacity
    try engine.reserve(capacity * MemoryLayout<Value>.stride * 2)
    scratch.pointee.items = engine.pointee.heap.resizeExternal(
      scratch.pointee.items, count: count, from: capacity, to: capacity * 2)
    scratch.pointee.capacity = capacity * 2
    top = scratch.pointee.items + count
    limit = scratch.pointee.items + capacity * 2
  }

  /// A list of items.
  @inline(__always)
  func list(
    _ items: UnsafeMutablePointer<Value>, _ count: Int
  ) throws(RaisedError) -> ListReference {
    if count > Piece.items { try engine.reserve(count * MemoryLayout<Value>.stride) }
    let list = engine.makeList(capacity: count)
    if count <= 8 {
      for index in 0..<count { list.pointee.items[index] = items[index] }
    } else {
      try engine.copy(items, to: list.pointee.items, count: count)
    }
    list.pointee.count = count
    if hasUnresolved {
      try engine.noteStoresInPieces(list.pointee.items, count, in: Value(.list, list).header)
    }
    return list
  }

  /// A map of keys, each with its value behind it.
  @inline(__always)
  func map(
    _ items: UnsafeMutablePointer<Value>, _ top: UnsafeMutablePointer<Value>, _ frame: JSONFrame
  ) throws(RaisedError) -> MapReference {
    let count = (top - items) / 2
    let entries = UnsafeMutableRawPointer(items).assumingMemoryBound(to: MapEntry.self)
    if !hasUnresolved, let map = try engine.makeMap(ofDistinct: entries, count: count) {
      return map
    }
    return try mapWithDuplicates(entries, count: count, frame)
  }

  @inline(never)
  private func mapWithDuplicates(
    _ entries: UnsafeMutablePointer<MapEntry>, count: Int, _ frame: JSONFrame
  ) throws(RaisedError) -> MapReference {
    let map = engine.makeMap()
    var pieces = Pieces(of: Piece.items, count)
    while try pieces.next(engine) {
      for index in pieces.range {
        let entry = entries[index]
        if options.duplicates != .last, try engine.mapContains(map, entry.key) {
          if options.duplicates == .first { continue }
          let key = try engine.repr(entry.key)
          throw failure(
            try placeOfKey(index, frame.opening), "the key \(key.string.text) occurs twice")
        }
        try engine.mapSet(map, entry.key, entry.value)
      }
    }
    return map
  }

  /// Where the key of the given number is in a map that begins at `opening` and is valid.
  private func placeOfKey(
    _ number: Int, _ opening: UnsafePointer<UInt8>
  ) throws(RaisedError) -> UnsafePointer<UInt8> {
    var position = opening + 1
    var depth = 0
    var commas = 0
    var pause = position + Piece.characters
    while true {
      if position >= pause {
        try engine.checkInterruption()
        pause = position + Piece.characters
      }
      switch position.pointee {
      case UInt8(ascii: "\""):
        if depth == 0 && commas == number { return position }
        position += 1
        while position.pointee != UInt8(ascii: "\"") {
          position += position.pointee == UInt8(ascii: "\\") ? 2 : 1
        }
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ",") where depth == 0: commas += 1
      default: break
      }
      position += 1
    }
  }

  // MARK: Functions of the program

  /// What a function gives for a value.
  ///
  /// What was read so far is rooted meanwhile.
  @inline(never)
  mutating func callHook(
    _ function: Value, _ value: Value, _ top: UnsafeMutablePointer<Value>, _ recentKey: inout Int
  ) throws(RaisedError) -> Value {
    scratch.pointee.count = top - scratch.pointee.items
    let collections = engine.pointee.heap.collectionNumber
    let result = try engine.resolved(try engine.call(function, value))
    if engine.pointee.heap.collectionNumber != collections {
      workspace.forgetCollectedKeys(engine)
      recentKey = 0
    }
    if result.isUnresolved {
      hasUnresolved = true
      // It is about to be put there.
      engine.noteStore(result, in: Value(.list, scratch).header)
    }
    return result
  }

  // MARK: Errors

  @inline(never)
  func failure(
    _ position: UnsafePointer<UInt8>, _ message: @autoclosure () throws(RaisedError) -> String
  ) -> RaisedError {
    place.failure(at: position, try message(), options.error)
  }

  /// The character at `position`, as messages show it.
  func shown(_ position: UnsafePointer<UInt8>) -> String {
    let (scalar, _) = TextScanning.decode(position)
    return TextScanning.isPrintable(scalar)
      ? String(Character(scalar)) : "U+" + padded(String(scalar.value, radix: 16, uppercase: true))
  }

  private func padded(_ digits: String) -> String {
    String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// What stands at `position`: a word, a number, a character, or the end.
  private func found(_ position: UnsafePointer<UInt8>) -> String {
    if position >= end { return "the end of the text" }
    func isOfWord(_ byte: UInt8) -> Bool {
      (byte | 0x20) &- UInt8(ascii: "a") < 26 || JSONScanning.isDigit(byte)
        || byte == UInt8(ascii: "_") || byte >= 0x80
    }
    if !isOfWord(position.pointee) {
      let text = shown(position)
      if text == "'" { return "\"'\"" }
      return text.utf8.count > 1 && text.hasPrefix("U+") ? text : "'\(text)'"
    }
    var length = 0
    while position + length < end, length < 40, isOfWord(position[length]) { length += 1 }
    // A scalar may be cut in the middle.
    while position + length < end, TextScanning.isContinuation(position[length]) { length += 1 }
    let text = String(
      decoding: UnsafeBufferPointer(start: position, count: length), as: UTF8.self)
    let isPrintable = text.unicodeScalars.allSatisfy(TextScanning.isPrintable)
    return isPrintable ? "'\(text)'" : shown(position)
  }

  /// Something else was expected.
  @inline(never)
  func unexpected(_ position: UnsafePointer<UInt8>, _ expected: String) -> RaisedError {
    failure(position, "expected \(expected), found \(found(position))")
  }

  /// What stands where a value is to be is none.
  @inline(never)
  func unexpectedValue(
    _ position: UnsafePointer<UInt8>, _ frame: JSONFrame?, _ top: UnsafeMutablePointer<Value>
  ) -> RaisedError {
    let expected = "expected a value, found \(found(position))"
    switch position.pointee {
    case UInt8(ascii: "]") where frame?.isMap == false:
      return failure(position, "\(expected): no ',' stands behind the last item")
    case UInt8(ascii: "'"): return failure(position, "\(expected): strings stand in double quotes")
    case UInt8(ascii: "/"), UInt8(ascii: "#"):
      return failure(position, "\(expected): JSON has no comments")
    case UInt8(ascii: "+"): return failure(position, "\(expected): a number has no '+'")
    case UInt8(ascii: "."):
      return failure(position, "\(expected): a number begins with a digit")
    default: break
    }
    for (word, known) in [("True", "true"), ("False", "false"), ("None", "null"), ("nil", "null")]
    where found(position) == "'\(word)'" {
      return failure(position, "\(expected): JSON writes \(known)")
    }
    for word in ["NaN", "Infinity", "nan", "inf"] where found(position) == "'\(word)'" {
      return failure(position, "\(expected): JSON has no number for it")
    }
    return failure(position, expected)
  }

  /// What stands where a key is to be is none.
  @inline(never)
  func unexpectedKey(
    _ position: UnsafePointer<UInt8>, of frame: JSONFrame, isFirst: Bool
  ) -> RaisedError {
    if position == end {
      return unexpectedItem(position, frame, isFirst ? "a key or '}'" : "a key")
    }
    let expected = "expected a key in double quotes\(isFirst ? " or '}'" : "")"
    let suffix =
      position.pointee == UInt8(ascii: "}") ? ": no ',' stands behind the last item" : ""
    return failure(position, "\(expected), found \(found(position))\(suffix)")
  }

  /// Neither a comma nor the end of the container.
  @inline(never)
  func unexpectedItem(
    _ position: UnsafePointer<UInt8>, _ frame: JSONFrame, _ expected: String? = nil
  ) -> RaisedError {
    let expected = expected ?? (frame.isMap ? "',' or '}'" : "',' or ']'")
    if position < end { return unexpected(position, expected) }
    return failure(
      position,
      "expected \(expected), found the end of the text: the \(frame.isMap ? "map" : "list") that "
        + "begins at \(try place.describe(frame.opening)) is not closed")
  }

  /// The text ends within a string, which begins at `start`.
  @inline(never)
  func unclosed(_ start: UnsafePointer<UInt8>?) -> RaisedError {
    guard let start else { return failure(end, "the text ends within an escape") }
    return failure(start, "the string that begins here is not closed")
  }

  @inline(never)
  func tooDeep(_ position: UnsafePointer<UInt8>) -> RaisedError {
    failure(position, "lists and maps are nested deeper than \(options.maximalDepth) ('max_depth')")
  }
}
