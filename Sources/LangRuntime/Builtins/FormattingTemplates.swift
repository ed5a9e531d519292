// `"{} {0} {name:spec}".format(…)`

extension StringMethods {
  static func format(_ call: NativeCall) throws(RaisedError) -> Value {
    var template = FormatTemplate(call)
    var builder = TextBuilder(call.engine, capacity: call.text.count * 2)
    defer { builder.deallocate() }
    try template.expand(call.text.bytes, count: call.text.count, depth: 0, to: &builder)
    return try builder.finish()
  }
}

/// A text with replacement fields, and the values for them.
///
/// A field is `{value!conversion:specification}`. The value is nothing (the next argument), a number
/// (that argument) or a name: that of a named argument, or a key of a map that is the last argument.
/// `[key]` after the value looks up an item, `.name` an attribute. The conversion is `r` for `repr` or `s` for `str`. A specification may
/// have fields itself. `{{` and `}}` stand for braces.
private struct FormatTemplate {
  let call: NativeCall
  /// The argument that the next empty field gets; -1 once fields are numbered.
  private var nextArgument = 0
  private var isNumbered = false

  private static let deepest = 2

  init(_ call: NativeCall) { self.call = call }

  private var engine: Engine { call.engine }

  /// Appends `template` with its fields replaced.
  mutating func expand(
    _ template: UnsafePointer<UInt8>, count: Int, depth: Int, to builder: inout TextBuilder
  ) throws(RaisedError) {
    var position = 0
    var runStart = 0
    while position < count {
      let byte = template[position]
      guard byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") else {
        position += 1
        if position & (Piece.characters - 1) == 0 { try engine.checkInterruption() }
        continue
      }
      try builder.append(template + runStart, count: position - runStart)
      if position + 1 < count, template[position + 1] == byte {
        try builder.append(byte)
        position += 2
      } else if byte == UInt8(ascii: "}") {
        throw engine.valueError("a single '}' in a format text; '}}' stands for one")
      } else {
        let end = try fieldEnd(template, from: position + 1, count: count)
        try replaceField(
          template + position + 1, count: end - position - 1, depth: depth, to: &builder)
        position = end + 1
      }
      runStart = position
    }
    try builder.append(template + runStart, count: count - runStart)
  }

  /// The position of the `}` that ends the field which begins at `start`.
  private func fieldEnd(
    _ template: UnsafePointer<UInt8>, from start: Int, count: Int
  ) throws(RaisedError) -> Int {
    var open = 1
    var position = start
    while position < count {
      if template[position] == UInt8(ascii: "{") { open += 1 }
      if template[position] == UInt8(ascii: "}") {
        open -= 1
        if open == 0 { return position }
      }
      position += 1
      if position & (Piece.characters - 1) == 0 { try engine.checkInterruption() }
    }
    throw engine.valueError("a '{' in a format text is never closed; '{{' stands for one")
  }

  private mutating func replaceField(
    _ field: UnsafePointer<UInt8>, count: Int, depth: Int, to builder: inout TextBuilder
  ) throws(RaisedError) {
    if depth == Self.deepest {
      throw engine.valueError("the fields of a format text are nested too deep")
    }
    // What a field needs rooted is dropped with it; a text may have any number of fields.
    let top = engine.pointee.top
    defer { engine.pointee.top = top }
    // The name, up to `!` or `:`, which may stand inside `[key]` too.
    var nameEnd = 0
    var isInKey = false
    while nameEnd < count {
      let byte = field[nameEnd]
      if byte == UInt8(ascii: "[") { isInKey = true }
      if byte == UInt8(ascii: "]") { isInKey = false }
      if !isInKey, byte == UInt8(ascii: "!") || byte == UInt8(ascii: ":") { break }
      nameEnd += 1
    }
    var value = try value(field, count: nameEnd)
    var position = nameEnd
    if position < count, field[position] == UInt8(ascii: "!") {
      switch position + 1 < count ? field[position + 1] : 0 {
      case UInt8(ascii: "r"): value = try engine.repr(value)
      case UInt8(ascii: "s"): value = try engine.str(value)
      default: throw engine.valueError("'!' in a format text is followed by 'r' or 's'")
      }
      position += 2
      if position < count, field[position] != UInt8(ascii: ":") {
        throw engine.valueError("':' is expected after the conversion in a format text")
      }
    }
    if position >= count { return try engine.appendStr(value, to: &builder) }
    try appendFormatted(
      value, field + position + 1, count: count - position - 1, depth: depth, to: &builder)
  }

  private mutating func appendFormatted(
    _ value: Value, _ specification: UnsafePointer<UInt8>, count: Int, depth: Int,
    to builder: inout TextBuilder
  ) throws(RaisedError) {
    // What a specification's own fields run must not lose the value.
    engine.root(value)
    var expanded = TextBuilder(engine)
    defer { expanded.deallocate() }
    try expand(specification, count: count, depth: depth + 1, to: &expanded)
    if expanded.count == 0 { return try engine.appendStr(value, to: &builder) }
    let parsed = try FormatSpecification(expanded.bytes, count: expanded.count, engine)
    try engine.appendFormatted(value, parsed, to: &builder)
  }

  // MARK: Values

  /// The value that a field's name, with its keys and attributes, stands for.
  private mutating func value(
    _ name: UnsafePointer<UInt8>, count: Int
  ) throws(RaisedError) -> Value {
    var end = 0
    while end < count, name[end] != UInt8(ascii: "["), name[end] != UInt8(ascii: ".") { end += 1 }
    var value: Value
    if end == 0 {
      value = try argument(nextArgument, isNumber: false)
      nextArgument += 1
    } else if let number = number(name, count: end) {
      value = try argument(number, isNumber: true)
    } else {
      value = try named(name, count: end)
    }
    let roots = engine.pointee.top
    while end < count {
      engine.root(value)
      let isKey = name[end] == UInt8(ascii: "[")
      let start = end + 1
      end = start
      while end < count {
        if isKey ? name[end] == UInt8(ascii: "]") : isAccessor(name[end]) { break }
        end += 1
      }
      if end == start || (isKey ? end == count : !isAccessor(name[start - 1])) {
        throw engine.valueError(
          "a field of a format text is a value with keys and attributes, as in {0[key].name}")
      }
      if isKey {
        let key =
          number(name + start, count: end - start).map { number in .int(number) }
          ?? engine.makeString(name + start, count: end - start)
        engine.root(key)
        value = try engine.index(value, key)
        end += 1
      } else {
        let symbol = engine.pointee.symbols.intern(name + start, count: end - start)
        value = try engine.attribute(of: value, symbol)
      }
      // However many keys there are, only the value so far is needed.
      engine.pointee.top = roots
    }
    return value.tag == .deferred ? try engine.resolved(value) : value
  }

  private func isAccessor(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "[") || byte == UInt8(ascii: ".")
  }

  /// The number that `text` is, if it is one.
  private func number(_ text: UnsafePointer<UInt8>, count: Int) -> Int? {
    if count > 9 { return nil }
    var number = 0
    for index in 0..<count {
      let digit = text[index] &- UInt8(ascii: "0")
      if digit > 9 { return nil }
      number = number * 10 + Int(digit)
    }
    return number
  }

  private mutating func argument(_ index: Int, isNumber: Bool) throws(RaisedError) -> Value {
    if isNumber ? nextArgument > 0 : isNumbered {
      throw engine.valueError("a format text has fields with a number or without, not both")
    }
    isNumbered = isNumber
    if index >= call.count {
      let given = call.count == 1 ? "1 value" : "\(call.count) values"
      throw engine.indexError(
        "string.format() has \(given), and the text asks for the one at \(index)")
    }
    return call[index]
  }

  private func named(
    _ name: UnsafePointer<UInt8>, count: Int
  ) throws(RaisedError) -> Value {
    let key = engine.makeString(name, count: count)
    engine.root(key)
    // The map of the named arguments comes first.
    for values in [call.keyword(0), call.count > 0 ? call[call.count - 1] : .undefined]
    where values.tag == .map {
      let value = try engine.mapGet(values.map, key)
      if !value.isUndefined { return value }
    }
    let text = String(decoding: UnsafeBufferPointer(start: name, count: count), as: UTF8.self)
    throw engine.keyError("string.format() has no value for '\(text)'")
  }
}
