import Foundation
import Testing

/// The ways to start `lang`, and what it says when it cannot.
@Suite("Command line", .enabled(if: LangProcess.executable != nil))
struct CommandLineTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func lang(_ arguments: String..., input: String = "") async throws -> RunResult {
    try await LangProcess.run(arguments, in: directory.url, input: Data(input.utf8))
  }

  @Test func codeOnTheCommandLine() async throws {
    let result = try await lang("-e", "let a = 20\nprint(a * 2 + 2)")
    #expect(result.text == "42\n")
    #expect(result.standardError == "")
    #expect(result.exitCode == 0)
  }

  @Test func emptyCodeOnTheCommandLine() async throws {
    let result = try await lang("-e", "")
    #expect(result.text == "" && result.standardError == "")
    #expect(result.exitCode == 0)
  }

  @Test func codeOnTheCommandLineThatFails() async throws {
    let result = try await lang("-e", "throw ValueError(\"wrong\")")
    #expect(result.standardError.contains("error: ValueError: wrong"))
    #expect(result.exitCode == 70)
  }

  @Test func codeOnTheCommandLineThatDoesNotCompile() async throws {
    let result = try await lang("-e", "print(missing)")
    #expect(result.standardError.contains("undefined name 'missing'"))
    #expect(result.text == "")
    #expect(result.exitCode == 65)
  }

  @Test func codeIsMissing() async throws {
    let result = try await lang("-e")
    #expect(result.standardError != "")
    #expect(result.exitCode == 64)
  }

  @Test func scriptNamedByADash() async throws {
    let result = try await lang("-", input: "print(1 + 1)\nprint(\"zwei\")\n")
    #expect(result.lines == ["2", "zwei"])
    #expect(result.exitCode == 0)
  }

  @Test func scriptOnStandardInputWithoutArguments() async throws {
    let result = try await lang(input: "fn f(x) {\n  return x + 1\n}\nprint(f(1))\n")
    #expect(result.lines == ["2"])
    #expect(result.standardError == "")
    #expect(result.exitCode == 0)
  }

  @Test func emptyStandardInput() async throws {
    let result = try await lang()
    #expect(result.text == "" && result.standardError == "")
    #expect(result.exitCode == 0)
  }

  @Test func errorInAScriptOnStandardInput() async throws {
    let result = try await lang("-", input: "print(1)\nnil.x\n")
    #expect(result.lines == ["1"])
    #expect(result.standardError.contains("AttributeError: nil has no attribute 'x'"))
    #expect(result.exitCode == 70)
  }

  @Test func version() async throws {
    let result = try await lang("--version")
    #expect(result.text.contains { $0.isNumber })
    #expect(result.standardError == "")
    #expect(result.exitCode == 0)
  }

  @Test func help() async throws {
    let result = try await lang("--help")
    #expect(result.text.lowercased().contains("usage"))
    #expect(result.text.contains("--version"))
    #expect(result.standardError == "")
    #expect(result.exitCode == 0)
  }

  @Test(arguments: ["--no-such-option", "-Q"])
  func unknownOption(option: String) async throws {
    let result = try await lang(option)
    #expect(result.standardError.contains(option))
    #expect(result.text == "")
    #expect(result.exitCode == 64)
  }

  @Test func missingFile() async throws {
    let result = try await lang("nowhere.l")
    #expect(result.standardError.contains("nowhere.l"))
    #expect(result.exitCode == 74)
  }

  @Test func folderInsteadOfAFile() async throws {
    try FileManager.default.createDirectory(
      at: directory.url.appendingPathComponent("folder.l"), withIntermediateDirectories: false)
    let result = try await lang("folder.l")
    #expect(result.standardError.contains("folder.l"))
    #expect(result.exitCode == 74)
  }

  @Test func pathThroughAFile() async throws {
    try directory.write("file.l", "print(1)\n")
    let result = try await lang("file.l/inner.l")
    #expect(result.standardError != "")
    #expect(result.exitCode == 74)
  }

  @Test("A file without permission to read", .enabled(if: geteuid() != 0))
  func unreadableFile() async throws {
    let file = try directory.write("secret.l", "print(1)\n")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: file.path)
    let result = try await lang("secret.l")
    #expect(result.standardError.contains("secret.l"))
    #expect(result.exitCode == 74)
  }

  @Test func linkToNowhere() async throws {
    try FileManager.default.createSymbolicLink(
      atPath: directory.url.appendingPathComponent("link.l").path, withDestinationPath: "gone.l")
    let result = try await lang("link.l")
    #expect(result.standardError.contains("link.l"))
    #expect(result.exitCode == 74)
  }

  @Test func scriptInAnotherFolder() async throws {
    try FileManager.default.createDirectory(
      at: directory.url.appendingPathComponent("sub"), withIntermediateDirectories: false)
    try directory.write("sub/main.l", "import beside\nprint(beside.value)\nnil()\n")
    try directory.write("sub/beside.l", "let value = 5\n")
    let result = try await lang("sub/main.l")
    #expect(result.lines == ["5"])
    #expect(result.standardError.contains("main.l:3:"))
    #expect(result.exitCode == 70)
  }

  @Test func fileNameWithSpacesAndOtherLetters() async throws {
    try directory.write("mein Größe 日本.l", "print(1)\nnil()\n")
    let result = try await lang("mein Größe 日本.l")
    #expect(result.lines == ["1"])
    #expect(result.standardError.contains("mein Größe 日本.l:2:"))
    #expect(result.exitCode == 70)
  }

  @Test func interruptEndsTheProgram() async throws {
    try directory.write(
      "endless.l", "try { while true {} } finally { print(\"finally\") }\n")
    let result = try await LangProcess.run(["endless.l"], in: directory.url, interruptAfter: 1)
    #expect(result.lines == ["finally"])
    #expect(result.standardError.hasPrefix("error: Interrupt: interrupted\n"))
    // It dies of the signal: a shell that runs it in a loop stops only then.
    #expect(result.wasSignalled)
    #expect(result.exitCode == 130)
  }

  @Test func interruptCanBeCaughtByItsClass() async throws {
    try directory.write(
      "endless.l",
      "try { while true { try { for i in 0..1000 {} } catch {} } } "
        + "catch e: Interrupt { print(\"interrupted\") }\n")
    let result = try await LangProcess.run(["endless.l"], in: directory.url, interruptAfter: 1)
    #expect(result.lines == ["interrupted"])
    #expect(result.standardError == "")
    #expect(result.exitCode == 0)
  }

  @Test func reportsCarryNoColourWhenNobodyLooks() async throws {
    let result = try await lang("-e", "nil()")
    #expect(!result.standardError.contains("\u{1B}"))
  }
}
