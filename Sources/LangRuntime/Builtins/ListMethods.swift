/// The methods of lists.
enum ListMethods {
  nonisolated(unsafe) static let definitions: [NativeDefinition] =
    changing + asking + SequenceMethods.definitions

  nonisolated(unsafe) private static let changing: [NativeDefinition] = [
    NativeDefinition(
      "append", "value", "Adds a value at the end.", isMethod: true, takesUnresolved: true
    ) {
      (call) throws(RaisedError) -> Value in
      try call.engine.appendChecked(call[0], to: call.receiver.list)
      return .nil
    },
    NativeDefinition("extend", "items", "Adds all items of an iterable at the end.", isMethod: true)
    { (call) throws(RaisedError) -> Value in
      try call.engine.extend(call.receiver.list, withItemsOf: call[0])
      return .nil
    },
    NativeDefinition(
      "insert", "index, value",
      "Puts a value before the item at an index; an index beyond an end means the end.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let index = try call.engine.expectInt(call[0], "list.insert() expects an int")
      try call.engine.insert(call[1], at: index, into: call.receiver.list)
      return .nil
    },
    NativeDefinition(
      "pop", "index?", "Removes the item at an index, the last one without an index, and gives it.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let list = call.receiver.list
      let count = list.pointee.count
      let index =
        call[0].isUndefined ? -1 : try call.engine.expectInt(call[0], "list.pop() expects an int")
      if count == 0 { throw call.engine.indexError("pop from an empty list") }
      let position = index < 0 ? index &+ count : index
      if position < 0 || position >= count {
        throw call.engine.indexError("list index \(index) is out of range for length \(count)")
      }
      return try call.engine.removeItem(at: position, from: list)
    },
    NativeDefinition(
      "remove", "value", "Removes the first item that equals a value; a ValueError without one.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let position = try call.engine.position(of: call[0], in: call.receiver)
      guard position >= 0 else { throw try call.engine.missingItem(call[0], in: call.receiver) }
      // An `==` method may have shortened the list.
      if position < call.receiver.list.pointee.count {
        _ = try call.engine.removeItem(at: position, from: call.receiver.list)
      }
      return .nil
    },
    NativeDefinition("clear", "", "Removes all items.", isMethod: true) {
      (call) throws(RaisedError) -> Value in
      let list = call.receiver.list
      if list.pointee.capacity > 0 {
        call.engine.pointee.heap.freeExternal(list.pointee.items, capacity: list.pointee.capacity)
      }
      list.pointee.count = 0
      list.pointee.capacity = 0
      return .nil
    },
    NativeDefinition(
      "sort", "key?, reverse?",
      "Sorts the list in place, by what the key function gives for each item if there is one.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      try call.engine.sort(
        call.receiver.list, key: call[0].isUndefined ? .nil : call[0],
        isReverse: try call.engine.isGivenAndTrue(call[1]))
      return .nil
    },
    NativeDefinition("reverse", "", "Turns the order of the items around.", isMethod: true) {
      (call) throws(RaisedError) -> Value in
      try call.engine.reverse(call.receiver.list)
      return .nil
    },
  ]

  nonisolated(unsafe) private static let asking: [NativeDefinition] = [
    NativeDefinition("copy", "", "Gives a new list with the same items.", isMethod: true) {
      (call) throws(RaisedError) -> Value in
      let list = call.receiver.list
      return Value(
        .list,
        try call.engine.makeList(copying: list.pointee.items, count: list.pointee.count))
    },
    NativeDefinition(
      "index", "value, start?, end?",
      "Gives the index of the first item that equals a value; a ValueError without one.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in try call.engine.indexOfItem(call) },
    NativeDefinition(
      "count", "value", "Gives the number of items that equal a value.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in try call.engine.countItems(call) },
    NativeDefinition(
      "first", "", "Gives the first item, nil for an empty list.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let list = call.receiver.list
      return list.pointee.count > 0 ? list.pointee.items[0] : .nil
    },
    NativeDefinition(
      "last", "", "Gives the last item, nil for an empty list.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let list = call.receiver.list
      return list.pointee.count > 0 ? list.pointee.items[list.pointee.count - 1] : .nil
    },
    NativeDefinition("is_empty", "", "Tells whether the list has no items.", isMethod: true) {
      (call) throws(RaisedError) -> Value in .bool(call.receiver.list.pointee.count == 0)
    },
    NativeDefinition(
      "flatten", "",
      "Gives a list in which the items of inner lists and tuples stand by themselves.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let result = try engine.makeResultList(expecting: call.receiver)
      var index = 0
      while index < call.receiver.list.pointee.count {
        let item = try engine.resolved(call.receiver.list.pointee.items[index])
        if item.tag == .list || item.tag == .tuple {
          try engine.extend(result, withItemsOf: item)
        } else {
          try engine.appendChecked(item, to: result)
        }
        index += 1
        if index & (Piece.items - 1) == 0 { try engine.checkInterruption() }
      }
      return Value(.list, result)
    },
  ]
}

extension Engine {
  /// Whether an optional argument was passed and is true.
  @inline(__always)
  func isGivenAndTrue(_ argument: Value) throws(RaisedError) -> Bool {
    if argument.isUndefined { return false }
    return try isTruthy(argument)
  }

  /// Puts a value before the item at `index`, counted from the end when negative, clamped.
  func insert(_ value: Value, at index: Int, into list: ListReference) throws(RaisedError) {
    let count = list.pointee.count
    let position = min(max(index < 0 ? index &+ count : index, 0), count)
    if count - position > Piece.movedItems,
      try moveItems(of: list, behind: position, by: 1, { $0.pointee = value })
    {
      if value.isUnresolved { noteStore(value, in: list.header) }
      return
    }
    try appendChecked(value, to: list)
    let items = list.pointee.items
    (items + position + 1).update(from: items + position, count: count - position)
    items[position] = value
  }

  /// Removes the item at an index that is in range, and gives it.
  func removeItem(at position: Int, from list: ListReference) throws(RaisedError) -> Value {
    let value = list.pointee.items[position]
    let count = list.pointee.count - 1
    if count - position > Piece.movedItems,
      try moveItems(of: list, behind: position + 1, by: -1, { _ in })
    {
      return value
    }
    let items = list.pointee.items
    (items + position).update(from: items + position + 1, count: count - position)
    list.pointee.count = count
    trim(list)
    return value
  }

  /// Moves very many items by one place, to memory of their own, so that it can be interrupted.
  ///
  /// `fill` gets the place before those that moved.
  ///
  /// - Returns: False when there is no room.
  @inline(never)
  private func moveItems(
    of list: ListReference, behind position: Int, by distance: Int,
    _ fill: (UnsafeMutablePointer<Value>) -> Void
  ) throws(RaisedError) -> Bool {
    let (items, count) = (list.pointee.items, list.pointee.count)
    return try replaceItems(of: list, count: count + distance) { (target) throws(RaisedError) in
      let kept = min(position, position + distance)
      try copy(items, to: target, count: kept)
      fill(target + kept)
      try copy(
        items + position, to: target + position + distance, count: count - position)
    }
  }

  /// Turns the order of a list's items around.
  func reverse(_ list: ListReference) throws(RaisedError) {
    let (items, count) = (list.pointee.items, list.pointee.count)
    if count > Piece.movedItems {
      let isDone = try replaceItems(of: list, count: count) { (target) throws(RaisedError) in
        var pieces = Pieces(of: Piece.items, count)
        while try pieces.next(self) {
          for index in pieces.range { target[index] = items[count - 1 - index] }
        }
      }
      if isDone { return }
    }
    var buffer = UnsafeMutableBufferPointer(start: items, count: count)
    buffer.reverse()
  }

  /// Gives memory back when a list uses little of it.
  @inline(__always)
  func trim(_ list: ListReference) {
    let capacity = list.pointee.capacity
    if capacity > 1 << 10 && list.pointee.count < capacity >> 3 { shrink(list) }
  }

  @inline(never)
  private func shrink(_ list: ListReference) {
    let (old, capacity) = (list.pointee.capacity, list.pointee.capacity >> 2)
    list.pointee.items = pointee.heap.resizeExternal(
      list.pointee.items, count: list.pointee.count, from: old, to: capacity)
    list.pointee.capacity = capacity
  }

  /// `index(value, start?, end?)` of lists and tuples.
  func indexOfItem(_ call: NativeCall) throws(RaisedError) -> Value {
    let count = expectedCount(call.receiver)
    var (start, end) = (0, Int.max)
    if !call[1].isUndefined {
      start = try expectInt(call[1], "index() expects an int")
      if start < 0 { start = max(0, start &+ count) }
    }
    if !call[2].isUndefined {
      end = try expectInt(call[2], "index() expects an int")
      if end < 0 { end = end &+ count }
    }
    let position = try position(of: call[0], in: call.receiver, from: start, to: end)
    guard position >= 0 else { throw try missingItem(call[0], in: call.receiver) }
    return .int(position)
  }

  /// `count(value)` of lists and tuples.
  func countItems(_ call: NativeCall) throws(RaisedError) -> Value {
    var (count, position) = (0, 0)
    while true {
      position = try self.position(of: call[0], in: call.receiver, from: position)
      if position < 0 { return .int(count) }
      count += 1
      position += 1
      // Where every item is equal, no search is long enough to ask.
      if count & (Piece.items - 1) == 0 { try checkInterruption() }
    }
  }

  /// The ValueError for an item that is not there.
  func missingItem(_ item: Value, in container: Value) throws(RaisedError) -> RaisedError {
    valueError("\(try repr(item).string.text) is not in the \(typeName(of: container))")
  }
}
