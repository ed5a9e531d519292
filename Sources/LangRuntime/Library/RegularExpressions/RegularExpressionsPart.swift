import Lang

/// The part `_re` of the standard library: what the module `re` does with PCRE2.
struct RegularExpressionsPart {
  let context: MatchingContext

  static func initialize(_ engine: Engine, _ module: ModuleReference) throws(RaisedError) {
    let part = RegularExpressionsPart(context: MatchingContext(engine))
    try engine.define(part.definitions, in: module)
  }

  private var definitions: [NativeDefinition] {
    [
      NativeDefinition(
        "adopt", "match, pattern_error, limit_error", "Makes the classes of the module re known."
      ) { (call) throws(RaisedError) -> Value in
        try context.adopt(
          match: call[0], patternError: call[1], limitError: call[2], call.engine)
        return .nil
      },
      NativeDefinition(
        "compile", "pattern, flags, steps", "Compiles a pattern; flags are the bits of an int.",
        body: compile),
      NativeDefinition("group_count", "code", "The number of groups.") {
        (call) throws(RaisedError) -> Value in
        .int(try expression(call).groupCount)
      },
      NativeDefinition("group_names", "code", "A map from the names of groups to their numbers.") {
        (call) throws(RaisedError) -> Value in
        try names(try expression(call), call.engine, .nil) { (name) throws(RaisedError) in
          .int(name.group)
        }
      },
      NativeDefinition(
        "find", "code, pattern, text, start, end, kind",
        "The first match: anywhere (0), at the start (1), or of the whole text (2).", body: find),
      NativeDefinition(
        "find_all", "code, text, start, end", "A list of all matches.", body: findAll),
      NativeDefinition(
        "begin", "code, text, start, end", "Where to begin with find_some.", body: begin),
      NativeDefinition(
        "find_some", "code, pattern, text, place, most",
        "A list of the next matches, and where to go on; nil at the end.", body: findSome),
      NativeDefinition(
        "replace", "code, pattern, text, replacement, count",
        "The text with matches replaced, and how many.", body: replace),
      NativeDefinition("split", "code, text, limit", "The parts between matches.", body: split),
      NativeDefinition("escape", "text", "A pattern that matches just the text.", body: escape),
      NativeDefinition("group", "match, group", "The text of a group.") {
        (call) throws(RaisedError) -> Value in
        let match = try FoundMatch(call[0], context, call.engine)
        return try match.text(try match.number(call[1], "re.group"))
      },
      NativeDefinition("groups", "match, missing", "A tuple of the texts of all groups.") {
        (call) throws(RaisedError) -> Value in
        let match = try FoundMatch(call[0], context, call.engine)
        let groups = call.engine.makeTuple(count: match.groupCount)
        for number in 0..<match.groupCount {
          groups.items[number] = try match.text(number + 1, call[1])
        }
        call.engine.noteStores(groups)
        return Value(.tuple, groups)
      },
      NativeDefinition("named", "match, missing", "A map of the texts of the named groups.") {
        (call) throws(RaisedError) -> Value in
        let match = try FoundMatch(call[0], context, call.engine)
        return try names(try match.expression(), call.engine, call[1]) {
          (name) throws(RaisedError) in
          try match.text(name.group)
        }
      },
      NativeDefinition("span", "match, group", "Where a group begins and ends, or nil.") {
        (call) throws(RaisedError) -> Value in
        let match = try FoundMatch(call[0], context, call.engine)
        guard let span = try match.span(try match.number(call[1], "re.span")) else { return .nil }
        return call.engine.makeTuple(
          .int(try match.character(at: span.lowerBound)),
          .int(try match.character(at: span.upperBound)))
      },
      NativeDefinition("before", "match", "The text before the match.") {
        (call) throws(RaisedError) -> Value in
        let match = try FoundMatch(call[0], context, call.engine)
        return try match.subject.slice(0, try match.span(0)?.lowerBound ?? 0, call.engine)
      },
      NativeDefinition("after", "match", "The text behind the match.") {
        (call) throws(RaisedError) -> Value in
        let match = try FoundMatch(call[0], context, call.engine)
        let count = match.subject.count
        return try match.subject.slice(try match.span(0)?.upperBound ?? count, count, call.engine)
      },
      NativeDefinition("name", "match", "The name of the first named group in the match, or nil.") {
        (call) throws(RaisedError) -> Value in
        let match = try FoundMatch(call[0], context, call.engine)
        for name in try match.expression().names where try match.span(name.group) != nil {
          return makeString(name.bytes, call.engine)
        }
        return .nil
      },
      NativeDefinition("expand", "match, replacement", "A replacement, filled in.", body: expand),
    ]
  }

  // MARK: Arguments

  /// The pattern that the first argument is.
  func expression(_ call: NativeCall) throws(RaisedError) -> RegularExpression {
    if let expression = call.engine.foreign(call[0], as: RegularExpression.self) {
      return expression
    }
    throw call.engine.typeError("_re expects a compiled pattern")
  }

  /// A text for a pattern: a string, or bytes.
  func subject(
    _ value: Value, _ expression: RegularExpression, _ engine: Engine, _ caller: StaticString,
    _ name: StaticString = "text"
  ) throws(RaisedError) -> Subject {
    if expression.isForBytes ? value.tag == .bytes : value.isString { return Subject(value) }
    let wanted = expression.isForBytes ? "bytes" : "a string"
    let reason =
      value.isString || value.tag == .bytes
      ? ": the pattern is \(expression.isForBytes ? "bytes" : "a string")" : ""
    throw engine.typeError(
      "re.\(caller)() expects \(wanted) for '\(name)', not \(engine.typeName(of: value))\(reason)")
  }

  /// The bytes of a text between two positions in characters, as slices mean them; nil when the first
  /// is behind the last.
  func window(
    _ call: NativeCall, _ index: Int, _ subject: Subject, _ caller: StaticString
  ) throws(RaisedError) -> (start: Int, end: Int)? {
    let (first, last) = (call[index], call[index + 1])
    if last.isNil && first.isInt && first.int == 0 { return (0, subject.count) }
    let engine = call.engine
    let length = subject.isBytes ? subject.count : Int(subject.value.string.pointee.scalarCount)
    var start =
      first.isNil ? 0 : try engine.expectInt(first, "re.\(caller)() expects an int for 'start'")
    var end =
      last.isNil ? length : try engine.expectInt(last, "re.\(caller)() expects an int for 'end'")
    if start < 0 { start = max(0, start + length) }
    if end < 0 { end = max(0, end + length) }
    end = min(end, length)
    if start > end { return nil }
    if subject.hasByteIndexes { return (start, end) }
    return (
      try engine.byteOffset(subject.value.string, start),
      try engine.byteOffset(subject.value.string, end)
    )
  }

  /// How often at most: any number when it is nil or negative.
  func most(
    _ value: Value, _ engine: Engine, _ caller: StaticString, _ name: StaticString
  ) throws(RaisedError) -> Int {
    if value.isNil { return Int.max }
    let most = try engine.expectInt(value, "re.\(caller)() expects an int for '\(name)'")
    return most < 0 ? Int.max : most
  }

  // MARK: Results

  func makeString(_ bytes: [UInt8], _ engine: Engine) -> Value {
    bytes.withUnsafeBufferPointer {
      // Names are never empty.
      engine.makeString($0.baseAddress.unsafelyUnwrapped, count: $0.count)
    }
  }

  /// A map from the names of groups to something; of groups with the same name the first one counts that
  /// has it, and without any it is `missing`.
  private func names(
    _ expression: RegularExpression, _ engine: Engine, _ missing: Value,
    _ value: (RegularExpression.Name) throws(RaisedError) -> Value
  ) throws(RaisedError) -> Value {
    let map = engine.makeMap()
    for name in expression.names {
      try engine.mapSet(map, makeString(name.bytes, engine), missing)
    }
    for name in expression.names.reversed() {
      let value = try value(name)
      if !value.isNil { try engine.mapSet(map, makeString(name.bytes, engine), value) }
    }
    return Value(.map, map)
  }

  /// Appends to a list that may become long.
  func append(_ value: Value, to list: ListReference, _ engine: Engine) throws(RaisedError) {
    if list.pointee.count == list.pointee.capacity, list.pointee.capacity >= 2048 {
      try engine.reserve(list.pointee.capacity * 24)
    }
    engine.append(value, to: list)
    if list.pointee.count & (Piece.items - 1) == 0 { try engine.checkInterruption() }
  }

  // MARK: Compiling

  private func compile(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    guard call[0].isString || call[0].tag == .bytes else {
      throw engine.typeError(
        "re.compile() expects a string or bytes for 'pattern', not "
          + engine.typeName(of: call[0]))
    }
    let flags = try engine.expectInt(call[1], "_re.compile() expects an int for 'flags'")
    var steps: Int?
    if !call[2].isNil {
      let limit = try engine.expectInt(call[2], "re.compile() expects an int for 'step_limit'")
      if limit < 1 {
        throw engine.valueError("re.compile() expects 'step_limit' to be 1 or more, not \(limit)")
      }
      steps = limit
    }
    let expression = try RegularExpression(
      call[0], RegularExpression.Flags(rawValue: flags), stepLimit: steps, context, engine)
    return engine.makeForeign(expression)
  }

  private func escape(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    guard call[0].isString || call[0].tag == .bytes else {
      throw engine.typeError(
        "re.escape() expects a string or bytes for 'text', not \(engine.typeName(of: call[0]))")
    }
    let subject = Subject(call[0])
    var builder = TextBuilder(engine, capacity: subject.count)
    defer { builder.deallocate() }
    var pieces = Pieces(of: Piece.characters, subject.count)
    while try pieces.next(engine) {
      for index in pieces.range {
        let byte = subject.bytes[index]
        if RegularExpressionsPart.isSpecial(byte) { try builder.append(UInt8(ascii: "\\")) }
        try builder.append(byte)
      }
    }
    if subject.isBytes {
      return try engine.makeBytes(copying: builder.bytes, count: builder.count)
    }
    if builder.count == subject.count { return subject.value }
    let added = builder.count - subject.count
    return try builder.finish(
      scalarCount: Int(subject.value.string.pointee.scalarCount) + added)
  }

  /// Whether a character means something else than itself in a pattern, a verbose one too.
  private static func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"),
      UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "?"), UInt8(ascii: "*"),
      UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "|"), UInt8(ascii: "^"),
      UInt8(ascii: "$"), UInt8(ascii: "\\"), UInt8(ascii: "."), UInt8(ascii: "&"),
      UInt8(ascii: "~"), UInt8(ascii: "#"), UInt8(ascii: " "), 0x09...0x0D:
      return true
    default:
      return false
    }
  }
}
