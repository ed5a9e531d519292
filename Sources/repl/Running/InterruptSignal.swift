import Glibc
import LangRuntime

/// Ctrl-C asks the machine to stop; a second one before it has stopped ends the process.
///
/// A process that Ctrl-C ends dies of the signal: a shell that runs it in a loop stops only then.
enum InterruptSignal {
  nonisolated(unsafe) private static var interrupter: MachineInterrupter?
  /// A signal may arrive until the process has ended, so the machine must live as long.
  ///
  /// The system takes its memory back all at once, which is much faster than piece by piece.
  nonisolated(unsafe) private static var machine: Machine?

  static func connect(_ machine: Machine) {
    self.machine = machine
    interrupter = MachineInterrupter(machine)
    var present = sigaction()
    sigaction(SIGINT, nil, &present)
    // Whoever started it wants it to live on: a shell that runs it in the background, say.
    if unsafeBitCast(present.__sigaction_handler.sa_handler, to: Int.self) == 1 { return }
    signal(SIGINT) { _ in
      // The second one before the program has noticed the first.
      if InterruptSignal.interrupter?.isPending == true { InterruptSignal.raiseAgain() }
      InterruptSignal.interrupter?.interrupt()
    }
    // A process that starts others from a worker thread hands its blocked signals on to them.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigprocmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Ends the process as Ctrl-C does, after all that it has written has arrived.
  static func endProcess() -> Never {
    fflush(nil)
    raiseAgain()
    // Only when the signal is blocked.
    exit(ExitCode.interrupted)
  }

  private static func raiseAgain() {
    signal(SIGINT, SIG_DFL)
    raise(SIGINT)
  }
}
