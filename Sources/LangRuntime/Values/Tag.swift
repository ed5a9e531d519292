/// What kind of value a ``Value`` is.
///
/// The order carries meaning, so that each check of the interpreter is one signed comparison:
///
///     undefined  deferred  proxy │ false   nil │ true  int  float │ string  list  …
///        -4        -3       -2   │  -1      0  │  1     2     3   │   4      5
///     ◀── a store must look ────▶│             │
///     ◀── a condition must look ──────────────▶│                  │◀── a heap object ──
///
/// A condition takes everything above `nil` as true at once; what is left is sorted out on a slow
/// path. A store into anything that outlives an instruction looks only at tags below `false`.
@frozen
public struct Tag: Equatable, Sendable {
  /// The signed number that the order refers to.
  public let rawValue: Int8

  /// Wraps a raw number.
  @inline(__always)
  public init(_ rawValue: Int8) { self.rawValue = rawValue }

  /// No value: a variable before its declaration ran, an argument that was not passed.
  @inline(__always) public static var undefined: Tag { Tag(-4) }
  /// A name from `from m import x` that was not used yet.
  @inline(__always) public static var deferred: Tag { Tag(-3) }
  /// A module that was imported and not used yet.
  @inline(__always) public static var proxy: Tag { Tag(-2) }
  @inline(__always) static var `false`: Tag { Tag(-1) }
  @inline(__always) static var `nil`: Tag { Tag(0) }
  @inline(__always) static var `true`: Tag { Tag(1) }
  @inline(__always) static var int: Tag { Tag(2) }
  @inline(__always) static var float: Tag { Tag(3) }
  @inline(__always) static var string: Tag { Tag(4) }
  @inline(__always) static var list: Tag { Tag(5) }
  @inline(__always) static var tuple: Tag { Tag(6) }
  @inline(__always) static var map: Tag { Tag(7) }
  @inline(__always) static var set: Tag { Tag(8) }
  @inline(__always) static var range: Tag { Tag(9) }
  @inline(__always) static var bytes: Tag { Tag(10) }
  @inline(__always) static var instance: Tag { Tag(11) }
  @inline(__always) static var function: Tag { Tag(12) }
  @inline(__always) static var native: Tag { Tag(13) }
  @inline(__always) static var boundMethod: Tag { Tag(14) }
  @inline(__always) static var `class`: Tag { Tag(15) }
  @inline(__always) static var module: Tag { Tag(16) }
  @inline(__always) static var generator: Tag { Tag(17) }
  /// A built-in iterator: `iter(xs)`, `enumerate`, `zip`, `reversed`.
  @inline(__always) static var iterator: Tag { Tag(18) }
  @inline(__always) static var bigInt: Tag { Tag(19) }
  /// A Swift object of an embedding program.
  @inline(__always) static var foreign: Tag { Tag(20) }
  /// The view of `self` through its class's base, `super` alone.
  @inline(__always) static var superView: Tag { Tag(21) }

  // Never seen by a program: kinds of heap object that only the machine refers to.

  /// A captured variable that is assigned to after its capture.
  @inline(__always) static var cell: Tag { Tag(22) }
  /// The code of a function, shared by its closures.
  @inline(__always) static var prototype: Tag { Tag(23) }

  /// How many kinds there are from `string` on; heap tables are indexed by them.
  static let heapKindLimit = 24
}
