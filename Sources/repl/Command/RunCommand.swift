import ArgumentParser
import Glibc

/// `lang -e CODE`, `lang run file.l`.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs a script, or the code given with -e.")

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

  @Flag(
    name: [.customShort("i")],
    help:
      "Go on at a prompt when the program has ended; alone: a prompt, whatever standard input is.")
  var staysAtPrompt = false

  @Flag(help: "Tell each step of the lazy mechanism on standard error, as it happens.")
  var trace = false

  @Flag(name: .customLong("no-lazy"), help: "Import everything eagerly.")
  var isEager = false

  @Option(
    help: ArgumentHelp(
      "Report at the end what became of each module: 'text', 'json', or 'html' for a page that shows "
        + "it in a browser and wants --report-to; --report alone is 'text'.",
      valueName: "format"))
  var report: ReportFormat?

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
    options.isTraced = trace
    options.staysAtPrompt = staysAtPrompt
    options.report = report ?? (reportFile == nil ? nil : .text)
    options.reportFile = reportFile
    let runner = ScriptRunner(options)
    if let code {
      throw ExitStatus(
        code: runner.runText(Array(code.utf8), name: "<command>", arguments: arguments))
    }
    if let module { throw ExitStatus(code: runner.runModule(module, arguments: arguments)) }
    if arguments.isEmpty && (staysAtPrompt || isatty(0) == 1) {
      throw ExitStatus(code: runner.runPrompt())
    }
    guard let file = arguments.first else { throw ValidationError("No script to run.") }
    if file == "-" { throw ExitStatus(code: runner.runStandardInput()) }
    if file.hasPrefix("-") { throw ValidationError("Unknown option '\(file)'") }
    throw ExitStatus(code: runner.runFile(file, arguments: Array(arguments.dropFirst())))
  }
}

extension ReportFormat: ExpressibleByArgument {}
