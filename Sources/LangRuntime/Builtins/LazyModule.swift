import Lang

/// The native module `lazy`: asks and steers the lazy imports of the program.
enum LazyModule {
  static func initialize(_ engine: Engine, _ module: ModuleReference) throws(RaisedError) {
    try engine.define(ruleDefinitions + questionDefinitions + sourceDefinitions, in: module)
    try engine.setVariable(of: module, engine.pointee.names.filter, .nil)
    engine.pointee.modules.lazyModule = module.pointee.record
  }

  // MARK: Rules

  nonisolated(unsafe) private static let ruleDefinitions: [NativeDefinition] = [
    NativeDefinition(
      "bypass", "...",
      "Imports the named modules eagerly from now on; `\"a.*\"` means all of a package."
    ) { (call) throws(RaisedError) -> Value in
      for name in try texts(call, "bypass") {
        call.engine.pointee.modules.rules.bypass(name, rule: "lazy.bypass(\"\(name)\")")
      }
      return .nil
    },
    NativeDefinition(
      "bypass_package", "...",
      "Imports the named packages, and all that is inside, eagerly from now on."
    ) { (call) throws(RaisedError) -> Value in
      for name in try texts(call, "bypass_package") {
        call.engine.pointee.modules.rules.bypassPackage(
          name, rule: "lazy.bypass_package(\"\(name)\")")
      }
      return .nil
    },
    NativeDefinition(
      "bypass_path", "...",
      "Imports eagerly, from now on, what lies at a location that contains one of the texts."
    ) { (call) throws(RaisedError) -> Value in
      for text in try texts(call, "bypass_path") {
        if text.isEmpty { throw call.engine.valueError("lazy.bypass_path() of an empty text") }
        call.engine.pointee.modules.rules.bypassLocations(
          containing: text, rule: "lazy.bypass_path(\"\(text)\")")
      }
      return .nil
    },
    NativeDefinition("disable", "", "Makes every import from now on load at once.") {
      (call) throws(RaisedError) -> Value in
      call.engine.pointee.modules.rules.isEnabled = false
      return .nil
    },
    NativeDefinition("enable", "", "Makes imports lazy again.") {
      (call) throws(RaisedError) -> Value in
      call.engine.pointee.modules.rules.isEnabled = true
      return .nil
    },
    NativeDefinition(
      "seal", "", "From now on nothing may be loaded: the first use of a pending module fails."
    ) { (call) throws(RaisedError) -> Value in
      call.engine.pointee.modules.rules.isSealed = true
      return .nil
    },
    NativeDefinition(
      "on_load", "function", "Calls the function after each load, with a map that describes it."
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      switch call[0].tag {
      case .function, .native, .boundMethod, .class, .instance: break
      default:
        throw engine.typeError(
          "lazy.on_load() expects a function, not \(engine.typeName(of: call[0]))")
      }
      engine.addLoadCallback(call[0])
      return .nil
    },
  ]

  // MARK: Questions

  nonisolated(unsafe) private static let questionDefinitions: [NativeDefinition] = [
    NativeDefinition(
      "is_lazy", "value",
      "Tells whether a value is a pending module or a name whose module was not asked yet.",
      takesUnresolved: true
    ) { (call) throws(RaisedError) -> Value in
      let value = call[0]
      if value.tag == .deferred { return .bool(value.deferred.pointee.resolved.isUndefined) }
      return .bool(value.tag == .proxy)
    },
    NativeDefinition("pending", "", "Gives the sorted names of the modules that are pending.") {
      (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let names = engine.pointee.modules.records.filter(\.isPending)
        .map(\.name).sorted()
      return engine.makeList(of: names)
    },
    NativeDefinition("load", "module", "Loads a module, given itself or by name, and gives it.") {
      (call) throws(RaisedError) -> Value in
      let number = try module(call, "lazy.load")
      return try call.engine.load(number, because: .asked)
    },
    NativeDefinition(
      "load_all", "prefix?",
      "Loads every pending module whose name begins so, and gives the names of those it loaded."
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      var prefix = ""
      if !call[0].isUndefined {
        prefix = try engine.expectString(
          call[0], "lazy.load_all() expects the beginning of names as a string"
        ).text
      }
      var loaded: [String] = []
      var number = 0
      // A module that is loaded may import others, which come behind it.
      while number < engine.pointee.modules.records.count {
        let record = engine.pointee.modules.records[number]
        if record.isPending && record.name.hasPrefix(prefix) {
          _ = try engine.load(number, because: .asked)
          loaded.append(record.shownName)
        }
        number += 1
      }
      return engine.makeList(of: loaded)
    },
    NativeDefinition(
      "references", "module", "Says in words what refers to a module or a deferred name.",
      takesUnresolved: true
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      var value = call[0]
      if value.isString { value = engine.reference(to: try module(call, "lazy.references")) }
      guard value.tag == .proxy || value.tag == .module || value.tag == .deferred else {
        throw engine.typeError(
          "lazy.references() expects a module or a deferred name, not \(engine.typeName(of: value))"
        )
      }
      return engine.makeList(of: engine.references(to: value))
    },
    NativeDefinition("events", "", "Gives what has happened to modules, as a list of maps.") {
      (call) throws(RaisedError) -> Value in
      try call.engine.makeEvents()
    },
    NativeDefinition(
      "report", "level?",
      "Prints what became of every module. Level 1 tells each load from now on, 0 ends that."
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let level =
        call[0].isUndefined
        ? 2 : try engine.expectInt(call[0], "lazy.report() expects 0, 1 or 2")
      guard 0...2 ~= level else {
        throw engine.valueError("lazy.report() expects 0, 1 or 2, not \(level)")
      }
      if level < 2 {
        engine.pointee.modules.log.level = level
      } else {
        engine.print(try engine.stoppableModuleReport().text)
      }
      return .nil
    },
    NativeDefinition("report_data", "", "Gives the numbers of the report as a map.") {
      (call) throws(RaisedError) -> Value in
      try call.engine.makeReport()
    },
  ]

  // MARK: Sources

  nonisolated(unsafe) private static let sourceDefinitions: [NativeDefinition] = [
    NativeDefinition(
      "source", "module", "Gives the source text of a module: as loaded, or as it is now."
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let record = engine.pointee.modules.records[try module(call, "lazy.source")]
      if let source = record.loadedSource, record.state != .pending {
        return try engine.makeText(source.bytes, "the source of module '\(record.name)'")
      }
      guard let folder = record.folder, let fileName = record.fileName else {
        throw engine.importError("module '\(record.name)' has no source")
      }
      let bytes: [UInt8]
      do throws(FileError) {
        bytes = try folder.read(fileName, unless: StopCheck(engine))
      } catch {
        if engine.pointee.isInterrupted != 0 { throw engine.interruption }
        throw engine.importError(
          "the source of module '\(record.name)' cannot be read: \(error.reason) "
            + "(\(record.location))")
      }
      return try engine.makeText(bytes, "the source of module '\(record.name)'")
    },
    NativeDefinition(
      "resource", "module, name", "Gives the bytes of a file that lies beside a module's source."
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let record = engine.pointee.modules.records[try module(call, "lazy.resource")]
      let name = try engine.expectString(
        call[1], "lazy.resource() expects the name of a file as a string"
      ).text
      let parts = name.split(separator: "/", omittingEmptySubsequences: false)
      if parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) || name.contains("\\")
        || name.utf8.contains(0)
      {
        throw engine.valueError(
          "lazy.resource() expects a file beside the module or below, not \"\(name)\"")
      }
      guard let folder = record.folder ?? record.programFolder else {
        throw engine.importError("module '\(record.name)' lies in no folder")
      }
      let bytes: [UInt8]
      do throws(FileError) {
        bytes = try folder.read(name, unless: StopCheck(engine))
      } catch {
        if engine.pointee.isInterrupted != 0 { throw engine.interruption }
        throw engine.ioError("cannot read '\(folder.path)/\(name)': \(error.reason)")
      }
      let result = Result { () throws(RaisedError) in
        try engine.reserve(bytes.count)
        return try engine.withBuffer(of: bytes) { (start, count) throws(RaisedError) in
          try engine.makeBytes(copying: start, count: count)
        }
      }
      LargeMemory.free(consume bytes)
      return try result.get()
    },
    NativeDefinition(
      "previous", "name, default?",
      "While a module is reloaded: the value that its variable had before; otherwise the default."
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let name = try engine.expectString(
        call[0], "lazy.previous() expects the name of a variable as a string")
      let prototype = engine.pointee.frame.pointee.function.pointee.prototype
      let record = engine.pointee.modules.records[prototype.pointee.module.pointee.record]
      // Only code of the module that is being reloaded sees the old values.
      if let old = record.reloading, prototype.pointee.module != old,
        let entry = old.pointee.names.entry(engine.symbol(of: name))
      {
        let value = old.pointee.slots[entry.pointee.value.int]
        if !value.isUndefined { return value }
      }
      return call[1].isUndefined ? .nil : call[1]
    },
  ]

  // MARK: Arguments

  /// All arguments, which must be strings.
  private static func texts(
    _ call: NativeCall, _ function: String
  ) throws(RaisedError) -> [String] {
    var texts: [String] = []
    for position in 0..<call.count {
      texts.append(
        try call.engine.expectString(call[position], "lazy.\(function)() expects strings").text)
    }
    return texts
  }

  /// The number of the module that the first argument is or names; a name is looked for.
  ///
  /// - Parameter function: How messages name the function that was called.
  static func module(_ call: NativeCall, _ function: String) throws(RaisedError) -> Int {
    let engine = call.engine
    switch call[0].tag {
    case .proxy: return call[0].proxy.pointee.record
    case .module: return call[0].module.pointee.record
    case .string:
      let name = call[0].string.text
      guard !name.isEmpty, let number = try engine.findModule(name, for: engine.currentPlace)
      else {
        throw engine.missingModule(name)
      }
      return number
    default:
      throw engine.typeError(
        "\(function)() expects a module or its name, not \(engine.typeName(of: call[0]))")
    }
  }
}

extension Engine {
  /// `lazy.filter`, when the program has set it.
  var importFilter: Value? {
    guard let number = pointee.modules.lazyModule,
      let module = pointee.modules.records[number].module,
      let entry = module.pointee.names.entry(pointee.names.filter)
    else { return nil }
    let value = module.pointee.slots[entry.pointee.value.int]
    return value.isNil || value.isUndefined ? nil : value
  }

  /// A list of strings.
  func makeList(of texts: [String]) -> Value {
    let list = makeList(capacity: texts.count)
    for text in texts { append(makeString(text), to: list) }
    return Value(.list, list)
  }
}
