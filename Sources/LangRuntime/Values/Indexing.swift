// `a[b]`, `a[b] = c`, `a[b..c]` and `a in b`: what the instructions do when none of their fast
// paths fits.

extension Engine {
  // MARK: Elements

  /// `container[key]`.
  ///
  /// A range as key is a slice. May run a `[]` method.
  func index(_ container: Value, _ key: Value) throws(RaisedError) -> Value {
    switch container.tag {
    case .map:
      let value = try mapGet(container.map, key)
      if value.isUndefined { throw try missingKey(key, in: container) }
      return value
    case .list, .tuple, .string, .bytes, .range:
      let key = try resolved(key)
      if key.tag == .range { return try slice(container, by: key.range) }
      return try element(container, key)
    case .instance:
      if let result = try callMethod(container, pointee.names.index, key) { return result }
    case .deferred: return try index(resolved(container), key)
    default: break
    }
    throw typeError("\(typeName(of: container)) cannot be indexed")
  }

  private func element(_ container: Value, _ key: Value) throws(RaisedError) -> Value {
    let position = try checkedIndex(key, of: container)
    switch container.tag {
    case .list: return container.list.pointee.items[position]
    case .tuple: return container.tuple.items[position]
    case .string: return try stringIndex(container.string, position)
    case .bytes: return .int(Int(container.byteString.bytes[position]))
    default:
      let range = container.range
      return .int(range.pointee.lower &+ position &* range.pointee.step)
    }
  }

  /// The index that `key` means, counted from the front; an IndexError when there is no such item.
  private func checkedIndex(_ key: Value, of container: Value) throws(RaisedError) -> Int {
    let count = expectedCount(container)
    guard key.isInt else {
      if key.tag == .bigInt {
        let text = try repr(key).string.text
        throw indexError(
          "\(typeName(of: container)) index \(text) is out of range for length \(count)")
      }
      throw wrongIndexType(key, container)
    }
    let position = key.int < 0 ? key.int &+ count : key.int
    if position < 0 || position >= count {
      throw indexError(
        "\(typeName(of: container)) index \(key.int) is out of range for length \(count)")
    }
    return position
  }

  private func wrongIndexType(_ key: Value, _ container: Value) -> RaisedError {
    typeError("\(typeName(of: container)) indexes are integers, not \(typeName(of: key))")
  }

  /// The error for a key that a map or set does not have.
  func missingKey(_ key: Value, in container: Value) throws(RaisedError) -> RaisedError {
    keyError("key \(try repr(key).string.text) is not in the \(typeName(of: container))")
  }

  /// `container[key] = value`.
  ///
  /// May run a `[]=` method.
  func setIndex(_ container: Value, _ key: Value, _ value: Value) throws(RaisedError) {
    switch container.tag {
    case .map: return try mapSet(container.map, key, value)
    case .list:
      let key = try resolved(key)
      let position = try checkedIndex(key, of: container)
      container.list.pointee.items[position] = value
      if value.isUnresolved { noteStore(value, in: container.list.header) }
      return
    case .instance:
      if try callMethod(container, pointee.names.setIndex, key, value) != nil { return }
    case .deferred: return try setIndex(resolved(container), key, value)
    default: break
    }
    throw typeError("\(typeName(of: container)) does not support item assignment")
  }

  // MARK: Slices

  /// `container[lower..upper]`, or `..=` when `closed`; a bound that is undefined is open.
  ///
  /// Negative bounds count from the end; bounds beyond an end are taken as the end.
  func slice(
    _ container: Value, _ lower: Value, _ upper: Value, closed: Bool
  ) throws(RaisedError) -> Value {
    let lower = try resolved(lower)
    let upper = try resolved(upper)
    switch container.tag {
    case .list, .tuple, .string, .bytes, .range: break
    case .instance: return try sliceOfInstance(container, lower, upper, closed: closed)
    case .map where !lower.isUndefined && !upper.isUndefined:
      return try index(container, makeRange(from: lower, to: upper, closed: closed))
    case .deferred: return try slice(resolved(container), lower, upper, closed: closed)
    default: throw typeError("\(typeName(of: container)) cannot be indexed")
    }
    let count = expectedCount(container)
    var start = lower.isUndefined ? 0 : try sliceBound(lower, container)
    if start < 0 { start = max(0, start &+ count) }
    start = min(start, count)
    var end = upper.isUndefined ? count : try sliceBound(upper, container)
    if end < 0 { end = end < -count ? -1 : end &+ count }
    if closed && !upper.isUndefined && end < count { end &+= 1 }
    end = max(start, min(end, count))
    return try slice(container, from: start, to: end)
  }

  /// The items from `start` up to, not including, `end`; `0 <= start <= end <= count`.
  private func slice(_ container: Value, from start: Int, to end: Int) throws(RaisedError) -> Value
  {
    let length = end - start
    switch container.tag {
    case .list:
      return Value(
        .list, try makeList(copying: container.list.pointee.items + start, count: length))
    case .tuple:
      if length == container.tuple.pointee.count { return container }
      return Value(.tuple, try makeTuple(copying: container.tuple.items + start, count: length))
    case .string: return try stringSlice(container.string, from: start, to: end)
    case .bytes:
      if length == container.byteString.pointee.count { return container }
      try reserve(length)
      return try makeBytes(copying: container.byteString.bytes + start, count: length)
    default:
      let range = container.range.pointee
      // Past the last item there may be no integer; the range's own end is as good.
      let upper =
        end == container.range.count ? range.upper : range.lower &+ end &* range.step
      if length == 0 { return makeRange(range.lower, range.lower, step: range.step) }
      return makeRange(range.lower &+ start &* range.step, upper, step: range.step)
    }
  }

  private func slice(_ container: Value, by range: RangeReference) throws(RaisedError) -> Value {
    if range.pointee.step != 1 {
      throw valueError("a range that is an index must have the step 1, not \(range.pointee.step)")
    }
    return try slice(
      container, .int(range.pointee.lower), .int(range.pointee.upper), closed: false)
  }

  /// An instance gets a range, which it can index its own list with.
  private func sliceOfInstance(
    _ container: Value, _ lower: Value, _ upper: Value, closed: Bool
  ) throws(RaisedError) -> Value {
    let range = try makeRange(from: lower, to: upper, closed: closed)
    if let result = try callMethod(container, pointee.names.index, range) { return result }
    throw typeError("\(typeName(of: container)) cannot be indexed")
  }

  /// The range that stands between the brackets of a slice; an open end is as far as ranges go.
  private func makeRange(
    from lower: Value, to upper: Value, closed: Bool
  ) throws(RaisedError) -> Value {
    let start =
      lower.isUndefined ? 0 : try expectInt(lower, "a range bound must be an int")
    var end = upper.isUndefined ? Int.max : try expectInt(upper, "a range bound must be an int")
    if closed && !upper.isUndefined {
      if end == Int.max { throw valueError("a closed range cannot end at \(Int.max)") }
      end += 1
    }
    return makeRange(start, end, step: 1)
  }

  /// A bound of a slice; a big integer is as good as the largest of its sign.
  private func sliceBound(_ bound: Value, _ container: Value) throws(RaisedError) -> Int {
    if bound.isInt { return bound.int }
    if bound.tag == .bigInt { return try less(bound, .int(0)) ? Int.min / 2 : Int.max }
    throw wrongIndexType(bound, container)
  }

  // MARK: Copies of items

  /// A list of its own with the `count` values at `items`.
  func makeList(
    copying items: UnsafePointer<Value>, count: Int
  ) throws(RaisedError) -> ListReference {
    try reserve(count &* MemoryLayout<Value>.stride)
    let list = makeList(capacity: count)
    try copy(items, to: list.pointee.items, count: count)
    list.pointee.count = count
    try noteStoresInPieces(list.pointee.items, count, in: list.header)
    return list
  }

  /// A tuple with the `count` values at `items`.
  func makeTuple(
    copying items: UnsafePointer<Value>, count: Int
  ) throws(RaisedError) -> TupleReference {
    try reserve(count &* MemoryLayout<Value>.stride)
    return try makeTuple(count: count) { (target) throws(RaisedError) in
      try copy(items, to: target, count: count)
    }
  }

  /// Records a list as holder of the unresolved values in it from index `start` on.
  func noteStores(_ list: ListReference, from start: Int = 0) {
    for index in start..<list.pointee.count where list.pointee.items[index].isUnresolved {
      noteStore(list.pointee.items[index], in: list.header)
    }
  }

  // MARK: `in`

  /// `item in container`.
  ///
  /// May run a `contains`, `iter` or `==` method.
  func contains(_ container: Value, _ item: Value) throws(RaisedError) -> Bool {
    switch container.tag {
    case .map, .set: return try mapContains(container.map, item)
    case .list, .tuple: return try position(of: item, in: container) >= 0
    case .range: return try rangePosition(of: item, in: container.range) >= 0
    case .string:
      let item = try resolved(item)
      guard item.isString else {
        throw typeError("a string contains strings only, not \(typeName(of: item))")
      }
      return try stringContains(container.string, item.string)
    case .bytes: return try bytesContainItem(container.byteString, item)
    case .instance:
      if let result = try callMethod(container, pointee.names.contains, item) {
        return try isTruthy(result)
      }
      if !hasMethod(container, pointee.names.iter) { break }
      return try iterationContains(container, item)
    case .iterator, .generator: return try iterationContains(container, item)
    case .deferred: return try contains(resolved(container), item)
    default: break
    }
    throw typeError("cannot look for a value in \(typeName(of: container))")
  }

  private func iterationContains(_ container: Value, _ item: Value) throws(RaisedError) -> Bool {
    var items = try Iteration(self, container)
    defer { items.end() }
    while let candidate = try items.next() {
      if try itemEquals(candidate, item) { return true }
    }
    return false
  }

  private func bytesContainItem(_ bytes: BytesReference, _ item: Value) throws(RaisedError) -> Bool
  {
    let item = try resolved(item)
    if item.isInt {
      guard var byte = UInt8(exactly: item.int) else { return false }
      return try firstPlace(of: &byte, 1, in: bytes.bytes, bytes.pointee.count) >= 0
    }
    guard item.tag == .bytes else {
      throw typeError("bytes contain ints and bytes only, not \(typeName(of: item))")
    }
    return try bytesContain(bytes, item.byteString)
  }

  /// The index of the first item of a list or tuple that equals `item`, or -1.
  func position(
    of item: Value, in container: Value, from start: Int = 0, to end: Int = Int.max
  ) throws(RaisedError) -> Int {
    var index = start
    while true {
      let count = min(end, expectedCount(container))
      if index >= count { return -1 }
      let items = container.tag == .list ? container.list.pointee.items : container.tuple.items
      let pause = min(count, (index | (Piece.items &- 1)) &+ 1)
      while index < pause {
        let candidate = items[index]
        index &+= 1
        if candidate.isSame(as: item) { return index &- 1 }
        if candidate.isInt && item.isInt { continue }
        if try equals(candidate, item) { return index &- 1 }
        // A method that compares may have changed the list.
        if !candidate.isPlain || !item.isPlain { break }
      }
      if index & (Piece.items &- 1) == 0 && index < count { try checkInterruption() }
    }
  }

  /// The index of the item of a range that equals `item`, or -1.
  func rangePosition(of item: Value, in range: RangeReference) throws(RaisedError) -> Int {
    let number: Int
    switch item.tag {
    case .int: number = item.int
    case .float:
      guard let exact = Int(exactly: item.float) else { return -1 }
      number = exact
    case .deferred: return try rangePosition(of: resolved(item), in: range)
    default: return -1
    }
    let (lower, upper, step) = (range.pointee.lower, range.pointee.upper, range.pointee.step)
    if step > 0 ? number < lower || number >= upper : number > lower || number <= upper {
      return -1
    }
    // The distance may be too large for a signed integer, not for an unsigned one.
    let distance =
      step > 0
      ? UInt(bitPattern: number) &- UInt(bitPattern: lower)
      : UInt(bitPattern: lower) &- UInt(bitPattern: number)
    let (position, rest) = distance.quotientAndRemainder(dividingBy: step.magnitude)
    return rest == 0 ? Int(truncatingIfNeeded: min(position, UInt(Int.max))) : -1
  }
}
