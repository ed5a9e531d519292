import Lang

/// A value of the language: a tag and 64 bits, trivial, copied in two moves.
///
/// The bits are the number itself, or the address of an object in the machine's heap. A `Value` that
/// refers to an object is only valid while something that the collector knows keeps it alive; see
/// ``Engine/root(_:)``.
@frozen
public struct Value: BitwiseCopyable {
  /// What the bits mean.
  public var tag: Tag
  /// A 64-bit integer, the bits of a float, or an address; 0 for `nil`, `true`, `false`.
  public var bits: UInt64

  /// Makes a value from its parts.
  @inline(__always)
  public init(tag: Tag, bits: UInt64) {
    self.tag = tag
    self.bits = bits
  }

  /// Makes a reference to a heap object.
  @inline(__always)
  init<Object>(_ tag: Tag, _ object: UnsafeMutablePointer<Object>) {
    self.tag = tag
    self.bits = UInt64(UInt(bitPattern: object))
  }

  // MARK: Making immediate values

  /// `nil`.
  @inline(__always) public static var `nil`: Value { Value(tag: .nil, bits: 0) }
  /// `true`.
  @inline(__always) public static var `true`: Value { Value(tag: .true, bits: 0) }
  /// `false`.
  @inline(__always) public static var `false`: Value { Value(tag: .false, bits: 0) }
  /// No value: an argument that was not passed.
  @inline(__always) public static var undefined: Value { Value(tag: .undefined, bits: 0) }
  /// A 64-bit integer.
  @inline(__always) public static func int(_ value: Int) -> Value {
    Value(tag: .int, bits: UInt64(bitPattern: Int64(value)))
  }
  /// A float.
  @inline(__always) public static func float(_ value: Double) -> Value {
    Value(tag: .float, bits: value.bitPattern)
  }
  /// `true` or `false`.
  @inline(__always) public static func bool(_ value: Bool) -> Value {
    Value(tag: value ? .true : .false, bits: 0)
  }

  // MARK: Asking

  /// Whether no value is there (see ``undefined``).
  @inline(__always) public var isUndefined: Bool { tag == .undefined }
  /// Whether this is `nil`.
  @inline(__always) public var isNil: Bool { tag == .nil }
  /// Whether this is `true` or `false`.
  @inline(__always) public var isBool: Bool { tag == .true || tag == .false }
  /// Whether the bits are a 64-bit integer.
  @inline(__always) public var isInt: Bool { tag == .int }
  /// Whether the bits are a float.
  @inline(__always) public var isFloat: Bool { tag == .float }
  /// Whether this refers to a string.
  @inline(__always) public var isString: Bool { tag == .string }
  /// Whether the value must be looked at before it is stored: a proxy, a deferred name, or nothing.
  @inline(__always) var isUnresolved: Bool { tag.rawValue < Tag.false.rawValue }
  /// Whether the value is `nil`, a bool, an int of 64 bits, a float or a string: comparing two of
  /// them runs no code of the program.
  @inline(__always) var isPlain: Bool {
    tag.rawValue <= Tag.string.rawValue && tag.rawValue >= Tag.false.rawValue
  }
  /// Whether the bits are the address of a heap object.
  @inline(__always) var isObject: Bool {
    tag.rawValue >= Tag.string.rawValue || tag == .proxy || tag == .deferred
  }

  // MARK: Taking apart; the tag must have been checked

  /// The 64-bit integer.
  @inline(__always) public var int: Int { Int(truncatingIfNeeded: bits) }
  /// The float.
  @inline(__always) public var float: Double { Double(bitPattern: bits) }
  /// The address as a pointer to an object's layout.
  @inline(__always)
  func object<Object>(_: Object.Type = Object.self) -> UnsafeMutablePointer<Object> {
    UnsafeMutablePointer(bitPattern: UInt(bits)).unsafelyUnwrapped
  }
  @inline(__always) var header: UnsafeMutablePointer<ObjectHeader> { object() }
  @inline(__always) var string: StringReference { object() }
  @inline(__always) var list: ListReference { object() }
  @inline(__always) var tuple: TupleReference { object() }
  @inline(__always) var map: MapReference { object() }
  /// A set is a map without values.
  @inline(__always) var set: MapReference { object() }
  @inline(__always) var range: RangeReference { object() }
  @inline(__always) var byteString: BytesReference { object() }
  @inline(__always) var instance: InstanceReference { object() }
  @inline(__always) var function: FunctionReference { object() }
  @inline(__always) var native: NativeReference { object() }
  @inline(__always) var boundMethod: BoundMethodReference { object() }
  @inline(__always) var `class`: ClassReference { object() }
  @inline(__always) var module: ModuleReference { object() }
  @inline(__always) var generator: GeneratorReference { object() }
  @inline(__always) var iterator: IteratorReference { object() }
  @inline(__always) var proxy: ProxyReference { object() }
  @inline(__always) var deferred: DeferredReference { object() }

  /// Whether tag and bits are the same: identity, and equality of immediate values but floats.
  @inline(__always)
  func isSame(as other: Value) -> Bool { tag == other.tag && bits == other.bits }
}
