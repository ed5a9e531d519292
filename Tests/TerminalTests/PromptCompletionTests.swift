import Foundation
import TestSupport
import Testing

/// What Tab does at the prompt; it never loads a module.
@Suite("Prompt: completion", .enabled(if: LangExecutable.path != nil))
struct PromptCompletionTests {
  private static let files = [
    "shapes.l": "print('shapes runs')\nlet radius = 3\nfn area(r) => r * r\nlet _hidden = 1\n",
    "shop/init.l": "print('shop runs')\nlet owner = 'Ada'\n",
    "shop/prices.l": "print('prices runs')\nlet tea = 2.5\n",
    "notes.txt": "", "folder/inner.txt": "",
  ]

  @Test(
    "A word that is alone is completed",
    arguments: [
      ("ass", "assert"), ("prin", "print"), ("radi", "radius_of_earth"),
      ("shapes.rad", "shapes.radius"), ("shop.pri", "shop.prices"),
      ("shop.prices.t", "shop.prices.tea"), ("import sha", "import shapes"),
      ("import shop.p", "import shop.prices"), ("from sho", "from shop"),
      ("from shapes im", "from shapes import "),
      ("from shapes import ar", "from shapes import area"),
      ("from shop import pri", "from shop import prices"),
      ("from shapes import area, rad", "from shapes import area, radius"),
      ("eager import sha", "eager import shapes"), ("\"abc\".capi", "\"abc\".capitalize"),
      ("'abc'.capi", "'abc'.capitalize"), ("text.capi", "text.capitalize"),
      ("ball.boun", "ball.bounce"), ("1 + radi", "1 + radius_of_earth"),
      ("[radi", "[radius_of_earth"), ("f\"{radi", "f\"{radius_of_earth"),
      ("let f = \"not", "let f = \"notes.txt\""),
      ("let f = \"fold", "let f = \"folder/"), (":gra", ":graph "), (":refs sha", ":refs shapes"),
      (":trace of", ":trace off"), (":save not", ":save notes.txt "),
      (":doc radi", ":doc radius_of_earth"),
      (":dis shapes.are", ":dis shapes.area"),
    ])
  func alone(typed: String, completed: String) async throws {
    let terminal = try await PseudoTerminal.session(PromptCompletionTests.files)
    try await terminal.answer(to: "import shapes, shop.prices")
    try await terminal.answer(
      to: "let radius_of_earth = 6371; let text = 'x'; class Ball { fn bounce() {} }; "
        + "let ball = Ball()")
    terminal.type(typed)
    terminal.key(.tab)
    try await terminal.waitFor("'\(completed)' is there") {
      $0.textBeforeCursor == "> " + completed
    }
    terminal.key(.control("c"))
    try await terminal.waitForPrompt()
    let modules = try await terminal.answer(to: ":modules")
    #expect(modules.filter { $0.contains("pending") }.count == 3, "nothing was loaded")
    #expect(!terminal.screen.contains { $0.hasSuffix(" runs") })
  }

  @Test(
    "Several words are listed",
    arguments: [
      ("shapes.", "area    radius"), ("import sh", "shapes  shop"),
      (":re", "refs    reload  report"),
      ("from shop import ", "owner   prices"), (":report ", "0  1  2"),
    ])
  func several(typed: String, list: String) async throws {
    let terminal = try await PseudoTerminal.session(PromptCompletionTests.files)
    try await terminal.answer(to: "import shapes, shop")
    terminal.type(typed)
    terminal.key(.tab, times: 2)
    try await terminal.waitFor("they are listed") { $0.lines.contains(list) }
    try await terminal.waitForLine("> " + typed)
  }

  @Test func aWordOfTheBlockIsCompleted() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "fn area(longitude) {", prompt: "… ")
    terminal.type("longi")
    terminal.key(.tab)
    try await terminal.waitForLine("… longitude")
  }

  @Test func atTheBeginningOfALineItIndents() async throws {
    let terminal = try await PseudoTerminal.session()
    try await terminal.answer(to: "fn area(r) {", prompt: "… ")
    terminal.key(.tab)
    terminal.type("x")
    try await terminal.waitForLine("…   x")
  }

  @Test func namesFromALoadedModuleAreItsAttributes() async throws {
    let terminal = try await PseudoTerminal.session(["m.l": "let first = 1\nlet second = 2\n"])
    try await terminal.answer(to: "import m; m.first")
    terminal.type("m.sec")
    terminal.key(.tab)
    try await terminal.waitForLine("> m.second")
  }

  @Test func nothingIsCompletedInAComment() async throws {
    let terminal = try await PseudoTerminal.session()
    terminal.type("1 # prin")
    terminal.key(.tab)
    terminal.type("!")
    try await terminal.waitForLine("> 1 # prin!")
  }

  @Test func whatIsNoSourceHasNoNames() async throws {
    let terminal = try await PseudoTerminal.session(["broken.l": "let x = (1 +\n"])
    try await terminal.answer(to: "import broken")
    terminal.type("broken.")
    terminal.key(.tab)
    terminal.type("x")
    try await terminal.waitForLine("> broken.x")
  }

  @Test func ofVeryManyNamesTheNumberIsTold() async throws {
    let source = (10_000..<12_000).map { "let name_\($0) = 1\n" }.joined()
    let terminal = try await PseudoTerminal.session(["many.l": source])
    try await terminal.answer(to: "import many")
    terminal.type("many.n")
    terminal.key(.tab)
    try await terminal.waitForLine("> many.name_1")
    terminal.key(.tab, times: 2)
    try await terminal.waitFor("the line is there again") {
      $0.lines.suffix(3) == [
        "> many.name_1", "2000 names begin so; the list is too long to be shown", "> many.name_1",
      ]
    }
    terminal.type("19")
    terminal.key(.tab, times: 2)
    try await terminal.waitFor(screenContaining: "name_11950")
    terminal.key(.control("u"))
    // Files are listed as before.
    for name in ["b.txt", "a.txt"] { try terminal.home.write(name, "") }
    terminal.type("many.n")
    terminal.key(.tab, times: 3)
    try await terminal.waitFor("the number is told again") {
      $0.lines.joined().components(separatedBy: "2000 names").count == 3
    }
    terminal.key(.control("u"))
    terminal.type("open('")
    terminal.key(.tab, times: 2)
    try await terminal.waitFor(screenContaining: "a.txt     b.txt")
    terminal.key(.control("u"))
    #expect(try await terminal.answer(to: "1 + 2") == ["3"])
  }

  @Test func aLongListAsksNothing() async throws {
    var files: [String: String] = [:]
    for number in 100..<250 { files["mod\(number).l"] = "" }
    let terminal = try await PseudoTerminal.session(files)
    terminal.type("import mod")
    terminal.key(.tab, times: 2)
    try await terminal.waitFor(screenContaining: "mod249")
    try await terminal.waitForLine("> import mod")
    #expect(!terminal.screen.contains { $0.contains("possibilities") })
  }
}
