import Foundation
import Testing

@testable import LangRuntime

/// What finds, reads, unpacks and compiles a module is given up at any of the places where it asks
/// whether the program is to stop; the module stays pending, and the next use loads it.
@Suite("Interrupted loads")
struct InterruptedLoadTests {
  /// A source that is large enough to be read, checked and parsed in pieces.
  private static let source =
    "let x = 5\nlet items = [\n"
    + (0..<40_000).map { "  \($0), \"é\($0)\",\n" }.joined() + "]\n"

  private static let program = """
    from host import arm, disarm
    import lazy
    import sys
    fn attempt() {
      var outcome = "finished"
      arm()
      # What has come to its end all the same is interrupted right behind.
      try { use(); for i in 0..2 {} } catch e: Interrupt { outcome = e.message }
      disarm()
      return outcome
    }
    """

  /// Interrupts `attempt()` at many of its checks, and lets it come to its end at last.
  private func interrupt(
    _ workshop: ModuleWorkshop, _ use: String, after: String, minimum: Int,
    prepare: () -> Void = {}
  ) throws {
    let machine = workshop.machine
    let probe = StopProbe(machine)
    #expect(workshop.run("\(Self.program)\nfn use() {\n\(use)\n}\nfn after() {\n\(after)\n}") == "")
    var interruptions = 0
    while true {
      probe.stop += 1 + probe.stop / 6
      prepare()
      let outcome = try machine.call("attempt")
      if outcome == .string("finished") { break }
      #expect(outcome == .string("interrupted"), "stopped at check \(probe.stop)")
      interruptions += 1
    }
    #expect(probe.count < probe.stop)
    #expect(interruptions >= minimum, "it asked \(probe.count) times")
    #expect(try machine.call("after") == .bool(true))
  }

  @Test func aFile() throws {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("m.l", Self.source)
    try interrupt(
      workshop, "  import m\n  m.x", after: "  import m\n  return len(m.items) == 80000", minimum: 8
    )
  }

  @Test func aMemberOfAnArchive() throws {
    let workshop = ModuleWorkshop(isStressed: false)
    let archive = RawArchive([try .init("m.l", deflated: Array(Self.source.utf8))])
    workshop.write("library.zip", archive.bytes)
    workshop.machine.addModulePath(workshop.path("library.zip"))
    try interrupt(
      workshop, "  import m\n  m.x", after: "  import m\n  return len(m.items) == 80000",
      minimum: 10)
  }

  /// The directory of an archive is read, checked and sorted.
  @Test func anArchiveOfManyMembers() throws {
    let workshop = ModuleWorkshop(isStressed: false)
    let archive = RawArchive(
      (0..<20_000).map {
        RawArchive.Member("m\($0 * 7919 % 20_000).l", stored: "let x = \($0)\n")
      })
    workshop.write("library.zip", archive.bytes)
    workshop.machine.addModulePath(workshop.path("library.zip"))
    try interrupt(
      workshop, "  import m7\n  m7.x", after: "  import m19999\n  return m19999.x >= 0", minimum: 5)
  }

  @Test func aFolderOfManyFiles() throws {
    let workshop = ModuleWorkshop(isStressed: false)
    for number in 0..<3000 { workshop.write("m\(number).l", "let x = \(number)\n") }
    // The first questions are put one by one; then the folder is listed.
    try interrupt(
      workshop, "  for i in 0..8 { try { lazy.load(f'missing{i}') } catch e: ImportError {} }",
      after: "  import m2999\n  return m2999.x == 2999", minimum: 4)
  }

  @Test(arguments: ["lazy.source('m')", "lazy.resource('m', 'm.l')"])
  func aSource(use: String) throws {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("m.l", Self.source + String(repeating: "# é\n", count: 1_000_000))
    try interrupt(
      workshop, "  import m\n  \(use)", after: "  import m\n  return len(\(use)) > 4000000",
      minimum: 2)
  }

  @Test func aReload() throws {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("m.l", Self.source)
    #expect(workshop.run("import m\nm.x") == "")
    try interrupt(
      workshop, "  import m\n  reload(m)",
      after: "  import m\n  return m.x == 6 and len(m.items) == 80000", minimum: 8
    ) { workshop.write("m.l", Self.source.replacing("let x = 5", with: "let x = 6")) }
  }

  /// What refers to the old contents and to the new ones is looked for in everything that is alive; they
  /// change places all at once or not at all.
  @Test func aReloadBesideALargeHeap() throws {
    let workshop = ModuleWorkshop(isStressed: false)
    var version = 0
    func write() {
      version += 1
      workshop.write(
        "m.l",
        """
        let version = \(version)
        fn f() => \(version)
        class C { fn value() => \(version) }
        let table = {(f, C): \(version)}
        let items = [0] * 400_000 + [f]
        let made = C()
        """)
    }
    write()
    workshop.write(
      "kept.l",
      """
      import m
      from m import f, version
      let kept = [[i, {(i): (i, m.f)}] for i in range(20_000)]
      let (old_f, old_C, old_made) = (m.f, m.C, m.made)
      fn is_consistent() {
        let n = m.version
        return m.f is old_f and f is old_f and m.C is old_C and f() == n and version == n and
          m.made.value() == n and old_made.value() == n and type(m.made) is old_C and
          m.table[(old_f, old_C)] == n and m.items[-1] is old_f and kept[-1][1][19_999][1] is old_f
      }
      """)
    try interrupt(
      workshop,
      "  import m\n  import kept\n  try { reload(m) } finally { assert kept.is_consistent() }",
      after: "  import m\n  import kept\n  return kept.is_consistent() and m.version > 12",
      minimum: 12,
      prepare: write)
  }

  /// The main program and a piece of a session: both end, and the machine goes on.
  @Test func aProgramAndAPieceOfASession() throws {
    let workshop = ModuleWorkshop(isStressed: false)
    let machine = workshop.machine
    let session = MachineSession(machine)
    for stop in [1, 2, 5, 9] {
      var count = 0
      machine.engine.pointee.stopProbe = {
        count += 1
        if count == stop { machine.interrupt() }
      }
      #expect(workshop.run(Self.source) == "Interrupt: interrupted")
      count = 0
      guard case .failed(.runtime(let failure)) = session.evaluate(Self.source) else {
        Issue.record("it went on at check \(stop)")
        continue
      }
      #expect(failure.className == "Interrupt")
      // Whoever asks whether more must follow leaves it to the next to notice.
      count = 0
      #expect(!session.isIncomplete(Self.source + "let open = ["))
      guard case .failed(.runtime(let failure)) = session.evaluate("1") else {
        Issue.record("the interruption was forgotten")
        continue
      }
      #expect(failure.className == "Interrupt")
    }
    machine.engine.pointee.stopProbe = nil
    guard case .value(let value) = session.evaluate("1 + 1") else {
      Issue.record("the session does not go on")
      return
    }
    #expect(value?.description == "2")
  }
}
