import Testing

@testable import LangRuntime

/// What a reload says of the declarations that differ.
@Suite("Changes that a reload tells")
struct ReloadChangesTests {
  private static let before = """
    import math
    let same = 1
    let other = 2
    let (first, ...rest) = (1, 2)
    fn gone() {}
    class C { fn f() => 1 }
    """
  private static let after = """
    import math
    fn new() {}
    class C { fn f() => 2 }
    let (first, ...rest) = (1, 3)
    let same = 1
    let other = 2 + 0
    """

  private func workshop() -> ModuleWorkshop {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("m.l", Self.before)
    #expect(workshop.run("import m\nm.same") == "")
    return workshop
  }

  @Test func declarationsAreComparedByTheirText() throws {
    let workshop = workshop()
    workshop.write("m.l", Self.after)
    let reload = try workshop.machine.reloadModule("m")
    #expect(reload.isCompared)
    #expect(reload.added == ["new"])
    #expect(reload.removed == ["gone"])
    #expect(reload.changed == ["C", "first", "other", "rest"])
  }

  @Test func theSameTextHasNoChanges() throws {
    let workshop = workshop()
    let reload = try workshop.machine.reloadModule("m")
    #expect(reload.isCompared)
    #expect(reload.added + reload.removed + reload.changed == [])
  }

  /// Wherever it is interrupted the module is reloaded or not, and what is said of it is true.
  @Test func anInterruptedReloadSaysWhatItDid() throws {
    var outcomes: Set<String> = []
    for stop in 1... {
      let workshop = workshop()
      let machine = workshop.machine
      workshop.write("m.l", Self.after)
      var count = 0
      machine.engine.pointee.stopProbe = {
        count += 1
        if count == stop { machine.interrupt() }
      }
      defer { machine.engine.pointee.stopProbe = nil }
      var outcome = "reloaded"
      do throws(LangError) {
        let reload = try machine.reloadModule("m")
        outcome = reload.isCompared ? "compared" : "reloaded"
        #expect(reload.added == (reload.isCompared ? ["new"] : []))
      } catch {
        outcome = "interrupted"
      }
      machine.engine.pointee.stopProbe = nil
      let isReloaded = outcome != "interrupted"
      #expect(workshop.run("import m\nprint(m.rest)") == (isReloaded ? "[3]" : "[2]"))
      outcomes.insert(outcome)
      if count < stop { break }
    }
    #expect(outcomes == ["interrupted", "reloaded", "compared"])
  }
}
