/// The text of a `##` comment, taken apart.
///
/// It is prose, in which a run of lines that is indented by four is an example, and further ones right
/// behind it, after a blank line, are what the example prints. Between lines of three backquotes stands
/// what is something else; the word behind the first ones says what, as in a page of the documentation.
public struct DocumentationText: Sendable {
  /// A part of the text.
  public enum Block: Equatable, Sendable {
    /// A paragraph or a list, line by line; Markdown as far as it goes.
    case prose([String])
    /// Code, or what stands as it is written: its kind, such as `lang` and `output`, and its lines.
    case code(kind: String, lines: [String])
  }

  /// The parts in their order.
  public private(set) var blocks: [Block] = []

  /// Takes a text apart.
  ///
  /// - Complexity: Linear.
  public init(_ text: String) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    var isAfterBlank = true
    while let line = lines.popFirst() {
      if line.hasPrefix("```") {
        let code = lines.prefix { !$0.hasPrefix("```") }
        lines = lines.dropFirst(code.count + 1)
        blocks.append(
          .code(kind: String(line.drop { $0 == "`" }), lines: code.map(String.init)))
        isAfterBlank = true
      } else if line.allSatisfy({ $0 == " " || $0 == "\t" }) {
        isAfterBlank = true
      } else if isAfterBlank && line.hasPrefix("    ") {
        let more = lines.prefix { $0.hasPrefix("    ") }
        lines = lines.dropFirst(more.count)
        add(indented: ([line] + more).map { String($0.dropFirst(4)) })
        isAfterBlank = false
      } else if !isAfterBlank, case .prose(let known) = blocks.last {
        blocks[blocks.count - 1] = .prose(known + [String(line)])
      } else {
        blocks.append(.prose([String(line)]))
        isAfterBlank = false
      }
    }
  }

  /// Adds an example, or what one prints, which may have blank lines in it.
  private mutating func add(indented lines: [String]) {
    switch blocks.last {
    case .code("lang", _): blocks.append(.code(kind: "output", lines: lines))
    case .code("output", let known):
      blocks[blocks.count - 1] = .code(kind: "output", lines: known + [""] + lines)
    default: blocks.append(.code(kind: "lang", lines: lines))
    }
  }

  /// The first sentence, on one line; of a text that begins with code, nothing.
  public var summary: String {
    guard case .prose(let lines) = blocks.first else { return "" }
    let paragraph = lines.joined(separator: " ")
    var isCode = false
    var end = paragraph.startIndex
    while end < paragraph.endIndex {
      let character = paragraph[end]
      let next = paragraph.index(after: end)
      if character == "`" { isCode.toggle() }
      if character == ".", !isCode, next == paragraph.endIndex || paragraph[next] == " " {
        return String(paragraph[...end])
      }
      end = next
    }
    return paragraph
  }

  /// The same as Markdown.
  public var markdownSummary: String { DocumentationText.withoutTags(summary) }

  /// The lines for people: as they are written, with what stands between backquotes indented.
  public var plainLines: [String] {
    var result: [String] = []
    for block in blocks {
      if !result.isEmpty { result.append("") }
      switch block {
      case .prose(let lines): result += lines
      case .code(_, let lines): result += lines.map { $0.isEmpty ? "" : "    \($0)" }
      }
    }
    return result
  }

  /// The lines as Markdown.
  public var markdownLines: [String] {
    var result: [String] = []
    var previous: Block?
    for block in blocks {
      // What a program prints stands right behind it.
      var isOutput = false
      if case .code("output", _) = block, case .code = previous { isOutput = true }
      if previous != nil && !isOutput { result.append("") }
      switch block {
      case .prose(let lines): result += lines.map(DocumentationText.withoutTags)
      case .code(let kind, let lines): result += ["```\(kind)"] + lines + ["```"]
      }
      previous = block
    }
    return result
  }

  /// A line in which `<word` is no tag of HTML; code between backquotes is left alone.
  private static func withoutTags(_ line: String) -> String {
    if !line.contains("<") { return line }
    var result = ""
    var isCode = false
    var rest = line[...]
    while let character = rest.popFirst() {
      if character == "`" { isCode.toggle() }
      if character == "<", !isCode, let next = rest.first, next.isLetter || next == "/" {
        result += "\\"
      }
      result.append(character)
    }
    return result
  }
}
