import Lang

/// How a call ended or began.
enum CallOutcome {
  /// The result is in its register.
  case done
  /// A frame was pushed; go on there.
  case entered
  /// An error is pending.
  case failed
}

// The operands of instructions, as pointers and values. Registers and small constants are byte
// distances already.
@inline(__always)
private func register(_ base: UnsafeMutableRawPointer, _ operand: UInt16)
  -> UnsafeMutablePointer<Value>
{
  (base + Int(operand)).assumingMemoryBound(to: Value.self)
}

@inline(__always)
private func signed(_ operand: UInt16) -> Int { Int(Int16(bitPattern: operand)) }

/// The float of an int or float; the tag must have been checked.
@inline(__always)
private func number(_ value: Value) -> Double { value.isInt ? Double(value.int) : value.float }

@inline(__always)
private func isNumber(_ value: Value) -> Bool { value.isInt || value.isFloat }

extension Engine {
  /// Runs the innermost frame until `entry`, which is it or one below it, has returned to Swift code
  /// or an error leaves it.
  ///
  /// One switch over the opcode. `pc`, `base` and the addresses of constants, variables and caches
  /// live in local variables; everything else is behind the engine's pointer. A handler does the
  /// common case itself and leaves the rest to an `@inline(never)` function, which finds registers
  /// through the frame and answers whether it went well. There is no reference counting, no
  /// exclusivity check and no bounds check in this function; `Benchmarks/check-hot-loop.sh` proves it.
  ///
  /// - Returns: False when an error is pending.
  func interpretLoop(entry: UnsafeMutablePointer<Frame>) -> Bool {
    let engine = self
    var frame = engine.pointee.frame
    var pc = frame.pointee.resume
    var base = UnsafeMutableRawPointer(frame.pointee.base)
    var prototype = frame.pointee.function.pointee.prototype
    var constants = UnsafeMutableRawPointer(prototype.pointee.constants)
    var globals = prototype.pointee.globals
    var caches = prototype.pointee.caches

    while true {
      dispatch: while true {
        let instruction = pc.pointee
        pc += 1
        switch instruction.opcode {

        // MARK: Moving

        case .move:
          register(base, instruction.a).pointee = register(base, instruction.b).pointee
        case .loadConstant:
          register(base, instruction.a).pointee =
            constants.assumingMemoryBound(to: Value.self)[instruction.wide]
        case .loadInt:
          register(base, instruction.a).pointee = .int(instruction.wide)
        case .loadNil:
          register(base, instruction.a).pointee = .nil
        case .loadTrue:
          register(base, instruction.a).pointee = .true
        case .loadFalse:
          register(base, instruction.a).pointee = .false
        case .loadUndefined:
          register(base, instruction.a).pointee = .undefined
        case .loadGlobal:
          let value = globals[instruction.wide]
          if value.tag == .undefined {
            frame.pointee.resume = pc
            engine.failUndefinedGlobal(instruction.wide)
            break dispatch
          }
          register(base, instruction.a).pointee = value
        case .storeGlobal:
          let value = register(base, instruction.a).pointee
          globals[instruction.wide] = value
          if value.isUnresolved { engine.noteGlobalStore(value) }
        case .loadBuiltin:
          register(base, instruction.a).pointee = engine.pointee.builtins[instruction.wide]
        case .loadDynamic:
          frame.pointee.resume = pc
          if !engine.loadDynamic(register(base, instruction.a), name: instruction.wide) {
            break dispatch
          }
        case .loadCapture:
          register(base, instruction.a).pointee =
            (UnsafeMutableRawPointer(frame.pointee.function.captures) + Int(instruction.b))
            .assumingMemoryBound(to: Value.self).pointee
        case .loadCaptureCell:
          let cell = (UnsafeMutableRawPointer(frame.pointee.function.captures) + Int(instruction.b))
            .assumingMemoryBound(to: Value.self).pointee
          register(base, instruction.a).pointee = cell.object(CellObject.self).pointee.value
        case .storeCaptureCell:
          let cell = (UnsafeMutableRawPointer(frame.pointee.function.captures) + Int(instruction.b))
            .assumingMemoryBound(to: Value.self).pointee
          let value = register(base, instruction.a).pointee
          cell.object(CellObject.self).pointee.value = value
          if value.isUnresolved { engine.noteStore(value, in: cell.header) }
        case .makeCell:
          register(base, instruction.a).pointee = engine.makeCell(
            register(base, instruction.b).pointee)
        case .loadCell:
          register(base, instruction.a).pointee =
            register(base, instruction.b).pointee.object(CellObject.self).pointee.value
        case .storeCell:
          let cell = register(base, instruction.a).pointee
          let value = register(base, instruction.b).pointee
          cell.object(CellObject.self).pointee.value = value
          if value.isUnresolved { engine.noteStore(value, in: cell.header) }
        case .checkDefined:
          if register(base, instruction.a).pointee.tag == .undefined {
            frame.pointee.resume = pc
            engine.failUndefined(
              constants.assumingMemoryBound(to: Value.self)[instruction.wide])
            break dispatch
          }
        case .makeFunction:
          engine.makeFunction(instruction.wide, into: register(base, instruction.a))

        // MARK: Arithmetic

        case .add:
          let left = register(base, instruction.b).pointee
          let right = register(base, instruction.c).pointee
          if left.isInt && right.isInt {
            let (sum, overflow) = left.int.addingReportingOverflow(right.int)
            if !overflow {
              register(base, instruction.a).pointee = .int(sum)
              continue dispatch
            }
          } else if isNumber(left) && isNumber(right) {
            register(base, instruction.a).pointee = .float(number(left) + number(right))
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(.add, left, right, register(base, instruction.a)) {
            break dispatch
          }
        case .subtract:
          let left = register(base, instruction.b).pointee
          let right = register(base, instruction.c).pointee
          if left.isInt && right.isInt {
            let (difference, overflow) = left.int.subtractingReportingOverflow(right.int)
            if !overflow {
              register(base, instruction.a).pointee = .int(difference)
              continue dispatch
            }
          } else if isNumber(left) && isNumber(right) {
            register(base, instruction.a).pointee = .float(number(left) - number(right))
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(.subtract, left, right, register(base, instruction.a)) {
            break dispatch
          }
        case .multiply:
          let left = register(base, instruction.b).pointee
          let right = register(base, instruction.c).pointee
          if left.isFloat && right.isFloat {
            register(base, instruction.a).pointee = .float(left.float * right.float)
            continue dispatch
          } else if left.isInt && right.isInt {
            let (product, overflow) = left.int.multipliedReportingOverflow(by: right.int)
            if !overflow {
              register(base, instruction.a).pointee = .int(product)
              continue dispatch
            }
          } else if isNumber(left) && isNumber(right) {
            register(base, instruction.a).pointee = .float(number(left) * number(right))
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(.multiply, left, right, register(base, instruction.a)) {
            break dispatch
          }
        case .divide:
          let left = register(base, instruction.b).pointee
          let right = register(base, instruction.c).pointee
          if left.isFloat && right.isFloat && right.float != 0 {
            register(base, instruction.a).pointee = .float(left.float / right.float)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.divide(left, right, register(base, instruction.a)) { break dispatch }
        case .floorDivide:
          let left = register(base, instruction.b).pointee
          let right = register(base, instruction.c).pointee
          if left.isInt && right.isInt && right.int > 0 {
            let quotient = left.int / right.int
            let remainder = left.int &- quotient &* right.int
            register(base, instruction.a).pointee = .int(remainder < 0 ? quotient &- 1 : quotient)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(.floorDivide, left, right, register(base, instruction.a)) {
            break dispatch
          }
        case .modulo:
          let left = register(base, instruction.b).pointee
          let right = register(base, instruction.c).pointee
          if left.isInt && right.isInt && right.int > 0 {
            let remainder = left.int % right.int
            register(base, instruction.a).pointee = .int(
              remainder < 0 ? remainder &+ right.int : remainder)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(.modulo, left, right, register(base, instruction.a)) {
            break dispatch
          }
        case .power:
          frame.pointee.resume = pc
          if !engine.slowArithmetic(
            .power, register(base, instruction.b).pointee, register(base, instruction.c).pointee,
            register(base, instruction.a))
          {
            break dispatch
          }
        case .bitAnd:
          let left = register(base, instruction.b).pointee
          let right = register(base, instruction.c).pointee
          if left.isInt && right.isInt {
            register(base, instruction.a).pointee = .int(left.int & right.int)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(.bitAnd, left, right, register(base, instruction.a)) {
            break dispatch
          }
        case .bitOr:
          let left = register(base, instruction.b).pointee
          let right = register(base, instruction.c).pointee
          if left.isInt && right.isInt {
            register(base, instruction.a).pointee = .int(left.int | right.int)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(.bitOr, left, right, register(base, instruction.a)) {
            break dispatch
          }
        case .bitXor:
          let left = register(base, instruction.b).pointee
          let right = register(base, instruction.c).pointee
          if left.isInt && right.isInt {
            register(base, instruction.a).pointee = .int(left.int ^ right.int)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(.bitXor, left, right, register(base, instruction.a)) {
            break dispatch
          }
        case .shiftLeft:
          let left = register(base, instruction.b).pointee
          let right = register(base, instruction.c).pointee
          if left.isInt && right.isInt && UInt(bitPattern: right.int) < 63 {
            let shifted = left.int &<< right.int
            if shifted &>> right.int == left.int {
              register(base, instruction.a).pointee = .int(shifted)
              continue dispatch
            }
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(.shiftLeft, left, right, register(base, instruction.a)) {
            break dispatch
          }
        case .shiftRight:
          let left = register(base, instruction.b).pointee
          let right = register(base, instruction.c).pointee
          if left.isInt && right.isInt && UInt(bitPattern: right.int) < 64 {
            register(base, instruction.a).pointee = .int(left.int &>> right.int)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(.shiftRight, left, right, register(base, instruction.a)) {
            break dispatch
          }
        case .addImmediate:
          let left = register(base, instruction.b).pointee
          if left.isInt {
            let (sum, overflow) = left.int.addingReportingOverflow(signed(instruction.c))
            if !overflow {
              register(base, instruction.a).pointee = .int(sum)
              continue dispatch
            }
          } else if left.isFloat {
            register(base, instruction.a).pointee = .float(
              left.float + Double(signed(instruction.c)))
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.addImmediate(instruction, left, register(base, instruction.a)) {
            break dispatch
          }
        case .addConstant:
          let left = register(base, instruction.b).pointee
          let right = register(constants, instruction.c).pointee
          if left.isFloat && right.isFloat {
            register(base, instruction.a).pointee = .float(left.float + right.float)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.constantArithmetic(
            .add, instruction, left, right, register(base, instruction.a))
          {
            break dispatch
          }
        case .subtractConstant:
          let left = register(base, instruction.b).pointee
          let right = register(constants, instruction.c).pointee
          if left.isFloat && right.isFloat {
            register(base, instruction.a).pointee = .float(left.float - right.float)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.constantArithmetic(
            .subtract, instruction, left, right, register(base, instruction.a))
          {
            break dispatch
          }
        case .multiplyConstant:
          let left = register(base, instruction.b).pointee
          let right = register(constants, instruction.c).pointee
          if left.isFloat && right.isFloat {
            register(base, instruction.a).pointee = .float(left.float * right.float)
            continue dispatch
          } else if left.isInt && right.isInt {
            let (product, overflow) = left.int.multipliedReportingOverflow(by: right.int)
            if !overflow {
              register(base, instruction.a).pointee = .int(product)
              continue dispatch
            }
          }
          frame.pointee.resume = pc
          if !engine.constantArithmetic(
            .multiply, instruction, left, right, register(base, instruction.a))
          {
            break dispatch
          }
        case .divideConstant:
          let left = register(base, instruction.b).pointee
          let right = register(constants, instruction.c).pointee
          if left.isFloat && right.isFloat && right.float != 0 {
            register(base, instruction.a).pointee = .float(left.float / right.float)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.divide(left, right, register(base, instruction.a)) { break dispatch }
        case .floorDivideConstant:
          let left = register(base, instruction.b).pointee
          let right = register(constants, instruction.c).pointee
          if left.isInt && right.isInt && right.int > 0 {
            let quotient = left.int / right.int
            let remainder = left.int &- quotient &* right.int
            register(base, instruction.a).pointee = .int(remainder < 0 ? quotient &- 1 : quotient)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(.floorDivide, left, right, register(base, instruction.a)) {
            break dispatch
          }
        case .moduloConstant:
          let left = register(base, instruction.b).pointee
          let right = register(constants, instruction.c).pointee
          if left.isInt && right.isInt && right.int > 0 {
            let remainder = left.int % right.int
            register(base, instruction.a).pointee = .int(
              remainder < 0 ? remainder &+ right.int : remainder)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(.modulo, left, right, register(base, instruction.a)) {
            break dispatch
          }
        case .bitAndConstant:
          let left = register(base, instruction.b).pointee
          let right = register(constants, instruction.c).pointee
          if left.isInt && right.isInt {
            register(base, instruction.a).pointee = .int(left.int & right.int)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(.bitAnd, left, right, register(base, instruction.a)) {
            break dispatch
          }
        case .negate:
          let operand = register(base, instruction.b).pointee
          if operand.isFloat {
            register(base, instruction.a).pointee = .float(-operand.float)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.unary(.negate, operand, register(base, instruction.a)) { break dispatch }
        case .plus:
          frame.pointee.resume = pc
          if !engine.unary(
            .plus, register(base, instruction.b).pointee, register(base, instruction.a))
          {
            break dispatch
          }
        case .bitNot:
          frame.pointee.resume = pc
          if !engine.unary(
            .bitNot, register(base, instruction.b).pointee, register(base, instruction.a))
          {
            break dispatch
          }
        case .not:
          let operand = register(base, instruction.b).pointee
          if operand.tag == .deferred {
            frame.pointee.resume = pc
            if !engine.unary(.not, operand, register(base, instruction.a)) { break dispatch }
          } else {
            register(base, instruction.a).pointee = .bool(
              operand.tag == .nil || operand.tag == .false)
          }

        // MARK: Comparisons as values

        case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .isIdentical,
          .isNotIdentical, .contains, .containsNot:
          let left = register(base, instruction.b).pointee
          let right = register(base, instruction.c).pointee
          frame.pointee.resume = pc
          if !engine.comparison(instruction.opcode, left, right, register(base, instruction.a)) {
            break dispatch
          }

        // MARK: Jumps

        case .jump:
          pc += instruction.wide
        case .jumpBack:
          pc += instruction.wide
          if engine.pointee.attention != 0 {
            frame.pointee.resume = pc
            if !engine.passSafepoint() { break dispatch }
          }
        case .jumpIfTrue:
          let value = register(base, instruction.a).pointee
          if value.tag.rawValue > Tag.nil.rawValue {
            pc += instruction.wide
          } else if value.tag.rawValue < Tag.false.rawValue {
            frame.pointee.resume = pc
            switch engine.slowTruth(value) {
            case .yes: pc += instruction.wide
            case .no: break
            case .failed: break dispatch
            }
          }
        case .jumpIfFalse:
          let value = register(base, instruction.a).pointee
          if value.tag.rawValue <= Tag.nil.rawValue {
            if value.tag.rawValue >= Tag.false.rawValue {
              pc += instruction.wide
            } else {
              frame.pointee.resume = pc
              switch engine.slowTruth(value) {
              case .yes: break
              case .no: pc += instruction.wide
              case .failed: break dispatch
              }
            }
          }
        case .jumpIfNil:
          let value = register(base, instruction.a)
          if value.pointee.tag == .deferred {
            frame.pointee.resume = pc
            if !engine.resolveInPlace(value) { break dispatch }
          }
          if value.pointee.tag == .nil { pc += instruction.wide }
        case .jumpIfNotNil:
          let value = register(base, instruction.a)
          if value.pointee.tag == .deferred {
            frame.pointee.resume = pc
            if !engine.resolveInPlace(value) { break dispatch }
          }
          if value.pointee.tag != .nil { pc += instruction.wide }
        case .jumpIfDefined:
          if register(base, instruction.a).pointee.tag != .undefined { pc += instruction.wide }

        case .jumpIfLess, .jumpIfNotLess:
          let left = register(base, instruction.a).pointee
          let right = register(base, instruction.b).pointee
          let holds: Bool
          if left.isInt && right.isInt {
            holds = left.int < right.int
          } else if left.isFloat && right.isFloat {
            holds = left.float < right.float
          } else {
            frame.pointee.resume = pc
            switch engine.slowComparison(.less, left, right) {
            case .yes: holds = true
            case .no: holds = false
            case .failed: break dispatch
            }
          }
          if holds == (instruction.opcode == .jumpIfLess) { pc += signed(instruction.c) }
        case .jumpIfLessEqual, .jumpIfNotLessEqual:
          let left = register(base, instruction.a).pointee
          let right = register(base, instruction.b).pointee
          let holds: Bool
          if left.isInt && right.isInt {
            holds = left.int <= right.int
          } else if left.isFloat && right.isFloat {
            holds = left.float <= right.float
          } else {
            frame.pointee.resume = pc
            switch engine.slowComparison(.lessEqual, left, right) {
            case .yes: holds = true
            case .no: holds = false
            case .failed: break dispatch
            }
          }
          if holds == (instruction.opcode == .jumpIfLessEqual) { pc += signed(instruction.c) }
        case .jumpIfGreater, .jumpIfNotGreater:
          let left = register(base, instruction.a).pointee
          let right = register(base, instruction.b).pointee
          let holds: Bool
          if left.isInt && right.isInt {
            holds = left.int > right.int
          } else if left.isFloat && right.isFloat {
            holds = left.float > right.float
          } else {
            frame.pointee.resume = pc
            switch engine.slowComparison(.greater, left, right) {
            case .yes: holds = true
            case .no: holds = false
            case .failed: break dispatch
            }
          }
          if holds == (instruction.opcode == .jumpIfGreater) { pc += signed(instruction.c) }
        case .jumpIfGreaterEqual, .jumpIfNotGreaterEqual:
          let left = register(base, instruction.a).pointee
          let right = register(base, instruction.b).pointee
          let holds: Bool
          if left.isInt && right.isInt {
            holds = left.int >= right.int
          } else if left.isFloat && right.isFloat {
            holds = left.float >= right.float
          } else {
            frame.pointee.resume = pc
            switch engine.slowComparison(.greaterEqual, left, right) {
            case .yes: holds = true
            case .no: holds = false
            case .failed: break dispatch
            }
          }
          if holds == (instruction.opcode == .jumpIfGreaterEqual) { pc += signed(instruction.c) }
        case .jumpIfEqual, .jumpIfNotEqual:
          let left = register(base, instruction.a).pointee
          let right = register(base, instruction.b).pointee
          let holds: Bool
          if left.isInt && right.isInt {
            holds = left.int == right.int
          } else {
            frame.pointee.resume = pc
            switch engine.slowComparison(.equal, left, right) {
            case .yes: holds = true
            case .no: holds = false
            case .failed: break dispatch
            }
          }
          if holds == (instruction.opcode == .jumpIfEqual) { pc += signed(instruction.c) }
        case .jumpIfEqualConstant, .jumpIfNotEqualConstant:
          let left = register(base, instruction.a).pointee
          let right = register(constants, instruction.b).pointee
          let holds: Bool
          if left.tag == right.tag && left.bits == right.bits && !left.isFloat {
            holds = true
          } else if left.isInt && right.isInt {
            holds = false
          } else {
            frame.pointee.resume = pc
            switch engine.slowComparison(.equal, left, right) {
            case .yes: holds = true
            case .no: holds = false
            case .failed: break dispatch
            }
          }
          if holds == (instruction.opcode == .jumpIfEqualConstant) { pc += signed(instruction.c) }

        case .jumpIfLessImmediate, .jumpIfNotLessImmediate:
          let left = register(base, instruction.a).pointee
          let holds: Bool
          if left.isInt {
            holds = left.int < signed(instruction.b)
          } else {
            frame.pointee.resume = pc
            switch engine.slowComparison(.less, left, .int(signed(instruction.b))) {
            case .yes: holds = true
            case .no: holds = false
            case .failed: break dispatch
            }
          }
          if holds == (instruction.opcode == .jumpIfLessImmediate) { pc += signed(instruction.c) }
        case .jumpIfLessEqualImmediate, .jumpIfNotLessEqualImmediate:
          let left = register(base, instruction.a).pointee
          let holds: Bool
          if left.isInt {
            holds = left.int <= signed(instruction.b)
          } else {
            frame.pointee.resume = pc
            switch engine.slowComparison(.lessEqual, left, .int(signed(instruction.b))) {
            case .yes: holds = true
            case .no: holds = false
            case .failed: break dispatch
            }
          }
          if holds == (instruction.opcode == .jumpIfLessEqualImmediate) {
            pc += signed(instruction.c)
          }
        case .jumpIfGreaterImmediate, .jumpIfNotGreaterImmediate:
          let left = register(base, instruction.a).pointee
          let holds: Bool
          if left.isInt {
            holds = left.int > signed(instruction.b)
          } else {
            frame.pointee.resume = pc
            switch engine.slowComparison(.greater, left, .int(signed(instruction.b))) {
            case .yes: holds = true
            case .no: holds = false
            case .failed: break dispatch
            }
          }
          if holds == (instruction.opcode == .jumpIfGreaterImmediate) {
            pc += signed(instruction.c)
          }
        case .jumpIfGreaterEqualImmediate, .jumpIfNotGreaterEqualImmediate:
          let left = register(base, instruction.a).pointee
          let holds: Bool
          if left.isInt {
            holds = left.int >= signed(instruction.b)
          } else {
            frame.pointee.resume = pc
            switch engine.slowComparison(.greaterEqual, left, .int(signed(instruction.b))) {
            case .yes: holds = true
            case .no: holds = false
            case .failed: break dispatch
            }
          }
          if holds == (instruction.opcode == .jumpIfGreaterEqualImmediate) {
            pc += signed(instruction.c)
          }

        // MARK: Attributes and elements

        case .getAttribute:
          let object = register(base, instruction.b).pointee
          let cache = caches + Int(instruction.c)
          if object.tag == .instance {
            let instance = object.instance
            if cache.pointee.key == UInt(bitPattern: instance.pointee.shape)
              && cache.pointee.kind == .field
            {
              register(base, instruction.a).pointee =
                instance.pointee.slots[Int(cache.pointee.slot)]
              continue dispatch
            }
          } else if object.tag == .module && cache.pointee.key == UInt(object.bits)
            && cache.pointee.kind == .moduleVariable
          {
            let value = object.module.pointee.slots[Int(cache.pointee.slot)]
            if value.tag != .undefined {
              register(base, instruction.a).pointee = value
              continue dispatch
            }
          }
          frame.pointee.resume = pc
          if !engine.getAttribute(
            register(base, instruction.b), cache, register(base, instruction.a))
          {
            break dispatch
          }
        case .setAttribute:
          let object = register(base, instruction.a).pointee
          let value = register(base, instruction.b).pointee
          let cache = caches + Int(instruction.c)
          if object.tag == .instance
            && cache.pointee.key == UInt(bitPattern: object.instance.pointee.shape)
          {
            let instance = object.instance
            if cache.pointee.kind == .newField {
              let slot = Int(cache.pointee.slot)
              if slot < Int(instance.pointee.header.word) {
                instance.pointee.slots[slot] = value
                instance.pointee.shape =
                  UnsafeMutablePointer<Shape>(bitPattern: UInt(cache.pointee.extra))
                  .unsafelyUnwrapped
                if value.isUnresolved { engine.noteStore(value, in: object.header) }
                continue dispatch
              }
            } else if cache.pointee.kind == .field {
              instance.pointee.slots[Int(cache.pointee.slot)] = value
              if value.isUnresolved { engine.noteStore(value, in: object.header) }
              continue dispatch
            }
          }
          frame.pointee.resume = pc
          if !engine.setAttribute(register(base, instruction.a), cache, value) { break dispatch }
        case .getSuperAttribute:
          frame.pointee.resume = pc
          if !engine.getSuperAttribute(
            register(base, instruction.b).pointee, caches + Int(instruction.c),
            register(base, instruction.a))
          {
            break dispatch
          }
        case .makeSuperView:
          frame.pointee.resume = pc
          if !engine.makeSuperView(
            register(base, instruction.b).pointee, register(base, instruction.a))
          {
            break dispatch
          }
        case .getIndex:
          let container = register(base, instruction.b).pointee
          let key = register(base, instruction.c).pointee
          if container.tag == .list && key.isInt {
            let list = container.list
            if UInt(bitPattern: key.int) < UInt(bitPattern: list.pointee.count) {
              register(base, instruction.a).pointee = list.pointee.items[key.int]
              continue dispatch
            }
          }
          frame.pointee.resume = pc
          if !engine.getIndex(container, key, register(base, instruction.a)) { break dispatch }
        case .getIndexImmediate:
          let container = register(base, instruction.b).pointee
          let position = signed(instruction.c)
          if container.tag == .list {
            let list = container.list
            if position < list.pointee.count {
              register(base, instruction.a).pointee = list.pointee.items[position]
              continue dispatch
            }
          } else if container.tag == .tuple {
            let tuple = container.tuple
            if position < tuple.pointee.count {
              register(base, instruction.a).pointee = tuple.items[position]
              continue dispatch
            }
          }
          frame.pointee.resume = pc
          if !engine.getIndex(container, .int(position), register(base, instruction.a)) {
            break dispatch
          }
        case .setIndex:
          let container = register(base, instruction.a).pointee
          let key = register(base, instruction.b).pointee
          let value = register(base, instruction.c).pointee
          if container.tag == .list && key.isInt && !value.isUnresolved {
            let list = container.list
            if UInt(bitPattern: key.int) < UInt(bitPattern: list.pointee.count) {
              list.pointee.items[key.int] = value
              continue dispatch
            }
          }
          frame.pointee.resume = pc
          if !engine.storeIndex(container, key, value) { break dispatch }
        case .getSlice:
          frame.pointee.resume = pc
          if !engine.getSlice(
            register(base, instruction.b).pointee, register(base, instruction.c),
            closed: instruction.d != 0, register(base, instruction.a))
          {
            break dispatch
          }

        // MARK: Calls

        case .call:
          let window = register(base, instruction.a)
          let callee = window.pointee
          frame.pointee.resume = pc
          if callee.tag == .function {
            let function = callee.function
            let target = function.pointee.prototype
            if target.pointee.simpleArity == Int32(instruction.d) {
              let newBase = window + 1
              let newFrame = frame + 1
              if newBase + Int(target.pointee.registerCount) <= engine.pointee.stackLimit
                && newFrame < engine.pointee.frameLimit && engine.pointee.attention == 0
              {
                newFrame.pointee = Frame(
                  function: function, base: newBase,
                  resume: UnsafePointer(target.pointee.code), exit: .register,
                  resultOffset: instruction.b, generator: nil)
                frame = newFrame
                engine.pointee.frame = newFrame
                base = UnsafeMutableRawPointer(newBase)
                pc = UnsafePointer(target.pointee.code)
                constants = UnsafeMutableRawPointer(target.pointee.constants)
                globals = target.pointee.globals
                caches = target.pointee.caches
                continue dispatch
              }
            }
          }
          switch engine.call(
            callee, window + 1, Int(instruction.d), resultOffset: instruction.b)
          {
          case .done: continue dispatch
          case .failed: break dispatch
          case .entered: break
          }
          frame = engine.pointee.frame
          pc = frame.pointee.resume
          base = UnsafeMutableRawPointer(frame.pointee.base)
          prototype = frame.pointee.function.pointee.prototype
          constants = UnsafeMutableRawPointer(prototype.pointee.constants)
          globals = prototype.pointee.globals
          caches = prototype.pointee.caches

        case .callMethod:
          let window = register(base, instruction.a)
          let receiver = window[1]
          let cache = caches + Int(instruction.c)
          frame.pointee.resume = pc
          if receiver.tag == .instance
            && cache.pointee.key == UInt(bitPattern: receiver.instance.pointee.shape)
            && cache.pointee.kind == .method && cache.pointee.extraTag == .function
          {
            let function = cache.pointee.value.function
            let target = function.pointee.prototype
            if target.pointee.simpleArity == Int32(instruction.d) + 1 {
              let newBase = window + 1
              let newFrame = frame + 1
              if newBase + Int(target.pointee.registerCount) <= engine.pointee.stackLimit
                && newFrame < engine.pointee.frameLimit && engine.pointee.attention == 0
              {
                newFrame.pointee = Frame(
                  function: function, base: newBase,
                  resume: UnsafePointer(target.pointee.code), exit: .register,
                  resultOffset: instruction.b, generator: nil)
                frame = newFrame
                engine.pointee.frame = newFrame
                base = UnsafeMutableRawPointer(newBase)
                pc = UnsafePointer(target.pointee.code)
                constants = UnsafeMutableRawPointer(target.pointee.constants)
                globals = target.pointee.globals
                caches = target.pointee.caches
                continue dispatch
              }
            }
          }
          switch engine.callMethod(
            window + 1, cache, Int(instruction.d), resultOffset: instruction.b)
          {
          case .done: continue dispatch
          case .failed: break dispatch
          case .entered: break
          }
          frame = engine.pointee.frame
          pc = frame.pointee.resume
          base = UnsafeMutableRawPointer(frame.pointee.base)
          prototype = frame.pointee.function.pointee.prototype
          constants = UnsafeMutableRawPointer(prototype.pointee.constants)
          globals = prototype.pointee.globals
          caches = prototype.pointee.caches

        case .callSuper, .callDescribed:
          let window = register(base, instruction.a)
          frame.pointee.resume = pc
          let outcome =
            instruction.opcode == .callSuper
            ? engine.callSuper(
              window + 1, caches + Int(instruction.c), Int(instruction.d),
              resultOffset: instruction.b)
            : engine.callDescribed(
              window, register(constants, instruction.c).pointee, resultOffset: instruction.b)
          switch outcome {
          case .done: continue dispatch
          case .failed: break dispatch
          case .entered: break
          }
          frame = engine.pointee.frame
          pc = frame.pointee.resume
          base = UnsafeMutableRawPointer(frame.pointee.base)
          prototype = frame.pointee.function.pointee.prototype
          constants = UnsafeMutableRawPointer(prototype.pointee.constants)
          globals = prototype.pointee.globals
          caches = prototype.pointee.caches

        case .returnValue, .returnNil:
          let result =
            instruction.opcode == .returnNil ? Value.nil : register(base, instruction.a).pointee
          if frame.pointee.exit == .register {
            let offset = frame.pointee.resultOffset
            frame -= 1
            engine.pointee.frame = frame
            base = UnsafeMutableRawPointer(frame.pointee.base)
            register(base, offset).pointee = result
          } else {
            if engine.finishCall(result) { return true }
            frame = engine.pointee.frame
            base = UnsafeMutableRawPointer(frame.pointee.base)
          }
          pc = frame.pointee.resume
          prototype = frame.pointee.function.pointee.prototype
          constants = UnsafeMutableRawPointer(prototype.pointee.constants)
          globals = prototype.pointee.globals
          caches = prototype.pointee.caches

        case .yieldValue:
          frame.pointee.resume = pc
          if engine.suspend(register(base, instruction.a).pointee) { return true }
          frame = engine.pointee.frame
          base = UnsafeMutableRawPointer(frame.pointee.base)
          pc = frame.pointee.resume
          prototype = frame.pointee.function.pointee.prototype
          constants = UnsafeMutableRawPointer(prototype.pointee.constants)
          globals = prototype.pointee.globals
          caches = prototype.pointee.caches

        // MARK: Building

        case .makeList:
          engine.makeList(
            register(base, instruction.b), count: Int(instruction.c),
            into: register(base, instruction.a))
        case .listAppend:
          engine.append(
            register(base, instruction.b).pointee, to: register(base, instruction.a).pointee.list)
        case .makeTuple:
          engine.makeTuple(
            register(base, instruction.b), count: Int(instruction.c),
            into: register(base, instruction.a))
        case .makeMap:
          register(base, instruction.a).pointee = Value(.map, engine.makeMap())
        case .listExtend, .tupleFromList, .mapInsert, .mapExtend, .makeRange, .joinStrings,
          .formatValue:
          frame.pointee.resume = pc
          if !engine.build(instruction, base) { break dispatch }

        // MARK: Iteration

        case .iterate:
          frame.pointee.resume = pc
          if !engine.beginIteration(register(base, instruction.a)) { break dispatch }
        case .iterateNext:
          let state = register(base, instruction.a)
          if state[0].tag == .list {
            let list = state[0].list
            let position = state[1].int
            if position < list.pointee.count {
              state[2] = list.pointee.items[position]
              state[1].bits &+= 1
              pc += instruction.wide
              if engine.pointee.attention != 0 {
                frame.pointee.resume = pc
                if !engine.passSafepoint() { break dispatch }
              }
            }
            continue dispatch
          }
          frame.pointee.resume = pc
          switch engine.advance(state) {
          case .item:
            pc += instruction.wide
            if engine.pointee.attention != 0 {
              frame.pointee.resume = pc
              if !engine.passSafepoint() { break dispatch }
            }
          case .end: break
          case .failed: break dispatch
          case .entered:
            frame = engine.pointee.frame
            pc = frame.pointee.resume
            base = UnsafeMutableRawPointer(frame.pointee.base)
            prototype = frame.pointee.function.pointee.prototype
            constants = UnsafeMutableRawPointer(prototype.pointee.constants)
            globals = prototype.pointee.globals
            caches = prototype.pointee.caches
          }
        case .iterateNextPair:
          frame.pointee.resume = pc
          switch engine.advancePair(register(base, instruction.a)) {
          case .item:
            pc += instruction.wide
            if engine.pointee.attention != 0 {
              frame.pointee.resume = pc
              if !engine.passSafepoint() { break dispatch }
            }
          case .end, .entered: break
          case .failed: break dispatch
          }
        case .rangePrepare:
          let state = register(base, instruction.a)
          if state[0].isInt && state[1].isInt && instruction.d == 0 {
            let count = state[1].int &- state[0].int
            // A distance that overflows has the wrong sign; the slow path sorts it out.
            if (state[1].int > state[0].int) == (count > 0) {
              state[1] = .int(max(count, 0))
              pc += instruction.wide
              continue dispatch
            }
          }
          frame.pointee.resume = pc
          if !engine.prepareRange(state, closed: instruction.d != 0) { break dispatch }
          pc += instruction.wide
        case .rangeLoop:
          let state = register(base, instruction.a)
          if state[1].bits != 0 {
            state[1].bits &-= 1
            let next = state[0].bits
            state[2] = Value(tag: .int, bits: next)
            state[0].bits = next &+ 1
            pc += instruction.wide
            if engine.pointee.attention != 0 {
              frame.pointee.resume = pc
              if !engine.passSafepoint() { break dispatch }
            }
          }
        case .unpack, .unpackRest:
          frame.pointee.resume = pc
          if !engine.unpack(
            register(base, instruction.a).pointee, register(base, instruction.b),
            count: Int(instruction.c),
            rest: instruction.opcode == .unpackRest ? Int(instruction.d) : -1)
          {
            break dispatch
          }

        // MARK: Errors

        case .throwValue:
          frame.pointee.resume = pc
          engine.throwValue(register(base, instruction.a).pointee)
          break dispatch
        case .rethrow:
          frame.pointee.resume = pc
          engine.pointee.pending = register(base, instruction.a).pointee
          break dispatch
        case .endFinally:
          let completion = register(base, instruction.a).pointee
          if completion.tag == .undefined {
            pc += instruction.wide
          } else if completion.tag != .int {
            frame.pointee.resume = pc
            engine.pointee.pending = completion
            break dispatch
          }
        case .jumpUnlessCaught:
          if !engine.isCaught(register(base, instruction.a).pointee) { pc += instruction.wide }
        case .jumpUnlessInstance:
          frame.pointee.resume = pc
          switch engine.matches(
            register(base, instruction.a).pointee, register(base, instruction.b))
          {
          case .yes: break
          case .no: pc += signed(instruction.c)
          case .failed: break dispatch
          }
        case .assertionFailed:
          frame.pointee.resume = pc
          engine.failAssertion(register(base, instruction.a).pointee)
          break dispatch

        // MARK: Classes and modules

        case .makeClass, .defineMember, .importModule, .importName, .importStar:
          frame.pointee.resume = pc
          if !engine.declare(instruction, base) { break dispatch }
        }
      }

      // An error is pending. Its handler may be in this run's frames.
      if !engine.unwind(to: entry) { return false }
      frame = engine.pointee.frame
      pc = frame.pointee.resume
      base = UnsafeMutableRawPointer(frame.pointee.base)
      prototype = frame.pointee.function.pointee.prototype
      constants = UnsafeMutableRawPointer(prototype.pointee.constants)
      globals = prototype.pointee.globals
      caches = prototype.pointee.caches
    }
  }
}
