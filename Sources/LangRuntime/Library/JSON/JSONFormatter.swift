#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes values as JSON.
///
/// There is no recursion: the containers that are being written are in a list that is rooted, with the
/// positions in them beside it. Functions of the program that are called in between may change what is
/// written: each item is looked up when its turn comes.
struct JSONFormatter {
  struct Options {
    /// The white space of one level; nil for one line without spaces.
    var indent: StringReference?
    var sortsKeys: Bool
    /// Escapes everything that is not ASCII.
    var isASCII: Bool
    /// Called with what is no JSON, for what takes its place; undefined without.
    var hook: Value
    var maximalDepth: Int
  }

  static let widestIndentation = 1000

  let engine: Engine
  let options: Options
  var builder: TextBuilder
  /// The containers that are open.
  let path: ListReference
  /// For each of them: the list of its sorted keys, or nil.
  let sortedKeys: ListReference
  /// For each of them: the position of the next item or entry.
  var positions: UnsafeMutablePointer<Int>
  var positionCapacity = 32
  /// The depth at which the path is looked through for cycles again.
  var cycleCheck = JSONFormatter.shallowDepth
  /// Up to this depth each new container is compared with those around it.
  private static let shallowDepth = 32

  init(_ engine: Engine, _ options: Options) {
    self.engine = engine
    self.options = options
    builder = TextBuilder(engine)
    path = engine.makeList(capacity: 32)
    sortedKeys = engine.makeList(capacity: 0)
    engine.root(Value(.list, path))
    engine.root(Value(.list, sortedKeys))
    positions = .allocate(capacity: positionCapacity)
  }

  /// Gives the memory back; the writer must not be used afterwards.
  func deallocate() {
    builder.deallocate()
    positions.deallocate()
  }

  /// The text of a value, as a string.
  mutating func write(_ root: Value) throws(RaisedError) -> Value {
    var value = root
    // How many functions were asked for what takes the place of the value.
    var replacements = 0
    values: while true {
      switch value.tag {
      case .string: try writeString(value.string)
      case .int: try builder.append(decimal: value.int)
      case .nil: try builder.append("null")
      case .true: try builder.append("true")
      case .false: try builder.append("false")
      case .float:
        if !value.float.isFinite { throw noNumber(value) }
        try engine.appendFloat(value.float, to: &builder)
      case .bigInt: try engine.appendInt(value, to: &builder)
      case .list, .tuple, .range, .map: try open(value)
      default:
        value = try replacement(of: value, &replacements)
        continue values
      }
      replacements = 0

      // The next item of the innermost container that has one.
      while true {
        let depth = path.pointee.count
        if depth == 0 { return try builder.finish() }
        let container = path.pointee.items[depth &- 1]
        let position = positions[depth &- 1]
        switch container.tag {
        case .list:
          if position < container.list.pointee.count {
            positions[depth &- 1] = position &+ 1
            value = container.list.pointee.items[position]
            try separate(isFirst: position == 0, depth)
            continue values
          }
        case .tuple:
          if position < container.tuple.pointee.count {
            positions[depth &- 1] = position &+ 1
            value = container.tuple.items[position]
            try separate(isFirst: position == 0, depth)
            continue values
          }
        case .range:
          if position < container.range.count {
            positions[depth &- 1] = position &+ 1
            value = .int(
              container.range.pointee.lower &+ position &* container.range.pointee.step)
            try separate(isFirst: position == 0, depth)
            continue values
          }
        default:
          if let next = try nextOfMap(container.map, position, depth) {
            value = next
            continue values
          }
        }
        try close(container, depth)
      }
    }
  }

  // MARK: Containers

  /// Writes the beginning of a container, whose items follow; all of it when it is empty.
  @inline(__always)
  private mutating func open(_ value: Value) throws(RaisedError) {
    let isEmpty: Bool
    switch value.tag {
    case .list: isEmpty = value.list.pointee.count == 0
    case .tuple: isEmpty = value.tuple.pointee.count == 0
    case .range: isEmpty = value.range.count == 0
    default: isEmpty = value.map.pointee.count == 0
    }
    let depth = path.pointee.count
    if depth >= options.maximalDepth { throw tooDeep() }
    if isEmpty { return try builder.append(value.tag == .map ? "{}" : "[]") }
    try checkCycle(value, depth)
    if depth == positionCapacity { try growPositions() }
    positions[depth] = 0
    engine.append(value, to: path)
    if options.sortsKeys { try sortKeys(of: value) }
    try builder.append(value.tag == .map ? UInt8(ascii: "{") : UInt8(ascii: "["))
  }

  /// Writes the end of the innermost container.
  @inline(__always)
  private mutating func close(_ container: Value, _ depth: Int) throws(RaisedError) {
    path.pointee.count = depth &- 1
    if options.sortsKeys { sortedKeys.pointee.count = depth &- 1 }
    if options.indent != nil { try startLine(depth &- 1) }
    try builder.append(container.tag == .map ? UInt8(ascii: "}") : UInt8(ascii: "]"))
  }

  /// What stands before an item.
  @inline(__always)
  private mutating func separate(isFirst: Bool, _ depth: Int) throws(RaisedError) {
    if !isFirst { try builder.append(UInt8(ascii: ",")) }
    if options.indent != nil { try startLine(depth) }
  }

  @inline(never)
  private mutating func startLine(_ depth: Int) throws(RaisedError) {
    guard let indent = options.indent else { return }
    try builder.append(UInt8(ascii: "\n"))
    for _ in 0..<depth { try builder.append(indent) }
  }

  @inline(never)
  private mutating func growPositions() throws(RaisedError) {
    try engine.reserve(positionCapacity * 2 * MemoryLayout<Int>.stride)
    let grown = UnsafeMutablePointer<Int>.allocate(capacity: positionCapacity * 2)
    grown.update(from: positions, count: positionCapacity)
    positions.deallocate()
    positions = grown
    positionCapacity *= 2
  }

  /// Writes the key of the next entry of a map, and gives its value; nil at the end.
  @inline(__always)
  private mutating func nextOfMap(
    _ map: MapReference, _ start: Int, _ depth: Int
  ) throws(RaisedError) -> Value? {
    var position = start
    if options.sortsKeys {
      let keys = sortedKeys.pointee.items[depth &- 1].list
      while position < keys.pointee.count {
        let key = keys.pointee.items[position]
        position &+= 1
        let value = try engine.mapGet(map, key)
        // A function may have removed it.
        if value.isUndefined { continue }
        positions[depth &- 1] = position
        try writeKey(key, isFirst: start == 0, depth)
        return value
      }
      return nil
    }
    while position < map.pointee.used {
      let entry = map.pointee.entries[position]
      position &+= 1
      if entry.key.isUndefined {
        if position & (Piece.items &- 1) == 0 { try engine.checkInterruption() }
        continue
      }
      positions[depth &- 1] = position
      try writeKey(entry.key, isFirst: start == 0, depth)
      return entry.value
    }
    return nil
  }

  @inline(__always)
  private mutating func writeKey(
    _ key: Value, isFirst: Bool, _ depth: Int
  ) throws(RaisedError) {
    guard key.isString else { throw noKey(key) }
    try separate(isFirst: isFirst, depth)
    try writeString(key.string)
    try builder.append(UInt8(ascii: ":"))
    if options.indent != nil { try builder.append(UInt8(ascii: " ")) }
  }

  /// Notes the sorted keys of a container; nil for what is no map.
  @inline(never)
  private mutating func sortKeys(of value: Value) throws(RaisedError) {
    guard value.tag == .map else { return engine.append(.nil, to: sortedKeys) }
    let map = value.map
    try engine.reserve(map.pointee.count * MemoryLayout<Value>.stride)
    let keys = engine.makeList(capacity: map.pointee.count)
    engine.append(Value(.list, keys), to: sortedKeys)
    var pieces = Pieces(of: Piece.items, map.pointee.used)
    while try pieces.next(engine) {
      for position in pieces.range {
        let key = map.key(position)
        if key.isUndefined { continue }
        if !key.isString {
          positions[path.pointee.count - 1] = position + 1
          throw noKey(key)
        }
        engine.append(key, to: keys)
      }
    }
    let top = engine.pointee.top
    defer { engine.pointee.top = top }
    try engine.sort(keys, key: .nil, isReverse: false)
  }

  /// Refuses a container that is inside itself.
  ///
  /// At first each is compared with those around it; deeper, they are all looked at whenever there are
  /// twice as many.
  @inline(__always)
  private mutating func checkCycle(_ value: Value, _ depth: Int) throws(RaisedError) {
    if depth >= JSONFormatter.shallowDepth { return try checkDeepCycle(value, depth) }
    for index in 0..<depth where path.pointee.items[index].isSame(as: value) {
      throw cycle(value, from: index)
    }
  }

  @inline(never)
  private mutating func checkDeepCycle(_ value: Value, _ depth: Int) throws(RaisedError) {
    if depth < cycleCheck { return }
    cycleCheck = depth * 2
    var places: [UInt64: Int] = [:]
    for index in 0..<depth {
      if index & (Piece.items - 1) == 0 { try engine.checkInterruption() }
      if let first = places.updateValue(index, forKey: path.pointee.items[index].bits) {
        throw cycle(path.pointee.items[index], from: first, to: index)
      }
    }
  }

  // MARK: Strings

  /// Writes a string with its quotes.
  @inline(__always)
  private mutating func writeString(_ string: StringReference) throws(RaisedError) {
    let count = string.count
    if count > 64 || options.isASCII && !string.isASCII { return try writeAnyString(string) }
    // A cell has whole granules: the last word may be read and written as a whole.
    let output = try builder.prepare(80)
    output[0] = UInt8(ascii: "\"")
    var index = 0
    while index < count {
      let word = TextScanning.loadWord(string.bytes + index)
      var special = JSONScanning.special(word)
      if count &- index < 8 {
        special &= 1 &<< UInt64(truncatingIfNeeded: (count &- index) &* 8) &- 1
      }
      if special != 0 { return try writeAnyString(string) }
      UnsafeMutableRawPointer(output + 1 + index).storeBytes(of: word, as: UInt64.self)
      index &+= 8
    }
    output[1 &+ count] = UInt8(ascii: "\"")
    builder.commit(count &+ 2, scalarCount: Int(string.pointee.scalarCount) &+ 2)
  }

  @inline(never)
  private mutating func writeAnyString(_ string: StringReference) throws(RaisedError) {
    try builder.append(UInt8(ascii: "\""))
    let (bytes, count) = (UnsafePointer(string.bytes), string.count)
    let escapesAll = options.isASCII && !string.isASCII
    var run = 0
    var position = 0
    while position < count {
      let pause = Piece.end(after: position, count)
      while position < pause {
        if pause - position >= 8 {
          let word = TextScanning.loadWord(bytes + position)
          let special =
            JSONScanning.special(word) | (escapesAll ? word & TextScanning.highBits : 0)
          if special == 0 {
            position += 8
            continue
          }
          position += special.trailingZeroBitCount >> 3
        }
        let byte = bytes[position]
        if byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
          && !(escapesAll && byte >= 0x80)
        {
          position += 1
          continue
        }
        try writeRun(bytes + run, count: position - run, isASCII: string.isASCII || escapesAll)
        let (scalar, length) = TextScanning.decode(bytes + position)
        try writeEscape(scalar)
        position += length
        run = position
      }
      if position < count { try engine.checkInterruption() }
    }
    try writeRun(bytes + run, count: count - run, isASCII: string.isASCII || escapesAll)
    try builder.append(UInt8(ascii: "\""))
  }

  @inline(__always)
  private mutating func writeRun(
    _ bytes: UnsafePointer<UInt8>, count: Int, isASCII: Bool
  ) throws(RaisedError) {
    if count == 0 { return }
    if isASCII {
      try builder.append(ascii: bytes, count: count)
    } else {
      try builder.append(bytes, count: count)
    }
  }

  private mutating func writeEscape(_ scalar: Unicode.Scalar) throws(RaisedError) {
    switch scalar {
    case "\"": try builder.append("\\\"")
    case "\\": try builder.append("\\\\")
    case "\n": try builder.append("\\n")
    case "\r": try builder.append("\\r")
    case "\t": try builder.append("\\t")
    case "\u{08}": try builder.append("\\b")
    case "\u{0C}": try builder.append("\\f")
    default:
      if scalar.value < 0x1_0000 { return try writeUnit(scalar.value) }
      let rest = scalar.value - 0x1_0000
      try writeUnit(0xD800 + rest >> 10)
      try writeUnit(0xDC00 + rest & 0x3FF)
    }
  }

  private mutating func writeUnit(_ unit: UInt32) throws(RaisedError) {
    let output = try builder.prepare(6)
    let digits = TextScanning.hexDigits.utf8Start
    output[0] = UInt8(ascii: "\\")
    output[1] = UInt8(ascii: "u")
    for place in 0..<4 { output[2 + place] = digits[Int(unit >> UInt32(12 - 4 * place) & 15)] }
    builder.commit(6, scalarCount: 6)
  }

  // MARK: What is no JSON

  /// What is written instead of a value that is no JSON.
  @inline(never)
  private mutating func replacement(
    of value: Value, _ replacements: inout Int
  ) throws(RaisedError) -> Value {
    if value.tag == .deferred { return try engine.resolved(value) }
    let toJSON = engine.pointee.symbols.intern("to_json")
    let method = value.tag == .instance ? engine.member(toJSON, of: engine.classOf(value)) : nil
    let hasMethod = method.map { $0.flags == 0 } ?? false
    if !hasMethod && options.hook.isUndefined { throw noJSON(value) }
    if replacements == JSONFormatter.longestChain {
      throw failure(
        "what \(hasMethod ? "to_json()" : "'default'") gives is no JSON, "
          + "\(replacements) times in a row")
    }
    replacements += 1
    if hasMethod {
      return try engine.callMethod(value, toJSON) ?? .nil
    }
    return try engine.call(options.hook, value)
  }

  /// How often what takes the place of a value may itself be replaced.
  private static let longestChain = 100

  private func noJSON(_ value: Value) -> RaisedError {
    let name = engine.typeName(of: value)
    let advice =
      switch value.tag {
      case .bytes: ": decode() or base64 make text of them"
      case .set, .generator, .iterator: ": list() makes a list of it"
      case .instance: ": give it a method to_json(), or json.format() a 'default'"
      default: ": 'default' may give what to write instead"
      }
    return failure("cannot write a value of type \(name)", advice, isType: true)
  }

  private func noNumber(_ value: Value) -> RaisedError {
    let name = value.float.isNaN ? "nan" : value.float < 0 ? "-inf" : "inf"
    return failure("cannot write \(name), for which JSON has no number")
  }

  private func noKey(_ key: Value) -> RaisedError {
    let name = engine.typeName(of: key)
    let depth = path.pointee.count
    let text = (try? engine.repr(key))?.string.text ?? name
    return failure(
      "cannot write the key \(shortened(text)), a value of type \(name)", ": keys are strings",
      depth: depth - 1, isType: true)
  }

  private func tooDeep() -> RaisedError {
    engine.valueError(
      "json.format() cannot write lists and maps nested deeper than \(options.maximalDepth) "
        + "('max_depth')")
  }

  /// The container at `first` is met again at `last`, which is the end of the path by default.
  private func cycle(_ value: Value, from first: Int, to last: Int? = nil) -> RaisedError {
    failure(
      "the \(engine.typeName(of: value)) at \(location(first)) contains itself",
      depth: last ?? path.pointee.count)
  }

  private func failure(
    _ message: String, _ advice: String = "", depth: Int? = nil, isType: Bool = false
  ) -> RaisedError {
    let text =
      "json.format() \(message)"
      + (message.hasPrefix("the ") ? ", " : " ")
      + "at \(location(depth ?? path.pointee.count))\(advice)"
    return isType ? engine.typeError(text) : engine.valueError(text)
  }

  /// The place of what is at a depth, such as `value["users"][3]`.
  private func location(_ depth: Int) -> String {
    var text = "value"
    for index in 0..<depth {
      if depth > 12 && index >= 4 && index < depth - 8 {
        if index == 4 { text += "…" }
        continue
      }
      let container = path.pointee.items[index]
      let position = positions[index] - 1
      if container.tag != .map {
        text += "[\(position)]"
        continue
      }
      var key = Value.nil
      if options.sortsKeys, sortedKeys.pointee.count > index,
        position < sortedKeys.pointee.items[index].list.pointee.count, position >= 0
      {
        key = sortedKeys.pointee.items[index].list.pointee.items[position]
      } else if position >= 0, position < container.map.pointee.used {
        key = container.map.key(position)
      }
      guard key.isString else {
        text += "[…]"
        continue
      }
      text += "[\(shortened((try? engine.repr(key))?.string.text ?? "…"))]"
    }
    return text
  }

  private func shortened(_ text: String) -> String {
    text.unicodeScalars.count <= 40
      ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(39))) + "…"
  }
}
