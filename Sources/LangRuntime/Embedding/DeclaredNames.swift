import Lang

// What the source of a module declares, without running it.

extension LoadedSource {
  /// The declarations at the top, as they read; what imports bind is not among them.
  ///
  /// None when the text does not parse; nil when the program is to stop before all are found.
  fileprivate func declarations(unless stop: StopCheck) -> [String: ArraySlice<UInt8>]? {
    var declarations: [String: ArraySlice<UInt8>] = [:]
    let tree = syntaxTree(unless: stop)
    // Growing takes long when there are very many.
    declarations.reserveCapacity(Int(tree.nodes[Int(tree.root)].b))
    forEachDeclaration(unless: stop) { name, node in
      declarations[name] = bytes[Int(node.start)..<Int(node.end)]
    }
    return stop.isStopped ? nil : declarations
  }

  /// The names of the declarations at the top, in their order; one that is declared twice is there twice.
  ///
  /// None when the text does not parse, and only the first ones when the program is to stop.
  func declaredNames(unless stop: StopCheck) -> [String] {
    var names: [String] = []
    forEachDeclaration(unless: stop) { name, _ in names.append(name) }
    return names
  }

  /// Calls `body` with the name and the statement of each declaration at the top.
  private func forEachDeclaration(unless stop: StopCheck, _ body: (String, Node) -> Void) {
    let tree = syntaxTree(unless: stop)
    if !tree.diagnostics.isEmpty { return }
    func name(_ symbol: UInt32) -> String { tree.symbols.text(of: Symbol(symbol)) }
    func names(in pattern: Node) -> [String] {
      switch pattern.kind {
      case .name: return [name(pattern.a)]
      case .restPattern: return names(in: tree.nodes[Int(pattern.a)])
      case .tuplePattern:
        return (0..<pattern.b).flatMap { position in
          names(in: tree.nodes[Int(tree.extra[Int(pattern.a + position)])])
        }
      default: return []
      }
    }
    let root = tree.nodes[Int(tree.root)]
    for position in 0..<root.b {
      if position & 255 == 255 && stop.isStopped { return }
      let node = tree.nodes[Int(tree.extra[Int(root.a + position)])]
      let declared: [String]
      switch node.kind {
      case .functionDeclaration: declared = [name(tree.nodes[Int(node.a)].a)]
      case .classDeclaration: declared = [name(node.a)]
      case .declaration: declared = names(in: tree.nodes[Int(node.a)])
      default: continue
      }
      for name in declared { body(name, node) }
    }
  }
}

/// What differs between the declarations of two sources, by name, sorted.
struct DeclarationChanges {
  private(set) var added: [String] = []
  private(set) var removed: [String] = []
  private(set) var changed: [String] = []

  /// Nothing differs.
  init() {}

  /// Gives nil when the program is to stop before all is known.
  init?(from old: LoadedSource?, to new: LoadedSource?, unless stop: StopCheck) {
    if let old, let new, old.bytes == new.bytes { return }
    guard let before = old.map({ $0.declarations(unless: stop) }) ?? [:],
      let after = new.map({ $0.declarations(unless: stop) }) ?? [:]
    else { return nil }
    guard
      let added = DeclarationChanges.names(
        after, unless: stop, where: { name, _ in before[name] == nil }),
      let removed = DeclarationChanges.names(
        before, unless: stop, where: { name, _ in after[name] == nil }),
      let changed = DeclarationChanges.names(
        after, unless: stop,
        where: { name, text in
          before[name].map { $0 != text } ?? false
        })
    else { return nil }
    (self.added, self.removed, self.changed) = (added, removed, changed)
  }

  /// The names of those declarations that fit; nil when the program is to stop meanwhile.
  private static func names(
    _ declarations: [String: ArraySlice<UInt8>], unless stop: StopCheck,
    where fits: (String, ArraySlice<UInt8>) -> Bool
  ) -> [String]? {
    var names: [String] = []
    for (name, text) in declarations {
      if stop.isStopped { return nil }
      if fits(name, text) { names.append(name) }
    }
    return stop.sorted(names)
  }
}

extension Machine {
  /// The names that a module has: its attributes, or what its source declares when it is not loaded.
  ///
  /// Loads nothing, whether the module was imported or not; the source is read and parsed, unless
  /// ``interrupt()`` ends that. In no certain order, and some may be there twice.
  public func attributeNames(ofModule name: String) -> [String] {
    engine.quietNames(ofModule: name)
  }
}

extension Engine {
  /// See ``Machine/attributeNames(ofModule:)``.
  func quietNames(ofModule name: String) -> [String] {
    var record = pointee.modules.byName[name].map { pointee.modules.records[$0] }
    if let module = record?.module { return quietNames(of: Value(.module, module)) }
    if record == nil, let found = try? findAgain(name) {
      record = ModuleRecord(name: name, folder: found.folder, form: found.form)
    }
    guard let record else { return [] }
    var names = record.isPackage ? importableModules(in: name) : []
    let stop = StopCheck(self)
    if let fileName = record.fileName, let bytes = try? record.folder?.read(fileName, unless: stop)
    {
      let source = LoadedSource(name: name, bytes: bytes, unless: stop)
      names += source.declaredNames(unless: stop).filter { !$0.hasPrefix("_") }
    }
    return names
  }
}
