import Testing

@testable import LangRuntime

/// Lazy modules as Swift code meets them: values handed over, calls, sessions, native modules.
@Suite("Modules and their host")
struct EmbeddedModulesTests {
  @Test(arguments: [false, true])
  func aCallFromSwiftLoads(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", "print('runs')\nlet x = 1\n")
    #expect(workshop.run("import m\nfn f() { print(m.x) }\nprint('defined')") == "defined")
    #expect(workshop.call("f") == "runs\n1")
    #expect(workshop.call("f") == "1")
  }

  @Test(arguments: [false, true])
  func aFailureDuringACallFromSwift(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", "throw ValueError('not yet')\n")
    workshop.run("import m\nlet kept = [m]\nfn f() => kept[0].x")
    #expect(workshop.call("f") == "ValueError: not yet")
    workshop.write("m.l", "let x = 1\n")
    #expect(workshop.call("f") == "")
    let description = "<module 'm' from \(absolutePath(workshop.path("m.l")))>"
    #expect(workshop.machine.variable("kept") == .list([.other(description)]))
  }

  @Test(arguments: [false, true])
  func deferredNamesAreHandedOverAsTheirValues(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", "let x = 1\nlet text = 'text'\nlet list = [1]\n")
    let printed = workshop.run(
      """
      import workshop
      from m import x
      print(workshop.seen(x))
      from m import text
      print(workshop.seen(value: text))
      """)
    #expect(printed == "int(1)\nstring(\"text\")")
  }

  @Test(arguments: [false, true])
  func aPendingModuleIsReadWithoutLoading(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", "throw ValueError('must not run')\n")
    #expect(workshop.run("import m\nlet kept = [m]") == "")
    let description = "<lazy module 'm' from \(absolutePath(workshop.path("m.l")))>"
    #expect(workshop.machine.variable("m") == .other(description))
    #expect(workshop.machine.variable("kept") == .list([.other(description)]))
  }

  @Test(arguments: [false, true])
  func modulesOutliveTheProgramThatLoadedThem(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", "print('runs')\nvar count = 0\n")
    #expect(workshop.run("import m\nm.count += 1\nprint(m.count)") == "runs\n1")
    #expect(workshop.run("import m\nm.count += 1\nprint(m.count)") == "2")
  }

  @Test(arguments: [false, true])
  func machinesLoadTheirOwn(isStressed: Bool) {
    let (first, second) = (
      ModuleWorkshop(isStressed: isStressed), ModuleWorkshop(isStressed: isStressed)
    )
    first.write("m.l", "var count = 0\n")
    second.machine.addModulePath(first.folder)
    #expect(first.run("import m\nm.count += 1\nprint(m.count)") == "1")
    #expect(second.run("import m\nm.count += 1\nprint(m.count)") == "1")
  }

  @Test(arguments: [false, true])
  func nativeModulesAreMadeAtTheirFirstUse(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    let printed = workshop.run(
      """
      import workshop
      let kept = [workshop]
      print(repr(workshop).startswith("<lazy module 'workshop'"))
      workshop.seen(1)
      print(repr(workshop), repr(kept[0]))
      """)
    #expect(printed == "true\n<module 'workshop'> <module 'workshop'>")
  }

  @Test(arguments: [false, true])
  func aFileDoesNotHideANativeModule(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("workshop.l", "let seen = nil\n")
    #expect(workshop.run("import workshop\nprint(workshop.seen(1))") == "int(1)")
  }

  @Test(arguments: [false, true])
  func aSessionKeepsItsProxiesBetweenPieces(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", "let x = 1\nfn f() => x\n")
    let session = MachineSession(workshop.machine)
    #expect(shown(session, "import m") == "")
    #expect(shown(session, "from m import x, f as g") == "")
    #expect(shown(session, "let kept = [m, x]") == "")
    #expect(shown(session, "repr(m).startswith('<lazy ')") == "true")
    #expect(shown(session, "x") == "1")
    #expect(shown(session, "g() + kept[1]") == "2")
    #expect(shown(session, "kept[0] is m and repr(kept[0]).startswith('<module ')") == "true")
  }

  @Test(arguments: [false, true])
  func aSessionGoesOnAfterAFailedLoad(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", "throw ValueError('not yet')\n")
    let session = MachineSession(workshop.machine)
    #expect(shown(session, "import m") == "")
    #expect(shown(session, "m.x") == "ValueError: not yet")
    workshop.write("m.l", "let x = 1\n")
    #expect(shown(session, "m.x") == "1")
  }

  private func shown(_ session: MachineSession, _ text: String) -> String {
    switch session.evaluate(text) {
    case .incomplete: return "incomplete"
    case .value(let value): return value?.description ?? ""
    case .failed(.runtime(let failure)): return "\(failure.className): \(failure.message)"
    case .failed(let error): return "\(error)"
    }
  }
}
