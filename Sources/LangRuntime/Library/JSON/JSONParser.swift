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
  func base(of frame: UnsafeMutablePointer<JSONFrame>) -> UnsafeMutablePointer<Value> {
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
  func isNext(_ word: StaticString, _ position: UnsafePointer<UInt8>) -> Bool {
    let count = word.utf8CodeUnitCount
    if end - position < count { return false }
    for index in 0..<count where position[index] != word.utf8Start[index] { return false }
    return true
  }
}
