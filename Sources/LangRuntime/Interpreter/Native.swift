import Lang

/// The body of a function written in Swift.
typealias NativeBody = (NativeCall) throws(RaisedError) -> Value

/// What a native function gets: the engine and a view of its arguments on the machine's stack.
///
/// The arguments stay rooted during the call. No collection happens in Swift code except while it
/// calls back into the language (``Engine/call(_:_:)``, and what may do so: `equals`, `hash`, `str`,
/// `repr`, `less`, iteration); what it holds across such a call and is in no argument must be rooted
/// with ``Engine/root(_:)``. Roots are dropped when the native returns.
struct NativeCall {
  let engine: Engine
  /// The first argument after the receiver.
  let arguments: UnsafeMutablePointer<Value>
  /// How many positional arguments were passed.
  ///
  /// For a native with a fixed parameter list, the arguments up to its maximum may be read in any
  /// case; those not passed are `undefined`.
  let count: Int

  /// The object that a method was called on.
  @inline(__always) var receiver: Value { arguments[-1] }

  /// The positional argument at `index`; `undefined` when it was not passed.
  @inline(__always) subscript(index: Int) -> Value { arguments[index] }

  /// For a native with `...`: its keyword argument at `index`, in the order of the declaration;
  /// `undefined` when it was not passed.
  ///
  /// They lie behind the positional ones.
  @inline(__always) func keyword(_ index: Int) -> Value { arguments[count + index] }
}

/// How a native function is declared.
struct NativeDefinition {
  /// Its name, as messages show it with `()`; methods are shown with their class before it.
  let name: StaticString
  /// The parameters, comma-separated, `?` after those that may be left out, as in `"index, value"`,
  /// `"separator?, limit?"`; `...` stands for any number of positional ones, and what follows can
  /// be passed by name only: `"..., sep?, end?"`.
  ///
  /// All but `...` can be passed by position or name.
  let parameters: StaticString
  let body: NativeBody
  /// Positional arguments: at least `minimum`, at most `maximum` (`Int.max` with `...`).
  ///
  /// For methods the receiver is not counted. Computed from `parameters`.
  let minimum: Int
  let maximum: Int
  /// Keyword-only parameters behind a `...`.
  let keywordCount: Int
  let isMethod: Bool
  /// Gets deferred names as they are, not what they stand for.
  let takesUnresolved: Bool
  /// Name and parameters of a function of an embedding program, which are not known to the compiler.
  var hostName: String?
  var hostParameters: [String] = []
  /// One sentence for `help()`.
  let documentation: StaticString

  /// Declares a function.
  init(
    _ name: StaticString, _ parameters: StaticString = "", _ documentation: StaticString = "",
    isMethod: Bool = false, takesUnresolved: Bool = false, body: @escaping NativeBody
  ) {
    self.name = name
    self.parameters = parameters
    self.documentation = documentation
    self.isMethod = isMethod
    self.takesUnresolved = takesUnresolved
    self.body = body
    var (required, all, keywords, isVariadic, isOptional, isEmpty) = (0, 0, 0, false, false, true)
    let text = UnsafeBufferPointer(start: parameters.utf8Start, count: parameters.utf8CodeUnitCount)
    var position = 0
    while position <= text.count {
      let byte = position == text.count ? UInt8(ascii: ",") : text[position]
      switch byte {
      case UInt8(ascii: ","):
        if !isEmpty {
          if isVariadic { keywords += 1 } else { all += 1 }
          if !isOptional { required += 1 }
        }
        (isOptional, isEmpty) = (false, true)
      case UInt8(ascii: "?"): isOptional = true
      case UInt8(ascii: "."): isVariadic = true
      case UInt8(ascii: " "): break
      default: isEmpty = false
      }
      position += 1
    }
    minimum = required
    maximum = isVariadic ? Int.max : all
    keywordCount = keywords
  }

  /// Declares a function of an embedding program.
  init(hostFunction name: String, parameters: [String], body: @escaping NativeBody) {
    self.name = ""
    self.parameters = ""
    documentation = ""
    isMethod = false
    takesUnresolved = false
    hostName = name
    hostParameters = parameters
    minimum = parameters.count
    maximum = parameters.count
    keywordCount = 0
    self.body = body
  }

  /// The name for messages.
  var displayName: String { hostName ?? "\(name)" }
}
