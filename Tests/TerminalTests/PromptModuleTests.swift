import Foundation
import TestSupport
import Testing

/// The commands about modules.
@Suite("Prompt: modules", .enabled(if: LangExecutable.path != nil))
struct PromptModuleTests {
  private static let files = [
    "shapes.l": "import side\nlet radius = 3\nfn area(r) => r * r * side.factor\n",
    "side.l": "let factor = 2\n",
    "broken.l": "let x = 1\nthrow ValueError(\"on purpose\")\n",
  ]

  private func session() async throws -> PseudoTerminal {
    try await PseudoTerminal.session(PromptModuleTests.files, columns: 160)
  }

  @Test func ofManyHoldersTheFirstAreListed() async throws {
    let terminal = try await PseudoTerminal.session(["m.l": "let x = 1\n"])
    try await terminal.answer(to: "import m; let xs = [[m] for i in range(150)]")
    terminal.enter(":refs m")
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(2) == ["  and 51 more", ">"])
    try await terminal.answer(to: "m.x")
    terminal.enter(":refs m")
    try await terminal.waitForPrompt()
    #expect(terminal.screen.suffix(2) == ["  and 51 more", ">"])
  }

  @Test func referencesBeforeAndAfterTheFirstUse() async throws {
    let terminal = try await session()
    try await terminal.answer(to: "import shapes; let kept = [shapes]")
    #expect(
      try await terminal.answer(to: ":refs shapes") == [
        "shapes is pending; 2 places hold its stand-in:", "  item of a list in <main>.kept",
        "  variable shapes of <main>",
      ])
    #expect(try await terminal.answer(to: "shapes.area(2)") == ["8"])
    #expect(
      try await terminal.answer(to: ":refs shapes") == [
        "shapes is loaded; 2 references were patched and hold the module now:",
        "  item of a list in <main>.kept", "  variable shapes of <main>",
      ])
    try await terminal.answer(to: "kept.clear()")
    #expect(
      try await terminal.answer(to: ":refs shapes") == [
        "shapes is loaded; 2 references were patched:", "  item of a list in <main>.kept",
        "  variable shapes of <main>", "1 place holds it now:", "  variable shapes of <main>",
      ])
  }

  @Test func aCommandTakesAVariableInPlaceOfAName() async throws {
    let terminal = try await session()
    try await terminal.answer(to: "import shapes as s")
    #expect(try await terminal.answer(to: ":load s") == ["loaded shapes, 1 reference patched"])
  }

  @Test func namesThatWereNotUsedAreToldWithTheirHolders() async throws {
    let terminal = try await session()
    try await terminal.answer(to: "from shapes import area")
    #expect(
      try await terminal.answer(to: ":refs shapes") == [
        "shapes is pending; nothing holds its stand-in",
        "the name area from it was not used yet; it is held by:", "  variable area of <main>",
      ])
  }

  @Test func everyModuleIsListedWithItsState() async throws {
    let terminal = try await session()
    try await terminal.answer(to: "import shapes, broken, side")
    try await terminal.answer(to: "shapes.radius")
    try await terminal.answer(to: "try { broken.x } catch { }")
    let lines = try await terminal.answer(to: ":modules")
    #expect(lines[0].split(separator: " ").prefix(2) == ["broken", "failed"])
    #expect(lines[1].split(separator: " ").prefix(2) == ["shapes", "loaded"])
    #expect(lines[2].split(separator: " ").prefix(2) == ["side", "pending"])
    #expect(lines.last == "built in, not imported: lazy, math, sys")
  }

  @Test func aModuleThatNobodyNeededIsPending() async throws {
    let terminal = try await session()
    try await terminal.answer(to: "import shapes")
    #expect(
      try await terminal.answer(to: ":why shapes") == [
        "nothing has needed shapes yet: it is pending (imported at <input>:1)"
      ])
  }

  @Test func theChainOfWhatLoadedAModuleIsTold() async throws {
    let terminal = try await session()
    try await terminal.answer(to: "import shapes")
    try await terminal.answer(to: "shapes.area(2)")
    let lines = try await terminal.answer(to: ":why side")
    #expect(lines.count == 4)
    #expect(lines[0] == "side was loaded at its first use")
    #expect(lines[1].hasSuffix("shapes.l:3:28  side.factor  in shapes"))
    #expect(lines[2] == "shapes was loaded at its first use")
    #expect(lines[3] == "  <input>:1:8  shapes.area  in <main>")
  }

  @Test func whyALoadFailedIsTold() async throws {
    let terminal = try await session()
    try await terminal.answer(to: "import broken")
    try await terminal.answer(to: "broken.x")
    #expect(
      try await terminal.answer(to: ":why broken") == [
        "broken failed to load at its first use", "  <input>:1:8  broken.x  in <main>",
        "  ValueError: on purpose",
      ])
    #expect(
      try await terminal.answer(to: ":refs broken") == [
        "broken failed to load and is pending again; 1 place holds its stand-in:",
        "  variable broken of <main>",
      ])
  }

  @Test func theGraphShowsWhoImportsWhom() async throws {
    let terminal = try await session()
    #expect(try await terminal.answer(to: ":graph") == ["no module was imported yet"])
    try await terminal.answer(to: "import shapes")
    try await terminal.answer(to: "shapes.radius")
    #expect(
      try await terminal.answer(to: ":graph") == [
        "<main>", "└─ shapes  loaded", "   └─ side  pending",
      ])
  }

  @Test func aCycleEndsInTheGraph() async throws {
    let terminal = try await PseudoTerminal.session([
      "left.l": "import right\nfn f() => right.g()\n", "right.l": "import left\nfn g() => 1\n",
    ])
    try await terminal.answer(to: "import left")
    try await terminal.answer(to: "left.f()")
    #expect(
      try await terminal.answer(to: ":graph") == [
        "<main>", "└─ left  loaded", "   └─ right  loaded", "      └─ left  loaded  ↑",
      ])
  }

  @Test func aDeepGraphStaysInTheWindow() async throws {
    var files = ["m100.l": "fn f() => 1\n"]
    for number in 1..<100 {
      files["m\(number).l"] = "import m\(number + 1)\nfn f() => m\(number + 1).f()\n"
    }
    let terminal = try await PseudoTerminal.session(files, columns: 60, rows: 120)
    try await terminal.answer(to: "import m1")
    try await terminal.answer(to: "m1.f()")
    let lines = try await terminal.answer(to: ":graph")
    #expect(lines.count == 101)
    #expect(lines.last?.hasPrefix("… ") == true)
    #expect(lines.last?.hasSuffix("└─ m100  loaded") == true)
  }

  @Test func theReportIsShown() async throws {
    let terminal = try await session()
    try await terminal.answer(to: "import shapes")
    let lines = try await terminal.answer(to: ":report")
    #expect(lines.contains { $0.hasPrefix("proxied and still pending: 1") })
    #expect(!lines.contains { $0.hasSuffix(": none") })
    #expect(try await terminal.answer(to: ":report 2").contains("failed: none"))
  }

  @Test func eachStepIsToldUntilThatIsEnded() async throws {
    let terminal = try await session()
    #expect(try await terminal.answer(to: ":trace on") == ["each step is told from now on"])
    let found = try await terminal.answer(to: "import side")
    #expect(
      found == [
        "found      side          side.l; nothing is read yet",
        "bound      side          <input>:1  import side",
      ])
    let loaded = try await terminal.answer(to: "side.factor")
    #expect(loaded.map { $0.prefix { $0 != " " } } == ["loading", "loaded", "patched", "2"])
    #expect(loaded[2] == "patched    side          1 reference: variable side of <main>")
    try await terminal.answer(to: ":trace off")
    #expect(try await terminal.answer(to: "import shapes") == [])
  }

  @Test func aReloadSaysWhatChanged() async throws {
    let terminal = try await session()
    try await terminal.answer(to: "import shapes")
    try await terminal.answer(to: "let kept = [shapes.area]")
    try terminal.home.write("shapes.l", "let radius = 3\nlet height = 1\nfn area(r) => r\n")
    let lines = try await terminal.answer(to: "reload shapes")
    #expect(lines[0].hasPrefix("reloaded shapes in place: 46 B of source in "))
    #expect(lines.dropFirst() == ["  changed  area", "  new      height"])
    #expect(try await terminal.answer(to: "kept[0](5)") == ["5"])
  }

  @Test func aReloadOfTheSameSaysSo() async throws {
    let terminal = try await session()
    try await terminal.answer(to: "import shapes; shapes.radius")
    let lines = try await terminal.answer(to: "reload shapes")
    #expect(lines.dropFirst() == ["  its declarations read as before"])
  }

  @Test func aFailingReloadChangesNothing() async throws {
    let terminal = try await session()
    try await terminal.answer(to: "import shapes; shapes.radius")
    try terminal.home.write("shapes.l", "let radius = \n")
    let lines = try await terminal.answer(to: "reload shapes")
    #expect(lines.last == "shapes stays as it was")
    #expect(try await terminal.answer(to: "shapes.radius") == ["3"])
  }

  @Test func aPendingModuleNeedsNoReload() async throws {
    let terminal = try await session()
    try await terminal.answer(to: "import shapes")
    #expect(
      try await terminal.answer(to: "reload shapes") == [
        "shapes is not loaded yet: its first use reads what is there then"
      ])
  }

  @Test(arguments: [":reload shapes side", "reload shapes, side", "reload shapes side"])
  func severalModulesAreReloaded(line: String) async throws {
    let terminal = try await session()
    try await terminal.answer(to: "import shapes, side; shapes.area(1)")
    let lines = try await terminal.answer(to: line)
    #expect(lines.filter { $0.hasPrefix("reloaded ") }.count == 2)
  }

  @Test func aNativeModuleIsNotReloaded() async throws {
    let terminal = try await session()
    try await terminal.answer(to: "import math; math.pi")
    let lines = try await terminal.answer(to: "reload math")
    #expect(lines.contains { $0.hasPrefix("error: ImportError") })
    #expect(lines.last == "math stays as it was")
  }

  @Test func aForgottenModuleStartsOver() async throws {
    let terminal = try await PseudoTerminal.session(["m.l": "print('m runs')\nlet x = 1\n"])
    try await terminal.answer(to: "import m")
    #expect(try await terminal.answer(to: "m.x") == ["m runs", "1"])
    #expect(
      try await terminal.answer(to: ":forget m") == ["forgot m; the next import starts over"])
    #expect(try await terminal.answer(to: "m.x") == ["1"])
    try await terminal.answer(to: "import m")
    #expect(try await terminal.answer(to: "m.x") == ["m runs", "1"])
  }

  @Test(
    "A module that is not known is an error",
    arguments: [
      (":refs", "lang: :refs needs the name of a module"),
      (":refs nope", "lang: no module 'nope' was imported; :modules lists them"),
      (":load shapse", "lang: no module 'shapse' was imported; did you mean 'shapes'?"),
      (":load side", "lang: module 'side' is there, and was not imported: 'import side' binds it"),
      ("reload nope", "lang: no module 'nope' was imported; :modules lists them"),
      (":trace maybe", "lang: :trace takes on or off, not 'maybe'"),
      (":report 7", "lang: :report takes 0, 1 or 2, not '7'"),
      (":graph now", "lang: :graph stands alone"),
    ])
  func wrong(line: String, message: String) async throws {
    let terminal = try await session()
    try await terminal.answer(to: "import shapes")
    #expect(try await terminal.answer(to: line) == [message])
  }
}
