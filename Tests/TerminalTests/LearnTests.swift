import Foundation
import TestSupport
import Testing

/// `lang learn` at a terminal; what the lessons say and count is tested by `LearnCommandTests`.
@Suite("lang learn at a terminal", .enabled(if: LangExecutable.path != nil))
struct LearnTests {
  private let temporary: TemporaryDirectory

  init() throws { temporary = try TemporaryDirectory() }

  private func start(_ arguments: String..., home: TemporaryDirectory? = nil) throws
    -> PseudoTerminal
  {
    try PseudoTerminal(
      ["learn"] + arguments, columns: 100, rows: 60, environment: ["TMPDIR": temporary.url.path],
      home: home)
  }

  private var foldersThatAreLeft: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: temporary.url.path)) ?? []
  }

  @Test func aGoalIsTickedOffAndTheLessonIsResumed() async throws {
    let terminal = try start()
    try await terminal.waitForPrompt("1> ")
    terminal.enter("import tea")
    try await terminal.waitForPrompt("1> ")
    #expect(terminal.screen.contains("  ✓ goal 1: Import tea without running it."))
    #expect(terminal.screen.contains("  tea  pending  variable tea of <main>"))
    terminal.enter("next")
    try await terminal.waitForPrompt("2> ")
    #expect(foldersThatAreLeft.count == 1)
    terminal.key(.control("d"))
    #expect(try await terminal.waitForExit() == .exited(0))
    #expect(foldersThatAreLeft == [])

    let later = try start(home: terminal.home)
    try await later.waitForPrompt("2> ")
    later.enter("quit")
    #expect(try await later.waitForExit() == .exited(0))
  }

  @Test func controlCClearsTheLineAndInterruptsTheCode() async throws {
    let terminal = try start("1")
    try await terminal.waitForPrompt("1> ")
    terminal.type("import nonsense")
    try await terminal.waitFor(screenContaining: "import nonsense")
    terminal.key(.control("c"))
    try await terminal.waitForPrompt("1> ")
    terminal.enter("while true { }")
    try await terminal.waitFor(screenContaining: "while true { }")
    terminal.key(.control("c"))
    try await terminal.waitForPrompt("1> ")
    terminal.enter("import tea")
    try await terminal.waitForPrompt("1> ")
    #expect(terminal.screen.contains("  ✓ goal 1: Import tea without running it."))
    #expect(!terminal.screen.contains { $0.contains("nonsense' in") })
  }

  @Test func namesOfModulesAreCompleted() async throws {
    let terminal = try start("5")
    try await terminal.waitForPrompt("5> ")
    terminal.type("import shop.pr")
    terminal.key(.tab)
    terminal.enter(", shop.orders")
    try await terminal.waitForPrompt("5> ")
    #expect(
      terminal.screen.contains("  ✓ goal 1: Import shop.prices and shop.orders; nothing runs."))
  }

  @Test func whatIsPastedIsTakenLineByLine() async throws {
    let terminal = try start("7")
    try await terminal.waitForPrompt("7> ")
    terminal.paste("import report\nlet kept = [report]\nreport.pages\nchange\nreport.pages")
    terminal.key(.enter)
    try await terminal.waitForPrompt("7> ")
    for goal in 1...3 {
      #expect(terminal.state.lines.contains { $0.hasPrefix("  ✓ goal \(goal): ") })
    }
  }

  @Test func theFolderGoesWithTheTerminal() async throws {
    let terminal = try start("1")
    try await terminal.waitForPrompt("1> ")
    #expect(foldersThatAreLeft.count == 1)
    terminal.signal(SIGTERM)
    #expect(try await terminal.waitForExit() == .exited(143))
    #expect(foldersThatAreLeft == [])
  }
}
