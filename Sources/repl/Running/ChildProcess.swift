import Glibc

/// Another program that has the terminal for a while: an editor, a lesson.
enum ChildProcess {
  /// Runs a program and waits for its end.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - words: Its name as it sees it, and its arguments.
  /// - Returns: The status that `waitpid` gives, or the system's number of the error when it could not
  ///   be started.
  static func run(_ path: String, _ words: [String]) -> (status: Int32, failure: Int32) {
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    // What this process ignores the other must not.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    var process = pid_t()
    let failure = posix_spawn(&process, path, nil, &attributes, &arguments, environ)
    if failure != 0 { return (0, failure) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    // Ctrl-C was meant for the other.
    _ = InterruptSignal.takeInterrupt()
    return (status, 0)
  }
}
