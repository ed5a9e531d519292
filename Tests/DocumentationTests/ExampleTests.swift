import Foundation
import Testing

/// Runs every program of the documentation and compares what it prints with what the page says.
@Suite("Documentation examples")
struct ExampleTests {
  @Test("There is an executable to test: build it, or set LANG_EXECUTABLE")
  func executableExists() {
    #expect(Executable.path != nil)
  }

  @Test("The examples of a page are well formed", arguments: Page.all)
  func wellFormed(page: Page) throws {
    _ = try page.examples()
  }

  @Test("The examples are found")
  func examplesAreFound() throws {
    #expect(try Page(path: "docs/language.md").examples().count > 80)
    #expect(try Page(path: "README.md").examples().count > 1)
  }

  @Test("Example", arguments: Page.all.flatMap { (try? $0.examples()) ?? [] })
  func example(example: Example) async throws {
    let folder = try Scratch()
    for module in example.modules { try folder.write(module.path, module.text) }
    try folder.write("example.l", example.program)
    let arguments = example.isChecked ? ["check", "example.l"] : ["example.l"]
    let result = try await Executable.run(arguments, in: folder.url)
    func shown(_ text: String) -> String {
      // Where the example happened to run is nobody's business.
      text.replacingOccurrences(of: folder.url.path, with: "…")
    }
    if example.isChecked {
      #expect([0, 65].contains(result.exitCode))
      #expect(shown(result.output + result.standardError) == example.output)
    } else if example.fails {
      #expect(result.exitCode != 0, "it is said to fail")
      #expect(result.exitCode < 128, "it crashed")
      #expect(shown(result.output) == "", "a failing example prints nothing else")
      #expect(shown(result.standardError) == example.output)
    } else {
      #expect(result.exitCode == 0)
      #expect(shown(result.standardError) == "")
      #expect(shown(result.output) == example.output)
    }
  }

  /// Programs in `examples` whose output is committed beside them as `NAME.expected`.
  static let programs: [String] = {
    let root = Executable.packageRoot.appendingPathComponent("examples")
    let paths = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String }
    return (paths ?? []).filter { $0.hasSuffix(".expected") && !$0.contains(".build/") }.sorted()
      .map { String($0.dropLast(".expected".count)) }
  }()

  @Test("The programs in examples are found")
  func programsAreFound() {
    #expect(ExampleTests.programs.contains("tour"))
    #expect(ExampleTests.programs.contains("lazy-start/main"))
  }

  @Test("Program in examples", arguments: ExampleTests.programs)
  func program(path: String) async throws {
    let file = Executable.packageRoot.appendingPathComponent("examples/\(path).l")
    let expected = try String(
      contentsOf: file.deletingPathExtension().appendingPathExtension("expected"),
      encoding: .utf8)
    let result = try await Executable.run([file.path], in: Executable.packageRoot)
    #expect(result.exitCode == 0)
    #expect(result.standardError == "")
    #expect(result.output == expected)
  }
}
