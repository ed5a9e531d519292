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
    subcommands: [Run.self, CheckCommand.self, BundleCommand.self, Disassemble.self],
    defaultSubcommand: Run.self)

  /// Whether a word is one of the subcommands, not a script.
  static func isCommand(_ word: String) -> Bool {
    ["bundle", "check", "dis", "help", "run"].contains(word)
  }

  /// Runs the command; wrong usage ends with 64.
  static func main(normalizing arguments: [String]) {
    // A lone `-` is an argument, not an option.
    if arguments == ["-"] { Glibc.exit(ScriptRunner().runStandardInput()) }
    if arguments.isEmpty {
      Glibc.exit(isatty(0) == 1 ? Terminal.run() : ScriptRunner().runStandardInput())
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

  /// `lang -e CODE`, `lang run file.l`.
  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Runs a script, or the code given with -e.")

    @Option(name: [.customShort("e")], help: ArgumentHelp("Run this code.", valueName: "code"))
    var code: String?

    @Option(
      name: [.customShort("m")],
      help: ArgumentHelp("Find this module and run it.", valueName: "module"))
    var module: String?

    @Option(
      name: .customLong("path"),
      help: ArgumentHelp(
        "Look for modules here too: a folder, a zip, or a folder in one; may be repeated.",
        valueName: "place"))
    var paths: [String] = []

    @Option(
      help: ArgumentHelp(
        "Import this module eagerly, or a package with all that is inside ('name.*'); may be repeated.",
        valueName: "name"))
    var eager: [String] = []

    @Flag(name: .customLong("no-lazy"), help: "Import everything eagerly.")
    var isEager = false

    @Option(
      help: ArgumentHelp(
        "Report at the end what became of each module: 'text' or 'json'; --report alone is 'text'.",
        valueName: "format"))
    var report: Machine.ReportFormat?

    @Option(
      name: .customLong("report-to"),
      help: ArgumentHelp("Write the report to this file, not to standard error.", valueName: "file")
    )
    var reportFile: String?

    @Argument(
      parsing: .captureForPassthrough,
      help: ArgumentHelp("The script to run and its arguments.", valueName: "file"))
    var arguments: [String] = []

    func run() throws {
      var options = RunOptions(paths: paths, eager: eager, isEager: isEager)
      options.report = report ?? (reportFile == nil ? nil : .text)
      options.reportFile = reportFile
      let runner = ScriptRunner(options)
      if let code {
        throw ExitStatus(
          code: runner.runText(Array(code.utf8), name: "<command>", arguments: arguments))
      }
      if let module { throw ExitStatus(code: runner.runModule(module, arguments: arguments)) }
      guard let file = arguments.first else { throw ValidationError("No script to run.") }
      if file == "-" { throw ExitStatus(code: runner.runStandardInput()) }
      if file.hasPrefix("-") { throw ValidationError("Unknown option '\(file)'") }
      throw ExitStatus(code: runner.runFile(file, arguments: Array(arguments.dropFirst())))
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

extension Machine.ReportFormat: ExpressibleByArgument {}

/// The end of a command with an exit code of its own.
struct ExitStatus: Error {
  let code: Int32
}
