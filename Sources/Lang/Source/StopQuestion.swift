/// Asks now and then whether the work on a text is to be given up.
///
/// A text may have hundreds of megabytes; whoever waits for it may have lost patience.
public struct StopQuestion {
  /// Nodes between two questions, of a few bytes of text each: about a millisecond.
  let nodes: Int
  private let body: () -> Bool

  /// Makes a question that `body` answers: true for giving up, which it is not asked again then.
  public init(_ body: @escaping () -> Bool) {
    self.body = body
    nodes = 1 << 14
  }

  /// Makes a question that is asked as often as it can be.
  init(atEachNode body: @escaping () -> Bool) {
    self.body = body
    nodes = 1
  }

  /// Bytes of text between two questions.
  var bytes: Int { nodes * 4 }

  /// Asks.
  var isStopped: Bool { body() }
}
