import Lang

/// A module and what its source, or the machine, says about it.
public struct DocumentedModule: Sendable {
  /// The dotted name; of a script the name of its file, without `.l`.
  public let name: String
  /// The absolute path of the source; empty for native modules.
  public let location: String
  /// Whether other modules are found inside.
  public let isPackage: Bool
  /// What it offers.
  public let documentation: ModuleDocumentation
}

extension Machine {
  /// Reads what modules document, without running anything.
  ///
  /// A package comes with the modules inside of it. Of a folder, an archive and a package, modules whose
  /// names begin with `_` or `test_` are left out, and folders that are called `tests`. Of native modules
  /// it is what `help()` says. The machine itself is left as it is.
  ///
  /// - Throws: ``ProgramError``, also when a text does not parse.
  /// - Complexity: Linear in the size of the sources.
  public func documentation(of root: ProgramRoot) throws(ProgramError) -> [DocumentedModule] {
    let reader = ProgramReader(machine: self)
    let given = try reader.addDocumented(root)
    var modules: [DocumentedModule] = []
    for position in reader.nodes.indices {
      let isGiven = reader.nodes[position].record.name == given
      if !isGiven && !reader.isDocumented(position, inside: given) { continue }
      if let module = reader.documentation(of: position) { modules.append(module) }
    }
    let graph = reader.graph
    if !graph.isClean { throw .problems(graph) }
    if modules.isEmpty { throw .unreadable("there are no modules in it") }
    return modules.sorted { $0.name < $1.name }
  }
}

extension ProgramReader {
  /// Adds what is to be documented; gives the name of the module that was asked for itself, if one was.
  fileprivate func addDocumented(_ root: ProgramRoot) throws(ProgramError) -> String? {
    switch root {
    case .module(let name):
      try addNamed(name)
      return name
    case .file(let path):
      let kind = FileKind(path)
      // What is no file, such as an archive, or has no name of a module is read as programs are.
      guard kind == .file, path.hasSuffix(".l"), !Archive.looksLikeArchive(path) else {
        try addRoot(root)
        return kind == .file ? "__main__" : nil
      }
      let location = absolutePath(path)
      let last = location.dropFirst(folder(of: location).count).drop { $0 == "/" }.dropLast(2)
      let packages = addPathAround(folder(of: location))
      let name = (last == "init" && !packages.isEmpty ? packages : packages + [String(last)])
        .joined(separator: ".")
      try addNamed(name)
      return name
    }
  }

  private func addNamed(_ name: String) throws(ProgramError) {
    do throws(RaisedError) {
      guard !name.isEmpty, try findModule(name) != nil else { throw engine.missingModule(name) }
    } catch {
      throw .unreadable(engine.errorMessage(error.value))
    }
    addModules(of: name)
  }

  /// Whether a module is among those that are documented unasked.
  fileprivate func isDocumented(_ position: Int, inside given: String?) -> Bool {
    let name = nodes[position].record.name
    var rest = name[...]
    if let given {
      // Packages around what was asked for, and files beside a package of the same name.
      guard name.hasPrefix("\(given).") else { return given == "__main__" && position == 0 }
      rest = rest.dropFirst(given.count + 1)
    }
    let parts = rest.split(separator: ".")
    return !parts.contains { $0.hasPrefix("_") || $0 == "tests" }
      && parts.last?.hasPrefix("test_") == false
  }

  /// What a module documents; nil when there is nothing to read.
  fileprivate func documentation(of position: Int) -> DocumentedModule? {
    let record = nodes[position].record
    var name = record.name
    var documentation = ModuleDocumentation()
    switch record.form {
    case .folder: return nil
    case .native, .machine:
      guard let made = engine.documentation(ofNative: nodes[position].number) else { return nil }
      documentation = made
    case .program, .file, .package:
      read(position)
      guard let source = nodes[position].source else { return nil }
      documentation = source.bytes.withUnsafeBufferPointer {
        Compilation.documentation($0).documentation
      }
      if record.form == .program {
        let file = record.location.split(separator: "/").last ?? "program"
        name = String(file.hasSuffix(".l") ? file.dropLast(2) : file)
      }
    }
    adoptPrivateNames(&documentation, of: record)
    return DocumentedModule(
      name: name, location: record.location, isPackage: record.isPackage,
      documentation: documentation)
  }

  /// Documents here what a module hands on from private ones beside it, which have no page themselves.
  private func adoptPrivateNames(
    _ documentation: inout ModuleDocumentation, of record: ModuleRecord
  ) {
    let package = record.isPackage ? record.name : record.package
    documentation.handedOn.removeAll { handedOn in
      guard handedOn.module.hasPrefix("._"),
        let home = nodes.indices.first(where: {
          nodes[$0].record.name == "\(package)\(handedOn.module)"
        })
      else { return false }
      read(home)
      let source = nodes[home].source
      let entries = source?.bytes.withUnsafeBufferPointer {
        Compilation.documentation($0).documentation.entries
      }
      guard var entry = entries?.first(where: { $0.name == handedOn.original })
      else { return false }
      entry.location = nodes[home].record.location
      entry.name = handedOn.name
      entry.signature = handedOn.name + entry.signature.dropFirst(handedOn.original.count)
      documentation.entries.append(entry)
      return true
    }
  }
}

extension Engine {
  /// What a native module offers; fills it, which runs nothing of the language.
  func documentation(ofNative number: Int) -> ModuleDocumentation? {
    guard let module = try? load(number, because: .asked).module else { return nil }
    var documentation = ModuleDocumentation()
    let variables = pointee.modules.native(pointee.modules.records[number].name)?.variables ?? [:]
    let names = module.pointee.names
    for position in 0..<names.count {
      let entry = names.entries.unsafelyUnwrapped[position]
      let value = module.pointee.slots[entry.value.int]
      let name = pointee.symbols.text(of: entry.symbol)
      if entry.symbol == pointee.names.moduleDocumentation, value.isString {
        documentation.text = value.string.text
      }
      if name.hasPrefix("_") { continue }
      if value.tag == .native {
        let (signature, text) = help(value.native)
        documentation.entries.append(.init(.function, name, signature: signature, text: text))
      } else {
        documentation.entries.append(
          .init(.constant, name, signature: name, text: variables[name] ?? ""))
      }
    }
    return documentation
  }

  /// How a native function is called, and what it does.
  func help(_ native: NativeReference) -> (signature: String, text: String) {
    let definition = pointee.nativeTable[native.pointee.definition]
    let parameters =
      definition.hostName == nil
      ? "\(definition.parameters)" : definition.hostParameters.joined(separator: ", ")
    return ("\(definition.displayName)(\(parameters))", "\(definition.documentation)")
  }
}
