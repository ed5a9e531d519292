import Lang

// Which variable a register holds: registers have no names of their own, the code knows them.

extension Engine {
  /// The name of the variable that register `number` holds when instruction `position` of `code`
  /// runs; none for an intermediate value.
  func variableName(_ number: Int, at position: Int, in code: FunctionCode) -> Symbol {
    // Parameters keep their registers from beginning to end, and hold arguments before the code that
    // declares them ran.
    if number < code.parameters.count { return code.parameters[number].symbol }
    if number == code.parameters.count && code.rest != .none { return code.rest }
    for index in 0..<code.locals.count {
      let local = code.locals[index]
      if Int(local.register) == number && Int(local.start) <= position && position < Int(local.end)
      {
        return local.symbol
      }
    }
    return .none
  }

  /// The name of the variable that a register of a call in progress holds, or none.
  func variableName(_ number: Int, of frame: UnsafeMutablePointer<Frame>) -> Symbol {
    let prototype = frame.pointee.function.pointee.prototype
    // The instruction after the one that runs is where the call goes on.
    let position = frame.pointee.resume - UnsafePointer(prototype.pointee.code) - 1
    let code = prototype.pointee.source._withUnsafeGuaranteedRef { $0 }
    return variableName(number, at: position, in: code)
  }

  /// The name of the variable that a register of a suspended generator holds, or none.
  func variableName(_ number: Int, of generator: GeneratorReference) -> Symbol {
    let prototype = generator.pointee.function.pointee.prototype
    let code = prototype.pointee.source._withUnsafeGuaranteedRef { $0 }
    return variableName(number, at: generator.pointee.resumeAt - 1, in: code)
  }

  /// Whether a register of the stack is a variable of a call in progress.
  func isVariable(_ register: UnsafeMutablePointer<Value>) -> Bool {
    // The innermost call whose registers begin at or before it; there the calls behind begin later.
    var (low, high) = (0, pointee.frame - pointee.frames)
    while low < high {
      let middle = (low + high + 1) / 2
      if pointee.frames[middle].base <= register { low = middle } else { high = middle - 1 }
    }
    if low == 0 { return false }
    let frame = pointee.frames + low
    return variableName(register - frame.pointee.base, of: frame) != .none
  }
}
