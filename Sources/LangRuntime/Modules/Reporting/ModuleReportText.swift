// The report for people: a table of at most 100 columns, unless a path or a name is longer than that.

extension ModuleReport {
  /// The report as text; ends with a line end.
  var text: String {
    var table = ReportTable(self)
    return table.render()
  }
}

/// Lays out a report.
private struct ReportTable {
  private let report: ModuleReport
  private var lines: [String] = []
  /// The group before had modules.
  private var followsGroup = false
  /// Columns that names get.
  private let nameWidth: Int

  private static let width = 100
  private static let numberWidths = [9, 10, 10, 9, 9, 9, 6]
  private static let numberTitles = [
    "source", "memory", "allocated", "read", "parse", "run", "refs",
  ]

  init(_ report: ModuleReport) {
    self.report = report
    let longest = report.groups.values.joined().reduce(0) { max($0, $1.name.unicodeScalars.count) }
    let room = ReportTable.width - 2 - ReportTable.numberWidths.reduce(0, +)
    // As wide as the longest title, if names are short.
    nameWidth = min(max(longest, 32), room)
  }

  mutating func render() -> String {
    addHead()
    addPending()
    addLoaded("loaded while the mechanism was off", .disabled)
    addLoaded("loaded through a proxy", .proxy)
    addLoaded("loaded through a bypass", .bypass)
    if !report.entries(.loading).isEmpty { addLoaded("loading now", .loading) }
    addFailed()
    addLost()
    addNames("native, proxied and still pending", .nativePending)
    addLoaded("native, loaded", .nativeLoaded)
    addNames("native, not imported", .nativeUnused)
    addMemory()
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Groups

  private mutating func addHead() {
    for program in report.programs {
      let name =
        program.location.isEmpty ? program.name : report.shortener.shorten(program.location)
      var text = "program \(name): \(ReportUnits.bytes(program.sourceBytes ?? 0)) of source"
      if let load = program.load { text += ", \(ReportUnits.bytes(load.memory)) of memory" }
      lines.append(text)
    }
    let loaded = [ModuleReport.Group.disabled, .proxy, .bypass, .nativeLoaded]
      .reduce(0) { $0 + report.entries($1).count }
    let known = report.groups.values.reduce(0) { $0 + $1.count }
    lines.append("modules: \(known), of which \(loaded) loaded")
    lines.append("")
  }

  private mutating func addPending() {
    let entries = report.entries(.pending)
    if addHeading("proxied and still pending", entries.count, ["source"], note: "imported at") {
      for entry in entries {
        let place = entry.importedAt.map { "  \(report.shortener.shorten($0.file)):\($0.line)" }
        let size = entry.sourceBytes.map(ReportUnits.bytes) ?? "unknown"
        addRow(entry.name, [size], note: place ?? "")
      }
      let bytes = report.pendingBytes
      lines.append(
        "  they would have cost \(ReportUnits.bytes(bytes)) of source "
          + "(\(ReportUnits.grouped(bytes)) bytes)")
    }
    if followsGroup { lines.append("") }
    followsGroup = false
    lines.append("most pending at once: \(report.mostPending)")
  }

  private mutating func addLoaded(_ title: String, _ group: ModuleReport.Group) {
    let entries = report.entries(group)
    if !addHeading(title, entries.count, ReportTable.numberTitles) { return }
    var sum = ModuleReport.LoadEntry(reason: "")
    for entry in entries {
      guard let load = entry.load else { continue }
      let isRead = entry.form == .file || entry.form == .package
      addRow(entry.name, numbers(entry.sourceBytes, load, isRead: isRead))
      addNotes(notes(entry, load, group))
      sum.add(load)
    }
    if entries.count < 2 { return }
    let bytes = entries.reduce(0) { $0 + ($1.sourceBytes ?? 0) }
    addRow("(together)", numbers(bytes, sum, isRead: group != .nativeLoaded))
  }

  private func numbers(
    _ sourceBytes: Int?, _ load: ModuleReport.LoadEntry, isRead: Bool
  ) -> [String] {
    [
      isRead ? ReportUnits.bytes(sourceBytes ?? 0) : "-", ReportUnits.bytes(load.memory),
      ReportUnits.bytes(load.allocated), isRead ? ReportUnits.milliseconds(load.reading) : "-",
      isRead ? ReportUnits.milliseconds(load.parsing) : "-",
      ReportUnits.milliseconds(load.evaluating), String(load.patched + load.patchedNames),
    ]
  }

  /// What is said of a loaded module below its numbers.
  private func notes(
    _ entry: ModuleReport.Entry, _ load: ModuleReport.LoadEntry, _ group: ModuleReport.Group
  ) -> String {
    var notes: [String] = []
    if group == .bypass || group == .loading || entry.form == .native && load.reason != "first use"
    {
      notes.append(load.reason)
    }
    if let cause = entry.cause { notes.append(text(of: cause)) }
    if load.isChanged { notes.append("changed between import and load") }
    if load.reloads > 0 { notes.append("reloaded \(times(load.reloads))") }
    if let error = entry.error {
      notes.append("could not be reloaded: \(error)")
    } else if entry.failures > 0 {
      notes.append("failed \(times(entry.failures))")
    }
    return notes.joined(separator: "; ")
  }

  private mutating func addFailed() {
    let entries = report.entries(.failed)
    if !addHeading("failed", entries.count, []) { return }
    for entry in entries {
      lines.append("  \(entry.name)")
      addNotes("tried \(times(entry.failures)): \(entry.error ?? "")")
      if let cause = entry.cause { addNotes(text(of: cause)) }
    }
  }

  private mutating func addLost() {
    let entries = report.entries(.lost)
    if !addHeading("lost track of", entries.count, []) { return }
    for entry in entries {
      lines.append("  \(entry.name)")
      addNotes(entry.problem ?? "")
    }
  }

  /// A group of which only the names are said.
  private mutating func addNames(_ title: String, _ group: ModuleReport.Group) {
    let entries = report.entries(group)
    if !addHeading(title, entries.count, []) { return }
    addWrapped(entries.map(\.name).joined(separator: ", "), indent: 2)
  }

  private mutating func addMemory() {
    let memory = report.memory
    lines.append("")
    lines.append("memory".padded(to: nameWidth + 2) + "bytes".aligned(to: 15))
    var limit = ""
    if let most = memory.limit { limit = " of \(ReportUnits.bytes(most))" }
    for (title, bytes, note) in [
      ("modules", memory.modules, ""),
      (report.programs.count == 1 ? "the program" : "programs", memory.programs, ""),
      ("shared: built-ins, stack", memory.shared, ""),
      ("not collected yet", memory.unreachable, ""), ("heap in use", memory.total, limit),
      ("code, beside the heap", report.codeBytes, ""),
    ] {
      lines.append(
        "  " + title.padded(to: nameWidth) + ReportUnits.grouped(bytes).aligned(to: 15)
          + ReportUnits.bytes(bytes).aligned(to: 10) + note)
    }
  }

  // MARK: Lines

  /// Adds the heading of a group; false when the group is empty.
  private mutating func addHeading(
    _ title: String, _ count: Int, _ columns: [String], note: String = ""
  ) -> Bool {
    // Groups with modules stand apart; empty ones follow each other closely.
    if (count > 0 || followsGroup), lines.last != "" { lines.append("") }
    followsGroup = count > 0
    if count == 0 {
      lines.append("\(title): none")
      return false
    }
    var line = "\(title): \(count)".padded(to: nameWidth + 2)
    for (column, width) in zip(columns, ReportTable.numberWidths) {
      line += column.aligned(to: width)
    }
    lines.append((note.isEmpty ? line : "\(line)  \(note)").withoutTrailingSpaces)
    return true
  }

  /// Adds a name and its numbers; a long name gets a line of its own.
  private mutating func addRow(_ name: String, _ numbers: [String], note: String = "") {
    var line = "  \(name)"
    if name.unicodeScalars.count > nameWidth {
      lines.append(line)
      line = ""
    }
    line = line.padded(to: nameWidth + 2)
    for (number, width) in zip(numbers, ReportTable.numberWidths) {
      line += number.aligned(to: width)
    }
    lines.append(line + note)
  }

  private mutating func addNotes(_ text: String) {
    if !text.isEmpty { addWrapped(text, indent: 4) }
  }

  /// Adds a text in lines of at most 100 columns, broken at spaces.
  private mutating func addWrapped(_ text: String, indent: Int) {
    let margin = String(repeating: " ", count: indent)
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      let width = line.unicodeScalars.count + word.unicodeScalars.count
      if !line.isEmpty && indent + width + 1 > ReportTable.width {
        lines.append(margin + line)
        line = String(word)
      } else {
        line += (line.isEmpty ? "" : " ") + word
      }
    }
    lines.append(margin + line)
  }

  private func text(of place: ModulePlace) -> String {
    let position = "\(report.shortener.shorten(place.file)):\(place.line):\(place.column)"
    return place.expression.map { "\(position)  \($0)" } ?? position
  }

  private func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }
}

extension String {
  /// The text with spaces behind it.
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - unicodeScalars.count))
  }

  /// The text with spaces in front of it.
  fileprivate func aligned(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - unicodeScalars.count)) + self
  }

  fileprivate var withoutTrailingSpaces: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
