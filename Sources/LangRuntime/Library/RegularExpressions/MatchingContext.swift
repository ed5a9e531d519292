import CPCRE2
import Lang

/// How far a search has come, and how much further it may go.
///
/// Patterns are compiled such that PCRE2 calls ``step(_:_:)`` before each of their items, in its
/// interpreter as in code for the processor. That is the only way to bound a search: PCRE2's own limits
/// count places to come back to, and from each of them it may go through the whole text.
struct SearchMeter {
  let engine: Engine
  /// One for each item that is tried, and for 16 bytes that are passed over.
  var stepsLeft: Int
  /// Below so many steps somebody asks whether the program is to stop.
  fileprivate var checkBelow: Int
  /// Where the last step was.
  fileprivate var position: Int

  fileprivate static let stepsBetweenChecks = 1 << 12

  /// Sets out with a number of steps, from a position.
  mutating func begin(steps: Int, at position: Int) {
    stepsLeft = steps
    checkBelow = steps - SearchMeter.stepsBetweenChecks
    self.position = position
  }

  /// What PCRE2 calls before each item: 0 to go on.
  @inline(__always)
  fileprivate static func step(
    _ block: UnsafeMutablePointer<pcre2_callout_block_8>?, _ data: UnsafeMutableRawPointer?
  ) -> Int32 {
    let meter = data.unsafelyUnwrapped.assumingMemoryBound(to: SearchMeter.self)
    let position = block.unsafelyUnwrapped.pointee.current_position
    let distance = position &- meter.pointee.position
    meter.pointee.position = position
    let left = meter.pointee.stepsLeft &- 1 &- Int(bitPattern: distance.magnitude &>> 4)
    meter.pointee.stepsLeft = left
    return left >= meter.pointee.checkBelow ? 0 : check(meter)
  }

  @inline(never)
  private static func check(_ meter: UnsafeMutablePointer<SearchMeter>) -> Int32 {
    meter.pointee.checkBelow = max(0, meter.pointee.stepsLeft - stepsBetweenChecks)
    let engine = meter.pointee.engine
    engine.pointee.interruptionProbe?()
    let mayGoOn = meter.pointee.stepsLeft >= 0 && engine.pointee.isInterrupted == 0
    return mayGoOn ? 0 : PCRE2_ERROR_CALLOUT
  }
}

/// What the patterns of one machine share: PCRE2's settings, the stack of its compiled code, and what the
/// module `re` has told of itself.
final class MatchingContext {
  let memory: OpaquePointer
  let compiling: OpaquePointer
  let matching: OpaquePointer
  let meter: UnsafeMutablePointer<SearchMeter>
  private var stack: OpaquePointer?
  /// Bytes of all compiled patterns, which the heap does not count.
  private(set) var byteCount = 0

  /// Handles of the classes of the module `re`.
  private let matchHandle: Int
  private let patternErrorHandle: Int
  private let limitErrorHandle: Int
  /// Fields of its instances.
  let textField: Symbol
  let patternField: Symbol
  let spansField: Symbol
  let indexField: Symbol
  let codeField: Symbol

  /// The longest pattern in bytes.
  static let longestPattern = 1 << 20
  /// Bytes that one search may use to remember where to come back to.
  static let searchMemory = 128 << 20
  /// For patterns that are too large to count steps: PCRE2's own limit, which counts such places.
  static let uncountedLimit: UInt32 = 1_000_000
  private static let firstStack = 64 << 10
  private static let largestStack = 8 << 20

  init(_ engine: Engine) {
    memory = SearchMemory.makeContext(engine)
    compiling = pcre2_compile_context_create_8(nil).unsafelyUnwrapped
    pcre2_set_newline_8(compiling, UInt32(PCRE2_NEWLINE_LF))
    pcre2_set_bsr_8(compiling, UInt32(PCRE2_BSR_UNICODE))
    pcre2_set_max_pattern_length_8(compiling, MatchingContext.longestPattern)
    pcre2_set_parens_nest_limit_8(compiling, 250)
    meter = .allocate(capacity: 1)
    meter.initialize(
      to: SearchMeter(engine: engine, stepsLeft: 0, checkBelow: 0, position: 0))
    matching = pcre2_match_context_create_8(nil).unsafelyUnwrapped
    pcre2_set_depth_limit_8(matching, UInt32.max)
    pcre2_set_callout_8(matching, { (block, data) in SearchMeter.step(block, data) }, meter)
    matchHandle = engine.addHandle(.nil)
    patternErrorHandle = engine.addHandle(.nil)
    limitErrorHandle = engine.addHandle(.nil)
    let symbols = engine.pointee.symbols
    textField = symbols.intern("text")
    patternField = symbols.intern("pattern")
    spansField = symbols.intern("_spans")
    indexField = symbols.intern("_index")
    codeField = symbols.intern("_code")
  }

  deinit {
    pcre2_match_context_free_8(matching)
    pcre2_compile_context_free_8(compiling)
    pcre2_general_context_free_8(memory)
    if let stack { pcre2_jit_stack_free_8(stack) }
    meter.deallocate()
  }

  // MARK: Compiled patterns

  /// Gives compiled code for the processor the stack that it needs.
  func provideStack() {
    if stack != nil { return }
    stack = pcre2_jit_stack_create_8(
      MatchingContext.firstStack, MatchingContext.largestStack, nil)
    pcre2_jit_stack_assign_8(matching, nil, stack.map(UnsafeMutableRawPointer.init))
  }

  /// Counts bytes of a compiled pattern, which the memory limit may not allow.
  func take(_ bytes: Int, _ engine: Engine) throws(RaisedError) {
    if byteCount + bytes > engine.pointee.heap.limit - engine.pointee.heap.byteCount {
      engine.pointee.heap.finishSweeping()
      if byteCount + bytes > engine.pointee.heap.limit - engine.pointee.heap.byteCount {
        throw engine.memoryError(bytes)
      }
    }
    byteCount += bytes
    // Patterns are released when their values are collected, so they bring collections nearer. They are no
    // bytes of the heap.
    engine.pointee.heap.account(bytes)
    engine.pointee.heap.byteCount -= bytes
  }

  /// Counts bytes of a compiled pattern that is no more.
  func giveBack(_ bytes: Int) { byteCount -= bytes }

  // MARK: The module

  /// Makes classes of the module `re` known; a reload does it again.
  func adopt(
    match: Value, patternError: Value, limitError: Value, _ engine: Engine
  ) throws(RaisedError) {
    for value in [match, patternError, limitError]
    where value.tag != .class || value.class.pointee.valueTag != .instance {
      throw engine.typeError("_re.adopt() expects classes, not \(engine.typeName(of: value))")
    }
    if engine.errorFlag(of: match) || !engine.errorFlag(of: patternError)
      || !engine.errorFlag(of: limitError)
    {
      throw engine.typeError("_re.adopt() expects a class and two classes of errors")
    }
    engine.pointee.handles[matchHandle] = match
    engine.pointee.handles[patternErrorHandle] = patternError
    engine.pointee.handles[limitErrorHandle] = limitError
  }

  /// The class `Match`.
  func matchClass(_ engine: Engine) throws(RaisedError) -> ClassReference {
    try adopted(matchHandle, engine)
  }

  private func adopted(_ handle: Int, _ engine: Engine) throws(RaisedError) -> ClassReference {
    let value = engine.pointee.handles[handle]
    if value.tag != .class { throw engine.valueError("_re is a part of the module re") }
    return value.class
  }

  /// A `PatternError` about a pattern or replacement, with the position in characters.
  func patternError(
    _ message: String, _ pattern: Value, at position: Int, _ engine: Engine
  ) -> RaisedError {
    do throws(RaisedError) {
      let made = try engine.call(
        Value(.class, try adopted(patternErrorHandle, engine)),
        [engine.makeString(message), pattern, .int(position)])
      return RaisedError(made)
    } catch {
      return error
    }
  }

  /// A `LimitError`.
  func limitError(_ message: String, _ engine: Engine) -> RaisedError {
    do throws(RaisedError) {
      return engine.makeError(try adopted(limitErrorHandle, engine), message)
    } catch {
      return error
    }
  }
}

extension Engine {
  fileprivate func errorFlag(of class: Value) -> Bool {
    `class`.class.pointee.header.flags & ClassObject.isErrorFlag != 0
  }
}
