/// Cuts a source text into tokens, one at a time, on demand.
///
/// It works on bytes: names are interned straight from the source, and no `Character` or `String` is
/// made unless something is wrong. The text must be valid UTF-8, end with a NUL that is not part of
/// it, and have ``padding`` readable bytes after its end. There are no tokens for line ends: each
/// token says whether one came before it, and the parser, which knows what is open, decides what that
/// means.
struct Lexer {
  /// The number of readable bytes that must follow the text, the first of them NUL.
  static var padding: Int { 16 }

  /// The first byte of the text; offsets count from here.
  let base: UnsafePointer<UInt8>
  /// The byte after the last.
  let limit: UnsafePointer<UInt8>
  /// The first byte that is not part of a token yet.
  var cursor: UnsafePointer<UInt8>
  /// Where the first token may begin.
  private let beginning: UnsafePointer<UInt8>
  /// True inside the braces of an f-string that must end on its line.
  var isInSingleLineField = false
  /// Where the innermost open brace of an f-string is.
  var fieldStart: UInt32 = 0

  /// The `##` comment that was read last.
  var documentation = Documentation()
  /// The first `##` comment, if nothing but other comments came before it.
  var headDocumentation = Documentation()

  /// What is wrong with the text, as far as it has been read.
  var diagnostics: [Diagnostic] = []
  /// True when the text is a correct beginning that ends too early.
  var isIncomplete = false
  /// True after a token that is cut off: what the parser then misses is a consequence of it.
  var hasBrokenToken = false
  /// Where that token begins.
  var brokenTokenStart: UInt32 = 0
  /// True while the parser looks for a place to go on after an error: nothing is reported then.
  var isQuiet = false

  /// Whether the text is not read to its end: it was asked to stop.
  private(set) var hasGivenUp = false
  /// Asks whether to stop; asked again when the text has been read as far as this.
  private let question: StopQuestion?
  private(set) var checkAt: UnsafePointer<UInt8>

  /// Where strings are put together.
  var scratch = GrowableBuffer<UInt8>(capacity: 256)

  let symbols: UnsafeMutablePointer<SymbolStorage>
  private let classes: UnsafePointer<UInt8>

  /// A block of `##` lines.
  struct Documentation: BitwiseCopyable {
    var start: UInt32 = 0
    var end: UInt32 = 0
    /// Where the token before it ends, which tells the token after it.
    var precedingEnd: UInt32 = 0
  }

  /// Makes a lexer that stands before the first token.
  init(
    base: UnsafePointer<UInt8>, count: Int, symbols: UnsafeMutablePointer<SymbolStorage>,
    question: StopQuestion? = nil
  ) {
    self.base = base
    self.symbols = symbols
    self.question = question
    limit = base + count
    // Without a question a place that is never reached.
    checkAt = question == nil ? UnsafePointer(bitPattern: UInt.max).unsafelyUnwrapped : base
    classes = CharacterClass.table
    var start = base
    if count >= 3, base[0] == 0xef, base[1] == 0xbb, base[2] == 0xbf { start += 3 }
    if start[0] == UInt8(ascii: "#"), start[1] == UInt8(ascii: "!") {
      while start.pointee != UInt8(ascii: "\n"), start < limit { start += 1 }
    }
    beginning = start
    cursor = start
  }

  func deallocate() { scratch.deallocate() }

  // MARK: Giving up

  /// Asks whether to stop; if so, the text seems to end here.
  @inline(never)
  mutating func askWhetherToStop() {
    guard let question else { return }
    checkAt = cursor + min(question.bytes, limit - cursor + 1)
    if hasGivenUp || question.isStopped {
      hasGivenUp = true
      // Also for whoever goes back to look ahead again.
      cursor = limit
      checkAt = base
    }
  }

  /// Passes over `count` bytes that are known to follow.
  ///
  /// After giving up nothing follows, whatever was seen before: the end stays where it is.
  @inline(__always)
  mutating func skip(_ count: Int) { cursor = min(cursor + count, limit) }

  /// The offset of a position in the text.
  @inline(__always)
  func offset(_ position: UnsafePointer<UInt8>) -> UInt32 {
    UInt32(truncatingIfNeeded: position - base)
  }

  @inline(__always)
  func classOf(_ byte: UInt8) -> UInt8 { classes[Int(byte)] }

  // MARK: The next token

  /// Reads the next token.
  mutating func next() -> Token {
    var position = cursor
    // The first token follows a line end in all that matters: a comment before it begins its line.
    var followsNewline = position == beginning
    while true {
      let byte = position.pointee
      switch classes[Int(byte)] & CharacterClass.group {
      case CharacterClass.blank:
        position += 1
      case CharacterClass.newline:
        if isInSingleLineField { return finish(.endOfField, position, position, true) }
        position += 1
        followsNewline = true
      case CharacterClass.letter:
        return word(position, followsNewline)
      case CharacterClass.digit:
        return number(position, followsNewline)
      case CharacterClass.quote:
        return string(
          position, quote: position, isRaw: false, isFormat: false, followsNewline)
      case CharacterClass.hash:
        position = skipComment(position, beginsLine: followsNewline)
      case CharacterClass.high:
        if let token = unicodeWord(&position, followsNewline) { return token }
      default:
        if byte == 0 && position == limit { return finish(.end, position, position, true) }
        if let token = punctuation(byte, position, followsNewline) { return token }
        position += scalarLength(position)
      }
    }
  }

  /// Makes a token of `start ..< end` and stands behind it.
  @inline(__always)
  mutating func finish(
    _ kind: TokenKind, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
    _ followsNewline: Bool, symbol: UInt32 = 0, bits: UInt64 = 0
  ) -> Token {
    cursor = end
    return Token(
      kind: kind, followsNewline: followsNewline, start: offset(start), end: offset(end),
      symbol: symbol, bits: bits)
  }

  // MARK: Names and keywords

  @inline(__always)
  private mutating func word(_ start: UnsafePointer<UInt8>, _ followsNewline: Bool) -> Token {
    var end = start + 1
    while classes[Int(end.pointee)] & CharacterClass.continuesName != 0 { end += 1 }
    if end.pointee >= 0x80 { return longUnicodeWord(start, followsNewline) }
    if end - start == 1, classes[Int(end.pointee)] & CharacterClass.group == CharacterClass.quote {
      let isFormat = start.pointee == UInt8(ascii: "f")
      if isFormat || start.pointee == UInt8(ascii: "r") {
        return string(start, quote: end, isRaw: !isFormat, isFormat: isFormat, followsNewline)
      }
    }
    return finishWord(start, end, followsNewline)
  }

  @inline(__always)
  mutating func finishWord(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ followsNewline: Bool
  ) -> Token {
    let count = end - start
    let symbol = symbols.pointee.intern(
      start, count: count, prefix: SymbolStorage.prefix(ofPadded: start, count: count))
    let kind =
      symbol <= Keyword.lastReserved
      ? unsafeBitCast(UInt8(truncatingIfNeeded: symbol), to: TokenKind.self) : .name
    return finish(kind, start, end, followsNewline, symbol: symbol)
  }

  // MARK: Punctuation

  /// Reads a token that begins with `byte`; `nil`, after reporting it, where none does.
  @inline(__always)
  private mutating func punctuation(
    _ byte: UInt8, _ start: UnsafePointer<UInt8>, _ followsNewline: Bool
  ) -> Token? {
    let next = start[1]
    var kind: TokenKind
    var length = 1
    switch byte {
    case UInt8(ascii: "("): kind = .leftParenthesis
    case UInt8(ascii: ")"): kind = .rightParenthesis
    case UInt8(ascii: "["): kind = .leftBracket
    case UInt8(ascii: "]"): kind = .rightBracket
    case UInt8(ascii: "{"): kind = .leftBrace
    case UInt8(ascii: "}"): kind = .rightBrace
    case UInt8(ascii: ","): kind = .comma
    case UInt8(ascii: ";"): kind = .semicolon
    case UInt8(ascii: ":"): kind = .colon
    case UInt8(ascii: "~"): kind = .tilde
    case UInt8(ascii: "="):
      if next == UInt8(ascii: "=") {
        kind = .equalEqual
        length = 2
        if start[2] == UInt8(ascii: "=") { length = strictEquality(start) }
      } else if next == UInt8(ascii: ">") {
        kind = .arrow
        length = 2
      } else {
        kind = .equal
      }
    case UInt8(ascii: "."):
      if next != UInt8(ascii: ".") {
        kind = .dot
      } else if start[2] == UInt8(ascii: ".") {
        kind = .ellipsis
        length = 3
      } else if start[2] == UInt8(ascii: "="), start[3] != UInt8(ascii: "=") {
        kind = .rangeClosed
        length = 3
      } else {
        kind = .rangeHalfOpen
        length = 2
      }
    case UInt8(ascii: "+"): (kind, length) = operatorOrAssignment(next, .plus, .plusEqual)
    case UInt8(ascii: "-"): (kind, length) = operatorOrAssignment(next, .minus, .minusEqual)
    case UInt8(ascii: "%"): (kind, length) = operatorOrAssignment(next, .percent, .percentEqual)
    case UInt8(ascii: "^"): (kind, length) = operatorOrAssignment(next, .caret, .caretEqual)
    case UInt8(ascii: "*"):
      (kind, length) = operatorOrAssignment(next, .star, .starEqual)
      if next == byte {
        (kind, length) = operatorOrAssignment(start[2], .starStar, .starStarEqual)
        length += 1
      }
    case UInt8(ascii: "/"):
      (kind, length) = operatorOrAssignment(next, .slash, .slashEqual)
      if next == byte {
        (kind, length) = operatorOrAssignment(start[2], .slashSlash, .slashSlashEqual)
        length += 1
      }
    case UInt8(ascii: "<"):
      (kind, length) = operatorOrAssignment(next, .less, .lessEqual)
      if next == byte {
        (kind, length) = operatorOrAssignment(start[2], .shiftLeft, .shiftLeftEqual)
        length += 1
      }
    case UInt8(ascii: ">"):
      (kind, length) = operatorOrAssignment(next, .greater, .greaterEqual)
      if next == byte {
        (kind, length) = operatorOrAssignment(start[2], .shiftRight, .shiftRightEqual)
        length += 1
      }
    case UInt8(ascii: "?"):
      if next == byte {
        (kind, length) = operatorOrAssignment(start[2], .coalesce, .coalesceEqual)
        length += 1
      } else if next == UInt8(ascii: ".") {
        kind = .questionDot
        length = 2
      } else {
        kind = .question
      }
    case UInt8(ascii: "&"):
      (kind, length) = operatorOrAssignment(next, .ampersand, .ampersandEqual)
      if next == byte { (kind, length) = foreignOperator(start, "&&", "and", .andKeyword) }
    case UInt8(ascii: "|"):
      (kind, length) = operatorOrAssignment(next, .pipe, .pipeEqual)
      if next == byte { (kind, length) = foreignOperator(start, "||", "or", .orKeyword) }
    case UInt8(ascii: "!"):
      if next == UInt8(ascii: "=") {
        kind = .notEqual
        length = start[2] == UInt8(ascii: "=") ? strictEquality(start) : 2
      } else {
        (kind, length) = exclamation(start)
      }
    default:
      reportUnexpected(start)
      return nil
    }
    return finish(kind, start, start + length, followsNewline)
  }

  @inline(__always)
  private func operatorOrAssignment(
    _ next: UInt8, _ plain: TokenKind, _ assignment: TokenKind
  ) -> (TokenKind, Int) {
    next == UInt8(ascii: "=") ? (assignment, 2) : (plain, 1)
  }

  // MARK: Comments

  /// Passes over a comment and remembers it when it is documentation; returns where the line ends.
  private mutating func skipComment(
    _ start: UnsafePointer<UInt8>, beginsLine: Bool
  ) -> UnsafePointer<UInt8> {
    // Many may follow each other, and the parser sees none of them.
    if start >= checkAt {
      let token = cursor
      cursor = start
      askWhetherToStop()
      if hasGivenUp { return limit }
      cursor = token
    }
    var end = start + 1
    while true {
      let byte = end.pointee
      if byte == UInt8(ascii: "\n") || (byte == 0 && end == limit) { break }
      end += 1
    }
    let hash = UInt8(ascii: "#")
    // Three and more are decoration, and after code on the same line there is nothing to document.
    guard beginsLine, start[1] == hash, start[2] != hash else { return end }
    let isFirst = documentation.end == 0
    if isFirst || !isNextLine(documentation.end, offset(start)) {
      documentation.start = offset(start)
    }
    documentation.end = offset(end)
    documentation.precedingEnd = offset(cursor)
    if cursor == beginning, isFirst || headDocumentation.start == documentation.start {
      headDocumentation = documentation
    }
    return end
  }

  /// True when there is one line end and otherwise only blanks between two offsets.
  private func isNextLine(_ from: UInt32, _ to: UInt32) -> Bool {
    var newlines = 0
    for index in Int(from)..<Int(to) {
      if base[index] == UInt8(ascii: "\n") {
        newlines += 1
      } else if classOf(base[index]) != CharacterClass.blank {
        return false
      }
    }
    return newlines == 1
  }

  // MARK: Looking ahead

  /// True when the token after the current one begins with `byte`, comments and line ends passed over.
  func isFollowed(by byte: UInt8) -> Bool {
    var position = cursor
    while true {
      let next = position.pointee
      if next == byte { return true }
      switch classes[Int(next)] & CharacterClass.group {
      case CharacterClass.blank, CharacterClass.newline:
        position += 1
      case CharacterClass.hash:
        while position.pointee != UInt8(ascii: "\n"), position < limit { position += 1 }
      default:
        return false
      }
    }
  }

  /// True when `word` follows the current token on the same line.
  func isFollowed(byWord word: StaticString) -> Bool {
    var position = cursor
    while classes[Int(position.pointee)] & CharacterClass.group == CharacterClass.blank {
      position += 1
    }
    for index in 0..<word.utf8CodeUnitCount where position[index] != word.utf8Start[index] {
      return false
    }
    let after = position[word.utf8CodeUnitCount]
    return after < 0x80 && classes[Int(after)] & CharacterClass.continuesName == 0
  }
}
