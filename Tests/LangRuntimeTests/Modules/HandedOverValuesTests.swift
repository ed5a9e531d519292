import Testing

@testable import LangRuntime

/// Deferred names on their way to Swift code, which must see values.
@Suite("Handed over values")
struct HandedOverValuesTests {
  @Test(arguments: [false, true])
  func deferredNamesInsideOfContainersAreHandedOverAsTheirValues(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", "let x = 1\nlet list = [2]\n")
    let printed = workshop.run(
      """
      import workshop
      from m import x, list
      print(workshop.seen([x]))
      """)
    #expect(printed == "list([LangRuntime.HostValue.int(1)])")
  }

  @Test(arguments: [false, true])
  func aDeferredVariableIsReadAsItsValue(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", "let x = 1\nlet list = [2]\n")
    workshop.run("from m import x, list\nlet both = [x, list]")
    #expect(workshop.machine.variable("x") == .int(1))
    #expect(workshop.machine.variable("both") == .list([.int(1), .list([.int(2)])]))
  }

  @Test(arguments: [false, true])
  func aDeferredFunctionIsCalledFromSwift(isStressed: Bool) throws {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", "fn twice(x) => x * 2\n")
    workshop.run("from m import twice")
    #expect(try workshop.machine.call("twice", .int(4)) == .int(8))
  }
}
