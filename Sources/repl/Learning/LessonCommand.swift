/// What can be said in a lesson besides code: a line that is one of these words alone.
enum LessonCommand: String, CaseIterable {
  case help
  case task
  case hint
  case show
  case state
  case files
  case change
  case check
  case again
  case next
  case back
  case quit

  /// Reads a line; nil when it is code.
  ///
  /// A colon may stand before the word, as in the prompt of `lang`.
  init?(line: String) {
    var word = line[...]
    while word.first == " " { word.removeFirst() }
    while word.last == " " { word.removeLast() }
    if word.first == ":" { word.removeFirst() }
    if word == "exit" { word = "quit" }
    self.init(rawValue: String(word))
  }

  /// What `help` says of it.
  var summary: String {
    switch self {
    case .help: "this list"
    case .task: "the question and the goals again"
    case .hint: "a hint; each says more than the one before"
    case .show: "lines that reach the goals"
    case .state: "the modules, and who refers to them"
    case .files: "the files of the lesson as they are now"
    case .change: "changes the files, where a lesson asks for that"
    case .check: "finds broken imports without running anything"
    case .again: "starts the lesson over"
    case .next: "goes on to the next lesson"
    case .back: "goes back to the one before"
    case .quit: "leaves; 'lang learn' goes on from here (also Ctrl-D)"
    }
  }
}
