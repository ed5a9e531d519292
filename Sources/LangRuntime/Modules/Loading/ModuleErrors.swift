import Lang

// What errors of imports and loads say.

extension Engine {
  /// Writes down that a load failed, and tells the error so.
  ///
  /// The error is the one that was thrown, of its own class; notes say which module was loading, where
  /// it was first used and where it was imported.
  func noteFailure(
    _ error: RaisedError, _ number: Int, _ record: ModuleRecord, _ load: ModuleLoad
  ) {
    recordFailure(error, number, record, load)
    // The next import looks whether the source is still where it was.
    pointee.modules.generation += 1
    guard isError(error.value) else { return }
    let location = record.location
    var notes = [
      "while \(load.isReload ? "reloading" : "loading") module '\(record.name)'"
        + (location.isEmpty ? "" : " from \(location)")
    ]
    if let cause = load.cause {
      let place = describeWithExpression(cause)
      switch load.reason {
      case _ where load.isReload: notes.append("reloaded at \(place)")
      case .firstUse: notes.append("first used at \(place)")
      case let reason: notes.append("loaded at once (\(reason.text)) at \(place)")
      }
    }
    if let place = record.importedAt { notes.append("imported at \(describe(place))") }
    add(notes, to: error.value)
  }

  /// Notes beyond these are left out: thousands of modules may be loading when one fails.
  private static let noteLimit = 24

  /// Writes down that a load failed.
  func recordFailure(
    _ error: RaisedError, _ number: Int, _ record: ModuleRecord, _ load: ModuleLoad
  ) {
    load.failure = describeBriefly(error.value)
    record.history.failure = load
    if record.failureCount < Int32.max { record.history.failureCount += 1 }
    noteStep(.fail, number, at: load.cause, load)
  }

  /// Adds lines to `error.notes`; those that are there already are not repeated.
  func add(_ notes: [String], to error: Value) {
    let known = field(error.instance, pointee.names.notes)
    let list = known.tag == .list ? known.list : makeList(capacity: notes.count)
    // What is beyond the limit is said once: a line that is there is not repeated.
    let notes = list.pointee.count < Engine.noteLimit ? notes : ["and so on, through other modules"]
    var lines = (0..<list.pointee.count).compactMap { position -> String? in
      let item = list.pointee.items[position]
      return item.isString ? item.string.text : nil
    }
    for note in notes where !lines.contains(note) {
      append(makeString(note), to: list)
      lines.append(note)
    }
    setField(error.instance, pointee.names.notes, Value(.list, list))
  }

  /// Class and message of an error in one line.
  private func describeBriefly(_ error: Value) -> String {
    if !isError(error) { return "exit" }
    let message = errorMessage(error).split(separator: "\n").first.map(String.init) ?? ""
    return message.isEmpty ? typeName(of: error) : "\(typeName(of: error)): \(message)"
  }

  /// `file:line:column` of a place.
  func describeExactly(_ place: Place) -> String {
    let diagnostic = ErrorLocation.diagnostic("", at: place.offset, in: place.source)
    let location = place.source.text.location(of: diagnostic.place ?? diagnostic.range.start)
    return "\(place.source.name):\(location.line):\(location.column)"
  }

  /// `file:line:column  expression`; without the expression when it is not known.
  private func describeWithExpression(_ place: Place) -> String {
    let expression = PlaceReader().read(place).expression
    return describeExactly(place) + (expression.map { "  \($0)" } ?? "")
  }

  /// A SyntaxError that carries what is wrong with a module's source.
  func syntaxError(
    _ diagnostics: [Diagnostic], _ record: ModuleRecord, _ source: LoadedSource
  ) -> RaisedError {
    let renderer = DiagnosticRenderer()
    let text = source.text
    var rendered = diagnostics.map { renderer.render($0, in: text) }.joined(separator: "\n")
    while rendered.hasSuffix("\n") { rendered.removeLast() }
    let count = diagnostics.count
    return makeError(
      pointee.errors.syntaxError,
      "module '\(record.name)' does not compile (\(count) error\(count == 1 ? "" : "s"))\n"
        + rendered)
  }

  /// The error of a first use after `lazy.seal()`.
  func sealedError(_ record: ModuleRecord, _ load: ModuleLoad) -> RaisedError {
    let place = record.importedAt.map { " (imported at \(describe($0)))" } ?? ""
    return importError(
      "module '\(record.name)' may not be loaded any more: imports are sealed\(place)")
  }

  /// What to add to the message about a missing name of a module that is still loading: the cycle.
  func loadingNote(_ module: ModuleReference) -> String {
    let names = cycle(of: module).map { pointee.modules.records[$0.number].name }
    guard let first = names.first else { return "" }
    return "; it is still loading (\((names + [first]).joined(separator: " → ")))"
  }

  /// Notes in an error about such a name which line leads from one module of the cycle to the next.
  func addCycle(of module: ModuleReference, to error: RaisedError) {
    let chain = cycle(of: module)
    guard let first = chain.first else { return }
    let next = chain.dropFirst() + [ModuleInLoading(number: first.number, load: first.load)]
    var notes: [String] = []
    for (step, (from, to)) in zip(chain, next).enumerated() {
      let isLast = step == chain.count - 1
      guard let place = isLast ? currentPlace : to.load.cause else { continue }
      let names = [from, to].map { pointee.modules.records[$0.number].name }
      notes.append("\(names[0]) → \(names[1]) at \(describeWithExpression(place))")
    }
    add(notes, to: error.value)
  }

  /// The modules that are loading, from `module` on; empty when it is not.
  private func cycle(of module: ModuleReference) -> ArraySlice<ModuleInLoading> {
    let number = module.pointee.record
    let record = pointee.modules.records[number]
    guard record.state == .loading, record.module == module,
      let start = pointee.modules.loading.firstIndex(where: { $0.number == number })
    else { return [] }
    return pointee.modules.loading[start...]
  }

  /// `<module 'm' from path>`, `<lazy module 'm' from path>`.
  func moduleDescription(of value: Value) -> String {
    let isProxy = value.tag == .proxy
    let number = isProxy ? value.proxy.pointee.record : value.module.pointee.record
    let record = pointee.modules.records[number]
    let location = record.location
    let place = location.isEmpty ? "" : " from \(location)"
    return "<\(isProxy ? "lazy " : "")module '\(record.name)'\(place)>"
  }
}
