import Testing

@testable import LangRuntime

/// The heap is divided among modules: every byte once.
@Suite("Memory of modules")
struct ReportMemoryTests {
  /// A module of objects of every kind; `name` keeps modules apart.
  private static let everyKind = """
    import lazy
    from neighbour import later
    class Point {
      fn init(x) { self.x = x }
      get double => self.x * 2
      fn m() => super
      static fn s() => 1
      let c = [1, 2]
    }
    class MyError(Error) { fn init(m) { super.init(m) } }
    let point = Point(1)
    # More fields than its class expects, and more than shapes can share.
    for i in 0..200 { setattr(point, f"f{i}", i) }
    let short = "s"
    let long = "x" * 5000
    let octets = bytes([1, 2, 3]) * 1000
    let items = [1] * 3000
    items.append(items)
    let shrunk = list(range(100))
    while len(shrunk) > 3 { shrunk.pop() }
    let cleared = [1, 2, 3]
    cleared.clear()
    let empty = []
    let pair = (1, (2, 3)) * 100
    let table = {i: [i] for i in 0..100}
    let small = {a: 1}
    let group = set([1, "two", (3,)])
    for i in 0..90 { table.remove(i) }
    let big = 2 ** 200
    fn counter() {
      var n = 0
      return fn() { n += 1; return n }
    }
    let count = counter()
    count()
    fn generate() { var i = 0; while true { yield i; i += 1 } }
    let suspended = generate()
    next(suspended)
    let finished = (fn() { yield 1 })()
    for x in finished {}
    let iterator = iter([1, 2])
    let pairs = enumerate(zip([1], [2]))
    let bound = point.m
    let native = "a".upper
    let span = 0..10
    let error = MyError("kept")
    let deferred = [later]
    fn unused(x = [1]) => x
    """

  private func workshop(isStressed: Bool) -> ModuleWorkshop {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("kinds.l", Self.everyKind)
    workshop.write("neighbour.l", "let later = 1\n")
    return workshop
  }

  /// The bytes of the heap that a loaded module has.
  private func bytes(_ workshop: ModuleWorkshop, _ name: String) -> Int? {
    workshop.machine.engine.moduleReport().groups.values.joined()
      .first { $0.name == name }?.load?.heapBytes
  }

  @Test(arguments: [false, true])
  func everyByteIsCountedOnce(isStressed: Bool) {
    let workshop = workshop(isStressed: isStressed)
    #expect(workshop.run("import kinds\nlet mine = [kinds.items]\nlet s = 'p' * 3000") == "")
    let engine = workshop.machine.engine
    var counted = 0
    engine.pointee.heap.forEachSizedObject { counted += $1 }
    #expect(counted == engine.pointee.heap.byteCount)
    let report = engine.moduleReport()
    #expect(report.memory.total == engine.pointee.heap.byteCount)
    let ofModules = report.groups.values.joined().reduce(0) { $0 + ($1.load?.heapBytes ?? 0) }
    #expect(report.memory.modules == ofModules)
    #expect(report.memory.programs == report.programs[0].load?.heapBytes)
    #expect((bytes(workshop, "kinds") ?? 0) > 90_000)
    #expect(3000..<12_000 ~= report.memory.programs)
  }

  @Test(arguments: [false, true])
  func afterACollectionNothingIsUnreachable(isStressed: Bool) {
    let workshop = workshop(isStressed: isStressed)
    workshop.run("import kinds\nkinds.items\nvar s = 'p' * 3000\ns = nil")
    let engine = workshop.machine.engine
    engine.collect()
    let memory = engine.moduleReport().memory
    #expect(memory.unreachable == 0)
    #expect(memory.total == engine.pointee.heap.byteCount)
    // Garbage is told from what is in use.
    let string = engine.makeString(String(repeating: "x", count: 10_000))
    #expect(engine.moduleReport().memory.unreachable == 10_016)
    #expect(string.isString)
  }

  @Test func aReportLeavesTheHeapAsItWas() {
    let workshop = workshop(isStressed: false)
    workshop.run("import kinds\nkinds.items")
    let engine = workshop.machine.engine
    let colour = engine.pointee.heap.colour
    let before = engine.pointee.heap.allocatedCount
    let first = engine.moduleReport()
    let second = engine.moduleReport()
    #expect(first.memory.modules == second.memory.modules)
    #expect(engine.pointee.heap.allocatedCount == before)
    var others = 0
    engine.pointee.heap.forEachObject { if $0.pointee.mark != colour { others += 1 } }
    #expect(others == 0)
    // What the program holds survives the collections after it.
    for _ in 0..<3 { engine.collect() }
    #expect(workshop.run("import kinds\nprint(len(kinds.items), kinds.count())") == "3001 2")
  }

  @Test func moreModulesThanThereAreMarks() {
    let workshop = ModuleWorkshop(isStressed: false)
    var program = ""
    for number in 0..<600 {
      workshop.write("m\(number).l", "let own = [0] * \(number)\n")
      program += "import m\(number); m\(number).own\n"
    }
    workshop.run(program)
    let report = workshop.machine.engine.moduleReport()
    #expect(report.entries(.proxy).count == 600)
    #expect(report.memory.total == workshop.machine.engine.pointee.heap.byteCount)
    // The modules differ in the length of a list, and of their names.
    let base = bytes(workshop, "m100") ?? 0
    for number in [101, 255, 256, 300, 511, 512, 599] {
      #expect(bytes(workshop, "m\(number)") == base + (number - 100) * 16)
    }
  }

  @Test func theFirstModuleThatWasLoadedOwnsWhatIsShared() {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("a.l", "import b\nlet shared = b.shared\nlet own = [0] * 2000\n")
    workshop.write("b.l", "let shared = [0] * 1000\n")
    workshop.write("c.l", "import a\nlet through = a\nlet same = a.own\n")
    workshop.run("import c; import a; import b\nlet mine = [c.same, a.shared]")
    // The load of b ended first: it was needed by a, and a by c.
    #expect(16_000..<32_000 ~= (bytes(workshop, "b") ?? 0))
    #expect(32_000..<48_000 ~= (bytes(workshop, "a") ?? 0))
    #expect((bytes(workshop, "c") ?? .max) < 16_000)
    #expect(workshop.machine.engine.moduleReport().memory.programs < 16_000)
  }

  @Test func functionsAndClassesDoNotLeadToTheirModule() {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("a.l", "import b\nlet f = b.f\nlet C = b.C\nlet i = b.C()\n")
    workshop.write("b.l", "let big = [0] * 1000\nclass C {}\nfn f() => big\n")
    workshop.run("import a\na.f")
    #expect((bytes(workshop, "a") ?? .max) < 16_000)
    #expect(16_000..<32_000 ~= (bytes(workshop, "b") ?? 0))
  }

  @Test func builtInsBelongToNoModule() {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("a.l", "let x = 1\n")
    workshop.write("b.l", "class MyError(ValueError) {}\nlet p = print\nlet x = [int, map]\n")
    workshop.run("import a; import b\na.x; b.x")
    let (a, b) = (bytes(workshop, "a") ?? 0, bytes(workshop, "b") ?? 0)
    // The class, its name and a list; not the methods of the built-in types.
    #expect(b - a < 1000)
  }

  @Test func whatAModuleDropsIsNotItsOwn() {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("m.l", "var kept = [0] * 10000\nfn drop() { kept = nil }\n")
    workshop.run("import m\nfn drop() { m.drop() }\nm.kept")
    let before = bytes(workshop, "m") ?? 0
    workshop.call("drop")
    #expect(bytes(workshop, "m") == before - 160_000 - 32)
    // What it took to load it stays what it was.
    let entry = workshop.machine.engine.moduleReport().entries(.proxy)[0]
    #expect((entry.load?.allocated ?? 0) > 160_000)
  }

  @Test func theStackBelongsToNoModule() {
    let workshop = ModuleWorkshop(isStressed: false)
    let printed = workshop.run(
      """
      import lazy
      fn probe() {
        let held = [0] * 10000
        return (lazy.report_data()["memory"], len(held))[0]
      }
      let memory = probe()
      print(memory["shared"] > 160000, memory["programs"] < 16000)
      """)
    #expect(printed == "true true")
    #expect(
      workshop.machine.engine.moduleReport().memory.total
        == workshop.machine.engine.pointee.heap.byteCount)
  }
}
