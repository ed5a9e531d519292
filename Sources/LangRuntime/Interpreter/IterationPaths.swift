import Lang

// What `for` does, and taking things apart.

/// What asking an iterator for its next item came to.
enum Advance {
  case item, end, failed
  /// A generator was resumed; its `yield` delivers the item.
  case entered
}

extension Engine {
  /// Turns the iterable in `state[0]` into what ``advance(_:)`` goes on with; `state[1]` is a position.
  @inline(never)
  func beginIteration(_ state: UnsafeMutablePointer<Value>) -> Bool {
    attempt { () throws(RaisedError) in
      let value = try resolved(state[0])
      switch value.tag {
      case .list, .tuple, .range, .string, .generator: state[0] = value
      case .map, .set:
        state[0] = value
        // The version above the position: the container must not change meanwhile.
        state[1] = .int(Int(value.map.pointee.header.word) << 32)
        return
      default: state[0] = try iterate(value)
      }
      state[1] = .int(0)
    }
  }

  @inline(never)
  func advance(_ state: UnsafeMutablePointer<Value>) -> Advance {
    let position = state[1].int
    switch state[0].tag {
    case .tuple:
      let tuple = state[0].tuple
      if position >= tuple.pointee.count { return .end }
      state[2] = tuple.items[position]
      state[1].bits &+= 1
      return .item
    case .list:
      let list = state[0].list
      if position >= list.pointee.count { return .end }
      state[2] = list.pointee.items[position]
      state[1].bits &+= 1
      return .item
    case .range:
      let range = state[0].range
      if position >= range.count { return .end }
      state[2] = .int(range.pointee.lower &+ position &* range.pointee.step)
      state[1].bits &+= 1
      return .item
    case .string:
      let string = state[0].string
      if position >= string.count { return .end }
      let lead = string.bytes[position]
      let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
      state[2] = makeString(string.bytes + position, count: length, scalarCount: 1)
      state[1].bits &+= UInt64(length)
      return .item
    case .map, .set:
      return advanceEntries(state, position)
    case .generator:
      return enterGenerator(state)
    default:
      let went = attempt { () throws(RaisedError) in state[2] = try next(state[0]) }
      if !went { return .failed }
      return state[2].isUndefined ? .end : .item
    }
  }

  /// The next live entry of a map or set: its key in `state[2]`.
  private func advanceEntries(_ state: UnsafeMutablePointer<Value>, _ position: Int) -> Advance {
    let map = state[0].map
    var next = position & 0xFFFF_FFFF
    if map.pointee.header.word != UInt32(truncatingIfNeeded: position >> 32) {
      let what = state[0].tag == .map ? "map" : "set"
      _ = fail(valueError("the \(what) changed during iteration"))
      return .failed
    }
    while next < map.pointee.used {
      let entry = map.pointee.entries + next
      next += 1
      if entry.pointee.key.isUndefined { continue }
      state[2] = entry.pointee.key
      state[1].bits = state[1].bits & 0xFFFF_FFFF_0000_0000 | UInt64(next)
      return .item
    }
    return .end
  }

  /// The next two values: an entry of a map, or an item taken apart.
  @inline(never)
  func advancePair(_ state: UnsafeMutablePointer<Value>) -> Advance {
    if state[0].tag == .map {
      let outcome = advanceEntries(state, state[1].int)
      if outcome == .item {
        let position = Int(state[1].bits & 0xFFFF_FFFF) - 1
        state[3] = state[0].map.pointee.entries[position].value
      }
      return outcome
    }
    if state[0].tag == .iterator {
      var isItem: Bool? = nil
      let went = attempt { () throws(RaisedError) in
        isItem = try nextPair(state[0].iterator, into: state + 2)
      }
      if !went { return .failed }
      if let isItem { return isItem ? .item : .end }
    }
    if state[0].tag == .generator {
      let went = attempt { () throws(RaisedError) in
        state[2] = try resume(state[0].generator)
      }
      if !went { return .failed }
      if state[2].isUndefined { return .end }
    } else {
      let outcome = advance(state)
      if outcome != .item { return outcome }
    }
    return unpack(state[2], state + 2, count: 2, rest: -1) ? .item : .failed
  }

  /// Bounds of a loop that are not two plain integers of a half-open range.
  @inline(never)
  func prepareRange(_ state: UnsafeMutablePointer<Value>, closed: Bool) -> Bool {
    attempt { () throws(RaisedError) in
      let lower = try expectInt(try resolved(state[0]), "a range bound must be an int")
      let upper = try expectInt(try resolved(state[1]), "a range bound must be an int")
      state[0] = .int(lower)
      if closed ? lower > upper : lower >= upper {
        state[1] = .int(0)
        return
      }
      // As bits: the distance may need all 64. A closed range over everything has one too many.
      let distance = UInt64(bitPattern: Int64(upper)) &- UInt64(bitPattern: Int64(lower))
      state[1] = Value(tag: .int, bits: closed && distance != .max ? distance + 1 : distance)
    }
  }

  /// Puts the items of `source` into `count` registers; the one at `rest`, unless that is -1, gets a
  /// list of those that are left over.
  @inline(never)
  func unpack(
    _ source: Value, _ target: UnsafeMutablePointer<Value>, count: Int, rest: Int
  ) -> Bool {
    attempt { () throws(RaisedError) in
      let source = try resolved(source)
      var items: UnsafeMutablePointer<Value>
      var available: Int
      switch source.tag {
      case .tuple: (items, available) = (source.tuple.items, source.tuple.pointee.count)
      case .list: (items, available) = (source.list.pointee.items, source.list.pointee.count)
      default:
        let list = makeList(capacity: 4)
        root(Value(.list, list))
        // One item more than wanted tells that there are too many, even of an endless source.
        if rest >= 0 {
          try extend(list, withItemsOf: source)
        } else {
          let iterator = try iterate(source)
          root(iterator)
          while list.pointee.count <= count {
            let item = try next(iterator)
            if item.isUndefined { break }
            append(item, to: list)
          }
        }
        (items, available) = (list.pointee.items, list.pointee.count)
      }
      if rest < 0 {
        if available != count {
          let got = source.tag == .tuple || source.tag == .list || available < count
          throw valueError(
            "expected \(count) value\(count == 1 ? "" : "s") to unpack, got "
              + (got ? "\(available)" : "more"))
        }
        target.update(from: items, count: count)
        return
      }
      let fixed = count - 1
      if available < fixed {
        throw valueError(
          "expected at least \(fixed) value\(fixed == 1 ? "" : "s") to unpack, got \(available)")
      }
      let left = available - fixed
      var list = Value.nil
      makeList(items + rest, count: left, into: &list)
      for position in 0..<rest { target[position] = items[position] }
      for position in rest..<fixed { target[position + 1] = items[position + left] }
      target[rest] = list
    }
  }

  // MARK: Generators

  /// Resumes the generator in `state[0]` for a loop: its frame goes onto the stack.
  private func enterGenerator(_ state: UnsafeMutablePointer<Value>) -> Advance {
    let generator = state[0].generator
    switch generator.pointee.state {
    case .finished: return .end
    case .running:
      _ = fail(valueError("the generator is running already"))
      return .failed
    case .suspended: break
    }
    if pointee.attention != 0, !passSafepoint() { return .failed }
    openStack()
    let base = pointee.top
    if !pushFrame(
      generator.pointee.function, base: base, exit: .iterate, resultOffset: 0, generator: generator)
    {
      return .failed
    }
    restore(generator, to: base)
    return .entered
  }

  private func restore(_ generator: GeneratorReference, to base: UnsafeMutablePointer<Value>) {
    base.update(from: generator.pointee.registers, count: generator.pointee.registerCount)
    generator.pointee.state = .running
    pointee.frame.pointee.resume =
      UnsafePointer(generator.pointee.function.pointee.prototype.pointee.code)
      + generator.pointee.resumeAt
  }

  /// Runs a generator up to its next `yield`; undefined at its end.
  func resume(_ generator: GeneratorReference) throws(RaisedError) -> Value {
    switch generator.pointee.state {
    case .finished: return .undefined
    case .running: throw valueError("the generator is running already")
    case .suspended: break
    }
    try enterNativeRecursion()
    let top = pointee.top
    root(Value(.generator, generator))
    let base = pointee.top
    if !pushFrame(
      generator.pointee.function, base: base, exit: .native, resultOffset: 0, generator: generator)
    {
      throw takePending()
    }
    restore(generator, to: base)
    if !interpretLoop(entry: pointee.frame) { throw takePending() }
    pointee.top = top
    return generator.pointee.state == .finished ? .undefined : pointee.returned
  }

  /// `yield`: the innermost frame is a generator's; it leaves the stack with its registers.
  ///
  /// - Returns: True when the value goes to Swift code.
  @inline(never)
  func suspend(_ value: Value) -> Bool {
    let frame = pointee.frame
    let generator = frame.pointee.generator.unsafelyUnwrapped
    generator.pointee.registers.update(
      from: frame.pointee.base, count: generator.pointee.registerCount)
    generator.pointee.resumeAt =
      frame.pointee.resume
      - UnsafePointer(frame.pointee.function.pointee.prototype.pointee.code)
    generator.pointee.state = .suspended
    pointee.frame -= 1
    if frame.pointee.exit == .native {
      pointee.returned = value
      return true
    }
    deliver(value)
    return false
  }

  /// Hands a generator's value to the loop of the innermost frame, which goes on with its body.
  private func deliver(_ value: Value) {
    let frame = pointee.frame
    let instruction = (frame.pointee.resume - 1).pointee
    let state = (UnsafeMutableRawPointer(frame.pointee.base) + Int(instruction.a))
      .assumingMemoryBound(to: Value.self)
    state[2] = value
    frame.pointee.resume += instruction.wide
  }

  /// A new generator of `function`, whose arguments are in registers from `base` on.
  func makeGenerator(
    _ function: FunctionReference, _ base: UnsafeMutablePointer<Value>, arguments: Int
  ) -> Value {
    let count = Int(function.pointee.prototype.pointee.registerCount)
    let memory = pointee.heap.allocate(MemoryLayout<GeneratorObject>.size, kind: .generator)
    let generator = memory.assumingMemoryBound(to: GeneratorObject.self)
    generator.pointee.function = function
    generator.pointee.registers = pointee.heap.allocateExternal(Value.self, capacity: count)
    generator.pointee.registerCount = count
    generator.pointee.registers.update(from: base, count: min(arguments, count))
    if count > arguments {
      (generator.pointee.registers + arguments).update(repeating: .nil, count: count - arguments)
    }
    generator.pointee.resumeAt = 0
    generator.pointee.state = .suspended
    if pointee.generatorCount == pointee.generatorCapacity {
      let capacity = max(16, pointee.generatorCapacity * 2)
      let grown = UnsafeMutablePointer<GeneratorReference>.allocate(capacity: capacity)
      grown.update(from: pointee.generators, count: pointee.generatorCount)
      pointee.generators.deallocate()
      pointee.generators = grown
      pointee.generatorCapacity = capacity
    }
    pointee.generators[pointee.generatorCount] = generator
    pointee.generatorCount += 1
    return Value(.generator, generator)
  }
}
