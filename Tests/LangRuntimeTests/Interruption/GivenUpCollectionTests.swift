import Testing

@testable import LangRuntime

/// Collections that are given up in the middle: everything that is alive stays so, and everything that
/// is dead goes with the next one that is not given up.
@Suite("Collections that are given up")
struct GivenUpCollectionTests {
  /// A program with objects of many kinds, half of which it lets go; `check()` looks at all of the rest.
  private final class Subject {
    let machine: Machine
    var engine: Engine { machine.engine }
    private var count = 0

    private static let source = """
      from host import work
      import aux
      class Pair {
        fn init(a, b) { self.a = a; self.b = b; self.me = self }
      }
      class Things {
        fn init(n) {
          self.n = n
          self.lists = [[i, str(i), (i, [i])] for i in range(n)]
          self.pairs = [Pair("é" * (i % 7), {(i): str(i)}) for i in range(n)]
          self.sets = set([("k", str(i)) for i in range(n)])
          self.map = {f"key {i}": bytes(str(i)) for i in range(n)}
          self.large = ["large" * 1000 for i in range(n // 100 + 1)]
          self.calls = list(range(n)).map(fn(i) => fn() => i)
          self.holders = [[aux] for i in range(n)]
        }
        fn check() {
          assert self.lists == [[i, str(i), (i, [i])] for i in range(self.n)]
          assert len(self.pairs) == self.n and len(self.sets) == self.n and len(self.map) == self.n
          for i in range(self.n) {
            let pair = self.pairs[i]
            assert pair.a == "é" * (i % 7) and pair.b[i] == str(i) and pair.me is pair
            assert ("k", str(i)) in self.sets
            assert self.map[f"key {i}"].decode() == str(i)
            assert self.calls[i]() == i
          }
          assert self.large.all(fn(text) => text == "large" * 1000)
        }
      }
      var kept = nil
      fn fill(n) {
        var dropped = Things(n)
        kept = Things(n)
        dropped = nil
      }
      fn look() {
        work()
        kept.check()
        return true
      }
      fn use() {
        kept.check()
        aux.touch()
        assert kept.holders.all(fn(holder) => repr(holder[0]).startswith("<module"))
        return true
      }
      """

    init(_ size: Int) throws {
      machine = Machine(output: { _ in })
      machine.defineModule("aux", functions: [HostFunction("touch") { _ in .nil }])
      machine.define("work") { [unowned self] _ in
        work()
        return .nil
      }
      try machine.run(Subject.source)
      _ = try machine.call("fill", .int(size))
      // What is made once and stays is there before anyone counts.
      for _ in 0..<2 { try look {} }
    }

    /// What is done in the middle of the program.
    var work: () -> Void = {}

    /// Runs `work` in the middle of the program, which then looks at all that it has.
    func look(_ work: @escaping () -> Void) throws {
      self.work = work
      defer { self.work = {} }
      #expect(try machine.call("look") == .bool(true))
    }

    /// Loads the module that many objects hold a proxy of.
    func use() throws { #expect(try machine.call("use") == .bool(true)) }

    /// Collects, and gives up at the check of this number; gives how many checks there were.
    @discardableResult
    func collect(givingUpAt stop: Int) -> Int {
      count = 0
      engine.pointee.stopProbe = { [unowned self] in
        count += 1
        if count == stop { engine.pointee.isInterrupted = 1 }
      }
      engine.collect()
      engine.pointee.stopProbe = nil
      engine.pointee.isInterrupted = 0
      return count
    }

    /// The bytes in use after a whole collection.
    func bytesInUse() -> Int {
      engine.collect()
      engine.pointee.heap.finishSweeping()
      return engine.pointee.heap.byteCount
    }
  }

  private static let size = 4000

  /// What is in use at the end of whatever was done before is what a machine uses that was left alone.
  private func undisturbed() throws -> Int {
    let subject = try Subject(Self.size)
    var bytes = 0
    try subject.look { bytes = subject.bytesInUse() }
    return bytes
  }

  @Test func atEachCheck() throws {
    let expected = try undisturbed()
    let subject = try Subject(Self.size)
    var stop = 0
    var isDone = false
    while !isDone {
      stop += 1
      let number = stop
      try subject.look {
        let collections = subject.engine.pointee.collections
        isDone = subject.collect(givingUpAt: number) < number
        // What is made between two of them has yet another colour.
        let text = subject.engine.makeString(String(repeating: "x", count: number * 700))
        #expect(text.isString)
        if isDone { #expect(subject.engine.pointee.collections == collections + 1) }
      }
    }
    #expect(stop > 10, "marking asked \(stop - 1) times")
    try subject.look { #expect(subject.bytesInUse() == expected) }
    try subject.use()
  }

  /// More of them in a row than there are colours, and others that are not given up in between.
  @Test(arguments: [1, 2, 100, 254, 255, 256, 520])
  func manyInARow(count: Int) throws {
    let subject = try Subject(60)
    var expected = 0
    try subject.look { expected = subject.bytesInUse() }
    for _ in 0..<2 {
      try subject.look {
        for number in 0..<count {
          subject.collect(givingUpAt: 1)
          if number % 50 == 0 {
            _ = subject.engine.makeString(String(repeating: "x", count: 100 + number))
          }
        }
      }
      try subject.look { #expect(subject.bytesInUse() == expected) }
    }
    try subject.use()
  }

  /// A random walk over giving up, completing, allocating, sweeping, and a report.
  @Test(arguments: 0..<4 as Range<UInt64>)
  func inAnyOrder(seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let subject = try Subject(150)
    var expected = 0
    try subject.look { expected = subject.bytesInUse() }
    for _ in 0..<12 {
      try subject.look {
        for _ in 0..<60 {
          switch random(6) {
          case 0: subject.engine.collect()
          case 1: _ = subject.engine.makeString(String(repeating: "y", count: random(3000)))
          case 2: subject.engine.pointee.heap.finishSweeping()
          case 3: _ = subject.engine.makeTuple(.int(1), subject.engine.makeString("short"))
          default: subject.collect(givingUpAt: 1 + random(8))
          }
        }
      }
    }
    try subject.look { #expect(subject.bytesInUse() == expected) }
    try subject.use()
  }

  /// The report writes into the marks of objects, and may be given up too.
  @Test func aReportAtEachCheck() throws {
    let expected = try undisturbed()
    let subject = try Subject(Self.size)
    var stop = 0
    var isDone = false
    while !isDone {
      stop += 1 + stop / 4
      let number = stop
      try subject.look {
        let engine = subject.engine
        var count = 0
        engine.pointee.stopProbe = {
          count += 1
          if count == number { engine.pointee.isInterrupted = 1 }
        }
        // The first few are given up before anything is complete.
        if number % 3 == 0 { subject.engine.collect() }
        count = 0
        engine.pointee.isInterrupted = 0
        do throws(RaisedError) {
          let report = try engine.stoppableModuleReport()
          #expect(report.memory.total == engine.pointee.heap.byteCount)
        } catch {
          #expect(engine.typeName(of: error.value) == "Interrupt")
        }
        isDone = count < number
        engine.pointee.stopProbe = nil
        engine.pointee.isInterrupted = 0
      }
    }
    #expect(stop > 10, "the report asked \(stop - 1) times")
    try subject.look { #expect(subject.bytesInUse() == expected) }
    try subject.use()
  }

  /// Else the collection that was due while native code ran would come before the prompt.
  @Test func anInterruptPutsOffACollection() throws {
    let machine = Machine(output: { _ in })
    let engine = machine.engine
    var collections = 0
    machine.define("work") { _ in
      _ = engine.makeString(String(repeating: "x", count: 6 << 20))
      #expect(engine.pointee.heap.allowance < 0)
      collections = engine.pointee.collections
      engine.pointee.isInterrupted = 1
      _ = engine.interruption
      return .nil
    }
    machine.define("look") { _ in
      #expect(engine.pointee.collections == collections)
      #expect(engine.pointee.heap.allowance > 0)
      return .nil
    }
    try machine.run("from host import work, look\nlook\nwork()\nfor i in range(9) { look() }")
  }

  /// The program notices at the same safepoint, may go on, and is collected again before long.
  @Test(arguments: [false, true])
  func theProgramGetsAnInterrupt(isStressed: Bool) throws {
    let machine = Machine(limits: Limits(memory: 64 << 20), output: { _ in })
    // Once armed, the next collection is given up at its second check.
    var left = 0
    machine.define("arm") { _ in
      left = 2
      machine.isCollectorStressed = isStressed
      return .nil
    }
    machine.define("calm") { _ in
      machine.isCollectorStressed = false
      return .nil
    }
    try machine.run(
      """
      from host import arm, calm
      let kept = [[str(i)] for i in range(20000)]
      fn attempt(n, size) {
        var caught = 0
        for i in range(n) {
          for j in range(5) {
            try {
              arm()
              while true { let garbage = ["x" * size, i] }
            } catch e: Interrupt { caught += 1 }
          }
          # More than fits.
          calm()
          for j in range(800) { let garbage = ["x" * size, i] }
        }
        assert kept == [[str(i)] for i in range(20000)]
        return caught
      }
      """)
    let engine = machine.engine
    engine.pointee.stopProbe = {
      left -= 1
      if left == 0 { machine.interrupt() }
    }
    let caught = try machine.call("attempt", .int(4), .int(100_000))
    engine.pointee.stopProbe = nil
    machine.isCollectorStressed = false
    #expect(caught == .int(20))
    #expect(engine.pointee.heap.byteCount <= 64 << 20)
  }

  /// One cell is not waited for while all of a large heap is swept in which everything is alive.
  @Test func sweepingOnDemandHasAnEnd() throws {
    let subject = try Subject(10)
    try subject.look {
      let engine = subject.engine
      let list = engine.makeList(capacity: 0)
      engine.root(Value(.list, list))
      for number in 0..<200_000 {
        engine.append(engine.makeTuple(.int(number), .int(1)), to: list)
      }
      engine.collect()
      let tuple = engine.makeTuple(.int(1), .int(2))
      let heap = engine.pointee.heap
      var swept = 0
      var left = 0
      for sizeClass in 0..<Heap.classCount {
        for position in 0..<heap.classes[sizeClass].blockCount {
          let block = heap.classes[sizeClass].blocks.unsafelyUnwrapped[position]
          if block.sweptFor == heap.collectionNumber { swept += 1 } else { left += 1 }
        }
      }
      #expect(swept <= Heap.blocksPerRefill + 1)
      #expect(left > Heap.blocksPerRefill)
      // What was swept in between, and what was not, is as it was.
      engine.root(tuple)
      for _ in 0..<300 { _ = engine.makeTuple(.int(1), .int(2)) }
      engine.collect()
      engine.pointee.heap.finishSweeping()
      #expect((0..<200_000).allSatisfy { list.pointee.items[$0].tuple.items[0].int == $0 })
      #expect(tuple.tuple.items[1].int == 2)
    }
    try subject.use()
  }

  /// Dead large objects are freed one by one, some of them later.
  @Test func freeingManyLargeObjects() throws {
    let machine = Machine(output: { _ in })
    var probe: (() -> Void)?
    machine.define("collect") { _ in
      machine.engine.pointee.stopProbe = probe
      machine.engine.collect()
      machine.engine.pointee.stopProbe = nil
      machine.engine.pointee.isInterrupted = 0
      return .nil
    }
    try machine.run(
      """
      from host import collect
      var xs = nil
      fn make() {
        xs = ["large" * 300 + str(i) for i in range(3000)]
        let kept = [xs[i] for i in range(0, 3000, 3)]
        xs = kept
        collect()
      }
      fn check() {
        collect()
        assert xs == ["large" * 300 + str(i) for i in range(0, 3000, 3)]
        return len(xs)
      }
      """)
    let engine = machine.engine
    for stop in [1, 2, 3, 7, 20] {
      var count = 0
      probe = {
        count += 1
        if count == stop { engine.pointee.isInterrupted = 1 }
      }
      _ = try machine.call("make")
      #expect(try machine.call("check") == .int(1000))
    }
    probe = nil
    #expect(try machine.call("check") == .int(1000))
    engine.pointee.heap.finishSweeping()
    // Registers that nobody reads any more may hold a few thousand of them.
    #expect(engine.pointee.heap.byteCount < 6 << 20)
  }
}
