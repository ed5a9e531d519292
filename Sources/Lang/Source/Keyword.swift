/// The words that every ``SymbolTable`` knows from the start, at fixed symbols.
///
/// Interning them first makes recognising a keyword one comparison: a name whose symbol is not above
/// ``lastReserved`` is one, and its symbol is its token kind.
public enum Keyword {
  /// The spellings, in the order of their symbols: the first is symbol 1.
  static let spellings: [StaticString] = [
    "let", "var", "fn", "return", "if", "else", "while", "for", "in", "break", "continue", "class",
    "super", "self", "throw", "try", "catch", "finally", "import", "from", "as", "and", "or", "not",
    "is", "nil", "true", "false", "yield", "assert",
    "static", "get", "eager",
  ]

  /// The last symbol that can never be an ordinary name (`assert`).
  @inline(__always)
  static var lastReserved: UInt32 { 30 }

  /// `static`, a keyword only in a class body.
  @inline(__always)
  static var staticWord: UInt32 { 31 }

  /// `get`, a keyword only in a class body.
  @inline(__always)
  static var getWord: UInt32 { 32 }

  /// `eager`, a keyword only before `import` and `from`.
  @inline(__always)
  static var eagerWord: UInt32 { 33 }

  /// The words that cannot be names, for completion and syntax colouring.
  public static var reserved: [String] {
    spellings.prefix(Int(lastReserved)).map { $0.description }
  }

  /// The words that are keywords in one place only, and names everywhere else.
  public static var contextual: [String] {
    spellings.dropFirst(Int(lastReserved)).map { $0.description }
  }
}
