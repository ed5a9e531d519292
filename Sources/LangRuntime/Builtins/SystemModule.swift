import Lang

/// The native module `sys`: what a program can ask about where it runs.
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
    let symbols = engine.pointee.symbols
    try engine.setVariable(of: module, symbols.intern("path"), path)
    try engine.setVariable(of: module, symbols.intern("argv"), Value(.list, arguments))
  }
}
