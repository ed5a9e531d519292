import Testing

@testable import LangRuntime

/// What a search remembers grows by doubling, which is given up when the program is to stop.
@Suite("The memory of searches")
struct SearchMemoryTests {
  private static let source = """
    import re
    from host import arm, disarm
    let text = 'ab' * 300000 + 'c!'
    let pattern = re.compile('(?s)(a|b|ab)*c$', step_limit: 4000000)
    fn attempt() {
      try {
        arm()
        pattern.search(text)
        return 'none'
      } catch e: Interrupt {
        return 'stopped'
      } catch e: re.LimitError {
        return 'ended'
      } finally {
        disarm()
        assert re.search('b+', 'abb')[0] == 'bb'
      }
    }
    re.search('b', 'b')
    arm
    disarm
    """

  @Test func isGivenUpAtEachCheck() throws {
    let machine = Machine(output: { _ in })
    machine.standardLibrary = libraryFolder
    let probe = StopProbe(machine)
    try machine.run(SearchMemoryTests.source)
    #expect(try machine.call("attempt") == .string("ended"))
    let checks = probe.count
    #expect(checks >= 3, "growing asked \(checks) times")
    for number in 1...max(1, checks) {
      probe.stop = number
      #expect(try machine.call("attempt") == .string("stopped"), "at check \(number)")
    }
  }
}
