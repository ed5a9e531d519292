extension Lesson {
  /// Lesson 12: what laziness hides, and how it is found without running anything.
  static let checking = Lesson(
    name: "checking",
    title: "How is a broken import found that nobody runs?",
    introduction: """
      Laziness has a price: a mistake in a module that is seldom used is noticed
      late. Here is one. export can be loaded, and nothing is wrong, until
      somebody wants a PDF.

      Load export. Then find the mistake without running anything: in a shell
      you would say 'lang check main.l'; here the command is 'check'. Mend it, in
      another window or with 'change', and check again.
      """,
    files: [
      LessonFile(
        "main.l",
        """
        # main.l
        import export
        let wants_pdf = false
        print(wants_pdf ? export.pdf("hello") : "hello")

        """),
      LessonFile(
        "export.l",
        """
        # export.l
        from text_tools import wrapp
        fn pdf(text) => wrapp(text, 72)

        """),
      LessonFile(
        "text_tools.l",
        """
        # text_tools.l
        fn wrap(text, width) => text[..width]

        """),
    ],
    changes: [
      LessonChange(
        "export.l takes the right name",
        [
          LessonFile(
            "export.l",
            """
            # export.l, mended
            from text_tools import wrap
            fn pdf(text) => wrap(text, 72)

            """)
        ])
    ],
    modules: ["export", "text_tools"],
    goals: [
      LessonGoal("Load export without an error.") { $0.has(.loaded, "export") },
      LessonGoal("Find the mistake without running anything.") { record in
        record.lines.contains {
          if case .checked(let problems) = $0.outcome { return problems > 0 }
          return false
        }
      },
      LessonGoal("Mend it, and check again.") { record in
        let counts = record.lines.compactMap { line -> Int? in
          if case .checked(let problems) = line.outcome { return problems }
          return nil
        }
        guard let found = counts.firstIndex(where: { $0 > 0 }) else { return false }
        return counts[found...].contains(0)
      },
    ],
    hints: [
      "import export, then export.pdf. The wrong name is not used yet.",
      "Type 'check'. It reads main.l and all that it can reach.",
      "Type 'change', then 'check' again.",
    ],
    solution: ["import export", "export.pdf", "check", "change", "check"],
    conclusion: """
      'lang check' reads a program and every module that it can reach, wherever
      the import stands, and runs nothing. It knows which names each module
      has, so it finds what an eager import would have found, and more. In
      front of the tests it makes sure that laziness hides nothing.
      """,
    elsewhere: """
      With 'import defer' a missing file or export is an error before anything
      runs, because the modules are linked first. For Python linters and type
      checkers find missing names; lazy_loader has EAGER_IMPORT, which makes a
      test run load everything.
      """)
}
