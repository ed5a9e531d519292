// Expressions: how each kind becomes instructions.

extension Compiler {
  /// The register that holds the value of `index`: a local variable's own, or a new temporary one.
  mutating func anyRegister(_ index: NodeIndex) -> Register {
    if let register = plainLocal(index) { return register }
    let register = emitter.takeRegisters()
    expression(index, into: register)
    return register
  }

  /// Leaves the value of `index` in `target`.
  ///
  /// Other temporary registers are given back.
  mutating func expression(_ index: NodeIndex, into target: Register) {
    let node = nodes[Int(index)]
    let mark = emitter.nextRegister
    let outerAnchor = emitter.anchor
    emitter.anchor = node.anchor
    switch node.kind {
    case .nilLiteral: emitter.emit(.loadNil, target)
    case .trueLiteral: emitter.emit(.loadTrue, target)
    case .falseLiteral: emitter.emit(.loadFalse, target)
    case .intLiteral:
      let value = Int(UInt64(node.a) | UInt64(node.b) << 32)
      loadInt(value, into: target)
    case .bigIntLiteral: loadConstant(.bigInt, UInt64(node.a), into: target)
    case .floatLiteral: loadConstant(.float, UInt64(node.a) | UInt64(node.b) << 32, into: target)
    case .stringLiteral: loadConstant(.string, UInt64(node.a), into: target)
    case .formatString: formatString(node, into: target)
    case .name, .selfReference:
      if let register = plainLocal(index) {
        if register != target { emitter.emit(.move, target, register) }
      } else {
        loadName(index, into: target)
      }
    case .superReference:
      let receiver = emitter.takeRegisters()
      loadName(index, into: receiver)
      emitter.emit(.makeSuperView, target, receiver)
    case .tuple, .list: sequence(node, into: target)
    case .map: map(node, into: target)
    case .listComprehension, .mapComprehension: comprehension(node, into: target)
    case .unary: unary(node, into: target)
    case .binary: binary(index, into: target)
    case .comparisonChain, .logicalAnd, .logicalOr: truthValue(index, node, into: target)
    case .coalesce: coalesce(node, into: target)
    case .conditional: conditional(node, into: target)
    case .range:
      let lower = anyRegister(node.a)
      let upper = anyRegister(node.b)
      emitter.anchor = node.anchor
      emitter.emit(.makeRange, d: Int(node.flags & NodeFlags.closed), target, lower, upper)
    case .member, .index, .call: postfix(index, into: target)
    case .optionalChain: optionalChain(node, into: target)
    case .function: function(index, into: target)
    default:
      // The parser makes no other node an expression.
      emitter.emit(.loadNil, target)
    }
    emitter.anchor = outerAnchor
    emitter.releaseRegisters(from: mark)
  }

  private mutating func loadInt(_ value: Int, into target: Register) {
    if value == Int(Int32(truncatingIfNeeded: value)) {
      emitter.emit(.loadInt, target, wide: value)
    } else {
      loadConstant(.int, UInt64(bitPattern: Int64(value)), into: target)
    }
  }

  private mutating func loadConstant(
    _ kind: Constant.Kind, _ bits: UInt64, into target: Register
  ) {
    emitter.emit(.loadConstant, target, wide: emitter.constant(kind, bits))
  }

  // MARK: Strings and collections

  private mutating func formatString(_ node: Node, into target: Register) {
    let first = emitter.takeRegisters(Int(node.b))
    for position in 0..<Int(node.b) {
      let part = nodes[Int(extra[Int(node.a) + position])]
      if part.kind == .formatField {
        expression(part.a, into: first + position)
        emitter.anchor = nodes[Int(part.a)].anchor
        if part.b != 0 {
          let mark = emitter.nextRegister
          let specification = anyRegister(part.b)
          emitter.emit(.formatValue, first + position, first + position, specification)
          emitter.releaseRegisters(from: mark)
        } else if part.flags & NodeFlags.representation != 0 {
          emitter.emit(.formatValue, d: 1, first + position, first + position)
        }
      } else {
        expression(extra[Int(node.a) + position], into: first + position)
      }
    }
    emitter.anchor = node.anchor
    emitter.emit(.joinStrings, target, first, plain: Int(node.b))
  }

  /// A list or tuple.
  ///
  /// Many items, and spreads, go through a list that grows.
  private mutating func sequence(_ node: Node, into target: Register) {
    let isTuple = node.kind == .tuple
    let count = Int(node.b)
    var hasSpread = false
    for position in 0..<count
    where nodes[Int(extra[Int(node.a) + position])].kind == .spread { hasSpread = true }
    if !hasSpread && count <= 64 {
      let first = emitter.takeRegisters(count)
      for position in 0..<count {
        expression(extra[Int(node.a) + position], into: first + position)
      }
      emitter.anchor = node.anchor
      emitter.emit(isTuple ? .makeTuple : .makeList, target, first, plain: count)
      return
    }
    let list = emitter.takeRegisters()
    emitter.emit(.makeList, list, list, plain: 0)
    for position in 0..<count {
      let item = nodes[Int(extra[Int(node.a) + position])]
      let mark = emitter.nextRegister
      if item.kind == .spread {
        let register = anyRegister(item.a)
        emitter.anchor = nodes[Int(item.a)].anchor
        emitter.emit(.listExtend, list, register)
      } else {
        emitter.emit(.listAppend, list, anyRegister(extra[Int(node.a) + position]))
      }
      emitter.releaseRegisters(from: mark)
    }
    emitter.anchor = node.anchor
    emitter.emit(isTuple ? .tupleFromList : .move, target, list)
  }

  private mutating func map(_ node: Node, into target: Register) {
    let map = emitter.takeRegisters()
    emitter.emit(.makeMap, map)
    for position in 0..<Int(node.b) {
      let entry = nodes[Int(extra[Int(node.a) + position])]
      let mark = emitter.nextRegister
      if entry.kind == .spread {
        let register = anyRegister(entry.a)
        emitter.anchor = nodes[Int(entry.a)].anchor
        emitter.emit(.mapExtend, map, register)
      } else {
        mapEntry(entry, map)
      }
      emitter.releaseRegisters(from: mark)
    }
    emitter.emit(.move, target, map)
  }

  private mutating func mapEntry(_ entry: Node, _ map: Register) {
    let key = anyRegister(entry.a)
    let value = anyRegister(entry.b)
    emitter.anchor = nodes[Int(entry.a)].anchor
    emitter.emit(.mapInsert, map, key, value)
  }

  private mutating func comprehension(_ node: Node, into target: Register) {
    let result = emitter.takeRegisters()
    let isList = node.kind == .listComprehension
    if isList {
      emitter.emit(.makeList, result, result, plain: 0)
    } else {
      emitter.emit(.makeMap, result)
    }
    let firstLocal = emitter.locals.count
    clauses(node, from: 0, isList: isList, result: result)
    emitter.endLocals(from: firstLocal)
    emitter.emit(.move, target, result)
  }

  private mutating func clauses(_ node: Node, from position: Int, isList: Bool, result: Register) {
    let mark = emitter.nextRegister
    defer { emitter.releaseRegisters(from: mark) }
    if position == Int(node.c) {
      if isList {
        let item = anyRegister(node.a)
        emitter.emit(.listAppend, result, item)
      } else {
        mapEntry(nodes[Int(node.a)], result)
      }
      return
    }
    let clause = nodes[Int(extra[Int(node.b) + position])]
    if clause.kind == .ifClause {
      let skip = emitter.makeLabel()
      condition(clause.a, jumpIf: false, to: skip)
      clauses(node, from: position + 1, isList: isList, result: result)
      emitter.place(skip)
      return
    }
    loop(over: clause.b, pattern: clause.a) { compiler, _, _ in
      compiler.clauses(node, from: position + 1, isList: isList, result: result)
    }
  }

  // MARK: Operators

  private mutating func unary(_ node: Node, into target: Register) {
    let operand = nodes[Int(node.a)]
    let kind = UnaryOperator(rawValue: node.flags).unsafelyUnwrapped
    if kind == .negate, operand.kind == .intLiteral {
      return loadInt(-Int(UInt64(operand.a) | UInt64(operand.b) << 32), into: target)
    }
    if kind == .negate, operand.kind == .floatLiteral {
      let bits = UInt64(operand.a) | UInt64(operand.b) << 32
      return loadConstant(.float, bits ^ (1 << 63), into: target)
    }
    let register = anyRegister(node.a)
    emitter.anchor = node.anchor
    switch kind {
    case .negate: emitter.emit(.negate, target, register)
    case .plus: emitter.emit(.plus, target, register)
    case .bitNot: emitter.emit(.bitNot, target, register)
    case .not: emitter.emit(.not, target, register)
    }
  }

  /// A chain of binary operators; the left-leaning spine is followed in a loop.
  private mutating func binary(_ index: NodeIndex, into target: Register) {
    let bottom = spine.count
    defer { spine.truncate(to: bottom) }
    var current = index
    while nodes[Int(current)].kind == .binary {
      spine.append(current)
      current = nodes[Int(current)].a
    }
    // The value so far: the leftmost operand where it is, then always one temporary register.
    var left: Register
    var first = spine.count - bottom - 1
    let temporary: Register
    if let swapped = constantOnTheLeft(nodes[Int(spine[bottom + first])]) {
      temporary = emitter.takeRegisters()
      let right = anyRegister(nodes[Int(spine[bottom + first])].b)
      emitter.anchor = nodes[Int(spine[bottom + first])].anchor
      emitter.emit(
        swapped.opcode, d: 1, first == 0 ? target : temporary, right, swapped.constant)
      left = temporary
      first -= 1
    } else if let local = plainLocal(current) {
      left = local
      temporary = emitter.takeRegisters()
    } else {
      temporary = emitter.takeRegisters()
      expression(current, into: temporary)
      left = temporary
    }
    while first >= 0 {
      let node = nodes[Int(spine[bottom + first])]
      let mark = emitter.nextRegister
      operate(
        BinaryOperator(rawValue: node.flags).unsafelyUnwrapped, left, node.b, node.anchor,
        into: first == 0 ? target : temporary)
      emitter.releaseRegisters(from: mark)
      left = temporary
      first -= 1
    }
  }

  /// `2 * x` and `2.0 + x`: the constant becomes an operand of the instruction.
  private mutating func constantOnTheLeft(_ node: Node) -> (opcode: Opcode, constant: Int)? {
    let kind = BinaryOperator(rawValue: node.flags).unsafelyUnwrapped
    guard kind == .add || kind == .multiply else { return nil }
    let left = nodes[Int(node.a)]
    guard left.kind == .intLiteral || left.kind == .floatLiteral else { return nil }
    let right = nodes[Int(node.b)]
    if right.kind == .intLiteral || right.kind == .floatLiteral { return nil }
    guard let constant = smallConstant(left) else { return nil }
    return (kind == .add ? .addConstant : .multiplyConstant, constant)
  }

  /// The number of a number literal among the constants, when it is a 16-bit operand.
  private mutating func smallConstant(_ node: Node) -> Int? {
    let kind: Constant.Kind
    switch node.kind {
    case .intLiteral: kind = .int
    case .floatLiteral: kind = .float
    default: return nil
    }
    let constant = emitter.constant(kind, UInt64(node.a) | UInt64(node.b) << 32)
    return constant < Instruction.operandLimit ? constant : nil
  }

  /// Emits `target = left op right`, with an immediate or constant operand where there is one.
  mutating func operate(
    _ kind: BinaryOperator, _ left: Register, _ rightIndex: NodeIndex, _ anchor: UInt32,
    isCompound: Bool = false, into target: Register
  ) {
    let rightNode = nodes[Int(rightIndex)]
    emitter.anchor = anchor
    if rightNode.kind == .intLiteral, kind == .add || kind == .subtract {
      let value = UInt64(rightNode.a) | UInt64(rightNode.b) << 32
      if value <= 32767 {
        let signed = kind == .add ? Int(value) : -Int(value)
        return emitter.emit(
          .addImmediate, d: kind == .add ? 0 : 1, target, left, plain: signed)
      }
    }
    if let opcode = Compiler.constantForm(kind), let constant = smallConstant(rightNode) {
      return emitter.emit(opcode, d: isCompound ? 2 : 0, target, left, constant)
    }
    let right = anyRegister(rightIndex)
    emitter.anchor = anchor
    emitter.emit(Compiler.opcode(kind), d: isCompound ? 2 : 0, target, left, right)
  }

  private static func constantForm(_ kind: BinaryOperator) -> Opcode? {
    switch kind {
    case .add: return .addConstant
    case .subtract: return .subtractConstant
    case .multiply: return .multiplyConstant
    case .divide: return .divideConstant
    case .floorDivide: return .floorDivideConstant
    case .modulo: return .moduloConstant
    case .bitAnd: return .bitAndConstant
    default: return nil
    }
  }

  static func opcode(_ kind: BinaryOperator) -> Opcode {
    switch kind {
    case .add: return .add
    case .subtract: return .subtract
    case .multiply: return .multiply
    case .divide: return .divide
    case .floorDivide: return .floorDivide
    case .modulo: return .modulo
    case .power: return .power
    case .bitAnd: return .bitAnd
    case .bitOr: return .bitOr
    case .bitXor: return .bitXor
    case .shiftLeft: return .shiftLeft
    case .shiftRight: return .shiftRight
    case .equal: return .equal
    case .notEqual: return .notEqual
    case .less: return .less
    case .lessEqual: return .lessEqual
    case .greater: return .greater
    case .greaterEqual: return .greaterEqual
    case .isIdentical: return .isIdentical
    case .isNotIdentical: return .isNotIdentical
    case .contains: return .contains
    case .containsNot: return .containsNot
    case .coalesce: return .move
    }
  }

  private mutating func coalesce(_ node: Node, into target: Register) {
    let result = emitter.takeRegisters()
    let end = emitter.makeLabel()
    expression(node.a, into: result)
    emitter.jump(.jumpIfNotNil, result, to: end)
    expression(node.b, into: result)
    emitter.place(end)
    emitter.emit(.move, target, result)
  }

  private mutating func conditional(_ node: Node, into target: Register) {
    let otherwise = emitter.makeLabel()
    let end = emitter.makeLabel()
    let result = emitter.takeRegisters()
    condition(node.a, jumpIf: false, to: otherwise)
    expression(node.b, into: result)
    emitter.jump(.jump, to: end)
    emitter.place(otherwise)
    expression(node.c, into: result)
    emitter.place(end)
    emitter.emit(.move, target, result)
  }

  // MARK: Conditions

  /// `and`, `or` give one of their operands; a comparison chain gives a boolean.
  private mutating func truthValue(_ index: NodeIndex, _ node: Node, into target: Register) {
    let result = emitter.takeRegisters()
    let end = emitter.makeLabel()
    if node.kind == .comparisonChain {
      let isFalse = emitter.makeLabel()
      comparisonChain(node, orElse: isFalse)
      emitter.emit(.loadTrue, result)
      emitter.jump(.jump, to: end)
      emitter.place(isFalse)
      emitter.emit(.loadFalse, result)
    } else {
      // Chains lean to the left; they are followed in a loop.
      let bottom = spine.count
      var current = index
      while nodes[Int(current)].kind == .logicalAnd || nodes[Int(current)].kind == .logicalOr {
        spine.append(current)
        current = nodes[Int(current)].a
      }
      expression(current, into: result)
      while spine.count > bottom {
        let next = spine.removeLast()
        let skip = emitter.makeLabel()
        let isAnd = nodes[Int(next)].kind == .logicalAnd
        emitter.jump(isAnd ? .jumpIfFalse : .jumpIfTrue, result, to: skip)
        expression(nodes[Int(next)].b, into: result)
        emitter.place(skip)
      }
    }
    emitter.place(end)
    emitter.emit(.move, target, result)
  }

  /// Goes to `label` when the truth of `index` is `jumpIf`; falls through otherwise.
  mutating func condition(_ index: NodeIndex, jumpIf: Bool, to label: Emitter.Label) {
    let node = nodes[Int(index)]
    let mark = emitter.nextRegister
    defer { emitter.releaseRegisters(from: mark) }
    switch node.kind {
    case .trueLiteral:
      if jumpIf { emitter.jump(.jump, to: label) }
    case .falseLiteral, .nilLiteral:
      if !jumpIf { emitter.jump(.jump, to: label) }
    case .unary where node.flags == UnaryOperator.not.rawValue:
      condition(node.a, jumpIf: !jumpIf, to: label)
    case .logicalAnd, .logicalOr:
      if (node.kind == .logicalOr) == jumpIf {
        condition(node.a, jumpIf: jumpIf, to: label)
        condition(node.b, jumpIf: jumpIf, to: label)
      } else {
        let past = emitter.makeLabel()
        condition(node.a, jumpIf: !jumpIf, to: past)
        condition(node.b, jumpIf: jumpIf, to: label)
        emitter.place(past)
      }
    case .binary where Compiler.isComparison(node.flags):
      let left = anyRegister(node.a)
      comparison(
        BinaryOperator(rawValue: node.flags).unsafelyUnwrapped, left, node.b, node.anchor,
        jumpIf: jumpIf, to: label)
    case .comparisonChain where !jumpIf:
      comparisonChain(node, orElse: label)
    default:
      let register = anyRegister(index)
      emitter.anchor = node.anchor
      emitter.jump(jumpIf ? .jumpIfTrue : .jumpIfFalse, register, to: label)
    }
  }

  private static func isComparison(_ flags: UInt8) -> Bool {
    flags >= BinaryOperator.equal.rawValue && flags <= BinaryOperator.containsNot.rawValue
  }

  /// Goes to `label` unless each comparison holds; each operand is evaluated once.
  private mutating func comparisonChain(_ node: Node, orElse label: Emitter.Label) {
    var left = emitter.takeRegisters()
    expression(extra[Int(node.a)], into: left)
    for position in 1..<Int(node.b) {
      let kind = BinaryOperator(rawValue: UInt8(extra[Int(node.c) + (position - 1) * 2]))
        .unsafelyUnwrapped
      let anchor = extra[Int(node.c) + (position - 1) * 2 + 1]
      let right = emitter.takeRegisters()
      expression(extra[Int(node.a) + position], into: right)
      emitter.anchor = anchor
      compareRegisters(kind, left, right, jumpIf: false, to: label)
      left = right
    }
  }

  private mutating func comparison(
    _ kind: BinaryOperator, _ left: Register, _ rightIndex: NodeIndex, _ anchor: UInt32,
    jumpIf: Bool, to label: Emitter.Label
  ) {
    let right = nodes[Int(rightIndex)]
    emitter.anchor = anchor
    if right.kind == .nilLiteral, kind == .isIdentical || kind == .isNotIdentical {
      let opcode: Opcode = (kind == .isIdentical) == jumpIf ? .jumpIfNil : .jumpIfNotNil
      return emitter.jump(opcode, left, to: label)
    }
    if right.kind == .intLiteral, right.b == 0, right.a <= 32767,
      let opcode = Compiler.immediateJump(kind, jumpIf)
    {
      return emitter.shortJump(opcode, left, plain: Int(right.a), to: label)
    }
    if kind == .equal || kind == .notEqual {
      var constant: Int?
      if right.kind == .stringLiteral {
        let number = emitter.constant(.string, UInt64(right.a))
        constant = number < Instruction.operandLimit ? number : nil
      } else {
        constant = smallConstant(right)
      }
      if let constant {
        let opcode: Opcode =
          (kind == .equal) == jumpIf ? .jumpIfEqualConstant : .jumpIfNotEqualConstant
        return emitter.shortJump(opcode, left, constant, to: label)
      }
    }
    let register = anyRegister(rightIndex)
    emitter.anchor = anchor
    compareRegisters(kind, left, register, jumpIf: jumpIf, to: label)
  }

  private static func immediateJump(_ kind: BinaryOperator, _ jumpIf: Bool) -> Opcode? {
    switch kind {
    case .less: return jumpIf ? .jumpIfLessImmediate : .jumpIfNotLessImmediate
    case .lessEqual: return jumpIf ? .jumpIfLessEqualImmediate : .jumpIfNotLessEqualImmediate
    case .greater: return jumpIf ? .jumpIfGreaterImmediate : .jumpIfNotGreaterImmediate
    case .greaterEqual:
      return jumpIf ? .jumpIfGreaterEqualImmediate : .jumpIfNotGreaterEqualImmediate
    default: return nil
    }
  }

  private mutating func compareRegisters(
    _ kind: BinaryOperator, _ left: Register, _ right: Register, jumpIf: Bool,
    to label: Emitter.Label
  ) {
    let opcode: Opcode
    switch kind {
    case .less: opcode = jumpIf ? .jumpIfLess : .jumpIfNotLess
    case .lessEqual: opcode = jumpIf ? .jumpIfLessEqual : .jumpIfNotLessEqual
    case .greater: opcode = jumpIf ? .jumpIfGreater : .jumpIfNotGreater
    case .greaterEqual: opcode = jumpIf ? .jumpIfGreaterEqual : .jumpIfNotGreaterEqual
    case .equal: opcode = jumpIf ? .jumpIfEqual : .jumpIfNotEqual
    case .notEqual: opcode = jumpIf ? .jumpIfNotEqual : .jumpIfEqual
    default:
      let result = emitter.takeRegisters()
      emitter.emit(Compiler.opcode(kind), result, left, right)
      return emitter.jump(jumpIf ? .jumpIfTrue : .jumpIfFalse, result, to: label)
    }
    emitter.shortJump(opcode, left, right, to: label)
  }

  // MARK: Attributes, elements, calls

  private mutating func optionalChain(_ node: Node, into target: Register) {
    let outer = chainEnd
    let isNil = emitter.makeLabel()
    let end = emitter.makeLabel()
    chainEnd = isNil
    let result = emitter.takeRegisters()
    expression(node.a, into: result)
    emitter.jump(.jump, to: end)
    emitter.place(isNil)
    emitter.emit(.loadNil, result)
    emitter.place(end)
    emitter.emit(.move, target, result)
    chainEnd = outer
  }

  /// Members, elements and calls lean to the left (`a.b(c)[d].e()`); the spine is followed in a loop.
  private mutating func postfix(_ index: NodeIndex, into target: Register) {
    let bottom = spine.count
    var current = index
    while true {
      let node = nodes[Int(current)]
      guard node.kind == .member || node.kind == .index || node.kind == .call else { break }
      spine.append(current)
      // A method call takes its member along.
      let isMethodCall = node.kind == .call && nodes[Int(node.a)].kind == .member
      current = isMethodCall ? nodes[Int(node.a)].a : node.a
    }
    // The value so far: nowhere yet, then always in one temporary register.
    var value = -1
    while spine.count > bottom {
      let node = nodes[Int(spine.removeLast())]
      let result = spine.count == bottom ? target : value >= 0 ? value : emitter.takeRegisters()
      let mark = emitter.nextRegister
      switch node.kind {
      case .member: member(node, current, value, into: result)
      case .index: element(node, current, value, into: result)
      default: call(node, current, value, into: result)
      }
      emitter.releaseRegisters(from: mark)
      value = result
    }
  }

  /// The register of a step's object: where the step before left it, or `first` evaluated now.
  private mutating func object(_ first: NodeIndex, _ known: Register) -> Register {
    known >= 0 ? known : anyRegister(first)
  }

  private mutating func skipIfNil(_ node: Node, _ register: Register) {
    if node.flags & NodeFlags.optional != 0, let chainEnd {
      emitter.jump(.jumpIfNil, register, to: chainEnd)
    }
  }

  private mutating func member(
    _ node: Node, _ first: NodeIndex, _ known: Register, into target: Register
  ) {
    if known < 0, nodes[Int(node.a)].kind == .superReference {
      let receiver = emitter.takeRegisters()
      loadName(node.a, into: receiver)
      emitter.anchor = node.anchor
      return emitter.emit(
        .getSuperAttribute, target, receiver, plain: emitter.cache(Symbol(node.b)))
    }
    let receiver = object(first, known)
    skipIfNil(node, receiver)
    emitter.anchor = node.anchor
    emitter.emit(.getAttribute, target, receiver, plain: emitter.cache(Symbol(node.b)))
  }

  private mutating func element(
    _ node: Node, _ first: NodeIndex, _ known: Register, into target: Register
  ) {
    let container = object(first, known)
    let key = nodes[Int(node.b)]
    if key.kind == .range {
      let bounds = emitter.takeRegisters(2)
      for (offset, bound) in [key.a, key.b].enumerated() {
        if bound == 0 {
          emitter.emit(.loadUndefined, bounds + offset)
        } else {
          expression(bound, into: bounds + offset)
        }
      }
      emitter.anchor = node.anchor
      return emitter.emit(
        .getSlice, d: Int(key.flags & NodeFlags.closed), target, container, bounds)
    }
    if key.kind == .intLiteral, key.b == 0, key.a <= 32767 {
      emitter.anchor = node.anchor
      return emitter.emit(.getIndexImmediate, target, container, plain: Int(key.a))
    }
    let register = anyRegister(node.b)
    emitter.anchor = node.anchor
    emitter.emit(.getIndex, target, container, register)
  }

  private mutating func call(
    _ node: Node, _ first: NodeIndex, _ known: Register, into target: Register
  ) {
    let callee = nodes[Int(node.a)]
    let count = Int(node.c)
    var isPlain = count <= 250
    for position in 0..<count {
      let kind = nodes[Int(extra[Int(node.b) + position])].kind
      if kind == .spread || kind == .namedArgument { isPlain = false }
    }
    let window = emitter.takeRegisters()
    var method = Symbol.none
    var isSuper = false
    var anchor = node.anchor
    if callee.kind == .member {
      method = Symbol(callee.b)
      isSuper = nodes[Int(callee.a)].kind == .superReference
      anchor = callee.anchor
      let receiver = emitter.takeRegisters()
      if isSuper {
        loadName(callee.a, into: receiver)
      } else if known >= 0 {
        emitter.emit(.move, receiver, known)
      } else {
        expression(first, into: receiver)
      }
      skipIfNil(callee, receiver)
    } else if callee.kind == .superReference {
      // `super(…)` is not a call of the base class's `init` by another name: it calls the view.
      expression(node.a, into: window)
    } else if known >= 0 {
      emitter.emit(.move, window, known)
    } else {
      expression(node.a, into: window)
    }
    let arguments = emitter.takeRegisters(count)
    if isPlain {
      for position in 0..<count {
        expression(extra[Int(node.b) + position], into: arguments + position)
      }
      emitter.anchor = anchor
      if method == .none {
        emitter.emit(.call, d: count, window, target)
      } else {
        emitter.emit(
          isSuper ? .callSuper : .callMethod, d: count, window, target,
          plain: emitter.cache(method))
      }
      return
    }
    var described: [CallDescriptor.Argument] = []
    for position in 0..<count {
      let argument = nodes[Int(extra[Int(node.b) + position])]
      switch argument.kind {
      case .spread:
        expression(argument.a, into: arguments + position)
        described.append(.spread)
      case .namedArgument:
        expression(argument.b, into: arguments + position)
        described.append(.named(Symbol(argument.a)))
      default:
        expression(extra[Int(node.b) + position], into: arguments + position)
        described.append(.positional)
      }
    }
    module.calls.append(
      CallDescriptor(arguments: described, method: method, isSuper: isSuper))
    emitter.anchor = anchor
    let descriptor = emitter.constant(.callDescriptor, UInt64(module.calls.count - 1))
    emitter.emit(.callDescribed, window, target, narrow(descriptor))
  }
}
