import Foundation
import TestSupport
import Testing

/// `:watch`: modules that are reloaded when their files change.
@Suite("Prompt: watching", .enabled(if: LangExecutable.path != nil))
struct PromptWatchTests {
  private func session() async throws -> PseudoTerminal {
    let terminal = try await PseudoTerminal.session(["m.l": "let v = 1\n"])
    try await terminal.answer(to: "import m; m.v")
    #expect(
      try await terminal.answer(to: ":watch m")
        == ["m is reloaded whenever its file changes; ':watch m' ends that"])
    return terminal
  }

  @Test func aChangeIsReloadedAboveTheLineThatIsBeingEdited() async throws {
    let terminal = try await session()
    terminal.type("m.v + ")
    try await terminal.waitForLine("> m.v + ")
    try terminal.home.write("m.l", "let v = 20\nlet u = 3\n")
    try await terminal.waitFor(screenContaining: "changed  v\n  new      u\n> m.v +")
    terminal.type("22")
    terminal.key(.enter)
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(3) == ["> m.v + 22", "42", ">"])
  }

  @Test func aFileThatBecomesWrongChangesNothing() async throws {
    let terminal = try await session()
    try terminal.home.write("m.l", "let v = \n")
    try await terminal.waitFor(
      screenContaining: "m changed, but was not reloaded; it stays as it was")
    try terminal.home.write("m.l", "let v = 3 # mended\n")
    try await terminal.waitFor(screenContaining: "  changed  v\n>")
    terminal.enter("m.v * 14")
    try await terminal.waitFor(screenContaining: "\n42\n>")
  }

  @Test func aFileThatVanishesIsTold() async throws {
    let terminal = try await session()
    try FileManager.default.removeItem(at: terminal.home.url.appendingPathComponent("m.l"))
    try await terminal.waitFor(screenContaining: "m has no file any more; it stays as it is")
    try terminal.home.write("m.l", "let v = 5\n")
    try await terminal.waitFor(screenContaining: "  changed  v\n>")
  }

  @Test func whatTheModulePrintsStandsAboveTheLine() async throws {
    let terminal = try await session()
    terminal.type("m.v")
    try await terminal.waitForLine("> m.v")
    try terminal.home.write("m.l", "let v = 5\nprint('m ' + 'runs', end: '')\n")
    try await terminal.waitFor(screenContaining: "\nm runs\nreloaded m in place")
    try await terminal.waitForLine("> m.v")
  }

  @Test func anExitInAModuleIsNoExitOfTheSession() async throws {
    let terminal = try await session()
    try terminal.home.write("m.l", "exit(3)\n")
    try await terminal.waitFor(screenContaining: "its source calls exit()\n>")
    terminal.enter("m.v + 41")
    try await terminal.waitFor(screenContaining: "\n42\n>")
  }

  @Test func controlCEndsAReloadAndKeepsTheLine() async throws {
    let terminal = try await session()
    terminal.type("m.v + 41")
    try await terminal.waitForLine("> m.v + 41")
    try terminal.home.write("m.l", "print('st' + 'arts')\nwhile true {}\n")
    try await terminal.waitFor(screenContaining: "starts")
    terminal.key(.control("c"))
    try await terminal.waitFor(screenContaining: "m changed, but was not reloaded")
    try await terminal.waitForLine("> m.v + 41")
    terminal.key(.enter)
    try await terminal.waitFor(screenContaining: "\n42\n>")
  }

  @Test func watchingIsListedAndEnded() async throws {
    let terminal = try await session()
    #expect(try await terminal.answer(to: ":watch") == ["watched: m"])
    #expect(try await terminal.answer(to: ":watch m") == ["m is no longer watched"])
    #expect(try await terminal.answer(to: ":watch") == ["nothing is watched"])
  }

  @Test func aNativeModuleIsNotWatched() async throws {
    let terminal = try await session()
    try await terminal.answer(to: "import math")
    #expect(
      try await terminal.answer(to: ":watch math")
        == ["lang: module 'math' is built in: it has no file"])
  }
}
