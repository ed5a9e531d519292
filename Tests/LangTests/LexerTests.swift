import Testing

@testable import Lang

@Suite struct LexerTests {
  @Test func everyKeywordIsItsOwnToken() {
    let kinds = lex(Keyword.reserved.joined(separator: " ")).map { "\($0.kind)" }
    #expect(kinds == Keyword.reserved.map { $0 + "Keyword" })
  }

  @Test func contextualWordsAreNames() {
    #expect(tokens("get static eager") == ["name get", "name static", "name eager"])
    let table = SymbolTable()
    #expect(table.intern("static").rawValue == Keyword.staticWord)
    #expect(table.intern("get").rawValue == Keyword.getWord)
    #expect(table.intern("eager").rawValue == Keyword.eagerWord)
    #expect(table.intern("assert").rawValue == Keyword.lastReserved)
    #expect(TokenKind.assertKeyword.rawValue == UInt8(Keyword.lastReserved))
  }

  @Test func theLongestOperatorWins() {
    let text = "+ += - -= * *= ** **= / /= // //= % %= & &= | |= ^ ^= ~ << <<= >> >>= < <= > >="
    #expect(lex(text).map(\.text) == text.split(separator: " ").map(String.init))
    let more = "== != = => . .. ..= ... ? ?. ?? ??= ( ) [ ] { } , ; :"
    #expect(lex(more).map(\.text) == more.split(separator: " ").map(String.init))
    #expect(lex("a**=b").map(\.text) == ["a", "**=", "b"])
    #expect(lex("a..==b").map(\.text) == ["a", "..", "==", "b"])
  }

  @Test func rangesAreNotFloats() {
    #expect(tokens("1..5") == ["integer 1", "rangeHalfOpen ..", "integer 5"])
    #expect(tokens("1..=5") == ["integer 1", "rangeClosed ..=", "integer 5"])
    #expect(tokens("1.5..2.5") == ["float 1.5", "rangeHalfOpen ..", "float 2.5"])
    #expect(tokens("1.foo") == ["integer 1", "dot .", "name foo"])
    #expect(tokens("1.e5") == ["integer 1", "dot .", "name e5"])
  }

  @Test(arguments: [
    ("0", 0), ("7", 7), ("1_000", 1000), ("0xff", 255), ("0XFF", 255), ("0b101", 5), ("0o17", 15),
    ("0xFFFF_FFFF", 0xffff_ffff), ("999999999999999999", 999_999_999_999_999_999),
    ("9223372036854775807", Int.max), ("0x7fffffffffffffff", Int.max),
  ])
  func integers(_ text: String, _ value: Int) {
    let tokens = lex(text)
    #expect(tokens.map(\.kind) == [.integer])
    #expect(tokens.first?.bits == UInt64(value))
  }

  @Test(arguments: [
    ("9223372036854775808", "9223372036854775808"),
    ("1_0000_0000_0000_0000_0000", "100000000000000000000"),
    ("0xFFFF_FFFF_FFFF_FFFF", "0xFFFFFFFFFFFFFFFF"),
    ("0X8000000000000000", "0x8000000000000000"),
  ])
  func integersThatNeedMoreThan63Bits(_ text: String, _ digits: String) {
    let tokens = lex(text)
    #expect(tokens.map(\.kind) == [.bigInteger])
    #expect(tokens.first?.value == digits)
  }

  @Test(arguments: [
    ("1.5", 1.5), ("0.1", 0.1), ("1e3", 1000), ("1E3", 1000), ("1e+3", 1000), ("2.5e-3", 0.0025),
    ("1_0.2_5", 10.25), ("1e1_0", 1e10), ("0.5", 0.5), ("0e0", 0),
    ("9007199254740993.0", 9_007_199_254_740_992), ("1e400", Double.infinity), ("1e-400", 0),
    ("2.2250738585072011e-308", 2.2250738585072011e-308),
    ("0.1000000000000000055511151231257827021181583404541015625", 0.1),
    ("123456789012345678901234567890.0", 123_456_789_012_345_678_901_234_567_890.0),
  ])
  func floats(_ text: String, _ value: Double) {
    let tokens = lex(text)
    #expect(tokens.map(\.kind) == [.float])
    #expect(tokens.first?.bits == value.bitPattern)
  }

  @Test(arguments: [
    "012", "00", "0_1", "1_", "1__0", "0x", "0x_f", "0xf_", "0xg", "0b2", "0b", "0o8", "12abc",
    "1e",
    "1e+", "1.5.5e", "1_.5", "1._5x", "01.5", "1é", "0b1.5e", "1.5_",
  ])
  func malformedNumbersAreSingleFindings(_ text: String) {
    let found = lexWithDiagnostics(text).diagnostics.map(\.message)
    let expected = text == "1._5x" ? [] : ["malformed number"]
    #expect(found == expected, "\(text)")
  }

  @Test func namesFollowUnicode() {
    #expect(
      tokens("é _x x1 日本 Ωmega a\u{301}b") == [
        "name é", "name _x", "name x1", "name 日本", "name Ωmega", "name a\u{301}b",
      ])
    #expect(problems("let 🎉 = 1").first == "1:5 unexpected character '🎉'")
    #expect(problems("x = a\u{200b}b").first == "1:6 unexpected character U+200B")
  }

  @Test func newlinesAreMarked() {
    let tokens = lex("a b\nc # comment\n\n# another\n  d;e\r\nf")
    #expect(tokens.map(\.text) == ["a", "b", "c", "d", ";", "e", "f"])
    #expect(tokens.map(\.followsNewline) == [true, false, true, true, false, false, true])
  }

  @Test func byteOrderMarkAndInterpreterLineAreSkipped() {
    #expect(tokens("\u{feff}a") == ["name a"])
    #expect(tokens("#!/usr/bin/env lang\na") == ["name a"])
    #expect(tokens("\u{feff}#!/usr/bin/env lang\na") == ["name a"])
    #expect(tokens("#!only") == [])
  }

  @Test func nulBytesAreCharactersLikeOthers() {
    #expect(problems("a\u{0}b") == ["1:2 unexpected character U+0000"])
    #expect(dump("\"a\u{0}b\"") == "\"a\\u{0}b\"")
    #expect(dump("# a\u{0}b\nx") == "x")
  }

  @Test func symbolsAreEqualExactlyWhenTheirBytesAre() {
    let table = SymbolTable()
    var seen: [UInt32: String] = [:]
    for length in [0, 1, 7, 8, 9, 15, 16, 17, 40] {
      for last in ["a", "b"] {
        let text = String(repeating: "x", count: length) + last
        let symbol = table.intern(text)
        #expect(seen[symbol.rawValue] == nil)
        seen[symbol.rawValue] = text
        #expect(table.intern(text) == symbol)
        #expect(table.text(of: symbol) == text)
      }
    }
    for number in 0..<5000 { _ = table.intern("name\(number)") }
    for (symbol, text) in seen { #expect(table.intern(text).rawValue == symbol) }
    #expect(table.intern("") != .none)
    // Bytes that are zero are not the absence of bytes.
    #expect(table.intern("a") != table.intern("a\u{0}"))
  }

  @Test func wordsReadFromTheSourceAreTheSameSymbols() {
    let symbols = SymbolTable()
    let names = ["a", "abcdefgh", "abcdefghi", "a_long_name_of_some_forty_bytes_or_so__"]
    let known = names.map { symbols.intern($0) }
    let count = symbols.count
    let tree = parse(names.joined(separator: "\n"), symbols: symbols)
    #expect(symbols.count == count)
    let read = tree.statements(of: tree.root).map { tree.nodes[Int(tree.nodes[Int($0)].a)].a }
    #expect(read == known.map(\.rawValue))
  }
}
