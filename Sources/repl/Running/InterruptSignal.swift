import Glibc
import LangRuntime

/// Ctrl-C asks the machine to stop, and wakes a prompt that waits for keys.
///
/// When a script runs, a second Ctrl-C before the machine has noticed the first ends the process. At
/// a prompt it never does.
///
/// A process that Ctrl-C ends dies of the signal: a shell that runs it in a loop stops only then.
enum InterruptSignal {
  nonisolated(unsafe) private static var interrupter: MachineInterrupter?
  /// A signal may arrive until the process has ended, so the machine must live as long.
  ///
  /// The system takes its memory back all at once, which is much faster than piece by piece.
  nonisolated(unsafe) private static var machine: Machine?
  nonisolated(unsafe) private static var isAtPrompt = false
  nonisolated(unsafe) private static var interruptCount: Int32 = 0
  nonisolated(unsafe) private static var isStopWanted = false
  nonisolated(unsafe) private static var isContinued = false
  nonisolated(unsafe) private static var wakeWriter: Int32 = -1
  /// Becomes readable when a signal has arrived; -1 without a prompt.
  nonisolated(unsafe) private(set) static var wakeReader: Int32 = -1

  /// Interrupts the machine from now on.
  static func connect(_ machine: Machine) {
    self.machine = machine
    interrupter = MachineInterrupter(machine)
    var present = sigaction()
    sigaction(SIGINT, nil, &present)
    // Whoever started it wants it to live on: a shell that runs it in the background, say.
    if unsafeBitCast(present.__sigaction_handler.sa_handler, to: Int.self) == 1 { return }
    // Without SA_RESTART: a system call that waits is to end.
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in
      InterruptSignal.interruptCount &+= 1
      // The second one before the program has noticed the first.
      if !InterruptSignal.isAtPrompt, InterruptSignal.interrupter?.isPending == true {
        InterruptSignal.raiseAgain()
      }
      InterruptSignal.interrupter?.interrupt()
      InterruptSignal.wake()
    }
    sigaction(SIGINT, &action, nil)
    // A process that starts others from a worker thread hands its blocked signals on to them.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigprocmask(SIG_UNBLOCK, &signals, nil)
  }

  /// The process serves a prompt from now on: signals of the terminal wake it.
  static func beginPrompt() {
    isAtPrompt = true
    if wakeReader >= 0 { return }
    var ends: [Int32] = [-1, -1]
    // Both ends must not block: a handler writes, and what was written is read without waiting.
    guard pipe(&ends) == 0 else { return }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    wakeReader = ends[0]
    wakeWriter = ends[1]
    signal(SIGWINCH) { _ in InterruptSignal.wake() }
    signal(SIGCONT) { _ in
      InterruptSignal.isContinued = true
      InterruptSignal.wake()
    }
  }

  /// Whether Ctrl-Z is noticed with ``takeStop()``, and does not stop the process at once.
  nonisolated(unsafe) static var noticesStops = false {
    didSet {
      if oldValue == noticesStops { return }
      var present = sigaction()
      sigaction(SIGTSTP, nil, &present)
      // A shell without job control wants it so.
      if unsafeBitCast(present.__sigaction_handler.sa_handler, to: Int.self) == 1 { return }
      if noticesStops { catchStop() } else { signal(SIGTSTP, SIG_DFL) }
    }
  }

  private static func catchStop() {
    signal(SIGTSTP) { _ in
      InterruptSignal.isStopWanted = true
      InterruptSignal.wake()
    }
  }

  /// Whether Ctrl-Z was pressed since this was asked last.
  static func takeStop() -> Bool {
    defer { isStopWanted = false }
    return isStopWanted
  }

  /// Stops the process, as Ctrl-Z does; returns when it goes on.
  static func stopProcess() {
    signal(SIGTSTP, SIG_DFL)
    raise(SIGTSTP)
    catchStop()
    isContinued = false
  }

  /// Whether the process has been stopped and goes on since this was asked last.
  static func takeContinuation() -> Bool {
    defer { isContinued = false }
    return isContinued
  }

  /// Whether Ctrl-C was pressed, and the machine has not noticed it.
  static var isPending: Bool { interrupter?.isPending == true }

  /// Whether Ctrl-C was pressed since this was asked last; the machine need not notice it any more.
  static func takeInterrupt() -> Bool {
    interrupter?.clear()
    let wasInterrupted = interruptCount != 0
    interruptCount = 0
    return wasInterrupted
  }

  /// Forgets what has woken the prompt.
  static func drainWakes() {
    var byte: UInt8 = 0
    while read(wakeReader, &byte, 1) > 0 {}
  }

  private static func wake() {
    if wakeWriter < 0 { return }
    let failure = errno
    var byte: UInt8 = 0
    _ = write(wakeWriter, &byte, 1)
    errno = failure
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
