/// One instruction: 64 bits.
///
///     ┌────────┬────────┬────────────────┬────────────────┬────────────────┐
///     │ opcode │   d    │       a        │       b        │       c        │
///     └────────┴────────┴────────────────┴────────────────┴────────────────┘
///      8 bits   8 bits       16 bits          16 bits          16 bits
///                                         └──────────── bc, signed ────────┘
///
/// Registers and 16-bit constant operands are stored as byte distances (number times 16, the size of
/// a value), so that the interpreter adds them to a base without shifting.
@frozen
public struct Instruction: BitwiseCopyable, Sendable {
  /// What to do.
  public var opcode: Opcode
  /// A small count or flag.
  public var d: UInt8
  /// Usually the destination.
  public var a: UInt16
  /// An operand.
  public var b: UInt16
  /// An operand.
  public var c: UInt16

  /// The size of a value, by which register operands are scaled.
  @inlinable public static var scale: Int { 16 }
  /// How many registers a function can have, and how many constants can be 16-bit operands.
  @inlinable public static var operandLimit: Int { 4096 }

  /// Makes an instruction from raw operands.
  @inline(__always)
  public init(_ opcode: Opcode, d: UInt8 = 0, a: UInt16 = 0, b: UInt16 = 0, c: UInt16 = 0) {
    self.opcode = opcode
    self.d = d
    self.a = a
    self.b = b
    self.c = c
  }

  /// Makes an instruction with a 32-bit operand.
  @inline(__always)
  public init(_ opcode: Opcode, d: UInt8 = 0, a: UInt16 = 0, wide: Int32) {
    let bits = UInt32(bitPattern: wide)
    self.init(
      opcode, d: d, a: a, b: UInt16(truncatingIfNeeded: bits),
      c: UInt16(truncatingIfNeeded: bits >> 16))
  }

  /// `b` and `c` as one signed number.
  @inline(__always)
  public var wide: Int {
    Int(Int32(bitPattern: UInt32(b) | UInt32(c) << 16))
  }
}
