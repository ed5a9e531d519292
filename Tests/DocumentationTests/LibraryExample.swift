import Foundation
import Testing

/// An example in a `##` comment of the standard library, as it stands on a page of `docs/stdlib`.
///
/// It runs by itself, behind an `import` of the page's module unless it has one. A comment that stands two
/// blanks or more behind an expression on a line of its own is what `repr` gives for the value, and
/// behind a `print(…)` what that prints; behind anything else it is a comment. What else it prints is in
/// the `output` block behind it, if there is one. `lang check` and `lang fails` are as on other pages.
struct LibraryExample: Sendable, CustomTestStringConvertible {
  /// The page, as a path from the root of the package.
  let page: String
  /// The line of the page on which it begins.
  let line: Int
  let kind: Example.Kind
  /// The program as it is run: what has a comment prints `mark` in front.
  private(set) var program: String
  /// What is behind each mark.
  private(set) var comments: [String] = []
  /// The `output` block; nil without one.
  var output: String?

  static let mark = "\u{1}"

  var testDescription: String { "\(page):\(line)" }

  init(page: String, module: String, line: Int, kind: Example.Kind, text: String) {
    self.page = page
    self.line = line
    self.kind = kind
    program = text
    if kind == .fails { return }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for (index, line) in lines.enumerated() {
      guard kind == .runs, let (code, comment) = LibraryExample.comment(in: line) else { continue }
      comments.append(comment)
      let mark = "print(\"\\u{1}\", end: \"\"); "
      lines[index] = mark + (code.hasPrefix("print(") ? code : "print(repr(\(code)))")
    }
    let name = NSRegularExpression.escapedPattern(for: module)
    let own = try? Regex("(?m)^ *(eager )?(import|from) \(name)\\b")
    if let own, text.firstMatch(of: own) == nil { lines[0] = "import \(module); " + lines[0] }
    program = lines.joined(separator: "\n")
  }

  /// Words that begin what has no value, or has one that nobody sees.
  private static let statements = [
    "let", "var", "fn", "class", "if", "for", "while", "try", "import", "from", "eager", "return",
    "throw", "assert", "yield",
  ]

  /// An expression, and the comment behind it.
  private static func comment(in line: String) -> (code: String, comment: String)? {
    guard let match = line.wholeMatch(of: /(\S.*?)\s{2,}# (.*)/) else { return nil }
    let code = String(match.output.1)
    if statements.contains(String(code.prefix { $0.isLetter })) { return nil }
    if code.hasPrefix("}") || code.hasSuffix("{") || code.hasPrefix(")") { return nil }
    // An assignment.
    if code.firstMatch(of: #/^[\w.\[\]"]+ [-+*/%|&^<>?]*= /#) != nil { return nil }
    return (code, String(match.output.2))
  }
}

extension Page {
  /// The pages of the standard library, which `make docs` writes.
  static let library: [Page] = {
    let folder = Executable.packageRoot.appendingPathComponent("docs/stdlib").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".md") }.sorted().map { Page(path: "docs/stdlib/\($0)") }
  }()

  /// The examples of a page of the standard library.
  func libraryExamples() throws -> [LibraryExample] {
    let module = String(path.split(separator: "/").last?.dropLast(3) ?? "")
    var examples: [LibraryExample] = []
    for block in try blocks() {
      let place = "\(path):\(block.line)"
      if let kind = Example.Kind(rawValue: block.words) {
        examples.append(
          LibraryExample(
            page: path, module: module, line: block.line, kind: kind, text: block.text))
      } else if block.words == "output" {
        guard block.followsBlock, !examples.isEmpty else {
          throw Malformed(description: "\(place): output without a program right before it")
        }
        examples[examples.count - 1].output = block.text
      } else if block.words.hasPrefix("lang") {
        throw Malformed(description: "\(place): unknown kind of example '\(block.words)'")
      }
    }
    return examples
  }
}
