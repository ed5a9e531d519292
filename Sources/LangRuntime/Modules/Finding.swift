import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// Finding modules: from a dotted name to a location, without reading a byte of source.

/// What the file system says about a path.
enum FileKind {
  case missing, file, folder

  /// Asks the file system; one call.
  init(_ path: String) {
    var status = stat()
    if stat(path, &status) != 0 {
      self = .missing
    } else if status.st_mode & S_IFMT == S_IFDIR {
      self = .folder
    } else {
      self = .file
    }
  }
}

/// Reading a whole file failed; the text says why.
struct FileError: Error {
  let reason: String
}

/// The bytes of a file.
func readFile(_ path: String) throws(FileError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  if descriptor < 0 { throw FileError(reason: String(cString: strerror(errno))) }
  defer { close(descriptor) }
  var status = stat()
  if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
    throw FileError(reason: "it is a directory")
  }
  // One byte more than expected, so that a file that did not grow ends with the second read.
  var failure: Int32 = 0
  var capacity = max(Int(status.st_size), 0) + 1
  var bytes: [UInt8] = []
  while true {
    let offset = bytes.count
    var isAtEnd = false
    let piece = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      while count < buffer.count {
        let got = read(
          descriptor, buffer.baseAddress.unsafelyUnwrapped + count, buffer.count - count)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 {
          isAtEnd = true
          return
        }
        count += got
      }
    }
    if failure != 0 { throw FileError(reason: String(cString: strerror(failure))) }
    if offset == 0 { bytes = piece } else { bytes += piece }
    if isAtEnd { return bytes }
    capacity = max(bytes.count, 1 << 16)
  }
}

/// The absolute form of a path, with links resolved; the path itself when it does not exist.
func absolutePath(_ path: String) -> String {
  guard let resolved = realpath(path, nil) else { return path }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// The part of a path before its last separator.
func folder(of path: String) -> String {
  guard let separator = path.lastIndex(of: "/") else { return "." }
  return separator == path.startIndex ? "/" : String(path[..<separator])
}

extension Engine {
  /// The record of the module `name`, found now if it is not known; nil when there is none.
  func findModule(_ name: String) -> Int? {
    if let known = pointee.modules.byName[name] { return known }
    var folders = pointee.modules.path
    var last = name
    if let dot = name.lastIndex(of: ".") {
      last = String(name[name.index(after: dot)...])
      guard let parent = findModule(String(name[..<dot])) else { return nil }
      guard let folder = pointee.modules.records[parent].folder else { return nil }
      folders = [folder]
    }
    for folder in folders {
      let base = folder.isEmpty ? last : "\(folder)/\(last)"
      // A folder without `init.l` is a package too, but a file of the name comes before it.
      for (path, isPackage) in [("\(base)/init.l", true), ("\(base).l", false)]
      where FileKind(path) == .file {
        return addModule(name, location: absolutePath(path), isPackage: isPackage)
      }
      if FileKind(base) == .folder {
        return addModule(name, location: absolutePath(base), isPackage: true)
      }
    }
    return nil
  }

  @discardableResult
  func addModule(_ name: String, location: String, isPackage: Bool) -> Int {
    let record = ModuleRecord(name: name, location: location, isPackage: isPackage)
    pointee.modules.records.append(record)
    let number = pointee.modules.records.count - 1
    pointee.modules.byName[name] = number
    return number
  }

  /// An ImportError that says where the module was looked for.
  func missingModule(_ name: String) -> RaisedError {
    var message = "no module named '\(name)'"
    let places = pointee.modules.path.map { $0.isEmpty ? "." : $0 }
    if !places.isEmpty { message += " in \(places.joined(separator: ", "))" }
    if let near = Spelling.nearest(to: name, among: visibleModules()) {
      message += "; did you mean '\(near)'?"
    }
    return importError(message)
  }

  /// The names of modules that an import could find: for suggestions.
  private func visibleModules() -> [String] {
    var names = Array(pointee.modules.byName.keys)
    for path in pointee.modules.path {
      guard let folder = opendir(path.isEmpty ? "." : path) else { continue }
      while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name.hasSuffix(".l") { names.append(String(name.dropLast(2))) }
      }
      closedir(folder)
    }
    return names
  }
}
