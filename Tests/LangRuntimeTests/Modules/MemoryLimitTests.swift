import Testing

@testable import LangRuntime

/// Loads that run out of memory at one place after another: nothing is left of them, and with memory
/// the next use succeeds.
@Suite("Loads out of memory")
struct MemoryLimitTests {
  /// A body with an opportunity to fail about every 4 KB.
  private static let body = """
    let x = 1
    class Node { fn init(next) { self.next = next; self.items = [0] * 200 } }
    fn fill(n) {
      let made = []
      for i in 0..n { made.append({a: [i] * 100, b: f'text {i} ' * 20, c: Node(made)}) }
      return made
    }
    let first = fill(30)
    let texts = ['x' * 2000 for i in 0..30]
    let closures = [fn() => i for i in 0..200]
    let big = 'y' * 100_000
    let second = fill(30)
    import helper
    let third = helper.third
    fn f() => len(first) + len(second) + len(third) + x

    """
  private static let helper = "let third = [str(i) * 10 for i in 0..500]\n"

  /// - Parameter isStressed: Collect at every opportunity.
  private func workshop(_ isStressed: Bool) -> ModuleWorkshop {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", MemoryLimitTests.body)
    workshop.write("helper.l", MemoryLimitTests.helper)
    // Leaves so many bytes to allocate.
    workshop.machine.define("squeeze", parameters: ["bytes"]) { arguments in
      let engine = workshop.engine
      engine.pointee.heap.limit = Int.max
      engine.collect()
      engine.pointee.heap.finishSweeping()
      engine.pointee.heap.limit = engine.pointee.heap.byteCount + (try arguments.int(0))
      engine.pointee.heap.allow(0)
      return .nil
    }
    return workshop
  }

  @Test(arguments: [false, true])
  func aLoadThatFailsAtManyPlaces(isStressed: Bool) {
    let workshop = workshop(isStressed)
    #expect(
      workshop.run(
        """
        import m, lazy, helper
        from m import f
        from host import squeeze
        let kept = [m, {k: m}]
        fn attempt(bytes) {
          squeeze(bytes)
          return m.x
        }
        fn end() {
          print(m.f(), f(), kept[0] is m, kept[1]['k'].x, [lazy.is_lazy(k) for k in kept])
        }
        """) == "")
    var failures = 0
    var bytes = 0
    var hasHelper = false
    while bytes < 4 << 20 {
      let before = workshop.machine.collectorStatistics.bytes
      let outcome = workshop.call("attempt", .int(bytes))
      workshop.engine.pointee.heap.limit = Int.max
      if outcome == "" { break }
      #expect(outcome.hasPrefix("MemoryError: "), "\(bytes) bytes")
      failures += 1
      // A module that it had loaded stays.
      if workshop.record("helper")?.state == .loaded { hasHelper = true }
      if !hasHelper { workshop.expectNothingOf("helper") }
      workshop.expectNothingOf("m", "\(bytes) bytes")
      workshop.engine.pointee.heap.finishSweeping()
      // Nothing adds up: what has failed is given back.
      #expect(workshop.machine.collectorStatistics.bytes < before + (1 << 19))
      bytes += isStressed ? 40_000 : 4_000
    }
    #expect(failures > (isStressed ? 5 : 40))
    #expect(workshop.record("m")?.state == .loaded)
    #expect(workshop.call("end") == "561 561 true 1 [false, false]")
    workshop.expectBalance()
  }

  @Test(arguments: [false, true])
  func aReloadThatFailsAtManyPlaces(isStressed: Bool) {
    let workshop = workshop(isStressed)
    workshop.write("m.l", "let x = 0\nfn f() => 'old'\nclass C { fn str() => 'old' }\n")
    #expect(
      workshop.run(
        """
        import m, helper
        from m import f, x, C
        from host import squeeze
        let c = C()
        let held = [f, C]
        fn state() => [m.x, x, m.f(), f(), str(c), held == [m.f, m.C], dir(m)]
        let before = state()
        helper.third
        fn attempt(bytes) {
          squeeze(bytes)
          reload(m)
        }
        fn is_unchanged() { print(state() == before) }
        fn end() { print(m.x, m.f(), f(), str(c), held == [m.f, m.C]) }
        """) == "")
    workshop.write("m.l", MemoryLimitTests.body + "class C { fn str() => 'new' }\n")
    var failures = 0
    var bytes = 0
    while bytes < 4 << 20 {
      let outcome = workshop.call("attempt", .int(bytes))
      workshop.engine.pointee.heap.limit = Int.max
      workshop.expectBalance()
      if outcome == "" { break }
      #expect(outcome.hasPrefix("MemoryError: "), "\(bytes) bytes")
      #expect(workshop.call("is_unchanged") == "true", "\(bytes) bytes")
      failures += 1
      bytes += isStressed ? 40_000 : 4_000
    }
    #expect(failures > (isStressed ? 5 : 40))
    #expect(workshop.call("end") == "1 561 561 new true")
  }
}
