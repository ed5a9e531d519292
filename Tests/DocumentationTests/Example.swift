import Foundation
import Testing

/// A program in a page of the documentation.
///
/// In the page it is a block of code with one of these words after the backquotes:
///
/// - `lang`: a program that runs to its end. The `output` block right behind it is what it prints.
/// - `lang fails`: one that does not; its `output` is what appears on standard error.
/// - `lang check`: one that is not run but checked; its `output` is all that `lang check` says.
/// - `lang module NAME`: a file beside the next program.
struct Example: Sendable, CustomTestStringConvertible {
  /// The page, as a path from the root of the package.
  var page: String
  /// The line of the page on which the program begins.
  var line: Int
  /// Files beside the program: path and text.
  var modules: [(path: String, text: String)] = []
  /// The text of the program.
  var program: String
  /// Whether the program must end with an error.
  var fails: Bool
  /// Whether it is checked instead of run.
  var isChecked = false
  /// The expected output; empty without an `output` block.
  var output = ""

  var testDescription: String { "\(page):\(line)" }
}

/// A page of the documentation.
struct Page: Sendable, CustomTestStringConvertible {
  /// Its path from the root of the package.
  var path: String

  var testDescription: String { path }

  /// Every page that people read.
  static let all: [Page] = {
    let root = Executable.packageRoot
    let documents =
      (try? FileManager.default.contentsOfDirectory(
        atPath: root.appendingPathComponent("docs").path)) ?? []
    let pages = documents.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
    return (["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] + pages).map { Page(path: $0) }
  }()

  /// Its lines.
  func lines() throws -> [String] {
    let url = Executable.packageRoot.appendingPathComponent(path)
    return try String(contentsOf: url, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// A block of code.
  struct Block {
    /// What follows the backquotes.
    var words: String
    /// The line on which the code begins, counted from 1.
    var line: Int
    var text: String
    /// Whether another block ended on the line before this one.
    var followsBlock: Bool
  }

  /// The blocks of code, in their order.
  func blocks() throws -> [Block] {
    var blocks: [Block] = []
    var open: Block?
    var lastEnd = -1
    for (index, line) in try lines().enumerated() {
      if var block = open {
        if line == "```" {
          blocks.append(block)
          open = nil
          lastEnd = index
        } else {
          block.text += line + "\n"
          open = block
        }
      } else if line.hasPrefix("```") {
        open = Block(
          words: String(line.dropFirst(3)), line: index + 2, text: "",
          followsBlock: lastEnd == index - 1)
      }
    }
    return blocks
  }

  /// What is wrong with the way in which examples are written.
  struct Malformed: Error, CustomStringConvertible {
    var description: String
  }

  /// The programs, with what they should print.
  func examples() throws -> [Example] {
    var examples: [Example] = []
    var modules: [(path: String, text: String)] = []
    var previous = ""
    for block in try blocks() {
      defer { previous = block.words }
      let place = "\(path):\(block.line)"
      switch block.words {
      case "lang", "lang fails", "lang check":
        examples.append(
          Example(
            page: path, line: block.line, modules: modules, program: block.text,
            fails: block.words == "lang fails", isChecked: block.words == "lang check"))
        modules = []
      case "output":
        guard block.followsBlock, ["lang", "lang fails", "lang check"].contains(previous) else {
          throw Malformed(description: "\(place): output without a program right before it")
        }
        examples[examples.count - 1].output = block.text
      case _ where block.words.hasPrefix("lang module "):
        modules.append((String(block.words.dropFirst("lang module ".count)), block.text))
      case _ where block.words.hasPrefix("lang"):
        throw Malformed(description: "\(place): unknown kind of example '\(block.words)'")
      default: break
      }
    }
    if !modules.isEmpty {
      throw Malformed(description: "\(path): a module without a program that imports it")
    }
    return examples
  }
}
