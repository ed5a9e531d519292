import Glibc
import Lang
import LangRuntime

/// The read-evaluate-print loop: reads a piece, runs it, shows what it came to.
final class Prompt {
  let runner: ScriptRunner
  let session: MachineSession
  let style = Style.output
  let watcher: FileWatcher
  private lazy var source = makeSource()
  /// Lines of a piece that is not complete.
  private var piece = ""
  /// What ran without an error, for `:save`.
  var transcript: [String] = []
  /// Whether Ctrl-C was pressed while what was typed last was run.
  private(set) var wasInterrupted = false
  /// The exit code that ends the loop.
  private var status: Int32?

  var isLeaving: Bool { status != nil }
  var machine: Machine { runner.machine }

  /// - Parameter continuesProgram: Go on with the variables of the program that the runner has run.
  init(_ runner: ScriptRunner, continuesProgram: Bool = false) {
    self.runner = runner
    let session = MachineSession(runner.machine, continuesProgram: continuesProgram)
    self.session = session
    watcher = FileWatcher(runner.machine, session, style: style)
    InterruptSignal.beginPrompt()
    runner.machine.describesPatches = true
    runner.machine.inputReadsAhead = false
  }

  private func makeSource() -> LineSource {
    if isatty(0) == 0 || isatty(1) == 0 { return PlainLines() }
    Console.show(
      "Lang \(LangCommand.version)  " + style.dim(":help lists the commands, Ctrl-D leaves."))
    return ReadlineLines(history: History.ofUser()) { [unowned self] text in
      // What was recalled or pasted may have several lines.
      let start = text.lastIndex(of: "\n").map { text.index(after: $0) } ?? text.startIndex
      return Completer(
        session: session, machine: machine, commands: PromptCommand.all,
        block: piece + text[..<start]
      ).complete(String(text[start...]))
    }
  }

  /// Runs until the person leaves; gives the exit code.
  func run() -> Int32 {
    while status == nil {
      watcher.reloadChanged()
      switch source.read(prompt: piece.isEmpty ? "> " : "… ", watcher) {
      case .line(let line): take(line)
      case .interrupted: abandonPiece()
      case .end:
        if piece.isEmpty { return ExitCode.success }
        // What was begun cannot become complete any more: say what is missing.
        showWhatIsMissing(in: piece)
        abandonPiece()
        if source is PlainLines { return ExitCode.success }
      }
    }
    return status ?? ExitCode.success
  }

  // MARK: Reading

  /// Takes what was typed: a line, or several that were pasted or are from the history.
  private func take(_ text: String) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
    wasInterrupted = false
    while let line = lines.popFirst(), status == nil {
      if piece.isEmpty {
        let words = line.trimmingSpaces()
        if words.isEmpty { continue }
        if let command = command(in: words) {
          source.remember(line)
          obey(command.name, command.argument)
          takeInterrupt()
          if wasInterrupted { break }
          continue
        }
      }
      piece += line + "\n"
      // A block is one piece; it ends before a command, if it can end there.
      while let next = lines.first, !isCommand(next) || session.isIncomplete(piece) {
        piece += next + "\n"
        lines.removeFirst()
      }
      evaluate(piece)
      if wasInterrupted { break }
    }
    if wasInterrupted, let news = source.leaveOut(lines) { complain(news) }
  }

  private func isCommand(_ line: String) -> Bool {
    guard let (name, _) = command(in: line.trimmingSpaces()) else { return false }
    return PromptCommand.all.contains { $0.name == name }
  }

  /// Drops what was begun; it can be recalled.
  private func abandonPiece() {
    if !piece.isEmpty { source.remember(piece.trimmingLineEnds()) }
    piece = ""
  }

  /// The command that a line is; nil when it is code.
  private func command(in line: String) -> (name: String, argument: String)? {
    switch line {
    case "quit", "exit", "help":
      // Unless the program has a variable of that name.
      if session.variables(showing: ShownValue.Limits(items: 0, textLength: 0))
        .contains(where: { $0.name == line })
      {
        return nil
      }
      return (line == "help" ? "help" : "quit", "")
    default: break
    }
    if line.hasPrefix(":") { return Prompt.split(line.dropFirst()) }
    if line.hasPrefix("reload ") {
      let argument = String(line.dropFirst(7)).trimmingSpaces()
      return Prompt.names(in: argument).allSatisfy(Prompt.isPath) ? ("reload", argument) : nil
    }
    if line.hasSuffix("?"), Prompt.isPath(line.dropLast()) {
      return ("doc", String(line.dropLast()))
    }
    if line.hasPrefix("?"), Prompt.isPath(line.dropFirst()) {
      return ("doc", String(line.dropFirst()))
    }
    return nil
  }

  private static func split(_ text: Substring) -> (name: String, argument: String) {
    let name = text.prefix { $0 != " " && $0 != "\t" }
    return (String(name), String(text.dropFirst(name.count)).trimmingSpaces())
  }

  /// What stands before the last dot of a name, and behind it.
  private static func splitName(_ name: String) -> (package: String, last: String) {
    guard let dot = name.lastIndex(of: ".") else { return ("", name) }
    return (String(name[..<dot]), String(name[name.index(after: dot)...]))
  }

  /// What stands between spaces and commas.
  static func names(in text: String) -> [String] {
    text.split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init)
  }

  /// Whether a text is a name, or names with dots between.
  static func isPath(_ text: some StringProtocol) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return !parts.isEmpty
      && parts.allSatisfy { part in
        guard let first = part.first, first == "_" || first.isLetter else { return false }
        return part.allSatisfy { $0 == "_" || $0.isLetter || $0.isNumber }
      }
  }

  private func obey(_ name: String, _ argument: String) {
    guard let command = PromptCommand.all.first(where: { $0.name == name }) else {
      complain(unknownCommand(name))
      return
    }
    if case .none = command.argument, !argument.isEmpty {
      complain(":\(name) stands alone")
      return
    }
    switch command.body(self, argument) {
    case .goOn: break
    case .evaluate(let text): evaluate(text)
    case .leave(let code): status = code
    }
  }

  func unknownCommand(_ name: String) -> String {
    let names = PromptCommand.all.map(\.name)
    let beginning = names.filter { !name.isEmpty && $0.hasPrefix(name) }
    let near = beginning.count == 1 ? beginning[0] : Spelling.nearest(to: name, among: names)
    return "no command ':\(DisplayWidth.sanitized(name))'"
      + (near.map { "; did you mean ':\($0)'?" } ?? "; :help lists them")
  }

  // MARK: Evaluating

  /// Runs a piece and shows what it comes to; more lines may have to follow.
  private func evaluate(_ text: String) {
    if session.isIncomplete(text) {
      piece = text
      return
    }
    piece = ""
    // Before it runs: nobody knows how that ends.
    source.remember(text.trimmingLineEnds())
    let outcome = session.evaluate(text, showing: ValueLayout.limits)
    finishOutput()
    switch outcome {
    case .incomplete: break
    case .value(let value):
      transcript.append(text.trimmingLineEnds())
      if let value { show(value) }
    case .failed(let error): show(error)
    }
  }

  /// Runs a piece for a command; shows its error, and gives its value.
  func evaluate(quietly text: String) -> ShownValue?? {
    let outcome = session.evaluate(text, showing: ValueLayout.limits)
    finishOutput()
    switch outcome {
    case .incomplete:
      showWhatIsMissing(in: text)
      return nil
    case .value(let value):
      return .some(value)
    case .failed(let error):
      show(error)
      return nil
    }
  }

  /// Begins a line behind what a program has written.
  func finishOutput() {
    takeInterrupt(isAtLineStart: machine.finishOutputLine())
  }

  /// Takes Ctrl-C, when it was pressed, from what has just ended: that has noticed it, or was done before.
  private func takeInterrupt(isAtLineStart: Bool = false) {
    if !InterruptSignal.takeInterrupt() { return }
    wasInterrupted = true
    // The terminal shows it as ^C.
    if source is ReadlineLines && !isAtLineStart { Console.show("") }
  }

  /// Says what is missing in a text that ends too early.
  private func showWhatIsMissing(in text: String) {
    do throws(LangError) {
      try machine.check(Array(text.utf8), name: "<input>")
    } catch {
      show(error)
    }
  }

  // MARK: Showing

  /// Shows lines, up to where Ctrl-C is pressed.
  func show(lines: some Sequence<String>) {
    for line in lines where !InterruptSignal.wasPressed { Console.show(line) }
  }

  /// Shows a text that may be long and have anything in it, up to where Ctrl-C is pressed.
  func show(text: [UInt8]) {
    var rest = text[...]
    while !rest.isEmpty && !InterruptSignal.wasPressed {
      // No scalar is cut in two.
      let end = rest.dropFirst(1 << 16).firstIndex { $0 & 0xC0 != 0x80 } ?? rest.endIndex
      let piece = String(decoding: rest[..<end], as: UTF8.self)
      Console.show(DisplayWidth.sanitized(piece), terminator: "")
      rest = rest[end...]
    }
  }

  func show(_ value: ShownValue) {
    Console.show(ValueLayout(width: Console.size.columns, style: style).render(value))
  }

  /// Shows an error; `exit` leaves.
  func show(_ error: LangError) {
    Console.error(error)
    if case .exit(let code, _) = error { status = code }
  }

  /// Says what is wrong with a command.
  func complain(_ message: String) { Console.error(Style.error.red("lang: ") + message) }

  /// The module that an argument names: a module's name, or a variable that holds one.
  ///
  /// Says what is wrong when there is none. Loads nothing.
  func module(_ argument: String, for command: String) -> ModuleSummary? {
    if argument.isEmpty {
      complain(":\(command) needs the name of a module")
      return nil
    }
    if let name = session.moduleName(at: argument.split(separator: ".").map(String.init)),
      let module = machine.module(named: name)
    {
      return module
    }
    if let module = machine.module(named: argument), module.state != .unused { return module }
    let (package, last) = Prompt.splitName(argument)
    if machine.importableModules(in: package).contains(last) {
      complain("module '\(argument)' is there, and was not imported: 'import \(argument)' binds it")
      return nil
    }
    let names = machine.modules.filter { $0.state != .unused }.map(\.name)
    let near = Spelling.nearest(to: argument, among: names)
    complain(
      "no module '\(DisplayWidth.sanitized(argument))' was imported"
        + (near.map { "; did you mean '\($0)'?" } ?? "; :modules lists them"))
    return nil
  }
}

extension String {
  /// The text without line ends behind it.
  func trimmingLineEnds() -> String {
    var text = self
    while text.last == "\n" { text.removeLast() }
    return text
  }

  /// The text without spaces at its ends.
  func trimmingSpaces() -> String { self[...].trimmingSpaces() }
}
