import ArgumentParser

/// `lang learn`: the course on lazy imports in the terminal.
struct LearnCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "learn",
    abstract: "A course on lazy imports: questions, real modules, and what your code does to them.",
    discussion: """
      lang learn          begins, or goes on where you left
      lang learn 4        a lesson by its number
      lang learn --list   the lessons, with those that you finished

      How far you have come is kept in the file that LANG_PROGRESS names, else in \
      $XDG_STATE_HOME/lang/progress, else in ~/.local/state/lang/progress.
      """)

  @Flag(help: "List the lessons.")
  var list = false

  @Argument(help: ArgumentHelp("The number of a lesson.", valueName: "lesson"))
  var number: Int?

  func validate() throws {
    guard let number else { return }
    if !Lesson.all.indices.contains(number - 1) {
      throw ValidationError("There are lessons 1 to \(Lesson.all.count).")
    }
  }

  func run() throws {
    var runner = LessonRunner(progress: Progress())
    throw ExitStatus(code: list ? runner.list() : runner.run(from: number.map { $0 - 1 }))
  }
}
