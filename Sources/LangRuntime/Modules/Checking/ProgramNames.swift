import Lang

// Whether modules have the names that others want of them.

/// A name that a module does not have, as far as its source says.
struct MissingName {
  /// What the program does with it.
  enum Form {
    case imported, attribute, variable
  }
  /// The node in which it is wanted.
  let importer: Int
  /// The node that does not have it; for a variable, the importer.
  let module: Int
  let name: String
  let range: SourceRange
  let form: Form
  /// What else to say.
  var help: String?
}

extension ProgramReader {
  /// What a module has under a name.
  enum Found {
    /// A variable, or the name is provided in some other way.
    case present
    /// Another module: a submodule, or a variable that an import binds.
    case module(Int)
    case missing
    /// The module's names are not all known.
    case unknown
  }

  /// A variable of a module, as its source says.
  private enum Variable {
    case none, unknown, plain
    case module(Int)
    /// Bound by `from m import x`.
    case imported(name: String, from: Int)
  }

  // MARK: Looking up

  /// A name of a module.
  private struct Place: Hashable {
    var module: Int
    var name: String
  }

  /// What `module` has under `name`; submodules are found now.
  func find(_ name: String, in module: Int) -> Found {
    var place = Place(module: module, name: name)
    var seen: Set<Place> = []
    // A name may be handed on from module to module.
    while true {
      seen.insert(place)
      var isUnknown = false
      var isCircle = false
      switch variable(place.name, of: place.module) {
      case .plain: return .present
      case .module(let number): return .module(number)
      case .imported(let imported, let source):
        let next = Place(module: source, name: imported)
        if !seen.contains(next) {
          place = next
          continue
        }
        // Nobody has it, unless as a submodule: `from . import x` in the package itself.
        isCircle = true
      case .unknown: isUnknown = true
      case .none: break
      }
      if let submodule = submodule(place.name, of: place.module) { return .module(submodule) }
      if isUnknown || nodes[place.module].variables["__getattr__"] != nil { return .unknown }
      // What a module on the way lacks is reported there.
      return seen.count == 1 || isCircle ? .missing : .present
    }
  }

  /// A module's variable: its own, or one that an `import *` brings.
  private func variable(_ name: String, of module: Int) -> Variable {
    var waiting = [module]
    var seen: Set<Int> = [module]
    var isUnknown = false
    while let current = waiting.popLast() {
      resolveImports(of: current)
      if nodes[current].isUnknown { isUnknown = true }
      if let binding = nodes[current].variables[name] { return meaning(binding, in: current) }
      if name.hasPrefix("_") { break }
      for star in nodes[current].stars {
        guard let target = nodes[current].targets[star] else {
          isUnknown = true
          continue
        }
        if seen.insert(target).inserted { waiting.append(target) }
      }
    }
    return isUnknown ? .unknown : .none
  }

  private func meaning(_ binding: Int, in module: Int) -> Variable {
    if binding < 0 { return .plain }
    let imports = nodes[module].outline.bindings[binding].imports
    let alternatives = nodes[module].alternatives[binding]
    if imports.count == 1, nodes[module].outline.imports[imports[0]].kind == .name,
      let target = nodes[module].targets[imports[0]]
    {
      return .imported(name: nodes[module].outline.imports[imports[0]].name, from: target)
    }
    let areModules = imports.allSatisfy { nodes[module].outline.imports[$0].kind == .module }
    return areModules && alternatives.count == 1 ? .module(alternatives[0]) : .plain
  }

  private func submodule(_ name: String, of module: Int) -> Int? {
    let record = nodes[module].record
    guard record.isPackage else { return nil }
    let number = try? engine.findModule(record.submoduleName(name))
    return number.map { node(ofRecord: $0) }
  }

  // MARK: Checking

  /// Looks at all that a module wants of others; its imports and theirs have been read.
  func checkNames(of position: Int) {
    let outline = nodes[position].outline
    for (number, statement) in outline.imports.enumerated() where statement.kind == .name {
      checkImportedName(statement, number, in: position)
    }
    guard outline.parses else { return }
    checkUses(outline, in: position)
    for wanted in outline.starNames where !wanted.isGuarded {
      if case .none = variable(wanted.name, of: position) {
        missing.append(
          MissingName(
            importer: position, module: position, name: wanted.name, range: wanted.range,
            form: .variable))
      }
    }
  }

  private func checkImportedName(
    _ statement: ModuleOutline.Import, _ number: Int, in position: Int
  ) {
    guard let target = nodes[position].targets[number] else { return }
    switch find(statement.name, in: target) {
    case .module(let submodule): noteSubmodule(submodule, in: position)
    case .missing where nodes[position].outline.parses:
      // A name is looked for when it is used first, not where the `try` stands.
      if statement.isGuarded && (statement.isEager || !statement.isUsedUnguarded) { return }
      missing.append(
        MissingName(
          importer: position, module: target, name: statement.name, range: statement.nameRange,
          form: .imported,
          help: statement.isGuarded
            ? "a name is looked for at its first use, which is outside of this try; "
              + "'eager from' looks for it here" : nil))
    default: break
    }
  }

  private func noteSubmodule(_ submodule: Int, in position: Int) {
    if nodes[position].submoduleSet.insert(submodule).inserted {
      nodes[position].submodules.append(submodule)
    }
  }

  private func checkUses(_ outline: ModuleOutline, in position: Int) {
    let modules = outline.bindings.indices.map { binding in
      outline.bindings[binding].isImportOnly ? self.modules(boundTo: binding, in: position) : []
    }
    for (binding, bound) in zip(outline.bindings, modules) where binding.escapes {
      for module in bound { nodes[module].escapes = true }
    }
    // The modules that each use may be; receivers come before what is looked up in them.
    var results: [[Int]] = []
    results.reserveCapacity(outline.uses.count)
    for use in outline.uses {
      let receivers = use.receiver >= 0 ? modules[use.receiver] : results[~use.receiver]
      if use.action == .write {
        for module in receivers {
          if use.name.isEmpty { nodes[module].isOpen = true }
          nodes[module].attributesSet.insert(use.name)
        }
        results.append([])
        continue
      }
      var found: [Int] = []
      var lacking = 0
      for module in receivers {
        switch find(use.name, in: module) {
        case .module(let number):
          if !found.contains(number) { found.append(number) }
          noteSubmodule(number, in: position)
          if !use.isReceiver { nodes[number].escapes = true }
        case .missing: lacking += 1
        case .present, .unknown: break
        }
      }
      results.append(found)
      // Of alternatives one suffices: the program may ask which it has.
      if lacking > 0 && lacking == receivers.count && use.action == .read && !use.isGuarded {
        missing.append(
          MissingName(
            importer: position, module: receivers[0], name: use.name, range: use.range,
            form: .attribute))
      }
    }
  }

  /// The modules that a variable may be bound to by its imports.
  private func modules(boundTo binding: Int, in position: Int) -> [Int] {
    let statements = nodes[position].outline.bindings[binding].imports
    var modules = nodes[position].alternatives[binding]
    for number in statements where nodes[position].outline.imports[number].kind == .name {
      guard let target = nodes[position].targets[number] else { continue }
      let name = nodes[position].outline.imports[number].name
      // Otherwise it is something of which nothing is known.
      guard case .module(let module) = find(name, in: target) else { return [] }
      if !modules.contains(module) { modules.append(module) }
    }
    return modules
  }

  // MARK: Reporting

  /// Reports what is missing, now that it is known what is set from outside.
  func reportMissingNames() {
    struct Key: Hashable {
      let importer: Int, module: Int, name: String, form: MissingName.Form
    }
    var places: [Key: [SourceRange]] = [:]
    for wanted in missing {
      places[
        Key(importer: wanted.importer, module: wanted.module, name: wanted.name, form: wanted.form),
        default: []
      ].append(wanted.range)
    }
    for wanted in missing where !mayBeSet(wanted) {
      let key = Key(
        importer: wanted.importer, module: wanted.module, name: wanted.name, form: wanted.form)
      // One report for all places of a module.
      guard let ranges = places.removeValue(forKey: key) else { continue }
      report(
        message(wanted), at: ranges[0], also: Array(ranges.dropFirst()), in: wanted.importer,
        help: help(wanted))
    }
    missing = []
  }

  private func mayBeSet(_ wanted: MissingName) -> Bool {
    let node = nodes[wanted.module]
    if node.isOpen || node.attributesSet.contains(wanted.name) { return true }
    return node.escapes && (setsAnyAttribute || foreignAttributes.contains(wanted.name))
  }

  private func message(_ wanted: MissingName) -> String {
    let module = nodes[wanted.module].record.name
    switch wanted.form {
    case .imported: return "cannot import name '\(wanted.name)' from module '\(module)'"
    case .attribute: return "module '\(module)' has no attribute '\(wanted.name)'"
    case .variable: return "undefined name '\(wanted.name)'"
    }
  }

  private func help(_ wanted: MissingName) -> String? {
    if let near = Spelling.nearest(to: wanted.name, among: candidates(wanted)) {
      return "did you mean '\(near)'?"
    }
    return wanted.help
  }

  /// The names that could have been meant.
  private func candidates(_ wanted: MissingName) -> [String] {
    var names: [String] = []
    var waiting = [wanted.module]
    var seen: Set<Int> = [wanted.module]
    while let current = waiting.popLast() {
      let node = nodes[current]
      names += node.variables.keys.filter { !$0.hasPrefix("_") }
      for star in node.stars {
        if let target = node.targets[star], seen.insert(target).inserted { waiting.append(target) }
      }
    }
    let record = nodes[wanted.module].record
    if record.isPackage { names += (try? record.folder?.moduleNames()) ?? [] }
    if wanted.form == .variable { names += BuiltinNames.all.map { "\($0)" } }
    return names
  }
}
