import Glibc
import LangRuntime

/// Ctrl-C asks the machine to stop; a second one before it has stopped ends the process.
enum InterruptSignal {
  nonisolated(unsafe) private static var interrupter: MachineInterrupter?
  /// A signal may arrive until the process has ended, so the machine must live as long.
  ///
  /// The system takes its memory back all at once, which is much faster than piece by piece.
  nonisolated(unsafe) private static var machine: Machine?

  static func connect(_ machine: Machine) {
    self.machine = machine
    interrupter = MachineInterrupter(machine)
    signal(SIGINT) { _ in
      // The second one before the program has noticed the first.
      if InterruptSignal.interrupter?.isPending == true { _exit(ExitCode.interrupted) }
      InterruptSignal.interrupter?.interrupt()
    }
    // A process that starts others from a worker thread hands its blocked signals on to them.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigprocmask(SIG_UNBLOCK, &signals, nil)
  }
}
