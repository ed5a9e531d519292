// Expressions: how each kind becomes instructions. Operators and conditions are in
// CompileOperators.swift, attributes, elements and calls in CompileCalls.swift.

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
    if index >= checkAt, isToStop(at: index) { return }
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

  mutating func loadInt(_ value: Int, into target: Register) {
    if value == Int(Int32(truncatingIfNeeded: value)) {
      emitter.emit(.loadInt, target, wide: value)
    } else {
      loadConstant(.int, UInt64(bitPattern: Int64(value)), into: target)
    }
  }

  mutating func loadConstant(
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
      if hasGivenUp { break }
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
      if hasGivenUp { break }
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
}
