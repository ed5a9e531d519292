/// Parses a source text.
///
/// The result is always a tree. Where the text is not correct, `diagnostics` of the tree says what is
/// wrong, in source order and at most ``Parser/maximumDiagnostics`` findings, and the statements that
/// did not parse are missing from it.
///
/// - Parameters:
///   - source: The bytes of the text, UTF-8. They are copied and not needed afterwards.
///   - symbols: The table that the names and strings of the tree are added to.
///   - question: Whether to give up: the tree is good for nothing then, and
///     ``SyntaxTree/isGivenUp``.
/// - Complexity: Linear in the length of the text.
public func parse(
  _ source: UnsafeBufferPointer<UInt8>, symbols: SymbolTable, question: StopQuestion? = nil
) -> SyntaxTree {
  guard source.count <= Parser.maximumByteCount else {
    let tree = SyntaxTree(symbols: symbols, byteCount: 0)
    tree.diagnostics = [
      Diagnostic(
        "a source text of \(source.count) bytes is too long: "
          + "the limit is \(Parser.maximumByteCount) bytes", at: SourceRange(0, 0))
    ]
    return tree
  }
  let tree = SyntaxTree(symbols: symbols, byteCount: source.count)
  let text = UnsafeMutablePointer<UInt8>.allocate(capacity: source.count + Lexer.padding)
  defer { text.deallocate() }
  (text + source.count).initialize(repeating: 0, count: Lexer.padding)
  var copied = 0
  while let start = source.baseAddress, copied < source.count {
    let count = min(source.count - copied, 1 << 22)
    (text + copied).initialize(from: start + copied, count: count)
    copied += count
    if question?.isStopped == true {
      tree.isGivenUp = true
      return tree
    }
  }
  var checked = 0
  var invalid: Int?
  while checked < source.count, invalid == nil {
    invalid = firstInvalidUTF8(
      text, from: &checked, to: min(source.count, checked + 1 << 21), count: source.count)
    if question?.isStopped == true {
      tree.isGivenUp = true
      return tree
    }
  }
  if let offset = invalid {
    let byte = String(text[offset], radix: 16)
    tree.diagnostics = [
      Diagnostic(
        "the text is not UTF-8: byte 0x\(byte.count < 2 ? "0" : "")\(byte) at offset \(offset)",
        at: SourceRange(UInt32(offset), UInt32(offset) + 1),
        help: "save the file as UTF-8")
    ]
    return tree
  }
  var parser = Parser(text, count: source.count, tree: tree, question: question)
  parser.parseModule()
  parser.handOver(to: tree)
  return tree
}

/// Parses a source text that is a `String`; see ``parse(_:symbols:)``.
public func parse(_ source: String, symbols: SymbolTable) -> SyntaxTree {
  var copy = source
  return copy.withUTF8 { parse($0, symbols: symbols) }
}

/// A statement that does not parse; the finding has been reported already.
struct SyntaxFailure: Error {}

/// Reads tokens and fills a ``SyntaxTree``: recursive descent for statements, precedence climbing for
/// expressions.
///
/// A struct with mutating methods, so that no access is checked for exclusivity. The lists that nodes
/// refer to must be contiguous although they nest; they are gathered on a scratch stack and copied
/// to `extra` when they end.
///
/// What a newline means depends on what is open: see ``Context``. A place that lets a statement go on
/// over the end of the line (after an operator, a comma, `=`) clears the current token's newline flag.
struct Parser {
  /// The number of findings after which parsing stops.
  static var maximumDiagnostics: Int { 20 }
  /// The number of levels that brackets, blocks, unary operators, `**`, `?:` and the like may nest.
  static var maximumDepth: Int { 500 }
  /// The number of operators, calls or members in a row, and of `else if`.
  static var maximumChainLength: Int { 20_000 }
  /// The size of a source text in bytes.
  static var maximumByteCount: Int { 2_147_483_647 }

  /// What surrounds the current token.
  struct Context: OptionSet, BitwiseCopyable {
    var rawValue: UInt8
    /// Inside `( )`, `[ ]`, a map or the braces of an f-string.
    static var bracketed: Context { Context(rawValue: 1) }
    /// In the header of a statement, where `{` opens the body.
    static var header: Context { Context(rawValue: 2) }
  }

  var lexer: Lexer
  /// The current token.
  ///
  /// It is kept here, and what asks about it on the way down is `mutating`, because an unoptimised
  /// build copies the whole parser for every call of a function that is not: the native stack would
  /// not be enough for ``maximumDepth`` levels.
  var token = Token(kind: .end, followsNewline: true, start: 0, end: 0)
  /// Where the token before the current one ends.
  var previousEnd: UInt32 = 0
  var nodes: GrowableBuffer<Node>
  var extra: GrowableBuffer<UInt32>
  /// The elements of the lists that are not complete yet.
  var scratch = GrowableBuffer<UInt32>(capacity: 256)
  let symbols: SymbolTable

  var context: Context = []
  /// How many levels are open, of ``maximumDepth``.
  var depth = 0
  /// True when the function that is being read contains `yield`.
  var containsYield = false
  /// True when the function that is being read contains an import.
  var containsImport = false { didSet { if containsImport { hasImports = true } } }
  /// True when any import was read.
  private var hasImports = false
  /// Where the contents of the innermost `[…]` after an expression begin.
  var indexStart = UInt32.max
  /// Where the open brackets of all kinds are, the innermost last.
  var openings = GrowableBuffer<UInt32>(capacity: 64)
  /// True when nothing after the current place can make sense.
  var isFatal = false
  var moduleDocumentation = Symbol.none
  var root: NodeIndex = 0

  init(
    _ text: UnsafePointer<UInt8>, count: Int, tree: SyntaxTree, question: StopQuestion? = nil
  ) {
    symbols = tree.symbols
    lexer = Lexer(
      base: text, count: count, symbols: tree.symbols.storage, question: question)
    // The tree gets them back: until then they are changed only here.
    nodes = tree.nodes
    extra = tree.extra
    token.end = lexer.offset(lexer.cursor)
  }

  mutating func handOver(to tree: SyntaxTree) {
    tree.nodes = nodes
    tree.extra = extra
    tree.root = root
    tree.documentation = moduleDocumentation
    tree.hasImports = hasImports
    tree.isIncomplete = lexer.isIncomplete
    tree.isGivenUp = lexer.hasGivenUp
    // The lexer is a token ahead, and what is never closed is noticed late.
    tree.diagnostics = lexer.diagnostics.enumerated().sorted {
      ($0.element.range.start, $0.offset) < ($1.element.range.start, $1.offset)
    }.map(\.element)
    scratch.deallocate()
    openings.deallocate()
    lexer.deallocate()
  }

  // MARK: Tokens

  /// Reads the next token.
  @inline(__always)
  mutating func advance() {
    previousEnd = token.end
    token = lexer.next()
  }

  /// Lets the statement go on with the current token although a line ended before it.
  @inline(__always)
  mutating func joinLines() { token.followsNewline = false }

  /// Passes over the current token, which is an operator, and a line end after it.
  @inline(__always)
  mutating func advanceOverOperator() {
    advance()
    token.followsNewline = false
  }

  /// True when a line ended before the current token and that means something.
  @inline(__always)
  var isAfterLineEnd: Bool {
    mutating get { token.followsNewline && !context.contains(.bracketed) }
  }

  // MARK: Nodes

  @inline(__always)
  mutating func add(_ node: Node) -> NodeIndex {
    let index = NodeIndex(truncatingIfNeeded: nodes.count)
    nodes.append(node)
    if lexer.cursor >= lexer.checkAt { lexer.askWhetherToStop() }
    return index
  }

  @inline(__always)
  mutating func start(of node: NodeIndex) -> UInt32 { nodes.base[Int(node)].start }

  /// Moves what stands above `mark` on the scratch stack to `extra`; returns where it begins there
  /// and how many they are.
  @inline(__always)
  mutating func closeList(from mark: Int) -> (UInt32, UInt32) {
    let count = scratch.count - mark
    let first = UInt32(truncatingIfNeeded: extra.count)
    extra.append(from: scratch.base + mark, count: count)
    scratch.truncate(to: mark)
    return (first, UInt32(truncatingIfNeeded: count))
  }

  // MARK: Depth

  /// Goes one level down; fails below ``maximumDepth``.
  @inline(__always)
  mutating func enter() throws(SyntaxFailure) {
    depth += 1
    if depth > Parser.maximumDepth { throw failDepth() }
  }

  @inline(__always)
  mutating func leave() { depth -= 1 }

  // MARK: The module

  mutating func parseModule() {
    advance()
    takeModuleDocumentation()
    let mark = scratch.count
    let start = token.start
    do {
      while true {
        try parseStatements()
        if token.kind == .end { break }
        // Only a closing brace too many can be here.
        reportSurplus()
        advance()
      }
    } catch {
      // Fatal: everything after it would be a consequence.
    }
    let end = previousEnd
    let (first, count) = closeList(from: mark)
    root = add(Node(.block, start: start, end: max(start, end), a: first, b: count))
  }
}

/// The offset of the first byte that is not part of valid UTF-8, or `nil`.
///
/// Looks from a place where a scalar begins as far as another one at or behind `end`, and moves on to
/// that. Eight bytes at a time in ASCII; the text has eight readable bytes after its end.
func firstInvalidUTF8(
  _ text: UnsafePointer<UInt8>, from position: inout Int, to end: Int, count: Int
) -> Int? {
  var index = position
  defer { position = min(index, count) }
  while index < end {
    let word = UnsafeRawPointer(text + index).loadUnaligned(as: UInt64.self)
    if word & 0x8080_8080_8080_8080 == 0 {
      index += 8
      continue
    }
    // One scalar at a time until the next run of ASCII.
    let byte = text[index]
    if byte < 0x80 {
      index += 1
      continue
    }
    let length: Int
    // The second byte decides about overlong forms, surrogates and the end of Unicode.
    var second: ClosedRange<UInt8> = 0x80...0xbf
    switch byte {
    case 0xc2...0xdf: length = 2
    case 0xe0:
      length = 3
      second = 0xa0...0xbf
    case 0xed:
      length = 3
      second = 0x80...0x9f
    case 0xe1...0xef: length = 3
    case 0xf0:
      length = 4
      second = 0x90...0xbf
    case 0xf4:
      length = 4
      second = 0x80...0x8f
    case 0xf1...0xf3: length = 4
    default: return index
    }
    // Past the end there are NULs, which continue nothing.
    guard second.contains(text[index + 1]) else { return index }
    for next in 2..<max(length, 2) where text[index + next] & 0xc0 != 0x80 { return index }
    index += length
  }
  return nil
}
