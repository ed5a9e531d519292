#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// What the operators do with strings and byte strings: joining, repeating, indexes, slices,
// containment, order. Nothing here collects.

extension Engine {
  // MARK: Making

  /// Refuses a string of `byteCount` bytes that the memory limit or a string's layout does not allow.
  @inline(__always)
  func reserveString(_ byteCount: Int) throws(RaisedError) {
    if byteCount >= TextBuilder.unaskedCapacity { try reserveLargeString(byteCount) }
  }

  @inline(never)
  private func reserveLargeString(_ byteCount: Int) throws(RaisedError) {
    try reserve(byteCount)
    if byteCount > Int(UInt32.max) {
      throw makeError(
        pointee.errors.memoryError, "a string is limited to \(UInt32.max) bytes")
    }
  }

  /// A string with the bytes of a part of another, which begins and ends at scalars.
  @inline(__always)
  func makeSubstring(
    _ string: StringReference, from start: Int, to end: Int
  ) throws(RaisedError) -> Value {
    let count = end - start
    if string.isASCII {
      if count == 1 { return character(string.bytes[start]) }
      if count == string.count { return Value(.string, string) }
      let part = allocateString(byteCount: count, scalarCount: count)
      try copy(string.bytes + start, to: part.bytes, count: count)
      return Value(.string, part)
    }
    if count == string.count { return Value(.string, string) }
    return try makeString(
      copying: string.bytes + start, count: count,
      scalarCount: countScalars(string.bytes + start, count: count))
  }

  /// The string of one scalar.
  @inline(__always)
  func makeString(_ scalar: Unicode.Scalar) -> Value {
    if scalar.isASCII { return character(UInt8(truncatingIfNeeded: scalar.value)) }
    let string = allocateString(byteCount: UTF8.width(scalar), scalarCount: 1)
    _ = TextScanning.encode(scalar, to: string.bytes)
    return Value(.string, string)
  }

  // MARK: Joining and repeating

  /// The text of `a` and then `b`.
  func concatenate(
    _ a: StringReference, _ b: StringReference
  ) throws(RaisedError) -> Value {
    let (left, right) = (a.count, b.count)
    if right == 0 { return Value(.string, a) }
    if left == 0 { return Value(.string, b) }
    try reserveString(left + right)
    let result = allocateString(
      byteCount: left + right,
      scalarCount: Int(a.pointee.scalarCount) + Int(b.pointee.scalarCount))
    try copy(a.bytes, to: result.bytes, count: left)
    try copy(b.bytes, to: result.bytes + left, count: right)
    return Value(.string, result)
  }

  /// The text `times` times; empty when that is not positive.
  func repeatString(_ string: StringReference, _ times: Int) throws(RaisedError) -> Value {
    if times == 1 { return Value(.string, string) }
    if times <= 0 || string.count == 0 {
      return Value(.string, allocateString(byteCount: 0, scalarCount: 0))
    }
    let (count, overflow) = string.count.multipliedReportingOverflow(by: times)
    try reserveString(overflow ? Int.max : count)
    let result = allocateString(
      byteCount: count, scalarCount: Int(string.pointee.scalarCount) * times)
    try fill(result.bytes, count: count, with: string.bytes, count: string.count)
    return Value(.string, result)
  }

  /// The bytes of `a` and then `b`.
  func concatenateBytes(
    _ a: BytesReference, _ b: BytesReference
  ) throws(RaisedError) -> Value {
    let (left, right) = (a.pointee.count, b.pointee.count)
    if right == 0 { return Value(.bytes, a) }
    if left == 0 { return Value(.bytes, b) }
    try reserve(left + right)
    let result = allocateBytes(count: left + right)
    try copy(a.bytes, to: result.bytes, count: left)
    try copy(b.bytes, to: result.bytes + left, count: right)
    return Value(.bytes, result)
  }

  /// The bytes `times` times; empty when that is not positive.
  func repeatBytes(_ bytes: BytesReference, _ times: Int) throws(RaisedError) -> Value {
    if times == 1 { return Value(.bytes, bytes) }
    if times <= 0 || bytes.pointee.count == 0 { return Value(.bytes, allocateBytes(count: 0)) }
    let (count, overflow) = bytes.pointee.count.multipliedReportingOverflow(by: times)
    try reserve(overflow ? Int.max : count)
    let result = allocateBytes(count: count)
    try fill(result.bytes, count: count, with: bytes.bytes, count: bytes.pointee.count)
    return Value(.bytes, result)
  }

  // MARK: Indexes and slices

  /// The character at `index`, which counts from the end when negative; constant time on ASCII.
  @inline(__always)
  func stringIndex(_ string: StringReference, _ index: Int) throws(RaisedError) -> Value {
    let length = Int(string.pointee.scalarCount)
    let position = index < 0 ? index &+ length : index
    if UInt(bitPattern: position) >= UInt(bitPattern: length) {
      throw indexError("string index \(index) is out of range for length \(length)")
    }
    if string.isASCII { return character(string.bytes[position]) }
    return try scalarString(string, position)
  }

  @inline(never)
  private func scalarString(
    _ string: StringReference, _ position: Int
  ) throws(RaisedError) -> Value {
    let offset = try byteOffset(string, position)
    return makeString(TextScanning.decode(string.bytes + offset).scalar)
  }

  /// The byte position of the scalar at `index`, from 0 to the length.
  @inline(__always)
  func byteOffset(_ string: StringReference, _ index: Int) throws(RaisedError) -> Int {
    string.isASCII ? index : try byteOffset(string, ofScalar: index, from: 0)
  }

  /// The byte position of a scalar that is `index` scalars behind the byte position `start`.
  @inline(never)
  private func byteOffset(
    _ string: StringReference, ofScalar index: Int, from start: Int
  ) throws(RaisedError) -> Int {
    var (start, left) = (start, index)
    while left > Piece.bytes {
      // As many bytes have no more scalars than that.
      left -= Engine.scalarCount(string.bytes + start, count: Piece.bytes)
      start += Piece.bytes
      try checkInterruption()
    }
    return TextScanning.byteOffset(
      string.bytes, count: string.count, ofScalar: left, from: start)
  }

  /// The scalar index of a byte position.
  @inline(__always)
  func scalarIndex(_ string: StringReference, ofByte offset: Int) throws(RaisedError) -> Int {
    string.isASCII ? offset : try countScalars(string.bytes, count: offset)
  }

  /// The characters from `from` up to `to`, for `0 <= from <= to <= length`.
  func stringSlice(
    _ string: StringReference, from: Int, to: Int
  ) throws(RaisedError) -> Value {
    if string.isASCII { return try makeSubstring(string, from: from, to: to) }
    let start = try byteOffset(string, ofScalar: from, from: 0)
    let end = try byteOffset(string, ofScalar: to - from, from: start)
    if end - start == string.count { return Value(.string, string) }
    return try makeString(
      copying: string.bytes + start, count: end - start, scalarCount: to - from)
  }

  /// The bytes from `from` up to `to`, for `0 <= from <= to <= length`.
  func bytesSlice(_ bytes: BytesReference, from: Int, to: Int) throws(RaisedError) -> Value {
    if to - from == bytes.pointee.count { return Value(.bytes, bytes) }
    return try makeBytes(copying: bytes.bytes + from, count: to - from)
  }

  // MARK: Asking

  /// Whether `part` occurs in a string.
  func stringContains(
    _ string: StringReference, _ part: StringReference
  ) throws(RaisedError) -> Bool {
    try firstPlace(of: part.bytes, part.count, in: string.bytes, string.count) >= 0
  }

  /// Whether `part` occurs in a byte string.
  func bytesContain(_ bytes: BytesReference, _ part: BytesReference) throws(RaisedError) -> Bool {
    try firstPlace(of: part.bytes, part.pointee.count, in: bytes.bytes, bytes.pointee.count) >= 0
  }

  /// Negative, zero or positive: the order of the scalars, which is that of the bytes.
  @inline(__always)
  func compareStrings(_ a: StringReference, _ b: StringReference) throws(RaisedError) -> Int {
    try compare(a.bytes, a.count, b.bytes, b.count)
  }

  /// Negative, zero or positive.
  func compareBytes(_ a: BytesReference, _ b: BytesReference) throws(RaisedError) -> Int {
    try compare(a.bytes, a.pointee.count, b.bytes, b.pointee.count)
  }

  @inline(__always)
  private func compare(
    _ a: UnsafePointer<UInt8>, _ left: Int, _ b: UnsafePointer<UInt8>, _ right: Int
  ) throws(RaisedError) -> Int {
    // Most strings differ in their first byte, and many have no other.
    if left > 0, right > 0, a[0] != b[0] { return Int(a[0]) - Int(b[0]) }
    let order = try compare(a, b, count: min(left, right))
    return order != 0 ? order : left - right
  }
}
