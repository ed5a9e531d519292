// Statements: control flow, declarations, errors.

extension Compiler {
  mutating func statement(_ index: NodeIndex) {
    if index >= checkAt, isToStop(at: index) { return }
    let node = nodes[Int(index)]
    let mark = emitter.nextRegister
    emitter.anchor = node.anchor
    switch node.kind {
    case .expressionStatement: _ = anyRegister(node.a)
    case .declaration: return declaration(node)
    case .assignment: assignment(node)
    case .compoundAssignment: compoundAssignment(node)
    case .functionDeclaration:
      let register = emitter.takeRegisters()
      function(node.a, into: register)
      return bind(register, to: index, isHoisted: true)
    case .classDeclaration: return classDeclaration(index)
    case .block: block(index)
    case .ifStatement: ifStatement(node)
    case .whileStatement: whileStatement(node)
    case .forStatement:
      loop(over: node.b, pattern: node.a) { compiler, continueTo, breakTo in
        compiler.loopBody(node.c, continueTo: continueTo, breakTo: breakTo)
      }
    case .breakStatement: leave(.loopBreak)
    case .continueStatement: leave(.loopContinue)
    case .returnStatement: returnStatement(node)
    case .yieldStatement:
      let register = emitter.takeRegisters()
      if node.a == 0 {
        emitter.emit(.loadNil, register)
      } else {
        expression(node.a, into: register)
      }
      emitter.anchor = node.anchor
      emitter.emit(.yieldValue, register)
    case .throwStatement: throwStatement(node)
    case .tryStatement: tryStatement(node)
    case .assertStatement: assertStatement(node)
    case .importStatement: importStatement(index, node)
    case .fromImportStatement: fromImportStatement(index, node)
    default: break
    }
    emitter.releaseRegisters(from: mark)
  }

  /// Compiles a block in a scope of its own.
  mutating func block(_ index: NodeIndex) {
    let node = nodes[Int(index)]
    guard node.kind == .block else { return statement(index) }
    let mark = emitter.nextRegister
    let firstLocal = emitter.locals.count
    blockContents(node)
    emitter.endLocals(from: firstLocal)
    emitter.releaseRegisters(from: mark)
  }

  mutating func blockContents(_ node: Node) {
    for position in 0..<Int(node.b) {
      let index = extra[Int(node.a) + position]
      let kind = nodes[Int(index)].kind
      if kind == .functionDeclaration || kind == .classDeclaration { hoistLocal(index) }
    }
    for position in 0..<Int(node.b) {
      if hasGivenUp { return }
      statement(extra[Int(node.a) + position])
    }
  }

  // MARK: Declarations and assignments

  private mutating func declaration(_ node: Node) {
    let pattern = nodes[Int(node.a)]
    if pattern.kind == .name {
      let register = emitter.takeRegisters()
      if node.b == 0 {
        emitter.emit(.loadNil, register)
      } else {
        expression(node.b, into: register)
      }
      emitter.anchor = node.anchor
      return bind(register, to: node.a, isHoisted: false)
    }
    let mark = emitter.nextRegister
    let value = nodes[Int(node.b)]
    if let count = matchingTuple(pattern, value) {
      let first = emitter.takeRegisters(count)
      for position in 0..<count {
        expression(extra[Int(value.a) + position], into: first + position)
      }
      bindAll(pattern, first, mark)
    } else {
      // The variables come first, so that they can stay where they are.
      let first = emitter.takeRegisters(Int(pattern.b))
      let source = anyRegister(node.b)
      emitter.anchor = node.anchor
      unpack(pattern, from: source, to: first)
      emitter.releaseRegisters(from: first + Int(pattern.b))
      bindAll(pattern, first, mark)
    }
  }

  /// The number of items when a tuple literal can be taken apart without being made.
  private func matchingTuple(_ pattern: Node, _ value: Node) -> Int? {
    guard value.kind == .tuple, value.b == pattern.b else { return nil }
    for position in 0..<Int(value.b) {
      if nodes[Int(extra[Int(value.a) + position])].kind == .spread { return nil }
      if nodes[Int(extra[Int(pattern.a) + position])].kind == .restPattern { return nil }
    }
    return Int(value.b)
  }

  /// Declares or assigns the parts of a pattern, whose values are in registers from `first` on.
  private mutating func bindAll(_ pattern: Node, _ first: Register, _ mark: Register) {
    var keeps = false
    for position in 0..<Int(pattern.b) {
      if bindPart(extra[Int(pattern.a) + position], from: first + position) { keeps = true }
    }
    if !keeps { emitter.releaseRegisters(from: mark) }
  }

  /// Binds one part of a declared pattern; true when the register now belongs to a variable.
  private mutating func bindPart(_ index: NodeIndex, from register: Register) -> Bool {
    let node = nodes[Int(index)]
    switch node.kind {
    case .restPattern: return bindPart(node.a, from: register)
    case .tuplePattern:
      let mark = emitter.nextRegister
      let first = emitter.takeRegisters(Int(node.b))
      emitter.anchor = node.anchor
      unpack(node, from: register, to: first)
      var keeps = false
      for position in 0..<Int(node.b) {
        if bindPart(extra[Int(node.a) + position], from: first + position) { keeps = true }
      }
      if !keeps { emitter.releaseRegisters(from: mark) }
      return keeps
    default:
      if meaning(index).0 == .local {
        declareLocal(index, in: register)
        return true
      }
      store(register, into: index)
      return false
    }
  }

  private mutating func unpack(_ pattern: Node, from source: Register, to first: Register) {
    let count = Int(pattern.b)
    for position in 0..<count
    where nodes[Int(extra[Int(pattern.a) + position])].kind == .restPattern {
      if position > 255 { emitter.overflow("more than 255 targets before a rest target") }
      emitter.emit(.unpackRest, d: position, source, first, plain: count)
      return
    }
    emitter.emit(.unpack, source, first, plain: count)
  }

  private mutating func assignment(_ node: Node) {
    let target = nodes[Int(node.a)]
    switch target.kind {
    case .name:
      if let register = plainLocal(node.a) {
        expression(node.b, into: register)
      } else {
        let register = anyRegister(node.b)
        emitter.anchor = node.anchor
        store(register, into: node.a)
      }
    case .tuplePattern:
      let value = nodes[Int(node.b)]
      if let count = matchingTuple(target, value) {
        let first = emitter.takeRegisters(count)
        for position in 0..<count {
          expression(extra[Int(value.a) + position], into: first + position)
        }
        assignParts(target, first)
      } else {
        let source = anyRegister(node.b)
        emitter.anchor = node.anchor
        assignUnpacked(target, source)
      }
    default:
      let place = targetPlace(target)
      let register = anyRegister(node.b)
      assign(register, target, place)
    }
  }

  private mutating func assignUnpacked(_ pattern: Node, _ source: Register) {
    let first = emitter.takeRegisters(Int(pattern.b))
    unpack(pattern, from: source, to: first)
    assignParts(pattern, first)
  }

  private mutating func assignParts(_ pattern: Node, _ first: Register) {
    for position in 0..<Int(pattern.b) {
      var index = extra[Int(pattern.a) + position]
      if nodes[Int(index)].kind == .restPattern { index = nodes[Int(index)].a }
      let node = nodes[Int(index)]
      let mark = emitter.nextRegister
      switch node.kind {
      case .name: store(first + position, into: index)
      case .tuplePattern:
        emitter.anchor = node.anchor
        assignUnpacked(node, first + position)
      default: assign(first + position, node, targetPlace(node))
      }
      emitter.releaseRegisters(from: mark)
    }
  }

  /// The registers of the object and key of a member or element that is assigned to.
  private mutating func targetPlace(_ target: Node) -> (object: Register, key: Register) {
    let object = anyRegister(target.a)
    return (object, target.kind == .index ? anyRegister(target.b) : -1)
  }

  private mutating func assign(
    _ value: Register, _ target: Node, _ place: (object: Register, key: Register)
  ) {
    emitter.anchor = target.anchor
    if target.kind == .member {
      emitter.emit(.setAttribute, place.object, value, plain: emitter.cache(Symbol(target.b)))
    } else {
      emitter.emit(.setIndex, place.object, place.key, value)
    }
  }

  private mutating func compoundAssignment(_ node: Node) {
    let target = nodes[Int(node.a)]
    let kind = BinaryOperator(rawValue: node.flags).unsafelyUnwrapped
    if target.kind == .name {
      if let register = plainLocal(node.a) {
        combine(kind, register, node, into: register)
      } else {
        let register = emitter.takeRegisters()
        loadName(node.a, into: register)
        combine(kind, register, node, into: register)
        store(register, into: node.a)
      }
      return
    }
    let place = targetPlace(target)
    let value = emitter.takeRegisters()
    emitter.anchor = target.anchor
    if target.kind == .member {
      emitter.emit(.getAttribute, value, place.object, plain: emitter.cache(Symbol(target.b)))
    } else {
      emitter.emit(.getIndex, value, place.object, place.key)
    }
    combine(kind, value, node, into: value)
    assign(value, target, place)
  }

  private mutating func combine(
    _ kind: BinaryOperator, _ left: Register, _ node: Node, into target: Register
  ) {
    if kind == .coalesce {
      let end = emitter.makeLabel()
      let result = emitter.takeRegisters()
      emitter.emit(.move, result, left)
      emitter.jump(.jumpIfNotNil, result, to: end)
      expression(node.b, into: result)
      emitter.place(end)
      emitter.emit(.move, target, result)
    } else {
      operate(kind, left, node.b, node.anchor, isCompound: true, into: target)
    }
  }

  // MARK: Branches and loops

  private mutating func ifStatement(_ node: Node) {
    let end = emitter.makeLabel()
    var current = node
    while true {
      let otherwise = emitter.makeLabel()
      condition(current.a, jumpIf: false, to: otherwise)
      block(current.b)
      if current.c == 0 {
        emitter.place(otherwise)
        break
      }
      emitter.jump(.jump, to: end)
      emitter.place(otherwise)
      if nodes[Int(current.c)].kind != .ifStatement {
        block(current.c)
        break
      }
      current = nodes[Int(current.c)]
    }
    emitter.place(end)
  }

  private mutating func whileStatement(_ node: Node) {
    let start = emitter.makeLabel()
    let end = emitter.makeLabel()
    emitter.place(start)
    condition(node.a, jumpIf: false, to: end)
    loopBody(node.b, continueTo: start, breakTo: end)
    emitter.anchor = node.anchor
    emitter.jump(.jumpBack, to: start)
    emitter.place(end)
  }

  mutating func loopBody(
    _ body: NodeIndex, continueTo: Emitter.Label, breakTo: Emitter.Label
  ) {
    surroundings.append(.loop(continueTo: continueTo, breakTo: breakTo))
    block(body)
    surroundings.removeLast()
  }

  /// A loop over an iterable or a range of integers; `body` gets the labels for `continue`, `break`.
  ///
  /// The loop's instruction stands at its end and goes back to the body, so that a round costs one
  /// instruction beside the body.
  mutating func loop(
    over iterable: NodeIndex, pattern: NodeIndex,
    body: (inout Compiler, _ continueTo: Emitter.Label, _ breakTo: Emitter.Label) -> Void
  ) {
    let mark = emitter.nextRegister
    let firstLocal = emitter.locals.count
    let hidden = emitter.takeRegisters(2)
    let again = emitter.makeLabel()
    let next = emitter.makeLabel()
    let end = emitter.makeLabel()
    let anchor = nodes[Int(iterable)].anchor
    let node = nodes[Int(pattern)]
    var opcode = Opcode.iterateNext
    if let bounds = rangeBounds(iterable) {
      opcode = .rangeLoop
      if bounds.lower == 0 {
        emitter.emit(.loadInt, hidden, wide: 0)
      } else {
        expression(bounds.lower, into: hidden)
      }
      expression(bounds.upper, into: hidden + 1)
      emitter.anchor = anchor
      emitter.jump(.rangePrepare, d: bounds.isClosed ? 1 : 0, hidden, to: next)
    } else {
      expression(iterable, into: hidden)
      emitter.anchor = anchor
      emitter.emit(.iterate, hidden)
      emitter.jump(.jump, to: next)
      if isPair(node) { opcode = .iterateNextPair }
    }
    emitter.place(again)
    let item = emitter.takeRegisters(opcode == .iterateNextPair ? 2 : 1)
    if opcode == .iterateNextPair {
      for position in 0..<2 {
        _ = bindPart(extra[Int(node.a) + position], from: item + position)
      }
    } else {
      _ = bindPart(pattern, from: item)
    }
    body(&self, next, end)
    emitter.endLocals(from: firstLocal)
    emitter.place(next)
    emitter.anchor = anchor
    emitter.jump(opcode, hidden, to: again)
    emitter.place(end)
    emitter.releaseRegisters(from: mark)
  }

  private func isPair(_ pattern: Node) -> Bool {
    guard pattern.kind == .tuplePattern, pattern.b == 2 else { return false }
    return nodes[Int(extra[Int(pattern.a)])].kind != .restPattern
      && nodes[Int(extra[Int(pattern.a) + 1])].kind != .restPattern
  }

  /// The bounds when the iterable is written as a range of integers: `a..b`, `range(b)`, `range(a,
  /// b)`.
  ///
  /// Lower bound 0 (no node) stands for the number 0.
  private func rangeBounds(
    _ index: NodeIndex
  ) -> (lower: NodeIndex, upper: NodeIndex, isClosed: Bool)? {
    let node = nodes[Int(index)]
    if node.kind == .range { return (node.a, node.b, node.flags & NodeFlags.closed != 0) }
    guard node.kind == .call, node.c == 1 || node.c == 2, meaning(node.a).0 == .builtin,
      symbols.text(of: Symbol(nodes[Int(node.a)].a)) == "range"
    else { return nil }
    for position in 0..<Int(node.c) {
      let kind = nodes[Int(extra[Int(node.b) + position])].kind
      if kind == .spread || kind == .namedArgument { return nil }
    }
    if node.c == 1 { return (0, extra[Int(node.b)], false) }
    return (extra[Int(node.b)], extra[Int(node.b) + 1], false)
  }

  private mutating func returnStatement(_ node: Node) {
    let value = node.a == 0 ? nil : anyRegister(node.a)
    emitter.anchor = node.anchor
    leave(.functionReturn, value)
  }

  /// Leaves what surrounds the statement, by way of every `finally` block in between.
  private mutating func leave(_ exit: Exit, _ value: Register? = nil) {
    var position = surroundings.count - 1
    while position >= 0 {
      switch surroundings[position] {
      case .loop(let continueTo, let breakTo):
        if exit == .loopBreak { return emitter.jump(.jump, to: breakTo) }
        if exit == .loopContinue { return emitter.jump(.jump, to: continueTo) }
      case .finally(let number):
        let block = finallyBlocks[number]
        if exit == .functionReturn {
          if let value {
            if value != block.returnValue { emitter.emit(.move, block.returnValue, value) }
          } else {
            emitter.emit(.loadNil, block.returnValue)
          }
        }
        var code = block.exits.firstIndex(of: exit) ?? -1
        if code < 0 {
          code = block.exits.count
          finallyBlocks[number].exits.append(exit)
        }
        emitter.emit(.loadInt, block.completion, wide: code)
        return emitter.jump(.jump, to: block.entry)
      case .handling: break
      }
      position -= 1
    }
    if let value {
      emitter.emit(.returnValue, value)
    } else {
      emitter.emit(.returnNil)
    }
  }

  // MARK: Errors

  private mutating func throwStatement(_ node: Node) {
    if node.a == 0 {
      for surrounding in surroundings.reversed() {
        if case .handling(let register) = surrounding {
          return emitter.emit(.rethrow, register)
        }
      }
      return
    }
    let register = anyRegister(node.a)
    emitter.anchor = nodes[Int(node.a)].anchor
    emitter.emit(.throwValue, register)
  }

  private mutating func assertStatement(_ node: Node) {
    let holds = emitter.makeLabel()
    condition(node.a, jumpIf: true, to: holds)
    let message = emitter.takeRegisters()
    if node.b == 0 {
      emitter.emit(.loadUndefined, message)
    } else {
      expression(node.b, into: message)
    }
    emitter.anchor = nodes[Int(node.a)].anchor
    emitter.emit(.assertionFailed, message)
    emitter.place(holds)
  }

  /// A `finally` block is written once.
  ///
  /// Every way into it leaves word in the `completion` register of how to go on at its end:
  /// undefined (fall through), an error (throw it on), or the number of an exit (`return`, `break`,
  /// `continue`).
  private mutating func tryStatement(_ node: Node) {
    let record = Int(node.b)
    let count = Int(extra[record])
    let finally = extra[record + 1 + count]
    if finally == 0 { return tryWithCatches(node) }
    let block = FinallyBlock(
      entry: emitter.makeLabel(), completion: emitter.takeRegisters(),
      returnValue: emitter.takeRegisters())
    let number = finallyBlocks.count
    finallyBlocks.append(block)
    surroundings.append(.finally(number))
    let start = emitter.position
    tryWithCatches(node)
    emitter.emit(.loadUndefined, block.completion)
    surroundings.removeLast()
    let end = emitter.position
    emitter.place(block.entry)
    addHandler(from: start, to: end, target: end, block.completion, isFinally: true)
    surroundings.append(.handling(register: block.completion))
    self.block(finally)
    surroundings.removeLast()
    addHandling(from: end, block.completion)
    let past = emitter.makeLabel()
    emitter.jump(.endFinally, block.completion, to: past)
    let exits = finallyBlocks[number].exits
    let labels = exits.map { _ in emitter.makeLabel() }
    for code in exits.indices {
      emitter.shortJump(
        .jumpIfLessEqualImmediate, block.completion, plain: code, to: labels[code])
    }
    for code in exits.indices {
      emitter.place(labels[code])
      leave(exits[code], exits[code] == .functionReturn ? block.returnValue : nil)
    }
    emitter.place(past)
  }

  private mutating func tryWithCatches(_ node: Node) {
    let record = Int(node.b)
    let count = Int(extra[record])
    if count == 0 { return block(node.a) }
    // The register that gets an error is reserved throughout, so that no value in use is lost.
    let error = emitter.takeRegisters()
    let end = emitter.makeLabel()
    let start = emitter.position
    block(node.a)
    let bodyEnd = emitter.position
    emitter.jump(.jump, to: end)
    addHandler(from: start, to: bodyEnd, target: emitter.position, error, isFinally: false)
    let handlingStart = emitter.position
    for position in 0..<count {
      let index = extra[record + 1 + position]
      let clause = nodes[Int(index)]
      let next = emitter.makeLabel()
      let mark = emitter.nextRegister
      let firstLocal = emitter.locals.count
      if clause.b == 0 {
        emitter.anchor = clause.start
        emitter.jump(.jumpUnlessCaught, error, to: next)
      } else {
        let classes = anyRegister(clause.b)
        emitter.anchor = nodes[Int(clause.b)].anchor
        emitter.shortJump(.jumpUnlessInstance, error, classes, to: next)
      }
      if clause.a != 0 {
        let variable = emitter.takeRegisters()
        emitter.emit(.move, variable, error)
        declareLocal(index, in: variable)
      }
      surroundings.append(.handling(register: error))
      block(clause.c)
      surroundings.removeLast()
      emitter.endLocals(from: firstLocal)
      emitter.releaseRegisters(from: mark)
      emitter.jump(.jump, to: end)
      emitter.place(next)
    }
    emitter.emit(.rethrow, error)
    addHandling(from: handlingStart, error)
    emitter.place(end)
  }

  /// Notes that an error that leaves the code since `start` gets the one in `register` as its cause.
  private func addHandling(from start: Int, _ register: Register) {
    if start == emitter.position { return }
    emitter.code.handling.append(
      Handler(
        start: UInt32(start), end: UInt32(emitter.position), target: 0,
        register: UInt16(truncatingIfNeeded: register), isFinally: false))
  }

  private func addHandler(
    from start: Int, to end: Int, target: Int, _ register: Register, isFinally: Bool
  ) {
    if start == end { return }
    emitter.code.handlers.append(
      Handler(
        start: UInt32(start), end: UInt32(end), target: UInt32(target),
        register: UInt16(truncatingIfNeeded: register), isFinally: isFinally))
  }
}
