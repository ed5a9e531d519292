// What stands on the left: the patterns of `let`, `var` and `for`, and the targets of assignments.

extension Parser {
  /// Reads the pattern of a declaration or a loop: names with commas, brackets and one `...rest`.
  ///
  /// `terminator` is the token that follows it, so that a trailing comma can be told.
  mutating func parsePattern(before terminator: TokenKind) throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    let first = try parsePatternElement()
    let isRest = nodes[Int(first)].kind == .restPattern
    if token.kind != .comma || isAfterLineEnd {
      if isRest { throw failLonelyRest(first) }
      return first
    }
    let mark = scratch.count
    scratch.append(first)
    while token.kind == .comma, !isAfterLineEnd {
      advanceOverOperator()
      if token.kind == terminator { break }
      scratch.append(try parsePatternElement())
    }
    return try closePattern(from: mark, start: start, end: previousEnd)
  }

  private mutating func parsePatternElement() throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    switch token.kind {
    case .name where !isAfterLineEnd:
      let node = add(Node(.name, start: start, end: token.end, a: token.symbol))
      advance()
      return node
    case .ellipsis where !isAfterLineEnd:
      advance()
      guard token.kind == .name, !isAfterLineEnd else { throw failName("a name after '...'") }
      let name = add(Node(.name, start: token.start, end: token.end, a: token.symbol))
      advance()
      return add(Node(.restPattern, start: start, end: previousEnd, a: name))
    case .leftParenthesis where !isAfterLineEnd:
      return try parseBracketedPattern()
    default:
      throw failName("a name")
    }
  }

  private mutating func parseBracketedPattern() throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    let outer = try open()
    let mark = scratch.count
    var hasComma = false
    while token.kind != .rightParenthesis {
      scratch.append(try parsePatternElement())
      guard token.kind == .comma else { break }
      hasComma = true
      advance()
    }
    if scratch.count == mark { throw failName("a name") }
    try close(.rightParenthesis, openedAt: start)
    context = outer
    leave()
    let isRest = nodes[Int(scratch.last)].kind == .restPattern
    if !hasComma, !isRest { return scratch.removeLast() }
    return try closePattern(from: mark, start: start, end: previousEnd)
  }

  private mutating func closePattern(
    from mark: Int, start: UInt32, end: UInt32
  ) throws(SyntaxFailure) -> NodeIndex {
    let (first, count) = closeList(from: mark)
    let pattern = add(Node(.tuplePattern, start: start, end: end, a: first, b: count))
    try checkSingleRest(pattern)
    return pattern
  }

  /// A pattern can leave the rest to one name only.
  private mutating func checkSingleRest(_ pattern: NodeIndex) throws(SyntaxFailure) {
    let node = nodes[Int(pattern)]
    var rest: NodeIndex = 0
    for position in Int(node.a)..<Int(node.a + node.b)
    where nodes[Int(extra[position])].kind == .restPattern {
      if rest != 0 { throw failSecondRest(extra[position], first: rest) }
      rest = extra[position]
    }
  }

  // MARK: Assignment targets

  /// Turns an expression into the target of an assignment: tuples and spreads become patterns.
  mutating func makePattern(_ index: NodeIndex) throws(SyntaxFailure) {
    let node = nodes[Int(index)]
    switch node.kind {
    case .name, .member:
      return
    case .index:
      try rejectSliceAssignment(node)
    case .tuple where node.b > 0:
      for position in Int(node.a)..<Int(node.a + node.b) {
        let element = extra[position]
        if nodes[Int(element)].kind == .spread {
          try makePattern(nodes[Int(element)].a)
          nodes[Int(element)].kind = .restPattern
        } else {
          try makePattern(element)
        }
      }
      nodes[Int(index)].kind = .tuplePattern
      try checkSingleRest(index)
    case .spread:
      throw failLonelyRest(index)
    default:
      throw failTarget(node)
    }
  }

  mutating func checkCompoundTarget(_ index: NodeIndex) throws(SyntaxFailure) {
    let node = nodes[Int(index)]
    switch node.kind {
    case .name, .member: return
    case .index: try rejectSliceAssignment(node)
    default: throw failTarget(node)
    }
  }

  private mutating func rejectSliceAssignment(_ node: Node) throws(SyntaxFailure) {
    if nodes[Int(node.b)].kind == .range { throw failSliceTarget(node) }
  }

  /// A spread makes sense in a list of values only.
  mutating func rejectSpread(_ index: NodeIndex) throws(SyntaxFailure) {
    if nodes[Int(index)].kind == .spread { throw failLonelySpread(index) }
  }
}
