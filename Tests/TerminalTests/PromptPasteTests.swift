import TestSupport
import Testing

/// Pasting, long lines, wide characters, and windows of other sizes.
@Suite("Prompt: paste and window", .enabled(if: LangExecutable.path != nil))
struct PromptPasteTests {
  @Test func aPastedBlockIsOnePiece() async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.paste("fn half(x) {\n  return x / 2\n}\nhalf(84)")
    try await terminal.waitFor(screenContaining: "half(84)")
    terminal.key(.enter)
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(2) == ["42.0", ">"])
    terminal.key(.up)
    try await terminal.waitFor("all of it is one entry") {
      $0.lines.suffix(4) == ["> fn half(x) {", "  return x / 2", "}", "half(84)"]
    }
  }

  @Test func commandsWithinAPasteAreObeyed() async throws {
    let terminal = try await PseudoTerminal.session(["m.l": "let x = 1\n"])
    terminal.paste("import m\nlet kept = [m]\n:load m\nkept[0].x + 41\n")
    try await terminal.waitFor(screenContaining: "kept[0].x + 41")
    terminal.key(.enter)
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(3) == ["loaded m, 2 references patched", "42", ">"])
  }

  @Test func nothingRunsBeforeEnter() async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.paste("print('one' + '!')\n")
    try await terminal.waitFor(screenContaining: "print('one' + '!')")
    terminal.key(.control("c"))
    try await terminal.waitForPrompt()
    #expect(!terminal.screen.contains("one!"))
  }

  @Test func anUnfinishedPasteGoesOn() async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.paste("fn half(x) {\n  return x / 2")
    try await terminal.waitFor(screenContaining: "return x / 2")
    terminal.key(.enter)
    try await terminal.waitForPrompt("… ")
    try await terminal.answer(to: "}")
    #expect(try await terminal.answer(to: "half(84)") == ["42.0"])
  }

  @Test func aLineLongerThanTheWindowIsEdited() async throws {
    let terminal = try await PseudoTerminal.session(columns: 20)
    terminal.type("1234567890 + 1234567890 + 1")
    try await terminal.waitFor("it goes over two lines") {
      $0.lines.suffix(2) == ["> 1234567890 + 12345", "67890 + 1"]
    }
    terminal.key(.home)
    terminal.type("9")
    try await terminal.waitFor("both lines change") {
      $0.lines.suffix(2) == ["> 91234567890 + 1234", "567890 + 1"]
    }
    terminal.key(.enter)
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(2) == ["92469135781", ">"])
  }

  @Test func aWindowIsResizedWhileALineIsEdited() async throws {
    let terminal = try await PseudoTerminal.session(columns: 40)
    terminal.type("1234567890 + 1234567890 + 1")
    try await terminal.waitForLine("> 1234567890 + 1234567890 + 1")
    terminal.resize(columns: 60, rows: 30)
    terminal.type("23")
    try await terminal.waitForLine("> 1234567890 + 1234567890 + 123")
    terminal.key(.enter)
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(2) == ["2469135903", ">"])
  }

  @Test func valuesFollowTheWidthOfTheWindow() async throws {
    let terminal = try await PseudoTerminal.session(columns: 40)
    #expect(try await terminal.answer(to: "[\"a\" * 20, \"b\" * 20]").count == 4)
    terminal.resize(columns: 80, rows: 30)
    #expect(try await terminal.answer(to: "[\"a\" * 20, \"b\" * 20]").count == 1)
  }

  @Test func wideCharactersAreEdited() async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.type("'日本🙂語'")
    terminal.key(.left, times: 2)
    terminal.key(.backspace)
    terminal.key(.enter)
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(3) == ["> '日本語'", "\"日本語\"", ">"])
  }

  @Test func combiningMarksAreEdited() async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.type("'e\u{301}x'.length")
    terminal.key(.home)
    terminal.key(.right, times: 2)
    terminal.type("y")
    terminal.key(.enter)
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(2).last == ">")
  }

  @Test func aVeryLongLineRuns() async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.paste(Array(repeating: "1", count: 4000).joined(separator: "+"))
    terminal.key(.enter)
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(2) == ["4000", ">"])
  }

  @Test func anUnfinishedLineOfTheProgramIsEnded() async throws {
    let terminal = try await PseudoTerminal.session()
    #expect(try await terminal.answer(to: "print('abc', end: '')") == ["abc"])
    #expect(try await terminal.answer(to: "1") == ["1"])
  }
}
