import Foundation
import TestSupport
import Testing

/// The commands about the session, and its end.
@Suite("Prompt: session", .enabled(if: LangExecutable.path != nil))
struct PromptSessionTests {
  /// An editor that writes 33 for 3.
  private func editing(_ files: [String: String] = [:]) async throws -> PseudoTerminal {
    try await PseudoTerminal.session(files, environment: ["EDITOR": "sed -i s/3/33/"])
  }

  private func text(_ name: String, of terminal: PseudoTerminal) throws -> String {
    try String(contentsOf: terminal.home.url.appendingPathComponent(name), encoding: .utf8)
  }

  @Test func namesAreListed() async throws {
    let terminal = try await PseudoTerminal.session(["m.l": ""])
    #expect(try await terminal.answer(to: ":ls") == ["no names yet"])
    try await terminal.answer(to: "let x = 3; let xs = [1, 2]; from m import y")
    #expect(
      try await terminal.answer(to: ":ls") == [
        "x   int   3", "xs  list  2 items", "y   name  from m, not used yet",
      ])
  }

  @Test func aSessionIsSavedAsAScript() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "let x = 3")
    try await terminal.answer(to: "nil.y")
    try await terminal.answer(to: "print(x * 2)")
    #expect(try await terminal.answer(to: ":save s.l") == ["saved 2 inputs to s.l"])
    #expect(try text("s.l", of: terminal) == "let x = 3\nprint(x * 2)\n")
  }

  @Test func aFileIsNotReplacedUnasked() async throws {
    let terminal = try await PseudoTerminal.session(["s.l": "mine\n"])
    try await terminal.answer(to: "let x = 3")
    #expect(
      try await terminal.answer(to: ":save s.l")
        == ["lang: 's.l' is there already; ':save! s.l' replaces it"])
    #expect(try text("s.l", of: terminal) == "mine\n")
    try await terminal.answer(to: ":save! s.l")
    #expect(try text("s.l", of: terminal) == "let x = 3\n")
  }

  @Test(arguments: [(":save 'two words.l'", "two words.l"), (":save ~/home.l", "home.l")])
  func aFileIsNamedAsInAShell(line: String, file: String) async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "let x = 3")
    try await terminal.answer(to: line)
    #expect(try text(file, of: terminal) == "let x = 3\n")
  }

  @Test func aNameThatWasDeclaredTwiceIsToldWhenSaved() async throws {
    let terminal = try await PseudoTerminal.session(columns: 120)
    try await terminal.answer(to: "let x = 3")
    try await terminal.answer(to: "let x = 4")
    #expect(
      try await terminal.answer(to: ":save s.l") == [
        "saved 2 inputs to s.l; it is no script yet: 'lang check' says what must change"
      ])
  }

  @Test(
    "What cannot be saved",
    arguments: [
      (":save", "lang: :save needs the name of a file"),
      (":save /nowhere/s.l", "lang: cannot write '/nowhere/s.l': No such file or directory"),
      (":save! /dev/full", "lang: cannot write '/dev/full': No space left on device"),
    ])
  func unwritable(line: String, message: String) async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "let x = 3")
    #expect(try await terminal.answer(to: line) == [message])
  }

  @Test func theLastInputIsEditedAndRuns() async throws {
    let terminal = try await editing()
    try await terminal.answer(to: "let x = 3 + 1")
    #expect(try await terminal.answer(to: ":edit") == ["let x = 33 + 1"])
    #expect(try await terminal.answer(to: "x") == ["34"])
    terminal.key(.up, times: 2)
    try await terminal.waitForLine("> let x = 33 + 1")
  }

  @Test func aModuleIsEdited() async throws {
    let terminal = try await editing(["m.l": "let side = 3\n"])
    try await terminal.answer(to: "import m; m.side")
    #expect(
      try await terminal.answer(to: ":edit m") == ["changed; 'reload m' puts it in place"])
    #expect(try text("m.l", of: terminal) == "let side = 33\n")
    #expect(try await terminal.answer(to: "m.side") == ["3"])
  }

  @Test func anEditorThatFailsChangesNothing() async throws {
    let terminal = try await PseudoTerminal.session(environment: ["EDITOR": "false"])
    try await terminal.answer(to: "let x = 3")
    #expect(
      try await terminal.answer(to: ":edit")
        == ["lang: 'false' did not end well; nothing was evaluated"])
  }

  @Test func aModuleWithoutAFileIsNotEdited() async throws {
    let terminal = try await editing()
    try await terminal.answer(to: "import math")
    #expect(
      try await terminal.answer(to: ":edit math")
        == ["lang: module 'math' is in no file that could be edited"])
  }

  @Test(
    "A command that does not exist",
    arguments: [
      (":reprot", "lang: no command ':reprot'; did you mean ':report'?"),
      (":xyzzy", "lang: no command ':xyzzy'; :help lists them"),
      (":", "lang: no command ':'; :help lists them"),
      (":help reprot", "lang: no command ':reprot'; did you mean ':report'?"),
    ])
  func unknown(line: String, message: String) async throws {
    let terminal = try await PseudoTerminal.session()
    #expect(try await terminal.answer(to: line) == [message])
  }

  @Test(arguments: [":help", "help"])
  func helpFitsTheWindow(line: String) async throws {
    let terminal = try await PseudoTerminal.session()
    let lines = try await terminal.answer(to: line)
    #expect(lines.contains("  :modules          every known module and its state"))
    #expect(!lines.contains { $0.contains("…,") || $0.hasSuffix("…") }, "nothing is cut")
  }

  @Test(arguments: ["quit", "exit", ":quit"])
  func aWordLeaves(word: String) async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.enter(word)
    #expect(try await terminal.waitForExit() == .exited(0))
  }

  @Test func aVariableOfThatNameIsShown() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "let quit = 5")
    #expect(try await terminal.answer(to: "quit") == ["5"])
  }

  @Test func exitRunsWhatIsToRunFinally() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(
      to: "fn leave() { try { exit(4) } finally { print('clean' + 'ing') } }")
    terminal.enter("leave()")
    #expect(try await terminal.waitForExit() == .exited(4))
    #expect(terminal.screen.last == "cleaning")
  }

  @Test func theLineForInputIsNoInputOfTheSession() async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.enter("let name = input('name? ')")
    try await terminal.waitFor(screenContaining: "\nname?")
    terminal.enter("Ada")
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(2) == ["name? Ada", ">"])
    #expect(try await terminal.answer(to: "name") == ["\"Ada\""])
  }

  @Test func aProgramThatFailedLeavesItsNames() async throws {
    let terminal = try await PseudoTerminal.session(
      ["p.l": "let greeting = 'hi'\nnil.x\nlet later = 1\n"], ["-i", "p.l"])
    #expect(terminal.screen.contains("error: AttributeError: nil has no attribute 'x'"))
    #expect(try await terminal.answer(to: "greeting") == ["\"hi\""])
  }
}
