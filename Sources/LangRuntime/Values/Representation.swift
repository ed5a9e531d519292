import Lang

// How values show: `str` for people, `repr` for programmers and inside containers.

extension Engine {
  /// The text of a value, as `print` and `str` show it: a string value.
  func str(_ value: Value) throws(RaisedError) -> Value {
    switch value.tag {
    case .string:
      return value
    case .int:
      return makeDecimal(value.int)
    default:
      var builder = TextBuilder(self)
      defer { builder.deallocate() }
      try appendStr(value, to: &builder)
      return try builder.finish()
    }
  }

  /// The text of a value, as a programmer would write it where that is possible: a string value.
  func repr(_ value: Value) throws(RaisedError) -> Value {
    if value.isInt { return makeDecimal(value.int) }
    var builder = TextBuilder(self)
    defer { builder.deallocate() }
    try appendRepr(value, to: &builder)
    return try builder.finish()
  }

  /// The decimal digits of an integer as a string.
  @inline(__always)
  private func makeDecimal(_ value: Int) -> Value {
    if value >= 0, value < 10 { return character(UInt8(ascii: "0") + UInt8(value)) }
    let length = TextScanning.decimalLength(value)
    let string = allocateString(byteCount: length, scalarCount: length)
    TextScanning.writeDecimal(value, length: length, to: string.bytes)
    return Value(.string, string)
  }

  /// Appends what `str` gives.
  @inline(__always)
  func appendStr(_ value: Value, to builder: inout TextBuilder) throws(RaisedError) {
    switch value.tag {
    case .string: try builder.append(value.string)
    case .int: try builder.append(decimal: value.int)
    default: try appendShown(value, asStr: true, to: &builder)
    }
  }

  /// Appends what `repr` gives.
  func appendRepr(_ value: Value, to builder: inout TextBuilder) throws(RaisedError) {
    switch value.tag {
    case .string: try appendQuoted(value.string, to: &builder)
    case .int: try builder.append(decimal: value.int)
    default: try appendShown(value, asStr: false, to: &builder)
    }
  }

  @inline(never)
  private func appendShown(
    _ value: Value, asStr: Bool, to builder: inout TextBuilder
  ) throws(RaisedError) {
    switch value.tag {
    case .string: try appendQuoted(value.string, to: &builder)
    case .int: try builder.append(decimal: value.int)
    case .nil: try builder.append("nil")
    case .true: try builder.append("true")
    case .false: try builder.append("false")
    case .float: try appendFloat(value.float, to: &builder)
    case .bigInt: try appendInt(value, to: &builder)
    case .bytes: try appendQuoted(value.byteString, to: &builder)
    case .range: try appendRange(value.range, to: &builder)
    case .list, .tuple, .map, .set: try appendContainer(value, to: &builder)
    case .instance: try appendInstance(value, asStr: asStr, to: &builder)
    case .deferred:
      let resolved = try resolved(value)
      if asStr {
        try appendStr(resolved, to: &builder)
      } else {
        try appendRepr(resolved, to: &builder)
      }
    default: try appendDescription(value, to: &builder)
    }
  }

  // MARK: Data

  /// Appends a string in double quotes, with escapes for what cannot be shown as it is.
  func appendQuoted(
    _ string: StringReference, to builder: inout TextBuilder
  ) throws(RaisedError) {
    try builder.append(UInt8(ascii: "\""))
    if string.count <= Piece.characters {
      _ = try appendEscaped(string, from: 0, to: string.count, to: &builder)
    } else {
      var position = 0
      while position < string.count {
        position = try appendEscaped(
          string, from: position, to: Piece.end(after: position, string.count), to: &builder)
        if position < string.count { try checkInterruption() }
      }
    }
    try builder.append(UInt8(ascii: "\""))
  }

  /// Appends what stands between the quotes for a part of a string; gives the position behind its last
  /// scalar, of which `end` may be in the middle.
  private func appendEscaped(
    _ string: StringReference, from start: Int, to end: Int, to builder: inout TextBuilder
  ) throws(RaisedError) -> Int {
    let bytes = string.bytes
    let isASCII = string.isASCII
    // What needs no escape is copied in runs.
    var runStart = start
    var position = start
    while position < end {
      let byte = bytes[position]
      if byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") {
        position += 1
        continue
      }
      let (scalar, length) = TextScanning.decode(bytes + position)
      if byte >= 0x80, TextScanning.isPrintable(scalar) {
        position += length
        continue
      }
      try appendRun(bytes + runStart, count: position - runStart, isASCII, to: &builder)
      try appendEscape(scalar, to: &builder)
      position += length
      runStart = position
    }
    try appendRun(bytes + runStart, count: position - runStart, isASCII, to: &builder)
    return position
  }

  @inline(__always)
  private func appendRun(
    _ bytes: UnsafePointer<UInt8>, count: Int, _ isASCII: Bool, to builder: inout TextBuilder
  ) throws(RaisedError) {
    if count == 0 { return }
    if isASCII {
      try builder.append(ascii: bytes, count: count)
    } else {
      try builder.append(bytes, count: count)
    }
  }

  private func appendEscape(
    _ scalar: Unicode.Scalar, to builder: inout TextBuilder
  ) throws(RaisedError) {
    switch scalar {
    case "\n": try builder.append("\\n")
    case "\t": try builder.append("\\t")
    case "\r": try builder.append("\\r")
    case "\0": try builder.append("\\0")
    case "\"": try builder.append("\\\"")
    case "\\": try builder.append("\\\\")
    default:
      try builder.append("\\u{")
      try builder.append(text: String(scalar.value, radix: 16))
      try builder.append("}")
    }
  }

  /// Appends a byte string as `b"…"`, with `\x…` for what is not printable ASCII.
  private func appendQuoted(
    _ bytes: BytesReference, to builder: inout TextBuilder
  ) throws(RaisedError) {
    try builder.append("b\"")
    let digits = TextScanning.hexDigits.utf8Start
    for byte in bytes.buffer {
      switch byte {
      case UInt8(ascii: "\n"): try builder.append("\\n")
      case UInt8(ascii: "\t"): try builder.append("\\t")
      case UInt8(ascii: "\r"): try builder.append("\\r")
      case UInt8(ascii: "\""): try builder.append("\\\"")
      case UInt8(ascii: "\\"): try builder.append("\\\\")
      case 0x20..<0x7F: try builder.append(byte)
      default:
        try builder.append("\\x")
        try builder.append(digits[Int(byte >> 4)])
        try builder.append(digits[Int(byte & 15)])
      }
    }
    try builder.append(UInt8(ascii: "\""))
  }

  private func appendRange(
    _ range: RangeReference, to builder: inout TextBuilder
  ) throws(RaisedError) {
    let (lower, upper, step) = (range.pointee.lower, range.pointee.upper, range.pointee.step)
    if step == 1 {
      try builder.append(decimal: lower)
      try builder.append("..")
      try builder.append(decimal: upper)
      return
    }
    try builder.append("range(")
    try builder.append(decimal: lower)
    try builder.append(", ")
    try builder.append(decimal: upper)
    try builder.append(", ")
    try builder.append(decimal: step)
    try builder.append(")")
  }

  // MARK: Containers

  /// Appends a container's members by `repr`; a container inside itself shows as `[...]`.
  ///
  /// A member's `repr` may be a method of the program that changes the container, so each member is
  /// looked up anew, and the container is rooted meanwhile.
  private func appendContainer(
    _ value: Value, to builder: inout TextBuilder
  ) throws(RaisedError) {
    try enterNativeRecursion()
    // The lowest bit tells what is shown here from what others note in `visiting`.
    let key = value.bits | 1
    if pointee.visiting.contains(key) {
      switch value.tag {
      case .list: try builder.append("[...]")
      case .tuple: try builder.append("(...)")
      case .set: try builder.append("set(...)")
      default: try builder.append("{...}")
      }
      return
    }
    let top = pointee.top
    if !ensureStack(top + 64) { throw takePending() }
    pointee.visiting.append(key)
    root(value)
    defer {
      pointee.visiting.removeLast()
      pointee.top = top
    }

    switch value.tag {
    case .list:
      let list = value.list
      try builder.append(UInt8(ascii: "["))
      var index = 0
      while index < list.pointee.count {
        if index > 0 { try builder.append(", ") }
        try appendRepr(list.pointee.items[index], to: &builder)
        index += 1
      }
      try builder.append(UInt8(ascii: "]"))
    case .tuple:
      let tuple = value.tuple
      try builder.append(UInt8(ascii: "("))
      for index in 0..<tuple.pointee.count {
        if index > 0 { try builder.append(", ") }
        try appendRepr(tuple.items[index], to: &builder)
      }
      try builder.append(tuple.pointee.count == 1 ? ",)" : ")")
    case .set:
      try builder.append("set(")
      if value.set.pointee.count > 0 {
        try builder.append(UInt8(ascii: "["))
        try appendEntries(of: value.set, withValues: false, to: &builder)
        try builder.append(UInt8(ascii: "]"))
      }
      try builder.append(UInt8(ascii: ")"))
    default:
      try builder.append(UInt8(ascii: "{"))
      try appendEntries(of: value.map, withValues: true, to: &builder)
      try builder.append(UInt8(ascii: "}"))
    }
  }

  private func appendEntries(
    of map: MapReference, withValues: Bool, to builder: inout TextBuilder
  ) throws(RaisedError) {
    var isFirst = true
    var position = 0
    while position < map.pointee.used {
      let entry = map.pointee.entries[position]
      position += 1
      if entry.key.isUndefined { continue }
      if !isFirst { try builder.append(", ") }
      isFirst = false
      try appendRepr(entry.key, to: &builder)
      guard withValues else { continue }
      try builder.append(": ")
      // The key's `repr` may have moved the entries or removed this one.
      if position <= map.pointee.used {
        try appendRepr(map.pointee.entries[position - 1].value, to: &builder)
      }
    }
  }

  // MARK: Instances

  private func appendInstance(
    _ value: Value, asStr: Bool, to builder: inout TextBuilder
  ) throws(RaisedError) {
    try enterNativeRecursion()
    let top = pointee.top
    root(value)
    defer { pointee.top = top }
    if asStr, let shown = try callMethod(value, pointee.names.str) {
      return try append(try resolved(shown), of: value, "str", to: &builder)
    }
    let isError = isError(value)
    // An error's `str` is its message, whatever its `repr` says.
    if !(asStr && isError), let shown = try callMethod(value, pointee.names.repr) {
      return try append(try resolved(shown), of: value, "repr", to: &builder)
    }
    if isError { return try appendError(value, asStr: asStr, to: &builder) }
    try builder.append("<")
    try builder.append(text: typeName(of: value))
    try builder.append(" object>")
  }

  private func append(
    _ shown: Value, of value: Value, _ method: StaticString, to builder: inout TextBuilder
  ) throws(RaisedError) {
    guard shown.isString else {
      throw typeError(
        "\(typeName(of: value)).\(method)() must return a string, not \(typeName(of: shown))")
    }
    try builder.append(shown.string)
  }

  private func appendError(
    _ value: Value, asStr: Bool, to builder: inout TextBuilder
  ) throws(RaisedError) {
    let message = field(value.instance, pointee.names.message)
    let isMissing = message.isNil || message.isUndefined
    if asStr {
      if !isMissing { try appendStr(message, to: &builder) }
      return
    }
    try builder.append(text: typeName(of: value))
    try builder.append(UInt8(ascii: "("))
    if !isMissing { try appendRepr(message, to: &builder) }
    try builder.append(UInt8(ascii: ")"))
  }

  // MARK: What has no literal

  private func appendDescription(
    _ value: Value, to builder: inout TextBuilder
  ) throws(RaisedError) {
    let description: String =
      switch value.tag {
      case .function, .native:
        functionName(of: value).map { "<function \($0)>" } ?? "<function>"
      case .boundMethod: "<method \(methodName(of: value.boundMethod))>"
      case .class: "<class \(pointee.symbols.text(of: value.class.pointee.name))>"
      case .module, .proxy: moduleDescription(of: value)
      case .generator:
        "<generator \(functionName(of: Value(.function, value.generator.pointee.function)) ?? "")>"
      case .iterator: iteratorDescription(value.iterator)
      case .superView: "<super>"
      case .undefined: "<undefined>"
      default: "<\(typeName(of: value)) object>"
      }
    try builder.append(text: description)
  }

  /// The name of a function as messages show it, with the class of a method before it; nil for an
  /// anonymous one.
  private func functionName(of value: Value) -> String? {
    if value.tag == .native {
      let name = pointee.nativeTable[value.native.pointee.definition].displayName
      guard let owner = value.native.pointee.owner else { return name }
      return "\(pointee.symbols.text(of: owner.pointee.name)).\(name)"
    }
    let function = value.function
    let code = function.pointee.prototype.pointee.source.takeUnretainedValue()
    if code.name == .none { return nil }
    let name = pointee.symbols.text(of: code.name)
    guard let owner = function.pointee.owner else { return name }
    return "\(pointee.symbols.text(of: owner.pointee.name)).\(name)"
  }

  private func methodName(of bound: BoundMethodReference) -> String {
    let method = bound.pointee.method
    guard method.tag == .function || method.tag == .native else { return typeName(of: method) }
    return functionName(of: method) ?? typeName(of: bound.pointee.receiver)
  }

  private func iteratorDescription(_ iterator: IteratorReference) -> String {
    switch iterator.pointee.kind {
    case .enumerate: "<enumerate iterator>"
    case .zip: "<zip iterator>"
    case .reversed: "<reversed \(typeName(of: iterator.pointee.source)) iterator>"
    default: "<\(typeName(of: iterator.pointee.source)) iterator>"
    }
  }
}
