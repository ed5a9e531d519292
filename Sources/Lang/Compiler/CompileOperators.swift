// Operators: as values, and as conditions that lead to jumps.

extension Compiler {
  mutating func unary(_ node: Node, into target: Register) {
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
  mutating func binary(_ index: NodeIndex, into target: Register) {
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

  mutating func coalesce(_ node: Node, into target: Register) {
    let result = emitter.takeRegisters()
    let end = emitter.makeLabel()
    expression(node.a, into: result)
    emitter.jump(.jumpIfNotNil, result, to: end)
    expression(node.b, into: result)
    emitter.place(end)
    emitter.emit(.move, target, result)
  }

  mutating func conditional(_ node: Node, into target: Register) {
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
  mutating func truthValue(_ index: NodeIndex, _ node: Node, into target: Register) {
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
}
