import Lang

// What happened to modules, as values of a program: `lazy.events()`, and what functions given to
// `lazy.on_load` get.

extension Engine {
  /// `lazy.events()`: a list of maps.
  func makeEvents() throws(RaisedError) -> Value {
    let reader = PlaceReader()
    let importers = ModuleImporters(pointee.modules.records)
    let events = pointee.modules.log.events
    let list = makeList(capacity: events.count)
    for (position, event) in events.enumerated() {
      // An event is about a kilobyte; the limit of memory holds for all of them.
      if position % 64 == 0 { try reserve(1 << 16) }
      append(try makeValue(describe(event, reader, importers)), to: list)
    }
    return Value(.list, list)
  }

  /// The same as plain data.
  func plainEvents() -> [PlainValue] {
    let reader = PlaceReader()
    let importers = ModuleImporters(pointee.modules.records)
    return pointee.modules.log.events.map { describe($0, reader, importers) }
  }

  /// The event of a load or reload that has just succeeded: the same map as in `lazy.events()`.
  func makeLoadEvent(
    _ number: Int, _ record: ModuleRecord, _ load: ModuleLoad
  ) throws(RaisedError) -> Value {
    let kind: ModuleEvent.Kind = load.isReload ? .reload : .loaded
    let known = pointee.modules.log.last(kind, of: load)
    let event =
      known
      ?? ModuleEvent(
        time: pointee.modules.log.now, place: load.cause, module: Int32(number), load: load,
        detail: -1, count: 0, kind: kind)
    return try makeValue(describe(event, PlaceReader(), nil))
  }

  /// The line that `lazy.report(1)` writes for a load.
  func loadLine(_ record: ModuleRecord, _ load: ModuleLoad) -> String {
    var text = "lazy: \(load.isReload ? "reloaded" : "loaded") \(record.shownName) ("
    switch record.form {
    case .native: text += "native"
    case .folder: text += "folder"
    case .file, .package, .program, .machine:
      text += "\(ReportUnits.bytes(load.sourceBytes)) source"
    }
    text += ", \(ReportUnits.bytes(load.allocated + load.codeBytes)) memory"
    text += ", \(ReportUnits.milliseconds(load.reading + load.parsing + load.evaluating)))"
    if let cause = PlaceReader().read(load.cause) {
      text += " for \(PathShortener(self).shorten(cause.file)):\(cause.line)"
      if let expression = cause.expression { text += " \(expression)" }
    }
    return text
  }

  /// The fields of an event; those that follow a load say nothing of importers.
  private func describe(
    _ event: ModuleEvent, _ reader: PlaceReader, _ importers: ModuleImporters?
  ) -> PlainValue {
    let record = pointee.modules.records[Int(event.module)]
    var fields = [
      PlainField("event", .string(event.kind.name)),
      PlainField("module", .string(record.shownName)),
      PlainField("time", PlainValue(nanoseconds: event.time)),
    ]
    fields += ModulePlace.fields(reader.read(event.place))
    switch event.kind {
    case .find, .bind, .findAndBind, .bypass, .load:
      fields.append(PlainField("importer", PlainValue(importers?.name(at: event.place))))
    case .loaded, .patch, .fail, .reload, .forget: break
    }
    switch event.kind {
    case .find, .bind, .findAndBind, .forget: break
    case .bypass:
      let rules = pointee.modules.log.rules
      let rule = rules.indices.contains(Int(event.detail)) ? rules[Int(event.detail)] : nil
      fields.append(PlainField("reason", PlainValue(rule)))
    case .patch:
      let symbol = event.detail < 0 ? nil : Symbol(UInt32(event.detail))
      fields.append(PlainField("name", PlainValue(symbol.map { pointee.symbols.text(of: $0) })))
      fields.append(PlainField("patched", .int(Int(event.count))))
    case .load: fields.append(PlainField("reason", PlainValue(event.load?.reason.text)))
    case .loaded, .fail, .reload:
      fields += event.load.map(LoadFigures.fields) ?? []
      let isPending = event.kind == .reload && event.load == nil
      let error = isPending ? "module '\(record.name)' is not loaded yet" : event.load?.failure
      fields.append(PlainField("error", PlainValue(error)))
    }
    return .map(fields)
  }
}

extension ModuleEvent.Kind {
  /// What programs call it.
  var name: String {
    switch self {
    case .find: "find"
    case .bind, .findAndBind: "bind"
    case .load: "load"
    case .loaded: "loaded"
    case .patch: "patch"
    case .fail: "fail"
    case .reload: "reload"
    case .bypass: "bypass"
    case .forget: "forget"
    }
  }
}

/// How events tell of loads.
enum LoadFigures {
  static func fields(of load: ModuleLoad) -> [PlainField] {
    [
      PlainField("reason", .string(load.isReload ? "reload" : load.reason.text)),
      PlainField("source_bytes", .int(load.sourceBytes)),
      PlainField("read_time", PlainValue(nanoseconds: load.reading)),
      PlainField("parse_time", PlainValue(nanoseconds: load.parsing)),
      PlainField("evaluate_time", PlainValue(nanoseconds: load.evaluating)),
      PlainField("allocated", .int(load.allocated)),
      PlainField("code_bytes", .int(load.codeBytes)),
      PlainField("patched", .int(load.patched)),
      PlainField("changed", .bool(load.isChanged)),
    ]
  }
}
