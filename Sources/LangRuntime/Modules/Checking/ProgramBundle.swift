import Lang

/// A program with its modules, packed to be run from one zip archive.
public struct ProgramBundle: Sendable {
  /// What was packed.
  public let graph: ProgramGraph
  /// The names of the members in the order in which they are written: `main.l` first, the others sorted.
  public var memberNames: [String] { members.map(\.name) }
  /// How many of them are modules, the program included.
  public let moduleCount: Int
  /// How many of them are other files.
  public var fileCount: Int { members.count - moduleCount }
  /// The bytes of all of them, not packed.
  public var byteCount: Int { members.reduce(0) { $0 + $1.bytes.count } }

  let members: [(name: String, bytes: [UInt8])]
  /// The files that they come from, which must not be overwritten.
  let inputs: Set<String>

  /// Writes the archive, in place of what is there: the same modules give the same bytes.
  ///
  /// Nobody ever sees a part of it: it is written under another name first.
  ///
  /// - Returns: Its size in bytes.
  /// - Throws: ``ProgramError``: it would overwrite what it is made of, or cannot be written.
  @discardableResult
  public func write(to path: String) throws(ProgramError) -> Int {
    if let identity = FileIdentity(path: path),
      inputs.contains(where: { FileIdentity(path: $0) == identity })
    {
      throw .cannotBePacked("'\(path)' is a part of the program itself")
    }
    if FileKind(path) == .folder { throw .cannotBeWritten("it is a directory") }
    do throws(ArchiveError) {
      return try ArchiveWriter.write(members, to: path)
    } catch {
      throw .cannotBeWritten(error.reason)
    }
  }
}

extension Machine {
  /// Packs a program with every module that it can reach, without running anything.
  ///
  /// Native modules are left out, and so are modules that are missing where the program catches that.
  ///
  /// - Parameters:
  ///   - root: A script, an archive with `main.l`, or a module.
  ///   - modules: Names of further modules: those that the program loads by name.
  ///   - resources: Files that `lazy.resource` is to find: paths, or patterns that are compared with
  ///     paths inside of the program's folder and the places of the path. `*` stands for anything but
  ///     a `/`, `?` for one character, `**/` for any folders.
  ///   - output: Where the archive will be: a file that is not packed itself.
  /// - Throws: ``ProgramError``: a module is missing or does not compile, so that it is not known what
  ///   belongs to the program; or two different files would have one name.
  public func bundle(
    _ root: ProgramRoot, modules: [String] = [], resources: [String] = [], output: String = ""
  ) throws(ProgramError) -> ProgramBundle {
    let reader = ProgramReader(machine: self)
    try reader.addRoot(root)
    guard reader.nodes[0].record.form == .program, reader.nodes.count == 1 else {
      throw .cannotBePacked("it is no program: there is no main.l in it")
    }
    for name in modules { try reader.addModule(name) }
    reader.readEverything(checkingNames: false)
    return try reader.bundle(including: resources, output: output)
  }
}

extension ProgramReader {
  /// Adds a module that no import statement names.
  func addModule(_ name: String) throws(ProgramError) {
    do throws(RaisedError) {
      if try findModule(name) == nil { throw engine.missingModule(name) }
    } catch {
      throw .cannotBePacked(engine.errorMessage(error.value))
    }
  }

  /// Packs what was read.
  func bundle(including patterns: [String], output: String) throws(ProgramError) -> ProgramBundle {
    let graph = graph
    guard graph.isClean else { throw .problems(graph) }
    var packing = Packing()
    for node in nodes {
      // The standard library is where the bundle runs.
      if engine.isOfLibrary(node.record) { continue }
      guard let name = memberName(of: node.record), let source = node.source else { continue }
      try packing.add(name, source.bytes, from: source.location)
    }
    // A folder of which no module is used would not be there at all.
    let folders = packing.folders
    for node in nodes where node.record.form == .folder && !engine.isOfLibrary(node.record) {
      let name = node.record.name.asPath
      if !name.isEmpty && !folders.contains(name) {
        try packing.add("\(name)/init.l", [], from: "")
      }
    }
    let moduleCount = packing.members.count
    var resources = ResourceSearch(roots: roots, output: output)
    for pattern in patterns {
      for found in try resources.files(matching: pattern) {
        try packing.add(found.name, found.bytes, from: found.location)
      }
    }
    return ProgramBundle(
      graph: graph, moduleCount: moduleCount, members: packing.sorted, inputs: packing.inputs)
  }

  /// The name of a module's source in the archive; nil when it has none.
  private func memberName(of record: ModuleRecord) -> String? {
    switch record.form {
    case .program: "main.l"
    case .file: "\(record.name.asPath).l"
    case .package: "\(record.name.asPath)/init.l"
    case .folder, .native, .machine: nil
    }
  }

  /// The places whose files lie in the archive as they lie there.
  private var roots: [ModuleFolder] {
    var roots: [ModuleFolder] = []
    if let folder = nodes[0].record.programFolder { roots.append(folder) }
    for folder in engine.searchedFolders(resolvingAnew: false)
    where !roots.contains(where: { $0.path == folder.path }) {
      roots.append(folder)
    }
    return roots
  }
}

/// The members of an archive as they are gathered.
private struct Packing {
  private(set) var members: [String: (bytes: [UInt8], location: String)] = [:]
  /// Files that something was read from: of members of archives, the archives.
  private(set) var inputs: Set<String> = []

  /// Adds a member; another file under the same name is an error.
  mutating func add(
    _ name: String, _ bytes: [UInt8], from location: String
  ) throws(ProgramError) {
    if let known = members[name] {
      if known.location == location || known.bytes == bytes { return }
      throw .cannotBePacked(
        "two files would be '\(name)' in the archive: \(known.location) and \(location)")
    }
    members[name] = (bytes, location)
    var file = location
    while !file.isEmpty && file != "/" && file != "." {
      if FileKind(file) == .file {
        inputs.insert(file)
        break
      }
      file = folder(of: file)
    }
  }

  /// The folders in which there is something.
  var folders: Set<String> {
    var folders: Set<String> = []
    for name in members.keys {
      var rest = name[...]
      while let separator = rest.lastIndex(of: "/") {
        rest = rest[..<separator]
        if !folders.insert(String(rest)).inserted { break }
      }
    }
    return folders
  }

  /// The program first, the others by their names.
  var sorted: [(name: String, bytes: [UInt8])] {
    let names = members.keys.sorted { ($0 == "main.l" ? 0 : 1, $0) < ($1 == "main.l" ? 0 : 1, $1) }
    return names.map { (name: $0, bytes: members[$0].unsafelyUnwrapped.bytes) }
  }
}

extension String {
  /// A dotted name as a path.
  fileprivate var asPath: String { split(separator: ".").joined(separator: "/") }
}
