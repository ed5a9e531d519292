import CTerminal
import Foundation
import Glibc

/// A process whose standard streams are a pseudo-terminal, and the screen at its other end.
///
/// Two threads belong to it: one reads what the process writes, one waits for its end. They end with
/// the process.
final class TerminalProcess: @unchecked Sendable {
  /// Whether what somebody waits for has happened.
  enum Outcome: Sendable { case open, met, impossible }

  typealias Condition = @Sendable (Screen, PseudoTerminal.Exit?) -> Outcome

  private struct Waiter {
    var condition: Condition
    var continuation: CheckedContinuation<Outcome, Never>
  }

  private let lock = NSLock()
  /// The end of the terminal at which the person sits.
  private let controller: Int32
  private let identifier: pid_t

  // What follows is only touched while the lock is held.
  private var parser: ScreenParser
  private var bytes: [UInt8] = []
  private var status: PseudoTerminal.Exit?
  private var isDrained = false
  private var isReaped = false
  private var waiters: [Int: Waiter] = [:]
  private var nextWaiter = 0
  private var keyMark = -1

  /// Starts a program.
  init(
    program: String, _ arguments: [String], folder: String, environment: [String: String],
    screen: Screen
  ) throws {
    parser = ScreenParser(screen: screen)
    var name = [CChar](repeating: 0, count: 128)
    controller = terminal_open(Int32(screen.columns), Int32(screen.rows), &name, name.count)
    guard controller >= 0 else {
      throw TerminalProcess.failure("cannot open a terminal", errno)
    }
    var argv = ([program] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in argv + variables { free(text) } }
    var child: pid_t = 0
    let code = terminal_spawn(&child, program, &argv, &variables, folder, name)
    identifier = child
    guard code == 0 else { throw TerminalProcess.failure("cannot start '\(program)'", code) }
    Thread.detachNewThread { self.readOutput() }
    Thread.detachNewThread { self.awaitExit() }
  }

  deinit { close(controller) }

  private static func failure(_ call: String, _ code: Int32) -> PseudoTerminal.Failure {
    PseudoTerminal.Failure(description: "\(call): \(String(cString: strerror(code)))")
  }

  // MARK: - What the person does

  /// Sends characters; gives up when the program does not read them.
  func send(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(controller, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var descriptor = pollfd(fd: controller, events: Int16(POLLOUT), revents: 0)
        guard poll(&descriptor, 1, Int32(PseudoTerminal.patience * 1000)) > 0 else { return }
      } else if errno != EINTR {
        return
      }
    }
  }

  func resize(columns: Int, rows: Int) {
    lock.withLock { parser.screen.resize(columns: columns, rows: rows) }
    _ = terminal_resize(controller, Int32(columns), Int32(rows))
  }

  func signal(_ number: Int32) {
    // Its number may belong to another process as soon as it was waited for.
    lock.withLock { if !isReaped { _ = Glibc.kill(identifier, number) } }
  }

  func kill() { signal(SIGKILL) }

  /// Remembers that a key was pressed now, for `lineFeedsAtKey`.
  func noteKey() { lock.withLock { keyMark = parser.screen.lineFeedCount } }

  /// How many line feeds there had been at the last key; -1 before the first.
  var lineFeedsAtKey: Int { lock.withLock { keyMark } }

  // MARK: - What the person sees

  var screen: Screen { lock.withLock { parser.screen } }
  var output: String { lock.withLock { String(decoding: bytes, as: UTF8.self) } }
  /// How the program ended, as soon as all that it wrote was read.
  var exit: PseudoTerminal.Exit? { lock.withLock { isDrained ? status : nil } }

  /// Waits until a condition is met or cannot be met any more; `.open` when the time is over first.
  func wait(patience: Double, for condition: @escaping Condition) async -> Outcome {
    await withCheckedContinuation { continuation in
      lock.lock()
      let number = nextWaiter
      nextWaiter += 1
      waiters[number] = Waiter(condition: condition, continuation: continuation)
      lock.unlock()
      examineWaiters()
      DispatchQueue.global().asyncAfter(deadline: .now() + patience) { [weak self] in
        guard let self else { return }
        lock.withLock { waiters.removeValue(forKey: number) }?.continuation.resume(returning: .open)
      }
    }
  }

  /// Lets those go on who have got what they wait for.
  private func examineWaiters() {
    let finished = lock.withLock {
      let exit = isDrained ? status : nil
      return waiters.compactMap { number, waiter in
        let outcome = waiter.condition(parser.screen, exit)
        if outcome == .open { return nil as (Waiter, Outcome)? }
        waiters.removeValue(forKey: number)
        return (waiter, outcome)
      }
    }
    for (waiter, outcome) in finished { waiter.continuation.resume(returning: outcome) }
  }

  // MARK: - The threads

  private func readOutput() {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      var descriptor = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
      _ = poll(&descriptor, 1, -1)
      let count = read(controller, &buffer, buffer.count)
      if count > 0 {
        lock.withLock {
          bytes += buffer[..<count]
          parser.feed(buffer[..<count])
        }
        examineWaiters()
      } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
        // EIO: nobody has the terminal open any more.
        break
      }
    }
    lock.withLock { isDrained = true }
    examineWaiters()
  }

  private func awaitExit() {
    // Without taking its number away, so that no signal can reach another process.
    var information = siginfo_t()
    while waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
    lock.withLock {
      var code: Int32 = 0
      while waitpid(identifier, &code, 0) < 0 && errno == EINTR {}
      isReaped = true
      let number = code & 0x7F
      status = number == 0 ? .exited((code >> 8) & 0xFF) : .signalled(number)
    }
    examineWaiters()
  }
}
