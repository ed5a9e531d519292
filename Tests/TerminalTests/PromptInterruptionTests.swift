import Foundation
import TestSupport
import Testing

/// Ctrl-C, Ctrl-D and Ctrl-Z, wherever they are pressed.
@Suite("Prompt: interruption", .enabled(if: LangExecutable.path != nil))
struct PromptInterruptionTests {
  @Test func controlCThrowsTheLineAway() async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.type("print('no")
    try await terminal.waitForLine("> print('no")
    terminal.key(.control("c"))
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(2) == ["> print('no^C", ">"])
    #expect(try await terminal.answer(to: "1 + 2") == ["3"])
  }

  @Test func controlCEndsABlock() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "fn f() {", prompt: "… ")
    terminal.key(.control("c"))
    try await terminal.waitForPrompt()
    #expect(try await terminal.answer(to: "1 + 2") == ["3"])
  }

  @Test func controlCTwiceIsHarmless() async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.key(.control("c"), times: 2)
    try await terminal.waitForPrompt()
    #expect(try await terminal.answer(to: "1 + 2") == ["3"])
  }

  @Test func controlCTwiceEndsALoopAndNotTheProcess() async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.enter("print('run' + 'ning'); while true {}")
    try await terminal.waitFor(screenContaining: "running")
    terminal.key(.control("c"), times: 2)
    try await terminal.waitForPrompt()
    #expect(try await terminal.answer(to: "1 + 2") == ["3"])
  }

  @Test func anInterruptedProgramSaysWhere() async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.enter("print('run' + 'ning'); while true {}")
    try await terminal.waitFor(screenContaining: "running")
    terminal.key(.control("c"))
    try await terminal.waitForPrompt()
    #expect(terminal.screen.contains("error: Interrupt: interrupted"))
    #expect(try await terminal.answer(to: "_error") == ["Interrupt(\"interrupted\")"])
  }

  @Test func anInterruptedLoadIsPendingAgain() async throws {
    let terminal = try await PseudoTerminal.session([
      "slow.l": "print('st' + 'arts')\nwhile true {}\n"
    ])
    try await terminal.answer(to: "import slow")
    terminal.enter("slow.x")
    try await terminal.waitFor(screenContaining: "starts")
    terminal.key(.control("c"))
    try await terminal.waitForPrompt()
    #expect(try await terminal.answer(to: "slow")[0].hasPrefix("<lazy module 'slow'"))
  }

  @Test func controlCEndsASearch() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "let first = 1")
    terminal.key(.control("r"))
    terminal.type("fir")
    try await terminal.waitFor("it is found") { $0.lines.last?.hasPrefix("(reverse") == true }
    terminal.key(.control("c"))
    try await terminal.waitForPrompt()
    #expect(try await terminal.answer(to: "first + 1") == ["2"])
  }

  @Test func controlCBehindAListOfCompletions() async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.type(":re")
    terminal.key(.tab, times: 2)
    try await terminal.waitFor(screenContaining: "refs    reload  report")
    try await terminal.waitForLine("> :re")
    terminal.key(.control("c"))
    try await terminal.waitForPrompt()
    #expect(try await terminal.answer(to: "1 + 2") == ["3"])
  }

  @Test func whatIsPastedBehindALoopIsNotRun() async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.paste("print('run' + 'ning')\nwhile true {}\n:ls\n\nprint('sec' + 'ond')\n")
    try await terminal.waitFor(screenContaining: "print('sec'")
    terminal.key(.enter)
    try await terminal.waitFor(screenContaining: "running")
    terminal.key(.control("c"))
    try await terminal.waitForPrompt()
    #expect(terminal.screen.contains("lang: 2 lines behind it were not run; ↑ recalls them"))
    terminal.key(.up)
    try await terminal.waitFor("they are recalled") {
      $0.lines.suffix(3) == ["> :ls", "", "print('sec' + 'ond')"]
    }
    terminal.key(.enter)
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(3) == ["no names yet", "second", ">"])
  }

  @Test func aDescriptionThatNeverEndsIsInterrupted() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(
      to: "class Long { fn repr() { print('be' + 'gins'); while true {} } }")
    terminal.enter("[Long()]")
    try await terminal.waitFor(screenContaining: "begins")
    terminal.key(.control("c"))
    try await terminal.waitForPrompt()
    #expect(try await terminal.answer(to: "1 + 2") == ["3"])
  }

  @Test func controlDInALineDeletes() async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.type("abc")
    terminal.key(.home)
    terminal.key(.control("d"))
    try await terminal.waitForLine("> bc")
  }

  @Test func controlDInABlockSaysWhatIsMissing() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "(1 +", prompt: "… ")
    terminal.key(.control("d"))
    try await terminal.waitForPrompt()
    #expect(terminal.screen.contains("error: this '(' is never closed"))
    let lines = try await terminal.answer(to: "1 + 2")
    // readline goes on as before.
    #expect(lines == ["3"])
    #expect(!terminal.screen.contains(""))
  }

  @Test(
    "A signal that ends the prompt leaves the terminal as it was",
    arguments: [SIGQUIT, SIGTERM, SIGHUP])
  func ended(signal: Int32) async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.type("abc")
    try await terminal.waitForLine("> abc")
    #expect(terminal.state.bracketsPastes)
    terminal.signal(signal)
    #expect(try await terminal.waitForExit() == .signalled(signal))
    #expect(!terminal.state.bracketsPastes)
  }

  @Test func controlZStopsAndTheLineIsThereAgain() async throws {
    let home = try TemporaryDirectory()
    let path = try #require(LangExecutable.path)
    // The shell is the parent that a stopped process returns to.
    let terminal = try PseudoTerminal(
      program: "/bin/bash", ["--noprofile", "--norc", "-i"], environment: ["PS1": "$ "], home: home)
    try await terminal.waitForPrompt("$ ")
    terminal.enter(path)
    try await terminal.waitForPrompt()
    terminal.type("20 + 22")
    try await terminal.waitForLine("> 20 + 22")
    terminal.key(.control("z"))
    try await terminal.waitForPrompt("$ ")
    terminal.enter("fg")
    try await terminal.waitForLine("> 20 + 22")
    terminal.key(.enter)
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(2) == ["42", ">"])
    terminal.key(.control("d"))
    try await terminal.waitForPrompt("$ ")
    terminal.enter("exit")
    try await terminal.waitForExit()
  }
}
