/// The methods of ranges.
enum RangeMethods {
  nonisolated(unsafe) static let definitions: [NativeDefinition] =
    [
      NativeDefinition("start", "", "Gives the lower bound.", isMethod: true) {
        (call) throws(RaisedError) -> Value in .int(call.receiver.range.pointee.lower)
      },
      NativeDefinition("stop", "", "Gives the bound before which the range ends.", isMethod: true) {
        (call) throws(RaisedError) -> Value in .int(call.receiver.range.pointee.upper)
      },
      NativeDefinition("step", "", "Gives the distance between two items.", isMethod: true) {
        (call) throws(RaisedError) -> Value in .int(call.receiver.range.pointee.step)
      },
      NativeDefinition("is_empty", "", "Tells whether the range has no items.", isMethod: true) {
        (call) throws(RaisedError) -> Value in .bool(call.receiver.range.count == 0)
      },
      NativeDefinition(
        "index", "value", "Gives the index of a value; a ValueError when it is not in the range.",
        isMethod: true
      ) { (call) throws(RaisedError) -> Value in
        let position = try call.engine.rangePosition(of: call[0], in: call.receiver.range)
        guard position >= 0 else { throw try call.engine.missingItem(call[0], in: call.receiver) }
        return .int(position)
      },
      NativeDefinition(
        "count", "value", "Gives 1 when a value is in the range, otherwise 0.", isMethod: true
      ) { (call) throws(RaisedError) -> Value in
        .int(try call.engine.rangePosition(of: call[0], in: call.receiver.range) < 0 ? 0 : 1)
      },
    ] + SequenceMethods.definitions
}
