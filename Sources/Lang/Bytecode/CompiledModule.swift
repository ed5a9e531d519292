/// A constant of a function, before the machine makes a value of it.
@frozen
public struct Constant: BitwiseCopyable, Equatable, Sendable {
  /// The kinds of constant.
  @frozen
  public enum Kind: UInt8, Sendable {
    /// `bits` is the integer, the float's bits, or a symbol.
    case int, float, string, bigInt
    /// `bits` is an index into ``CompiledModule/imports``.
    case importDescriptor
    /// `bits` is an index into ``CompiledModule/calls``.
    case callDescriptor
    /// `bits` is an index into ``CompiledModule/classes``.
    case classDescriptor
  }
  /// What `bits` means.
  public var kind: Kind
  /// The payload.
  public var bits: UInt64

  /// Makes a constant.
  public init(_ kind: Kind, _ bits: UInt64) {
    self.kind = kind
    self.bits = bits
  }
}

/// What an import statement names.
public struct ImportDescriptor: Sendable {
  /// The variable that it binds: the alias if there is one; none for `*`.
  public var binding: Symbol
  /// For `from`: the name; otherwise none.
  public var name: Symbol
  /// Offset of the statement.
  public var offset: UInt32
  /// The first part of the dotted path, or none.
  private var first: Symbol
  /// The other parts; there may be thousands of imports, and nearly all have one part.
  private var others: [Symbol]
  private var function32: Int32
  /// Leading dots.
  public var level: Int32
  /// Whether ``binding`` is a variable of the module, as always with `*`.
  public var isGlobal: Bool
  /// Whether the whole path is bound (`as`), not its first part.
  public var bindsLeaf: Bool
  /// After `eager`.
  public var isEager: Bool

  init(
    binding: Symbol, isGlobal: Bool, function: Int, level: Int, path: [Symbol], name: Symbol,
    bindsLeaf: Bool, isEager: Bool, offset: UInt32
  ) {
    self.binding = binding
    self.isGlobal = isGlobal
    function32 = Int32(truncatingIfNeeded: function)
    self.level = Int32(truncatingIfNeeded: level)
    first = path.first ?? .none
    others = path.count > 1 ? Array(path.dropFirst()) : []
    self.name = name
    self.bindsLeaf = bindsLeaf
    self.isEager = isEager
    self.offset = offset
  }

  /// The number of the function in which the statement stands.
  public var function: Int { Int(function32) }

  /// The dotted path.
  public var path: [Symbol] { first == .none ? [] : [first] + others }

  /// The path when it has one part.
  public var onlyPart: Symbol? { first == .none || !others.isEmpty ? nil : first }
}

/// The arguments of a call that are not all plain.
public struct CallDescriptor: Sendable {
  /// How one argument is passed.
  public enum Argument: Sendable, Equatable {
    case positional
    case spread
    case named(Symbol)
  }
  /// In source order; each has a register of the window.
  public var arguments: [Argument]
  /// When the callee is an attribute: its name; R[a+1] is the receiver and arguments follow.
  public var method: Symbol
  /// The callee is a method of the base class (`super.name(…)`).
  public var isSuper: Bool
}

/// The head of a class.
public struct ClassDescriptor: Sendable {
  /// The class's name.
  public var name: Symbol
  /// Its documentation, or none.
  public var documentation: Symbol
  /// The number of the function in which the declaration stands.
  public var function: Int
}

/// How a member was declared; bits of `defineMember`'s `d`.
public enum MemberFlags {
  /// A class constant.
  @inlinable public static var constant: UInt8 { 1 }
  /// A static method.
  @inlinable public static var isStatic: UInt8 { 2 }
  /// A property.
  @inlinable public static var getter: UInt8 { 4 }
}

/// Where a closure gets a captured value from, when it is made.
@frozen
public struct CaptureSource: BitwiseCopyable, Sendable {
  /// True: a register of the function that makes the closure; false: one of that function's captures.
  public var isRegister: Bool
  /// True: the captured value is a cell.
  public var isCell: Bool
  /// The register or capture number.
  public var index: UInt16
  /// The variable's name, for messages and `:refs`.
  public var symbol: Symbol
  /// Its number in ``CompiledModule/importsByVariable``, or -1: no `from` import binds it.
  public var importedVariable: Int32
}

/// A range of instructions whose errors go to a handler.
@frozen
public struct Handler: BitwiseCopyable, Sendable {
  /// First instruction covered.
  public var start: UInt32
  /// Just past the last instruction covered.
  public var end: UInt32
  /// Where to go.
  public var target: UInt32
  /// The register that gets the error.
  public var register: UInt16
  /// A `finally` or a `catch` (which never sees `exit`).
  public var isFinally: Bool
}

/// Which variable a register holds over a range of instructions.
@frozen
public struct LocalRange: BitwiseCopyable, Sendable {
  /// The variable.
  public var symbol: Symbol
  /// Its register.
  public var register: UInt16
  /// Whether the register holds a cell with the value.
  public var isCell: Bool
  /// First instruction.
  public var start: UInt32
  /// Just past the last instruction.
  public var end: UInt32
  /// The variable's number in ``CompiledModule/importsByVariable``, or -1: no `from` import binds it.
  ///
  /// Imports bind in their whole function, so such a range reaches from its start to its end.
  public var importedVariable: Int32
}

/// A parameter of a compiled function.
@frozen
public struct Parameter: BitwiseCopyable, Sendable {
  /// Its name.
  public var symbol: Symbol
  /// Whether it may be left out.
  public var hasDefault: Bool
}

/// The bytecode of one function.
///
/// Its tables belong to the module, which must outlive it. Only one thread writes it, and no access lasts,
/// so its properties are exempt from the run-time check for overlapping accesses.
public final class FunctionCode {
  /// The name, or none.
  @exclusivity(unchecked) public var name: Symbol
  /// The number of the function whose body declares it; -1 for the module's body.
  ///
  /// A parent always has a smaller number than what it declares. The function around a method is the
  /// one in which the class stands.
  @exclusivity(unchecked) public var parent = -1
  /// The class around a method, or none.
  @exclusivity(unchecked) public var className: Symbol = .none
  /// The number of that class in ``CompiledModule/classes``, or -1.
  @exclusivity(unchecked) public var classNumber = -1
  /// Offset of the declaration.
  @exclusivity(unchecked) public var offset: UInt32
  /// Parameters that arguments are bound to, `self` included, the rest parameter not.
  @exclusivity(unchecked) public var parameters: [Parameter] = []
  /// The name of the `...rest` parameter, whose register follows the others, or none.
  @exclusivity(unchecked) public var rest: Symbol = .none
  /// Whether register 0 is `self`.
  @exclusivity(unchecked) public var isMethod = false
  /// Whether calling it makes a generator.
  @exclusivity(unchecked) public var isGenerator = false
  /// The `##` documentation, or none.
  @exclusivity(unchecked) public var documentation: Symbol = .none
  /// How many registers it needs.
  @exclusivity(unchecked) public var registerCount = 0
  /// The code.
  @exclusivity(unchecked) public var instructions = GrowableBuffer<Instruction>(capacity: 0)
  /// For each instruction, the anchor in the source that an error there is reported at.
  @exclusivity(unchecked) public var anchors = GrowableBuffer<UInt32>(capacity: 0)
  /// The constants.
  @exclusivity(unchecked) public var constants = GrowableBuffer<Constant>(capacity: 0)
  /// The names of the inline caches.
  @exclusivity(unchecked) public var caches = GrowableBuffer<Symbol>(capacity: 0)
  /// What closures of it capture.
  @exclusivity(unchecked) public var captures: [CaptureSource] = []
  /// Innermost first.
  @exclusivity(unchecked) public var handlers: [Handler] = []
  /// The bodies of `catch` clauses, with the register of the error that each is handling: an error
  /// that leaves such a body gets the other as its cause.
  @exclusivity(unchecked) public var handling: [Handler] = []
  /// For tracebacks and `:refs`.
  @exclusivity(unchecked) public var locals = GrowableBuffer<LocalRange>(capacity: 0)

  init(name: Symbol, offset: UInt32) {
    self.name = name
    self.offset = offset
  }

  deinit {
    instructions.deallocate()
    anchors.deallocate()
    constants.deallocate()
    caches.deallocate()
    locals.deallocate()
  }
}

/// A compiled source text: its functions, the first being the module's body.
public final class CompiledModule {
  /// The functions; index 0 is the body.
  @exclusivity(unchecked) public var functions: [FunctionCode] = []
  /// The module's variables in slot order, unless ``renumberGlobals(_:)`` gave them other slots.
  @exclusivity(unchecked) public var globals: [Symbol] = []
  /// The slots of ``globals`` after ``renumberGlobals(_:)``; empty when each has its own number.
  public private(set) var globalSlots: [Int] = []
  /// What imports name.
  @exclusivity(unchecked) public var imports: [ImportDescriptor] = []
  /// For each variable of a function that `from` imports bind: their numbers in ``imports``.
  ///
  /// Several may bind one variable, as in `try { from fast import f } catch e { from slow import f }`.
  /// Variables that were something else first, such as parameters, are not among them, and neither
  /// are the module's own variables: for those, look for imports that are ``ImportDescriptor/isGlobal``.
  @exclusivity(unchecked) public var importsByVariable: [[Int]] = []
  /// Calls with named or spread arguments.
  @exclusivity(unchecked) public var calls: [CallDescriptor] = []
  /// Heads of classes.
  @exclusivity(unchecked) public var classes: [ClassDescriptor] = []
  /// The `##` documentation of the module, or none.
  @exclusivity(unchecked) public var documentation: Symbol = .none
  /// The names that symbols refer to.
  public let symbols: SymbolTable
  /// Where the tables of the functions lie.
  @exclusivity(unchecked) var arena = Arena()

  init(symbols: SymbolTable) { self.symbols = symbols }

  deinit { arena.deallocate() }
}

extension CompiledModule {
  /// A module whose body is the one instruction `return R[0]`: what a machine lets Swift code stand
  /// on while it calls functions of the language.
  public static func bridge(symbols: SymbolTable) -> CompiledModule {
    let module = CompiledModule(symbols: symbols)
    let code = FunctionCode(name: .none, offset: 0)
    code.instructions.append(Instruction(.returnValue))
    code.anchors.append(0)
    code.registerCount = 1
    module.functions.append(code)
    return module
  }
}

extension CompiledModule {
  /// Moves the module's variables to other slots: `globals[i]` gets the slot `slots[i]`.
  ///
  /// Every instruction that reads or writes a module variable is rewritten; ``globals`` stays as it
  /// is. This lets a new version of a source run on the variables of an earlier one. Code that was
  /// linked before keeps the numbers that it had.
  ///
  /// A slot is a 32-bit operand, so it must be in `0...Int32.max`; that a module has it, and that no
  /// two variables share one, is up to the caller.
  ///
  /// - Returns: False, with nothing changed, when there are fewer slots than variables, when a slot
  ///   does not fit, or when the module was renumbered before.
  /// - Complexity: Linear in the number of instructions.
  public func renumberGlobals(_ slots: [Int]) -> Bool {
    guard globalSlots.isEmpty, slots.count >= globals.count,
      slots.allSatisfy({ $0 >= 0 && $0 <= Int(Int32.max) })
    else { return false }
    for function in functions {
      for index in 0..<function.instructions.count {
        let old = function.instructions[index]
        switch old.opcode {
        case .loadGlobal, .storeGlobal:
          function.instructions[index] = Instruction(
            old.opcode, d: old.d, a: old.a, wide: Int32(truncatingIfNeeded: slots[old.wide]))
        default: break
        }
      }
    }
    globalSlots = slots
    return true
  }

  /// The module's variable in a slot, or none.
  func global(inSlot slot: Int) -> Symbol {
    if globalSlots.isEmpty { return slot < globals.count ? globals[slot] : .none }
    return globalSlots.firstIndex(of: slot).flatMap { $0 < globals.count ? globals[$0] : nil }
      ?? .none
  }
}

extension CompiledModule {
  /// Bytes of the code and its tables.
  public var byteCount: Int {
    functions.reduce(0) { sum, code in
      sum + code.instructions.count * MemoryLayout<Instruction>.stride
        + code.anchors.count * MemoryLayout<UInt32>.stride
        + code.constants.count * MemoryLayout<Constant>.stride
        + code.caches.count * MemoryLayout<Symbol>.stride
        + code.locals.count * MemoryLayout<LocalRange>.stride
    }
  }
}
