import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What one load of a module, or one attempt, came to.
final class ModuleLoad {
  let reason: LoadReason
  /// The expression that needed the module.
  let cause: Place?
  let isReload: Bool
  /// Bytes of source.
  var sourceBytes = 0
  /// Nanoseconds: getting the bytes, turning them into code, running the body.
  ///
  /// What other modules took that were loaded meanwhile is theirs.
  var reading: UInt64 = 0
  var parsing: UInt64 = 0
  var evaluating: UInt64 = 0
  /// Bytes that the body allocated, without those of modules that were loaded meanwhile.
  var allocated = 0
  /// Bytes of the code.
  var codeBytes = 0
  /// References to the proxy that became references to the module.
  var patched = 0
  /// Why it failed; nil when it did not.
  var failure: String?
  /// The source was changed between the import and the load.
  var isChanged = false
  /// The how-manieth load that succeeded it was, from 1; 0 before the end and after a failure.
  var order = 0

  init(reason: LoadReason, cause: Place?, isReload: Bool = false) {
    self.reason = reason
    self.cause = cause
    self.isReload = isReload
  }
}

/// One step in the life of a module.
struct ModuleEvent {
  enum Kind: UInt8 {
    /// Found on the path.
    case find
    /// An import statement bound its name; noted once for each statement.
    case bind
    /// Both by one statement, as it mostly is; only kept so, to save memory.
    case findAndBind
    /// The body begins.
    case load
    /// The body has ended.
    case loaded
    /// References were replaced: those to a proxy after the load, or to a name from a module.
    case patch
    case fail
    /// New source was put in place of the old, or nothing was, since the module was pending.
    case reload
    /// A rule made an import eager.
    case bypass
    /// The machine was told to forget the module.
    case forget
  }

  /// Nanoseconds since the machine was made.
  let time: UInt64
  /// The import statement or expression behind it.
  let place: Place?
  let module: Int32
  /// For loads, failures and reloads.
  let load: ModuleLoad?
  /// For patches of names: the symbol; for bypasses: the number of the rule; -1 without.
  var detail: Int32
  /// For patches: how many references.
  var count: UInt32
  var kind: Kind
}

/// What has happened to modules, in order.
struct ModuleLog {
  private var chunks: [[ModuleEvent]] = []
  /// The rules by which imports were eager, as events refer to them.
  private(set) var rules: [String] = []
  /// Events that were dropped, so that a program that runs for weeks does not fill the memory.
  private(set) var droppedCount = 0
  /// The clock when the machine was made, and the time of day then, both in nanoseconds.
  let startedAt = monotonicNanoseconds()
  let startedAtTime: Int
  /// How many modules are pending now.
  private(set) var pendingCount = 0
  private var mostPendingBefore = 0
  /// How many loads succeeded.
  private(set) var finishedCount = 0
  /// 1: each load is told on standard error as it happens.
  var level = 0
  /// Work of modules that were loaded within another's load: nanoseconds and bytes, to be taken off.
  var nestedTime: UInt64 = 0
  var nestedBytes = 0

  /// The most events that are kept.
  static let capacity = 1 << 16
  /// Events come in pieces of this many, so that a growing log is never copied.
  private static let chunkSize = 1 << 10

  init() {
    var now = timespec()
    // The exact time: files get one that is up to a tick of the system too early, so that one written
    // just before its import must not look as if it was written after it.
    clock_gettime(CLOCK_REALTIME, &now)
    startedAtTime = now.tv_sec * 1_000_000_000 + now.tv_nsec
  }

  /// Nanoseconds since the machine was made.
  var now: UInt64 { monotonicNanoseconds() &- startedAt }

  /// Adds an event; gives it.
  mutating func note(
    _ kind: ModuleEvent.Kind, _ module: Int, at place: Place?, _ load: ModuleLoad?, detail: Int,
    count: Int
  ) -> ModuleEvent {
    if chunks.last.map({ $0.count == ModuleLog.chunkSize }) ?? true {
      if chunks.count == ModuleLog.capacity / ModuleLog.chunkSize {
        droppedCount += ModuleLog.apart(chunks.removeFirst()).count
      }
      var chunk: [ModuleEvent] = []
      chunk.reserveCapacity(chunks.isEmpty ? 16 : ModuleLog.chunkSize)
      chunks.append(chunk)
    }
    let event = ModuleEvent(
      time: now, place: place, module: Int32(module), load: load,
      detail: Int32(truncatingIfNeeded: detail), count: UInt32(clamping: count), kind: kind)
    let last = chunks.count - 1
    if kind == .bind, let before = chunks[last].last, before.kind == .find,
      before.module == event.module, before.place?.offset == place?.offset,
      before.place?.source === place?.source
    {
      chunks[last][chunks[last].count - 1].kind = .findAndBind
      return event
    }
    chunks[last].append(event)
    return event
  }

  /// The events that are kept, in order.
  var events: [ModuleEvent] { chunks.flatMap { ModuleLog.apart($0) } }

  /// Events with those apart that are kept as one.
  private static func apart(_ events: [ModuleEvent]) -> [ModuleEvent] {
    events.flatMap { event -> [ModuleEvent] in
      if event.kind != .findAndBind { return [event] }
      var (find, bind) = (event, event)
      find.kind = .find
      bind.kind = .bind
      return [find, bind]
    }
  }

  /// The last event of a load.
  func last(_ kind: ModuleEvent.Kind, of load: ModuleLoad) -> ModuleEvent? {
    for chunk in chunks.reversed() {
      if let event = chunk.last(where: { $0.load === load && $0.kind == kind }) { return event }
    }
    return nil
  }

  // MARK: Loads

  /// A load or reload has succeeded.
  mutating func finish(_ load: ModuleLoad) {
    finishedCount += 1
    load.order = finishedCount
  }

  /// The number by which events refer to a rule.
  mutating func number(ofRule rule: String) -> Int {
    if let known = rules.firstIndex(of: rule) { return known }
    rules.append(rule)
    return rules.count - 1
  }

  // MARK: Pending modules

  /// A module was found, or failed to load.
  ///
  /// It may be loaded at once, so the count of the most that were pending is not settled yet.
  mutating func addPending() { pendingCount += 1 }

  /// A module is being loaded.
  mutating func removePending() { pendingCount -= 1 }

  /// Nothing that was found is about to be loaded by a rule.
  mutating func settlePending() { mostPendingBefore = mostPending }

  /// How many modules were pending at most.
  var mostPending: Int { max(mostPendingBefore, pendingCount) }
}
