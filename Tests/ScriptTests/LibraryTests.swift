import Foundation
import Testing

/// The standard library: its own tests, what `lang check` says of it, and its examples.
@Suite("Standard library", .enabled(if: LangProcess.executable != nil))
struct LibraryTests {
  private static let library = LangProcess.packageRoot.appendingPathComponent("stdlib")
  private static let examples = LangProcess.packageRoot.appendingPathComponent("examples/stdlib")

  /// The names of files of the language in a folder and below, sorted.
  private static func files(in folder: URL, where isWanted: (String) -> Bool) -> [String] {
    let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    return (paths ?? []).filter { $0.hasSuffix(".l") && isWanted($0) }.sorted()
  }

  private func lang(_ arguments: [String], isStressed: Bool = false) async throws -> RunResult {
    var environment = ["LANG_STDLIB": LibraryTests.library.path]
    if isStressed { environment["LANG_GC_STRESS"] = "1" }
    return try await LangProcess.run(
      arguments, in: LangProcess.packageRoot, environment: environment)
  }

  @Test(
    "Its tests pass, also with a collection at every opportunity",
    arguments: files(in: library) { $0.hasPrefix("tests/test_") }, [false, true])
  func tests(file: String, isStressed: Bool) async throws {
    let result = try await lang(["test", "stdlib/\(file)"], isStressed: isStressed)
    #expect(result.exitCode == 0, "\(result.text)\(result.standardError)")
    #expect(result.lines.last?.hasSuffix(" passed, 0 failed") == true)
  }

  @Test("Every module is clean without running it")
  func check() async throws {
    let result = try await lang(["check", "stdlib"])
    #expect(result.exitCode == 0, "\(result.standardError)")
    #expect(result.text.hasSuffix(": no problems\n"))
  }

  @Test(
    "Its examples print what they should", arguments: files(in: examples) { _ in true },
    [false, true])
  func example(file: String, isStressed: Bool) async throws {
    let result = try await lang(["examples/stdlib/\(file)"], isStressed: isStressed)
    let expected = LibraryTests.examples.appendingPathComponent(
      file.dropLast(2) + ".expected")
    #expect(result.text == (try String(contentsOf: expected, encoding: .utf8)))
    #expect(result.standardError == "" && result.exitCode == 0)
  }
}
