/// Finds the name that a misspelt one was probably meant to be.
public enum Spelling {
  /// The candidate nearest to `name`, if one is near: at most a third of the letters differ.
  ///
  /// Cost: the product of the lengths for each candidate; meant for messages.
  public static func nearest(to name: String, among candidates: [String]) -> String? {
    let target = Array(name.unicodeScalars)
    if target.isEmpty || target.count > 64 { return nil }
    let limit = max(1, target.count / 3)
    var best: (distance: Int, name: String)?
    for candidate in candidates where candidate != name {
      let scalars = Array(candidate.unicodeScalars)
      if abs(scalars.count - target.count) > limit { continue }
      let distance = distance(target, scalars)
      if distance > limit || distance >= scalars.count { continue }
      if let known = best, (known.distance, known.name) <= (distance, candidate) { continue }
      best = (distance, candidate)
    }
    return best?.name
  }

  /// The optimal string alignment distance: insertions, deletions, substitutions, and swaps of
  /// neighbours.
  ///
  /// Differences in case cost nothing beyond telling equal names apart.
  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var before = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    var current = previous
    for i in 0..<a.count {
      current[0] = i + 1
      for j in 0..<b.count {
        let same =
          a[i] == b[j] || a[i].properties.lowercaseMapping == b[j].properties.lowercaseMapping
        var cost = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (same ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
        current[j + 1] = cost
      }
      (before, previous, current) = (previous, current, before)
    }
    return previous[b.count]
  }
}
