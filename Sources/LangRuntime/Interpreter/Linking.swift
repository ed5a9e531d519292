import Lang

// From compiled modules to objects of the heap.

extension Engine {
  /// The prototype of a module's function, made when its first closure is.
  ///
  /// - Throws: An Interrupt, or a MemoryError for a literal that is too large.
  func prototype(_ number: Int, of unit: Unit) throws(RaisedError) -> PrototypeReference {
    if let known = unit.prototypes[number] { return known }
    let code = unit.compiled.functions[number]
    // First, since it may be given up: nothing is collected meanwhile.
    let constants = unit.arena.allocate(Value.self, count: code.constants.count)
    for index in 0..<code.constants.count {
      if index & (Piece.items - 1) == Piece.items - 1 { try checkInterruption() }
      constants[index] = try value(of: code.constants[index])
    }
    let memory = pointee.heap.allocate(MemoryLayout<PrototypeObject>.size, kind: .prototype)
    let prototype = memory.assumingMemoryBound(to: PrototypeObject.self)
    let count = code.instructions.count
    prototype.pointee.code = code.instructions.base
    prototype.pointee.codeCount = Int32(count)
    prototype.pointee.captureCount = Int32(code.captures.count)
    prototype.pointee.module = unit.module
    prototype.pointee.globals = unit.module.pointee.slots
    let isSimple =
      !code.isGenerator && code.rest == .none && !code.parameters.contains { $0.hasDefault }
    prototype.pointee.simpleArity = isSimple ? Int32(code.parameters.count) : -1
    prototype.pointee.registerCount = Int32(code.registerCount)
    prototype.pointee.constants = constants
    prototype.pointee.constantCount = Int32(code.constants.count)
    prototype.pointee.caches = unit.arena.allocate(InlineCache.self, count: code.caches.count)
    prototype.pointee.cacheCount = Int32(code.caches.count)
    for index in 0..<code.caches.count {
      (prototype.pointee.caches + index).initialize(to: InlineCache(symbol: code.caches[index]))
    }
    prototype.pointee.unit = Unmanaged.passRetained(unit)
    prototype.pointee.source = Unmanaged.passRetained(code)
    unit.add(prototype, number: number)
    return prototype
  }

  private func value(of constant: Constant) throws(RaisedError) -> Value {
    switch constant.kind {
    case .int: return Value(tag: .int, bits: constant.bits)
    case .float: return Value(tag: .float, bits: constant.bits)
    case .string: return string(of: Symbol(UInt32(constant.bits)))
    case .bigInt: return try bigIntConstant(pointee.symbols.text(of: Symbol(UInt32(constant.bits))))
    case .importDescriptor, .callDescriptor, .classDescriptor: return .int(Int(constant.bits))
    }
  }

  private func bigIntConstant(_ text: String) throws(RaisedError) -> Value {
    let base =
      switch text.prefix(2).lowercased() {
      case "0x": 16
      case "0o": 8
      case "0b": 2
      default: 10
      }
    return try convertToInt(makeString(text), base: .int(base))
  }

  /// A function without captures.
  func makeFunction(_ prototype: PrototypeReference) -> FunctionReference {
    let memory = pointee.heap.allocate(MemoryLayout<FunctionObject>.size, kind: .function)
    let function = memory.assumingMemoryBound(to: FunctionObject.self)
    function.pointee.prototype = prototype
    function.pointee.owner = nil
    return function
  }

  /// A native function, or method of `owner`.
  func makeNative(_ definition: Int, owner: ClassReference?) -> NativeReference {
    let memory = pointee.heap.allocate(MemoryLayout<NativeObject>.size, kind: .native)
    let native = memory.assumingMemoryBound(to: NativeObject.self)
    native.pointee.definition = definition
    native.pointee.owner = owner
    return native
  }

  // MARK: Classes

  /// `class` and its members, and imports.
  @inline(never)
  func declare(_ instruction: Instruction, _ base: UnsafeMutableRawPointer) -> Bool {
    func register(_ operand: UInt16) -> UnsafeMutablePointer<Value> {
      (base + Int(operand)).assumingMemoryBound(to: Value.self)
    }
    let prototype = pointee.frame.pointee.function.pointee.prototype
    let unit = prototype.pointee.unit.takeUnretainedValue()
    let target = register(instruction.a)
    return attempt { () throws(RaisedError) in
      switch instruction.opcode {
      case .makeClass:
        let number = prototype.pointee.constants[instruction.wide].int
        try makeClass(unit.compiled.classes[number], unit.module, target)
      case .defineMember:
        let name = (UnsafeMutableRawPointer(prototype.pointee.constants) + Int(instruction.b))
          .assumingMemoryBound(to: Value.self).pointee
        defineMember(
          target.pointee.class, symbol(of: name.string), register(instruction.c).pointee,
          instruction.d)
      default:
        let number = prototype.pointee.constants[instruction.wide].int
        let site = ImportSite(unit: unit, number: number)
        switch instruction.opcode {
        case .importModule: target.pointee = try importModule(site)
        case .importName: target.pointee = try importName(site)
        default: try importStar(site)
        }
      }
    }
  }

  private func makeClass(
    _ descriptor: ClassDescriptor, _ module: ModuleReference, _ target: UnsafeMutablePointer<Value>
  ) throws(RaisedError) {
    var base: ClassReference?
    if !target.pointee.isUndefined {
      let value = try resolved(target.pointee)
      guard value.tag == .class else {
        throw typeError("a base class must be a class, not \(typeName(of: value))")
      }
      let isPlainBuiltin = value.class.pointee.valueTag != .instance
      if isPlainBuiltin {
        let name = pointee.symbols.text(of: value.class.pointee.name)
        throw typeError("the built-in type \(name) cannot be a base class")
      }
      base = value.class
    }
    let `class` = makeClass(descriptor.name, base: base)
    `class`.pointee.module = module
    if descriptor.documentation != .none {
      `class`.pointee.documentation = string(of: descriptor.documentation)
    }
    target.pointee = Value(.class, `class`)
  }

  private func defineMember(
    _ class: ClassReference, _ name: Symbol, _ value: Value, _ flags: UInt8
  ) {
    `class`.pointee.members.set(name, value, flags: UInt32(flags))
    if value.isUnresolved { noteStore(value, in: Value(.class, `class`).header) }
    if value.tag == .function && flags & MemberFlags.constant == 0 {
      value.function.pointee.owner = `class`
    }
    `class`.pointee.initializer = .undefined
    `class`.pointee.header.flags &= ~(ClassObject.isEqualityKnown | ClassObject.hasEquality)
  }
}
