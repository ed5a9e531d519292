import Lang
import LangRuntime

/// Lays a value out for the width of a terminal: in one line where it fits, else an item a line; numbers
/// and other short items share lines.
struct ValueLayout {
  /// How much of a value is looked at: more than anyone reads, and little enough to be quick.
  static let limits = ShownValue.Limits(items: 400, textLength: 2000)
  /// Lines beyond these are left out.
  static let mostLines = 60
  /// Items that are not longer than this share lines.
  private static let shortItem = 16

  let width: Int
  let style: Style

  /// The value in lines, ended by none.
  func render(_ value: ShownValue) -> String {
    // What an object says of itself may have several lines when it stands alone.
    if case .text(let text, .other, let cut) = value {
      return DisplayWidth.sanitized(text) + (cut == 0 ? "" : style.dim("… \(cut) more"))
    }
    var lines = layOut(value, prefix: "", prefixWidth: 0, indent: 0, trailing: 0)
    let count = lines.count
    if count > ValueLayout.mostLines {
      lines.removeSubrange((ValueLayout.mostLines - 2)..<(count - 1))
      let left = count - lines.count
      lines.insert(style.dim("  … \(left) lines more"), at: lines.count - 1)
    }
    return lines.joined(separator: "\n")
  }

  /// - Parameters:
  ///   - prefix: What stands before the value in its first line, such as a key.
  ///   - indent: Columns in front of the lines.
  ///   - trailing: Columns to be left free behind the last line.
  private func layOut(
    _ value: ShownValue, prefix: String, prefixWidth: Int, indent: Int, trailing: Int
  ) -> [String] {
    let margin = String(repeating: " ", count: indent)
    let room = width - indent - prefixWidth - trailing
    guard case .container(let opening, let items, let omitted, let closing) = value,
      !(items.isEmpty && omitted == 0), columns(value, atMost: room) == nil
    else { return [margin + prefix + line(value)] }
    var lines = [margin + prefix + opening]
    if items.allSatisfy(isShort) {
      lines += fill(items, indent: indent + 2)
    } else {
      for item in items {
        let key = item.key.map { line($0) + ": " } ?? ""
        let keyWidth = item.key.map { (columns($0, atMost: width) ?? width) + 2 } ?? 0
        var part = layOut(
          item.value, prefix: key, prefixWidth: keyWidth, indent: indent + 2, trailing: 1)
        part[part.count - 1] += ","
        lines += part
      }
    }
    if omitted > 0 { lines.append(margin + "  " + style.dim("… \(omitted) more")) }
    lines.append(margin + closing)
    return lines
  }

  private func isShort(_ item: ShownValue.Item) -> Bool {
    if item.key != nil { return false }
    guard case .text = item.value else { return false }
    return columns(item.value, atMost: ValueLayout.shortItem) != nil
  }

  /// Short items, as many a line as fit, in columns.
  private func fill(_ items: [ShownValue.Item], indent: Int) -> [String] {
    let cell = items.map { columns($0.value, atMost: width) ?? 0 }.max() ?? 0
    let perLine = max(1, (width - indent) / (cell + 2))
    var lines: [String] = []
    var line = ""
    for (position, item) in items.enumerated() {
      if position % perLine == 0 {
        if !line.isEmpty { lines.append(line) }
        line = String(repeating: " ", count: indent)
      } else {
        line += " "
      }
      let used = columns(item.value, atMost: width) ?? 0
      let padding = String(repeating: " ", count: cell - used)
      var isNumber = false
      if case .text(_, .number, _) = item.value { isNumber = true }
      line += isNumber ? padding + self.line(item.value) + "," : self.line(item.value) + ","
      if !isNumber && position % perLine != perLine - 1 && position != items.count - 1 {
        line += padding
      }
    }
    lines.append(line)
    return lines
  }

  /// A value in one line, coloured.
  private func line(_ value: ShownValue) -> String {
    switch value {
    case .text(let text, let kind, let cut):
      let shown = color(ValueLayout.oneLine(text), kind)
      return cut == 0 ? shown : shown + style.dim("… \(cut) more")
    case .container(let opening, let items, let omitted, let closing):
      var parts = items.map { item in
        item.key.map { line($0) + ": " + line(item.value) } ?? line(item.value)
      }
      if omitted > 0 { parts.append(style.dim("… \(omitted) more")) }
      let isSingle = opening == "(" && items.count == 1 && omitted == 0
      return opening + parts.joined(separator: ", ") + (isSingle ? "," : "") + closing
    }
  }

  /// A text fit to be shown, with its line ends made visible.
  private static func oneLine(_ text: String) -> String {
    let shown = DisplayWidth.sanitized(text)
    return shown.contains("\n")
      ? shown.split(separator: "\n", omittingEmptySubsequences: false)
        .joined(separator: "␊") : shown
  }

  private func color(_ text: String, _ kind: ShownValue.Kind) -> String {
    switch kind {
    case .number: style.cyan(text)
    case .string: style.green(text)
    case .constant: style.magenta(text)
    case .name: style.blue(text)
    case .lazyModule: style.yellow(text)
    case .other: text
    }
  }

  /// The columns of a value in one line; nil when they are more than `limit`.
  private func columns(_ value: ShownValue, atMost limit: Int) -> Int? {
    if limit < 0 { return nil }
    switch value {
    case .text(let text, _, let cut):
      // What takes no column may be long all the same.
      if text.utf8.count > limit * 4 + 64 { return nil }
      var used = DisplayWidth.columns(of: ValueLayout.oneLine(text))
      if cut > 0 { used += 7 + String(cut).count }
      return used <= limit ? used : nil
    case .container(let opening, let items, let omitted, let closing):
      var used = opening.count + closing.count + max(0, items.count - 1) * 2
      if opening == "(" && items.count == 1 { used += 1 }
      if omitted > 0 { used += 9 + String(omitted).count }
      for item in items {
        if let key = item.key {
          guard let keyColumns = columns(key, atMost: limit - used) else { return nil }
          used += keyColumns + 2
        }
        guard let valueColumns = columns(item.value, atMost: limit - used) else { return nil }
        used += valueColumns
      }
      return used <= limit ? used : nil
    }
  }
}
