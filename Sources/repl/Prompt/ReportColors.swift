/// Colours for the report of modules: headings by what they are about, notes dim.
enum ReportColors {
  /// The report without the groups that are empty, and without the memory.
  static func short(_ report: String) -> String {
    var lines: [Substring] = []
    for line in report.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("memory ") { break }
      if line.hasSuffix(": none") || line.isEmpty && lines.last?.isEmpty != false { continue }
      lines.append(line)
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.joined(separator: "\n") + "\n"
  }

  static func color(_ report: String, _ style: Style) -> String {
    if !style.usesColors { return report }
    return report.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let text = String(line)
      if text.hasPrefix("    ") { return style.dim(text) }
      if text.hasPrefix("  ") || text.isEmpty { return text }
      if text.hasSuffix(": none") { return style.dim(text) }
      let isPending = ["proxied", "native, proxied"].contains { text.hasPrefix($0) }
      if isPending { return style.bold(style.yellow(text)) }
      if text.hasPrefix("failed") || text.hasPrefix("lost") { return style.bold(style.red(text)) }
      if text.hasPrefix("loaded") || text.hasPrefix("native, loaded") {
        return style.bold(style.green(text))
      }
      return style.bold(text)
    }.joined(separator: "\n")
  }
}
