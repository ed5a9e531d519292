/// Tells which module's code a place is in.
///
/// A place has the text that ran. A reload gives a module another text, and code of the old one may go
/// on running: then the two have the file in common. The pieces of a session have their name in common.
struct ModuleImporters {
  /// The texts are kept, so that no other one gets the identity of one that is gone.
  private var names: [ObjectIdentifier: (source: LoadedSource, name: String)] = [:]
  private var namesByFile: [String: String] = [:]

  /// - Complexity: Linear in the number of modules.
  init(_ records: [ModuleRecord]) {
    for record in records where record.form != .machine && record.form != .native {
      if let source = record.loadedSource {
        names[ObjectIdentifier(source)] = (source, record.name)
      }
      let file = record.location.isEmpty ? record.source.name : record.location
      // A program that was found as a module (`lang -m`) has the file of that module. The texts tell
      // them apart; a text that neither has any more is one of the module, which was reloaded.
      if record.form == .program && namesByFile[file] != nil { continue }
      namesByFile[file] = record.name
    }
  }

  /// The name of the module whose code a place is in; nil when it is in none that is known.
  func name(at place: Place?) -> String? {
    guard let source = place?.source else { return nil }
    return names[ObjectIdentifier(source)]?.name
      ?? namesByFile[source.location.isEmpty ? source.name : source.location]
  }
}
