import Foundation
import TestSupport

/// A program at a terminal, and what a person would see there.
///
/// ```swift
/// @Test func aSum() async throws {
///   let terminal = try PseudoTerminal()          // `lang` at 80 × 24 characters
///   try await terminal.waitForPrompt()
///   terminal.enter("1 + 2")                      // types it, and presses Enter
///   try await terminal.waitForPrompt()
///   #expect(terminal.screen == ["> 1 + 2", "3", ">"])
///   terminal.key(.control("d"))
///   #expect(try await terminal.waitForExit() == .exited(0))
/// }
/// ```
///
/// The program runs in a session of its own with the terminal as its controlling one, so Ctrl-C is a
/// signal and a change of the window's size is announced. Its environment is only what is given
/// here: nothing of the machine that runs the tests gets in. Its home is an empty folder.
///
/// A test never sleeps. It waits for something to be on the screen, and fails with a picture of the
/// screen when that takes longer than `PseudoTerminal.patience`. What was typed is on the screen too:
/// wait for something that only the program can have written, or for the prompt behind it. Keys sent
/// before the program has put up its prompt are echoed by the system, and once more by readline, so
/// wait for the prompt first.
final class PseudoTerminal: Sendable {
  /// The seconds after which waiting is a failure; much longer than anything takes.
  static let patience = 60.0

  /// How a program ended.
  enum Exit: Sendable, Equatable {
    case exited(Int32)
    case signalled(Int32)
  }

  /// Something did not happen in time, or cannot happen any more.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// The folder that is the program's `HOME`, and its current folder when none was given.
  let home: TemporaryDirectory
  private let process: TerminalProcess

  /// Starts `lang`, or another program, at a terminal.
  ///
  /// - Parameters:
  ///   - program: the path of the program; nil for the `lang` executable under test.
  ///   - folder: its current folder; nil for its home.
  ///   - environment: variables in addition to the usual ones, or in their place; nil takes one away.
  ///   - inputrc: the configuration of readline.
  ///   - home: a home that exists, to come back to a history; nil for a new one.
  init(
    program: String? = nil, _ arguments: [String] = [], columns: Int = 80, rows: Int = 24,
    in folder: URL? = nil, environment: [String: String?] = [:], inputrc: String = "",
    home: TemporaryDirectory? = nil
  ) throws {
    guard let program = program ?? LangExecutable.path else {
      throw Failure(description: "there is no executable: build it, or set LANG_EXECUTABLE")
    }
    self.home = try home ?? TemporaryDirectory()
    let path = self.home.url.path
    try self.home.write(".inputrc", inputrc)
    let usual: [String: String?] = [
      "TERM": "xterm-256color", "HOME": path, "LANG_HISTORY": "\(path)/history",
      "INPUTRC": "\(path)/.inputrc", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin",
    ]
    process = try TerminalProcess(
      program: program, arguments, folder: folder?.path ?? path,
      environment: usual.merging(environment) { _, new in new }.compactMapValues { $0 },
      screen: Screen(columns: columns, rows: rows))
  }

  deinit { process.kill() }

  // MARK: - Keys

  /// Types characters.
  func type(_ text: String) { process.send(text) }

  /// Presses a key, several times when asked to.
  func key(_ key: Key, times: Int = 1) {
    process.noteKey()
    process.send(String(repeating: key.sequence, count: times))
  }

  /// Types a line and presses Enter.
  func enter(_ line: String) {
    type(line)
    key(.enter)
  }

  /// Pastes a text, as a terminal does: marked as pasted when the program has asked for that, and with
  /// carriage returns in place of newlines.
  func paste(_ text: String) {
    process.noteKey()
    let keys = text.replacingOccurrences(of: "\n", with: "\r")
    process.send(state.bracketsPastes ? "\u{1B}[200~\(keys)\u{1B}[201~" : keys)
  }

  /// Gives the window another size.
  func resize(columns: Int, rows: Int) { process.resize(columns: columns, rows: rows) }

  /// Sends the program a signal.
  func signal(_ number: Int32) { process.signal(number) }

  // MARK: - What is there

  /// The lines of the screen without spaces at their ends and without empty lines below.
  var screen: [String] { state.lines }

  /// The screen with all that it knows: cursor, colours, lines that have scrolled away.
  var state: Screen { process.screen }

  /// All bytes that the program has written, as text.
  var output: String { process.output }

  // MARK: - Waiting

  /// Waits until a text is on the screen, on one line or over several joined by newlines.
  func waitFor(
    screenContaining text: String, patience: Double = PseudoTerminal.patience
  ) async throws {
    try await waitFor("the screen contains '\(text)'", patience: patience) { screen in
      screen.lines.joined(separator: "\n").contains(text)
    }
  }

  /// Waits until the cursor stands right behind a prompt on a new line: one that was put up after the
  /// last key of `key`, `enter` or `paste`.
  func waitForPrompt(
    _ prompt: String = "> ", patience: Double = PseudoTerminal.patience
  ) async throws {
    let last = process.lineFeedsAtKey
    try await waitFor("there is a new prompt '\(prompt)'", patience: patience) { screen in
      screen.textBeforeCursor == prompt && screen.textAfterCursor == ""
        && screen.lineFeedCount > last
    }
  }

  /// Waits until something is true of the screen.
  func waitFor(
    _ expectation: String, patience: Double = PseudoTerminal.patience,
    _ condition: @escaping @Sendable (Screen) -> Bool
  ) async throws {
    let outcome = await process.wait(patience: patience) { screen, exit in
      condition(screen) ? .met : exit == nil ? .open : .impossible
    }
    switch outcome {
    case .met: return
    case .impossible:
      throw Failure(
        description: "The program ended (\(exitDescription)) before \(expectation).\n\(picture)")
    case .open:
      throw Failure(description: "Not within \(patience) s: \(expectation).\n\(picture)")
    }
  }

  /// Waits until the program has ended and all that it wrote is on the screen.
  @discardableResult
  func waitForExit(patience: Double = PseudoTerminal.patience) async throws -> Exit {
    _ = await process.wait(patience: patience) { _, exit in exit == nil ? .open : .met }
    guard let exit = process.exit else {
      throw Failure(description: "The program did not end within \(patience) s.\n\(picture)")
    }
    return exit
  }

  private var exitDescription: String {
    switch process.exit {
    case .exited(let code): "exit code \(code)"
    case .signalled(let number): "signal \(number)"
    case nil: "still running"
    }
  }

  /// The screen in a frame, for messages.
  private var picture: String {
    let screen = state
    let edge = "+" + String(repeating: "-", count: screen.columns)
    let lines = screen.lines.map { "|\($0)" }.joined(separator: "\n")
    return "\(edge)\n\(lines)\n\(edge)\n"
      + "cursor in line \(screen.cursor.row + 1), column \(screen.cursor.column + 1)"
  }
}
