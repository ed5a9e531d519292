#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads JSON as RFC 8259 defines it, and nothing else.
///
/// One loop over the bytes, which are valid UTF-8. What is complete goes to a scratch list; at the end
/// of a container its items move from there into a list or map of just the right size. There is no
/// recursion: open containers are frames in memory, of which `max_depth` limits the number.
struct JSONParser {
  /// What happens when a key occurs twice in a map.
  enum Duplicates { case last, first, error }

  struct Options {
    var maximalDepth: Int
    var duplicates: Duplicates
    /// Called with each map, for what takes its place; undefined without.
    var objectHook: Value
    /// Called with the text of each float; undefined without.
    var floatHook: Value
    /// The class of the errors, called with a message, a line and a column.
    var error: Value
  }

  let engine: Engine
  let start: UnsafePointer<UInt8>
  let end: UnsafePointer<UInt8>
  let options: Options
  let workspace: JSONWorkspace
  let place: JSONPlace
  /// The values that are in no container yet; rooted, and of the right count when code is called.
  let scratch: ListReference
  /// For strings with escapes; made when the first one comes.
  var builder: TextBuilder?
  /// A function gave a value that waits for its module: containers have to be noted as holders.
  var hasUnresolved = false

  init(
    _ engine: Engine, _ start: UnsafePointer<UInt8>, count: Int, line: Int, _ options: Options,
    _ workspace: JSONWorkspace
  ) {
    self.engine = engine
    self.start = start
    end = start + count
    self.options = options
    self.workspace = workspace
    place = JSONPlace(engine, start, line: line)
    workspace.forgetCollectedKeys(engine)
    scratch = engine.makeList(capacity: 64)
    engine.root(Value(.list, scratch))
  }

  /// Gives the memory back; the parser must not be used afterwards.
  func deallocate() {
    builder?.deallocate()
    engine.pointee.heap.freeExternal(scratch.pointee.items, capacity: scratch.pointee.capacity)
    scratch.pointee.count = 0
    scratch.pointee.capacity = 0
  }

  /// The value that the text stands for.
  mutating func parse() throws(RaisedError) -> Value {
    let (engine, end) = (engine, end)
    let keys = workspace.keys
    var position = start
    var frames = workspace.frames
    var frameCapacity = workspace.frameCapacity
    var frame = frames
    var depth = 0
    var expectsKey = false
    // The table's place of the key that was read last.
    var recentKey = 0
    var top = scratch.pointee.items
    var limit = top + scratch.pointee.capacity
    var pause = start

    values: while true {
      position = try skipSpace(position)
      if position >= pause {
        try engine.checkInterruption()
        try engine.reserve(Piece.characters * 2)
        pause = end - position > Piece.characters ? position + Piece.characters : end
      }
      var value: Value
      if expectsKey {
        guard position < end, position.pointee == UInt8(ascii: "\"") else {
          throw unexpectedKey(position, of: frame.pointee, isFirst: top == base(of: frame))
        }
        let found = expectedKey(keys[keys[recentKey].successor].string, position + 1)
        if let string = found {
          recentKey = keys[recentKey].successor
          value = Value(.string, string)
          position += string.count + 2
        } else {
          (value, position) = try key(position + 1, after: &recentKey)
        }
        if position == end || position.pointee != UInt8(ascii: ":") {
          position = try skipSpace(position)
          guard position < end, position.pointee == UInt8(ascii: ":") else {
            throw unexpected(position, "':' behind the key")
          }
        }
        if top == limit { try growScratch(&top, &limit) }
        top.pointee = value
        top += 1
        position = try skipSpace(position + 1)
        expectsKey = false
      }

      guard position < end else { throw unexpected(position, "a value") }
      switch position.pointee {
      case UInt8(ascii: "\""):
        (value, position) = try string(position + 1)
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        (value, position) = try number(position, top)
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        let isMap = position.pointee == UInt8(ascii: "{")
        let opening = position
        position = try skipSpace(position + 1)
        if depth == options.maximalDepth { throw tooDeep(opening) }
        if position < end, position.pointee == (isMap ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
          position += 1
          value =
            isMap ? Value(.map, engine.makeMap()) : Value(.list, engine.makeList(capacity: 0))
          if isMap && !options.objectHook.isUndefined {
            value = try callHook(options.objectHook, value, top, &recentKey)
          }
        } else {
          depth += 1
          if depth == frameCapacity {
            try workspace.growFrames(engine)
            (frames, frameCapacity) = (workspace.frames, workspace.frameCapacity)
          }
          frame = frames + depth
          frame.pointee = JSONFrame(
            base: top - scratch.pointee.items, opening: opening, isMap: isMap)
          expectsKey = isMap
          continue values
        }
      case UInt8(ascii: "t") where isNext("true", position):
        (value, position) = (.true, position + 4)
      case UInt8(ascii: "n") where isNext("null", position):
        (value, position) = (.nil, position + 4)
      case UInt8(ascii: "f") where isNext("false", position):
        (value, position) = (.false, position + 5)
      default:
        throw unexpectedValue(position, depth == 0 ? nil : frame.pointee, top)
      }

      // A value is complete, and perhaps the containers around it.
      while true {
        position = try skipSpace(position)
        if depth == 0 {
          if position < end { throw unexpected(position, "the end of the text") }
          return value
        }
        if top == limit { try growScratch(&top, &limit) }
        top.pointee = value
        top += 1
        let byte = position < end ? position.pointee : 0
        if byte == UInt8(ascii: ",") {
          position += 1
          expectsKey = frame.pointee.isMap
          continue values
        }
        let base = base(of: frame)
        if frame.pointee.isMap {
          if byte != UInt8(ascii: "}") { throw unexpectedItem(position, frame.pointee) }
          value = Value(.map, try map(base, top, frame.pointee))
          if !options.objectHook.isUndefined {
            value = try callHook(options.objectHook, value, top, &recentKey)
          }
        } else {
          if byte != UInt8(ascii: "]") { throw unexpectedItem(position, frame.pointee) }
          value = Value(.list, try list(base, top - base))
        }
        position += 1
        top = base
        depth -= 1
        frame = frames + depth
      }
    }
  }

  @inline(__always)
  private func base(of frame: UnsafeMutablePointer<JSONFrame>) -> UnsafeMutablePointer<Value> {
    scratch.pointee.items + frame.pointee.base
  }

  // MARK: White space and words

  /// The position of what is no white space.
  @inline(__always)
  private func skipSpace(
    _ position: UnsafePointer<UInt8>
  ) throws(RaisedError) -> UnsafePointer<UInt8> {
    if position < end, position.pointee > 0x20 { return position }
    return try skipMuchSpace(position)
  }

  @inline(never)
  private func skipMuchSpace(
    _ start: UnsafePointer<UInt8>
  ) throws(RaisedError) -> UnsafePointer<UInt8> {
    var position = start
    while position < end {
      // A line end, and the spaces in front of the next line.
      let pause = end - position > Piece.characters ? position + Piece.characters : end
      while position < pause, JSONScanning.isSpace(position.pointee) {
        position += 1
        while pause - position >= 8, TextScanning.loadWord(position) == 0x2020_2020_2020_2020 {
          position += 8
        }
      }
      if position < pause { return position }
      if position < end { try engine.checkInterruption() }
    }
    return position
  }

  @inline(__always)
  private func isNext(_ word: StaticString, _ position: UnsafePointer<UInt8>) -> Bool {
    let count = word.utf8CodeUnitCount
    if end - position < count { return false }
    for index in 0..<count where position[index] != word.utf8Start[index] { return false }
    return true
  }

  // MARK: Strings

  /// How many bytes from `position` on, in whole words, need no second look: no quote, backslash or
  /// control character; and whether all are ASCII. No further than a piece.
  @inline(__always)
  private func plainLength(
    _ start: UnsafePointer<UInt8>, _ high: inout UInt64
  ) -> (length: Int, isAtSpecial: Bool) {
    var length = 0
    let available = min(end - start, Piece.characters) - 8
    while length <= available {
      let word = TextScanning.loadWord(start + length)
      let special = JSONScanning.special(word)
      if special != 0 {
        let offset = special.trailingZeroBitCount
        high |= word & TextScanning.highBits & (special & ~special &+ 1) &- 1
        return (length &+ offset >> 3, true)
      }
      high |= word & TextScanning.highBits
      length &+= 8
    }
    return (length, false)
  }

  /// The string whose first character is at `start`, and the position behind its closing quote.
  @inline(__always)
  private mutating func string(
    _ start: UnsafePointer<UInt8>
  ) throws(RaisedError) -> (Value, UnsafePointer<UInt8>) {
    var high: UInt64 = 0
    let (length, isAtSpecial) = plainLength(start, &high)
    guard isAtSpecial, start[length] == UInt8(ascii: "\"") else { return try anyString(start) }
    return (makeString(start, count: length, isASCII: high == 0), start + length + 1)
  }

  /// A string of bytes that are no more than a piece.
  @inline(__always)
  private func makeString(
    _ bytes: UnsafePointer<UInt8>, count: Int, isASCII: Bool
  ) -> Value {
    if count == 1 { return engine.character(bytes[0]) }
    let string = engine.allocateString(byteCount: count, scalarCount: count)
    // Cells are of whole granules of 16 bytes, of which the text begins one.
    if count <= 48 && end - bytes >= 64 {
      var copied = 0
      while copied < count {
        let part = UnsafeRawPointer(bytes + copied).loadUnaligned(as: SIMD16<UInt8>.self)
        UnsafeMutableRawPointer(string.bytes + copied).storeBytes(
          of: part, as: SIMD16<UInt8>.self)
        copied &+= 16
      }
    } else {
      memcpy(string.bytes, bytes, count)
    }
    if !isASCII {
      string.pointee.scalarCount = UInt32(
        truncatingIfNeeded: Engine.scalarCount(bytes, count: count))
    }
    return Value(.string, string)
  }

  /// A string with escapes, a long one, or one near the end of the text.
  @inline(never)
  private mutating func anyString(
    _ start: UnsafePointer<UInt8>
  ) throws(RaisedError) -> (Value, UnsafePointer<UInt8>) {
    var position = start
    var run = start
    var hasEscapes = false
    while true {
      var high: UInt64 = 0
      let (length, _) = plainLength(position, &high)
      position += length
      if position - run >= Piece.characters { try engine.checkInterruption() }
      guard position < end else { throw unclosed(start - 1) }
      let byte = position.pointee
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") {
        if !hasEscapes {
          hasEscapes = true
          if builder == nil { builder = TextBuilder(engine) }
          builder!.removeAll()
        }
        try builder!.append(run, count: position - run)
        position = try takeEscape(position)
        run = position
      } else if byte < 0x20 {
        throw failure(position, controlMessage(byte))
      } else {
        position += 1
      }
    }
    let next = position + 1
    if hasEscapes {
      try builder!.append(run, count: position - run)
      let count = builder!.count
      try engine.reserveString(count)
      let value = try builder!.finish()
      if count > Piece.bytes {
        builder!.deallocate()
        builder = nil
      }
      return (value, next)
    }
    let count = position - start
    try engine.reserveString(count)
    let scalars = try engine.countScalars(start, count: count)
    return (
      try engine.makeString(copying: start, count: count, scalarCount: scalars), next
    )
  }

  private func controlMessage(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    let shown = "U+00\(byte < 16 ? "0" : "")\(digits)"
    let escape =
      switch byte {
      case 0x08: "\\b"
      case 0x09: "\\t"
      case 0x0A: "\\n"
      case 0x0C: "\\f"
      case 0x0D: "\\r"
      default: "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))"
      }
    return "the control character \(shown) stands in a string as \(escape) only"
  }

  /// Appends what the escape at `start` stands for; gives the position behind it.
  private mutating func takeEscape(
    _ start: UnsafePointer<UInt8>
  ) throws(RaisedError) -> UnsafePointer<UInt8> {
    guard end - start >= 2 else { throw unclosed(nil) }
    let byte: UInt8
    switch start[1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte = start[1]
    case UInt8(ascii: "n"): byte = 0x0A
    case UInt8(ascii: "t"): byte = 0x09
    case UInt8(ascii: "r"): byte = 0x0D
    case UInt8(ascii: "b"): byte = 0x08
    case UInt8(ascii: "f"): byte = 0x0C
    case UInt8(ascii: "u"): return try takeUnicodeEscape(start)
    default:
      throw failure(
        start, "unknown escape '\\\(shown(start + 1))' in a string: a backslash stands as \\\\")
    }
    try builder!.append(byte)
    return start + 2
  }

  private mutating func takeUnicodeEscape(
    _ start: UnsafePointer<UInt8>
  ) throws(RaisedError) -> UnsafePointer<UInt8> {
    let unit = try codeUnit(start)
    if unit & 0xF800 != 0xD800 {
      try builder!.append(scalar: Unicode.Scalar(unit).unsafelyUnwrapped)
      return start + 6
    }
    // A high surrogate, and the low one that has to follow.
    if unit < 0xDC00, end - start >= 8, start[6] == UInt8(ascii: "\\"),
      start[7] == UInt8(ascii: "u")
    {
      let low = try codeUnit(start + 6)
      if low & 0xFC00 == 0xDC00 {
        let value = 0x1_0000 + (unit & 0x3FF) << 10 + low & 0x3FF
        try builder!.append(scalar: Unicode.Scalar(value).unsafelyUnwrapped)
        return start + 12
      }
    }
    let text = String(decoding: UnsafeBufferPointer(start: start, count: 6), as: UTF8.self)
    throw failure(start, "\(text) is half of a surrogate pair, which is no character")
  }

  /// The number behind `\u`.
  private func codeUnit(_ start: UnsafePointer<UInt8>) throws(RaisedError) -> UInt32 {
    var unit: UInt32 = 0
    for index in 2..<6 {
      guard start + index < end, let digit = NumberScanner.digit(start[index]), digit < 16 else {
        throw unexpected(start + index, "four hexadecimal digits behind \\u")
      }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }

  // MARK: Keys

  /// `string` when it is the text up to the next quote. Strings in the table are as they stand in
  /// texts, without escapes.
  @inline(__always)
  private func expectedKey(
    _ string: StringReference?, _ start: UnsafePointer<UInt8>
  ) -> StringReference? {
    guard let string else { return nil }
    let count = string.count
    if end - start < count &+ 8 || start[count] != UInt8(ascii: "\"") { return nil }
    var index = 0
    while count &- index >= 8 {
      if TextScanning.loadWord(start + index) != TextScanning.loadWord(string.bytes + index) {
        return nil
      }
      index &+= 8
    }
    if index == count { return string }
    // A cell has whole granules: what is behind the text is not compared.
    let difference =
      TextScanning.loadWord(start + index) ^ TextScanning.loadWord(string.bytes + index)
    return difference &<< UInt64(truncatingIfNeeded: 64 &- (count &- index) &* 8) == 0
      ? string : nil
  }

  /// Keys of up to so many bytes are in the table.
  private static let longestKnownKey = 64

  /// The key whose first character is at `start`, with its hash, and the position behind its quote.
  @inline(never)
  private mutating func key(
    _ start: UnsafePointer<UInt8>, after recent: inout Int
  ) throws(RaisedError) -> (Value, UnsafePointer<UInt8>) {
    var high: UInt64 = 0
    let (count, isAtSpecial) = plainLength(start, &high)
    guard isAtSpecial, start[count] == UInt8(ascii: "\""), count <= JSONParser.longestKnownKey
    else {
      let (value, next) = try string(start)
      _ = try engine.hash(value)
      recent = 0
      return (value, next)
    }
    let hash = Hash.of(bytes: start, count: count)
    let slot = 1 + Int(hash ^ hash >> 20) & (JSONWorkspace.keySlots - 1)
    let entry = workspace.keys + slot
    workspace.keys[recent].successor = slot
    recent = slot
    if let known = entry.pointee.string, known.hash == hash, known.count == count,
      memcmp(known.bytes, start, count) == 0
    {
      return (Value(.string, known), start + count + 1)
    }
    let value = makeString(start, count: count, isASCII: high == 0)
    value.string.pointee.header.word = hash
    entry.pointee = JSONKey(string: value.string, successor: 0)
    return (value, start + count + 1)
  }

  // MARK: Numbers

  /// The number at `start`, and the position behind it.
  @inline(__always)
  private mutating func number(
    _ start: UnsafePointer<UInt8>, _ top: UnsafeMutablePointer<Value>
  ) throws(RaisedError) -> (Value, UnsafePointer<UInt8>) {
    let isNegative = start.pointee == UInt8(ascii: "-")
    let first = isNegative ? start + 1 : start
    var position = first
    var magnitude: UInt64 = 0
    while position < end, JSONScanning.isDigit(position.pointee) {
      magnitude = magnitude &* 10 &+ UInt64(position.pointee &- UInt8(ascii: "0"))
      position += 1
      if position - first == 19 { break }
    }
    let count = position - first
    let byte = position < end ? position.pointee : 0
    // An int of at most 18 digits, without a zero in front of others.
    if count > 0, count < 19, count == 1 || first.pointee != UInt8(ascii: "0"),
      byte != UInt8(ascii: "."), byte | 0x20 != UInt8(ascii: "e")
    {
      let int = Int(truncatingIfNeeded: magnitude)
      return (.int(isNegative ? 0 &- int : int), position)
    }
    return try otherNumber(start, top)
  }

  /// Moves a position on over digits, of which there may be many.
  private func skipDigits(_ position: inout UnsafePointer<UInt8>) throws(RaisedError) {
    while true {
      let pause = end - position > Piece.characters ? position + Piece.characters : end
      while position < pause, JSONScanning.isDigit(position.pointee) { position += 1 }
      if position < pause || position == end { return }
      try engine.checkInterruption()
    }
  }

  /// A float, a large int, or what is none.
  @inline(never)
  private mutating func otherNumber(
    _ start: UnsafePointer<UInt8>, _ top: UnsafeMutablePointer<Value>
  ) throws(RaisedError) -> (Value, UnsafePointer<UInt8>) {
    let isNegative = start.pointee == UInt8(ascii: "-")
    let first = isNegative ? start + 1 : start
    var position = first
    try skipDigits(&position)
    if position == first {
      if isNext("Infinity", position) {
        throw failure(start, "-Infinity is no JSON, which has no number for it")
      }
      throw unexpected(position, "a digit behind '-'")
    }
    if first.pointee == UInt8(ascii: "0"), position - first > 1 {
      throw failure(first, "a number does not begin with 0, except 0 itself")
    }
    var isFloat = false
    var exponent = 0
    if position < end, position.pointee == UInt8(ascii: ".") {
      isFloat = true
      position += 1
      let fraction = position
      try skipDigits(&position)
      if position == fraction { throw unexpected(position, "a digit behind the point") }
      exponent = fraction - position
    }
    let digitsEnd = position
    if position < end, position.pointee | 0x20 == UInt8(ascii: "e") {
      isFloat = true
      position += 1
      var isExponentNegative = false
      if position < end, position.pointee == UInt8(ascii: "-") || position.pointee == UInt8(ascii: "+")
      {
        isExponentNegative = position.pointee == UInt8(ascii: "-")
        position += 1
      }
      let exponentStart = position
      try skipDigits(&position)
      if position == exponentStart { throw unexpected(position, "a digit of the exponent") }
      var value = 0
      // More than any float needs, and far from overflow.
      for index in 0..<(position - exponentStart) where value < 1 << 40 {
        value = value * 10 + Int(exponentStart[index] - UInt8(ascii: "0"))
      }
      exponent += isExponentNegative ? -value : value
    }
    if !isFloat {
      let text = UnsafeBufferPointer(start: start, count: position - start)
      return (try engine.parseInt(text, base: 10).unsafelyUnwrapped, position)
    }
    if !options.floatHook.isUndefined {
      let length = position - start
      try engine.reserveString(length)
      let text = try engine.makeString(copying: start, count: length, scalarCount: length)
      var unused = 0
      return (try callHook(options.floatHook, text, top, &unused), position)
    }
    let digits = DecimalText(all: first..<digitsEnd)
    guard let magnitude = try digits.float(exponent: exponent, engine) else {
      let shown =
        position - start > 40
        ? "the number" : String(decoding: UnsafeBufferPointer(start: start, count: position - start), as: UTF8.self)
      throw failure(start, "\(shown) is beyond the range of floats")
    }
    return (.float(isNegative ? -magnitude : magnitude), position)
  }

  /// The digits of a number, with a point somewhere behind the whole part.
  private struct DecimalText {
    var all: Range<UnsafePointer<UInt8>>

    /// The float nearest to the digits, read as an integer, times a power of ten; nil when it is not
    /// finite.
    func float(exponent: Int, _ engine: Engine) throws(RaisedError) -> Double? {
      if all.upperBound - all.lowerBound > 64 { return try slowFloat(exponent: exponent, engine) }
      var significand: UInt64 = 0
      var count = 0
      var position = all.lowerBound
      while position < all.upperBound, count < 19 {
        let byte = position.pointee
        position += 1
        if byte == UInt8(ascii: ".") { continue }
        significand = significand &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
        if significand > 0 { count += 1 }
      }
      if position == all.upperBound,
        let exact = Engine.float(significand, exponent: exponent)
      {
        return exact
      }
      return try slowFloat(exponent: exponent, engine)
    }

    /// Digits beyond these are never looked at: a float's exact middle to the next has fewer.
    private static let decisiveDigits = 800

    private func slowFloat(exponent: Int, _ engine: Engine) throws(RaisedError) -> Double? {
      var text: [UInt8] = []
      var exponent = exponent
      var dropsSome = false
      var position = all.lowerBound
      while position < all.upperBound {
        let pause =
          all.upperBound - position > Piece.characters
          ? position + Piece.characters : all.upperBound
        while position < pause {
          let byte = position.pointee
          position += 1
          if byte == UInt8(ascii: ".") || text.isEmpty && byte == UInt8(ascii: "0") { continue }
          if text.count < DecimalText.decisiveDigits {
            text.append(byte)
          } else {
            exponent += 1
            if byte != UInt8(ascii: "0") { dropsSome = true }
          }
        }
        if position < all.upperBound { try engine.checkInterruption() }
      }
      if text.isEmpty { return 0 }
      if dropsSome {
        text.append(UInt8(ascii: "1"))
        exponent -= 1
      }
      text.append(contentsOf: "e\(exponent)".utf8)
      let float = text.withUnsafeBufferPointer { engine.parseFloat($0) } ?? 0
      return float.isFinite ? float : nil
    }
  }
}
