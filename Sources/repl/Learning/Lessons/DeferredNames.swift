extension Lesson {
  /// Lesson 4: from-imports.
  static let deferredNames = Lesson(
    name: "names",
    title: "Can a single name be lazy?",
    introduction: """
      'from numbers import lucky' cannot hand out a module's proxy: it wants a
      value that does not exist yet. What does the name hold, and when does
      numbers.l run? Put the name into a list before you use it.

      And what if the module has no such name, as in
      'from numbers import luckey'?
      """,
    files: [
      LessonFile(
        "numbers.l",
        """
        # numbers.l
        print("numbers.l runs")
        let lucky = 7
        fn square(n) => n * n

        """)
    ],
    modules: ["numbers"],
    goals: [
      LessonGoal(
        "Take lucky from numbers and put it into a list, with nothing loaded.",
        whilePending: "numbers"
      ) { record in
        let names = record.unresolvedNames["numbers"] ?? []
        return record.arePending("numbers")
          && names.contains { $0.name == "lucky" && $0.holders.count >= 2 }
      },
      LessonGoal("Use it: each place gets the value.") {
        $0.steps.contains {
          $0.kind == .patched && $0.module == "numbers" && $0.name == "lucky" && $0.patched >= 2
        }
      },
      LessonGoal("Import a name that numbers does not have, and see when that fails.") {
        $0.failed("ImportError", "cannot import name")
      },
    ],
    hints: [
      "Storing a name is no use of it: let kept = [lucky].",
      "Any operator is a use, and so is printing: lucky + 1.",
      "The import of a wrong name goes well. Use the name.",
    ],
    solution: [
      "from numbers import lucky, square", "let kept = [lucky]", "lucky + 1", "kept",
      "square(lucky)", "from numbers import luckey", "luckey",
    ],
    conclusion: """
      The name holds a deferred name: a stand-in for a value. It can be stored
      and passed on, and each of its places is patched as a proxy's are. But it
      is used sooner. Nothing is known of it, not even its type, so any use
      resolves it: an operator, a call, print, type, is, if. Each name
      resolves alone.

      A name that is missing is noticed at the use, for nobody can know before
      the module has run. So the error says where the import stands.
      """,
    elsewhere: """
      PEP 810 has this too, as 'lazy from numbers import lucky'. LazyLoader,
      demandimport and 'import defer' have lazy modules only.
      """)
}
