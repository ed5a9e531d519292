import Testing

@testable import Lang

@Suite struct LimitTests {
  /// A text in which something is repeated: `count` times on the left, something, on the right.
  private func nested(_ left: String, _ middle: String, _ right: String, _ count: Int) -> String {
    String(repeating: left, count: count) + middle + String(repeating: right, count: count)
  }

  @Test(arguments: [
    ("(", "1", ")"), ("[", "1", "]"), ("f(", "1", ")"), ("xs[", "1", "]"), ("{a: ", "1", "}"),
    ("- ", "1", ""),
    ("not ", "a", ""), ("2 ** ", "1", ""), ("a ? b : ", "c", ""), ("a ? ", "b", " : c"),
    ("fn() => ", "1", ""),
    ("if a {\n", "b", "\n}"), ("fn f() {\n", "b", "\n}"), ("while a { ", "b", " }"), ("~", "1", ""),
    ("[x for x in ", "xs", "]"), ("try { ", "b", " } finally { }"), ("else_(fn() { ", "b", " })"),
    ("class A { fn f() { ", "b", " } }"), ("for x in xs { ", "b", " }"),
  ])
  func deepNestingIsAnError(_ left: String, _ middle: String, _ right: String) {
    #expect(problems(nested(left, middle, right, 120)) == [])
    for count in [Parser.maximumDepth + 10, 100_000] {
      let found = problems(nested(left, middle, right, count))
      #expect(found.count == 1)
      #expect(found.first?.hasSuffix("nested deeper than 500 levels") == true)
    }
    // Without the closing half it is the same.
    #expect(problems(nested(left, "", "", 100_000)).first?.hasSuffix("500 levels") == true)
  }

  @Test func theDepthLimitIsExact() {
    #expect(problems(nested("(", "1", ")", Parser.maximumDepth)) == [])
    #expect(problems(nested("(", "1", ")", Parser.maximumDepth + 1)).count == 1)
    #expect(problems(nested("[", "1", "]", Parser.maximumDepth)) == [])
    #expect(problems(nested("- ", "1", "", Parser.maximumDepth)) == [])
  }

  @Test func nestedFormatStringsAreLimited() {
    #expect(problems(nested("f'{", "1", "}'", 100)) == [])
    #expect(problems(nested("f'{", "1", "}'", 100_000)).first?.hasSuffix("500 levels") == true)
    #expect(
      problems("f'{1" + String(repeating: ":{1", count: 100_000)).first?.hasSuffix("500 levels")
        == true)
  }

  @Test func patternsAreLimited() {
    #expect(
      problems("let " + nested("(", "a", ",)", 10_000) + " = 1").first?.hasSuffix("500 levels")
        == true)
    #expect(
      problems(nested("(", "a", ",)", 10_000) + " = 1").first?.hasSuffix("500 levels") == true)
    #expect(problems("let " + nested("(", "a", ",)", 400) + " = 1") == [])
  }

  @Test(arguments: [
    " + a", " and a", " or a", " ?? a", " * a", " | a", ".b", "()", "[0]", "?.b", " < a",
  ])
  func flatChainsMayBeLong(_ link: String) {
    #expect(problems("a" + String(repeating: link, count: 10_000)) == [])
    #expect(problems("a" + String(repeating: link, count: Parser.maximumChainLength)) == [])
    let found = problems("a" + String(repeating: link, count: 100_000))
    #expect(found.count == 1)
    #expect(found.first?.contains("more than 20000") == true)
  }

  @Test func aLongChainCanBeDumped() {
    let tree = parse("a" + String(repeating: " + a", count: 20_000), symbols: SymbolTable())
    #expect(SyntaxDump.dump(tree).hasPrefix("(+ (+ (+ "))
  }

  @Test func elseIfIsNotNesting() {
    let text = "if a { }" + String(repeating: " else if b { }", count: 10_000) + " else { c }"
    #expect(problems(text) == [])
    let longer = "if a { }" + String(repeating: " else if b { }", count: 30_000)
    #expect(problems(longer).first?.hasSuffix("more than 20000 'else if' in a row") == true)
  }

  @Test func listsAndBlocksMayBeLong() {
    #expect(problems("[" + String(repeating: "1, ", count: 200_000) + "]") == [])
    #expect(problems("f(" + String(repeating: "a: 1, ", count: 50_000) + ")") == [])
    #expect(problems(String(repeating: "a;", count: 200_000)) == [])
    #expect(problems("x = '" + String(repeating: "a", count: 5_000_000) + "'") == [])
    #expect(problems("# " + String(repeating: "a", count: 5_000_000)) == [])
  }

  @Test func aMillionNames() {
    var text = ""
    for number in 0..<200_000 { text += "name_number_\(number) = \(number)\n" }
    let symbols = SymbolTable()
    let before = symbols.count
    #expect(parse(text, symbols: symbols).diagnostics == [])
    #expect(symbols.count == before + 200_000)
  }

  @Test func aTextBeyondTheLimitIsRefusedUnread() {
    let byte: [UInt8] = [0]
    byte.withUnsafeBufferPointer { buffer in
      let huge = UnsafeBufferPointer(start: buffer.baseAddress, count: 1 << 31)
      let tree = parse(huge, symbols: SymbolTable())
      #expect(
        tree.diagnostics.map(\.message) == [
          "a source text of 2147483648 bytes is too long: the limit is 2147483647 bytes"
        ])
    }
  }

  @Test func emptyTexts() {
    let tree = parse(UnsafeBufferPointer(start: nil, count: 0), symbols: SymbolTable())
    #expect(tree.diagnostics == [])
    #expect(tree.statements(of: tree.root) == [])
    #expect(problems("\u{feff}") == [])
  }

  /// Whatever the text, the parser ends, and every index in the tree leads somewhere.
  @Test func textsThatAreCutAnywhere() {
    let text = """
      import a.b as c
      from . import (d, e as f)
      class A(B) { let k = 1; fn +(o) => f"{o:>{w}}{k=}"; get p { return 1 }; static fn s(...r) { } }
      let (x, ...y), z = [1, 2.5e3, 0xff, r"raw", \"\"\"
        long
        \"\"\", {a: 1, [b]: 2, ...m}, {k: v for k, v in m if v}]
      for i, j in xs[1..] { if not a?.b() ?? c { continue } else if a < b <= c { break } }
      try { throw E("é") } catch e: (A, B) { yield 1 } finally { assert a is not b, 'c' }
      x, y.z = y ? -x ** 2 : fn(a, b = 1) { a += 1 }
      """
    let bytes = Array(text.utf8)
    for count in 0...bytes.count {
      let tree = bytes[0..<count].withUnsafeBufferPointer { parse($0, symbols: SymbolTable()) }
      #expect(SyntaxDump.dump(tree).utf8.count >= 0)
      #expect(tree.diagnostics.count <= Parser.maximumDiagnostics)
      for diagnostic in tree.diagnostics {
        #expect(diagnostic.range.start <= diagnostic.range.end)
        #expect(Int(diagnostic.range.end) <= count)
      }
    }
    #expect(parse(text, symbols: SymbolTable()).diagnostics == [])
    // The same with one byte taken out, or replaced by each of some that matter.
    for position in bytes.indices {
      for replacement in ["", "(", ")", "{", "}", "'", "\"", "\n", ":", "=", "\\", "#", ",", ".."] {
        var changed = bytes
        changed.replaceSubrange(position...position, with: Array(replacement.utf8))
        let tree = changed.withUnsafeBufferPointer { parse($0, symbols: SymbolTable()) }
        #expect(tree.diagnostics.allSatisfy { Int($0.range.end) <= changed.count })
      }
    }
  }
}
