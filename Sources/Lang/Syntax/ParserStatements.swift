// Statements, apart from declarations and imports.

extension Parser {
  /// Reads statements onto the scratch stack, up to the end of the block or the text.
  mutating func parseStatements() throws(SyntaxFailure) {
    let outerContext = context
    let outerDepth = depth
    let outerOpenings = openings.count
    while true {
      switch token.kind {
      case .semicolon:
        advance()
        continue
      case .end, .rightBrace, .endOfField:
        return
      default:
        break
      }
      let mark = scratch.count
      let start = token.start
      do throws(SyntaxFailure) {
        joinLines()
        if lexer.hasBrokenToken { forgetBrokenToken() }
        try parseStatement()
        try expectStatementEnd(startingAt: start)
      } catch {
        scratch.truncate(to: mark)
        if isFatal { throw error }
        context = outerContext
        depth = outerDepth
        try recover(startingAt: start, openings: outerOpenings)
      }
      if isFatal { throw SyntaxFailure() }
    }
  }

  @inline(__always)
  mutating func expectStatementEnd(startingAt start: UInt32) throws(SyntaxFailure) {
    if token.followsNewline || token.kind == .semicolon || token.kind == .rightBrace { return }
    throw failStatementEnd(startingAt: start)
  }

  /// Reads one statement onto the scratch stack (`import a, b` makes two nodes).
  mutating func parseStatement() throws(SyntaxFailure) {
    let node: NodeIndex
    switch token.kind {
    case .letKeyword, .varKeyword: node = try parseDeclaration()
    case .fnKeyword: node = try parseFunctionStatement()
    case .classKeyword: node = try parseClass()
    case .ifKeyword: node = try parseIf()
    case .whileKeyword: node = try parseWhile()
    case .forKeyword: node = try parseFor()
    case .returnKeyword: node = try parseWithOptionalValue(.returnStatement)
    case .yieldKeyword:
      containsYield = true
      node = try parseWithOptionalValue(.yieldStatement)
    case .throwKeyword: node = try parseWithOptionalValue(.throwStatement)
    case .breakKeyword: node = parseWord(.breakStatement)
    case .continueKeyword: node = parseWord(.continueStatement)
    case .tryKeyword: node = try parseTry()
    case .assertKeyword: node = try parseAssert()
    case .importKeyword: return try parseImport(start: token.start, flags: 0)
    case .fromKeyword: node = try parseFromImport(start: token.start, flags: 0)
    case .name:
      if token.symbol == Keyword.eagerWord, let isFrom = eagerImportFollows {
        let start = token.start
        advance()
        if !isFrom { return try parseImport(start: start, flags: NodeFlags.eager) }
        node = try parseFromImport(start: start, flags: NodeFlags.eager)
      } else {
        node = try parseExpressionStatement()
      }
    case .elseKeyword, .catchKeyword, .finallyKeyword: throw failStrayClause()
    case .plus, .minus: node = try parseSignedStatement()
    default: node = try parseExpressionStatement()
    }
    scratch.append(node)
  }

  /// Reads `break` or `continue`.
  private mutating func parseWord(_ kind: NodeKind) -> NodeIndex {
    let word = token
    advance()
    return add(Node(kind, start: word.start, end: word.end))
  }

  /// True where nothing more of the statement can come.
  var isAtStatementEnd: Bool {
    mutating get {
      token.followsNewline || token.kind == .semicolon || token.kind == .rightBrace
    }
  }

  /// Reads `return`, `yield` or `throw`, with or without a value.
  private mutating func parseWithOptionalValue(
    _ kind: NodeKind
  ) throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    advance()
    var value: NodeIndex = 0
    if !isAtStatementEnd {
      value = kind == .throwStatement ? try parseExpression() : try parseExpressionList()
    }
    return add(Node(kind, start: start, end: previousEnd, a: value))
  }

  private mutating func parseAssert() throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    advance()
    let condition = try parseExpression()
    var message: NodeIndex = 0
    if token.kind == .comma, !isAfterLineEnd {
      advanceOverOperator()
      message = try parseExpression()
    }
    return add(
      Node(.assertStatement, start: start, end: previousEnd, a: condition, b: message))
  }

  // MARK: Expressions and assignments

  mutating func parseExpressionStatement() throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    let target = try parseTargetOrExpressionList()
    if isAfterLineEnd || token.kind == .semicolon {
      try rejectSpread(target)
      return add(
        Node(.expressionStatement, start: start, end: previousEnd, a: target))
    }
    if token.kind == .equal {
      try makePattern(target)
      advanceOverOperator()
      let value = try parseExpressionList()
      return add(
        Node(.assignment, start: start, end: previousEnd, a: target, b: value))
    }
    if let binary = Parser.compoundOperator(token.kind) {
      let anchor = token.start
      try checkCompoundTarget(target)
      advanceOverOperator()
      let value = try parseExpressionList()
      return add(
        Node(
          .compoundAssignment, flags: binary.rawValue, start: start, end: previousEnd,
          anchor: anchor, a: target, b: value))
    }
    try rejectSpread(target)
    return add(Node(.expressionStatement, start: start, end: previousEnd, a: target))
  }

  private static func compoundOperator(_ kind: TokenKind) -> BinaryOperator? {
    switch kind {
    case .plusEqual: return .add
    case .minusEqual: return .subtract
    case .starEqual: return .multiply
    case .slashEqual: return .divide
    case .slashSlashEqual: return .floorDivide
    case .percentEqual: return .modulo
    case .starStarEqual: return .power
    case .ampersandEqual: return .bitAnd
    case .pipeEqual: return .bitOr
    case .caretEqual: return .bitXor
    case .shiftLeftEqual: return .shiftLeft
    case .shiftRightEqual: return .shiftRight
    case .coalesceEqual: return .coalesce
    default: return nil
    }
  }

  // MARK: Blocks

  /// Reads `{ … }`.
  ///
  /// The word is the one that the block belongs to, for messages.
  mutating func parseBlock(after word: StaticString) throws(SyntaxFailure) -> NodeIndex {
    if token.kind != .leftBrace || token.followsNewline { try missingBlock(after: word) }
    let start = token.start
    try enter()
    let outerContext = context
    context = []
    openings.append(start)
    let mark = scratch.count
    advance()
    try parseStatements()
    if token.kind != .rightBrace { throw failUnclosedBlock(openedAt: start) }
    let (first, count) = closeList(from: mark)
    let end = token.end
    advance()
    _ = openings.removeLast()
    context = outerContext
    leave()
    return add(Node(.block, start: start, end: end, a: first, b: count))
  }

  /// Reads the expression in the header of a statement.
  ///
  /// After an error it goes on with the body.
  mutating func parseHeader() throws(SyntaxFailure) -> NodeIndex {
    let outerContext = context
    let outerDepth = depth
    let outerOpenings = openings.count
    let mark = scratch.count
    context = .header
    var node: NodeIndex = 0
    do throws(SyntaxFailure) {
      node = try parseExpression()
      if token.kind == .equal, !isAfterLineEnd {
        reportAssignmentInCondition()
        advanceOverOperator()
        _ = try parseExpression()
      }
    } catch {
      depth = outerDepth
      scratch.truncate(to: mark)
      try skipToBody(error, openings: outerOpenings)
    }
    context = outerContext
    return node
  }

  // MARK: Control flow

  /// Reads `if` and its `else if`s, in a loop: a long chain of them is not nesting.
  private mutating func parseIf() throws(SyntaxFailure) -> NodeIndex {
    let mark = scratch.count
    var otherwise: NodeIndex = 0
    while true {
      let start = token.start
      if scratch.count - mark >= Parser.maximumChainLength { throw failChainLength("'else if'") }
      advance()
      let condition = try parseHeader()
      let block = try parseBlock(after: "if")
      scratch.append(
        add(Node(.ifStatement, start: start, end: previousEnd, a: condition, b: block)))
      if token.kind == .elseKeyword {
        advance()
        if token.kind == .ifKeyword, !token.followsNewline { continue }
        otherwise = try parseBlock(after: "else")
      } else if token.kind == .name, reportForeignElseIf() {
        continue
      }
      break
    }
    let end = previousEnd
    while scratch.count > mark {
      let branch = scratch.removeLast()
      nodes[Int(branch)].c = otherwise
      nodes[Int(branch)].end = end
      otherwise = branch
    }
    return otherwise
  }

  private mutating func parseWhile() throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    advance()
    let condition = try parseHeader()
    let block = try parseBlock(after: "while")
    return add(
      Node(.whileStatement, start: start, end: previousEnd, a: condition, b: block))
  }

  private mutating func parseFor() throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    advance()
    var pattern: NodeIndex = 0
    var iterable: NodeIndex = 0
    let outerDepth = depth
    let outerOpenings = openings.count
    let mark = scratch.count
    do throws(SyntaxFailure) {
      pattern = try parsePattern(before: .inKeyword)
      if token.kind != .inKeyword || isAfterLineEnd { throw failForHeader() }
      advanceOverOperator()
      iterable = try parseHeader()
    } catch {
      depth = outerDepth
      scratch.truncate(to: mark)
      try skipToBody(error, openings: outerOpenings)
    }
    let block = try parseBlock(after: "for")
    return add(
      Node(
        .forStatement, start: start, end: previousEnd, a: pattern, b: iterable, c: block))
  }

  private mutating func parseTry() throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    advance()
    let block = try parseBlock(after: "try")
    let mark = scratch.count
    while token.kind == .catchKeyword { scratch.append(try parseCatch()) }
    let clauseCount = scratch.count - mark
    var finally: NodeIndex = 0
    if token.kind == .finallyKeyword {
      advance()
      finally = try parseBlock(after: "finally")
    }
    if clauseCount == 0, finally == 0 { throw failLonelyTry(at: start) }
    let record = UInt32(truncatingIfNeeded: extra.count)
    extra.append(UInt32(truncatingIfNeeded: clauseCount))
    _ = closeList(from: mark)
    extra.append(finally)
    return add(Node(.tryStatement, start: start, end: previousEnd, a: block, b: record))
  }

  /// Reads `catch {`, `catch e {`, `catch e: A {` or `catch e: (A, B) {` and the block.
  private mutating func parseCatch() throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    var name: UInt32 = 0
    var classes: NodeIndex = 0
    advance()
    if token.kind == .name, !token.followsNewline {
      name = token.symbol
      advance()
      if token.kind == .colon, !token.followsNewline {
        advance()
        classes = try parseHeader()
      }
    }
    let block = try parseBlock(after: "catch")
    return add(
      Node(.catchClause, start: start, end: previousEnd, a: name, b: classes, c: block))
  }
}
