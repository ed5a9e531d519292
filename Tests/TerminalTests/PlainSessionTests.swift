import Foundation
import TestSupport
import Testing

/// `lang -i` without a terminal: a transcript of the session.
@Suite("Prompt: not a terminal", .enabled(if: LangExecutable.path != nil))
struct PlainSessionTests {
  /// Runs `lang` with a shell, standard output and error in one; gives what came and how it ended.
  private func run(
    _ command: String, _ input: String = "", files: [String: String] = [:],
    environment: [String: String] = [:]
  ) throws -> (output: String, exitCode: Int32) {
    let folder = try TemporaryDirectory()
    for (path, text) in files { try folder.write(path, text) }
    let typed = try folder.write(".input", input)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "exec 2>&1; \(command)"]
    process.currentDirectoryURL = folder.url
    process.environment = LangExecutable.cleanEnvironment.merging(environment) { _, new in new }
      .merging(["LANG": try #require(LangExecutable.path)]) { _, new in new }
    process.standardInput = try FileHandle(forReadingFrom: typed)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (String(decoding: bytes, as: UTF8.self), process.terminationStatus)
  }

  @Test func aTranscriptReadsLikeASession() throws {
    let (output, code) = try run("$LANG -i", "let x = 20\nfn f(y) {\n  return x + y\n}\nf(22)\n")
    #expect(output == "> let x = 20\n> fn f(y) {\n…   return x + y\n… }\n> f(22)\n42\n> \n")
    #expect(code == 0)
  }

  @Test func anErrorStandsInItsPlace() throws {
    let (output, code) = try run("$LANG -i", "nil.x\n1\n")
    #expect(output.hasPrefix("> nil.x\nerror: AttributeError: nil has no attribute 'x'\n"))
    #expect(output.hasSuffix("\n> 1\n1\n> \n"))
    #expect(code == 0)
  }

  @Test func aLineForInputIsTakenFromTheSession() throws {
    let (output, _) = try run("$LANG -i", "let name = input()\nAda\nname\n")
    #expect(output == "> let name = input()\n> name\n\"Ada\"\n> \n")
  }

  @Test func exitGivesItsStatus() throws {
    #expect(try run("$LANG -i", "exit(3)\n1\n") == ("> exit(3)\n", 3))
  }

  @Test func anUnfinishedEndIsAnError() throws {
    let (output, code) = try run("$LANG -i", "(1 +")
    #expect(output.hasPrefix("> (1 +\n… \nerror: this '(' is never closed\n"))
    #expect(code == 0)
  }

  @Test(arguments: ["$LANG -i </dev/null", "$LANG -i <&-"])
  func nothingToRead(command: String) throws {
    #expect(try run(command) == ("> \n", 0))
  }

  @Test func theProgramRunsFirst() throws {
    let (output, _) = try run("$LANG -i p.l a", "x\n", files: ["p.l": "print('p')\nlet x = 5\n"])
    #expect(output == "p\n> x\n5\n> \n")
  }

  @Test func codeRunsFirst() throws {
    #expect(try run("$LANG -i -e 'let z = 3'", "z\n").output == "> z\n3\n> \n")
  }

  @Test func aProgramThatDoesNotCompileLeavesAPrompt() throws {
    let (output, code) = try run("$LANG -i p.l", "1\n", files: ["p.l": "let x = (1\n"])
    #expect(output.hasPrefix("error: this '(' is never closed\n"))
    #expect(output.hasSuffix("\n> 1\n1\n> \n"))
    #expect(code == 0)
  }

  @Test func windowsLineEndsAreLineEnds() throws {
    #expect(try run("$LANG -i", "1\r\n2\r\n").output == "> 1\n1\n> 2\n2\n> \n")
  }

  @Test func bytesOfAllKindsDoNoHarm() throws {
    let (output, code) = try run("printf '\\000\\377\\033[2J\\n6 * 7\\n' | $LANG -i")
    #expect(!output.contains("\u{1B}") && !output.contains("\0"))
    #expect(output.hasSuffix("\n> 6 * 7\n42\n> \n"))
    #expect(code == 0)
  }

  @Test func columnsSetTheWidth() throws {
    let input = "list(1..=12)\n"
    let narrow = try run("$LANG -i", input, environment: ["COLUMNS": "30"]).output
    #expect(narrow.contains("\n   8,  9, 10, 11, 12,\n]\n"))
    #expect(
      try run("$LANG -i", input).output.contains("\n[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]\n"))
  }

  @Test func colorsAreThereWhenTheyAreForced() throws {
    let (output, _) = try run("$LANG -i", "42\n", environment: ["FORCE_COLOR": "1"])
    #expect(output == "> 42\n\u{1B}[36m42\u{1B}[0m\n> \n")
  }

  @Test func aReaderThatGoesAwayIsNoCrash() throws {
    #expect(try run("$LANG -i | head -1", "1\n2\n3\n") == ("> 1\n", 0))
  }

  @Test func aFullDeviceIsToldOnce() throws {
    let (output, code) = try run("$LANG -i >/dev/full; echo $?", "print(1)\n")
    #expect(output == "lang: cannot write to standard output: No space left on device\n74\n")
    #expect(code == 0)
  }

  @Test func noHistoryIsWritten() throws {
    let (output, _) = try run("LANG_HISTORY=h $LANG -i >/dev/null; ls", "1\n")
    #expect(output == "")
  }

  @Test func onlyStandardOutputIsNoTerminal() async throws {
    let terminal = try PseudoTerminal(
      program: "/bin/sh", ["-c", "'\(try #require(LangExecutable.path))' | cat"])
    try await terminal.waitFor(screenContaining: ">")
    terminal.enter("6 * 7")
    try await terminal.waitFor(screenContaining: "\n42\n>")
    terminal.key(.control("d"))
    try await terminal.waitForExit()
  }
}
