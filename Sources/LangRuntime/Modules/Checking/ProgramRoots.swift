import Lang

// Where the reading of a program begins.

extension ProgramReader {
  /// Adds what the root names, and puts its folder at the head of the path.
  func addRoot(_ root: ProgramRoot) throws(ProgramError) {
    switch root {
    case .module(let name): try addModuleAsProgram(name)
    case .file(let path):
      if FileKind(path) == .folder {
        addFolder(absolutePath(path))
      } else if Archive.looksLikeArchive(path) {
        try addArchive(path)
      } else {
        try addScript(path)
      }
    }
    if nodes.isEmpty { throw .unreadable("there are no modules in it") }
  }

  private func addScript(_ path: String) throws(ProgramError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try readFile(path)
    } catch {
      throw .unreadable(error.reason)
    }
    let location = absolutePath(path)
    let folder = folder(of: location)
    engine.pointee.modules.path.insert(folder, at: 0)
    addProgram(
      LoadedSource(name: path, location: location, bytes: bytes), folder: ModuleFolder(path: folder)
    )
  }

  private func addArchive(_ path: String) throws(ProgramError) {
    let location = absolutePath(path)
    let folder = ModuleFolder(archive: ModuleArchive(path: location), folder: "")
    engine.pointee.modules.folders[location] = folder
    engine.pointee.modules.path.insert(location, at: 0)
    do throws(ArchiveError) {
      if try !folder.hasFile("main.l") {
        addModules(in: folder)
        return
      }
    } catch {
      throw .unreadable(error.reason)
    }
    do throws(FileError) {
      let bytes = try folder.read("main.l")
      addProgram(
        LoadedSource(name: "\(path)/main.l", location: "\(location)/main.l", bytes: bytes),
        folder: folder)
    } catch {
      throw .unreadable(error.reason)
    }
  }

  private func addModuleAsProgram(_ name: String) throws(ProgramError) {
    do throws(RaisedError) {
      let record = try engine.programRecord(ofModule: name)
      guard let source = record.loadedSource, let folder = record.programFolder else { return }
      addProgram(source, folder: folder, package: record.programPackage)
    } catch {
      throw .unreadable(engine.errorMessage(error.value))
    }
  }

  /// Adds every module of a folder, which may itself be a package.
  private func addFolder(_ path: String) {
    let packages = addPathAround(path)
    checksFolder = true
    if packages.isEmpty { return addModules(in: ModuleFolder(path: path)) }
    addModules(of: packages.joined(separator: "."))
  }

  /// Puts the folder around the packages that a folder is in at the head of the path; gives the names of
  /// these packages, the folder's own included, from the outside.
  func addPathAround(_ path: String) -> [String] {
    var outermost = path
    var packages: [String] = []
    while outermost != "/", FileKind("\(outermost)/init.l") == .file {
      packages.insert(
        String(outermost.dropFirst(folder(of: outermost).count).drop { $0 == "/" }), at: 0)
      outermost = folder(of: outermost)
    }
    engine.pointee.modules.path.insert(outermost, at: 0)
    return packages
  }

  /// Adds the modules that lie in a folder of the path, and what is inside of them.
  private func addModules(in folder: ModuleFolder) {
    for name in (try? folder.moduleNames()) ?? [] { addModules(of: name) }
  }

  /// Adds a module and, if it is a package, every module inside.
  ///
  /// Names that no import can have, such as `my-script` or `v1.2`, do for files all the same: they are
  /// looked for as they are written.
  func addModules(of name: String) {
    var waiting = [name]
    // Links may make a circle of folders.
    var seen: Set<String> = []
    while let name = waiting.popLast() {
      let found = try? findModule(name)
      guard let found, let folder = nodes[found].record.folder, nodes[found].record.isPackage,
        seen.insert(absolutePath(folder.path)).inserted
      else { continue }
      for inner in ((try? folder.moduleNames()) ?? []).reversed() {
        waiting.append("\(name).\(inner)")
      }
    }
  }
}
