// f-strings. The text between the fields is found by the lexer; the fields are read by the parser
// itself, so quotes inside them never matter.

extension Parser {
  /// Reads an f-string, whose opening is the current token.
  mutating func parseFormatString() throws(SyntaxFailure) -> NodeIndex {
    let opening = token
    try enter()
    var indentation = CommonIndentation()
    let mark = scratch.count
    let node: NodeIndex
    if opening.isTriple, lexer.skipFirstLineEnd(lexer.cursor) != lexer.cursor {
      lexer.countIndentation(of: lexer.skipFirstLineEnd(lexer.cursor), &indentation)
    }
    try parseFormatParts(opening, isSpecification: false, &indentation)
    lexer.skip(opening.isTriple ? 3 : 1)
    let end = lexer.offset(lexer.cursor)
    decodePending(from: mark, indentation.count, opening)
    node = closeFormatParts(from: mark, start: opening.start, end: end)
    token.end = end
    advance()
    leave()
    return node
  }

  /// Reads text and fields onto the scratch stack.
  ///
  /// They end at the closing quotes or, in a format specification, at the closing brace. Literals wait for ``decodePending(from:_:_:)``.
  private mutating func parseFormatParts(
    _ opening: Token, isSpecification: Bool, _ indentation: inout CommonIndentation
  ) throws(SyntaxFailure) {
    while true {
      let start = lexer.offset(lexer.cursor)
      let end = lexer.skipFormatText(
        quote: opening.quote, isTriple: opening.isTriple, isSpecification: isSpecification,
        &indentation)
      let position = lexer.offset(lexer.cursor)
      if position > start {
        // `c` says that `a` and `b` are still the range in the source.
        scratch.append(
          add(Node(.stringLiteral, start: start, end: position, a: start, b: position, c: 1)))
      }
      switch end {
      case .quote:
        if isSpecification { throw failUnclosedField() }
        return
      case .fieldEnd:
        return
      case .unterminated:
        throw failUnclosedFormatString(opening, isSpecification: isSpecification)
      case .field:
        try parseField(opening)
      }
    }
  }

  /// Reads `{expr}`, `{expr:spec}`, `{expr=}` or `{expr=:spec}` onto the scratch stack.
  private mutating func parseField(_ opening: Token) throws(SyntaxFailure) {
    try enter()
    let outer = context
    let outerFieldStart = lexer.fieldStart
    let outerIsSingleLine = lexer.isInSingleLineField
    let start = lexer.offset(lexer.cursor)
    let outerOpenings = openings.count
    openings.append(start)
    lexer.fieldStart = start
    lexer.isInSingleLineField = outerIsSingleLine || !opening.isTriple
    context = .bracketed
    lexer.skip(1)
    do throws(SyntaxFailure) {
      try parseFieldContents(opening, start)
    } catch {
      lexer.fieldStart = outerFieldStart
      lexer.isInSingleLineField = outerIsSingleLine
      openings.truncate(to: outerOpenings)
      skipBrokenFormatString(opening)
      throw error
    }
    lexer.fieldStart = outerFieldStart
    lexer.isInSingleLineField = outerIsSingleLine
    openings.truncate(to: outerOpenings)
    context = outer
    leave()
  }

  private mutating func parseFieldContents(
    _ opening: Token, _ start: UInt32
  ) throws(SyntaxFailure) {
    advance()
    if token.kind == .rightBrace { throw failEmptyField(start) }
    let expression = try parseFieldExpression()
    var flags: UInt8 = 0
    if token.kind == .equal {
      advance()
      let text = add(
        Node(.stringLiteral, start: start + 1, end: token.start, a: start + 1, b: token.start, c: 2)
      )
      scratch.append(text)
      flags = NodeFlags.representation
    }
    var specification: NodeIndex = 0
    if token.kind == .colon {
      flags = 0
      let specificationStart = token.end
      let mark = scratch.count
      var unused = CommonIndentation()
      try parseFormatParts(opening, isSpecification: true, &unused)
      decodePending(from: mark, 0, opening)
      if scratch.count > mark {
        specification = closeFormatParts(
          from: mark, start: specificationStart, end: lexer.offset(lexer.cursor))
      }
      lexer.skip(1)
    } else if token.kind != .rightBrace {
      throw failFieldEnd()
    }
    scratch.append(
      add(
        Node(
          .formatField, flags: flags, start: start, end: lexer.offset(lexer.cursor),
          a: expression, b: specification)))
  }

  /// Replaces the escapes in the literals above `mark`, now that the indentation of the whole text is
  /// known, and drops those that turn out to be empty.
  private mutating func decodePending(from mark: Int, _ indentation: Int, _ opening: Token) {
    var kept = mark
    for position in mark..<scratch.count {
      let index = scratch[position]
      let node = nodes[Int(index)]
      if node.kind == .stringLiteral, node.c != 0 {
        lexer.scratch.truncate(to: 0)
        let from = lexer.base + Int(node.a)
        let to = lexer.base + Int(node.b)
        if node.c == 2 {
          // The text of an expression, as it is.
          lexer.scratch.append(from: from, count: to - from)
        } else {
          let isFirst = opening.isTriple && node.a == opening.end
          let text = isFirst ? min(lexer.skipFirstLineEnd(from), to) : from
          lexer.decode(
            text, to, isFormat: true, indentation: indentation, beginsLine: text != from)
        }
        if lexer.scratch.count == 0 { continue }
        nodes[Int(index)].a = lexer.internScratch()
        nodes[Int(index)].b = 0
        nodes[Int(index)].c = 0
      }
      scratch[kept] = index
      kept += 1
    }
    scratch.truncate(to: kept)
  }

  /// Makes one node of the parts above `mark`; text without a field is a plain string.
  private mutating func closeFormatParts(
    from mark: Int, start: UInt32, end: UInt32
  ) -> NodeIndex {
    if scratch.count == mark {
      let empty = lexer.symbols.pointee.intern(lexer.base, count: 0, prefix: 0)
      return add(Node(.stringLiteral, start: start, end: end, a: empty))
    }
    if scratch.count == mark + 1, nodes[Int(scratch.last)].kind == .stringLiteral {
      let literal = scratch.removeLast()
      nodes[Int(literal)].start = start
      nodes[Int(literal)].end = end
      nodes[Int(literal)].anchor = start
      return literal
    }
    let (list, count) = closeList(from: mark)
    return add(Node(.formatString, start: start, end: end, a: list, b: count))
  }

  /// After an error in a field: goes on behind the quotes that most likely end the string.
  private mutating func skipBrokenFormatString(_ opening: Token) {
    if token.kind == .end || isFatal { return }
    var position = lexer.base + Int(token.start)
    while position < lexer.limit {
      if position.pointee == UInt8(ascii: "\n"), !opening.isTriple { break }
      if position.pointee == opening.quote {
        if !opening.isTriple {
          position += 1
          break
        }
        if position[1] == opening.quote, position[2] == opening.quote {
          position += 3
          break
        }
      }
      position += 1
    }
    lexer.cursor = position
    let wasQuiet = lexer.isQuiet
    lexer.isQuiet = true
    advance()
    lexer.isQuiet = wasQuiet
  }
}
