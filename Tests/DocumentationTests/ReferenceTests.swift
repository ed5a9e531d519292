import Foundation
import Lang
import Testing

/// The tables of `docs/language.md` and `docs/modules.md` name everything that is built in, and nothing else.
@Suite("The reference is complete")
struct ReferenceTests {
  /// The names in the first column of the tables below a heading, such as `find` of `find(part)`.
  private func names(below heading: String, in lines: [String]) -> Set<String> {
    guard let start = lines.firstIndex(of: heading) else { return [] }
    var names: Set<String> = []
    for line in lines[(start + 1)...] {
      if line.hasPrefix("#") { break }
      guard line.hasPrefix("| `"), let end = line.range(of: "` |") else { continue }
      // `pi`, `e`: several names in one row.
      for part in line[line.index(line.startIndex, offsetBy: 2)..<end.upperBound]
        .split(separator: "`") where part.first?.isLetter == true
      {
        names.insert(String(part.prefix { $0.isLetter || $0.isNumber || $0 == "_" }))
      }
    }
    return names
  }

  /// What `dir` gives for an expression, after some statements.
  private func directory(of expression: String, after statements: String = "") async throws
    -> Set<String>
  {
    let folder = try TemporaryDirectory()
    try folder.write("list.l", "\(statements)\nprint(dir(\(expression)).join(\" \"))\n")
    let result = try await Executable.run(["list.l"], in: folder.url)
    #expect(result.exitCode == 0, "\(result.standardError)")
    return Set(result.output.split { $0 == " " || $0 == "\n" }.map(String.init))
  }

  private static let shared = "### Methods of every sequence and iterator"

  @Test(
    "Methods of a built-in type",
    arguments: [
      "str", "bytes", "int", "float", "list", "tuple", "range", "map", "set",
      "iterator", "generator",
    ])
  func methods(type: String) async throws {
    let lines = try Page(path: "docs/language.md").lines()
    let isStream = type == "iterator" || type == "generator"
    let heading = isStream ? "`iterator` and `generator`" : "`\(type)`"
    var documented = names(below: "### Methods of \(heading)", in: lines)
    if isStream || ["list", "tuple", "range"].contains(type) {
      documented.formUnion(names(below: ReferenceTests.shared, in: lines))
    }
    let expression =
      switch type {
      case "iterator": "iter([])"
      case "generator": "generate()"
      default: type
      }
    var there = try await directory(of: expression, after: "fn generate() { yield 1 }")
    // How a class converts, which the table of built-in functions documents.
    there.remove("init")
    #expect(documented == there)
  }

  @Test("Built-in functions and errors")
  func builtIns() throws {
    let lines = try Page(path: "docs/language.md").lines()
    let documented = names(below: "## Built-in functions", in: lines)
      .union(names(below: "### Classes of errors", in: lines))
    #expect(documented == Set(BuiltinNames.all.map { "\($0)" }))
  }

  @Test("The module math")
  func math() async throws {
    let documented = names(
      below: "## The module `math`", in: try Page(path: "docs/language.md").lines())
    #expect(try await documented == directory(of: "math", after: "import math"))
  }

  @Test("The module lazy")
  func lazy() async throws {
    let documented = names(
      below: "## The module `lazy`", in: try Page(path: "docs/modules.md").lines())
    #expect(try await documented == directory(of: "lazy", after: "import lazy"))
  }

  @Test("The commands of the prompt")
  func commands() async throws {
    let folder = try TemporaryDirectory()
    let result = try await Executable.runCommand(
      "COLUMNS=200 lang -i", in: folder.url, input: ":help\n")
    // A command, its arguments and what it does, with two spaces before the last.
    let there = result.output.split(separator: "\n").filter { $0.hasPrefix("  :") }
      .map { $0.split(separator: " ").joined(separator: " ") }
    let lines = try Page(path: "docs/repl.md").lines()
    let documented = lines.filter { $0.hasPrefix("| `:") }.map { line in
      line.replacingOccurrences(of: "\\|", with: "\u{1}").split(separator: "|")
        .map { $0.trimmingCharacters(in: [" ", "`"]) }.joined(separator: " ")
        .replacingOccurrences(of: "\u{1}", with: "|")
    }
    #expect(there.count > 15)
    #expect(documented == there)
  }

  @Test("The keywords")
  func keywords() throws {
    let text = try Page(path: "docs/language.md").lines().joined(separator: "\n")
    let begin = try #require(text.range(of: "These words are keywords:\n\n```text\n"))
    let end = try #require(text.range(of: "```", range: begin.upperBound..<text.endIndex))
    let documented = text[begin.upperBound..<end.lowerBound].split { $0 == " " || $0 == "\n" }
    #expect(documented.count == 30)
    for word in documented {
      // A keyword cannot be declared.
      let source = Array("let \(word) = 1".utf8)
      let outcome = source.withUnsafeBufferPointer {
        Compilation.compile($0, symbols: SymbolTable())
      }
      guard case .failed = outcome else {
        Issue.record("\(word) is no keyword")
        continue
      }
    }
  }
}
