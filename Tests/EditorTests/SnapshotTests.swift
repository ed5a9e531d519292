import Foundation
import Testing

@testable import Lang

/// Short texts, one for each piece of syntax, with what editors are to make of them.
///
/// `Snapshots/textmate.txt` and `Snapshots/vim.txt` hold lines of programs. Below a line stand
/// others that begin with `|`: the carets in them point at characters of the line, and behind them
/// stand the scopes that these have, outermost left out, or the ones they do not have behind `!`.
/// A line of dashes with a title begins a text of its own.
@Suite struct SnapshotTests {
  @Test(arguments: try! Snapshot.all(in: "textmate.txt"))
  func scopes(_ snapshot: Snapshot) throws {
    let result = try TextMateTokenizer.tokenize(snapshot.text, TextMateTests.grammar.get())
    for problem in snapshot.problems(result) { Issue.record("\(problem)") }
  }

  @Test func vimGroups() async throws {
    guard let vim = try await Vim.find() else { return print(Vim.absence) }
    let snapshots = try Snapshot.all(in: "vim.txt")
    let buffers = try await vim.open(texts: snapshots.map(\.text))
    for (snapshot, buffer) in zip(snapshots, buffers) {
      for problem in snapshot.problems(buffer) { Issue.record("\(problem)") }
    }
  }

  @Test func aWrongSnapshotIsFound() throws {
    let snapshot = Snapshot(
      title: "wrong", lines: ["let x = 1", "|^^^ comment", "|    ^ !variable.other"])
    let result = try TextMateTokenizer.tokenize(snapshot.text, TextMateTests.grammar.get())
    #expect(snapshot.problems(result).count == 2)
  }
}

/// A text with expectations.
struct Snapshot: CustomTestStringConvertible {
  let title: String
  let text: String
  /// Where the bytes are, what is expected of them, and the lines that say so.
  private let expectations: [(offsets: [Int], names: [String], lines: String)]

  var testDescription: String { title }

  /// Reads the texts of a file.
  static func all(in file: String) throws -> [Snapshot] {
    let text = try Repository.text("Tests/EditorTests/Snapshots/" + file)
    var snapshots: [Snapshot] = []
    var lines: [String] = []
    var title = ""
    for line in text.components(separatedBy: "\n") + ["---- "] {
      if line.hasPrefix("---- ") {
        if !title.isEmpty { snapshots.append(Snapshot(title: title, lines: lines)) }
        title = String(line.dropFirst(5))
        lines = []
      } else {
        lines.append(line)
      }
    }
    return snapshots
  }

  init(title: String, lines: [String]) {
    self.title = title
    var text = ""
    var expectations: [(offsets: [Int], names: [String], lines: String)] = []
    var lineStart = 0
    var current = ""
    for line in lines {
      guard line.hasPrefix("|") else {
        lineStart = text.utf8.count
        current = line
        text += line + "\n"
        continue
      }
      // The bar stands in front of the text of the line above.
      let marks = line.dropFirst().prefix { $0 == " " || $0 == "^" }
      let names = line.dropFirst(1 + marks.count).split(separator: " ").map(String.init)
      var offsets: [Int] = []
      for (mark, index) in zip(marks, current.indices) where mark == "^" {
        offsets.append(lineStart + current.utf8.distance(from: current.startIndex, to: index))
      }
      expectations.append((offsets, names, current + "\n" + line.dropFirst()))
    }
    self.text = text
    self.expectations = expectations
  }

  /// What is not as expected.
  func problems(_ highlighting: some Highlighting) -> [String] {
    expectations.compactMap { expectation in
      if expectation.offsets.isEmpty { return "\(title): no caret below\n\(expectation.lines)" }
      for offset in expectation.offsets {
        let names = highlighting.names(at: offset)
        let wrong = expectation.names.filter { wanted in
          let isAbsent = wanted.hasPrefix("!")
          let wanted = isAbsent ? String(wanted.dropFirst()) : wanted
          return names.contains { $0 == wanted || $0.hasPrefix(wanted + ".") } == isAbsent
        }
        if !wrong.isEmpty {
          return """
            \(title): \(wrong.joined(separator: ", ")) is wrong in
            \(expectation.lines)
            there is \(names.joined(separator: ", "))
            """
        }
      }
      return nil
    }
  }
}
