import Foundation
import Testing

/// Links between the pages lead somewhere.
@Suite("Links in the documentation")
struct LinkTests {
  @Test("Links of a page", arguments: Page.all + Page.library)
  func links(page: Page) throws {
    let folder = Executable.packageRoot.appendingPathComponent(page.path)
      .deletingLastPathComponent()
    for (number, line) in try proseLines(of: page) {
      // Code may look like a link.
      let prose = line.replacing(/`[^`]*`/, with: "code")
      for match in prose.matches(of: /\]\(([^)\s]+)\)/) {
        let target = String(match.output.1)
        if target.hasPrefix("http") { continue }
        let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let file =
          parts[0].isEmpty
          ? Executable.packageRoot.appendingPathComponent(page.path)
          : folder.appendingPathComponent(String(parts[0]))
        #expect(
          FileManager.default.fileExists(atPath: file.path), "\(page.path):\(number): \(target)")
        if parts.count == 2, file.pathExtension == "md" {
          let text = try String(contentsOf: file, encoding: .utf8)
          let headings = text.split(separator: "\n").filter { $0.hasPrefix("#") }
          // The second heading of a text has another anchor than the first.
          var counts: [String: Int] = [:]
          let anchors = headings.map(anchor).map { anchor in
            counts[anchor, default: -1] += 1
            let count = counts[anchor, default: 0]
            return count == 0 ? anchor : "\(anchor)-\(count)"
          }
          #expect(anchors.contains(String(parts[1])), "\(page.path):\(number): \(target)")
        }
      }
    }
  }

  /// The lines outside of blocks of code, with their numbers.
  private func proseLines(of page: Page) throws -> [(Int, String)] {
    var isCode = false
    var lines: [(Int, String)] = []
    for (index, line) in try page.lines().enumerated() {
      if line.hasPrefix("```") {
        isCode.toggle()
      } else if !isCode {
        lines.append((index + 1, line))
      }
    }
    return lines
  }

  /// The anchor that a heading gets.
  private func anchor(_ heading: Substring) -> String {
    heading.drop { $0 == "#" || $0 == " " }.lowercased()
      .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
      .replacingOccurrences(of: " ", with: "-")
  }
}
