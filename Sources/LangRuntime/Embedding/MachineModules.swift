import Lang

// How an embedding program steers and watches the modules of its machine.

extension Machine {
  /// Adds a place in which imports are looked for, after those that are known: a folder, a zip archive,
  /// or a folder in one (`libs.zip/vendor`).
  ///
  /// A relative path is meant from the current folder at each import.
  public func addModulePath(_ entry: String) {
    engine.pointee.modules.path.append(entry)
    if let list = engine.pathList {
      engine.append(engine.makeString(entry), to: list)
    }
  }

  /// Where modules are looked for when they are nowhere on the path: a folder, a zip archive, or a folder in
  /// one; nil for nowhere.
  ///
  /// It is no part of `sys.path`, and bundles leave out what is found there.
  public var standardLibrary: String? {
    get { engine.library?.path }
    set { locateStandardLibrary { newValue } }
  }

  /// Sets ``standardLibrary`` to a place that is found out when an import first looks there.
  public func locateStandardLibrary(_ locate: @escaping () -> String?) {
    engine.pointee.modules.locateLibrary = locate
    engine.pointee.modules.knownLibrary = nil
  }

  /// Whether programs may change where imports are looked for, through the list `sys.path`.
  ///
  /// False from the start: a program finds what lies at the machine's own places, and `sys.path` is a
  /// tuple. True lets it import, and read with `lazy.resource`, what lies anywhere in the file system.
  public var programsMayExtendPath: Bool {
    get { engine.pointee.modules.isPathOpen }
    set { engine.pointee.modules.isPathOpen = newValue }
  }

  /// Whether programs may use files, processes and the environment through modules of the standard
  /// library, such as `fs` and `process`.
  ///
  /// False from the start: the use of such a module is an ImportError.
  public var programsMayUseSystem: Bool {
    get { engine.pointee.modules.maySystemBeUsed }
    set { engine.pointee.modules.maySystemBeUsed = newValue }
  }

  /// Whether imports are lazy; otherwise each loads at once.
  public var importsAreLazy: Bool {
    get { engine.pointee.modules.rules.isEnabled }
    set { engine.pointee.modules.rules.isEnabled = newValue }
  }

  /// Imports a module eagerly from now on; `"package.*"` means a package with all that is inside.
  ///
  /// - Parameters:
  ///   - name: The dotted name.
  ///   - rule: How reports call the rule.
  public func importEagerly(_ name: String, rule: String) {
    engine.pointee.modules.rules.bypass(name, rule: rule)
  }

  /// What programs find as `sys.argv`; to be set before one runs.
  public var programArguments: [String] {
    get { engine.pointee.programArguments }
    set { engine.pointee.programArguments = newValue }
  }

  /// What a report of the modules looks like.
  public enum ReportFormat: String, Sendable {
    /// A table for people.
    case text
    /// Described in `docs/report.md`.
    case json
  }

  /// What became of every module that the machine knows; see `docs/report.md`.
  ///
  /// - Complexity: Linear in the size of the heap: the memory of modules is measured by a walk over it.
  public func moduleReport(_ format: ReportFormat = .text) -> String {
    let report = engine.moduleReport()
    return format == .text ? report.text : report.json
  }

  /// ``moduleReport(_:)`` that ``interrupt()`` ends.
  ///
  /// - Throws: ``LangError``: an `Interrupt`.
  public func stoppableModuleReport(
    _ format: ReportFormat = .text
  ) throws(LangError) -> String {
    do throws(RaisedError) {
      let report = try engine.stoppableModuleReport()
      return format == .text ? report.text : report.json
    } catch {
      throw engine.makeLangError(error)
    }
  }

  /// Tells each load on standard error as it happens (1), or not (0).
  public var reportLevel: Int {
    get { engine.pointee.modules.log.level }
    set { engine.pointee.modules.log.level = newValue }
  }

  /// Whether a file is a zip archive, by what it contains.
  public static func isArchive(_ path: String) -> Bool { Archive.looksLikeArchive(path) }

  /// Runs `main.l` of a zip archive, whose folders are then searched by imports before all others.
  ///
  /// - Throws: ``LangError``; an archive without `main.l`, or one that cannot be read, is an
  ///   `ImportError`.
  public func runArchive(_ path: String) throws(LangError) {
    let absolute = LangRuntime.absolutePath(path)
    let folder = ModuleFolder(archive: ModuleArchive(path: absolute), folder: "")
    engine.pointee.modules.folders[absolute] = folder
    engine.pointee.modules.path.insert(absolute, at: 0)
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try folder.read("main.l", unless: StopCheck(engine))
    } catch {
      if engine.pointee.isInterrupted != 0 { throw engine.makeLangError(engine.interruption) }
      throw engine.makeLangError(
        engine.importError("the archive '\(path)' cannot be run: \(error.reason)"))
    }
    let record = ModuleRecord(name: "__main__", folder: nil, form: .program)
    record.history.programFolder = folder
    let location = "\(absolute)/main.l"
    record.loadedSource = LoadedSource(
      name: "\(path)/main.l", location: location, bytes: bytes, unless: StopCheck(engine))
    try run(record)
  }

  /// Finds a module and runs it as the program (`__main__`); of a package, its module `main`.
  ///
  /// - Throws: ``LangError``; a module that is not found or has no source is an `ImportError`.
  public func runModule(_ name: String) throws(LangError) {
    let record: ModuleRecord
    do throws(RaisedError) {
      record = try engine.programRecord(ofModule: name)
    } catch {
      throw engine.makeLangError(error)
    }
    try run(record)
  }
}

extension Engine {
  /// The record of a program that is found as a module.
  func programRecord(ofModule name: String) throws(RaisedError) -> ModuleRecord {
    guard !name.isEmpty, var number = try findModule(name, for: nil) else {
      throw missingModule(name)
    }
    var found = pointee.modules.records[number]
    if found.isPackage {
      guard let inner = try findModule("\(name).main", for: nil) else {
        throw importError("the package '\(name)' has no module 'main' to run")
      }
      number = inner
      found = pointee.modules.records[number]
    }
    // The program is not the module of that name: an import of it is another one.
    let source = try readSource(found, ModuleLoad(reason: .asked, cause: nil))
    let record = ModuleRecord(name: "__main__", folder: nil, form: .program)
    record.loadedSource = source
    record.history.programFolder = found.folder
    record.history.programPackage = found.package
    return record
  }
}
