import Testing

@testable import Lang

@Suite struct RendererTests {
  private func render(
    _ text: String, _ range: Range<UInt32>, secondary: [Range<UInt32>] = [], help: String? = nil,
    message: String = "wrong", columns: Int = 100
  ) -> String {
    let diagnostic = Diagnostic(
      message, at: SourceRange(range.lowerBound, range.upperBound),
      secondary: secondary.map { SourceRange($0.lowerBound, $0.upperBound) }, help: help)
    return DiagnosticRenderer(maximumColumns: columns)
      .render(diagnostic, in: SourceText(name: "shop.l", text: text))
  }

  @Test func theExampleOfTheLanguage() {
    let text = String(repeating: "\n", count: 11) + "    return price + tax\n}\n"
    let start = UInt32(11 + 4 + 7)
    let rendered = render(
      text, start + 6..<start + 7, secondary: [start..<start + 5, start + 8..<start + 11],
      help: "int(tax) makes it a number, str(price) makes it text",
      message: "TypeError: cannot add int and string")
    #expect(
      rendered == """
        error: TypeError: cannot add int and string
          --> shop.l:12:18
           |
        12 |     return price + tax
           |            ~~~~~ ^ ~~~
           = help: int(tax) makes it a number, str(price) makes it text

        """)
  }

  @Test func theGutterGrowsWithTheLineNumber() {
    let text = String(repeating: "\n", count: 1233) + "x y"
    #expect(
      render(text, 1235..<1236) == """
        error: wrong
            --> shop.l:1234:3
             |
        1234 | x y
             |   ^

        """)
  }

  @Test func anEmptyRangeHasACaret() {
    #expect(
      render("let x", 5..<5) == """
        error: wrong
          --> shop.l:1:6
           |
         1 | let x
           |      ^

        """)
    #expect(render("", 0..<0) == "error: wrong\n  --> shop.l:1:1\n   |\n 1 |\n   | ^\n")
    #expect(render("a\n", 2..<2) == "error: wrong\n  --> shop.l:2:1\n   |\n 2 |\n   | ^\n")
    #expect(render("a\r\nb", 1..<1).contains(" 1 | a\n   |  ^\n"))
    // Past the end is taken for the end.
    #expect(render("abc", 90..<95).contains("shop.l:1:4"))
  }

  @Test func tabsAreExpandedAndColumnsCountThemAsOne() {
    #expect(
      render("\tx\ty", 3..<4) == """
        error: wrong
          --> shop.l:1:4
           |
         1 |     x   y
           |         ^

        """)
  }

  @Test func wideCharactersTakeTwoColumns() {
    let text = "let é = \"日本🎉\"; x"
    let offset = UInt32(text.utf8.count - 1)
    #expect(
      render(text, offset..<offset + 1) == """
        error: wrong
          --> shop.l:1:16
           |
         1 | let é = "日本🎉"; x
           |                   ^

        """)
    // A wide character is marked in its whole width, a combining mark has none.
    #expect(render("日x", 0..<3).hasSuffix(" 1 | 日x\n   | ^^\n"))
    #expect(render("e\u{301}x", 3..<4).hasSuffix("   |  ^\n"))
  }

  @Test func whatCannotBeSeenIsMadeVisible() {
    #expect(render("a\u{1b}[31mb", 1..<2).hasSuffix(" 1 | a␛[31mb\n   |  ^\n"))
    #expect(render("a\u{0}\u{7f}b", 3..<4).hasSuffix(" 1 | a␀␡b\n   |    ^\n"))
    #expect(render("a\u{202e}b", 4..<5).hasSuffix(" 1 | a\\u{202e}b\n   |          ^\n"))
    #expect(render("a", 0..<1, message: "no \u{1b}[0m").hasPrefix("error: no ␛[0m\n"))
    #expect(render("a", 0..<1, help: "x\u{7}y").contains("help: x␇y\n"))
  }

  @Test func bytesThatAreNotTextAreShown() {
    let source = SourceText(name: "x", bytes: [0x61, 0xff, 0xfe, 0x62])
    let diagnostic = Diagnostic("wrong", at: SourceRange(3, 4))
    #expect(
      DiagnosticRenderer().render(diagnostic, in: source).hasSuffix(
        """
          --> x:1:4
           |
         1 | a\u{fffd}\u{fffd}b
           |    ^

        """))
  }

  @Test func aByteOrderMarkIsNoColumn() {
    #expect(
      render("\u{feff}ab", 4..<5).hasSuffix(
        """
          --> shop.l:1:2
           |
         1 | ab
           |  ^

        """))
  }

  @Test func longLinesAreCut() {
    let text = String(repeating: "a", count: 300) + "X" + String(repeating: "b", count: 300)
    let lines = render(text, 300..<301, columns: 40).split(separator: "\n").map(String.init)
    #expect(
      lines[3] == " 1 | …" + String(repeating: "a", count: 13) + "X"
        + String(repeating: "b", count: 24) + "…")
    #expect(lines[4] == "   | " + String(repeating: " ", count: 14) + "^")
    // At the beginning and at the end there is no sign on that side.
    let atStart = render(text, 0..<1, columns: 40).split(separator: "\n")
    #expect(atStart[3] == " 1 | " + String(repeating: "a", count: 38) + "…")
    #expect(atStart[4] == "   | ^")
    let atEnd = render(text, 601..<601, columns: 40).split(separator: "\n")
    #expect(atEnd[3] == " 1 | …" + String(repeating: "b", count: 38))
    #expect(atEnd[4] == "   | " + String(repeating: " ", count: 39) + "^")
  }

  @Test func lengthDoesNotMatter() {
    let text =
      String(repeating: "日", count: 3_000_000) + "x" + String(repeating: "\t", count: 1_000_000)
    let rendered = render(text, 9_000_000..<9_000_001)
    #expect(rendered.contains("shop.l:1:3000001"))
    #expect(rendered.unicodeScalars.count < 400)
    #expect(rendered.contains("日x"))
    // A range over everything is shown as far as there is room.
    let whole = render(text, 0..<9_000_000)
    #expect(whole.unicodeScalars.count < 400)
    #expect(whole.hasSuffix(String(repeating: "^", count: 98) + "\n"))
  }

  @Test func aRangeOverSeveralLinesIsShownOnTheFirst() {
    #expect(render("ab\ncd\nef", 1..<7).hasSuffix(" 1 | ab\n   |  ^\n"))
  }

  @Test func whatBelongsToItIsShownOnItsOwnLine() {
    #expect(
      render("f(\n  1\n  2\nx", 9..<10, secondary: [1..<2]) == """
        error: wrong
          --> shop.l:3:3
           |
         1 | f(
           |  ~
        ...
         3 |   2
           |   ^

        """)
    #expect(render("f(\n  x", 5..<6, secondary: [1..<2]).contains(" 1 | f(\n   |  ~\n 2 |   x\n"))
  }

  @Test func helpMayHaveSeveralLines() {
    #expect(render("a", 0..<1, help: "one\ntwo").hasSuffix("   = help: one\n           two\n"))
  }

  @Test func colours() {
    let diagnostic = Diagnostic(
      "wrong", at: SourceRange(2, 3), secondary: [SourceRange(0, 1)], help: "right")
    let source = SourceText(name: "x.l", text: "a+b")
    let colored = DiagnosticRenderer(usesColors: true).render(diagnostic, in: source)
    #expect(colored.contains("\u{1b}[1;31merror:\u{1b}[0m"))
    #expect(colored.contains("\u{1b}[32m~\u{1b}[0m \u{1b}[1;32m^\u{1b}[0m"))
    var plain = ""
    var isEscape = false
    for scalar in colored.unicodeScalars {
      if scalar == "\u{1b}" { isEscape = true }
      if !isEscape { plain.unicodeScalars.append(scalar) }
      if scalar == "m" { isEscape = false }
    }
    #expect(plain == DiagnosticRenderer().render(diagnostic, in: source))
  }

  @Test func otherLabels() {
    let diagnostic = Diagnostic("odd", at: SourceRange(0, 1))
    let source = SourceText(name: "x.l", text: "a")
    let rendered = DiagnosticRenderer().render(diagnostic, in: source, label: "warning")
    #expect(rendered.hasPrefix("warning: odd\n"))
  }
}

@Suite struct SourceTextTests {
  @Test func linesAndColumns() {
    let source = SourceText(name: "x", text: "ab\né🎉x\n\nlast")
    #expect(source.lineCount == 4)
    func place(_ offset: UInt32) -> [Int] {
      let location = source.location(of: offset)
      return [location.line, location.column]
    }
    #expect(place(0) == [1, 1])
    #expect(place(1) == [1, 2])
    // The line end belongs to its line.
    #expect(place(2) == [1, 3])
    #expect(place(3) == [2, 1])
    #expect(place(5) == [2, 2])
    // Inside of a scalar is where it begins.
    #expect(place(7) == [2, 2])
    #expect(place(9) == [2, 3])
    #expect(place(11) == [3, 1])
    #expect(place(12) == [4, 1])
    #expect(place(16) == [4, 5])
    #expect(place(1000) == [4, 5])
  }

  @Test func texts() {
    let source = SourceText(name: "x", text: "\u{feff}a\r\nb\n")
    #expect(source.lineCount == 3)
    #expect(source.text(ofLine: 1) == "a")
    #expect(source.text(ofLine: 2) == "b")
    #expect(source.text(ofLine: 3) == "")
    #expect(source.location(of: 3) == Lang.SourceLocation(line: 1, column: 1))
    #expect(SourceText(name: "x", text: "").lineCount == 1)
  }
}
