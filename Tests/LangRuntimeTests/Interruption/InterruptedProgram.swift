import Testing

@testable import LangRuntime

/// A function of the language that is stopped at one of the places where native code asks whether it
/// is to go on.
final class InterruptedProgram {
  private let machine = Machine(output: { _ in })
  /// How often native code has asked between `arm()` and `disarm()`.
  private(set) var checkCount = 0
  /// At which of these it is stopped; 0 for never.
  private var stop = 0

  /// Defines the function `attempt()`, whose parts call `arm()` and `disarm()` around what is tried.
  ///
  /// - Parameters:
  ///   - isStressed: Collect at every opportunity in between.
  ///   - mayUseSystem: Whether it may use files and processes.
  init(_ source: String, isStressed: Bool, mayUseSystem: Bool = false) throws {
    let machine = machine
    machine.programsMayUseSystem = mayUseSystem
    machine.standardLibrary = libraryFolder
    machine.define("arm") { [unowned self] _ in
      checkCount = 0
      machine.engine.pointee.interruptionProbe = { [unowned self] in
        checkCount += 1
        if checkCount == stop { machine.interrupt() }
      }
      machine.engine.pointee.attention = 1
      machine.isCollectorStressed = isStressed
      return .nil
    }
    machine.define("disarm") { _ in
      machine.engine.pointee.interruptionProbe = nil
      machine.isCollectorStressed = false
      return .nil
    }
    // What is used is loaded before it is counted how often something asks.
    var used = source.contains("json.") ? "import json\njson.parse('[1]')\n" : ""
    if source.contains("re.") { used += "import re\nre.search('a', '')\n" }
    try machine.run(
      "from host import arm, disarm\nimport math\narm\ndisarm\nmath.pi\n" + used + source)
  }

  /// Calls `attempt()`, which is stopped at the check of this number; gives what it returns.
  func attempt(stoppedAt number: Int) throws -> HostValue {
    stop = number
    return try machine.call("attempt")
  }
}
