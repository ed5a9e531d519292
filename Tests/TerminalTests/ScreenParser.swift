/// Reads what a program writes to its terminal and does it on a `Screen`.
///
/// The bytes may come in pieces, cut anywhere. What it does not know has no effect.
struct ScreenParser: Sendable {
  private enum State {
    case ground
    case escape
    /// `ESC (` and its like, which are followed by one more character.
    case designation
    case control
    /// A command of the operating system: a window's title and the like.
    case command
    /// A string of another kind, which is skipped.
    case string
    /// In a string behind `ESC`, which ends it with `\`.
    case stringEscape(isCommand: Bool)
  }

  var screen: Screen
  private var state = State.ground
  private var parameters = ""
  private var command = ""
  /// The bytes of a character of which some are still to come.
  private var pending: [UInt8] = []

  init(screen: Screen) { self.screen = screen }

  /// Reads the next bytes.
  mutating func feed(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      if byte < 0x80 {
        if !pending.isEmpty {
          pending = []
          read("\u{FFFD}")
        }
        read(Unicode.Scalar(byte))
      } else {
        feedMultibyte(byte)
      }
    }
  }

  /// Reads the next characters.
  mutating func feed(_ text: String) { feed(text.utf8) }

  private mutating func feedMultibyte(_ byte: UInt8) {
    if byte >= 0xC0 && !pending.isEmpty {
      pending = []
      read("\u{FFFD}")
    }
    pending.append(byte)
    let length =
      switch pending[0] {
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 1
      }
    if pending.count < length { return }
    let text = String(decoding: pending, as: UTF8.self)
    pending = []
    for scalar in text.unicodeScalars { read(scalar) }
  }

  private mutating func read(_ scalar: Unicode.Scalar) {
    switch state {
    case .command, .string, .stringEscape: readString(scalar)
    case _ where scalar.value < 0x20 || scalar.value == 0x7F: control(scalar)
    case .ground: screen.print(scalar)
    case .escape: escape(scalar)
    case .designation: state = .ground
    case .control:
      if scalar.value < 0x40 {
        parameters.unicodeScalars.append(scalar)
      } else {
        state = .ground
        sequence(Character(scalar))
      }
    }
  }

  /// Control characters also work inside of sequences.
  private mutating func control(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\u{07}": screen.ringBell()
    case "\u{08}": screen.backspace()
    case "\t": screen.tab()
    case "\n", "\u{0B}", "\u{0C}": screen.lineFeed()
    case "\r": screen.carriageReturn()
    case "\u{1B}": state = .escape
    case "\u{18}", "\u{1A}": state = .ground
    default: break
    }
  }

  private mutating func escape(_ scalar: Unicode.Scalar) {
    state = .ground
    switch scalar {
    case "[":
      parameters = ""
      state = .control
    case "]":
      command = ""
      state = .command
    case "P", "X", "^", "_": state = .string
    case "(", ")", "*", "+", "#", "%", " ": state = .designation
    case "7": screen.saveCursor()
    case "8": screen.restoreCursor()
    case "D": screen.lineFeed()
    case "E":
      screen.carriageReturn()
      screen.lineFeed()
    case "M": screen.reverseLineFeed()
    case "c": screen.reset()
    default: break
    }
  }

  private mutating func readString(_ scalar: Unicode.Scalar) {
    let isCommand =
      switch state {
      case .command, .stringEscape(isCommand: true): true
      default: false
      }
    if case .stringEscape = state {
      state = .ground
      if isCommand { finishCommand() }
      if scalar != "\\" {
        state = .escape
        read(scalar)
      }
      return
    }
    switch scalar {
    case "\u{1B}": state = .stringEscape(isCommand: isCommand)
    case "\u{07}" where isCommand:
      state = .ground
      finishCommand()
    default: if isCommand { command.unicodeScalars.append(scalar) }
    }
  }

  private mutating func finishCommand() {
    let parts = command.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, ["0", "2"].contains(parts[0]) { screen.title = String(parts[1]) }
  }

  /// A sequence behind `ESC [`, by its last character.
  private mutating func sequence(_ final: Character) {
    if parameters.hasPrefix("?") {
      if final == "h" || final == "l" {
        for mode in numbers(parameters.dropFirst()) { setPrivateMode(mode, final == "h") }
      }
      return
    }
    // Those with other marks ask the terminal something, or are not for screens like this one.
    guard parameters.allSatisfy({ $0.isNumber || $0 == ";" || $0 == ":" }) else { return }
    let values = numbers(parameters[...])
    let count = max(values.first ?? 1, 1)
    switch final {
    case "@": screen.insertCharacters(count)
    case "A": screen.move(rows: -count)
    case "B", "e": screen.move(rows: count)
    case "C", "a": screen.move(columns: count)
    case "D": screen.move(columns: -count)
    case "E": screen.move(to: .init(row: screen.cursor.row + count, column: 0))
    case "F": screen.move(to: .init(row: screen.cursor.row - count, column: 0))
    case "G", "`": screen.move(to: .init(row: screen.cursor.row, column: count - 1))
    case "H", "f":
      let column = values.count > 1 ? max(values[1], 1) : 1
      screen.move(to: .init(row: count - 1, column: column - 1))
    case "J": Screen.Extent(rawValue: values.first ?? 0).map { screen.eraseInDisplay($0) }
    case "K": Screen.Extent(rawValue: values.first ?? 0).map { screen.eraseInLine($0) }
    case "L": screen.insertLines(count)
    case "M": screen.deleteLines(count)
    case "P": screen.deleteCharacters(count)
    case "S": screen.scrollUp(count)
    case "T": screen.scrollDown(count)
    case "X": screen.eraseCharacters(count)
    case "d": screen.move(to: .init(row: count - 1, column: screen.cursor.column))
    case "h", "l": if values == [4] { screen.inserts = final == "h" }
    case "m": screen.attributes.apply(values)
    case "r":
      let bottom = values.count > 1 && values[1] > 0 ? values[1] : screen.rows
      screen.setRegion(top: count - 1, bottom: bottom - 1)
    case "s": screen.saveCursor()
    case "u": screen.restoreCursor()
    default: break
    }
  }

  private mutating func setPrivateMode(_ mode: Int, _ isOn: Bool) {
    switch mode {
    case 7: screen.wrapsAutomatically = isOn
    case 25: screen.isCursorVisible = isOn
    case 47, 1047, 1049: screen.showAlternate(isOn)
    case 2004: screen.bracketsPastes = isOn
    default: break
    }
  }

  /// The numbers of a sequence, 0 for those that were left out; none when nothing stands there.
  private func numbers(_ text: Substring) -> [Int] {
    if text.isEmpty { return [] }
    return text.split(omittingEmptySubsequences: false) { $0 == ";" || $0 == ":" }
      .map { min(Int($0) ?? 0, 10_000) }
  }
}
