import Lang

/// Symbols that the machine itself looks for.
struct WellKnownNames {
  let initializer, str, repr, length, iter, next, contains, call, hash: Symbol
  let add, subtract, multiply, divide, floorDivide, modulo, power: Symbol
  let equal, less, lessEqual, index, setIndex, negate: Symbol
  let bitAnd, bitOr, bitXor, shiftLeft, shiftRight, bitNot: Symbol
  let message, cause, stack: Symbol
  /// The hidden field of an error that says where it was thrown; not a name that a program can write.
  let trace: Symbol
  /// The hidden field of an AttributeError with what was looked at and for which name.
  let lookup: Symbol
  /// The hidden field of an error with the notes that were added on its way.
  let notes: Symbol
  let filter: Symbol
  let moduleName, moduleFile, moduleDocumentation, modulePackage, getAttribute: Symbol

  init(_ symbols: SymbolTable) {
    initializer = symbols.intern("init")
    str = symbols.intern("str")
    repr = symbols.intern("repr")
    length = symbols.intern("len")
    iter = symbols.intern("iter")
    next = symbols.intern("next")
    contains = symbols.intern("contains")
    call = symbols.intern("call")
    hash = symbols.intern("hash")
    add = symbols.intern("+")
    subtract = symbols.intern("-")
    multiply = symbols.intern("*")
    divide = symbols.intern("/")
    floorDivide = symbols.intern("//")
    modulo = symbols.intern("%")
    power = symbols.intern("**")
    equal = symbols.intern("==")
    less = symbols.intern("<")
    lessEqual = symbols.intern("<=")
    index = symbols.intern("[]")
    setIndex = symbols.intern("[]=")
    negate = symbols.intern("neg")
    bitAnd = symbols.intern("&")
    bitOr = symbols.intern("|")
    bitXor = symbols.intern("^")
    shiftLeft = symbols.intern("<<")
    shiftRight = symbols.intern(">>")
    bitNot = symbols.intern("~")
    message = symbols.intern("message")
    cause = symbols.intern("cause")
    stack = symbols.intern("stack")
    trace = symbols.intern("(trace)")
    lookup = symbols.intern("(lookup)")
    notes = symbols.intern("(notes)")
    filter = symbols.intern("filter")
    moduleName = symbols.intern("__name__")
    moduleFile = symbols.intern("__file__")
    moduleDocumentation = symbols.intern("__doc__")
    modulePackage = symbols.intern("__package__")
    getAttribute = symbols.intern("__getattr__")
  }
}
