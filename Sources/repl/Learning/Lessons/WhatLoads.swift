extension Lesson {
  /// Lesson 2: what needs the inside of a module loads it, and nothing else.
  static let whatLoads = Lesson(
    name: "use",
    title: "What loads a module?",
    introduction: """
      "The first use" is easily said. What is a use of clock? To print it, to
      compare it, to ask for its type, to use it as a key of a map? Import
      clock and try; each line tells you whether it was loaded.

      compass is there for a second question: a dot behind its name loads it.
      What else does?
      """,
    files: [
      LessonFile(
        "clock.l",
        """
        # clock.l
        print("clock.l runs")
        let noon = 12

        """),
      LessonFile(
        "compass.l",
        """
        # compass.l
        print("compass.l runs")
        let north = 0

        """),
    ],
    modules: ["clock", "compass"],
    goals: [
      LessonGoal(
        "Do three different things with clock that do not load it.", whilePending: "clock"
      ) { record in
        let mentions = record.lines.filter { line in
          guard case .value = line.outcome, line.stayedPending.contains("clock") else {
            return false
          }
          return line.mentioned.contains("clock") && !line.steps.contains { $0.kind == .bound }
        }
        return Set(mentions.map(\.input)).count >= 3
      },
      LessonGoal("Load clock.") { $0.has(.loaded, "clock") },
      LessonGoal("Load compass without a dot behind its name.", whilePending: "compass") {
        $0.steps.contains { step in
          step.kind == .loaded && step.module == "compass" && step.place != nil
            && !(step.place?.expression?.contains("compass.") ?? false)
        }
      },
    ],
    hints: [
      "Some things to try: print(clock), type(clock), clock == clock, {[clock]: 1}.",
      "A module is loaded for what is inside: an attribute, read or written.",
      "A function may ask for an attribute too: hasattr, getattr, dir.",
    ],
    solution: [
      "import clock, compass", "print(clock)", "type(clock)", "let drawer = {[clock]: \"a key\"}",
      "clock.noon", "hasattr(compass, \"south\")",
    ],
    conclusion: """
      What needs the inside of the module loads it, and that is an attribute,
      by whatever means: a dot, hasattr, getattr, setattr, dir, help. Its
      name, type, identity and place are known from the outside. Whether it
      has a 'south' is decided when its body runs.

      So a debugger, a log line or an error message may show a pending module
      without waking it.
      """,
    elsewhere: """
      With PEP 810 naming the variable is the use: print(clock) loads, and so
      does [clock]. With importlib.util.LazyLoader it is an attribute, but
      repr asks for one. With 'import defer' it is a property, unless its key
      is a symbol. In Ruby it is naming the constant.
      """)
}
