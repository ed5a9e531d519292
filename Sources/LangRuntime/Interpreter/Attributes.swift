import Lang

// `object.name`: fields, methods, properties, module variables, and what inline caches remember.

/// A member of a class and how it was declared (``MemberFlags``; 0 for a method).
struct FoundMember {
  let value: Value
  let flags: UInt32
}

extension Engine {
  /// The member of `class` or of its nearest base that has it.
  func member(_ symbol: Symbol, of class: ClassReference) -> FoundMember? {
    var current: ClassReference? = `class`
    while let candidate = current {
      if let entry = candidate.pointee.members.entry(symbol) {
        return FoundMember(value: entry.pointee.value, flags: entry.pointee.flags)
      }
      current = candidate.pointee.base
    }
    return nil
  }

  // MARK: Reading

  @inline(never)
  func getAttribute(
    _ object: UnsafeMutablePointer<Value>, _ cache: UnsafeMutablePointer<InlineCache>,
    _ target: UnsafeMutablePointer<Value>
  ) -> Bool {
    if object.pointee.tag == .instance {
      let instance = object.pointee.instance
      if pointee.lookups.fill(cache, instance.pointee.shape), cache.pointee.kind == .field {
        target.pointee = instance.pointee.slots[Int(cache.pointee.slot)]
        return true
      }
    }
    return attempt { () throws(RaisedError) in
      object.pointee = try resolved(object.pointee)
      if object.pointee.tag == .proxy { object.pointee = try load(object.pointee.proxy) }
      let value = object.pointee
      let symbol = cache.pointee.symbol
      if value.tag == .instance {
        let shape = value.instance.pointee.shape
        let slot = shape.slot(of: symbol)
        if slot >= 0 {
          if slot <= Int(Int16.max) {
            cache.pointee.key = UInt(bitPattern: shape)
            cache.pointee.kind = .field
            cache.pointee.slot = Int16(slot)
            pointee.lookups.remember(cache, shape)
          }
          target.pointee = value.instance.pointee.slots[slot]
          return
        }
      } else if value.tag == .module, let entry = value.module.pointee.names.entry(symbol) {
        let slot = entry.pointee.value.int
        let found = value.module.pointee.slots[slot]
        if !found.isUndefined {
          if slot <= Int(Int16.max) {
            cache.pointee.key = UInt(value.bits)
            cache.pointee.kind = .moduleVariable
            cache.pointee.slot = Int16(slot)
            cache.pointee.extraTag = .nil
          }
          target.pointee = found
          return
        }
      }
      target.pointee = try attribute(of: value, symbol)
    }
  }

  /// The attribute `symbol` of any value.
  func attribute(of value: Value, _ symbol: Symbol) throws(RaisedError) -> Value {
    let found = try findAttribute(of: value, symbol)
    if !found.isUndefined { return found }
    throw missingAttribute(of: value, symbol)
  }

  /// The attribute, or undefined also when code that was asked for it says that there is none.
  func attributeIfAny(of value: Value, _ symbol: Symbol) throws(RaisedError) -> Value {
    // What goes wrong while the module is loaded is another matter.
    let value = value.tag == .proxy ? try load(value.proxy) : value
    do throws(RaisedError) {
      return try findAttribute(of: value, symbol)
    } catch {
      guard isInstance(error.value, of: pointee.errors.attributeError) else { throw error }
      return .undefined
    }
  }

  /// The attribute, or undefined.
  func findAttribute(of value: Value, _ symbol: Symbol) throws(RaisedError) -> Value {
    switch value.tag {
    case .proxy: return try findAttribute(of: try load(value.proxy), symbol)
    case .deferred: return try findAttribute(of: try resolved(value), symbol)
    case .module: return try moduleAttribute(value.module, symbol)
    case .class: return try classAttribute(value, symbol)
    case .superView:
      let view = value.boundMethod
      guard let found = member(symbol, of: view.pointee.method.class) else { return .undefined }
      return try bind(found, to: view.pointee.receiver)
    case .instance:
      let slot = value.instance.pointee.shape.slot(of: symbol)
      if slot >= 0 { return value.instance.pointee.slots[slot] }
    default: break
    }
    guard let found = member(symbol, of: classOf(value)) else { return .undefined }
    if value.tag != .instance && symbol == pointee.names.initializer { return .undefined }
    return try bind(found, to: value)
  }

  /// A member as seen through an object: methods are bound, properties are called.
  private func bind(_ found: FoundMember, to receiver: Value) throws(RaisedError) -> Value {
    if found.flags & UInt32(MemberFlags.getter) != 0 {
      if found.value.tag == .native {
        return try call(makeBoundMethod(receiver, found.value))
      }
      return try call(found.value, receiver)
    }
    if found.flags != 0 { return found.value }
    return makeBoundMethod(receiver, found.value)
  }

  private func classAttribute(_ value: Value, _ symbol: Symbol) throws(RaisedError) -> Value {
    guard let found = member(symbol, of: value.class) else { return .undefined }
    if found.value.tag == .native && found.flags == 0 {
      // `string.upper` takes the string as its first argument.
      let native = makeNative(found.value.native.pointee.definition, owner: value.class)
      native.pointee.header.flags |= NativeObject.isUnbound
      return Value(.native, native)
    }
    return found.value
  }

  private func moduleAttribute(
    _ module: ModuleReference, _ symbol: Symbol
  ) throws(RaisedError) -> Value {
    if let entry = module.pointee.names.entry(symbol) {
      let value = module.pointee.slots[entry.pointee.value.int]
      if !value.isUndefined { return value }
    }
    if let submodule = try submodule(symbol, of: module) { return submodule }
    if let hook = module.pointee.names.entry(pointee.names.getAttribute) {
      let function = module.pointee.slots[hook.pointee.value.int]
      if !function.isUndefined && symbol != pointee.names.getAttribute {
        return try call(function, string(of: symbol))
      }
    }
    return .undefined
  }

  /// An AttributeError that remembers what was looked for, so that its report can say what was
  /// probably meant.
  func missingAttribute(of value: Value, _ symbol: Symbol) -> RaisedError {
    let name = pointee.symbols.text(of: symbol)
    let holder: String
    switch value.tag {
    case .module:
      holder = "module '\(pointee.modules.records[value.module.pointee.record].name)'"
    case .class: holder = typeName(value.class)
    case .superView:
      return attributeError(
        "\(typeName(of: value.boundMethod.pointee.receiver)) has no base attribute '\(name)'")
    default: holder = typeName(of: value)
    }
    let note = value.tag == .module ? loadingNote(value.module) : ""
    let error = attributeError("\(holder) has no attribute '\(name)'" + note)
    setField(
      error.value.instance, pointee.names.lookup, makeTuple(value, string(of: symbol)))
    if value.tag == .module { addCycle(of: value.module, to: error) }
    return error
  }

  /// The name of an attribute that `error`, an AttributeError, was probably meant to look for.
  func likelyAttribute(for error: Value) -> String? {
    let lookup = field(error.instance, pointee.names.lookup)
    guard lookup.tag == .tuple else { return nil }
    return Spelling.nearest(
      to: lookup.tuple.items[1].string.text, among: attributeNames(of: lookup.tuple.items[0]))
  }

  /// The sorted names of a value's attributes that a program can write and that are not private; none
  /// when the program is to stop meanwhile.
  func attributeNames(of value: Value) -> [String] {
    let stop = StopCheck(self)
    return stop.sorted(unsortedAttributeNames(of: value, unless: stop)) ?? []
  }

  /// See ``attributeNames(of:)``; only some when the program is to stop.
  func unsortedAttributeNames(of value: Value, unless stop: StopCheck) -> [String] {
    var names: [String] = []
    func add(_ symbol: Symbol) {
      let name = pointee.symbols.text(of: symbol)
      // What begins with `_` is private, what is no name is an operator or hidden.
      guard let first = name.unicodeScalars.first, first != "_" else { return }
      if first.properties.isIDStart { names.append(name) }
    }
    var symbols: Set<Symbol> = []
    func addMembers(_ class: ClassReference) {
      var current: ClassReference? = `class`
      while let candidate = current {
        let members = candidate.pointee.members
        for position in 0..<members.count {
          symbols.insert(members.entries.unsafelyUnwrapped[position].symbol)
        }
        current = candidate.pointee.base
      }
    }
    switch value.tag {
    case .module:
      let entries = value.module.pointee.names
      for position in 0..<entries.count {
        if stop.isStopped { break }
        let entry = entries.entries.unsafelyUnwrapped[position]
        if !value.module.pointee.slots[entry.value.int].isUndefined { add(entry.symbol) }
      }
    case .class: addMembers(value.class)
    case .instance:
      symbols.formUnion(value.instance.pointee.shape.fieldNames)
      addMembers(classOf(value))
    default: addMembers(classOf(value))
    }
    for symbol in symbols { add(symbol) }
    return names
  }

  @inline(never)
  func getSuperAttribute(
    _ receiver: Value, _ cache: UnsafeMutablePointer<InlineCache>,
    _ target: UnsafeMutablePointer<Value>
  ) -> Bool {
    attempt { () throws(RaisedError) in
      guard let base = pointee.frame.pointee.function.pointee.owner?.pointee.base,
        let found = member(cache.pointee.symbol, of: base)
      else { throw missingSuper(cache.pointee.symbol) }
      target.pointee = try bind(found, to: receiver)
    }
  }

  @inline(never)
  func makeSuperView(_ receiver: Value, _ target: UnsafeMutablePointer<Value>) -> Bool {
    guard let base = pointee.frame.pointee.function.pointee.owner?.pointee.base else {
      return fail(typeError("the class has no base class that 'super' could be"))
    }
    let view = makeBoundMethod(receiver, Value(.class, base))
    view.boundMethod.pointee.header.kind = Tag.superView.rawValue
    target.pointee = Value(.superView, view.boundMethod)
    return true
  }

  // MARK: Writing

  @inline(never)
  func setAttribute(
    _ object: UnsafeMutablePointer<Value>, _ cache: UnsafeMutablePointer<InlineCache>,
    _ value: Value
  ) -> Bool {
    if object.pointee.tag == .instance {
      let instance = object.pointee.instance
      if pointee.lookups.fill(cache, instance.pointee.shape), cache.pointee.kind == .field {
        instance.pointee.slots[Int(cache.pointee.slot)] = value
        if value.isUnresolved { noteStore(value, in: object.pointee.header) }
        return true
      }
    }
    return attempt { () throws(RaisedError) in
      object.pointee = try resolved(object.pointee)
      if object.pointee.tag == .instance {
        let instance = object.pointee.instance
        let shape = instance.pointee.shape
        let symbol = cache.pointee.symbol
        let slot = shape.slot(of: symbol)
        if slot < 0 { try checkSettable(object.pointee, symbol) }
        setField(instance, symbol, value)
        let added = instance.pointee.shape
        if added.pointee.isUnique {
          instance.pointee.header.flags |= InstanceObject.hasUniqueShape
        } else {
          cache.pointee.key = UInt(bitPattern: shape)
          cache.pointee.kind = slot >= 0 ? .field : .newField
          cache.pointee.slot = Int16(slot >= 0 ? slot : added.pointee.fieldCount - 1)
          cache.pointee.extra = UInt64(UInt(bitPattern: added))
          cache.pointee.extraTag = .nil
          if slot >= 0 { pointee.lookups.remember(cache, shape) }
        }
        return
      }
      try setAttribute(of: object.pointee, cache.pointee.symbol, value)
    }
  }

  /// A property or class constant cannot be hidden by a field.
  private func checkSettable(_ object: Value, _ symbol: Symbol) throws(RaisedError) {
    guard let found = member(symbol, of: classOf(object)),
      found.flags & UInt32(MemberFlags.getter) != 0
    else { return }
    throw attributeError(
      "\(typeName(of: object)).\(pointee.symbols.text(of: symbol)) is a property and cannot be set")
  }

  /// Sets an attribute of any value.
  func setAttribute(of object: Value, _ symbol: Symbol, _ value: Value) throws(RaisedError) {
    let name = pointee.symbols.text(of: symbol)
    switch object.tag {
    case .proxy: try setAttribute(of: try load(object.proxy), symbol, value)
    case .deferred: try setAttribute(of: try resolved(object), symbol, value)
    case .instance:
      if object.instance.pointee.shape.slot(of: symbol) < 0 { try checkSettable(object, symbol) }
      setField(object.instance, symbol, value)
      if object.instance.pointee.shape.pointee.isUnique {
        object.instance.pointee.header.flags |= InstanceObject.hasUniqueShape
      }
    case .module: try setVariable(of: object.module, symbol, value)
    case .class:
      let `class` = object.class
      if `class`.pointee.valueTag != .instance || `class`.pointee.module == nil {
        throw attributeError("the attributes of the built-in type \(typeName(`class`)) are fixed")
      }
      throw attributeError(
        "\(typeName(`class`)).\(name) cannot be set: the members of a class are constants")
    default:
      if member(symbol, of: classOf(object)) != nil {
        throw attributeError("\(typeName(of: object)).\(name) cannot be set")
      }
      throw missingAttribute(of: object, symbol)
    }
  }

  private func typeName(_ class: ClassReference) -> String {
    pointee.symbols.text(of: `class`.pointee.name)
  }
}
