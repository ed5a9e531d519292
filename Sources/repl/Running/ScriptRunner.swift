import Glibc
import LangRuntime
import ReportPage

/// Runs one program and turns its end into an exit code and messages on standard error.
struct ScriptRunner {
  let machine: Machine
  private let options: RunOptions

  init(_ options: RunOptions = RunOptions()) {
    // A reader that goes away is noticed at the next write, which then fails.
    signal(SIGPIPE, SIG_IGN)
    // A file that would become too large is an error like any other, not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    // Whoever started this process may not care for the ends of others; this one does.
    signal(SIGCHLD, SIG_DFL)
    self.options = options
    machine = Machine(output: options.output)
    machine.programsMayExtendPath = true
    machine.programsMayUseSystem = true
    machine.locateStandardLibrary { StandardLibrary.place }
    if getenv("LANG_GC_STRESS") != nil { machine.isCollectorStressed = true }
    InterruptSignal.connect(machine)
  }

  /// Runs a script or an archive by its path.
  func runFile(_ path: String, arguments: [String]) -> Int32 {
    let location = SourceFile.absolutePath(path)
    if Machine.isArchive(path) {
      prepare(program: path, arguments: arguments)
      return finish { () throws(LangError) in try machine.runArchive(path) }
    }
    switch SourceFile.read(path, for: machine) {
    case .failure(let error):
      if InterruptSignal.isPending { InterruptSignal.endProcess() }
      showUnreadable(path, error)
      return ExitCode.cannotBeRead
    case .success(let source):
      machine.addModulePath(SourceFile.folder(of: location))
      prepare(program: path, arguments: arguments)
      return finish {
        () throws(LangError) in
        try machine.run(source, name: path, location: location)
      }
    }
  }

  /// Runs a module that is found on the path.
  func runModule(_ name: String, arguments: [String]) -> Int32 {
    prepare(program: name, arguments: arguments, searching: SourceFile.absolutePath("."))
    return finish { () throws(LangError) in try machine.runModule(name) }
  }

  /// Runs a text that is in no file.
  func runText(_ source: [UInt8], name: String, arguments: [String] = []) -> Int32 {
    prepare(program: name, arguments: arguments, searching: SourceFile.absolutePath("."))
    return finish { () throws(LangError) in try machine.run(source, name: name) }
  }

  /// Runs what comes from standard input.
  func runStandardInput(arguments: [String] = []) -> Int32 {
    switch SourceFile.read(descriptor: 0, for: machine) {
    case .failure(let error):
      if InterruptSignal.isPending { InterruptSignal.endProcess() }
      Console.error("lang: cannot read standard input: \(error.reason)")
      return ExitCode.cannotBeRead
    case .success(let source):
      return runText(source, name: "<stdin>", arguments: arguments)
    }
  }

  /// Says why a script cannot be read, and what was perhaps meant.
  private func showUnreadable(_ path: String, _ error: SourceFile.ReadError) {
    Console.error("lang: cannot read '\(path)': \(error.reason)")
    if access(path, F_OK) == 0 { return }
    if LangCommand.isCommand(path) {
      Console.error(
        "lang: options of the command '\(path)' stand behind it: lang \(path) [option ...]")
    } else if let command = LangCommand.commandLike(path) {
      Console.error("lang: did you mean the command '\(command)'?")
    }
  }

  /// Serves a prompt until the person leaves.
  func runPrompt() -> Int32 {
    prepare(program: "", arguments: [], searching: SourceFile.absolutePath("."))
    let prompt = Prompt(self)
    return finish(prompt.run())
  }

  /// Sets up what all programs find: the path behind their own folder, rules of imports, arguments.
  func prepare(program: String, arguments: [String], searching folder: String? = nil) {
    if let folder { machine.addModulePath(folder) }
    if let path = getenv("LANG_PATH") {
      for entry in String(cString: path).split(separator: ":") {
        machine.addModulePath(String(entry))
      }
    }
    for entry in options.paths { machine.addModulePath(entry) }
    if let names = getenv("LANG_EAGER") {
      for name in String(cString: names).split(separator: ",") {
        machine.importEagerly(
          name.trimmingSpaces(), rule: "LANG_EAGER=\(name.trimmingSpaces())")
      }
    }
    for name in options.eager { machine.importEagerly(name, rule: "--eager \(name)") }
    if options.isTraced {
      Tracing.begin(machine, style: Style.error) { Console.error($0) }
    }
    if options.isEager || getenv("LANG_LAZY").map({ String(cString: $0) == "0" }) ?? false {
      machine.importsAreLazy = false
    }
    machine.programArguments = [program] + arguments
  }

  /// Prints the bytecode of a script.
  func disassembleFile(_ path: String) -> Int32 {
    switch SourceFile.read(path) {
    case .failure(let error):
      Console.error("lang: cannot read '\(path)': \(error.reason)")
      return ExitCode.cannotBeRead
    case .success(let source):
      var text = ""
      let status = finish { () throws(LangError) in
        text = try machine.disassemble(source, name: path)
      }
      return status == ExitCode.success ? Console.output(text) : status
    }
  }

  private func finish(_ body: () throws(LangError) -> Void) -> Int32 {
    var status = ExitCode.success
    var wasInterrupted = false
    do throws(LangError) {
      try body()
    } catch {
      if case .runtime(let failure) = error { wasInterrupted = failure.className == "Interrupt" }
      machine.flushOutput(waits: !wasInterrupted)
      status = report(error)
    }
    if options.staysAtPrompt {
      status = Prompt(self, continuesProgram: true).run()
      wasInterrupted = false
    }
    return finish(status, wasInterrupted: wasInterrupted)
  }

  /// Writes what is left to write; gives the exit code.
  private func finish(_ status: Int32, wasInterrupted: Bool = false) -> Int32 {
    // Who presses Ctrl-C does not wait for a reader that does not read.
    let wasInterrupted = !machine.flushOutput(waits: !wasInterrupted) || wasInterrupted
    var status = writeReport(status)
    if let failure = machine.outputFailure {
      if failure == EPIPE && !wasInterrupted { return ExitCode.brokenPipe }
      if status == ExitCode.success { status = Console.outputStatus(afterFailure: failure) }
    }
    if getenv("LANG_GC_STATS") != nil {
      let statistics = machine.collectorStatistics
      let milliseconds = Double(statistics.longestPause / 1000) / 1000
      Console.error(
        "gc: collections \(statistics.collections), longest pause \(milliseconds) ms, "
          + "heap \(statistics.bytes) bytes")
    }
    if wasInterrupted { InterruptSignal.endProcess() }
    return status
  }

  /// Writes the report that was asked for, to standard error or to a file.
  private func writeReport(_ status: Int32) -> Int32 {
    guard let format = options.report else { return status }
    let bytes = makeReport(format)
    guard let file = options.reportFile else {
      let isWritten = Console.error(
        String(decoding: bytes, as: UTF8.self), terminator: "")
      return isWritten || status != ExitCode.success ? status : ExitCode.cannotBeRead
    }
    if let reason = SourceFile.write(bytes, to: file) {
      Console.error("lang: cannot write the report to '\(file)': \(reason)")
      return status == ExitCode.success ? ExitCode.cannotBeRead : status
    }
    return status
  }

  private func makeReport(_ format: ReportFormat) -> [UInt8] {
    switch format {
    case .text: Array(machine.moduleReport(.text).utf8)
    case .json: Array(machine.moduleReport(.json).utf8)
    case .html:
      HTMLReport.page(
        report: machine.moduleReport(.json), events: machine.moduleEvents(),
        text: machine.moduleReport(.text))
    }
  }

  /// Shows why a program ended; gives the exit code.
  private func report(_ error: LangError) -> Int32 {
    Console.error(error)
    switch error {
    case .exit(let status, _): return status
    case .syntax: return ExitCode.doesNotCompile
    case .runtime(let failure):
      return failure.className == "Interrupt" ? ExitCode.interrupted : ExitCode.uncaughtError
    }
  }
}

extension Substring {
  /// The text without spaces at its ends.
  func trimmingSpaces() -> String {
    var text = self.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
