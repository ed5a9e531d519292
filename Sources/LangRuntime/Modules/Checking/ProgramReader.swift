import Lang

/// Reads a program and what it reaches, for ``ProgramGraph``.
///
/// Modules are found by a machine of its own, exactly as that would find them to run them. A work list
/// takes the place of recursion: first what import statements name is read, module by module; when no
/// new module turns up, the names are looked at, which may lead to further modules.
final class ProgramReader {
  /// What is known of a module.
  struct Node {
    let record: ModuleRecord
    /// The number of the record.
    let number: Int
    var isRead = false
    var source: LoadedSource?
    var outline = ModuleOutline()
    /// Each of its variables: the binding when nothing but imports gives it a value, or -1.
    var variables: [String: Int] = [:]
    /// The modules that its imports name; nil for those that are missing.
    var targets: [Int?] = []
    var isResolved = false
    /// For each binding the modules that an `import` may give it.
    var alternatives: [[Int]] = []
    /// The imports that are `import *`, the last first.
    var stars: [Int] = []
    /// The modules found as names of packages, in the order of the source.
    var submodules: [Int] = []
    var submoduleSet: Set<Int> = []
    /// Attributes that modules set on it.
    var attributesSet: Set<String> = []
    /// Somebody may set any attribute on it.
    var isOpen = false
    /// It is handed to where attributes may be set without anybody seeing which module it is.
    var escapes = false
    /// Its variables are not known: it could not be read, or does not parse.
    var isUnknown = false
    var problems: [Diagnostic] = []
  }

  private let machine: Machine
  var engine: Engine { machine.engine }
  var nodes: [Node] = []
  private var nodeOfRecord: [Int: Int] = [:]
  /// What to report unless something sets the attribute after all.
  var missing: [MissingName] = []
  /// Attributes that are set on objects of which nothing is known.
  var foreignAttributes: Set<String> = []
  var setsAnyAttribute = false
  /// The root is a folder, of whose files nobody has said which are modules and which are scripts.
  var checksFolder = false

  init(machine original: Machine) {
    machine = Machine(
      modulePath: original.engine.pathTexts.map { String(decoding: $0, as: UTF8.self) })
    engine.pointee.modules.knownLibrary = original.engine.library
    engine.pointee.modules.natives = original.engine.pointee.modules.natives
    engine.pointee.modules.maySystemBeUsed = original.engine.pointee.modules.maySystemBeUsed
    engine.setNativeStackLimit()
  }

  // MARK: Nodes

  /// The node of the module with a number in the engine's table, added when it is new.
  func node(ofRecord number: Int) -> Int {
    if let known = nodeOfRecord[number] { return known }
    nodes.append(Node(record: engine.pointee.modules.records[number], number: number))
    nodeOfRecord[number] = nodes.count - 1
    return nodes.count - 1
  }

  /// Adds the program.
  @discardableResult
  func addProgram(_ source: LoadedSource, folder: ModuleFolder, package: String = "") -> Int {
    let record = ModuleRecord(name: "__main__", folder: nil, form: .program)
    record.loadedSource = source
    record.history.programFolder = folder
    record.history.programPackage = package
    return node(ofRecord: engine.addModule(record))
  }

  /// Finds a module and adds it behind the packages around it; nil when there is none.
  func findModule(_ name: String) throws(RaisedError) -> Int? {
    guard let number = try engine.findModule(name) else { return nil }
    if let known = nodeOfRecord[number] { return known }
    for end in name.indices where name[end] == "." {
      if let package = engine.pointee.modules.byName[String(name[..<end])] {
        _ = node(ofRecord: package)
      }
    }
    return node(ofRecord: number)
  }

  // MARK: Reading

  /// Reads everything that can be reached from the nodes that there are.
  ///
  /// - Parameter checkingNames: Report names that are missing; modules that are missing always are.
  func readEverything(checkingNames: Bool = true) {
    var reached = 0
    var checked = 0
    while checked < nodes.count {
      while reached < nodes.count {
        resolveImports(of: reached)
        reached += 1
      }
      checkNames(of: checked)
      checked += 1
    }
    if checkingNames { reportMissingNames() }
  }

  /// Reads and compiles a module unless that was done.
  func read(_ position: Int) {
    if nodes[position].isRead { return }
    nodes[position].isRead = true
    let record = nodes[position].record
    switch record.form {
    case .native, .machine: readNative(position)
    case .folder: nodes[position].outline.names = PredefinedGlobals.all.map { "\($0)" }
    case .program: readSource(position, record.source)
    case .file, .package:
      let location = record.location
      do throws(FileError) {
        guard let folder = record.folder, let fileName = record.fileName else { return }
        let bytes = try folder.read(fileName)
        readSource(position, LoadedSource(name: location, location: location, bytes: bytes))
      } catch {
        nodes[position].isUnknown = true
        nodes[position].source = LoadedSource(name: location, location: location, bytes: [])
        nodes[position].problems = [
          Diagnostic(
            "module '\(record.name)' cannot be read: \(error.reason)", at: SourceRange(0, 0))
        ]
      }
    }
    for name in nodes[position].outline.names { nodes[position].variables[name] = -1 }
    for (number, binding) in nodes[position].outline.bindings.enumerated()
    where binding.isGlobal && binding.isImportOnly {
      nodes[position].variables[binding.name] = number
    }
  }

  private func readSource(_ position: Int, _ source: LoadedSource) {
    let outline = source.bytes.withUnsafeBufferPointer { Compilation.outline($0) }
    nodes[position].source = source
    nodes[position].isUnknown = !outline.parses
    nodes[position].problems = outline.diagnostics
    foreignAttributes.formUnion(outline.foreignAttributes)
    if outline.setsAnyAttribute { setsAnyAttribute = true }
    nodes[position].outline = outline
  }

  /// The names of a native module are those that it has once it is made; nothing of the language runs.
  private func readNative(_ position: Int) {
    do throws(RaisedError) {
      let module = try engine.load(nodes[position].number, because: .asked).module
      let names = module.pointee.names
      for number in 0..<names.count {
        let entry = names.entries.unsafelyUnwrapped[number]
        nodes[position].outline.names.append(engine.pointee.symbols.text(of: entry.symbol))
      }
    } catch {
      nodes[position].isUnknown = true
    }
  }

  // MARK: Import statements

  /// Finds the modules that import statements name; none of them is read.
  func resolveImports(of position: Int) {
    if nodes[position].isResolved { return }
    nodes[position].isResolved = true
    read(position)
    let imports = nodes[position].outline.imports
    nodes[position].targets.reserveCapacity(imports.count)
    var previous: (range: SourceRange, target: Int?)?
    for statement in imports {
      // The names of one `from` statement share the module, and what is wrong with it.
      if let previous, statement.kind == .name, previous.range == statement.range {
        nodes[position].targets.append(previous.target)
        continue
      }
      let target = target(of: statement, in: position)
      nodes[position].targets.append(target)
      previous = (statement.range, target)
    }
    nodes[position].stars = imports.indices.reversed().filter { imports[$0].kind == .star }
    nodes[position].alternatives = nodes[position].outline.bindings.map { binding in
      var modules: [Int] = []
      var seen: Set<Int> = []
      for number in binding.imports where imports[number].kind == .module {
        guard let target = nodes[position].targets[number] else { continue }
        let module = bound(imports[number], target)
        if seen.insert(module).inserted { modules.append(module) }
      }
      return modules
    }
  }

  /// The module that the variable of an `import` gets: the outermost package, unless there is an `as`.
  private func bound(_ statement: ModuleOutline.Import, _ target: Int) -> Int {
    if statement.bindsLeaf || statement.level > 0 || statement.path.count == 1 { return target }
    var name = nodes[target].record.name[...]
    for _ in 1..<statement.path.count {
      guard let dot = name.lastIndex(of: ".") else { break }
      name = name[..<dot]
    }
    let number = engine.pointee.modules.byName[String(name)]
    return number.map { node(ofRecord: $0) } ?? target
  }

  /// The module that an import names; reports that it is missing.
  private func target(of statement: ModuleOutline.Import, in position: Int) -> Int? {
    do throws(RaisedError) {
      let name = try fullName(of: statement, in: position)
      if let found = try findModule(name) { return found }
      if let beside = nameBeside(statement, in: position), let found = try findModule(beside) {
        return found
      }
      if !statement.isGuarded { throw engine.missingModule(name) }
    } catch {
      // What stands in a text that does not parse may have been misunderstood.
      if !statement.isGuarded && nodes[position].outline.parses {
        report(engine.errorMessage(error.value), at: statement.range, in: position)
      }
    }
    return nil
  }

  private func fullName(
    of statement: ModuleOutline.Import, in position: Int
  ) throws(RaisedError) -> String {
    // As a script, a file may import what lies beside it.
    if checksFolder, statement.level == 1, nodes[position].record.package.isEmpty {
      return statement.path.joined(separator: ".")
    }
    return try engine.absoluteName(
      level: statement.level, path: statement.path, importer: nodes[position].number)
  }

  /// The name that an import has if the file, which lies in a plain folder, is a script: then it finds
  /// what lies beside it.
  private func nameBeside(_ statement: ModuleOutline.Import, in position: Int) -> String? {
    let package = nodes[position].record.package
    guard checksFolder, statement.level == 0, !package.isEmpty,
      let number = engine.pointee.modules.byName[package],
      engine.pointee.modules.records[number].form == .folder
    else { return nil }
    return "\(package).\(statement.path.joined(separator: "."))"
  }

  func report(
    _ message: String, at range: SourceRange, also: [SourceRange] = [], in position: Int,
    help: String? = nil
  ) {
    nodes[position].problems.append(
      Diagnostic(message, at: range, secondary: also, help: help))
  }

  // MARK: The result

  /// What was read, in the order in which it was reached.
  var graph: ProgramGraph {
    ProgramGraph(
      modules: nodes.map { node in
        ProgramGraph.Module(
          name: node.record.name, form: form(of: node.record), location: node.record.location,
          sourceName: node.source?.name ?? node.record.name, source: node.source?.bytes ?? [],
          imports: zip(node.outline.imports, node.targets).map { statement, target in
            ProgramGraph.Import(
              target: target, name: statement.kind == .star ? "*" : statement.name,
              offset: statement.range.start, isEager: statement.isEager,
              isGuarded: statement.isGuarded)
          },
          submodules: node.submodules,
          problems: node.problems.sorted { $0.range.start < $1.range.start })
      })
  }

  private func form(of record: ModuleRecord) -> ProgramGraph.Form {
    switch record.form {
    case .program: .program
    case .file: .file
    case .package: .package
    case .folder: .folder
    case .native, .machine: .native
    }
  }
}
