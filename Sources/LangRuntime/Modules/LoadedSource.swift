import Lang

/// A source text that code was made of, kept for error messages as long as the code lives.
///
/// A module that is loaded again, and each piece of a session, has a text of its own: code that is
/// still in use goes on pointing into the one that it was compiled from.
final class LoadedSource {
  /// How messages name it.
  let name: String
  /// The absolute path; empty when it is in no file.
  let location: String
  let bytes: [UInt8]

  init(name: String, location: String = "", bytes: [UInt8], unless stop: StopCheck? = nil) {
    self.name = name
    self.location = location
    self.bytes = bytes
    self.stop = stop
  }

  /// Whether to give up looking into it, for as long as the machine lives.
  private let stop: StopCheck?
  private var knownTree: SyntaxTree?

  /// The text with its lines, which are found once.
  private(set) lazy var text = SourceText(name: name, bytes: bytes)

  /// The text parsed again, to find the expression at a place; an empty tree when that was given up.
  var syntaxTree: SyntaxTree { syntaxTree(unless: stop) }

  /// The text parsed again; an empty tree when the program is to stop before that is done.
  func syntaxTree(unless stop: StopCheck?) -> SyntaxTree {
    if let knownTree { return knownTree }
    let tree = bytes.withUnsafeBufferPointer {
      parse($0, symbols: SymbolTable(), question: stop?.question)
    }
    if tree.isGivenUp { return SyntaxTree(symbols: SymbolTable(), byteCount: 0) }
    knownTree = tree
    return tree
  }
}
