/// The functions that every program can call without an import, but for those that look into
/// objects and modules, which stand with the modules.
enum BuiltinFunctions {
  nonisolated(unsafe) static let definitions: [NativeDefinition] =
    textual + iterating + combining + numeric + identifying

  // MARK: Text and identity

  nonisolated(unsafe) private static let textual: [NativeDefinition] = [
    NativeDefinition(
      "print", "..., sep?, end?, file?",
      "Writes the arguments as text to standard output or a file, with `sep` and `end`."
    ) { (call) throws(RaisedError) -> Value in try call.engine.print(call) },
    NativeDefinition(
      "input", "prompt?",
      "Writes the prompt, reads a line and gives it without its end; nil when there is none."
    ) { (call) throws(RaisedError) -> Value in try call.engine.input(prompt: call[0]) },
    NativeDefinition(
      "len", "value", "Gives the number of items of a container, or of characters of a string."
    ) { (call) throws(RaisedError) -> Value in .int(try call.engine.length(call[0])) },
    NativeDefinition("repr", "value", "Gives a value as text, as it would stand in a program.") {
      (call) throws(RaisedError) -> Value in try call.engine.repr(call[0])
    },
    NativeDefinition(
      "format", "value, specification?", "Gives a value as text, laid out by a specification."
    ) { (call) throws(RaisedError) -> Value in
      if call[1].isUndefined { return try call.engine.str(call[0]) }
      _ = try call.engine.expectString(call[1], "format() expects a string")
      return try call.engine.format(call[0], specification: call[1])
    },
    NativeDefinition("ord", "character", "Gives the number of a character in Unicode.") {
      (call) throws(RaisedError) -> Value in
      let string = try call.engine.expectString(call[0], "ord() expects a string")
      if string.pointee.scalarCount != 1 {
        throw call.engine.valueError(
          "ord() expects one character, not \(string.pointee.scalarCount)")
      }
      return .int(Int(TextScanning.decode(string.bytes).scalar.value))
    },
    NativeDefinition("chr", "number", "Gives the character with a number in Unicode.") {
      (call) throws(RaisedError) -> Value in
      let number = try call.engine.expectInt(call[0], "chr() expects an int")
      if number >= 0 && number < 0x80 { return call.engine.character(UInt8(number)) }
      guard let code = UInt32(exactly: number), let scalar = Unicode.Scalar(code) else {
        throw call.engine.valueError("no character has the number \(number)")
      }
      return call.engine.makeString(scalar)
    },
  ]

  nonisolated(unsafe) private static let identifying: [NativeDefinition] = [
    NativeDefinition(
      "hash", "value",
      "Gives the number by which maps and sets find a value; equal for equal values."
    ) { (call) throws(RaisedError) -> Value in .int(Int(try call.engine.hash(call[0]))) },
    NativeDefinition(
      "id", "value", "Gives a number that no other object has as long as this one is there."
    ) { (call) throws(RaisedError) -> Value in
      let value = call[0]
      switch value.tag {
      // A module has the number that its proxy had.
      case .proxy, .module:
        return .int(Int(truncatingIfNeeded: call.engine.identityHash(of: value)))
      case .nil, .true, .false: return .int(Int(value.tag.rawValue) + 2)
      case .int, .float: return .int(Int(Hash.of(bits: value.bits)) << 4 | 8)
      default: return .int(Int(truncatingIfNeeded: value.bits))
      }
    },
  ]

  // MARK: Iteration

  nonisolated(unsafe) private static let iterating: [NativeDefinition] = [
    NativeDefinition("iter", "value", "Gives an iterator over a value.") {
      (call) throws(RaisedError) -> Value in try call.engine.iterate(call[0])
    },
    NativeDefinition(
      "next", "iterator, default?",
      "Gives the next item of an iterator; at the end the default, or a StopIteration."
    ) { (call) throws(RaisedError) -> Value in
      let item = try call.engine.next(call[0])
      if !item.isUndefined { return item }
      if call[1].isUndefined { throw call.engine.stopIteration() }
      return call[1]
    },
    NativeDefinition(
      "enumerate", "items, start?",
      "Gives an iterator over (number, item) pairs, from `start` or 0."
    ) { (call) throws(RaisedError) -> Value in
      let start =
        call[1].isUndefined ? 0 : try call.engine.expectInt(call[1], "enumerate() expects an int")
      let source = try call.engine.iterate(call[0])
      return Value(
        .iterator, call.engine.makeIterator(.enumerate, source: source, position: start, limit: 0))
    },
    NativeDefinition(
      "zip", "...", "Gives an iterator over tuples of the next item of each; the shortest ends it."
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let sources = engine.makeTuple(count: call.count)
      engine.root(Value(.tuple, sources))
      for position in 0..<call.count {
        sources.items[position] = try engine.iterate(call[position])
      }
      return Value(
        .iterator,
        engine.makeIterator(.zip, source: Value(.tuple, sources), position: 0, limit: 0))
    },
    NativeDefinition(
      "reversed", "items", "Gives an iterator from the last item of a sequence or map to the first."
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      var source = call[0]
      var position: Int
      switch source.tag {
      case .list, .tuple, .range, .bytes: position = engine.expectedCount(source)
      case .string: position = source.string.count
      case .map:
        source = Value(.list, try engine.listOfKeys(source.map))
        position = source.list.pointee.count
      default:
        throw engine.typeError(
          "reversed() expects a list, tuple, string, range, bytes or map, not "
            + engine.typeName(of: source))
      }
      return Value(
        .iterator, engine.makeIterator(.reversed, source: source, position: position, limit: 0))
    },
    NativeDefinition(
      "sorted", "items, key?, reverse?",
      "Gives a sorted list of the items, by what the key function gives for each if there is one."
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let list = engine.makeList(capacity: 0)
      engine.root(Value(.list, list))
      try engine.extend(list, withItemsOf: call[0])
      try engine.sort(
        list, key: call[1].isUndefined ? .nil : call[1],
        isReverse: try engine.isGivenAndTrue(call[2]))
      return Value(.list, list)
    },
  ]

  nonisolated(unsafe) private static let combining: [NativeDefinition] = [
    NativeDefinition("any", "items", "Tells whether any item is true.") {
      (call) throws(RaisedError) -> Value in
      .bool(try call.engine.hasItem(in: call[0], thatIs: true, by: .undefined))
    },
    NativeDefinition("all", "items", "Tells whether all items are true.") {
      (call) throws(RaisedError) -> Value in
      .bool(try !call.engine.hasItem(in: call[0], thatIs: false, by: .undefined))
    },
    NativeDefinition("sum", "items, start?", "Adds the items up, beginning with `start` or 0.") {
      (call) throws(RaisedError) -> Value in
      try call.engine.sum(call[0], from: call[1].isUndefined ? .int(0) : call[1])
    },
    NativeDefinition(
      "min", "..., key?, default?",
      "Gives the least of the arguments, or of the items of the only one, by `key` if given."
    ) { (call) throws(RaisedError) -> Value in try call.engine.extreme(call, isMaximum: false) },
    NativeDefinition(
      "max", "..., key?, default?",
      "Gives the greatest of the arguments, or of the items of the only one, by `key` if given."
    ) { (call) throws(RaisedError) -> Value in try call.engine.extreme(call, isMaximum: true) },
  ]

  // MARK: Numbers

  nonisolated(unsafe) private static let numeric: [NativeDefinition] = [
    NativeDefinition("abs", "number", "Gives a number without its sign.") {
      (call) throws(RaisedError) -> Value in try call.engine.absValue(call[0])
    },
    NativeDefinition(
      "round", "number, digits?",
      "Rounds half to even: to an int, or to a number of digits after the point."
    ) { (call) throws(RaisedError) -> Value in try call.engine.roundValue(call[0], digits: call[1])
    },
    NativeDefinition("divmod", "a, b", "Gives the tuple (a // b, a % b).") {
      (call) throws(RaisedError) -> Value in try call.engine.divmodValue(call[0], call[1])
    },
  ]
}

extension Engine {
  /// `sum(items, start)`.
  fileprivate func sum(_ source: Value, from start: Value) throws(RaisedError) -> Value {
    if source.tag == .range { return try sum(of: source.range, from: start) }
    var items = try Iteration(self, source)
    let total = pointee.top
    root(start)
    while let item = try items.next() {
      let sum = total.pointee
      if sum.isInt && item.isInt {
        let (result, overflow) = sum.int.addingReportingOverflow(item.int)
        total.pointee = overflow ? try arithmetic(.add, sum, item) : .int(result)
      } else if sum.isFloat && item.isFloat {
        total.pointee = .float(sum.float + item.float)
      } else {
        total.pointee = try arithmetic(.add, sum, item)
      }
    }
    return total.pointee
  }

  /// The sum of an arithmetic sequence; a long one takes no time.
  private func sum(of range: RangeReference, from start: Value) throws(RaisedError) -> Value {
    let count = range.count
    if count == 0 { return start }
    let last = Value.int(range.pointee.lower &+ (count &- 1) &* range.pointee.step)
    let ends = try arithmetic(.add, .int(range.pointee.lower), last)
    let twice = try arithmetic(.multiply, ends, .int(count))
    return try arithmetic(.add, start, arithmetic(.floorDivide, twice, .int(2)))
  }

  /// `min` and `max`.
  ///
  /// Of several that are as extreme, the first.
  fileprivate func extreme(_ call: NativeCall, isMaximum: Bool) throws(RaisedError) -> Value {
    let name = isMaximum ? "max" : "min"
    var (key, fallback) = (call.keyword(0), call.keyword(1))
    if key.isNil { key = .undefined }
    if call.count == 0 { throw typeError("\(name)() is missing argument 'items'") }
    let source: Value
    if call.count == 1 {
      source = call[0]
    } else {
      source = Value(.tuple, try makeTuple(copying: call.arguments, count: call.count))
      fallback = .undefined
    }
    if source.tag == .range && key.isUndefined && source.range.count > 0 {
      let range = source.range.pointee
      let last = range.lower &+ (source.range.count &- 1) &* range.step
      return .int((range.step > 0) == isMaximum ? last : range.lower)
    }
    var items = try Iteration(self, source)
    guard let first = try items.next() else {
      if !fallback.isUndefined { return fallback }
      throw valueError("\(name)() of nothing needs a default")
    }
    let (best, bestKey, candidateKey) = (pointee.top, pointee.top + 1, pointee.top + 2)
    root(first)
    root(first)
    root(.nil)
    if !key.isUndefined { bestKey.pointee = try self.call(key, first) }
    while let item = try items.next() {
      candidateKey.pointee = key.isUndefined ? item : try self.call(key, item)
      let isBetter =
        isMaximum
        ? try less(bestKey.pointee, candidateKey.pointee)
        : try less(candidateKey.pointee, bestKey.pointee)
      if isBetter {
        best.pointee = item
        bestKey.pointee = candidateKey.pointee
      }
    }
    return best.pointee
  }
}
