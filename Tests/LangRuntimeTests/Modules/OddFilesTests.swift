import Foundation
import Testing

@testable import LangRuntime

/// What lies where a module could lie and is none.
@Suite("Odd files")
struct OddFilesTests {
  @Test(arguments: [false, true])
  func aPipeIsNoModule(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    #expect(mkfifo(workshop.path("pipe.l"), 0o600) == 0)
    // To read it would wait for a writer forever.
    let printed = workshop.run("try { import pipe } catch e: ImportError { print('none') }")
    #expect(printed == "none")
  }
}
