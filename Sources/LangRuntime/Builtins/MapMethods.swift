/// The methods of maps.
///
/// What `keys`, `values` and `items` give is a list of its own, so the map may be changed while a
/// loop goes through it.
enum MapMethods {
  nonisolated(unsafe) static let definitions: [NativeDefinition] = asking + changing + calling

  nonisolated(unsafe) private static let asking: [NativeDefinition] = [
    NativeDefinition(
      "get", "key, default?",
      "Gives the value of a key, or the default (nil) when it is not there.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let value = try call.engine.mapGet(call.receiver.map, call[0])
      if !value.isUndefined { return value }
      return call[1].isUndefined ? .nil : call[1]
    },
    NativeDefinition("has", "key", "Tells whether a key is there, as `in` does.", isMethod: true) {
      (call) throws(RaisedError) -> Value in
      .bool(try call.engine.mapContains(call.receiver.map, call[0]))
    },
    NativeDefinition("is_empty", "", "Tells whether the map has no entries.", isMethod: true) {
      (call) throws(RaisedError) -> Value in .bool(call.receiver.map.pointee.count == 0)
    },
    NativeDefinition("keys", "", "Gives a list of the keys.", isMethod: true) {
      (call) throws(RaisedError) -> Value in
      Value(.list, try call.engine.listOfKeys(call.receiver.map))
    },
    NativeDefinition("values", "", "Gives a list of the values.", isMethod: true) {
      (call) throws(RaisedError) -> Value in
      Value(.list, try call.engine.listOfEntries(call.receiver.map) { $0.value })
    },
    NativeDefinition("items", "", "Gives a list of the (key, value) pairs.", isMethod: true) {
      (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let pairBytes = MemoryLayout<TupleObject>.size + 3 * MemoryLayout<Value>.stride
      try engine.reserve(call.receiver.map.pointee.count &* pairBytes)
      return Value(
        .list,
        try engine.listOfEntries(call.receiver.map) { engine.makeTuple($0.key, $0.value) })
    },
    NativeDefinition("copy", "", "Gives a new map with the same entries.", isMethod: true) {
      (call) throws(RaisedError) -> Value in
      Value(.map, try call.engine.mapCopy(call.receiver.map))
    },
    NativeDefinition(
      "merge", "other",
      "Gives a new map with the entries of both, the other's where both have a key.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let result = try call.engine.mapCopy(call.receiver.map)
      call.engine.root(Value(.map, result))
      try call.engine.mapUpdate(result, withEntriesOf: call[0])
      return Value(.map, result)
    },
    NativeDefinition(
      "invert", "",
      "Gives a map from the values to their keys; of equal values the last one counts.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let result = call.engine.makeMap()
      call.engine.root(Value(.map, result))
      try call.engine.forEachEntry(of: call.receiver.map) { (entry) throws(RaisedError) in
        try call.engine.mapSet(result, entry.value, entry.key)
      }
      return Value(.map, result)
    },
  ]

  nonisolated(unsafe) private static let changing: [NativeDefinition] = [
    NativeDefinition(
      "pop", "key, default?",
      "Removes a key and gives its value, or the default; a KeyError without either.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let value = try call.engine.mapRemove(call.receiver.map, call[0])
      if !value.isUndefined { return value }
      if !call[1].isUndefined { return call[1] }
      throw try call.engine.missingKey(call[0], in: call.receiver)
    },
    NativeDefinition(
      "popitem", "", "Removes the last entry and gives it as a (key, value) pair.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let entry = try call.engine.removeLast(from: call.receiver.map)
      if entry.key.isUndefined { throw call.engine.keyError("popitem from an empty map") }
      return call.engine.makeTuple(entry.key, entry.value)
    },
    NativeDefinition(
      "remove", "key", "Removes a key; a KeyError when it is not there.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      if try call.engine.mapRemove(call.receiver.map, call[0]).isUndefined {
        throw try call.engine.missingKey(call[0], in: call.receiver)
      }
      return .nil
    },
    NativeDefinition(
      "setdefault", "key, default?",
      "Gives the value of a key, after setting it to the default (nil) when it was not there.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let value = try call.engine.mapGet(call.receiver.map, call[0])
      if !value.isUndefined { return value }
      let initial = call[1].isUndefined ? Value.nil : call[1]
      try call.engine.mapSet(call.receiver.map, call[0], initial)
      return initial
    },
    NativeDefinition(
      "update", "other", "Takes over the entries of a map, or of an iterable of pairs.",
      isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      try call.engine.mapUpdate(call.receiver.map, withEntriesOf: call[0])
      return .nil
    },
    NativeDefinition("clear", "", "Removes all entries.", isMethod: true) {
      (call) throws(RaisedError) -> Value in
      call.engine.mapClear(call.receiver.map)
      return .nil
    },
  ]

  nonisolated(unsafe) private static let calling: [NativeDefinition] = [
    NativeDefinition(
      "map_values", "function",
      "Gives a map with the same keys and what the function gives for each value.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let result = engine.makeMap()
      engine.root(Value(.map, result))
      try engine.forEachEntry(of: call.receiver.map) { (entry) throws(RaisedError) in
        let mark = engine.pointee.top
        let value = try engine.call(call[0], entry.value)
        engine.root(value)
        try engine.mapSet(result, entry.key, value)
        engine.pointee.top = mark
      }
      return Value(.map, result)
    },
    NativeDefinition(
      "filter", "function",
      "Gives a map of the entries for which function(key, value) gives true.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let result = engine.makeMap()
      engine.root(Value(.map, result))
      try engine.forEachEntry(of: call.receiver.map) { (entry) throws(RaisedError) in
        if try engine.isTruthy(engine.call(call[0], entry.key, entry.value)) {
          try engine.mapSet(result, entry.key, entry.value)
        }
      }
      return Value(.map, result)
    },
    NativeDefinition(
      "each", "function", "Calls function(key, value) for each entry.", isMethod: true
    ) { (call) throws(RaisedError) -> Value in
      try call.engine.forEachEntry(of: call.receiver.map) { (entry) throws(RaisedError) in
        _ = try call.engine.call(call[0], entry.key, entry.value)
      }
      return .nil
    },
  ]
}

extension Engine {
  /// Adds the entries of a map, or the pairs of an iterable, to `map`, which must be rooted.
  func mapUpdate(_ map: MapReference, withEntriesOf source: Value) throws(RaisedError) {
    if source.tag == .map { return try mapUpdate(map, with: source.map) }
    var pairs = try Iteration(self, source)
    defer { pairs.end() }
    while let pair = try pairs.next() {
      if pair.tag == .tuple && pair.tuple.pointee.count == 2 {
        try mapSet(map, pair.tuple.items[0], pair.tuple.items[1])
        continue
      }
      // Anything else that gives two items.
      var items = try Iteration(self, pair)
      let (key, value) = (pointee.top, pointee.top + 1)
      root(.nil)
      root(.nil)
      var count = 0
      while count < 3, let item = try items.next() {
        if count < 2 { (count == 0 ? key : value).pointee = item }
        count += 1
      }
      if count != 2 {
        let got = max(count, expectedCount(pair))
        throw valueError("expected 2 values to unpack, got \(got)")
      }
      try mapSet(map, key.pointee, value.pointee)
      items.end()
    }
  }
}
