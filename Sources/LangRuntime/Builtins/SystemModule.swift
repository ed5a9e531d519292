import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The native module `sys`: what a program can ask about where it runs, and its standard streams.
enum SystemModule {
  static func initialize(_ engine: Engine, _ module: ModuleReference) throws(RaisedError) {
    var path = engine.makeList(of: engine.pointee.modules.path)
    if engine.pointee.modules.isPathOpen {
      // From now on the list, or the one that the program puts in its place, is what imports search.
      engine.pointee.modules.systemModule = module.pointee.record
    } else {
      // What cannot be changed is no list.
      let tuple = engine.makeTuple(count: path.list.pointee.count)
      tuple.items.update(from: path.list.pointee.items, count: path.list.pointee.count)
      path = Value(.tuple, tuple)
    }
    let arguments = engine.makeList(capacity: engine.pointee.programArguments.count)
    for argument in engine.pointee.programArguments {
      engine.append(engine.makeString(argument), to: arguments)
    }
    let variables: [(StaticString, Value)] = [
      ("path", path), ("argv", Value(.list, arguments)),
      ("version", engine.makeString(Machine.version)),
      ("platform", engine.makeString(platform)), ("executable", executable(engine)),
      ("stdin", stream(engine, "StandardInput", StandardStreams.input)),
      ("stdout", stream(engine, "StandardOutput", StandardStreams.output)),
      ("stderr", stream(engine, "StandardError", StandardStreams.errors)),
    ]
    for (name, value) in variables {
      try engine.setVariable(of: module, engine.pointee.symbols.intern(name), value)
    }
  }

  private static var platform: String {
    #if os(Linux)
      "linux"
    #else
      "darwin"
    #endif
  }

  /// The file of this process; nil when programs are not to know of files.
  private static func executable(_ engine: Engine) -> Value {
    guard engine.pointee.modules.maySystemBeUsed,
      let path = realpath("/proc/self/exe", nil)
    else { return .nil }
    defer { free(path) }
    return engine.makeSystemText(path)
  }

  /// The only instance of a class.
  private static func stream(
    _ engine: Engine, _ name: StaticString, _ methods: [NativeDefinition]
  ) -> Value {
    let made = engine.makeClass(engine.pointee.symbols.intern(name), base: nil)
    engine.install(methods, in: made)
    return Value(.instance, engine.makeInstance(of: made))
  }
}
