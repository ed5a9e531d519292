extension Lesson {
  /// Lesson 11: the log, the report, and what they answer.
  static let seeing = Lesson(
    name: "seeing",
    title: "Who loaded this module?",
    introduction: """
      With eager imports the order of loading stands in the source. With lazy
      ones it depends on what the program does. Import app and call app.start().
      It gives a word, and afterwards theme is loaded. Which module needed it?

      When you know, say so with two variables: let culprit = "…", and
      let unused = "…" for the module that nobody needed.
      """,
    files: [
      LessonFile(
        "app.l",
        """
        # app.l
        import menu, theme, help
        fn start() => menu.title()

        """),
      LessonFile(
        "menu.l",
        """
        # menu.l
        import words
        fn title() => words.upper("welcome")

        """),
      LessonFile(
        "words.l",
        """
        # words.l
        import theme
        fn upper(text) => theme.loud ? text.upper() : text

        """),
      LessonFile(
        "theme.l",
        """
        # theme.l
        let loud = true

        """),
      LessonFile(
        "help.l",
        """
        # help.l
        let pages = 200

        """),
    ],
    modules: ["app", "menu", "words", "theme", "help"],
    answers: ["culprit", "unused"],
    goals: [
      LessonGoal("Start the program, so that theme is loaded.") { $0.has(.loaded, "theme") },
      LessonGoal("Say which module needed theme: let culprit = \"…\".") {
        $0.has(.loaded, "theme") && $0.texts["culprit"] == "words"
      },
      LessonGoal("Say which module nobody needed: let unused = \"…\".") {
        $0.has(.loaded, "theme") && $0.texts["unused"] == "help"
      },
      LessonGoal("Have each load reported from now on: lazy.report with a level.") {
        $0.reportsLoads
      },
    ],
    hints: [
      "import app, then app.start(). Read what is told below the line.",
      "import lazy, then lazy.report() shows who caused each load; so does lazy.events().",
      "lazy.pending() lists what nobody has used.",
      "lazy.report(1) reports each load as it happens.",
    ],
    solution: [
      "import app", "app.start()", "import lazy", "lazy.pending()", "let culprit = \"words\"",
      "let unused = \"help\"", "lazy.report(1)",
    ],
    conclusion: """
      The log of the machine has every step in the life of every module, with
      the expression behind it. 'lang --trace app.l' tells each as it happens,
      as here; 'lang --report app.l' and lazy.report() say what became of each
      module and what it cost, lazy.events() gives the steps as data,
      lazy.references(m) who holds a proxy now. None of them loads anything.
      """,
    elsewhere: """
      Python 3.15 has sys.lazy_modules, the set of names that were imported
      lazily and not loaded, and -X importtime. Ruby has autoload?. Where the
      stand-ins are, they do not tell.
      """)
}
