import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// `==` and `is`. Containers compare by content, instances through their `==` method and by identity
// without one. Inside a container an item also equals itself, whatever its `==` says; so a list
// with a NaN equals itself, as in Python.

extension UnsafeMutablePointer where Pointee == StringObject {
  /// Whether two strings have the same bytes.
  @inline(__always)
  func hasSameText(as other: StringReference) -> Bool {
    if pointee.byteCount != other.pointee.byteCount { return false }
    let (hash, otherHash) = (pointee.header.word, other.pointee.header.word)
    if hash != otherHash && hash != 0 && otherHash != 0 { return false }
    return memcmp(bytes, other.bytes, count) == 0
  }
}

extension UnsafeMutablePointer where Pointee == RangeObject {
  /// Whether two ranges are the same sequence of integers.
  func hasSameItems(as other: RangeReference) -> Bool {
    let count = self.count
    if count != other.count { return false }
    if count == 0 { return true }
    if pointee.lower != other.pointee.lower { return false }
    // A count that saturated says nothing about the ends.
    return count == 1
      || pointee.step == other.pointee.step
        && (count != Int.max || pointee.upper == other.pointee.upper)
  }
}

extension Engine {
  /// `a == b`.
  ///
  /// May run an `==` method.
  @inline(__always)
  func equals(_ a: Value, _ b: Value) throws(RaisedError) -> Bool {
    if a.isInt && b.isInt { return a.bits == b.bits }
    if a.isString && b.isString {
      return try a.bits == b.bits ? true : haveSameText(a.string, b.string)
    }
    return try equalsSlowly(a, b)
  }

  /// Whether two strings, which may be long, have the same bytes.
  @inline(__always)
  private func haveSameText(
    _ a: StringReference, _ b: StringReference
  ) throws(RaisedError) -> Bool {
    a.count <= Piece.bytes
      ? a.hasSameText(as: b) : try haveSameBytes(a.bytes, a.count, b.bytes, b.count)
  }

  /// Whether two runs of bytes, which may be long, are the same.
  ///
  /// Not inlined: a comparison of containers in containers has little room on the stack.
  @inline(never)
  private func haveSameBytes(
    _ a: UnsafePointer<UInt8>, _ count: Int, _ b: UnsafePointer<UInt8>, _ otherCount: Int
  ) throws(RaisedError) -> Bool {
    count != otherCount ? false : try compare(a, b, count: count) == 0
  }

  /// Whether an item of a container counts as equal to another value: identical or `==`.
  @inline(__always)
  func itemEquals(_ a: Value, _ b: Value) throws(RaisedError) -> Bool {
    if a.isSame(as: b) { return true }
    return try equals(a, b)
  }

  @inline(never)
  private func equalsSlowly(_ a: Value, _ b: Value) throws(RaisedError) -> Bool {
    switch a.tag {
    case .int, .float, .bigInt:
      switch b.tag {
      case .float where a.isFloat: return a.float == b.float
      case .float where a.isInt: return Engine.equals(integer: a.int, float: b.float)
      case .int where a.isFloat: return Engine.equals(integer: b.int, float: a.float)
      case .int, .float, .bigInt: return compareNumbers(a, b) == 0
      case .deferred: return try equals(a, resolved(b))
      default: return false
      }
    case .instance:
      if let result = try callMethod(a, pointee.names.equal, b) { return try isTruthy(result) }
      return b.tag == .deferred ? try equals(a, resolved(b)) : a.isSame(as: b)
    case .deferred: return try equals(resolved(a), b)
    default: break
    }
    if b.tag == .deferred { return try equals(a, resolved(b)) }
    if a.tag != b.tag { return try isIdentical(a, b) }
    if a.bits == b.bits { return true }
    switch a.tag {
    case .string: return try haveSameText(a.string, b.string)
    case .bytes:
      return try haveSameBytes(
        a.byteString.bytes, a.byteString.pointee.count,
        b.byteString.bytes, b.byteString.pointee.count)
    case .range: return a.range.hasSameItems(as: b.range)
    case .list: return try equals(list: a, b)
    case .tuple: return try equals(tuple: a, b)
    case .map: return try equals(map: a, b)
    case .set: return try equals(set: a, b)
    case .boundMethod:
      return a.boundMethod.pointee.receiver.isSame(as: b.boundMethod.pointee.receiver)
        && a.boundMethod.pointee.method.isSame(as: b.boundMethod.pointee.method)
    default: return try isIdentical(a, b)
    }
  }

  /// Exact, unlike comparing the integer's nearest float.
  @inline(__always)
  static func equals(integer: Int, float: Double) -> Bool {
    Double(integer) == float && Int(exactly: float) == integer
  }

  /// `a is b`: the same object; for numbers, strings, `nil` and booleans type and value.
  ///
  /// Neither may be a deferred name.
  func isIdentical(_ a: Value, _ b: Value) throws(RaisedError) -> Bool {
    if a.tag != b.tag {
      // A proxy and its module are one thing.
      guard a.tag == .proxy && b.tag == .module || a.tag == .module && b.tag == .proxy else {
        return false
      }
      return identityHash(of: a) == identityHash(of: b)
    }
    if a.bits == b.bits { return true }
    switch a.tag {
    case .float: return a.float == b.float
    case .string: return try haveSameText(a.string, b.string)
    case .bigInt: return compareNumbers(a, b) == 0
    default: return false
    }
  }

  /// Whether the class of an instance has a method `name`, its own or a base's.
  func hasMethod(_ value: Value, _ name: Symbol) -> Bool {
    guard let found = member(name, of: classOf(value)) else { return false }
    return found.flags == 0
  }

  // MARK: Containers
  //
  // An `==` method that runs in between may change either side, so counts and addresses are read
  // again for each item; and it may drop the last reference to what is being compared, so
  // containers are rooted.

  /// Roots two containers that are looked into, and refuses to go too deep.
  ///
  /// - Returns: The top of the stack to restore.
  func enterPair(_ a: Value, _ b: Value) throws(RaisedError) -> UnsafeMutablePointer<Value> {
    try enterNativeRecursion()
    let mark = pointee.top
    if !ensureStack(mark + 64) { throw takePending() }
    root(a)
    root(b)
    return mark
  }

  private func equals(list a: Value, _ b: Value) throws(RaisedError) -> Bool {
    if a.list.pointee.count != b.list.pointee.count { return false }
    let mark = try enterPair(a, b)
    defer { pointee.top = mark }
    var index = 0
    while true {
      let count = min(a.list.pointee.count, b.list.pointee.count)
      if index >= count { return a.list.pointee.count == b.list.pointee.count }
      let pause = min(count, (index | (Piece.items &- 1)) &+ 1)
      let (left, right) = (a.list.pointee.items, b.list.pointee.items)
      while index < pause {
        let (x, y) = (left[index], right[index])
        index &+= 1
        if x.isSame(as: y) { continue }
        if x.isString && y.isString {
          if try !haveSameText(x.string, y.string) { return false }
          continue
        }
        if try !equals(x, y) { return false }
        // A method that compares may have changed the lists.
        if !x.isPlain || !y.isPlain { break }
      }
      if index & (Piece.items &- 1) == 0 { try checkInterruption() }
    }
  }

  private func equals(tuple a: Value, _ b: Value) throws(RaisedError) -> Bool {
    let count = a.tuple.pointee.count
    if count != b.tuple.pointee.count { return false }
    let mark = try enterPair(a, b)
    defer { pointee.top = mark }
    var index = 0
    while index < count {
      if try !itemEquals(a.tuple.items[index], b.tuple.items[index]) { return false }
      index &+= 1
      if index & (Piece.items &- 1) == 0 { try checkInterruption() }
    }
    return true
  }

  private func equals(map a: Value, _ b: Value) throws(RaisedError) -> Bool {
    if a.map.pointee.count != b.map.pointee.count { return false }
    let mark = try enterPair(a, b)
    defer { pointee.top = mark }
    let version = a.map.version
    var position = 0
    while position < a.map.pointee.used {
      let entry = a.map.pointee.entries[position]
      position &+= 1
      if entry.key.isUndefined { continue }
      let other = try mapGet(b.map, entry.key)
      if other.isUndefined { return false }
      if a.map.version != version { throw changedDuringIteration(a) }
      if try !itemEquals(entry.value, other) { return false }
      if a.map.version != version { throw changedDuringIteration(a) }
      if position & (Piece.items &- 1) == 0 { try checkInterruption() }
    }
    return true
  }

  private func equals(set a: Value, _ b: Value) throws(RaisedError) -> Bool {
    if a.set.pointee.count != b.set.pointee.count { return false }
    return try setIsSubset(a.set, of: b.set)
  }

  /// The error for a map or set that code which ran in between has changed.
  func changedDuringIteration(_ container: Value) -> RaisedError {
    valueError("the \(typeName(of: container)) changed during iteration")
  }
}
