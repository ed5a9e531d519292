import Lang

/// A module written in Swift.
struct NativeModule {
  /// Found before anything on the path: modules of an embedding program.
  var precedesPath = false
  /// Imported by a module of the standard library only, see ``LibraryPart``: not listed until it is.
  var isPart = false
  /// What its variables that are no functions are, by their names, for `help()` and its like.
  var variables: [String: String] = [:]
  /// Fills the module at its first use.
  var initializer: (Engine, ModuleReference) throws(RaisedError) -> Void
}

// The native modules that every machine has. They are made when somebody imports them: a table of
// them, filled for each machine, was a twelfth of the instructions of an empty script.

extension NativeModule {
  /// The names of those that programs import themselves.
  static let builtInNames = ["lazy", "math", "sys"]

  /// The one of a name; also the parts of the standard library.
  static func builtIn(_ name: String) -> NativeModule? {
    switch name {
    case "math": math
    case "lazy": lazy
    case "sys": sys
    default: name.utf8.first == UInt8(ascii: "_") ? LibraryPart.named(name)?.module : nil
    }
  }

  private init(
    _ documentation: StaticString, variables: [String: String],
    _ initializer: @escaping (Engine, ModuleReference) throws(RaisedError) -> Void
  ) {
    self.variables = variables
    self.initializer = { (engine, module) throws(RaisedError) in
      try engine.setVariable(
        of: module, engine.pointee.names.moduleDocumentation,
        engine.makeString("\(documentation)"))
      try initializer(engine, module)
    }
  }

  private static var math: NativeModule {
    NativeModule(
      "Functions and constants of mathematics, for ints and floats.",
      variables: [
        "pi": "The ratio of a circle's circumference to its diameter.",
        "e": "The base of the natural logarithm.", "tau": "Twice pi: a whole turn in radians.",
        "inf": "The float beyond all others.", "nan": "The float that is no number.",
      ]
    ) { (engine, module) throws(RaisedError) in
      try engine.define(MathModule.definitions, in: module)
      for (name, value) in MathModule.constants {
        try engine.setVariable(of: module, engine.pointee.symbols.intern(name), value)
      }
    }
  }

  private static var lazy: NativeModule {
    NativeModule(
      "Asks and steers the lazy imports of the program.",
      variables: [
        "filter":
          "Decides on each import when it is a function: filter(importer, name, names) gives true for "
          + "a lazy one."
      ], LazyModule.initialize)
  }

  private static var sys: NativeModule {
    NativeModule(
      "What a program can ask about how it was started, and its standard streams.",
      variables: [
        "argv": "The name of the program as it was given, and its arguments.",
        "path": "The places in which imports look for modules, behind the program's own folder.",
        "version": "The version of the language.", "platform": "The system: \"linux\".",
        "executable": "The path of the running `lang`; nil where a program may not use files.",
        "stdin": "Standard input: `read`, `read_bytes`, `read_line`, `lines`, `is_terminal`.",
        "stdout": "Standard output: `write`, `flush`, `is_terminal`.",
        "stderr": "Standard error: `write`, `flush`, `is_terminal`.",
      ], SystemModule.initialize)
  }
}

extension Engine {
  /// Adds functions to a native module.
  func define(_ definitions: [NativeDefinition], in module: ModuleReference) throws(RaisedError) {
    for definition in definitions {
      let native = makeNative(addNative(definition), owner: nil)
      try setVariable(
        of: module, pointee.symbols.intern(definition.displayName), Value(.native, native))
    }
  }
}
