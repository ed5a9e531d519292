import Lang

/// The parameters of a native function, taken from its declaration.
struct NativeParameters {
  var positional: [(name: String, isOptional: Bool)] = []
  var keywords: [(name: String, isOptional: Bool)] = []
  var isVariadic = false

  init(_ definition: NativeDefinition) {
    if definition.hostName != nil {
      positional = definition.hostParameters.map { ($0, false) }
      return
    }
    for part in "\(definition.parameters)".split(separator: ",") {
      var name = part.filter { $0 != " " }
      if name.hasPrefix("...") {
        isVariadic = true
        continue
      }
      let isOptional = name.hasSuffix("?")
      if isOptional { name.removeLast() }
      if isVariadic {
        keywords.append((name, isOptional))
      } else {
        positional.append((name, isOptional))
      }
    }
  }
}

// Calls with named or spread arguments: they are sorted out beyond the frame's registers, and then
// made like any other call.

extension Engine {
  @inline(never)
  func callDescribed(
    _ window: UnsafeMutablePointer<Value>, _ descriptorIndex: Value, resultOffset: UInt16
  ) -> CallOutcome {
    openStack()
    let unit = pointee.frame.pointee.function.pointee.prototype.pointee.unit.takeUnretainedValue()
    let descriptor = unit.compiled.calls[descriptorIndex.int]
    do throws(RaisedError) {
      return try callDescribed(window, descriptor, resultOffset)
    } catch {
      _ = fail(error)
      return .failed
    }
  }

  private func callDescribed(
    _ window: UnsafeMutablePointer<Value>, _ descriptor: CallDescriptor, _ resultOffset: UInt16
  ) throws(RaisedError) -> CallOutcome {
    let isMethod = descriptor.method != .none
    var callee = window.pointee
    var hasReceiver = false
    if isMethod {
      (callee, hasReceiver) = try method(of: window + 1, descriptor)
    }
    // Also what an attribute of a module or a field gives.
    if callee.tag == .deferred { callee = try resolved(callee) }
    while true {
      if callee.tag == .boundMethod {
        window[isMethod ? 1 : 0] = callee.boundMethod.pointee.receiver
        hasReceiver = true
        callee = callee.boundMethod.pointee.method
      } else if callee.tag == .instance,
        let found = member(pointee.names.call, of: classOf(callee)), found.flags == 0
      {
        window[isMethod ? 1 : 0] = callee
        hasReceiver = true
        callee = found.value
      } else {
        break
      }
    }
    // Everything goes into a fresh window: a free slot, maybe the receiver, the positional arguments.
    let written = window + (isMethod ? 2 : 1)
    let start = pointee.top
    root(callee)
    if hasReceiver { root(window[isMethod ? 1 : 0]) }
    let first = start + 1
    var named: [(symbol: Symbol, value: Value)] = []
    for (position, argument) in descriptor.arguments.enumerated() {
      let value = written[position]
      switch argument {
      case .positional: try pushArgument(value)
      case .named(let symbol):
        // What is named stays in its register, which roots it.
        named.append((symbol, value))
      case .spread: try spread(try resolved(value))
      }
    }
    let count = pointee.top - first
    if named.isEmpty {
      if hasReceiver && callee.tag == .native {
        return call(
          makeBoundMethod(first[0], callee), first + 1, count - 1, resultOffset: resultOffset)
      }
      return call(callee, first, count, resultOffset: resultOffset)
    }
    return try callNamed(callee, first, count, named, hasReceiver, resultOffset)
  }

  private func pushArgument(_ value: Value) throws(RaisedError) {
    if !ensureStack(pointee.top + 128) { throw takePending() }
    root(value)
  }

  private func spread(_ source: Value) throws(RaisedError) {
    if source.tag == .list || source.tag == .tuple {
      let isList = source.tag == .list
      let count = isList ? source.list.pointee.count : source.tuple.pointee.count
      for position in 0..<count {
        try pushArgument(
          isList ? source.list.pointee.items[position] : source.tuple.items[position])
      }
      return
    }
    let list = makeList(capacity: 4)
    // The list is rooted where its items go afterwards.
    let top = pointee.top
    root(Value(.list, list))
    try extend(list, withItemsOf: source)
    pointee.top = top
    for position in 0..<list.pointee.count { try pushArgument(list.pointee.items[position]) }
  }

  /// The callee of `receiver.name(…)`, and whether the receiver is its first argument.
  private func method(
    of receiver: UnsafeMutablePointer<Value>, _ descriptor: CallDescriptor
  ) throws(RaisedError) -> (Value, Bool) {
    let symbol = descriptor.method
    receiver.pointee = try resolved(receiver.pointee)
    let object = receiver.pointee
    if descriptor.isSuper {
      guard let base = pointee.frame.pointee.function.pointee.owner?.pointee.base,
        let found = member(symbol, of: base)
      else { throw missingSuper(symbol) }
      return (found.value, found.flags == 0)
    }
    let isPlain =
      object.tag != .class && object.tag != .module && object.tag != .proxy
      && object.tag != .superView
    if isPlain, object.tag != .instance || object.instance.pointee.shape.slot(of: symbol) < 0,
      let found = member(symbol, of: classOf(object)), found.flags == 0
    {
      return (found.value, true)
    }
    return (try attribute(of: object, symbol), false)
  }

  private func callNamed(
    _ callee: Value, _ first: UnsafeMutablePointer<Value>, _ count: Int,
    _ named: [(symbol: Symbol, value: Value)], _ hasReceiver: Bool, _ resultOffset: UInt16
  ) throws(RaisedError) -> CallOutcome {
    switch callee.tag {
    case .function:
      let total = try bindNamed(callee.function, first, count, named)
      return call(callee, first, total, resultOffset: resultOffset)
    case .class:
      let initializer = member(pointee.names.initializer, of: callee.class)?.value ?? .nil
      if initializer.tag == .function {
        // The instance takes the free slot before the arguments; bind as if it were there.
        first[-1] = .nil
        let total = try bindNamed(initializer.function, first - 1, count + 1, named)
        return call(callee, first, total - 1, resultOffset: resultOffset)
      }
      if initializer.tag == .native {
        let total = try bindNamed(initializer.native, first, count, named)
        return call(callee, first, total, resultOffset: resultOffset)
      }
      let name = pointee.symbols.text(of: named[0].symbol)
      throw typeError("\(typeName(callee.class))() has no parameter '\(name)'")
    case .native:
      let shift = hasReceiver ? 1 : 0
      let total = try bindNamed(callee.native, first + shift, count - shift, named)
      let callable = hasReceiver ? makeBoundMethod(first[0], callee) : callee
      return call(callable, first + shift, total, resultOffset: resultOffset)
    default:
      throw typeError("\(typeName(of: callee)) cannot be called")
    }
  }

  private func typeName(_ class: ClassReference) -> String {
    pointee.symbols.text(of: `class`.pointee.name)
  }

  /// Puts named arguments into their places behind `count` positional ones; returns how many
  /// arguments there are then, gaps being undefined.
  private func bindNamed(
    _ function: FunctionReference, _ first: UnsafeMutablePointer<Value>, _ count: Int,
    _ named: [(symbol: Symbol, value: Value)]
  ) throws(RaisedError) -> Int {
    let code = function.pointee.prototype.pointee.source.takeUnretainedValue()
    let expected = code.parameters.count
    if !ensureStack(first + max(expected, count) + 64) { throw takePending() }
    if count > expected && code.rest == .none {
      // The call itself reports the surplus.
      return count
    }
    for position in min(count, expected)..<max(expected, min(count, expected)) {
      first[position] = .undefined
    }
    for argument in named {
      let name = pointee.symbols.text(of: argument.symbol)
      guard let position = code.parameters.firstIndex(where: { $0.symbol == argument.symbol }),
        !(code.isMethod && position == 0)
      else {
        throw typeError("\(describe(code)) has no parameter '\(name)'")
      }
      if !first[position].isUndefined {
        throw typeError("\(describe(code)) got argument '\(name)' twice")
      }
      first[position] = argument.value
    }
    for position in 0..<expected where first[position].isUndefined {
      if !code.parameters[position].hasDefault {
        let name = pointee.symbols.text(of: code.parameters[position].symbol)
        throw typeError("\(describe(code)) is missing argument '\(name)'")
      }
    }
    let total = max(expected, count)
    pointee.top = first + total
    return total
  }

  private func bindNamed(
    _ native: NativeReference, _ first: UnsafeMutablePointer<Value>, _ count: Int,
    _ named: [(symbol: Symbol, value: Value)]
  ) throws(RaisedError) -> Int {
    let definition = pointee.nativeTable + native.pointee.definition
    let parameters = NativeParameters(definition.pointee)
    let names = parameters.isVariadic ? parameters.keywords : parameters.positional
    // Keyword-only parameters lie behind however many positional arguments there are.
    let start = parameters.isVariadic ? first + count : first
    let given = parameters.isVariadic ? 0 : count
    if given > names.count { return count }
    if !ensureStack(start + names.count + 64) { throw takePending() }
    for position in given..<names.count { start[position] = .undefined }
    var last = given
    for argument in named {
      let name = pointee.symbols.text(of: argument.symbol)
      guard let position = names.firstIndex(where: { $0.name == name }) else {
        // `**name` collects what no other parameter takes, as a map.
        guard let rest = names.firstIndex(where: { $0.name.hasPrefix("**") }) else {
          throw typeError("\(describe(native)) has no parameter '\(name)'")
        }
        if start[rest].isUndefined { start[rest] = Value(.map, makeMap()) }
        let key = string(of: argument.symbol)
        if !(try mapGet(start[rest].map, key)).isUndefined {
          throw typeError("\(describe(native)) got argument '\(name)' twice")
        }
        try mapSet(start[rest].map, key, argument.value)
        continue
      }
      if !start[position].isUndefined {
        throw typeError("\(describe(native)) got argument '\(name)' twice")
      }
      start[position] = argument.value
      last = max(last, position + 1)
    }
    for position in 0..<names.count where start[position].isUndefined && !names[position].isOptional
    {
      throw typeError("\(describe(native)) is missing argument '\(names[position].name)'")
    }
    pointee.top = start + names.count
    if parameters.isVariadic {
      pointee.keywordsArePlaced = true
      return count
    }
    return last
  }
}
