import Testing

@testable import LangRuntime

/// Every step of a load fails once, wherever the load happens: nothing is left of it, and the next use
/// succeeds.
@Suite("Faults")
struct FaultTests {
  /// Where a module comes from.
  enum Origin: CaseIterable { case folder, archive }

  /// A load in some context.
  struct Scenario: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The module that fails.
    var module = "m"
    /// The body of the function `attempt`, which gives 1.
    let body: String
    /// Modules that load the one that fails, and fail with it.
    var dependants: [String] = []
    /// Whether what is bound is loaded before the module that fails.
    var bindsAnother = false
    /// Whether something is bound, and kept, before the module is loaded.
    var keepsFirst = true
  }

  static let scenarios: [Scenario] = [
    Scenario(
      testDescription: "import", body: "import m\n  kept.append(m)\n  return m.x"),
    Scenario(
      testDescription: "from import",
      body: "from m import x\n  kept.append(x)\n  "
        + "  return x + 0"),
    Scenario(
      testDescription: "a function by name",
      body: "from m import f\n  kept.append(f)\n  return f()"),
    Scenario(
      testDescription: "a module in a package", module: "p.q",
      body: "import p.q\n  kept.append(p)\n  return p.q.x", bindsAnother: true),
    Scenario(
      testDescription: "the package of a module", module: "p",
      body: "import p.q\n  kept.append(p)\n  return p.q.x"),
    Scenario(
      testDescription: "a module of a package by name", module: "p.q",
      body: "from p.q import x\n  kept.append(x)\n  return x + 0"),
    Scenario(
      testDescription: "a submodule as a name", module: "p.q",
      body: "import p.q as q\n  kept.append(q)\n  return q.x"),
    Scenario(
      testDescription: "eager import", body: "eager import m\n  kept.append(m)\n  return m.x",
      keepsFirst: false),
    Scenario(
      testDescription: "eager from import",
      body: "eager from m import x\n  kept.append(x)\n  return x",
      keepsFirst: false),
    Scenario(
      testDescription: "star", body: "import star\n  kept.append(star)\n  return star.y",
      dependants: ["star"]),
    Scenario(
      testDescription: "two modules deep",
      body: "import outer\n  kept.append(outer)\n"
        + "  return outer.y", dependants: ["outer"]),
    Scenario(testDescription: "lazy.load", body: "return lazy.load('m').x", keepsFirst: false),
    Scenario(
      testDescription: "lazy.load of a proxy",
      body: "import m\n  kept.append(m)\n  return lazy.load(m).x"),
    Scenario(
      testDescription: "a sort key",
      body: "import m\n  kept.append(m)\n  return sorted([2, 1, 3], key: fn(v) => v * m.x)[0]"),
    Scenario(
      testDescription: "a generator",
      body: "let g = (fn() { import m; kept.append(m); yield m.x; yield 2 })()\n"
        + "  return list(g)[0]"),
    Scenario(
      testDescription: "a suspended generator",
      body: "let g = (fn() { import m; yield m; yield m.x })()\n"
        + "  kept.append(next(g))\n  return next(g)"),
    Scenario(testDescription: "a str method", body: "return int(f'{Shown()}')"),
    Scenario(
      testDescription: "a comparison",
      body: "import m\n  kept.append(m)\n  return Compared(m) == 1 ? 1 : 0"),
    Scenario(
      testDescription: "a map function",
      body: "import m\n  kept.append(m)\n  return [m].map(fn(v) => v.x)[0]"),
    Scenario(
      testDescription: "a finally",
      body: "import m\n  kept.append(m)\n  var r = 0\n"
        + "  try { r = r } finally { r = m.x }\n  return r"),
  ]

  private static let members = [
    "m.l": "let x = 1\nfn f() => x\nclass C { fn str() => f'C {x}' }\nlet c = [C(), f]\n",
    "star.l": "from m import *\nlet y = x\n",
    "outer.l": "import m\nlet early = 'early'\nfn keep() => early\nlet y = m.x\n",
    "p/init.l": "let name = 'p'\n",
    "p/q.l": "let x = 1\n",
  ]

  private static let head = """
    import lazy
    let kept = []
    fn left() => [k for k in kept if repr(k).startswith('<lazy ')]
    class Shown { fn str() { import m; kept.append(m); return str(m.x) } }
    class Compared {
      fn init(module) { self.module = module }
      fn ==(other) => self.module.x == other
    }

    """

  private func workshop(_ origin: Origin, _ isStressed: Bool) -> ModuleWorkshop {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    switch origin {
    case .folder: for (name, text) in FaultTests.members { workshop.write(name, text) }
    case .archive:
      workshop.pack("lib.zip", FaultTests.members)
      workshop.machine.addModulePath(workshop.path("lib.zip"))
    }
    return workshop
  }

  @Test(arguments: scenarios, [false, true])
  func aStepThatFails(scenario: Scenario, isStressed: Bool) {
    for origin in Origin.allCases {
      for step in LoadingStep.allCases where step != .inflate || origin == .archive {
        check(scenario, step, workshop(origin, isStressed), origin)
      }
    }
  }

  private func check(
    _ scenario: Scenario, _ step: LoadingStep, _ workshop: ModuleWorkshop, _ origin: Origin
  ) {
    let fault = Fault()
    let comment: Comment = "\(step) of \(scenario.module) from \(origin)"
    workshop.arm(step, scenario.module, fault)
    let printed = workshop.run(
      FaultTests.head
        + """
        fn attempt() {
          \(scenario.body)
        }
        fn failing() {
          try { print('no fault:', attempt()) } catch e: IOError {
            print(type(e) is IOError, e.message)
            return e.notes
          }
        }
        fn again() {
          print(attempt(), attempt(), left(), '\(scenario.module)' in lazy.pending())
        }
        let notes = failing()
        print('\(scenario.module)' in lazy.pending())
        print([lazy.is_lazy(k) for k in kept])
        let wanted = "while loading module '\(scenario.module)'"
        print(len(notes.filter(fn(n) => n.startswith(wanted))))
        print(len(notes.filter(fn(n) => n.startswith('imported at '))) > 0)
        """)
    // A module that the import did not find is not known, and was not being loaded.
    let isKnown = step != .find
    let isLoading = isKnown || !scenario.dependants.isEmpty
    let isBound = isKnown && scenario.keepsFirst || isLoading && !scenario.dependants.isEmpty
    #expect(
      printed == """
        true injected
        \(isKnown)
        [\(isBound ? "\(!scenario.bindsAnother)" : "")]
        \(isKnown ? 1 : 0)
        \(isLoading)
        """, comment)
    #expect(fault.hasHappened, comment)
    workshop.expectNothingOf(scenario.module, isKnown: isKnown, comment)
    for name in scenario.dependants { workshop.expectNothingOf(name, isKnown: true, comment) }
    #expect(workshop.call("again") == "1 1 [] false", comment)
    workshop.expectBalance(comment)
  }

  /// An interruption that is asked for at a step is noticed at the next opportunity; the module is then
  /// pending, or loaded as a whole.
  @Test(arguments: scenarios, [false, true])
  func anInterruptionAtAStep(scenario: Scenario, isStressed: Bool) {
    for origin in Origin.allCases {
      for step in LoadingStep.allCases where step != .inflate || origin == .archive {
        interrupt(scenario, step, workshop(origin, isStressed), origin)
      }
    }
  }

  private func interrupt(
    _ scenario: Scenario, _ step: LoadingStep, _ workshop: ModuleWorkshop, _ origin: Origin
  ) {
    let fault = Fault()
    let comment: Comment = "\(step) of \(scenario.module) from \(origin)"
    workshop.arm(step, scenario.module, fault) { [unowned workshop] (_) throws(RaisedError) in
      workshop.machine.interrupt()
    }
    let printed = workshop.run(
      FaultTests.head
        + """
        fn attempt() {
          \(scenario.body)
        }
        fn failing() {
          try {
            attempt()
            for i in 0..2 {}
            print('no interruption')
          } catch e: Interrupt { print('interrupted') }
        }
        fn again() {
          print(attempt(), attempt(), left(), '\(scenario.module)' in lazy.pending())
        }
        failing()
        """)
    #expect(printed == "interrupted", comment)
    #expect(fault.hasHappened, comment)
    for name in [scenario.module] + scenario.dependants {
      guard let record = workshop.record(name) else { continue }
      if record.state != .loaded { workshop.expectNothingOf(name, comment) }
    }
    #expect(workshop.call("again") == "1 1 [] false", comment)
    workshop.expectBalance(comment)
  }

  @Test(arguments: ["sys", "lazy", "math", "workshop"], [false, true])
  func nativeModules(name: String, isStressed: Bool) {
    for step in [LoadingStep.find, .evaluate, .patch] {
      let workshop = ModuleWorkshop(isStressed: isStressed)
      let fault = Fault()
      let comment: Comment = "\(step) of \(name)"
      workshop.write("m.l", "let x = 1\n")
      workshop.arm(step, name, fault)
      let printed = workshop.run(
        """
        fn attempt() {
          import \(name)
          return dir(\(name))
        }
        fn again() { print(len(attempt()) > 1) }
        try { attempt() } catch e: IOError { print(e.message) }
        import m
        print(m.x)
        """)
      #expect(printed == "injected\n1", comment)
      #expect(fault.hasHappened, comment)
      workshop.expectNothingOf(name, isKnown: step != .find, comment)
      #expect(workshop.call("again") == "true", comment)
      workshop.expectBalance(comment)
    }
  }

  // MARK: Reload

  static let reloads: [Scenario] = [
    Scenario(testDescription: "reload", body: "return reload(m) is m"),
    Scenario(testDescription: "reload by name", body: "return reload('m') is m"),
    Scenario(
      testDescription: "in a sort key",
      body: "return sorted([1], key: fn(v) => reload(m) is m ? 1 : 0) == [1]"),
    Scenario(
      testDescription: "in a generator",
      body: "return next((fn() { yield reload(m) is m })())"),
    Scenario(
      testDescription: "in a str method",
      body: "class S { fn str() => str(reload(m) is m) }\n  return f'{S()}' == 'true'"),
    Scenario(testDescription: "in the module itself", body: "return m.renew()"),
    Scenario(
      testDescription: "in another load",
      body: "import other\n  return other.done"),
  ]

  @Test(arguments: reloads, [false, true])
  func aReloadThatFails(scenario: Scenario, isStressed: Bool) {
    for origin in Origin.allCases {
      for step in LoadingStep.allCases where step != .inflate || origin == .archive {
        reload(scenario, step, isStressed, origin, isInterrupted: false)
      }
    }
  }

  @Test(arguments: reloads, [false, true])
  func aReloadThatIsInterrupted(scenario: Scenario, isStressed: Bool) {
    for origin in Origin.allCases {
      for step in LoadingStep.allCases where step != .inflate || origin == .archive {
        reload(scenario, step, isStressed, origin, isInterrupted: true)
      }
    }
  }

  private func source(_ word: String, _ number: Int) -> String {
    """
    import m as itself
    let x = \(number)
    let word = '\(word)'
    let only_\(word) = true
    fn f(n = \(number)) => f'\(word) {n} {x}'
    fn renew() => reload(itself) is itself
    class C {
      let kind = '\(word)'
      fn init() { self.n = x }
      fn str() => f'\(word) {self.n}'
      fn \(word)_method() => '\(word)'
    }
    let table = {[f]: C, [C]: f, c: C()}
    """
  }

  private func reload(
    _ scenario: Scenario, _ step: LoadingStep, _ isStressed: Bool, _ origin: Origin,
    isInterrupted: Bool
  ) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    let fault = Fault()
    let comment: Comment = "\(step) from \(origin)"
    func put(_ text: String, in workshop: ModuleWorkshop) {
      let members = ["m.l": text, "other.l": "import m\nlet done = reload(m) is m\n"]
      switch origin {
      case .folder: for (name, text) in members { workshop.write(name, text) }
      case .archive: workshop.pack("lib.zip", members)
      }
    }
    put(source("old", 1), in: workshop)
    if origin == .archive { workshop.machine.addModulePath(workshop.path("lib.zip")) }
    // The machine keeps the closures: they must not keep the workshop.
    workshop.machine.define("put") { [unowned workshop] _ in
      put(source("new", 2), in: workshop)
      return .nil
    }
    workshop.machine.define("arm") { [unowned workshop] _ in
      workshop.arm(
        step, "m", fault,
        instead: isInterrupted
          ? { [unowned workshop] (_) throws(RaisedError) in workshop.machine.interrupt() } : nil)
      return .nil
    }
    workshop.machine.define("inspect") { [unowned workshop] _ in
      #expect(fault.hasHappened, comment)
      workshop.expectBalance(comment)
      #expect(workshop.record("m")?.state == .loaded, comment)
      workshop.engine.collect()
      return .nil
    }
    let printed = workshop.run(
      """
      import m, lazy
      from m import x, f, C, word
      from host import put, arm, inspect
      let c = C()
      let held = [f, C, c]
      let keyed = {[f]: 'f', [C]: 'C'}
      fn state() => [
        m.x, m.f(), m.word, x, f(), word, str(c), c.kind, hasattr(c, 'old_method'), dir(m),
        m.f is f, m.C is C, isinstance(c, m.C), held[0] is m.f, keyed[m.f], keyed[m.C],
        m.table[f] is C, m.table[C] is f, str(m.table['c']), m.__file__]
      fn attempt() {
        \(scenario.body)
      }
      let before = state()
      put()
      arm()
      fn failing() {
        try {
          attempt()
          for i in 0..2 {}
          print('no fault')
        } catch e: IOError {
          print(e.message, e.notes[0].startswith("while reloading module 'm'"))
        } catch e: Interrupt { print('interrupted') }
      }
      failing()
      inspect()
      let after = state()
      print(after == before, after[0])
      print(attempt())
      print(state())
      """)
    // An interruption at the last step comes too late to stop the reload; then all is new.
    let isLate = isInterrupted && step == .patch
    #expect(
      printed == """
        \(isInterrupted ? "interrupted" : "injected true")
        \(!isLate) \(isLate ? 2 : 1)
        true
        [2, "new 2 2", "new", 2, "new 2 2", "new", "new 1", "new", false, \
        ["C", "f", "itself", "only_new", "renew", "table", "word", "x"], \
        true, true, true, true, "f", "C", true, true, "new 2", \
        "\(origin == .folder ? "m.l" : "lib.zip/m.l")"]
        """, comment)
  }
}
