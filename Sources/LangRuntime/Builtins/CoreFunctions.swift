import Lang

/// Built-in functions that look into objects and the machine itself.
enum CoreFunctions {
  nonisolated(unsafe) static let definitions: [NativeDefinition] = [
    NativeDefinition("type", "value", "Gives the class of a value.") {
      (call) throws(RaisedError) -> Value in
      Value(.class, call.engine.classOf(call[0]))
    },
    NativeDefinition(
      "isinstance", "value, class", "Tells whether a value is of a class or one of a tuple of them."
    ) { (call) throws(RaisedError) -> Value in
      .bool(try isInstance(call.engine, call[0], call[1]))
    },
    NativeDefinition(
      "getattr", "object, name, default?", "Gives the attribute of an object by its name."
    ) { (call) throws(RaisedError) -> Value in
      let symbol = try name(call, "getattr")
      if call[2].isUndefined { return try call.engine.attribute(of: call[0], symbol) }
      let value = try call.engine.attributeIfAny(of: call[0], symbol)
      return value.isUndefined ? call[2] : value
    },
    NativeDefinition(
      "setattr", "object, name, value", "Sets the attribute of an object by its name."
    ) { (call) throws(RaisedError) -> Value in
      try call.engine.setAttribute(of: call[0], try name(call, "setattr"), call[2])
      return .nil
    },
    NativeDefinition("hasattr", "object, name", "Tells whether an object has an attribute.") {
      (call) throws(RaisedError) -> Value in
      .bool(!(try call.engine.attributeIfAny(of: call[0], try name(call, "hasattr"))).isUndefined)
    },
    NativeDefinition("callable", "value", "Tells whether a value can be called.") {
      (call) throws(RaisedError) -> Value in
      switch call[0].tag {
      case .function, .native, .boundMethod, .class: return .true
      default: return .bool(call.engine.hasMethod(call[0], call.engine.pointee.names.call))
      }
    },
    NativeDefinition("dir", "object?", "Gives the sorted names of the attributes of an object.") {
      (call) throws(RaisedError) -> Value in
      try directory(call)
    },
    NativeDefinition("help", "object?", "Prints the documentation of an object.") {
      (call) throws(RaisedError) -> Value in
      try help(call)
    },
    NativeDefinition(
      "reload", "module",
      "Runs the current source of a module, given itself or by name, again into the same module."
    ) { (call) throws(RaisedError) -> Value in
      try call.engine.reload(try LazyModule.module(call, "reload"))
    },
    NativeDefinition(
      "exit", "status?", "Ends the program; `finally` blocks run. A text is printed as an error."
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let status = call[0].isUndefined ? Value.int(0) : call[0]
      guard status.isInt || status.isNil || status.isString else {
        throw engine.typeError(
          "exit() expects an int or a string, not \(engine.typeName(of: status))")
      }
      throw engine.exitError(status: status)
    },
  ]

  private static func name(
    _ call: NativeCall, _ function: String
  ) throws(RaisedError) -> Symbol {
    let text = try call.engine.expectString(
      call[1], "\(function)() expects the name as a string")
    return call.engine.symbol(of: text)
  }

  private static func isInstance(
    _ engine: Engine, _ value: Value, _ classes: Value
  ) throws(RaisedError) -> Bool {
    if classes.tag == .class { return engine.isInstance(value, of: classes.class) }
    guard classes.tag == .tuple else {
      throw engine.typeError(
        "isinstance() expects a class or a tuple of classes, not \(engine.typeName(of: classes))")
    }
    for position in 0..<classes.tuple.pointee.count {
      let item = try engine.resolved(classes.tuple.items[position])
      if try isInstance(engine, value, item) { return true }
    }
    return false
  }

  /// The names of an object's attributes, or of the calling module's variables.
  private static func directory(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    var value = call[0]
    if value.isUndefined {
      value = Value(
        .module, engine.pointee.frame.pointee.function.pointee.prototype.pointee.module)
    } else if value.tag == .proxy {
      value = try engine.load(value.proxy)
    }
    let names = engine.attributeNames(of: value)
    try engine.checkInterruption()
    let list = engine.makeList(capacity: names.count)
    for name in names { engine.append(engine.makeString(name), to: list) }
    return Value(.list, list)
  }

  private static func help(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    var text: String
    var value = call[0]
    if value.tag == .proxy { value = try engine.load(value.proxy) }
    switch value.tag {
    case .undefined:
      text = "help(x) shows what is known about x: a function, a class, a module."
    case .function: text = engine.helpText(value.function)
    case .native: text = engine.helpText(value.native)
    case .boundMethod:
      let method = value.boundMethod.pointee.method
      text =
        method.tag == .native ? engine.helpText(method.native) : engine.helpText(method.function)
    case .class: text = engine.helpText(value.class)
    case .module: text = engine.helpText(value.module)
    default:
      text = "\(engine.typeName(of: value)) value\n" + engine.helpText(engine.classOf(value))
    }
    text += "\n"
    engine.print(text)
    return .nil
  }
}

extension Engine {
  /// What `exit(status)` throws.
  func exitError(status: Value) -> RaisedError {
    let error = makeError(pointee.errors.exit, "")
    setField(error.value.instance, pointee.names.message, status)
    return error
  }

  fileprivate func helpText(_ function: FunctionReference) -> String {
    let code = function.pointee.prototype.pointee.source.takeUnretainedValue()
    // Nobody passes `self`.
    var parameters = code.parameters.dropFirst(code.isMethod ? 1 : 0).map {
      pointee.symbols.text(of: $0.symbol) + ($0.hasDefault ? "?" : "")
    }
    if code.rest != .none { parameters.append("..." + pointee.symbols.text(of: code.rest)) }
    let name = code.name == .none ? "" : " " + pointee.symbols.text(of: code.name)
    let head = "fn\(name)(\(parameters.joined(separator: ", ")))"
    return code.documentation == .none
      ? head : "\(head)\n\(plain(pointee.symbols.text(of: code.documentation)))"
  }

  /// The documentation as people read it.
  private func plain(_ text: String) -> String {
    DocumentationText(text).plainLines.joined(separator: "\n")
  }

  fileprivate func helpText(_ native: NativeReference) -> String {
    let (signature, text) = help(native)
    return text.isEmpty ? "fn \(signature)" : "fn \(signature)\n\(text)"
  }

  fileprivate func helpText(_ class: ClassReference) -> String {
    var lines = ["class \(pointee.symbols.text(of: `class`.pointee.name))"]
    if let base = `class`.pointee.base {
      lines[0] += "(\(pointee.symbols.text(of: base.pointee.name)))"
    }
    if `class`.pointee.documentation.isString {
      lines += DocumentationText(`class`.pointee.documentation.string.text).plainLines
    }
    var known: Set<Symbol> = []
    var current: ClassReference? = `class`
    while let owner = current {
      let members = memberHelp(of: owner, besides: &known)
      if !members.isEmpty {
        if owner != `class` {
          lines.append("from \(pointee.symbols.text(of: owner.pointee.name)):")
        }
        lines += members
      }
      current = owner.pointee.base
    }
    return lines.joined(separator: "\n")
  }

  /// The public members in a class's own body that no class derived from it has defined anew.
  private func memberHelp(of class: ClassReference, besides known: inout Set<Symbol>) -> [String] {
    var lines: [String] = []
    let members = `class`.pointee.members
    for position in 0..<members.count {
      let entry = members.entries.unsafelyUnwrapped[position]
      if pointee.symbols.bytes(of: entry.symbol).first == UInt8(ascii: "_") { continue }
      if !known.insert(entry.symbol).inserted { continue }
      var text: String
      switch entry.value.tag {
      case .function: text = helpText(entry.value.function)
      case .native: text = helpText(entry.value.native)
      default: continue
      }
      if entry.flags & UInt32(MemberFlags.getter) != 0 {
        // It is read without brackets.
        let behind = text.dropFirst("fn \(pointee.symbols.text(of: entry.symbol))()".count)
        text = "get \(pointee.symbols.text(of: entry.symbol))\(behind)"
      }
      lines.append(
        "  "
          + text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
          .map { $0 == 0 || $1.isEmpty ? "\($1)" : "    \($1)" }.joined(separator: "\n"))
    }
    return lines
  }

  fileprivate func helpText(_ module: ModuleReference) -> String {
    var lines = [moduleDescription(of: Value(.module, module))]
    let names = module.pointee.names
    if let entry = names.entry(pointee.names.moduleDocumentation) {
      let documentation = module.pointee.slots[entry.pointee.value.int]
      if documentation.isString {
        lines += DocumentationText(documentation.string.text).plainLines
      }
    }
    for position in 0..<names.count {
      let entry = names.entries.unsafelyUnwrapped[position]
      if pointee.symbols.bytes(of: entry.symbol).first == UInt8(ascii: "_") { continue }
      let value = module.pointee.slots[entry.value.int]
      switch value.tag {
      // What `from` has taken from another module is documented there.
      case .function where value.function.pointee.prototype.pointee.module == module:
        lines.append("  " + helpText(value.function).split(separator: "\n")[0])
      case .native: lines.append("  " + helpText(value.native).split(separator: "\n")[0])
      case .class where value.class.pointee.module == module:
        lines.append("  class " + pointee.symbols.text(of: entry.symbol))
      default: continue
      }
    }
    return lines.joined(separator: "\n")
  }

  /// `file:line:column  function`: one line of a stack.
  func describe(_ entry: TraceEntry) -> String {
    let text = entry.source.text
    let place = ErrorLocation.diagnostic("", at: entry.offset, in: entry.source)
    let location = text.location(of: place.place ?? place.range.start)
    return "\(entry.source.name):\(location.line):\(location.column)  \(entry.function)"
  }
}
