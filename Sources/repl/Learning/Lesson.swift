import LangRuntime

/// One lesson of the course: a question, modules to answer it with, and what the learner is to reach.
///
/// A lesson is text and conditions; `LessonRunner` holds the conversation. Its page is the section
/// of the same number in `docs/lazy-imports.md`.
struct Lesson: Sendable {
  /// What progress is kept under; never changed.
  let name: String
  /// The question, as the page asks it.
  let title: String
  /// What is known before, and what is asked.
  ///
  /// Lines have at most 78 columns, as in all texts here.
  let introduction: String
  /// The files that are there at the beginning.
  let files: [LessonFile]
  /// What the command `change` writes, one after the other.
  let changes: [LessonChange]
  /// The modules whose state is shown, in this order.
  let modules: [String]
  /// Variables in which the learner answers a question.
  let answers: [String]
  /// What to reach.
  let goals: [LessonGoal]
  /// Each says more than the one before.
  let hints: [String]
  /// Lines and commands that reach every goal.
  let solution: [String]
  /// Why it is so, when every goal is reached.
  let conclusion: String
  /// What other systems do at this point.
  let elsewhere: String

  init(
    name: String, title: String, introduction: String, files: [LessonFile],
    changes: [LessonChange] = [], modules: [String], answers: [String] = [],
    goals: [LessonGoal], hints: [String],
    solution: [String], conclusion: String, elsewhere: String
  ) {
    self.name = name
    self.title = title
    self.introduction = introduction
    self.files = files
    self.changes = changes
    self.modules = modules
    self.answers = answers
    self.goals = goals
    self.hints = hints
    self.solution = solution
    self.conclusion = conclusion
    self.elsewhere = elsewhere
  }

  /// The course, in its order.
  static let all: [Lesson] = [
    .whatImportDoes, .whatLoads, .standIns, .deferredNames, .packages, .cycles, .failingLoads,
    .reloading, .archives, .takingControl, .seeing, .checking,
  ]
}

/// A file of a lesson.
struct LessonFile: Sendable {
  /// Its path in the folder of the lesson; through an archive when a part of it ends in `.zip`.
  let path: String
  let text: String

  init(_ path: String, _ text: String) {
    self.path = path
    self.text = text
  }
}

/// What `change` does to the files, as the learner could in an editor.
struct LessonChange: Sendable {
  /// What it is, in a few words.
  let summary: String
  /// The files as they are then; of an archive all of its members.
  let files: [LessonFile]

  init(_ summary: String, _ files: [LessonFile]) {
    self.summary = summary
    self.files = files
  }
}

/// Something to reach: whatever code brings it about counts.
struct LessonGoal: Sendable {
  /// What to do, as an order.
  let text: String
  /// A module that must not be loaded before this goal is reached; then only a new start helps.
  let pendingModule: String?
  /// Whether what happened so far reaches it.
  let isReached: @Sendable (LessonRecord) -> Bool

  init(
    _ text: String, whilePending module: String? = nil,
    isReached: @escaping @Sendable (LessonRecord) -> Bool
  ) {
    self.text = text
    pendingModule = module
    self.isReached = isReached
  }
}
