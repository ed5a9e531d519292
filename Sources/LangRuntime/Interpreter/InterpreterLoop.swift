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

/// Whether `end` does not lie beyond `limit`; the operators of pointers are not always inlined.
@inline(__always)
private func isWithin<Element>(
  _ end: UnsafeMutablePointer<Element>, _ limit: UnsafeMutablePointer<Element>
) -> Bool {
  UInt(bitPattern: end) <= UInt(bitPattern: limit)
}

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
        // The operands are read where they are needed: decoding them here would fill the registers that
        // `base` and its like should have, and would let a jump's distance be selected without a branch.
        let instruction = pc
        pc += 1
        switch instruction.pointee.opcode {

        // MARK: Moving

        case .move:
          register(base, instruction.pointee.a).pointee =
            register(base, instruction.pointee.b).pointee
        case .loadConstant:
          register(base, instruction.pointee.a).pointee =
            constants.assumingMemoryBound(to: Value.self)[instruction.pointee.wide]
        case .loadInt:
          register(base, instruction.pointee.a).pointee = .int(instruction.pointee.wide)
        case .loadNil:
          register(base, instruction.pointee.a).pointee = .nil
        case .loadTrue:
          register(base, instruction.pointee.a).pointee = .true
        case .loadFalse:
          register(base, instruction.pointee.a).pointee = .false
        case .loadUndefined:
          register(base, instruction.pointee.a).pointee = .undefined
        case .loadGlobal:
          let value = globals[instruction.pointee.wide]
          if value.tag == .undefined {
            frame.pointee.resume = pc
            engine.failUndefinedGlobal(instruction.pointee.wide)
            break dispatch
          }
          register(base, instruction.pointee.a).pointee = value
        case .storeGlobal:
          let value = register(base, instruction.pointee.a).pointee
          globals[instruction.pointee.wide] = value
          if value.isUnresolved { engine.noteGlobalStore(value) }
        case .loadBuiltin:
          register(base, instruction.pointee.a).pointee =
            engine.pointee.builtins[instruction.pointee.wide]
        case .loadDynamic:
          frame.pointee.resume = pc
          if !engine.loadDynamic(
            register(base, instruction.pointee.a), name: instruction.pointee.wide)
          {
            break dispatch
          }
        case .loadCapture:
          register(base, instruction.pointee.a).pointee =
            (UnsafeMutableRawPointer(frame.pointee.function.captures) + Int(instruction.pointee.b))
            .assumingMemoryBound(to: Value.self).pointee
        case .loadCaptureCell:
          let cell =
            (UnsafeMutableRawPointer(frame.pointee.function.captures) + Int(instruction.pointee.b))
            .assumingMemoryBound(to: Value.self).pointee
          register(base, instruction.pointee.a).pointee = cell.object(CellObject.self).pointee.value
        case .storeCaptureCell:
          let cell =
            (UnsafeMutableRawPointer(frame.pointee.function.captures) + Int(instruction.pointee.b))
            .assumingMemoryBound(to: Value.self).pointee
          let value = register(base, instruction.pointee.a).pointee
          cell.object(CellObject.self).pointee.value = value
          if value.isUnresolved { engine.noteStore(value, in: cell.header) }
        case .makeCell:
          register(base, instruction.pointee.a).pointee = engine.makeCell(
            register(base, instruction.pointee.b).pointee)
        case .loadCell:
          register(base, instruction.pointee.a).pointee =
            register(base, instruction.pointee.b).pointee.object(CellObject.self).pointee.value
        case .storeCell:
          let cell = register(base, instruction.pointee.a).pointee
          let value = register(base, instruction.pointee.b).pointee
          cell.object(CellObject.self).pointee.value = value
          if value.isUnresolved { engine.noteStore(value, in: cell.header) }
        case .checkDefined:
          if register(base, instruction.pointee.a).pointee.tag == .undefined {
            frame.pointee.resume = pc
            engine.failUndefined(
              constants.assumingMemoryBound(to: Value.self)[instruction.pointee.wide])
            break dispatch
          }
        case .makeFunction:
          frame.pointee.resume = pc
          if !engine.makeFunction(
            instruction.pointee.wide, into: register(base, instruction.pointee.a))
          {
            break dispatch
          }

        // MARK: Arithmetic

        case .add:
          let left = register(base, instruction.pointee.b)
          let right = register(base, instruction.pointee.c)
          if left.pointee.isInt && right.pointee.isInt {
            let (sum, overflow) = left.pointee.int.addingReportingOverflow(right.pointee.int)
            if !overflow {
              register(base, instruction.pointee.a).pointee = .int(sum)
              continue dispatch
            }
          } else if left.pointee.isFloat && right.pointee.isFloat {
            register(base, instruction.pointee.a).pointee = .float(
              left.pointee.float + right.pointee.float)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(
            .add, left.pointee, right.pointee, register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .subtract:
          let left = register(base, instruction.pointee.b)
          let right = register(base, instruction.pointee.c)
          if left.pointee.isInt && right.pointee.isInt {
            let (difference, overflow) = left.pointee.int.subtractingReportingOverflow(
              right.pointee.int)
            if !overflow {
              register(base, instruction.pointee.a).pointee = .int(difference)
              continue dispatch
            }
          } else if left.pointee.isFloat && right.pointee.isFloat {
            register(base, instruction.pointee.a).pointee = .float(
              left.pointee.float - right.pointee.float)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(
            .subtract, left.pointee, right.pointee, register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .multiply:
          let left = register(base, instruction.pointee.b)
          let right = register(base, instruction.pointee.c)
          if left.pointee.isFloat && right.pointee.isFloat {
            register(base, instruction.pointee.a).pointee = .float(
              left.pointee.float * right.pointee.float)
            continue dispatch
          } else if left.pointee.isInt && right.pointee.isInt {
            let (product, overflow) = left.pointee.int.multipliedReportingOverflow(
              by: right.pointee.int)
            if !overflow {
              register(base, instruction.pointee.a).pointee = .int(product)
              continue dispatch
            }
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(
            .multiply, left.pointee, right.pointee, register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .divide:
          let left = register(base, instruction.pointee.b)
          let right = register(base, instruction.pointee.c)
          if left.pointee.isFloat && right.pointee.isFloat && right.pointee.float != 0 {
            register(base, instruction.pointee.a).pointee = .float(
              left.pointee.float / right.pointee.float)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.divide(left.pointee, right.pointee, register(base, instruction.pointee.a)) {
            break dispatch
          }
        case .floorDivide:
          let left = register(base, instruction.pointee.b)
          let right = register(base, instruction.pointee.c)
          if left.pointee.isInt && right.pointee.isInt && right.pointee.int > 0 {
            let quotient = left.pointee.int / right.pointee.int
            let remainder = left.pointee.int &- quotient &* right.pointee.int
            register(base, instruction.pointee.a).pointee = .int(
              remainder < 0 ? quotient &- 1 : quotient)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(
            .floorDivide, left.pointee, right.pointee, register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .modulo:
          let left = register(base, instruction.pointee.b)
          let right = register(base, instruction.pointee.c)
          if left.pointee.isInt && right.pointee.isInt && right.pointee.int > 0 {
            let remainder = left.pointee.int % right.pointee.int
            register(base, instruction.pointee.a).pointee = .int(
              remainder < 0 ? remainder &+ right.pointee.int : remainder)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(
            .modulo, left.pointee, right.pointee, register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .power:
          frame.pointee.resume = pc
          if !engine.slowArithmetic(
            .power, register(base, instruction.pointee.b).pointee,
            register(base, instruction.pointee.c).pointee,
            register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .bitAnd:
          let left = register(base, instruction.pointee.b)
          let right = register(base, instruction.pointee.c)
          if left.pointee.isInt && right.pointee.isInt {
            register(base, instruction.pointee.a).pointee = .int(
              left.pointee.int & right.pointee.int)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(
            .bitAnd, left.pointee, right.pointee, register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .bitOr:
          let left = register(base, instruction.pointee.b)
          let right = register(base, instruction.pointee.c)
          if left.pointee.isInt && right.pointee.isInt {
            register(base, instruction.pointee.a).pointee = .int(
              left.pointee.int | right.pointee.int)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(
            .bitOr, left.pointee, right.pointee, register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .bitXor:
          let left = register(base, instruction.pointee.b)
          let right = register(base, instruction.pointee.c)
          if left.pointee.isInt && right.pointee.isInt {
            register(base, instruction.pointee.a).pointee = .int(
              left.pointee.int ^ right.pointee.int)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(
            .bitXor, left.pointee, right.pointee, register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .shiftLeft:
          let left = register(base, instruction.pointee.b)
          let right = register(base, instruction.pointee.c)
          if left.pointee.isInt && right.pointee.isInt && UInt(bitPattern: right.pointee.int) < 63 {
            let shifted = left.pointee.int &<< right.pointee.int
            if shifted &>> right.pointee.int == left.pointee.int {
              register(base, instruction.pointee.a).pointee = .int(shifted)
              continue dispatch
            }
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(
            .shiftLeft, left.pointee, right.pointee, register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .shiftRight:
          let left = register(base, instruction.pointee.b)
          let right = register(base, instruction.pointee.c)
          if left.pointee.isInt && right.pointee.isInt && UInt(bitPattern: right.pointee.int) < 64 {
            register(base, instruction.pointee.a).pointee = .int(
              left.pointee.int &>> right.pointee.int)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(
            .shiftRight, left.pointee, right.pointee, register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .addImmediate:
          let left = register(base, instruction.pointee.b)
          if left.pointee.isInt {
            let (sum, overflow) = left.pointee.int.addingReportingOverflow(
              signed(instruction.pointee.c))
            if !overflow {
              register(base, instruction.pointee.a).pointee = .int(sum)
              continue dispatch
            }
          } else if left.pointee.isFloat {
            register(base, instruction.pointee.a).pointee = .float(
              left.pointee.float + Double(signed(instruction.pointee.c)))
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.addImmediate(
            instruction.pointee, left.pointee, register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .addConstant:
          let left = register(base, instruction.pointee.b)
          let right = register(constants, instruction.pointee.c)
          if left.pointee.isFloat && right.pointee.isFloat {
            register(base, instruction.pointee.a).pointee = .float(
              left.pointee.float + right.pointee.float)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.constantArithmetic(
            .add, instruction.pointee, left.pointee, right.pointee,
            register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .subtractConstant:
          let left = register(base, instruction.pointee.b)
          let right = register(constants, instruction.pointee.c)
          if left.pointee.isFloat && right.pointee.isFloat {
            register(base, instruction.pointee.a).pointee = .float(
              left.pointee.float - right.pointee.float)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.constantArithmetic(
            .subtract, instruction.pointee, left.pointee, right.pointee,
            register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .multiplyConstant:
          let left = register(base, instruction.pointee.b)
          let right = register(constants, instruction.pointee.c)
          if left.pointee.isFloat && right.pointee.isFloat {
            register(base, instruction.pointee.a).pointee = .float(
              left.pointee.float * right.pointee.float)
            continue dispatch
          } else if left.pointee.isInt && right.pointee.isInt {
            let (product, overflow) = left.pointee.int.multipliedReportingOverflow(
              by: right.pointee.int)
            if !overflow {
              register(base, instruction.pointee.a).pointee = .int(product)
              continue dispatch
            }
          }
          frame.pointee.resume = pc
          if !engine.constantArithmetic(
            .multiply, instruction.pointee, left.pointee, right.pointee,
            register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .divideConstant:
          let left = register(base, instruction.pointee.b)
          let right = register(constants, instruction.pointee.c)
          if left.pointee.isFloat && right.pointee.isFloat && right.pointee.float != 0 {
            register(base, instruction.pointee.a).pointee = .float(
              left.pointee.float / right.pointee.float)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.divide(left.pointee, right.pointee, register(base, instruction.pointee.a)) {
            break dispatch
          }
        case .floorDivideConstant:
          let left = register(base, instruction.pointee.b)
          let right = register(constants, instruction.pointee.c)
          if left.pointee.isInt && right.pointee.isInt && right.pointee.int > 0 {
            let quotient = left.pointee.int / right.pointee.int
            let remainder = left.pointee.int &- quotient &* right.pointee.int
            register(base, instruction.pointee.a).pointee = .int(
              remainder < 0 ? quotient &- 1 : quotient)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(
            .floorDivide, left.pointee, right.pointee, register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .moduloConstant:
          let left = register(base, instruction.pointee.b)
          let right = register(constants, instruction.pointee.c)
          if left.pointee.isInt && right.pointee.isInt && right.pointee.int > 0 {
            let remainder = left.pointee.int % right.pointee.int
            register(base, instruction.pointee.a).pointee = .int(
              remainder < 0 ? remainder &+ right.pointee.int : remainder)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(
            .modulo, left.pointee, right.pointee, register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .bitAndConstant:
          let left = register(base, instruction.pointee.b)
          let right = register(constants, instruction.pointee.c)
          if left.pointee.isInt && right.pointee.isInt {
            register(base, instruction.pointee.a).pointee = .int(
              left.pointee.int & right.pointee.int)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowArithmetic(
            .bitAnd, left.pointee, right.pointee, register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .negate:
          let operand = register(base, instruction.pointee.b).pointee
          if operand.isFloat {
            register(base, instruction.pointee.a).pointee = .float(-operand.float)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.unary(.negate, operand, register(base, instruction.pointee.a)) {
            break dispatch
          }
        case .plus:
          frame.pointee.resume = pc
          if !engine.unary(
            .plus, register(base, instruction.pointee.b).pointee,
            register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .bitNot:
          frame.pointee.resume = pc
          if !engine.unary(
            .bitNot, register(base, instruction.pointee.b).pointee,
            register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .not:
          let operand = register(base, instruction.pointee.b).pointee
          if operand.tag == .deferred {
            frame.pointee.resume = pc
            if !engine.unary(.not, operand, register(base, instruction.pointee.a)) {
              break dispatch
            }
          } else {
            register(base, instruction.pointee.a).pointee = .bool(
              operand.tag == .nil || operand.tag == .false)
          }

        // MARK: Comparisons as values

        case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .isIdentical,
          .isNotIdentical, .contains, .containsNot:
          let left = register(base, instruction.pointee.b).pointee
          let right = register(base, instruction.pointee.c).pointee
          frame.pointee.resume = pc
          if !engine.comparison(
            instruction.pointee.opcode, left, right, register(base, instruction.pointee.a))
          {
            break dispatch
          }

        // MARK: Jumps

        case .jump:
          pc += instruction.pointee.wide
        case .jumpBack:
          // An interruption is thrown here, not before the loop, which may be where a `try` begins.
          if engine.pointee.attention != 0 {
            frame.pointee.resume = pc
            if !engine.passSafepoint() { break dispatch }
          }
          pc += instruction.pointee.wide
        case .jumpIfTrue:
          let value = register(base, instruction.pointee.a).pointee
          if value.tag.rawValue > Tag.nil.rawValue {
            pc += instruction.pointee.wide
          } else if value.tag.rawValue < Tag.false.rawValue {
            frame.pointee.resume = pc
            switch engine.slowTruth(value) {
            case .yes: pc += instruction.pointee.wide
            case .no: break
            case .failed: break dispatch
            }
          }
        case .jumpIfFalse:
          let value = register(base, instruction.pointee.a).pointee
          if value.tag.rawValue <= Tag.nil.rawValue {
            if value.tag.rawValue >= Tag.false.rawValue {
              pc += instruction.pointee.wide
            } else {
              frame.pointee.resume = pc
              switch engine.slowTruth(value) {
              case .yes: break
              case .no: pc += instruction.pointee.wide
              case .failed: break dispatch
              }
            }
          }
        case .jumpIfNil:
          let value = register(base, instruction.pointee.a)
          if value.pointee.tag == .deferred {
            frame.pointee.resume = pc
            if !engine.resolveInPlace(value) { break dispatch }
          }
          if value.pointee.tag == .nil { pc += instruction.pointee.wide }
        case .jumpIfNotNil:
          let value = register(base, instruction.pointee.a)
          if value.pointee.tag == .deferred {
            frame.pointee.resume = pc
            if !engine.resolveInPlace(value) { break dispatch }
          }
          if value.pointee.tag != .nil { pc += instruction.pointee.wide }
        case .jumpIfDefined:
          if register(base, instruction.pointee.a).pointee.tag != .undefined {
            pc += instruction.pointee.wide
          }

        case .jumpIfLess:
          let left = register(base, instruction.pointee.a)
          let right = register(base, instruction.pointee.b)
          if left.pointee.isInt && right.pointee.isInt {
            if left.pointee.int < right.pointee.int { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          if left.pointee.isFloat && right.pointee.isFloat {
            if left.pointee.float < right.pointee.float { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(instruction.pointee, left.pointee, right.pointee) { break dispatch }
          pc = frame.pointee.resume
        case .jumpIfNotLess:
          let left = register(base, instruction.pointee.a)
          let right = register(base, instruction.pointee.b)
          if left.pointee.isInt && right.pointee.isInt {
            if !(left.pointee.int < right.pointee.int) { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          if left.pointee.isFloat && right.pointee.isFloat {
            if !(left.pointee.float < right.pointee.float) { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(instruction.pointee, left.pointee, right.pointee) { break dispatch }
          pc = frame.pointee.resume
        case .jumpIfLessEqual:
          let left = register(base, instruction.pointee.a)
          let right = register(base, instruction.pointee.b)
          if left.pointee.isInt && right.pointee.isInt {
            if left.pointee.int <= right.pointee.int { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          if left.pointee.isFloat && right.pointee.isFloat {
            if left.pointee.float <= right.pointee.float { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(instruction.pointee, left.pointee, right.pointee) { break dispatch }
          pc = frame.pointee.resume
        case .jumpIfNotLessEqual:
          let left = register(base, instruction.pointee.a)
          let right = register(base, instruction.pointee.b)
          if left.pointee.isInt && right.pointee.isInt {
            if !(left.pointee.int <= right.pointee.int) { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          if left.pointee.isFloat && right.pointee.isFloat {
            if !(left.pointee.float <= right.pointee.float) { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(instruction.pointee, left.pointee, right.pointee) { break dispatch }
          pc = frame.pointee.resume
        case .jumpIfGreater:
          let left = register(base, instruction.pointee.a)
          let right = register(base, instruction.pointee.b)
          if left.pointee.isInt && right.pointee.isInt {
            if left.pointee.int > right.pointee.int { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          if left.pointee.isFloat && right.pointee.isFloat {
            if left.pointee.float > right.pointee.float { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(instruction.pointee, left.pointee, right.pointee) { break dispatch }
          pc = frame.pointee.resume
        case .jumpIfNotGreater:
          let left = register(base, instruction.pointee.a)
          let right = register(base, instruction.pointee.b)
          if left.pointee.isInt && right.pointee.isInt {
            if !(left.pointee.int > right.pointee.int) { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          if left.pointee.isFloat && right.pointee.isFloat {
            if !(left.pointee.float > right.pointee.float) { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(instruction.pointee, left.pointee, right.pointee) { break dispatch }
          pc = frame.pointee.resume
        case .jumpIfGreaterEqual:
          let left = register(base, instruction.pointee.a)
          let right = register(base, instruction.pointee.b)
          if left.pointee.isInt && right.pointee.isInt {
            if left.pointee.int >= right.pointee.int { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          if left.pointee.isFloat && right.pointee.isFloat {
            if left.pointee.float >= right.pointee.float { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(instruction.pointee, left.pointee, right.pointee) { break dispatch }
          pc = frame.pointee.resume
        case .jumpIfNotGreaterEqual:
          let left = register(base, instruction.pointee.a)
          let right = register(base, instruction.pointee.b)
          if left.pointee.isInt && right.pointee.isInt {
            if !(left.pointee.int >= right.pointee.int) { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          if left.pointee.isFloat && right.pointee.isFloat {
            if !(left.pointee.float >= right.pointee.float) { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(instruction.pointee, left.pointee, right.pointee) { break dispatch }
          pc = frame.pointee.resume
        case .jumpIfEqual:
          let left = register(base, instruction.pointee.a)
          let right = register(base, instruction.pointee.b)
          if left.pointee.isInt && right.pointee.isInt {
            if left.pointee.int == right.pointee.int { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(instruction.pointee, left.pointee, right.pointee) { break dispatch }
          pc = frame.pointee.resume
        case .jumpIfNotEqual:
          let left = register(base, instruction.pointee.a)
          let right = register(base, instruction.pointee.b)
          if left.pointee.isInt && right.pointee.isInt {
            if left.pointee.int != right.pointee.int { pc += signed(instruction.pointee.c) }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(instruction.pointee, left.pointee, right.pointee) { break dispatch }
          pc = frame.pointee.resume
        case .jumpIfEqualConstant:
          let left = register(base, instruction.pointee.a).pointee
          let right = register(constants, instruction.pointee.b).pointee
          if left.isSame(as: right) && !left.isFloat {
            pc += signed(instruction.pointee.c)
            continue dispatch
          }
          if left.isInt && right.isInt { continue dispatch }
          frame.pointee.resume = pc
          if !engine.slowJump(instruction.pointee, left, right) { break dispatch }
          pc = frame.pointee.resume
        case .jumpIfNotEqualConstant:
          let left = register(base, instruction.pointee.a).pointee
          let right = register(constants, instruction.pointee.b).pointee
          if left.isSame(as: right) && !left.isFloat { continue dispatch }
          if left.isInt && right.isInt {
            pc += signed(instruction.pointee.c)
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(instruction.pointee, left, right) { break dispatch }
          pc = frame.pointee.resume

        case .jumpIfLessImmediate:
          let left = register(base, instruction.pointee.a)
          if left.pointee.isInt {
            if left.pointee.int < signed(instruction.pointee.b) {
              pc += signed(instruction.pointee.c)
            }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(
            instruction.pointee, left.pointee, .int(signed(instruction.pointee.b)))
          {
            break dispatch
          }
          pc = frame.pointee.resume
        case .jumpIfNotLessImmediate:
          let left = register(base, instruction.pointee.a)
          if left.pointee.isInt {
            if !(left.pointee.int < signed(instruction.pointee.b)) {
              pc += signed(instruction.pointee.c)
            }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(
            instruction.pointee, left.pointee, .int(signed(instruction.pointee.b)))
          {
            break dispatch
          }
          pc = frame.pointee.resume
        case .jumpIfLessEqualImmediate:
          let left = register(base, instruction.pointee.a)
          if left.pointee.isInt {
            if left.pointee.int <= signed(instruction.pointee.b) {
              pc += signed(instruction.pointee.c)
            }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(
            instruction.pointee, left.pointee, .int(signed(instruction.pointee.b)))
          {
            break dispatch
          }
          pc = frame.pointee.resume
        case .jumpIfNotLessEqualImmediate:
          let left = register(base, instruction.pointee.a)
          if left.pointee.isInt {
            if !(left.pointee.int <= signed(instruction.pointee.b)) {
              pc += signed(instruction.pointee.c)
            }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(
            instruction.pointee, left.pointee, .int(signed(instruction.pointee.b)))
          {
            break dispatch
          }
          pc = frame.pointee.resume
        case .jumpIfGreaterImmediate:
          let left = register(base, instruction.pointee.a)
          if left.pointee.isInt {
            if left.pointee.int > signed(instruction.pointee.b) {
              pc += signed(instruction.pointee.c)
            }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(
            instruction.pointee, left.pointee, .int(signed(instruction.pointee.b)))
          {
            break dispatch
          }
          pc = frame.pointee.resume
        case .jumpIfNotGreaterImmediate:
          let left = register(base, instruction.pointee.a)
          if left.pointee.isInt {
            if !(left.pointee.int > signed(instruction.pointee.b)) {
              pc += signed(instruction.pointee.c)
            }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(
            instruction.pointee, left.pointee, .int(signed(instruction.pointee.b)))
          {
            break dispatch
          }
          pc = frame.pointee.resume
        case .jumpIfGreaterEqualImmediate:
          let left = register(base, instruction.pointee.a)
          if left.pointee.isInt {
            if left.pointee.int >= signed(instruction.pointee.b) {
              pc += signed(instruction.pointee.c)
            }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(
            instruction.pointee, left.pointee, .int(signed(instruction.pointee.b)))
          {
            break dispatch
          }
          pc = frame.pointee.resume
        case .jumpIfNotGreaterEqualImmediate:
          let left = register(base, instruction.pointee.a)
          if left.pointee.isInt {
            if !(left.pointee.int >= signed(instruction.pointee.b)) {
              pc += signed(instruction.pointee.c)
            }
            continue dispatch
          }
          frame.pointee.resume = pc
          if !engine.slowJump(
            instruction.pointee, left.pointee, .int(signed(instruction.pointee.b)))
          {
            break dispatch
          }
          pc = frame.pointee.resume

        // MARK: Attributes and elements

        case .getAttribute:
          let object = register(base, instruction.pointee.b).pointee
          let cache = caches + Int(instruction.pointee.c)
          if object.tag == .instance {
            let instance = object.instance
            if cache.pointee.key == UInt(bitPattern: instance.pointee.shape)
              && cache.pointee.kind == .field
            {
              register(base, instruction.pointee.a).pointee =
                instance.pointee.slots[Int(cache.pointee.slot)]
              continue dispatch
            }
          } else if object.tag == .module && cache.pointee.key == UInt(object.bits)
            && cache.pointee.kind == .moduleVariable
          {
            let value = object.module.pointee.slots[Int(cache.pointee.slot)]
            if value.tag != .undefined {
              register(base, instruction.pointee.a).pointee = value
              continue dispatch
            }
          }
          frame.pointee.resume = pc
          if !engine.getAttribute(
            register(base, instruction.pointee.b), cache, register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .setAttribute:
          let object = register(base, instruction.pointee.a).pointee
          let value = register(base, instruction.pointee.b).pointee
          let cache = caches + Int(instruction.pointee.c)
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
          if !engine.setAttribute(register(base, instruction.pointee.a), cache, value) {
            break dispatch
          }
          // A variable that was added to the running module may have moved the others. The prototype
          // that is at hand may be the caller's.
          globals = frame.pointee.function.pointee.prototype.pointee.globals
        case .getSuperAttribute:
          frame.pointee.resume = pc
          if !engine.getSuperAttribute(
            register(base, instruction.pointee.b).pointee, caches + Int(instruction.pointee.c),
            register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .makeSuperView:
          frame.pointee.resume = pc
          if !engine.makeSuperView(
            register(base, instruction.pointee.b).pointee, register(base, instruction.pointee.a))
          {
            break dispatch
          }
        case .getIndex:
          let container = register(base, instruction.pointee.b).pointee
          let key = register(base, instruction.pointee.c).pointee
          if container.tag == .list && key.isInt {
            let list = container.list
            if UInt(bitPattern: key.int) < UInt(bitPattern: list.pointee.count) {
              register(base, instruction.pointee.a).pointee = list.pointee.items[key.int]
              continue dispatch
            }
          }
          frame.pointee.resume = pc
          if !engine.getIndex(container, key, register(base, instruction.pointee.a)) {
            break dispatch
          }
        case .getIndexImmediate:
          let container = register(base, instruction.pointee.b).pointee
          let position = signed(instruction.pointee.c)
          if container.tag == .list {
            let list = container.list
            if position < list.pointee.count {
              register(base, instruction.pointee.a).pointee = list.pointee.items[position]
              continue dispatch
            }
          } else if container.tag == .tuple {
            let tuple = container.tuple
            if position < tuple.pointee.count {
              register(base, instruction.pointee.a).pointee = tuple.items[position]
              continue dispatch
            }
          }
          frame.pointee.resume = pc
          if !engine.getIndex(container, .int(position), register(base, instruction.pointee.a)) {
            break dispatch
          }
        case .setIndex:
          let container = register(base, instruction.pointee.a).pointee
          let key = register(base, instruction.pointee.b).pointee
          let value = register(base, instruction.pointee.c).pointee
          if container.tag == .list && key.isInt {
            let list = container.list
            if UInt(bitPattern: key.int) < UInt(bitPattern: list.pointee.count) {
              list.pointee.items[key.int] = value
              if value.isUnresolved { engine.noteStore(value, in: container.header) }
              continue dispatch
            }
          }
          frame.pointee.resume = pc
          if !engine.storeIndex(container, key, value) { break dispatch }
        case .getSlice:
          frame.pointee.resume = pc
          if !engine.getSlice(
            register(base, instruction.pointee.b).pointee, register(base, instruction.pointee.c),
            closed: instruction.pointee.d != 0, register(base, instruction.pointee.a))
          {
            break dispatch
          }

        // MARK: Calls

        case .call:
          let window = register(base, instruction.pointee.a)
          let callee = window.pointee
          frame.pointee.resume = pc
          if callee.tag == .function {
            let function = callee.function
            let target = function.pointee.prototype
            if target.pointee.simpleArity == Int32(instruction.pointee.d) {
              let newBase = window + 1
              let newFrame = frame + 1
              if isWithin(newBase + Int(target.pointee.registerCount), engine.pointee.stackLimit)
                && isWithin(newFrame + 1, engine.pointee.frameLimit)
                && engine.pointee.attention == 0
              {
                newFrame.pointee = Frame(
                  function: function, base: newBase,
                  resume: UnsafePointer(target.pointee.code), exit: .register,
                  resultOffset: instruction.pointee.b, generator: nil)
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
            callee, window + 1, Int(instruction.pointee.d), resultOffset: instruction.pointee.b)
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
          let window = register(base, instruction.pointee.a)
          let receiver = window[1]
          let cache = caches + Int(instruction.pointee.c)
          frame.pointee.resume = pc
          if receiver.tag == .instance
            && cache.pointee.key == UInt(bitPattern: receiver.instance.pointee.shape)
            && cache.pointee.kind == .method && cache.pointee.extraTag == .function
          {
            let function = cache.pointee.value.function
            let target = function.pointee.prototype
            if target.pointee.simpleArity == Int32(instruction.pointee.d) + 1 {
              let newBase = window + 1
              let newFrame = frame + 1
              if isWithin(newBase + Int(target.pointee.registerCount), engine.pointee.stackLimit)
                && isWithin(newFrame + 1, engine.pointee.frameLimit)
                && engine.pointee.attention == 0
              {
                newFrame.pointee = Frame(
                  function: function, base: newBase,
                  resume: UnsafePointer(target.pointee.code), exit: .register,
                  resultOffset: instruction.pointee.b, generator: nil)
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
            window + 1, cache, Int(instruction.pointee.d), resultOffset: instruction.pointee.b)
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
          let window = register(base, instruction.pointee.a)
          frame.pointee.resume = pc
          let outcome =
            instruction.pointee.opcode == .callSuper
            ? engine.callSuper(
              window + 1, caches + Int(instruction.pointee.c), Int(instruction.pointee.d),
              resultOffset: instruction.pointee.b)
            : engine.callDescribed(
              window, register(constants, instruction.pointee.c).pointee,
              resultOffset: instruction.pointee.b)
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
            instruction.pointee.opcode == .returnNil
            ? Value.nil : register(base, instruction.pointee.a).pointee
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
          if engine.suspend(register(base, instruction.pointee.a).pointee) { return true }
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
            register(base, instruction.pointee.b), count: Int(instruction.pointee.c),
            into: register(base, instruction.pointee.a))
        case .listAppend:
          engine.append(
            register(base, instruction.pointee.b).pointee,
            to: register(base, instruction.pointee.a).pointee.list)
        case .makeTuple:
          engine.makeTuple(
            register(base, instruction.pointee.b), count: Int(instruction.pointee.c),
            into: register(base, instruction.pointee.a))
        case .makeMap:
          register(base, instruction.pointee.a).pointee = Value(.map, engine.makeMap())
        case .listExtend, .tupleFromList, .mapInsert, .mapExtend, .makeRange, .joinStrings,
          .formatValue:
          frame.pointee.resume = pc
          if !engine.build(instruction.pointee, base) { break dispatch }

        // MARK: Iteration

        case .iterate:
          frame.pointee.resume = pc
          if !engine.beginIteration(register(base, instruction.pointee.a)) { break dispatch }
        case .iterateNext:
          let state = register(base, instruction.pointee.a)
          if state[0].tag == .list {
            let list = state[0].list
            let position = state[1].int
            if position < list.pointee.count {
              state[2] = list.pointee.items[position]
              state[1].bits &+= 1
              pc += instruction.pointee.wide
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
            pc += instruction.pointee.wide
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
          switch engine.advancePair(register(base, instruction.pointee.a)) {
          case .item:
            pc += instruction.pointee.wide
            if engine.pointee.attention != 0 {
              frame.pointee.resume = pc
              if !engine.passSafepoint() { break dispatch }
            }
          case .end, .entered: break
          case .failed: break dispatch
          }
        case .rangePrepare:
          let state = register(base, instruction.pointee.a)
          if state[0].isInt && state[1].isInt && instruction.pointee.d == 0 {
            let count = state[1].int &- state[0].int
            // A distance that overflows has the wrong sign; the slow path sorts it out.
            if (state[1].int > state[0].int) == (count > 0) {
              state[1] = .int(count > 0 ? count : 0)
              pc += instruction.pointee.wide
              continue dispatch
            }
          }
          frame.pointee.resume = pc
          if !engine.prepareRange(state, closed: instruction.pointee.d != 0) { break dispatch }
          pc += instruction.pointee.wide
        case .rangeLoop:
          let state = register(base, instruction.pointee.a)
          if state[1].bits != 0 {
            state[1].bits &-= 1
            let next = state[0].bits
            state[2] = Value(tag: .int, bits: next)
            state[0].bits = next &+ 1
            pc += instruction.pointee.wide
            if engine.pointee.attention != 0 {
              frame.pointee.resume = pc
              if !engine.passSafepoint() { break dispatch }
            }
          }
        case .unpack, .unpackRest:
          frame.pointee.resume = pc
          if !engine.unpack(
            register(base, instruction.pointee.a).pointee, register(base, instruction.pointee.b),
            count: Int(instruction.pointee.c),
            rest: instruction.pointee.opcode == .unpackRest ? Int(instruction.pointee.d) : -1)
          {
            break dispatch
          }

        // MARK: Errors

        case .throwValue:
          frame.pointee.resume = pc
          engine.throwValue(register(base, instruction.pointee.a).pointee)
          break dispatch
        case .rethrow:
          frame.pointee.resume = pc
          engine.pointee.pending = register(base, instruction.pointee.a).pointee
          break dispatch
        case .endFinally:
          let completion = register(base, instruction.pointee.a).pointee
          if completion.tag == .undefined {
            pc += instruction.pointee.wide
          } else if completion.tag != .int {
            frame.pointee.resume = pc
            engine.pointee.pending = completion
            break dispatch
          }
        case .jumpUnlessCaught:
          if !engine.isCaught(register(base, instruction.pointee.a).pointee) {
            pc += instruction.pointee.wide
          }
        case .jumpUnlessInstance:
          frame.pointee.resume = pc
          switch engine.matches(
            register(base, instruction.pointee.a).pointee, register(base, instruction.pointee.b))
          {
          case .yes: break
          case .no: pc += signed(instruction.pointee.c)
          case .failed: break dispatch
          }
        case .assertionFailed:
          frame.pointee.resume = pc
          engine.failAssertion(register(base, instruction.pointee.a).pointee)
          break dispatch

        // MARK: Classes and modules

        case .makeClass, .defineMember, .importModule, .importName, .importStar:
          frame.pointee.resume = pc
          if !engine.declare(instruction.pointee, base) { break dispatch }
          globals = frame.pointee.function.pointee.prototype.pointee.globals
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
