import ArgumentParser
import Glibc
import Lang
import LangRuntime

/// The command line of `lang`, for everything but the plain `lang file.l` and `lang -e code`.
struct LangCommand: ParsableCommand {
  static let version = Machine.version

  static let commands: [any ParsableCommand.Type] = [
    CheckCommand.self, BundleCommand.self, TestCommand.self, DocumentCommand.self,
    LearnCommand.self,
    DisassembleCommand.self,
  ]

  static let configuration = CommandConfiguration(
    commandName: "lang", version: "lang \(version)", subcommands: commands)

  // Not taken from the above: `lang file.l` asks for them, and must not set up the parser.
  private static let commandNames = ["bundle", "check", "dis", "doc", "help", "learn", "test"]

  /// Whether a word is one of the subcommands, not a script.
  static func isCommand(_ word: String) -> Bool { commandNames.contains(word) }

  /// Runs the command; wrong usage ends with 64.
  static func main(_ arguments: [String]) -> Never {
    var type: any ParsableCommand.Type = RunCommand.self
    do {
      var command = try parse(words: arguments)
      type = Swift.type(of: command)
      try command.run()
      Glibc.exit(ExitCode.success)
    } catch let status as ExitStatus {
      Glibc.exit(status.code)
    } catch {
      let message = type.fullMessage(for: error)
      if exitCode(for: error) == .success { Glibc.exit(Console.output(message + "\n")) }
      Console.error(message)
      Glibc.exit(ExitCode.usage)
    }
  }

  private static func parse(words: [String]) throws -> any ParsableCommand {
    if let option = words.first, option.hasPrefix(completionOption) {
      throw ExitStatus(code: try writeCompletion(words))
    }
    guard let first = words.first, isCommand(first) else {
      return try RunCommand.parse(untouched: words)
    }
    if first != "help" { return try parseAsRoot(words) }
    let topic = Array(words.dropFirst())
    if topic.isEmpty || topic == ["help"] { throw CleanExit.helpRequest(RunCommand.self) }
    guard isCommand(topic[0]) else {
      throw ValidationError(
        "Unknown command '\(topic[0])'." + didYouMean(topic[0], among: commandNames))
    }
    return try parseAsRoot([topic[0], "--help"])
  }

  private static let completionOption = "--generate-completion-script"

  /// Writes a script of ours in place of the parser's; see `CompletionScript`.
  private static func writeCompletion(_ words: [String]) throws -> Int32 {
    let shells = CompletionScript.shells.joined(separator: ", ")
    let attached = words[0].dropFirst(completionOption.count + 1)
    let shell = attached.isEmpty ? words.dropFirst().first ?? "" : String(attached)
    guard let script = CompletionScript.text(for: shell) else {
      throw ValidationError("\(completionOption) needs the name of a shell: \(shells).")
    }
    return Console.output(script)
  }

  /// Does what an option asks for that is no option of a program: help and its like, or a mistake.
  static func runFlag(_ option: String, followedBy words: [String]) throws -> Int32 {
    switch option {
    case "-h", "--help": throw CleanExit.helpRequest(RunCommand.self)
    case "--version": return Console.output("lang \(version)\n")
    case "--experimental-dump-help": return Console.output(RunCommand._dumpHelp() + "\n")
    default:
      let name = String(option.prefix { $0 != "=" })
      // The names as help shows them: the parser tells them nobody else.
      let known = RunCommand.helpMessage(columns: 1000).split { " ,\n".contains($0) }
        .filter { $0.hasPrefix("--") }.map(String.init)
      throw ValidationError("Unknown option '\(name)'." + didYouMean(name, among: known))
    }
  }

  /// What a missing file was perhaps meant to be: a command; nil when there is none like it.
  static func commandLike(_ word: String) -> String? {
    Spelling.nearest(to: word, among: commandNames)
  }

  private static func didYouMean(_ word: String, among names: [String]) -> String {
    Spelling.nearest(to: word, among: names).map { " Did you mean '\($0)'?" } ?? ""
  }
}

/// The end of a command with an exit code of its own.
struct ExitStatus: Error {
  let code: Int32
}
