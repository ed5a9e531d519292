// `##` comments.

extension Parser {
  /// The symbol of the documentation right before the current token, or 0.
  mutating func takeDocumentation() -> UInt32 {
    let found = lexer.documentation
    if found.end == 0 || found.precedingEnd != previousEnd { return 0 }
    lexer.documentation.end = 0
    return intern(found)
  }

  /// Takes the documentation at the head of the text for the module's, when what follows it is a
  /// blank line, an import or nothing.
  mutating func takeModuleDocumentation() {
    let head = lexer.headDocumentation
    if head.end == 0 { return }
    let isImport =
      token.kind == .importKeyword || token.kind == .fromKeyword
      || (token.kind == .name && token.symbol == Keyword.eagerWord && eagerImportFollows != nil)
    guard isImport || token.kind == .end || isBlankLine(after: head.end) else { return }
    moduleDocumentation = Symbol(intern(head))
    if lexer.documentation.start == head.start { lexer.documentation.end = 0 }
  }

  private func isBlankLine(after offset: UInt32) -> Bool {
    var position = lexer.base + Int(offset)
    if position.pointee == UInt8(ascii: "\n") { position += 1 }
    while position.pointee == UInt8(ascii: " ") || position.pointee == UInt8(ascii: "\t")
      || position.pointee == UInt8(ascii: "\r")
    {
      position += 1
    }
    return position.pointee == UInt8(ascii: "\n")
  }

  /// The text of the comment: its lines without the signs, one blank after them, and trailing blanks.
  private mutating func intern(_ block: Lexer.Documentation) -> UInt32 {
    lexer.scratch.truncate(to: 0)
    var position = lexer.base + Int(block.start)
    let end = lexer.base + Int(block.end)
    while position < end {
      while position.pointee != UInt8(ascii: "#") { position += 1 }
      position += 2
      if position < end, position.pointee == UInt8(ascii: " ") { position += 1 }
      var lineEnd = position
      while lineEnd < end, lineEnd.pointee != UInt8(ascii: "\n") { lineEnd += 1 }
      var textEnd = lineEnd
      while textEnd > position,
        textEnd[-1] == UInt8(ascii: " ") || textEnd[-1] == UInt8(ascii: "\r")
      { textEnd -= 1 }
      lexer.scratch.append(from: position, count: textEnd - position)
      if lineEnd < end { lexer.scratch.append(UInt8(ascii: "\n")) }
      position = lineEnd
    }
    return lexer.internScratch()
  }
}
