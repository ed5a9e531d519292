/// What a terminal shows: a grid of characters, a cursor, and what the program has switched on.
///
/// It understands the part of the VT100 and of xterm that line editors and full-screen programs use;
/// `ScreenParser` reads the bytes, this is what they do.
struct Screen: Sendable {
  /// A place on the screen, counted from 0.
  struct Position: Sendable, Equatable {
    var row = 0
    var column = 0
  }

  /// A character with its look; the second half of a wide character has an empty text.
  struct Cell: Sendable, Equatable {
    /// A character with the marks that combine with it.
    var text = " "
    var attributes = Attributes()
  }

  private typealias Row = [Cell]

  /// How many lines and columns there are.
  private(set) var rows: Int
  private(set) var columns: Int
  private(set) var cursor = Position()
  /// Whether the last column was just written, so that the next character begins a new line.
  private var wrapsNext = false
  private var grid: [Row]
  private var saved = (cursor: Position(), attributes: Attributes())
  /// The lines between which scrolling happens, both inside.
  private var region: ClosedRange<Int>
  /// The ordinary screen while the alternate one is shown.
  private var hidden: (grid: [Row], cursor: Position)?

  /// The look of what is printed next.
  var attributes = Attributes()
  /// Lines that have left the screen at its upper end, the oldest first.
  private(set) var scrolledLines: [String] = []
  /// How often the cursor went to a new line; for tests that wait for what comes behind a line.
  private(set) var lineFeedCount = 0
  /// How often the bell rang.
  private(set) var bellCount = 0
  /// The title that the program has given the window.
  var title = ""
  /// Whether pasted text is to be enclosed in marks.
  var bracketsPastes = false
  var isCursorVisible = true
  var wrapsAutomatically = true
  /// Characters are inserted, and push what follows to the right.
  var inserts = false

  init(columns: Int, rows: Int) {
    precondition(columns > 1 && rows > 0)
    (self.columns, self.rows) = (columns, rows)
    grid = Array(repeating: Array(repeating: Cell(), count: columns), count: rows)
    region = 0...(rows - 1)
  }

  // MARK: - What a person sees

  /// The text of each line without spaces at its end; empty lines at the lower end are left out.
  var lines: [String] {
    var lines = grid.map(Screen.text)
    while lines.last == "" { lines.removeLast() }
    return lines
  }

  /// The lines that have left the screen, and those that are on it.
  var transcript: [String] { scrolledLines + lines }

  /// What stands on the line of the cursor in front of it, with all spaces.
  var textBeforeCursor: String {
    grid[cursor.row][..<cursor.column].map(\.text).joined()
  }

  /// What stands on the line of the cursor from the cursor on, without spaces at the end.
  var textAfterCursor: String { Screen.text(grid[cursor.row][cursor.column...]) }

  /// The look of the first place where a text stands on one line; nil when it is nowhere.
  func attributes(of text: String) -> Attributes? {
    for row in grid {
      for column in row.indices {
        var rest = Substring(text)
        for cell in row[column...] {
          if rest.isEmpty { break }
          guard rest.hasPrefix(cell.text) || cell.text.isEmpty else { break }
          rest = rest.dropFirst(cell.text.count)
        }
        if rest.isEmpty && !row[column].text.isEmpty { return row[column].attributes }
      }
    }
    return nil
  }

  /// Whether the ordinary screen is hidden by the one of a full-screen program.
  var showsAlternate: Bool { hidden != nil }

  private static func text(_ cells: some Sequence<Cell>) -> String {
    var text = cells.map(\.text).joined()
    while text.last == " " { text.removeLast() }
    return text
  }

  // MARK: - Printing

  /// Puts a character at the cursor.
  mutating func print(_ scalar: Unicode.Scalar) {
    let width = scalar.terminalWidth
    guard width > 0 else {
      combine(scalar)
      return
    }
    if wrapsNext || cursor.column + width > columns {
      if wrapsAutomatically {
        cursor.column = 0
        lineFeed()
      } else {
        cursor.column = columns - width
      }
    }
    if inserts { insertCharacters(width) }
    for column in cursor.column..<(cursor.column + width) { eraseHalf(at: column) }
    grid[cursor.row][cursor.column] = Cell(text: String(scalar), attributes: attributes)
    if width == 2 {
      grid[cursor.row][cursor.column + 1] = Cell(text: "", attributes: attributes)
    }
    wrapsNext = cursor.column + width == columns
    cursor.column += wrapsNext ? width - 1 : width
  }

  /// Adds a mark to the character in front of the cursor.
  private mutating func combine(_ scalar: Unicode.Scalar) {
    var column = wrapsNext ? cursor.column : cursor.column - 1
    if column > 0 && grid[cursor.row][column].text.isEmpty { column -= 1 }
    if column >= 0 { grid[cursor.row][column].text.unicodeScalars.append(scalar) }
  }

  /// A wide character of which one half is overwritten vanishes.
  private mutating func eraseHalf(at column: Int) {
    if grid[cursor.row][column].text.isEmpty && column > 0 {
      grid[cursor.row][column - 1].text = " "
      grid[cursor.row][column].text = " "
    }
    if column + 1 < columns && grid[cursor.row][column + 1].text.isEmpty {
      grid[cursor.row][column + 1].text = " "
    }
  }

  mutating func ringBell() { bellCount += 1 }

  // MARK: - Moving

  mutating func carriageReturn() { move(to: Position(row: cursor.row, column: 0)) }

  mutating func backspace() { move(columns: -1) }

  mutating func tab() {
    let next = (cursor.column / 8 + 1) * 8
    move(to: Position(row: cursor.row, column: next))
  }

  /// Down by one line; the screen scrolls at its end.
  mutating func lineFeed() {
    wrapsNext = false
    lineFeedCount += 1
    if cursor.row == region.upperBound {
      scrollUp(1)
    } else {
      cursor.row = min(cursor.row + 1, rows - 1)
    }
  }

  /// Up by one line; the screen scrolls at its upper end.
  mutating func reverseLineFeed() {
    wrapsNext = false
    if cursor.row == region.lowerBound {
      scrollDown(1)
    } else {
      cursor.row = max(cursor.row - 1, 0)
    }
  }

  /// Moves by lines and columns, at most to the edges.
  mutating func move(rows: Int = 0, columns: Int = 0) {
    move(to: Position(row: cursor.row + rows, column: cursor.column + columns))
  }

  mutating func move(to position: Position) {
    wrapsNext = false
    cursor.row = min(max(position.row, 0), rows - 1)
    cursor.column = min(max(position.column, 0), columns - 1)
  }

  mutating func saveCursor() { saved = (cursor, attributes) }

  mutating func restoreCursor() {
    attributes = saved.attributes
    move(to: saved.cursor)
  }

  // MARK: - Erasing, inserting, scrolling

  /// What an erasing sequence takes away, seen from the cursor.
  enum Extent: Int { case toEnd, toStart, all }

  mutating func eraseInLine(_ extent: Extent) {
    wrapsNext = false
    let range =
      switch extent {
      case .toEnd: cursor.column..<columns
      case .toStart: 0..<(cursor.column + 1)
      case .all: 0..<columns
      }
    for column in range { eraseHalf(at: column) }
    for column in range { grid[cursor.row][column] = Cell() }
  }

  mutating func eraseInDisplay(_ extent: Extent) {
    if extent != .all { eraseInLine(extent) }
    let range =
      switch extent {
      case .toEnd: (cursor.row + 1)..<rows
      case .toStart: 0..<cursor.row
      case .all: 0..<rows
      }
    for row in range { grid[row] = blankRow }
  }

  /// Erases characters from the cursor on; nothing moves.
  mutating func eraseCharacters(_ count: Int) {
    wrapsNext = false
    for column in cursor.column..<min(cursor.column + count, columns) {
      eraseHalf(at: column)
      grid[cursor.row][column] = Cell()
    }
  }

  mutating func insertCharacters(_ count: Int) {
    wrapsNext = false
    let count = min(count, columns - cursor.column)
    grid[cursor.row].removeLast(count)
    grid[cursor.row].insert(contentsOf: Array(repeating: Cell(), count: count), at: cursor.column)
  }

  mutating func deleteCharacters(_ count: Int) {
    wrapsNext = false
    let count = min(count, columns - cursor.column)
    grid[cursor.row].removeSubrange(cursor.column..<(cursor.column + count))
    grid[cursor.row].append(contentsOf: Array(repeating: Cell(), count: count))
  }

  mutating func insertLines(_ count: Int) {
    guard region.contains(cursor.row) else { return }
    scrollDown(count, from: cursor.row)
  }

  mutating func deleteLines(_ count: Int) {
    guard region.contains(cursor.row) else { return }
    scrollUp(count, from: cursor.row)
  }

  /// Moves lines up; the first are lost, or kept as scrolled when they left the ordinary screen.
  mutating func scrollUp(_ count: Int, from start: Int? = nil) {
    let first = start ?? region.lowerBound
    for _ in 0..<min(count, region.upperBound - first + 1) {
      let line = grid.remove(at: first)
      if start == nil && first == 0 && hidden == nil { scrolledLines.append(Screen.text(line)) }
      grid.insert(blankRow, at: region.upperBound)
    }
  }

  mutating func scrollDown(_ count: Int, from start: Int? = nil) {
    let first = start ?? region.lowerBound
    for _ in 0..<min(count, region.upperBound - first + 1) {
      grid.remove(at: region.upperBound)
      grid.insert(blankRow, at: first)
    }
  }

  /// Limits scrolling to some lines; nonsense is ignored.
  mutating func setRegion(top: Int, bottom: Int) {
    guard top >= 0, top < bottom, bottom < rows else { return }
    region = top...bottom
    move(to: Position())
  }

  private var blankRow: Row { Array(repeating: Cell(), count: columns) }

  // MARK: - The screen as a whole

  /// Shows the screen of a full-screen program, or the ordinary one again as it was.
  mutating func showAlternate(_ shows: Bool) {
    if shows && hidden == nil {
      hidden = (grid, cursor)
      grid = Array(repeating: blankRow, count: rows)
    } else if !shows, let ordinary = hidden {
      hidden = nil
      grid = ordinary.grid
      move(to: ordinary.cursor)
    }
  }

  /// Gives it another size: lines are cut or filled up, not wrapped anew; lines above make room for
  /// the cursor.
  mutating func resize(columns: Int, rows: Int) {
    precondition(columns > 1 && rows > 0)
    func fitted(_ grid: [Row], dropping surplus: Int) -> [Row] {
      var lines = grid.dropFirst(surplus).prefix(rows).map { row in
        Array(row.prefix(columns)) + Array(repeating: Cell(), count: max(columns - row.count, 0))
      }
      while lines.count < rows { lines.append(Array(repeating: Cell(), count: columns)) }
      return lines
    }
    let surplus = max(cursor.row - rows + 1, 0)
    if hidden == nil { scrolledLines += grid.prefix(surplus).map(Screen.text) }
    grid = fitted(grid, dropping: surplus)
    if let ordinary = hidden {
      hidden = (fitted(ordinary.grid, dropping: 0), ordinary.cursor)
    }
    (self.columns, self.rows) = (columns, rows)
    region = 0...(rows - 1)
    move(to: Position(row: cursor.row - surplus, column: cursor.column))
  }

  /// As after switching it on; what was counted stays.
  mutating func reset() {
    let (lineFeeds, bells, scrolled) = (lineFeedCount, bellCount, scrolledLines)
    self = Screen(columns: columns, rows: rows)
    (lineFeedCount, bellCount, scrolledLines) = (lineFeeds, bells, scrolled)
  }
}
