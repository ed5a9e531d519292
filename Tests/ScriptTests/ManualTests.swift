import Foundation
import Testing

/// The manual page and the completions say what `lang --help` says, and are installed where they belong.
@Suite("Manual page and completions", .enabled(if: LangProcess.executable != nil))
struct ManualTests {
  private static let python = program("python3")

  /// The path of a program that not every machine has.
  private static func program(_ name: String) -> String? {
    ["/usr/bin/", "/bin/", "/usr/local/bin/"].map { $0 + name }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func lang(_ arguments: String...) async throws -> String {
    let result = try await LangProcess.run(arguments, in: directory.url)
    #expect(result.exitCode == 0)
    return result.text
  }

  private func manual() async throws -> String {
    let script = LangProcess.packageRoot.appendingPathComponent("Scripts/manual.py").path
    let result = try await LangProcess.run(
      program: try #require(ManualTests.python), [script, try #require(LangProcess.executable)],
      in: directory.url, environment: ["LC_ALL": "C"])
    #expect(result.standardError == "")
    #expect(result.exitCode == 0)
    return result.text
  }

  /// The names in the lists of options and commands of a help text, each with its dashes.
  private func names(in help: String) -> (options: [String], commands: [String]) {
    var names: (options: [String], commands: [String]) = ([], [])
    var isCommand = false
    for line in help.split(separator: "\n") {
      if !line.hasPrefix(" ") { isCommand = line == "SUBCOMMANDS:" }
      guard line.hasPrefix("  "), !line.hasPrefix("   ") else { continue }
      let words = line.dropFirst(2).split(separator: " ")
      if isCommand {
        if words[0] != "See" { names.commands.append(String(words[0])) }
      } else {
        names.options += words.prefix { $0.hasPrefix("-") || $0.hasPrefix("<") }
          .filter { $0.hasPrefix("-") }.map { $0.replacingOccurrences(of: ",", with: "") }
      }
    }
    return names
  }

  @Test("Every option and command of the help is in the manual", .enabled(if: python != nil))
  func theManualIsComplete() async throws {
    let manual = try await manual()
    let (options, commands) = names(in: try await lang("--help"))
    #expect(options.contains("--report-to") && options.contains("-e") && options.contains("-h"))
    #expect(commands.contains("check"))
    var all = Set(options)
    for command in commands {
      #expect(manual.contains("\n.Ss lang \(command)\n"))
      all.formUnion(names(in: try await lang(command, "--help")).options)
    }
    #expect(all.contains("--include"))
    for option in all {
      let macro =
        option.hasPrefix("--") ? "Fl Fl \(option.dropFirst(2))" : "Fl \(option.dropFirst())"
      let isThere = manual.split(separator: "\n").contains { line in
        line.hasPrefix(".It ") && "\(line) ".contains(" \(macro) ")
      }
      #expect(isThere, "\(option) is not in the manual")
    }
  }

  @Test("The manual has the sections that people look for", .enabled(if: python != nil))
  func sections() async throws {
    let sections = try await manual().split(separator: "\n").filter { $0.hasPrefix(".Sh ") }
    #expect(
      sections.map { $0.dropFirst(4) } == [
        "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "ENVIRONMENT", "FILES",
        "EXIT STATUS", "EXAMPLES", "SEE ALSO",
      ])
  }

  @Test(
    "mandoc finds nothing to say about it",
    .enabled(if: python != nil && program("mandoc") != nil))
  func lint() async throws {
    let page = try directory.write("lang.1", try await manual())
    let result = try await LangProcess.run(
      program: try #require(ManualTests.program("mandoc")), ["-T", "lint", "-W", "all", page.path],
      in: directory.url)
    #expect(result.text == "")
    #expect(result.exitCode == 0)
  }

  @Test("A shell accepts its completion", arguments: ["bash", "zsh", "fish"])
  func syntax(shell: String) async throws {
    let text = try await lang("--generate-completion-script", shell)
    let script = try directory.write("script", text)
    // Options of the command, and words that are completed behind the script.
    for word in ["report-to", "no-lazy", "bundle", "include"] { #expect(text.contains(word)) }
    guard let program = ManualTests.program(shell) else { return }
    let result = try await LangProcess.run(
      program: program, ["-n", script.path], in: directory.url)
    #expect(result.standardError == "")
    #expect(result.exitCode == 0)
  }

  @Test("A shell that nobody knows")
  func unknownShell() async throws {
    for arguments in [["tcsh"], [], ["="]] {
      let result = try await LangProcess.run(
        ["--generate-completion-script"] + arguments, in: directory.url)
      #expect(result.standardError.contains("needs the name of a shell: bash, fish, zsh."))
      #expect(result.text == "")
      #expect(result.exitCode == 64)
    }
  }

  @Test(
    "Everything is installed where it is looked for, and removed",
    .enabled(if: python != nil && program("make") != nil))
  func installation() async throws {
    let root = directory.url.appendingPathComponent("a root").path
    func make(_ target: String) async throws {
      let result = try await LangProcess.run(
        program: try #require(ManualTests.program("make")),
        [
          "--silent", "-C", LangProcess.packageRoot.path, target, "DESTDIR=\(root)", "PREFIX=/usr",
          "LANG_BINARY=\(directory.url.path)/lang",
          "LINKED_BINARY=\(try #require(LangProcess.executable))",
        ], in: directory.url)
      #expect(result.standardError == "")
      #expect(result.exitCode == 0)
    }
    func files() -> Set<String> {
      let paths = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
      return Set(
        paths.filter { path in
          var isFolder: ObjCBool = false
          return FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isFolder)
            && !isFolder.boolValue && !path.hasPrefix("usr/share/lang/")
        })
    }
    try await make("install-files")
    #expect(
      files() == [
        "usr/bin/lang", "usr/share/man/man1/lang.1",
        "usr/share/bash-completion/completions/lang", "usr/share/zsh/site-functions/_lang",
        "usr/share/fish/vendor_completions.d/lang.fish",
      ])
    let result = try await LangProcess.run(
      program: "\(root)/usr/bin/lang", ["-e", "print(6 * 7)"], in: directory.url)
    #expect(result.text == "42\n")
    try await make("uninstall")
    #expect(files() == [])
  }
}
