import Lang
import LangRuntime

/// The page of a module in Markdown.
struct MarkdownPage {
  private let module: DocumentedModule
  /// The modules that have a page.
  private let names: Set<String>
  /// The classes that have a heading on the page.
  private let classes: Set<String>
  private var lines: [String] = []
  /// The anchors that are taken, with how often.
  private var anchors: [String: Int] = [:]
  private var contents: [String] = []

  init(_ module: DocumentedModule, among names: Set<String>) {
    self.module = module
    self.names = names
    let documentation = module.documentation
    classes = Set(documentation.entries.filter { $0.kind == .class }.map(\.name))
    _ = anchor(module.name)
    if !documentation.handedOn.isEmpty { _ = anchor("From its modules") }
    let sections: [(String, [ModuleDocumentation.Kind])] = [
      ("Functions", [.function]), ("Classes", [.class]), ("Constants", [.constant]),
      ("Variables", [.variable]),
    ]
    for (title, kinds) in sections {
      let entries = documentation.entries.filter { kinds.contains($0.kind) }
      if entries.isEmpty { continue }
      lines += ["", "## \(title)"]
      _ = anchor(title)
      let links = entries.map { entry in
        let link = "[`\(entry.name)`](#\(anchor(heading(of: entry))))"
        add(entry)
        return link
      }
      contents.append("- \(title): \(links.joined(separator: ", "))")
    }
  }

  /// The whole page, with a line end behind it.
  var text: String {
    var head = ["# \(module.name)", ""]
    let text = module.documentation.text
    head += text.isEmpty ? [undocumented] : DocumentationText(text).markdownLines
    let inside = names.filter { $0.hasPrefix("\(module.name).") }.sorted()
    var list = contents
    if !inside.isEmpty && module.isPackage {
      list.append("- Modules: \(inside.map { "[`\($0)`](\($0).md)" }.joined(separator: ", "))")
    }
    if !list.isEmpty { head += [""] + list }
    return (head + handedOnLines + lines).map { "\($0)\n" }.joined()
  }

  private var undocumented: String { "*(not documented)*" }

  // MARK: Entries

  private func heading(of entry: ModuleDocumentation.Entry) -> String {
    entry.kind == .class ? "class \(entry.signature)" : entry.signature
  }

  private mutating func add(_ entry: ModuleDocumentation.Entry) {
    lines += ["", "### `\(heading(of: entry))`", ""]
    if !entry.base.isEmpty {
      let base =
        classes.contains(entry.base)
        ? "[`\(entry.base)`](#\(classAnchor(entry.base)))" : "`\(entry.base)`"
      lines += ["Derived from \(base).", ""]
    }
    lines += entry.text.isEmpty ? [undocumented] : DocumentationText(entry.text).markdownLines
    var protocols: [String] = []
    for member in entry.members {
      if member.isProtocol && member.text.isEmpty {
        protocols.append("`\(member.name)`")
        continue
      }
      let word =
        switch member.kind {
        case .property: "get "
        case .staticFunction: "static "
        default: ""
        }
      let signature = "\(word)\(member.signature)"
      _ = anchor(signature)
      lines += ["", "#### `\(signature)`", ""]
      lines +=
        member.text.isEmpty ? [undocumented] : DocumentationText(member.text).markdownLines
    }
    if !protocols.isEmpty { lines += ["", "Defines \(protocols.joined(separator: ", "))."] }
  }

  private var handedOnLines: [String] {
    let handedOn = module.documentation.handedOn
    if handedOn.isEmpty { return [] }
    var lines = ["", "## From its modules", ""]
    let package = module.isPackage ? module.name[...] : module.name.prefix { $0 != "." }
    for name in handedOn {
      // `from . import x` hands on the module `x` itself.
      let source =
        name.module == "." ? "\(package).\(name.original)" : "\(package)\(name.module)"
      let link = names.contains(source) ? "[`\(source)`](\(source).md)" : "`\(source)`"
      lines.append(
        name.name == name.original
          ? "- `\(name.name)`: see \(link)" : "- `\(name.name)`: `\(name.original)` of \(link)")
    }
    return lines
  }

  // MARK: Anchors

  private func classAnchor(_ name: String) -> String {
    let entry = module.documentation.entries.first { $0.kind == .class && $0.name == name }
    return MarkdownPage.anchor(of: entry.map(heading) ?? name)
  }

  /// The anchor that a heading gets: the second one of the same text ends in `-1`.
  private mutating func anchor(_ heading: String) -> String {
    let base = MarkdownPage.anchor(of: heading)
    let count = anchors[base, default: 0]
    anchors[base] = count + 1
    return count == 0 ? base : "\(base)-\(count)"
  }

  /// Small letters, digits, `-` and `_`, with `-` for a blank; what else there is goes.
  private static func anchor(of heading: String) -> String {
    heading.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
      .split(separator: " ", omittingEmptySubsequences: false).joined(separator: "-")
  }
}
