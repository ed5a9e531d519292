import Testing

@testable import Lang

/// What a REPL needs to know: whether another line can make a text correct.
@Suite struct IncompleteTests {
  @Test(arguments: [
    "f(", "f(1,", "f(1", "[1,\n2", "{", "{a: 1,", "{a:", "x = {", "(1 +", "fn f() {",
    "fn f() {\n  a\n",
    "if a {\n  b\n} else {", "class A {", "class A {\n  fn f() {\n  }", "x =", "x = 1 +",
    "x = 1 +\n",
    "let x =", "x +=", "a and", "a.", "a?.", "x = 1,", "let a,", "for x in", "a ?", "a ? b :",
    "fn() =>",
    "try { }", "try { }\n", "\"\"\"abc", "x = '''\n", "f\"\"\"{x} abc", "f\"\"\"{x", "f\"\"\"{x:",
    "r'''a",
    "import a,", "from a import b,", "from a import (", "import a.", "a not", "a is", "xs[",
    "xs[1..", "fn f(",
    "fn f(a,", "fn f(a = ", "x = fn() {", "[x for x in", "[x for", "class A(", "catch_ = [",
    "assert a,",
    "while f(", "if (", "if f({", "x = -(",
  ])
  func incomplete(_ text: String) {
    let tree = parse(text, symbols: SymbolTable())
    #expect(tree.isIncomplete)
    #expect(tree.diagnostics.count == 1)
  }

  @Test(arguments: [
    "", "x", "x = 1", "f()", "if a { }", "let", "let x", "if", "if x", "if x y {", "fn", "fn f",
    "fn f()",
    "for x", "x = )", "f(]", "'abc", "f'abc", "f'{x", "while a", "class", "class A", "import",
    "from a",
    "from a import", "a b {", "not", "-", "x = -", "f(1 2", "x = 012\nf(", "}", "throw", "return",
    "# comment",
    "## doc", "f(a b, [", "let 1 = {", "x = $ (",
  ])
  func notIncomplete(_ text: String) {
    #expect(!parse(text, symbols: SymbolTable()).isIncomplete)
  }

  @Test(arguments: [
    "fn f(a) {\n  if a {\n    return [1,\n      2]\n  } else {\n    return {a: 1}\n  }\n}",
    "let text = \"\"\"\n  a\n  \"\"\"",
    "try {\n  a\n}\ncatch e: A {\n  b\n}",
    "class A(B) {\n  let a = 1\n  fn f(x,\n    y = 2) => x +\n    y\n}",
  ])
  func everyLineButTheLastOfAnEntry(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for count in 1..<lines.count {
      let beginning = lines[0..<count].joined(separator: "\n")
      // A `try` with its `catch` is complete before every further clause.
      let isWhole =
        beginning.hasSuffix("}") && !beginning.hasPrefix("fn f") && beginning.contains("catch")
      #expect(parse(beginning, symbols: SymbolTable()).isIncomplete != isWhole, "\(beginning)")
    }
    #expect(problems(text) == [])
  }
}
