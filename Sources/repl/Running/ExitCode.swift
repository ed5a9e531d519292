/// The exit codes of the `lang` command (the numbers are those of BSD's `sysexits.h`).
enum ExitCode {
  static let success: Int32 = 0
  /// `lang test`: a test has failed, or there was none.
  static let testsFailed: Int32 = 1
  /// The command line is wrong.
  static let usage: Int32 = 64
  /// The source does not compile.
  static let doesNotCompile: Int32 = 65
  /// An error was not caught.
  static let uncaughtError: Int32 = 70
  /// A file cannot be read, or the output not written.
  static let cannotBeRead: Int32 = 74
  /// The reader of the output has gone away; what a shell shows for other programs then.
  static let brokenPipe: Int32 = 141
  /// What a shell shows for a process that Ctrl-C has ended.
  static let interrupted: Int32 = 130
}
