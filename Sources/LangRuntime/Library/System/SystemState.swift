#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a machine has to do with files and processes, made when the first is used.
final class SystemState {
  /// Classes under `IOError` for what programs often expect.
  let notFound, exists, permission: ClassReference
  /// Files that were not closed; they remove themselves.
  var openFiles: [ObjectIdentifier: Unmanaged<OpenFile>] = [:]
  /// How many files were opened since it was looked for those that nobody refers to any more.
  private var openedCount = 0
  /// How many files are opened without looking: a part of what the process may have.
  private let carelessCount: Int
  private var lastNumber = 0
  /// Programs that still ran when nobody could ask for them any more: their ends must be noticed.
  var abandoned: [pid_t] = []

  init(_ engine: Engine) {
    var limit = rlimit()
    let isKnown = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
    carelessCount = isKnown ? max(8, Int(min(limit.rlim_cur, 1024) / 4)) : 64
    func make(_ name: StaticString, _ documentation: StaticString) -> ClassReference {
      let made = engine.makeClass(
        engine.pointee.symbols.intern(name), base: engine.pointee.errors.ioError)
      made.pointee.documentation = engine.makeString("\(documentation)")
      engine.addHandle(Value(.class, made))
      return made
    }
    notFound = make("NotFoundError", "An IOError: there is no such file, folder or program.")
    exists = make("ExistsError", "An IOError: there is something of that name already.")
    permission = make("PermissionError", "An IOError: the system does not allow it.")
  }

  /// Writes out what files have in their buffers, at the end of a program.
  ///
  /// - Returns: What could not be written, in words.
  func flushFiles(_ engine: Engine, waits: Bool) -> [String] {
    openFiles.values.map { $0.takeUnretainedValue() }.sorted { $0.number < $1.number }
      .compactMap { $0.flushAtEnd(engine, waits: waits) }
  }

  /// Notes that a file was opened.
  ///
  /// Many open files are a reason to collect long before memory is.
  ///
  /// - Returns: Its number.
  func noteOpened(_ engine: Engine) -> Int {
    lastNumber += 1
    openedCount += 1
    if openedCount >= carelessCount && openFiles.count >= carelessCount {
      openedCount = 0
      engine.pointee.heap.finishSweeping()
      engine.pointee.heap.allow(0)
    }
    return lastNumber
  }

  /// Notices the ends of programs that nobody asks for.
  func reap() {
    abandoned.removeAll { waitpid($0, nil, WNOHANG) != 0 }
  }
}

extension Engine {
  /// What the machine has to do with files and processes.
  var system: SystemState {
    if let known = pointee.system { return known }
    let made = SystemState(self)
    pointee.system = made
    return made
  }

  /// Sets the classes of errors as variables of a part of the library.
  func defineSystemErrors(in module: ModuleReference) throws(RaisedError) {
    let classes: [(StaticString, ClassReference)] = [
      ("NotFoundError", system.notFound), ("ExistsError", system.exists),
      ("PermissionError", system.permission),
    ]
    for (name, errorClass) in classes {
      try setVariable(of: module, pointee.symbols.intern(name), Value(.class, errorClass))
    }
  }

  /// An `IOError`, or one of a class under it, for a number of the system's: `what` and the reason.
  ///
  /// - Parameters:
  ///   - failure: The number, `ENOENT` say.
  ///   - path: What it is about, for the field `path`; nil without.
  func systemError(_ failure: Int32, _ what: String, path: Value = .nil) -> RaisedError {
    let errorClass =
      switch failure {
      case ENOENT: system.notFound
      case EEXIST: system.exists
      case EACCES, EPERM: system.permission
      default: pointee.errors.ioError
      }
    return systemError(errorClass, failure, "\(what): \(String(cString: strerror(failure)))", path)
  }

  /// An error with a message of its own, and the fields of those of the system.
  func systemError(
    _ errorClass: ClassReference, _ failure: Int32, _ message: String, _ path: Value
  ) -> RaisedError {
    let error = makeError(errorClass, message)
    let code = SystemNumbers.name(ofError: failure)
    setField(error.value.instance, pointee.symbols.intern("code"), makeString(code))
    setField(error.value.instance, pointee.symbols.intern("path"), path)
    return error
  }
}

/// Names of the system's numbers.
enum SystemNumbers {
  private static let errors: [(Int32, String)] = [
    (EPERM, "EPERM"), (ENOENT, "ENOENT"), (ESRCH, "ESRCH"), (EINTR, "EINTR"), (EIO, "EIO"),
    (ENXIO, "ENXIO"), (E2BIG, "E2BIG"), (ENOEXEC, "ENOEXEC"), (EBADF, "EBADF"),
    (ECHILD, "ECHILD"), (EAGAIN, "EAGAIN"), (ENOMEM, "ENOMEM"), (EACCES, "EACCES"),
    (EFAULT, "EFAULT"), (EBUSY, "EBUSY"), (EEXIST, "EEXIST"), (EXDEV, "EXDEV"),
    (ENODEV, "ENODEV"), (ENOTDIR, "ENOTDIR"), (EISDIR, "EISDIR"), (EINVAL, "EINVAL"),
    (ENFILE, "ENFILE"), (EMFILE, "EMFILE"), (ENOTTY, "ENOTTY"), (ETXTBSY, "ETXTBSY"),
    (EFBIG, "EFBIG"), (ENOSPC, "ENOSPC"), (ESPIPE, "ESPIPE"), (EROFS, "EROFS"),
    (EMLINK, "EMLINK"), (EPIPE, "EPIPE"), (ENAMETOOLONG, "ENAMETOOLONG"), (ELOOP, "ELOOP"),
    (ENOTEMPTY, "ENOTEMPTY"), (EOVERFLOW, "EOVERFLOW"), (EOPNOTSUPP, "EOPNOTSUPP"),
    (EDQUOT, "EDQUOT"), (ESTALE, "ESTALE"), (ETIMEDOUT, "ETIMEDOUT"), (ENOSYS, "ENOSYS"),
  ]

  private static let signals: [(Int32, String)] = [
    (SIGHUP, "SIGHUP"), (SIGINT, "SIGINT"), (SIGQUIT, "SIGQUIT"), (SIGILL, "SIGILL"),
    (SIGTRAP, "SIGTRAP"), (SIGABRT, "SIGABRT"), (SIGBUS, "SIGBUS"), (SIGFPE, "SIGFPE"),
    (SIGKILL, "SIGKILL"), (SIGUSR1, "SIGUSR1"), (SIGSEGV, "SIGSEGV"), (SIGUSR2, "SIGUSR2"),
    (SIGPIPE, "SIGPIPE"), (SIGALRM, "SIGALRM"), (SIGTERM, "SIGTERM"), (SIGCHLD, "SIGCHLD"),
    (SIGCONT, "SIGCONT"), (SIGSTOP, "SIGSTOP"), (SIGTSTP, "SIGTSTP"), (SIGTTIN, "SIGTTIN"),
    (SIGTTOU, "SIGTTOU"), (SIGXCPU, "SIGXCPU"), (SIGXFSZ, "SIGXFSZ"), (SIGWINCH, "SIGWINCH"),
  ]

  /// `"ENOENT"`, say; the number itself when it has no name here.
  static func name(ofError number: Int32) -> String {
    errors.first { $0.0 == number }?.1 ?? "\(number)"
  }

  /// `"SIGTERM"`, say; `"signal 34"` for one without a name.
  static func name(ofSignal number: Int32) -> String {
    signals.first { $0.0 == number }?.1 ?? "signal \(number)"
  }

  /// The number of a signal by its name, with or without `SIG`; nil when there is none.
  static func signal(named name: String) -> Int32? {
    let upper = name.uppercased()
    let full = upper.hasPrefix("SIG") ? upper : "SIG\(upper)"
    return signals.first { $0.1 == full }?.0
  }
}
