import Testing

@testable import LangRuntime

/// Reloads in odd places, many reloads, and names that go and come.
@Suite("Places of reloads")
struct ReloadPlacesTests {
  private let head = """
    import m
    import workshop
    fn again(text) {
      workshop.write('m.l', text)
      return reload(m)
    }

    """

  private func workshop(_ isStressed: Bool, _ source: String) -> ModuleWorkshop {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", source)
    return workshop
  }

  // MARK: Where it happens

  @Test(arguments: [false, true])
  func insideTheLoadOfAnother(isStressed: Bool) {
    let workshop = workshop(isStressed, "let x = 1\nfn f() => x\nclass C { fn g() => x }\n")
    workshop.write(
      "other.l",
      """
      import m, workshop
      from m import f, x
      let c = m.C()
      let before = [m.x, f(), x, c.g()]
      workshop.write('m.l', 'let x = 2\\nfn f() => x * 10\\nclass C { fn g() => x * 100 }')
      reload(m)
      let after = [m.x, f(), x, c.g()]
      """)
    let printed = workshop.run(
      head + """
        import other
        from m import x
        print(m.x, x)
        import lazy
        print(other.before, other.after, m.x, x, lazy.pending())
        """)
    #expect(printed == "1 1\n[1, 1, 1, 1] [2, 20, 2, 200] 2 2 []")
  }

  @Test(arguments: [false, true])
  func insideOnLoad(isStressed: Bool) {
    let workshop = workshop(isStressed, "let x = 1\nfn f() => x\n")
    workshop.write("other.l", "let y = 1\n")
    let printed = workshop.run(
      head + """
        import lazy, other
        print(m.f(), workshop.seen(1))
        let loads = []
        lazy.on_load(fn(event) {
          loads.append(event)
          if len(loads) == 1 { again('let x = 2\\nfn f() => x * 10') }
        })
        print(other.y, m.f(), len(loads))
        """)
    #expect(printed == "1 int(1)\n1 20 2")
  }

  @Test(arguments: [false, true])
  func aCallbackThatFailsComesAfterTheReload(isStressed: Bool) {
    let workshop = workshop(isStressed, "let x = 1\n")
    let printed = workshop.run(
      head + """
        import lazy
        print(m.x, workshop.seen(1))
        lazy.on_load(fn(event) { throw ValueError('from the callback') })
        try { again('let x = 2') } catch e: ValueError { print(e.message) }
        print(m.x)
        """)
    #expect(printed == "1 int(1)\nfrom the callback\n2")
    workshop.expectBalance()
  }

  @Test(arguments: [false, true])
  func theNewBodyReloadsAnother(isStressed: Bool) {
    let workshop = workshop(isStressed, "let x = 1\n")
    workshop.write("n.l", "let y = 1\nfn g() => y\n")
    let printed = workshop.run(
      head + """
        import n
        from n import y, g
        print(m.x, n.y, y, g())
        workshop.write('n.l', 'let y = 2\\nfn g() => y * 10')
        again('import n\\nfrom n import y, g\\nlet before = [n.y, y, g()]\\nreload(n)\\nlet x = [before, n.y, y, g()]')
        print(m.x, n.y, y, g(), m.y)
        # Each other, from inside.
        workshop.write('n.l', 'import m\\nlet y = m.x\\nfn g() => 3')
        again('import n\\nreload(n)\\nlet x = n.y')
        print(m.x, n.y, g())
        """)
    // While `m` is reloaded, `n` sees its old contents.
    #expect(
      printed == """
        1 1 1 1
        [[1, 1, 1], 2, 2, 20] 2 2 20 2
        [[1, 1, 1], 2, 2, 20] [[1, 1, 1], 2, 2, 20] 3
        """)
  }

  @Test(arguments: [false, true])
  func theNewBodyReloadsItself(isStressed: Bool) {
    let workshop = workshop(isStressed, "let x = 1\nfn f() => 'old'\n")
    let printed = workshop.run(
      head + """
        let f = m.f
        let text = '''
        import m
        let x = 2
        fn f() => 'new'
        let seen = [m.x, m.f(), f()]
        fn attempt() {
          try { reload(m) } catch e: ImportError { return e.message }
        }
        let refused = attempt()
        '''
        again(text)
        print(m.x, m.f(), f(), m.seen, m.refused)
        print(m.attempt())
        """)
    #expect(
      printed == """
        2 new new [1, "old", "new"] module 'm' is being reloaded already
        nil
        """)
  }

  @Test(arguments: [false, true])
  func insideAFunctionThatGoesOn(isStressed: Bool) {
    func source(_ version: Int) -> String {
      """
      import workshop
      import m as itself
      let x = \(version)
      let table = {version: \(version)}
      class C { fn tell() => 'C \(version)' }
      fn helper() => 'helper \(version)'
      fn renew(text) {
        let c = C()
        let before = [x, helper(), c.tell(), table['version']]
        workshop.write('m.l', text)
        reload(itself)
        let after = [x, helper(), c.tell(), table['version'], C().tell(), itself.x]
        for i in 0..3 { after.append(x) }
        return [before, after, 'code \(version)']
      }

      """
    }
    let workshop = workshop(isStressed, source(1))
    let printed = workshop.run(
      """
      import m
      print(m.renew('''\(source(2))'''))
      print(m.renew('''\(source(3))'''))
      """)
    #expect(
      printed == """
        [[1, "helper 1", "C 1", 1], [2, "helper 2", "C 2", 2, "C 2", 2, 2, 2, 2], "code 1"]
        [[2, "helper 2", "C 2", 2], [3, "helper 3", "C 3", 3, "C 3", 3, 3, 3, 3], "code 2"]
        """)
  }

  @Test(arguments: [false, true])
  func insideAMethodOfTheModule(isStressed: Bool) {
    let workshop = workshop(
      isStressed,
      """
      import workshop
      import m as itself
      class Base { fn tell() => 'old base' }
      class C(Base) {
        fn renew(text) {
          let bound = self.tell
          let above = super.tell
          workshop.write('m.l', text)
          reload(itself)
          return [self.tell(), bound(), super.tell(), above(), self.added()]
        }
        fn tell() => 'old'
      }
      """)
    let printed = workshop.run(
      """
      import m
      let c = m.C()
      print(c.renew('''
      class Base { fn tell() => 'new base' }
      class C(Base) { fn tell() => 'new'; fn added() => 'added'; fn renew() => 'new' }
      '''))
      print(c.renew())
      """)
    #expect(printed == "[\"new\", \"new\", \"new base\", \"new base\", \"added\"]\nnew")
  }

  // MARK: Many

  @Test func aThousandReloads() {
    let workshop = workshop(false, "let x = -1\n")
    let started = workshop.run(
      head + """
        let held = []
        var i = 0
        fn work(rounds) {
          for round in 0..rounds {
            i += 1
            again(f'''
              import helper_{i % 3}
              from helper_{i % 3} import y
              let x = {i}
              let big = [{i}] * 2000
              fn f(n = {i}) => [n, x]
              class C {{ fn init() {{ self.big = [{i}] * 500 }}; fn g() => {i} }}
              let c = C()
              let table = {{[f]: C, [C]: f}}
              fn gen() {{ yield {i} }}
              let closures = [fn() => i for i in 0..10]
              let from_helper = y
              ''')
            if len(held) == 0 { held.append(m.C()); held.append(m.f) }
          }
          return m.x == i and m.f() == [i, i] and m.c.g() == i and held[0].g() == i and
            held[1] is m.f and m.table[m.f] is m.C and list(m.gen()) == [i]
        }
        fn check(rounds) { print(work(rounds)) }
        m.x
        """)
    #expect(started == "")
    for number in 0..<3 { workshop.write("helper_\(number).l", "let y = 1\n") }
    func bytes() -> Int {
      workshop.engine.collect()
      workshop.engine.pointee.heap.finishSweeping()
      return workshop.machine.collectorStatistics.bytes
    }
    #expect(workshop.call("check", .int(50)) == "true")
    let before = bytes()
    #expect(workshop.call("check", .int(950)) == "true")
    // Each version holds some 60 KB, so two of them at most are there.
    #expect(bytes() < before + 100_000)
    workshop.expectBalance()
  }

  @Test(arguments: [false, true])
  func fiveHundredVariablesMore(isStressed: Bool) {
    let workshop = workshop(
      isStressed, "let x = 1\nfn f() => x\nfn g(name) => globals_of(name)\nfn globals_of(n) => n\n")
    let printed = workshop.run(
      head + """
        let f = m.f
        fn read() => [m.x, f(), m.f()]
        print(read())
        let lines = [f'let v{i} = {i}' for i in 0..500] + ['let x = 2', 'fn f() => x + v499 + v0']
        again('\\n'.join(lines))
        print(read(), m.v499, len(dir(m)))
        again('let x = 3\\nfn f() => x')
        print(read(), len(dir(m)), hasattr(m, 'v1'))
        let others = [f'let w{i} = {i}' for i in 0..500] + ['let x = 4', 'fn f() => x + w499']
        again('\\n'.join(others))
        print(read(), len(dir(m)))
        for i in 0..600 { setattr(m, f'set{i}', i) }
        print(read(), len(dir(m)), m.set599, m.w3)
        """)
    #expect(
      printed == """
        [1, 1, 1]
        [2, 501, 501] 499 502
        [3, 3, 3] 2 false
        [4, 503, 503] 502
        [4, 503, 503] 1102 599 3
        """)
  }

  @Test(arguments: [false, true])
  func moreVariablesFromInsideTheModule(isStressed: Bool) {
    let workshop = workshop(
      isStressed,
      """
      import workshop
      import m as itself
      let x = 1
      fn renew(text) {
        workshop.write('m.l', text)
        reload(itself)
        return x
      }
      """)
    let printed = workshop.run(
      head + """
        let lines = [f'let v{i} = {i}' for i in 0..500] + ['let x = 2']
        try { print(m.renew('\\n'.join(lines))) } catch e: ImportError { print(e.message) }
        print(m.x, hasattr(m, 'v1'))
        reload(m)
        print(m.x, m.v499)
        """)
    let lines = printed.split(separator: "\n")
    // Either it works or it says why not; half of it would be wrong.
    #expect(lines.first == "2" || lines.first?.contains("reload it from outside") == true)
    #expect(lines.last == "2 499")
  }

  // MARK: Packages

  @Test(arguments: [false, true])
  func aPackageWithLoadedParts(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("p/init.l", "from .a import x\nfrom . import b\nlet name = 'old'\n")
    workshop.write("p/a.l", "let x = 'a'\n")
    workshop.write("p/b.l", "from . import name\nlet y = 'b'\nfn f() => name\n")
    workshop.write("p/c.l", "print('c runs')\nlet z = 'c'\n")
    let printed = workshop.run(
      """
      import p.a, p.b, p.c, workshop
      from p import x, name, b as by_name
      let a = p.a
      print(p.x, p.a.x, p.b.y, x, name, by_name.f(), p.b is by_name)
      workshop.write('p/init.l', 'let name = "new"\\nlet x = "own x"\\nlet b = "a variable"')
      reload(p)
      print(p.name, p.x, p.b, x, name, by_name, p.a is a)
      import p.b as module_b
      print(module_b.y, module_b.f(), p.c.z)
      workshop.write('p/init.l', 'from .a import x\\nlet name = "newest"')
      reload('p')
      print(p.name, p.x, p.b is module_b, x, name, module_b.f())
      reload('p.b')
      print(module_b.f(), p.b.y)
      """)
    #expect(
      printed == """
        a a b a old old true
        new own x a variable own x new a variable true
        c runs
        b new c
        newest a true a newest newest
        newest b
        """)
  }

  // MARK: Names

  @Test(arguments: [false, true])
  func starNames(isStressed: Bool) {
    let workshop = workshop(
      isStressed, "let x = 1\nlet y = 1\nfn f() => x\nclass C {}\nlet _hidden = 1\n")
    workshop.write("user.l", "from m import *\nfn get() => [x, y, f(), C]\nlet own = 1\n")
    let printed = workshop.run(
      head + """
        import user
        print(user.get()[..3], user.get()[3] is m.C)
        user.y = 'mine'
        again('let x = 2\\nlet y = 2\\nfn f() => x * 10\\nclass C {}\\nlet added = 3\\nlet own = "from m"')
        print(user.get()[..3], user.get()[3] is m.C, hasattr(user, 'added'), user.own)
        again('let y = 3\\nfn f() => 0\\nclass C {}')
        try { print(user.get()) } catch e: ImportError { print(e.message.split(' (')[0]) }
        again('let x = 4\\nlet y = 4\\nfn f() => 0\\nclass C {}')
        print(user.get()[..3])
        """)
    #expect(
      printed == """
        [1, 1, 1] true
        [2, "mine", 20] true false 1
        cannot import name 'x' from module 'm'
        [4, "mine", 0]
        """)
  }

  @Test(arguments: [false, true])
  func aNameThatVanishesAndReturns(isStressed: Bool) {
    let workshop = workshop(
      isStressed, "let x = 1\nfn f() => 'f'\nclass C { fn g() => 'g' }\nlet stays = 0\n")
    let printed = workshop.run(
      head + """
        import lazy
        from m import x, f, C
        fn make() {
          from m import x as local, f as local_f
          let seen = [local, local_f]
          return fn() => [local, local_f()]
        }
        let closure = make()
        let c = C()
        let list = [f, C]
        fn ask() => [x + 0, f(), C().g(), closure(), c.g(), list[0]()]
        print(ask())
        again('let stays = 1')
        print(lazy.is_lazy(x), lazy.is_lazy(f), lazy.is_lazy(C))
        for attempt in [fn() => x + 0, fn() => f(), fn() => C(), closure] {
          try { attempt(); print('no error') } catch e: ImportError { print('gone', end: ' ') }
        }
        print(c.g(), list[0]())
        again('let x = 2\\nfn f() => "F"\\nclass C { fn g() => "G" }')
        print(ask()[..4], lazy.is_lazy(x))
        again('let x = 3\\nfn f() => "FF"\\nclass C { fn g() => "GG" }')
        print(ask()[..4])
        """)
    #expect(
      printed == """
        [1, "f", "g", [1, "f"], "g", "f"]
        true true true
        gone gone gone gone g f
        [2, "F", "G", [2, "F"]] false
        [3, "FF", "GG", [3, "FF"]]
        """)
  }

  @Test(arguments: [false, true])
  func importsInsideOfFunctionsThatAreWaiting(isStressed: Bool) {
    let workshop = workshop(isStressed, "let x = 1\nlet y = 1\n")
    let printed = workshop.run(
      head + """
        fn deep(n, text) {
          from m import x, y
          let copy = x
          if n == 0 { again(text) } else { deep(n - 1, text) }
          return copy == 1 and x == 2 and y == 2
        }
        fn gen() {
          from m import x
          for i in 0..3 { let seen = x; yield (seen, x) }
        }
        let g = gen()
        print(next(g))
        print(deep(5, 'let x = 2\\nlet y = 2'), next(g))
        again('let x = 3')
        print(next(g))
        """)
    #expect(printed == "(1, 1)\ntrue (2, 2)\n(3, 3)")
  }

  @Test(arguments: [false, true])
  func namesOfAModuleWithoutFunctions(isStressed: Bool) {
    // Of `n`, no code is needed any more.
    let workshop = workshop(isStressed, "let x = 1\n")
    workshop.write("n.l", "from m import x, x as other_name\n")
    let printed = workshop.run(
      head + """
        from n import x, other_name
        import n
        print(x, other_name, n.x)
        again('let x = 2')
        print(n.x, n.other_name)
        reload(n)
        print(n.x, n.other_name)
        """)
    #expect(printed == "1 1 1\n2 2\n2 2")
  }

  @Test(arguments: [false, true])
  func previousInNestedFunctionsAndClasses(isStressed: Bool) {
    let source = """
      import lazy
      fn keep(name, default) {
        fn inner() => (fn() => lazy.previous(name, default))()
        return inner()
      }
      class Keeper {
        let kept = lazy.previous('count', 0)
        static fn of(name) => lazy.previous(name, 'none')
      }
      let total = keep('total', 100) + 1
      var count = Keeper.kept + 1
      let word = Keeper.of('word')
      fn later() => lazy.previous('count', 'no reload')
      let items = [lazy.previous('items', []) for i in 0..1][0]
      items.append(len(items))

      """
    let workshop = workshop(isStressed, source)
    let printed = workshop.run(
      head + """
        print(m.total, m.count, m.word, m.later(), m.items)
        m.word = 'set'
        m.count = 50
        let later = m.later
        reload(m)
        print(m.total, m.count, m.word, later(), m.items)
        reload(m)
        print(m.total, m.count, m.word, later(), m.items)
        """)
    #expect(
      printed == """
        101 1 none no reload [0]
        102 51 set no reload [0, 1]
        103 52 set no reload [0, 1, 2]
        """)
  }

  // MARK: Names that are handed on

  @Test(arguments: [false, true])
  func namesThatAnotherModuleHandsOn(isStressed: Bool) {
    let workshop = workshop(isStressed, "let x = 1\nlet kept = 5\n")
    workshop.write("n.l", "from m import x, kept\n")
    workshop.write("o.l", "from n import x as y\nfrom n import *\n")
    let printed = workshop.run(
      head + """
        import n, o
        from n import x
        from o import y
        fn local() {
          from o import y as z
          print(z)
          return fn() => z
        }
        let f = local()
        print(m.x, n.x, x, y, o.y, o.x, o.kept)
        again('let x = 2\\nlet kept = 5\\n')
        print(m.x, n.x, x, y, o.y, o.x, o.kept, f())
        n.x = 7
        again('let x = 3\\nlet kept = 6\\n')
        print(m.x, n.x, x, y, o.y, o.x, o.kept, f())
        """)
    #expect(printed == "1\n1 1 1 1 1 1 5\n2 2 2 2 2 2 5 2\n3 7 2 2 2 2 6 2")
  }

  // MARK: What is kept

  @Test func aTextThatDidNotChangeIsKeptOnce() {
    let workshop = workshop(false, "import n\nlet x = 1\n")
    workshop.write("n.l", "")
    workshop.run(head + "m.x")
    let first = workshop.record("m")?.loadedSource
    #expect(first != nil)
    #expect(workshop.run(head + "reload(m)\nprint(m.x)") == "1")
    #expect(workshop.record("m")?.loadedSource === first)
    #expect(workshop.run(head + "again('let x = 2')\nprint(m.x)") == "2")
    #expect(workshop.record("m")?.loadedSource !== first)
    #expect(workshop.record("m")?.loadedSource?.bytes.count == 9)
  }

  @Test(arguments: [false, true])
  func namesThatChangePlaces(isStressed: Bool) {
    let workshop = workshop(isStressed, "let x = 1\nlet y = 2\n")
    let printed = workshop.run(
      head + """
        from m import x as name
        if 1 > 2 { from m import y as name }
        print(name)
        again('let x = 2\\nlet y = 1\\n')
        print(name)
        """)
    #expect(printed == "1\n2")
  }
}
