import Foundation
import Testing

/// `lang learn`: the course, driven as a learner would drive it.
@Suite("lang learn", .enabled(if: LangProcess.executable != nil))
struct LearnCommandTests {
  private let directory: TemporaryDirectory
  /// Where the folders of lessons are made.
  private let temporary: URL

  init() throws {
    directory = try TemporaryDirectory()
    temporary = directory.url.appendingPathComponent("temporary")
    try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
  }

  private static let lessonCount = 12
  private static let numbers = Array(1...lessonCount)

  private var progressFile: URL { directory.url.appendingPathComponent("state/progress") }

  private var environment: [String: String] {
    ["TMPDIR": temporary.path, "LANG_PROGRESS": progressFile.path, "NO_COLOR": "1"]
  }

  private func learn(
    _ arguments: String..., typing lines: [String] = [], environment: [String: String]? = nil
  ) async throws -> RunResult {
    let result = try await LangProcess.run(
      ["learn"] + arguments, in: directory.url,
      input: Data(lines.map { $0 + "\n" }.joined().utf8),
      environment: environment ?? self.environment)
    let left = try FileManager.default.contentsOfDirectory(atPath: temporary.path)
    #expect(left == [], "the folder of a lesson is still there")
    return result
  }

  /// The numbers of the goals that were ticked off, in the order in which they were.
  private func reached(_ result: RunResult) -> [Int] {
    result.lines.compactMap { line in
      guard line.hasPrefix("  ✓ goal ") else { return nil }
      return Int(line.dropFirst("  ✓ goal ".count).prefix { $0.isNumber })
    }
  }

  /// How many goals the lesson has that was shown first.
  private func goalCount(_ result: RunResult) -> Int {
    guard let start = result.lines.firstIndex(of: "Goals:") else { return 0 }
    return result.lines[(start + 1)...].prefix { $0.hasPrefix("    ") }.count
  }

  private func progress() throws -> [String] {
    try String(contentsOf: progressFile, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  /// What was answered to each line that was typed.
  private func answers(_ result: RunResult, lesson: Int) -> [String] {
    result.text.components(separatedBy: "\(lesson)> ").dropFirst().map { part in
      part.range(of: "\n").map { String(part[$0.upperBound...]) } ?? ""
    }
  }

  /// The lines that `show` shows.
  private func solution(of lesson: Int) async throws -> [String] {
    let result = try await learn("\(lesson)", typing: ["show", "quit"])
    #expect(reached(result) == [], "to be shown a way is not to have gone it")
    let start = try #require(result.lines.firstIndex { $0.contains("One way;") })
    return result.lines[(start + 1)...].prefix { $0.hasPrefix("    ") }
      .map { String($0.dropFirst(4)) }
  }

  // MARK: Goals

  @Test("What 'show' shows reaches every goal", arguments: numbers, [false, true])
  func solutions(lesson: Int, isStressed: Bool) async throws {
    let lines = try await solution(of: lesson)
    #expect(lines.count > 2)
    var environment = environment
    if isStressed { environment["LANG_GC_STRESS"] = "1" }
    let result = try await learn(
      "\(lesson)", typing: lines + ["quit"], environment: environment)
    #expect(result.exitCode == 0)
    #expect(result.standardError == "")
    #expect(goalCount(result) > 1)
    #expect(reached(result).sorted() == Array(1...max(1, goalCount(result))), "\(result.text)")
    #expect(result.text.contains("\nElsewhere:\n"))
    #expect(try progress().contains { $0.hasPrefix("done ") })
  }

  /// Other lines that reach every goal.
  private static let otherWays: [(lesson: Int, lines: [String])] = [
    (1, ["import tea as drink", "drink.price = 3", "from nowhere import x"]),
    (
      2,
      [
        "import clock as c", "c is c", "[c, c]", "f\"{c}\"", "getattr(c, \"noon\")",
        "import compass", "dir(compass)",
      ]
    ),
    (
      3,
      [
        "import geo", "class Box { fn init(x) { self.x = x } }", "let box = Box(geo)",
        "let pair = (geo, geo)", "box.x.radius",
      ]
    ),
    (
      4,
      [
        "import numbers", "from numbers import lucky as l", "let kept = {a: l}", "print(kept)",
        "from numbers import nothing_here", "nothing_here + 1",
      ]
    ),
    (5, ["import shop", "import shop.orders as o, shop.prices as p", "p.label()", "o.open"]),
    (6, ["import egg", "egg.age", "change", "egg.age", "import hen", "hen.age"]),
    (
      7,
      [
        "import report as a", "import report as b",
        "try { a.pages } catch error { print(\"failed\") }", "change", "b.pages",
      ]
    ),
    (
      8,
      [
        "import prices", "prices.vat", "from prices import gross", "gross(1)", "change",
        "reload(\"prices\")", "change",
        "try { reload(prices) } catch error { print(error.message) }",
      ]
    ),
    (
      9,
      [
        "import sys", "sys.path = sys.path + [\"paint.zip\"]", "from colors import name",
        "name(200)", "change", "import colors", "reload(colors)",
      ]
    ),
    (
      10,
      [
        "import lazy", "lazy.filter = fn(importer, name, names) => name != \"settings\"",
        "eager import plugins", "import settings", "import charts", "lazy.seal()",
        "try { charts.title } catch error: ImportError { print(\"refused\") }",
      ]
    ),
    (
      11,
      [
        "from app import start", "start()", "let unused = \"help\"", "let culprit = \"words\"",
        "from lazy import report", "report(1)",
      ]
    ),
    (12, ["from export import pdf", "pdf", "check", "change", "check"]),
  ]

  @Test("Other code that reaches the goals counts too", arguments: otherWays)
  func otherWay(lesson: Int, lines: [String]) async throws {
    let result = try await learn("\(lesson)", typing: lines + ["quit"])
    #expect(reached(result).sorted() == Array(1...max(1, goalCount(result))), "\(result.text)")
  }

  /// Lines that look like an answer, with the goals that they do reach.
  private static let wrongTries: [(lesson: Int, lines: [String], reached: [Int])] = [
    (1, ["1 + 1", "tea", "print(\"tea.l runs\")", "\"import tea\""], []),
    // It ran in the line that imports it.
    (1, ["eager import tea"], [2]),
    // The same thing three times is one thing.
    (2, ["import clock", "clock", "clock", "clock", "clock.hour"], [2]),
    (2, ["import compass", "compass.north"], []),
    // Variables alone do not show that anything else is patched.
    (3, ["import geo", "let a = geo", "let b = geo", "let c = geo"], []),
    (3, ["import geo", "geo.radius", "let layers = [geo, geo, geo]"], []),
    (4, ["from numbers import lucky", "lucky + 1"], []),
    (4, ["import numbers", "numbers.luckey"], []),
    (5, ["import shop", "shop.name"], []),
    (5, ["import shop.prices", "shop.prices.label()"], []),
    // Mended before it was seen.
    (6, ["change", "import hen", "hen.age"], []),
    (7, ["change", "import report", "report.pages"], []),
    (7, ["import report", "report.pages", "report.pages"], [1]),
    // A pending module is left alone.
    (8, ["import prices", "reload(prices)"], []),
    (8, ["from prices import gross", "prices"], []),
    (9, ["import colors"], []),
    (9, ["import sys", "sys.path.append(\"paint.zip\")", "eager import colors"], []),
    (10, ["import lazy", "lazy.load(\"settings\")", "import plugins", "lazy.load(plugins)"], []),
    (10, ["import lazy", "lazy.seal()", "import charts"], []),
    (11, ["let culprit = \"words\"", "let unused = \"help\""], []),
    (11, ["import app", "app.start()", "let culprit = \"menu\""], [1]),
    (12, ["check"], [2]),
    (12, ["change", "check"], []),
  ]

  @Test("Other code does not", arguments: wrongTries)
  func wrongTry(lesson: Int, lines: [String], expected: [Int]) async throws {
    let result = try await learn("\(lesson)", typing: lines + ["quit"])
    #expect(reached(result) == expected, "\(result.text)")
    #expect(!result.text.contains("\nElsewhere:\n"))
    #expect(try !progress().contains { $0.hasPrefix("done ") })
  }

  @Test func aGoalOutOfReachIsSaidToBe() async throws {
    let lines = ["eager import tea", "tea.price", "again", "import tea", "quit"]
    let result = try await learn("1", typing: lines)
    #expect(result.text.components(separatedBy: "'again' starts over").count == 2)
    #expect(reached(result) == [2, 1])
  }

  // MARK: What is shown

  @Test func eachLineTellsWhatItDid() async throws {
    let lines = ["import tea", "let kept = [tea]", "kept[0].price", "quit"]
    let result = try await learn("1", typing: lines)
    let after = { (prompt: Int) -> String in
      let answers = answers(result, lesson: 1)
      return answers.count > 3 ? answers[prompt - 1] : ""
    }
    #expect(after(1).contains("bound"))
    #expect(after(1).contains("pending  variable tea of <main>"))
    #expect(after(2).contains("item of a list in <main>.kept"))
    // As it happens, between what the code prints.
    let words = [
      "  loading", "tea.l runs", "  loaded", "  patched", "2.5", "✓ goal 2", "  tea  loaded",
    ]
    let places = words.map { after(3).range(of: $0)?.lowerBound ?? after(3).endIndex }
    #expect(places == places.sorted(), "\(after(3))")
    #expect(Set(places).count == words.count)
  }

  @Test("Hints say more and more, and come to an end", arguments: numbers)
  func hints(lesson: Int) async throws {
    let lines = Array(repeating: "hint", count: 8) + ["quit"]
    let result = try await learn("\(lesson)", typing: lines)
    let hints = answers(result, lesson: lesson)
    let end = try #require(hints.firstIndex { $0.hasPrefix("There are no more hints") })
    #expect(end > 1)
    #expect(Set(hints[..<end]).count == end)
    #expect(reached(result) == [])
  }

  @Test func commandsAnswer() async throws {
    let lines = ["help", "task", "files", "state", ":hint", "change", "check", "  state  ", "quit"]
    let result = try await learn("1", typing: lines)
    let answers = answers(result, lesson: 1)
    #expect(answers.count == lines.count)
    let expected = [
      "again", "Guess before", "let price = 2.5", "tea  not imported", "An import statement is",
      "This lesson changes no file.", "checked 1 module: no problems", "tea  not imported",
    ]
    for (answer, part) in zip(answers, expected) { #expect(answer.contains(part)) }
  }

  @Test func aPieceMayHaveSeveralLines() async throws {
    let lines = ["fn price() {", "  import tea", "  return tea.price", "}", "price()", "quit"]
    let result = try await learn("1", typing: lines)
    #expect(result.text.contains("1> fn price() {\n1…   import tea\n1…   return tea.price\n1… }\n"))
    #expect(reached(result) == [2])
  }

  @Test func anUnfinishedLineOfOutputIsEnded() async throws {
    let result = try await learn("1", typing: ["print(\"half\", end: \"\")", "import tea", "quit"])
    #expect(result.lines.contains("half"))
    #expect(reached(result) == [1])
  }

  @Test func mistakesAreShownAndNothingEnds() async throws {
    let lines = ["import tea", "tea.colour", "1 +* 2", "tea.price", "quit"]
    let result = try await learn("1", typing: lines)
    #expect(result.text.contains("error: AttributeError: module 'tea' has no attribute 'colour'"))
    #expect(result.text.contains("1> 1 +* 2\nerror: "))
    #expect(reached(result) == [1, 2])
    #expect(result.exitCode == 0)
  }

  @Test func pathsAreShortAndStacksAligned() async throws {
    let result = try await learn("7", typing: ["import report", "report", "report.pages", "quit"])
    #expect(result.lines.contains("<lazy module 'report' from …/report.l>"))
    let start = try #require(result.lines.firstIndex(of: "stack, most recent call last:"))
    #expect(
      result.lines[(start + 1)...(start + 2)] == [
        "  <input>:1:8      <main>", "  …/report.l:4:18  <report>",
      ])
    #expect(!result.text.contains(temporary.path))
  }

  @Test func theCodeCanLeave() async throws {
    let result = try await learn("1", typing: ["exit(3)", "import tea"])
    #expect(result.exitCode == 0)
    #expect(reached(result) == [])
  }

  // MARK: The way through the course

  @Test func theListIsThatOfThePage() async throws {
    let page = try String(
      contentsOf: LangProcess.packageRoot.appendingPathComponent("docs/lazy-imports.md"),
      encoding: .utf8)
    let rows = page.split(separator: "\n").compactMap { line -> String? in
      let cells = line.components(separatedBy: " | ")
      guard cells.count == 2, let number = Int(cells[0].dropFirst(3).prefix { $0.isNumber }) else {
        return nil
      }
      let title = cells[1].dropLast(2).replacingOccurrences(of: "`", with: "")
      return "\(number)  \(title)"
    }
    let result = try await learn("--list")
    #expect(rows.count == LearnCommandTests.lessonCount)
    #expect(result.lines.map { $0.trimmingCharacters(in: .whitespaces) } == rows)
  }

  @Test("The modules of a lesson are those of its section", arguments: numbers)
  func modulesOfThePage(lesson: Int) async throws {
    let page = try String(
      contentsOf: LangProcess.packageRoot.appendingPathComponent("docs/lazy-imports.md"),
      encoding: .utf8)
    let section = try #require(
      page.components(separatedBy: "\n## ").first { $0.hasPrefix("\(lesson). ") })
    // Path and text of each block that is a module.
    let blocks = section.components(separatedBy: "```lang module ").dropFirst().map { block in
      let end = block.range(of: "\n```")?.lowerBound ?? block.endIndex
      return block[..<end].split(separator: "\n", maxSplits: 1).map(String.init)
    }
    let result = try await learn("\(lesson)", typing: ["quit"])
    let shown = result.lines.filter { $0.hasPrefix("  │ ") }.map { $0.dropFirst(4) }
    var files: [(path: String, text: String)] = []
    for line in shown {
      if let path = line.split(separator: " ").last, line.hasPrefix("# \(path)") {
        files.append((String(path), String(line)))
      } else if !files.isEmpty, !line.hasPrefix("(") {
        files[files.count - 1].text += "\n" + line
      }
    }
    var common = 0
    for file in files {
      let texts = blocks.filter { $0[0] == file.path }.map { $0[1] }
      if texts.isEmpty { continue }
      common += 1
      #expect(texts.contains { file.text.hasPrefix($0) }, "\(file.path): \(file.text)")
    }
    #expect(common > 0)
  }

  @Test func theCourseIsResumed() async throws {
    let first = try await learn(typing: ["import tea", "tea.price", "import tee", "next"])
    #expect(first.text.contains("a course of 12 lessons"))
    #expect(first.text.contains("Lesson 2 of 12"))
    #expect(first.exitCode == 0, "the end of the input is no error")
    #expect(try progress().dropFirst() == ["at use", "done import"])

    let second = try await learn(typing: ["back", "quit"])
    #expect(!second.text.contains("a course of 12 lessons"))
    let lessons = second.lines.filter { $0.hasPrefix("Lesson ") }.map { $0.prefix(8) }
    #expect(lessons == ["Lesson 2", "Lesson 1"])

    let list = try await learn("--list")
    #expect(list.lines.first == "✓  1  What does import do?")
    #expect(try await learn("4", typing: ["quit"]).text.contains("Lesson 4 of 12"))
    #expect(try progress().dropFirst() == ["at names", "done import"])
  }

  @Test func theLastLessonEndsTheCourse() async throws {
    let result = try await learn("12", typing: ["next", "import export"])
    #expect(result.text.contains("That was the last lesson; 0 of 12 are ticked off"))
    #expect(reached(result) == [])
    #expect(result.exitCode == 0)
  }

  @Test("Only lessons that exist", arguments: ["0", "13", "four"])
  func noSuchLesson(number: String) async throws {
    #expect(try await learn(number).exitCode == 64)
  }

  @Test func progressIsKeptWhereStateIs() async throws {
    let home = directory.url.path
    for (variables, file) in [
      (["HOME": home], ".local/state/lang/progress"),
      (["HOME": home, "XDG_STATE_HOME": home + "/xdg"], "xdg/lang/progress"),
    ] {
      var environment = ["TMPDIR": temporary.path].merging(variables) { _, new in new }
      environment["XDG_STATE_HOME", default: ""] += ""
      _ = try await learn("2", typing: ["quit"], environment: environment)
      let url = directory.url.appendingPathComponent(file)
      #expect(try String(contentsOf: url, encoding: .utf8).contains("at use\n"))
    }
  }

  @Test func aHomeThatCannotBeWrittenIsNoError() async throws {
    try directory.write("file", "")
    var environment = environment
    environment["LANG_PROGRESS"] = directory.url.path + "/file/progress"
    let result = try await learn("1", typing: ["import tea", "quit"], environment: environment)
    #expect(result.exitCode == 0)
    #expect(result.standardError == "")
    #expect(reached(result) == [1])
    #expect(result.text.contains("could not be kept: "))
  }

  @Test func withoutATemporaryFolderThereIsNoLesson() async throws {
    var environment = environment
    environment["TMPDIR"] = directory.url.path + "/missing"
    let result = try await learn("1", typing: ["import tea"], environment: environment)
    #expect(result.exitCode == 74)
    #expect(result.standardError.hasPrefix("lang: cannot make a folder in "))
  }

  // MARK: Another window, and signals

  /// Runs a lesson in a shell that types into it; `$lesson` is its folder, `says` waits for a text.
  ///
  /// With job control, since a shell without it has its children ignore Ctrl-C.
  private func shell(_ script: String, lesson: Int) async throws -> RunResult {
    let frame = """
      set -eum
      mkfifo keys
      "$LANG_UNDER_TEST" learn \(lesson) < keys > page 2>&1 &
      course=$!
      exec 3> keys
      says() { until grep -qF -- "$1" page; do sleep 0.02; done; }
      says 'Goals:'
      lesson=$(echo "$TMPDIR"/lang-learn-*)
      \(script)
      exec 3>&-
      code=0; wait $course || code=$?
      cat page
      printf '\\nended with %s\\n' "$code"
      ls "$TMPDIR"
      """
    var environment = environment
    let executable: String = try #require(LangProcess.executable)
    environment["LANG_UNDER_TEST"] = executable
    return try await LangProcess.run(
      program: "/bin/bash", ["-c", frame], in: directory.url, environment: environment)
  }

  @Test func theLearnerMayEditTheFiles() async throws {
    let result = try await shell(
      """
      echo 'import report' >&3; echo 'let kept = [report]' >&3; echo 'report.pages' >&3
      says 'goal 1'
      echo 'let pages = 12' > "$lesson/report.l"
      echo 'report.pages' >&3
      """, lesson: 7)
    #expect(reached(result).sorted() == [1, 2, 3], "\(result.text)")
    #expect(result.lines.contains("12"))
    #expect(result.lines.last == "ended with 0")
  }

  @Test func ctrlCInterruptsTheCode() async throws {
    let result = try await shell(
      """
      echo 'import math; math.pi; while true { }' >&3
      says 'set up in'
      kill -INT $course
      says 'Interrupt'
      echo 'import tea' >&3
      """, lesson: 1)
    #expect(reached(result) == [1])
    #expect(result.lines.last == "ended with 0")
  }

  @Test func ctrlCEndsNothingAtThePrompt() async throws {
    let result = try await shell(
      """
      echo 'fn half() {' >&3
      says '1… '
      kill -INT $course
      says '^C'
      echo 'import tea' >&3
      """, lesson: 1)
    #expect(reached(result) == [1])
    #expect(result.lines.last == "ended with 0")
  }

  @Test("A signal removes the folder first", arguments: [("TERM", 143), ("HUP", 129)])
  func signal(name: String, code: Int) async throws {
    let result = try await shell(
      """
      echo 'import tea' >&3
      says 'goal 1'
      echo 'left by the learner' > "$lesson/notes"
      kill -\(name) $course
      """, lesson: 1)
    // Behind it the folders would be listed that are still there.
    let ending = "ended with \(code)"
    #expect(result.lines.last == ending)
  }
}
