extension Lesson {
  /// Lesson 3: the reference table, and the patch.
  static let standIns = Lesson(
    name: "references",
    title: "Where did the stand-in go?",
    introduction: """
      A proxy can be passed on: into a list, a map, a field, a captured
      variable. Import geo and let it spread before you load it. The list
      behind each line shows who holds it.

      When the module is loaded at last, who still has the proxy?
      """,
    files: [
      LessonFile(
        "geo.l",
        """
        # geo.l
        print("geo.l runs")
        let radius = 6371

        """)
    ],
    modules: ["geo"],
    goals: [
      LessonGoal(
        "Let three places hold geo while it is pending, one of them not a variable.",
        whilePending: "geo"
      ) { record in
        let holders = record.holders["geo"] ?? []
        return record.arePending("geo") && holders.count >= 3
          && holders.contains { !$0.hasPrefix("variable ") && !$0.hasPrefix("local ") }
      },
      LessonGoal("Load it through one of them: three references become the module.") {
        $0.steps.contains { $0.kind == .patched && $0.module == "geo" && $0.patched >= 3 }
      },
    ],
    hints: [
      "'let other = geo' makes a second place. A list makes a third.",
      "Try: let layers = [geo, {base: geo}]. Then 'state' shows the holders.",
      "Load it through a place of your own: layers[0].radius.",
    ],
    solution: [
      "import geo", "let other = geo", "let layers = [geo, {base: geo}]",
      "let area = (fn(source) => fn() => source.radius ** 2)(geo)", "area()", "layers",
    ],
    conclusion: """
      Nobody. The proxy keeps a table of those who refer to it: each time it
      is stored into something that lasts, the holder is noted. The load
      walked through this table and put the module into each place. From then
      on nothing tells that there was a proxy, and nothing pays for it.

      A place that holds something else by then is left alone. And being in
      the table keeps nothing alive.
      """,
    elsewhere: """
      With PEP 810 a proxy cannot be passed on in the ordinary way, since
      naming it loads. LazyLoader hands out the module object itself, empty,
      and fills it later. Mercurial's demandimport for Python 2 replaced the
      variables that it knew of; others kept going through the proxy. A
      deferred namespace of JavaScript stays one for good.
      """)
}
