import Foundation
import Testing

/// The pages of the standard library: that they are up to date, and that their examples are true.
@Suite("Documentation of the standard library", .enabled(if: Executable.path != nil))
struct LibraryPageTests {
  @Test("Everything public is documented, and the pages are as 'make docs' writes them")
  func pagesAreUpToDate() async throws {
    let result = try await Executable.run(
      ["doc", "stdlib", "math", "lazy", "sys", "--output", "docs/stdlib", "--check"],
      in: Executable.packageRoot)
    #expect(result.standardError == "")
    #expect(result.exitCode == 0)
  }

  @Test("The examples are found")
  func examplesAreFound() throws {
    #expect(Page.library.count > 10)
    let examples = try Page(path: "docs/stdlib/toml.md").libraryExamples()
    #expect(examples.contains { !$0.comments.isEmpty })
    #expect(examples.contains { $0.output != nil })
  }

  @Test("The examples of a page are well formed", arguments: Page.library)
  func wellFormed(page: Page) throws {
    _ = try page.libraryExamples()
  }

  @Test(
    "Example of the standard library",
    arguments: Page.library.flatMap { (try? $0.libraryExamples()) ?? [] }, [false, true])
  func example(example: LibraryExample, isStressed: Bool) async throws {
    let folder = try TemporaryDirectory()
    try folder.write("example.l", example.program)
    let result = try await Executable.run(
      example.kind == .checked ? ["check", "example.l"] : ["example.l"], in: folder.url,
      isStressed: isStressed)
    if example.kind == .fails {
      #expect(result.exitCode != 0, "it is said to fail")
      #expect(result.exitCode < 128, "it crashed")
      if let output = example.output { #expect(folder.hidden(result.standardError) == output) }
      return
    }
    #expect(result.exitCode == 0)
    #expect(result.standardError == "")
    if example.kind == .checked { return }
    var comments: [String] = []
    var others = ""
    for line in result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      if line.hasPrefix(LibraryExample.mark) {
        comments.append(String(line.dropFirst()))
      } else {
        others += "\(line)\n"
      }
    }
    #expect(comments == example.comments)
    if let output = example.output { #expect(others == output) }
  }
}
