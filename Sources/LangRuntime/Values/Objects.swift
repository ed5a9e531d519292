import Lang

// The layouts of the heap's objects. Each begins with an `ObjectHeader`; all are plain memory that
// the collector finds, marks and frees by kind (see `Heap`). Variable parts follow the fixed part in
// the same cell ("trailing"), or live in memory of their own where they can grow ("external").

typealias StringReference = UnsafeMutablePointer<StringObject>
typealias BytesReference = UnsafeMutablePointer<BytesObject>
typealias ListReference = UnsafeMutablePointer<ListObject>
typealias TupleReference = UnsafeMutablePointer<TupleObject>
typealias MapReference = UnsafeMutablePointer<MapObject>
typealias RangeReference = UnsafeMutablePointer<RangeObject>
typealias InstanceReference = UnsafeMutablePointer<InstanceObject>
typealias ClassReference = UnsafeMutablePointer<ClassObject>
typealias FunctionReference = UnsafeMutablePointer<FunctionObject>
typealias PrototypeReference = UnsafeMutablePointer<PrototypeObject>
typealias NativeReference = UnsafeMutablePointer<NativeObject>
typealias BoundMethodReference = UnsafeMutablePointer<BoundMethodObject>
typealias CellReference = UnsafeMutablePointer<CellObject>
typealias ModuleReference = UnsafeMutablePointer<ModuleObject>
typealias ProxyReference = UnsafeMutablePointer<ProxyObject>
typealias DeferredReference = UnsafeMutablePointer<DeferredObject>
typealias GeneratorReference = UnsafeMutablePointer<GeneratorObject>
typealias IteratorReference = UnsafeMutablePointer<IteratorObject>
typealias SwiftObjectReference = UnsafeMutablePointer<SwiftObject>

/// What every object begins with; 8 bytes.
struct ObjectHeader {
  /// The object's ``Tag``.
  var kind: Int8
  /// Equal to the heap's current colour when the last collection reached the object.
  var mark: UInt8
  /// Kind-specific.
  var flags: UInt8
  /// 0 for a cell of a block; 1 for an object with memory of its own.
  var isLarge: UInt8
  /// Kind-specific: a string's hash, a container's version.
  var word: UInt32
}

/// An immutable string: UTF-8, trailing.
///
/// `header.word` is the hash, 0 while it is not known.
struct StringObject {
  var header: ObjectHeader
  /// The length in bytes.
  var byteCount: UInt32
  /// The length in Unicode scalars; equal to `byteCount` exactly when the text is ASCII.
  var scalarCount: UInt32

  static let isInternedFlag: UInt8 = 1
}

/// An immutable byte string, trailing.
///
/// `header.word` as for strings.
struct BytesObject {
  var header: ObjectHeader
  var count: Int
}

/// A list; its items are external.
///
/// `items` may be anything while `capacity` is 0.
struct ListObject {
  var header: ObjectHeader
  var count: Int
  var capacity: Int
  var items: UnsafeMutablePointer<Value>
}

/// A tuple; `count` items, trailing.
struct TupleObject {
  var header: ObjectHeader
  var count: Int
}

/// One entry of a map; a set's entries leave `value` `nil`.
///
/// A removed entry's key is `undefined`.
struct MapEntry: BitwiseCopyable {
  var key: Value
  var value: Value
}

/// A map or set: entries in insertion order, and an index of positions once there are more than
/// ``MapObject/linearLimit`` of them.
///
/// `header.word` counts structural changes, for iterators.
struct MapObject {
  var header: ObjectHeader
  /// Live entries.
  var count: Int
  /// Entries in use in `entries`, removed ones included.
  var used: Int
  /// Entries that fit.
  var capacity: Int
  var entries: UnsafeMutablePointer<MapEntry>
  /// `2 * capacity` words of 32 bits and behind them the hashes of the entries (see `MapTable.swift`);
  /// nil when small.
  var index: UnsafeMutablePointer<UInt64>?
  /// The size of `index` in units of 8 bytes, less 1.
  var indexMask: Int
  /// The position that was found last: programs often ask for a key and then set it.
  var recent: Int

  static let linearLimit = 8
}

/// `lower..upper` by `step`; half-open: it ends before `upper`.
struct RangeObject {
  var header: ObjectHeader
  var lower: Int
  var upper: Int
  var step: Int
}

/// An instance of a class: its fields in the order of its shape.
///
/// They are trailing while they fit into the cell, then external (`header.flags` 1).
struct InstanceObject {
  var header: ObjectHeader
  var shape: UnsafeMutablePointer<Shape>
  var slots: UnsafeMutablePointer<Value>

  /// `header.flags`: the fields are external; the shape belongs to this instance alone.
  static let hasExternalSlots: UInt8 = 1
  static let hasUniqueShape: UInt8 = 2
}

/// A captured variable that is assigned to after its capture.
struct CellObject {
  var header: ObjectHeader
  var value: Value
}

extension ObjectHeader {
  /// In `flags` of a function or class that a reload has made: an older one keeps its identity and
  /// takes its contents; every reference is about to be replaced.
  static let isSuperseded: UInt8 = 0x80
}

/// A function: code and what it captured (`header.word` values, trailing; each the value itself, or
/// a cell when the variable is assigned to).
struct FunctionObject {
  var header: ObjectHeader
  var prototype: PrototypeReference
  /// The class in which a method stands, for `super`; nil for other functions.
  var owner: ClassReference?
}

/// A function written in Swift; `definition` is the position in ``EngineState/nativeTable``.
struct NativeObject {
  var header: ObjectHeader
  var definition: Int
  /// The class that a built-in method belongs to, for messages; nil for functions.
  var owner: ClassReference?

  /// `header.flags`: taken from its class (`string.upper`), so that the receiver is an argument.
  static let isUnbound: UInt8 = 1
}

/// `object.method`, taken without a call.
struct BoundMethodObject {
  var header: ObjectHeader
  var receiver: Value
  var method: Value
}

/// A class, built-in types included.
struct ClassObject {
  var header: ObjectHeader
  var name: Symbol
  /// The tag that its direct values have when it is a built-in type; `instance` otherwise.
  var valueTag: Tag
  var base: ClassReference?
  /// Methods, getters, statics and constants of the class's own body.
  var members: SymbolMap
  /// The shape of an instance without fields.
  var rootShape: UnsafeMutablePointer<Shape>?
  /// How many fields a new instance gets room for: as many as an earlier one had.
  var expectedFields: Int
  /// The module in whose source the class stands; nil for built-in ones.
  var module: ModuleReference?
  var documentation: Value
  /// `init` of the class or the nearest base that has one; nil without, undefined while unknown.
  var initializer: Value

  /// `header.flags`: instances are errors.
  static let isErrorFlag: UInt8 = 1
  /// `header.flags`: it was looked up whether there is a method `==`; there is.
  static let isEqualityKnown: UInt8 = 2
  static let hasEquality: UInt8 = 4
}

/// A module that is loading or loaded.
struct ModuleObject {
  var header: ObjectHeader
  /// The position in ``EngineState/modules``, where name, location and state are.
  var record: Int
  /// The module's variables; the memory never moves, so that code may hold addresses of slots.
  var slots: UnsafeMutablePointer<Value>
  var slotCount: Int
  var slotCapacity: Int
  /// Name to slot number, as an int value.
  var names: SymbolMap

  /// `header.flags`: it came to be by the life cycle of modules; what did not is reported.
  static let isTracked: UInt8 = 1
}

/// What `import m` binds: stands for a module until its first attribute is looked up.
struct ProxyObject {
  var header: ObjectHeader
  /// The position in ``EngineState/modules``.
  var record: Int
  /// Who holds the proxy.
  var holders: HolderTable
}

/// What `from m import x` binds: stands for the value until its first use.
struct DeferredObject {
  var header: ObjectHeader
  /// The position in ``EngineState/modules``.
  var record: Int
  var name: Symbol
  /// Byte offset of the import statement in the importing module's source, and that text, retained.
  var importOffset: UInt32
  var importSource: Unmanaged<LoadedSource>
  /// The value once it is known; `undefined` before.
  var resolved: Value
  /// Who holds the deferred name.
  var holders: HolderTable

  /// `header.flags`: its value is being looked for.
  static let isResolving: UInt8 = 1
}

/// A suspended or running generator: its registers while it is suspended are external.
struct GeneratorObject {
  var header: ObjectHeader
  var function: FunctionReference
  var registers: UnsafeMutablePointer<Value>
  var registerCount: Int
  /// Where to go on, as an instruction number.
  var resumeAt: Int
  var state: GeneratorState
}

enum GeneratorState: UInt8 {
  case suspended, running, finished
}

/// A built-in iterator over `source`; what `position` and `extra` mean depends on `kind`.
struct IteratorObject {
  var header: ObjectHeader
  var kind: IteratorKind
  var source: Value
  var extra: Value
  var position: Int
  var limit: Int
}

enum IteratorKind: UInt8 {
  /// list, tuple, string, bytes, range, map keys, set: `position` is the next index (of bytes for a
  /// string, of entries for a map), `limit` the container's version for a map or set.
  case sequence
  /// (key, value) of a map; as above.
  case pairs
  /// (position, item): `source` is an iterator, `position` the next number.
  case enumerate
  /// Tuples: `source` is a tuple of iterators.
  case zip
  /// list, tuple, string, range from the end: `position` is the next index.
  case reversed
}

/// Holds a reference-counted Swift object: big integers, objects of an embedding program.
struct SwiftObject {
  var header: ObjectHeader
  var reference: UnsafeRawPointer
}

// MARK: - Trailing parts

extension UnsafeMutablePointer {
  /// The memory just behind the fixed part of an object.
  @inline(__always)
  func trailing<Element>(_: Element.Type = Element.self) -> UnsafeMutablePointer<Element> {
    UnsafeMutableRawPointer(self + 1).assumingMemoryBound(to: Element.self)
  }
}

extension UnsafeMutablePointer where Pointee == StringObject {
  @inline(__always) var bytes: UnsafeMutablePointer<UInt8> { trailing() }
  @inline(__always) var count: Int { Int(pointee.byteCount) }
  @inline(__always) var isASCII: Bool { pointee.byteCount == pointee.scalarCount }
  /// The bytes as a buffer, valid while the string is.
  @inline(__always) var buffer: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: bytes, count: count)
  }
  /// A Swift copy, for messages and embedding.
  var text: String { String(decoding: buffer, as: UTF8.self) }
}

extension UnsafeMutablePointer where Pointee == BytesObject {
  @inline(__always) var bytes: UnsafeMutablePointer<UInt8> { trailing() }
  @inline(__always) var buffer: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: bytes, count: pointee.count)
  }
}

extension UnsafeMutablePointer where Pointee == TupleObject {
  @inline(__always) var items: UnsafeMutablePointer<Value> { trailing() }
}

extension UnsafeMutablePointer where Pointee == FunctionObject {
  @inline(__always) var captures: UnsafeMutablePointer<Value> { trailing() }
  @inline(__always) var captureCount: Int { Int(pointee.header.word) }
}

extension UnsafeMutablePointer where Pointee == RangeObject {
  /// How many integers the range has; saturates at `Int.max`.
  var count: Int {
    let (lower, upper, step) = (pointee.lower, pointee.upper, pointee.step)
    if step > 0 {
      if lower >= upper { return 0 }
      let (span, overflow) = upper.subtractingReportingOverflow(lower)
      return overflow ? Int.max : (span - 1) / step + 1
    }
    if lower <= upper { return 0 }
    let (span, overflow) = lower.subtractingReportingOverflow(upper)
    return overflow || step == Int.min ? Int.max : (span - 1) / -step + 1
  }
}
