/// What the source of a module says about other modules, and what it offers them: all that can be
/// known without running it.
///
/// Names are text here: outlines of many modules are compared with each other, and each has been
/// compiled with a symbol table of its own, so that reading a million modules costs no more for the
/// last than for the first.
public struct ModuleOutline: Sendable {
  /// What does not parse or compile, in source order.
  public var diagnostics: [Diagnostic] = []
  /// Whether the text parses.
  ///
  /// If not, only ``imports`` is filled in, with what was understood.
  public var parses = true
  /// The module's variables, the predefined ones (`__name__`) included.
  public var names: [String] = []
  /// What imports bind, module variables and local ones.
  public var bindings: [Binding] = []
  /// The import statements in source order; one for each name of a `from`.
  public var imports: [Import] = []
  /// What is looked up in, or written to, what imports bind; a receiver comes before its members.
  public var uses: [Use] = []
  /// Names that nothing but an `import *` can provide.
  public var starNames: [StarName] = []
  /// Attributes that are set on objects of which nothing is known, other than `self`.
  public var foreignAttributes: [String] = []
  /// Whether there is a `setattr` whose attribute is not known on such an object.
  public var setsAnyAttribute = false

  /// Makes the outline of an empty text.
  public init() {}

  /// A variable that imports bind.
  public struct Binding: Sendable {
    /// Its name.
    public var name: String
    /// The positions of the imports in ``ModuleOutline/imports``.
    public var imports: [Int] = []
    /// Whether it is a variable of the module.
    public var isGlobal: Bool
    /// Whether nothing but these imports gives it a value.
    public var isImportOnly = true
    /// Whether it is used for something else than looking up attributes: stored, passed, called.
    public var escapes = false
  }

  /// What an import statement names.
  public struct Import: Sendable {
    /// The forms of import.
    public enum Kind: Sendable {
      /// `import m`
      case module
      /// `from m import x`
      case name
      /// `from m import *`
      case star
    }
    /// The form.
    public var kind: Kind
    /// Leading dots.
    public var level: Int
    /// The dotted path.
    public var path: [String]
    /// For `from`: the name.
    public var name = ""
    /// The position of what it binds in ``ModuleOutline/bindings``, or -1.
    public var binding = -1
    /// Whether the whole path is bound, not its first part.
    public var bindsLeaf: Bool
    /// After `eager`.
    public var isEager: Bool
    /// The statement.
    public var range: SourceRange
    /// The imported name of a `from`; otherwise the statement.
    public var nameRange: SourceRange
    /// Whether a `try` in the same function catches that the module is missing.
    public var isGuarded = false
    /// Whether what it binds is used where no `try` catches that the name is missing.
    public var isUsedUnguarded = false
  }

  /// An attribute of what an import binds.
  public struct Use: Sendable {
    /// What is done with it.
    public enum Action: Sendable {
      case read
      case write
      /// Asked for in a way that allows for it to be missing: `hasattr(m, "x")`.
      case test
    }
    /// The object: a position in ``ModuleOutline/bindings``, or for `m.x.y` the complement (`~`) of
    /// a position in ``ModuleOutline/uses``.
    public var receiver: Int
    /// The attribute; empty for a `setattr` whose attribute is not known.
    public var name: String
    /// The attribute's name in the source.
    public var range: SourceRange
    /// What is done.
    public var action: Action
    /// Whether a `try` in the same function catches that the attribute is missing.
    public var isGuarded: Bool
    /// Whether something is looked up in it in turn.
    public var isReceiver = false
  }

  /// A name that nothing but an `import *` can provide.
  public struct StarName: Sendable {
    /// The name.
    public var name: String
    /// Where it is used.
    public var range: SourceRange
    /// Whether a `try` in the same function catches that it is missing.
    public var isGuarded: Bool
  }
}

extension Compilation {
  /// Compiles a source text, and gives what it says about modules instead of the code.
  ///
  /// - Complexity: Linear in the length of the text, but for sorting the `try` statements and
  ///   functions in it.
  public static func outline(_ source: UnsafeBufferPointer<UInt8>) -> ModuleOutline {
    let symbols = SymbolTable()
    let tree = parse(source, symbols: symbols)
    guard tree.diagnostics.isEmpty else {
      var outline = OutlineScan.importsAlone(tree)
      outline.diagnostics = tree.diagnostics
      outline.parses = false
      return outline
    }
    var resolver = Resolver(
      tree, knownGlobals: PredefinedGlobals.all.map { symbols.intern($0) },
      allowsRedeclaration: false)
    defer { resolver.deallocate() }
    resolver.run()
    // The compiler changes what the resolver found out about variables.
    var scan = OutlineScan(tree, resolver)
    var outline = scan.run()
    outline.diagnostics = resolver.diagnostics.sorted { $0.range.start < $1.range.start }
    if outline.diagnostics.isEmpty {
      var compiler = Compiler(tree, resolver, showsExpressions: false)
      compiler.run()
      outline.diagnostics = compiler.diagnostics
    }
    return outline
  }
}
