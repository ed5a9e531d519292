import Lang

// Operators on what is not two numbers: sequences are joined and repeated, sets and maps combined,
// instances asked for their operator methods.

extension Engine {
  /// `a op b` where not both are numbers.
  @inline(never)
  func objectArithmetic(
    _ op: BinaryOperator, _ a: Value, _ b: Value
  ) throws(RaisedError) -> Value {
    if a.tag == .deferred { return try arithmetic(op, resolved(a), b) }
    if b.tag == .deferred { return try arithmetic(op, a, resolved(b)) }
    if let result = try callOperator(a, symbol(of: op), b) { return result }
    switch op {
    case .add:
      guard a.tag == b.tag else { break }
      switch a.tag {
      case .string: return try concatenate(a.string, b.string)
      case .list: return try joinLists(a.list, b.list)
      case .tuple: return try joinTuples(a.tuple, b.tuple)
      case .bytes: return try concatenateBytes(a.byteString, b.byteString)
      default: break
      }
    case .multiply:
      if let result = try repeated(a, b) { return result }
      if let result = try repeated(b, a) { return result }
    case .subtract:
      if a.tag == .set && b.tag == .set { return try setDifference(a.set, b.set) }
    case .bitAnd:
      if a.tag == .set && b.tag == .set { return try setIntersection(a.set, b.set) }
    case .bitOr:
      if a.tag == .set && b.tag == .set { return try setUnion(a.set, b.set) }
      if a.tag == .map && b.tag == .map { return try mapUnion(a.map, b.map) }
    case .bitXor:
      if a.tag == .set && b.tag == .set { return try setSymmetricDifference(a.set, b.set) }
    default: break
    }
    throw operandError(op, a, b)
  }

  // MARK: Compound assignment

  /// `a op= b` for a list, map or set, which is changed itself, so that everyone who holds it sees
  /// the change; false when there is no such operation.
  func combineInPlace(
    _ op: BinaryOperator, _ a: Value, _ b: Value
  ) throws(RaisedError) -> Bool {
    switch (a.tag, op) {
    case (.list, .add):
      // Text is no list of its characters here: that would hide mistakes.
      guard isIterable(b), !b.isString else { return false }
      try extend(a.list, withItemsOf: b)
    case (.list, .multiply):
      guard let items = try repeated(a, b) else { return false }
      try noteStoresInPieces(items.list.pointee.items, items.list.pointee.count, in: a.list.header)
      swapItems(a.list, items.list)
    case (.map, .bitOr):
      guard b.tag == .map else { return false }
      try mapUpdate(a.map, withEntriesOf: b)
    case (.set, .bitOr):
      guard b.tag == .set else { return false }
      try setUpdate(a.set, with: b.set)
    case (.set, .bitAnd), (.set, .bitXor), (.set, .subtract):
      guard b.tag == .set else { return false }
      let result = try arithmetic(op, a, b)
      root(result)
      try exchangeEntries(a.set, result.set)
    default: return false
    }
    return true
  }

  private func isIterable(_ value: Value) -> Bool {
    switch value.tag {
    case .list, .tuple, .map, .set, .range, .string, .bytes, .generator, .iterator: return true
    case .instance: return hasMethod(value, pointee.names.iter)
    default: return false
    }
  }

  // MARK: Joining

  private func joinLists(_ a: ListReference, _ b: ListReference) throws(RaisedError) -> Value {
    let (left, right) = (a.pointee.count, b.pointee.count)
    try reserve((left + right) * MemoryLayout<Value>.stride)
    let list = makeList(capacity: left + right)
    try copy(a.pointee.items, to: list.pointee.items, count: left)
    try copy(b.pointee.items, to: list.pointee.items + left, count: right)
    list.pointee.count = left + right
    try noteStoresInPieces(list.pointee.items, left + right, in: list.header)
    return Value(.list, list)
  }

  private func joinTuples(_ a: TupleReference, _ b: TupleReference) throws(RaisedError) -> Value {
    let (left, right) = (a.pointee.count, b.pointee.count)
    if right == 0 { return Value(.tuple, a) }
    if left == 0 { return Value(.tuple, b) }
    try reserve((left + right) * MemoryLayout<Value>.stride)
    let tuple = try makeTuple(count: left + right) { (items) throws(RaisedError) in
      try copy(a.items, to: items, count: left)
      try copy(b.items, to: items + left, count: right)
    }
    return Value(.tuple, tuple)
  }

  // MARK: Repeating

  /// `sequence * times`, empty when `times` is not positive; nil unless these are that.
  private func repeated(_ sequence: Value, _ times: Value) throws(RaisedError) -> Value? {
    let count: Int
    if times.isInt {
      count = max(times.int, 0)
    } else if times.tag == .bigInt {
      // More than any memory holds, unless the sequence is empty.
      count = bigInt(times).isNegative ? 0 : Int.max
    } else {
      return nil
    }
    switch sequence.tag {
    case .string: return try repeatString(sequence.string, count)
    case .bytes: return try repeatBytes(sequence.byteString, count)
    case .list: return try repeatList(sequence.list, count)
    case .tuple: return try repeatTuple(sequence.tuple, count)
    default: return nil
    }
  }

  private func repeatList(_ source: ListReference, _ times: Int) throws(RaisedError) -> Value {
    let count = try reserveItems(source.pointee.count, times)
    let list = makeList(capacity: count)
    try fill(
      list.pointee.items, count: count, with: source.pointee.items, count: source.pointee.count)
    list.pointee.count = count
    try noteStoresInPieces(list.pointee.items, count, in: list.header)
    return Value(.list, list)
  }

  private func repeatTuple(_ source: TupleReference, _ times: Int) throws(RaisedError) -> Value {
    if times == 1 { return Value(.tuple, source) }
    let count = try reserveItems(source.pointee.count, times)
    let tuple = try makeTuple(count: count) { (items) throws(RaisedError) in
      try fill(items, count: count, with: source.items, count: source.pointee.count)
    }
    return Value(.tuple, tuple)
  }

  /// `count` × `times` items, or a MemoryError when they are too many.
  private func reserveItems(_ count: Int, _ times: Int) throws(RaisedError) -> Int {
    let (items, isTooMany) = count.multipliedReportingOverflow(by: times)
    let (bytes, isTooLarge) = items.multipliedReportingOverflow(by: MemoryLayout<Value>.stride)
    if isTooMany || isTooLarge { throw memoryError(Int.max) }
    try reserve(bytes)
    return items
  }
}
