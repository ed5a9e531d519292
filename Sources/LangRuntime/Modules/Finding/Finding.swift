import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// Finding modules: from a dotted name to a place, without reading a byte of source.

/// A place of the path cannot be searched.
struct SearchError: Error {
  /// The archive.
  let place: String
  let reason: String
}

/// Where a module was found.
struct FoundModule {
  let folder: ModuleFolder
  let form: ModuleForm
}

extension Engine {
  /// The record of the module `name`, found now if it is not known; nil when there is none.
  ///
  /// The packages around it are found with it, outermost first: a name may have more parts than the
  /// native stack has room for.
  func findModule(_ name: String) throws(RaisedError) -> Int? {
    if let known = pointee.modules.byName[name] {
      followMove(of: pointee.modules.records[known])
      return known
    }
    // The empty name stands for the place of a script, see `findOnPath`.
    if !name.isEmpty && !isModuleName(name) { return nil }
    var parent: ModuleRecord?
    var start = name.startIndex
    if let dot = name.lastIndex(of: "."), let known = pointee.modules.byName[String(name[..<dot])] {
      parent = pointee.modules.records[known]
      start = name.index(after: dot)
    }
    while true {
      let end = name.utf8[start...].firstIndex(of: UInt8(ascii: ".")) ?? name.endIndex
      let prefix = String(name[..<end])
      var number = pointee.modules.byName[prefix]
      if number == nil {
        if let fault = pointee.modules.fault { try fault(.find, prefix) }
        number = try findModule(prefix, last: String(name[start..<end]), in: parent)
      }
      guard let number else { return nil }
      if end == name.endIndex { return number }
      parent = pointee.modules.records[number]
      start = name.index(after: end)
    }
  }

  /// Looks anew for a module that could not be loaded and whose source is not where it was found.
  ///
  /// Otherwise the place that an import has found stays what it is.
  private func followMove(of record: ModuleRecord) {
    guard record.state == .pending, record.failure != nil, let fileName = record.fileName,
      (try? record.folder?.hasFile(fileName, unless: StopCheck(self))) != true,
      let found = try? findAgain(record.name)
    else { return }
    record.folder = found.folder
    record.form = found.form
  }

  /// Finds the module `name`, whose last part is `last`, in the package that was found before it.
  private func findModule(
    _ name: String, last: String, in parent: ModuleRecord?
  ) throws(RaisedError) -> Int? {
    do throws(SearchError) {
      guard let parent else { return try findOnPath(name) }
      guard let folder = parent.folder, parent.isPackage else { return nil }
      for isCertain in [false, true] {
        if let found = try find(last, in: folder, isCertain: isCertain) {
          // `init.l` is the package itself, not a module inside.
          if last == "init" && found.form == .file && !parent.name.isEmpty { return nil }
          return addModule(ModuleRecord(name: name, folder: found.folder, form: found.form))
        }
      }
      return nil
    } catch {
      throw cannotSearch(for: name, error)
    }
  }

  /// The error of a search that met an archive which cannot be read.
  func cannotSearch(for name: String, _ error: SearchError) -> RaisedError {
    if pointee.isInterrupted != 0 { return interruption }
    return importError(
      "module '\(name)' cannot be looked for in \(error.place): \(error.reason)")
  }

  private func findOnPath(_ name: String) throws(SearchError) -> Int? {
    if name.isEmpty {
      // `from . import x` in a script: the path stands for the package around it.
      return searchedFolders(resolvingAnew: false).first.map {
        addModule(ModuleRecord(name: "", folder: $0, form: .folder))
      }
    }
    let native = pointee.modules.native(name)
    // What the listings say is asked first, then the standard library and what is written in Swift, then
    // the folders themselves: a file may have been written a moment ago.
    if native == nil || native?.precedesPath == false {
      for isCertain in [false, true] {
        do throws(SearchError) {
          for folder in searchedFolders(resolvingAnew: isCertain) {
            if let found = try find(name, in: folder, isCertain: isCertain) {
              return addModule(ModuleRecord(name: name, folder: found.folder, form: found.form))
            }
          }
          if let library,
            let found = try find(name, in: library, isCertain: isCertain)
          {
            return addModule(ModuleRecord(name: name, folder: found.folder, form: found.form))
          }
          if native != nil { break }
        } catch {
          // What was an archive may be a folder by now.
          if isCertain { throw error }
        }
      }
    }
    guard let native else { return nil }
    let record = ModuleRecord(name: name, folder: nil, form: .native)
    record.history.initializer = native.initializer
    return addModule(record)
  }

  /// Finds a module's place as if it were imported for the first time now.
  ///
  /// The packages around it are found anew too; nil when there is none.
  func findAgain(_ name: String) throws(SearchError) -> FoundModule? {
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else {
      for folder in searchedFolders(resolvingAnew: true) {
        if let found = try find(name, in: folder, isCertain: true) { return found }
      }
      return try library.flatMap { (library) throws(SearchError) in
        try find(name, in: library, isCertain: true)
      }
    }
    guard let parent = try findAgain(String(name[..<dot])), parent.form != .file else { return nil }
    return try find(String(name[name.index(after: dot)...]), in: parent.folder, isCertain: true)
  }

  /// Looks for a module in one folder: `last/init.l`, then `last.l`, then the plain folder `last`.
  private func find(
    _ last: String, in folder: ModuleFolder, isCertain: Bool
  ) throws(SearchError) -> FoundModule? {
    do throws(ArchiveError) {
      let stop = StopCheck(self)
      let forms = try folder.find(
        last, isCertain: isCertain, changes: pointee.modules.changes, unless: stop)
      if forms.isEmpty { return nil }
      if forms.contains(.folder) {
        let inside = folder.subfolder(last)
        if try inside.hasFile("init.l", unless: stop) {
          return FoundModule(folder: inside, form: .package)
        }
        if !forms.contains(.file) { return FoundModule(folder: inside, form: .folder) }
      }
      return FoundModule(folder: folder, form: .file)
    } catch {
      throw SearchError(place: folder.archive?.file.path ?? folder.path, reason: error.reason)
    }
  }

  /// Whether a text can be the name of a module: parts with dots between.
  ///
  /// Programs may ask for any text, and it must not lead to a folder elsewhere.
  private func isModuleName(_ text: String) -> Bool {
    var previous = UInt8(ascii: ".")
    for byte in text.utf8 {
      if byte == UInt8(ascii: "/") || byte == 0 { return false }
      if byte == UInt8(ascii: ".") && previous == byte { return false }
      previous = byte
    }
    return previous != UInt8(ascii: ".")
  }

  /// The standard library, if there is one.
  var library: ModuleFolder? {
    if let locate = pointee.modules.locateLibrary {
      pointee.modules.locateLibrary = nil
      pointee.modules.knownLibrary = locate().map { folder(ofEntry: $0) }
    }
    return pointee.modules.knownLibrary
  }

  /// Whether a module is one of the standard library.
  func isOfLibrary(_ record: ModuleRecord) -> Bool {
    guard let library, let folder = record.folder else { return false }
    return folder.path == library.path || folder.path.hasPrefix(library.path + "/")
  }

  /// Enters a module into the table; gives its number.
  @discardableResult
  func addModule(_ record: ModuleRecord) -> Int {
    pointee.modules.records.append(record)
    let number = pointee.modules.records.count - 1
    pointee.modules.byName[record.name] = number
    return number
  }

  // MARK: The path

  /// The places that the entries of the path name, in order.
  ///
  /// - Parameter resolvingAnew: Forget what entries were found to be: a folder may be an archive now.
  func searchedFolders(resolvingAnew: Bool) -> [ModuleFolder] {
    if resolvingAnew { pointee.modules.entries = [] }
    let texts = pathTexts
    var folders: [ModuleFolder] = []
    folders.reserveCapacity(texts.count)
    for (position, text) in texts.enumerated() {
      let known = position < pointee.modules.entries.count ? pointee.modules.entries[position] : nil
      if let known, known.text == text, text.first == UInt8(ascii: "/") {
        folders.append(known.folder)
        continue
      }
      let folder = folder(ofEntry: String(decoding: text, as: UTF8.self))
      let entry = PathEntry(text: text, folder: folder)
      if position < pointee.modules.entries.count {
        pointee.modules.entries[position] = entry
      } else {
        pointee.modules.entries.append(entry)
      }
      folders.append(folder)
    }
    return folders
  }

  /// `sys.path`, once a program has asked for it; nil also when it is no list any more.
  var pathList: ListReference? {
    guard let module = systemModule,
      let entry = module.pointee.names.entry(pointee.symbols.intern("path"))
    else { return nil }
    let value = module.pointee.slots[entry.pointee.value.int]
    return value.tag == .list ? value.list : nil
  }

  /// The module `sys`, once it was loaded.
  private var systemModule: ModuleReference? {
    guard let number = pointee.modules.systemModule else { return nil }
    return pointee.modules.records[number].module
  }

  /// The entries of the path as they stand in `sys.path`; what is no string is passed over.
  var pathTexts: [[UInt8]] {
    if systemModule == nil { return pointee.modules.path.map { Array($0.utf8) } }
    guard let list = pathList else { return [] }
    return (0..<list.pointee.count).compactMap { position in
      let item = list.pointee.items[position]
      return item.isString ? Array(item.string.buffer) : nil
    }
  }

  /// The place that an entry of the path names: a folder, an archive, or a folder in an archive.
  func folder(ofEntry text: String) -> ModuleFolder {
    var path =
      text.hasPrefix("/") ? text : text.isEmpty ? currentFolder : "\(currentFolder)/\(text)"
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    path = absolutePath(path)
    if let known = pointee.modules.folders[path] {
      let kind = FileKind(known.archive?.file.path ?? path)
      if known.archive == nil ? kind != .file : kind != .folder { return known }
    }
    let folder = archiveFolder(path) ?? ModuleFolder(path: path)
    pointee.modules.folders[path] = folder
    return folder
  }

  /// The folder in an archive that `path` leads to; nil when no archive is on the way.
  private func archiveFolder(_ path: String) -> ModuleFolder? {
    var file = path
    while !file.isEmpty && file != "/" {
      switch FileKind(file) {
      case .file:
        var inner = path.dropFirst(file.count)
        if inner.hasPrefix("/") { inner = inner.dropFirst() }
        return ModuleFolder(archive: ModuleArchive(path: absolutePath(file)), folder: String(inner))
      case .folder: return nil
      case .missing, .other: file = LangRuntime.folder(of: file)
      }
    }
    return nil
  }

  // MARK: What is missing

  /// An ImportError that says where the module was looked for, and what was probably meant.
  ///
  /// Of `a.b.c` it names the first part that is missing.
  func missingModule(_ name: String) -> RaisedError {
    if !isModuleName(name) { return importError("'\(name)' is not the name of a module") }
    var missing = ""
    var parent: ModuleRecord?
    for part in name.split(separator: ".") {
      missing += missing.isEmpty ? "\(part)" : ".\(part)"
      // A known one is missing when it is looked for again.
      guard missing != name, let number = pointee.modules.byName[missing] else { break }
      parent = pointee.modules.records[number]
    }
    var message = "no module named '\(missing)'"
    var near: String?
    if let parent {
      if let folder = parent.folder, parent.isPackage {
        message += " in \(folder.path)"
        let last = missing.dropFirst(parent.name.utf8.count + 1)
        near = Spelling.nearest(
          to: String(last), among: (try? folder.moduleNames(unless: StopCheck(self))) ?? []
        )
        .map { "\(parent.name).\($0)" }
      } else {
        message += ": '\(parent.name)' is not a package"
      }
    } else {
      let places = searchedFolders(resolvingAnew: false)
      if !places.isEmpty { message += " in \(places.map(\.path).joined(separator: ", "))" }
      var names = Array(pointee.modules.listedNatives)
      for place in places { names += (try? place.moduleNames(unless: StopCheck(self))) ?? [] }
      names += (try? library?.moduleNames(unless: StopCheck(self))) ?? []
      near = Spelling.nearest(to: missing, among: names)
    }
    if missing != name { message += " (needed for '\(name)')" }
    if let near { message += "; did you mean '\(near)'?" }
    return importError(message)
  }
}
