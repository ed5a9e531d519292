extension Lesson {
  /// Lesson 10: eager imports, rules, the filter and the seal.
  static let takingControl = Lesson(
    name: "control",
    title: "How is it switched off?",
    introduction: """
      Laziness moves the moment at which a module runs. Some modules must run
      early: one that registers something, or sets something up.

      Import plugins so that it runs at the statement. Then make a rule so that
      a plain 'import settings' runs it at once. 'import lazy' gives you what
      steers: lazy.bypass and lazy.filter. At the end forbid all further
      loading, with charts imported and not loaded.
      """,
    files: [
      LessonFile(
        "plugins.l",
        """
        # plugins.l
        print("plugins.l runs")

        """),
      LessonFile(
        "settings.l",
        """
        # settings.l
        print("settings.l runs")

        """),
      LessonFile(
        "charts.l",
        """
        # charts.l
        print("charts.l runs")
        let title = "Sales"

        """),
    ],
    modules: ["plugins", "settings", "charts"],
    goals: [
      LessonGoal("Import plugins so that it runs at the statement.", whilePending: "plugins") {
        $0.steps.contains {
          $0.kind == .loaded && $0.module == "plugins" && $0.reason == "eager import"
        }
      },
      LessonGoal("Make a rule that loads settings at a plain import.", whilePending: "settings") {
        $0.has(.bypassed, "settings") && $0.has(.loaded, "settings")
      },
      LessonGoal("Forbid further loading, and see charts refused.", whilePending: "charts") {
        record in
        record.steps.contains {
          $0.kind == .failed && $0.module == "charts" && $0.error?.contains("sealed") ?? false
        } || record.failed("ImportError", "imports are sealed")
      },
    ],
    hints: [
      "A word before import: eager import plugins.",
      "import lazy, then lazy.bypass(\"settings\"), then import settings.",
      "lazy.seal() forbids. Import charts before or after it, and use it.",
    ],
    solution: [
      "eager import plugins", "import lazy", "lazy.bypass(\"settings\")", "import settings",
      "import charts", "lazy.seal()", "charts.title",
    ],
    conclusion: """
      'eager import' belongs to one statement. A bypass names modules, for
      every import of the program, also from outside:
      'lang --eager settings app.l'. The filter is a function that is asked at
      each import. 'lang --no-lazy app.l' switches all laziness off, which
      answers the question whether a program depends on it. And after
      lazy.seal() nothing is read any more.
      """,
    elsewhere: """
      In PEP 810 an import is eager unless it says 'lazy'; a module can list
      names in __lazy_modules__, and sys.set_lazy_imports_filter takes a
      function of the same three arguments as lazy.filter. PEP 690 wanted
      laziness for the whole program from outside; it was rejected in 2022.
      """)
}
