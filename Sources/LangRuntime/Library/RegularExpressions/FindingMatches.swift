import Lang

// Looking for matches: the first, all, all with a function of the program in between.

extension RegularExpressionsPart {
  func find(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let expression = try expression(call)
    guard call[5].isInt, let kind = RegularExpression.Kind(rawValue: call[5].int) else {
      throw engine.typeError("_re.find() expects 0, 1 or 2 for 'kind'")
    }
    let caller: StaticString
    switch kind {
    case .anywhere: caller = "search"
    case .atStart: caller = "match"
    case .whole: caller = "full_match"
    }
    let subject = try subject(call[2], expression, engine, caller)
    guard let window = try window(call, 3, subject, caller) else { return .nil }
    let search = try Search(
      expression, kind, subject, from: window.start, to: window.end, engine)
    var matches = MatchSequence(search, from: window.start)
    guard try matches.next() else { return .nil }
    return matches.makeMatch(
      of: try context.matchClass(engine), pattern: call[1],
      index: try subject.characters(0, matches.start, engine))
  }

  func findAll(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let expression = try expression(call)
    let subject = try subject(call[1], expression, engine, "find_all")
    let list = engine.makeList(capacity: 0)
    guard let window = try window(call, 2, subject, "find_all") else { return Value(.list, list) }
    let search = try Search(
      expression, .anywhere, subject, from: window.start, to: window.end, engine)
    var matches = MatchSequence(search, from: window.start)
    let groupCount = expression.groupCount
    while try matches.next() {
      if groupCount <= 1 {
        try append(try matches.group(groupCount), to: list, engine)
      } else {
        let groups = engine.makeTuple(count: groupCount)
        for number in 0..<groupCount {
          groups.items[number] = try matches.group(number + 1)
        }
        try append(Value(.tuple, groups), to: list, engine)
      }
    }
    return Value(.list, list)
  }

  // MARK: Piece by piece

  /// Where a search for all matches is: five numbers that the program hands back.
  ///
  /// The byte position to go on from, the one to end at, a byte position and how many characters there are
  /// before it, and whether the next match may not be empty (1) where it begins.
  private func place(
    _ position: Int, _ end: Int, _ counted: Int, _ index: Int, _ mayNotBeEmpty: Bool,
    _ engine: Engine
  ) -> Value {
    let place = engine.makeTuple(count: 5)
    for (number, value) in [position, end, counted, index, mayNotBeEmpty ? 1 : 0].enumerated() {
      place.items[number] = .int(value)
    }
    return Value(.tuple, place)
  }

  func begin(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let expression = try expression(call)
    let subject = try subject(call[1], expression, engine, "find_iter")
    guard let window = try window(call, 2, subject, "find_iter") else { return .nil }
    let index = try subject.characters(0, window.start, engine)
    return place(window.start, window.end, window.start, index, false, engine)
  }

  func findSome(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let expression = try expression(call)
    let subject = try subject(call[2], expression, engine, "find_iter")
    let `class` = try context.matchClass(engine)
    let place = try numbers(call[3], engine)
    var (counted, index) = (place[2], place[3])
    guard subject.isBoundary(place[0]), subject.isBoundary(place[1]), subject.isBoundary(counted),
      place[0] <= place[1], counted <= place[0], call[4].isInt
    else { throw engine.valueError("_re.find_some() was given no place in the text") }
    let search = try Search(
      expression, .anywhere, subject, from: place[0], to: place[1], engine)
    var matches = MatchSequence(search, from: place[0], mayNotBeEmpty: place[4] != 0)
    let list = engine.makeList(capacity: 0)
    let most = min(call[4].int, 1000)
    var isAtEnd = false
    while list.pointee.count < most {
      let (position, mayNotBeEmpty) = (matches.position, matches.mayNotBeEmpty)
      do throws(RaisedError) {
        guard try matches.next() else {
          isAtEnd = true
          break
        }
        index &+= try subject.characters(counted, matches.start, engine)
        counted = matches.start
      } catch {
        // What was found before is handed out first; the next search meets the error again.
        if list.pointee.count == 0 || engine.classOf(error.value) == engine.pointee.errors.interrupt
        {
          throw error
        }
        return engine.makeTuple(
          Value(.list, list),
          self.place(position, place[1], counted, index, mayNotBeEmpty, engine))
      }
      engine.append(
        matches.makeMatch(of: `class`, pattern: call[1], index: index), to: list)
    }
    let isOver = isAtEnd || matches.position > place[1]
    return engine.makeTuple(
      Value(.list, list),
      isOver
        ? .nil
        : self.place(
          matches.position, place[1], counted, index, matches.mayNotBeEmpty, engine))
  }

  private func numbers(_ value: Value, _ engine: Engine) throws(RaisedError) -> [Int] {
    var numbers: [Int] = []
    if value.tag == .tuple {
      for index in 0..<value.tuple.pointee.count where value.tuple.items[index].isInt {
        numbers.append(value.tuple.items[index].int)
      }
    }
    if numbers.count != 5 { throw engine.valueError("_re.find_some() was given no place") }
    return numbers
  }

  // MARK: Taking apart and putting together

  func split(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let expression = try expression(call)
    let subject = try subject(call[1], expression, engine, "split")
    var left = try most(call[2], engine, "split", "limit")
    let search = try Search(expression, .anywhere, subject, from: 0, to: subject.count, engine)
    var matches = MatchSequence(search, from: 0)
    let list = engine.makeList(capacity: 0)
    var start = 0
    while left > 0, try matches.next() {
      try append(try subject.slice(start, matches.start, engine), to: list, engine)
      var number = 1
      while number <= expression.groupCount {
        try append(try matches.group(number), to: list, engine)
        number += 1
      }
      start = matches.end
      left -= 1
    }
    try append(try subject.slice(start, subject.count, engine), to: list, engine)
    return Value(.list, list)
  }

  func replace(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let expression = try expression(call)
    let subject = try subject(call[2], expression, engine, "replace")
    let most = try most(call[4], engine, "replace", "count")
    let isText = call[3].isString || call[3].tag == .bytes
    if isText {
      _ = try self.subject(call[3], expression, engine, "replace", "replacement")
    }
    let replacement = isText ? try Replacement(call[3], for: expression, engine) : nil
    let `class` = try context.matchClass(engine)
    let search = try Search(expression, .anywhere, subject, from: 0, to: subject.count, engine)
    var matches = MatchSequence(search, from: 0)
    var builder = TextBuilder(engine, capacity: subject.count)
    defer { builder.deallocate() }
    var (count, start) = (0, 0)
    var (counted, index) = (0, 0)
    while count < most, try matches.next() {
      let (from, to) = (matches.start, matches.end)
      try builder.append(subject.bytes + start, count: from - start, scalarCount: 0)
      if let replacement {
        try replacement.append(to: &builder, subject) { (number) throws(RaisedError) in
          if number == 0 { return from..<to }
          let (first, last) = (
            matches.search.bound(2 * number), matches.search.bound(2 * number + 1)
          )
          return first < 0 || last < first ? nil : first..<last
        }
      } else {
        index += try subject.characters(counted, from, engine)
        counted = from
        let match = matches.makeMatch(of: `class`, pattern: call[1], index: index)
        let text = try engine.call(call[3], match)
        guard expression.isForBytes ? text.tag == .bytes : text.isString else {
          throw engine.typeError(
            "re.replace() expects the function to return "
              + "\(expression.isForBytes ? "bytes" : "a string"), not \(engine.typeName(of: text))")
        }
        let part = Subject(text)
        try builder.append(part.bytes, count: part.count, scalarCount: 0)
      }
      start = to
      count += 1
      if count & (Piece.items - 1) == 0 { try engine.checkInterruption() }
    }
    if count == 0 { return engine.makeTuple(subject.value, .int(0)) }
    try builder.append(subject.bytes + start, count: subject.count - start, scalarCount: 0)
    return engine.makeTuple(try finish(&builder, subject), .int(count))
  }

  /// The text that was put together, whose scalars were not counted.
  private func finish(
    _ builder: inout TextBuilder, _ subject: Subject
  ) throws(RaisedError) -> Value {
    if subject.isBytes {
      return try builder.engine.makeBytes(copying: builder.bytes, count: builder.count)
    }
    return try builder.finish(
      scalarCount: builder.engine.countScalars(builder.bytes, count: builder.count))
  }

  func expand(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let match = try FoundMatch(call[0], context, engine)
    let expression = try match.expression()
    _ = try subject(call[1], expression, engine, "expand", "replacement")
    let replacement = try Replacement(call[1], for: expression, engine)
    var builder = TextBuilder(engine)
    defer { builder.deallocate() }
    try replacement.append(to: &builder, match.subject) { (number) throws(RaisedError) in
      try match.span(number)
    }
    return try finish(&builder, match.subject)
  }
}
