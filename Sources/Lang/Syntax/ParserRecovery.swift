// Statements that go wrong: messages for what newcomers write, and where parsing goes on.

extension Parser {
  // MARK: Going on

  /// Looks for the next statement after one that failed.
  ///
  /// It begins a line outside of all brackets that the failed one opened. A line that is not indented
  /// more than the failed statement ends it too: then one of the brackets was never closed.
  mutating func recover(
    startingAt start: UInt32, openings outerCount: Int
  ) throws(SyntaxFailure) {
    lexer.isQuiet = true
    defer {
      lexer.isQuiet = false
      lexer.hasBrokenToken = false
    }
    var (openBrackets, openBraces) = dropOpenings(downTo: outerCount)
    var skippedBraces = 0
    let column = indentation(at: start)
    while true {
      if token.start > start, skippedBraces == 0, beginsLine, !isContinuation {
        let isOutside = openBrackets <= 0 && openBraces == 0
        if isOutside || indentation(at: token.start) <= column && !isClosing { return }
      }
      switch token.kind {
      case .end:
        if openBrackets > 0 || openBraces + skippedBraces > 0 {
          isFatal = true
          throw SyntaxFailure()
        }
        return
      case .endOfField:
        throw SyntaxFailure()
      case .semicolon where openBrackets <= 0 && openBraces + skippedBraces == 0:
        return
      case .leftParenthesis, .leftBracket:
        openBrackets += 1
      case .rightParenthesis, .rightBracket:
        openBrackets = max(0, openBrackets - 1)
      case .leftBrace:
        skippedBraces += 1
      case .rightBrace:
        if skippedBraces > 0 {
          skippedBraces -= 1
        } else if openBraces > 0 {
          openBraces -= 1
        } else {
          return
        }
      case .formatString:
        skipFormatString()
      default:
        break
      }
      advance()
    }
  }

  /// After an error in a header: goes on with the body, if it opens on the same line.
  mutating func skipToBody(
    _ failure: SyntaxFailure, openings outerCount: Int
  ) throws(SyntaxFailure) {
    if isFatal { throw failure }
    lexer.isQuiet = true
    defer { lexer.isQuiet = false }
    var brackets = 0
    for index in outerCount..<max(openings.count, outerCount)
    where lexer.base[Int(openings[index])] != UInt8(ascii: "{") {
      brackets += 1
    }
    var isFirst = true
    var braces = 0
    while true {
      if beginsLine, !isFirst { throw failure }
      isFirst = false
      switch token.kind {
      case .rightBrace where braces > 0: braces -= 1
      case .end, .endOfField, .semicolon, .rightBrace: throw failure
      case .leftParenthesis, .leftBracket: brackets += 1
      case .rightParenthesis, .rightBracket: brackets -= 1
      case .leftBrace:
        // The last on its line is the body's, whatever is still open.
        if endsLine || brackets <= 0 && braces == 0 && !isFollowedByBody {
          _ = dropOpenings(downTo: outerCount)
          lexer.hasBrokenToken = false
          token.followsNewline = false
          return
        }
        braces += 1
      case .formatString: skipFormatString()
      default: break
      }
      advance()
    }
  }

  /// Forgets the brackets that a failed statement left open; returns how many were of which kind.
  private mutating func dropOpenings(downTo count: Int) -> (brackets: Int, braces: Int) {
    var brackets = 0
    var braces = 0
    while openings.count > count {
      let byte = lexer.base[Int(openings.removeLast())]
      if byte == UInt8(ascii: "{") { braces += 1 } else { brackets += 1 }
    }
    return (brackets, braces)
  }

  /// A token that is cut off or unknown excuses what goes wrong in its own statement only.
  mutating func forgetBrokenToken() {
    if lexer.brokenTokenStart < previousEnd { lexer.hasBrokenToken = false }
  }

  /// True when the current `{` has its `}` on the same line and another `{` comes after it, as in
  /// `for x in {} {`.
  private var isFollowedByBody: Bool {
    var position = lexer.cursor
    var depth = 1
    while position < lexer.limit, position.pointee != UInt8(ascii: "\n") {
      if position.pointee == UInt8(ascii: "{") {
        if depth == 0 { return true }
        depth += 1
      } else if position.pointee == UInt8(ascii: "}") {
        depth -= 1
      }
      position += 1
    }
    return false
  }

  /// Passes over an f-string without a look into its fields.
  private mutating func skipFormatString() {
    let opening = token
    var unused = CommonIndentation()
    while true {
      let end = lexer.skipFormatText(
        quote: opening.quote, isTriple: opening.isTriple, isSpecification: false, &unused)
      switch end {
      case .field, .fieldEnd: lexer.skip(1)
      case .quote:
        lexer.skip(opening.isTriple ? 3 : 1)
        return
      case .unterminated:
        return
      }
    }
  }

  /// True when only blanks stand before the current token on its line.
  private var beginsLine: Bool {
    var position = Int(token.start)
    while position > 0 {
      let byte = lexer.base[position - 1]
      if byte == UInt8(ascii: "\n") { return true }
      if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") { return false }
      position -= 1
    }
    return true
  }

  /// True when the line ends after the current token.
  private var endsLine: Bool {
    var position = lexer.cursor
    while lexer.classOf(position.pointee) == CharacterClass.blank { position += 1 }
    return position.pointee == UInt8(ascii: "\n") || position.pointee == UInt8(ascii: "#")
      || position == lexer.limit
  }

  /// True for a token that goes on with the statement of the line before.
  private var isContinuation: Bool {
    switch token.kind {
    case .elseKeyword, .catchKeyword, .finallyKeyword, .inKeyword, .asKeyword, .andKeyword,
      .orKeyword, .isKeyword, .dot, .questionDot, .question, .colon, .equal, .arrow, .comma:
      return true
    default: return false
    }
  }

  private var isClosing: Bool {
    switch token.kind {
    case .rightParenthesis, .rightBracket, .rightBrace: return true
    default: return false
    }
  }

  /// The number of bytes of blanks at the beginning of the line around `offset`.
  private func indentation(at offset: UInt32) -> Int {
    var lineStart = Int(offset)
    while lineStart > 0, lexer.base[lineStart - 1] != UInt8(ascii: "\n") { lineStart -= 1 }
    var end = lineStart
    while lexer.base[end] == UInt8(ascii: " ") || lexer.base[end] == UInt8(ascii: "\t") { end += 1 }
    return end - lineStart
  }

  // MARK: Statements

  /// A closing bracket too many at the end of the module's statements.
  mutating func reportSurplus() {
    fail("this '\(text(token.range))' closes nothing", at: token.range)
    lexer.hasBrokenToken = false
  }

  /// Something follows a statement on its line.
  mutating func failStatementEnd(startingAt start: UInt32) -> SyntaxFailure {
    if token.kind == .rightParenthesis || token.kind == .rightBracket {
      return fail("this '\(text(token.range))' closes nothing", at: token.range)
    }
    let first = firstWord(at: start)
    if let known = ForeignWord.statement(first), token.start > start {
      let range = SourceRange(start, start + UInt32(first.utf8.count))
      return fail("'\(first)' is not a word of the language", at: range, help: known)
    }
    var help: String?
    switch token.kind {
    case .equal: help = "an assignment is a statement: one a line"
    case .string, .integer, .float, .name, .formatString: help = helpForJuxtaposition
    case .fromKeyword where first == "import": help = "write from module import name"
    case .colon where lexer.cursor.pointee == UInt8(ascii: "="):
      help = "'let' and 'var' declare, '=' assigns"
    case .ifKeyword: help = "a conditional expression is written condition ? a : b"
    case .arrow: help = "a function without a name is written fn(x) => …"
    case .elseKeyword: help = "'else' belongs to an 'if' with braces"
    case .colon: help = "a body stands in braces: { … }"
    case .comma: help = "a tuple stands in parentheses here"
    default: break
    }
    return expected("the end of the statement", help: help)
  }

  /// What may be meant by two values in a row, of which the current token begins the second.
  private var helpForJuxtaposition: String? {
    let word = previousWord
    if token.kind == .string, ["b", "rb", "br", "B"].contains(word) {
      return "bytes(…) makes bytes"
    }
    if token.kind == .string, ["rf", "fr", "u", "F", "R"].contains(word) {
      return "the kinds of text are \"…\", r\"…\" and f\"…\""
    }
    let last = lexer.base[Int(previousEnd) - 1]
    let isText = token.kind == .string || token.kind == .formatString
    if isText, last == UInt8(ascii: "\"") || last == UInt8(ascii: "'") { return "'+' joins text" }
    return ForeignWord.operator(word)
  }

  /// The name that a statement begins with, or nothing.
  private func firstWord(at start: UInt32) -> String {
    var end = lexer.base + Int(start)
    while lexer.classOf(end.pointee) & CharacterClass.continuesName != 0 { end += 1 }
    return text(SourceRange(start, lexer.offset(end)))
  }

  /// `else`, `catch` or `finally` that belongs to nothing.
  mutating func failStrayClause() -> SyntaxFailure {
    let partner = token.kind == .elseKeyword ? "if" : "try"
    return fail(
      "'\(text(token.range))' without '\(partner)'", at: token.range,
      help: "it follows the '}' of the '\(partner)', on the same line or the next")
  }

  /// `++x` at the beginning of a statement; anything else that begins with a sign is an expression.
  mutating func parseSignedStatement() throws(SyntaxFailure) -> NodeIndex {
    let sign = token
    let next = lexer.base[Int(sign.end)]
    if next == lexer.base[Int(sign.start)] {
      let text = text(sign.range)
      throw fail(
        "'\(text)\(text)' is not an operator", at: SourceRange(sign.start, sign.end + 1),
        help: "write x \(text)= 1")
    }
    return try parseExpressionStatement()
  }

  mutating func reportAssignmentInCondition() {
    fail(
      "expected a condition, found an assignment", at: token.range,
      help: "'==' compares, '=' assigns")
  }

  mutating func failForHeader() -> SyntaxFailure {
    var help = "a loop is written for x in xs { … }"
    if token.kind == .equal || token.kind == .semicolon {
      help = Parser.countingLoop
    }
    return expected("'in'", help: help)
  }

  mutating func failLonelyTry(at start: UInt32) -> SyntaxFailure {
    if token.kind == .end { joinLines() }
    return fail(
      "a 'try' needs 'catch' or 'finally'", at: SourceRange(start, start + 3),
      help: "try { … } catch error { … }")
  }

  /// `} elif` and the like: reports it and stands on its condition, as if it were `else if`.
  mutating func reportForeignElseIf() -> Bool {
    // A name after an `if` is common, this one is not: no String for the others.
    guard lexer.base[Int(token.start)] == UInt8(ascii: "e"), token.end - token.start <= 6 else {
      return false
    }
    let word = text(token.range)
    guard ForeignWord.elseIf.contains(word) else { return false }
    fail("'\(word)' is not a word of the language", at: token.range, help: "write 'else if'")
    return true
  }

  // MARK: Blocks

  /// Reports that the current token is not the `{` that a body begins with.
  ///
  /// Returns only when it is one on the next line.
  mutating func missingBlock(after word: StaticString) throws(SyntaxFailure) {
    if token.kind == .leftBrace {
      fail(
        "expected '{', found the end of the line", at: foundRange,
        help: "the '{' of '\(word)' stands on the same line")
      joinLines()
      return
    }
    var help: String?
    if !isAfterLineEnd {
      switch (token.kind, word.description) {
      case (.colon, "class"), (.less, "class"), (.name, "class"):
        help = "a base class stands in parentheses: class A(B) { … }"
      case (.minus, "fn"): help = "a function has no declared type"
      case (.comma, "catch"): help = "several classes stand in parentheses: (A, B)"
      case (.colon, _): help = "a body stands in braces: \(word) … { … }"
      case (.name, _) where text(token.range) == "then": help = "a body stands in braces: { … }"
      case (.equal, _): help = "'==' compares, '=' assigns"
      default: break
      }
    }
    throw expected(word.description == "fn" ? "'{' or '=>'" : "'{'", help: help)
  }

  /// The text ends inside a block.
  ///
  /// The block at whose opening the end was noticed is seldom the one to blame. A block that is closed
  /// by a `}` further left than the line that opened it has most likely taken the `}` of another.
  mutating func failUnclosedBlock(openedAt start: UInt32) -> SyntaxFailure {
    if token.kind == .endOfField { return failUnclosedField() }
    if lexer.diagnostics.isEmpty, !lexer.hasBrokenToken { lexer.isIncomplete = true }
    isFatal = true
    for index in 1..<nodes.count {
      let node = nodes[index]
      if node.kind == .block, node.start > start, isSuspect(node) {
        return fail(
          "this '{' is never closed", at: SourceRange(node.start, node.start + 1),
          secondary: [SourceRange(node.end - 1, node.end)],
          help: "the '}' that closes it is indented like something else")
      }
    }
    return fail("this '{' is never closed", at: SourceRange(start, start + 1))
  }

  private func isSuspect(_ block: Node) -> Bool {
    let closing = indentation(at: block.end - 1)
    guard Int(block.end) - 1 - closing >= 0 else { return false }
    let lineStart = Int(block.end) - 1 - closing
    // Only a brace that begins its line says anything.
    guard lineStart == 0 || lexer.base[lineStart - 1] == UInt8(ascii: "\n") else { return false }
    return closing < indentation(at: block.start)
  }
}
