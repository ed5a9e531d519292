/// The operations of the register machine: the single list that compiler, interpreter and
/// disassembler share.
///
/// Operands: `R[x]` a register, `K[x]` a constant, `G[x]` a variable of the module, `C[x]` a captured
/// value, `I[x]` an inline cache. `a`, `b`, `c` are 16 bits, `d` is 8 bits, `bc` is `b` and `c` taken
/// together as 32 bits. Jumps count instructions from the one that follows.
@frozen
public enum Opcode: UInt8, CaseIterable, Sendable {
  // MARK: Moving

  /// R[a] = R[b]
  case move
  /// R[a] = K[bc]
  case loadConstant
  /// R[a] = bc, a signed 32-bit integer
  case loadInt
  /// R[a] = nil
  case loadNil
  /// R[a] = true
  case loadTrue
  /// R[a] = false
  case loadFalse
  /// R[a] = nothing: a local whose declaration has not run
  case loadUndefined
  /// R[a] = G[bc]; a NameError before its declaration ran
  case loadGlobal
  /// G[bc] = R[a]
  case storeGlobal
  /// R[a] = the built-in with number bc
  case loadBuiltin
  /// R[a] = the module variable or built-in named by K[bc], looked up now (after `import *`)
  case loadDynamic
  /// R[a] = C[b], captured by value
  case loadCapture
  /// R[a] = what the cell C[b] holds
  case loadCaptureCell
  /// the cell C[b] gets R[a]
  case storeCaptureCell
  /// R[a] = a new cell that holds R[b]
  case makeCell
  /// R[a] = what the cell R[b] holds
  case loadCell
  /// the cell R[a] gets R[b]
  case storeCell
  /// a NameError about K[bc] when R[a] is undefined
  case checkDefined
  /// R[a] = closure of the module's function number bc
  case makeFunction

  // MARK: Arithmetic. d 2: of a compound assignment, which changes a list, map or set itself.

  /// R[a] = R[b] + R[c]
  case add
  /// R[a] = R[b] - R[c]
  case subtract
  /// R[a] = R[b] * R[c]
  case multiply
  /// R[a] = R[b] / R[c]
  case divide
  /// R[a] = R[b] // R[c]
  case floorDivide
  /// R[a] = R[b] % R[c]
  case modulo
  /// R[a] = R[b] ** R[c]
  case power
  /// R[a] = R[b] & R[c]
  case bitAnd
  /// R[a] = R[b] | R[c]
  case bitOr
  /// R[a] = R[b] ^ R[c]
  case bitXor
  /// R[a] = R[b] << R[c]
  case shiftLeft
  /// R[a] = R[b] >> R[c]
  case shiftRight
  /// R[a] = R[b] + c, a signed 16-bit integer; d 1: it was written as R[b] - -c
  case addImmediate
  /// R[a] = R[b] + K[c]; d 1: it was written as K[c] + R[b]
  case addConstant
  /// R[a] = R[b] - K[c]
  case subtractConstant
  /// R[a] = R[b] * K[c]; d 1: it was written as K[c] * R[b]
  case multiplyConstant
  /// R[a] = R[b] / K[c]
  case divideConstant
  /// R[a] = R[b] // K[c]
  case floorDivideConstant
  /// R[a] = R[b] % K[c]
  case moduloConstant
  /// R[a] = R[b] & K[c]
  case bitAndConstant
  /// R[a] = -R[b]
  case negate
  /// R[a] = +R[b], which must be a number
  case plus
  /// R[a] = ~R[b]
  case bitNot
  /// R[a] = not R[b]
  case not

  // MARK: Comparisons as values

  /// R[a] = R[b] == R[c]
  case equal
  /// R[a] = R[b] != R[c]
  case notEqual
  /// R[a] = R[b] < R[c]
  case less
  /// R[a] = R[b] <= R[c]
  case lessEqual
  /// R[a] = R[b] > R[c]
  case greater
  /// R[a] = R[b] >= R[c]
  case greaterEqual
  /// R[a] = R[b] is R[c]
  case isIdentical
  /// R[a] = R[b] is not R[c]
  case isNotIdentical
  /// R[a] = R[b] in R[c]
  case contains
  /// R[a] = R[b] not in R[c]
  case containsNot

  // MARK: Jumps

  /// pc += bc
  case jump
  /// pc += bc, backwards; a safepoint
  case jumpBack
  /// if R[a] is truthy, pc += bc
  case jumpIfTrue
  /// if R[a] is falsy, pc += bc
  case jumpIfFalse
  /// if R[a] is nil, pc += bc
  case jumpIfNil
  /// if R[a] is not nil, pc += bc
  case jumpIfNotNil
  /// if R[a] was passed (is not undefined), pc += bc
  case jumpIfDefined
  /// if R[a] < R[b], pc += c
  case jumpIfLess
  /// unless R[a] < R[b], pc += c
  case jumpIfNotLess
  /// if R[a] <= R[b], pc += c
  case jumpIfLessEqual
  /// unless R[a] <= R[b], pc += c
  case jumpIfNotLessEqual
  /// if R[a] > R[b], pc += c
  case jumpIfGreater
  /// unless R[a] > R[b], pc += c
  case jumpIfNotGreater
  /// if R[a] >= R[b], pc += c
  case jumpIfGreaterEqual
  /// unless R[a] >= R[b], pc += c
  case jumpIfNotGreaterEqual
  /// if R[a] == R[b], pc += c
  case jumpIfEqual
  /// unless R[a] == R[b], pc += c
  case jumpIfNotEqual
  /// The same eight and two with b a signed 16-bit integer.
  case jumpIfLessImmediate
  /// unless R[a] < b
  case jumpIfNotLessImmediate
  /// if R[a] <= b
  case jumpIfLessEqualImmediate
  /// unless R[a] <= b
  case jumpIfNotLessEqualImmediate
  /// if R[a] > b
  case jumpIfGreaterImmediate
  /// unless R[a] > b
  case jumpIfNotGreaterImmediate
  /// if R[a] >= b
  case jumpIfGreaterEqualImmediate
  /// unless R[a] >= b
  case jumpIfNotGreaterEqualImmediate
  /// if R[a] == K[b], pc += c
  case jumpIfEqualConstant
  /// unless R[a] == K[b], pc += c
  case jumpIfNotEqualConstant

  // MARK: Attributes and elements

  /// R[a] = R[b].name of I[c]
  case getAttribute
  /// R[a].name of I[c] = R[b]
  case setAttribute
  /// R[a] = attribute named by I[c] of `self`, R[b], seen as the base of the method's class
  case getSuperAttribute
  /// R[a] = the view of R[b] as its base
  case makeSuperView
  /// R[a] = R[b][R[c]]
  case getIndex
  /// R[a] = R[b][c], c a signed 16-bit integer
  case getIndexImmediate
  /// R[a][R[b]] = R[c]
  case setIndex
  /// R[a] = R[b][R[c]..R[c+1]]; d 1: closed; a missing bound is undefined
  case getSlice

  // MARK: Calls. The window starts at R[a]: the callee, then the arguments.

  /// R[b] = R[a](d arguments)
  case call
  /// R[b] = R[a+1].name of I[c] (d arguments, the receiver not counted); R[a] is free
  case callMethod
  /// R[b] = method named by I[c] of the base class, with receiver R[a+1] and d further arguments
  case callSuper
  /// R[b] = R[a](…) with named or spread arguments as K[c] describes; K[c] and R[a+1…] per argument
  case callDescribed
  /// return R[a]
  case returnValue
  /// return nil
  case returnNil
  /// yield R[a]
  case yieldValue

  // MARK: Building

  /// R[a] = [R[b], …], c of them
  case makeList
  /// append R[b] to the list R[a]
  case listAppend
  /// append all of the iterable R[b] to the list R[a]
  case listExtend
  /// R[a] = (R[b], …), c of them
  case makeTuple
  /// R[a] = tuple of the list R[b]
  case tupleFromList
  /// R[a] = {}
  case makeMap
  /// R[a][R[b]] = R[c], R[a] being a new map
  case mapInsert
  /// put all entries of the map R[b] into the map R[a]
  case mapExtend
  /// R[a] = R[b]..R[c]; d 1: closed
  case makeRange
  /// R[a] = str of R[b], …, c of them, joined
  case joinStrings
  /// R[a] = R[b] formatted by R[c]; d 1: repr without a specification
  case formatValue

  // MARK: Iteration. R[a], R[a+1] are hidden; R[a+2] is the item.

  /// make R[a] an iterator over R[a]
  case iterate
  /// R[a+2] = next item and pc += bc, or fall through at the end; a safepoint
  case iterateNext
  /// (R[a+2], R[a+3]) = next pair and pc += bc, or fall through at the end; a safepoint
  case iterateNextPair
  /// R[a], R[a+1] are bounds (d 1: closed) and become next integer and how many; pc += bc
  case rangePrepare
  /// if R[a+1] is 0, fall through; else R[a+1]--, R[a+2] = R[a]++ and pc += bc; a safepoint
  case rangeLoop
  /// R[b], … = the items of R[a], c of them
  case unpack
  /// R[b], … = the items of R[a], c of them, the one at position d a list of what is left
  case unpackRest

  // MARK: Errors

  /// throw R[a]
  case throwValue
  /// throw the error in R[a], just as it was
  case rethrow
  /// pc += bc when R[a] is undefined; throw R[a] when it is an error; else fall through to the exits
  case endFinally
  /// if the error R[a] is none that `catch` without a class takes, pc += bc
  case jumpUnlessCaught
  /// if the error R[a] is not of the class or classes R[b], pc += c
  case jumpUnlessInstance
  /// an AssertionError with message R[a] (undefined: without)
  case assertionFailed

  // MARK: Classes and modules

  /// R[a] = a class as K[bc] describes, with base R[a] (undefined: without)
  case makeClass
  /// member of class R[a]: name K[b], value R[c]; d says how it was declared
  case defineMember
  /// R[a] = what the import K[bc] binds
  case importModule
  /// R[a] = deferred name of the import K[bc]
  case importName
  /// bind all names of the import K[bc]
  case importStar
}
