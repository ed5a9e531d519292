import Testing

@testable import Lang

/// The tree of a correct text, as s-expressions; a finding is a failure of the test.
func dump(_ text: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) -> String {
  let tree = parse(text, symbols: SymbolTable())
  #expect(tree.diagnostics == [], "\(text)", sourceLocation: sourceLocation)
  return SyntaxDump.dump(tree)
}

/// What is wrong with a text: "line:column message" for each finding.
func problems(_ text: String) -> [String] {
  let tree = parse(text, symbols: SymbolTable())
  let source = SourceText(name: "test.l", text: text)
  return tree.diagnostics.map {
    let location = source.location(of: $0.range.start)
    return "\(location.line):\(location.column) \($0.message)"
  }
}

/// The help of the first finding.
func firstHelp(_ text: String) -> String? {
  parse(text, symbols: SymbolTable()).diagnostics.first?.help
}

/// The tokens of a text, by kind and text, up to its end.
func tokens(_ text: String) -> [String] {
  lex(text).map { "\($0.kind) \($0.text)" }
}

/// A token taken out of its text.
struct LexedToken {
  var kind: TokenKind
  var text: String
  var followsNewline: Bool
  var value: String
  var bits: UInt64
}

/// All tokens of a text but the end.
func lex(_ text: String) -> [LexedToken] { lexWithDiagnostics(text).tokens }

func lexWithDiagnostics(_ text: String) -> (tokens: [LexedToken], diagnostics: [Diagnostic]) {
  let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: Lexer.padding)
  let symbols = SymbolTable()
  return bytes.withUnsafeBufferPointer { buffer in
    let base = buffer.baseAddress!
    var lexer = Lexer(base: base, count: text.utf8.count, symbols: symbols.storage)
    defer { lexer.deallocate() }
    var result: [LexedToken] = []
    while true {
      let token = lexer.next()
      if token.kind == .end { return (result, lexer.diagnostics) }
      let range = Int(token.start)..<Int(token.end)
      result.append(
        LexedToken(
          kind: token.kind, text: String(decoding: buffer[range], as: UTF8.self),
          followsNewline: token.followsNewline, value: symbols.text(of: Symbol(token.symbol)),
          bits: token.bits))
    }
  }
}

/// The compiled form of a correct text; a finding is a failure of the test.
func compile(
  _ text: String, sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws -> CompiledModule {
  let outcome = Array(text.utf8).withUnsafeBufferPointer {
    Compilation.compile($0, symbols: SymbolTable())
  }
  switch outcome {
  case .compiled(let module): return module
  case .stopped: fatalError("nobody has asked for it")
  case .failed(let diagnostics, _):
    #expect(diagnostics == [], "\(text)", sourceLocation: sourceLocation)
    throw CompilationFailed()
  }
}

/// The text of a test does not compile.
struct CompilationFailed: Error {}

extension CompiledModule {
  /// The number of the function with this path.
  func function(_ path: String) throws -> Int {
    try #require(FunctionPaths(of: self).functions.firstIndex(of: path))
  }

  /// A symbol's text.
  func text(_ symbol: Symbol) -> String { symbols.text(of: symbol) }
}
