extension Lesson {
  /// Lesson 6: modules that need each other.
  static let cycles = Lesson(
    name: "cycles",
    title: "May two modules import each other?",
    introduction: """
      hen imports egg, and egg imports hen. The imports run nothing, so they do
      no harm. But here each wants a value of the other while its own body
      runs. Use hen, and read what the error says.

      Then mend it: one of the two values has to wait. Edit egg.l in another
      window so that it needs hen only inside of a function, or let 'change'
      do it. 'import egg' again is not needed.
      """,
    files: [
      LessonFile(
        "hen.l",
        """
        # hen.l
        import egg
        let age = egg.age + 1

        """),
      LessonFile(
        "egg.l",
        """
        # egg.l
        import hen
        let age = hen.age - 1

        """),
    ],
    changes: [
      LessonChange(
        "egg.l needs hen only inside of a function",
        [
          LessonFile(
            "egg.l",
            """
            # egg.l, mended
            import hen
            let age = 0
            fn mother() => f"a hen of {hen.age}"

            """)
        ])
    ],
    modules: ["hen", "egg"],
    goals: [
      LessonGoal("Use one of them and see the cycle in the error.") { record in
        record.steps.contains {
          $0.kind == .failed && $0.error?.contains("still loading") ?? false
        }
      },
      LessonGoal("Mend it, and load both.") { record in
        record.areLoaded("hen", "egg") && record.steps.contains { $0.kind == .failed }
      },
    ],
    hints: [
      "import hen, then hen.age.",
      "The error spells the cycle: hen → egg → hen, with the line of each step.",
      "Type 'change', then hen.age again: a module that failed is tried anew.",
    ],
    solution: ["import hen", "hen.age", "change", "hen.age", "import egg", "egg.mother()"],
    conclusion: """
      An import runs nothing, so a cycle is no problem where each needs the
      other only inside of functions: by the time that they are called both
      are there. Where both need a value at once no order could go well. A
      module that is loading answers with what it has so far, and a name that
      it lacks yet is an error that spells the cycle.
      """,
    elsewhere: """
      Laziness mends the same cycles everywhere: those where nobody needs a
      value at once. Of the others Python says 'partially initialized module';
      JavaScript throws a ReferenceError for a binding before its
      initialisation.
      """)
}
