import Lang

// What a session knows of its names, for prompts: completion, lists of variables. Nothing here runs
// code of the program or loads a module.

extension MachineSession {
  /// A variable of the session, as ``variables(showing:)`` lists it.
  public struct Variable: Sendable {
    /// Its name.
    public let name: String
    /// `int`, `function`, `module`; `name` for one from a module that was not asked yet.
    public let type: String
    /// A short `repr`; of instances only the class, since their `repr` may be a method.
    public let value: ShownValue
  }

  /// The variables that the session has declared, in order.
  ///
  /// Runs and loads nothing.
  public func variables(showing limits: ShownValue.Limits) -> [Variable] {
    guard let module else { return [] }
    let engine = machine.engine
    var variables: [Variable] = []
    for symbol in globals {
      let name = engine.pointee.symbols.text(of: symbol)
      if name.hasPrefix("_") { continue }
      guard let entry = module.pointee.names.entry(symbol) else { continue }
      let value = module.pointee.slots[entry.pointee.value.int]
      if value.isUndefined { continue }
      variables.append(
        Variable(
          name: name, type: value.tag == .deferred ? "name" : engine.typeName(of: value),
          value: engine.showQuietly(value, limits)))
    }
    return variables
  }

  /// The names that can follow: of variables and built-ins for an empty path, of attributes for `["m", "x"]`.
  ///
  /// Runs and loads nothing: of a module that is not loaded the source is read. In no certain order, and
  /// some may be there twice.
  public func names(at path: [String]) -> [String] {
    let engine = machine.engine
    guard !path.isEmpty else {
      var names = BuiltinNames.all.map { "\($0)" }
      names += globals.map { engine.pointee.symbols.text(of: $0) }
      return names.filter { !$0.hasPrefix("__") && $0 != "_" }
    }
    if let value = value(at: path) { return engine.quietNames(of: value) }
    // A module in a package that is not loaded.
    guard let package = moduleName(at: [path[0]]) else { return [] }
    let name = ([package] + path.dropFirst()).joined(separator: ".")
    return engine.pointee.modules.byName[name] == nil ? [] : engine.quietNames(ofModule: name)
  }

  /// What a path of names leads to, as far as that can be found without running anything.
  func value(at path: [String]) -> Value? {
    guard let first = path.first, var value = variable(first) else { return nil }
    for name in path.dropFirst() {
      let symbol = machine.engine.pointee.symbols.intern(name)
      guard let next = machine.engine.quietAttribute(of: value, symbol) else { return nil }
      value = next
    }
    return value
  }

  /// The value of a variable or built-in; a deferred name counts when it was resolved.
  private func variable(_ name: String) -> Value? {
    let engine = machine.engine
    if let module, let entry = module.pointee.names.entry(engine.pointee.symbols.intern(name)) {
      let value = module.pointee.slots[entry.pointee.value.int]
      if !value.isUndefined { return engine.current(value) }
    }
    for (number, known) in BuiltinNames.all.enumerated() where "\(known)" == name {
      return engine.pointee.builtins[number]
    }
    return nil
  }

  /// The bytecode of the function or method that a path like `["m", "f"]` leads to.
  ///
  /// Nil when it leads to nothing, or to something that has none. Runs and loads nothing.
  public func disassembly(at path: [String]) -> String? {
    guard let function = function(at: path) else { return nil }
    let unit = function.pointee.prototype.pointee.unit._withUnsafeGuaranteedRef { $0 }
    let code = function.pointee.prototype.pointee.source._withUnsafeGuaranteedRef { $0 }
    return Disassembler(unit.compiled, source: unit.source.text).text(of: code)
  }

  private func function(at path: [String]) -> FunctionReference? {
    guard var value = value(at: path) else { return nil }
    let engine = machine.engine
    if value.tag == .boundMethod { value = value.boundMethod.pointee.method }
    if value.tag == .class {
      value = engine.member(engine.pointee.symbols.intern("init"), of: value.class)?.value ?? value
    }
    return value.tag == .function ? value.function : nil
  }
}

extension Engine {
  /// A short description that runs no code of the program and resolves nothing.
  func showQuietly(_ value: Value, _ limits: ShownValue.Limits) -> ShownValue {
    switch value.tag {
    case .deferred:
      if !value.deferred.pointee.resolved.isUndefined {
        return showQuietly(value.deferred.pointee.resolved, limits)
      }
      let module = pointee.modules.records[value.deferred.pointee.record].name
      return .text("from \(module), not used yet", .lazyModule, cut: 0)
    case .list, .tuple, .map, .set, .instance:
      let count =
        switch value.tag {
        case .list: counted(value.list.pointee.count, "item")
        case .tuple: counted(value.tuple.pointee.count, "item")
        case .map: counted(value.map.pointee.count, "entry", "entries")
        case .set: counted(value.set.pointee.count, "item")
        default: "<\(typeName(of: value)) object>"
        }
      return .text(count, .other, cut: 0)
    default:
      return (try? show(value, limits)) ?? .text("?", .other, cut: 0)
    }
  }

  private func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count) \(count == 1 ? one : many ?? one + "s")"
  }

  /// An attribute of a value, without running or loading anything; nil when that cannot be.
  func quietAttribute(of value: Value, _ name: Symbol) -> Value? {
    switch value.tag {
    case .module:
      guard let entry = value.module.pointee.names.entry(name) else {
        let inside = pointee.modules.records[value.module.pointee.record]
          .submoduleName(pointee.symbols.text(of: name))
        guard let number = pointee.modules.byName[inside] else { return nil }
        let record = pointee.modules.records[number]
        return record.state == .loaded ? record.module.map { Value(.module, $0) } : nil
      }
      let found = value.module.pointee.slots[entry.pointee.value.int]
      return found.isUndefined ? nil : current(found)
    case .instance:
      let found = field(value.instance, name)
      if !found.isUndefined { return current(found) }
      return (member(name, of: classOf(value))?.value).map { current($0) }
    case .class: return (member(name, of: value.class)?.value).map { current($0) }
    case .proxy, .deferred: return nil
    default: return (member(name, of: classOf(value))?.value).map { current($0) }
    }
  }

  /// The names of a value's attributes, without running or loading anything.
  func quietNames(of value: Value) -> [String] {
    switch value.tag {
    case .deferred: return []
    case .proxy:
      return quietNames(ofModule: pointee.modules.records[value.proxy.pointee.record].name)
    case .module:
      let record = pointee.modules.records[value.module.pointee.record]
      let inside = record.isPackage ? importableModules(in: record.name) : []
      return unsortedAttributeNames(of: value, unless: StopCheck(self)) + inside
    default: return unsortedAttributeNames(of: value, unless: StopCheck(self))
    }
  }
}
