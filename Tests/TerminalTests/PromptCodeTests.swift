import TestSupport
import Testing

/// The commands about code.
@Suite("Prompt: code", .enabled(if: LangExecutable.path != nil))
struct PromptCodeTests {
  private static let files = [
    "m.l":
      "fn add(a, b) => a + b\nclass Box {\n  fn init(x) { self.x = x }\n  fn get() => self.x\n}\n"
  ]

  private func session() async throws -> PseudoTerminal {
    let terminal = try await PseudoTerminal.session(PromptCodeTests.files)
    try await terminal.answer(to: "import m")
    return terminal
  }

  @Test(
    "The bytecode of what has some",
    arguments: [
      ("m.add", "add(a, b)"), ("m.Box", "Box.init(self, x)"), ("m.Box.get", "Box.get(self)"),
      ("box.get", "Box.get(self)"), ("closure", "<function>(y)"),
    ])
  func disassembly(path: String, signature: String) async throws {
    let terminal = try await session()
    try await terminal.answer(
      to: "let box = m.Box(1); let closure = (fn(x) => fn(y) => x + y)(1)")
    let lines = try await terminal.answer(to: ":dis \(path)")
    #expect(lines.first?.contains(" \(signature)  ") == true, "\(lines)")
    #expect(lines.count > 2)
  }

  @Test(
    "What has no bytecode",
    arguments: [
      (":dis", "lang: :dis needs the name of a function"),
      (":dis 1 + 2", "lang: :dis needs the name of a function"),
      (":dis len", "lang: 'len' has no bytecode: it is built in, or no function"),
      (":dis nope", "lang: there is no 'nope'"),
      (":doc", "lang: :doc needs a name"),
      (":doc if", "lang: 'if' is a word of the language, and stands for no value"),
      (":time", "lang: :time needs something to run"),
      (":source nope", "lang: no module 'nope' was imported; :modules lists them"),
    ])
  func wrong(line: String, message: String) async throws {
    let terminal = try await session()
    #expect(try await terminal.answer(to: line) == [message])
  }

  @Test func disassemblingLoadsNothing() async throws {
    let terminal = try await session()
    try await terminal.answer(to: ":dis m.add")
    #expect(try await terminal.answer(to: ":modules")[0].split(separator: " ")[1] == "pending")
  }

  @Test(arguments: [":doc len", "len?", "?len"])
  func helpIsShown(line: String) async throws {
    let terminal = try await session()
    #expect(try await terminal.answer(to: line).first == "fn len(value)")
  }

  @Test func theSourceOfAPendingModuleIsShown() async throws {
    let terminal = try await session()
    let lines = try await terminal.answer(to: ":source m")
    #expect(lines[0].hasPrefix("## /") && lines[0].hasSuffix("/m.l"))
    #expect(lines[1] == "fn add(a, b) => a + b")
    #expect(try await terminal.answer(to: ":modules")[0].split(separator: " ")[1] == "pending")
  }

  @Test func nothingInASourceReachesTheTerminal() async throws {
    let terminal = try await PseudoTerminal.session(["bad.l": "# \u{1B}[2J\u{7}\n"])
    try await terminal.answer(to: "import bad")
    #expect(try await terminal.answer(to: ":source bad").last == "# ␛[2J␇")
  }

  @Test func theSourceOfANativeModuleIsNot() async throws {
    let terminal = try await session()
    try await terminal.answer(to: "import math")
    #expect(
      try await terminal.answer(to: ":source math")
        == ["lang: module 'math' is built in: there is no source"])
  }

  @Test func aTimeIsTold() async throws {
    let terminal = try await session()
    let lines = try await terminal.answer(to: ":time 6 * 7")
    #expect(lines.first == "42")
    #expect(lines.last?.hasSuffix("s") == true)
    #expect(lines.count == 2)
  }

  @Test func theTimeUntilAnErrorIsTold() async throws {
    let terminal = try await session()
    let lines = try await terminal.answer(to: ":time nil.x")
    #expect(lines.first == "error: AttributeError: nil has no attribute 'x'")
    #expect(lines.last?.hasSuffix("s until the error") == true)
  }

  @Test func whatATimedPieceDeclaresStays() async throws {
    let terminal = try await session()
    try await terminal.answer(to: ":time let x = 5")
    #expect(try await terminal.answer(to: "x") == ["5"])
  }
}
