/// Shows a diagnostic with the line of source that it is about.
///
///     error: TypeError: cannot add int and string
///       --> shop.l:12:12
///        |
///     12 |     return price + tax
///        |            ~~~~~ ^ ~~~
///        = help: int(tax) makes it a number, str(price) makes it text
///
/// Carets are under the range of the diagnostic, tildes under what belongs to it. Tabs are expanded,
/// wide characters count two columns, and of a long line only the part around the carets is shown.
/// The cost does not depend on the length of the line beyond finding it.
public struct DiagnosticRenderer {
  /// Whether ANSI colours are used.
  public var usesColors: Bool
  /// The number of columns that a line of source may take.
  public var maximumColumns: Int
  /// The distance of tab stops.
  public var tabWidth: Int

  /// Makes a renderer.
  public init(usesColors: Bool = false, maximumColumns: Int = 100, tabWidth: Int = 4) {
    self.usesColors = usesColors
    self.maximumColumns = max(maximumColumns, 20)
    self.tabWidth = max(tabWidth, 1)
  }

  /// The diagnostic as text that ends with a line end.
  ///
  /// - Parameters:
  ///   - source: The text that the ranges of the diagnostic refer to.
  ///   - label: What the first line begins with, before a colon.
  public func render(
    _ diagnostic: Diagnostic, in source: SourceText, label: String = "error"
  ) -> String {
    let location = source.location(of: diagnostic.range.start)
    let place = diagnostic.place.map { source.location(of: $0) } ?? location
    let lines = shownLines(diagnostic, source, primary: location.line)
    let gutter = max(2, String(lines.last ?? location.line).count)
    let margin = String(repeating: " ", count: gutter)
    let name = DisplayWidth.sanitized(source.name)
    var result = color(.error, "\(label):")
    result += " " + color(.message, DisplayWidth.sanitized(diagnostic.message)) + "\n"
    result += margin + color(.gutter, "-->") + " \(name):\(place.line):\(place.column)\n"
    result += margin + color(.gutter, " |") + "\n"
    var previous: Int?
    for line in lines {
      if let previous, line > previous + 1 { result += color(.gutter, "...") + "\n" }
      previous = line
      let number = String(line)
      let padding = String(repeating: " ", count: gutter - number.count)
      let excerpt = excerpt(line, diagnostic, source, isPrimary: line == location.line)
      result += color(.gutter, padding + number + " |")
      result += (excerpt.text.isEmpty ? "" : " " + excerpt.text) + "\n"
      result += margin + color(.gutter, " |") + " " + excerpt.marks + "\n"
    }
    if let help = diagnostic.help {
      let lines = DisplayWidth.sanitized(help).split(
        separator: "\n", omittingEmptySubsequences: false)
      let indentation = "\n" + margin + String(repeating: " ", count: 9)
      result += margin + color(.gutter, " =") + " " + color(.help, "help:") + " "
      result += lines.joined(separator: indentation) + "\n"
    }
    return result
  }

  // MARK: Lines

  /// The lines to show, ascending: that of the carets and up to three of the tildes.
  private func shownLines(
    _ diagnostic: Diagnostic, _ source: SourceText, primary: Int
  ) -> [Int] {
    var lines: Set<Int> = [primary]
    for range in diagnostic.secondary where lines.count < 4 {
      lines.insert(source.lineNumber(of: min(Int(range.start), source.bytes.count)))
    }
    return lines.sorted()
  }

  /// A scalar of the source line as it is shown.
  private struct Cell {
    var offset: Int
    var text: String
    var columns: Int
  }

  private func excerpt(
    _ line: Int, _ diagnostic: Diagnostic, _ source: SourceText, isPrimary: Bool
  ) -> (text: String, marks: String) {
    let whole = source.range(ofLine: line)
    let ranges = diagnostic.secondary.filter {
      source.lineNumber(of: min(Int($0.start), source.bytes.count)) == line
    }
    var focus = Int((isPrimary ? diagnostic.range : ranges.first ?? diagnostic.range).start)
    focus = min(max(focus, whole.lowerBound), whole.upperBound)
    let part = window(around: focus, in: whole, source.bytes)
    var cells = layOut(part, source.bytes)
    let isCutBefore = part.lowerBound > whole.lowerBound
    let isCutAfter = part.upperBound < whole.upperBound
    var before = isCutBefore
    var after = isCutAfter
    if isCutBefore || isCutAfter || columns(cells) > maximumColumns {
      (cells, before, after) = cut(
        cells, around: focus, isCutBefore: isCutBefore, isCutAfter: isCutAfter)
    }
    var text = before ? "…" : ""
    var marks = before ? " " : ""
    for cell in cells {
      text += cell.text
      let mark = mark(at: cell.offset, diagnostic, ranges, isPrimary: isPrimary)
      marks += String(repeating: mark, count: cell.columns)
    }
    if after { text += "…" }
    // A range may be empty, or begin where the line ends.
    if isPrimary, !marks.contains("^") {
      marks = emptyMark(cells, focus, isCutBefore: before, marks)
    }
    while text.last == " " { text.removeLast() }
    while marks.last == " " { marks.removeLast() }
    return (text, colorMarks(marks))
  }

  private func mark(
    at offset: Int, _ diagnostic: Diagnostic, _ ranges: [SourceRange], isPrimary: Bool
  ) -> Character {
    func contains(_ range: SourceRange) -> Bool {
      offset >= Int(range.start) && offset < Int(range.end)
    }
    if isPrimary, contains(diagnostic.range) { return "^" }
    return ranges.contains(where: contains) ? "~" : " "
  }

  /// The marks with a caret at `focus`, which no cell of the range covers.
  private func emptyMark(
    _ cells: [Cell], _ focus: Int, isCutBefore: Bool, _ marks: String
  ) -> String {
    var column = isCutBefore ? 1 : 0
    for cell in cells where cell.offset < focus { column += cell.columns }
    var characters = Array(marks)
    while characters.count <= column { characters.append(" ") }
    characters[column] = "^"
    return String(characters)
  }

  // MARK: Long lines

  /// The part of a line that is looked at: enough bytes for the columns on both sides of `focus`.
  private func window(around focus: Int, in line: Range<Int>, _ bytes: [UInt8]) -> Range<Int> {
    let reach = maximumColumns * 4
    var start = max(line.lowerBound, focus - reach)
    var end = min(line.upperBound, focus + reach)
    while start > line.lowerBound, bytes[start] & 0xc0 == 0x80 { start -= 1 }
    while end < line.upperBound, bytes[end] & 0xc0 == 0x80 { end += 1 }
    return start..<end
  }

  private func layOut(_ part: Range<Int>, _ bytes: [UInt8]) -> [Cell] {
    var cells: [Cell] = []
    var column = 0
    var position = part.lowerBound
    while position < part.upperBound {
      let (scalar, length) = UTF8Decoding.scalar(in: bytes, at: position)
      let (text, columns) = DisplayWidth.show(scalar, atColumn: column, tabWidth: tabWidth)
      cells.append(Cell(offset: position, text: text, columns: columns))
      column += columns
      position += length
    }
    return cells
  }

  private func columns(_ cells: [Cell]) -> Int { cells.reduce(0) { $0 + $1.columns } }

  /// The cells that fit, with a third of the room before `focus`.
  private func cut(
    _ cells: [Cell], around focus: Int, isCutBefore: Bool, isCutAfter: Bool
  ) -> (cells: [Cell], before: Bool, after: Bool) {
    let center = cells.firstIndex { $0.offset >= focus } ?? cells.count
    var first = center
    var used = 0
    while first > 0, used + cells[first - 1].columns <= maximumColumns / 3 {
      first -= 1
      used += cells[first].columns
    }
    // Two columns are kept for the signs that something is left out.
    var last = center
    while last < cells.count, used + cells[last].columns <= maximumColumns - 2 {
      used += cells[last].columns
      last += 1
    }
    // What is not needed behind is used before.
    while last == cells.count, first > 0, used + cells[first - 1].columns <= maximumColumns - 2 {
      first -= 1
      used += cells[first].columns
    }
    return (
      Array(cells[first..<last]), first > 0 || isCutBefore, last < cells.count || isCutAfter
    )
  }

  // MARK: Colours

  private enum Style: String {
    case error = "1;31"
    case message = "1"
    case gutter = "34"
    case help = "1;36"
    case caret = "1;32"
    case tilde = "32"
  }

  private func color(_ style: Style, _ text: String) -> String {
    usesColors && !text.isEmpty ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
  }

  private func colorMarks(_ marks: String) -> String {
    if !usesColors { return marks }
    var result = ""
    var run = ""
    for character in marks {
      if let last = run.last, last != character {
        result += colorRun(run)
        run = ""
      }
      run.append(character)
    }
    return result + colorRun(run)
  }

  private func colorRun(_ run: String) -> String {
    switch run.first {
    case "^": return color(.caret, run)
    case "~": return color(.tilde, run)
    default: return run
    }
  }
}
