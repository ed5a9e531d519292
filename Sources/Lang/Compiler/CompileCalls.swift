// Attributes, elements and calls: what is written behind an expression.

extension Compiler {
  mutating func optionalChain(_ node: Node, into target: Register) {
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
  mutating func postfix(_ index: NodeIndex, into target: Register) {
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
