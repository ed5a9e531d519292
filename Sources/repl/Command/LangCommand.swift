import ArgumentParser
import Glibc

/// The command line of `lang`, for everything but the plain `lang file.l`.
struct LangCommand: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "lang",
    abstract: "Runs programs of the Lang language, whose modules are lazy.",
    discussion: """
      lang file.l [argument …]   runs a script
      lang -                     runs what comes from standard input
      lang                       runs standard input; at a terminal, line by line
      """,
    version: "lang \(version)",
    subcommands: [
      RunCommand.self, CheckCommand.self, BundleCommand.self, LearnCommand.self,
      DisassembleCommand.self,
    ],
    defaultSubcommand: RunCommand.self)

  /// Whether a word is one of the subcommands, not a script.
  static func isCommand(_ word: String) -> Bool {
    ["bundle", "check", "dis", "help", "learn", "run"].contains(word)
  }

  /// Runs the command; wrong usage ends with 64.
  static func main(normalizing arguments: [String]) {
    // A lone `-` is an argument, not an option.
    if arguments == ["-"] { Glibc.exit(ScriptRunner().runStandardInput()) }
    if arguments.isEmpty {
      Glibc.exit(isatty(0) == 1 ? ScriptRunner().runPrompt() : ScriptRunner().runStandardInput())
    }
    do {
      var command = try parseAsRoot(arguments.map { $0 == "--report" ? "--report=text" : $0 })
      try command.run()
    } catch let status as ExitStatus {
      Glibc.exit(status.code)
    } catch {
      if exitCode(for: error) == .success { exit(withError: error) }
      Console.error(fullMessage(for: error))
      Glibc.exit(ExitCode.usage)
    }
  }
}

/// The end of a command with an exit code of its own.
struct ExitStatus: Error {
  let code: Int32
}
