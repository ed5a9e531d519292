import Testing

@testable import Lang

@Suite struct SyntaxErrorTests {
  // MARK: One mistake, one message

  /// Each text is followed by a correct line and one with a mistake of its own: exactly the two
  /// mistakes must be found.
  @Test(arguments: [
    ("let x = )", "1:9 expected an expression, found ')'"),
    ("foo(a b)", "1:7 expected ',' or ')', found 'b'"),
    ("foo(a b, fn() {\n  c\n  d\n})", "1:7 expected ',' or ')', found 'b'"),
    ("let xs = [\n  1, 2 3,\n  4,\n  5,\n]", "2:8 expected ',' or ']', found '3'"),
    (
      "let m = {\n  a: 1,\n  b 2,\n  c: 3,\n}", "3:5 expected ':' after a key of the map, found '2'"
    ),
    ("foo(\n  1,\n  2\nlet y = 1", "1:4 this '(' is never closed"),
    ("foo(a,\nlet y = 1", "1:4 this '(' is never closed"),
    ("foo((a, b)\nbar()", "1:4 this '(' is never closed"),
    ("if x y {\n  a\n}", "1:6 expected '{', found 'y'"),
    ("if (x {\n  a\n  b\n}", "1:7 expected ',' or ')', found '{'"),
    ("while x = 1 {\n  a\n}", "1:9 expected a condition, found an assignment"),
    ("if x: \n  a", "1:5 expected '{', found ':'"),
    ("if x\n{\n  a\n}", "1:5 expected '{', found the end of the line"),
    ("for x xs {\n  a\n}", "1:7 expected 'in', found 'xs'"),
    ("for x in {} {\n  a\n}", "1:10 expected an expression, found '{'"),
    ("wile x > 3 {\n  a\n  b\n}", "1:6 expected the end of the statement, found 'x'"),
    ("wile x {\n  a\n} else {\n  b\n}", "1:6 expected the end of the statement, found 'x'"),
    ("fn f(a, {\n  b\n}", "1:9 expected a parameter's name, found '{'"),
    ("fn f a) {\n  b\n}", "1:6 expected '(' and the parameters, found 'a'"),
    ("fn f(1) { }", "1:6 expected a parameter's name, found '1'"),
    ("fn f(a = 1, b) { }", "1:13 parameter 'b' needs a default, because one before it has one"),
    ("fn f(...a, b) { }", "1:12 a parameter after '...': it must be the last"),
    ("let x", "1:6 expected '=' and a value, found the end of the line"),
    ("let x: int = 1", "1:6 expected '=' and a value, found ':'"),
    ("var a, b", "1:9 expected '=' and a value, found the end of the line"),
    ("let 1 = x", "1:5 expected a name, found '1'"),
    ("let a.b = x", "1:6 expected '=' and a value, found '.'"),
    ("let class = 1", "1:5 expected a name, found 'class'"),
    ("let ...a = b", "1:5 '...' collects what is left after other names"),
    ("a, ...b, ...c = d", "1:10 only one '...' can collect what is left"),
    ("...a = b", "1:1 '...' collects what is left after other names"),
    ("x = ...a", "1:5 '...' spreads values only in a list, a tuple, a map or a call"),
    ("(...a)", "1:2 '...' spreads values only in a list, a tuple, a map or a call"),
    ("[...a for a in b]", "1:2 '...' spreads values only in a list, a tuple, a map or a call"),
    ("x = y = z", "1:7 expected the end of the statement, found '='"),
    ("f(x = 1)", "1:5 expected ',' or ')', found '='"),
    ("f(a: 1, b)", "1:9 an argument without a name after one with a name"),
    ("f(x for x in xs)", "1:5 expected ',' or ')', found 'for'"),
    ("xs[]", "1:4 expected an index, found ']'"),
    ("xs[1:2]", "1:5 expected ',' or ']', found ':'"),
    ("a.;", "1:3 expected a name after '.', found ';'"),
    ("a.1", "1:3 expected a name after '.', found '1'"),
    ("x = .5", "1:5 expected an expression, found '.'"),
    ("a ? b", "1:6 expected ':' and the value for the other case, found the end of the line"),
    ("a not b", "1:7 expected 'in' after 'not', found 'b'".replacing(", found 'b'", with: "")),
    ("a + not b", "1:5 'not' binds less tightly than the operator before it"),
    ("1..2..3", "1:5 ranges cannot be chained"),
    ("x++", "1:2 '++' is not an operator"), ("x--", "1:2 '--' is not an operator"),
    ("++x", "1:1 '++' is not an operator"), ("x = a === b", "1:7 unexpected '==='"),
    ("x = a !== b", "1:7 unexpected '!=='"), ("x = a && b", "1:7 unexpected '&&'"),
    ("x = a || b", "1:7 unexpected '||'"), ("x = !a", "1:5 unexpected '!'"),
    ("x = 5 $ 3", "1:7 unexpected character '$'"),
    ("x = “hello world”", "1:5 unexpected character '“'"),
    ("x = 1 \\", "1:7 unexpected character '\\'"),
    ("print \"hello\"", "1:7 expected the end of the statement, found a string"),
    ("def f(x) {\n  return x\n}", "1:1 'def' is not a word of the language"),
    ("function f(x) {\n  return x\n}", "1:1 'function' is not a word of the language"),
    ("const x = 1", "1:1 'const' is not a word of the language"),
    ("if a { } elif b { }", "1:10 'elif' is not a word of the language"),
    ("if a { }\nelif b { } else { }", "2:1 'elif' is not a word of the language"),
    ("raise x", "1:1 'raise' is not a word of the language"),
    ("else { }", "1:1 'else' without 'if'"), ("catch e { }", "1:1 'catch' without 'try'"),
    ("finally { }", "1:1 'finally' without 'try'"),
    ("try { }", "1:1 a 'try' needs 'catch' or 'finally'"),
    (")", "1:1 expected an expression, found ')'"), ("a)", "1:2 this ')' closes nothing"),
    ("}", "1:1 this '}' closes nothing"),
    ("{ a }", "1:5 expected ':' after a key of the map, found '}'"),
    ("{ let x = 1 }", "1:3 expected an expression, found 'let'"),
    ("{ a = 1\n  b = 2\n}", "1:5 expected ':' after a key of the map, found '='"),
    ("x = {1, 2}", "1:7 expected ':' after a key of the map, found ','"),
    ("x = {if: v for v in m}", "1:6 expected an expression, found 'if'"),
    ("x = yield 1", "1:5 expected an expression, found 'yield'"),
    ("x = a or throw b", "1:10 expected an expression, found 'throw'"),
    ("x = fn f() => 1", "1:8 a function in an expression has no name"),
    ("class A { print(1) }", "1:11 expected a member: let, fn, get or static fn, found 'print'"),
    (
      "class A {\n  var x = 1\n  fn f() { }\n}",
      "2:3 expected a member: let, fn, get or static fn, found 'var'"
    ),
    ("class A {\n  let x, y = 1, 2\n}", "2:7 a class constant has one name"),
    ("class A { fn >(o) => 1 }", "1:14 '>' cannot be defined"),
    ("class A { fn &(o) => 1 }", "1:14 '&' cannot be defined"),
    ("class A { get x() => 1 }", "1:16 a property has no parameters"),
    ("class A { static x() => 1 }", "1:18 expected 'fn' after 'static', found 'x'"),
    ("class A < B { }", "1:9 expected '{', found '<'"),
    ("import \"a\"", "1:8 expected a module's name, found a string"),
    ("from a import", "1:14 expected a name to import, found the end of the line"),
    ("from a import if", "1:15 expected a name to import, found 'if'"),
    ("import a as if", "1:13 expected a name after 'as', found 'if'"),
    ("from a", "1:7 expected 'import', found the end of the line"),
    ("import .", "1:9 expected a module's name, found the end of the line"),
    ("x = 'abc", "1:5 this text is never closed"), ("x = 012", "1:5 malformed number"),
    ("let a = 1 2", "1:11 expected the end of the statement, found '2'"),
    ("fn f(a) { g(a; b) }", "1:14 expected ',' or ')', found ';'"),
    ("fn f() {\n  g(a\n}", "2:4 this '(' is never closed"),
    ("fn f() { x y; z w }", "1:12 expected the end of the statement, found 'y'"),
  ])
  func oneMistakeOneMessage(_ text: String, _ problem: String) {
    let found = problems(text + "\nlet fine = 1\nlet other = )")
    let line = text.split(separator: "\n", omittingEmptySubsequences: false).count + 2
    var expected = [problem, "\(line):13 expected an expression, found ')'"]
    if text.contains("z w") {
      expected.insert("1:17 expected the end of the statement, found 'w'", at: 1)
    }
    #expect(found == expected)
  }

  @Test func severalMistakesInOneGo() {
    let found = problems(
      """
      let = 1
      fn f(a) {
        let b = )
        if a {
          c d
        }
        return a
      }
      class C {
        fn m( { }
        fn n() { x = }
      }
      """)
    #expect(
      found == [
        "1:5 expected a name, found '='",
        "3:11 expected an expression, found ')'",
        "5:7 expected the end of the statement, found 'd'",
        "10:9 expected a parameter's name, found '{'",
        "11:16 expected an expression, found '}'",
      ])
  }

  @Test func whatIsCorrectIsKept() {
    let tree = parse("let a = 1\nlet b = )\nfn f() {\n  x y\n  return a\n}", symbols: SymbolTable())
    #expect(SyntaxDump.dump(tree) == "(let a 1)\n(fn f [] { (return a) })")
  }

  @Test func twentyFindingsAreEnough() {
    let text = String(repeating: "let x = )\n", count: 50)
    #expect(problems(text).count == Parser.maximumDiagnostics)
    let numbers = String(repeating: "x = 012\n", count: 50)
    #expect(problems(numbers).count == Parser.maximumDiagnostics)
  }

  @Test func findingsComeInSourceOrder() {
    let text = "fn f() {\n  let x = 012 + )\n"
    let tree = parse(text, symbols: SymbolTable())
    #expect(tree.diagnostics.map(\.range.start) == tree.diagnostics.map(\.range.start).sorted())
    #expect(tree.diagnostics.count == 3)
  }

  // MARK: What is never closed

  @Test func anUnclosedBlockIsReportedWhereItOpens() {
    #expect(problems("fn f() {\n  a\n") == ["1:8 this '{' is never closed"])
    #expect(problems("class A {\n  fn f() {\n  }\n") == ["1:9 this '{' is never closed"])
  }

  @Test func indentationTellsWhichBlockIsNotClosed() {
    let text = """
      fn f() {
        if a {
          b
      }

      fn g() {
        while c {
          d
        }
      }
      """
    #expect(problems(text) == ["2:8 this '{' is never closed"])
  }

  @Test func unclosedBracketsAtTheEnd() {
    #expect(problems("foo(1,") == ["1:4 this '(' is never closed"])
    #expect(problems("foo([1,") == ["1:5 this '[' is never closed"])
    #expect(problems("x = {a: 1") == ["1:5 this '{' is never closed"])
    #expect(problems("foo(1]") == ["1:4 this '(' is never closed"])
  }

  @Test func theOpeningIsShownBesideWhatIsMissing() {
    let tree = parse("foo(a b)", symbols: SymbolTable())
    #expect(tree.diagnostics.first?.secondary == [SourceRange(3, 4)])
  }

  // MARK: Help

  @Test(arguments: [
    ("if x = 1 { }", "'==' compares, '=' assigns"), ("x = a && b", "write 'and'"),
    ("x = !a", "write 'not'"), ("x++", "write x += 1"),
    ("def f() { }", "a function begins with 'fn'"),
    ("const x = 1", "a constant begins with 'let'"), ("if a { } elif b { }", "write 'else if'"),
    ("if a:\n  b", "a body stands in braces: if … { … }"),
    ("let x", "a constant needs a value; 'var' declares a variable, which begins as nil"),
    ("print \"a\"", "a call needs parentheses: print(…)"), ("x = .5", "write 0.5, not .5"),
    ("// comment", "a comment begins with '#'"), ("x = {1, 2}", "a set is written set([a, b])"),
    ("{ a }", "there are no bare blocks: '{' begins a map here"),
    ("{ let x = 1 }", "there are no bare blocks: '{' begins a map here"),
    ("f(x = 1)", "'==' compares; an argument is named with ':', as in f(x: 1)"),
    ("xs[1:2]", "a slice is written xs[a..b]"),
    ("x = 012", "leave out the zeros in front, or write 0o for an octal number"),
    ("for (i = 0; i < 3; i += 1) { }", "a counting loop is written for i in 0..n { … }"),
    ("let class = 1", "'class' is a keyword and cannot be a name"),
    ("x = “a”", "text stands between straight quotes: \"…\""),
    ("if {} { }", "in a header '{' opens the body; put a map into parentheses"),
    ("let x = new Circle(1)", "an object is made by calling its class: Circle(1)"),
    ("f(new Circle(1))", "an object is made by calling its class: Circle(1)"),
    ("let f = lambda x: x", "a function without a name is written fn(x) => …"),
    ("int x = 5", "a variable begins with 'var'"),
    ("x := 5", "'let' and 'var' declare, '=' assigns"),
    ("import a from b", "write from module import name"), ("a <> b", "write '!='"),
    ("x = \"a\" \"b\"", "'+' joins text"), ("x = b\"a\"", "bytes(…) makes bytes"),
    ("x = rf\"a\"", "the kinds of text are \"…\", r\"…\" and f\"…\""),
    ("class A extends B { }", "a base class stands in parentheses: class A(B) { … }"),
    ("class A: B { }", "a base class stands in parentheses: class A(B) { … }"),
    ("fn f(x) -> int { }", "a function has no declared type"),
    ("fn f(x: int) { }", "names have no declared types"),
    ("for (x in xs) { }", "write for x in xs { … }"),
    ("try { } catch e: A, B { }", "several classes stand in parentheses: (A, B)"),
    ("f{ \"x\" }", nil), ("f\"{x!r}\"", "write {repr(value)}"),
  ])
  func help(_ text: String, _ help: String?) { #expect(firstHelp(text) == help) }

  @Test func namesFromOtherLanguagesHaveHelp() {
    #expect(ForeignWord.help(forName: "None") == "write 'nil'")
    #expect(ForeignWord.help(forName: "True") == "write 'true'")
    #expect(ForeignWord.help(forName: "this") == "write 'self'")
    #expect(ForeignWord.help(forName: "price") == nil)
    // They are names like others to the parser.
    #expect(dump("let null = None") == "(let null None)")
  }

  // MARK: UTF-8

  @Test(
    arguments: [
      ([0x61, 0xff], 1, "0xff"), ([0xc0, 0x80], 0, "0xc0"), ([0x61, 0x62, 0xc3], 2, "0xc3"),
      ([0xed, 0xa0, 0x80], 0, "0xed"), ([0xf4, 0x90, 0x80, 0x80], 0, "0xf4"),
      ([0xe0, 0x80, 0x80], 0, "0xe0"), ([0xf0, 0x9f, 0x98], 0, "0xf0"), ([0x80], 0, "0x80"),
      (Array("let s = 'abcdefghijklm".utf8) + [0x9f], 22, "0x9f"),
      ([0xc3, 0xa9, 0xf8], 2, "0xf8"),
    ] as [([UInt8], Int, String)])
  func invalidUTF8(_ bytes: [UInt8], _ offset: Int, _ byte: String) {
    let tree = bytes.withUnsafeBufferPointer { parse($0, symbols: SymbolTable()) }
    #expect(
      tree.diagnostics.map(\.message) == [
        "the text is not UTF-8: byte \(byte) at offset \(offset)"
      ])
    #expect(tree.diagnostics.first?.range == SourceRange(UInt32(offset), UInt32(offset) + 1))
  }

  @Test func validUTF8IsAccepted() {
    #expect(dump("'é日本🎉\u{10ffff}\u{d7ff}\u{e000}'") == "\"é日本🎉\u{10ffff}\u{d7ff}\u{e000}\"")
  }
}
