import Lang

// What instructions do when their common case does not hold. Each function answers whether the
// program goes on; otherwise an error is pending. Registers are addressed by pointers, which stay
// valid: the stack never moves.

/// The answer to a question that a program may have a say in.
enum Decision {
  case yes, no, failed
}

extension Engine {
  /// Lets Swift code root values and call back: everything beyond the frame's registers is free.
  @inline(__always)
  func openStack() {
    let frame = pointee.frame
    pointee.top =
      frame.pointee.base + Int(frame.pointee.function.pointee.prototype.pointee.registerCount)
  }

  /// Makes an error pending; the answer of a failed slow path.
  @inline(never)
  func fail(_ error: RaisedError) -> Bool {
    pointee.pending = error.value
    return false
  }

  /// Runs `body`; an error becomes pending.
  @inline(__always)
  func attempt(_ body: () throws(RaisedError) -> Void) -> Bool {
    openStack()
    do {
      try body()
      return true
    } catch {
      return fail(error)
    }
  }

  @inline(__always)
  private func decide(_ body: () throws(RaisedError) -> Bool) -> Decision {
    openStack()
    do {
      return try body() ? .yes : .no
    } catch {
      _ = fail(error)
      return .failed
    }
  }

  // MARK: Variables

  @inline(never)
  func failUndefinedGlobal(_ slot: Int) {
    let module = pointee.frame.pointee.function.pointee.prototype.pointee.module
    let names = module.pointee.names
    var text = "?"
    for position in 0..<names.count {
      let entry = names.entries.unsafelyUnwrapped[position]
      if entry.value.int == slot { text = pointee.symbols.text(of: entry.symbol) }
    }
    _ = fail(nameError("'\(text)' is used before its declaration ran"))
  }

  @inline(never)
  func failUndefined(_ name: Value) {
    _ = fail(nameError("'\(name.string.text)' is used before its declaration ran"))
  }

  @inline(never)
  func noteGlobalStore(_ value: Value) {
    let module = pointee.frame.pointee.function.pointee.prototype.pointee.module
    noteStore(value, in: Value(.module, module).header)
  }

  /// A name that only `import *` can have defined: a variable of the module or a built-in.
  @inline(never)
  func loadDynamic(_ target: UnsafeMutablePointer<Value>, name constant: Int) -> Bool {
    let prototype = pointee.frame.pointee.function.pointee.prototype
    let name = prototype.pointee.constants[constant].string
    if let entry = prototype.pointee.module.pointee.names.entry(symbol(of: name)) {
      let value = prototype.pointee.module.pointee.slots[entry.pointee.value.int]
      if !value.isUndefined {
        target.pointee = value
        return true
      }
    }
    return fail(nameError("undefined name '\(name.text)'"))
  }

  @inline(never)
  func makeFunction(_ number: Int, into target: UnsafeMutablePointer<Value>) -> Bool {
    let frame = pointee.frame
    let unit = frame.pointee.function.pointee.prototype.pointee.unit._withUnsafeGuaranteedRef { $0 }
    let prototype: PrototypeReference
    do throws(RaisedError) {
      prototype = try self.prototype(number, of: unit)
    } catch {
      return fail(error)
    }
    let count = Int(prototype.pointee.captureCount)
    let memory = pointee.heap.allocate(
      MemoryLayout<FunctionObject>.size + count * MemoryLayout<Value>.stride, kind: .function)
    let function = memory.assumingMemoryBound(to: FunctionObject.self)
    function.pointee.header.word = UInt32(count)
    function.pointee.prototype = prototype
    function.pointee.owner = frame.pointee.function.pointee.owner
    if count > 0 {
      let captures = function.captures
      prototype.pointee.source._withUnsafeGuaranteedRef { code in
        for (position, source) in code.captures.enumerated() {
          captures[position] =
            source.isRegister
            ? frame.pointee.base[Int(source.index)]
            : frame.pointee.function.captures[Int(source.index)]
          if captures[position].isUnresolved {
            noteStore(captures[position], in: Value(.function, function).header)
          }
        }
      }
    }
    target.pointee = Value(.function, function)
    return true
  }

  // MARK: Arithmetic

  @inline(never)
  func slowArithmetic(
    _ kind: BinaryOperator, _ left: Value, _ right: Value, _ target: UnsafeMutablePointer<Value>
  ) -> Bool {
    if let (x, y) = Engine.mixedNumbers(left, right) {
      switch kind {
      case .add: target.pointee = .float(x + y)
      case .subtract: target.pointee = .float(x - y)
      case .multiply: target.pointee = .float(x * y)
      default: return fullArithmetic(kind, left, right, target)
      }
      return true
    }
    return fullArithmetic(kind, left, right, target)
  }

  /// An integer and a float as two floats.
  @inline(__always)
  private static func mixedNumbers(_ left: Value, _ right: Value) -> (Double, Double)? {
    if left.isFloat && right.isInt { return (left.float, Double(right.int)) }
    if left.isInt && right.isFloat { return (Double(left.int), right.float) }
    return nil
  }

  private func fullArithmetic(
    _ kind: BinaryOperator, _ left: Value, _ right: Value, _ target: UnsafeMutablePointer<Value>
  ) -> Bool {
    attempt { () throws(RaisedError) in
      let left = try resolved(left)
      let right = try resolved(right)
      if left.tag == .list || left.tag == .map || left.tag == .set,
        (pointee.frame.pointee.resume - 1).pointee.d == 2,
        try combineInPlace(kind, left, right)
      {
        target.pointee = left
        return
      }
      target.pointee = try arithmetic(kind, left, right)
    }
  }

  /// Division of anything but two floats with a divisor that is not 0.
  @inline(never)
  func divide(_ left: Value, _ right: Value, _ target: UnsafeMutablePointer<Value>) -> Bool {
    // Integers below 2 ** 53 are exact as floats.
    if left.isInt && right.isInt && right.int != 0
      && left.int.magnitude < 1 << 53 && right.int.magnitude < 1 << 53
    {
      target.pointee = .float(Double(left.int) / Double(right.int))
      return true
    }
    if left.isFloat && right.isInt && right.int != 0 {
      target.pointee = .float(left.float / Double(right.int))
      return true
    }
    if left.isInt && right.isFloat && right.float != 0 {
      target.pointee = .float(Double(left.int) / right.float)
      return true
    }
    return slowArithmetic(.divide, left, right, target)
  }

  @inline(never)
  func addImmediate(
    _ instruction: Instruction, _ left: Value, _ target: UnsafeMutablePointer<Value>
  ) -> Bool {
    let operand = Int(Int16(bitPattern: instruction.c))
    return instruction.d == 0
      ? slowArithmetic(.add, left, .int(operand), target)
      : slowArithmetic(.subtract, left, .int(-operand), target)
  }

  /// Arithmetic with a constant that may have stood on the left.
  @inline(never)
  func constantArithmetic(
    _ kind: BinaryOperator, _ instruction: Instruction, _ left: Value, _ right: Value,
    _ target: UnsafeMutablePointer<Value>
  ) -> Bool {
    instruction.d != 1
      ? slowArithmetic(kind, left, right, target) : slowArithmetic(kind, right, left, target)
  }

  @inline(never)
  func unary(
    _ kind: UnaryOperator, _ operand: Value, _ target: UnsafeMutablePointer<Value>
  ) -> Bool {
    attempt { () throws(RaisedError) in
      let operand = try resolved(operand)
      switch kind {
      case .negate: target.pointee = try negate(operand)
      case .bitNot: target.pointee = try bitNot(operand)
      case .plus:
        guard operand.isInt || operand.isFloat || operand.tag == .bigInt else {
          throw typeError("cannot apply + to \(typeName(of: operand))")
        }
        target.pointee = operand
      case .not: target.pointee = .bool(operand.tag == .nil || operand.tag == .false)
      }
    }
  }

  // MARK: Comparisons

  /// The truth of a value that is neither plainly true nor plainly false.
  @inline(never)
  func slowTruth(_ value: Value) -> Decision {
    if value.tag == .proxy { return .yes }
    return decide { () throws(RaisedError) in
      let value = try resolved(value)
      return value.tag != .nil && value.tag != .false
    }
  }

  func isTruthy(_ value: Value) throws(RaisedError) -> Bool {
    let value = try resolved(value)
    return value.tag != .nil && value.tag != .false
  }

  @inline(never)
  func slowComparison(_ kind: BinaryOperator, _ left: Value, _ right: Value) -> Decision {
    // Two kinds of number: exact up to 2 ** 53, which is where nearly all of them are.
    if left.isInt && right.isFloat && left.int.magnitude < 1 << 53 {
      return Engine.compare(kind, Double(left.int), right.float)
    }
    if left.isFloat && right.isInt && right.int.magnitude < 1 << 53 {
      return Engine.compare(kind, left.float, Double(right.int))
    }
    if left.isFloat && right.isFloat { return Engine.compare(kind, left.float, right.float) }
    if kind == .equal && right.tag != .deferred {
      if left.tag == .instance && !definesEquality(left.instance.pointee.shape.pointee.class) {
        return left.isSame(as: right) ? .yes : .no
      }
      if left.tag == .nil { return right.tag == .nil ? .yes : .no }
      if left.isString && right.isString && left.string.count <= Piece.bytes {
        return left.bits == right.bits || left.string.hasSameText(as: right.string) ? .yes : .no
      }
    }
    return decide { () throws(RaisedError) in
      let left = try resolved(left)
      let right = try resolved(right)
      switch kind {
      case .equal: return try equals(left, right)
      case .less: return try less(left, right)
      case .lessEqual: return try lessEqual(left, right)
      case .greater: return try greater(left, right)
      default: return try greaterEqual(left, right)
      }
    }
  }

  /// Whether instances of a class are compared by a method `==`; remembered in the class.
  private func definesEquality(_ class: ClassReference) -> Bool {
    let flags = `class`.pointee.header.flags
    if flags & ClassObject.isEqualityKnown != 0 { return flags & ClassObject.hasEquality != 0 }
    let isDefined = member(pointee.names.equal, of: `class`) != nil
    `class`.pointee.header.flags |=
      ClassObject.isEqualityKnown | (isDefined ? ClassObject.hasEquality : 0)
    return isDefined
  }

  /// A comparing jump of values that are not two of one kind of number: sets where to go on.
  @inline(never)
  func slowJump(_ instruction: Instruction, _ left: Value, _ right: Value) -> Bool {
    let kind: BinaryOperator
    let wanted: Decision
    switch instruction.opcode {
    case .jumpIfLess, .jumpIfLessImmediate: (kind, wanted) = (.less, .yes)
    case .jumpIfNotLess, .jumpIfNotLessImmediate: (kind, wanted) = (.less, .no)
    case .jumpIfLessEqual, .jumpIfLessEqualImmediate: (kind, wanted) = (.lessEqual, .yes)
    case .jumpIfNotLessEqual, .jumpIfNotLessEqualImmediate: (kind, wanted) = (.lessEqual, .no)
    case .jumpIfGreater, .jumpIfGreaterImmediate: (kind, wanted) = (.greater, .yes)
    case .jumpIfNotGreater, .jumpIfNotGreaterImmediate: (kind, wanted) = (.greater, .no)
    case .jumpIfGreaterEqual, .jumpIfGreaterEqualImmediate: (kind, wanted) = (.greaterEqual, .yes)
    case .jumpIfNotGreaterEqual, .jumpIfNotGreaterEqualImmediate:
      (kind, wanted) = (.greaterEqual, .no)
    case .jumpIfEqual, .jumpIfEqualConstant: (kind, wanted) = (.equal, .yes)
    default: (kind, wanted) = (.equal, .no)
    }
    let decision = slowComparison(kind, left, right)
    if decision == .failed { return false }
    if decision == wanted { pointee.frame.pointee.resume += Int(Int16(bitPattern: instruction.c)) }
    return true
  }

  @inline(__always)
  private static func compare(_ kind: BinaryOperator, _ left: Double, _ right: Double) -> Decision {
    switch kind {
    case .equal: return left == right ? .yes : .no
    case .less: return left < right ? .yes : .no
    case .lessEqual: return left <= right ? .yes : .no
    case .greater: return left > right ? .yes : .no
    default: return left >= right ? .yes : .no
    }
  }

  /// A comparison whose result is kept.
  @inline(never)
  func comparison(
    _ opcode: Opcode, _ left: Value, _ right: Value, _ target: UnsafeMutablePointer<Value>
  ) -> Bool {
    let decision: Decision
    var isNegated = false
    switch opcode {
    case .equal: decision = intOr(.equal, left, right)
    case .notEqual:
      decision = intOr(.equal, left, right)
      isNegated = true
    case .less: decision = intOr(.less, left, right)
    case .lessEqual: decision = intOr(.lessEqual, left, right)
    case .greater: decision = intOr(.greater, left, right)
    case .greaterEqual: decision = intOr(.greaterEqual, left, right)
    case .isIdentical, .isNotIdentical:
      decision = decide { () throws(RaisedError) in
        try isIdentical(try resolved(left), try resolved(right))
      }
      isNegated = opcode == .isNotIdentical
    default:
      let position =
        right.tag == .map || right.tag == .set ? simplePosition(of: left, in: right.map) : -2
      if position > -2 {
        target.pointee = .bool((position >= 0) == (opcode != .containsNot))
        return true
      }
      decision = decide { () throws(RaisedError) in
        try contains(try resolved(right), try resolved(left))
      }
      isNegated = opcode == .containsNot
    }
    if decision == .failed { return false }
    target.pointee = .bool((decision == .yes) != isNegated)
    return true
  }

  @inline(__always)
  private func intOr(_ kind: BinaryOperator, _ left: Value, _ right: Value) -> Decision {
    if left.isInt && right.isInt {
      switch kind {
      case .equal: return left.int == right.int ? .yes : .no
      case .less: return left.int < right.int ? .yes : .no
      case .lessEqual: return left.int <= right.int ? .yes : .no
      case .greater: return left.int > right.int ? .yes : .no
      default: return left.int >= right.int ? .yes : .no
      }
    }
    return slowComparison(kind, left, right)
  }

  // MARK: Elements

  @inline(never)
  func getIndex(
    _ container: Value, _ key: Value, _ target: UnsafeMutablePointer<Value>
  ) -> Bool {
    if container.tag == .map {
      let position = simplePosition(of: key, in: container.map)
      if position >= 0 {
        target.pointee = container.map.pointee.entries[position].value
        return true
      }
    }
    return attempt { () throws(RaisedError) in
      target.pointee = try index(try resolved(container), try resolved(key))
    }
  }

  @inline(never)
  func storeIndex(_ container: Value, _ key: Value, _ value: Value) -> Bool {
    if container.tag == .map {
      let map = container.map
      let position = simplePosition(of: key, in: map)
      if position >= 0 {
        replaceValue(at: position, in: map, by: value)
        return true
      }
      if position == -1 {
        return attempt { () throws(RaisedError) in try insertSimple(key, value, in: map) }
      }
    }
    return attempt { () throws(RaisedError) in
      try setIndex(try resolved(container), try resolved(key), value)
    }
  }

  @inline(never)
  func getSlice(
    _ container: Value, _ bounds: UnsafeMutablePointer<Value>, closed: Bool,
    _ target: UnsafeMutablePointer<Value>
  ) -> Bool {
    attempt { () throws(RaisedError) in
      target.pointee = try slice(
        try resolved(container), try resolved(bounds[0]), try resolved(bounds[1]), closed: closed)
    }
  }

  // MARK: Building

  @inline(never)
  func makeList(
    _ items: UnsafeMutablePointer<Value>, count: Int, into target: UnsafeMutablePointer<Value>
  ) {
    let list = makeList(capacity: count)
    list.pointee.items.update(from: items, count: count)
    list.pointee.count = count
    for index in 0..<count where items[index].isUnresolved {
      noteStore(items[index], in: Value(.list, list).header)
    }
    target.pointee = Value(.list, list)
  }

  @inline(never)
  func makeTuple(
    _ items: UnsafeMutablePointer<Value>, count: Int, into target: UnsafeMutablePointer<Value>
  ) {
    let memory = pointee.heap.allocate(
      MemoryLayout<TupleObject>.size + count * MemoryLayout<Value>.stride, kind: .tuple)
    let tuple = memory.assumingMemoryBound(to: TupleObject.self)
    tuple.pointee.count = count
    tuple.items.update(from: items, count: count)
    noteStores(tuple)
    target.pointee = Value(.tuple, tuple)
  }

  @inline(never)
  func build(_ instruction: Instruction, _ base: UnsafeMutableRawPointer) -> Bool {
    func register(_ operand: UInt16) -> UnsafeMutablePointer<Value> {
      (base + Int(operand)).assumingMemoryBound(to: Value.self)
    }
    let target = register(instruction.a)
    let operand = register(instruction.b)
    return attempt { () throws(RaisedError) in
      switch instruction.opcode {
      case .listExtend: try extend(target.pointee.list, withItemsOf: try resolved(operand.pointee))
      case .tupleFromList:
        let list = operand.pointee.list
        target.pointee = Value(
          .tuple, try makeTuple(copying: list.pointee.items, count: list.pointee.count))
      case .mapInsert:
        try mapSet(
          target.pointee.map, try resolved(operand.pointee), register(instruction.c).pointee)
      case .mapExtend:
        let source = try resolved(operand.pointee)
        guard source.tag == .map else {
          throw typeError("only a map can be spread in a map, not \(typeName(of: source))")
        }
        try mapUpdate(target.pointee.map, with: source.map)
      case .makeRange:
        let lower = try expectInt(try resolved(operand.pointee), "a range bound must be an int")
        let upper = try expectInt(
          try resolved(register(instruction.c).pointee), "a range bound must be an int")
        target.pointee = makeRange(
          lower, instruction.d == 0 ? upper : try closedEnd(upper), step: 1)
      case .joinStrings:
        try joinStrings(operand, count: Int(instruction.c), into: target)
      case .formatValue:
        let value = try resolved(operand.pointee)
        target.pointee =
          instruction.d != 0
          ? try repr(value) : try format(value, specification: register(instruction.c).pointee)
      default: break
      }
    }
  }

  private func closedEnd(_ upper: Int) throws(RaisedError) -> Int {
    if upper == Int.max { throw valueError("a closed range cannot end at \(Int.max)") }
    return upper + 1
  }

  private func joinStrings(
    _ parts: UnsafeMutablePointer<Value>, count: Int, into target: UnsafeMutablePointer<Value>
  ) throws(RaisedError) {
    var bytes = 0
    var scalars = 0
    for position in 0..<count {
      var part = parts[position]
      if part.tag != .string {
        part = try str(try resolved(part))
        parts[position] = part
      }
      bytes += part.string.count
      scalars += Int(part.string.pointee.scalarCount)
    }
    try reserveString(bytes)
    let string = allocateString(byteCount: bytes, scalarCount: scalars)
    var destination = string.bytes
    for position in 0..<count {
      let part = parts[position].string
      try copy(part.bytes, to: destination, count: part.count)
      destination += part.count
    }
    target.pointee = Value(.string, string)
  }

  // MARK: Safepoints

  /// Whether more is in use than is allowed, after a collection; false when the program is to stop,
  /// and it cannot be said yet.
  var isBeyondMemoryLimit: Bool {
    if pointee.heap.byteCount <= pointee.heap.limit || pointee.isInterrupted != 0 { return false }
    return pointee.heap.finishSweeping(unless: StopCheck(self))
      && pointee.heap.byteCount > pointee.heap.limit
  }

  /// Does what waits: a collection, an interruption, the count of steps.
  @inline(never)
  func passSafepoint() -> Bool {
    pointee.attention = 0
    openStack()
    if pointee.heap.allowance < 0 {
      collect()
      if isBeyondMemoryLimit { return fail(memoryError(pointee.heap.byteCount)) }
    }
    if pointee.isInterrupted != 0 { return fail(interruption) }
    if pointee.interruptionProbe != nil { pointee.attention = 1 }
    if let steps = pointee.limits.steps {
      pointee.attention = 1
      pointee.stepsLeft -= 1
      if pointee.stepsLeft < 0 {
        // Not to be caught and gone on with: the next steps fail as well.
        return fail(
          makeError(
            pointee.errors.interrupt, "the program took more than \(steps) calls and loop rounds"))
      }
    }
    return true
  }
}
