import LangRuntime

extension ModuleStep {
  /// What happened, in a line.
  var told: String {
    var text = "\(kind.rawValue) \(module)"
    if let name { text += ".\(name)" }
    switch kind {
    case .patched: text += ": " + holders.joined(separator: "; ")
    case .failed: text += ": " + (error ?? "")
    default: if let expression = place?.expression { text += ": " + expression }
    }
    return text
  }
}
