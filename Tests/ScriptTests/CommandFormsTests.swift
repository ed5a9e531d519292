import Foundation
import Testing

/// What reaches a program and what does not, wrong command lines, and output that cannot be written.
@Suite("Forms of the command", .enabled(if: LangProcess.executable != nil))
struct CommandFormsTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    try directory.write("show.l", "import sys\nprint(sys.argv)\n")
    try directory.write("check", "print('a script')\n")
    try directory.write("-dash.l", "print('dash')\n")
  }

  private func lang(_ arguments: [String], input: String = "") async throws -> RunResult {
    try await LangProcess.run(arguments, in: directory.url, input: Data(input.utf8))
  }

  /// Runs a line of shell, in which `$PROGRAM` is the executable.
  private func shell(
    _ line: String, environment: [String: String] = [:]
  ) async throws -> RunResult {
    var environment = environment
    environment["PROGRAM"] = try #require(LangProcess.executable)
    return try await LangProcess.run(
      program: "/bin/sh", ["-c", line], in: directory.url, environment: environment)
  }

  // MARK: - Arguments

  /// Words that mean something to `lang`, in front of which a program begins.
  private static let words = [
    "--report", "--report=xml", "--path", "-e", "-m", "-h", "--version", "--", "-", "", "check",
  ]

  @Test(
    "What follows the program is its own",
    arguments: [
      (["show.l"], "show.l"), (["--no-lazy", "show.l"], "show.l"), (["--", "show.l"], "show.l"),
      (["--report-to", "r", "--", "show.l"], "show.l"), (["-m", "show"], "show"),
      (["--eager=x", "-m", "show"], "show"), (["-m=show"], "show"),
      (["-e", "import sys; print(sys.argv)"], "<command>"),
      (["--path", "x", "-e", "import sys; print(sys.argv)"], "<command>"),
    ])
  func arguments(form: (front: [String], name: String)) async throws {
    let result = try await lang(form.front + CommandFormsTests.words)
    let shown = ([form.name] + CommandFormsTests.words).map { "\"\($0)\"" }
    #expect(result.lines == ["[\(shown.joined(separator: ", "))]"])
    #expect(result.standardError == "")
    #expect(result.exitCode == 0)
  }

  @Test("What follows a dash too", arguments: [["-"], ["--no-lazy", "-"]])
  func argumentsOfStandardInput(front: [String]) async throws {
    let result = try await lang(front + ["a", "--report"], input: "import sys\nprint(sys.argv)")
    #expect(result.lines == [#"["<stdin>", "a", "--report"]"#])
  }

  @Test("Standard input is run with options too", arguments: [["--no-lazy"], ["--"], ["--path=x"]])
  func standardInput(options: [String]) async throws {
    let result = try await lang(options, input: "print(1)")
    #expect(result.lines == ["1"])
    #expect(result.exitCode == 0)
  }

  @Test func optionsInAnyOrder() async throws {
    try directory.write("lib/m.l", "print('m runs')\n")
    try directory.write("main.l", "import m\nprint('main')\n")
    let options = [["--path", "lib"], ["--eager", "m"], ["--report=json"], ["--report-to", "r"]]
    for turn in 0..<options.count {
      let words = (options[turn...] + options[..<turn]).flatMap { $0 }
      let result = try await lang(words + ["main.l"])
      #expect(result.lines == ["m runs", "main"])
      #expect(result.standardError == "")
      let report = directory.url.appendingPathComponent("r")
      #expect(try String(contentsOf: report, encoding: .utf8).hasPrefix("{"))
      try FileManager.default.removeItem(at: report)
    }
  }

  @Test("A script with the name of a command, or of an option")
  func names() async throws {
    #expect(try await lang(["--", "check"]).lines == ["a script"])
    #expect(try await lang(["./check"]).lines == ["a script"])
    #expect(try await lang(["--no-lazy", "check"]).lines == ["a script"])
    #expect(try await lang(["--", "-dash.l"]).lines == ["dash"])
  }

  @Test func aShebang() async throws {
    let executable = try #require(LangProcess.executable)
    let script = try directory.write(
      "script", "#!\(executable)\nimport sys\nprint(sys.argv[1..])\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
    let result = try await LangProcess.run(
      program: script.path, ["--report", "-e"], in: directory.url)
    #expect(result.lines == [#"["--report", "-e"]"#])
  }

  // MARK: - Mistakes

  @Test(
    "A wrong option gets a suggestion",
    arguments: [
      (["--reprot", "show.l"], "Unknown option '--reprot'. Did you mean '--report'?"),
      (["--no-lazy", "--ph=x", "show.l"], "Unknown option '--ph'."),
      (["--eagr=x", "show.l"], "Unknown option '--eagr'. Did you mean '--eager'?"),
      (["-x", "show.l"], "Unknown option '-x'."),
      (["--report=xml", "show.l"], "'text', 'json'"),
      (["--no-lazy=1", "show.l"], "does not take any value"),
      (["--path"], "Missing value for '--path <place>'"),
      (["-e"], "Missing value for '-e'."), (["--no-lazy", "-m"], "Missing value for '-m'."),
      (["help", "chek"], "Unknown command 'chek'. Did you mean 'check'?"),
      (["check", "--pth", "x"], "Unknown option '--pth'. Did you mean '--path'?"),
      (["dis", "a.l", "b.l"], "Unexpected argument 'b.l'"),
    ])
  func wrongOption(example: (words: [String], message: String)) async throws {
    let result = try await lang(example.words)
    #expect(result.standardError.contains(example.message))
    #expect(result.standardError.contains("\nUsage: lang "))
    #expect(result.text == "")
    #expect(result.exitCode == 64)
  }

  @Test func aMissingFileThatWasMeantAsACommand() async throws {
    let wrong = try await lang(["chekc", "show.l"])
    #expect(
      wrong.standardError == """
        lang: cannot read 'chekc': No such file or directory
        lang: did you mean the command 'check'?

        """)
    #expect(wrong.exitCode == 74)
    let late = try await lang(["--no-lazy", "bundle", "show.l"])
    #expect(late.standardError.contains("options of the command 'bundle' stand behind it"))
    #expect(late.exitCode == 74)
    let missing = try await lang(["nowhere.l"])
    #expect(missing.standardError == "lang: cannot read 'nowhere.l': No such file or directory\n")
  }

  @Test func aBinaryFile() async throws {
    try directory.write("binary", Data([0x7F, 0x45, 0x4C, 0x46, 0, 0xFF, 0xFE, 0x1B, 0x5B, 0x41]))
    let result = try await lang(["binary"])
    #expect(result.standardError.hasPrefix("error: the text is not UTF-8: byte 0xff at offset 5\n"))
    #expect(!result.standardError.contains("\u{1B}"))
    #expect(result.exitCode == 65)
  }

  @Test("Help, in every way to ask for it", arguments: [["--help"], ["-h"], ["help"]])
  func help(words: [String]) async throws {
    let result = try await lang(words)
    for name in ["-e <code>", "-m <module>", "--report-to <file>", "--no-lazy", "check", "bundle"] {
      #expect(result.text.contains("  \(name)"), "\(name)")
    }
    #expect(result.exitCode == 0)
    #expect(
      try await lang(["--no-lazy"] + words.filter { $0 != "help" } + ["show.l"]).exitCode == 0)
  }

  @Test("Help of a command", arguments: ["check", "bundle", "dis"])
  func helpOfACommand(name: String) async throws {
    let result = try await lang(["help", name])
    #expect(result.text.contains("USAGE: lang \(name) "))
    #expect(try await lang([name, "--help"]).text == result.text)
  }

  // MARK: - Output

  @Test(
    "Output that cannot be written is an error",
    arguments: [
      "show.l", "-e 'print(1)'", "dis show.l", "check show.l", "--help", "--version",
      "bundle show.l -o a.zip", "--generate-completion-script bash", "help check",
    ])
  func outputFails(words: String) async throws {
    for (place, reason) in [
      (">/dev/full", "No space left on device"), (">&-", "Bad file descriptor"),
    ] {
      let result = try await shell("\"$PROGRAM\" \(words) \(place)")
      #expect(result.standardError == "lang: cannot write to standard output: \(reason)\n")
      #expect(result.exitCode == 74)
    }
  }

  @Test func aReportThatCannotBeWritten() async throws {
    let lost = try await shell("\"$PROGRAM\" --report show.l 2>/dev/full")
    #expect(lost.lines == [#"["show.l"]"#])
    #expect(lost.exitCode == 74)
    let full = try await lang(["--report-to", "/dev/full", "show.l"])
    #expect(full.standardError.contains("cannot write the report to '/dev/full': No space left"))
    #expect(full.exitCode == 74)
  }

  @Test("An archive goes into a pipe as it is, and does not replace it")
  func bundleIntoAPipe() async throws {
    let result = try await shell(
      "mkfifo pipe; cat pipe >copy.zip & \"$PROGRAM\" bundle show.l -o pipe && wait && test -p pipe "
        + "&& \"$PROGRAM\" copy.zip")
    #expect(result.standardError == "")
    #expect(result.lines.last == #"["copy.zip"]"#)
    #expect(result.exitCode == 0)
  }

  @Test(
    "A reader that goes away ends it quietly",
    arguments: ["-e 'for i in 0..100000 { print(i) }'", "dis long.l"])
  func brokenPipe(words: String) async throws {
    let lines = (0..<20_000).map { "let a\($0) = \($0)\n" }
    try directory.write("long.l", lines.joined())
    let result = try await shell(
      "{ \"$PROGRAM\" \(words); echo $? >status; } | head -n 1; cat status")
    #expect(result.lines.count == 2)
    #expect(result.lines.last == "141")
    #expect(result.standardError == "")
  }
}
