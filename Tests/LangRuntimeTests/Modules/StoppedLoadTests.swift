import Testing

@testable import LangRuntime

/// Loads that do not come to their end: interrupted, out of memory, out of steps, ended by `exit`.
@Suite("Stopped loads")
struct StoppedLoadTests {
  @Test(arguments: [false, true])
  func anInterruptionLeavesTheModulePending(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write(
      "m.l",
      """
      import workshop
      print('begins')
      let early = 1
      workshop.interrupt()
      for i in 0..3 {}
      let late = 2
      """)
    let printed = workshop.run(
      """
      import m
      let kept = [m]
      try { m.late } catch e: Interrupt { print('interrupted') }
      print(repr(m).startswith('<lazy '), kept[0] is m)
      m.late
      """)
    #expect(printed == "begins\ninterrupted\ntrue true\nbegins\nInterrupt: interrupted")
    workshop.write("m.l", "let late = 3\n")
    #expect(workshop.run("import m\nprint(m.late)") == "3")
  }

  @Test(arguments: [false, true])
  func anInterruptionIsNotCaughtByTheWay(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", "import workshop\nworkshop.interrupt()\nfor i in 0..3 {}\nlet x = 1\n")
    let printed = workshop.run(
      """
      import m
      try { m.x } catch e { print('caught by the way') } finally { print('finally') }
      """)
    #expect(printed == "finally\nInterrupt: interrupted")
  }

  @Test(arguments: [false, true])
  func anotherThreadInterruptsALoad(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write(
      "m.l", "import workshop\nworkshop.interrupt_from_elsewhere()\nwhile true {}\nlet x = 1\n")
    let printed = workshop.run(
      """
      import m
      import workshop
      let kept = {k: m}
      try { m.x } catch e: Interrupt { print('interrupted') }
      workshop.write('m.l', 'let x = 5')
      print(m.x, kept['k'].x)
      """)
    #expect(printed == "interrupted\n5 5")
  }

  @Test(arguments: [false, true])
  func anInterruptionTwoModulesDeep(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("outer.l", "import inner\nlet x = inner.x\n")
    workshop.write(
      "inner.l", "import workshop\nworkshop.interrupt()\nfor i in 0..3 {}\nlet x = 1\n")
    let printed = workshop.run(
      """
      import outer
      import inner
      import workshop
      try { outer.x } catch e: Interrupt { print('interrupted') }
      print(repr(outer).startswith('<lazy '), repr(inner).startswith('<lazy '))
      workshop.write('inner.l', 'let x = 6')
      print(outer.x, inner.x)
      """)
    #expect(printed == "interrupted\ntrue true\n6 6")
  }

  @Test(arguments: [false, true])
  func anInterruptionOfADeferredName(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", "import workshop\nworkshop.interrupt()\nfor i in 0..3 {}\nlet x = 1\n")
    let printed = workshop.run(
      """
      from m import x
      import workshop
      let kept = [x]
      try { print(x) } catch e: Interrupt { print('interrupted') }
      workshop.write('m.l', 'let x = 7')
      print(kept[0], x)
      """)
    #expect(printed == "interrupted\n7 7")
  }

  @Test(arguments: [false, true])
  func runningOutOfMemory(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed, limits: Limits(memory: 16 << 20))
    workshop.write("m.l", "let held = 'x' * (4 << 20)\nlet big = 'x' * (64 << 20)\nlet x = 1\n")
    let printed = workshop.run(
      """
      import m
      import workshop
      # What a failed load held is given back: many tries do not add up.
      for i in 0..12 { try { m.x } catch e: MemoryError { print(i, end: ' ') } }
      workshop.write('m.l', 'let x = 8')
      print(m.x)
      """)
    #expect(printed == "0 1 2 3 4 5 6 7 8 9 10 11 8")
  }

  @Test(arguments: [false, true])
  func runningOutOfSteps(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed, limits: Limits(steps: 10_000))
    workshop.write("m.l", "while true {}\nlet x = 1\n")
    let printed = workshop.run("import m\nm.x")
    #expect(printed.hasPrefix("Interrupt"))
    #expect(workshop.report.contains("m.l:1:"))
  }

  @Test(arguments: [false, true])
  func runningOutOfCalls(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed, limits: Limits(depth: 200))
    workshop.write("m.l", "fn f(n) => f(n + 1) + 1\nlet x = f(0)\n")
    let printed = workshop.run(
      """
      import m
      import workshop
      try { m.x } catch e: RecursionError { print(e.message) }
      workshop.write('m.l', 'let x = 9')
      print(m.x)
      """)
    #expect(printed == "the call depth exceeds the limit of 200\n9")
  }

  @Test(arguments: [false, true])
  func modulesThatLoadEachOtherWithoutEnd(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    let count = 400
    for number in 0..<count {
      workshop.write(
        "chain\(number).l", "import chain\(number + 1) as next_one\nlet x = next_one.x + 1\n")
    }
    workshop.write("chain\(count).l", "let x = 0\n")
    let printed = workshop.run(
      """
      import chain0
      try { print(chain0.x) } catch e: RecursionError { print('too deep') }
      """)
    // Deep enough for any program; what is deeper is an error, not a crash.
    #expect(printed == "\(count)" || printed == "too deep")
  }

  @Test(arguments: [false, true])
  func exitWhileLoading(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", "try { exit(3) } finally { print('inside') }\nlet x = 1\n")
    let printed = workshop.run(
      """
      import m
      try { m.x } catch e { print('caught') } finally { print('outside') }
      """)
    #expect(printed == "inside\noutside\nexit 3")
    workshop.write("m.l", "let x = 1\n")
    #expect(workshop.run("import m\nprint(m.x)") == "1")
  }

  @Test(arguments: [false, true])
  func aHostFunctionThatFailsDuringALoad(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.machine.define("fails") { _ in throw HostError("IOError", "the disk is full") }
    workshop.write("m.l", "from host import fails\nfails()\nlet x = 1\n")
    let printed = workshop.run(
      """
      import m
      try { m.x } catch e: IOError { print(e.message) }
      print(repr(m).startswith('<lazy '))
      """)
    #expect(printed == "the disk is full\ntrue")
  }
}
