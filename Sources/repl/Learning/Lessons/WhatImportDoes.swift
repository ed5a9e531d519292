extension Lesson {
  /// Lesson 1: an import finds and binds; it runs nothing.
  static let whatImportDoes = Lesson(
    name: "import",
    title: "What does import do?",
    introduction: """
      In most languages an import statement does three things: it finds the
      module, runs it, and gives it a name. tea.l prints a line when it runs.

      Import tea, and see whether that line appears. Then find out when it
      does. And what happens if you import a module that is not there, such
      as 'tee'? Guess before you press Enter.
      """,
    files: [
      LessonFile(
        "tea.l",
        """
        # tea.l
        print("tea.l runs")
        let price = 2.5

        """)
    ],
    modules: ["tea"],
    goals: [
      LessonGoal("Import tea without running it.", whilePending: "tea") {
        $0.arePending("tea")
      },
      LessonGoal("Make it run.") { $0.has(.loaded, "tea") },
      LessonGoal("Import a module that is not there, and let it fail.") {
        $0.failed("ImportError", "no module named")
      },
    ],
    hints: [
      "An import statement is the word 'import' and the name of the module.",
      "After 'import tea', the name 'tea' is there. What is it? Type it alone.",
      "The module runs when something from inside is needed: its price, say.",
    ],
    solution: ["import tea", "tea", "tea.price", "tea", "import tee"],
    conclusion: """
      The import found the file and gave 'tea' a proxy, a stand-in that knows
      where the module is. Not a byte of tea.l was read. 'tea.price' needed
      something from inside: there the source was read, compiled and run, and
      the proxy was replaced by the module. Between import and load a module
      is called pending.

      A missing module is noticed at the import, where a program can choose
      another one: to look whether a file is there is cheap.
      """,
    elsewhere: """
      Python's 'lazy import' (PEP 810, from Python 3.15) does not even look
      for the module: a misspelt name is an error at its first use.
      JavaScript's 'import defer' goes the other way: it fetches, parses and
      links the module and all it needs, and puts off only the running.
      """)
}
