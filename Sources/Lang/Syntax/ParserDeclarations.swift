// Declarations: `let` and `var`, functions, classes.

extension Parser {
  // MARK: let and var

  /// Reads `let a = b`, `var a = b`, `var a`, `let a, ...b = c`.
  mutating func parseDeclaration() throws(SyntaxFailure) -> NodeIndex {
    let documentation = takeDocumentation()
    let word = token
    let isVariable = word.kind == .varKeyword
    advance()
    let pattern = try parsePattern(before: .equal)
    var value: NodeIndex = 0
    if token.kind == .equal, !isAfterLineEnd {
      advanceOverOperator()
      value = try parseExpressionList()
      document(value, documentation)
    } else if !isVariable || nodes[Int(pattern)].kind != .name || !isAtStatementEnd {
      throw failDeclaration(word, pattern)
    }
    return add(
      Node(
        .declaration, flags: isVariable ? NodeFlags.variable : 0, start: word.start,
        end: previousEnd, a: pattern, b: value, c: documentation))
  }

  /// Gives a function that has a name by `let` only the documentation of the `let`.
  private mutating func document(_ value: NodeIndex, _ documentation: UInt32) {
    let node = nodes[Int(value)]
    if documentation != 0, node.kind == .function { extra[Int(node.b) + 1] = documentation }
  }

  // MARK: Functions

  /// Reads `fn name(…) …`, or an expression that begins with `fn`.
  mutating func parseFunctionStatement() throws(SyntaxFailure) -> NodeIndex {
    let documentation = takeDocumentation()
    let start = token.start
    if lexer.isFollowed(by: UInt8(ascii: "(")) { return try parseExpressionStatement() }
    advance()
    guard token.kind == .name, !isAfterLineEnd else { throw failName("the function's name") }
    let name = token
    advance()
    let function = try parseFunction(
      start: start, name: name.symbol, nameOffset: name.start, documentation: documentation,
      flags: 0)
    return add(
      Node(.functionDeclaration, start: start, end: previousEnd, a: function))
  }

  /// Reads `fn(…) …` as an expression.
  mutating func parseFunctionExpression() throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    advance()
    if token.kind == .name, !isAfterLineEnd { throw failNamedFunctionExpression() }
    return try parseFunction(
      start: start, name: 0, nameOffset: start, documentation: 0, flags: 0)
  }

  /// Reads a function from its parameters on; a getter has none.
  private mutating func parseFunction(
    start: UInt32, name: UInt32, nameOffset: UInt32, documentation: UInt32, flags: UInt8
  ) throws(SyntaxFailure) -> NodeIndex {
    var flags = flags
    let outer = (containsYield, containsImport)
    (containsYield, containsImport) = (false, false)
    let mark = scratch.count
    if flags & NodeFlags.getter == 0 { try parseParameters() }
    let body: NodeIndex
    if token.kind == .arrow, !isAfterLineEnd {
      flags |= NodeFlags.expressionBody
      try enter()
      advanceOverOperator()
      body = try parseExpression()
      leave()
    } else {
      body = try parseBlock(after: "fn")
    }
    if containsYield { flags |= NodeFlags.generator }
    if containsImport { flags |= NodeFlags.importing }
    (containsYield, containsImport) = outer
    let record = UInt32(truncatingIfNeeded: extra.count)
    extra.append(body)
    extra.append(documentation)
    extra.append(UInt32(truncatingIfNeeded: scratch.count - mark))
    _ = closeList(from: mark)
    return add(
      Node(
        .function, flags: flags, start: start, end: previousEnd, a: name, b: record,
        c: nameOffset))
  }

  /// Reads `(a, b = 1, ...c)` onto the scratch stack.
  private mutating func parseParameters() throws(SyntaxFailure) {
    guard token.kind == .leftParenthesis, !isAfterLineEnd else { throw failParameters() }
    let bracket = token.start
    let outer = try open()
    var hasRest = false
    var hasDefault = false
    while token.kind != .rightParenthesis {
      let start = token.start
      if hasRest { throw failParameterAfterRest() }
      if token.kind == .ellipsis {
        hasRest = true
        advance()
      }
      guard token.kind == .name else { throw failName("a parameter's name") }
      let name = token
      advance()
      var value: NodeIndex = 0
      if token.kind == .equal, !hasRest {
        advance()
        value = try parseExpression()
        hasDefault = true
      } else if hasDefault, !hasRest {
        throw failRequiredAfterDefault(name)
      }
      scratch.append(
        add(
          Node(
            .parameter, flags: hasRest ? NodeFlags.rest : 0, start: start,
            end: previousEnd, anchor: name.start, a: name.symbol, b: value)))
      guard token.kind == .comma else { break }
      advance()
    }
    try close(.rightParenthesis, openedAt: bracket)
    context = outer
    leave()
  }

  // MARK: Classes

  /// Reads `class a(b) { … }`.
  mutating func parseClass() throws(SyntaxFailure) -> NodeIndex {
    let documentation = takeDocumentation()
    let start = token.start
    advance()
    guard token.kind == .name, !isAfterLineEnd else { throw failName("the class's name") }
    let name = token
    advance()
    var base: NodeIndex = 0
    if token.kind == .leftParenthesis, !isAfterLineEnd {
      let bracket = token.start
      let outer = try open()
      if token.kind != .rightParenthesis { base = try parseExpression() }
      try close(.rightParenthesis, openedAt: bracket)
      context = outer
      leave()
    }
    let mark = scratch.count
    try parseClassBody()
    let record = UInt32(truncatingIfNeeded: extra.count)
    extra.append(documentation)
    extra.append(name.start)
    extra.append(UInt32(truncatingIfNeeded: scratch.count - mark))
    _ = closeList(from: mark)
    return add(
      Node(
        .classDeclaration, start: start, end: previousEnd, a: name.symbol, b: base,
        c: record))
  }

  /// Reads `{ … }` with members onto the scratch stack.
  private mutating func parseClassBody() throws(SyntaxFailure) {
    if token.kind != .leftBrace || token.followsNewline { try missingBlock(after: "class") }
    let brace = token.start
    try enter()
    let outerContext = context
    context = []
    openings.append(brace)
    let bodyDepth = depth
    let bodyOpenings = openings.count
    advance()
    while token.kind != .rightBrace {
      if token.kind == .semicolon {
        advance()
        continue
      }
      if token.kind == .end || token.kind == .endOfField {
        throw failUnclosedBlock(openedAt: brace)
      }
      let mark = scratch.count
      let start = token.start
      do throws(SyntaxFailure) {
        joinLines()
        if lexer.hasBrokenToken { forgetBrokenToken() }
        scratch.append(try parseMember())
        try expectStatementEnd(startingAt: start)
      } catch {
        scratch.truncate(to: mark)
        if isFatal { throw error }
        context = []
        depth = bodyDepth
        try recover(startingAt: start, openings: bodyOpenings)
      }
      if isFatal { throw SyntaxFailure() }
    }
    advance()
    _ = openings.removeLast()
    context = outerContext
    leave()
  }

  private mutating func parseMember() throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    if token.kind == .letKeyword { return try parseClassConstant() }
    let documentation = takeDocumentation()
    switch token.kind {
    case .fnKeyword:
      advance()
      return try parseMethod(start: start, documentation: documentation, flags: 0)
    case .name where token.symbol == Keyword.staticWord:
      advance()
      guard token.kind == .fnKeyword, !isAfterLineEnd else { throw expected("'fn' after 'static'") }
      advance()
      return try parseMethod(
        start: start, documentation: documentation, flags: NodeFlags.isStatic)
    case .name where token.symbol == Keyword.getWord:
      advance()
      guard token.kind.isWord, !isAfterLineEnd else {
        throw failName("the property's name", isKeywordAllowed: true)
      }
      let name = token
      advance()
      if token.kind == .leftParenthesis { throw failGetterParameters() }
      return try parseFunction(
        start: start, name: name.symbol, nameOffset: name.start, documentation: documentation,
        flags: NodeFlags.method | NodeFlags.getter)
    default:
      throw failMember()
    }
  }

  private mutating func parseClassConstant() throws(SyntaxFailure) -> NodeIndex {
    let declaration = try parseDeclaration()
    let pattern = nodes[Int(nodes[Int(declaration)].a)]
    if pattern.kind != .name { throw failConstantPattern(pattern) }
    return declaration
  }

  /// Reads a method from its name on: any word, or the sign of an operator.
  private mutating func parseMethod(
    start: UInt32, documentation: UInt32, flags: UInt8
  ) throws(SyntaxFailure) -> NodeIndex {
    let nameOffset = token.start
    let name: UInt32
    if token.kind.isWord, !isAfterLineEnd {
      name = token.symbol
      advance()
    } else {
      name = try parseOperatorName()
    }
    return try parseFunction(
      start: start, name: name, nameOffset: nameOffset, documentation: documentation,
      flags: flags | NodeFlags.method)
  }

  /// Reads the operator that a method defines; returns the symbol of its text.
  private mutating func parseOperatorName() throws(SyntaxFailure) -> UInt32 {
    let text: StaticString
    switch token.kind {
    case .plus: text = "+"
    case .minus: text = "-"
    case .star: text = "*"
    case .slash: text = "/"
    case .slashSlash: text = "//"
    case .percent: text = "%"
    case .starStar: text = "**"
    case .equalEqual: text = "=="
    case .less: text = "<"
    case .lessEqual: text = "<="
    case .leftBracket:
      advance()
      guard token.kind == .rightBracket else { throw expected("']'") }
      advance()
      if token.kind != .equal { return symbols.intern("[]").rawValue }
      text = "[]="
    default:
      throw failOperatorName()
    }
    advance()
    return symbols.intern(text).rawValue
  }
}
