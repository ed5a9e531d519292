import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a folder holds under one module name.
struct ModuleForms: OptionSet {
  let rawValue: UInt8
  /// `name.l`.
  static let file = ModuleForms(rawValue: 1)
  /// A folder `name`, with or without `init.l`.
  static let folder = ModuleForms(rawValue: 2)
}

/// A place in which modules are looked for: a folder of the file system, or one inside an archive.
///
/// The first few questions are put to the file system one by one; from then on the folder is listed
/// and answers from the listing, so that a thousand imports are not thousands of system calls. An
/// answer from a listing is believed for ``trustedFor`` nanoseconds without asking whether the folder
/// has changed, unless something ran meanwhile that may have changed files (``ModuleTable/changes``);
/// before a module is called missing, the folder is always asked.
final class ModuleFolder {
  /// The absolute path, through the archive when it is in one.
  let path: String
  /// The archive, and the folder in it (`""` or `"vendor"`).
  let archive: (file: ModuleArchive, folder: String)?

  private var forms: [String: ModuleForms] = [:]
  private var isListed = false
  private var questions = 0
  /// When the folder was changed last, as of the listing.
  private var changedAt = timespec()
  /// The listing is so young that a change may have left the folder's time as it is.
  private var isFresh = true
  /// When it was made sure last that the listing is right, and the count of changes then.
  private var verifiedAt: UInt64 = 0
  private var verifiedChanges = 0
  private var subfolders: [String: ModuleFolder] = [:]

  static let trustedFor: UInt64 = 10_000_000
  /// Questions that are cheaper to put one by one than to list the folder for.
  private static let singleQuestions = 3
  /// Seconds within which some file systems give two changes the same time.
  private static let timeResolution = 2

  /// A folder of the file system; it need not exist.
  init(path: String) {
    self.path = path
    archive = nil
  }

  /// A folder in an archive.
  init(archive: ModuleArchive, folder: String) {
    path = folder.isEmpty ? archive.path : "\(archive.path)/\(folder)"
    self.archive = (archive, folder)
  }

  /// What there is under `name`.
  ///
  /// - Parameters:
  ///   - isCertain: Believe nothing: ask whether the folder has changed.
  ///   - changes: ``ModuleTable/changes``.
  ///   - stop: Whether to give up, here and in what follows: that is an error.
  func find(
    _ name: String, isCertain: Bool, changes: Int, unless stop: StopCheck? = nil
  ) throws(ArchiveError) -> ModuleForms {
    if let archive {
      let index = try archive.file.index(isCertain: isCertain, changes: changes, unless: stop)
      var found: ModuleForms = []
      let base = archive.folder.isEmpty ? name : "\(archive.folder)/\(name)"
      if index.member("\(base).l") != nil { found.insert(.file) }
      if index.hasFolder(base) { found.insert(.folder) }
      return found
    }
    if !isListed {
      questions += 1
      if questions <= ModuleFolder.singleQuestions { return askSystem(name) }
    }
    try verify(isCertain: isCertain, changes: changes, unless: stop)
    return forms[name] ?? []
  }

  /// Whether there is a file `name` (with its suffix) directly inside.
  func hasFile(_ name: String, unless stop: StopCheck? = nil) throws(ArchiveError) -> Bool {
    if let archive {
      let base = archive.folder.isEmpty ? name : "\(archive.folder)/\(name)"
      return try archive.file.index(isCertain: false, changes: 0, unless: stop).member(base) != nil
    }
    return FileKind("\(path)/\(name)") == .file
  }

  /// The folder `name` inside; one object for each.
  func subfolder(_ name: String) -> ModuleFolder {
    if let known = subfolders[name] { return known }
    let made: ModuleFolder
    if let archive {
      made = ModuleFolder(
        archive: archive.file,
        folder: archive.folder.isEmpty ? name : "\(archive.folder)/\(name)")
    } else {
      made = ModuleFolder(path: path == "/" ? "/\(name)" : "\(path)/\(name)")
    }
    subfolders[name] = made
    return made
  }

  /// The names of the modules inside, for suggestions and for tools; sorted.
  func moduleNames(unless stop: StopCheck? = nil) throws(ArchiveError) -> [String] {
    if let archive {
      let index = try archive.file.index(isCertain: true, changes: 0, unless: stop)
      return index.children(of: archive.folder).compactMap { child in
        child.isFolder
          ? child.name : child.name.hasSuffix(".l") ? String(child.name.dropLast(2)) : nil
      }.filter { $0 != "init" }.sorted()
    }
    try list(unless: stop)
    return forms.keys.filter { $0 != "init" }.sorted()
  }

  /// The bytes of a file inside.
  func read(_ name: String, unless stop: StopCheck? = nil) throws(FileError) -> [UInt8] {
    guard let archive else { return try readFile("\(path)/\(name)", unless: stop) }
    let base = archive.folder.isEmpty ? name : "\(archive.folder)/\(name)"
    do throws(ArchiveError) {
      return try archive.file.read(base, unless: stop)
    } catch {
      throw FileError(reason: error.reason)
    }
  }

  /// The size of a file inside, in bytes; nil when it cannot be known.
  func size(of name: String, changes: Int) -> Int? {
    if let archive {
      let base = archive.folder.isEmpty ? name : "\(archive.folder)/\(name)"
      let index = try? archive.file.index(isCertain: false, changes: changes)
      return index?.member(base)?.size
    }
    var status = stat()
    guard stat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    return Int(status.st_size)
  }

  // MARK: The file system

  private func askSystem(_ name: String) -> ModuleForms {
    var found: ModuleForms = []
    if FileKind("\(path)/\(name).l") == .file { found.insert(.file) }
    if FileKind("\(path)/\(name)") == .folder { found.insert(.folder) }
    return found
  }

  /// Makes sure that the listing is right.
  private func verify(
    isCertain: Bool, changes: Int, unless stop: StopCheck?
  ) throws(ArchiveError) {
    let now = monotonicNanoseconds()
    if isListed && !isCertain && verifiedChanges == changes
      && now &- verifiedAt < ModuleFolder.trustedFor
    {
      return
    }
    verifiedAt = now
    verifiedChanges = changes
    var status = stat()
    if isListed && !isFresh && stat(path, &status) == 0,
      status.st_mtim.tv_sec == changedAt.tv_sec, status.st_mtim.tv_nsec == changedAt.tv_nsec
    {
      return
    }
    try list(unless: stop)
  }

  private func list(unless stop: StopCheck?) throws(ArchiveError) {
    forms.removeAll(keepingCapacity: true)
    isListed = true
    isFresh = true
    var status = stat()
    // The time is taken before the names: a change in between is found by the next question.
    guard stat(path, &status) == 0, let folder = opendir(path) else { return }
    defer { closedir(folder) }
    changedAt = status.st_mtim
    isFresh = time(nil) - changedAt.tv_sec < ModuleFolder.timeResolution
    var count = 0
    while let entry = readdir(folder) {
      count += 1
      // A link may need a system call.
      if count & 255 == 0, let stop, stop.isStopped {
        forms.removeAll()
        isListed = false
        throw .stopped
      }
      withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: UInt8.self, capacity: 256) {
          add($0, kind: Int32(entry.pointee.d_type))
        }
      }
    }
  }

  private func add(_ bytes: UnsafePointer<UInt8>, kind: Int32) {
    let count = strlen(UnsafeRawPointer(bytes).assumingMemoryBound(to: CChar.self))
    let isSource =
      count > 2 && bytes[count - 2] == UInt8(ascii: ".") && bytes[count - 1] == UInt8(ascii: "l")
    if bytes[0] == UInt8(ascii: ".") { return }
    var isFolder = kind == Int32(DT_DIR)
    var isFile = kind == Int32(DT_REG)
    let name = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    if !isFolder && !isFile {
      // A link, or a file system that does not say.
      let meant = FileKind("\(path)/\(name)")
      (isFolder, isFile) = (meant == .folder, meant == .file)
    }
    if isFolder {
      forms[name, default: []].insert(.folder)
    } else if isFile && isSource {
      forms[String(name.dropLast(2)), default: []].insert(.file)
    }
  }
}

/// An archive on the path: indexed when it is first needed, and again when its file has changed.
final class ModuleArchive {
  let path: String
  private var known: Archive?
  private var verifiedAt: UInt64 = 0
  private var verifiedChanges = 0

  init(path: String) { self.path = path }

  /// The index, made anew when the file has changed; believed as a folder's listing is.
  func index(
    isCertain: Bool, changes: Int, unless stop: StopCheck? = nil
  ) throws(ArchiveError) -> Archive {
    let now = monotonicNanoseconds()
    if let known {
      if !isCertain && verifiedChanges == changes
        && now &- verifiedAt < ModuleFolder.trustedFor
      {
        return known
      }
      if known.isCurrent {
        verifiedAt = now
        verifiedChanges = changes
        return known
      }
    }
    known = nil
    let made = try Archive(path: path, unless: stop)
    known = made
    verifiedAt = now
    verifiedChanges = changes
    return made
  }

  /// The bytes of a member as the file is now.
  func read(_ name: String, unless stop: StopCheck? = nil) throws(ArchiveError) -> [UInt8] {
    let index = try index(isCertain: true, changes: 0, unless: stop)
    guard let member = index.member(name) else {
      throw ArchiveError(reason: "the archive has no member '\(name)'")
    }
    return try index.read(member, unless: stop)
  }
}
