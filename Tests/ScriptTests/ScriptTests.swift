import Foundation
import Testing

/// One script below `Tests/scripts`.
struct Script: Sendable, CustomTestStringConvertible {
  /// The path below `Tests/scripts`, for messages.
  var path: String
  /// The file itself.
  var url: URL

  var testDescription: String { path }

  /// The text that a path must contain, to run a few scripts: `LANG_SCRIPTS=lists/ swift test`.
  static let filter = ProcessInfo.processInfo.environment["LANG_SCRIPTS"] ?? ""

  /// Every script, in the order of their paths.
  ///
  /// Names that begin with `_` belong to modules that scripts import.
  static let all: [Script] = {
    let root = LangProcess.packageRoot.appendingPathComponent("Tests/scripts")
      .resolvingSymlinksInPath()
    let paths = FileManager.default.enumerator(atPath: root.path)
    return (paths?.compactMap { $0 as? String } ?? [])
      .filter { path in
        path.hasSuffix(".l") && !path.split(separator: "/").contains { $0.hasPrefix("_") }
      }
      .filter { filter.isEmpty || $0.contains(filter) }
      .sorted()
      .map { Script(path: $0, url: root.appendingPathComponent($0)) }
  }()
}

/// Runs every script and compares what happens with what the script asks for.
@Suite("Scripts")
struct ScriptTests {
  @Test("There is an executable to test: build it, or set LANG_EXECUTABLE")
  func executableExists() {
    #expect(LangProcess.executable != nil)
  }

  @Test("The scripts are found", .enabled(if: Script.filter.isEmpty))
  func scriptsAreFound() {
    #expect(Script.all.count > 400)
  }

  @Test("Script", .enabled(if: LangProcess.executable != nil), arguments: Script.all)
  func runs(script: Script) async throws {
    try await check(script, environment: [:])
  }

  @Test(
    "Script with a collection at every opportunity", .enabled(if: LangProcess.executable != nil),
    arguments: Script.all)
  func runsUnderStress(script: Script) async throws {
    try await check(script, environment: ["LANG_GC_STRESS": "1"])
  }

  private func check(_ script: Script, environment: [String: String]) async throws {
    let expectations = Expectations(source: try Data(contentsOf: script.url))
    let input = expectations.input.map { $0 + "\n" }.joined()
    let result = try await LangProcess.run(
      [script.url.lastPathComponent] + expectations.arguments,
      in: script.url.deletingLastPathComponent(), input: Data(input.utf8),
      environment: environment)
    let problems = Comparison(
      name: script.url.lastPathComponent, expectations: expectations, result: result
    ).problems
    if !problems.isEmpty {
      let setting = environment.map { " (\($0.key)=\($0.value))" }.joined()
      let standardError =
        result.standardError.isEmpty ? "" : "\nstandard error was:\n\(result.standardError)"
      Issue.record(
        "\(script.path)\(setting)\n\(problems.joined(separator: "\n"))\(standardError)")
    }
  }
}

/// The differences between what a script asks for and what its run did.
struct Comparison {
  private let name: String
  private let expectations: Expectations
  private let result: RunResult
  private let errors: [ReportedError]
  /// One entry a difference; several lines where that is easier to read.
  private(set) var problems: [String] = []

  init(name: String, expectations: Expectations, result: RunResult) {
    self.name = name
    self.expectations = expectations
    self.result = result
    errors = ReportedError.all(in: result.standardError)
    for line in expectations.unreadable {
      problems.append("  line \(line.number): unreadable expectation: \(line.text)")
    }
    compareOutput()
    compareExitCode()
    compareError()
    compareCompileErrors()
    compareStandardError()
  }

  private mutating func compareOutput() {
    let got = result.lines
    let expected = expectations.output
    for index in 0..<max(got.count, expected.count) {
      if index >= expected.count {
        let more = got.count - index - 1
        problems.append(
          "  output line \(index + 1): not expected\n    got:      \(got[index])"
            + (more > 0 ? "\n    and \(more) more" : ""))
        return
      }
      let wanted = expected[index]
      if index >= got.count {
        problems.append(
          "  line \(wanted.number): the output ends before line \(index + 1) of it\n"
            + "    expected: \(wanted.text)")
        return
      }
      if got[index] != wanted.text {
        problems.append(
          "  line \(wanted.number): output line \(index + 1) differs\n"
            + "    expected: \(wanted.text)\n    got:      \(got[index])")
        // One line too many or too few makes all that follow differ; the first says enough.
        return
      }
    }
  }

  private mutating func compareExitCode() {
    if result.wasSignalled || result.timedOut || result.exitCode != expectations.exitCode {
      problems.append("  expected exit code \(expectations.exitCode), got: \(result.ending)")
    }
  }

  private mutating func compareError() {
    guard let wanted = expectations.error else { return }
    let isThere = errors.contains { error in
      error.file == name && error.line == wanted.number
        && (error.text == wanted.text
          || !wanted.text.contains(":") && error.text.hasPrefix(wanted.text + ":"))
    }
    if !isThere {
      problems.append(
        "  line \(wanted.number): the error is not reported here\n    expected: \(wanted.text)\n"
          + "    got:      \(inWords(errors))")
    }
  }

  private mutating func compareCompileErrors() {
    guard !expectations.compileErrors.isEmpty else { return }
    var missing = expectations.compileErrors
    let places = Set(missing.filter { $0.text.isEmpty }.map(\.number))
    for error in errors {
      let prefix = "SyntaxError: "
      let text =
        error.text.hasPrefix(prefix) ? String(error.text.dropFirst(prefix.count)) : error.text
      let isHere = error.file == name
      if isHere,
        let match = missing.firstIndex(where: { $0.number == error.line && $0.text == text })
      {
        missing.remove(at: match)
      } else if isHere, places.contains(error.line) {
        missing.removeAll { $0.number == error.line && $0.text.isEmpty }
      } else {
        problems.append("  line \(error.line): a diagnostic that is not expected: \(error.text)")
      }
    }
    for line in missing {
      let text = line.text.isEmpty ? "any diagnostic" : line.text
      problems.append(
        "  line \(line.number): does not report this\n    expected: \(text)\n"
          + "    got:      \(inWords(errors))")
    }
  }

  private mutating func compareStandardError() {
    let lines = result.standardError.split(separator: "\n")
    for wanted in expectations.standardError
    where !lines.contains(where: { $0.contains(wanted.text) }) {
      problems.append("  line \(wanted.number): standard error does not contain: \(wanted.text)")
    }
    for unwanted in expectations.absentFromStandardError
    where lines.contains(where: { $0.contains(unwanted.text) }) {
      problems.append("  line \(unwanted.number): standard error contains: \(unwanted.text)")
    }
    // Standard error belongs to the interpreter; a program that ends well leaves it empty.
    if expectations.exitCode == 0, expectations.standardError.isEmpty, !lines.isEmpty {
      problems.append("  standard error is not empty")
    }
  }

  private func inWords(_ errors: [ReportedError]) -> String {
    if errors.isEmpty { return "no error" }
    return errors.map { "\($0.text) (\($0.file):\($0.line))" }.joined(separator: "; ")
  }
}
