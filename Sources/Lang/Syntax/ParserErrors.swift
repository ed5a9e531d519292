// The messages of the parser. Each function reports and returns the failure to throw.

extension Parser {
  /// Reports a finding, unless it is a consequence of a token that is cut off.
  @discardableResult
  mutating func fail(
    _ message: String, at range: SourceRange, secondary: [SourceRange] = [], help: String? = nil
  ) -> SyntaxFailure {
    if token.kind == .end {
      // Nothing after the end can be read differently, so the first message is the only one. More
      // text can mend it unless a line end would have been wrong there.
      isFatal = true
      if lexer.diagnostics.isEmpty, !lexer.hasBrokenToken, !isAfterLineEnd,
        !lexer.isInSingleLineField
      {
        lexer.isIncomplete = true
      }
    }
    if !lexer.hasBrokenToken {
      lexer.report(Diagnostic(message, at: range, secondary: secondary, help: help))
    }
    if lexer.diagnostics.count >= Parser.maximumDiagnostics { isFatal = true }
    return SyntaxFailure()
  }

  /// Reports that something else than the current token was expected.
  mutating func expected(
    _ what: String, secondary: [SourceRange] = [], help: String? = nil
  ) -> SyntaxFailure {
    fail("expected \(what), found \(found)", at: foundRange, secondary: secondary, help: help)
  }

  /// The current token in words.
  var found: String {
    mutating get {
      switch token.kind {
      case .end: return "the end of the text"
      case .endOfField: return "the end of the line"
      case _ where isAfterLineEnd: return "the end of the line"
      case .string, .formatString: return "a string"
      default: break
      }
      if token.end - token.start > 24 { return token.kind == .name ? "a name" : "a number" }
      return "'\(text(token.range))'"
    }
  }

  /// Where to point when the current token is wrong: at it, or behind the last one where a line ended
  /// too early.
  var foundRange: SourceRange {
    mutating get {
      switch token.kind {
      case .end, .endOfField: break
      case _ where isAfterLineEnd: break
      default: return token.range
      }
      return SourceRange(previousEnd, previousEnd)
    }
  }

  func text(_ range: SourceRange) -> String {
    let bytes = UnsafeBufferPointer(
      start: lexer.base + Int(range.start), count: Int(range.end - range.start))
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Limits

  mutating func failDepth() -> SyntaxFailure {
    isFatal = true
    return fail(
      "nested deeper than \(Parser.maximumDepth) levels", at: token.range,
      help: "give a part of it a name or a function of its own")
  }

  mutating func failChainLength(_ what: String) -> SyntaxFailure {
    isFatal = true
    let limit = Parser.maximumChainLength
    let message =
      what == "operators"
      ? "an expression of more than \(limit) operators in a row"
      : "more than \(limit) \(what) in a row"
    return fail(message, at: token.range, help: "split it into several statements")
  }

  // MARK: Expressions

  /// No expression begins here.
  mutating func failExpression(_ what: String = "an expression") -> SyntaxFailure {
    if let bracket = innermostBracket, isUnclosed, token.followsNewline || token.kind == .end {
      return failClosing(.rightParenthesis, openedAt: bracket)
    }
    var help: String?
    if let sign = doubledSign {
      return fail(
        "'\(sign)\(sign)' is not an operator",
        at: SourceRange(previousEnd - 2, previousEnd),
        help: "write x \(sign)= 1")
    }
    if !isAfterLineEnd {
      switch token.kind {
      case .dot where lexer.cursor.pointee.isDecimalDigit: help = "write 0.5, not .5"
      case .slashSlash: help = "a comment begins with '#'"
      case .greater where text(SourceRange(previousEnd - min(previousEnd, 1), token.end)) == "<>":
        help = "write '!='"
      case .yieldKeyword: help = "'yield' is a statement"
      case .throwKeyword, .returnKeyword, .breakKeyword, .continueKeyword:
        help = "'\(text(token.range))' is a statement; use 'if' instead of an operator"
      case .ifKeyword: help = "a conditional expression is written condition ? a : b"
      case .rangeHalfOpen, .rangeClosed: help = "only a slice may leave out a bound"
      case .letKeyword, .varKeyword: help = "a declaration is a statement of its own"
      case .ellipsis: help = "'...' spreads values in a list, a tuple, a map or a call"
      case _ where token.kind.isKeyword:
        help = "'\(text(token.range))' is a keyword and cannot be a name"
      default: break
      }
    }
    if let bracket = innermostBracket, token.kind.isKeyword, beginsBareBlock(bracket) {
      help = "there are no bare blocks: '{' begins a map here"
    }
    return expected(what, help: help)
  }

  /// Where the innermost bracket is that makes line ends meaningless.
  private var innermostBracket: UInt32? {
    context.contains(.bracketed) && openings.count > 0 ? openings.last : nil
  }

  /// True for a `{` that begins its line: a map where a block was meant, most likely.
  private func beginsBareBlock(_ bracket: UInt32) -> Bool {
    if lexer.base[Int(bracket)] != UInt8(ascii: "{") { return false }
    var position = Int(bracket)
    while position > 0, lexer.classOf(lexer.base[position - 1]) == CharacterClass.blank {
      position -= 1
    }
    return position == 0 || lexer.base[position - 1] == UInt8(ascii: "\n")
  }

  /// The sign of a `++` or `--` right before the current token.
  private var doubledSign: String? {
    let end = Int(previousEnd)
    guard end >= 2 else { return nil }
    let sign = lexer.base[end - 1]
    guard sign == lexer.base[end - 2] else { return nil }
    return sign == UInt8(ascii: "+") ? "+" : sign == UInt8(ascii: "-") ? "-" : nil
  }

  mutating func failConditional(questionMarkAt anchor: UInt32) -> SyntaxFailure {
    expected(
      "':' and the value for the other case", secondary: [SourceRange(anchor, anchor + 1)],
      help: "a conditional expression is written condition ? a : b")
  }

  mutating func failConditionalInField() -> SyntaxFailure {
    fail(
      "a '?:' directly inside the braces of an f-string", at: token.range,
      help: "put it into parentheses: ':' begins the format")
  }

  mutating func failNotWithoutIn(_ word: Token) -> SyntaxFailure {
    fail(
      "expected 'in' after 'not'", at: foundRange, secondary: [word.range],
      help: "x not in xs, or not x == y")
  }

  mutating func failNotAsOperand() -> SyntaxFailure {
    fail(
      "'not' binds less tightly than the operator before it", at: token.range,
      help: "put it into parentheses: (not x)")
  }

  mutating func failRangeChain() -> SyntaxFailure {
    fail("ranges cannot be chained", at: token.range, help: "range(a, b, step) makes steps")
  }

  mutating func failBodyInsteadOfExpression() -> SyntaxFailure {
    expected(
      "an expression", help: "in a header '{' opens the body; put a map into parentheses")
  }

  mutating func failLonelySpread(_ index: NodeIndex) -> SyntaxFailure {
    fail(
      "'...' spreads values only in a list, a tuple, a map or a call", at: nodes[Int(index)].range)
  }

  mutating func failNamedFunctionExpression() -> SyntaxFailure {
    fail(
      "a function in an expression has no name", at: token.range,
      help: "write fn(…), or declare the function in a statement of its own")
  }

  mutating func failPositionalAfterNamed() -> SyntaxFailure {
    fail("an argument without a name after one with a name", at: token.range)
  }

  // MARK: Brackets

  /// A bracket is not closed where it should be.
  mutating func failClosing(_ kind: TokenKind, openedAt start: UInt32) -> SyntaxFailure {
    let opening = SourceRange(start, start + 1)
    let open = text(opening)
    let close = kind == .rightParenthesis ? ")" : kind == .rightBracket ? "]" : "}"
    if lexer.isInSingleLineField, token.kind == .endOfField { return failUnclosedField() }
    if isUnclosed {
      let secondary = token.kind == .end ? [] : [token.range]
      return fail("this '\(open)' is never closed", at: opening, secondary: secondary)
    }
    var help: String?
    switch token.kind {
    case .equal where isAfterWord("for", opening): help = Parser.countingLoop
    case .inKeyword where isAfterWord("for", opening): help = "write for x in xs { … }"
    case .equal where kind == .rightParenthesis:
      help = "'==' compares; an argument is named with ':', as in f(x: 1)"
    case .forKeyword where kind == .rightParenthesis:
      help = "a comprehension stands in brackets: [x for x in xs]"
    case .colon where kind == .rightBracket: help = "a slice is written xs[a..b]"
    case .colon where kind == .rightParenthesis: help = "names have no declared types"
    case .name: help = ForeignWord.operator(previousWord)
    default: break
    }
    return expected("',' or '\(close)'", secondary: [opening], help: help)
  }

  static var countingLoop: String { "a counting loop is written for i in 0..n { … }" }

  /// True when `word` stands right before an opening bracket.
  private func isAfterWord(_ word: String, _ opening: SourceRange) -> Bool {
    let before = text(SourceRange(opening.start - min(opening.start, 8), opening.start))
    return before.split(whereSeparator: { !$0.isLetter }).last.map(String.init) == word
  }

  /// The word right before the current token, or nothing.
  var previousWord: String {
    var start = Int(previousEnd)
    while start > 0, lexer.classOf(lexer.base[start - 1]) & CharacterClass.continuesName != 0 {
      start -= 1
    }
    return text(SourceRange(UInt32(start), previousEnd))
  }

  /// True where the current token cannot be part of anything in brackets.
  private var isUnclosed: Bool {
    switch token.kind {
    case .end, .rightBrace, .rightBracket, .rightParenthesis: return true
    case .letKeyword, .varKeyword, .returnKeyword, .whileKeyword, .breakKeyword, .continueKeyword,
      .classKeyword, .throwKeyword, .tryKeyword, .importKeyword, .fromKeyword, .assertKeyword,
      .yieldKeyword:
      return token.followsNewline
    default:
      return token.followsNewline && isFlushLeft
    }
  }

  /// True for a token that stands at the very left.
  private var isFlushLeft: Bool {
    token.start == 0 || lexer.base[Int(token.start) - 1] == UInt8(ascii: "\n")
  }

  mutating func failMapEntry(openedAt start: UInt32) -> SyntaxFailure {
    if isUnclosed, token.kind != .rightBrace {
      return fail(
        "this '{' is never closed", at: SourceRange(start, start + 1),
        secondary: token.kind == .end ? [] : [token.range])
    }
    var help: String?
    if beginsBareBlock(start) {
      help = "there are no bare blocks: '{' begins a map here"
    } else if token.kind == .comma || token.kind == .rightBrace {
      help = "a set is written set([a, b])"
    }
    return expected(
      "':' after a key of the map", secondary: [SourceRange(start, start + 1)], help: help)
  }

  mutating func failKeywordKey(_ key: Node) -> SyntaxFailure {
    fail(
      "expected an expression, found '\(text(key.range))'", at: key.range,
      help: "the key of a map comprehension is an expression")
  }

  // MARK: f-strings

  mutating func failEmptyField(_ start: UInt32) -> SyntaxFailure {
    fail(
      "expected an expression between the braces", at: SourceRange(start, token.end),
      help: "write '{{' and '}}' for the characters")
  }

  mutating func failFieldEnd() -> SyntaxFailure {
    if token.kind == .endOfField || token.kind == .end { return failUnclosedField() }
    return expected(
      "'}'", secondary: [SourceRange(lexer.fieldStart, lexer.fieldStart + 1)])
  }

  mutating func failUnclosedField() -> SyntaxFailure {
    fail(
      "this '{' is never closed", at: SourceRange(lexer.fieldStart, lexer.fieldStart + 1),
      help: "write '{{' for the character")
  }

  mutating func failUnclosedFormatString(
    _ opening: Token, isSpecification: Bool
  ) -> SyntaxFailure {
    // The token is still the opening (or what ended the last field): the end was reached in text.
    if lexer.cursor == lexer.limit, opening.isTriple {
      if lexer.diagnostics.isEmpty { lexer.isIncomplete = true }
      isFatal = true
    }
    if isSpecification { return failUnclosedField() }
    let failure = fail(
      "this text is never closed", at: opening.range,
      help: "text ends on its line; f\"\"\"…\"\"\" goes over several lines")
    lexer.markBroken(lexer.base + Int(opening.start))
    return failure
  }

  // MARK: Names and patterns

  mutating func failName(_ what: String, isKeywordAllowed: Bool = false) -> SyntaxFailure {
    let isKeyword = token.kind.isKeyword && !isAfterLineEnd && !isKeywordAllowed
    return expected(
      what,
      help: isKeyword ? "'\(text(token.range))' is a keyword and cannot be a name" : nil)
  }

  mutating func failLonelyRest(_ index: NodeIndex) -> SyntaxFailure {
    fail(
      "'...' collects what is left after other names", at: nodes[Int(index)].range,
      help: "write first, ...rest")
  }

  mutating func failSecondRest(_ index: NodeIndex, first: NodeIndex) -> SyntaxFailure {
    fail(
      "only one '...' can collect what is left", at: nodes[Int(index)].range,
      secondary: [nodes[Int(first)].range])
  }

  mutating func failTarget(_ node: Node) -> SyntaxFailure {
    var help: String?
    switch node.kind {
    case .optionalChain: help = "a chain with '?.' can only be read"
    case .binary where node.flags == BinaryOperator.equal.rawValue:
      help = "'==' compares, '=' assigns"
    case .call: help = "a call gives a value, not a place to keep one"
    case .list: help = "unpack without brackets: a, b = …"
    default: break
    }
    return fail("cannot assign to this expression", at: node.range, help: help)
  }

  mutating func failSliceTarget(_ node: Node) -> SyntaxFailure {
    fail(
      "cannot assign to a slice", at: node.range,
      help: "make a new list: xs = [...xs[..a], value, ...xs[b..]]")
  }

  mutating func failDeclaration(_ word: Token, _ pattern: NodeIndex) -> SyntaxFailure {
    let isVariable = word.kind == .varKeyword
    var help: String?
    if isAfterLineEnd || token.kind == .semicolon || token.kind == .rightBrace {
      help =
        isVariable
        ? "only a single name can do without a value"
        : "a constant needs a value; 'var' declares a variable, which begins as nil"
    } else if token.kind == .colon {
      help = "names have no declared types"
    } else if token.kind == .name || token.kind.isKeyword, word.kind == .letKeyword,
      text(nodes[Int(pattern)].range) == "mut"
    {
      help = "'var' declares a variable"
    }
    return expected("'=' and a value", secondary: [nodes[Int(pattern)].range], help: help)
  }

  mutating func failConstantPattern(_ pattern: Node) -> SyntaxFailure {
    fail("a class constant has one name", at: pattern.range)
  }

  // MARK: Functions and classes

  mutating func failParameters() -> SyntaxFailure {
    expected("'(' and the parameters")
  }

  mutating func failParameterAfterRest() -> SyntaxFailure {
    fail("a parameter after '...': it must be the last", at: token.range)
  }

  mutating func failRequiredAfterDefault(_ name: Token) -> SyntaxFailure {
    fail(
      "parameter '\(text(name.range))' needs a default, because one before it has one",
      at: name.range)
  }

  mutating func failGetterParameters() -> SyntaxFailure {
    fail(
      "a property has no parameters", at: token.range,
      help: "write get name => value, or fn name(…) for a method")
  }

  mutating func failMember() -> SyntaxFailure {
    var help: String?
    if !isAfterLineEnd {
      switch token.kind {
      case .varKeyword: help = "a field begins in 'init': self.name = value"
      case .name where lexer.isFollowed(by: UInt8(ascii: "(")):
        help = "a method begins with 'fn'"
      case .name: help = "a class constant begins with 'let'"
      default: break
      }
    }
    return expected("a member: let, fn, get or static fn", help: help)
  }

  mutating func failOperatorName() -> SyntaxFailure {
    switch token.kind {
    case .greater, .greaterEqual, .notEqual:
      return fail(
        "'\(text(token.range))' cannot be defined", at: token.range,
        help: "it follows from '<', '<=' and '=='")
    case .ampersand, .pipe, .caret, .tilde, .shiftLeft, .shiftRight, .coalesce:
      return fail(
        "'\(text(token.range))' cannot be defined", at: token.range,
        help: "the operators for classes are + - * / // % ** == < <= [] []= and neg")
    default:
      return failName("the method's name", isKeywordAllowed: true)
    }
  }

  mutating func failModuleName() -> SyntaxFailure {
    var help: String?
    if token.kind == .string, !isAfterLineEnd { help = "a module is named without quotes" }
    if token.kind == .star || token.kind == .leftBrace, !isAfterLineEnd {
      help = "from module import name"
    }
    return expected("a module's name", help: help)
  }
}
