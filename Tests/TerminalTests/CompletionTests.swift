import Foundation
import TestSupport
import Testing

/// What a person gets who presses Tab in a shell.
@Suite("Completion in shells", .enabled(if: LangExecutable.path != nil))
struct CompletionTests {
  /// A shell that the machine may have.
  enum Shell: String, CaseIterable, Sendable {
    case bash, zsh, fish

    var path: String? {
      ["/usr/bin/", "/bin/", "/usr/local/bin/"].map { $0 + rawValue }
        .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static let there = allCases.filter { $0.path != nil }

    /// What starts it without anybody's configuration.
    var arguments: [String] {
      switch self {
      case .bash: ["--noprofile", "--norc", "-i"]
      case .zsh: ["-f", "-i"]
      case .fish: ["--no-config", "-i"]
      }
    }

    /// Has it read a script, and put up `$ ` as its prompt.
    func setup(script: String) -> String {
      switch self {
      case .bash: "source \(script); PS1='$ '"
      case .zsh: "fpath=(\(script) $fpath); autoload -U compinit; compinit -u -D; PROMPT='$ '"
      case .fish: "source \(script); function fish_prompt; echo -n '$ '; end"
      }
    }
  }

  /// A shell in a folder with some files, which knows the completion.
  private func terminal(_ shell: Shell) async throws -> PseudoTerminal {
    let home = try TemporaryDirectory()
    for file in ["show.l", "packed.zip", "notes.txt", "folder/inner.l"] {
      try home.write(file, "")
    }
    let generated = Process()
    generated.executableURL = URL(fileURLWithPath: try #require(LangExecutable.path))
    generated.arguments = ["--generate-completion-script", shell.rawValue]
    // zsh finds it by its name in a folder.
    let script = try home.write("scripts/_lang", "")
    generated.standardOutput = try FileHandle(forWritingTo: script)
    try generated.run()
    generated.waitUntilExit()
    let terminal = try PseudoTerminal(
      program: try #require(shell.path), shell.arguments, columns: 120,
      environment: ["PS1": "> ", "PROMPT": "> "], home: home)
    try await terminal.waitFor("there is a prompt") { !$0.textBeforeCursor.isEmpty }
    terminal.enter(shell.setup(script: shell == .zsh ? "scripts" : "scripts/_lang"))
    try await terminal.waitForPrompt("$ ")
    return terminal
  }

  @Test(
    "A word is completed", arguments: Shell.there,
    [
      ("lang ch", "lang check "),
      ("lang --no", "lang --no-lazy "),
      ("lang sho", "lang show.l "),
      ("lang --path fol", "lang --path folder/"),
      ("lang --path=fol", "lang --path=folder/"),
      ("lang --path folder sho", "lang --path folder show.l "),
      ("lang --report=j", "lang --report=json"),
      ("lang --report-to not", "lang --report-to notes.txt "),
      ("lang show.l not", "lang show.l notes.txt "),
      ("lang -e code not", "lang -e code notes.txt "),
      ("lang check --pa", "lang check --path"),
      ("lang check -m module pac", "lang check -m module packed.zip "),
      ("lang bundle --incl", "lang bundle --include"),
      ("lang bundle -o pac", "lang bundle -o packed.zip "),
      ("lang help bun", "lang help bundle "),
      ("lang -- sho", "lang -- show.l "),
    ])
  func word(shell: Shell, example: (typed: String, completed: String)) async throws {
    let terminal = try await terminal(shell)
    terminal.type(example.typed)
    try await terminal.waitFor("it is typed") { $0.textBeforeCursor == "$ " + example.typed }
    terminal.key(.tab)
    try await terminal.waitFor("it is completed to '\(example.completed)'") { screen in
      screen.textBeforeCursor.hasPrefix("$ " + example.completed)
    }
  }

  @Test("No option of ours is offered to a program", arguments: Shell.there)
  func optionsOfAProgram(shell: Shell) async throws {
    let terminal = try await terminal(shell)
    terminal.type("lang show.l --no")
    terminal.key(.tab)
    // Whatever Tab does, it is done when the next key is on the screen.
    terminal.type("#")
    try await terminal.waitFor("the next key arrives") { $0.textBeforeCursor.hasSuffix("#") }
    #expect(terminal.state.textBeforeCursor == "$ lang show.l --no#")
  }

  @Test("All that can begin a command line is listed", arguments: Shell.there)
  func list(shell: Shell) async throws {
    let terminal = try await terminal(shell)
    terminal.type("lang ")
    terminal.key(.tab, times: 2)
    for word in ["check", "bundle", "dis", "help", "show.l", "packed.zip", "folder"] {
      try await terminal.waitFor(screenContaining: word)
    }
  }
}
