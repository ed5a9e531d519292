import Lang
import LangRuntime

/// The documentation of a module for a terminal.
struct TerminalPage {
  /// The text, with a line end behind it.
  private(set) var text = ""
  private let style = Style.output

  init(_ module: DocumentedModule) {
    let documentation = module.documentation
    show(style.bold(module.name), documentation.text, indent: "")
    for name in documentation.handedOn {
      show(style.cyan(name.name), "See '\(name.original)' of '\(name.module)'.", indent: "  ")
    }
    for entry in documentation.entries {
      let word = entry.kind == .class ? "class " : entry.kind == .function ? "fn " : ""
      let base = entry.base.isEmpty ? "" : style.dim(" from \(entry.base)")
      show(style.dim(word) + style.cyan(entry.signature) + base, entry.text, indent: "  ")
      for member in entry.members where !(member.isProtocol && member.text.isEmpty) {
        let word =
          switch member.kind {
          case .property: "get "
          case .staticFunction: "static fn "
          case .method: "fn "
          default: ""
          }
        show(style.dim(word) + style.cyan(member.signature), member.text, indent: "    ")
      }
    }
  }

  /// Adds a heading, and a text further in.
  private mutating func show(_ heading: String, _ documentation: String, indent: String) {
    if !text.isEmpty { text += "\n" }
    text += "\(indent)\(heading)\n"
    let inner = text.isEmpty || indent.isEmpty ? indent : indent + "  "
    if documentation.isEmpty { text += "\(inner)\(style.dim("(not documented)"))\n" }
    for line in DocumentationText(documentation).plainLines {
      text += line.isEmpty ? "\n" : "\(inner)\(DisplayWidth.sanitized(line))\n"
    }
  }
}
