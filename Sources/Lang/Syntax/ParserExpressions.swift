// Expressions with operators, by precedence climbing.

/// How tightly operators bind; higher binds tighter.
private enum Precedence {
  static var none: UInt8 { 0 }
  static var coalesce: UInt8 { 1 }
  static var or: UInt8 { 2 }
  static var and: UInt8 { 3 }
  static var not: UInt8 { 4 }
  static var comparison: UInt8 { 5 }
  static var bitOr: UInt8 { 6 }
  static var bitXor: UInt8 { 7 }
  static var bitAnd: UInt8 { 8 }
  static var shift: UInt8 { 9 }
  static var range: UInt8 { 10 }
  static var sum: UInt8 { 11 }
  static var product: UInt8 { 12 }
  static var unary: UInt8 { 13 }
  static var power: UInt8 { 14 }
}

extension Parser {
  /// The precedence of a token between two operands, and its operator where it makes a `binary`.
  @inline(__always)
  private static func infix(_ kind: TokenKind) -> (precedence: UInt8, binary: BinaryOperator) {
    switch kind {
    case .coalesce: return (Precedence.coalesce, .coalesce)
    case .orKeyword: return (Precedence.or, .coalesce)
    case .andKeyword: return (Precedence.and, .coalesce)
    case .equalEqual: return (Precedence.comparison, .equal)
    case .notEqual: return (Precedence.comparison, .notEqual)
    case .less: return (Precedence.comparison, .less)
    case .lessEqual: return (Precedence.comparison, .lessEqual)
    case .greater: return (Precedence.comparison, .greater)
    case .greaterEqual: return (Precedence.comparison, .greaterEqual)
    case .isKeyword: return (Precedence.comparison, .isIdentical)
    case .inKeyword: return (Precedence.comparison, .contains)
    case .notKeyword: return (Precedence.comparison, .containsNot)
    case .pipe: return (Precedence.bitOr, .bitOr)
    case .caret: return (Precedence.bitXor, .bitXor)
    case .ampersand: return (Precedence.bitAnd, .bitAnd)
    case .shiftLeft: return (Precedence.shift, .shiftLeft)
    case .shiftRight: return (Precedence.shift, .shiftRight)
    case .rangeHalfOpen, .rangeClosed: return (Precedence.range, .coalesce)
    case .plus: return (Precedence.sum, .add)
    case .minus: return (Precedence.sum, .subtract)
    case .star: return (Precedence.product, .multiply)
    case .slash: return (Precedence.product, .divide)
    case .slashSlash: return (Precedence.product, .floorDivide)
    case .percent: return (Precedence.product, .modulo)
    case .starStar: return (Precedence.power, .power)
    default: return (Precedence.none, .coalesce)
    }
  }

  /// Reads one expression, `?:` included.
  mutating func parseExpression() throws(SyntaxFailure) -> NodeIndex {
    let condition = try parseBinary(Precedence.coalesce)
    if token.kind != .question || isAfterLineEnd { return condition }
    return try parseConditional(condition)
  }

  /// Reads the expression of an f-string field, where a `?:` of its own needs parentheses.
  mutating func parseFieldExpression() throws(SyntaxFailure) -> NodeIndex {
    let node = try parseBinary(Precedence.coalesce)
    if token.kind == .question { throw failConditionalInField() }
    return node
  }

  private mutating func parseConditional(
    _ condition: NodeIndex
  ) throws(SyntaxFailure) -> NodeIndex {
    let anchor = token.start
    try enter()
    advanceOverOperator()
    let first = try parseExpression()
    guard token.kind == .colon, !isAfterLineEnd else {
      throw failConditional(questionMarkAt: anchor)
    }
    advanceOverOperator()
    let second = try parseExpression()
    leave()
    return add(
      Node(
        .conditional, start: start(of: condition), end: previousEnd, anchor: anchor,
        a: condition, b: first, c: second))
  }

  /// Reads expressions with commas between them: one of them alone, or a tuple.
  mutating func parseExpressionList() throws(SyntaxFailure) -> NodeIndex {
    let node = try parseTargetOrExpressionList()
    try rejectSpread(node)
    return node
  }

  /// The same, where a lone `...x` may still turn out to be a pattern.
  mutating func parseTargetOrExpressionList() throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    let first = try parseElement()
    if token.kind != .comma || isAfterLineEnd { return first }
    let mark = scratch.count
    scratch.append(first)
    while token.kind == .comma, !isAfterLineEnd {
      advanceOverOperator()
      switch token.kind {
      case .equal, .semicolon, .rightBrace, .rightBracket, .rightParenthesis, .colon: break
      default:
        scratch.append(try parseElement())
        continue
      }
      break
    }
    let end = previousEnd
    let (list, count) = closeList(from: mark)
    return add(Node(.tuple, start: start, end: end, a: list, b: count))
  }

  /// Reads an expression or `...expression`.
  @inline(__always)
  mutating func parseElement() throws(SyntaxFailure) -> NodeIndex {
    if token.kind == .ellipsis { return try parseSpread() }
    return try parseExpression()
  }

  mutating func parseSpread() throws(SyntaxFailure) -> NodeIndex {
    let start = token.start
    advanceOverOperator()
    let value = try parseExpression()
    return add(Node(.spread, start: start, end: previousEnd, a: value))
  }

  // MARK: Binary operators

  /// Reads an expression whose operators bind at least as tightly as `minimum`.
  private mutating func parseBinary(_ minimum: UInt8) throws(SyntaxFailure) -> NodeIndex {
    var left = try parseOperand(minimum)
    var count = 0
    while true {
      let (precedence, binary) = Parser.infix(token.kind)
      if precedence < minimum || precedence == Precedence.none || isAfterLineEnd { return left }
      count += 1
      if count > Parser.maximumChainLength { throw failChainLength("operators") }
      let anchor = token.start
      switch precedence {
      case Precedence.comparison:
        left = try parseComparison(left, binary)
        continue
      case Precedence.range:
        left = try parseRange(left)
        continue
      case Precedence.power:
        try enter()
        advanceOverOperator()
        let right = try parseBinary(Precedence.unary)
        leave()
        left = add(
          Node(
            .binary, flags: binary.rawValue, start: start(of: left), end: previousEnd,
            anchor: anchor, a: left, b: right))
        continue
      default:
        break
      }
      let kind: NodeKind
      switch precedence {
      case Precedence.coalesce: kind = .coalesce
      case Precedence.or: kind = .logicalOr
      case Precedence.and: kind = .logicalAnd
      default: kind = .binary
      }
      advanceOverOperator()
      let right = try parseBinary(precedence + 1)
      left = add(
        Node(
          kind, flags: kind == .binary ? binary.rawValue : 0, start: start(of: left),
          end: previousEnd, anchor: anchor, a: left, b: right))
    }
  }

  /// Reads `is`, `is not`, `in`, `not in` or a comparison sign, and what stands to the right of it.
  private mutating func parseComparisonRest(
    _ found: BinaryOperator
  ) throws(SyntaxFailure) -> (BinaryOperator, NodeIndex) {
    var binary = found
    let word = token
    advanceOverOperator()
    if binary == .isIdentical, token.kind == .notKeyword {
      binary = .isNotIdentical
      advanceOverOperator()
    } else if binary == .containsNot {
      guard token.kind == .inKeyword else { throw failNotWithoutIn(word) }
      advanceOverOperator()
    }
    return (binary, try parseBinary(Precedence.comparison + 1))
  }

  private mutating func parseComparison(
    _ left: NodeIndex, _ found: BinaryOperator
  ) throws(SyntaxFailure) -> NodeIndex {
    let anchor = token.start
    let (binary, right) = try parseComparisonRest(found)
    if Parser.infix(token.kind).precedence != Precedence.comparison || isAfterLineEnd {
      return add(
        Node(
          .binary, flags: binary.rawValue, start: start(of: left), end: previousEnd,
          anchor: anchor, a: left, b: right))
    }
    // A chain: operands and operators alternate on the scratch stack, to be taken apart at the end.
    let mark = scratch.count
    scratch.append(left)
    scratch.append(UInt32(binary.rawValue))
    scratch.append(anchor)
    scratch.append(right)
    while true {
      let (precedence, next) = Parser.infix(token.kind)
      if precedence != Precedence.comparison || isAfterLineEnd { break }
      if scratch.count - mark > Parser.maximumChainLength * 3 { throw failChainLength("operators") }
      let offset = token.start
      let (binary, operand) = try parseComparisonRest(next)
      scratch.append(UInt32(binary.rawValue))
      scratch.append(offset)
      scratch.append(operand)
    }
    let comparisons = (scratch.count - mark) / 3
    let operands = UInt32(truncatingIfNeeded: extra.count)
    for index in 0...comparisons { extra.append(scratch[mark + index * 3]) }
    let record = UInt32(truncatingIfNeeded: extra.count)
    for index in 0..<comparisons {
      extra.append(scratch[mark + index * 3 + 1])
      extra.append(scratch[mark + index * 3 + 2])
    }
    scratch.truncate(to: mark)
    return add(
      Node(
        .comparisonChain, start: start(of: left), end: previousEnd, anchor: anchor,
        a: operands, b: UInt32(truncatingIfNeeded: comparisons + 1), c: record))
  }

  /// Reads the rest of `a..b`, or of `a..` where an index ends right after it.
  private mutating func parseRange(_ left: NodeIndex) throws(SyntaxFailure) -> NodeIndex {
    let sign = token
    advanceOverOperator()
    var right: NodeIndex = 0
    let isOpen =
      token.kind == .rightBracket && sign.kind == .rangeHalfOpen && start(of: left) == indexStart
    if !isOpen { right = try parseBinary(Precedence.range + 1) }
    if token.kind == .rangeHalfOpen || token.kind == .rangeClosed, !isAfterLineEnd {
      throw failRangeChain()
    }
    return add(
      Node(
        .range, flags: sign.kind == .rangeClosed ? NodeFlags.closed : 0, start: start(of: left),
        end: previousEnd, anchor: sign.start, a: left, b: right))
  }

  /// Reads `..b` or `..` at the beginning of an index.
  mutating func parseRangeWithoutStart() throws(SyntaxFailure) -> NodeIndex {
    let sign = token
    advanceOverOperator()
    var right: NodeIndex = 0
    if token.kind != .rightBracket || sign.kind == .rangeClosed {
      right = try parseBinary(Precedence.range + 1)
    }
    return add(
      Node(
        .range, flags: sign.kind == .rangeClosed ? NodeFlags.closed : 0, start: sign.start,
        end: previousEnd, a: 0, b: right))
  }

  // MARK: Unary operators

  @inline(__always)
  private mutating func parseOperand(_ minimum: UInt8) throws(SyntaxFailure) -> NodeIndex {
    switch token.kind {
    case .minus, .plus, .tilde, .notKeyword: return try parseUnary(minimum)
    default: return try parsePostfix()
    }
  }

  private mutating func parseUnary(_ minimum: UInt8) throws(SyntaxFailure) -> NodeIndex {
    if isAfterLineEnd { throw failExpression() }
    let sign = token
    let unary: UnaryOperator
    var operand = Precedence.power
    switch sign.kind {
    case .minus: unary = .negate
    case .plus: unary = .plus
    case .tilde: unary = .bitNot
    default:
      unary = .not
      operand = Precedence.not
      if minimum > Precedence.not { throw failNotAsOperand() }
    }
    try enter()
    advance()
    let value = try parseBinary(operand)
    leave()
    return add(
      Node(.unary, flags: unary.rawValue, start: sign.start, end: previousEnd, a: value))
  }
}
