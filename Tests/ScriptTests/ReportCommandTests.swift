import Foundation
import Testing

/// `lang --report`: where the report goes, and that it never gets in the way of the program.
@Suite("Report of the command", .enabled(if: LangProcess.executable != nil))
struct ReportCommandTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    _ = try directory.write("m.l", "let x = 1\n")
    _ = try directory.write("main.l", "import m\nprint(m.x)\n")
    _ = try directory.write("fails.l", "import m\nthrow ValueError('at the end')\n")
  }

  private func lang(_ arguments: String...) async throws -> RunResult {
    try await LangProcess.run(arguments, in: directory.url, input: Data())
  }

  private func groups(_ name: String) throws -> [String: [String: Any]] {
    let data = try Data(contentsOf: directory.url.appendingPathComponent(name))
    let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(report["schema"] as? Int == 1)
    return try #require(report["groups"] as? [String: [String: Any]])
  }

  @Test func standardErrorUnlessAFileIsNamed() async throws {
    let result = try await lang("--report", "main.l")
    #expect(result.text == "1\n")
    #expect(result.standardError.contains("\nloaded through a proxy: 1 "))
    #expect(result.standardError.contains("\n    main.l:2:9  m.x\n"))
    #expect(result.exitCode == 0)
  }

  @Test func aFileGetsJSON() async throws {
    let result = try await lang("--report=json", "--report-to", "report.json", "main.l")
    #expect(result.text == "1\n" && result.standardError == "")
    #expect(try groups("report.json")["proxy"]?["count"] as? Int == 1)
  }

  @Test func aFileAloneGetsText() async throws {
    let result = try await lang("--report-to", "report.txt", "main.l")
    #expect(result.text == "1\n" && result.standardError == "")
    let file = directory.url.appendingPathComponent("report.txt")
    #expect(try String(contentsOf: file, encoding: .utf8).hasPrefix("program main.l: 20 B"))
  }

  @Test func whatFailsIsReportedToo() async throws {
    let result = try await lang("--report=json", "--report-to", "report.json", "fails.l")
    #expect(result.standardError.contains("error: ValueError: at the end"))
    #expect(result.exitCode == 70)
    #expect(try groups("report.json")["pending"]?["count"] as? Int == 1)
  }

  @Test func withoutLazinessNothingWasPending() async throws {
    _ = try await lang("--no-lazy", "--report=json", "--report-to", "report.json", "fails.l")
    #expect(try groups("report.json")["disabled"]?["count"] as? Int == 1)
    #expect(try groups("report.json")["pending"]?["count"] as? Int == 0)
  }

  @Test func rulesOfTheCommandLineAreNamed() async throws {
    let result = try await lang("--eager", "m", "--report", "fails.l")
    #expect(result.standardError.contains("\n    --eager m; fails.l:1:1  import m\n"))
  }

  @Test func aFileThatCannotBeWritten() async throws {
    let result = try await lang("--report", "--report-to", "no/such/folder.txt", "main.l")
    #expect(result.text == "1\n")
    #expect(
      result.standardError.contains("lang: cannot write the report to 'no/such/folder.txt': "))
    #expect(result.exitCode == 74)
  }
}
