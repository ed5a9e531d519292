// `<` and `<=`. Numbers by value, strings and byte strings by their bytes (for UTF-8 that is the
// order of the scalars), lists and tuples by their first difference, sets by inclusion, instances
// through their `<` and `<=` methods. Everything else has no order.

extension Engine {
  /// `a < b`; a TypeError when there is no order.
  ///
  /// May run a `<` method.
  @inline(__always)
  func less(_ a: Value, _ b: Value) throws(RaisedError) -> Bool {
    if a.isInt && b.isInt { return a.int < b.int }
    return try ordered(a, b, orEqual: false)
  }

  /// `a <= b`; a TypeError when there is no order.
  ///
  /// May run a `<=` method.
  @inline(__always)
  func lessEqual(_ a: Value, _ b: Value) throws(RaisedError) -> Bool {
    if a.isInt && b.isInt { return a.int <= b.int }
    return try ordered(a, b, orEqual: true)
  }

  /// `a > b`, which is `b < a`; a TypeError when there is no order.
  func greater(_ a: Value, _ b: Value) throws(RaisedError) -> Bool {
    if a.isInt && b.isInt { return a.int > b.int }
    return try ordered(b, a, orEqual: false, isTurned: true)
  }

  /// `a >= b`, which is `b <= a`; a TypeError when there is no order.
  func greaterEqual(_ a: Value, _ b: Value) throws(RaisedError) -> Bool {
    if a.isInt && b.isInt { return a.int >= b.int }
    return try ordered(b, a, orEqual: true, isTurned: true)
  }

  /// `a < b`, or `a <= b`; `isTurned` when the program has them the other way round.
  @inline(never)
  private func ordered(
    _ a: Value, _ b: Value, orEqual: Bool, isTurned: Bool = false
  ) throws(RaisedError) -> Bool {
    if a.tag == .instance {
      let name = orEqual ? pointee.names.lessEqual : pointee.names.less
      if let result = try callMethod(a, name, b) { return try isTruthy(result) }
      if b.tag != .deferred { throw cannotCompare(a, b, isTurned) }
    }
    if a.tag == .deferred || b.tag == .deferred {
      return try ordered(
        resolved(a), resolved(b), orEqual: orEqual,
        isTurned: isTurned)
    }
    if a.isFloat && b.isFloat { return orEqual ? a.float <= b.float : a.float < b.float }
    if isNumeric(a) && isNumeric(b) {
      guard let order = compareNumbers(a, b) else { return false }
      return orEqual ? order <= 0 : order < 0
    }
    guard a.tag == b.tag else { throw cannotCompare(a, b, isTurned) }
    switch a.tag {
    case .string:
      let order = try compareStrings(a.string, b.string)
      return orEqual ? order <= 0 : order < 0
    case .bytes:
      let order = try compareBytes(a.byteString, b.byteString)
      return orEqual ? order <= 0 : order < 0
    case .list, .tuple: return try orderedItems(a, b, orEqual: orEqual, isTurned: isTurned)
    case .set:
      let (count, otherCount) = (a.set.pointee.count, b.set.pointee.count)
      if orEqual ? count > otherCount : count >= otherCount { return false }
      return try setIsSubset(a.set, of: b.set)
    default: throw cannotCompare(a, b, isTurned)
    }
  }

  private func cannotCompare(_ a: Value, _ b: Value, _ isTurned: Bool) -> RaisedError {
    let (left, right) = isTurned ? (b, a) : (a, b)
    return typeError("cannot compare \(typeName(of: left)) and \(typeName(of: right))")
  }

  /// The items of a list or tuple as they are now; a call in between may change a list's.
  @inline(__always)
  private func items(of value: Value) -> UnsafeBufferPointer<Value> {
    value.tag == .list
      ? UnsafeBufferPointer(start: value.list.pointee.items, count: value.list.pointee.count)
      : UnsafeBufferPointer(start: value.tuple.items, count: value.tuple.pointee.count)
  }

  private func orderedItems(
    _ a: Value, _ b: Value, orEqual: Bool, isTurned: Bool
  ) throws(RaisedError) -> Bool {
    let mark = try enterPair(a, b)
    defer { pointee.top = mark }
    // An `==` may take the items out of their lists, and they are compared once more.
    let pair = pointee.top
    root(.nil)
    root(.nil)
    var index = 0
    while true {
      let (left, right) = (items(of: a), items(of: b))
      if index >= left.count || index >= right.count {
        return orEqual ? left.count <= right.count : left.count < right.count
      }
      let (x, y) = (left[index], right[index])
      if x.isInt && y.isInt {
        if x.int != y.int { return x.int < y.int }
      } else {
        pair[0] = x
        pair[1] = y
        if try !itemEquals(x, y) {
          return try ordered(x, y, orEqual: orEqual, isTurned: isTurned)
        }
      }
      index &+= 1
      if index & (Piece.items &- 1) == 0 { try checkInterruption() }
    }
  }
}
