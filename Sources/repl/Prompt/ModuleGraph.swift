import LangRuntime

/// Who imports whom, as a tree from the program down.
///
///     <main>
///     ├─ guard    loaded
///     │  └─ guide  loaded
///     │     └─ guard  ↑
///     └─ cellar   pending
struct ModuleGraph {
  private let modules: [ModuleSummary]
  private let style: Style

  /// Columns for what leads to a module.
  private let mostMargin: Int

  init(_ modules: [ModuleSummary], _ style: Style, width: Int) {
    mostMargin = max(12, width / 2)
    self.modules = modules.filter { $0.state != .unused }
    self.style = style
  }

  /// The lines; each module is followed once, where it comes first.
  var lines: [String] {
    if modules.isEmpty { return ["no module was imported yet"] }
    var children: [String: [ModuleSummary]] = [:]
    for module in modules {
      for importer in module.importers { children[importer, default: []].append(module) }
    }
    var lines = [style.bold("<main>")]
    var shown: Set<String> = []
    // Depth first, without recursion: chains of imports may be long.
    var stack: [(module: ModuleSummary, margin: String, isLast: Bool)] = []
    func push(_ importer: String, margin: String) {
      let below = children[importer] ?? []
      for (position, module) in below.enumerated().reversed() {
        stack.append((module, margin, position == below.count - 1))
      }
    }
    push("__main__", margin: "")
    // What nobody's statement names: packages around modules, and what an embedding program loads.
    while true {
      while let (module, margin, isLast) = stack.popLast() {
        let isNew = shown.insert(module.name).inserted
        let hasMore = !isNew && children[module.name] != nil
        lines.append(
          style.dim(visible(margin) + (isLast ? "└─ " : "├─ ")) + style.bold(module.name) + "  "
            + ModuleGraph.color(ModuleGraph.state(of: module), module, style)
            + (hasMore ? style.dim("  ↑") : ""))
        if isNew { push(module.name, margin: margin + (isLast ? "   " : "│  ")) }
      }
      guard let next = modules.first(where: { !shown.contains($0.name) }) else { return lines }
      stack.append((next, "", true))
    }
  }

  /// The end of what leads to a module that stands deep.
  private func visible(_ margin: String) -> String {
    margin.count <= mostMargin ? margin : "… " + margin.suffix(mostMargin - 2)
  }

  /// `pending`, `native, loaded`.
  static func state(of module: ModuleSummary) -> String {
    var state = module.state.rawValue
    if module.state == .loaded, let reason = module.reason, reason != "first use",
      reason != "lazy.load"
    {
      state = "loaded at once"
    }
    return module.isNative ? "native, \(state)" : state
  }

  static func color(_ text: String, _ module: ModuleSummary, _ style: Style) -> String {
    switch module.state {
    case .pending: style.yellow(text)
    case .loading: style.magenta(text)
    case .loaded: style.green(text)
    case .failed: style.red(text)
    case .unused: style.dim(text)
    }
  }
}
