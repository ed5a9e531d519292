import Foundation
import Testing

@testable import LangRuntime

/// The report accounts for every module, in exactly one group.
@Suite("Groups of the report")
struct ReportTests {
  /// The names in each group that is not empty.
  private func groups(_ workshop: ModuleWorkshop) -> [ModuleReport.Group: [String]] {
    workshop.machine.engine.moduleReport().groups.mapValues { $0.map(\.name) }
      .filter { !$0.value.isEmpty }
  }

  private func entry(_ workshop: ModuleWorkshop, _ name: String) -> ModuleReport.Entry? {
    workshop.machine.engine.moduleReport().groups.values.joined().first { $0.name == name }
  }

  @Test(arguments: [false, true])
  func eachModuleIsInOneGroup(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    for name in ["a", "b", "c", "d", "e", "f"] { workshop.write("\(name).l", "let x = 1\n") }
    workshop.write("bad.l", "throw ValueError('x')\n")
    workshop.write("box/init.l", "")
    workshop.write("folder/m.l", "let x = 1\n")
    workshop.run(
      """
      import a; import b; import bad; import box; import folder.m; import lazy; import math
      eager import c
      from d import *
      lazy.load('e')
      lazy.disable(); import f; lazy.enable()
      b.x
      folder.m.x
      try { bad.x } catch e: ValueError {}
      """)
    #expect(
      groups(workshop) == [
        .pending: ["a", "box"], .disabled: ["f"], .proxy: ["b", "folder", "folder.m"],
        .bypass: ["c", "d", "e"], .failed: ["bad"], .nativePending: ["math"],
        .nativeLoaded: ["lazy"], .nativeUnused: ["sys", "workshop"],
      ])
    // Each module of the folder, each native one, and nothing of the machine's own.
    let report = workshop.machine.engine.moduleReport()
    #expect(report.groups.values.reduce(0) { $0 + $1.count } == 14)
    #expect(report.programs.map(\.name) == ["__main__"])
  }

  @Test func aFailureThatIsMendedIsHistory() {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("m.l", "throw ValueError('x')\n")
    workshop.run("import m\nfn use() => m.x\n")
    workshop.call("use")
    workshop.call("use")
    #expect(groups(workshop)[.failed] == ["m"])
    #expect(entry(workshop, "m")?.failures == 2)
    #expect(entry(workshop, "m")?.error == "ValueError: x")
    workshop.write("m.l", "let x = 1\n")
    workshop.call("use")
    #expect(groups(workshop)[.proxy] == ["m"])
    #expect(entry(workshop, "m")?.failures == 2)
    #expect(entry(workshop, "m")?.error == nil)
  }

  @Test func pendingModulesCostWhatTheirSourcesAreNow() {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("m.l", "12345")
    workshop.write("gone.l", "12345")
    workshop.run("import m; import gone")
    #expect(workshop.machine.engine.moduleReport().pendingBytes == 10)
    workshop.write("m.l", "123456789")
    workshop.remove("gone.l")
    let report = workshop.machine.engine.moduleReport()
    #expect(report.entries(.pending).map(\.sourceBytes) == [nil, 9])
    #expect(report.pendingBytes == 9)
  }

  @Test func membersOfArchivesCostTheirSize() throws {
    let workshop = ModuleWorkshop(isStressed: false)
    let source = Array(String(repeating: "# long\n", count: 100).utf8)
    workshop.write("libs.zip", RawArchive([try .init("m.l", deflated: source)]).bytes)
    workshop.machine.addModulePath(workshop.path("libs.zip"))
    workshop.run("import m")
    #expect(entry(workshop, "m")?.sourceBytes == 700)
    #expect(entry(workshop, "m")?.location.hasSuffix("libs.zip/m.l") == true)
  }

  @Test func sessionsAndSeveralProgramsStandApart() {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.run("let a = 1")
    workshop.run("let = 2")
    workshop.run("throw ValueError('x')")
    let session = MachineSession(workshop.machine)
    _ = session.evaluate("import lazy")
    guard case .value(let shown) = session.evaluate("lazy.pending()") else {
      Issue.record("the session failed")
      return
    }
    #expect(shown?.description == "[]")
    let report = workshop.machine.engine.moduleReport()
    #expect(report.programs.count == 4)
    #expect(report.programs.allSatisfy { $0.name == "__main__" })
    // The one that did not compile has no memory.
    #expect(report.programs.map { $0.load == nil } == [false, true, false, false])
    #expect(report.programs.map { ($0.load?.codeBytes ?? 0) > 0 } == [true, false, true, true])
    #expect(report.entries(.lost).isEmpty)
    #expect(report.memory.total == workshop.machine.engine.pointee.heap.byteCount)
  }

  @Test func modulesOfTheHostAreNativeOnes() {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.machine.define("double", parameters: ["x"]) { .int(try $0.int(0) * 2) }
    workshop.run("import host; import workshop\nprint(host.double(2))")
    #expect(groups(workshop)[.nativeLoaded] == ["host"])
    #expect(groups(workshop)[.nativePending] == ["workshop"])
    #expect(entry(workshop, "host")?.cause?.expression == "host.double")
  }

  // MARK: Honesty

  @Test(arguments: [false, true])
  func whatIsLoadedBehindTheBackIsLost(isStressed: Bool) throws {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", "let x = 1\n")
    workshop.write("n.l", "let x = 1\n")
    workshop.run("import m\nimport n\nm.x")
    #expect(workshop.machine.engine.moduleReport().entries(.lost).isEmpty)
    let engine = workshop.machine.engine
    // A record that says it is loaded.
    let number = try #require(engine.pointee.modules.byName["n"])
    let record = engine.pointee.modules.records[number]
    record.module = engine.makeModule(record: number, capacity: 8)
    record.state = .loaded
    #expect(groups(workshop)[.lost] == ["n"])
    // A loaded module whose contents are exchanged.
    let other = try #require(engine.pointee.modules.byName["m"])
    engine.pointee.modules.records[other].module = engine.makeModule(record: other, capacity: 8)
    #expect(groups(workshop)[.lost] == ["m", "n"])
    #expect(groups(workshop)[.proxy] == nil)
    #expect(workshop.machine.moduleReport().contains("\nlost track of: 2\n  m\n"))
  }

  @Test func aModuleThatNoRecordKnowsIsLost() {
    let workshop = ModuleWorkshop(isStressed: false)
    let engine = workshop.machine.engine
    let hidden = engine.makeModule(record: 4711, capacity: 8)
    engine.addHandle(Value(.module, hidden))
    #expect(groups(workshop)[.lost] == ["?"])
    // Nothing is counted twice, and nothing is left out.
    #expect(
      engine.moduleReport().memory.total == engine.pointee.heap.byteCount)
  }

  @Test(arguments: [false, true])
  func failuresReloadsAndCyclesLoseNothing(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("a.l", "import b\nlet x = 1\nlet y = b.x\n")
    workshop.write("b.l", "import a\nlet x = 2\nfn f() => a.y\n")
    workshop.write(
      "leak.l", "import keeper\nfn f() => 1\nkeeper.kept.append(f)\nthrow Error('x')\n")
    workshop.write("keeper.l", "let kept = []\n")
    workshop.run(
      """
      import a; import b; import leak; import keeper
      print(a.y, b.f())
      for i in 0..3 { try { leak.f } catch e { print(len(keeper.kept)) } }
      reload(a); reload(b)
      let kept = [a]
      """)
    // The functions of half-built modules are alive, and with them their modules.
    #expect(groups(workshop)[.lost] == nil)
    #expect(groups(workshop)[.failed] == ["leak"])
  }

  // MARK: Numbers

  @Test func aLoadWithinALoadIsNotCountedTwice() throws {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("outer.l", "import inner\nlet x = inner.big[0]\n")
    workshop.write("inner.l", "let big = [0] * 10000\n")
    workshop.run("import outer\nouter.x")
    #expect(try #require(entry(workshop, "inner")?.load).allocated >= 160_000)
    #expect(try #require(entry(workshop, "outer")?.load).allocated < 20_000)
  }

  @Test func aLoadWithinAReloadIsNotCountedTwice() throws {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("outer.l", "let x = 1\n")
    workshop.write("inner.l", "let big = [0] * 10000\n")
    workshop.write("top.l", "import outer\nreload(outer)\nlet x = 1\n")
    workshop.run("import outer\nouter.x")
    workshop.write("outer.l", "import inner\nlet x = inner.big[0]\nlet own = [0] * 5000\n")
    workshop.run("import top\ntop.x")
    #expect(try #require(entry(workshop, "inner")?.load).allocated >= 160_000)
    #expect(80_000..<100_000 ~= (try #require(entry(workshop, "outer")?.load).allocated))
    // What the reload took is the reload's.
    #expect(try #require(entry(workshop, "top")?.load).allocated < 20_000)
  }

  @Test func aSourceThatChangesBetweenImportAndLoad() {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("changed.l", "let x = 1\n")
    workshop.write("same.l", "let x = 1\n")
    workshop.run("import changed; import same\nfn use() { changed.x; same.x }")
    // Until the file's time is a later one; the system does not count every nanosecond.
    var imported = timespec()
    clock_gettime(CLOCK_REALTIME, &imported)
    var status = stat()
    repeat {
      workshop.write("changed.l", "let x = 2\n")
      stat(workshop.path("changed.l"), &status)
    } while (status.st_ctim.tv_sec, status.st_ctim.tv_nsec)
      <= (imported.tv_sec, imported.tv_nsec)
    workshop.call("use")
    #expect(entry(workshop, "changed")?.load?.isChanged == true)
    #expect(entry(workshop, "same")?.load?.isChanged == false)
  }

  @Test func mostPendingCountsWhatWasPendingAtOnce() {
    let workshop = ModuleWorkshop(isStressed: false)
    for number in 0..<10 { workshop.write("m\(number).l", "let x = 1\n") }
    workshop.write("bad.l", "throw ValueError('x')\n")
    let imports = (0..<10).map { "import m\($0); m\($0).x\n" }.joined()
    workshop.run(imports)
    #expect(workshop.machine.engine.moduleReport().mostPending == 1)
    // A failed load leaves its module pending, once.
    workshop.run("import bad\nfor i in 0..5 { try { bad.x } catch e {} }")
    #expect(workshop.machine.engine.moduleReport().mostPending == 1)
    #expect(workshop.machine.engine.pointee.modules.log.pendingCount == 1)
  }

  @Test func theLogForgetsWhatIsOld() {
    let workshop = ModuleWorkshop(isStressed: false)
    let engine = workshop.machine.engine
    workshop.run("import math\nmath.pi")
    let number = engine.pointee.modules.byName["math"] ?? 0
    weak var forgotten: ModuleLoad?
    do {
      let load = ModuleLoad(reason: .firstUse, cause: nil)
      engine.noteStep(.load, number, at: nil, load)
      forgotten = load
    }
    #expect(forgotten != nil)
    for _ in 0..<ModuleLog.capacity { engine.noteStep(.bind, number, at: nil) }
    let log = engine.pointee.modules.log
    #expect(log.events.count <= ModuleLog.capacity)
    #expect(log.events.count + log.droppedCount == ModuleLog.capacity + 6)
    #expect(forgotten == nil)
  }
}
