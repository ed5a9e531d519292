import Glibc
import LangRuntime

/// How far a learner has come: a small file of text.
///
/// A home that cannot be read or written is no error; then nothing is kept.
struct Progress {
  /// Where it is kept; nil when there is no home.
  let path: String?
  /// The names of the lessons of which every goal was reached.
  private(set) var done: Set<String> = []
  /// The name of the lesson that was begun last.
  private(set) var current: String?
  /// Why it could not be written the last time.
  private(set) var failure: String?

  /// Reads what was kept.
  init(path: String? = Progress.defaultPath) {
    self.path = path
    guard let path, case .success(let bytes) = SourceFile.read(path) else { return }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2 else { continue }
      if words[0] == "done" { done.insert(String(words[1])) }
      if words[0] == "at" { current = String(words[1]) }
    }
  }

  /// `LANG_PROGRESS`, or `lang/progress` where programs keep their state.
  static var defaultPath: String? {
    if let path = environment("LANG_PROGRESS") { return path }
    if let folder = environment("XDG_STATE_HOME") { return "\(folder)/lang/progress" }
    return environment("HOME").map { "\($0)/.local/state/lang/progress" }
  }

  private static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value[0] != 0 else { return nil }
    return String(cString: value)
  }

  /// The lesson was begun.
  mutating func begin(_ lesson: Lesson) {
    if current == lesson.name { return }
    current = lesson.name
    write()
  }

  /// Every goal of the lesson was reached.
  mutating func finish(_ lesson: Lesson) {
    if done.insert(lesson.name).inserted { write() }
  }

  private mutating func write() {
    guard let path else {
      failure = "there is no home folder"
      return
    }
    var text = "# how far 'lang learn' has come\n"
    if let current { text += "at \(current)\n" }
    for name in done.sorted() { text += "done \(name)\n" }
    failure =
      LessonFolder.make(SourceFile.folder(of: path))
      ?? SourceFile.write(Array(text.utf8), to: path)
  }
}
