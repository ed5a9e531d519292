import Foundation
import Testing

/// A session at the prompt in a page of the documentation: what stands below `$ lang -i` in a `console`
/// block.
///
/// Lines behind `> ` and `… ` are what somebody types, all others what `lang` writes; the whole is
/// compared with what a session writes that gets these lines. `…` stands for any text within a line:
/// for times and sizes, which differ from run to run, and for folders.
struct Transcript {
  /// The lines that are typed.
  let input: String
  /// The session without the prompt behind its end.
  private let lines: [String]

  /// The session of a command; nil when it begins none.
  init?(command: String, text: String) {
    guard command.firstMatch(of: /\blang -i\b/) != nil else { return nil }
    lines = Transcript.lines(of: text)
    input = lines.compactMap { line in
      let isTyped = line == ">" || line.hasPrefix("> ") || line.hasPrefix("… ")
      return isTyped ? line.dropFirst(2) + "\n" : nil
    }.joined()
  }

  private static func lines(of text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while let last = lines.last, last.isEmpty || last == "> " { lines.removeLast() }
    return lines
  }

  /// Compares it with what was written.
  func expectEqual(_ written: String) {
    let there = Transcript.lines(of: written)
    for (expected, line) in zip(lines, there) where !matches(line, expected) {
      Issue.record("the page says\n  \(expected)\nbut it was\n  \(line)\nin\n\(written)")
      return
    }
    #expect(there.count == lines.count, "the session was\n\(written)")
  }

  private func matches(_ line: String, _ expected: String) -> Bool {
    // A prompt is itself.
    let isTyped = expected.hasPrefix("… ")
    if isTyped || !expected.contains("…") { return line == expected }
    let parts = expected.components(separatedBy: "…").map(NSRegularExpression.escapedPattern)
    return line.range(of: "^\(parts.joined(separator: ".+"))$", options: .regularExpression) != nil
  }
}
