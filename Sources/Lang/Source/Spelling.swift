/// Finds the name that a misspelt one was probably meant to be.
public enum Spelling {
  /// How many candidates are looked at; whoever has more has other worries.
  public static let maximumCandidates = 50_000

  /// The candidate nearest to `name`, if one is near: at most a third of the letters differ.
  ///
  /// Cost: the product of the lengths for each candidate of about the same length; meant for messages.
  public static func nearest(to name: String, among candidates: [String]) -> String? {
    let target = Array(name.unicodeScalars)
    if target.isEmpty || target.count > 64 { return nil }
    let foldedTarget = target.map(folded)
    let limit = max(1, target.count / 3)
    var best: (distance: Int, name: String)?
    for candidate in candidates.prefix(maximumCandidates) where candidate != name {
      // A scalar has at most four bytes.
      let bytes = candidate.utf8.count
      if bytes + limit < target.count || bytes > 4 * (target.count + limit) { continue }
      let scalars = Array(candidate.unicodeScalars)
      if abs(scalars.count - target.count) > limit { continue }
      let distance = distance(target, foldedTarget, scalars, scalars.map(folded))
      if distance > limit || distance >= scalars.count { continue }
      if let known = best, (known.distance, known.name) <= (distance, candidate) { continue }
      best = (distance, candidate)
    }
    return best?.name
  }

  /// A scalar without its case; one whose small letter is several scalars stays as it is.
  private static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar.isASCII {
      return 65...90 ~= scalar.value
        ? Unicode.Scalar(UInt8(truncatingIfNeeded: scalar.value + 32)) : scalar
    }
    let small = scalar.properties.lowercaseMapping.unicodeScalars
    return small.count == 1 ? small.first.unsafelyUnwrapped : scalar
  }

  /// The optimal string alignment distance: insertions, deletions, substitutions, and swaps of
  /// neighbours.
  ///
  /// Differences in case cost nothing beyond telling equal names apart.
  private static func distance(
    _ a: [Unicode.Scalar], _ foldedA: [Unicode.Scalar], _ b: [Unicode.Scalar],
    _ foldedB: [Unicode.Scalar]
  ) -> Int {
    var before = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    var current = previous
    for i in 0..<a.count {
      current[0] = i + 1
      for j in 0..<b.count {
        let same = foldedA[i] == foldedB[j]
        var cost = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (same ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
        current[j + 1] = cost
      }
      (before, previous, current) = (previous, current, before)
    }
    return previous[b.count]
  }
}
