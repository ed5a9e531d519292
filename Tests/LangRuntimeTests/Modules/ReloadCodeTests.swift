import Testing

@testable import LangRuntime

/// Code that is held, running, suspended or remembered when its module is reloaded.
@Suite("Code after reload")
struct ReloadCodeTests {
  private let head = """
    import m
    import workshop
    fn again(text) {
      workshop.write('m.l', text)
      return reload(m)
    }

    """

  private func run(_ isStressed: Bool, _ source: String, _ program: String) -> String {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", source)
    return workshop.run(head + program)
  }

  // MARK: Members

  @Test(arguments: [false, true])
  func propertiesStaticsAndConstants(isStressed: Bool) {
    let printed = run(
      isStressed,
      """
      class C {
        let size = 1
        let table = {a: 1}
        get area => self.size * 10
        static fn make(n = 1) => [C(), n]
        fn method() => 'method'
        get swapped => 'property'
        fn also() => 'method'
      }
      """,
      """
      let c = m.C()
      let held_make = m.C.make
      fn ask() => [c.size, c.area, m.C.size, m.C.make()[1], held_make()[1], m.C.table, c.table]
      print(ask(), ask(), c.swapped, c.also())
      again('''class C {
        get area => self.size * 100
        get swapped => 'still a property'
        static fn make(n = 2, more = 3) => [C(), n + more]
        let size = 2
        let table = {b: 2}
        get also => 'property now'
        get method => 'a property too'
        static fn added() => 'added'
      }''')
      print(ask(), ask(), c.swapped, c.also, c.method, m.C.added(), held_make(1, 1)[1])
      again('class C { fn swapped() => "method now"; let area = 7; get size => 8 }')
      print(c.swapped(), c.area, c.size, m.C.area, hasattr(m.C, 'make'), hasattr(c, 'also'))
      print(held_make()[1])
      """)
    #expect(
      printed == """
        [1, 10, 1, 1, 1, {"a": 1}, {"a": 1}] [1, 10, 1, 1, 1, {"a": 1}, {"a": 1}] property method
        [2, 200, 2, 5, 5, {"b": 2}, {"b": 2}] [2, 200, 2, 5, 5, {"b": 2}, {"b": 2}] \
        still a property property now a property too added 2
        method now 7 8 7 false false
        5
        """)
  }

  @Test(arguments: [false, true])
  func operatorsEqualityAndHash(isStressed: Bool) {
    let printed = run(
      isStressed,
      """
      class V {
        fn init(n) { self.n = n }
        fn +(other) => V(self.n + other.n)
        fn <(other) => self.n < other.n
        fn [](key) => f'old {key}'
        fn len() => 1
        fn contains(x) => false
        fn call(x) => f'old {x}'
        fn neg() => V(-self.n)
        fn repr() => f'V({self.n})'
      }
      """,
      """
      let a, b = m.V(1), m.V(2)
      let xs = [b, a]
      fn ask() => [a + b, a < b, a == m.V(1), a != b, a['k'], len(a), 1 in a, a(1), -a, sorted(xs), bool(a)]
      print(ask())
      print(ask())
      again('''
      class V {
        fn init(n) { self.n = n }
        fn +(other) => V(self.n * 100 + other.n)
        fn <(other) => self.n > other.n
        fn ==(other) => self.n == other.n
        fn hash() => hash(self.n)
        fn [](key) => f'new {key}'
        fn len() => 2
        fn contains(x) => true
        fn call(x) => f'new {x}'
        fn neg() => V(self.n * 1000)
        fn repr() => f'W({self.n})'
      }
      ''')
      print(ask())
      print(ask(), {[a]: 1}[m.V(1)], a in [m.V(1)], [a, b].index(m.V(2)))
      again('class V { fn ==(other) => true }')
      print(a == b, a == 5)
      try { hash(a) } catch e: TypeError { print(e.message) }
      try { a + b } catch e: TypeError { print('no +') }
      try { a(1) } catch e: TypeError { print('no call') }
      again('class V {}')
      print(a == b, a == a, {[a]: 1}[a])
      """)
    #expect(
      printed == """
        [V(3), true, false, true, "old k", 1, false, "old 1", V(-1), [V(1), V(2)], true]
        [V(3), true, false, true, "old k", 1, false, "old 1", V(-1), [V(1), V(2)], true]
        [W(102), false, true, true, "new k", 2, true, "new 1", W(1000), [W(2), W(1)], true]
        [W(102), false, true, true, "new k", 2, true, "new 1", W(1000), [W(2), W(1)], true] 1 true 1
        true true
        V cannot be hashed
        no +
        no call
        false true 1
        """)
  }

  @Test(arguments: [false, true])
  func iteratorsAndConstructors(isStressed: Bool) {
    let printed = run(
      isStressed,
      """
      class Count {
        fn init(n) { self.n = n; self.i = 0 }
        fn iter() => self
        fn next() {
          if self.i == self.n { throw StopIteration() }
          self.i += 1
          return self.i
        }
      }
      """,
      """
      let seen = []
      for i in m.Count(4) {
        seen.append(i)
        if i == 2 {
          again('''
          class Count {
            fn init(n, step) { self.n = n; self.i = 0; self.step = step }
            fn iter() => self
            fn next() {
              if self.i >= self.n { throw StopIteration() }
              self.i += 1
              return self.i * 100
            }
          }
          ''')
        }
      }
      print(seen, list(m.Count(2, 1)))
      try { m.Count(1) } catch e: TypeError { print('two arguments') }
      fn make() => m.Count(1, 2)
      print(make().step)
      again('class Count { }')
      try { make() } catch e: TypeError { print('none') }
      """)
    #expect(printed == "[1, 2, 300, 400] [100, 200]\ntwo arguments\n2\nnone")
  }

  // MARK: Closures

  @Test(arguments: [false, true])
  func nestedFunctionsThreeDeep(isStressed: Bool) {
    func source(_ word: String) -> String {
      """
      fn a(x) {
        fn b(y) {
          fn c(z) => f'\(word) {x} {y} {z}'
          return [c, fn() => f'\(word) lambda {x} {y}']
        }
        return b
      }
      class K {
        fn method(x) {
          fn inner() => f'\(word) inner {x} {self.n}'
          return inner
        }
        fn init() { self.n = 5 }
      }

      """
    }
    let printed = run(
      isStressed, source("old"),
      """
      let b = m.a(1)
      let c, lambda = b(2)
      let inner = m.K().method(9)
      fn ask() => [c(3), lambda(), inner(), b(4)[0](5), b(4)[1]()]
      print(ask())
      again('''\(source("new"))''')
      print(ask())
      again('let nothing = 1')
      print(ask())
      again('''\(source("back"))''')
      print(ask(), m.a(6)(7)[0](8))
      """)
    let old = """
      ["old 1 2 3", "old lambda 1 2", "old inner 9 5", "old 1 4 5", "old lambda 1 4"]
      """
    let new = old.replacingOccurrences(of: "old", with: "new")
    let back = old.replacingOccurrences(of: "old", with: "back")
    // What the source lacked for a while keeps the code that it had, and finds its own again.
    #expect(printed == "\(old)\n\(new)\n\(new)\n\(back) back 6 7 8")
  }

  @Test(arguments: [false, true])
  func closuresThatCaptureMoreLessOrOther(isStressed: Bool) {
    let printed = run(
      isStressed,
      """
      fn less(a, b) => fn() => [a, b]
      fn more(a, b) => fn() => [a]
      fn other(a, b) => fn() => [a]
      fn assigned(a) => fn() => a
      fn order(a, b) => fn() => [a, b]
      fn named(a) { fn inner() => a; return inner }
      """,
      """
      let held = [m.less(1, 2), m.more(1, 2), m.other(1, 2), m.assigned(1), m.order(1, 2), m.named(1)]
      fn ask() => [f() for f in held]
      print(ask())
      again('''
      fn less(a, b) => fn() => [a, 'less']
      fn more(a, b) => fn() => [a, b, 'more']
      fn other(a, b) => fn() => [b, 'other']
      fn assigned(a) { let f = fn() => [a, 'assigned']; a += 1; return f }
      fn order(a, b) => fn() => [b, a, 'order']
      fn named(a) { fn inner() => [a, 'named']; return inner }
      ''')
      print(ask())
      print([m.less(1, 2)(), m.more(1, 2)(), m.other(1, 2)(), m.assigned(1)(), m.order(1, 2)(), m.named(1)()])
      """)
    let lines = printed.split(separator: "\n")
    #expect(lines.first == "[[1, 2], [1], [1], 1, [1, 2], 1]")
    // Code that needs variables which the closure does not hold, or holds otherwise, is not given to it.
    #expect(
      lines.dropFirst().first
        == """
        [[1, 2], [1], [1], 1, [1, 2], [1, "named"]]
        """)
    #expect(
      lines.last
        == """
        [[1, "less"], [1, 2, "more"], [2, "other"], [2, "assigned"], [2, 1, "order"], [1, "named"]]
        """)
  }

  @Test(arguments: [false, true])
  func closuresInContainersOfTheModule(isStressed: Bool) {
    func source(_ word: String) -> String {
      """
      let handlers = {start: fn(x) => f'\(word) start {x}', stop: fn(x) => f'\(word) stop {x}'}
      let list = [fn() => '\(word) 0', fn() => '\(word) 1']
      let made = [fn() => f'\(word) {i}' for i in 0..3]
      fn default(f = fn() => '\(word) default') => f()

      """
    }
    let printed = run(
      isStressed, source("old"),
      """
      let start, stop = m.handlers['start'], m.handlers['stop']
      let first, second = m.list
      let made = m.made
      fn ask() => [start(1), stop(2), first(), second(), [f() for f in made], m.default()]
      print(ask())
      again('''\(source("new"))''')
      print(ask())
      """)
    let old = """
      ["old start 1", "old stop 2", "old 0", "old 1", ["old 0", "old 1", "old 2"], "old default"]
      """
    #expect(printed == "\(old)\n\(old.replacingOccurrences(of: "old", with: "new"))")
  }

  // MARK: Generators

  @Test(arguments: [false, true])
  func generatorsInEveryState(isStressed: Bool) {
    let printed = run(
      isStressed,
      """
      let word = 'old'
      fn gen(n) {
        try {
          for i in 0..n { yield f'old code {i} {word}' }
        } finally { log.append(f'old finally {word}') }
      }
      fn outer(n) { yield 'old outer'; for x in gen(n) { yield x } }
      let log = []
      class C { fn items() { yield 'old item'; yield f'old item {word}' } }
      """,
      """
      let fresh, begun, deep, ended = m.gen(2), m.gen(2), m.outer(1), m.gen(0)
      let items = m.C().items()
      next(begun); next(deep); next(items); list(ended)
      let log = m.log
      again('''
      let word = 'new'
      fn gen(n) { yield f'new code {word}' }
      fn outer(n) { yield 'new outer' }
      class C { fn items() { yield 'new item' } }
      ''')
      print(list(begun), list(deep), list(items), list(ended))
      print(list(fresh))
      print(list(m.gen(1)), list(m.outer(1)), list(m.C().items()))
      """)
    // The old `finally` looks for `log`, which has gone.
    #expect(printed.hasPrefix("NameError: ") || printed.hasPrefix("AttributeError: "))
    let kept = run(
      isStressed,
      """
      let word = 'old'
      let log = []
      fn gen(n) {
        try {
          for i in 0..n { yield f'old code {i} {word}' }
        } finally { log.append(f'old finally {word}') }
      }
      fn outer(n) { yield 'old outer'; for x in gen(n) { yield x } }
      class C { fn items() { yield 'old item'; yield f'old item {word}' } }
      """,
      """
      let fresh, begun, deep, ended = m.gen(2), m.gen(2), m.outer(1), m.gen(0)
      let items = m.C().items()
      next(begun); next(deep); next(items); list(ended)
      again('''
      let word = 'new'
      let log = []
      fn gen(n) { yield f'new code {word}' }
      fn outer(n) { yield 'new outer' }
      class C { fn items() { yield 'new item' } }
      ''')
      print(list(begun), list(deep), list(items), list(ended), m.log)
      print(list(fresh))
      print(list(m.gen(1)), list(m.outer(1)), list(m.C().items()))
      """)
    // A generator that has not begun is a call that was made: it runs the code of that moment.
    #expect(
      kept == """
        ["old code 1 new"] ["new code new"] ["old item new"] [] ["old finally new"]
        ["old code 0 new", "old code 1 new"]
        ["new code new"] ["new outer"] ["new item"]
        """)
  }

  @Test(arguments: [false, true])
  func aReloadInsideItsOwnGenerator(isStressed: Bool) {
    let printed = run(
      isStressed,
      "fn gen(change) { yield 'old 1'; change(); yield 'old 2'; yield helper() }\nfn helper() => 'old'\n",
      """
      fn change() { again('fn gen(change) { yield "new" }\\nfn helper() => "new helper"') }
      print(list(m.gen(change)), list(m.gen(change)))
      """)
    #expect(printed == "[\"old 1\", \"old 2\", \"new helper\"] [\"new\"]")
  }

  // MARK: What code remembers

  @Test(arguments: [false, true])
  func accessesInWarmLoops(isStressed: Bool) {
    let printed = run(
      isStressed,
      """
      let x = 1
      var count = 0
      fn f(n) => n + 1
      fn bump() { count += 1; return count }
      class C {
        let k = 1
        fn init() { self.a = 1; self.b = 2 }
        fn get_b() => self.b
        get p => self.a
        fn add(n) => self.a + n
      }
      """,
      """
      from m import f, C
      let cs = [m.C(), m.C()]
      fn work() {
        var total = 0
        for i in 0..20 {
          let c = cs[i % 2]
          total += m.x + m.f(1) + f(1) + c.k + c.get_b() + c.p + c.add(i) + c.a + C.k
          m.count += 1
        }
        return total
      }
      let first = work()
      print(first, m.count, m.bump())
      again('''
      let before = 0
      fn bump() { count += 100; return count }
      fn f(n) => n + 1
      class C {
        fn add(n) => self.a + n
        get p => self.a
        let k = 1
        fn get_b() => self.b
        fn init() { self.b = 2; self.a = 1 }
      }
      var count = 0
      let x = 1
      ''')
      print(work() == first, m.count, m.bump())
      cs.append(m.C())
      cs[0] = m.C()
      print(work() == first, m.count)
      again('''
      let x = 1000
      var count = 5
      fn f(n) => 0
      class C {
        let k = 0
        get get_b => fn() => 0
        fn p() => 0
        fn add(n) => 0
      }
      ''')
      try { work() } catch e: TypeError { print('p is a method now') }
      print(m.count)
      """)
    #expect(
      printed.hasPrefix(
        """
        430 20 21
        true 20 120
        true 140
        p is a method now
        5
        """), "\(printed)")
  }

  @Test(arguments: [false, true])
  func aReloadInTheMiddleOfAWarmLoop(isStressed: Bool) {
    let printed = run(
      isStressed, "let x = 1\nfn f() => x\nclass C { fn g() => 1; let k = 1 }\n",
      """
      let c = m.C()
      let seen = []
      for i in 0..9 {
        if i % 3 == 2 {
          again(f'class C {{ let k = {i}; fn g() => {i} }}\\n'
            + 'let extra = 1\\n' * (i // 8) + f'let x = {i}\\nfn f() => x * 10')
        }
        seen.append((m.x, m.f(), c.g(), c.k, m.C.k))
      }
      for s in seen { print(s) }
      """)
    #expect(
      printed == """
        (1, 1, 1, 1, 1)
        (1, 1, 1, 1, 1)
        (2, 20, 2, 2, 2)
        (2, 20, 2, 2, 2)
        (2, 20, 2, 2, 2)
        (5, 50, 5, 5, 5)
        (5, 50, 5, 5, 5)
        (5, 50, 5, 5, 5)
        (8, 80, 8, 8, 8)
        """)
  }
}
