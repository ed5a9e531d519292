import ArgumentParser

/// `lang dis`.
struct DisassembleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dis", abstract: "Shows the bytecode of a script.")

  @Argument(help: "The script.", completion: .file(extensions: ["l"]))
  var file: String

  func run() throws { throw ExitStatus(code: ScriptRunner().disassembleFile(file)) }
}
