#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The native part of the module `time`: the system's clocks, and sleep.
enum TimePart {
  static func initialize(_ engine: Engine, _ module: ModuleReference) throws(RaisedError) {
    try engine.define(definitions, in: module)
  }

  nonisolated(unsafe) private static let definitions: [NativeDefinition] = [
    NativeDefinition("now_ns") { (call) throws(RaisedError) -> Value in
      .int(nanoseconds(CLOCK_REALTIME))
    },
    NativeDefinition("monotonic_ns") { (call) throws(RaisedError) -> Value in
      .int(nanoseconds(CLOCK_MONOTONIC))
    },
    NativeDefinition("process_ns") { (call) throws(RaisedError) -> Value in
      .int(nanoseconds(CLOCK_PROCESS_CPUTIME_ID))
    },
    NativeDefinition("now") { (call) throws(RaisedError) -> Value in
      .float(seconds(CLOCK_REALTIME))
    },
    NativeDefinition("monotonic") { (call) throws(RaisedError) -> Value in
      .float(seconds(CLOCK_MONOTONIC))
    },
    NativeDefinition("process") { (call) throws(RaisedError) -> Value in
      .float(seconds(CLOCK_PROCESS_CPUTIME_ID))
    },
    NativeDefinition("sleep", "seconds", body: sleep),
  ]

  /// What a clock shows.
  static func nanoseconds(_ clock: clockid_t) -> Int {
    var time = timespec()
    clock_gettime(clock, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// No sleep is longer, so that its end fits in 64 bits of nanoseconds.
  private static let longestSleep = 4_000_000_000.0

  private static func sleep(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let seconds: Double
    switch call[0].tag {
    case .float: seconds = call[0].float
    case .int: seconds = Double(call[0].int)
    case .bigInt: seconds = engine.bigInt(call[0]).double
    default:
      throw engine.typeError(
        "time.sleep() expects a number for 'seconds', not \(engine.typeName(of: call[0]))")
    }
    if !(0...longestSleep).contains(seconds) {
      let shown = try engine.repr(call[0]).string
      throw engine.valueError(
        "time.sleep() expects 'seconds' to be from 0 to 4000000000, not \(engine.plain(shown))")
    }
    // What was printed is seen before the wait.
    if !engine.pointee.output.flush(engine) { try engine.checkInterruption() }
    try engine.sleep(until: nanoseconds(CLOCK_MONOTONIC) + Int((seconds * 1e9).rounded(.up)))
    return .nil
  }
}

extension Engine {
  /// Waits until the monotonic clock shows a number of nanoseconds, or the program is to stop.
  func sleep(until end: Int) throws(RaisedError) {
    pointee.wakePipe.open()
    while true {
      try checkInterruption()
      let left = end - TimePart.nanoseconds(CLOCK_MONOTONIC)
      if left <= 0 { return }
      if left < 1_000_000 {
        // Shorter than `poll` can wait; it is not worth being woken from.
        var rest = timespec(tv_sec: 0, tv_nsec: left)
        nanosleep(&rest, nil)
        continue
      }
      // Without a pipe, which a process may have no room for, looking now and then has to do.
      let longest = pointee.wakePipe.reader < 0 ? 50 : Int(Int32.max)
      var descriptor = pollfd(
        fd: pointee.wakePipe.reader, events: Int16(POLLIN), revents: 0)
      if poll(&descriptor, 1, Int32(min(left / 1_000_000, longest))) > 0 {
        pointee.wakePipe.drain()
      }
    }
  }

  /// A text for a message, cut off when it is long.
  func plain(_ string: StringReference) -> String {
    string.count <= 60
      ? string.text : String(decoding: string.buffer.prefix(60), as: UTF8.self) + "…"
  }
}
