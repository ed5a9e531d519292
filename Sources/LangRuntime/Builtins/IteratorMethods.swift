/// The methods of built-in iterators.
///
/// Each takes what is left.
enum IteratorMethods {
  nonisolated(unsafe) static let definitions: [NativeDefinition] =
    [next, toList] + SequenceMethods.definitions

  nonisolated(unsafe) static let next = NativeDefinition(
    "next", "default?", "Gives the next item; at the end the default, or a StopIteration.",
    isMethod: true
  ) { (call) throws(RaisedError) -> Value in
    let item = try call.engine.next(call.receiver)
    if !item.isUndefined { return item }
    if call[0].isUndefined { throw call.engine.stopIteration() }
    return call[0]
  }

  nonisolated(unsafe) static let toList = NativeDefinition(
    "to_list", "", "Gives a list of the items that are left.", isMethod: true
  ) { (call) throws(RaisedError) -> Value in
    let list = call.engine.makeList(capacity: 0)
    call.engine.root(Value(.list, list))
    try call.engine.extend(list, withItemsOf: call.receiver)
    return Value(.list, list)
  }
}
