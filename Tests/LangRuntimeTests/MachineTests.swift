import Foundation
import Testing

@testable import LangRuntime

/// What an embedding program relies on.
@Suite("Machine")
struct MachineTests {
  /// Gathers what a machine prints.
  private final class Printed: @unchecked Sendable {
    var text = ""
  }

  private func machine(_ printed: Printed, limits: Limits = Limits()) -> Machine {
    Machine(limits: limits, output: { printed.text += String(decoding: $0, as: UTF8.self) })
  }

  /// The error class and message that a program ends with.
  private func failure(of source: String, limits: Limits = Limits()) -> (String, String)? {
    let machine = machine(Printed(), limits: limits)
    do throws(LangError) {
      try machine.run(source)
    } catch {
      if case .runtime(let failure) = error { return (failure.className, failure.message) }
      return ("\(error)", "")
    }
    return nil
  }

  @Test func printsToTheReceiver() throws {
    let printed = Printed()
    try machine(printed).run("print(1, [2]); print('ä')")
    #expect(printed.text == "1 [2]\nä\n")
  }

  @Test func variablesComeBackAsCopies() throws {
    let machine = machine(Printed())
    try machine.run("let a = {x: [1, 2.5, nil], [(1, 'b')]: true}\nvar big = 2 ** 70")
    #expect(
      machine.variable("a")
        == .map([
          (.string("x"), .list([.int(1), .float(2.5), .nil])),
          (.tuple([.int(1), .string("b")]), .bool(true)),
        ]))
    #expect(machine.variable("big") == .bigInt("1180591620717411303424"))
    #expect(machine.variable("missing") == nil)
  }

  @Test func functionsAreCalledWithArguments() throws {
    let machine = machine(Printed())
    try machine.run("fn add(a, b = 10) => a + b")
    #expect(try machine.call("add", .int(1), .int(2)) == .int(3))
    #expect(try machine.call("add", .int(1)) == .int(11))
    #expect(throws: LangError.self) { try machine.call("add") }
    #expect(throws: LangError.self) { try machine.call("nothing") }
  }

  @Test func nativeFunctionsTakeNamedArgumentsAndThrow() throws {
    let printed = Printed()
    let machine = machine(printed)
    machine.define("half", parameters: ["n"]) { arguments in
      let number = try arguments.int(0)
      if number % 2 != 0 { throw HostError("ValueError", "odd: \(number)") }
      return .int(number / 2)
    }
    try machine.run(
      """
      from host import half
      print(half(4), half(n: 6))
      try { half(3) } catch e: ValueError { print(e.message) }
      try { half("x") } catch e: TypeError { print(e.message) }
      try { half() } catch e: TypeError { print(e.message) }
      """)
    #expect(
      printed.text == """
        2 3
        odd: 3
        half() expects an int as argument 1
        half() is missing argument 'n'

        """)
  }

  @Test func theMemoryLimitHolds() {
    let limits = Limits(memory: 8 << 20)
    #expect(failure(of: "let s = 'x' * (64 << 20)", limits: limits)?.0 == "MemoryError")
    #expect(
      failure(of: "let xs = []\nwhile true { xs.append([1, 2, 3]) }", limits: limits)?.0
        == "MemoryError")
    // Garbage does not count.
    #expect(failure(of: "for i in 0..200000 { let x = [i, i] }", limits: limits) == nil)
  }

  @Test func theDepthLimitHolds() throws {
    let limits = Limits(depth: 500)
    let failed = try #require(failure(of: "fn f(n) => f(n + 1) + 1\nf(0)", limits: limits))
    #expect(failed == ("RecursionError", "the call depth exceeds the limit of 500"))
    #expect(failure(of: "fn f(n) => n == 0 ? 0 : f(n - 1) + 1\nf(400)", limits: limits) == nil)
  }

  @Test func theStepLimitEndsAnEndlessLoop() {
    let limits = Limits(steps: 10_000)
    #expect(failure(of: "while true {}", limits: limits)?.0 == "Interrupt")
    #expect(failure(of: "for i in 0..1000 {}", limits: limits) == nil)
  }

  @Test func anotherThreadInterrupts() async throws {
    let machine = machine(Printed())
    let interrupter = MachineInterrupter(machine)
    let thread = Thread {
      Thread.sleep(forTimeInterval: 0.2); interrupter.interrupt()
    }
    thread.start()
    do throws(LangError) {
      try machine.run("var n = 0\nwhile true { n += 1 }")
      Issue.record("the loop ended")
    } catch {
      guard case .runtime(let failure) = error else { throw error }
      #expect(failure.className == "Interrupt")
    }
    // The machine goes on to work.
    try machine.run("let after = 1")
    #expect(machine.variable("after") == .int(1))
  }

  @Test func syntaxErrorsAreStructured() throws {
    do throws(LangError) {
      try machine(Printed()).run("let a = \nlet b = c", name: "x.l")
      Issue.record("it compiled")
    } catch {
      guard case .syntax(let failure) = error else { throw error }
      #expect(!failure.diagnostics.isEmpty)
      #expect(failure.rendered().contains("--> x.l:2:1"))
    }
  }

  @Test func runtimeErrorsCarryTheirStack() throws {
    do throws(LangError) {
      try machine(Printed()).run("fn f(n) {\n  return n / 0\n}\nf(1)", name: "x.l")
      Issue.record("it ran")
    } catch {
      guard case .runtime(let failure) = error else { throw error }
      #expect(failure.className == "ZeroDivisionError")
      #expect(failure.stack == ["x.l:4:1  <main>", "x.l:2:10  f(n)"])
      #expect(failure.rendered().contains("2 |   return n / 0"))
    }
  }

  @Test func exitIsNoError() throws {
    do throws(LangError) {
      try machine(Printed()).run("exit(3)")
      Issue.record("it went on")
    } catch {
      guard case .exit(let status, _) = error else { throw error }
      #expect(status == 3)
    }
  }

  @Test func machinesShareNothing() throws {
    let (first, second) = (machine(Printed()), machine(Printed()))
    try first.run("let x = 1")
    try second.run("let x = 2")
    #expect(first.variable("x") == .int(1))
    #expect(second.variable("x") == .int(2))
  }

  @Test func sessionsDeclareNamesAgain() throws {
    let session = MachineSession(machine(Printed()))
    func shown(_ text: String) -> String? {
      guard case .value(let value) = session.evaluate(text) else { return "?" }
      return value?.description
    }
    #expect(shown("let a = 1") == nil)
    #expect(shown("a + 1") == "2")
    #expect(shown("let a = 'x'") == nil)
    #expect(shown("a") == "\"x\"")
    guard case .incomplete = session.evaluate("fn f() {") else {
      Issue.record("an open block is a beginning")
      return
    }
  }

  @Test func theCollectorFindsEverythingUnderStress() throws {
    let printed = Printed()
    let machine = machine(printed)
    machine.isCollectorStressed = true
    try machine.run(
      """
      class Node { fn init(value, next) { self.value = value; self.next = next } }
      var list = nil
      for i in 0..200 { list = Node([i, str(i)], list) }
      var sum = 0
      while list != nil { sum += list.value[0]; list = list.next }
      print(sum, sorted([str(x) for x in range(5)], key: fn(s) => s + "!"))
      """)
    #expect(printed.text == "19900 [\"0\", \"1\", \"2\", \"3\", \"4\"]\n")
    #expect(machine.collectorStatistics.collections > 100)
  }
}
