import Lang

/// The classes under `Error`, by name.
struct ErrorClasses {
  var error, typeError, valueError, nameError, attributeError, indexError, keyError,
    zeroDivisionError, importError, assertionError, ioError, memoryError, recursionError,
    stopIteration, syntaxError, interrupt: ClassReference
  /// What `exit` throws: no error, so that no `catch` takes it.
  var exit: ClassReference
}

extension Engine {
  /// A new error of `class` with `message`; its stack is filled in when it is thrown.
  func makeError(_ class: ClassReference, _ message: String) -> RaisedError {
    let instance = makeInstance(of: `class`)
    setField(instance, pointee.names.message, makeString(message))
    setField(instance, pointee.names.cause, .nil)
    setField(instance, pointee.names.trace, .nil)
    return RaisedError(Value(.instance, instance))
  }

  func typeError(_ message: String) -> RaisedError { makeError(pointee.errors.typeError, message) }
  func valueError(_ message: String) -> RaisedError {
    makeError(pointee.errors.valueError, message)
  }
  func nameError(_ message: String) -> RaisedError { makeError(pointee.errors.nameError, message) }
  func attributeError(_ message: String) -> RaisedError {
    makeError(pointee.errors.attributeError, message)
  }
  func indexError(_ message: String) -> RaisedError {
    makeError(pointee.errors.indexError, message)
  }
  func keyError(_ message: String) -> RaisedError { makeError(pointee.errors.keyError, message) }
  func importError(_ message: String) -> RaisedError {
    makeError(pointee.errors.importError, message)
  }
  func ioError(_ message: String) -> RaisedError { makeError(pointee.errors.ioError, message) }
  func assertionError(_ message: String) -> RaisedError {
    makeError(pointee.errors.assertionError, message)
  }
  func zeroDivisionError() -> RaisedError {
    makeError(pointee.errors.zeroDivisionError, "division by zero")
  }
  func stopIteration() -> RaisedError {
    makeError(pointee.errors.stopIteration, "the iterator has no more items")
  }
  func recursionError() -> RaisedError {
    makeError(
      pointee.errors.recursionError, "the call depth exceeds the limit of \(pointee.limits.depth)")
  }
  /// An allocation of `bytes` that the limit does not allow.
  func memoryError(_ bytes: Int) -> RaisedError {
    makeError(
      pointee.errors.memoryError,
      "an allocation of \(bytes) bytes exceeds the memory limit of \(pointee.limits.memory) bytes")
  }

  /// Whether `value` is an instance of a class under `Error`.
  func isError(_ value: Value) -> Bool {
    value.tag == .instance
      && value.instance.pointee.shape.pointee.class.pointee.header.flags & ClassObject.isErrorFlag
        != 0
  }

  // MARK: Checks of arguments

  /// The integer, or a TypeError that begins with `what`.
  func expectInt(_ value: Value, _ what: @autoclosure () -> String) throws(RaisedError) -> Int {
    if value.isInt { return value.int }
    if value.tag == .bigInt { throw valueError("\(what()) that fits in 64 bits") }
    throw typeError("\(what()), not \(typeName(of: value))")
  }

  /// The string, or a TypeError that begins with `what`.
  func expectString(
    _ value: Value, _ what: @autoclosure () -> String
  ) throws(RaisedError) -> StringReference {
    if value.isString { return value.string }
    throw typeError("\(what()), not \(typeName(of: value))")
  }

  // MARK: Limits

  /// Refuses an allocation of `bytes` that the memory limit does not allow.
  func reserve(_ bytes: Int) throws(RaisedError) {
    if bytes < 1 << 16 { return }
    if bytes > pointee.heap.limit - pointee.heap.byteCount {
      // Dead objects that were not swept yet do not count.
      if !pointee.heap.finishSweeping(unless: StopCheck(self)) { try checkInterruption() }
      if bytes > pointee.heap.limit - pointee.heap.byteCount { throw memoryError(bytes) }
    }
  }

  /// Refuses to go deeper into Swift code when the native stack is nearly used up, or the program is
  /// to stop: containers in containers may be few and yet have no end (`x = [x, x]`, sixty times).
  @inline(__always)
  func enterNativeRecursion() throws(RaisedError) {
    if pointee.isInterrupted != 0 { try checkInterruption() }
    var marker: UInt8 = 0
    let address = withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
    if address < pointee.nativeStackLimit { throw nativeRecursionError() }
  }

  @inline(never)
  private func nativeRecursionError() -> RaisedError {
    makeError(
      pointee.errors.recursionError,
      "calls through native functions are nested too deep for the stack of "
        + "\(pointee.limits.nativeStack) bytes")
  }
}
