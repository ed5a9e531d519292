import Lang

// Instances of the class `Match`: made here, and asked about their groups.
//
// A match has the fields `text`, `pattern` and two that programs are not to touch: `_spans`, a tuple of where
// the groups begin and end in bytes, or -1, and `_index`, the number of characters before the match.
// A program that does touch them gets an error at worst.

extension MatchSequence {
  /// The match that was found last, as an instance, before which there are so many characters.
  func makeMatch(
    of class: ClassReference, pattern: Value, index: Int
  ) -> Value {
    let context = search.expression.context
    let groupCount = search.expression.groupCount
    let spans = engine.makeTuple(count: 2 * (groupCount + 1))
    spans.items[0] = .int(start)
    spans.items[1] = .int(end)
    var number = 1
    while number <= groupCount {
      let (from, to) = (search.bound(2 * number), search.bound(2 * number + 1))
      let isThere = from >= 0 && to >= from
      spans.items[2 * number] = .int(isThere ? from : -1)
      spans.items[2 * number + 1] = .int(isThere ? to : -1)
      number += 1
    }
    let instance = engine.makeInstance(of: `class`)
    engine.setField(instance, context.textField, search.subject.value)
    engine.setField(instance, context.patternField, pattern)
    engine.setField(instance, context.spansField, Value(.tuple, spans))
    engine.setField(instance, context.indexField, .int(index))
    return Value(.instance, instance)
  }
}

/// What an instance of `Match` says.
struct FoundMatch {
  let engine: Engine
  let context: MatchingContext
  let subject: Subject
  private let value: Value
  private let spans: TupleReference
  private let index: Int

  /// Reads an instance; a ValueError when a program has changed it into something else.
  init(
    _ value: Value, _ context: MatchingContext, _ engine: Engine
  ) throws(RaisedError) {
    guard value.tag == .instance else { throw FoundMatch.changed(engine) }
    let text = engine.field(value.instance, context.textField)
    let spans = engine.field(value.instance, context.spansField)
    let index = engine.field(value.instance, context.indexField)
    guard text.isString || text.tag == .bytes, spans.tag == .tuple, index.isInt,
      spans.tuple.pointee.count >= 2, spans.tuple.pointee.count & 1 == 0
    else { throw FoundMatch.changed(engine) }
    self.engine = engine
    self.context = context
    self.value = value
    self.spans = spans.tuple
    self.index = index.int
    subject = Subject(text)
  }

  private static func changed(_ engine: Engine) -> RaisedError {
    engine.valueError("the fields of the match were changed")
  }

  /// How many groups there are, the whole match aside.
  var groupCount: Int { spans.pointee.count / 2 - 1 }

  /// Where a group begins and ends in bytes; nil for one that is not in the match.
  func span(_ number: Int) throws(RaisedError) -> Range<Int>? {
    let (start, end) = (spans.items[2 * number], spans.items[2 * number + 1])
    guard start.isInt, end.isInt else { throw FoundMatch.changed(engine) }
    if start.int < 0 && number > 0 { return nil }
    guard subject.isBoundary(start.int), subject.isBoundary(end.int), start.int <= end.int else {
      throw FoundMatch.changed(engine)
    }
    return start.int..<end.int
  }

  /// The text of a group, or a value for one that is not in the match.
  func text(_ number: Int, _ missing: Value = .nil) throws(RaisedError) -> Value {
    guard let span = try span(number) else { return missing }
    return try subject.slice(span.lowerBound, span.upperBound, engine)
  }

  /// Where a byte position of the match is in characters.
  func character(at position: Int) throws(RaisedError) -> Int {
    if subject.hasByteIndexes { return position }
    guard let whole = try span(0) else { throw FoundMatch.changed(engine) }
    let start = whole.lowerBound
    return position >= start
      ? index &+ (try subject.characters(start, position, engine))
      : index &- (try subject.characters(position, start, engine))
  }

  /// The pattern that has found the match.
  func expression() throws(RaisedError) -> RegularExpression {
    let pattern = engine.field(value.instance, context.patternField)
    guard pattern.tag == .instance else { throw FoundMatch.changed(engine) }
    let code = engine.field(pattern.instance, context.codeField)
    guard let expression = engine.foreign(code, as: RegularExpression.self),
      expression.groupCount == groupCount
    else { throw FoundMatch.changed(engine) }
    return expression
  }

  /// The number of the group that a number or name means.
  ///
  /// Of several groups with the same name it is the first one in the match.
  func number(_ key: Value, _ caller: StaticString) throws(RaisedError) -> Int {
    if key.isInt {
      if key.int >= 0 && key.int <= groupCount { return key.int }
      throw engine.indexError(
        "the pattern has no group \(key.int): "
          + (groupCount == 0 ? "there are none" : "they go from 1 to \(groupCount)"))
    }
    guard key.isString else {
      throw engine.typeError(
        "\(caller)() expects the number or name of a group, not \(engine.typeName(of: key))")
    }
    var first: Int?
    for name in try expression().names where name.matches(key.string.buffer) {
      if try span(name.group) != nil { return name.group }
      first = first ?? name.group
    }
    if let first { return first }
    throw engine.keyError("the pattern has no group named \(try engine.repr(key).string.text)")
  }
}

extension RegularExpression.Name {
  /// Whether this is the name.
  func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool { bytes.elementsEqual(text) }
}
