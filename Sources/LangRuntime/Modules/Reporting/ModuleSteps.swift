import Lang

// Noting what happens to modules: in the log, and for whoever watches.

extension Engine {
  /// Writes a step down, and tells the one who watches.
  ///
  /// - Parameter holders: Who held what is patched; see ``holdersForLog(of:in:)``.
  func noteStep(
    _ kind: ModuleEvent.Kind, _ module: Int, at place: Place?, _ load: ModuleLoad? = nil,
    detail: Int = -1, count: Int = 0, holders: [String] = []
  ) {
    let event = pointee.modules.log.note(
      kind, module, at: place, load, detail: detail, count: count)
    if !holders.isEmpty {
      pointee.modules.records[module].history.patches.append(
        PatchNote(time: event.time, holders: holders))
    }
    guard let observer = pointee.modules.stepObserver else { return }
    // What the program printed before comes first.
    pointee.output.flush(self)
    var step = makeStep(event, observer.reader, observer.importers(of: self, at: place))
    step.depth = pointee.modules.loading.count
    observer.body(step)
  }

  /// Who holds a proxy or a deferred name that is about to be patched, in words.
  ///
  /// Of very many only the first; none unless the machine was told to find that out.
  ///
  /// - Complexity: Linear in the heap, then.
  func holdersForLog(of value: Value, in table: HolderTable) -> [String] {
    if !pointee.modules.describesPatches { return [] }
    let limit = Machine.mostHoldersTold
    return references(to: value, in: table, atMost: limit, countsRest: false).lines
  }

  /// Tells whose code the places of events are in, as of now.
  var importers: ModuleImporters { ModuleImporters(pointee.modules.records) }

  /// Everything that is kept in the log, in order.
  func moduleSteps() -> [ModuleStep] {
    let reader = PlaceReader()
    let importers = importers
    return pointee.modules.log.events.map { makeStep($0, reader, importers) }
  }

  /// The last step of a kind in the life of a module.
  func lastStep(_ kind: ModuleEvent.Kind, of module: Int) -> ModuleStep? {
    pointee.modules.log.events.last { $0.kind == kind && $0.module == module }
      .map { makeStep($0, PlaceReader(), importers) }
  }

  /// An event as others see it.
  private func makeStep(
    _ event: ModuleEvent, _ reader: PlaceReader, _ importers: ModuleImporters
  ) -> ModuleStep {
    let record = pointee.modules.records[Int(event.module)]
    var step = ModuleStep(
      kind: event.kind.step, module: record.shownName, location: record.location, time: event.time,
      place: reader.read(event.place), importer: importers.name(at: event.place))
    switch event.kind {
    case .find, .bind, .findAndBind, .forget: break
    case .bypass:
      let rules = pointee.modules.log.rules
      step.reason = rules.indices.contains(Int(event.detail)) ? rules[Int(event.detail)] : nil
    case .patch:
      if event.detail >= 0 { step.name = pointee.symbols.text(of: Symbol(UInt32(event.detail))) }
      step.patched = Int(event.count)
      step.holders = record.patches.first { $0.time == event.time }?.holders ?? []
    case .load: step.reason = event.load?.reason.text
    case .loaded, .fail, .reload:
      step.reason = event.load.map { $0.isReload ? "reload" : $0.reason.text }
      step.figures = event.load.map(ModuleStep.Figures.init)
      step.patched = Int(event.count)
      let isPending = event.kind == .reload && event.load == nil
      step.error = isPending ? "module '\(record.name)' is not loaded yet" : event.load?.failure
    }
    return step
  }
}

/// Who watches the steps of modules.
final class StepObserver {
  let body: (ModuleStep) -> Void
  let reader = PlaceReader()
  private var known: ModuleImporters?

  /// Tells whose code a place is in; made anew only when a place is in a text that was not there before.
  func importers(of engine: Engine, at place: Place?) -> ModuleImporters {
    if let known, place == nil || known.name(at: place) != nil { return known }
    let made = engine.importers
    known = made
    return made
  }

  init(_ body: @escaping (ModuleStep) -> Void) { self.body = body }
}

extension ModuleStep.Figures {
  init(_ load: ModuleLoad) {
    self.init(
      sourceBytes: load.sourceBytes, reading: load.reading, parsing: load.parsing,
      evaluating: load.evaluating, memory: load.allocated + load.codeBytes,
      isChanged: load.isChanged)
  }
}

extension ModuleEvent.Kind {
  fileprivate var step: ModuleStep.Kind {
    switch self {
    case .find: .found
    case .bind, .findAndBind: .bound
    case .load: .loading
    case .loaded: .loaded
    case .patch: .patched
    case .fail: .failed
    case .reload: .reloaded
    case .bypass: .bypassed
    case .forget: .forgotten
    }
  }
}
