import Glibc
import LangRuntime

/// Holds the course: asks, runs what the learner types, says what it did, and ticks off goals.
struct LessonRunner {
  private var page = LessonPage()
  private var progress: Progress
  private var source: LineSource?
  private let current = CurrentAttempt()

  init(progress: Progress) {
    // A reader that goes away is noticed at the next write.
    signal(SIGPIPE, SIG_IGN)
    self.progress = progress
  }

  /// Lists the lessons, with those that were finished ticked off.
  mutating func list() -> Int32 {
    for (position, lesson) in Lesson.all.enumerated() {
      let mark =
        progress.done.contains(lesson.name) ? "✓" : progress.current == lesson.name ? "·" : " "
      let number = position + 1 < 10 ? " \(position + 1)" : "\(position + 1)"
      page.write("\(mark) \(number)  \(lesson.title)")
    }
    return ExitCode.success
  }

  /// What comes after a lesson.
  private enum Direction {
    case again
    case next
    case back
    case quit
  }

  /// Begins with a lesson, or where the learner left; goes on until they have enough.
  mutating func run(from start: Int?) -> Int32 {
    let resumed = Lesson.all.firstIndex { $0.name == progress.current }
    var position = start ?? resumed ?? 0
    openSource()
    if start == nil, resumed == nil {
      page.write(
        """
        Lazy imports, a course of \(Lesson.all.count) lessons. Type code of the language and see what
        it does to modules. 'help' lists what else you can type; 'quit' leaves, and
        'lang learn' goes on from there.
        """)
    }
    while page.isOpen {
      let direction: Direction
      do throws(LessonFailure) {
        direction = try hold(position)
      } catch {
        Console.error("lang: \(error.reason)")
        return ExitCode.cannotBeRead
      }
      switch direction {
      case .again: break
      case .next: position += 1
      case .back: position = max(0, position - 1)
      case .quit:
        if let reason = progress.failure {
          page.write("How far you have come could not be kept: \(reason).")
        }
        return page.isOpen ? ExitCode.success : ExitCode.brokenPipe
      }
      if position == Lesson.all.count {
        let count = Lesson.all.count { progress.done.contains($0.name) }
        page.write(
          """

          That was the last lesson; \(count) of \(Lesson.all.count) are ticked off. docs/lazy-imports.md has the
          course as text, with a comparison of eight systems, docs/modules.md every
          rule. 'lang learn 1' begins again.
          """)
        return ExitCode.success
      }
    }
    return ExitCode.brokenPipe
  }

  /// At a terminal lines are edited, and names completed; otherwise they are taken as they come.
  private mutating func openSource() {
    InterruptSignal.beginPrompt()
    if isatty(0) == 1 && isatty(1) == 1 {
      source = ReadlineLines(history: History(path: nil)) { [current] text in
        current.attempt?.complete(text) ?? .words([], ending: "")
      }
    } else {
      source = PlainLines()
    }
  }

  /// Holds one lesson.
  private mutating func hold(_ position: Int) throws(LessonFailure) -> Direction {
    let attempt = try LessonAttempt(Lesson.all[position])
    current.attempt = attempt
    defer {
      current.attempt = nil
      attempt.end()
    }
    progress.begin(attempt.lesson)
    page.write("")
    page.title("Lesson \(position + 1) of \(Lesson.all.count): \(attempt.lesson.title)")
    page.write("\n\(attempt.lesson.introduction)\n")
    showFiles(of: attempt)
    showGoals(of: attempt)
    var shownState = ""
    // Lines that were pasted behind the one that is taken.
    var waiting: [String] = []
    while page.isOpen {
      if waiting.isEmpty {
        let prompt = attempt.piece.isEmpty ? "\(position + 1)> " : "\(position + 1)… "
        switch source?.read(prompt: prompt, nil) ?? .end {
        case .interrupted:
          if !attempt.piece.isEmpty { source?.remember(attempt.piece.trimmingLineEnds()) }
          attempt.piece = ""
        case .end: return .quit
        case .line(let typed):
          waiting = typed.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }
        continue
      }
      let line = waiting.removeFirst()
      if attempt.piece.isEmpty {
        if line.allSatisfy(\.isWhitespace) { continue }
        if let command = LessonCommand(line: line) {
          source?.remember(line)
          if let direction = try obey(command, attempt) { return direction }
          if command == .change || command == .check { tell(attempt, position, &shownState) }
          continue
        }
      }
      attempt.piece += line + "\n"
      let result = attempt.evaluatePiece()
      // The terminal shows it as ^C.
      if attempt.wasInterrupted && source is ReadlineLines { page.write("") }
      switch result {
      case .incomplete: continue
      case .exit: return .quit
      case .done(let shown):
        source?.remember(String(attempt.piece.dropLast()))
        if let shown { page.write(shown) }
      }
      attempt.piece = ""
      tell(attempt, position, &shownState)
      if attempt.wasInterrupted {
        if let news = source?.leaveOut(waiting) { page.write(news) }
        waiting = []
      }
    }
    return .quit
  }

  /// Does what a command says; gives where to go then, nil to stay.
  private mutating func obey(
    _ command: LessonCommand, _ attempt: LessonAttempt
  ) throws(LessonFailure) -> Direction? {
    switch command {
    case .help:
      for command in LessonCommand.allCases {
        let word = command.rawValue
        page.write("  \(word)\(String(repeating: " ", count: 8 - word.count))\(command.summary)")
      }
      page.write("Everything else is code. '…' stands for the folder of the lesson:")
      page.write(attempt.folder.path)
    case .task:
      page.write("\n\(attempt.lesson.introduction)\n")
      showGoals(of: attempt)
    case .hint: showHint(of: attempt)
    case .show:
      page.write("One way; other code that reaches the goals does as well:")
      for line in attempt.lesson.solution { page.write("    " + line) }
    case .state: page.aside(attempt.record.stateText(of: attempt.lesson.modules))
    case .files: showFiles(of: attempt)
    case .change:
      guard let change = try attempt.change() else {
        page.write(
          attempt.lesson.changes.isEmpty
            ? "This lesson changes no file." : "Every change of this lesson was made.")
        return nil
      }
      page.write("Changed: \(change.summary).")
      for file in change.files { show(file, as: file.text) }
    case .check: page.write(attempt.check())
    case .again: return .again
    case .next: return .next
    case .back: return .back
    case .quit: return .quit
    }
    return nil
  }

  /// Says what the last line did, which goals it reached, and how the modules stand if that is new.
  private mutating func tell(
    _ attempt: LessonAttempt, _ position: Int, _ shownState: inout String
  ) {
    let wasComplete = attempt.isComplete
    let lostBefore = attempt.lostGoalsTold
    for goal in attempt.tick() {
      page.success("  ✓ goal \(goal + 1): \(attempt.lesson.goals[goal].text)")
    }
    let state = attempt.record.stateText(of: attempt.lesson.modules)
    if state != shownState {
      page.aside(state)
      shownState = state
    }
    for goal in attempt.lostGoals where !lostBefore.contains(goal) {
      let module = attempt.lesson.goals[goal].pendingModule ?? ""
      page.write("  goal \(goal + 1) needs \(module) not to be loaded: 'again' starts over")
    }
    attempt.lostGoalsTold.formUnion(attempt.lostGoals)
    if attempt.isComplete && !wasComplete {
      progress.finish(attempt.lesson)
      page.write("\n\(attempt.lesson.conclusion)\n")
      page.write("Elsewhere:\n\(attempt.lesson.elsewhere)\n")
      let next = position + 1
      page.write(
        next < Lesson.all.count
          ? "'next' goes on: \(Lesson.all[next].title)" : "That was the last one; 'next' ends.")
    }
  }

  private mutating func showGoals(of attempt: LessonAttempt) {
    page.write("Goals:")
    for (position, goal) in attempt.lesson.goals.enumerated() {
      let mark = attempt.reached.contains(position) ? "✓" : " "
      page.write("  \(mark) \(position + 1)  \(goal.text)")
    }
  }

  private mutating func showHint(of attempt: LessonAttempt) {
    let hints = attempt.lesson.hints
    if attempt.hintCount == hints.count {
      page.write("There are no more hints; 'show' shows lines that reach the goals.")
      return
    }
    page.write(hints[attempt.hintCount])
    attempt.hintCount += 1
  }

  private mutating func showFiles(of attempt: LessonAttempt) {
    for file in attempt.lesson.files { show(file, as: attempt.text(of: file)) }
  }

  /// Shows a file, set off from the rest by a line at its side.
  private mutating func show(_ file: LessonFile, as text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    // The text names its file itself where its language has comments.
    if !(lines.first?.hasPrefix("# ") ?? false) { page.write("  │ (\(file.path))") }
    for line in lines { page.write("  │ \(line)") }
    page.write("")
  }
}

/// The attempt that is going on: what completion asks.
private final class CurrentAttempt {
  var attempt: LessonAttempt?
}
