import LangRuntime

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
  var report: Machine.ReportFormat?
  var reportFile: String?
}
