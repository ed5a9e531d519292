extension Lesson {
  /// Lesson 8: a reload reaches everyone, or nobody.
  static let reloading = Lesson(
    name: "reload",
    title: "Who sees the new code after a reload?",
    introduction: """
      Take gross and vat out of prices with 'from', put gross into a list, make
      a Basket, and use them. Then change prices.l, in another window or with
      'change', and reload(prices). Who sees the new code?

      A second 'change' makes a mistake in prices.l. What does a reload do
      then?
      """,
    files: [
      LessonFile(
        "prices.l",
        """
        # prices.l
        let vat = 0.2
        fn gross(net) => net * (1 + vat)
        class Basket { fn label() => "old basket" }

        """)
    ],
    changes: [
      LessonChange(
        "prices.l has another rate and another label",
        [
          LessonFile(
            "prices.l",
            """
            # prices.l, edited
            let vat = 0.5
            fn gross(net) => net * (1 + vat)
            class Basket { fn label() => "new basket" }

            """)
        ]),
      LessonChange(
        "prices.l has a mistake",
        [
          LessonFile(
            "prices.l",
            """
            # prices.l, edited badly
            let vat = 0.7
            fn gross(net) => net * (1 + vatt)

            """)
        ]),
    ],
    modules: ["prices"],
    goals: [
      LessonGoal("Take gross from prices, and use it.") { record in
        let isTaken = record.steps.contains {
          $0.kind == .bound && $0.module == "prices"
            && $0.place?.expression?.hasPrefix("from") ?? false
            && $0.place?.expression?.contains("gross") ?? false
        }
        let unused = record.unresolvedNames["prices"] ?? []
        return isTaken && record.areLoaded("prices") && !unused.contains { $0.name == "gross" }
      },
      LessonGoal("Change prices.l and reload it.") {
        $0.steps.contains {
          $0.kind == .reloaded && $0.module == "prices" && $0.error == nil
        }
      },
      LessonGoal("Reload it with a mistake in it.") { record in
        record.steps.contains {
          $0.kind == .failed && $0.module == "prices" && $0.reason == "reload"
        }
      },
    ],
    hints: [
      "from prices import gross, vat, then let callbacks = [gross].",
      "'import prices' gives you the module, for prices.Basket() and for the reload.",
      "change, then reload(prices), then ask callbacks[0](100) and vat.",
      "Once more: change, then reload(prices). Then ask the same.",
    ],
    solution: [
      "import prices", "from prices import gross, vat", "let callbacks = [gross]",
      "let basket = prices.Basket()", "[callbacks[0](100), vat, basket.label()]", "gross(100)",
      "change", "reload(prices)", "[callbacks[0](100), vat, basket.label()]", "change",
      "reload(prices)", "[callbacks[0](100), vat, basket.label()]",
    ],
    conclusion: """
      All of them. The module keeps its identity, and so do its functions and
      classes: they get new contents instead of being replaced. So everyone
      who holds them has the new ones. A name taken with 'from' that holds a
      plain value is set anew where it still holds the old one. A number that
      was copied into a container is a copy.

      If the new source is wrong, nothing happens at all: it runs aside, and
      its contents are put in place when it has come to its end.
      """,
    elsewhere: """
      importlib.reload of Python runs the new source in the old module: names
      that are gone stay, and names taken with 'from', callbacks and instances
      keep the old code. The JavaScript standard has no reload.
      """)
}
