@testable import Lang

/// A stretch of a program, and what the language itself takes it for.
struct SourcePiece {
  /// What a piece is.
  enum Kind: Hashable {
    case shebang, comment, documentation
    /// The text of a string with its quotes; of an f-string what stands outside of the braces.
    case string
    /// A brace around an expression in an f-string.
    case fieldBrace
    /// What stands behind the colon in such a brace.
    case specification
    case number
    /// A word that has a meaning of its own where it stands.
    case keyword(String)
    case name(Role)
    /// An operator that is the name of a method.
    case operatorName
    case punctuation
  }

  /// What a name is.
  enum Role: Hashable {
    case plain, function, property, parameter, type, member, argument, mapKey, module
    /// A name that `import` binds, or that it takes from a module.
    case imported
    /// The name behind `catch`, or a single one behind `let` or `var`.
    case declared
  }

  var range: Range<Int>
  var kind: Kind
}

/// Cuts a program into pieces with the language's own lexer, and tells words apart by its parser.
///
/// The lexer knows reserved words, numbers and strings. Whether `class` is a keyword or the name of
/// a method, and what a name stands for, is in the tree.
struct SourceReading {
  /// The pieces in their order.
  private(set) var pieces: [SourcePiece] = []
  /// Where the language stops understanding the text; its length for a correct one.
  private(set) var end: Int

  private let bytes: [UInt8]
  private let count: Int
  private var lexer: Lexer
  private var previousEnd = 0
  private var roles: [Int: SourcePiece.Role] = [:]
  private var contextualKeywords: Set<Int> = []
  private var operatorNames: [Int: Int] = [:]

  /// Reads a text.
  static func read(_ text: String) -> SourceReading {
    let symbols = SymbolTable()
    let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: Lexer.padding)
    return bytes.withUnsafeBufferPointer { buffer in
      let lexer = Lexer(
        base: buffer.baseAddress!, count: bytes.count - Lexer.padding, symbols: symbols.storage)
      var reading = SourceReading(bytes: bytes, lexer: lexer)
      reading.classify(parse(text, symbols: symbols))
      reading.readTokens()
      reading.lexer.deallocate()
      return reading
    }
  }

  private init(bytes: [UInt8], lexer: Lexer) {
    self.bytes = bytes
    self.lexer = lexer
    count = bytes.count - Lexer.padding
    end = count
  }

  // MARK: What the parser knows

  private mutating func classify(_ tree: SyntaxTree) {
    if let first = tree.diagnostics.map({ Int($0.range.start) }).min() {
      // Everything up to the line with the first finding.
      end = (bytes[..<first].lastIndex(of: 10) ?? -1) + 1
    }
    for index in 0..<tree.nodes.count {
      let node = tree.nodes[index]
      let start = Int(node.start)
      switch node.kind {
      case .member: roles[Int(node.anchor)] = .member
      case .namedArgument: roles[start] = .argument
      case .parameter: roles[Int(node.anchor)] = .parameter
      case .mapEntry: if isWord(at: start, before: Int(node.anchor)) { roles[start] = .mapKey }
      case .function: classifyFunction(node)
      case .classDeclaration:
        roles[Int(tree.extra[Int(node.c) + 1])] = .type
      case .declaration: classifyDeclaration(node, tree.nodes[Int(node.a)])
      case .catchClause: if node.a != 0 { roles[nextWord(after: start)] = .declared }
      case .importStatement, .fromImportStatement:
        classifyImport(node, parts: Int(tree.extra[Int(node.a) + 1]))
      case .importedName: roles[start] = .imported
      default: break
      }
    }
  }

  private mutating func classifyFunction(_ node: Node) {
    let (start, name) = (Int(node.start), Int(node.c))
    if node.a != 0 {
      if isNameByte(name) {
        roles[name] = node.flags & NodeFlags.getter != 0 ? .property : .function
      } else {
        var end = name
        while !isNameByte(end), bytes[end] != UInt8(ascii: "("), bytes[end] != 32 { end += 1 }
        operatorNames[name] = end
      }
    }
    let isContextual = node.flags & (NodeFlags.getter | NodeFlags.isStatic) != 0
    if isContextual { contextualKeywords.insert(start) }
  }

  private mutating func classifyDeclaration(_ node: Node, _ pattern: Node) {
    if pattern.kind == .name { roles[Int(pattern.start)] = .declared }
  }

  private mutating func classifyImport(_ node: Node, parts: Int) {
    var word = Int(node.start)
    let first = text(ofWordAt: word)
    if node.flags & NodeFlags.eager != 0, first == "eager" {
      contextualKeywords.insert(word)
      word = nextWord(after: word)
    }
    // The second module of `import a, b` has no keyword of its own.
    let keyword = text(ofWordAt: word)
    if keyword == "import" || keyword == "from" {
      word = nextWord(after: word)
    } else if !isNameByte(word) {
      word = nextWord(after: word - 1)
    }
    for _ in 0..<parts {
      roles[word] = .module
      word = nextWord(after: word)
    }
    if node.kind == .importStatement, node.b != 0 { roles[nextWord(after: word)] = .imported }
  }

  // MARK: Words

  private func isNameByte(_ offset: Int) -> Bool {
    bytes[offset] >= 0x80
      || CharacterClass.table[Int(bytes[offset])] & CharacterClass.continuesName != 0
  }

  private func endOfWord(at offset: Int) -> Int {
    var end = offset
    while end < count, isNameByte(end) { end += 1 }
    return end
  }

  private func text(ofWordAt offset: Int) -> String {
    String(decoding: bytes[offset..<endOfWord(at: offset)], as: UTF8.self)
  }

  /// The beginning of the word behind the one at `offset`, comments passed over.
  private func nextWord(after offset: Int) -> Int {
    var position = isNameByte(offset) ? endOfWord(at: offset) : offset + 1
    while position < count, !isNameByte(position) {
      if bytes[position] == UInt8(ascii: "#") {
        while position < count, bytes[position] != 10 { position += 1 }
      } else {
        position += 1
      }
    }
    return position
  }

  /// True when nothing but one word and blanks stand at `offset` before a colon.
  private func isWord(at offset: Int, before colon: Int) -> Bool {
    isNameByte(offset) && !(48...57).contains(bytes[offset])
      && bytes[endOfWord(at: offset)..<colon].allSatisfy { $0 == 32 }
  }

  // MARK: What the lexer knows

  private mutating func add(_ range: Range<Int>, _ kind: SourcePiece.Kind) {
    if !range.isEmpty { pieces.append(SourcePiece(range: range, kind: kind)) }
  }

  private mutating func readTokens() {
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { previousEnd = 3 }
    if bytes[previousEnd] == UInt8(ascii: "#"), bytes[previousEnd + 1] == UInt8(ascii: "!") {
      let lineEnd = bytes[..<count].firstIndex(of: 10) ?? count
      add(previousEnd..<lineEnd, .shebang)
      previousEnd = lineEnd
    }
    while true {
      let token = lexer.next()
      add(token)
      if token.kind == .end { return }
      if token.kind == .formatString, !readFormatText(token, isSpecification: false) { return }
    }
  }

  /// Adds a token and the comments in front of it.
  private mutating func add(_ token: Token) {
    let range = Int(token.start)..<Int(token.end)
    addComments(previousEnd..<range.lowerBound)
    previousEnd = range.upperBound
    switch token.kind {
    case .end, .endOfField: break
    case .string, .formatString: add(range, .string)
    case .integer, .bigInteger, .float: add(range, .number)
    case .name where contextualKeywords.contains(range.lowerBound):
      add(range, .keyword(text(ofWordAt: range.lowerBound)))
    case .name: add(range, .name(roles[range.lowerBound] ?? .plain))
    case let kind where kind.isKeyword:
      if let role = roles[range.lowerBound] {
        add(range, .name(role))
      } else {
        add(range, .keyword(text(ofWordAt: range.lowerBound)))
      }
    default:
      let last = pieces.last
      let continues = last?.kind == .operatorName && operatorNames[last!.range.lowerBound] != nil
      if operatorNames[range.lowerBound] != nil
        || continues && operatorNames[last!.range.lowerBound]! >= range.upperBound
      {
        if continues {
          pieces[pieces.count - 1].range = last!.range.lowerBound..<range.upperBound
        } else {
          add(range, .operatorName)
        }
      } else {
        add(range, .punctuation)
      }
    }
  }

  /// Adds the comments between two tokens.
  private mutating func addComments(_ gap: Range<Int>) {
    var position = gap.lowerBound
    while let start = bytes[position..<gap.upperBound].firstIndex(of: UInt8(ascii: "#")) {
      let end = bytes[start..<gap.upperBound].firstIndex(of: 10) ?? gap.upperBound
      let lineStart = (bytes[..<start].lastIndex(of: 10) ?? -1) + 1
      let isAlone = bytes[lineStart..<start].allSatisfy { $0 == 32 || $0 == 9 }
      let hashes = bytes[start..<end].prefix { $0 == UInt8(ascii: "#") }.count
      add(start..<end, isAlone && hashes == 2 ? .documentation : .comment)
      position = end
    }
  }

  /// Reads the text and fields of an f-string up to its end; false where it has none.
  private mutating func readFormatText(_ opening: Token, isSpecification: Bool) -> Bool {
    var indentation = CommonIndentation()
    while true {
      let start = lexer.cursor - lexer.base
      let ending = lexer.skipFormatText(
        quote: opening.quote, isTriple: opening.isTriple, isSpecification: isSpecification,
        &indentation)
      let position = lexer.cursor - lexer.base
      add(start..<position, isSpecification ? .specification : .string)
      previousEnd = position
      switch ending {
      case .unterminated: return false
      case .fieldEnd: return true
      case .quote:
        if isSpecification { return false }
        lexer.cursor += opening.isTriple ? 3 : 1
        previousEnd = lexer.cursor - lexer.base
        add(position..<previousEnd, .string)
        return true
      case .field:
        if !readField(opening) { return false }
      }
    }
  }

  private mutating func readField(_ opening: Token) -> Bool {
    addBrace()
    let outerIsSingleLine = lexer.isInSingleLineField
    lexer.isInSingleLineField = outerIsSingleLine || !opening.isTriple
    defer { lexer.isInSingleLineField = outerIsSingleLine }
    var depth = 0
    while true {
      let token = lexer.next()
      switch token.kind {
      case .rightBrace where depth == 0:
        addComments(previousEnd..<Int(token.start))
        lexer.cursor = lexer.base + Int(token.start)
        addBrace()
        return true
      case .colon where depth == 0:
        add(token)
        if !readFormatText(opening, isSpecification: true) { return false }
        addBrace()
        return true
      case .end, .endOfField: return false
      case .leftBrace, .leftBracket, .leftParenthesis: depth += 1
      case .rightBrace, .rightBracket, .rightParenthesis: depth -= 1
      default: break
      }
      add(token)
      if token.kind == .formatString, !readFormatText(token, isSpecification: false) {
        return false
      }
    }
  }

  /// Passes over a brace of an f-string at the cursor.
  private mutating func addBrace() {
    let start = lexer.cursor - lexer.base
    lexer.cursor += 1
    previousEnd = start + 1
    add(start..<previousEnd, .fieldBrace)
  }
}
