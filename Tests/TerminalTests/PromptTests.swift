import TestSupport
import Testing

/// What `lang` alone does at a terminal.
@Suite("Prompt", .enabled(if: LangExecutable.path != nil))
struct PromptTests {
  @Test func aResultIsShown() async throws {
    let terminal = try PseudoTerminal()
    try await terminal.waitForPrompt()
    terminal.enter("1 + 2")
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(3) == ["> 1 + 2", "3", ">"])
  }

  @Test func anErrorIsShownAndTheSessionGoesOn() async throws {
    let terminal = try PseudoTerminal()
    try await terminal.waitForPrompt()
    terminal.enter("let x = 5")
    try await terminal.waitForPrompt()
    terminal.enter("nil.y")
    try await terminal.waitForPrompt()
    #expect(terminal.screen.contains { $0.hasPrefix("error: AttributeError: nil has no") })
    terminal.enter("x * 2")
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(2) == ["10", ">"])
  }

  @Test func controlDLeaves() async throws {
    let terminal = try PseudoTerminal()
    try await terminal.waitForPrompt()
    terminal.key(.control("d"))
    #expect(try await terminal.waitForExit() == .exited(0))
  }

  @Test func controlCStopsAnEndlessLoop() async throws {
    let terminal = try PseudoTerminal()
    try await terminal.waitForPrompt()
    terminal.enter("var started = false")
    try await terminal.waitForPrompt()
    terminal.enter("while true { if not started { print('run' + 'ning'); started = true } }")
    // The word stands only in what the loop prints, not in what was typed.
    try await terminal.waitFor(screenContaining: "running")
    terminal.key(.control("c"))
    try await terminal.waitForPrompt()
    terminal.enter("6 * 7")
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(3) == ["> 6 * 7", "42", ">"])
  }

  @Test func anIncompleteInputGoesOnOnTheNextLine() async throws {
    let terminal = try PseudoTerminal()
    try await terminal.waitForPrompt()
    terminal.enter("fn double(x) {")
    try await terminal.waitForPrompt("… ")
    terminal.enter("return x * 2")
    try await terminal.waitForPrompt("… ")
    terminal.enter("}")
    try await terminal.waitForPrompt()
    terminal.enter("double(21)")
    try await terminal.waitForPrompt()
    #expect(
      terminal.screen.suffix(6) == [
        "> fn double(x) {", "… return x * 2", "… }", "> double(21)", "42", ">",
      ])
  }

  @Test func exitLeavesWithItsStatus() async throws {
    let terminal = try PseudoTerminal()
    try await terminal.waitForPrompt()
    terminal.enter("exit(3)")
    #expect(try await terminal.waitForExit() == .exited(3))
  }
}
