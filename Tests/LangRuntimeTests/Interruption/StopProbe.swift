@testable import LangRuntime

/// Stops a program at one of the places where work asks whether to give up.
///
/// It gives the machine the functions `arm()` and `disarm()`, between which is counted.
final class StopProbe {
  /// How often something has asked since `arm()`.
  private(set) var count = 0
  /// At which of these the program is stopped; 0 for never.
  var stop = 0

  init(_ machine: Machine) {
    machine.define("arm") { [self, unowned machine] _ in
      count = 0
      machine.engine.pointee.stopProbe = { [self, unowned machine] in
        count += 1
        if count == stop { machine.interrupt() }
      }
      return .nil
    }
    machine.define("disarm") { [unowned machine] _ in
      machine.engine.pointee.stopProbe = nil
      return .nil
    }
  }
}
