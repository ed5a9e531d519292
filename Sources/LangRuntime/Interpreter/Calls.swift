import Lang

// Calls that are more than pushing a frame: natives, classes, bound methods, missing and surplus
// arguments, generators. The slot before the first argument is free for a receiver.

extension Engine {
  // MARK: From the interpreter

  /// Calls anything with `count` plain arguments from `arguments` on; `arguments[-1]` may be
  /// overwritten.
  ///
  /// The result goes to the register at `resultOffset` of the innermost frame.
  @inline(never)
  func call(
    _ callee: Value, _ arguments: UnsafeMutablePointer<Value>, _ count: Int, resultOffset: UInt16
  ) -> CallOutcome {
    if pointee.attention != 0 {
      // The arguments are in registers of the innermost frame or, for a described call, below the
      // top; both are roots.
      let top = pointee.top
      let isBeyond = arguments + count > pointee.frame.pointee.base + registerCountOfFrame
      if !passSafepoint(keeping: isBeyond ? top : nil) { return .failed }
    }
    switch callee.tag {
    case .function:
      return enter(callee.function, arguments, count, .register, resultOffset)
    case .native:
      let definition = pointee.nativeTable + callee.native.pointee.definition
      return callNative(definition, callee.native, arguments, count, resultOffset)
    case .boundMethod:
      let bound = callee.boundMethod
      arguments[-1] = bound.pointee.receiver
      let method = bound.pointee.method
      if method.tag == .native {
        let definition = pointee.nativeTable + method.native.pointee.definition
        return callNative(definition, method.native, arguments, count, resultOffset)
      }
      return call(method, arguments - 1, count + 1, resultOffset: resultOffset)
    case .class:
      return instantiate(callee.class, arguments, count, resultOffset)
    case .deferred:
      // The arguments may lie beyond the frame's registers.
      openStack()
      if arguments + count > pointee.top { pointee.top = arguments + count }
      do throws(RaisedError) {
        return call(
          try resolveDeferred(callee), arguments, count, resultOffset: resultOffset)
      } catch {
        _ = fail(error)
        return .failed
      }
    default:
      return callObject(callee, arguments, count, resultOffset)
    }
  }

  private var registerCountOfFrame: Int {
    Int(pointee.frame.pointee.function.pointee.prototype.pointee.registerCount)
  }

  private func passSafepoint(keeping top: UnsafeMutablePointer<Value>?) -> Bool {
    guard let top else { return passSafepoint() }
    // A described call's arguments lie beyond the frame's registers.
    // Interruptions and steps wait for the next safepoint.
    // Lowered before it is asked for them: one that comes in between raises it again.
    pointee.attention = 0
    if pointee.limits.steps != nil || StopCheck(self).isStopped { pointee.attention = 1 }
    if pointee.heap.allowance < 0 {
      pointee.top = top
      collect()
      if pointee.isInterrupted != 0 { pointee.attention = 1 }
    }
    pointee.top = top
    return true
  }

  /// An instance with a method `call`, or nothing that can be called.
  private func callObject(
    _ callee: Value, _ arguments: UnsafeMutablePointer<Value>, _ count: Int, _ resultOffset: UInt16
  ) -> CallOutcome {
    if callee.tag == .instance {
      let method = member(pointee.names.call, of: classOf(callee))
      if let method, method.flags == 0 {
        arguments[-1] = callee
        return call(method.value, arguments - 1, count + 1, resultOffset: resultOffset)
      }
    }
    _ = fail(typeError("\(typeName(of: callee)) cannot be called"))
    return .failed
  }

  /// Enters a script function whose arguments are in place.
  @inline(__always)
  private func enter(
    _ function: FunctionReference, _ arguments: UnsafeMutablePointer<Value>, _ count: Int,
    _ exit: FrameExit, _ resultOffset: UInt16
  ) -> CallOutcome {
    let prototype = function.pointee.prototype
    if prototype.pointee.simpleArity != Int32(truncatingIfNeeded: count) {
      return enterBinding(function, arguments, count, exit, resultOffset)
    }
    return pushFrame(
      function, base: arguments, exit: exit, resultOffset: resultOffset, generator: nil)
      ? .entered : .failed
  }

  /// Fills in what was not passed, gathers what was passed beyond, makes generators.
  private func enterBinding(
    _ function: FunctionReference, _ arguments: UnsafeMutablePointer<Value>, _ count: Int,
    _ exit: FrameExit, _ resultOffset: UInt16
  ) -> CallOutcome {
    let code = function.pointee.prototype.pointee.source._withUnsafeGuaranteedRef { $0 }
    let expected = code.parameters.count
    if !ensureStack(arguments + max(count, expected + 1)) { return .failed }
    if count < expected {
      for position in count..<expected {
        if !code.parameters[position].hasDefault {
          let name = pointee.symbols.text(of: code.parameters[position].symbol)
          _ = fail(typeError("\(describe(code)) is missing argument '\(name)'"))
          return .failed
        }
        arguments[position] = .undefined
      }
    } else if count > expected && code.rest == .none {
      _ = fail(typeError(surplusMessage(code, count)))
      return .failed
    }
    if code.rest != .none {
      var rest = Value.nil
      let surplus = max(0, count - expected)
      makeList(arguments + expected, count: surplus, into: &rest)
      arguments[expected] = rest
    }
    let bound = expected + (code.rest == .none ? 0 : 1)
    if code.isGenerator {
      let generator = makeGenerator(function, arguments, arguments: bound)
      return finish(generator, exit, resultOffset)
    }
    return pushFrame(
      function, base: arguments, exit: exit, resultOffset: resultOffset, generator: nil)
      ? .entered : .failed
  }

  /// Delivers a result that was there without a frame.
  private func finish(_ value: Value, _ exit: FrameExit, _ resultOffset: UInt16) -> CallOutcome {
    if exit == .native {
      pointee.returned = value
    } else {
      (UnsafeMutableRawPointer(pointee.frame.pointee.base) + Int(resultOffset))
        .assumingMemoryBound(to: Value.self).pointee = value
    }
    return .done
  }

  /// `total()`, `Circle.area()`: how messages name a function.
  func describe(_ code: FunctionCode) -> String {
    let name = code.name == .none ? "<function>" : pointee.symbols.text(of: code.name)
    return code.className == .none
      ? "\(name)()" : "\(pointee.symbols.text(of: code.className)).\(name)()"
  }

  private func surplusMessage(_ code: FunctionCode, _ count: Int) -> String {
    let hidden = code.isMethod ? 1 : 0
    let expected = code.parameters.count - hidden
    let atMost = code.parameters.contains { $0.hasDefault } ? "at most " : ""
    return "\(describe(code)) takes \(atMost)\(expected) argument\(expected == 1 ? "" : "s"), "
      + "got \(count - hidden)"
  }

  /// Pushes a frame; false with an error pending when a limit is reached.
  func pushFrame(
    _ function: FunctionReference, base: UnsafeMutablePointer<Value>, exit: FrameExit,
    resultOffset: UInt16, generator: GeneratorReference?
  ) -> Bool {
    let prototype = function.pointee.prototype
    if !ensureStack(base + Int(prototype.pointee.registerCount)) { return false }
    let frame = pointee.frame + 1
    if frame >= pointee.frameLimit { return fail(recursionError()) }
    frame.pointee = Frame(
      function: function, base: base, resume: UnsafePointer(prototype.pointee.code), exit: exit,
      resultOffset: resultOffset, generator: generator)
    pointee.frame = frame
    return true
  }

  /// Raises the soft limit of the stack, up to the end of the reserved space.
  func ensureStack(_ end: UnsafeMutablePointer<Value>) -> Bool {
    if end <= pointee.stackLimit { return true }
    if end > pointee.stackEnd { return fail(recursionError()) }
    pointee.stackLimit = min(end + 4096, pointee.stackEnd)
    return true
  }

  // MARK: Natives

  private func callNative(
    _ definition: UnsafeMutablePointer<NativeDefinition>, _ native: NativeReference,
    _ arguments: UnsafeMutablePointer<Value>, _ count: Int, _ resultOffset: UInt16
  ) -> CallOutcome {
    var arguments = arguments
    var count = count
    if definition.pointee.isMethod && native.pointee.header.flags & NativeObject.isUnbound != 0 {
      // `string.upper(s)`: the first argument is the receiver.
      if count == 0 || classOf(arguments[0]) != native.pointee.owner {
        _ = fail(typeError("\(describe(native)) needs a receiver"))
        return .failed
      }
      arguments += 1
      count -= 1
    }
    if count < definition.pointee.minimum || count > definition.pointee.maximum {
      _ = fail(typeError(arityMessage(definition, native, count)))
      return .failed
    }
    let filled =
      definition.pointee.maximum == Int.max
      ? count + definition.pointee.keywordCount : definition.pointee.maximum
    if pointee.keywordsArePlaced {
      pointee.keywordsArePlaced = false
    } else {
      var position = count
      while position < filled {
        arguments[position] = .undefined
        position += 1
      }
    }
    return run(definition, arguments, count, filled: filled, resultOffset)
  }

  /// Runs a native whose arguments are in place.
  @inline(__always)
  private func run(
    _ definition: UnsafeMutablePointer<NativeDefinition>,
    _ arguments: UnsafeMutablePointer<Value>, _ count: Int, filled: Int, _ resultOffset: UInt16
  ) -> CallOutcome {
    // Roots go behind the arguments, and never below the registers of the frame.
    openStack()
    if arguments + filled > pointee.top { pointee.top = arguments + filled }
    if !ensureStack(pointee.top + 64) { return .failed }
    do throws(RaisedError) {
      for position in 0..<filled where arguments[position].tag == .deferred {
        return try runResolving(
          definition - pointee.nativeTable, arguments, count, filled, resultOffset)
      }
      let result = try definition.pointee.body(
        NativeCall(engine: self, arguments: arguments, count: count))
      (UnsafeMutableRawPointer(pointee.frame.pointee.base) + Int(resultOffset))
        .assumingMemoryBound(to: Value.self).pointee = current(result)
      return .done
    } catch {
      _ = fail(error)
      return .failed
    }
  }

  /// Runs a native of which an argument is a deferred name.
  @inline(never)
  private func runResolving(
    _ number: Int, _ arguments: UnsafeMutablePointer<Value>, _ count: Int, _ filled: Int,
    _ resultOffset: UInt16
  ) throws(RaisedError) -> CallOutcome {
    if !pointee.nativeTable[number].takesUnresolved {
      for position in 0..<filled { arguments[position] = try resolved(arguments[position]) }
    }
    // Loading a module may have moved the table.
    let result = try pointee.nativeTable[number].body(
      NativeCall(engine: self, arguments: arguments, count: count))
    (UnsafeMutableRawPointer(pointee.frame.pointee.base) + Int(resultOffset))
      .assumingMemoryBound(to: Value.self).pointee = current(result)
    return .done
  }

  func describe(_ native: NativeReference) -> String {
    let name = pointee.nativeTable[native.pointee.definition].displayName
    guard let owner = native.pointee.owner else { return "\(name)()" }
    return "\(pointee.symbols.text(of: owner.pointee.name)).\(name)()"
  }

  private func arityMessage(
    _ definition: UnsafeMutablePointer<NativeDefinition>, _ native: NativeReference, _ count: Int
  ) -> String {
    let (minimum, maximum) = (definition.pointee.minimum, definition.pointee.maximum)
    if count < minimum {
      let names = NativeParameters(definition.pointee).positional
      let name = count < names.count ? names[count].name : "?"
      return "\(describe(native)) is missing argument '\(name)'"
    }
    let atMost = minimum == maximum ? "" : "at most "
    return "\(describe(native)) takes \(atMost)\(maximum) argument\(maximum == 1 ? "" : "s"), "
      + "got \(count)"
  }

  // MARK: Classes

  /// A new instance, or the conversion that a built-in type's call is.
  private func instantiate(
    _ class: ClassReference, _ arguments: UnsafeMutablePointer<Value>, _ count: Int,
    _ resultOffset: UInt16
  ) -> CallOutcome {
    var initializer = `class`.pointee.initializer
    if initializer.isUndefined {
      initializer = member(pointee.names.initializer, of: `class`)?.value ?? .nil
      `class`.pointee.initializer = initializer
    }
    if `class`.pointee.valueTag != .instance {
      if initializer.tag != .native {
        _ = fail(typeError("\(pointee.symbols.text(of: `class`.pointee.name)) cannot be called"))
        return .failed
      }
      // Built-in types: `init` makes the value.
      let definition = pointee.nativeTable + initializer.native.pointee.definition
      return callNative(definition, initializer.native, arguments, count, resultOffset)
    }
    let instance = Value(.instance, makeInstance(of: `class`))
    arguments[-1] = instance
    if initializer.tag == .function {
      return enter(initializer.function, arguments - 1, count + 1, .instance, resultOffset)
    }
    if initializer.tag == .native {
      let definition = pointee.nativeTable + initializer.native.pointee.definition
      let outcome = callNative(definition, initializer.native, arguments, count, resultOffset)
      if outcome == .done { _ = finish(instance, .register, resultOffset) }
      return outcome
    }
    if count > 0 {
      let name = pointee.symbols.text(of: `class`.pointee.name)
      _ = fail(typeError("\(name)() takes 0 arguments, got \(count)"))
      return .failed
    }
    return finish(instance, .register, resultOffset)
  }

  // MARK: Methods

  /// `receiver.name(…)`; the receiver is at `receiver`, the arguments follow.
  @inline(never)
  func callMethod(
    _ receiver: UnsafeMutablePointer<Value>, _ cache: UnsafeMutablePointer<InlineCache>,
    _ count: Int, resultOffset: UInt16
  ) -> CallOutcome {
    let object = receiver.pointee
    switch cache.pointee.kind {
    case .method
    where object.tag == .instance
      && cache.pointee.key == UInt(bitPattern: object.instance.pointee.shape):
      return callMember(cache.pointee.value, receiver, count, resultOffset)
    case .builtinMethod where cache.pointee.key == UInt(UInt8(bitPattern: object.tag.rawValue)):
      let native = cache.pointee.value.native
      return callNative(
        pointee.nativeTable + native.pointee.definition, native, receiver + 1, count, resultOffset)
    case .moduleVariable where object.tag == .module && cache.pointee.key == UInt(object.bits):
      let value = object.module.pointee.slots[Int(cache.pointee.slot)]
      if !value.isUndefined {
        return call(value, receiver + 1, count, resultOffset: resultOffset)
      }
    case .classMember where object.tag == .class && cache.pointee.key == UInt(object.bits):
      return call(cache.pointee.value, receiver + 1, count, resultOffset: resultOffset)
    default: break
    }
    return findMethod(receiver, cache, count, resultOffset)
  }

  /// Calls a method of an instance's class.
  private func callMember(
    _ method: Value, _ receiver: UnsafeMutablePointer<Value>, _ count: Int, _ resultOffset: UInt16
  ) -> CallOutcome {
    if method.tag == .native {
      let native = method.native
      return callNative(
        pointee.nativeTable + native.pointee.definition, native, receiver + 1, count, resultOffset)
    }
    return call(method, receiver, count + 1, resultOffset: resultOffset)
  }

  /// Looks a method up, remembers it, calls it.
  private func findMethod(
    _ receiver: UnsafeMutablePointer<Value>, _ cache: UnsafeMutablePointer<InlineCache>,
    _ count: Int, _ resultOffset: UInt16
  ) -> CallOutcome {
    openStack()
    let object = receiver.pointee
    let symbol = cache.pointee.symbol
    if object.tag == .instance {
      let instance = object.instance
      let shape = instance.pointee.shape
      if pointee.lookups.fill(cache, shape), cache.pointee.kind == .method {
        return callMember(cache.pointee.value, receiver, count, resultOffset)
      }
      let slot = shape.slot(of: symbol)
      if slot < 0, let found = member(symbol, of: shape.pointee.class), found.flags == 0 {
        cache.pointee.key = UInt(bitPattern: shape)
        cache.pointee.kind = .method
        cache.pointee.extra = found.value.bits
        cache.pointee.extraTag = found.value.tag
        pointee.lookups.remember(cache, shape)
        return callMember(found.value, receiver, count, resultOffset)
      }
    } else if object.tag.rawValue >= Tag.nil.rawValue - 1, object.tag != .class,
      object.tag != .module, object.tag != .superView
    {
      let `class` = classOf(object)
      if let found = member(symbol, of: `class`), found.flags == 0, found.value.tag == .native {
        cache.pointee.key = UInt(UInt8(bitPattern: object.tag.rawValue))
        cache.pointee.kind = .builtinMethod
        cache.pointee.extra = found.value.bits
        cache.pointee.extraTag = found.value.tag
        return callMember(found.value, receiver, count, resultOffset)
      }
    }
    // Fields that hold functions, module variables, static methods, properties.
    var callee = Value.nil
    if !getAttribute(receiver, cache, &callee) { return .failed }
    return call(callee, receiver + 1, count, resultOffset: resultOffset)
  }

  /// `super.name(…)`: the method of the base of the class in which the code stands.
  @inline(never)
  func callSuper(
    _ receiver: UnsafeMutablePointer<Value>, _ cache: UnsafeMutablePointer<InlineCache>,
    _ count: Int, resultOffset: UInt16
  ) -> CallOutcome {
    openStack()
    let symbol = cache.pointee.symbol
    guard let base = pointee.frame.pointee.function.pointee.owner?.pointee.base,
      let found = member(symbol, of: base)
    else {
      // Without an `init` above, `super.init()` does nothing.
      if symbol == pointee.names.initializer && count == 0 {
        return finish(.nil, .register, resultOffset)
      }
      _ = fail(missingSuper(symbol))
      return .failed
    }
    if found.flags == 0 { return callMember(found.value, receiver, count, resultOffset) }
    var callee = found.value
    if found.flags & UInt32(MemberFlags.getter) != 0 {
      if !attempt({ () throws(RaisedError) in
        callee = try call(found.value, receiver.pointee)
      }) {
        return .failed
      }
    }
    return call(callee, receiver + 1, count, resultOffset: resultOffset)
  }

  func missingSuper(_ symbol: Symbol) -> RaisedError {
    let name = pointee.symbols.text(of: symbol)
    guard let owner = pointee.frame.pointee.function.pointee.owner else {
      return typeError("'super' outside a method")
    }
    guard let base = owner.pointee.base else {
      return attributeError(
        "\(pointee.symbols.text(of: owner.pointee.name)) has no base class with '\(name)'")
    }
    return attributeError(
      "\(pointee.symbols.text(of: base.pointee.name)) has no attribute '\(name)'")
  }

  // MARK: Ends of calls

  /// The innermost frame has returned and is not an ordinary one.
  ///
  /// - Returns: True when the result goes to Swift code.
  @inline(never)
  func finishCall(_ result: Value) -> Bool {
    let frame = pointee.frame
    pointee.frame -= 1
    switch frame.pointee.exit {
    case .register: _ = finish(result, .register, frame.pointee.resultOffset)
    case .instance: _ = finish(frame.pointee.base[0], .register, frame.pointee.resultOffset)
    case .native:
      finishGenerator(frame)
      pointee.returned = result
      return true
    case .iterate:
      // The generator has ended: the loop's instruction falls through.
      finishGenerator(frame)
    }
    return false
  }

  /// Marks the generator of a frame that ends as finished, and lets its values go.
  func finishGenerator(_ frame: UnsafeMutablePointer<Frame>) {
    guard let generator = frame.pointee.generator else { return }
    generator.pointee.state = .finished
    generator.pointee.registers.update(repeating: .nil, count: generator.pointee.registerCount)
  }

  // MARK: From Swift code

  /// The pending error, which is no longer pending.
  func takePending() -> RaisedError {
    let error = RaisedError(pointee.pending)
    pointee.pending = .undefined
    return error
  }

  /// Calls `callable` with arguments that lie beyond the top already, before which a slot is free.
  private func callPushed(
    _ callable: Value, _ arguments: UnsafeMutablePointer<Value>, _ count: Int
  ) throws(RaisedError) -> Value {
    try enterNativeRecursion()
    // A frame of its own keeps the result's register apart from the frame below.
    let outer = pointee.frame
    let frame = outer + 1
    if frame >= pointee.frameLimit { throw recursionError() }
    let window = arguments - 1
    frame.pointee = Frame(
      function: pointee.bridge, base: window, resume: pointee.bridgeReturn, exit: .native,
      resultOffset: 0, generator: nil)
    pointee.frame = frame
    switch call(callable, arguments, count, resultOffset: 0) {
    case .done:
      pointee.frame = outer
      return window.pointee
    case .entered:
      // The bridge's one instruction returns register 0 to us once the call has returned to it.
      if interpretLoop(entry: frame) { return pointee.returned }
      pointee.frame = outer
      throw takePending()
    case .failed:
      pointee.frame = outer
      throw takePending()
    }
  }

  /// Calls a function, class or callable instance of the language.
  ///
  /// Everything that the caller holds across the call must be rooted; the arguments are.
  func call(_ callable: Value) throws(RaisedError) -> Value {
    let top = pointee.top
    top[0] = current(callable)
    pointee.top = top + 1
    defer { pointee.top = top }
    return try callPushed(callable, top + 1, 0)
  }

  /// Calls with one argument.
  func call(_ callable: Value, _ a: Value) throws(RaisedError) -> Value {
    let top = pointee.top
    top[0] = current(callable)
    top[1] = current(a)
    pointee.top = top + 2
    defer { pointee.top = top }
    return try callPushed(callable, top + 1, 1)
  }

  /// Calls with two arguments.
  func call(_ callable: Value, _ a: Value, _ b: Value) throws(RaisedError) -> Value {
    let top = pointee.top
    top[0] = current(callable)
    top[1] = current(a)
    top[2] = current(b)
    pointee.top = top + 3
    defer { pointee.top = top }
    return try callPushed(callable, top + 1, 2)
  }

  /// Calls with any number of arguments.
  func call(_ callable: Value, _ arguments: [Value]) throws(RaisedError) -> Value {
    let top = pointee.top
    if !ensureStack(top + arguments.count + 64) { throw takePending() }
    top[0] = current(callable)
    for (position, argument) in arguments.enumerated() {
      top[1 + position] = current(argument)
    }
    pointee.top = top + 1 + arguments.count
    defer { pointee.top = top }
    return try callPushed(callable, top + 1, arguments.count)
  }

  /// Calls the method `name` of `receiver`; nil when its class has none.
  func callMethod(
    _ receiver: Value, _ name: Symbol, _ arguments: Value...
  ) throws(RaisedError) -> Value? {
    guard let found = member(name, of: classOf(receiver)), found.flags == 0 else { return nil }
    // A method in Swift has its receiver before its arguments, not among them.
    if found.value.tag == .native {
      return try call(makeBoundMethod(receiver, found.value), arguments)
    }
    return try call(found.value, [receiver] + arguments)
  }
}
