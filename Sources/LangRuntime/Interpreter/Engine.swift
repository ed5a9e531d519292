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
  /// The register of the frame below that gets the result, as a distance in bytes from its base.
  var resultOffset: UInt16
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
  /// The frame is a generator's that was resumed by a `for` loop of the frame below.
  case iterate
}

/// All that one machine consists of.
///
/// Two machines share nothing.
struct EngineState {
  /// Not 0 when a safepoint must do more than pass: a collection, an interruption, a step limit.
  ///
  /// First, so that it is at the engine's own address; another thread may set it.
  var attention: UInt8 = 0
  /// Set by another thread: the program is to stop with an `Interrupt`.
  var isInterrupted: UInt8 = 0
  /// Called whenever code in Swift asks whether the program is to stop, so that tests can stop it there.
  var interruptionProbe: (() -> Void)?
  /// The same for work that is given up without throwing: a collection, say.
  var stopProbe: (() -> Void)?
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

  /// Calls and loop rounds that may still be made, when ``Limits/steps`` is set.
  var stepsLeft = Int.max
  var limits: Limits

  /// Findings that did not stay in an inline cache.
  var lookups = LookupCache()

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
  /// The function whose frame stands between Swift code and what it calls, and its one instruction,
  /// which returns register 0.
  var bridge: FunctionReference
  var bridgeReturn: UnsafePointer<Instruction>
  /// The next native call finds its keyword arguments behind the positional ones already.
  var keywordsArePlaced = false
  /// What the function that ``Engine/call(_:_:)`` ran has returned, rooted.
  var returned = Value.nil
  /// The error on its way up, rooted.
  var pending = Value.undefined
  /// Objects that are being shown or compared, to end cycles.
  var visiting: [UInt64] = []
  /// Every proxy and deferred name, for the collector to drop dead holders.
  var unresolved: UnsafeMutablePointer<UnsafeMutablePointer<ObjectHeader>>
  var unresolvedCount = 0
  var unresolvedCapacity = 0
  /// Every generator, so that a patch reaches the registers of suspended ones.
  var generators: UnsafeMutablePointer<GeneratorReference>
  var generatorCount = 0
  var generatorCapacity = 0
  /// Collections so far, and the longest pause in nanoseconds.
  var collections = 0
  var longestPause: UInt64 = 0
  /// Where `print` writes.
  var output: OutputStream
  /// Where `input` reads.
  var input = InputStream(descriptor: 0)
  /// Ends the waiting for either when the program is to stop.
  var wakePipe = WakePipe()
  /// Where the machine's own messages go.
  var errorOutput: OutputStream
  /// Files and processes of the program; nil until it uses one.
  var system: SystemState?
  /// What the program was started with, for `sys.argv`.
  var programArguments: [String] = []
}

/// What a machine may use.
public struct Limits: Sendable {
  /// Bytes of heap memory; an allocation beyond them is a `MemoryError`.
  public var memory: Int
  /// Nested calls; one more is a `RecursionError`.
  public var depth: Int
  /// Calls and loop rounds; nil for no limit.
  ///
  /// Straight-line code between them is not counted; it is bounded by the length of the source.
  public var steps: Int?
  /// Bytes of the native stack that recursion through Swift code (a sort key that sorts, nested
  /// `repr`) may use before it is a `RecursionError`.
  public var nativeStack: Int

  /// The limits of the `lang` command unless said otherwise.
  public init(
    memory: Int = Limits.defaultMemory, depth: Int = 100_000, steps: Int? = nil,
    nativeStack: Int = 6 << 20
  ) {
    self.memory = memory
    self.depth = depth
    self.steps = steps
    self.nativeStack = nativeStack
  }
}
