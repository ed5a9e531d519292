import Foundation
import Testing

/// A program in a page of the documentation.
///
/// In the page it is a block of code with one of these words after the backquotes:
///
/// - `lang`: a program that runs to its end. The `output` block right behind it is what it prints.
/// - `lang fails`: one that does not; its `output` is what appears on standard error.
/// - `lang check`: one that is not run but checked; its `output` is all that `lang check` says.
/// - `lang module PATH`: a file beside the next program; in an archive when a part of the path ends in
///   `.zip`.
/// - `lang continues`: the program goes on. Modules in front of it are written while it waits, in place
///   of those that it has seen.
/// - `console`: commands, behind `$ `, each with what it writes to standard output and error. `lang -i` is
///   given the lines that stand behind its prompts; see `Transcript`.
struct Example: Sendable, CustomTestStringConvertible {
  /// What is expected of it.
  enum Kind: String, Sendable {
    case runs = "lang"
    case fails = "lang fails"
    case checked = "lang check"
  }

  /// A piece of a program, all of it mostly.
  struct Piece: Sendable {
    /// Files that are written before it runs.
    var files: [ExampleFile]
    var program: String
    /// The expected output; empty without an `output` block.
    var output = ""
  }

  /// The page, as a path from the root of the package.
  var page: String
  /// The line of the page on which the program begins.
  var line: Int
  var kind: Kind
  var pieces: [Piece]

  var testDescription: String { "\(page):\(line)" }

  /// The whole text: between two pieces the program says that it waits, and waits.
  var program: String { pieces.map(\.program).joined(separator: "input(\"\\u{1}\")\n") }
}

/// A file beside a program of the documentation.
struct ExampleFile: Sendable {
  /// Its path in the folder of the program, or through an archive there.
  var path: String
  var text: String
}

/// Commands in a page of the documentation.
struct ConsoleExample: Sendable, CustomTestStringConvertible {
  /// The page, as a path from the root of the package.
  var page: String
  /// The line of the page on which the commands begin.
  var line: Int
  /// Files in the folder in which they run; a page in `examples` also has a copy of its own folder there.
  var files: [ExampleFile]
  var commands: [(command: String, output: String)] = []

  var testDescription: String { "\(page):\(line)" }

  /// Reads the text of a block; nil when it does not begin with a command.
  init?(page: String, line: Int, files: [ExampleFile], text: String) {
    (self.page, self.line, self.files) = (page, line, files)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      if line.hasPrefix("$ ") {
        commands.append((String(line.dropFirst(2)), ""))
      } else if commands.isEmpty {
        return nil
      } else {
        commands[commands.count - 1].output += line + "\n"
      }
    }
  }
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
    let others = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/programs/README.md"]
    return (others + pages).map { Page(path: $0) }
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

  /// The programs and commands, with what they should print.
  func examples() throws -> (programs: [Example], consoles: [ConsoleExample]) {
    var programs: [Example] = []
    var consoles: [ConsoleExample] = []
    var files: [ExampleFile] = []
    var previous = ""
    for block in try blocks() {
      defer { previous = block.words }
      let place = "\(path):\(block.line)"
      switch block.words {
      case "lang continues":
        guard programs.last?.kind == .runs else {
          throw Malformed(description: "\(place): no program that could continue")
        }
        programs[programs.count - 1].pieces.append(
          Example.Piece(files: files, program: block.text))
        files = []
      case "output":
        guard
          block.followsBlock,
          Example.Kind(rawValue: previous) != nil || previous == "lang continues"
        else {
          throw Malformed(description: "\(place): output without a program right before it")
        }
        let program = programs.count - 1
        programs[program].pieces[programs[program].pieces.count - 1].output = block.text
      case "console":
        guard
          let console = ConsoleExample(
            page: path, line: block.line, files: files, text: block.text)
        else { throw Malformed(description: "\(place): it does not begin with a command") }
        consoles.append(console)
        files = []
      case _ where block.words.hasPrefix("lang module "):
        let path = String(block.words.dropFirst("lang module ".count))
        files.append(ExampleFile(path: path, text: block.text))
      case _ where block.words.hasPrefix("lang"):
        guard let kind = Example.Kind(rawValue: block.words) else {
          throw Malformed(description: "\(place): unknown kind of example '\(block.words)'")
        }
        let piece = Example.Piece(files: files, program: block.text)
        programs.append(Example(page: path, line: block.line, kind: kind, pieces: [piece]))
        files = []
      default: break
      }
    }
    if !files.isEmpty {
      throw Malformed(description: "\(path): a module without a program that imports it")
    }
    return (programs, consoles)
  }
}
