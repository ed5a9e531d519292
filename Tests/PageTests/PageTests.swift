import Foundation
import Testing

/// The page of `lang --report=html`, in a real browser: what it shows is compared with the events, and
/// it is used with the keys and the mouse as a person does.
@Suite(
  "Page of the report", .serialized,
  .enabled(if: Browser.executable != nil, "no Chromium: apt-get install chromium"),
  .enabled(if: Program.executable != nil, "lang was not built"))
struct PageTests {
  @Test func everyStepShowsWhatTheEventsSay() throws {
    let program = try Programs.withAll()
    let page = try Page(program)
    #expect(try page.step == program.events.count)
    #expect(
      try page.number("Number(document.getElementById('slider').max)") == program.events.count)
    let names = Set(program.events.compactMap { $0["module"] as? String })
    #expect(names.count >= 13)
    for step in 0...program.events.count {
      try page.go(to: step)
      let shown = try #require(
        try page.evaluate(
          "Object.fromEntries([...document.querySelectorAll('.node:not(.program)')]"
            + ".map((node) => [node.dataset.module, node.dataset.state]))") as? [String: String])
      let expected = program.states(at: step)
      #expect(Set(shown.keys) == names)
      for (module, state) in shown {
        #expect(state == expected[module] ?? "unknown", "\(module) at step \(step)")
      }
      // The state is said, not only coloured; and the legend counts.
      let words = try #require(
        try page.evaluate(
          "[...document.querySelectorAll('#legend li')].map((item) => item.textContent)")
          as? [String])
      for (state, word) in [
        ("pending", "pending"), ("loading", "loading"), ("loaded", "loaded"), ("failed", "failed"),
      ] {
        #expect(words.contains("\(expected.values.filter { $0 == state }.count) \(word)"))
      }
      if step > 0 {
        let sentence = try page.content("#sentence")
        let module = try #require(program.events[step - 1]["module"] as? String)
        #expect(sentence.contains(module) && sentence.hasSuffix("."), "\(sentence)")
        let spoken = try page.text("document.getElementById('slider').ariaValueText ?? ''")
        #expect(spoken == "Step \(step) of \(program.events.count). \(sentence)")
      }
    }
    #expect(try page.complaints() == [])
  }

  @Test func sentencesSayWhatHappened() throws {
    let program = try Programs.withAll()
    let page = try Page(program)
    func sentence(_ kind: String, _ module: String, last: Bool = false) throws -> String {
      let isIt: ([String: Any]) -> Bool = {
        $0["event"] as? String == kind && $0["module"] as? String == module
      }
      let index =
        last ? program.events.lastIndex(where: isIt) : program.events.firstIndex(where: isIt)
      try page.go(to: try #require(index) + 1)
      return try page.content("#sentence")
    }
    let loaded = try sentence("loaded", "plot")
    #expect(loaded.hasPrefix("main.l:11 used plot.draw, so plot was loaded: 52 bytes of source, "))
    #expect(loaded.hasSuffix("; 3 references now hold the module itself."))
    #expect(
      try sentence("find", "unused")
        == "main.l:8 imports unused: it was found at unused.l. Not a byte of it was read.")
    #expect(
      try sentence("bind", "tables")
        == "main.l:9 binds names from tables. Each stands for a value that its first use will fetch."
    )
    #expect(
      try sentence("fail", "flaky")
        == "main.l:12 used flaky.value, and loading flaky failed: ValueError: not ready. "
        + "Nothing half-built is kept; the next use tries again.")
    #expect(
      try sentence("bind", "last") == "main.l:17 binds last, and this import loads it at once.")
    #expect(try sentence("load", "last").hasPrefix("main.l:17 imported last eagerly, so last is"))
    #expect(try sentence("reload", "plot").hasPrefix("main.l:18 reloaded plot: 52 bytes of source"))
    #expect(
      try sentence("bind", "early", last: true)
        == "late.l:1 binds early, which is still loading: a cycle, and no problem so far.")
  }

  @Test func theSummaryIsTheReport() throws {
    let program = try Programs.withAll()
    let page = try Page(program)
    let pending = try #require(program.report["pending_bytes"] as? Int)
    #expect(pending == 15_002 + 13)
    #expect(
      try page.content("#headline")
        == "Of 14 imported modules, 9 were loaded, 3 failed and 2 were never needed. "
        + "That saved reading 14.7 KB of source.")
    #expect(try page.content("#pending .lead").contains("14.7 KB (15,015 bytes)"))
    #expect(try page.content("#failed").contains("AttributeError: module 'early' has no attribute"))
    #expect(try page.number("document.querySelectorAll('#modules tbody tr').length") == 14)
    #expect(
      try page.content("#modules tr[data-module=plot] td:nth-child(3)") == "main.l:11 plot.draw")
    #expect(try page.content("#modules tr[data-module=plot] td:last-child") == "3")
    #expect(try page.content("#modules tr[data-module=tables] td:last-child") == "0 + 2 names")
    #expect(try page.content("#memory").contains("in use"))
    #expect(try page.text("document.title") == "main.l – lazy imports")
  }

  @Test func edgesAreTheImports() throws {
    let program = try Programs.withAll()
    let page = try Page(program)
    let edges = try #require(
      try page.evaluate(
        "[...document.querySelectorAll('.edge:not(.use)')]"
          + ".map((edge) => edge.dataset.from + ' ' + edge.dataset.to)") as? [String])
    for edge in [
      "__main__ plot", "plot math", "flaky state", "early late", "late early", "shop.prices shop",
      "shop.prices shop.stock", "__main__ last",
    ] {
      #expect(edges.contains(edge), "\(edge)")
    }
    #expect(!edges.contains("__main__ state") && !edges.contains("__main__ late"))
    try page.go(to: 0)
    #expect(try page.number("document.querySelectorAll('.edge.known').length") == 0)
  }

  @Test func keysMoveTheReplay() throws {
    let program = try Programs.withAll()
    let page = try Page(program)
    let last = program.events.count
    try page.press("ArrowLeft")
    #expect(try page.step == last - 1)
    try page.press("ArrowRight")
    #expect(try page.step == last)
    // From the top, Tab goes by the link, the colours and the buttons to the slider.
    var reached: [String] = []
    for _ in 0..<16 {
      try page.press("Tab")
      reached.append(try page.focused)
      if reached.last == "slider" { break }
    }
    #expect(reached.suffix(7) == ["first", "back", "play", "next", "last", "pace", "slider"])
    try page.press("Home")
    #expect(try page.step == 0)
    try page.press("ArrowRight")
    try page.press("ArrowRight")
    #expect(try page.step == 2)
    try page.press("End")
    #expect(try page.step == last)
    try page.evaluate("document.getElementById('steps').querySelector('button').focus()")
    try page.press("Home")
    #expect(try page.step == 0)
    // The list is made anew at each step, and keeps the focus.
    #expect(try page.holds("document.activeElement.getAttribute('aria-current') === 'step'"))
    try page.press("End")
    #expect(try page.step == last)
    // Fields have their keys for themselves.
    try page.evaluate("document.querySelector('#modules input').focus()")
    try page.press("ArrowLeft")
    #expect(try page.step == last)
    #expect(try page.complaints() == [])
  }

  @Test func spacePlaysAndPauses() throws {
    let page = try Page(try Programs.withAll())
    try page.evaluate("document.getElementById('slider').focus()")
    try page.press(" ")
    #expect(try page.content("#play") == "Pause")
    try page.wait(until: "document.getElementById('slider').value >= 2")
    try page.press(" ")
    let stopped = try page.step
    #expect(try page.content("#play") == "Play")
    #expect(stopped < page.program.events.count)
    // It goes on from there.
    try page.click("#play")
    try page.wait(until: "document.getElementById('slider').value > \(stopped)")
    try page.click("#back")
    #expect(try page.content("#play") == "Play")
  }

  @Test func buttonsAndModulesCanBeClicked() throws {
    let program = try Programs.withAll()
    let page = try Page(program)
    func firstStep(_ kind: String, _ module: String) throws -> Int {
      try #require(
        program.events.firstIndex {
          $0["event"] as? String == kind && $0["module"] as? String == module
        }) + 1
    }
    try page.click("#first")
    #expect(try page.step == 0)
    try page.click("#back")
    #expect(try page.step == 0)
    try page.click("#next")
    #expect(try page.step == 1)
    try page.click("#last")
    #expect(try page.step == program.events.count)
    try page.click(".node[data-module=flaky]")
    #expect(try page.step == firstStep("load", "flaky"))
    #expect(try page.holds("document.querySelector('.node.current').dataset.module === 'flaky'"))
    try page.click("#modules tr[data-module=huge] button")
    #expect(try page.step == firstStep("find", "huge"))
    try page.click("#steps li:last-child button")
    #expect(try page.step > firstStep("find", "huge"))
    // The table sorts both ways, and says so.
    let source = "#modules thead th:nth-child(4)"
    try page.click("\(source) button")
    #expect(try page.text("document.querySelector('\(source)').ariaSort") == "descending")
    #expect(try page.content("#modules tbody tr:first-child .module") == "huge")
    try page.press("Enter")
    #expect(try page.text("document.querySelector('\(source)').ariaSort") == "ascending")
    try page.click("#modules input")
    try page.type("shop")
    #expect(try page.number("document.querySelectorAll('#modules tbody tr').length") == 3)
    #expect(try page.content("#modules .found") == "3 modules of 14")
    #expect(try page.complaints() == [])
  }

  @Test func aProgramWithoutImports() throws {
    let page = try Page(try Programs.withoutImports())
    #expect(try page.content("#headline").hasPrefix("This program imported nothing"))
    #expect(try page.holds("document.getElementById('replay').hidden"))
    #expect(try page.holds("document.querySelector('#memory .parts').clientHeight > 0"))
    #expect(try page.complaints() == [])
  }

  @Test func aThousandModulesStayUsable() throws {
    let program = try Programs.withThousandModules()
    #expect(program.events.count > 3000)
    let page = try Page(program)
    #expect(try page.number("document.querySelectorAll('.node').length") <= 48)
    #expect(try page.number("document.querySelectorAll('#modules tbody tr').length") == 60)
    #expect(try page.number("document.querySelectorAll('*').length") < 3000)
    // The way from the program to the module of the step is always there.
    for step in stride(from: 1, through: program.events.count, by: 397) {
      try page.go(to: step)
      let module = try #require(program.events[step - 1]["module"] as? String)
      #expect(try page.text("document.querySelector('.node.current').dataset.module") == module)
      #expect(try page.holds("document.querySelector('.node.program')"))
      let pending = program.states(at: step).values.filter { $0 == "pending" }.count
      #expect(try page.content("#legend li.pending b") == "\(pending)")
    }
    try page.click("#graph-filter")
    try page.type("m99")
    #expect(try page.number("document.querySelectorAll('.node').length") == 11)
    try page.click("#modules input")
    try page.type("m99")
    #expect(try page.number("document.querySelectorAll('#modules tbody tr').length") == 11)
    try page.evaluate("document.querySelector('#modules input').value = ''")
    try page.click("#pending .more")
    #expect(try page.number("document.querySelectorAll('#pending li').length") > 700)
    #expect(try page.complaints() == [])
    try page.look(.phone)
    #expect(try page.number("document.documentElement.scrollWidth") == 360)
  }

  @Test func textOfProgramsIsNeverMarkup() throws {
    let program = try Programs.hostile()
    let page = try Page(program)
    for step in 0...program.events.count { try page.go(to: step) }
    #expect(try page.text("typeof pwned") == "undefined")
    #expect(try page.number("document.images.length") == 0)
    #expect(try page.number("document.scripts.length") == 8)
    #expect(try page.content("#failed pre").contains(Programs.markup))
    #expect(try page.content("#modules tr[data-module=tool]").contains(Programs.markup))
    // Nothing in the data ends the element it is in.
    let comments = program.html.components(separatedBy: "<!--").count
    let plain = try Programs.withoutImports().html
    #expect(comments == plain.components(separatedBy: "<!--").count)
    #expect(
      program.html.components(separatedBy: "</script").count
        == plain.components(separatedBy: "</script").count)
    #expect(try page.complaints() == [])
  }

  @Test func withoutScriptsThereIsTheText() throws {
    var view = Page.View()
    view.runsScripts = false
    let page = try Page(try Programs.hostile(), view)
    let text = try page.content("noscript pre")
    #expect(text.contains("modules: ") && text.contains("most pending at once: 2"))
    #expect(text.contains(Programs.markup))
    #expect(try page.number("document.images.length") == 0)
  }
}
