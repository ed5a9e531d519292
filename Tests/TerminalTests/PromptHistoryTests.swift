import Foundation
import TestSupport
import Testing

/// What was typed comes back: in the session, and in later ones.
@Suite("Prompt: history", .enabled(if: LangExecutable.path != nil))
struct PromptHistoryTests {
  private func file(of terminal: PseudoTerminal) throws -> String {
    try String(contentsOf: terminal.home.url.appendingPathComponent("history"), encoding: .utf8)
  }

  /// The entries of the file, without their times.
  private func entries(of terminal: PseudoTerminal) throws -> [String] {
    try file(of: terminal).split(separator: "\n").map(String.init)
      .filter { $0.wholeMatch(of: /#[0-9]+/) == nil }
  }

  @Test func theLastLineComesBack() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "6 * 7")
    terminal.key(.up)
    try await terminal.waitForLine("> 6 * 7")
    terminal.key(.enter)
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(5) == ["> 6 * 7", "42", "> 6 * 7", "42", ">"])
  }

  @Test func aLineOfAnEarlierSessionComesBack() async throws {
    let first = try await PseudoTerminal.session()
    try await first.answer(to: "6 * 7")
    try await first.leave()
    let second = try await PseudoTerminal.session(home: first.home)
    second.key(.up)
    try await second.waitForLine("> 6 * 7")
  }

  @Test func aBlockIsOneEntry() async throws {
    let first = try await PseudoTerminal.session()
    try await first.answer(to: "fn double(x) {", prompt: "… ")
    try await first.answer(to: "  return x * 2", prompt: "… ")
    try await first.answer(to: "}")
    try await first.leave()
    let second = try await PseudoTerminal.session(home: first.home)
    second.key(.up)
    try await second.waitFor("all its lines are there") {
      $0.lines.suffix(3) == ["> fn double(x) {", "  return x * 2", "}"]
    }
    second.key(.enter)
    try await second.waitForPrompt()
    #expect(try await second.answer(to: "double(21)") == ["42"])
  }

  @Test func aBlockIsRecalledAndEdited() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "fn area(r) {", prompt: "… ")
    try await terminal.answer(to: "  return r * 2 }")
    terminal.key(.up)
    try await terminal.waitFor("it is there") { $0.lines.last == "  return r * 2 }" }
    terminal.key(.backspace, times: 3)
    terminal.type("r }")
    terminal.key(.enter)
    try await terminal.waitForPrompt()
    #expect(try await terminal.answer(to: "area(5)") == ["25"])
  }

  @Test func anEntryIsInTheFileBeforeItRuns() async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.enter("print('run' + 'ning'); while true {}")
    try await terminal.waitFor(screenContaining: "running")
    #expect(try entries(of: terminal) == ["print('run' + 'ning'); while true {}"])
    terminal.signal(SIGKILL)
    try await terminal.waitForExit()
  }

  @Test func theSameLineTwiceIsOneEntry() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "1")
    try await terminal.answer(to: "1")
    #expect(try entries(of: terminal) == ["1"])
  }

  @Test func commandsAndErrorsAreEntries() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: ":modules")
    try await terminal.answer(to: "nil.x")
    try await terminal.answer(to: "1 +* 2")
    try await terminal.answer(to: ":nonsense")
    #expect(try entries(of: terminal) == [":modules", "nil.x", "1 +* 2", ":nonsense"])
  }

  @Test func anAbandonedBlockIsAnEntry() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "fn f() {", prompt: "… ")
    terminal.key(.control("c"))
    try await terminal.waitForPrompt()
    terminal.key(.up)
    try await terminal.waitForLine("> fn f() {")
  }

  @Test func aCommentThatLooksLikeATimeSurvives() async throws {
    let first = try await PseudoTerminal.session()
    try await first.answer(to: "[1,", prompt: "… ")
    try await first.answer(to: "#123", prompt: "… ")
    try await first.answer(to: "2]")
    try await first.leave()
    let second = try await PseudoTerminal.session(home: first.home)
    second.key(.up)
    try await second.waitFor("all of it is there") {
      $0.lines.suffix(3) == ["> [1,", " #123", "2]"]
    }
  }

  @Test func controlRSearches() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "let first = 1")
    try await terminal.answer(to: "let second = 2")
    terminal.key(.control("r"))
    terminal.type("fir")
    try await terminal.waitFor(screenContaining: "let first = 1")
    try await terminal.waitFor("it is found") {
      $0.lines.last == "(reverse-i-search)`fir': let first = 1"
    }
    terminal.key(.enter)
    try await terminal.waitForPrompt()
  }

  @Test func twoSessionsAddToOneFile() async throws {
    let one = try await PseudoTerminal.session()
    let two = try await PseudoTerminal.session(home: one.home)
    try await one.answer(to: "1")
    try await two.answer(to: "2")
    try await one.answer(to: "3")
    #expect(try entries(of: one) == ["1", "2", "3"])
  }

  @Test func theFileIsForTheOwnerAlone() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "1")
    let path = terminal.home.url.appendingPathComponent("history").path
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func withoutAVariableItIsInTheHome() async throws {
    let terminal = try await PseudoTerminal.session(environment: ["LANG_HISTORY": nil])
    try await terminal.answer(to: "1")
    let path = terminal.home.url.appendingPathComponent(".lang_history").path
    #expect(FileManager.default.fileExists(atPath: path))
  }

  @Test func anEmptyVariableMeansNone() async throws {
    let terminal = try await PseudoTerminal.session(environment: ["LANG_HISTORY": ""])
    try await terminal.answer(to: "1")
    let names = try FileManager.default.contentsOfDirectory(atPath: terminal.home.url.path)
    #expect(names == [".inputrc"])
  }

  @Test(
    "A place that cannot be written does not matter",
    arguments: ["/dev/full", "/nowhere/history", "/proc/history", "/", "/dev/zero"])
  func unwritable(path: String) async throws {
    let terminal = try await PseudoTerminal.session(environment: ["LANG_HISTORY": path])
    #expect(try await terminal.answer(to: "1 + 2") == ["3"])
    terminal.key(.up)
    try await terminal.waitForLine("> 1 + 2")
  }

  @Test func aPipeIsNotWaitedFor() async throws {
    let home = try TemporaryDirectory()
    mkfifo(home.url.appendingPathComponent("history").path, 0o600)
    let terminal = try await PseudoTerminal.session(home: home)
    #expect(try await terminal.answer(to: "1 + 2") == ["3"])
  }

  @Test func aLongFileIsShortened() async throws {
    let home = try TemporaryDirectory()
    try home.write("history", (0..<13_000).map { "#1\n\($0)\n" }.joined())
    let terminal = try await PseudoTerminal.session(home: home)
    terminal.key(.up)
    try await terminal.waitForLine("> 12999")
    let kept = try entries(of: terminal)
    #expect(kept.count == 10_000)
    #expect(kept.first == "3000" && kept.last == "12999")
  }

  @Test func ofAHugeFileTheEndIsRead() async throws {
    let home = try TemporaryDirectory()
    let line = "#1\n" + String(repeating: "x", count: 60_000) + "\n"
    try home.write("history", String(repeating: line, count: 200) + "#2\nthe_last\n")
    let terminal = try await PseudoTerminal.session(home: home)
    terminal.key(.up)
    try await terminal.waitForLine("> the_last")
  }

  @Test func aFileOfSomethingElseIsLeftAlone() async throws {
    let home = try TemporaryDirectory()
    var bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 3) }
    bytes += Array(String(repeating: "a line\n", count: 13_000).utf8)
    try home.write("history", Data(bytes))
    let terminal = try await PseudoTerminal.session(home: home)
    try await terminal.answer(to: "1 + 2")
    let now = try Data(contentsOf: home.url.appendingPathComponent("history"))
    #expect(now.prefix(bytes.count) == Data(bytes))
  }

  @Test func aFileThatEndsWithinALineIsGoneOnWith() async throws {
    let home = try TemporaryDirectory()
    try home.write("history", "#1\nold")
    let first = try await PseudoTerminal.session(home: home)
    try await first.answer(to: "1 + 2")
    #expect(try entries(of: first) == ["old", "1 + 2"])
  }

  @Test func inputrcHasAPartForLang() async throws {
    let terminal = try await PseudoTerminal.session(
      inputrc: "$if lang\n\"\\C-o\": \"6 * 7\"\n$endif\n$if other\n\"\\C-o\": \"no\"\n$endif\n")
    terminal.key(.control("o"))
    try await terminal.waitForLine("> 6 * 7")
  }
}
