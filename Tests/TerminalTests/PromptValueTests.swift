import TestSupport
import Testing

/// How values are shown, whatever they are.
@Suite("Prompt: values", .enabled(if: LangExecutable.path != nil))
struct PromptValueTests {
  @Test(
    "A value is shown as it is written",
    arguments: [
      ("1 + 2", "3"), ("'a' + \"b\"", "\"ab\""), ("(1,)", "(1,)"), ("set()", "set()"),
      ("{a: [1, 2.5]}", "{\"a\": [1, 2.5]}"), ("2 ** 70", "1180591620717411303424"),
      ("let c = [1]; c.append(c); c", "[1, [...]]"), ("len", "<function len>"),
    ])
  func shown(input: String, output: String) async throws {
    let terminal = try await PseudoTerminal.session()
    #expect(try await terminal.answer(to: input) == [output])
  }

  @Test func nilIsNotShown() async throws {
    let terminal = try await PseudoTerminal.session()
    #expect(try await terminal.answer(to: "nil") == [])
  }

  @Test func numbersShareLinesInColumns() async throws {
    let terminal = try await PseudoTerminal.session(columns: 30)
    #expect(
      try await terminal.answer(to: "list(1..=12)") == [
        "[", "   1,  2,  3,  4,  5,  6,  7,", "   8,  9, 10, 11, 12,", "]",
      ])
  }

  @Test func tenMillionItemsAreCut() async throws {
    let terminal = try await PseudoTerminal.session()
    let lines = try await terminal.answer(to: "[0] * 10000000")
    #expect(lines.count < 40)
    #expect(lines.suffix(2) == ["  … 9999600 more", "]"])
  }

  @Test func manyLinesAreCut() async throws {
    let terminal = try await PseudoTerminal.session(rows: 100)
    try await terminal.answer(to: "let big = {}; for i in 0..2000 { big[f\"k{i}\"] = [i, i] }")
    let lines = try await terminal.answer(to: "big")
    #expect(lines.count == 60)
    #expect(lines.suffix(2) == ["  … 77 lines and 1866 items more", "}"])
  }

  @Test func aLongStringIsCut() async throws {
    let terminal = try await PseudoTerminal.session()
    let lines = try await terminal.answer(to: "'a' * 1000000")
    #expect(lines.count == 26)
    #expect(lines.last?.hasSuffix("… 998000 more") == true)
  }

  @Test func deepNestingIsCut() async throws {
    let terminal = try await PseudoTerminal.session()
    let lines = try await terminal.answer(
      to: "var d = []; for i in 1..=100 { d = [d] }; d")
    #expect(lines.count < 50)
    #expect(lines.contains { $0.hasSuffix("   […],") })
  }

  @Test func nothingInAStringReachesTheTerminal() async throws {
    let terminal = try await PseudoTerminal.session()
    let lines = try await terminal.answer(to: #""\u{1b}[2J\0\u{7}\u{202e}""#)
    #expect(lines == [#""\u{1b}[2J\0\u{7}\u{202e}""#])
  }

  @Test func nothingInADescriptionReachesTheTerminal() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: #"class Esc { fn repr() => "\u{1b}[2Jred\nline" }"#)
    #expect(try await terminal.answer(to: "[Esc()]") == ["[␛[2Jred␊line]"])
    #expect(try await terminal.answer(to: "Esc()") == ["␛[2Jred", "line"])
  }

  @Test func nothingInAnErrorReachesTheTerminal() async throws {
    let terminal = try await PseudoTerminal.session()
    let lines = try await terminal.answer(to: #"throw ValueError("\u{1b}[2J bad")"#)
    #expect(lines.first == "error: ValueError: ␛[2J bad")
  }

  @Test func aDescriptionThatThrowsIsAnError() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "class Bad { fn repr() { throw ValueError('no') } }")
    #expect(try await terminal.answer(to: "[Bad()]").first == "error: ValueError: no")
    #expect(try await terminal.answer(to: "1 + 2") == ["3"])
  }

  @Test func wideCharactersCountTwice() async throws {
    let terminal = try await PseudoTerminal.session(columns: 20)
    #expect(
      try await terminal.answer(to: "['日本語日本', '日本語']") == [
        "[", "  \"日本語日本\",", "  \"日本語\",", "]",
      ])
  }

  @Test func colorsAreUsedOnATerminal() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "40 + 2")
    #expect(terminal.output.contains("\u{1B}[36m42\u{1B}[0m"))
  }

  @Test(
    "Colours are left out where nobody wants them",
    arguments: [["NO_COLOR": "1"], ["TERM": "dumb"]])
  func noColors(environment: [String: String]) async throws {
    let terminal = try await PseudoTerminal.session(environment: environment)
    try await terminal.answer(to: "40 + 2")
    #expect(!terminal.output.contains("\u{1B}[36m"))
    #expect(terminal.screen.suffix(2) == ["42", ">"])
  }

  @Test func theLastValueIsUnderscore() async throws {
    let terminal = try await PseudoTerminal.session()
    #expect(try await terminal.answer(to: "_") == [])
    try await terminal.answer(to: "20 + 1")
    #expect(try await terminal.answer(to: "_ * 2") == ["42"])
    try await terminal.answer(to: "fn twice() => _ * 2")
    #expect(try await terminal.answer(to: "twice()") == ["84"])
  }

  @Test func theLastErrorIsKept() async throws {
    let terminal = try await PseudoTerminal.session()
    #expect(try await terminal.answer(to: "_error") == [])
    try await terminal.answer(to: "[][0]")
    #expect(try await terminal.answer(to: "type(_error)") == ["<class IndexError>"])
  }

  @Test func soIsTheErrorOfACommand() async throws {
    let terminal = try await PseudoTerminal.session(["m.l": "let x = 1\n", "bad.l": "[][1]\n"])
    try await terminal.answer(to: "import bad, m; m.x")
    try await terminal.answer(to: ":load bad")
    #expect(try await terminal.answer(to: "type(_error)") == ["<class IndexError>"])
    try terminal.home.write("m.l", "1 / 0\n")
    try await terminal.answer(to: "reload m")
    #expect(try await terminal.answer(to: "type(_error)") == ["<class ZeroDivisionError>"])
  }

  @Test func redeclaredUnderscoresGoOn() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "let _ = 7; let _error = 8")
    #expect(try await terminal.answer(to: "[_, _error]") == ["[7, 8]"])
    #expect(try await terminal.answer(to: "_") == ["[7, 8]"])
  }

  @Test func aNameIsDeclaredAgain() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "let x = 1; fn f() => x")
    try await terminal.answer(to: "let x = 'two'")
    #expect(try await terminal.answer(to: "f()") == ["\"two\""])
  }

  @Test func whatRanBeforeAnErrorStays() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "let a = 5; nil.x; let b = 6")
    #expect(try await terminal.answer(to: "a") == ["5"])
    #expect(
      try await terminal.answer(to: "b").first
        == "error: NameError: 'b' is used before its declaration ran")
  }

  @Test func namesOfAStarImportAreKnown() async throws {
    let terminal = try await PseudoTerminal.session(["m.l": "let first = 1\nfn second() => 2\n"])
    try await terminal.answer(to: "from m import *")
    #expect(try await terminal.answer(to: "first + second()") == ["3"])
    #expect(try await terminal.answer(to: "let third = first; third") == ["1"])
  }
}
