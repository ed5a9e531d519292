import Testing

@testable import LangRuntime

/// Imports in programs that arrive in pieces.
@Suite("Imports of sessions")
struct SessionImportTests {
  @Test(arguments: [false, true])
  func aMissingNameOfAnEarlierPieceNamesItsLine(isStressed: Bool) {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.write("m.l", "let x = 1\n")
    let session = MachineSession(workshop.machine)
    let padding = String(repeating: "\n", count: 20)
    #expect(isFine(session.evaluate("\(padding)from m import missing")))
    guard case .failed(.runtime(let failure)) = session.evaluate("missing") else {
      Issue.record("a missing name was found")
      return
    }
    let message = failure.message
    #expect(message.hasPrefix("cannot import name 'missing' from module 'm'"))
    #expect(message.contains("<input>:21"))
  }

  private func isFine(_ outcome: MachineSession.Outcome) -> Bool {
    if case .value = outcome { return true }
    return false
  }
}
