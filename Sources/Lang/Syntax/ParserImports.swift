// `import a.b as c, d` and `from a import b as c, d`.

extension Parser {
  /// Whether the current `eager` belongs to an import, and then whether that is a `from`.
  var eagerImportFollows: Bool? {
    mutating get {
      if lexer.isFollowed(byWord: "import") { return false }
      return lexer.isFollowed(byWord: "from") ? true : nil
    }
  }

  /// Reads `import …` onto the scratch stack: one node for every module.
  mutating func parseImport(start: UInt32, flags: UInt8) throws(SyntaxFailure) {
    var start = start
    containsImport = true
    advance()
    while true {
      let path = try parseModulePath(isFrom: false)
      let alias = try parseAlias() ?? 0
      scratch.append(
        add(
          Node(
            .importStatement, flags: flags, start: start, end: previousEnd, a: path,
            b: alias)))
      guard token.kind == .comma, !isAfterLineEnd else { return }
      advanceOverOperator()
      start = token.start
    }
  }

  /// Reads `from a import b as c, d` or `from a import *`.
  mutating func parseFromImport(start: UInt32, flags: UInt8) throws(SyntaxFailure) -> NodeIndex {
    var flags = flags
    advance()
    let path = try parseModulePath(isFrom: true)
    guard token.kind == .importKeyword, !isAfterLineEnd else { throw expected("'import'") }
    advance()
    let mark = scratch.count
    if token.kind == .star, !isAfterLineEnd {
      flags |= NodeFlags.star
      advance()
    } else if token.kind == .leftParenthesis, !isAfterLineEnd {
      let bracket = token.start
      let outer = try open()
      while token.kind != .rightParenthesis {
        try parseImportedName()
        guard token.kind == .comma else { break }
        advance()
      }
      if scratch.count == mark { throw failName("a name to import") }
      try close(.rightParenthesis, openedAt: bracket)
      context = outer
      leave()
    } else {
      try parseImportedName()
      while token.kind == .comma, !isAfterLineEnd {
        advanceOverOperator()
        try parseImportedName()
      }
    }
    containsImport = true
    let end = previousEnd
    let (list, count) = closeList(from: mark)
    return add(
      Node(.fromImportStatement, flags: flags, start: start, end: end, a: path, b: list, c: count)
    )
  }

  private mutating func parseImportedName() throws(SyntaxFailure) {
    guard token.kind == .name, !isAfterLineEnd else { throw failName("a name to import") }
    let name = token
    advance()
    let alias = try parseAlias() ?? name.symbol
    scratch.append(
      add(
        Node(.importedName, start: name.start, end: previousEnd, a: name.symbol, b: alias)))
  }

  /// Reads `as name`; `nil` where there is none.
  private mutating func parseAlias() throws(SyntaxFailure) -> UInt32? {
    guard token.kind == .asKeyword, !isAfterLineEnd else { return nil }
    advance()
    guard token.kind == .name, !isAfterLineEnd else { throw failName("a name after 'as'") }
    let symbol = token.symbol
    advance()
    return symbol
  }

  /// Reads `a.b.c`, with dots in front for a place relative to the importing module; returns the
  /// position of its record.
  private mutating func parseModulePath(isFrom: Bool) throws(SyntaxFailure) -> UInt32 {
    var dots: UInt32 = 0
    while !isAfterLineEnd {
      switch token.kind {
      case .dot: dots += 1
      case .rangeHalfOpen: dots += 2
      case .ellipsis: dots += 3
      default: break
      }
      if token.kind != .dot && token.kind != .rangeHalfOpen && token.kind != .ellipsis { break }
      advance()
    }
    let mark = scratch.count
    if dots == 0 || !isFrom || token.kind != .importKeyword {
      guard token.kind == .name, !isAfterLineEnd else { throw failModuleName() }
      scratch.append(token.symbol)
      advance()
      while token.kind == .dot, !isAfterLineEnd {
        advanceOverOperator()
        guard token.kind.isWord else { throw failModuleName() }
        scratch.append(token.symbol)
        advance()
      }
    }
    let record = UInt32(truncatingIfNeeded: extra.count)
    extra.append(dots)
    extra.append(UInt32(truncatingIfNeeded: scratch.count - mark))
    _ = closeList(from: mark)
    return record
  }
}
