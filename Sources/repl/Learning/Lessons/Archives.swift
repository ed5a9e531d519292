extension Lesson {
  /// Lesson 9: modules in a zip file.
  static let archives = Lesson(
    name: "archives",
    title: "Does it matter where a module lies?",
    introduction: """
      paint.zip is an archive with a package in it. A zip file may lie where a
      folder could: in the list of places that imports look in, sys.path. Put
      it there, and import colors. Is anything read from the archive?

      'change' packs the archive anew, with other words in names.txt and
      another rule in colors. Can a module in an archive be reloaded?
      """,
    files: [
      LessonFile(
        "paint.zip/main.l",
        """
        # paint.zip/main.l
        import colors
        print(colors.name(20))

        """),
      LessonFile(
        "paint.zip/colors/init.l",
        """
        # paint.zip/colors/init.l
        print("colors runs, out of an archive")
        import .names
        fn name(hue) => names.all()[hue < 180 ? 0 : 1]

        """),
      LessonFile(
        "paint.zip/colors/names.l",
        """
        # paint.zip/colors/names.l
        import lazy
        fn all() => lazy.resource("colors.names", "names.txt").decode().split()

        """),
      LessonFile("paint.zip/colors/names.txt", "warm cold\n"),
    ],
    changes: [
      LessonChange(
        "paint.zip is packed anew, with other words and another rule",
        [
          LessonFile(
            "paint.zip/main.l",
            """
            # paint.zip/main.l
            import colors
            print(colors.name(20))

            """),
          LessonFile(
            "paint.zip/colors/init.l",
            """
            # paint.zip/colors/init.l, edited
            print("colors runs, out of the new archive")
            import .names
            fn name(hue) => names.all()[hue < 90 or hue > 270 ? 0 : 1]

            """),
          LessonFile(
            "paint.zip/colors/names.l",
            """
            # paint.zip/colors/names.l
            import lazy
            fn all() => lazy.resource("colors.names", "names.txt").decode().split()

            """),
          LessonFile("paint.zip/colors/names.txt", "fire ice\n"),
        ])
    ],
    modules: ["colors", "colors.names"],
    goals: [
      LessonGoal("Import colors out of the archive; nothing is read.", whilePending: "colors") {
        record in
        record.arePending("colors")
          && record.modules.contains {
            $0.name == "colors" && $0.location.contains("paint.zip/")
          }
      },
      LessonGoal("Get a name of a colour: colors and colors.names are loaded.") {
        $0.areLoaded("colors", "colors.names")
      },
      LessonGoal("Change the archive and reload colors.") {
        $0.steps.contains {
          $0.kind == .reloaded && $0.module == "colors" && $0.error == nil
        }
      },
    ],
    hints: [
      "import sys, then sys.path.append(\"paint.zip\").",
      "colors.name(20) needs colors, and that needs colors.names.",
      "change, then reload(colors), then colors.name(20) again.",
    ],
    solution: [
      "import sys", "sys.path.append(\"paint.zip\")", "import colors", "colors",
      "colors.name(20)", "change", "reload(colors)", "colors.name(20)",
    ],
    conclusion: """
      The import looked into the index of the archive and read no member.
      Packages, relative imports, the source in error messages and reloading
      work as in a folder, and lazy.resource gives the bytes of a file that
      lies beside a module, wherever that is. 'lang bundle' makes such an
      archive of a program, and 'lang paint.zip' runs its main.l.
      """,
    elsewhere: """
      Python imports from zip files since version 2.3, and PEP 810 changes
      nothing about that. But its lazy import does not look for the module, so
      a missing archive is noticed at the first use.
      """)
}
