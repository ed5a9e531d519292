import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// Waiting for a terminal or a pipe without missing that the program is to stop. A flag is not enough:
// it may be set just before the system call that waits, and from a thread that interrupts no call.

/// A pipe of the process to itself, which ends its waiting in `poll`.
public struct WakePipe {
  /// Becomes readable when somebody has called ``wake()``; -1 before ``open()``.
  public private(set) var reader: Int32 = -1
  private var writer: Int32 = -1

  /// Stands for a pipe that is not open.
  public init() {}

  /// Makes the pipe, unless that was done before: most programs never wait.
  public mutating func open() {
    if reader >= 0 { return }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    // A standard stream that is closed stays closed: its number must not become the pipe's.
    for (position, end) in ends.enumerated() where end < 3 {
      ends[position] = fcntl(end, F_DUPFD_CLOEXEC, 3)
      WakePipe.close(end)
    }
    // A handler writes and must not wait; what was written is read without waiting.
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (reader, writer) = (ends[0], ends[1])
  }

  /// Ends the waiting of now, or the next one; from any thread, or a signal handler.
  public func wake() {
    if writer < 0 { return }
    let failure = errno
    var byte: UInt8 = 0
    _ = write(writer, &byte, 1)
    errno = failure
  }

  /// Forgets what has woken the process.
  public func drain() {
    var bytes: UInt64 = 0
    while read(reader, &bytes, 8) > 0 {}
  }

  /// Closes both ends.
  public func close() {
    if reader < 0 { return }
    WakePipe.close(reader)
    WakePipe.close(writer)
  }

  private static func close(_ descriptor: Int32) {
    #if canImport(Glibc)
      _ = Glibc.close(descriptor)
    #else
      _ = Darwin.close(descriptor)
    #endif
  }
}

extension Engine {
  /// Waits until a descriptor can be read or written (`POLLIN`, `POLLOUT`), has an error or ends.
  ///
  /// - Returns: False when the program is to stop; whoever waits then asks ``checkInterruption()``.
  func wait(for descriptor: Int32, _ events: Int32) -> Bool {
    pointee.wakePipe.open()
    while true {
      if pointee.isInterrupted != 0 { return false }
      var descriptors = (
        pollfd(fd: descriptor, events: Int16(events), revents: 0),
        pollfd(fd: pointee.wakePipe.reader, events: Int16(POLLIN), revents: 0)
      )
      let count = withUnsafeMutablePointer(to: &descriptors) {
        $0.withMemoryRebound(to: pollfd.self, capacity: 2) { poll($0, 2, -1) }
      }
      if count < 0 {
        // What else may be wrong, reading or writing will say.
        if errno != EINTR { return true }
      } else if descriptors.1.revents != 0 {
        pointee.wakePipe.drain()
      } else if descriptors.0.revents != 0 {
        return true
      }
    }
  }

  /// Waits until one of several descriptors is ready, at most for a time.
  ///
  /// - Parameters:
  ///   - descriptors: Those to wait for; the last place is filled in here.
  ///   - milliseconds: How long at most; -1 for any time.
  /// - Returns: False when the program is to stop.
  func wait(for descriptors: inout [pollfd], milliseconds: Int32) -> Bool {
    pointee.wakePipe.open()
    if pointee.isInterrupted != 0 { return false }
    descriptors.append(
      pollfd(fd: pointee.wakePipe.reader, events: Int16(POLLIN), revents: 0))
    let count = poll(&descriptors, nfds_t(descriptors.count), milliseconds)
    let wake = descriptors.removeLast()
    if count <= 0 {
      for index in descriptors.indices { descriptors[index].revents = 0 }
    } else if wake.revents != 0 {
      pointee.wakePipe.drain()
    }
    return pointee.isInterrupted == 0
  }

  /// Lets some time pass; throws when the program is to stop.
  func pause(milliseconds: Int32) throws(RaisedError) {
    var none: [pollfd] = []
    if !wait(for: &none, milliseconds: milliseconds) { try checkInterruption() }
  }
}

/// A system call on a thread of its own.
private final class BackgroundCall: @unchecked Sendable {
  /// Wakes who waits for the result.
  var finished = WakePipe()
  var result: Int32 = 0

  deinit { finished.close() }
}

extension Engine {
  /// Makes a system call that may take long and that nothing interrupts; the program can be stopped
  /// meanwhile.
  ///
  /// The call then goes on in the background to its end: it must own what it uses. Costs making a
  /// thread and a pipe, some 50 µs.
  ///
  /// - Returns: What the call returns, such as the number of an error.
  func runInBackground(_ call: @escaping @Sendable () -> Int32) throws(RaisedError) -> Int32 {
    let background = BackgroundCall()
    background.finished.open()
    let isRunning =
      background.finished.reader >= 0
      && BackgroundThread.start {
        background.result = call()
        background.finished.wake()
      }
    if !isRunning { return call() }
    while !wait(for: background.finished.reader, POLLIN) { try checkInterruption() }
    return background.result
  }
}

/// Writes without dying of `SIGPIPE` when the reader has gone away, whatever the process has made of
/// that signal.
func writeQuietly(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  var action = sigaction()
  sigaction(SIGPIPE, nil, &action)
  if unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) != 0 {
    return Glibc.write(descriptor, bytes, count)
  }
  var signals = sigset_t()
  var earlier = sigset_t()
  sigemptyset(&signals)
  sigaddset(&signals, SIGPIPE)
  pthread_sigmask(SIG_BLOCK, &signals, &earlier)
  let result = Glibc.write(descriptor, bytes, count)
  let failure = errno
  if result < 0 && failure == EPIPE {
    var nothing = timespec()
    while sigtimedwait(&signals, nil, &nothing) < 0 && errno == EINTR {}
  }
  pthread_sigmask(SIG_SETMASK, &earlier, nil)
  errno = failure
  return result
}
