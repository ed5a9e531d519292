import Lang

/// What became of every module that a machine knows: plain data, taken at one moment.
///
/// Each module is in exactly one group; the program itself stands apart.
struct ModuleReport {
  /// Where a module stands.
  enum Group: String, CaseIterable {
    /// Imported, and not used yet.
    case pending
    /// Its body is running.
    case loading
    /// Loaded at its import, since laziness was off.
    case disabled
    /// Loaded at its first use.
    case proxy
    /// Loaded at once, or when it was asked for: `eager import`, `import *`, a rule, `lazy.load`.
    case bypass
    /// The last attempt to load it failed; the next use tries again.
    case failed
    /// Loaded by any other way than those that the machine knows of: always empty.
    case lost
    case nativePending = "native_pending"
    case nativeLoaded = "native_loaded"
    /// Never imported.
    case nativeUnused = "native_unused"
  }

  /// What is known of one module.
  struct Entry {
    let name: String
    /// The absolute path of the source; empty for native modules.
    let location: String
    let form: ModuleForm
    /// The first import.
    var importedAt: ModulePlace?
    /// Bytes of source: what was read, or what a load would read now; nil when that is unknown.
    var sourceBytes: Int?
    /// Attempts to load that failed, and why the last one did unless a later one succeeded.
    var failures = 0
    var error: String?
    /// Who needed the module, for loaded and failed ones.
    var cause: ModulePlace?
    var load: LoadEntry?
    /// Why the module is called lost.
    var problem: String?
  }

  /// What a load came to.
  ///
  /// After a reload: the times and sizes of the last one.
  struct LoadEntry {
    /// Why it was loaded when it was.
    let reason: String
    /// Nanoseconds, without what other modules took that were loaded meanwhile.
    var reading: UInt64 = 0
    var parsing: UInt64 = 0
    var evaluating: UInt64 = 0
    /// Bytes that were allocated while it was loaded, whether they are still in use or not.
    var allocated = 0
    /// Bytes of the code, which lies beside the heap.
    var codeBytes = 0
    /// Bytes of the heap that belong to it now.
    var heapBytes = 0
    /// References to the module, and to names from it, that were put in place of a proxy.
    var patched = 0
    var patchedNames = 0
    var reloads = 0
    /// The source was changed between import and load.
    var isChanged = false

    /// Bytes that the module holds.
    var memory: Int { heapBytes + codeBytes }

    /// Adds the numbers of another one, for sums.
    mutating func add(_ other: LoadEntry) {
      reading += other.reading
      parsing += other.parsing
      evaluating += other.evaluating
      allocated += other.allocated
      codeBytes += other.codeBytes
      heapBytes += other.heapBytes
      patched += other.patched
      patchedNames += other.patchedNames
    }
  }

  /// The heap divided; each byte is counted once.
  struct Memory {
    var modules = 0
    var programs = 0
    var shared = 0
    var unreachable = 0
    /// The most that the heap may grow to; nil without a limit.
    var limit: Int?

    var total: Int { modules + programs + shared + unreachable }
  }

  /// Nanoseconds since the machine was made.
  let time: UInt64
  /// Sorted by name.
  var groups: [Group: [Entry]]
  /// Each program that the machine has run; usually one.
  var programs: [Entry]
  /// The most modules that were ever pending at once, native ones included.
  let mostPending: Int
  var memory: Memory
  /// For the text: paths are shown from here.
  let shortener: PathShortener

  /// The modules of a group.
  func entries(_ group: Group) -> [Entry] { groups[group] ?? [] }

  /// Bytes of source that were never read.
  var pendingBytes: Int { entries(.pending).reduce(0) { $0 + ($1.sourceBytes ?? 0) } }

  /// Bytes of code of everything that was loaded, the programs included.
  var codeBytes: Int {
    (groups.values.joined() + programs).reduce(0) { $0 + ($1.load?.codeBytes ?? 0) }
  }
}

extension Engine {
  /// Takes stock of the modules.
  ///
  /// Nothing is loaded or allocated in the heap.
  ///
  /// - Complexity: Linear in the heap and the number of modules; asks the file system for the size of
  ///   each pending one.
  func moduleReport() -> ModuleReport {
    var builder = ReportBuilder(self)
    return builder.build(unless: nil).unsafelyUnwrapped
  }

  /// ``moduleReport()`` for programs; throws when they are to stop.
  func stoppableModuleReport() throws(RaisedError) -> ModuleReport {
    var builder = ReportBuilder(self)
    if let report = builder.build(unless: StopCheck(self)) { return report }
    throw interruption
  }

  /// `lazy.report_data()`: the report as a map.
  func makeReport() throws(RaisedError) -> Value { try makeValue(stoppableModuleReport().data) }
}

/// Puts a report together.
private struct ReportBuilder {
  private let engine: Engine
  private let reader = PlaceReader()
  /// The bytes of the heap that belong to each module, by the record's number.
  private var heapBytes: [Int: Int] = [:]

  init(_ engine: Engine) { self.engine = engine }

  /// Nil when it was given up because the program is to stop.
  mutating func build(unless stop: StopCheck?) -> ModuleReport? {
    let time = engine.pointee.modules.log.now
    guard let memory = divideHeap(unless: stop) else { return nil }
    var report = ModuleReport(
      time: time, groups: [:], programs: [],
      mostPending: engine.pointee.modules.log.mostPending, memory: memory,
      shortener: PathShortener(engine))
    for (number, record) in engine.pointee.modules.records.enumerated() {
      switch record.form {
      case .machine: continue
      // Of what the machine was told to forget, only what is in memory still matters.
      case _ where record.isForgotten && record.module == nil: continue
      case .program: report.programs.append(programEntry(number, record))
      default:
        let (group, entry) = entry(number, record)
        report.groups[group, default: []].append(entry)
      }
    }
    for name in engine.pointee.modules.listedNatives where !isImported(native: name) {
      report.groups[.nativeUnused, default: []].append(
        ModuleReport.Entry(name: name, location: "", form: .native))
    }
    guard let lost = lostObjects(unless: stop) else { return nil }
    report.groups[.lost, default: []] += lost
    for group in ModuleReport.Group.allCases {
      report.groups[group, default: []].sort { $0.name < $1.name }
    }
    return report
  }

  private func isImported(native name: String) -> Bool {
    guard let number = engine.pointee.modules.byName[name] else { return false }
    return engine.pointee.modules.records[number].form == .native
  }

  // MARK: Memory

  /// Divides the heap among the modules in the order in which their loads ended, and the programs,
  /// whose ends are yet to come.
  private mutating func divideHeap(unless stop: StopCheck?) -> ModuleReport.Memory? {
    var memory = ModuleReport.Memory()
    let records = engine.pointee.modules.records
    var numbers = records.indices.filter {
      records[$0].module != nil && records[$0].form != .machine
    }
    func order(_ number: Int) -> Int {
      if records[number].form == .program { return Int.max }
      return records[number].loads.first?.order ?? Int.max - 1
    }
    numbers.sort { (order($0), $0) < (order($1), $1) }
    let modules = numbers.map { records[$0].module.unsafelyUnwrapped }
    guard let division = engine.divideHeap(among: modules, unless: stop) else { return nil }
    for (position, number) in numbers.enumerated() {
      heapBytes[number] = division.modules[position]
      if records[number].form == .program {
        memory.programs += division.modules[position]
      } else {
        memory.modules += division.modules[position]
      }
    }
    memory.shared = division.shared
    memory.unreachable = division.unreachable
    let limit = engine.pointee.heap.limit
    memory.limit = limit == Int.max ? nil : limit
    return memory
  }

  // MARK: Entries

  private func entry(
    _ number: Int, _ record: ModuleRecord
  ) -> (ModuleReport.Group, ModuleReport.Entry) {
    var entry = ModuleReport.Entry(
      name: record.isForgotten ? "\(record.shownName) (forgotten)" : record.shownName,
      location: record.location, form: record.form, importedAt: reader.read(record.importedAt),
      failures: Int(record.failureCount),
      error: record.failure?.failure)
    let isNative = record.form == .native
    if record.state == .pending {
      entry.sourceBytes = sourceBytes(of: record)
      guard let failure = record.failure else {
        return (isNative ? .nativePending : .pending, entry)
      }
      entry.cause = reader.read(failure.cause)
      return (.failed, entry)
    }
    if record.state == .loading {
      let loading = engine.pointee.modules.loading.last { $0.number == number }?.load
      entry.cause = reader.read(loading?.cause)
      entry.sourceBytes = isNative ? nil : loading?.sourceBytes
      entry.load = loadEntry(number, record, first: loading, last: loading)
      return (.loading, entry)
    }
    entry.load = loadEntry(number, record, first: record.loads.first, last: record.loads.last)
    entry.cause = reader.read(record.loads.first?.cause)
    entry.sourceBytes = isNative ? nil : record.loads.last?.sourceBytes
    guard let first = record.loads.first else {
      entry.problem = "it is marked as loaded, but was never loaded"
      return (.lost, entry)
    }
    guard let module = record.module, module.pointee.record == number,
      module.pointee.header.flags & ModuleObject.isTracked != 0
    else {
      entry.problem = "its contents were put in place of what was loaded"
      return (.lost, entry)
    }
    return (isNative ? .nativeLoaded : ModuleReport.Group(first.reason), entry)
  }

  private func loadEntry(
    _ number: Int, _ record: ModuleRecord, first: ModuleLoad?, last: ModuleLoad?
  ) -> ModuleReport.LoadEntry {
    var entry = ModuleReport.LoadEntry(reason: first?.reason.text ?? "unknown")
    entry.heapBytes = heapBytes[number] ?? 0
    guard let first, let last else { return entry }
    entry.reading = last.reading
    entry.parsing = last.parsing
    entry.evaluating = last.evaluating
    entry.allocated = last.allocated
    entry.codeBytes = last.codeBytes
    entry.patched = first.patched
    entry.patchedNames = Int(record.patchedNames)
    entry.reloads = max(0, record.loads.count - 1)
    entry.isChanged = first.isChanged
    return entry
  }

  private func programEntry(_ number: Int, _ record: ModuleRecord) -> ModuleReport.Entry {
    var entry = ModuleReport.Entry(
      name: record.name, location: record.location, form: .program,
      sourceBytes: record.source.bytes.count)
    guard record.module != nil else { return entry }
    var load = ModuleReport.LoadEntry(reason: "program")
    load.heapBytes = heapBytes[number] ?? 0
    load.codeBytes = record.loads.reduce(0) { $0 + $1.codeBytes }
    entry.load = load
    return entry
  }

  /// What a load of a pending module would read now; nil when there is nothing to be read.
  private func sourceBytes(of record: ModuleRecord) -> Int? {
    if record.form == .folder { return 0 }
    guard let folder = record.folder, let fileName = record.fileName else { return nil }
    return folder.size(of: fileName, changes: engine.pointee.modules.changes)
  }

  /// Modules in the heap that did not come to be by the life cycle.
  private func lostObjects(unless stop: StopCheck?) -> [ModuleReport.Entry]? {
    let records = engine.pointee.modules.records
    var lost: [ModuleReport.Entry] = []
    // Everything was swept for the division.
    let isComplete = engine.pointee.heap.forEachCell(unless: stop) { header, _ in
      guard Tag(header.pointee.kind) == .module,
        header.pointee.flags & ModuleObject.isTracked == 0
      else { return }
      let module = UnsafeMutableRawPointer(header).assumingMemoryBound(to: ModuleObject.self)
      let number = module.pointee.record
      let record = records.indices.contains(number) ? records[number] : nil
      // The module of a record that is called lost already.
      if let record, record.module == module, record.state == .loaded, record.isImported { return }
      var entry = ModuleReport.Entry(
        name: record?.name ?? "?", location: record?.location ?? "", form: record?.form ?? .native)
      entry.problem = "a module of this name is in memory that was never loaded"
      lost.append(entry)
    }
    return isComplete ? lost : nil
  }
}

extension ModuleReport.Group {
  /// The group of modules that were loaded for a reason.
  fileprivate init(_ reason: LoadReason) {
    switch reason {
    case .firstUse: self = .proxy
    case .disabled: self = .disabled
    case .eagerStatement, .star, .bypass, .asked: self = .bypass
    }
  }
}
