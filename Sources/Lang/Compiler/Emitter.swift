/// The code of one function while it is being written: instructions, constants, registers, jumps.
struct Emitter {
  /// A place in the code that jumps lead to; its number in `labels`.
  struct Label: BitwiseCopyable {
    fileprivate let number: Int
  }

  private struct LabelState: BitwiseCopyable {
    /// The instruction that the label stands before, or -1.
    var target: Int32 = -1
    /// The first of the jumps that wait for it, or -1.
    var firstJump: Int32 = -1
  }

  private struct PendingJump: BitwiseCopyable {
    var instruction: Int32
    var next: Int32
    /// The distance goes into `c` alone.
    var isShort: Bool
  }

  private(set) var code: FunctionCode
  /// Its number among the module's functions.
  private(set) var number: Int
  private(set) var instructions = GrowableBuffer<Instruction>(capacity: 256)
  private var anchors = GrowableBuffer<UInt32>(capacity: 256)
  private var constants = GrowableBuffer<Constant>(capacity: 32)
  private var caches = GrowableBuffer<Symbol>(capacity: 32)
  private(set) var locals = GrowableBuffer<LocalRange>(capacity: 32)
  private var labels = GrowableBuffer<LabelState>(capacity: 64)
  private var jumps = GrowableBuffer<PendingJump>(capacity: 64)
  /// The first register that nothing uses.
  private(set) var nextRegister = 0
  private var registerCount = 1
  /// What the next instruction's errors are reported at.
  var anchor: UInt32 = 0
  /// The first limit that the function went over, if any.
  private(set) var excess: String?

  init(_ code: FunctionCode, number: Int) {
    self.code = code
    self.number = number
  }

  /// Copies what was written to the function's code, in memory of the module.
  ///
  /// The emitter's own buffers stay, for the next function; see ``begin(_:number:)``.
  func finish(into arena: inout Arena) {
    code.instructions = GrowableBuffer(copying: instructions, into: &arena)
    code.anchors = GrowableBuffer(copying: anchors, into: &arena)
    code.constants = GrowableBuffer(copying: constants, into: &arena)
    code.caches = GrowableBuffer(copying: caches, into: &arena)
    code.locals = GrowableBuffer(copying: locals, into: &arena)
    code.registerCount = registerCount
  }

  /// Turns to another function.
  mutating func begin(_ code: FunctionCode, number: Int) {
    self.code = code
    self.number = number
    instructions.truncate(to: 0)
    anchors.truncate(to: 0)
    constants.truncate(to: 0)
    caches.truncate(to: 0)
    locals.truncate(to: 0)
    labels.truncate(to: 0)
    jumps.truncate(to: 0)
    nextRegister = 0
    registerCount = 1
    anchor = 0
    excess = nil
  }

  /// Frees the buffers.
  func deallocate() {
    instructions.deallocate()
    anchors.deallocate()
    constants.deallocate()
    caches.deallocate()
    locals.deallocate()
    labels.deallocate()
    jumps.deallocate()
  }

  // MARK: Registers

  /// Takes the next `count` registers; returns the first.
  mutating func takeRegisters(_ count: Int = 1) -> Int {
    let first = nextRegister
    nextRegister += count
    if nextRegister > registerCount {
      registerCount = nextRegister
      if nextRegister >= Instruction.operandLimit {
        overflow("more than \(Instruction.operandLimit) variables and intermediate values")
        nextRegister = first
      }
    }
    return first
  }

  /// Gives back every register from `register` on.
  mutating func releaseRegisters(from register: Int) { nextRegister = register }

  /// Notes the first limit that was exceeded.
  mutating func overflow(_ what: String) {
    if excess == nil { excess = what }
  }

  // MARK: Instructions

  /// The number of the next instruction.
  var position: Int { instructions.count }

  private static func scaled(_ register: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: register * Instruction.scale)
  }

  /// Appends an instruction whose operands are registers (or 16-bit constants).
  mutating func emit(_ opcode: Opcode, d: Int = 0, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0) {
    append(
      Instruction(
        opcode, d: UInt8(truncatingIfNeeded: d), a: Emitter.scaled(a), b: Emitter.scaled(b),
        c: Emitter.scaled(c)))
  }

  /// Appends an instruction with registers `a`, `b` and a plain number `c`.
  mutating func emit(_ opcode: Opcode, d: Int = 0, _ a: Int, _ b: Int, plain c: Int) {
    append(
      Instruction(
        opcode, d: UInt8(truncatingIfNeeded: d), a: Emitter.scaled(a), b: Emitter.scaled(b),
        c: UInt16(truncatingIfNeeded: c)))
  }

  /// Appends an instruction with a register `a` and plain numbers `b`, `c`.
  mutating func emit(_ opcode: Opcode, d: Int = 0, _ a: Int, plain b: Int, plainC c: Int) {
    append(
      Instruction(
        opcode, d: UInt8(truncatingIfNeeded: d), a: Emitter.scaled(a),
        b: UInt16(truncatingIfNeeded: b), c: UInt16(truncatingIfNeeded: c)))
  }

  /// Appends an instruction with a register and a 32-bit number.
  mutating func emit(_ opcode: Opcode, d: Int = 0, _ a: Int, wide: Int) {
    append(
      Instruction(
        opcode, d: UInt8(truncatingIfNeeded: d), a: Emitter.scaled(a),
        wide: Int32(truncatingIfNeeded: wide)))
  }

  private mutating func append(_ instruction: Instruction) {
    instructions.append(instruction)
    anchors.append(anchor)
  }

  // MARK: Jumps

  /// A label that is placed later.
  mutating func makeLabel() -> Label {
    labels.append(LabelState())
    return Label(number: labels.count - 1)
  }

  /// Lets `label` stand before the next instruction.
  mutating func place(_ label: Label) {
    var state = labels[label.number]
    state.target = Int32(position)
    var jump = state.firstJump
    while jump >= 0 {
      let pending = jumps[Int(jump)]
      patch(Int(pending.instruction), to: position, isShort: pending.isShort)
      jump = pending.next
    }
    state.firstJump = -1
    labels[label.number] = state
  }

  /// Appends a jump to `label` with a 32-bit distance.
  mutating func jump(_ opcode: Opcode, d: Int = 0, _ a: Int = 0, to label: Label) {
    emit(opcode, d: d, a, wide: 0)
    link(label, isShort: false)
  }

  /// Appends a comparing jump to `label`, whose distance is 16 bits.
  mutating func shortJump(_ opcode: Opcode, _ a: Int, _ b: Int, to label: Label) {
    emit(opcode, a, b, plain: 0)
    link(label, isShort: true)
  }

  /// Appends a jump to `label` that compares with a plain number.
  mutating func shortJump(_ opcode: Opcode, _ a: Int, plain b: Int, to label: Label) {
    emit(opcode, a, plain: b, plainC: 0)
    link(label, isShort: true)
  }

  private mutating func link(_ label: Label, isShort: Bool) {
    var state = labels[label.number]
    if state.target >= 0 {
      patch(position - 1, to: Int(state.target), isShort: isShort)
      return
    }
    jumps.append(
      PendingJump(instruction: Int32(position - 1), next: state.firstJump, isShort: isShort))
    state.firstJump = Int32(jumps.count - 1)
    labels[label.number] = state
  }

  private mutating func patch(_ instruction: Int, to target: Int, isShort: Bool) {
    let distance = target - instruction - 1
    if isShort {
      if distance > Int(Int16.max) || distance < Int(Int16.min) {
        overflow("a branch over more than \(Int16.max) instructions")
      }
      instructions.base[instruction].c = UInt16(truncatingIfNeeded: distance)
    } else {
      let bits = UInt32(truncatingIfNeeded: distance)
      instructions.base[instruction].b = UInt16(truncatingIfNeeded: bits)
      instructions.base[instruction].c = UInt16(truncatingIfNeeded: bits >> 16)
    }
  }

  // MARK: Constants, caches, debugging information

  /// The number of a constant, added unless it was among the last few.
  mutating func constant(_ kind: Constant.Kind, _ bits: UInt64) -> Int {
    let wanted = Constant(kind, bits)
    var index = constants.count - 1
    let last = max(0, constants.count - 48)
    while index >= last {
      if constants[index] == wanted { return index }
      index -= 1
    }
    constants.append(wanted)
    return constants.count - 1
  }

  /// The number of a new inline cache for `symbol`.
  mutating func cache(_ symbol: Symbol) -> Int {
    caches.append(symbol)
    if caches.count > Int(UInt16.max) {
      overflow("more than \(UInt16.max) attribute accesses")
    }
    return caches.count - 1
  }

  /// Notes that `register` holds a variable from here on; returns what ``endLocal(_:)`` needs.
  mutating func beginLocal(
    _ symbol: Symbol, register: Int, isCell: Bool, importedVariable: Int32 = -1
  ) -> Int {
    locals.append(
      LocalRange(
        symbol: symbol, register: UInt16(truncatingIfNeeded: register), isCell: isCell,
        start: UInt32(position), end: UInt32.max, importedVariable: importedVariable))
    return locals.count - 1
  }

  /// Notes that all locals from number `first` on end here, unless they ended before.
  mutating func endLocals(from first: Int) {
    var index = locals.count - 1
    while index >= first {
      if locals[index].end == UInt32.max { locals.base[index].end = UInt32(position) }
      index -= 1
    }
  }
}
