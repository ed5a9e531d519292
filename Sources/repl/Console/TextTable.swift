import Lang

/// Rows of cells that are aligned in columns.
struct TextTable {
  /// A cell: what it says, and how that looks.
  struct Cell {
    let text: String
    let look: (String) -> String

    init(_ text: String, _ look: @escaping (String) -> String = { $0 }) {
      self.text = DisplayWidth.sanitized(text)
      self.look = look
    }
  }

  private var rows: [[Cell]] = []
  private let indent: Int
  private let rightAligned: Set<Int>

  /// - Parameter rightAligned: The columns of numbers.
  init(indent: Int = 0, rightAligned: Set<Int> = []) {
    self.indent = indent
    self.rightAligned = rightAligned
  }

  mutating func add(_ cells: Cell...) { rows.append(cells) }

  /// The lines, each cut to `width` columns: the last column gives way.
  func lines(width: Int) -> [String] {
    let columnCount = rows.map(\.count).max() ?? 0
    var widths = [Int](repeating: 0, count: columnCount)
    for row in rows {
      for (column, cell) in row.enumerated() {
        widths[column] = max(widths[column], DisplayWidth.columns(of: cell.text))
      }
    }
    return rows.map { row in
      var line = String(repeating: " ", count: indent)
      var used = indent
      for (column, cell) in row.enumerated() {
        let isLast = column == row.count - 1
        let room = width - used
        let text = isLast ? TextTable.cut(cell.text, to: max(room, 8)) : cell.text
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
