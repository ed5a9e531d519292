import Glibc

/// Signals that end the process remove the folder of the lesson first.
///
/// Ctrl-C is not among them: at a prompt it ends nothing.
enum LessonSignals {
  private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

  /// The arguments of the shell that removes the folder, made beforehand: a signal handler may start a
  /// program, but neither allocate memory nor walk through a folder.
  nonisolated(unsafe) private static var removal: Arguments?
  /// The last of those arguments, the exit code.
  nonisolated(unsafe) private static var exitCode: UnsafeMutablePointer<CChar>?
  /// How the terminal was before readline changed it.
  nonisolated(unsafe) private static var terminal = termios()
  nonisolated(unsafe) private static var hasTerminal = false

  private static let handled = [SIGQUIT, SIGTERM, SIGHUP]

  /// From now on they remove this folder.
  static func connect(removing folder: String) {
    disconnect()
    hasTerminal = tcgetattr(0, &terminal) == 0
    let code = strdup("128")
    let command = ["sh", "-c", "rm -rf -- \"$1\"; exit \"$2\"", "lang", folder]
    let arguments = command.map { strdup($0) } + [code, nil]
    let removal = Arguments.allocate(capacity: arguments.count)
    removal.initialize(from: arguments, count: arguments.count)
    self.removal = removal
    exitCode = code
    for number in handled { signal(number) { LessonSignals.handle($0) } }
    // A process that starts others from a worker thread hands its blocked signals on to them.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in handled { sigaddset(&signals, number) }
    sigprocmask(SIG_UNBLOCK, &signals, nil)
  }

  /// The lesson is over; signals do what they do elsewhere.
  static func disconnect() {
    for number in handled { signal(number, SIG_DFL) }
    if let removal {
      var position = 0
      while let argument = removal[position] {
        free(argument)
        position += 1
      }
      removal.deallocate()
    }
    (removal, exitCode) = (nil, nil)
  }

  private static func handle(_ number: Int32) {
    let status = 128 + number
    exitCode?[0] = CChar(0x30 + status / 100)
    exitCode?[1] = CChar(0x30 + status / 10 % 10)
    exitCode?[2] = CChar(0x30 + status % 10)
    if hasTerminal { tcsetattr(0, TCSANOW, &terminal) }
    if let removal { execve("/bin/sh", removal, environ) }
    _exit(status)
  }
}
