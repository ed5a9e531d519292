import Lang

// Which classes and functions exist before the first line runs.

extension Engine {
  /// Makes the built-in types, error classes and functions.
  func installBuiltins() {
    pointee.builtinCount = BuiltinNames.all.count
    pointee.builtins.initialize(repeating: .nil, count: pointee.builtinCount)
    installTypes()
    installErrors()
    for definition in BuiltinFunctions.definitions + CoreFunctions.definitions {
      let native = makeNative(addNative(definition), owner: nil)
      setBuiltin(definition.name, Value(.native, native))
    }
  }

  private func setBuiltin(_ name: StaticString, _ value: Value) {
    guard let number = BuiltinNames.number(of: name) else { return }
    pointee.builtins[number] = value
  }

  private func installTypes() {
    let types: [(Tag, StaticString, [NativeDefinition])] = [
      (.nil, "nil", []), (.true, "bool", []), (.int, "int", NumberMethods.intDefinitions),
      (.float, "float", NumberMethods.floatDefinitions),
      (.string, "string", StringMethods.definitions), (.list, "list", ListMethods.definitions),
      (.tuple, "tuple", TupleMethods.definitions), (.map, "map", MapMethods.definitions),
      (.set, "set", SetMethods.definitions), (.range, "range", RangeMethods.definitions),
      (.bytes, "bytes", BytesMethods.definitions), (.instance, "object", []),
      (.function, "function", []), (.class, "class", []), (.module, "module", []),
      (.generator, "generator", GeneratorMethods.definitions),
      (.iterator, "iterator", IteratorMethods.definitions), (.foreign, "foreign", []),
    ]
    for (tag, name, methods) in types {
      let `class` = makeClass(pointee.symbols.intern(name), base: nil, valueTag: tag)
      pointee.classes[Int(tag.rawValue - Tag.undefined.rawValue)] = `class`
      install(methods, in: `class`)
    }
    share(.false, .true)
    share(.bigInt, .int)
    share(.native, .function)
    share(.boundMethod, .function)
    share(.proxy, .module)
    share(.superView, .instance)
    share(.cell, .instance)
    share(.prototype, .instance)
    share(.undefined, .nil)
    share(.deferred, .nil)
    // The names under which the types convert.
    let converters: [(StaticString, Tag)] = [
      ("str", .string), ("int", .int), ("float", .float), ("bool", .true), ("list", .list),
      ("tuple", .tuple), ("map", .map), ("set", .set), ("bytes", .bytes), ("range", .range),
    ]
    for (name, tag) in converters {
      let `class` = classOf(Value(tag: tag, bits: 0))
      setBuiltin(name, Value(.class, `class`))
      for definition in TypeConstructors.definitions
      where BuiltinNames.areEqual(definition.name, name) {
        `class`.pointee.initializer = Value(
          .native, makeNative(addNative(definition), owner: nil))
        `class`.pointee.members.set(
          pointee.names.initializer, `class`.pointee.initializer,
          flags: UInt32(MemberFlags.isStatic))
      }
    }
  }

  /// Lets the values of one tag be of another tag's class.
  private func share(_ tag: Tag, _ other: Tag) {
    pointee.classes[Int(tag.rawValue - Tag.undefined.rawValue)] =
      pointee.classes[Int(other.rawValue - Tag.undefined.rawValue)]
  }

  private func installErrors() {
    let root = makeClass(pointee.symbols.intern("Error"), base: nil)
    root.pointee.header.flags |= ClassObject.isErrorFlag
    root.pointee.expectedFields = 3
    install(ErrorMethods.definitions, in: root)
    let stack = makeNative(addNative(ErrorMethods.stack), owner: root)
    root.pointee.members.set(
      pointee.names.stack, Value(.native, stack), flags: UInt32(MemberFlags.getter))
    let notes = makeNative(addNative(ErrorMethods.notes), owner: root)
    root.pointee.members.set(
      pointee.symbols.intern("notes"), Value(.native, notes), flags: UInt32(MemberFlags.getter))
    setBuiltin("Error", Value(.class, root))
    func make(_ name: StaticString) -> ClassReference {
      let `class` = makeClass(pointee.symbols.intern(name), base: root)
      setBuiltin(name, Value(.class, `class`))
      return `class`
    }
    let exit = makeClass(pointee.symbols.intern("exit"), base: nil)
    pointee.errors = ErrorClasses(
      error: root, typeError: make("TypeError"), valueError: make("ValueError"),
      nameError: make("NameError"), attributeError: make("AttributeError"),
      indexError: make("IndexError"), keyError: make("KeyError"),
      zeroDivisionError: make("ZeroDivisionError"), importError: make("ImportError"),
      assertionError: make("AssertionError"), ioError: make("IOError"),
      memoryError: make("MemoryError"), recursionError: make("RecursionError"),
      stopIteration: make("StopIteration"), syntaxError: make("SyntaxError"),
      interrupt: make("Interrupt"), exit: exit)
  }
}

/// What every error can do.
enum ErrorMethods {
  nonisolated(unsafe) static let definitions: [NativeDefinition] = [
    NativeDefinition(
      "init", "message?, cause?", "Makes an error with a message and the error behind it.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let instance = call.receiver.instance
      let message = call[0].isUndefined ? engine.makeString("") : call[0]
      let cause = call[1].isUndefined ? Value.nil : call[1]
      if !cause.isNil && !engine.isError(cause) {
        throw engine.typeError("a cause must be an error, not \(engine.typeName(of: cause))")
      }
      engine.setField(instance, engine.pointee.names.message, message)
      engine.setField(instance, engine.pointee.names.cause, cause)
      engine.setField(instance, engine.pointee.names.trace, .nil)
      return .nil
    }
  ]

  /// `error.stack`: a list of `"file:line:column  function"`, outermost call first.
  nonisolated(unsafe) static let stack = NativeDefinition(
    "stack", "", "The calls in progress when the error was thrown.", isMethod: true
  ) { (call) throws(RaisedError) -> Value in
    let engine = call.engine
    let lines = engine.trace(of: call.receiver).map { engine.describe($0) }
    let list = engine.makeList(capacity: lines.count)
    for line in lines { engine.append(engine.makeString(line), to: list) }
    return Value(.list, list)
  }

  /// `error.notes`: a list of texts that were added to it on its way up, by failing loads for one.
  nonisolated(unsafe) static let notes = NativeDefinition(
    "notes", "", "What was added to the error on its way: which module was loading, for one.",
    isMethod: true
  ) { (call) throws(RaisedError) -> Value in
    let engine = call.engine
    let known = engine.field(call.receiver.instance, engine.pointee.names.notes)
    if known.tag == .list { return known }
    // What the program adds to the list is shown too.
    let list = Value(.list, engine.makeList(capacity: 0))
    engine.setField(call.receiver.instance, engine.pointee.names.notes, list)
    return list
  }
}
