import Glibc

// `lang file.l` and `lang -e code` go straight to the program: building the option parser would cost more
// than a short script takes. Everything else goes through `LangCommand`.
let arguments = CommandLine.arguments
if arguments.count > 1, !arguments[1].hasPrefix("-"), !LangCommand.isCommand(arguments[1]) {
  exit(ScriptRunner().runFile(arguments[1], arguments: Array(arguments.dropFirst(2))))
}
if arguments.count > 2, arguments[1] == "-e" {
  exit(
    ScriptRunner().runText(
      Array(arguments[2].utf8), name: "<command>", arguments: Array(arguments.dropFirst(3))))
}
LangCommand.main(Array(arguments.dropFirst()))
