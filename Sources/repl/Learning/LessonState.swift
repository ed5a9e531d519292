import LangRuntime

// How the modules of a lesson stand, and what happened to them, as lines of text.

extension LessonRecord {
  /// Each module with its state and those who refer to it; then the names that nobody used yet.
  ///
  /// ```
  /// tea    pending       variable tea of <main>
  /// clock  not imported
  /// ```
  func stateText(of names: [String]) -> String {
    var rows: [(name: String, state: String, holders: [String])] = []
    for name in names {
      let state = state(name)
      // A load that failed leaves a module as it was.
      let word = state == .failed ? "pending again" : state?.rawValue ?? "not imported"
      rows.append((name, word, holders[name] ?? []))
      for unresolved in unresolvedNames[name] ?? [] {
        rows.append(("\(name).\(unresolved.name)", "not used", unresolved.holders))
      }
    }
    let nameWidth = rows.map(\.name.count).max() ?? 0
    let stateWidth = rows.map(\.state.count).max() ?? 0
    var lines: [String] = []
    for row in rows {
      var start = "  \(row.name.padded(to: nameWidth))  \(row.state.padded(to: stateWidth))"
      let shown = row.holders.prefix(LessonRecord.shownHolderCount)
      for holder in shown {
        lines.append("\(start)  \(holder)")
        start = String(repeating: " ", count: nameWidth + stateWidth + 4)
      }
      if row.holders.count > shown.count {
        lines.append("\(start)  and \(row.holders.count - shown.count) more")
      }
      if row.holders.isEmpty { lines.append(start.withoutTrailingSpaces) }
    }
    return lines.joined(separator: "\n")
  }

  private static let shownHolderCount = 6
}

extension String {
  /// The text with spaces behind it up to a width in characters.
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  fileprivate var withoutTrailingSpaces: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
