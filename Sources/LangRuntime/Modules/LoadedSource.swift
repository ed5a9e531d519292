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
  private var knownTree: SyntaxTree?

  init(name: String, location: String = "", bytes: [UInt8]) {
    self.name = name
    self.location = location
    self.bytes = bytes
  }

  /// The text with its lines.
  var text: SourceText { SourceText(name: name, bytes: bytes) }

  /// The text parsed again, to find the expression at a place.
  var syntaxTree: SyntaxTree {
    if let knownTree { return knownTree }
    let tree = bytes.withUnsafeBufferPointer { parse($0, symbols: SymbolTable()) }
    knownTree = tree
    return tree
  }
}
