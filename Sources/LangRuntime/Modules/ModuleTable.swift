import Lang

/// Where a module stands in its life.
enum ModuleState {
  /// Found; nothing was read.
  case pending
  /// Its body is running.
  case loading
  case loaded
}

/// What the machine knows of one module, from the moment that it was found.
final class ModuleRecord {
  /// The full dotted name.
  let name: String
  /// The absolute path of the source; empty for native and embedded modules.
  let location: String
  /// Whether the source is the `init.l` of a folder.
  let isPackage: Bool
  var state = ModuleState.pending
  /// The one proxy, while something may hold it; weak (the collector clears it).
  var proxy: ProxyReference?
  /// The module, from the beginning of its loading on.
  var module: ModuleReference?
  /// The source text that was loaded last.
  var source: LoadedSource
  /// What fills a native module.
  var initializer: ((Engine, ModuleReference) throws(RaisedError) -> Void)?
  /// Where the module was imported first.
  var importedFrom = ""

  /// Where the modules inside of a package are looked for; nil for other modules.
  var folder: String? {
    guard isPackage else { return nil }
    return location.hasSuffix("/init.l") ? String(location.dropLast("/init.l".count)) : location
  }

  /// The name of the package that relative imports start from.
  var package: String {
    if isPackage { return name }
    guard let dot = name.lastIndex(of: ".") else { return "" }
    return String(name[..<dot])
  }

  init(name: String, location: String, isPackage: Bool) {
    self.name = name
    self.location = location
    self.isPackage = isPackage
    source = LoadedSource(name: location.isEmpty ? name : location, bytes: [])
  }
}

/// Every module that the machine knows, in the order in which they were found.
struct ModuleTable {
  var records: [ModuleRecord] = []
  var byName: [String: Int] = [:]
  /// Folders to search, in order.
  var path: [String] = []
}
