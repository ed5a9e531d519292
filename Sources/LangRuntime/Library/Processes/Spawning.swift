import CSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What to start, and what it finds: taken from the arguments of a native.
struct SpawnRequest {
  /// The function that messages name, without `()`.
  let caller: String
  let words: [SystemPath]
  let folder: SystemPath?
  /// `name=value`, each with a zero at the end; nil for the environment of this process.
  let environment: [[CChar]]?
  /// Where programs are looked for, when the environment says so.
  private var searchPath: [CChar]?

  init(
    _ engine: Engine, caller: String, command: Value, folder: Value, environment: Value
  ) throws(RaisedError) {
    self.caller = caller
    var words: [SystemPath] = []
    for position in 0..<command.list.pointee.count {
      words.append(
        try SystemPath(
          engine.current(command.list.pointee.items[position]), engine, caller, "command"))
    }
    self.words = words
    self.folder = folder.isNil ? nil : try SystemPath(folder, engine, caller, "cwd")
    guard environment.tag == .map else {
      self.environment = nil
      return
    }
    var entries: [[CChar]] = []
    let map = environment.map
    for position in 0..<map.pointee.used {
      let entry = map.pointee.entries[position]
      if entry.key.isUndefined { continue }
      let name = try SystemPath(engine.current(entry.key), engine, caller, "env")
      let value = try SystemPath(engine.current(entry.value), engine, caller, "env")
      if name.bytes.count == 1 || name.bytes.contains(0x3D) {
        throw engine.valueError(
          "\(caller)() expects names without '=' in 'env', not \(name.shown)")
      }
      if name.bytes.dropLast().elementsEqual("PATH".utf8.map { CChar($0) }) {
        searchPath = value.bytes
      }
      entries.append(name.bytes.dropLast() + [0x3D] + value.bytes)
    }
    self.environment = entries
  }

  /// The file of the program; throws when there is none.
  func program(_ engine: Engine) throws(RaisedError) -> [CChar] {
    let name = words[0]
    if name.bytes.contains(0x2F) { return name.bytes }
    let (found, failure) = Spawning.find(name.bytes, in: searchPath)
    if let found { return found }
    if failure == EACCES {
      throw engine.systemError(
        EACCES, "\(caller)() cannot start \(name.shown), which is on PATH", path: name.value)
    }
    throw engine.systemError(
      engine.system.notFound, ENOENT, "\(caller)() cannot find \(name.shown) on PATH", name.value)
  }
}

/// Finding and starting programs.
enum Spawning {
  /// Looks for a program as a shell does.
  ///
  /// - Parameter path: The value of `PATH`; nil for that of this process.
  /// - Returns: The file; nil and `EACCES` when all that was found cannot be run.
  static func find(
    _ name: [CChar], in path: [CChar]? = nil
  ) -> (file: [CChar]?, failure: Int32) {
    if name.count == 1 { return (nil, ENOENT) }
    var folders = path ?? []
    if path == nil {
      let text = getenv("PATH").map { String(cString: $0) }
      folders = (text ?? "/usr/local/bin:/usr/bin:/bin").utf8CString.map { $0 }
    }
    var failure = ENOENT
    for folder in folders.dropLast().split(separator: 0x3A, omittingEmptySubsequences: false) {
      // An empty part is the current folder.
      let file = folder + (folder.isEmpty ? [0x2E, 0x2F] : [0x2F]) + name
      var status = stat()
      if stat(Array(file), &status) != 0 || status.st_mode & S_IFMT != S_IFREG { continue }
      if access(Array(file), X_OK) == 0 { return (Array(file), 0) }
      failure = EACCES
    }
    return (nil, failure)
  }

  /// What a program gets as a standard stream.
  enum Stream {
    /// That of this process.
    case inherited
    case nothing
    /// The other end of a pipe.
    case pipe
    /// For the errors: what the output gets.
    case output
  }

  /// A program that was started, and this side of its pipes, -1 where there is none.
  struct Started {
    var process: pid_t = 0
    var input: Int32 = -1
    var output: Int32 = -1
    var errors: Int32 = -1
  }

  /// Starts a program.
  ///
  /// - Parameter ownSession: It gets a session, and with it a process group, of its own: it has no
  ///   terminal, and can be ended with all that it starts.
  static func start(
    _ request: SpawnRequest, input: Stream, output: Stream, errors: Stream, ownSession: Bool,
    _ engine: Engine
  ) throws(RaisedError) -> Started {
    engine.system.reap()
    if let folder = request.folder {
      var status = stat()
      let isThere = stat(folder.bytes, &status) == 0
      if !isThere || status.st_mode & S_IFMT != S_IFDIR {
        throw engine.systemError(
          isThere ? ENOTDIR : errno, "\(request.caller)() cannot go to \(folder.shown)",
          path: folder.value)
      }
    }
    let program = try request.program(engine)
    var pipes = SpawnPipes()
    defer { pipes.closeAll() }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var failure: Int32 = 0
    for (number, stream) in [(Int32(0), input), (1, output), (2, errors)] {
      switch stream {
      case .inherited: break
      case .nothing:
        posix_spawn_file_actions_addopen(
          &actions, number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0)
      case .pipe:
        guard let theirs = pipes.open(number) else {
          failure = errno
          break
        }
        posix_spawn_file_actions_adddup2(&actions, theirs, number)
      case .output: posix_spawn_file_actions_adddup2(&actions, 1, number)
      }
    }
    // Descriptors that this process got from whoever started it are not handed on.
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    if let folder = request.folder {
      posix_spawn_file_actions_addchdir_np(&actions, folder.bytes)
    }
    var process = pid_t()
    if failure == 0 {
      failure = spawn(&process, program, request, &actions, ownSession)
    }
    if failure != 0 { throw startError(request, program, failure, engine) }
    return pipes.started(process)
  }

  private static func spawn(
    _ process: inout pid_t, _ program: [CChar], _ request: SpawnRequest,
    _ actions: inout posix_spawn_file_actions_t, _ ownSession: Bool
  ) -> Int32 {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // What this process ignores or blocks for itself is as usual there.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGPIPE)
    sigaddset(&signals, SIGXFSZ)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    var flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
    if ownSession { flags |= 0x80 }  // POSIX_SPAWN_SETSID
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var words: [UnsafeMutablePointer<CChar>?] = request.words.map { strdup($0.bytes) } + [nil]
    defer { words.forEach { free($0) } }
    guard let environment = request.environment else {
      return posix_spawn(&process, program, &actions, &attributes, &words, environ)
    }
    var entries: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { entries.forEach { free($0) } }
    return posix_spawn(&process, program, &actions, &attributes, &words, &entries)
  }

  private static func startError(
    _ request: SpawnRequest, _ program: [CChar], _ failure: Int32, _ engine: Engine
  ) -> RaisedError {
    let name = request.words[0]
    let what = "\(request.caller)() cannot start \(name.shown)"
    if failure == ENOENT && request.folder == nil && access(program, F_OK) == 0 {
      return engine.systemError(
        engine.system.notFound, ENOENT,
        "\(what): the program that its first line names is not there",
        name.value)
    }
    if failure == E2BIG {
      return engine.systemError(
        engine.pointee.errors.ioError, E2BIG, "\(what): arguments and environment are too long",
        name.value)
    }
    return engine.systemError(failure, what, path: name.value)
  }
}

/// The pipes of a program that is being started.
private struct SpawnPipes {
  private var ours: [Int32] = [-1, -1, -1]
  private var theirs: [Int32] = [-1, -1, -1]

  /// Makes the pipe of a standard stream; gives the end for the program, nil when that is not possible.
  mutating func open(_ number: Int32) -> Int32? {
    var ends: [Int32] = [-1, -1]
    if pipe2(&ends, O_CLOEXEC) != 0 { return nil }
    for (position, end) in ends.enumerated() where end < 3 {
      // The numbers of standard streams, if they are closed, are for the program's.
      ends[position] = fcntl(end, F_DUPFD_CLOEXEC, 3)
      close(end)
    }
    let index = Int(number)
    (ours[index], theirs[index]) = number == 0 ? (ends[1], ends[0]) : (ends[0], ends[1])
    if ends.contains(-1) { return nil }
    _ = fcntl(ours[index], F_SETFL, O_NONBLOCK)
    return theirs[index]
  }

  /// Hands this side over.
  mutating func started(_ process: pid_t) -> Spawning.Started {
    defer { ours = [-1, -1, -1] }
    return Spawning.Started(
      process: process, input: ours[0], output: ours[1], errors: ours[2])
  }

  func closeAll() {
    for end in ours + theirs where end >= 0 { close(end) }
  }
}
