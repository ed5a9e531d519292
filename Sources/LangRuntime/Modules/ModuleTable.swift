import Lang

/// Where a module stands in its life.
enum ModuleState: UInt8 {
  /// Found; nothing was read.
  case pending
  /// Its body is running.
  case loading
  case loaded
}

/// What a module is made of.
enum ModuleForm: UInt8 {
  /// `name.l` in ``ModuleRecord/folder``.
  case file
  /// The `init.l` of ``ModuleRecord/folder``.
  case package
  /// A folder without `init.l`: nothing to run.
  case folder
  /// Swift code.
  case native
  /// What was given to the machine to run.
  case program
  /// The machine's own, which no program sees: the code between Swift and what it calls.
  case machine
}

/// What the machine knows of one module, from the moment that it was found.
///
/// There may be thousands that are never used, so what only a loaded module has is apart.
final class ModuleRecord {
  /// The full dotted name.
  let name: String
  /// The folder in which the module was found; its own folder for packages; nil for native modules.
  var folder: ModuleFolder?
  var form: ModuleForm
  var state = ModuleState.pending
  /// The machine was told to forget it: no import finds it any more.
  var isForgotten = false
  /// The one proxy, while something may hold it; weak (the collector clears it).
  var proxy: ProxyReference?
  /// The module, from the beginning of its loading on.
  var module: ModuleReference?
  /// When it was found, in nanoseconds since the machine was made.
  var foundAt: UInt64 = 0
  /// Where the module was imported first.
  var importedAt: Place?
  /// The text that was loaded last.
  var loadedSource: LoadedSource?
  /// References to names of the module (`from m import x`) that became values.
  var patchedNames: Int32 = 0
  /// What a module that is merely pending does not have.
  private var knownHistory: ModuleHistory?

  init(name: String, folder: ModuleFolder?, form: ModuleForm) {
    self.name = name
    self.folder = folder
    self.form = form
  }

  /// What lists of modules call it: `.` for the folder of a script, which has no name of its own.
  var shownName: String { name.isEmpty ? "." : name }

  /// The part of the name behind the last dot.
  var lastName: Substring {
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return Substring(name) }
    return name[name.index(after: dot)...]
  }

  /// The name of the source in ``folder``; nil when there is none to read.
  var fileName: String? {
    switch form {
    case .file: "\(lastName).l"
    case .package: "init.l"
    case .folder, .native, .program, .machine: nil
    }
  }

  /// The absolute path of the source; of the folder when it has no `init.l`; empty for native modules.
  var location: String {
    switch form {
    case .native, .machine: return ""
    case .program: return programLocation
    case .folder: return folder?.path ?? ""
    case .file, .package:
      guard let folder, let fileName else { return "" }
      return folder.path == "/" ? "/\(fileName)" : "\(folder.path)/\(fileName)"
    }
  }

  /// What is known beyond what every module has; to be asked for when there is something to add.
  var history: ModuleHistory {
    if let knownHistory { return knownHistory }
    let made = ModuleHistory()
    knownHistory = made
    return made
  }

  /// What was measured when it was loaded.
  var loads: [ModuleLoad] { knownHistory?.loads ?? [] }
  /// The last attempt when it failed, and how many failed in all.
  var failure: ModuleLoad? { knownHistory?.failure }
  var failureCount: Int32 { knownHistory?.failureCount ?? 0 }
  /// What fills a native module.
  var initializer: ((Engine, ModuleReference) throws(RaisedError) -> Void)? {
    knownHistory?.initializer
  }
  /// The old module, while the new source is evaluated.
  var reloading: ModuleReference? { knownHistory?.reloading }
  /// The code whose `from` statements have bound variables of the module, which a reload of what they
  /// import from updates.
  ///
  /// It may have no function that is still needed. Only sessions have more than one.
  var importingUnits: [Unit] { knownHistory?.importingUnits ?? [] }
  /// What is beside the source, for a program that was read from a file or an archive.
  var programFolder: ModuleFolder? { knownHistory?.programFolder }
  /// Who held the references to it that were replaced, patch by patch.
  var patches: [PatchNote] { knownHistory?.patches ?? [] }
  /// The package that a program belongs to (`lang -m package.module`).
  var programPackage: String { knownHistory?.programPackage ?? "" }

  /// Whether it is found by imports: neither a program nor a part of the machine.
  var isImported: Bool { form != .program && form != .machine }

  /// Whether an import has found it and nothing has loaded it.
  var isPending: Bool { state == .pending && isImported && !isForgotten }

  /// Whether other modules are looked for inside.
  var isPackage: Bool { form == .package || form == .folder }

  /// Counts the code of a program, or of a piece of a session.
  func noteCode(of compiled: CompiledModule) {
    if loads.isEmpty { history.loads.append(ModuleLoad(reason: .asked, cause: nil)) }
    loads[0].codeBytes += compiled.byteCount
  }

  /// The full name of a module inside; a script is not inside of anything.
  func submoduleName(_ last: String) -> String { name.isEmpty ? last : "\(name).\(last)" }

  /// The path that was given with a program.
  private var programLocation: String { loadedSource?.location ?? "" }

  /// The text that was loaded last, or an empty one of the module's name.
  var source: LoadedSource {
    loadedSource ?? LoadedSource(name: location.isEmpty ? name : location, bytes: [])
  }

  /// The name of the package that relative imports start from.
  var package: String {
    if isPackage { return name }
    if form == .program { return programPackage }
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return "" }
    return String(name[..<dot])
  }
}

/// What is known of a module that was loaded, or failed, or is special; see ``ModuleRecord``.
final class ModuleHistory {
  var loads: [ModuleLoad] = []
  var failure: ModuleLoad?
  var failureCount: Int32 = 0
  var initializer: ((Engine, ModuleReference) throws(RaisedError) -> Void)?
  var reloading: ModuleReference?
  var importingUnits: [Unit] = []
  var programFolder: ModuleFolder?
  var programPackage = ""
  /// Who held what was patched, where the machine was told to find out.
  var patches: [PatchNote] = []
}

/// Who held the references that one patch replaced, in words.
struct PatchNote {
  /// The time of the event in the log.
  let time: UInt64
  let holders: [String]
}

/// A place in a source text that the machine has run.
struct Place {
  let source: LoadedSource
  /// In bytes.
  let offset: UInt32
}

/// Every module that the machine knows, in the order in which they were found.
struct ModuleTable {
  var records: [ModuleRecord] = []
  var byName: [String: Int] = [:]
  /// Native modules of the embedding program.
  var natives: [String: NativeModule] = [:]
  /// The names of native modules that programs import themselves.
  var listedNatives: Set<String> { Set(natives.keys).union(NativeModule.builtInNames) }
  /// Where modules are looked for, while no program has asked for `sys.path`.
  var path: [String] = []
  /// Says where the standard library is, which is searched behind the path; asked once.
  var locateLibrary: (() -> String?)?
  /// The same, from the first import on that was looked for there.
  var knownLibrary: ModuleFolder?
  /// Whether programs may look for modules elsewhere; see ``Machine/programsMayExtendPath``.
  var isPathOpen = false
  /// Whether programs may use files and processes; see ``Machine/programsMayUseSystem``.
  var maySystemBeUsed = false
  /// The number of the module `sys`, once a program has asked for it: its `path` is searched then.
  var systemModule: Int?
  /// The places that the entries of the path name, in order, as they were last resolved.
  var entries: [PathEntry] = []
  /// Every folder that was searched, by its absolute path.
  var folders: [String: ModuleFolder] = [:]
  /// Counts what may have changed files: calls of functions of an embedding program, for one.
  var changes = 0
  /// Counts what makes an earlier finding of an import statement wrong.
  var generation = 0
  /// The modules whose bodies are running, outermost first.
  var loading: [ModuleInLoading] = []
  var rules = ImportRules()
  /// The number of the module `lazy`, once it was imported.
  var lazyModule: Int?
  /// Handles of the functions given to `lazy.on_load`.
  var loadCallbacks: [Int] = []
  var log = ModuleLog()
  /// Who watches the steps of modules; see ``Machine/onModuleStep``.
  var stepObserver: StepObserver?
  /// Whether the log says who held what a patch replaced; see ``Machine/describesPatches``.
  var describesPatches = false
  /// Called at each step of the life cycle, so that tests can make any of them fail.
  var fault: ((LoadingStep, String) throws(RaisedError) -> Void)?

  /// The native module of a name, whether it was imported or not.
  func native(_ name: String) -> NativeModule? { natives[name] ?? NativeModule.builtIn(name) }
}

/// A module whose body is running.
struct ModuleInLoading {
  let number: Int
  let load: ModuleLoad
}

/// An entry of the path as the search uses it.
struct PathEntry {
  let text: [UInt8]
  let folder: ModuleFolder
}

/// The steps of a load, each of which can fail.
enum LoadingStep {
  case find, read, inflate, parse, evaluate, patch
}
