import Foundation
import Testing

@testable import LangRuntime

/// `Machine.moduleEvents()`: the events as JSON, and which module's code each import stands in.
@Suite("Events as JSON")
struct ModuleEventsTests {
  private func events(_ workshop: ModuleWorkshop) throws -> [[String: Any]] {
    let text = workshop.machine.moduleEvents()
    #expect(text.hasSuffix("]\n"))
    return try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
  }

  /// The importers of a module's events, `nil` as `"nil"`; those without the field are left out.
  private func importers(_ module: String, _ workshop: ModuleWorkshop) throws -> [String] {
    try events(workshop).filter { $0["module"] as? String == module }.compactMap { event in
      guard let importer = event["importer"] else { return nil }
      return "\(event["event"] ?? "?") \(importer as? String ?? "nil")"
    }
  }

  @Test func aMachineThatRanNothing() throws {
    #expect(Machine().moduleEvents() == "[]\n")
  }

  @Test func theFieldsOfAnEvent() throws {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("m.l", "let x = 1\n")
    workshop.run("import m\nm.x\n")
    let all = try events(workshop)
    #expect(all.map { $0["event"] as? String } == ["find", "bind", "load", "loaded", "patch"])
    #expect(
      Set(all[0].keys)
        == ["event", "module", "time", "file", "line", "column", "expression", "importer"])
    #expect(all[2]["importer"] as? String == "__main__")
    #expect(all[3]["importer"] == nil && all[4]["importer"] == nil)
  }

  @Test(arguments: [false, true])
  func theTextOfBeforeAReloadIsOfTheModule(isStressed: Bool) throws {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("a.l", "let x = 1\n")
    workshop.write("b.l", "import a\nfn late() => a.x\n")
    workshop.run("import b\nlet old = b.late\nfn again() { reload(b) }\nfn use() => old()\n")
    workshop.write("b.l", "# Another text.\nimport a\nlet late = nil\n")
    workshop.call("again")
    workshop.call("use")
    // The last is of the function that the old text made.
    #expect(try importers("a", workshop) == ["find b", "bind b", "bind b", "load b"])
    #expect(try importers("b", workshop) == ["find __main__", "bind __main__", "load __main__"])
  }

  @Test func aModuleThatFailedIsKnown() throws {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("a.l", "let x = 1\n")
    workshop.write("bad.l", "import a\na.x\nthrow ValueError('x')\n")
    workshop.run("import bad\ntry { bad.x } catch e {}\n")
    workshop.write("bad.l", "import a\n# Mended.\nlet x = 1\n")
    workshop.run("import bad\nbad.x\n")
    #expect(try importers("a", workshop) == ["find bad", "bind bad", "load bad", "bind bad"])
  }

  @Test func whatSwiftAskedForHasNoImporter() throws {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("m.l", "let x = 1\n")
    workshop.write("m2.l", "let x = 1\n")
    try workshop.machine.runModule("m")
    #expect(try importers("m", workshop) == ["find nil"])
  }
}
