/// The native part `_json` of the library's module `json`.
///
/// Arguments come by position, options in the order of ``JSONParser/Options`` and
/// ``JSONFormatter/Options``. What a program may get wrong is checked here, and messages name the functions
/// of `json`.
enum JSONPart {
  static func initialize(_ engine: Engine, _ module: ModuleReference) throws(RaisedError) {
    let workspace = JSONWorkspace()
    try engine.define(
      [
        NativeDefinition(
          "parse", "text, max_depth, on_duplicate, object_hook, parse_float, error",
          "The value of a text in JSON."
        ) { (call) throws(RaisedError) -> Value in
          try parse(call, workspace)
        },
        NativeDefinition(
          "parse_line",
          "text, state, max_depth, on_duplicate, object_hook, parse_float, error",
          "Puts the value of the next line that is not blank into the state; whether there is one."
        ) { (call) throws(RaisedError) -> Value in
          try parseLine(call, workspace)
        },
        NativeDefinition(
          "format", "value, indent, sort_keys, ascii, default, max_depth",
          "The text of a value in JSON.", body: format),
      ], in: module)
  }

  // MARK: Parsing

  private static func parse(
    _ call: NativeCall, _ workspace: JSONWorkspace
  ) throws(RaisedError) -> Value {
    let options = try parserOptions(call, from: 1, "json.parse()")
    let text = try text(call[0], options, call.engine, "json.parse() expects a string or bytes")
    return try workspace.use { (workspace) throws(RaisedError) -> Value in
      var parser = JSONParser(
        call.engine, text.start, count: text.count, line: 1, options, workspace)
      defer { parser.deallocate() }
      return try parser.parse()
    }
  }

  /// The state is a list: the byte position of the next line, its number, and the value of the last.
  private static func parseLine(
    _ call: NativeCall, _ workspace: JSONWorkspace
  ) throws(RaisedError) -> Value {
    let engine = call.engine
    guard call[1].tag == .list, call[1].list.pointee.count == 3 else {
      throw engine.typeError("_json.parse_line() expects a list of three as its state")
    }
    let state = call[1].list
    let options = try parserOptions(call, from: 2, "json.parse_lines()")
    let position = state.pointee.items[0].int
    // The bytes were looked at once, when the first line was asked for.
    let text =
      position > 0
      ? known(call[0])
      : try text(
        call[0], options, engine, "json.parse_lines() expects lines as strings or bytes")
    var line = state.pointee.items[1].int
    var start = position
    while start < text.count {
      let end = try engine.lineEnd(text.start, from: start, count: text.count)
      var isBlank = true
      for index in start..<min(end, start + 64)
      where !JSONScanning.isSpace(text.start[index]) {
        isBlank = false
        break
      }
      if isBlank {
        var index = start
        try engine.scan(from: &index, to: end) { (index, pause) throws(RaisedError) -> Bool in
          while index < pause {
            if !JSONScanning.isSpace(text.start[index]) { return false }
            index += 1
          }
          return true
        }
        isBlank = index == end
      }
      if isBlank {
        start = end + 1
        line += 1
        if line & (Piece.items - 1) == 0 { try engine.checkInterruption() }
        continue
      }
      state.pointee.items[0] = .int(end + 1)
      state.pointee.items[1] = .int(line + 1)
      let value = try workspace.use { (workspace) throws(RaisedError) -> Value in
        var parser = JSONParser(
          engine, text.start + start, count: end - start, line: line, options, workspace)
        defer { parser.deallocate() }
        return try parser.parse()
      }
      // A hook may have done anything to the state but this: nobody else knows it.
      state.pointee.items[2] = value
      if value.isUnresolved { engine.noteStore(value, in: call[1].header) }
      return .true
    }
    state.pointee.items[0] = .int(text.count)
    state.pointee.items[1] = .int(line)
    state.pointee.items[2] = .nil
    return .false
  }

  private struct Text {
    var start: UnsafePointer<UInt8>
    var count: Int
  }

  private static func known(_ value: Value) -> Text {
    value.tag == .string
      ? Text(start: UnsafePointer(value.string.bytes), count: value.string.count)
      : Text(start: UnsafePointer(value.byteString.bytes), count: value.byteString.pointee.count)
  }

  /// The UTF-8 of a string, or of bytes, which are checked.
  private static func text(
    _ value: Value, _ options: JSONParser.Options, _ engine: Engine, _ what: StaticString
  ) throws(RaisedError) -> Text {
    guard value.tag == .string || value.tag == .bytes else {
      throw engine.typeError("\(what) for 'text', not \(engine.typeName(of: value))")
    }
    let text = known(value)
    if value.tag == .bytes {
      let valid = try BytesMethods.validate(text.start, count: text.count, engine).valid
      if valid < text.count {
        let beginning = JSONPlace(engine, text.start, line: 1)
        throw beginning.failure(
          at: text.start + valid, "the bytes are not valid UTF-8", options.error)
      }
    }
    if text.count >= 3, text.start[0] == 0xEF, text.start[1] == 0xBB, text.start[2] == 0xBF {
      throw JSONPlace(engine, text.start, line: 1).failure(
        at: text.start,
        "a byte order mark is no JSON: take it away with removeprefix(\"\\u{FEFF}\")",
        options.error)
    }
    return text
  }

  private static func parserOptions(
    _ call: NativeCall, from first: Int, _ function: StaticString
  ) throws(RaisedError) -> JSONParser.Options {
    let engine = call.engine
    let depth = try maximalDepth(call[first], engine, function)
    let choice = call[first + 1]
    guard choice.isString else {
      throw engine.typeError(
        "\(function) expects a string for 'on_duplicate', not \(engine.typeName(of: choice))")
    }
    let duplicates: JSONParser.Duplicates
    switch choice.string.text {
    case "last": duplicates = .last
    case "first": duplicates = .first
    case "error": duplicates = .error
    default:
      throw engine.valueError(
        "\(function) expects 'on_duplicate' to be one of \"last\", \"first\", \"error\", not "
          + (try engine.repr(choice)).string.text)
    }
    return JSONParser.Options(
      maximalDepth: depth, duplicates: duplicates,
      objectHook: try hook(call[first + 2], "object_hook", engine, function),
      floatHook: try hook(call[first + 3], "parse_float", engine, function),
      error: call[first + 4])
  }

  /// A function, or undefined for `nil`.
  private static func hook(
    _ value: Value, _ name: StaticString, _ engine: Engine, _ function: StaticString
  ) throws(RaisedError) -> Value {
    switch value.tag {
    case .nil, .undefined: return .undefined
    case .function, .native, .boundMethod, .class: return value
    case .instance where engine.hasMethod(value, engine.pointee.names.call): return value
    default:
      throw engine.typeError(
        "\(function) expects a function for '\(name)', not \(engine.typeName(of: value))")
    }
  }

  private static func maximalDepth(
    _ value: Value, _ engine: Engine, _ function: StaticString
  ) throws(RaisedError) -> Int {
    let depth = try engine.expectInt(value, "\(function) expects an int for 'max_depth'")
    if depth < 0 {
      throw engine.valueError("\(function) expects 'max_depth' to be 0 or more, not \(depth)")
    }
    return depth
  }

  // MARK: Writing

  private static func format(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    func flag(_ index: Int, _ name: StaticString) throws(RaisedError) -> Bool {
      if call[index].isBool { return call[index].tag == .true }
      throw engine.typeError(
        "json.format() expects true or false for '\(name)', not "
          + engine.typeName(of: call[index]))
    }
    let options = JSONFormatter.Options(
      indent: try indentation(call[1], engine),
      sortsKeys: try flag(2, "sort_keys"), isASCII: try flag(3, "ascii"),
      hook: try hook(call[4], "default", engine, "json.format()"),
      maximalDepth: try maximalDepth(call[5], engine, "json.format()"))
    var writer = JSONFormatter(engine, options)
    defer { writer.deallocate() }
    return try writer.write(call[0])
  }

  /// The white space of one level, nil for none.
  private static func indentation(
    _ value: Value, _ engine: Engine
  ) throws(RaisedError) -> StringReference? {
    switch value.tag {
    case .nil: return nil
    case .int:
      if value.int < 0 || value.int > JSONFormatter.widestIndentation {
        throw engine.valueError(
          "json.format() expects 'indent' to be from 0 to \(JSONFormatter.widestIndentation), not "
            + "\(value.int)")
      }
      let string = engine.allocateString(byteCount: value.int, scalarCount: value.int)
      string.bytes.initialize(repeating: UInt8(ascii: " "), count: value.int)
      engine.root(Value(.string, string))
      return string
    case .string:
      let string = value.string
      if string.count > JSONFormatter.widestIndentation {
        throw engine.valueError(
          "json.format() expects no more than \(JSONFormatter.widestIndentation) characters for "
            + "'indent', not \(string.count)")
      }
      for byte in string.buffer where !JSONScanning.isSpace(byte) {
        throw engine.valueError(
          "json.format() expects white space for 'indent', not "
            + (try engine.repr(value)).string.text)
      }
      return string
    default:
      throw engine.typeError(
        "json.format() expects an int, a string or nil for 'indent', not "
          + engine.typeName(of: value))
    }
  }
}

/// What parser and writer look for in text.
enum JSONScanning {
  /// Whether a byte is white space of JSON.
  @inline(__always)
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  /// A word whose lowest bit that is set belongs to the first of eight bytes that is a quote, a
  /// backslash or a control character; 0 without one.
  @inline(__always)
  static func special(_ word: UInt64) -> UInt64 {
    let quote = word ^ 0x2222_2222_2222_2222
    let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
    // A borrow makes mistakes only above a byte that is one.
    let found =
      (quote &- TextScanning.lowBits) & ~quote | (backslash &- TextScanning.lowBits) & ~backslash
      | (word &- 0x2020_2020_2020_2020) & ~word
    return found & TextScanning.highBits
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}

extension Engine {
  /// Where the line that begins at `start` ends: at a newline, or at the end of the text.
  func lineEnd(
    _ bytes: UnsafePointer<UInt8>, from start: Int, count: Int
  ) throws(RaisedError) -> Int {
    var newline = UInt8(ascii: "\n")
    let place = try firstPlace(of: &newline, 1, in: bytes + start, count - start)
    return place < 0 ? count : start + place
  }
}
