import ArgumentParser
import Glibc
import LangRuntime

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
    subcommands: [Run.self, Check.self, Disassemble.self], defaultSubcommand: Run.self)

  /// Whether a word is one of the subcommands, not a script.
  static func isCommand(_ word: String) -> Bool {
    word == "check" || word == "dis" || word == "run" || word == "help"
  }

  /// Runs the command; wrong usage ends with 64.
  static func main(normalizing arguments: [String]) {
    // A lone `-` is an argument, not an option.
    if arguments == ["-"] { Glibc.exit(ScriptRunner().runStandardInput()) }
    if arguments.isEmpty {
      Glibc.exit(isatty(0) == 1 ? Terminal.run() : ScriptRunner().runStandardInput())
    }
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch let status as ExitStatus {
      Glibc.exit(status.code)
    } catch {
      if exitCode(for: error) == .success { exit(withError: error) }
      Console.error(fullMessage(for: error))
      Glibc.exit(ExitCode.usage)
    }
  }

  /// `lang -e CODE`, `lang run file.l`.
  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Runs a script, or the code given with -e.")

    @Option(name: [.customShort("e")], help: ArgumentHelp("Run this code.", valueName: "code"))
    var code: String?

    @Argument(
      parsing: .captureForPassthrough,
      help: ArgumentHelp("The script to run and its arguments.", valueName: "file"))
    var arguments: [String] = []

    func run() throws {
      if let code {
        throw ExitStatus(code: ScriptRunner().runText(Array(code.utf8), name: "<command>"))
      }
      guard let file = arguments.first else { throw ValidationError("No script to run.") }
      if file.hasPrefix("-") { throw ValidationError("Unknown option '\(file)'") }
      throw ExitStatus(
        code: ScriptRunner().runFile(file, arguments: Array(arguments.dropFirst())))
    }
  }

  /// `lang check`.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Parses and compiles scripts without running them.")
    @Argument(help: "The scripts.") var files: [String]

    func run() throws {
      var worst = ExitCode.success
      for file in files { worst = max(worst, ScriptRunner().checkFile(file)) }
      throw ExitStatus(code: worst)
    }
  }

  /// `lang dis`.
  struct Disassemble: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "dis", abstract: "Shows the bytecode of a script.")
    @Argument(help: "The script.") var file: String

    func run() throws { throw ExitStatus(code: ScriptRunner().disassembleFile(file)) }
  }
}

/// The end of a command with an exit code of its own.
struct ExitStatus: Error {
  let code: Int32
}
