import Lang

/// The machine as its own code sees it: a pointer to all of its state.
///
/// Everything that runs programs is written as extensions of this pointer. A class would cost
/// exclusivity checks at each property and reference counts at each call; the public face,
/// ``Machine``, is a class that owns one engine.
typealias Engine = UnsafeMutablePointer<EngineState>

/// One call in progress.
struct Frame {
  /// The running function.
  var function: FunctionReference
  /// Register 0.
  var base: UnsafeMutablePointer<Value>
  /// Where to go on after a call returns; kept up to date at calls and slow paths.
  var resume: UnsafePointer<Instruction>
  /// What to do with the result.
  var exit: FrameExit
  /// The register of the caller's that gets the result, as a distance in values from its base.
  var resultRegister: Int32
  /// The generator whose body this is, for `.yield` and `.iterate`.
  var generator: GeneratorReference?
}

/// How a frame hands its result on.
enum FrameExit: UInt8 {
  /// To a register of the frame below.
  case register
  /// To the Swift code that called ``Engine/call(_:_:)``.
  case native
  /// The frame is `init`: the caller gets the instance, register 0.
  case instance
  /// The frame is a generator resumed by a `for` loop of the frame below.
  case iterate
  /// The result decides something in the frame below: kept as `true` or `false`, maybe negated.
  case truth
  case negatedTruth
  /// The result is not wanted.
  case discard
}

/// All that one machine consists of. Two machines share nothing.
struct EngineState {
  var heap: Heap

  // MARK: Stacks. Reserved address space that never moves; pages are touched as they are used.

  var stack: UnsafeMutablePointer<Value>
  /// A call whose registers would end beyond this must first ask for more (see `growStack`).
  var stackLimit: UnsafeMutablePointer<Value>
  /// The end of the reserved space.
  var stackEnd: UnsafeMutablePointer<Value>
  /// The end of the registers in use, while Swift code runs; Swift code roots values from here on.
  var top: UnsafeMutablePointer<Value>
  var frames: UnsafeMutablePointer<Frame>
  /// The innermost call.
  var frame: UnsafeMutablePointer<Frame>
  var frameLimit: UnsafeMutablePointer<Frame>
  /// The lowest address that the native stack may reach before recursion through Swift is refused.
  var nativeStackLimit: UInt

  // MARK: What the interpreter asks at safepoints

  /// Not 0 when something waits: a collection, an interruption, a step limit. One byte, so that
  /// another thread may set it.
  var attention: UnsafeMutablePointer<UInt8>
  var isInterrupted: UnsafeMutablePointer<UInt8>
  var stepsLeft = Int.max
  var limits: Limits

  // MARK: Names, classes, modules

  let symbols: SymbolTable
  /// The string object of each symbol that was asked for; index is the symbol.
  var symbolStrings: UnsafeMutablePointer<StringReference?>
  var symbolStringCapacity: Int
  /// Strings of one ASCII character each.
  var characters: UnsafeMutablePointer<StringReference?>
  /// The class of each tag's values, indexed by tag - `undefined`.
  var classes: UnsafeMutablePointer<ClassReference?>
  /// The error classes by name.
  var errors: ErrorClasses
  var names: WellKnownNames
  var nativeTable: UnsafeMutablePointer<NativeDefinition>
  var nativeCount = 0
  var nativeCapacity = 0
  /// Values of the built-in names, in the order of ``BuiltinNames``.
  var builtins: UnsafeMutablePointer<Value>
  var builtinCount = 0
  var modules: ModuleTable

  /// Values that Swift code outside of calls holds (handles of an embedding program).
  var handles: UnsafeMutablePointer<Value>
  var handleCount = 0
  var handleCapacity = 0
  /// The error on its way up, rooted.
  var pending = Value.undefined
  /// Objects that are being shown or compared, to end cycles.
  var visiting: [UInt64] = []
  /// Collections so far, and the longest pause in nanoseconds.
  var collections = 0
  var longestPause: UInt64 = 0
  /// Where `print` writes.
  var output: OutputStream
}

/// What a machine may use.
public struct Limits: Sendable {
  /// Bytes of heap memory; an allocation beyond them is a `MemoryError`.
  public var memory: Int
  /// Nested calls; one more is a `RecursionError`.
  public var depth: Int
  /// Calls and loop rounds; nil for no limit. Straight-line code between them is not counted; it is
  /// bounded by the length of the source.
  public var steps: Int?
  /// Bytes of the native stack that recursion through Swift code (a sort key that sorts, nested
  /// `repr`) may use before it is a `RecursionError`.
  public var nativeStack: Int

  /// The limits of the `lang` command unless said otherwise.
  public init(
    memory: Int = Limits.defaultMemory, depth: Int = 200_000, steps: Int? = nil,
    nativeStack: Int = 6 << 20
  ) {
    self.memory = memory
    self.depth = depth
    self.steps = steps
    self.nativeStack = nativeStack
  }
}
