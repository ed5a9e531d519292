import CSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A program that this one has started.
///
/// Whenever it is waited for, in whatever way, all that it writes is taken meanwhile: a full pipe
/// never holds it up, however much is written to it and by it.
final class ChildProgram {
  let process: pid_t
  /// As messages show it.
  let shown: String
  let startedAt = monotonicNanoseconds()
  /// What `waitpid` gave; nil while it runs.
  private(set) var status: Int32?
  private let leadsGroup: Bool
  /// Becomes readable at its end; -1 where the system has no such thing.
  private let endDescriptor: Int32
  private let system: SystemState
  private var input: Int32
  private var output: Int32
  private var errors: Int32
  private var outputStream: InputStream
  private var errorStream: InputStream

  /// - Parameter leadsGroup: It has a process group of its own, which signals go to.
  init(_ started: Spawning.Started, shown: String, leadsGroup: Bool, _ engine: Engine) {
    process = started.process
    input = started.input
    output = started.output
    errors = started.errors
    self.shown = shown
    self.leadsGroup = leadsGroup
    system = engine.system
    endDescriptor = process_descriptor(started.process)
    outputStream = InputStream(
      descriptor: output, name: "the output of \(shown)", mayWait: false, piece: 1 << 18)
    errorStream = InputStream(
      descriptor: errors, name: "the errors of \(shown)", mayWait: false, piece: 1 << 18)
  }

  deinit {
    if endDescriptor >= 0 { close(endDescriptor) }
    closeInput()
    closeOutputs()
    outputStream.deallocate()
    errorStream.deallocate()
    if status == nil && waitpid(process, nil, WNOHANG) == 0 { system.abandoned.append(process) }
  }

  // MARK: Its end

  /// The exit code, or the number of the signal that ended it, below 0; nil while it runs.
  var exitStatus: Int? {
    guard let status else { return nil }
    let signal = status & 0x7F
    return signal == 0 ? Int(status >> 8 & 0xFF) : -Int(signal)
  }

  /// Asks whether it still runs.
  @discardableResult
  func isRunning() -> Bool {
    if status != nil { return false }
    var number: Int32 = 0
    let result = waitpid(process, &number, WNOHANG)
    if result == process {
      status = number
    } else if result < 0 && errno == ECHILD {
      // Somebody else has waited for it, and nobody can tell how it ended.
      status = 0
    }
    return status == nil
  }

  /// Sends a signal to it, and to all that it has started when it leads a group; nothing when it ended.
  func send(_ signal: Int32) {
    if !isRunning() { return }
    kill(leadsGroup ? -process : process, signal)
  }

  /// Ends it in any case, within a tenth of a second, and forgets what it writes.
  func destroy() {
    closeInput()
    send(SIGTERM)
    if leadsGroup { kill(-process, SIGCONT) }
    waitBriefly(milliseconds: 40)
    // What it has started may live on.
    if leadsGroup { kill(-process, SIGKILL) } else { send(SIGKILL) }
    waitBriefly(milliseconds: 1000)
    closeOutputs()
  }

  private func waitBriefly(milliseconds: Int) {
    let end = monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000
    while isRunning() && monotonicNanoseconds() < end { usleep(1000) }
  }

  // MARK: Streams

  var hasInput: Bool { input >= 0 }
  var hasOutput: Bool { output >= 0 || !outputStream.buffered.isEmpty }

  func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  private func closeOutputs() {
    if output >= 0 { close(output) }
    if errors >= 0 { close(errors) }
    (output, errors) = (-1, -1)
  }

  /// What it has written and nobody has taken.
  func buffered(isErrors: Bool) -> UnsafeBufferPointer<UInt8> {
    isErrors ? errorStream.buffered : outputStream.buffered
  }

  /// Drops the beginning of that.
  func skip(_ count: Int, isErrors: Bool) {
    if isErrors { errorStream.skip(count) } else { outputStream.skip(count) }
  }

  /// Whether no more will come.
  func isAtEnd(isErrors: Bool) -> Bool { (isErrors ? errors : output) < 0 }

  // MARK: Waiting

  /// What to write to it: it is kept by whoever waits.
  struct Data {
    let bytes: UnsafeBufferPointer<UInt8>
    var sent = 0
    /// Nobody reads any more.
    var isRefused = false

    var isDone: Bool { isRefused || sent == bytes.count }
  }

  /// Takes what it writes, and writes `data`, until a condition holds or the time is over.
  ///
  /// - Parameters:
  ///   - end: In the clock of ``monotonicNanoseconds()``; nil for any time.
  ///   - awaitsEnd: Whether the condition may come true by its end alone.
  /// - Returns: False when the time is over.
  func wait(
    _ engine: Engine, until end: UInt64?, writing data: inout Data, awaitsEnd: Bool,
    _ caller: String, isDone: (borrowing Data) throws(RaisedError) -> Bool
  ) throws(RaisedError) -> Bool {
    outputStream.caller = caller
    errorStream.caller = caller
    var pause: Int32 = 1
    while true {
      if awaitsEnd { isRunning() }
      if try isDone(data) { return true }
      var milliseconds: Int32 = -1
      if let end {
        let now = monotonicNanoseconds()
        if now >= end { return false }
        milliseconds = Int32(min((end - now) / 1_000_000 + 1, 3_600_000))
      }
      if awaitsEnd && status == nil && endDescriptor < 0 {
        // An older system tells of an end by a signal alone, which is the embedding program's: it is
        // noticed by looking, more and more seldom.
        milliseconds = milliseconds < 0 ? pause : min(milliseconds, pause)
        pause = min(pause * 2, 16)
      }
      if try exchange(engine, &data, milliseconds, awaitsEnd) { pause = 1 }
    }
  }

  /// Waits once; tells whether anything was read or written.
  private func exchange(
    _ engine: Engine, _ data: inout Data, _ milliseconds: Int32, _ awaitsEnd: Bool
  ) throws(RaisedError) -> Bool {
    var ready: [pollfd] = []
    let writes = input >= 0 && !data.isDone
    for descriptor in [output, errors] {
      ready.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
    }
    ready.append(pollfd(fd: writes ? input : -1, events: Int16(POLLOUT), revents: 0))
    let awaited = awaitsEnd && status == nil ? endDescriptor : -1
    ready.append(pollfd(fd: awaited, events: Int16(POLLIN), revents: 0))
    if !engine.wait(for: &ready, milliseconds: milliseconds) { try engine.checkInterruption() }
    // A test may stop a program that waits for nothing.
    try engine.checkInterruption()
    if ready[0].revents != 0, try outputStream.readAvailable(engine) == 0 {
      close(output)
      output = -1
    }
    if ready[1].revents != 0, try errorStream.readAvailable(engine) == 0 {
      close(errors)
      errors = -1
    }
    if ready[2].revents != 0 {
      let rest = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(data.bytes)[data.sent...])
      if let start = rest.baseAddress {
        let count = writeQuietly(input, start, min(rest.count, 1 << 16))
        if count >= 0 {
          data.sent += count
        } else if errno != EAGAIN && errno != EINTR {
          data.isRefused = true
        }
      }
    }
    return ready.contains { $0.revents != 0 }
  }
}
