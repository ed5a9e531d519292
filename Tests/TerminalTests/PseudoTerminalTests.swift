import Testing

/// The harness itself, with programs that every machine has.
@Suite("Pseudo-terminal")
struct PseudoTerminalTests {
  private func shell(_ script: String, columns: Int = 80) throws -> PseudoTerminal {
    try PseudoTerminal(program: "/bin/sh", ["-c", script], columns: columns)
  }

  @Test func theStreamsAreTheControllingTerminal() async throws {
    let terminal = try shell(
      "test -t 0 && test -t 1 && test -t 2 && echo three; echo there >/dev/tty")
    #expect(try await terminal.waitForExit() == .exited(0))
    #expect(terminal.screen == ["three", "there"])
  }

  @Test func theEnvironmentIsWhatWasGiven() async throws {
    let terminal = try PseudoTerminal(
      program: "/usr/bin/env", environment: ["EXTRA": "1", "PATH": nil])
    try await terminal.waitForExit()
    let names = terminal.screen.map { String($0.prefix { $0 != "=" }) }
    #expect(Set(names) == ["TERM", "HOME", "LANG_HISTORY", "INPUTRC", "LC_ALL", "EXTRA"])
  }

  @Test func nothingElseIsOpen() async throws {
    // `ls` itself opens the folder as 3.
    let terminal = try PseudoTerminal(program: "/bin/ls", ["/proc/self/fd"])
    try await terminal.waitForExit()
    #expect(terminal.screen == ["0  1  2  3"])
  }

  @Test func keysArrive() async throws {
    let terminal = try shell("echo ready; read line; echo \"got <$line>\"")
    try await terminal.waitFor(screenContaining: "ready")
    terminal.enter("some words")
    try await terminal.waitFor(screenContaining: "got <some words>")
    #expect(try await terminal.waitForExit() == .exited(0))
    #expect(terminal.screen == ["ready", "some words", "got <some words>"])
  }

  @Test func controlCIsASignal() async throws {
    let terminal = try shell("echo ready; exec sleep 1000")
    try await terminal.waitFor(screenContaining: "ready")
    terminal.key(.control("c"))
    #expect(try await terminal.waitForExit() == .signalled(2))
  }

  @Test func anotherSizeIsAnnounced() async throws {
    let terminal = try shell(
      "trap 'stty size; exit' WINCH; stty size; while :; do sleep 0.05; done", columns: 50)
    try await terminal.waitFor(screenContaining: "24 50")
    terminal.resize(columns: 40, rows: 10)
    try await terminal.waitFor(screenContaining: "10 40")
    try await terminal.waitForExit()
  }

  @Test func waitingForWhatNeverComesFails() async throws {
    let terminal = try shell("echo ready; read line")
    await #expect(throws: PseudoTerminal.Failure.self) {
      try await terminal.waitFor(screenContaining: "something else", patience: 0.5)
    }
    await #expect(throws: PseudoTerminal.Failure.self) {
      try await terminal.waitForExit(patience: 0.5)
    }
    let ended = try shell("echo bye")
    await #expect(throws: PseudoTerminal.Failure.self) {
      try await ended.waitFor(screenContaining: "something else")
    }
  }

  @Test func muchOutputIsReadToItsEnd() async throws {
    let terminal = try shell("seq 1 20000")
    #expect(try await terminal.waitForExit() == .exited(0))
    #expect(terminal.state.transcript == (1...20000).map(String.init))
  }
}
