import Testing

/// The model of a screen does what a terminal does.
@Suite("Screen of a terminal")
struct ScreenTests {
  /// A screen after a program wrote something; `\e` stands for Escape.
  private func screen(_ text: String, columns: Int = 10, rows: Int = 4) -> Screen {
    var parser = ScreenParser(screen: Screen(columns: columns, rows: rows))
    parser.feed(text.replacing("\\e", with: "\u{1B}"))
    return parser.screen
  }

  @Test func printsAndMovesTheCursor() {
    let screen = screen("one\r\ntwo")
    #expect(screen.lines == ["one", "two"])
    #expect(screen.cursor == .init(row: 1, column: 3))
    #expect(screen.textBeforeCursor == "two")
  }

  @Test func aLineFeedKeepsTheColumn() {
    #expect(screen("ab\ncd").lines == ["ab", "  cd"])
  }

  @Test func aCarriageReturnWritesOver() {
    #expect(screen("abc\rX").lines == ["Xbc"])
  }

  @Test func aBackspaceOnlyMoves() {
    let screen = screen("abc\u{08}\u{08}")
    #expect(screen.lines == ["abc"])
    #expect(screen.cursor.column == 1)
    #expect(self.screen("a\u{08}\u{08}b").lines == ["b"])
  }

  @Test func longLinesWrap() {
    #expect(screen("0123456789ab").lines == ["0123456789", "ab"])
  }

  @Test func theLastColumnWrapsWithTheNextCharacterOnly() {
    let full = screen("0123456789")
    #expect(full.cursor == .init(row: 0, column: 9))
    #expect(full.lines == ["0123456789"])
    #expect(screen("0123456789\r\nab").lines == ["0123456789", "ab"])
    #expect(screen("0123456789\rX").lines == ["X123456789"])
  }

  @Test func withoutWrappingTheLastColumnIsWrittenOver() {
    #expect(screen("\\e[?7l0123456789ab").lines == ["012345678b"])
  }

  @Test func itScrollsAndKeepsWhatScrolledAway() {
    let screen = screen("a\r\nb\r\nc\r\nd\r\ne\r\nf")
    #expect(screen.lines == ["c", "d", "e", "f"])
    #expect(screen.scrolledLines == ["a", "b"])
    #expect(screen.transcript == ["a", "b", "c", "d", "e", "f"])
    #expect(screen.lineFeedCount == 5)
  }

  @Test func tabsGoToEveryEighthColumn() {
    #expect(screen("a\tb").lines == ["a       b"])
    #expect(screen("\t\tb").lines == ["         b"])
  }

  @Test func theCursorMovesAtMostToTheEdges() {
    #expect(screen("\\e[9A\\e[99Cx\\e[99B\\e[99Dy").lines == ["         x", "", "", "y"])
    #expect(screen("\\e[2;3Hx").lines == ["", "  x"])
    #expect(screen("abc\\e[Hx").lines == ["xbc"])
    #expect(screen("\\e[5Gx\\e[3dy").lines == ["    x", "", "     y"])
    #expect(screen("ab\\e[2Ec\\e[Fd").lines == ["ab", "d", "c"])
  }

  @Test func theCursorIsSavedAndRestored() {
    #expect(screen("ab\\e7\r\nx\\e8c").lines == ["abc", "x"])
    #expect(screen("ab\\e[s\r\nx\\e[uc").lines == ["abc", "x"])
  }

  @Test(arguments: [("\\e[K", "abc"), ("\\e[1K", "    ef"), ("\\e[2K", "")])
  func erasesInALine(sequence: String, line: String) {
    #expect(screen("abcdef\\e[4G\(sequence)").lines == (line == "" ? [] : [line]))
  }

  @Test(arguments: [
    ("\\e[J", ["aaa", "b"]), ("\\e[1J", ["", "  b", "ccc"]), ("\\e[2J", []),
  ])
  func erasesInTheDisplay(sequence: String, lines: [String]) {
    #expect(screen("aaa\r\nbbb\r\nccc\\e[2;2H\(sequence)").lines == lines)
  }

  @Test func insertsAndDeletesCharacters() {
    #expect(screen("abcd\\e[2G\\e[2@").lines == ["a  bcd"])
    #expect(screen("abcd\\e[2G\\e[2P").lines == ["ad"])
    #expect(screen("abcd\\e[2G\\e[2X").lines == ["a  d"])
    #expect(screen("abcd\\e[2G\\e[4hxy\\e[4lz").lines == ["axyzcd"])
    #expect(screen("abcdefghij\\e[2G\\e[@").lines == ["a bcdefghi"])
  }

  @Test func insertsAndDeletesLines() {
    #expect(screen("a\r\nb\r\nc\\e[2H\\e[L").lines == ["a", "", "b", "c"])
    #expect(screen("a\r\nb\r\nc\\e[2H\\e[M").lines == ["a", "c"])
  }

  @Test func aRegionScrollsAlone() {
    let screen = screen("a\r\nb\r\nc\r\nd\\e[2;3r\\e[3H\n")
    #expect(screen.lines == ["a", "c", "", "d"])
    #expect(screen.scrolledLines == [])
    #expect(self.screen("a\r\nb\\e[H\\eM").lines == ["", "a", "b"])
  }

  @Test func wideCharactersTakeTwoColumns() {
    let screen = screen("日本x")
    #expect(screen.lines == ["日本x"])
    #expect(screen.cursor.column == 5)
    #expect(self.screen("123456789日").lines == ["123456789", "日"])
    #expect(self.screen("🦉x").cursor.column == 3)
  }

  @Test func halfAWideCharacterVanishes() {
    #expect(screen("日本\\e[2Gx").lines == [" x本"])
    #expect(screen("日本\\e[3G\\e[K").lines == ["日"])
  }

  @Test func marksCombineWithTheCharacterInFront() {
    let screen = screen("e\u{301}x")
    #expect(screen.lines == ["e\u{301}x"])
    #expect(screen.cursor.column == 2)
  }

  @Test func charactersMayComeInPieces() {
    var parser = ScreenParser(screen: Screen(columns: 10, rows: 2))
    for byte in "é日\u{1B}[31m🦉".utf8 { parser.feed([byte]) }
    #expect(parser.screen.lines == ["é日🦉"])
    #expect(parser.screen.attributes(of: "🦉")?.foreground == .palette(1))
  }

  @Test func brokenCharactersAreReplaced() {
    var parser = ScreenParser(screen: Screen(columns: 10, rows: 2))
    parser.feed([0x61, 0xE6, 0x97, 0x62, 0xFF, 0x63])
    #expect(parser.screen.lines == ["a\u{FFFD}b\u{FFFD}c"])
  }

  @Test func attributesAreKept() {
    let screen = screen("a\\e[1;31mb\\e[22;92mc\\e[48;5;200md\\e[38;2;1;2;3me\\e[mf")
    #expect(screen.lines == ["abcdef"])
    #expect(screen.attributes(of: "a")?.isPlain == true)
    #expect(screen.attributes(of: "bc")?.isBold == true)
    #expect(screen.attributes(of: "b")?.foreground == .palette(1))
    #expect(screen.attributes(of: "c")?.isBold == false)
    #expect(screen.attributes(of: "c")?.foreground == .palette(10))
    #expect(screen.attributes(of: "d")?.background == .palette(200))
    #expect(screen.attributes(of: "e")?.foreground == .rgb(1, 2, 3))
    #expect(screen.attributes(of: "f")?.isPlain == true)
    #expect(screen.attributes(of: "g") == nil)
  }

  @Test func titlesAndOtherStringsAreNotPrinted() {
    let screen = screen("a\\e]0;the title\u{07}b\\e]8;;http://x\\e\\c\\eP1$r\\e\\d")
    #expect(screen.lines == ["abcd"])
    #expect(screen.title == "the title")
  }

  @Test func modesAreKnown() {
    #expect(screen("\\e[?2004h").bracketsPastes)
    #expect(!screen("\\e[?2004h\\e[?2004l").bracketsPastes)
    #expect(!screen("\\e[?25l").isCursorVisible)
    #expect(screen("a\u{07}\\e[?1;9hb\\e[>0q\\e[=1c\\e(Bc").lines == ["abc"])
    #expect(screen("\u{07}\u{07}").bellCount == 2)
  }

  @Test func aFullScreenProgramLeavesTheScreenAsItWas() {
    let during = screen("abc\\e[?1049h\\e[Hxyz")
    #expect(during.lines == ["xyz"] && during.showsAlternate)
    let after = screen("abc\\e[?1049h\\e[2;2Hxyz\\e[?1049ld")
    #expect(after.lines == ["abcd"] && !after.showsAlternate)
  }

  @Test func anotherSize() {
    var screen = screen("a\r\nb\r\nc\r\n0123456789")
    screen.resize(columns: 5, rows: 2)
    #expect(screen.lines == ["c", "01234"])
    #expect(screen.scrolledLines == ["a", "b"])
    #expect(screen.cursor == .init(row: 1, column: 4))
    screen.resize(columns: 20, rows: 5)
    #expect(screen.lines == ["c", "01234"])
  }
}
