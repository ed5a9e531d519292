import Foundation
import Testing

@testable import LangRuntime

/// Who holds a module, in words, before and after it is loaded.
///
/// The programs call `refs(value)`, which hands the words out; see ``ReferencesBench``.
@Suite("References")
struct ReferencesTests {
  private static let everyHolder = """
    import geo, geo as alias
    let tools = [geo, 1, geo]
    let pair = (geo, 2)
    let table = {[geo]: 1, other: geo}
    let members = set([geo])
    class Car { fn init(part) { self.engine = part } }
    class Engine { fn init(part) { self.part = part } }
    class Toolbox { let tool = geo; let other = 1 }
    let car = Car(geo)
    let engine = Engine(geo)
    fn capture() {
      import geo as m
      return fn() => m
    }
    fn share() {
      var m = geo
      fn show() => m
      fn set(x) { m = x }
      return show
    }
    let captured = capture()
    let shared = share()
    fn items() {
      let m = geo
      yield 1
      yield m
    }
    let generator = items()
    for item in generator { break }
    fn waiting(m) { yield m }
    let unstarted = waiting(geo)
    fn call(m, ...rest) {
      let local = m
      refs(m)
    }
    call(geo)
    """

  private static let everyReference = [
    "captured variable m of <function>() (main.l:14)",
    "captured variable m of show() (main.l:18)",
    "constant tool of class Toolbox",
    "field engine of a Car in <main>.car",
    "field part of an Engine in <main>.engine",
    "item of a list in <main>.tools",
    "item of a tuple in <main>.pair",
    "key of a map in <main>.table",
    "local local of call()",
    "local m of call()",
    "local m of the suspended generator items()",
    "local m of the suspended generator waiting()",
    "member of a set in <main>.members",
    "value of a map in <main>.table",
    "variable alias of <main>",
    "variable geo of <main>",
  ]

  @Test(arguments: [false, true])
  func everyKindOfHolderIsNamedBeforeAndAfterTheLoad(isStressed: Bool) throws {
    let bench = try ReferencesBench(isStressed: isStressed)
    let answers = try bench.run(
      Self.everyHolder + "\ngeo.size\ncall(geo)\nassert tools[2].size == 4")
    #expect(answers == [Self.everyReference, Self.everyReference])
    #expect(bench.wereUnresolved == [true, false])
  }

  @Test(arguments: [false, true])
  func nativeModulesAreNamedAlike(isStressed: Bool) throws {
    let bench = try ReferencesBench(isStressed: isStressed)
    let program = Self.everyHolder.replacingOccurrences(
      of: "import geo, geo as alias", with: "import math as geo, math as alias"
    ).replacingOccurrences(of: "import geo as m", with: "import math as m")
    let answers = try bench.run(program + "\ngeo.pi\ncall(geo)")
    #expect(answers == [Self.everyReference, Self.everyReference])
    #expect(bench.wereUnresolved == [true, false])
  }

  @Test(arguments: [false, true])
  func deferredNamesAreNamedUntilTheyAreResolved(isStressed: Bool) throws {
    let bench = try ReferencesBench(isStressed: isStressed)
    // A key is used as soon as it is stored, and so is an argument of a native function: there the
    // name is left out, here the variable is named instead.
    let changes = [
      ("import geo, geo as alias", "from geo import area as geo"),
      ("import geo as m", "let m = geo"),
      ("[geo]: 1, ", ""), ("set([geo])", "1"), ("refs(m)", "refs('geo')"),
    ]
    let program = changes.reduce(Self.everyHolder) { program, change in
      program.replacingOccurrences(of: change.0, with: change.1)
    }
    let answers = try bench.run(program + "\nassert geo() == 16\ncall(geo)")
    let expected = Self.everyReference.filter {
      !$0.contains("alias") && !$0.contains("key of") && !$0.contains("member of a set")
    }
    #expect(bench.wereUnresolved == [true, false])
    #expect(answers == [expected, (expected + ["variable area of geo"]).sorted()])
  }

  @Test(arguments: [false, true])
  func whatWasOverwrittenOrRemovedIsNotListed(isStressed: Bool) throws {
    for load in ["", "geo.size"] {
      let bench = try ReferencesBench(isStressed: isStressed)
      let answers = try bench.run(
        """
        import geo
        \(load)
        var other = geo
        let tools = [geo, geo]
        let table = {[geo]: 1, a: geo}
        let members = set([geo])
        class Car {}
        let car = Car()
        car.engine = geo
        refs(geo)
        other = 1
        tools[0] = 1
        tools.pop()
        table.remove(geo)
        table["a"] = 1
        members.remove(geo)
        car.engine = nil
        refs(geo)
        """)
      #expect(
        answers == [
          [
            "field engine of a Car in <main>.car", "item of a list in <main>.tools",
            "key of a map in <main>.table", "member of a set in <main>.members",
            "value of a map in <main>.table", "variable geo of <main>", "variable other of <main>",
          ], ["variable geo of <main>"],
        ])
    }
  }

  @Test(arguments: [false, true])
  func deadHoldersAreNotListed(isStressed: Bool) throws {
    for load in ["", "geo.size"] {
      let bench = try ReferencesBench(isStressed: isStressed)
      let answers = try bench.run(
        """
        import geo
        \(load)
        fn fill() {
          let list = [geo]
          let table = {[geo]: [geo]}
          let closure = fn() => list
          fn items() { let m = geo; yield m; yield 1 }
          let generator = items()
          for item in generator { break }
          refs(geo)
        }
        fill()
        fn clear(a, b, c, d, e, f, g, h) => 1
        clear(1, 2, 3, 4, 5, 6, 7, clear(1, 2, 3, 4, 5, 6, 7, 8))
        refs(geo)
        """)
      #expect(
        answers == [
          [
            "item of a list in a value of local table of fill()",
            "item of a list in local list of fill()", "key of a map in local table of fill()",
            "local m of the suspended generator items()", "variable geo of <main>",
          ], ["variable geo of <main>"],
        ])
    }
  }

  @Test(arguments: [false, true])
  func localsAreNamedWhileTheyLive(isStressed: Bool) throws {
    let cases: [(program: String, words: [[String]])] = [
      ("fn f(m, n = refs(geo)) {}\nf(geo)", [["local m of f()"]]),
      ("fn f(...all) { refs(geo) }\nf(geo)", [["item of a list in local all of f()"]]),
      (
        "fn f() {\n  if true { let m = geo; refs(geo) }\n  refs(geo)\n}\nf()",
        [["local m of f()"], []]
      ),
      ("if true { let m = geo; refs(geo) }\nrefs(geo)", [["local m of <main>"], []]),
      ("fn f() { var m = geo; refs(geo); m = 1; refs(geo) }\nf()", [["local m of f()"], []]),
      (
        "fn f() {\n  var m = geo\n  fn set() { m = 1 }\n  refs(geo)\n  set()\n  refs(geo)\n}\nf()",
        [["captured variable m of set() (main.l:5)", "local m of f()"], []]
      ),
      (
        "fn f(m, n) { if n == 0 { refs(m) } else { f(m, n - 1) } }\nf(geo, 9)", [["local m of f()"]]
      ),
      ("class Car { fn drive(m) { refs(m) } }\nCar().drive(geo)", [["local m of Car.drive()"]]),
      (
        "class Car { fn drive(m) => fn() => m }\nlet f = Car().drive(geo)\nrefs(geo)",
        [["captured variable m of <function>() (main.l:3)"]]
      ),
      ("let f = fn(m) { refs(m) }\nf(geo)", [["local m of <function>() (main.l:3)"]]),
      (
        "fn f(m) { fn set() { m = 1 }; yield set }\nlet g = f(geo)\nrefs(geo)",
        [["local m of the suspended generator f()"]]
      ),
      (
        "fn f() {\n  let m = geo\n  yield 1\n  refs(m)\n}\nlet g = f()\nfor x in g { refs(geo) }\n"
          + "refs(geo)",
        [["local m of the suspended generator f()"], ["local m of f()"], []]
      ),
      (
        "fn f() {\n  for m in [geo] {}\n  try { 1 / 0 } catch e { let m = geo; refs(geo) }\n}\nf()",
        [["local m of f()"]]
      ),
    ]
    for (program, words) in cases {
      for load in ["", "; geo.size"] {
        let bench = try ReferencesBench(isStressed: isStressed)
        let answers = try bench.run("import geo\(load)\n\(program)")
        #expect(answers.map { $0.filter { $0 != "variable geo of <main>" } } == words)
      }
    }
  }

  @Test func numbersAreOrderedByWhatTheyAreWorth() throws {
    let machine = Machine()
    try machine.run("import math\nlet xs = [[math] for i in range(12)]\nlet x2 = [math]")
    let lists = (0..<12).map { "item of a list in <main>.xs[\($0)]" }
    #expect(
      machine.references(toModule: "math")
        == ["item of a list in <main>.x2"] + lists + ["variable math of <main>"])
  }

  @Test(arguments: ["", "math.pi"])
  func ofManyHoldersTheFirstAreTold(use: String) throws {
    let machine = Machine()
    machine.describesPatches = true
    try machine.run("import math\nlet xs = [[math] for i in range(1_000)]\n\(use)")
    let (lines, more) = try #require(machine.references(toModule: "math", atMost: 100))
    #expect(lines.count == 100 && more == 901)
    #expect(machine.references(toModule: "math")?.count == 1_001)
    let math = try #require(machine.module(named: "math"))
    #expect(math.patched == (use.isEmpty ? 0 : 1_001))
    #expect(math.patchedHolders.count == (use.isEmpty ? 0 : Machine.mostHoldersTold))
  }

  @Test func holdersThatOnlySwiftCodeMakesAreNamed() throws {
    let machine = Machine()
    try machine.run(
      """
      import math
      class Car { fn drive() => 1 }
      let drive = Car().drive
      var (bound, native, iterator) = (nil, nil, nil)
      """)
    let engine = machine.engine
    let record = try #require(engine.pointee.modules.byName["__main__"])
    let main = try #require(engine.pointee.modules.records[record].module)
    func variable(_ name: String) throws -> Value {
      let entry = try #require(main.pointee.names.entry(engine.pointee.symbols.intern(name)))
      return main.pointee.slots[entry.pointee.value.int]
    }
    func set(_ name: String, _ value: Value) throws {
      try engine.setVariable(of: main, engine.pointee.symbols.intern(name), value)
    }
    let math = try variable("math")
    try set("bound", engine.makeBoundMethod(math, try variable("drive").boundMethod.pointee.method))
    let upper = try #require(
      engine.member(
        engine.pointee.symbols.intern("upper"), of: engine.classOf(engine.makeString(""))))
    try set("native", engine.makeBoundMethod(math, upper.value))
    let iterator = engine.makeIterator(.sequence, source: math, position: 0, limit: 0)
    try set("iterator", Value(.iterator, iterator))
    let handle = engine.addHandle(Value(.list, engine.makeList(capacity: 1)))
    engine.append(math, to: engine.pointee.handles[handle].list)
    engine.addHandle(math)
    let expected = [
      "bound method Car.drive() in <main>.bound", "bound method string.upper() in <main>.native",
      "item of a list in a value held by the embedding program",
      "source of an iterator in <main>.iterator", "value held by the embedding program",
      "variable math of <main>",
    ]
    #expect(engine.references(to: math) == expected)
    #expect(engine.searchReferences(to: [math]).lines == expected)
    // All of them are patched, and counted.
    let module = try engine.load(math.proxy)
    #expect(engine.references(to: module) == expected)
    // A proxy that was missed would stand for the module.
    #expect(engine.references(to: math) == expected)
    #expect(engine.searchReferences(to: [math]).lines == [])
  }

  @Test(arguments: [false, true])
  func otherModulesAreNamed(isStressed: Bool) throws {
    let bench = try ReferencesBench(isStressed: isStressed)
    let answers = try bench.run(
      """
      import geo, shop.prices
      let f = shop.prices.hold(1)
      refs(geo)
      refs(shop)
      refs(f)
      refs(1)
      """)
    #expect(
      answers == [
        [
          "captured variable g of <function>() (prices.l:3)",
          "item of a list in shop.prices.table[\"side\"]", "variable geo of <main>",
          "variable geo of shop.prices",
        ], ["variable shop of <main>"], ["variable f of <main>"], [],
      ])
  }

  @Test(arguments: [false, true])
  func aModuleThatIsLoadingIsFoundBesideItsProxy(isStressed: Bool) throws {
    let bench = try ReferencesBench(isStressed: isStressed)
    try bench.write(
      "from probe import refs\nimport half\nlet own = [half]\nrefs(half)", to: "half.l")
    let answers = try bench.run("import half\nhalf.own")
    let expected = [
      "item of a list in half.own", "variable half of <main>", "variable half of half",
    ]
    #expect(answers == [expected])
    #expect(bench.wereUnresolved == [true])
  }

  @Test(arguments: [false, true])
  func aPatchCountsWhatItReplaced(isStressed: Bool) throws {
    let bench = try ReferencesBench(isStressed: isStressed)
    let engine = bench.machine.engine
    try bench.machine.run(Self.everyHolder.replacingOccurrences(of: "refs(m)", with: ""))
    let record = try #require(engine.pointee.modules.byName["geo"])
    let proxy = try #require(engine.pointee.modules.records[record].proxy)
    // Two variables, two items of `tools`, one item, key and value of `table`, member, two fields,
    // constant, capture, shared variable, two locals of suspended generators.
    engine.collect()
    #expect(
      engine.patch(Value(.proxy, proxy), to: .int(1), holders: proxy.pointee.holders) == 15)
    #expect(engine.references(to: Value(.proxy, proxy)) == [])
  }

  @Test func theHeapsWalkVisitsEveryObjectOnce() throws {
    let machine = Machine()
    try machine.run(
      """
      let xs = []
      for i in 0..1000 { xs.append((i, [i])) }
      let big = 'x' * 5000
      """)
    var counts: [Int8: Int] = [:]
    var addresses: Set<UnsafeMutablePointer<ObjectHeader>> = []
    var isBigStringFound = false
    machine.engine.collect()
    machine.engine.pointee.heap.forEachObject { header in
      counts[header.pointee.kind, default: 0] += 1
      #expect(addresses.insert(header).inserted)
      if header.pointee.kind == Tag.string.rawValue, Value(.string, header).string.count == 5000 {
        isBigStringFound = true
      }
    }
    #expect(counts[Tag.tuple.rawValue] == 1000)
    #expect(counts[Tag.list.rawValue] == 1001)
    #expect(isBigStringFound)
    #expect(counts[0] == nil)
  }
}
