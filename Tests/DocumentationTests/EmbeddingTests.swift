import Foundation
import LangRuntime
import Testing

/// The pieces of Swift in `docs/embedding.md` and the README, compiled and run.
///
/// Each stands in one of these tests word for word; the first test proves it.
@Suite("Embedding examples")
struct EmbeddingTests {
  /// Lines without their indentation, without empty ones and without imports.
  private func essence(_ text: String) -> String {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty && !$0.hasPrefix("import ") || $0 == "import shop" }
      .joined(separator: "\n")
  }

  @Test(
    "Every piece of Swift in the pages is compiled here",
    arguments: ["README.md", "docs/embedding.md"])
  func piecesAreHere(path: String) throws {
    let here = essence(try String(contentsOfFile: #filePath, encoding: .utf8))
    let blocks = try Page(path: path).blocks().filter { $0.words == "swift" }
    #expect(!blocks.isEmpty)
    for block in blocks {
      #expect(here.contains(essence(block.text)), "\(path):\(block.line) is not in this file")
    }
  }

  @Test("README: a taste")
  func readme() throws {
    let machine = Machine(limits: Limits(memory: 64 << 20, steps: 1_000_000))
    machine.define("greet", parameters: ["name"]) { .string("Hello, \(try $0.string(0))!") }
    try machine.run("from host import greet\nlet text = greet('Ada')")
    print(machine.variable("text") ?? .nil)
    #expect(machine.variable("text") == .string("Hello, Ada!"))
  }

  @Test("Running")
  func running() throws {
    let machine = Machine()
    try machine.run(
      """
      let greeting = "Hello"
      fn greet(name) => f"{greeting}, {name}!"
      """, name: "hello.l")
    #expect(try machine.call("greet", .string("Ada")) == .string("Hello, Ada!"))
  }

  @Test("Output")
  func output() throws {
    final class Collector: @unchecked Sendable { var text = "" }
    let collector = Collector()
    let machine = Machine(output: { collector.text += String(decoding: $0, as: UTF8.self) })
    try machine.run("print(6 * 7)")
    #expect(collector.text == "42\n")
  }

  @Test("Values")
  func values() throws {
    let machine = Machine()
    try machine.run("let scores = {ada: [1, 2], grace: []}\nfn best(xs) => max(xs, default: nil)")
    let scores = machine.variable("scores")
    let best = try machine.call("best", .list([.int(3), .int(9)]))
    let nothing = try machine.call("best", .list([]))
    #expect(
      scores
        == .map([
          (.string("ada"), .list([.int(1), .int(2)])), (.string("grace"), .list([])),
        ]))
    #expect(best == .int(9))
    #expect(nothing == .nil)
    #expect(machine.variable("unknown") == nil)
  }

  @Test("A session")
  func session() throws {
    let machine = Machine()
    let session = MachineSession(machine)
    _ = session.evaluate("var total = 1")
    _ = session.evaluate("total += 41")
    let outcome = session.evaluate("total")
    if case .value(let shown) = outcome { print(shown?.description ?? "") }
    guard case .value(let total?) = outcome, total.description == "42" else {
      Issue.record("the total is not 42")
      return
    }
    guard case .incomplete = session.evaluate("fn f() {") else {
      Issue.record("an open block is a correct beginning")
      return
    }
    guard case .failed(.runtime(let failure)) = session.evaluate("1 // 0") else {
      Issue.record("a division by zero fails")
      return
    }
    #expect(failure.className == "ZeroDivisionError")
  }

  @Test("Modules")
  func modules() throws {
    let machine = Machine(modulePath: ["rules"])
    machine.addModulePath("extensions.zip/enabled")
    machine.importEagerly("audit", rule: "the audit trail begins at once")
    machine.programArguments = ["rules", "--dry-run"]
    machine.reportLevel = 1
    try machine.run("import lazy\nlet waiting = lazy.pending()")
    print(machine.moduleReport(.json))
    #expect(machine.variable("waiting") == .list([]))
    try machine.run("import sys\nlet arguments = sys.argv")
    #expect(machine.variable("arguments") == .list([.string("rules"), .string("--dry-run")]))
    try machine.run("import sys\nlet places = sys.path")
    let places = ["rules", "extensions.zip/enabled"].map(HostValue.string)
    #expect(machine.variable("places") == .tuple(places))
  }

  @Test("Watching modules")
  func watching() throws {
    let machine = Machine()
    machine.onModuleStep = { step in
      print(step.kind.rawValue, step.module, step.place?.expression ?? "")
    }
    try machine.run("import math\nlet kept = [math]")
    for module in machine.modules where module.state == .pending {
      print(module.name, machine.references(toModule: module.name) ?? [])
    }
    try machine.loadModule("math")
    #expect(machine.moduleSteps.map(\.kind) == [.found, .bound, .loading, .loaded, .patched])
    #expect(machine.moduleSteps.last?.patched == 2)
    #expect(
      machine.references(toModule: "math") == [
        "item of a list in <main>.kept", "variable math of <main>",
      ])
    #expect(machine.module(named: "math")?.state == .loaded)
  }

  @Test("Functions and modules")
  func functions() throws {
    let machine = Machine()
    machine.define("square", parameters: ["n"]) { .int(try $0.int(0) * $0.int(0)) }
    machine.defineModule(
      "shop",
      functions: [
        HostFunction("price", parameters: ["article"]) { arguments in
          guard try arguments.string(0) == "tea" else {
            throw HostError("KeyError", "we have no \(try arguments.string(0))")
          }
          return .float(2.5)
        }
      ])
    try machine.run(
      """
      from host import square
      import shop
      let area = square(n: 12)
      var answer = nil
      try { shop.price("gold") } catch error: KeyError { answer = error.message }
      """)
    #expect(machine.variable("area") == .int(144))
    #expect(machine.variable("answer") == .string("we have no gold"))
  }

  @Test("Errors")
  func errors() throws {
    let machine = Machine()
    do {
      try machine.run("fn f() => [1][2]\nf()", name: "rule.l")
    } catch .runtime(let failure) {
      print(failure.className, failure.message)
      print(failure.rendered())
    } catch .syntax(let failure) {
      print(failure.rendered())
    } catch .exit(let status, _) {
      print("the program ended with \(status)")
    }
    #expect {
      try machine.run("fn f() => [1][2]\nf()", name: "rule.l")
    } throws: { error in
      guard case LangError.runtime(let failure) = error else { return false }
      return failure.className == "IndexError" && failure.stack.count == 2
        && failure.rendered().contains("--> rule.l:1:11")
    }
    #expect {
      try machine.run("exit(3)")
    } throws: { error in
      guard case LangError.exit(status: 3, message: nil) = error else { return false }
      return true
    }
    #expect {
      try machine.run("let 5 = 6")
    } throws: { error in
      guard case LangError.syntax(let failure) = error else { return false }
      return failure.diagnostics.count == 1
    }
  }

  @Test(
    "Limits",
    arguments: [
      ("let s = 'x' * 100_000_000", "MemoryError"), ("fn f() => f()\nf()", "RecursionError"),
      ("while true {}", "Interrupt"),
    ])
  func limits(source: String, className: String) throws {
    let limits = Limits(memory: 16 << 20, depth: 500, steps: 100_000)
    let machine = Machine(limits: limits)
    #expect {
      try machine.run(source)
    } throws: { error in
      guard case LangError.runtime(let failure) = error else { return false }
      return failure.className == className
    }
  }

  @Test("Interrupting")
  func interrupting() throws {
    let machine = Machine()
    let interrupter = MachineInterrupter(machine)
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.05) { interrupter.interrupt() }
    do {
      try machine.run("while true {}")
    } catch .runtime(let failure) {
      print(failure.className)
    }
    // Reached because the program was stopped; and the machine is good for more.
    try machine.run("let after = 1")
    #expect(machine.variable("after") == .int(1))
  }
}
