import Lang

/// The native module `sys`: what a program can ask about where it runs.
enum SystemModule {
  static func initialize(_ engine: Engine, _ module: ModuleReference) throws(RaisedError) {
    let path = engine.makeList(capacity: engine.pointee.modules.path.count)
    for folder in engine.pointee.modules.path {
      engine.append(engine.makeString(folder), to: path)
    }
    // From now on the list, or the one that the program puts in its place, is what imports search.
    engine.pointee.modules.systemModule = module.pointee.record
    let arguments = engine.makeList(capacity: engine.pointee.programArguments.count)
    for argument in engine.pointee.programArguments {
      engine.append(engine.makeString(argument), to: arguments)
    }
    let symbols = engine.pointee.symbols
    try engine.setVariable(of: module, symbols.intern("path"), Value(.list, path))
    try engine.setVariable(of: module, symbols.intern("argv"), Value(.list, arguments))
  }
}
