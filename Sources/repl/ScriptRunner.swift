import Glibc
import LangRuntime

/// Runs one program and turns its end into an exit code and messages on standard error.
struct ScriptRunner {
  let machine: Machine

  init() {
    // A reader that goes away is noticed at the next write, which then fails.
    signal(SIGPIPE, SIG_IGN)
    machine = Machine()
    if getenv("LANG_GC_STRESS") != nil { machine.isCollectorStressed = true }
    InterruptSignal.connect(machine)
  }

  /// Runs a script by its path.
  func runFile(_ path: String, arguments: [String]) -> Int32 {
    switch SourceFile.read(path) {
    case .failure(let error):
      machine.flushOutput()
      Console.error("lang: cannot read '\(path)': \(error.reason)")
      return ExitCode.cannotBeRead
    case .success(let source):
      machine.addModulePath(SourceFile.folder(of: path))
      return finish {
        () throws(LangError) in
        try machine.run(source, name: path, location: SourceFile.absolutePath(path))
      }
    }
  }

  /// Runs a text that is in no file.
  func runText(_ source: [UInt8], name: String) -> Int32 {
    machine.addModulePath("")
    return finish { () throws(LangError) in try machine.run(source, name: name) }
  }

  /// Runs what comes from standard input.
  func runStandardInput() -> Int32 {
    switch SourceFile.read(descriptor: 0) {
    case .failure(let error):
      Console.error("lang: cannot read standard input: \(error.reason)")
      return ExitCode.cannotBeRead
    case .success(let source): return runText(source, name: "<stdin>")
    }
  }

  /// Compiles a script without running it.
  func checkFile(_ path: String) -> Int32 {
    switch SourceFile.read(path) {
    case .failure(let error):
      Console.error("lang: cannot read '\(path)': \(error.reason)")
      return ExitCode.cannotBeRead
    case .success(let source):
      return finish { () throws(LangError) in try machine.check(source, name: path) }
    }
  }

  /// Prints the bytecode of a script.
  func disassembleFile(_ path: String) -> Int32 {
    switch SourceFile.read(path) {
    case .failure(let error):
      Console.error("lang: cannot read '\(path)': \(error.reason)")
      return ExitCode.cannotBeRead
    case .success(let source):
      return finish {
        () throws(LangError) in
        print(try machine.disassemble(source, name: path), terminator: "")
      }
    }
  }

  private func finish(_ body: () throws(LangError) -> Void) -> Int32 {
    var status = ExitCode.success
    do throws(LangError) {
      try body()
    } catch {
      machine.flushOutput()
      status = report(error)
    }
    machine.flushOutput()
    if let failure = machine.outputFailure {
      // A reader that has gone away needs no message: `lang x.l | head -1`.
      if failure == EPIPE { return ExitCode.brokenPipe }
      if status == ExitCode.success {
        let reason = String(cString: strerror(failure))
        Console.error("lang: cannot write to standard output: \(reason)")
        status = ExitCode.cannotBeRead
      }
    }
    if getenv("LANG_GC_STATS") != nil {
      let statistics = machine.collectorStatistics
      let milliseconds = Double(statistics.longestPause / 1000) / 1000
      Console.error(
        "gc: collections \(statistics.collections), longest pause \(milliseconds) ms, "
          + "heap \(statistics.bytes) bytes")
    }
    return status
  }

  /// Shows why a program ended; gives the exit code.
  private func report(_ error: LangError) -> Int32 {
    switch error {
    case .exit(let status, let message):
      if let message { Console.error(message) }
      return status
    case .syntax(let failure):
      Console.error(failure.rendered(usesColors: Console.errorUsesColors), terminator: "")
      return ExitCode.doesNotCompile
    case .runtime(let failure):
      Console.error(failure.rendered(usesColors: Console.errorUsesColors), terminator: "")
      return failure.className == "Interrupt" ? ExitCode.interrupted : ExitCode.uncaughtError
    }
  }
}

/// Ctrl-C asks the machine to stop; a second one before it has stopped ends the process.
enum InterruptSignal {
  nonisolated(unsafe) private static var interrupter: MachineInterrupter?

  static func connect(_ machine: Machine) {
    interrupter = MachineInterrupter(machine)
    signal(SIGINT) { _ in
      // The second one before the program has noticed the first.
      if InterruptSignal.interrupter?.isPending == true { _exit(ExitCode.interrupted) }
      InterruptSignal.interrupter?.interrupt()
    }
    // A process that starts others from a worker thread hands its blocked signals on to them.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigprocmask(SIG_UNBLOCK, &signals, nil)
  }
}
