/// An error of the language on its way up through Swift code.
///
/// Trivial, so that throwing it allocates nothing. The value is an instance of a class under `Error`;
/// the engine roots it until it is caught.
@frozen
public struct RaisedError: Error {
  /// The error instance.
  public let value: Value

  /// Wraps an error instance.
  @inline(__always)
  public init(_ value: Value) { self.value = value }
}
