import Testing

@testable import Lang

@Suite struct StringTests {
  @Test func escapes() {
    #expect(dump(#""a\n\t\\\"\'b""#) == #""a\n\t\\\"'b""#)
    #expect(dump(#"'\r\0'"#) == #""\u{d}\u{0}""#)
    #expect(dump(#""\u{41}\u{1F600}""#) == "\"A😀\"")
    #expect(dump(#""it's" 'say "x"'"#.split(separator: " ", maxSplits: 1)[0] + "") == "\"it's\"")
    #expect(dump(#"'say "x"'"#) == #""say \"x\"""#)
    #expect(dump(#""""#) == #""""#)
  }

  @Test(arguments: [
    (#""\q""#, "1:2 unknown escape '\\q'"), (#""ab\x41""#, "1:4 unknown escape '\\x'"),
    (#""\é""#, "1:2 unknown escape '\\é'"), (#"f"\{""#, "1:3 unknown escape '\\{'"),
    (#""\u41""#, "1:2 unknown escape '\\u'"), (#""\u{}""#, "1:2 malformed Unicode escape"),
    (#""\u{d800}""#, "1:2 malformed Unicode escape"),
    (#""\u{110000}""#, "1:2 malformed Unicode escape"),
    (#""\u{41""#, "1:2 malformed Unicode escape"),
    (#""\u{ffffffffffffffff}""#, "1:2 malformed Unicode escape"),
  ])
  func wrongEscapes(_ text: String, _ problem: String) {
    #expect(problems(text) == [problem])
  }

  @Test func rawStringsKeepBackslashes() {
    #expect(dump(#"r"a\n\""#) == #""a\\n\\""#)
    #expect(dump(#"r'"'"#) == #""\"""#)
    #expect(dump("r'''a\\\n  b'''") == #""a\\\nb""#)
  }

  @Test func unterminatedStringsEndWithTheirLine() {
    #expect(problems("x = \"abc\nlet y = 1") == ["1:5 this text is never closed"])
    #expect(
      problems("print(\"abc)\nlet y = )") == [
        "1:7 this text is never closed", "2:9 expected an expression, found ')'",
      ])
    #expect(problems("x = 'abc\\\ny = 1") == ["1:5 this text is never closed"])
    #expect(problems("x = '") == ["1:5 this text is never closed"])
  }

  // MARK: Three quotes

  @Test func commonIndentationIsRemoved() {
    #expect(dump("\"\"\"\n    a\n      b\n    \"\"\"") == #""a\n  b\n""#)
    #expect(dump("\"\"\"\n    a\n    b\"\"\"") == #""a\nb""#)
    #expect(dump("'''a\n    b\n    c'''") == #""a\nb\nc""#)
    // The line of the closing quotes counts even when it stands further left.
    #expect(dump("\"\"\"\n    a\n  \"\"\"") == #""  a\n""#)
    // Lines of blanks do not count and lose what they have of it.
    #expect(dump("\"\"\"\n    a\n\n  \n     b\n    \"\"\"") == #""a\n\n\n b\n""#)
    // A tab is not four blanks.
    #expect(dump("\"\"\"\n\ta\n    b\"\"\"") == #""\ta\n    b""#)
    #expect(dump("\"\"\"\n\t a\n\t b\"\"\"") == #""a\nb""#)
    // What an escape stands for is not indentation.
    #expect(dump("\"\"\"\n  \\ta\n  b\"\"\"") == #""\ta\nb""#)
    #expect(dump("\"\"\"\r\n  a\r\n  b\r\n  \"\"\"") == #""a\nb\n""#)
    #expect(dump("\"\"\"\"\"\"") == #""""#)
    #expect(dump("\"\"\"a\"b\"\"c\"\"\"") == #""a\"b\"\"c""#)
  }

  @Test func unterminatedLongStringsAreIncomplete() {
    let tree = parse("x = \"\"\"abc\n\nlet y = 1", symbols: SymbolTable())
    #expect(tree.diagnostics.map(\.message) == ["this text is never closed"])
    #expect(tree.isIncomplete)
  }

  // MARK: f-strings

  @Test func fields() {
    #expect(dump(#"f"a{x}b""#) == #"(format "a" {x} "b")"#)
    #expect(dump(#"f"{x}{y}""#) == #"(format {x} {y})"#)
    #expect(dump(#"f"{x:>3}""#) == #"(format {x ">3"})"#)
    #expect(dump(#"f"{x:>{w}.{p}f}""#) == #"(format {x (format ">" {w} "." {p} "f")})"#)
    #expect(dump(#"f"{x:{w}}""#) == #"(format {x (format {w})})"#)
    #expect(dump(#"f"{x:}""#) == #"(format {x})"#)
    #expect(dump(#"f"{{}}""#) == #""{}""#)
    #expect(dump(#"f"{{{x}}}""#) == #"(format "{" {x} "}")"#)
    #expect(dump(#"f"""#) == #""""#)
    #expect(dump(#"f"plain\n""#) == #""plain\n""#)
    #expect(dump(#"f"\u{41}{x}""#) == #"(format "A" {x})"#)
  }

  @Test func fieldsThatShowTheirExpression() {
    #expect(dump(#"f"{x=}""#) == #"(format "x=" {!x})"#)
    #expect(dump(#"f"{ x + 1 = }""#) == #"(format " x + 1 = " {!(+ x 1)})"#)
    #expect(dump(#"f"{x=:.2f}""#) == #"(format "x=" {x ".2f"})"#)
    #expect(dump(#"f"{a == b}""#) == #"(format {(== a b)})"#)
    #expect(dump(#"f"{a==b=}""#) == #"(format "a==b=" {!(== a b)})"#)
  }

  @Test func expressionsInFieldsMayContainAnything() {
    #expect(dump(#"f"{m["k"]}""#) == #"(format {(index m "k")})"#)
    #expect(dump(#"f"{f"{x}"}""#) == #"(format {(format {x})})"#)
    #expect(dump(#"f"{ {a: 1} }""#) == #"(format {(map "a": 1)})"#)
    #expect(dump(#"f"{f(a: 1)}""#) == #"(format {(call f a: 1)})"#)
    #expect(dump(#"f"{(c ? a : b)}""#) == #"(format {(? c a b)})"#)
    #expect(dump(#"f"{xs[1..2]:>3}""#) == #"(format {(index xs (.. 1 2)) ">3"})"#)
    #expect(dump("f'{fn(x) { return x }(1)}'") == "(format {(call (fn [x] { (return x) }) 1)})")
    #expect(dump(#"f"{a, b}" "#.replacing(", b", with: "")) == "(format {a})")
  }

  @Test func longFormatStrings() {
    #expect(
      dump("f\"\"\"\n    a{x}\n      {y}\n    \"\"\"") == #"(format "a" {x} "\n  " {y} "\n")"#)
    #expect(dump("f\"\"\"\n  {\n x\n  }\n  \"\"\"") == #"(format {x} "\n")"#)
    #expect(dump("f'''a\n  b{x:>3}\n  '''") == #"(format "a\nb" {x ">3"} "\n")"#)
    #expect(dump("f\"\"\"\n  {x=}\n  \"\"\"") == #"(format "x=" {!x} "\n")"#)
  }

  @Test(arguments: [
    (#"print(f"{}")"#, "1:9 expected an expression between the braces"),
    (#"print(f"{x")"#, "1:9 this '{' is never closed"),
    (#"print(f"{x:>3")"#, "1:9 this '{' is never closed"),
    (#"print(f"{x y}")"#, "1:12 expected '}', found 'y'"),
    (#"print(f"a}b")"#, "1:10 a '}' without a '{' in an f-string"),
    (#"print(f"{x!r}")"#, "1:11 there are no conversions in f-strings"),
    (#"print(f"{c ? a : b}")"#, "1:12 a '?:' directly inside the braces of an f-string"),
    ("print(f\"abc)", "1:7 this text is never closed"),
    (#"print(f"{a + }")"#, "1:14 expected an expression, found '}'"),
  ])
  func wrongFormatStrings(_ text: String, _ problem: String) {
    // What follows on the next line is not drawn in.
    #expect(problems(text + "\nlet z = )") == [problem, "2:9 expected an expression, found ')'"])
  }

  @Test func fieldsEndOnTheirLineUnlessTheTextIsLong() {
    #expect(problems("f\"{x\n}\"").first == "1:3 this '{' is never closed")
    #expect(problems("f\"{f(x\n)}\"").first == "1:3 this '{' is never closed")
    #expect(problems("f\"{fn() {\n}}\"").first == "1:3 this '{' is never closed")
    #expect(dump("f\"\"\"{f(x\n)}\"\"\"") == "(format {(call f x)})")
    #expect(problems("f\"\"\"{f\"{x\n}\"}\"\"\"").first == "1:8 this '{' is never closed")
  }
}
