import ArgumentParser
import Glibc

/// `lang` itself: runs a script, an archive, code, a module, or standard input.
///
/// The subcommands are listed for help, completion and the manual only: `LangCommand` parses them, since
/// here every word behind the options belongs to the program.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lang",
    abstract: "Runs programs of the Lang language, whose modules are lazy.",
    usage: """
      lang [option ...] file [argument ...]
      lang [option ...] -e code [argument ...]
      lang [option ...] -m module [argument ...]
      lang [option ...] [- [argument ...]]
      lang command ...
      """,
    discussion: """
      The file is a script, or a zip archive with a main.l. Without one, and for '-', standard input \
      is run; at a terminal, lang alone reads line by line.

      Options stand in front. What follows the file, the code or the module belongs to the program.
      """,
    version: "lang \(LangCommand.version)",
    subcommands: LangCommand.commands)

  // It takes the rest, so that nobody has to know which options of a program are also ours.
  @Option(
    name: [.customShort("e")], parsing: .remaining,
    help: ArgumentHelp("Run this code.", valueName: "code"))
  var codeAndArguments: [String] = []

  @Option(
    name: [.customShort("m")], parsing: .remaining,
    help: ArgumentHelp("Find this module and run it.", valueName: "module"))
  var moduleAndArguments: [String] = []

  @Option(name: .customLong("path"), help: RunOptions.pathHelp, completion: RunOptions.placeKind)
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
      "Report at the end what became of each module; --report alone is --report=text, and html, a page "
        + "for a browser, wants --report-to.",
      valueName: "format"))
  var report: ReportFormat?

  @Option(
    name: .customLong("report-to"),
    help: ArgumentHelp("Write the report to this file, not to standard error.", valueName: "file"),
    completion: .file())
  var reportFile: String?

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("The script or archive to run, and its arguments.", valueName: "file"),
    completion: .file(extensions: ["l", "zip"]))
  var fileAndArguments: [String] = []

  /// Options that may have a value behind a `=`, and may have none.
  static let optionsWithOptionalValue = ["--report"]

  /// Parses the words behind `lang`; those that belong to the program come out as they went in.
  static func parse(untouched words: [String]) throws -> RunCommand {
    // The parser knows no option that may have a value and may have none.
    var command = try parse(words.map { $0 == "--report" ? "--report=text" : $0 })
    func restore(_ rest: inout [String]) {
      for (index, word) in words.suffix(rest.count).enumerated() where word == "--report" {
        rest[index] = word
      }
    }
    restore(&command.codeAndArguments)
    restore(&command.moduleAndArguments)
    restore(&command.fileAndArguments)
    return command
  }

  func run() throws {
    var options = RunOptions(paths: paths, eager: eager, isEager: isEager)
    options.isTraced = trace
    options.staysAtPrompt = staysAtPrompt
    options.report = report ?? (reportFile == nil ? nil : .text)
    options.reportFile = reportFile
    if let code = codeAndArguments.first {
      let arguments = Array(codeAndArguments.dropFirst())
      throw ExitStatus(
        code: ScriptRunner(options).runText(
          Array(code.utf8), name: "<command>", arguments: arguments))
    }
    if let module = moduleAndArguments.first {
      let arguments = Array(moduleAndArguments.dropFirst())
      throw ExitStatus(code: ScriptRunner(options).runModule(module, arguments: arguments))
    }
    throw ExitStatus(code: try runFile(fileAndArguments[...], options))
  }

  private func runFile(_ words: ArraySlice<String>, _ options: RunOptions) throws -> Int32 {
    guard let file = words.first else {
      return isatty(0) == 1 || options.staysAtPrompt
        ? ScriptRunner(options).runPrompt() : ScriptRunner(options).runStandardInput()
    }
    let arguments = Array(words.dropFirst())
    switch file {
    case "-": return ScriptRunner(options).runStandardInput(arguments: arguments)
    case "--":
      guard let script = arguments.first else { return try runFile([], options) }
      return ScriptRunner(options).runFile(script, arguments: Array(arguments.dropFirst()))
    case "-e", "-m": throw ValidationError("Missing value for '\(file)'.")
    case _ where file.hasPrefix("-"): return try LangCommand.runFlag(file, followedBy: arguments)
    default: return ScriptRunner(options).runFile(file, arguments: arguments)
    }
  }
}

extension ReportFormat: ExpressibleByArgument {}
