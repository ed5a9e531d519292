import Foundation
import TestSupport
import Testing

/// A session at the prompt, as most tests need it.
extension PseudoTerminal {
  /// Starts `lang` in a home with some files, and waits for its prompt.
  ///
  /// The files of one test are modules beside each other; a home of an earlier session keeps its own.
  static func session(
    _ files: [String: String] = [:], _ arguments: [String] = [], columns: Int = 80,
    rows: Int = 60, environment: [String: String?] = [:], inputrc: String = "",
    home: TemporaryDirectory? = nil
  ) async throws -> PseudoTerminal {
    let home = try home ?? TemporaryDirectory()
    for (path, text) in files { try home.write(path, text) }
    let terminal = try PseudoTerminal(
      arguments, columns: columns, rows: rows, environment: environment, inputrc: inputrc,
      home: home)
    try await terminal.waitForPrompt()
    return terminal
  }

  /// Enters a line and gives what appears between it and the next prompt.
  @discardableResult
  func answer(to line: String, prompt: String = "> ") async throws -> [String] {
    enter(line)
    try await waitForPrompt(prompt)
    let lines = state.transcript.dropLast()
    // With the prompt in front: the answer may look like what was typed.
    let typed = line.trimmingSuffixSpaces()
    let start =
      lines.lastIndex { $0.hasSuffix("> " + typed) || $0.hasSuffix("… " + typed) }
      ?? lines.startIndex - 1
    return Array(lines[(start + 1)...])
  }

  /// Leaves, and waits for the end.
  func leave() async throws {
    key(.control("d"))
    #expect(try await waitForExit() == .exited(0))
  }

  /// Waits until the line that is being edited is this.
  func waitForLine(_ text: String) async throws {
    try await waitFor("the line is '\(text)'") { screen in
      screen.textBeforeCursor + screen.textAfterCursor == text
    }
  }
}

extension String {
  fileprivate func trimmingSuffixSpaces() -> String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
