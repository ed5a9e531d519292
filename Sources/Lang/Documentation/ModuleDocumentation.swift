/// What a module offers and what its `##` comments say about it: all that can be known without running it.
///
/// Names that begin with `_` are private and left out, and so is what imports bind, but for names that a
/// package hands on from its own modules. Everything stands in the order of the source.
public struct ModuleDocumentation: Sendable {
  /// The text of the module itself; empty without one.
  public var text = ""
  /// What it declares.
  public var entries: [Entry] = []
  /// What it hands on: names that a relative `from` takes from a module beside it or inside of it.
  public var handedOn: [HandedOn] = []

  /// Makes the documentation of a module that has nothing.
  public init() {}

  /// What an entry is.
  public enum Kind: Sendable {
    case function, `class`, constant, variable
    /// Members of a class; its constants are ``constant``.
    case method, property, staticFunction
  }

  /// Something with a name.
  public struct Entry: Sendable {
    /// What it is.
    public var kind: Kind
    /// Its name; the sign of an operator.
    public var name: String
    /// How it is called, as it is written, defaults included: `take(items, count = 1)`.
    ///
    /// A class is called as its `init` says, if that can be known.
    public var signature: String
    /// Its documentation; empty without one.
    public var text = ""
    /// The line of its name, from 1; 0 when it is in no source.
    public var line = 0
    /// The path of the source that declares it, if that is not the module's own.
    public var location = ""
    /// The base of a class, as it is written; empty without one.
    public var base = ""
    /// The public members of a class.
    public var members: [Entry] = []

    /// Makes an entry.
    public init(_ kind: Kind, _ name: String, signature: String, text: String = "", line: Int = 0) {
      self.kind = kind
      self.name = name
      self.signature = signature
      self.text = text
      self.line = line
    }

    /// Whether it takes part in what the language does by itself, such as `==`, `repr` and `len`:
    /// what that means need not be said again.
    public var isProtocol: Bool {
      guard kind == .method, let first = name.utf8.first else { return false }
      return "+-*/%<=[".utf8.contains(first) || ModuleDocumentation.protocolNames.contains(name)
    }
  }

  /// A name that a package takes from one of its modules.
  public struct HandedOn: Sendable {
    /// The name here, and there.
    public var name: String
    /// The name in the module that it comes from.
    public var original: String
    /// The module, as the import writes it: `.wrap`.
    public var module: String
  }

  /// The methods by which a class takes part in protocols; the signs of operators aside.
  private static let protocolNames: Set<String> = [
    "neg", "str", "repr", "len", "contains", "hash", "iter", "next", "call",
  ]

  /// A public thing without documentation.
  public struct Undocumented: Sendable {
    /// The name, of a member with its class in front.
    public var name: String
    /// Its line, from 1; 0 for the module itself.
    public var line: Int
    /// The path of the source that declares it, if that is not the module's own.
    public var location = ""
  }

  /// What has no documentation and should have some; the module itself comes first, with an empty name.
  public var undocumented: [Undocumented] {
    var found: [Undocumented] = []
    if text.isEmpty { found.append(Undocumented(name: "", line: 0)) }
    for entry in entries {
      if entry.text.isEmpty {
        found.append(
          Undocumented(name: entry.name, line: entry.line, location: entry.location))
      }
      for member in entry.members where member.text.isEmpty && !member.isProtocol {
        found.append(
          Undocumented(
            name: "\(entry.name).\(member.name)", line: member.line, location: entry.location))
      }
    }
    return found
  }
}

extension Compilation {
  /// Reads what a source text documents; parses it, and compiles nothing.
  ///
  /// Of a text that does not parse, what was understood.
  ///
  /// - Complexity: Linear in the length of the text.
  public static func documentation(
    _ source: UnsafeBufferPointer<UInt8>
  ) -> (documentation: ModuleDocumentation, diagnostics: [Diagnostic]) {
    let tree = parse(source, symbols: SymbolTable())
    var reader = DocumentationReader(tree, source)
    reader.run()
    return (reader.documentation, tree.diagnostics)
  }
}
