import Lang

// What the source of a module declares, without running it.

extension LoadedSource {
  /// The declarations at the top, as they read; what imports bind is not among them.
  ///
  /// None when the text does not parse.
  var declarations: [String: [UInt8]] {
    let tree = syntaxTree
    if !tree.diagnostics.isEmpty { return [:] }
    var declarations: [String: [UInt8]] = [:]
    func add(_ symbol: UInt32, _ node: Node) {
      let text = bytes[Int(node.start)..<Int(node.end)]
      declarations[tree.symbols.text(of: Symbol(symbol)), default: []] += text
    }
    func addNames(of pattern: Node, _ node: Node) {
      switch pattern.kind {
      case .name: add(pattern.a, node)
      case .restPattern: addNames(of: tree.nodes[Int(pattern.a)], node)
      case .tuplePattern:
        for position in 0..<pattern.b {
          addNames(of: tree.nodes[Int(tree.extra[Int(pattern.a + position)])], node)
        }
      default: break
      }
    }
    let root = tree.nodes[Int(tree.root)]
    for position in 0..<root.b {
      let node = tree.nodes[Int(tree.extra[Int(root.a + position)])]
      switch node.kind {
      case .functionDeclaration:
        let function = tree.nodes[Int(node.a)]
        add(function.a, node)
      case .classDeclaration: add(node.a, node)
      case .declaration: addNames(of: tree.nodes[Int(node.a)], node)
      default: break
      }
    }
    return declarations
  }
}

extension Machine {
  /// The names that a module has: its attributes, or what its source declares when it is not loaded.
  ///
  /// Loads nothing, whether the module was imported or not; the source is read and parsed, unless
  /// ``interrupt()`` ends that.
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
      names += source.declarations.keys.filter { !$0.hasPrefix("_") }
    }
    return Set(names).sorted()
  }
}
