import Glibc
import LangRuntime

/// What signals do while a lesson is held: Ctrl-C interrupts the learner's code, and whatever ends the
/// process removes the folder of the lesson first.
enum LessonSignals {
  nonisolated(unsafe) private static var interrupter: MachineInterrupter?
  /// A signal may arrive at any time, so the machine must live as long as this holds it.
  nonisolated(unsafe) private static var machine: Machine?
  nonisolated(unsafe) private static var isEvaluating = false
  /// The arguments of the shell that removes the folder, made beforehand: a signal handler may start a
  /// program, but neither allocate memory nor walk through a folder.
  nonisolated(unsafe) private static var removal: Arguments?
  /// The last of those arguments, the exit code.
  nonisolated(unsafe) private static var exitCode: UnsafeMutablePointer<CChar>?

  private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

  private static let handled = [SIGINT, SIGTERM, SIGHUP]

  /// From now on signals are about this lesson.
  static func connect(_ machine: Machine, removing folder: String) {
    disconnect()
    self.machine = machine
    interrupter = MachineInterrupter(machine)
    let code = strdup("128")
    let command = ["sh", "-c", "rm -rf -- \"$1\"; exit \"$2\"", "lang", folder]
    let arguments = command.map { strdup($0) } + [code, nil]
    let removal = Arguments.allocate(capacity: arguments.count)
    removal.initialize(from: arguments, count: arguments.count)
    self.removal = removal
    exitCode = code
    for number in handled {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { LessonSignals.handle($0) }
      sigaction(number, &action, nil)
    }
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
    (removal, exitCode, interrupter, machine) = (nil, nil, nil, nil)
  }

  /// Runs something that Ctrl-C interrupts.
  static func interruptible<Result>(_ body: () -> Result) -> Result {
    isEvaluating = true
    defer { isEvaluating = false }
    return body()
  }

  private static func handle(_ number: Int32) {
    // A second Ctrl-C before the code has noticed the first ends the process.
    if number == SIGINT, isEvaluating, let interrupter, !interrupter.isPending {
      interrupter.interrupt()
      return
    }
    let status = 128 + number
    exitCode?[0] = CChar(0x30 + status / 100)
    exitCode?[1] = CChar(0x30 + status / 10 % 10)
    exitCode?[2] = CChar(0x30 + status % 10)
    if let removal { execve("/bin/sh", removal, environ) }
    _exit(status)
  }
}
