import Lang

/// The code of a function as the interpreter reads it; shared by the closures made of it.
///
/// The instructions are those of the compiled module; constants and caches belong to the unit.
struct PrototypeObject {
  var header: ObjectHeader
  var code: UnsafeMutablePointer<Instruction>
  var constants: UnsafeMutablePointer<Value>
  /// The slots of the function's module.
  var globals: UnsafeMutablePointer<Value>
  var caches: UnsafeMutablePointer<InlineCache>
  /// The exact number of arguments when nothing else has to be done for a call; -1 otherwise.
  var simpleArity: Int32
  /// Registers to reserve.
  var registerCount: Int32
  var constantCount: Int32
  var cacheCount: Int32
  var captureCount: Int32
  var codeCount: Int32
  var module: ModuleReference
  /// The next of the prototypes made of one ``Unit``; the last one leads to the first.
  ///
  /// They live and die together: who reaches one reaches all, in as many steps as there are.
  var sibling: PrototypeReference
  /// A retained ``Unit``.
  var unit: Unmanaged<Unit>
  /// A retained `FunctionCode`, for what is rarely needed.
  var source: Unmanaged<FunctionCode>
}

/// A compiled module in the hands of one machine.
final class Unit {
  let compiled: CompiledModule
  /// The module whose variables the code uses; the old one's place is taken after a reload.
  var module: ModuleReference
  let source: LoadedSource
  /// Where the constants and caches of the prototypes lie.
  @exclusivity(unchecked) var arena = Arena()
  /// The prototypes made so far, by function number.
  let prototypes: UnsafeMutablePointer<PrototypeReference?>
  /// The one made last.
  private var newest: PrototypeReference?

  /// For each import statement the number of the module that it found plus one; 0 when it did not
  /// run yet.
  private var foundModules: [Int32] = []
  private var generation = 0

  init(_ compiled: CompiledModule, module: ModuleReference, source: LoadedSource) {
    self.compiled = compiled
    self.module = module
    self.source = source
    prototypes = .allocate(capacity: compiled.functions.count)
    prototypes.initialize(repeating: nil, count: compiled.functions.count)
  }

  deinit {
    prototypes.deallocate()
    arena.deallocate()
  }

  /// Adds the prototype of a function.
  func add(_ prototype: PrototypeReference, number: Int) {
    prototypes[number] = prototype
    prototype.pointee.sibling = newest?.pointee.sibling ?? prototype
    newest?.pointee.sibling = prototype
    newest = prototype
  }

  /// Whether a `from` statement binds variables of the module.
  var bindsImportedNames: Bool {
    compiled.imports.contains { $0.isGlobal && ($0.name != .none || $0.binding == .none) }
  }

  /// The module that an import statement found earlier, unless that may be wrong by now.
  func foundModule(_ number: Int, generation: Int) -> Int? {
    if foundModules.isEmpty || self.generation != generation || foundModules[number] == 0 {
      return nil
    }
    return Int(foundModules[number]) - 1
  }

  /// Remembers which module an import statement found.
  func rememberModule(_ module: Int, for number: Int, generation: Int) {
    if foundModules.isEmpty || self.generation != generation {
      foundModules = Array(repeating: 0, count: compiled.imports.count)
      self.generation = generation
    }
    foundModules[number] = Int32(truncatingIfNeeded: module + 1)
  }
}

/// What one attribute or method instruction found last; 24 bytes, beside the code.
struct InlineCache {
  /// What the receiver must be for the entry to hold: the address of a shape, module or class, or a
  /// built-in type's tag.
  var key: UInt
  /// A method or the new shape; see ``kind``.
  var extra: UInt64
  var extraTag: Tag
  var kind: Kind
  /// The slot of a field or module variable.
  var slot: Int16
  var symbol: Symbol

  enum Kind: UInt8 {
    case empty
    /// key: shape; the value is in `slot`.
    case field
    /// key: shape; a store adds the field `slot` and leads to the shape `extra`.
    case newField
    /// key: shape; `extra` is the method.
    case method
    /// key: module; the value is in `slot`.
    case moduleVariable
    /// key: tag; `extra` is the native method.
    case builtinMethod
    /// key: class; `extra` is the static method or constant.
    case classMember
  }

  init(symbol: Symbol) {
    key = 0
    extra = 0
    extraTag = .nil
    kind = .empty
    slot = 0
    self.symbol = symbol
  }

  /// The method or member.
  @inline(__always) var value: Value { Value(tag: extraTag, bits: extra) }
}
