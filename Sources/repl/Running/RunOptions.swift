/// What the command line says of how to run a program.
struct RunOptions {
  /// Places to look for modules in, behind the program's own folder and `LANG_PATH`.
  var paths: [String] = []
  /// Modules to import eagerly.
  var eager: [String] = []
  /// Import everything eagerly.
  var isEager = false
  /// Tell each step of the mechanism on standard error.
  var isTraced = false
  /// Go on at a prompt when the program has ended.
  var staysAtPrompt = false
  /// What to write at the end, and where to; nil for standard error.
  var report: ReportFormat?
  var reportFile: String?
  /// Gets what programs print; nil for standard output.
  var output: (@Sendable (UnsafeRawBufferPointer) -> Void)?
}

/// What a report of the modules looks like.
enum ReportFormat: String, CaseIterable {
  case text
  case json
  /// One page for a browser, which needs no other file.
  case html
}
