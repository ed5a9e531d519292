/// A half-open range of byte offsets in a source text.
@frozen
public struct SourceRange: Equatable, Sendable {
  /// The offset of the first byte.
  public var start: UInt32
  /// The offset just past the last byte.
  public var end: UInt32

  /// Makes the range from `start` up to, not including, `end`.
  @inline(__always)
  public init(_ start: UInt32, _ end: UInt32) {
    self.start = start
    self.end = end
  }
}

/// One finding about a source text: what is wrong, where, and what could be done.
public struct Diagnostic: Error, Equatable, Sendable {
  /// What is wrong, in one sentence without a final stop.
  public var message: String
  /// The text that the finding is about; underlined with carets.
  public var range: SourceRange
  /// Further text that belongs to it (the operands beside an operator, say); underlined with tildes.
  public var secondary: [SourceRange]
  /// What the reader can do about it, if something is known.
  public var help: String?
  /// The place that is named for it; the start of `range` if there is none of its own.
  ///
  /// For an operator that is the start of the whole expression, while the carets are under the
  /// sign.
  public var place: UInt32?

  /// Makes a finding.
  public init(
    _ message: String, at range: SourceRange, secondary: [SourceRange] = [], help: String? = nil,
    place: UInt32? = nil
  ) {
    self.message = message
    self.range = range
    self.secondary = secondary
    self.help = help
    self.place = place
  }
}
