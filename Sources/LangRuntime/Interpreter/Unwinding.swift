import Lang

// Throwing, catching, and what an error remembers of where it came from.

extension Engine {
  // MARK: Throwing

  /// `throw value`: only errors can be thrown.
  @inline(never)
  func throwValue(_ value: Value) {
    _ = attempt { () throws(RaisedError) in
      let value = try resolved(value)
      if isError(value) {
        pointee.pending = value
        return
      }
      // A class without arguments is what `throw StopIteration` means.
      if value.tag == .class, value.class.pointee.header.flags & ClassObject.isErrorFlag != 0 {
        pointee.pending = try call(value)
        return
      }
      throw typeError("only errors can be thrown, not \(typeName(of: value))")
    }
  }

  @inline(never)
  func failAssertion(_ message: Value) {
    if message.isUndefined {
      _ = fail(assertionError("assertion failed"))
      return
    }
    _ = attempt { () throws(RaisedError) in
      let text = try str(try resolved(message))
      root(text)
      let error = assertionError("")
      setField(error.value.instance, pointee.names.message, text)
      throw error
    }
  }

  // MARK: Catching

  /// Whether `catch` without a class takes the error: all but `Interrupt` and `exit`.
  func isCaught(_ error: Value) -> Bool {
    isError(error) && !isInstance(error, of: pointee.errors.interrupt)
  }

  /// Whether an instance's class is `class` or derived from it.
  func isInstance(_ value: Value, of class: ClassReference) -> Bool {
    var current: ClassReference? = classOf(value)
    while let candidate = current {
      if candidate == `class` { return true }
      current = candidate.pointee.base
    }
    return false
  }

  /// Whether the error is of the class, or one of the tuple of classes, in `classes`.
  @inline(never)
  func matches(_ error: Value, _ classes: UnsafeMutablePointer<Value>) -> Decision {
    openStack()
    do throws(RaisedError) {
      return try matches(error, try resolved(classes.pointee)) ? .yes : .no
    } catch {
      _ = fail(error)
      return .failed
    }
  }

  private func matches(_ error: Value, _ classes: Value) throws(RaisedError) -> Bool {
    if classes.tag == .class {
      return isError(error) && isInstance(error, of: classes.class)
    }
    if classes.tag == .tuple {
      for position in 0..<classes.tuple.pointee.count {
        if try matches(error, try resolved(classes.tuple.items[position])) { return true }
      }
      return false
    }
    throw typeError("'catch' takes a class or a tuple of classes, not \(typeName(of: classes))")
  }

  // MARK: Unwinding

  /// Finds the handler of the pending error in the frames from the innermost down to `entry`.
  ///
  /// - Returns: False when there is none; the frames down to and with `entry` are gone then.
  @inline(never)
  func unwind(to entry: UnsafeMutablePointer<Frame>) -> Bool {
    let error = pointee.pending
    noteTrace(of: error)
    while true {
      let frame = pointee.frame
      let prototype = frame.pointee.function.pointee.prototype
      let position = UInt32(
        truncatingIfNeeded: frame.pointee.resume - UnsafePointer(prototype.pointee.code) - 1)
      let code = prototype.pointee.source._withUnsafeGuaranteedRef { $0 }
      noteCause(of: error, code, position, frame)
      for handler in code.handlers where handler.start <= position && position < handler.end {
        // `exit` runs `finally` blocks and nothing else.
        if !handler.isFinally && !isError(error) { continue }
        frame.pointee.base[Int(handler.register)] = error
        frame.pointee.resume = UnsafePointer(prototype.pointee.code) + Int(handler.target)
        pointee.pending = .undefined
        return true
      }
      finishGenerator(frame)
      pointee.frame = frame - 1
      if frame == entry { return false }
    }
  }

  /// An error that leaves code which handles another gets that one as its cause.
  private func noteCause(
    of error: Value, _ code: FunctionCode, _ position: UInt32, _ frame: UnsafeMutablePointer<Frame>
  ) {
    if code.handling.isEmpty || !isError(error) { return }
    for range in code.handling where range.start <= position && position < range.end {
      let handled = frame.pointee.base[Int(range.register)]
      guard handled.tag == .instance, !handled.isSame(as: error), isError(handled),
        field(error.instance, pointee.names.cause).isNil, !isCause(error, of: handled)
      else { continue }
      setField(error.instance, pointee.names.cause, handled)
      return
    }
  }

  /// Whether `error` is among the causes of `other` (a cycle must not arise).
  private func isCause(_ error: Value, of other: Value) -> Bool {
    var current = other
    var steps = 0
    while isError(current) && steps < 1000 {
      if current.isSame(as: error) { return true }
      current = field(current.instance, pointee.names.cause)
      steps += 1
    }
    return steps >= 1000
  }

  // MARK: Traces

  /// How many of the outermost and innermost calls an error remembers.
  private static let traceEnds = (outer: 8, inner: 24)

  /// Remembers in an error where it is thrown, unless it was thrown before.
  private func noteTrace(of error: Value) {
    guard error.tag == .instance,
      field(error.instance, pointee.names.trace).isNil
        || field(error.instance, pointee.names.trace).isUndefined
    else { return }
    var frames: [UnsafeMutablePointer<Frame>] = []
    // From both ends, without the frames that Swift code stands on.
    var outer = pointee.frames + 1
    while outer <= pointee.frame && frames.count < Engine.traceEnds.outer {
      if outer.pointee.function != pointee.bridge { frames.append(outer) }
      outer += 1
    }
    var inner = pointee.frame
    var innermost: [UnsafeMutablePointer<Frame>] = []
    while inner >= outer && innermost.count < Engine.traceEnds.inner {
      if inner.pointee.function != pointee.bridge { innermost.append(inner) }
      inner -= 1
    }
    var skipped = 0
    while outer <= inner {
      if outer.pointee.function != pointee.bridge { skipped += 1 }
      outer += 1
    }
    frames += innermost.reversed()
    let trace = makeTuple(count: frames.count * 2 + 1)
    trace.items[0] = .int(skipped)
    for (index, frame) in frames.enumerated() {
      let prototype = frame.pointee.function.pointee.prototype
      trace.items[1 + index * 2] = Value(.prototype, prototype)
      trace.items[2 + index * 2] = .int(
        frame.pointee.resume - UnsafePointer(prototype.pointee.code) - 1)
    }
    setField(error.instance, pointee.names.trace, Value(.tuple, trace))
  }

  /// The calls that were in progress when an error was thrown, outermost first.
  func trace(of error: Value) -> [TraceEntry] {
    guard error.tag == .instance else { return [] }
    let trace = field(error.instance, pointee.names.trace)
    guard trace.tag == .tuple else { return [] }
    let items = trace.tuple.items
    var entries: [TraceEntry] = []
    var position = 1
    while position + 1 < trace.tuple.pointee.count {
      let prototype = items[position].object(PrototypeObject.self)
      let code = prototype.pointee.source.takeUnretainedValue()
      let index = max(0, min(items[position + 1].int, code.anchors.count - 1))
      let source = prototype.pointee.unit.takeUnretainedValue().source
      entries.append(
        TraceEntry(
          source: source, function: describeForTrace(code, of: prototype.pointee.module),
          offset: code.anchors[index],
          skippedBefore: position == 1 + Engine.traceEnds.outer * 2 ? items[0].int : 0))
      position += 2
    }
    return entries
  }

  private func describeForTrace(_ code: FunctionCode, of module: ModuleReference) -> String {
    if code.parent < 0 {
      let name = pointee.modules.records[module.pointee.record].name
      return name == "__main__" ? "<main>" : "<\(name)>"
    }
    var names = code.parameters.map { pointee.symbols.text(of: $0.symbol) }
    if code.isMethod { names.removeFirst() }
    if code.rest != .none { names.append("...\(pointee.symbols.text(of: code.rest))") }
    return "\(describe(code).dropLast(2))(\(names.joined(separator: ", ")))"
  }
}

/// One call in an error's stack.
struct TraceEntry {
  let source: LoadedSource
  let function: String
  /// Byte offset in the module's source.
  let offset: UInt32
  /// Calls between the entry before and this one that were left out.
  let skippedBefore: Int
}
