/// One step in the life of a module, as it happened: for people and programs that watch the mechanism.
///
/// Steps are what `lazy.events()` gives to programs of the language; ``Machine/onModuleStep`` gets each
/// as it happens.
public struct ModuleStep: Sendable {
  /// What happened.
  public enum Kind: String, Sendable {
    /// The module was found on the path; nothing was read.
    case found
    /// An import statement bound a name to it.
    case bound
    /// A rule makes an import eager.
    case bypassed
    /// The source is about to be read and run.
    case loading
    /// The body has ended.
    case loaded
    /// References to the proxy, or to a name from the module, were replaced.
    case patched
    /// Loading or reloading failed, or was refused.
    case failed
    /// New source took the place of the old; or nothing did, and ``ModuleStep/error`` says why.
    case reloaded
    /// The machine was told to forget it; the next import starts over.
    case forgotten
  }

  /// What happened.
  public let kind: Kind
  /// The full name of the module.
  public let module: String
  /// The absolute path of its source, or of its folder; empty for native modules.
  public let location: String
  /// Nanoseconds since the machine was made.
  public let time: UInt64
  /// The import statement or expression behind it.
  public let place: ModulePlace?
  /// The module in whose code ``place`` is.
  public let importer: String?
  /// Why it is loaded, or which rule makes the import eager.
  public internal(set) var reason: String?
  /// Of a patch: the name that was imported from the module; nil for the module itself.
  public internal(set) var name: String?
  /// References that were replaced.
  public internal(set) var patched = 0
  /// Who held those references, in words, if the machine was told to find that out.
  ///
  /// See ``Machine/describesPatches``.
  public internal(set) var holders: [String] = []
  /// What the load came to, for `loaded`, `reloaded` and `failed`.
  public internal(set) var figures: Figures?
  /// Why it failed; nil when it did not.
  public internal(set) var error: String?
  /// How many other modules were being loaded at that moment.
  public internal(set) var depth = 0

  /// What one load came to, without what was loaded meanwhile.
  public struct Figures: Sendable {
    /// Bytes of source.
    public let sourceBytes: Int
    /// Nanoseconds.
    public let reading: UInt64
    /// Nanoseconds.
    public let parsing: UInt64
    /// Nanoseconds.
    public let evaluating: UInt64
    /// Bytes of the heap that were allocated, and bytes of the code.
    public let memory: Int
    /// Whether the source was changed between the import and the load.
    public let isChanged: Bool
  }
}

/// A place in a source text as people and programs read it.
public struct ModulePlace: Equatable, Sendable {
  /// The name of the text: a path, `<input>`.
  public let file: String
  /// From 1.
  public let line: Int
  /// In Unicode scalars, from 1.
  public let column: Int
  /// The statement or expression, cut after 60 bytes; nil when it is not known.
  public let expression: String?
}
