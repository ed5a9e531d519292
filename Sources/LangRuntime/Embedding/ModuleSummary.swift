/// What a machine knows of one module, in short; see ``Machine/modules``.
public struct ModuleSummary: Sendable {
  /// Where a module stands in its life.
  public enum State: String, Sendable {
    /// Imported, and not used yet.
    case pending
    /// Its body is running.
    case loading
    case loaded
    /// The last attempt to load it failed; the next use tries again.
    case failed
    /// Written in Swift, and never imported.
    case unused
  }

  /// The full dotted name.
  public let name: String
  /// Where it stands now.
  public let state: State
  /// Whether it is written in Swift.
  public let isNative: Bool
  /// Whether other modules are found inside.
  public let isPackage: Bool
  /// The absolute path of its source, or of its folder; empty for native modules.
  public let location: String
  /// The first import.
  public internal(set) var importedAt: ModulePlace?
  /// The modules whose import statements name it, in the order in which they ran.
  public internal(set) var importers: [String] = []
  /// Why it was loaded when it was: `first use`, or the rule that made its import eager.
  public internal(set) var reason: String?
  /// The expression that needed it first.
  public internal(set) var cause: ModulePlace?
  /// The module in whose code ``cause`` is.
  public internal(set) var causeModule: String?
  /// Why the last attempt failed.
  public internal(set) var error: String?
  /// References to its proxy, and to names from it, that were replaced.
  public internal(set) var patched = 0
  /// Who held them, in words, if the machine was told to find out; of each patch not more than
  /// ``Machine/mostHoldersTold``.
  public internal(set) var patchedHolders: [String] = []
  /// How often it was reloaded.
  public internal(set) var reloads = 0
}

extension Machine {
  /// Every module that the machine knows, sorted by name, native ones that nobody imported included.
  ///
  /// Loads nothing.
  ///
  /// - Complexity: Linear in the modules and in the events that are kept.
  public var modules: [ModuleSummary] { engine.moduleSummaries() }

  /// What is known of one module; nil when there is none of that name.
  public func module(named name: String) -> ModuleSummary? {
    modules.first { $0.name == name }
  }

  /// Who refers to a module right now, in words: `variable m of <main>`, `item of a list in <main>.tools`.
  ///
  /// Nil for a module that is not known. Loads nothing.
  ///
  /// - Complexity: Linear in the heap.
  public func references(toModule name: String) -> [String]? {
    references(toModule: name, atMost: .max)?.lines
  }

  /// See ``references(toModule:)``; of more than `limit` the rest is counted.
  public func references(
    toModule name: String, atMost limit: Int
  ) -> (lines: [String], more: Int)? {
    guard let number = engine.pointee.modules.byName[name] else { return nil }
    let record = engine.pointee.modules.records[number]
    let module = record.proxy.map { Value(.proxy, $0) } ?? record.module.map { Value(.module, $0) }
    guard let module else { return ([], 0) }
    let found = engine.references(to: module, atMost: limit)
    return (found.lines, found.more)
  }

  /// So many of the places that a patch has changed are told in words.
  public static let mostHoldersTold = 100

  /// The names from a module (`from m import x`) that nobody has used yet, and who holds each, in words.
  ///
  /// - Complexity: Linear in the heap, for each name.
  public func unresolvedNames(fromModule name: String) -> [(name: String, holders: [String])] {
    unresolvedNames(fromModule: name, atMost: .max).map { ($0.name, $0.holders) }
  }

  /// See ``unresolvedNames(fromModule:)``; of more than `limit` holders the rest is counted.
  public func unresolvedNames(
    fromModule name: String, atMost limit: Int
  ) -> [(name: String, holders: [String], more: Int)] {
    guard let number = engine.pointee.modules.byName[name] else { return [] }
    var found: [(name: String, holders: [String], more: Int)] = []
    for position in 0..<engine.pointee.unresolvedCount {
      let header = engine.pointee.unresolved[position]
      guard Tag(header.pointee.kind) == .deferred else { continue }
      let deferred = UnsafeMutableRawPointer(header).assumingMemoryBound(to: DeferredObject.self)
      guard deferred.pointee.record == number, deferred.pointee.resolved.isUndefined else {
        continue
      }
      let holders = engine.references(to: Value(.deferred, deferred), atMost: limit)
      if holders.lines.isEmpty { continue }
      let name = engine.pointee.symbols.text(of: deferred.pointee.name)
      found.append((name, holders.lines, holders.more))
    }
    return found.sorted { ($0.name, $0.holders.joined()) < ($1.name, $1.holders.joined()) }
  }

  // MARK: Watching

  /// Is called at each step of a module's life as it happens, on the thread that runs the machine.
  ///
  /// It must not call the machine. Nil, as at the beginning, costs one comparison a step.
  public var onModuleStep: ((ModuleStep) -> Void)? {
    get { engine.pointee.modules.stepObserver?.body }
    set { engine.pointee.modules.stepObserver = newValue.map(StepObserver.init) }
  }

  /// What has happened to modules so far, in order; of very many, the last 49,152 at least.
  public var moduleSteps: [ModuleStep] { engine.moduleSteps() }

  /// Whether each patch finds out in words who held what it replaces; false from the start.
  ///
  /// It makes a patch linear in the heap instead of in the holders.
  public var describesPatches: Bool {
    get { engine.pointee.modules.describesPatches }
    set { engine.pointee.modules.describesPatches = newValue }
  }

  // MARK: Steering

  /// Drops a module, and those inside of it: the next import finds it anew and starts over.
  ///
  /// What holds the module, or its proxy, goes on holding it.
  ///
  /// - Returns: The names of what was dropped, sorted; empty when there is nothing of that name, or when
  ///   it is being loaded.
  public func forgetModule(_ name: String) -> [String] { engine.forgetModule(name) }

  /// The names of the modules that an import could find: all on the path, or those inside of a package.
  ///
  /// Loads nothing, and reads no source.
  ///
  /// - Complexity: Lists each folder of the path.
  public func importableModules(in package: String = "") -> [String] {
    engine.importableModules(in: package)
  }
}

extension Engine {
  /// See ``Machine/modules``.
  func moduleSummaries() -> [ModuleSummary] {
    let reader = PlaceReader()
    let owners = self.importers
    var importers: [Int: [String]] = [:]
    for event in pointee.modules.log.events where event.kind == .bind {
      guard let importer = owners.name(at: event.place) else { continue }
      if importers[Int(event.module)]?.contains(importer) != true {
        importers[Int(event.module), default: []].append(importer)
      }
    }
    var summaries: [ModuleSummary] = []
    for (number, record) in pointee.modules.records.enumerated() {
      if !record.isImported || record.isForgotten { continue }
      summaries.append(summary(of: record, number, importers[number] ?? [], owners, reader))
    }
    for name in pointee.modules.listedNatives {
      let known = pointee.modules.byName[name].map { pointee.modules.records[$0].form }
      if known == .native { continue }
      summaries.append(
        ModuleSummary(name: name, state: .unused, isNative: true, isPackage: false, location: ""))
    }
    return summaries.sorted { ($0.name, $0.location) < ($1.name, $1.location) }
  }

  private func summary(
    of record: ModuleRecord, _ number: Int, _ importers: [String],
    _ owners: ModuleImporters, _ reader: PlaceReader
  ) -> ModuleSummary {
    let state: ModuleSummary.State =
      switch record.state {
      case .pending: record.failure == nil ? .pending : .failed
      case .loading: .loading
      case .loaded: .loaded
      }
    var summary = ModuleSummary(
      name: record.shownName, state: state, isNative: record.form == .native,
      isPackage: record.isPackage, location: record.location)
    summary.importedAt = reader.read(record.importedAt)
    summary.importers = importers
    summary.error = record.failure?.failure
    let load =
      record.loads.first ?? record.failure
      ?? pointee.modules.loading.last { $0.number == number }?.load
    summary.reason = load?.reason.text
    summary.cause = reader.read(load?.cause)
    summary.causeModule = owners.name(at: load?.cause)
    summary.patched = (record.loads.first?.patched ?? 0) + Int(record.patchedNames)
    summary.patchedHolders = record.patches.flatMap(\.holders)
    summary.reloads = max(0, record.loads.count - 1)
    return summary
  }

  /// See ``Machine/forgetModule(_:)``.
  func forgetModule(_ name: String) -> [String] {
    let inside = name + "."
    let names = pointee.modules.byName.keys.filter { $0 == name || $0.hasPrefix(inside) }.sorted()
    let numbers = names.compactMap { pointee.modules.byName[$0] }
    let records = numbers.map { pointee.modules.records[$0] }
    guard records.allSatisfy({ $0.isImported && $0.state != .loading && $0.reloading == nil })
    else { return [] }
    for (number, record) in zip(numbers, records) {
      pointee.modules.byName[record.name] = nil
      record.isForgotten = true
      if record.state == .pending { pointee.modules.log.removePending() }
      if number == pointee.modules.lazyModule { pointee.modules.lazyModule = nil }
      noteStep(.forget, number, at: nil)
    }
    pointee.modules.generation += 1
    return names
  }

  /// See ``Machine/importableModules(in:)``.
  func importableModules(in package: String) -> [String] {
    var names: Set<String> = []
    if package.isEmpty {
      for folder in searchedFolders(resolvingAnew: false) {
        names.formUnion((try? folder.moduleNames(unless: StopCheck(self))) ?? [])
      }
      names.formUnion((try? library?.moduleNames(unless: StopCheck(self))) ?? [])
      names.formUnion(pointee.modules.listedNatives)
    } else if let found = try? findAgain(package), found.form != .file {
      names.formUnion((try? found.folder.moduleNames(unless: StopCheck(self))) ?? [])
    }
    return names.filter(isIdentifier).sorted()
  }

  /// Whether a name can stand in an import statement.
  private func isIdentifier(_ name: String) -> Bool {
    for (position, scalar) in name.unicodeScalars.enumerated() {
      let fits =
        position == 0
        ? scalar.properties.isXIDStart || scalar == "_" : scalar.properties.isXIDContinue
      if !fits { return false }
    }
    return !name.isEmpty
  }
}
