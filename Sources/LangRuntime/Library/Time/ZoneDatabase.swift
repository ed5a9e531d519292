#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The system's time zone database: a folder of files in the format TZif.
///
/// Its files are nobody's secret, and names cannot lead out of the folder, so a program reads them also
/// when it may not use files.
enum ZoneDatabase {
  /// Where the database is looked for; the variable TZDIR comes first.
  private static let folders = [
    "/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo",
  ]

  /// The largest file that is read; the largest of the database has 4 KB.
  private static let largestFile = 1 << 20

  /// The folder of the database; nil when there is none.
  static var folder: String? {
    if let named = variable("TZDIR"), !named.isEmpty { return named }
    return folders.first { path in
      var status = stat()
      return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
  }

  /// Whether a text can be the name of a zone: parts of letters, digits, `_`, `-` and `+`, with `/`
  /// between them.
  ///
  /// So it is no path that leads elsewhere.
  static func isName(_ name: String) -> Bool {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return name.utf8.count <= 100
      && parts.allSatisfy { part in
        !part.isEmpty
          && part.allSatisfy { byte in
            byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
              || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
          }
      }
  }

  /// The bytes of a file; nil when there is none that can be read, or it is no zone's by its size.
  static func read(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_size <= largestFile
    else { return nil }
    let size = Int(status.st_size)
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      while filled < size {
        let count = Self.read(
          descriptor, buffer.baseAddress.unsafelyUnwrapped + filled, size - filled)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { break }
        filled += count
      }
    }
  }

  private static func read(
    _ descriptor: Int32, _ buffer: UnsafeMutablePointer<UInt8>, _ count: Int
  ) -> Int {
    #if canImport(Glibc)
      Glibc.read(descriptor, buffer, count)
    #else
      Darwin.read(descriptor, buffer, count)
    #endif
  }

  static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// The names of all zones in the folder, sorted.
  static func names(in folder: String) -> [String] {
    var names: [String] = []
    func visit(_ prefix: String, depth: Int) {
      guard depth < 5, let directory = opendir("\(folder)/\(prefix)") else { return }
      defer { closedir(directory) }
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        // Copies of the database with leap seconds or without, and what is no zone for people.
        let others = ["posix", "right", "posixrules", "localtime", "Factory"]
        if prefix.isEmpty && others.contains(name) || !isName(name) { continue }
        var status = stat()
        guard stat("\(folder)/\(prefix)\(name)", &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR {
          visit("\(prefix)\(name)/", depth: depth + 1)
        } else if let file = read("\(folder)/\(prefix)\(name)"), file.starts(with: "TZif".utf8) {
          names.append(prefix + name)
        }
      }
    }
    visit("", depth: 0)
    return names.sorted()
  }

  /// What the system's settings say of the zone in which it stands.
  enum Local {
    case named(String)
    case rule(String, ZoneRule)
    case file(name: String, [UInt8])
    case utc
  }

  /// The local zone: the variable TZ, which names a zone or a file or is a rule, or /etc/localtime.
  static var local: Local {
    if let setting = variable("TZ") {
      let name = setting.hasPrefix(":") ? String(setting.dropFirst()) : setting
      if name.isEmpty { return .utc }
      if name.hasPrefix("/") {
        return read(name).map { .file(name: zoneName(ofPath: name) ?? "local", $0) } ?? .utc
      }
      if isName(name), let folder, let file = read("\(folder)/\(name)") {
        return .file(name: name, file)
      }
      return ZoneRule(name.utf8).map { .rule(name, $0) } ?? .named(name)
    }
    guard let file = read("/etc/localtime") else { return .utc }
    let path = realpath("/etc/localtime", nil)
    defer { free(path) }
    let name = path.flatMap { zoneName(ofPath: String(cString: $0)) }
    return .file(name: name ?? "local", file)
  }

  /// The name of the zone whose file lies at a path, which is what is behind the last `zoneinfo/`.
  private static func zoneName(ofPath path: String) -> String? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: true)
    guard let folder = parts.lastIndex(of: "zoneinfo") else { return nil }
    let name = parts[(folder + 1)...].joined(separator: "/")
    return isName(name) ? name : nil
  }
}
