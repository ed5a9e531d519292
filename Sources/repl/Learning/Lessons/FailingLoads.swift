extension Lesson {
  /// Lesson 7: a load that fails leaves nothing behind and is tried again.
  static let failingLoads = Lesson(
    name: "failures",
    title: "What is left of a module that failed?",
    introduction: """
      The import succeeds, and then the module throws in the middle of its
      body. What is 'report' after that? Is it broken for the rest of the
      program? Keep it in a second place before you use it, and look at both
      afterwards.

      Then mend report.l, in another window or with 'change', and use it again
      without a new import.
      """,
    files: [
      LessonFile(
        "report.l",
        """
        # report.l
        print("report.l begins")
        let pages = 10
        let per_reader = pages / 0
        print("report.l ends")

        """)
    ],
    changes: [
      LessonChange(
        "report.l divides by 2",
        [
          LessonFile(
            "report.l",
            """
            # report.l, mended
            print("report.l begins")
            let pages = 10
            let per_reader = pages / 2
            print("report.l ends")

            """)
        ])
    ],
    modules: ["report"],
    goals: [
      LessonGoal("Use report and see it fail.") { $0.has(.failed, "report") },
      LessonGoal("Mend it, and load it through the same proxy.") { record in
        guard let failure = record.first({ $0.kind == .failed && $0.module == "report" }) else {
          return false
        }
        return record.steps[failure...].contains { $0.kind == .loaded && $0.module == "report" }
      },
      LessonGoal("Two places held the proxy, and both got the module.") {
        $0.steps.contains { $0.kind == .patched && $0.module == "report" && $0.patched >= 2 }
      },
    ],
    hints: [
      "import report, then let kept = [report], then report.pages.",
      "Type 'report' after the error. It is what it was before.",
      "After 'change', the very same report.per_reader works.",
    ],
    solution: [
      "import report", "let kept = [report]", "report.pages", "report", "change",
      "report.per_reader", "kept",
    ],
    conclusion: """
      It is pending, as if nothing had happened. Nothing half-built is kept:
      'pages' had a value already, and it is gone with the rest. The error
      keeps its own class, and notes say which module was loading, where it
      was used and where it was imported. The next use tries again, with the
      source as it is then.
      """,
    elsewhere: """
      A failed lazy import of PEP 810 stays lazy too, and the next use tries
      again. LazyLoader keeps the half-filled module and does not run it again:
      what comes after the error is simply missing. 'import defer'
      remembers the error and throws it at each use.
      """)
}
