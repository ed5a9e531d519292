/// The methods of tuples.
enum TupleMethods {
  nonisolated(unsafe) static let definitions: [NativeDefinition] =
    [
      NativeDefinition(
        "index", "value, start?, end?",
        "Gives the index of the first item that equals a value; a ValueError without one.",
        isMethod: true
      ) { (call) throws(RaisedError) -> Value in try call.engine.indexOfItem(call) },
      NativeDefinition(
        "count", "value", "Gives the number of items that equal a value.", isMethod: true
      ) { (call) throws(RaisedError) -> Value in try call.engine.countItems(call) },
      NativeDefinition(
        "first", "", "Gives the first item, nil for an empty tuple.", isMethod: true
      ) { (call) throws(RaisedError) -> Value in
        let tuple = call.receiver.tuple
        return tuple.pointee.count > 0 ? tuple.items[0] : .nil
      },
      NativeDefinition(
        "last", "", "Gives the last item, nil for an empty tuple.", isMethod: true
      ) { (call) throws(RaisedError) -> Value in
        let tuple = call.receiver.tuple
        return tuple.pointee.count > 0 ? tuple.items[tuple.pointee.count - 1] : .nil
      },
      NativeDefinition("is_empty", "", "Tells whether the tuple has no items.", isMethod: true) {
        (call) throws(RaisedError) -> Value in .bool(call.receiver.tuple.pointee.count == 0)
      },
    ] + SequenceMethods.definitions
}
