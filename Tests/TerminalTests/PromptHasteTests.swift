import TestSupport
import Testing

/// Ctrl-C directly behind other keys, before those have been read or done anything.
///
/// The terminal drops what is typed and not read when Ctrl-C is pressed, so what arrives of the keys
/// before it differs each time; there is always a prompt afterwards. Each test presses it many times.
@Suite("Prompt: Ctrl-C behind other keys", .enabled(if: LangExecutable.path != nil))
struct PromptHasteTests {
  private static let rounds = 60

  /// How `lang` is started, and its prompt.
  enum Start: CaseIterable {
    case prompt, lesson

    var arguments: [String] { self == .prompt ? [] : ["learn", "1"] }
    var prompt: String { self == .prompt ? "> " : "1> " }
  }

  private func session(_ start: Start) async throws -> PseudoTerminal {
    let terminal = try PseudoTerminal(start.arguments, columns: 100, rows: 60)
    try await terminal.waitForPrompt(start.prompt)
    return terminal
  }

  /// A line, Enter behind one, the beginning of a block, and that of a search.
  @Test(
    arguments: Start.allCases,
    ["import nonsense", "while true { }\r", "fn f() {\r", "\u{12}abc"])
  func behind(start: Start, keys: String) async throws {
    let terminal = try await session(start)
    for _ in 0..<PromptHasteTests.rounds {
      // One by one, so that some are being read when Ctrl-C comes.
      for key in keys { terminal.type(String(key)) }
      terminal.key(.control("c"))
      try await terminal.waitForPrompt(start.prompt)
    }
  }

  @Test func behindALineForInput() async throws {
    let terminal = try await session(.prompt)
    for _ in 0..<PromptHasteTests.rounds {
      terminal.enter("while true { input('more: ') }")
      try await terminal.waitForPrompt("more: ")
      terminal.enter("abc")
      terminal.key(.control("c"))
      try await terminal.waitForPrompt()
    }
  }

  /// The mark of the paste's end may be dropped.
  @Test func behindAPaste() async throws {
    let terminal = try await session(.prompt)
    let text = String(repeating: "let x = 1\n", count: 500)
    for _ in 0..<PromptHasteTests.rounds {
      terminal.paste(text)
      terminal.key(.control("c"))
      try await terminal.waitForPrompt()
    }
  }
}
