import TestSupport
import Testing

/// Scripts that are started at a terminal: colours, and what Ctrl-C does.
@Suite("Script at a terminal", .enabled(if: LangExecutable.path != nil))
struct ScriptAtTerminalTests {
  /// A shell in a folder with some scripts, where `$PROGRAM` is the executable.
  private func shell(_ line: String) throws -> PseudoTerminal {
    let home = try TemporaryDirectory()
    try home.write("endless.l", "print('ready')\nwhile true {}\n")
    try home.write("asks.l", "print('ready')\nprint('got ' + input())\n")
    return try PseudoTerminal(
      program: "/bin/bash", ["--norc", "-c", line],
      environment: ["PROGRAM": try #require(LangExecutable.path)], home: home)
  }

  @Test(
    "Messages are coloured at a terminal, unless somebody minds",
    arguments: [
      ([:], true), (["NO_COLOR": "1"], false), (["NO_COLOR": ""], true), (["TERM": "dumb"], false),
      (["FORCE_COLOR": "0"], false), (["FORCE_COLOR": "1", "NO_COLOR": "1"], true),
      (["FORCE_COLOR": "1", "TERM": "dumb"], true),
    ])
  func colours(example: (environment: [String: String], isColoured: Bool)) async throws {
    let terminal = try PseudoTerminal(["-e", "nil()"], environment: example.environment)
    #expect(try await terminal.waitForExit() == .exited(70))
    let look = try #require(terminal.state.attributes(of: "error:"))
    #expect(!look.isPlain == example.isColoured)
  }

  @Test func controlCEndsAScriptByTheSignal() async throws {
    let terminal = try shell("exec \"$PROGRAM\" endless.l")
    try await terminal.waitFor(screenContaining: "ready")
    terminal.key(.control("c"))
    #expect(try await terminal.waitForExit() == .signalled(2))
    // Behind the ^C that the terminal shows.
    #expect(terminal.screen.contains { $0.hasSuffix("error: Interrupt: interrupted") })
  }

  @Test func controlCEndsALoopOfTheShell() async throws {
    let terminal = try shell("for i in 1 2 3; do \"$PROGRAM\" endless.l; done; echo went on")
    try await terminal.waitFor(screenContaining: "ready")
    terminal.key(.control("c"))
    #expect(try await terminal.waitForExit() == .signalled(2))
    #expect(terminal.screen.filter { $0 == "ready" }.count == 1)
    #expect(!terminal.screen.contains("went on"))
  }

  @Test func aScriptThatCatchesControlCEndsAsItLikes() async throws {
    let terminal = try PseudoTerminal([
      "-e", "try { print('ready'); while true {} } catch e: Interrupt { exit(3) }",
    ])
    try await terminal.waitFor(screenContaining: "ready")
    terminal.key(.control("c"))
    #expect(try await terminal.waitForExit() == .exited(3))
  }

  @Test func controlCIsIgnoredWhereWhoeverStartedItIgnoresIt() async throws {
    let terminal = try shell("trap '' INT; exec \"$PROGRAM\" asks.l")
    try await terminal.waitFor(screenContaining: "ready")
    terminal.key(.control("c"))
    terminal.enter("word")
    try await terminal.waitFor(screenContaining: "got word")
    #expect(try await terminal.waitForExit() == .exited(0))
  }
}
