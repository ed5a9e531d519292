// Operands: literals, names, brackets, and what follows them (`.name`, calls, indexes).

extension Parser {
  /// Reads an operand with everything that follows it directly.
  mutating func parsePostfix() throws(SyntaxFailure) -> NodeIndex {
    var node = try parsePrimary()
    // Most operands are followed by an operator or a bracket that closes.
    switch token.kind {
    case .dot, .questionDot, .leftParenthesis, .leftBracket: break
    default: return node
    }
    let first = start(of: node)
    var isOptional = false
    var count = 0
    while true {
      switch token.kind {
      case .dot:
        node = try parseMember(node, first, flags: 0)
      case .questionDot:
        isOptional = true
        node = try parseMember(node, first, flags: NodeFlags.optional)
      case .leftParenthesis where !isAfterLineEnd:
        node = try parseCall(node, first)
      case .leftBracket where !isAfterLineEnd:
        node = try parseIndex(node, first)
      default:
        if !isOptional { return node }
        return add(Node(.optionalChain, start: first, end: previousEnd, a: node))
      }
      count += 1
      if count > Parser.maximumChainLength { throw failChainLength("calls and members") }
    }
  }

  @inline(__always)
  private mutating func parseMember(
    _ object: NodeIndex, _ start: UInt32, flags: UInt8
  ) throws(SyntaxFailure) -> NodeIndex {
    advanceOverOperator()
    guard token.kind.isWord else { throw failName("a name after '.'", isKeywordAllowed: true) }
    let name = token
    advance()
    return add(
      Node(
        .member, flags: flags, start: start, end: name.end, anchor: name.start, a: object,
        b: name.symbol))
  }

  private mutating func parseIndex(
    _ object: NodeIndex, _ start: UInt32
  ) throws(SyntaxFailure) -> NodeIndex {
    let bracket = token.start
    let outer = try open()
    let outerIndexStart = indexStart
    indexStart = token.start
    let index: NodeIndex
    switch token.kind {
    case .rangeHalfOpen, .rangeClosed: index = try parseRangeWithoutStart()
    case .rightBracket: throw failExpression("an index")
    default: index = try parseExpressionList()
    }
    indexStart = outerIndexStart
    try close(.rightBracket, openedAt: bracket)
    context = outer
    leave()
    return add(
      Node(.index, start: start, end: previousEnd, anchor: bracket, a: object, b: index))
  }

  private mutating func parseCall(
    _ callee: NodeIndex, _ start: UInt32
  ) throws(SyntaxFailure) -> NodeIndex {
    let bracket = token.start
    let outer = try open()
    let mark = scratch.count
    var hasNamed = false
    while token.kind != .rightParenthesis {
      if token.kind.isWord, lexer.isFollowed(by: UInt8(ascii: ":")) {
        hasNamed = true
        scratch.append(try parseNamedArgument())
      } else {
        if hasNamed { throw failPositionalAfterNamed() }
        scratch.append(try parseElement())
      }
      guard token.kind == .comma else { break }
      advance()
    }
    try close(.rightParenthesis, openedAt: bracket)
    context = outer
    leave()
    let end = previousEnd
    let (list, count) = closeList(from: mark)
    return add(
      Node(.call, start: start, end: end, anchor: bracket, a: callee, b: list, c: count))
  }

  private mutating func parseNamedArgument() throws(SyntaxFailure) -> NodeIndex {
    let name = token
    advance()
    advance()
    let value = try parseExpression()
    return add(
      Node(
        .namedArgument, start: name.start, end: previousEnd, a: name.symbol, b: value))
  }

  // MARK: Operands

  private mutating func parsePrimary() throws(SyntaxFailure) -> NodeIndex {
    let first = token
    if isAfterLineEnd { throw failExpression() }
    let node: NodeIndex
    switch first.kind {
    case .name:
      node = add(Node(.name, start: first.start, end: first.end, a: first.symbol))
    case .integer:
      node = addNumber(.intLiteral, first)
    case .string:
      node = add(Node(.stringLiteral, start: first.start, end: first.end, a: first.symbol))
    case .float:
      node = addNumber(.floatLiteral, first)
    case .bigInteger:
      node = add(Node(.bigIntLiteral, start: first.start, end: first.end, a: first.symbol))
    case .nilKeyword: node = add(Node(.nilLiteral, start: first.start, end: first.end))
    case .trueKeyword: node = add(Node(.trueLiteral, start: first.start, end: first.end))
    case .falseKeyword: node = add(Node(.falseLiteral, start: first.start, end: first.end))
    case .selfKeyword: node = add(Node(.selfReference, start: first.start, end: first.end))
    case .superKeyword: node = add(Node(.superReference, start: first.start, end: first.end))
    case .leftParenthesis: return try parseParentheses()
    case .leftBracket: return try parseList()
    case .leftBrace:
      if context.contains(.header) { throw failBodyInsteadOfExpression() }
      return try parseMap()
    case .formatString: return try parseFormatString()
    case .fnKeyword: return try parseFunctionExpression()
    default: throw failExpression()
    }
    advance()
    return node
  }

  @inline(__always)
  private mutating func addNumber(_ kind: NodeKind, _ number: Token) -> NodeIndex {
    add(
      Node(
        kind, start: number.start, end: number.end,
        a: UInt32(truncatingIfNeeded: number.bits),
        b: UInt32(truncatingIfNeeded: number.bits &>> 32)))
  }

  // MARK: Brackets

  /// Passes over an opening bracket; returns the context to restore.
  @inline(__always)
  mutating func open() throws(SyntaxFailure) -> Context {
    try enter()
    let outer = context
    context = .bracketed
    openings.append(token.start)
    advance()
    return outer
  }

  /// Passes over a closing bracket.
  @inline(__always)
  mutating func close(_ kind: TokenKind, openedAt start: UInt32) throws(SyntaxFailure) {
    if token.kind != kind { throw failClosing(kind, openedAt: start) }
    _ = openings.removeLast()
    advance()
  }

  /// Reads `()`, `(a)`, `(a,)`, `(a, b)`.
  private mutating func parseParentheses() throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    let outer = try open()
    let mark = scratch.count
    var hasComma = false
    while token.kind != .rightParenthesis {
      scratch.append(try parseElement())
      guard token.kind == .comma else { break }
      hasComma = true
      advance()
    }
    try close(.rightParenthesis, openedAt: start)
    context = outer
    leave()
    let end = previousEnd
    if !hasComma, scratch.count > mark {
      let node = scratch.removeLast()
      try rejectSpread(node)
      // The brackets belong to the text of the expression; its anchor stays.
      nodes[Int(node)].start = start
      nodes[Int(node)].end = end
      return node
    }
    let (list, count) = closeList(from: mark)
    return add(Node(.tuple, start: start, end: end, a: list, b: count))
  }

  /// Reads `[a, b]` or `[e for …]`.
  private mutating func parseList() throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    let outer = try open()
    let mark = scratch.count
    while token.kind != .rightBracket {
      let element = try parseElement()
      if token.kind == .forKeyword, scratch.count == mark {
        try rejectSpread(element)
        let (clauses, count) = try parseClauses()
        try close(.rightBracket, openedAt: start)
        context = outer
        leave()
        return add(
          Node(
            .listComprehension, start: start, end: previousEnd, a: element, b: clauses,
            c: count))
      }
      scratch.append(element)
      guard token.kind == .comma else { break }
      advance()
    }
    try close(.rightBracket, openedAt: start)
    context = outer
    leave()
    let end = previousEnd
    let (list, count) = closeList(from: mark)
    return add(Node(.list, start: start, end: end, a: list, b: count))
  }

  /// The `for` and `if` clauses of a comprehension.
  private mutating func parseClauses() throws(SyntaxFailure) -> (UInt32, UInt32) {
    let mark = scratch.count
    while true {
      let start = token.start
      if token.kind == .forKeyword {
        advance()
        let pattern = try parsePattern(before: .inKeyword)
        if token.kind != .inKeyword { throw failForHeader() }
        advance()
        let iterable = try parseExpression()
        scratch.append(
          add(
            Node(.forClause, start: start, end: previousEnd, a: pattern, b: iterable)))
      } else if token.kind == .ifKeyword {
        advance()
        let condition = try parseExpression()
        scratch.append(add(Node(.ifClause, start: start, end: previousEnd, a: condition)))
      } else {
        return closeList(from: mark)
      }
    }
  }

  /// Reads `{k: v}` or `{k: v for …}`.
  private mutating func parseMap() throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    let outer = try open()
    let mark = scratch.count
    while token.kind != .rightBrace {
      if token.kind == .ellipsis {
        scratch.append(try parseSpread())
      } else {
        let (entry, isBareKey) = try parseMapEntry(openedAt: start)
        if token.kind == .forKeyword, scratch.count == mark {
          if isBareKey { try makeKeyExpression(nodes[Int(entry)].a) }
          let (clauses, count) = try parseClauses()
          try close(.rightBrace, openedAt: start)
          context = outer
          leave()
          return add(
            Node(
              .mapComprehension, start: start, end: previousEnd, a: entry, b: clauses,
              c: count))
        }
        scratch.append(entry)
      }
      guard token.kind == .comma else { break }
      advance()
    }
    try close(.rightBrace, openedAt: start)
    context = outer
    leave()
    let end = previousEnd
    let (list, count) = closeList(from: mark)
    return add(Node(.map, start: start, end: end, a: list, b: count))
  }

  /// Reads `key: value`; says also whether the key is a bare word, which stands for its text.
  private mutating func parseMapEntry(
    openedAt brace: UInt32
  ) throws(SyntaxFailure) -> (NodeIndex, Bool) {
    let first = token
    var isBareKey = false
    let key: NodeIndex
    if first.kind.isWord, lexer.isFollowed(by: UInt8(ascii: ":")) {
      isBareKey = true
      key = add(Node(.stringLiteral, start: first.start, end: first.end, a: first.symbol))
      advance()
    } else if first.kind == .leftBracket {
      let outer = try open()
      key = try parseExpression()
      try close(.rightBracket, openedAt: first.start)
      context = outer
      leave()
    } else {
      key = try parseExpression()
    }
    guard token.kind == .colon else { throw failMapEntry(openedAt: brace) }
    let colon = token.start
    advance()
    let value = try parseExpression()
    let entry = add(
      Node(
        .mapEntry, start: first.start, end: previousEnd, anchor: colon, a: key, b: value))
    return (entry, isBareKey)
  }

  /// In a comprehension a key is an expression after all.
  private mutating func makeKeyExpression(_ key: NodeIndex) throws(SyntaxFailure) {
    let symbol = nodes[Int(key)].a
    if symbol > Keyword.lastReserved {
      nodes[Int(key)].kind = .name
      return
    }
    switch unsafeBitCast(UInt8(truncatingIfNeeded: symbol), to: TokenKind.self) {
    case .nilKeyword: nodes[Int(key)].kind = .nilLiteral
    case .trueKeyword: nodes[Int(key)].kind = .trueLiteral
    case .falseKeyword: nodes[Int(key)].kind = .falseLiteral
    case .selfKeyword: nodes[Int(key)].kind = .selfReference
    default: throw failKeywordKey(nodes[Int(key)])
    }
    nodes[Int(key)].a = 0
  }
}
