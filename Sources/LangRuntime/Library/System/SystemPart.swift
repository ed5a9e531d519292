import CSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The part `_system`: the environment, the current folder, and what the machine is.
enum SystemPart {
  static func initialize(_ engine: Engine, _ module: ModuleReference) throws(RaisedError) {
    try engine.define(environment + place + machine, in: module)
  }

  // MARK: The environment

  nonisolated(unsafe) private static let environment: [NativeDefinition] = [
    NativeDefinition("get_env", "name, default") { (call) throws(RaisedError) -> Value in
      let name = try variableName(call, "os.get_env")
      guard let value = getenv(name) else { return call[1] }
      return call.engine.makeSystemText(value)
    },
    NativeDefinition("set_env", "name, value") { (call) throws(RaisedError) -> Value in
      let name = try variableName(call, "os.set_env")
      let value = try SystemPath(call, 1, "os.set_env", "value")
      if setenv(name, value.bytes, 1) == 0 { return .nil }
      throw call.engine.systemError(
        errno, "os.set_env() cannot set \(SystemPath.shown(name))")
    },
    NativeDefinition("unset_env", "name") { (call) throws(RaisedError) -> Value in
      unsetenv(try variableName(call, "os.unset_env"))
      return .nil
    },
    NativeDefinition("environment", "") { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let map = engine.makeMap()
      var entry = environ
      while let text = entry.pointee {
        entry += 1
        let length = strlen(text)
        guard let separator = strchr(text, 0x3D) else { continue }
        let nameLength = separator - text
        let (name, value) = text.withMemoryRebound(to: UInt8.self, capacity: length) {
          (
            engine.makeSystemText($0, count: nameLength),
            engine.makeSystemText($0 + nameLength + 1, count: length - nameLength - 1)
          )
        }
        // Of two with one name the system finds the first.
        if try !engine.mapContains(map, name) { try engine.mapSet(map, name, value) }
      }
      return Value(.map, map)
    },
  ]

  private static func variableName(
    _ call: NativeCall, _ caller: String
  ) throws(RaisedError) -> [CChar] {
    let name = try SystemPath(call, 0, caller, "name")
    if name.bytes.count == 1 || name.bytes.contains(0x3D) {
      throw call.engine.valueError(
        "\(caller)() expects a name without '=' for 'name', not \(name.shown)")
    }
    return name.bytes
  }

  // MARK: Where and who

  nonisolated(unsafe) private static let place: [NativeDefinition] = [
    NativeDefinition("current_directory", "") { (call) throws(RaisedError) -> Value in
      guard let path = getcwd(nil, 0) else {
        throw call.engine.systemError(errno, "os.current_directory() cannot find it")
      }
      defer { free(path) }
      return call.engine.makeSystemText(path)
    },
    NativeDefinition("change_directory", "path") { (call) throws(RaisedError) -> Value in
      let path = try SystemPath(call, 0, "os.change_directory")
      if chdir(path.bytes) == 0 { return .nil }
      throw call.engine.systemError(
        errno, "os.change_directory() cannot go to \(path.shown)", path: path.value)
    },
    NativeDefinition("pid", "") { (_) throws(RaisedError) -> Value in .int(Int(getpid())) },
    NativeDefinition("parent_pid", "") { (_) throws(RaisedError) -> Value in
      .int(Int(getppid()))
    },
    NativeDefinition("user_id", "") { (_) throws(RaisedError) -> Value in .int(Int(geteuid())) },
    NativeDefinition("group_id", "") { (_) throws(RaisedError) -> Value in
      .int(Int(getegid()))
    },
    NativeDefinition("umask", "mask") { (call) throws(RaisedError) -> Value in
      .int(Int(umask(mode_t(truncatingIfNeeded: call[0].int))))
    },
  ]

  // MARK: The machine

  nonisolated(unsafe) private static let machine: [NativeDefinition] = [
    NativeDefinition("names", "") { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      var names = utsname()
      uname(&names)
      func text<Characters>(_ characters: Characters) -> Value {
        withUnsafeBytes(of: characters) { bytes in
          let count = bytes.firstIndex(of: 0) ?? bytes.count
          let start = bytes.bindMemory(to: UInt8.self).baseAddress.unsafelyUnwrapped
          return engine.makeSystemText(start, count: count)
        }
      }
      let tuple = engine.makeTuple(count: 4)
      tuple.items[0] = text(names.sysname)
      tuple.items[1] = text(names.nodename)
      tuple.items[2] = text(names.release)
      tuple.items[3] = text(names.machine)
      return Value(.tuple, tuple)
    },
    NativeDefinition("cpu_count", "") { (_) throws(RaisedError) -> Value in
      // A container may have fewer than the machine.
      var set = [UInt64](repeating: 0, count: 128)
      if sched_getaffinity(0, set.count * 8, &set) == 0 {
        let count = set.reduce(0) { $0 + $1.nonzeroBitCount }
        if count > 0 { return .int(count) }
      }
      return .int(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    },
    // Columns and lines of the window that the output, or else one of the others, goes to; nil for none.
    NativeDefinition("terminal_size", "") { (call) throws(RaisedError) -> Value in
      for descriptor: Int32 in [1, 2, 0] {
        var window = winsize()
        if ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0 && window.ws_col > 0 {
          let size = call.engine.makeTuple(count: 2)
          size.items[0] = .int(Int(window.ws_col))
          size.items[1] = .int(Int(window.ws_row))
          return Value(.tuple, size)
        }
      }
      return .nil
    },
    NativeDefinition("load_average", "") { (call) throws(RaisedError) -> Value in
      var loads = [Double](repeating: 0, count: 3)
      if getloadavg(&loads, 3) != 3 {
        throw call.engine.ioError("os.load_average(): the system does not tell it")
      }
      let tuple = call.engine.makeTuple(count: 3)
      for (index, load) in loads.enumerated() { tuple.items[index] = .float(load) }
      return Value(.tuple, tuple)
    },
    NativeDefinition("memory", "") { (_) throws(RaisedError) -> Value in
      .int(sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)))
    },
  ]
}
