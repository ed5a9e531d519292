import Lang

// Patching: every reference to a proxy or deferred name becomes what it stands for.

extension Engine {
  /// Replaces `old` by `new` in its holders, in registers, and in what the machine itself holds.
  ///
  /// - Returns: How many references were replaced: values in objects, and variables of calls and
  ///   suspended generators. Intermediate values in registers are replaced too, but not counted.
  /// - Complexity: Linear in the sizes of the holders and in the depth of the stack.
  @discardableResult
  func patch(_ old: Value, to new: Value, holders: HolderTable) -> Int {
    var count = 0
    holders.forEach { count += patch(old, to: new, in: $0) }
    // Registers: what is beyond the top is dead.
    var register = pointee.stack
    while register < pointee.top {
      if register.pointee.isSame(as: old) {
        register.pointee = new
        if isVariable(register) { count += 1 }
      }
      register += 1
    }
    for position in 0..<pointee.generatorCount {
      let generator = pointee.generators[position]
      for number in 0..<generator.pointee.registerCount
      where generator.pointee.registers[number].isSame(as: old) {
        generator.pointee.registers[number] = new
        // While the generator runs these are no more than its registers of an earlier time.
        if generator.pointee.state == .suspended, variableName(number, of: generator) != .none {
          count += 1
        }
      }
    }
    count += replace(old, by: new, pointee.handles, count: pointee.handleCount)
    if pointee.returned.isSame(as: old) { pointee.returned = new }
    return count
  }

  /// - Returns: How many of the values were replaced.
  @inline(__always)
  private func replace(
    _ old: Value, by new: Value, _ values: UnsafeMutablePointer<Value>, count: Int
  ) -> Int {
    var replaced = 0
    for position in 0..<count where values[position].isSame(as: old) {
      values[position] = new
      replaced += 1
    }
    return replaced
  }

  /// What a value stands for by now: Swift code may hold a proxy, or a deferred name, across the load
  /// that has replaced all others.
  @inline(__always)
  func current(_ value: Value) -> Value {
    value.isUnresolved ? resolution(of: value) : value
  }

  @inline(never)
  private func resolution(of value: Value) -> Value {
    if value.tag == .proxy {
      let record = pointee.modules.records[value.proxy.pointee.record]
      if record.state == .loaded, let module = record.module { return Value(.module, module) }
    } else if value.tag == .deferred, !value.deferred.pointee.resolved.isUndefined {
      return value.deferred.pointee.resolved
    }
    return value
  }

  /// Replaces `old` by `new` in one holder.
  ///
  /// - Returns: How many references were replaced.
  @discardableResult
  func patch(
    _ old: Value, to new: Value, in holder: UnsafeMutablePointer<ObjectHeader>
  ) -> Int {
    // What takes the place may be unresolved itself: a submodule's proxy.
    if new.isUnresolved { noteStore(new, in: holder) }
    var replaced = 0
    // A proxy and its module have one hash, so the entry of a map or set stays where it is.
    holder.forEachRun { values, count in
      replaced += replace(old, by: new, values, count: count)
    }
    return replaced
  }
}
