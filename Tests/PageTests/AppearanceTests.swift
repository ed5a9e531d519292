import Foundation
import Testing

extension PageTests {
  /// How the page looks: colours, widths, motion.
  @Suite("Appearance", .serialized)
  struct Appearance {
    @Test(arguments: ["light", "dark"])
    func textsHaveContrast(_ scheme: String) throws {
      var view = Page.View()
      view.scheme = scheme
      let program = try Programs.withAll()
      let page = try Page(program, view)
      // Colours change gradually otherwise, and would be measured on the way.
      view.hasReducedMotion = true
      try page.look(view)
      let ground = try page.text("getComputedStyle(document.body).backgroundColor")
      #expect(ground == (scheme == "light" ? "rgb(248, 246, 242)" : "rgb(18, 19, 22)"))
      let measured = try page.number("(\(Appearance.measure)).count")
      #expect(measured > 200)
      for step in stride(from: 0, through: program.events.count, by: 15) {
        try page.go(to: step)
        let poor = try #require(try page.evaluate("(\(Appearance.measure)).poor") as? [String])
        #expect(poor == [], "step \(step)")
      }
    }

    @Test func theSwitchOverrulesTheSystem() throws {
      let page = try Page(try Programs.withAll())
      func ground() throws -> String {
        try page.text("getComputedStyle(document.body).backgroundColor")
      }
      let light = try ground()
      try page.click("#theme label:nth-of-type(3)")
      let dark = try ground()
      #expect(dark != light)
      var view = Page.View()
      view.scheme = "dark"
      try page.look(view)
      try page.click("#theme label:nth-of-type(2)")
      #expect(try ground() == light)
      try page.press("ArrowRight")
      #expect(try ground() == dark)
      try page.click("#theme label:nth-of-type(1)")
      #expect(try ground() == dark)
      try page.look(Page.View())
      #expect(try ground() == light)
    }

    @Test func aPhoneNeedsNoSidewaysScrolling() throws {
      for program in [
        try Programs.withAll(), try Programs.withoutImports(), try Programs.hostile(),
      ] {
        let page = try Page(program, .phone)
        for step in stride(from: 0, through: program.events.count, by: 12) {
          try page.go(to: step)
          #expect(try page.number("document.documentElement.scrollWidth") == 360)
          #expect(
            try page.number("document.getElementById('graph').scrollWidth")
              <= page.number("document.getElementById('graph').clientWidth"))
        }
        #expect(try page.complaints() == [])
      }
    }

    @Test func nothingMovesForThoseWhoWantThat() throws {
      let duration = "getComputedStyle(document.querySelector('.node .body')).transitionDuration"
      let page = try Page(try Programs.withAll())
      #expect(try page.text(duration) != "0s")
      var view = Page.View()
      view.hasReducedMotion = true
      try page.look(view)
      #expect(try page.text(duration) == "0s")
    }

    @Test func statesDifferInMoreThanColour() throws {
      let page = try Page(try Programs.withAll())
      let shapes = try #require(
        try page.evaluate(
          "['unknown', 'pending', 'loading', 'loaded', 'failed', 'native']"
            + ".map((state) => sign(state).innerHTML)") as? [String])
      #expect(Set(shapes).count == 6)
    }

    /// Counts the texts, and names those that are hard to read: WCAG 2, level AA.
    private static let measure = """
      (() => {
        const channels = (color) => color.match(/[\\d.]+/g).map(Number);
        const luminance = (color) => {
          const [r, g, b] = color.map((value) => {
            const part = value / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ground = (element) => {
          const node = element.closest('.node');
          if (node && element.closest('svg')) {
            return channels(getComputedStyle(node.querySelector('.body')).fill).slice(0, 3);
          }
          for (let at = element; at; at = at.parentElement) {
            const [r, g, b, a = 1] = channels(getComputedStyle(at).backgroundColor);
            if (a === 1) return [r, g, b];
          }
          return [255, 255, 255];
        };
        let count = 0;
        const poor = [];
        const walker = document.createTreeWalker(document.querySelector('main').parentElement,
          NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const element = walker.currentNode.parentElement;
          if (!walker.currentNode.data.trim() || element.closest('script, style, noscript, title')) continue;
          // A picture of what the list beside it says; and buttons that do nothing.
          if (element.closest('#lanes, [aria-disabled="true"]')) continue;
          if (element.getClientRects().length === 0) continue;
          const style = getComputedStyle(element);
          const color = channels(element.closest('svg') ? style.fill : style.color).slice(0, 3);
          const [a, b] = [luminance(color), luminance(ground(element))];
          const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          const size = parseFloat(style.fontSize);
          const isLarge = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
          count += 1;
          if (contrast < (isLarge ? 3 : 4.5)) {
            poor.push(`${walker.currentNode.data.trim().slice(0, 30)}: ${contrast.toFixed(2)}`);
          }
        }
        return { count, poor };
      })()
      """
  }
}
