import Lang

/// What is to be read without being run.
public enum ProgramRoot: Sendable {
  /// A script; a zip archive, of which `main.l` is meant, or every module when it has none; or a
  /// folder, of which every module is meant; a file in it may be a script that finds what lies beside
  /// it.
  case file(String)
  /// A module that is found on the path and would be run as the program: `lang -m name`.
  case module(String)
}

/// Why a program cannot be read or packed.
public enum ProgramError: Error {
  /// There is nothing to begin with; the text is a clause that names it.
  case unreadable(String)
  /// The program has problems; nothing was packed.
  case problems(ProgramGraph)
  /// It cannot be packed; the text says what to change.
  case cannotBePacked(String)
  /// The archive cannot be written; the text is a clause that names it.
  case cannotBeWritten(String)
}

/// A program and every module that it can reach through its imports, read but not run.
///
/// ```swift
/// let machine = Machine(modulePath: ["vendor"])
/// let graph = try machine.programGraph(of: .file("main.l"))
/// for failure in graph.failures { print(failure.rendered()) }
/// ```
///
/// The modules are in the order in which they are reached: the program first, then what it imports,
/// statement by statement, then what those import. The same files give the same graph.
public struct ProgramGraph: Sendable {
  /// What a module is made of.
  public enum Form: Sendable {
    /// What would be run.
    case program
    /// A file `name.l`.
    case file
    /// A folder with `init.l`.
    case package
    /// A folder without one: nothing to read.
    case folder
    /// Written in Swift; only its names are known.
    case native
  }

  /// An import statement, or one name of a `from` statement.
  public struct Import: Sendable {
    /// The position of the module in ``ProgramGraph/modules``; nil when there is none.
    public let target: Int?
    /// The name after `from … import`; empty for other imports, `*` for all names.
    public let name: String
    /// The offset of the statement in the source, in bytes.
    public let offset: UInt32
    /// Whether it loads at once.
    public let isEager: Bool
    /// Whether the program catches that the module is missing.
    public let isGuarded: Bool
  }

  /// A module of the program.
  public struct Module: Sendable {
    /// The dotted name; `__main__` for the program.
    public let name: String
    /// What it is made of.
    public let form: Form
    /// The absolute path of the source, through archives; that of the folder when it has no source;
    /// empty for native modules.
    public let location: String
    /// What messages call the source.
    public let sourceName: String
    /// The text; empty when there is none or it cannot be read.
    public let source: [UInt8]
    /// Its imports, in the order of the source.
    public let imports: [Import]
    /// Modules that it reaches as names of packages: `b` of `from a import b`, `a.b` after `import a`.
    public let submodules: [Int]
    /// What is wrong with it, in source order.
    public let problems: [Diagnostic]

    /// Whether there is a text to read.
    public var isSource: Bool { form != .native && form != .folder }

    /// What is wrong with it, with the text, ready to be shown; nil when nothing is.
    public var failure: SyntaxFailure? {
      problems.isEmpty
        ? nil : SyntaxFailure(diagnostics: problems, name: sourceName, source: source)
    }
  }

  /// The program and its modules.
  public let modules: [Module]

  /// What is wrong, one failure for each module that has problems.
  public var failures: [SyntaxFailure] { modules.compactMap(\.failure) }

  /// Whether nothing is wrong.
  public var isClean: Bool { modules.allSatisfy(\.problems.isEmpty) }
}

extension Machine {
  /// Reads a program and every module that it can reach through import statements, without running
  /// anything.
  ///
  /// Modules are looked for as if this machine ran the program now: on its path, among its native
  /// modules, and first in the program's own folder. The machine itself is left as it is.
  ///
  /// What is reported: text that does not compile, modules that are not found unless a `try` around
  /// the import catches that, names that the module they are imported from does not have, attributes
  /// of modules that these do not have, and names that no `import *` provides. What cannot be known
  /// without running is not reported.
  ///
  /// - Throws: ``ProgramError/unreadable(_:)`` when the root cannot be read.
  /// - Complexity: Linear in the size of all sources, and no deeper on the stack for a long chain of
  ///   imports or a deep package.
  public func programGraph(of root: ProgramRoot) throws(ProgramError) -> ProgramGraph {
    let reader = ProgramReader(machine: self)
    try reader.addRoot(root)
    reader.readEverything()
    return reader.graph
  }
}
