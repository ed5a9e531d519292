import Glibc
import LangRuntime

/// Finds files of tests.
enum TestFiles {
  /// A place that cannot be searched.
  struct Unreadable: Error {
    let path: String
    let reason: String
  }

  /// The files that places name, and those named `test_….l` below folders; each once, folders in the
  /// order of their names.
  ///
  /// Folders whose names begin with a dot, and links to folders, are passed over.
  static func find(_ places: [String]) throws -> [String] {
    var files: [String] = []
    for place in places {
      if SourceFile.isRegular(place) {
        files.append(place)
      } else {
        try search(place, isGiven: true, &files)
      }
    }
    var known: Set<String> = []
    return files.filter { known.insert(SourceFile.absolutePath($0)).inserted }
  }

  private static func search(_ folder: String, isGiven: Bool, _ files: inout [String]) throws {
    guard let handle = opendir(folder) else {
      // One that was found on the way may be somebody else's.
      if !isGiven { return }
      throw Unreadable(path: folder, reason: String(cString: strerror(errno)))
    }
    defer { closedir(handle) }
    var names: [(name: String, isFolder: Bool)] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      names.append((name, isFolder("\(folder)/\(name)")))
    }
    for (name, isFolder) in names.sorted(by: { $0.name < $1.name }) {
      let path = folder == "." ? name : "\(folder)/\(name)"
      if isFolder {
        try search(path, isGiven: false, &files)
      } else if name.hasPrefix("test_") && name.hasSuffix(".l") {
        files.append(path)
      }
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
