#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Finds the files that are packed beside modules.
struct ResourceSearch {
  /// A file and its name in the archive.
  struct File {
    let name: String
    let location: String
    let bytes: [UInt8]
  }

  /// The places whose files lie in the archive as they lie there.
  let roots: [ModuleFolder]
  /// The archive that is being made, as an absolute path.
  private let output: String
  /// The names of all files of each root, once they are asked for.
  private var listings: [Int: [String]] = [:]

  init(roots: [ModuleFolder], output: String) {
    self.roots = roots
    // The file itself may not exist yet, but its folder does.
    let name = output.split(separator: "/").last ?? ""
    self.output = output.isEmpty ? "" : "\(absolutePath(folder(of: output)))/\(name)"
  }

  /// The files that a path or a pattern names, by name; none is an error.
  mutating func files(matching pattern: String) throws(ProgramError) -> [File] {
    var parts = pattern.split(separator: "/").map(String.init)
    var searched = Array(roots.indices)
    switch FileKind(pattern) {
    case .file:
      let (root, name) = try place(of: pattern)
      return [try read(name, in: roots[root])]
    case .folder:
      let (root, name) = try place(of: pattern)
      searched = [root]
      parts = name.isEmpty ? ["**"] : name.split(separator: "/").map(String.init)
    case .missing, .other:
      if parts.first == "." { parts.removeFirst() }
      if pattern.hasPrefix("/") || parts.isEmpty || parts.contains("..") {
        throw .cannotBePacked("there is no file '\(pattern)'")
      }
    }
    let wildcards = Wildcards(parts)
    var files: [File] = []
    var seen: Set<String> = []
    for root in searched {
      for name in listing(root) where wildcards.match(name) && seen.insert(name).inserted {
        files.append(try read(name, in: roots[root]))
      }
    }
    if files.isEmpty {
      let places = searched.map { roots[$0].path }.joined(separator: ", ")
      throw .cannotBePacked("no file matches '\(pattern)' in \(places)")
    }
    return files
  }

  /// The root in which an existing path lies, and its name there.
  private func place(of path: String) throws(ProgramError) -> (root: Int, name: String) {
    let location = absolutePath(path)
    for (number, root) in roots.enumerated() where root.archive == nil {
      if location == root.path { return (number, "") }
      let prefix = root.path == "/" ? "/" : root.path + "/"
      if location.hasPrefix(prefix) { return (number, String(location.dropFirst(prefix.count))) }
    }
    throw .cannotBePacked(
      "'\(path)' lies neither in the program's folder nor in a place of the path")
  }

  private func read(_ name: String, in root: ModuleFolder) throws(ProgramError) -> File {
    let location = root.path == "/" ? "/\(name)" : "\(root.path)/\(name)"
    do throws(FileError) {
      return File(name: name, location: location, bytes: try root.read(name))
    } catch {
      throw .cannotBePacked("cannot read '\(location)': \(error.reason)")
    }
  }

  // MARK: Listing

  /// The names of all files below a root, sorted; hidden ones and the archive itself are left out.
  private mutating func listing(_ number: Int) -> [String] {
    if let known = listings[number] { return known }
    let root = roots[number]
    var names: [String] = []
    var waiting = [""]
    while let folder = waiting.popLast() {
      let prefix = folder.isEmpty ? "" : folder + "/"
      for child in children(of: folder, in: root) where !child.name.hasPrefix(".") {
        let name = prefix + child.name
        if child.isFolder {
          waiting.append(name)
        } else if "\(root.path)/\(name)" != output {
          names.append(name)
        }
      }
    }
    names.sort()
    listings[number] = names
    return names
  }

  private func children(of folder: String, in root: ModuleFolder) -> [Archive.Child] {
    if let archive = root.archive {
      let inner = [archive.folder, folder].filter { !$0.isEmpty }.joined(separator: "/")
      return (try? archive.file.index(isCertain: false, changes: 0))?.children(of: inner) ?? []
    }
    let path = folder.isEmpty ? root.path : "\(root.path)/\(folder)"
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var children: [Archive.Child] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      // Folders behind links are passed over: they may lead in a circle.
      var status = stat()
      guard lstat("\(path)/\(name)", &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        children.append(Archive.Child(name: name, isFolder: true))
      } else if FileKind("\(path)/\(name)") == .file {
        children.append(Archive.Child(name: name, isFolder: false))
      }
    }
    return children
  }
}

/// A pattern for paths: `*` stands for anything in a name, `?` for one character of it, and `**` for
/// any number of folders.
struct Wildcards {
  private let parts: [[Unicode.Scalar]]
  /// The last part is a plain name: all that lies in a folder of that name is meant too.
  private let meansFolders: Bool

  init(_ parts: [String]) {
    self.parts = parts.map { Array($0.unicodeScalars) }
    meansFolders = !(parts.last ?? "").contains { $0 == "*" || $0 == "?" }
  }

  /// Whether a relative path matches.
  ///
  /// - Complexity: The lengths of both multiplied, whatever the pattern.
  func match(_ path: String) -> Bool {
    let names = path.split(separator: "/").map { Array($0.unicodeScalars) }
    // The parts that the next name may have to match.
    var candidates: Set<Int> = [0]
    for (number, name) in names.enumerated() {
      var next: Set<Int> = []
      for candidate in candidates {
        var position = candidate
        while position < parts.count, parts[position] == ["*", "*"] {
          next.insert(position)
          position += 1
        }
        if position == parts.count {
          // Only a pattern that ends with `**` gets here.
          if position > candidate { return true }
        } else if matches(name, parts[position]) {
          next.insert(position + 1)
        }
      }
      if next.contains(parts.count) && (meansFolders || number == names.count - 1) { return true }
      candidates = next
    }
    return false
  }

  /// Whether one name matches one part.
  private func matches(_ name: [Unicode.Scalar], _ pattern: [Unicode.Scalar]) -> Bool {
    var position = 0
    var wanted = 0
    // Where the last `*` stands, and how far it reaches.
    var star: (wanted: Int, position: Int)?
    while position < name.count {
      if wanted < pattern.count, pattern[wanted] == "*" {
        star = (wanted, position)
        wanted += 1
      } else if wanted < pattern.count, pattern[wanted] == "?" || pattern[wanted] == name[position]
      {
        wanted += 1
        position += 1
      } else if let last = star {
        star = (last.wanted, last.position + 1)
        wanted = last.wanted + 1
        position = last.position + 1
      } else {
        return false
      }
    }
    while wanted < pattern.count, pattern[wanted] == "*" { wanted += 1 }
    return wanted == pattern.count
  }
}
