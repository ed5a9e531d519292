import Lang

/// Why a module was loaded when it was.
enum LoadReason: Equatable {
  /// Its first attribute was looked up, or a name imported from it was used.
  case firstUse
  /// `eager import`.
  case eagerStatement
  /// `from m import *`.
  case star
  /// A rule made its import eager; the text says which: `lazy.bypass("m")`, say.
  case bypass(String)
  /// `lazy.disable()`, or its like on the command line.
  case disabled
  /// `lazy.load(m)` and the tools that stand for it.
  case asked

  /// For reports.
  var text: String {
    switch self {
    case .firstUse: "first use"
    case .eagerStatement: "eager import"
    case .star: "import *"
    case .bypass(let rule): rule
    case .disabled: "laziness disabled"
    case .asked: "lazy.load"
    }
  }
}

/// Which imports are not lazy.
struct ImportRules {
  /// False: every import loads at once.
  var isEnabled = true
  /// From then on nothing may be loaded.
  var isSealed = false
  /// Module names, and how the rule was given.
  private(set) var names: [String: String] = [:]
  /// Names of packages that are meant with all that is inside.
  private(set) var packages: [(name: String, rule: String)] = []
  /// Parts of locations.
  private(set) var locationParts: [(text: String, rule: String)] = []

  /// Imports one module eagerly; `a.*` means a package with all that is inside.
  mutating func bypass(_ name: String, rule: String) {
    if name.hasSuffix(".*") {
      bypassPackage(String(name.dropLast(2)), rule: rule)
    } else {
      names[name] = rule
    }
  }

  /// Imports a package and all that is inside eagerly.
  mutating func bypassPackage(_ name: String, rule: String) { packages.append((name, rule)) }

  /// Imports eagerly what lies at a location that contains `text`.
  mutating func bypassLocations(containing text: String, rule: String) {
    locationParts.append((text, rule))
  }

  /// Whether every import is lazy.
  var isEmpty: Bool { isEnabled && names.isEmpty && packages.isEmpty && locationParts.isEmpty }

  /// Why an import of the module is not lazy; nil when it is.
  func reason(for record: ModuleRecord) -> LoadReason? {
    if isEmpty { return nil }
    if !isEnabled { return .disabled }
    if let rule = names[record.name] { return .bypass(rule) }
    for (name, rule) in packages where record.name == name || record.name.hasPrefix(name + ".") {
      return .bypass(rule)
    }
    if locationParts.isEmpty { return nil }
    let location = record.location
    for (text, rule) in locationParts where contains(location, text) { return .bypass(rule) }
    return nil
  }

  private func contains(_ location: String, _ text: String) -> Bool {
    let (whole, part) = (Array(location.utf8), Array(text.utf8))
    if part.isEmpty || part.count > whole.count { return part.isEmpty }
    return (0...(whole.count - part.count)).contains {
      whole[$0..<$0 + part.count].elementsEqual(part)
    }
  }
}
