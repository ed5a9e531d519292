import Testing

@testable import Lang

@Suite struct StatementTests {
  @Test(arguments: [
    ("let a = 1", "(let a 1)"), ("var a", "(var a)"), ("var a = 1, 2", "(var a (tuple 1 2))"),
    ("let a, b = c", "(let (unpack a b) c)"), ("let a, ...b = c", "(let (unpack a ...b) c)"),
    ("let ...a, b = c", "(let (unpack ...a b) c)"), ("let a, = c", "(let (unpack a) c)"),
    ("let (a, b), c = d", "(let (unpack (unpack a b) c) d)"), ("let (a) = b", "(let a b)"),
    ("let (a,) = b", "(let (unpack a) b)"),
    ("let get = 1; let static = 2", "(let get 1)\n(let static 2)"),
    ("var eager = 1\neager = 2\neager", "(var eager 1)\n(= eager 2)\neager"),
  ])
  func declarations(_ text: String, _ tree: String) { #expect(dump(text) == tree) }

  @Test(arguments: [
    ("a = 1", "(= a 1)"), ("a, b = b, a", "(= (unpack a b) (tuple b a))"),
    ("a.b, c[d] = e", "(= (unpack (. a b) (index c d)) e)"), ("(a, b) = c", "(= (unpack a b) c)"),
    ("a, ...b = c", "(= (unpack a ...b) c)"), ("...a, b = c", "(= (unpack ...a b) c)"),
    ("a, (b, ...c) = d", "(= (unpack a (unpack b ...c)) d)"), ("a, = b", "(= (unpack a) b)"),
    ("x = 1, 2", "(= x (tuple 1 2))"), ("x = 1, ...y", "(= x (tuple 1 ...y))"),
    ("a += 1", "(+= a 1)"), ("a.b //= 2", "(//= (. a b) 2)"), ("a[b] ??= 2", "(??= (index a b) 2)"),
    ("a **= 1; a <<= 2; a >>= 3", "(**= a 1)\n(<<= a 2)\n(>>= a 3)"),
    ("a -= 1; a *= 1; a /= 1; a %= 1", "(-= a 1)\n(*= a 1)\n(/= a 1)\n(%= a 1)"),
    ("a &= 1; a |= 1; a ^= 1", "(&= a 1)\n(|= a 1)\n(^= a 1)"),
  ])
  func assignments(_ text: String, _ tree: String) { #expect(dump(text) == tree) }

  @Test(arguments: [
    "1 = 2", "a + b = c", "f() = 1", "a?.b = 1", "(a, 1) = b", "a, f() = b", "nil = 1", "self = 1",
    "a == b = c", "-a = 1", "[a, b] = c", "() = a", "f() += 1", "a, b += 1", "1 += 1",
    "fn() => 1 += 2",
    "\"a\" = 1", "{} = 1", "(a ? b : c) = 1",
  ])
  func targetsAreChecked(_ text: String) {
    #expect(problems(text).count == 1)
    #expect(problems(text).first?.hasSuffix("cannot assign to this expression") == true)
  }

  @Test func slicesCannotBeAssignedTo() {
    #expect(problems("xs[1..2] = 1") == ["1:1 cannot assign to a slice"])
    #expect(problems("xs[1..] += 1") == ["1:1 cannot assign to a slice"])
  }

  @Test(arguments: [
    ("if a { b }", "(if a { b })"), ("if a { } else { c }", "(if a {} { c })"),
    ("if a { } else if b { } else { c }", "(if a {} (if b {} { c }))"),
    ("if a {\n}\nelse if b {\n}\nelse {\n}", "(if a {} (if b {} {}))"),
    ("while a { break; continue }", "(while a { (break) (continue) })"),
    ("for x in xs { }", "(for x xs {})"), ("for i, x in xs { }", "(for (unpack i x) xs {})"),
    ("for i, (a, ...b) in xs { }", "(for (unpack i (unpack a ...b)) xs {})"),
    ("for x in 0..n { }", "(for x (.. 0 n) {})"),
    ("for x in ({a: 1}) { }", "(for x (map \"a\": 1) {})"),
    ("if f({a: 1}) { b }", "(if (call f (map \"a\": 1)) { b })"),
    ("if xs.any(fn(x) { return x }) { b }", "(if (call (. xs any) (fn [x] { (return x) })) { b })"),
    ("if a\n  .b { }", "(if (. a b) {})"),
    ("try { } catch { }", "(try {} (catch {}))"), ("try { } finally { }", "(try {} (finally {}))"),
    ("try { } catch e { } finally { a }", "(try {} (catch e {}) (finally { a }))"),
    (
      "try { }\ncatch e: A { }\ncatch e: (A, B) { }\nfinally { }",
      "(try {} (catch e A {}) (catch e (tuple A B) {}) (finally {}))"
    ),
    ("try { } catch e: m.A { throw }", "(try {} (catch e (. m A) { (throw) }))"),
    ("assert a", "(assert a)"), ("assert a, \"b\"", "(assert a \"b\")"),
    ("throw a", "(throw a)"), ("fn f() { return }", "(fn f [] { (return) })"),
    ("fn f() { return a, b }", "(fn f [] { (return (tuple a b)) })"),
    ("fn f() { yield }", "(fn* f [] { (yield) })"),
    ("fn f() { yield a, b }", "(fn* f [] { (yield (tuple a b)) })"),
    ("{a: 1}", "(map \"a\": 1)"), ("{}", "(map)"), ("fn f() { }", "(fn f [] {})"),
    ("fn() { }()", "(call (fn [] {}))"), ("fn f(a) => a", "(fn f [a] => a)"),
    (";;a;;b;", "a\nb"), ("", ""), ("# only a comment", ""),
  ])
  func statements(_ text: String, _ tree: String) { #expect(dump(text) == tree) }

  @Test(arguments: [
    ("class A { }", "(class A)"), ("class A(B) { }", "(class A < B)"),
    ("class A() { }", "(class A)"),
    ("class A(m.B) { }", "(class A < (. m B))"),
    ("class A { let a = 1; fn f() { } }", "(class A (let a 1) (fn f [] {}))"),
    (
      "class A { fn +(b) => b\n fn [](i) => i\n fn []=(i, v) { } }",
      "(class A (fn + [b] => b) (fn [] [i] => i) (fn []= [i v] {}))"
    ),
    (
      "class A { fn -(b) => b\n fn *(b) => b\n fn /(b) => b\n fn //(b) => b\n fn %(b) => b }",
      "(class A (fn - [b] => b) (fn * [b] => b) (fn / [b] => b) (fn // [b] => b) (fn % [b] => b))"
    ),
    (
      "class A { fn **(b) => b\n fn ==(b) => b\n fn <(b) => b\n fn <=(b) => b\n fn neg() => 1 }",
      "(class A (fn ** [b] => b) (fn == [b] => b) (fn < [b] => b) (fn <= [b] => b) (fn neg [] => 1))"
    ),
    (
      "class A { get a => 1\n get b { return 2 }\n static fn c() => 3 }",
      "(class A (get a [] => 1) (get b [] { (return 2) }) (static fn c [] => 3))"
    ),
    (
      "class A { fn get(k) => k\n fn static() => 1\n fn if() => 2\n fn class() => 3 }",
      "(class A (fn get [k] => k) (fn static [] => 1) (fn if [] => 2) (fn class [] => 3))"
    ),
    ("class A { get get => 1\n get if => 2 }", "(class A (get get [] => 1) (get if [] => 2))"),
    ("class A { fn iter() { yield 1 } }", "(class A (fn* iter [] { (yield 1) }))"),
  ])
  func classes(_ text: String, _ tree: String) { #expect(dump(text) == tree) }

  @Test(arguments: [
    ("import a", "(import a)"), ("import a.b.c", "(import a.b.c)"),
    ("import a as b", "(import a as b)"),
    ("import a, b.c as d", "(import a)\n(import b.c as d)"),
    ("import a,\n  b", "(import a)\n(import b)"),
    ("import .a", "(import .a)"), ("import ..a.b as c", "(import ..a.b as c)"),
    ("import ...a", "(import ...a)"), ("import a.import.if", "(import a.import.if)"),
    ("from a import b", "(from a import b)"),
    ("from a import b as c, d", "(from a import b as c d)"),
    ("from a import *", "(from a import *)"), ("from . import a", "(from . import a)"),
    ("from .... import a", "(from .... import a)"),
    ("from ..a.b import c", "(from ..a.b import c)"),
    ("from a import (b,\n  c as d,\n)", "(from a import b c as d)"),
    ("from a import b,\n  c", "(from a import b c)"),
    ("eager import a", "(eager import a)"), ("eager from a import b", "(eager from a import b)"),
    ("eager import a, b", "(eager import a)\n(eager import b)"), ("eager(1)", "(call eager 1)"),
    ("fn f() { import a\n from b import c }", "(fn f [] { (import a) (from b import c) })"),
  ])
  func imports(_ text: String, _ tree: String) { #expect(dump(text) == tree) }

  // MARK: Line ends

  @Test(arguments: [
    ("a\nb", "a\nb"), ("a +\nb", "(+ a b)"), ("a\n+ b", "a\n(+ b)"), ("a and\nb", "(and a b)"),
    ("a\n.b", "(. a b)"), ("a\n  ?.b\n  .c()", "(chain (call (. (?. a b) c)))"),
    ("a.\nb", "(. a b)"),
    ("a\n(b)", "a\nb"), ("a\n[b]", "a\n(list b)"), ("(a\n+ b)", "(+ a b)"),
    ("[a\n, b\n]", "(list a b)"),
    ("x =\n1", "(= x 1)"), ("x +=\n1", "(+= x 1)"), ("let x =\n1", "(let x 1)"),
    ("x = 1,\n2", "(= x (tuple 1 2))"),
    ("let a,\nb = c", "(let (unpack a b) c)"), ("a ?\nb :\nc", "(? a b c)"),
    ("fn() =>\n1", "(fn [] => 1)"),
    ("a is\nnot\nb", "(is-not a b)"), ("a not\nin\nb", "(not-in a b)"),
    ("a\n..\nb".replacing("\n..", with: " .."), "(.. a b)"),
    ("{\na\n:\n1\n}", "(map \"a\": 1)"), ("f(\na\n)", "(call f a)"),
    ("f(fn() {\na\nb\n}\n, c)", "(call f (fn [] { a b }) c)"),
    ("f(fn() => a\n+ b)", "(call f (fn [] => (+ a b)))"),
    ("fn f(\na,\nb\n) {\n}", "(fn f [a b] {})"),
    ("for x in\nxs { }", "(for x xs {})"), ("assert a,\nb", "(assert a b)"),
    ("return\n".replacing("return", with: "throw") + "a", "(throw)\na"),
    ("a # c\n# d\n .b", "(. a b)"), ("(a\n(b))", "(call a b)"), ("a\r\nb\r\n", "a\nb"),
    ("return_ = 1\n-a", "(= return_ 1)\n(- a)"), ("x = a ? b : c\n", "(= x (? a b c))"),
  ])
  func lineEnds(_ text: String, _ tree: String) { #expect(dump(text) == tree) }

  @Test(arguments: [
    "let\nx = 1", "let x\n= 1", "if\na { }", "if a\n{ }", "for\nx in xs { }", "for x\nin xs { }",
    "a b",
    "not\na", "-\na", "import\na", "from a\nimport b",
    "while a { } b", "import a as\nb", "a ? b\n: c", "fn f()\n=> 1", "fn f() { } fn g() { }",
  ])
  func lineEndsThatMatter(_ text: String) {
    #expect(problems(text).count == 1, "\(problems(text))")
  }

  @Test(arguments: [
    ("class\nA { }", "1:6 expected the class's name, found the end of the line"),
    ("fn\nf() { }", "1:3 expected the function's name, found the end of the line"),
    ("fn f\n() { }", "1:5 expected '(' and the parameters, found the end of the line"),
  ])
  func declarationsBeginOnOneLine(_ text: String, _ problem: String) {
    #expect(problems(text).first == problem)
  }

  // MARK: Documentation

  @Test func documentationBelongsToWhatFollows() {
    let tree = parse(
      """
      # nothing
      let first = 1
      ## Of a.
      ##
      ##  Indented.
      let a = 1
      let b = 2  ## not documentation
      let c = 3
      ## Of f.

      fn f() { }
      ### decoration
      let d = fn() => 1
      ## Of e.
      let e = fn() => 1
      ## Of C.
      class C {
        ## Of m.
        fn m() { }
        ## Of k.
        let k = 1
        ## Of p.
        get p => 1
      }
      """, symbols: SymbolTable())
    #expect(tree.diagnostics == [])
    #expect(tree.documentation == .none)
    func text(_ symbol: UInt32) -> String { tree.symbols.text(of: Symbol(symbol)) }
    var found: [String: String] = [:]
    for index in 1..<tree.nodes.count {
      let node = tree.nodes[index]
      switch node.kind {
      case .declaration: found[text(tree.nodes[Int(node.a)].a)] = text(node.c)
      case .function: found["fn " + text(node.a)] = text(tree.extra[Int(node.b) + 1])
      case .classDeclaration: found[text(node.a)] = text(tree.extra[Int(node.c)])
      default: break
      }
    }
    #expect(
      found == [
        "first": "", "a": "Of a.\n\n Indented.", "b": "", "c": "", "fn f": "Of f.", "d": "",
        "e": "Of e.",
        "fn ": "Of e.", "C": "Of C.", "fn m": "Of m.", "k": "Of k.", "fn p": "Of p.",
      ])
  }

  @Test(arguments: [
    ("## Module.\n\nfn f() { }", "Module.", ""),
    ("## Module.\nimport a\nfn f() { }", "Module.", ""),
    ("## Module.\neager from a import b\nfn f() { }", "Module.", ""), ("## Module.", "Module.", ""),
    ("## Of f.\nfn f() { }", "", "Of f."),
    ("## Module.\n\n## Of f.\nfn f() { }", "Module.", "Of f."),
    ("#!/usr/bin/env lang\n# Licence.\n\n## Module.\n## More.\n\nfn f() { }", "Module.\nMore.", ""),
    ("\u{feff}## Module.\r\n\r\nfn f() { }", "Module.", ""),
    ("let x = 1\n## No.\n\nimport a\nfn f() { }", "", ""),
    ("# Plain.\n\nfn f() { }", "", ""),
  ])
  func documentationAtTheHead(_ text: String, _ module: String, _ function: String) {
    let tree = parse(text, symbols: SymbolTable())
    #expect(tree.symbols.text(of: tree.documentation) == module)
    let functions = (1..<tree.nodes.count).map { tree.nodes[$0] }.filter { $0.kind == .function }
    for node in functions {
      #expect(tree.symbols.text(of: Symbol(tree.extra[Int(node.b) + 1])) == function)
    }
    #expect(functions.count == (text.contains("fn") ? 1 : 0))
  }

  @Test func namesOfFunctionsHaveTheirPlace() {
    let text = "static_ = 1\nclass A {\n  static fn unit() => 1\n  get area => 2\n}\nfn f() { }"
    let tree = parse(text, symbols: SymbolTable())
    let source = Array(text)
    var names: [Character] = []
    for index in 1..<tree.nodes.count where tree.nodes[index].kind == .function {
      names.append(source[Int(tree.nodes[index].c)])
    }
    #expect(names == ["u", "a", "f"])
  }
}
