import Lang

/// Rows of cells that are aligned in columns.
struct TextTable {
  /// A cell: what it says, of which the first line is shown, and how that looks.
  struct Cell {
    let text: String
    let look: (String) -> String

    init(_ text: String, _ look: @escaping (String) -> String = { $0 }) {
      self.text = DisplayWidth.firstLine(of: text)
      self.look = look
    }
  }

  /// A column is not made narrower than this.
  private static let narrowest = 16

  private var rows: [[Cell]] = []
  private let indent: Int
  private let rightAligned: Set<Int>

  /// - Parameter rightAligned: The columns of numbers.
  init(indent: Int = 0, rightAligned: Set<Int> = []) {
    self.indent = indent
    self.rightAligned = rightAligned
  }

  mutating func add(_ cells: Cell...) { rows.append(cells) }

  /// The lines, each cut to `width` columns: the last column gives way first, then the widest ones.
  func lines(width: Int) -> [String] {
    let columnCount = rows.map(\.count).max() ?? 0
    var widths = [Int](repeating: 0, count: columnCount)
    for row in rows {
      for (column, cell) in row.enumerated() {
        widths[column] = max(widths[column], DisplayWidth.columns(of: cell.text))
      }
    }
    var excess = indent + widths.reduce(0, +) + 2 * max(0, columnCount - 1) - width
    if let last = widths.last, excess > 0 {
      excess -= max(0, last - TextTable.narrowest)
      // The first column has names, without which a line says nothing.
      let middle = widths.indices.dropFirst().dropLast()
      while excess > 0, let widest = middle.max(by: { widths[$0] < widths[$1] }),
        widths[widest] > TextTable.narrowest
      {
        widths[widest] -= 1
        excess -= 1
      }
    }
    return rows.map { row in
      var line = String(repeating: " ", count: indent)
      var used = indent
      for (column, cell) in row.enumerated() {
        let isLast = column == row.count - 1
        let room = width - used
        let text = TextTable.cut(cell.text, to: isLast ? max(room, 8) : widths[column])
        let padding = String(
          repeating: " ", count: max(0, widths[column] - DisplayWidth.columns(of: text)))
        let isRight = rightAligned.contains(column)
        if isRight { line += padding }
        line += text.isEmpty ? "" : cell.look(text)
        if !isLast {
          if !isRight { line += padding }
          line += "  "
        }
        used += widths[column] + 2
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// A text that takes at most `columns` columns.
  static func cut(_ text: String, to columns: Int) -> String {
    if DisplayWidth.columns(of: text) <= columns { return text }
    var result = ""
    var used = 0
    for character in text {
      let width = DisplayWidth.columns(of: String(character))
      if used + width > columns - 1 { break }
      result.append(character)
      used += width
    }
    return result + "…"
  }
}

extension DisplayWidth {
  /// The first line of a text that may contain anything, fit to be shown.
  static func firstLine(of text: String) -> String {
    sanitized(String(text.prefix { !$0.isNewline }))
  }
}
