import CReadline
import Glibc
import LangRuntime

/// The read-evaluate-print loop at a terminal, in its simplest form: readline, continuation lines,
/// results shown by `repr`.
enum Terminal {
  static func run(_ options: RunOptions = RunOptions()) -> Int32 {
    let runner = ScriptRunner(options)
    runner.prepare(program: "", arguments: [], searching: SourceFile.absolutePath("."))
    let session = MachineSession(runner.machine)
    var text = ""
    while true {
      guard let line = readline(text.isEmpty ? "> " : "… ") else {
        print("")
        return ExitCode.success
      }
      text += String(cString: line) + "\n"
      free(line)
      switch session.evaluate(text) {
      case .incomplete: continue
      case .value(let shown): if let shown { print(shown) }
      case .failed(.exit(let status, let message)):
        if let message { Console.error(message) }
        return status
      case .failed(.syntax(let failure)):
        Console.error(failure.rendered(usesColors: Console.errorUsesColors), terminator: "")
      case .failed(.runtime(let failure)):
        Console.error(failure.rendered(usesColors: Console.errorUsesColors), terminator: "")
      }
      add_history(String(text.dropLast()))
      text = ""
      InterruptSignal.connect(runner.machine)
    }
  }
}
