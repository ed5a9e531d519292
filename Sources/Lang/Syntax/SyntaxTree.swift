/// The result of parsing one source text.
///
/// Nodes refer to each other by index. The source's bytes are not kept here; offsets refer to the
/// text that was parsed.
public final class SyntaxTree {
  /// The nodes; index 0 is ``NodeKind/none``.
  public var nodes: GrowableBuffer<Node>
  /// The lists and records that nodes refer to; index 0 is unused.
  public var extra: GrowableBuffer<UInt32>
  /// The `block` of the module's statements.
  public var root: NodeIndex = 0
  /// The symbol of the `##` documentation at the head of the file, or ``Symbol/none``.
  public var documentation: Symbol = .none
  /// What did not parse, in source order; empty for a correct text.
  public var diagnostics: [Diagnostic] = []
  /// True when the text is a correct beginning that ends too early (an open bracket, block or
  /// string, a trailing operator): the REPL then asks for another line.
  public var isIncomplete = false
  /// Whether it was asked to stop before the end of the text; nothing else here has a meaning then.
  public var isGivenUp = false
  /// Whether there is any import statement, in whatever function.
  public var hasImports = false
  /// The names that nodes refer to.
  public let symbols: SymbolTable

  /// Makes an empty tree over `symbols`, with room for a source of `byteCount` bytes.
  public init(symbols: SymbolTable, byteCount: Int) {
    self.symbols = symbols
    // Enough for most programs without growing; a text of a few gigabytes may be a single string.
    let expected = min(byteCount, 1 << 26)
    nodes = GrowableBuffer(capacity: expected / 4 + 64)
    extra = GrowableBuffer(capacity: expected / 8 + 64)
    nodes.append(Node(.none, start: 0, end: 0))
    extra.append(0)
  }

  deinit {
    nodes.deallocate()
    extra.deallocate()
  }
}
