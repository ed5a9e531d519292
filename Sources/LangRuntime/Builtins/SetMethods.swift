/// The methods of sets.
///
/// Those that take another set take any iterable.
enum SetMethods {
  nonisolated(unsafe) static let definitions: [NativeDefinition] = changing + combining + asking

  nonisolated(unsafe) private static let changing: [NativeDefinition] = [
    NativeDefinition("add", "item", "Adds an item.", isMethod: true) {
      (call) throws(RaisedError) -> Value in
      try call.engine.setAdd(call.receiver.set, call[0])
      return .nil
    },
    NativeDefinition(
      "remove", "item", "Removes an item; a KeyError when it is not there.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      if try !call.engine.setRemove(call.receiver.set, call[0]) {
        throw try call.engine.missingKey(call[0], in: call.receiver)
      }
      return .nil
    },
    NativeDefinition("discard", "item", "Removes an item if it is there.", isMethod: true) {
      (call) throws(RaisedError) -> Value in
      _ = try call.engine.setRemove(call.receiver.set, call[0])
      return .nil
    },
    NativeDefinition(
      "pop", "", "Removes the item that was added last, and gives it.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let entry = try call.engine.removeLast(from: call.receiver.set)
      if entry.key.isUndefined { throw call.engine.keyError("pop from an empty set") }
      return entry.key
    },
    NativeDefinition("clear", "", "Removes all items.", isMethod: true) {
      (call) throws(RaisedError) -> Value in
      call.engine.mapClear(call.receiver.set)
      return .nil
    },
    NativeDefinition("update", "...", "Adds the items of each argument.", isMethod: true) {
      (call) throws(RaisedError) -> Value in
      for position in 0..<call.count {
        try call.engine.setUpdate(call.receiver.set, withItemsOf: call[position])
      }
      return .nil
    },
  ]

  nonisolated(unsafe) private static let combining: [NativeDefinition] = [
    NativeDefinition("copy", "", "Gives a new set with the same items.", isMethod: true) {
      (call) throws(RaisedError) -> Value in
      Value(.set, try call.engine.mapCopy(call.receiver.set))
    },
    NativeDefinition(
      "union", "...", "Gives a set of the items of this set and of each argument.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let result = try call.engine.mapCopy(call.receiver.set)
      call.engine.root(Value(.set, result))
      for position in 0..<call.count {
        try call.engine.setUpdate(result, withItemsOf: call[position])
      }
      return Value(.set, result)
    },
    NativeDefinition(
      "intersection", "...", "Gives a set of the items that every argument has as well.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      try call.engine.fold(call) { (engine, a, b) throws(RaisedError) in
        try engine.setIntersection(a, b)
      }
    },
    NativeDefinition(
      "difference", "...", "Gives a set of the items that no argument has.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      try call.engine.fold(call) { (engine, a, b) throws(RaisedError) in
        try engine.setDifference(a, b)
      }
    },
    NativeDefinition(
      "symmetric_difference", "other", "Gives a set of the items that only one of the two has.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let other = try call.engine.setOfItems(call[0])
      return try call.engine.setSymmetricDifference(call.receiver.set, other)
    },
    NativeDefinition(
      "filter", "function", "Gives a set of the items for which the function gives true.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let result = engine.makeSet()
      engine.root(Value(.set, result))
      try engine.forEachEntry(of: call.receiver.set) { (entry) throws(RaisedError) in
        if try engine.isTruthy(engine.call(call[0], entry.key)) {
          try engine.setAdd(result, entry.key)
        }
      }
      return Value(.set, result)
    },
    NativeDefinition(
      "map", "function", "Gives a set of what the function gives for each item.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let result = engine.makeSet()
      engine.root(Value(.set, result))
      try engine.forEachEntry(of: call.receiver.set) { (entry) throws(RaisedError) in
        let mark = engine.pointee.top
        let item = try engine.call(call[0], entry.key)
        engine.root(item)
        try engine.setAdd(result, item)
        engine.pointee.top = mark
      }
      return Value(.set, result)
    },
  ]

  nonisolated(unsafe) private static let asking: [NativeDefinition] = [
    NativeDefinition(
      "issubset", "other", "Tells whether every item is in the other.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let other = try call.engine.setOfItems(call[0])
      return .bool(try call.engine.setIsSubset(call.receiver.set, of: other))
    },
    NativeDefinition(
      "issuperset", "other", "Tells whether every item of the other is in this set.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let other = try call.engine.setOfItems(call[0])
      return .bool(try call.engine.setIsSubset(other, of: call.receiver.set))
    },
    NativeDefinition(
      "isdisjoint", "other", "Tells whether the two have no item in common.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let other = try call.engine.setOfItems(call[0])
      return .bool(try call.engine.setIsDisjoint(call.receiver.set, from: other))
    },
    NativeDefinition("is_empty", "", "Tells whether the set has no items.", isMethod: true) {
      (call) throws(RaisedError) -> Value in .bool(call.receiver.set.pointee.count == 0)
    },
  ]
}

extension Engine {
  /// Combines the receiver, a set, with each argument in turn; without arguments, a copy.
  fileprivate func fold(
    _ call: NativeCall,
    _ combine: (Engine, MapReference, MapReference) throws(RaisedError) -> Value
  ) throws(RaisedError) -> Value {
    if call.count == 0 { return Value(.set, try mapCopy(call.receiver.set)) }
    var result = call.receiver
    for position in 0..<call.count {
      let other = try setOfItems(call[position])
      result = try combine(self, result.set, other)
      root(result)
    }
    return result
  }
}
