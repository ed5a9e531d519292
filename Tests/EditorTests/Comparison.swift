import Testing

/// What an editor shows of a text: for every byte the names of all that applies, outermost first.
///
/// They are scopes for a TextMate grammar and highlight groups for Vim.
protocol Highlighting {
  func names(at offset: Int) -> [String]
}

/// The names that an editor is to use for each kind of piece.
struct Expectations {
  /// One of these, or a longer one that goes on with a dot, must apply.
  var required: [SourcePiece.Kind: [String]]
  /// None of these may apply to what `required` does not ask for them.
  var forbidden: [String]
  /// Names at which the outer ones stop to count, as inside the braces of an f-string.
  var resets: [String]

  /// What is wrong with `names` for a piece of this kind; nil when nothing is.
  func problem(_ names: [String], for kind: SourcePiece.Kind) -> String? {
    var names = names[...]
    let reset = names.lastIndex { name in resets.contains { matches(name, $0) } }
    if let reset { names = names[(reset + 1)...] }
    let required = self.required[kind]
    if let required, !required.contains(where: { wanted in names.contains { matches($0, wanted) } })
    {
      return "expected \(required.joined(separator: " or "))"
    }
    for name in names {
      guard let taboo = forbidden.first(where: { matches(name, $0) }) else { continue }
      if required?.contains(where: { $0 == taboo || $0.hasPrefix(taboo + ".") }) ?? false {
        continue
      }
      return "did not expect \(name)"
    }
    return nil
  }

  private func matches(_ name: String, _ wanted: String) -> Bool {
    name == wanted || name.hasPrefix(wanted + ".")
  }
}

/// Compares what an editor shows of a text with what the language reads in it.
///
/// Returns the first disagreement in words, with its place, its text and the names that apply; nil
/// when there is none.
func firstDisagreement(
  _ text: String, file: String, _ highlighting: some Highlighting, _ expectations: Expectations
) -> String? {
  let reading = SourceReading.read(text)
  let bytes = Array(text.utf8)
  for piece in reading.pieces where piece.range.upperBound <= reading.end {
    for offset in piece.range where bytes[offset] > 32 && bytes[offset] & 0xc0 != 0x80 {
      let names = highlighting.names(at: offset)
      guard let problem = expectations.problem(names, for: piece.kind) else { continue }
      let before = bytes[..<offset]
      let line = before.count { $0 == 10 } + 1
      let column = offset - (before.lastIndex(of: 10) ?? -1)
      let shown = String(decoding: bytes[piece.range], as: UTF8.self)
      return """
        \(file):\(line):\(column) in \(shown.debugDescription), \(piece.kind): \(problem)
          there is \(names.joined(separator: ", "))
        """
    }
  }
  return nil
}

/// Records the first of some problems, and how many there are.
func report(_ problems: [String], sourceLocation: Testing.SourceLocation = #_sourceLocation) {
  guard let first = problems.first else { return }
  let more = problems.dropFirst().prefix(3).map { "\n" + $0 }.joined()
  Issue.record("\(problems.count) files differ\n\(first)\(more)", sourceLocation: sourceLocation)
}
