import Foundation
import TestSupport
import Testing

/// `lang test`: files of tests, found and run.
@Suite("lang test", .enabled(if: LangProcess.executable != nil))
struct TestCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func lang(_ arguments: String...) async throws -> RunResult {
    try await LangProcess.run(["test"] + arguments, in: directory.url)
  }

  @Test func eachFunctionIsATestInTheOrderOfTheFile() async throws {
    try directory.write(
      "test_a.l",
      """
      fn test_two() { assert 1 + 1 == 2 }
      fn helper() { throw ValueError("is no test") }
      fn test_one() { assert true }
      """)
    let result = try await lang()
    #expect(result.lines == ["test_a.l", "  ✓ test_two", "  ✓ test_one", "2 passed, 0 failed"])
    #expect(result.exitCode == 0)
  }

  @Test func aFailureShowsItsErrorAndWhatTheTestPrinted() async throws {
    try directory.write(
      "test_a.l",
      """
      fn test_loud() { print("quiet when it passes") }
      fn test_bad() {
        print("seen")
        assert 1 == 2, "one is not two"
      }
      """)
    let result = try await lang()
    #expect(result.exitCode == 1)
    #expect(result.text.contains("  ✗ test_bad\n    error: AssertionError: one is not two\n"))
    #expect(result.text.contains("--> test_a.l:4:"))
    #expect(result.text.contains("    it had printed:\n    seen\n"))
    #expect(!result.text.contains("quiet"))
    #expect(result.lines.last == "1 passed, 1 failed")
  }

  @Test func aFileThatDoesNotCompileFailsAndTheOthersRun() async throws {
    try directory.write("test_a.l", "let = 1")
    try directory.write("test_b.l", "fn test_x() {}")
    let result = try await lang()
    #expect(result.exitCode == 1)
    #expect(result.text.contains("✗ the file itself"))
    #expect(result.lines.suffix(3) == ["test_b.l", "  ✓ test_x", "1 passed, 1 failed"])
  }

  @Test func exitIsAFailure() async throws {
    try directory.write("test_a.l", "fn test_x() { exit(0) }\nfn test_y() {}")
    let result = try await lang()
    #expect(result.exitCode == 1)
    #expect(result.text.contains("it called exit(0)"))
    #expect(result.lines.last == "1 passed, 1 failed")
  }

  @Test func setupAndTeardownStandAroundEachTest() async throws {
    try directory.write(
      "test_a.l",
      """
      var log = []
      fn setup() { log.append("up") }
      fn teardown() { log.append("down") }
      fn test_a() { assert log == ["up"] }
      fn test_b() { throw ValueError("x") }
      fn test_c() { assert log == ["up", "down"] * 2 + ["up"] }
      """)
    let result = try await lang()
    #expect(result.lines.last == "2 passed, 1 failed")
  }

  @Test func filesAreFoundInFoldersAndEachRunsAlone() async throws {
    try directory.write("test_b.l", "import helper\nfn test_x() { assert helper.count() == 1 }")
    try directory.write(
      "deep/er/test_a.l", "import helper\nfn test_x() { assert helper.count() == 1 }")
    try directory.write("helper.l", "var calls = 0\nfn count() { calls += 1; return calls }")
    try directory.write(".hidden/test_c.l", "fn test_x() { assert false }")
    try directory.write("other.l", "fn test_x() { assert false }")
    let result = try await lang()
    #expect(
      result.lines == [
        "deep/er/test_a.l", "  ✓ test_x", "test_b.l", "  ✓ test_x", "2 passed, 0 failed",
      ])
  }

  @Test func namesAndFailuresCanLimitWhatIsRun() async throws {
    try directory.write(
      "test_a.l", "fn test_one() { assert false }\nfn test_two() {}\nfn test_other() {}")
    #expect(try await lang("--filter", "o").lines.last == "2 passed, 1 failed")
    #expect(try await lang("--filter", "two").lines.last == "1 passed, 0 failed")
    #expect(try await lang("--fail-fast").lines.last == "0 passed, 1 failed")
  }

  @Test func noTestsIsAnErrorThatSaysWhatWasLookedFor() async throws {
    let nothing = try await lang()
    #expect(nothing.exitCode == 1)
    #expect(nothing.standardError == "lang: no tests in 0 files\n")
    try directory.write("test_a.l", "fn test_x() {}")
    let filtered = try await lang("--filter", "y")
    #expect(filtered.standardError == "lang: no tests whose name contains 'y' in 1 file\n")
    let missing = try await lang("nowhere")
    #expect(missing.exitCode == 74)
    #expect(missing.standardError == "lang: cannot read 'nowhere': No such file or directory\n")
  }
}
