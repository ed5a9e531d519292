import Glibc
import LangRuntime

/// Ctrl-C asks the machine to stop, and wakes a prompt that waits for keys.
///
/// When a script runs, a second Ctrl-C before the machine has noticed the first ends the process. At
/// a prompt it never does.
///
/// A process that Ctrl-C ends dies of the signal: a shell that runs it in a loop stops only then.
enum InterruptSignal {
  /// What handlers of signals use.
  private struct State {
    var interrupter: MachineInterrupter?
    var isAtPrompt = false
    var wasPressed = false
    var endSignal: Int32 = 0
    var isContinued = false
    var isResized = false
    var pipe = WakePipe()
  }

  /// Behind a pointer: of a variable Swift checks that nobody else uses it meanwhile, and a handler may
  /// come in the middle of any use.
  nonisolated(unsafe) private static let state: UnsafeMutablePointer<State> = {
    let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
    state.initialize(to: State())
    return state
  }()

  /// A signal may arrive until the process has ended, so the machine must live as long.
  ///
  /// The system takes its memory back all at once, which is much faster than piece by piece.
  nonisolated(unsafe) private static var machine: Machine?

  /// Whether Ctrl-C was pressed since ``takeInterrupt()`` was asked last.
  ///
  /// Never inlined: a compiler that saw a plain load would be free to do it once, before a loop.
  static var wasPressed: Bool { @inline(never) get { state.pointee.wasPressed } }

  /// Becomes readable when a signal has arrived; -1 without a prompt.
  static var wakeReader: Int32 { state.pointee.pipe.reader }

  /// Interrupts the machine from now on.
  static func connect(_ machine: Machine) {
    self.machine = machine
    state.pointee.interrupter = MachineInterrupter(machine)
    // Whoever started it wants it to live on: a shell that runs it in the background, say.
    if handler(of: SIGINT) == ignoring { return }
    // Without SA_RESTART: a system call that waits is to end.
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in
      let state = InterruptSignal.state
      state.pointee.wasPressed = true
      // The second one before the program has noticed the first.
      if !state.pointee.isAtPrompt, state.pointee.interrupter?.isPending == true {
        InterruptSignal.raiseAgain()
      }
      state.pointee.interrupter?.interrupt()
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
    state.pointee.isAtPrompt = true
    if state.pointee.pipe.reader >= 0 { return }
    state.pointee.pipe.open()
    // In a build for development Swift's runtime takes Ctrl-\ for a crash, and asks what to do.
    if handler(of: SIGQUIT) != ignoring { signal(SIGQUIT, SIG_DFL) }
    signal(SIGWINCH) { _ in
      InterruptSignal.state.pointee.isResized = true
      InterruptSignal.wake()
    }
    signal(SIGCONT) { _ in
      InterruptSignal.state.pointee.isContinued = true
      InterruptSignal.wake()
    }
  }

  /// Whether Ctrl-Z, Ctrl-\\ and signals that end the process are noticed with ``takeEnd()``, and do not
  /// act at once.
  nonisolated(unsafe) static var noticesEnds = false {
    didSet {
      if oldValue == noticesEnds { return }
      if !noticesEnds {
        noticed.forEach { signal($0, SIG_DFL) }
        noticed = []
        return
      }
      for number in [SIGTSTP, SIGQUIT, SIGTERM, SIGHUP] {
        // Somebody else sees to it, or wants it ignored: `nohup`, a shell without job control.
        if handler(of: number) != 0 { continue }
        noticed.append(number)
        notice(number)
      }
    }
  }

  nonisolated(unsafe) private static var noticed: [Int32] = []

  /// `SIG_IGN`, which is a macro of C that Swift does not see as a number.
  private static let ignoring = 1

  /// The address of the handler that a signal has; 0 when it does what it does by itself.
  private static func handler(of number: Int32) -> Int {
    var present = sigaction()
    sigaction(number, nil, &present)
    return unsafeBitCast(present.__sigaction_handler.sa_handler, to: Int.self)
  }

  private static func notice(_ number: Int32) {
    signal(number) { number in
      InterruptSignal.state.pointee.endSignal = number
      InterruptSignal.wake()
    }
  }

  /// The signal that wants to stop or end the process; 0 for none since this was asked last.
  static func takeEnd() -> Int32 {
    defer { state.pointee.endSignal = 0 }
    return state.pointee.endSignal
  }

  /// Lets a signal act; returns when the process was stopped, and goes on.
  static func obey(_ number: Int32) {
    signal(number, SIG_DFL)
    raise(number)
    notice(number)
    state.pointee.isContinued = false
  }

  /// Whether the process has been stopped and goes on since this was asked last.
  static func takeContinuation() -> Bool {
    defer { state.pointee.isContinued = false }
    return state.pointee.isContinued
  }

  /// Whether the window may have got another size since this was asked last.
  static func takeResize() -> Bool {
    defer { state.pointee.isResized = false }
    return state.pointee.isResized
  }

  /// Whether Ctrl-C was pressed, and the machine has not noticed it.
  static var isPending: Bool { state.pointee.interrupter?.isPending == true }

  /// Whether Ctrl-C was pressed since this was asked last; the machine need not notice it any more.
  ///
  /// It is meant for what is being done when it is pressed: who does that asks at its end, and nobody
  /// at the beginning. What was pressed just before is for what comes now.
  static func takeInterrupt() -> Bool {
    // The next one must not arrive between the two.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    var earlier = sigset_t()
    sigprocmask(SIG_BLOCK, &signals, &earlier)
    defer { sigprocmask(SIG_SETMASK, &earlier, nil) }
    state.pointee.interrupter?.clear()
    defer { state.pointee.wasPressed = false }
    return state.pointee.wasPressed
  }

  /// Forgets what has woken the prompt.
  static func drainWakes() { state.pointee.pipe.drain() }

  private static func wake() { state.pointee.pipe.wake() }

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
