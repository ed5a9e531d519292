import Glibc
import LangRuntime

/// One attempt at a lesson: a fresh machine, a fresh folder, and what came of it so far.
final class LessonAttempt {
  let lesson: Lesson
  let folder: LessonFolder
  private let machine: Machine
  private let session: MachineSession
  private let watch: StepWatch
  /// What happened so far.
  private(set) var record = LessonRecord()
  /// The positions of the goals that were reached.
  private(set) var reached: Set<Int> = []
  /// How many of the changes of the lesson were made.
  private(set) var changeCount = 0
  /// How many hints were given.
  var hintCount = 0
  /// The goals of which the learner was told that they are out of reach.
  var lostGoalsTold: Set<Int> = []
  /// Whether Ctrl-C was pressed while the last piece of code was run.
  private(set) var wasInterrupted = false
  /// The lines of the piece of code that is being typed.
  var piece = ""
  private var pendingBefore: Set<String> = []
  private let previousFolder: String

  /// Makes the folder and the machine, and goes into the folder, so that its paths are short.
  ///
  /// What happens to modules is told as it happens, between what the code prints.
  init(_ lesson: Lesson) throws(LessonFailure) {
    self.lesson = lesson
    folder = try LessonFolder()
    previousFolder = SourceFile.absolutePath(".")
    chdir(folder.path)
    machine = Machine(output: folder.writer, modulePath: [folder.path])
    session = MachineSession(machine)
    watch = StepWatch()
    machine.programsMayExtendPath = true
    machine.programsMayUseSystem = true
    if getenv("LANG_GC_STRESS") != nil { machine.isCollectorStressed = true }
    machine.describesPatches = true
    machine.onModuleStep = { [watch] in watch.note($0) }
    InterruptSignal.connect(machine)
    LessonSignals.connect(removing: folder.path)
    do throws(LessonFailure) {
      try folder.write(lesson.files)
    } catch {
      end()
      throw error
    }
  }

  /// Leaves the folder and removes it.
  func end() {
    chdir(previousFolder)
    LessonSignals.disconnect()
    folder.remove()
  }

  // MARK: What the learner does

  /// What came of a piece of code.
  enum Result {
    /// More must follow.
    case incomplete
    /// It ran, or did not; what to show of it.
    case done(shown: String?)
    /// It called `exit`.
    case exit
  }

  /// Runs what the learner typed, if it is complete.
  func evaluatePiece() -> Result {
    begin()
    let outcome = session.evaluate(piece, showing: ValueLayout.limits)
    machine.finishOutputLine()
    let hasRun = if case .incomplete = outcome { false } else { true }
    // What has run has had the interruption, or has ended just before.
    wasInterrupted = hasRun && InterruptSignal.takeInterrupt()
    switch outcome {
    case .incomplete: return .incomplete
    case .value(let shown):
      // The last value would be a holder that the learner did not choose.
      if shown != nil { _ = session.evaluate("_ = nil") }
      note(piece, .value)
      let layout = ValueLayout(width: Console.size.columns, style: .output)
      return .done(shown: shown.map { folder.hidden(layout.render($0)) })
    case .failed(.exit): return .exit
    case .failed(.syntax(let failure)):
      let message = failure.diagnostics.first?.message ?? ""
      note(piece, .error("SyntaxError", message))
      return .done(shown: shown(failure.rendered(usesColors: Style.output.usesColors)))
    case .failed(.runtime(let failure)):
      note(piece, .error(failure.className, failure.message))
      return .done(shown: shown(failure.rendered(usesColors: Style.output.usesColors)))
    }
  }

  /// Makes the next change to the files; nil when there is none left.
  func change() throws(LessonFailure) -> LessonChange? {
    guard changeCount < lesson.changes.count else { return nil }
    let change = lesson.changes[changeCount]
    begin()
    try folder.write(change.files)
    changeCount += 1
    note("change", .changed)
    return change
  }

  /// Checks all files, as `lang check` does; gives what it says.
  func check() -> String {
    begin()
    let files = lesson.files.contains { $0.path == "main.l" } ? "main.l" : "."
    do throws(ProgramError) {
      let graph = try Machine().programGraph(of: .file(files))
      let problems = graph.modules.reduce(0) { $0 + $1.problems.count }
      note("check", .checked(problems))
      let checked = "checked \(counted(graph.modules.count { $0.isSource }, "module")): "
      if problems == 0 { return checked + "no problems" }
      let usesColors = Style.output.usesColors
      let reports = graph.failures.map { $0.rendered(usesColors: usesColors) + "\n" }.joined()
      return folder.hidden(reports) + checked + counted(problems, "problem")
    } catch {
      return "the files cannot be checked"
    }
  }

  /// A file of the lesson as it is now.
  func text(of file: LessonFile) -> String {
    let path = "\(folder.path)/\(file.path)"
    if file.archive == nil, case .success(let bytes) = SourceFile.read(path) {
      return String(decoding: bytes, as: UTF8.self)
    }
    let changed = lesson.changes.prefix(changeCount).reversed().lazy.flatMap(\.files)
    return changed.first { $0.path == file.path }?.text ?? file.text
  }

  /// What can stand at the end of a text, which may have several lines.
  func complete(_ text: String) -> Completion {
    let start = text.lastIndex(of: "\n").map { text.index(after: $0) } ?? text.startIndex
    let block = piece + text[..<start]
    return Completer(session: session, machine: machine, commands: [], block: block)
      .complete(String(text[start...]))
  }

  // MARK: What came of it

  /// Looks which goals are reached now; gives the positions of those that were not before.
  func tick() -> [Int] {
    let new = lesson.goals.indices.filter {
      !reached.contains($0) && lesson.goals[$0].isReached(record)
    }
    reached.formUnion(new)
    return new
  }

  /// Whether every goal was reached.
  var isComplete: Bool { reached.count == lesson.goals.count }

  /// The goals that only a new start can reach, since their module is loaded already.
  var lostGoals: [Int] {
    lesson.goals.indices.filter { position in
      guard !reached.contains(position), let module = lesson.goals[position].pendingModule else {
        return false
      }
      return record.state(module) == .loaded
    }
  }

  private func begin() {
    watch.steps = []
    pendingBefore = pending
  }

  private var pending: Set<String> {
    Set(machine.modules.lazy.filter { $0.state == .pending }.map(\.name))
  }

  private func note(_ input: String, _ outcome: LessonRecord.Outcome) {
    machine.finishOutputLine()
    record.lines.append(
      LessonRecord.Line(
        input: input, outcome: outcome, steps: watch.steps,
        stayedPending: pendingBefore.intersection(pending), mentioned: modules(mentionedIn: input)))
    record.modules = machine.modules
    for name in lesson.modules {
      record.holders[name] = machine.references(toModule: name) ?? []
      record.unresolvedNames[name] = machine.unresolvedNames(fromModule: name)
    }
    for name in lesson.answers {
      if case .string(let text) = machine.variable(name) { record.texts[name] = text }
    }
    record.reportsLoads = machine.reportLevel > 0
  }

  /// The modules of the lesson that a piece of code names.
  private func modules(mentionedIn text: String) -> Set<String> {
    let words = Set(
      text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
    return Set(
      lesson.modules.filter { module in
        let variables = (machine.references(toModule: module) ?? []).compactMap { holder in
          let parts = holder.split(separator: " ")
          return parts.first == "variable" && parts.count > 1 ? String(parts[1]) : nil
        }
        return !words.isDisjoint(with: variables + [module])
      })
  }

  /// A report without the end of its last line.
  private func shown(_ report: String) -> String {
    folder.hidden(inReport: report.hasSuffix("\n") ? String(report.dropLast()) : report)
  }
}

/// Tells the steps of a machine as they happen, and keeps them.
private final class StepWatch {
  var steps: [ModuleStep] = []
  private var lines = TraceLines(style: .output)

  func note(_ step: ModuleStep) {
    steps.append(step)
    Console.show("  \(lines.line(step))")
  }
}
