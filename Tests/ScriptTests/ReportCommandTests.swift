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

  @Test func aPageIsOneFile() async throws {
    let result = try await lang("--report=html", "--report-to", "page.html", "main.l")
    #expect(result.text == "1\n" && result.standardError == "")
    let file = directory.url.appendingPathComponent("page.html")
    let page = try String(contentsOf: file, encoding: .utf8)
    #expect(page.hasPrefix("<!doctype html>\n") && page.hasSuffix("</html>\n"))
    #expect(!page.contains("src=\"") && !page.contains("rel=\"stylesheet\""))
    #expect(page.contains(",\"events\":[{\"event\":\"find\",\"module\":\"m\","))
    // The text is in it for browsers without scripts.
    #expect(page.contains("<pre>program main.l: 20 B of source"))
  }

  @Test func aPageWithoutAFile() async throws {
    let result = try await lang("--report=html", "main.l")
    #expect(result.text == "1\n")
    #expect(result.standardError.hasPrefix("<!doctype html>\n"))
    #expect(try await lang("--report=xml", "main.l").exitCode == 64)
  }

  @Test(arguments: ["text", "json", "html"])
  func whatCannotBeWrittenWholeLeavesTheOldFile(_ format: String) async throws {
    try directory.write("report", "the old one")
    // A file of one block is too small for any report; one that would grow beyond is an error.
    let executable = try #require(LangProcess.executable)
    let modules = (0..<40).map { "import a_module_with_a_long_name_\($0)\n" }
    for number in 0..<40 { try directory.write("a_module_with_a_long_name_\(number).l", "") }
    try directory.write("many.l", modules.joined())
    let command = "ulimit -f 1; exec \"$0\" --report=\(format) --report-to report many.l"
    let result = try await LangProcess.run(
      program: "/bin/sh", ["-c", command, executable], in: directory.url)
    #expect(result.exitCode == 74, "\(result.ending)")
    #expect(result.standardError.contains("lang: cannot write the report to 'report': "))
    let file = directory.url.appendingPathComponent("report")
    #expect(try String(contentsOf: file, encoding: .utf8) == "the old one")
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.url.path)
    #expect(!names.contains { $0.hasPrefix("report.") })
  }
}
