import Lang
import LangRuntime

/// Says each step of the lazy mechanism in a line that a newcomer understands: `--trace`, `:trace on`.
///
///     found    wrap          lib/wrap.l; nothing is read yet
///     bound    wrap          main.l:2  import wrap
///     loading  wrap          main.l:9  wrap.fill needs it
///     loaded   wrap          412 B of source in 0.31 ms, 3.1 KB of memory
///     patched  wrap          2 references: variable wrap of <main>, item of a list in <main>.tools
struct TraceLines {
  private let style: Style
  private let shortener: PathShortener
  /// As wide as the longest name so far, so that what follows stays aligned.
  private var nameWidth = 12

  private static let widestName = 32
  /// Holders that are named in one line.
  private static let mostHolders = 4

  init(style: Style) {
    self.style = style
    shortener = PathShortener(folders: [SourceFile.absolutePath(".")])
  }

  /// The line of a step, without a line end.
  mutating func line(_ step: ModuleStep) -> String {
    let indentation = String(repeating: "  ", count: min(depth(of: step), 8))
    let name = indentation + step.module
    nameWidth = min(max(nameWidth, name.count), TraceLines.widestName)
    let padding = String(repeating: " ", count: max(0, nameWidth - name.count))
    return verb(of: step.kind) + "  " + style.bold(name) + padding + "  " + sentence(step)
  }

  /// What is told of a module that is loading stands one step in for what happens meanwhile.
  private func depth(of step: ModuleStep) -> Int {
    switch step.kind {
    case .found, .bound, .bypassed, .forgotten, .reloaded, .patched: step.depth
    case .loading, .loaded, .failed: step.depth
    }
  }

  private func verb(of kind: ModuleStep.Kind) -> String {
    let word = kind.rawValue + String(repeating: " ", count: max(0, 9 - kind.rawValue.count))
    return switch kind {
    case .found, .bound: style.dim(word)
    case .bypassed: style.blue(word)
    case .loading: style.yellow(word)
    case .loaded: style.green(word)
    case .patched: style.cyan(word)
    case .reloaded: style.magenta(word)
    case .failed: style.red(word)
    case .forgotten: style.dim(word)
    }
  }

  private func sentence(_ step: ModuleStep) -> String {
    switch step.kind {
    case .found:
      if step.location.isEmpty { return "built in, not set up yet" }
      return DisplayWidth.sanitized(shortener.shorten(step.location)) + "; nothing is read yet"
    case .bound: return place(step)
    case .bypassed: return "a rule makes the import eager: \(step.reason ?? "")"
    case .loading:
      if step.reason == "first use" { return "\(place(step)) needs it" }
      return "\(step.reason ?? "asked for"): \(place(step))"
    case .loaded: return figures(step)
    case .patched: return patched(step)
    case .failed: return failed(step)
    case .reloaded:
      if let error = step.error { return "nothing to do: \(error)" }
      return "in place, \(figures(step))"
        + (step.patched > 0 ? "; \(references(step.patched)) followed" : "")
    case .forgotten: return "the next import starts over"
    }
  }

  private func figures(_ step: ModuleStep) -> String {
    guard let figures = step.figures else { return "" }
    let time = figures.reading + figures.parsing + figures.evaluating
    var text = ""
    if step.location.isEmpty {
      text = "set up in \(ReportUnits.milliseconds(time))"
    } else {
      text =
        "\(ReportUnits.bytes(figures.sourceBytes)) of source in \(ReportUnits.milliseconds(time))"
    }
    text += ", \(ReportUnits.bytes(figures.memory)) of memory"
    if figures.isChanged { text += "; the file changed after the import" }
    return text
  }

  private func patched(_ step: ModuleStep) -> String {
    if step.patched == 0 && step.holders.isEmpty { return "nothing held on to the stand-in" }
    var text = step.name.map { "the name \($0): " } ?? ""
    text += references(step.patched)
    if !step.holders.isEmpty {
      text += ": " + step.holders.prefix(TraceLines.mostHolders).joined(separator: ", ")
      // Of very many not all are told.
      let isCut = step.holders.count >= Machine.mostHoldersTold
      let count = isCut ? max(step.patched, step.holders.count) : step.holders.count
      let left = count - TraceLines.mostHolders
      if left > 0 { text += ", and \(left) more" }
    }
    return text
  }

  private func failed(_ step: ModuleStep) -> String {
    let error = style.red(DisplayWidth.firstLine(of: step.error ?? ""))
    if step.reason == "reload" { return "\(error); the old contents stay" }
    return "\(error); it is pending again"
  }

  private func references(_ count: Int) -> String {
    "\(count) \(count == 1 ? "reference" : "references")"
  }

  /// `main.l:9  wrap.fill`.
  private func place(_ step: ModuleStep) -> String {
    guard let place = step.place else { return "the command" }
    let file = DisplayWidth.sanitized(shortener.shorten(place.file))
    let position = style.dim("\(file):\(place.line)")
    return place.expression.map { "\(position)  \(DisplayWidth.firstLine(of: $0))" } ?? position
  }
}
