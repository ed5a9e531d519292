import Testing

@testable import Lang

@Suite struct ExpressionTests {
  @Test(arguments: [
    // Low to high: ?: ?? or and not comparisons | ^ & shifts ranges sums products unary ** postfix.
    ("a ? b : c ?? d", "(? a b (?? c d))"),
    ("a ?? b or c", "(?? a (or b c))"),
    ("a or b and c", "(or a (and b c))"),
    ("a and b or c", "(or (and a b) c)"),
    ("a and not b == c", "(and a (not (== b c)))"),
    ("not not a", "(not (not a))"),
    ("not a in b", "(not (in a b))"),
    ("a == b | c", "(== a (| b c))"),
    ("a | b ^ c & d", "(| a (^ b (& c d)))"),
    ("a & b << c", "(& a (<< b c))"),
    ("a << 1 .. b", "(<< a (.. 1 b))"),
    ("a .. b + c", "(.. a (+ b c))"),
    ("a + b * c", "(+ a (* b c))"),
    ("a * b + c", "(+ (* a b) c)"),
    ("a - b - c", "(- (- a b) c)"),
    ("a / b // c % d", "(% (// (/ a b) c) d)"),
    ("-a * b", "(* (- a) b)"),
    ("-2 ** 2", "(- (** 2 2))"),
    ("2 ** -1", "(** 2 (- 1))"),
    ("2 ** 3 ** 2", "(** 2 (** 3 2))"),
    ("2 ** -3 ** 2", "(** 2 (- (** 3 2)))"),
    ("~a ** b", "(~ (** a b))"),
    ("-a.b", "(- (. a b))"),
    ("a ** b.c(d)", "(** a (call (. b c) d))"),
    ("-+~a", "(- (+ (~ a)))"),
    ("(a + b) * c", "(* (+ a b) c)"),
    ("a ?? b ?? c", "(?? (?? a b) c)"),
  ])
  func precedence(_ text: String, _ tree: String) { #expect(dump(text) == tree) }

  @Test(arguments: [
    ("a < b", "(< a b)"),
    ("a < b <= c", "(compare a < b <= c)"),
    ("a == b == c != d", "(compare a == b == c != d)"),
    ("(a < b) < c", "(< (< a b) c)"),
    ("a < (b < c)", "(< a (< b c))"),
    ("a in b", "(in a b)"),
    ("a not in b", "(not-in a b)"),
    ("a is b", "(is a b)"),
    ("a is not b", "(is-not a b)"),
    ("a is not b not in c", "(compare a is-not b not-in c)"),
    ("a < b + 1 < c and d", "(and (compare a < (+ b 1) < c) d)"),
  ])
  func comparisons(_ text: String, _ tree: String) { #expect(dump(text) == tree) }

  @Test(arguments: [
    ("a ? b : c", "(? a b c)"),
    ("a ? b : c ? d : e", "(? a b (? c d e))"),
    ("a ? b ? c : d : e", "(? a (? b c d) e)"),
    ("f(a ? b : c)", "(call f (? a b c))"),
    ("f(a ? b : c, d: e ? f : g)", "(call f (? a b c) d: (? e f g))"),
    ("{k: a ? b : c}", "(map \"k\": (? a b c))"),
  ])
  func conditionals(_ text: String, _ tree: String) {
    #expect(dump("x = " + text) == "(= x \(tree))")
  }

  @Test(arguments: [
    ("a.b.c", "(. (. a b) c)"),
    ("a?.b", "(chain (?. a b))"),
    ("a?.b.c(d)[e]", "(chain (index (call (. (?. a b) c) d) e))"),
    ("(a?.b).c", "(. (chain (?. a b)) c)"),
    ("a?.b + c?.d", "(+ (chain (?. a b)) (chain (?. c d)))"),
    ("f()", "(call f)"),
    ("f(a, b,)", "(call f a b)"),
    ("f(...a, b: 1)", "(call f ...a b: 1)"),
    ("f(if: 1, class: 2)", "(call f if: 1 class: 2)"),
    ("a.if.class.get", "(. (. (. a if) class) get)"),
    ("super.init(a)", "(call (. super init) a)"),
    ("self.x", "(. self x)"),
    ("1.foo", "(. 1 foo)"),
    ("\"a\".b", "(. \"a\" b)"),
    ("xs[1]", "(index xs 1)"),
    ("xs[1, 2]", "(index xs (tuple 1 2))"),
    ("fn(x) => x(1)", "(fn [x] => (call x 1))"),
    ("(fn(x) => x)(1)", "(call (fn [x] => x) 1)"),
  ])
  func postfix(_ text: String, _ tree: String) { #expect(dump(text) == tree) }

  @Test(arguments: [
    ("a..b", "(.. a b)"), ("a..=b", "(..= a b)"), ("0..n + 1", "(.. 0 (+ n 1))"),
    ("xs[1..3]", "(index xs (.. 1 3))"), ("xs[1..=3]", "(index xs (..= 1 3))"),
    ("xs[2..]", "(index xs (.. 2 _))"), ("xs[..3]", "(index xs (.. _ 3))"),
    ("xs[..=3]", "(index xs (..= _ 3))"), ("xs[..]", "(index xs (.. _ _))"),
    ("xs[..-1]", "(index xs (.. _ (- 1)))"), ("xs[-2..]", "(index xs (.. (- 2) _))"),
    ("xs[a + 1..]", "(index xs (.. (+ a 1) _))"), ("xs[(a)..]", "(index xs (.. a _))"),
    ("xs[ys[0]..]", "(index xs (.. (index ys 0) _))"),
    ("xs[ys[1..]]", "(index xs (index ys (.. 1 _)))"),
    ("xs[ys[1..]..]", "(index xs (.. (index ys (.. 1 _)) _))"),
  ])
  func ranges(_ text: String, _ tree: String) { #expect(dump(text) == tree) }

  @Test(arguments: [
    "xs[c ? 1 : 2..]", "xs[[2..]]", "xs[a == 2..]", "xs[not 2..]", "x = 1..", "f(1..)", "xs[1..=]",
    "x = ..3", "xs[1, 2..]", "1..2..3",
  ])
  func rangesWithoutABoundStandInAnIndexOnly(_ text: String) { #expect(problems(text).count == 1) }

  @Test(arguments: [
    ("()", "(tuple)"), ("(a)", "a"), ("(a,)", "(tuple a)"), ("(a, b)", "(tuple a b)"),
    ("(...a, b)", "(tuple ...a b)"), ("[]", "(list)"), ("[a]", "(list a)"),
    ("[a, ...b,]", "(list a ...b)"), ("[(a, b), c]", "(list (tuple a b) c)"),
    ("[x * 2 for x in xs if x > 1]", "(list-for (* x 2) (for x xs) (if (> x 1)))"),
    ("[x for a in b for x in a]", "(list-for x (for a b) (for x a))"),
    ("[(a, b) for a, b in c]", "(list-for (tuple a b) (for (unpack a b) c))"),
    ("{}", "(map)"), ("{a: 1}", "(map \"a\": 1)"), ("{\"a\": 1, b: 2,}", "(map \"a\": 1 \"b\": 2)"),
    ("{[a]: 1}", "(map a: 1)"), ("{1: 2, (1, 2): 3, -1: 4}", "(map 1: 2 (tuple 1 2): 3 (- 1): 4)"),
    ("{...a, b: 1}", "(map ...a \"b\": 1)"), ("{if: 1, nil: 2}", "(map \"if\": 1 \"nil\": 2)"),
    ("{a # c\n: 1}", "(map \"a\": 1)"), ("{a.b: 1}", "(map (. a b): 1)"),
    ("{k: v for k, v in m}", "(map-for k: v (for (unpack k v) m))"),
    ("{k.n: v for k, v in m}", "(map-for (. k n): v (for (unpack k v) m))"),
    ("{\"a\": v for v in m}", "(map-for \"a\": v (for v m))"),
    ("{nil: v for v in m}", "(map-for nil: v (for v m))"),
    ("{[a]: v for v in m}", "(map-for a: v (for v m))"),
    ("{f\"{a}\": v}", "(map (format {a}): v)"),
  ])
  func displays(_ text: String, _ tree: String) { #expect(dump(text) == tree) }

  @Test(arguments: [
    ("fn() => 1", "(fn [] => 1)"), ("fn(a, b = 1, ...c) => a", "(fn [a b=1 ...c] => a)"),
    ("fn(x) { return x }", "(fn [x] { (return x) })"),
    ("fn() => {a: 1}", "(fn [] => (map \"a\": 1))"),
    ("fn() { yield 1 }", "(fn* [] { (yield 1) })"),
    ("fn() { let g = fn() { yield 1 } }", "(fn [] { (let g (fn* [] { (yield 1) })) })"),
    ("fn() { yield fn() => 1 }", "(fn* [] { (yield (fn [] => 1)) })"),
    ("fn(x) => fn(y) => x + y", "(fn [x] => (fn [y] => (+ x y)))"),
    ("[fn() {\n let a = 1\n return a\n}, 2]", "(list (fn [] { (let a 1) (return a) }) 2)"),
  ])
  func functions(_ text: String, _ tree: String) { #expect(dump(text) == tree) }

  @Test(arguments: [
    ("nil", "nil"), ("true", "true"), ("false", "false"), ("12", "12"), ("1.5", "1.5"),
    ("99999999999999999999", "99999999999999999999"), ("0xffffffffffffffff", "0xffffffffffffffff"),
  ])
  func literals(_ text: String, _ tree: String) { #expect(dump(text) == tree) }

  @Test func anchorsStandForTheirNodes() throws {
    let text = "a + b.c(d)[e] < (f)"
    let tree = parse(text, symbols: SymbolTable())
    var anchors: [NodeKind: Character] = [:]
    var spans: [NodeKind: String] = [:]
    for index in 1..<tree.nodes.count {
      let node = tree.nodes[index]
      anchors[node.kind] = Array(text)[Int(node.anchor)]
      spans[node.kind] = String(Array(text)[Int(node.start)..<Int(node.end)])
    }
    #expect(anchors[.member] == "c")
    #expect(anchors[.call] == "(")
    #expect(anchors[.index] == "[")
    #expect(anchors[.binary] == "<")
    #expect(spans[.member] == "b.c")
    #expect(spans[.call] == "b.c(d)")
    #expect(spans[.index] == "b.c(d)[e]")
    #expect(spans[.binary] == text)
    #expect(spans[.name] == "(f)")
    #expect(anchors[.name] == "f")
  }
}
