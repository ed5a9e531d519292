import LangRuntime

/// Tells the steps of a machine's modules as they happen.
enum Tracing {
  /// Begins; each step becomes a line that is handed to `write`, right after what the program printed before.
  static func begin(_ machine: Machine, style: Style, write: @escaping (String) -> Void) {
    machine.describesPatches = true
    var lines = TraceLines(style: style)
    machine.onModuleStep = { write(lines.line($0)) }
  }
}
