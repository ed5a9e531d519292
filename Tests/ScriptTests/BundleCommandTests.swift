import Foundation
import Testing

/// `lang bundle`: a program and its modules in one archive that runs like the files did.
@Suite("lang bundle", .enabled(if: LangProcess.executable != nil))
struct BundleCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func write(_ files: [String: String], in folder: String = ".") throws {
    for (name, text) in files {
      let url = directory.url.appendingPathComponent(folder).appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
  }

  private func lang(
    _ arguments: String..., environment: [String: String] = [:]
  ) async throws -> RunResult {
    try await LangProcess.run(arguments, in: directory.url, environment: environment)
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: directory.url.appendingPathComponent(name))
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: directory.url.appendingPathComponent(name).path)
  }

  /// Bundles `src/main.l`, runs it where the sources are not, and compares that with the plain run.
  private func runsAlike(
    _ options: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> RunResult {
    let bundled = try await LangProcess.run(
      ["bundle", "src/main.l", "-o", "app.zip"] + options, in: directory.url)
    #expect(bundled.standardError == "", sourceLocation: sourceLocation)
    #expect(bundled.exitCode == 0, sourceLocation: sourceLocation)
    var arguments: [String] = []
    for (number, option) in options.enumerated() where option == "--path" {
      arguments += ["--path", options[number + 1]]
    }
    let plain = try await LangProcess.run(
      arguments + ["src/main.l", "argument"], in: directory.url)
    // Whatever the archive lacks must not be found on the way.
    for folder in ["src", "lib", "libs.zip"] where exists(folder) {
      try FileManager.default.moveItem(
        at: directory.url.appendingPathComponent(folder),
        to: directory.url.appendingPathComponent("gone-\(folder)"))
    }
    let result = try await LangProcess.run(["app.zip", "argument"], in: directory.url)
    #expect(result.standardError == "", sourceLocation: sourceLocation)
    #expect(result.lines == plain.lines, sourceLocation: sourceLocation)
    #expect(result.exitCode == plain.exitCode, sourceLocation: sourceLocation)
    return result
  }

  @Test func modulesPackagesAndPlainFolders() async throws {
    try write(
      [
        "main.l": """
        import sys
        import single
        import pack.inner
        import plain.leaf as leaf
        from pack import named, value
        import empty
        import pack
        fn later() { import local; return local.x }
        print(single.x, pack.inner.x, leaf.x, named.x, value, later())
        print(pack.by_attribute.x, sys.argv[1], __name__, empty)
        """,
        "single.l": "let x = \"single\"\n", "pack/init.l": "let value = \"value\"\n",
        "pack/inner.l": "from .sibling import x\n", "pack/sibling.l": "let x = \"sibling\"\n",
        "pack/named.l": "let x = \"named\"\n", "pack/by_attribute.l": "let x = \"attribute\"\n",
        "pack/unused.l": "let x = 1\n", "plain/leaf.l": "let x = \"leaf\"\n",
        "local.l": "let x = \"local\"\n", "empty/notes.txt": "",
      ], in: "src")
    let run = try await lang("src/main.l", "argument")
    #expect(run.lines[0] == "single sibling leaf named value local")
    let bundled = try await lang("bundle", "src/main.l", "-o", "app.zip")
    #expect(bundled.text.hasPrefix("packed 10 modules, "))
    #expect(bundled.text.contains(" → app.zip, "))
    try FileManager.default.removeItem(at: directory.url.appendingPathComponent("src"))
    let result = try await lang("app.zip", "argument")
    #expect(result.standardError == "")
    #expect(result.lines[0] == "single sibling leaf named value local")
    #expect(result.lines[1].hasPrefix("attribute argument __main__ <lazy module 'empty'"))
  }

  @Test func modulesOfOtherPlaces() async throws {
    try write(["main.l": "import a\nimport b\nprint(a.x, b.x)\n"], in: "src")
    try write(["a.l": "import c\nlet x = c.x\n", "c.l": "let x = \"c\"\n"], in: "lib")
    // An archive to find modules in.
    try write(
      ["main.l": "from . import b\nprint(b.x)\n", "b.l": "let x = \"zipped\"\n"], in: "packed")
    #expect(try await lang("bundle", "packed/main.l", "-o", "libs.zip").exitCode == 0)
    let result = try await runsAlike("--path", "lib", "--path", "libs.zip")
    #expect(result.lines == ["c zipped"])
  }

  @Test func theBundleOfABundle() async throws {
    try write(["main.l": "import a\nprint(a.x)\n", "a.l": "let x = 1\n"], in: "src")
    #expect(try await lang("bundle", "src/main.l", "-o", "one.zip").exitCode == 0)
    #expect(try await lang("bundle", "one.zip", "-o", "two.zip").exitCode == 0)
    #expect(try bytes("one.zip") == bytes("two.zip"))
    #expect(try await lang("two.zip").lines == ["1"])
    #expect(try await lang("check", "two.zip").text == "checked 2 modules: no problems\n")
  }

  @Test func theSameBytesEachTime() async throws {
    try write(
      [
        "main.l": "import b, a\nimport c.d\n", "a.l": "", "b.l": "import a\n", "c/d.l": "",
        "data.txt": "text",
      ], in: "src")
    let options = ["bundle", "src/main.l", "--include", "**/*", "--include", "*.txt", "-o"]
    for name in ["one.zip", "two.zip"] {
      #expect(try await LangProcess.run(options + [name], in: directory.url).exitCode == 0)
    }
    // Times of files do not count, and an archive in the folder does not pack itself.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1e9)],
      ofItemAtPath: directory.url.appendingPathComponent("src/a.l").path)
    for _ in 0..<2 {
      #expect(try await LangProcess.run(options + ["src/in.zip"], in: directory.url).exitCode == 0)
    }
    #expect(try bytes("one.zip") == bytes("two.zip"))
    #expect(try bytes("one.zip") == bytes("src/in.zip"))
  }

  @Test func whatIsMissing() async throws {
    try write([
      "main.l": "import a\ntry { import fast } catch e: ImportError { print(\"slow\") }\n",
      "a.l": "fn f() { import nowhere }\n", "app.zip": "untouched",
    ])
    let result = try await lang("bundle", "main.l", "-o", "app.zip")
    #expect(result.standardError.contains("error: no module named 'nowhere'"))
    #expect(result.standardError.contains("a.l:1:10"))
    #expect(!result.standardError.contains("fast"))
    #expect(result.text == "")
    #expect(result.exitCode == 65)
    #expect(String(decoding: try bytes("app.zip"), as: UTF8.self) == "untouched")
    #expect(try await lang("bundle", "main.l", "-o", "new.zip").exitCode == 65)
    #expect(!exists("new.zip"))
    try write(["a.l": ""])
    #expect(try await lang("bundle", "main.l", "-o", "app.zip").exitCode == 0)
    #expect(try await lang("app.zip").lines == ["slow"])
  }

  @Test func aModuleThatDoesNotCompile() async throws {
    try write(["main.l": "import a\n", "a.l": "let = 1\n"])
    let result = try await lang("bundle", "main.l", "-o", "app.zip")
    #expect(result.standardError.contains("a.l:1:5"))
    #expect(result.exitCode == 65)
    #expect(!exists("app.zip"))
  }

  @Test("A wrong attribute is the business of check")
  func aWrongAttribute() async throws {
    try write(["main.l": "import a\nprint(1)\na.x\n", "a.l": ""])
    #expect(try await lang("bundle", "main.l", "-o", "app.zip").exitCode == 0)
    let result = try await lang("app.zip")
    #expect(result.lines == ["1"])
    #expect(result.exitCode == 70)
  }

  @Test func twoFilesOfOneName() async throws {
    try write(["start.l": "import main\nprint(main.x)\n", "main.l": "let x = 1\n"])
    let result = try await lang("bundle", "start.l", "-o", "app.zip")
    #expect(result.standardError.contains("two files would be 'main.l' in the archive"))
    #expect(result.standardError.contains("start.l and "))
    #expect(result.exitCode == 65)
    #expect(!exists("app.zip"))
    // A program that imports itself is one file.
    try write(["main.l": "import main\nlet x = 1\nif __name__ == \"__main__\" { print(main.x) }\n"])
    #expect(try await lang("bundle", "main.l", "-o", "app.zip").text.hasPrefix("packed 1 module,"))
    #expect(try await lang("app.zip").lines == ["1"])
  }

  @Test func theInputIsNotOverwritten() async throws {
    try write(["main.l": "import a\n", "a.l": ""])
    for output in ["main.l", "./a.l"] {
      let result = try await lang("bundle", "main.l", "-o", output)
      #expect(result.standardError.contains("'\(output)' is a part of the program itself"))
      #expect(result.exitCode == 65)
    }
    try FileManager.default.createSymbolicLink(
      atPath: directory.url.appendingPathComponent("link.l").path, withDestinationPath: "main.l")
    #expect(try await lang("bundle", "main.l", "-o", "link.l").exitCode == 65)
    #expect(try await lang("bundle", "main.l", "-o", "app.zip").exitCode == 0)
    let before = try bytes("app.zip")
    #expect(try await lang("bundle", "app.zip", "-o", "app.zip").exitCode == 65)
    #expect(try bytes("app.zip") == before)
    #expect(try bytes("main.l") == Data("import a\n".utf8))
  }

  // MARK: Resources

  @Test func resources() async throws {
    try write(
      [
        "main.l": """
        import lazy, pack
        import pack.inner as inner
        import other
        fn text(b) => b.decode()
        print(text(lazy.resource("__main__", "data.txt")), text(lazy.resource(pack, "a.txt")))
        print(text(lazy.resource(inner, "deep/b.txt")), text(lazy.resource(other, "c.txt")))
        """,
        "data.txt": "top", "pack/init.l": "", "pack/inner.l": "", "pack/a.txt": "a",
        "pack/deep/b.txt": "b", "pack/not.bin": "", ".hidden.txt": "",
      ], in: "src")
    try write(["other.l": "", "c.txt": "c"], in: "lib")
    let result = try await runsAlike(
      "--path", "lib", "--include", "src/data.txt", "--include", "pack/**/*.txt", "--include",
      "?.txt")
    #expect(result.lines == ["top a", "b c"])
  }

  @Test func includesThatMatch() async throws {
    try write(
      ["main.l": "", "a.txt": "", "d/b.txt": "", "d/e/c.txt": "", "d/e/f.bin": "", "g[1].txt": ""],
      in: "src")
    func count(_ pattern: String) async throws -> String {
      let result = try await lang("bundle", "src/main.l", "-o", "app.zip", "--include", pattern)
      return result.text.prefix { $0 != "," } + result.standardError
    }
    #expect(try await count("*.txt") == "packed 1 module and 2 files")
    #expect(try await count("**/*.txt") == "packed 1 module and 4 files")
    #expect(try await count("d") == "packed 1 module and 3 files")
    #expect(try await count("./d/") == "packed 1 module and 3 files")
    #expect(try await count("src/d") == "packed 1 module and 3 files")
    #expect(try await count("d/**") == "packed 1 module and 3 files")
    #expect(try await count("d/*") == "packed 1 module and 1 file")
    #expect(try await count("*/*/?.*") == "packed 1 module and 2 files")
    #expect(try await count("g[1].txt") == "packed 1 module and 1 file")
    for pattern in ["*.none", "d/b", "../x", "/nowhere", ""] {
      let result = try await lang("bundle", "src/main.l", "-o", "none.zip", "--include", pattern)
      #expect(result.standardError.hasPrefix("lang: cannot bundle 'src/main.l': "), "\(pattern)")
      #expect(result.exitCode == 65, "\(pattern)")
    }
    try write(["outside.txt": ""])
    let outside = try await lang(
      "bundle", "src/main.l", "-o", "none.zip", "--include", "outside.txt")
    #expect(outside.standardError.contains("'outside.txt' lies neither in the program's folder"))
    #expect(!exists("none.zip"))
  }

  @Test func modulesThatAreLoadedByName() async throws {
    try write(
      [
        "main.l": "import lazy\nprint(lazy.load(\"plug.in\" + \"s\").x)\n",
        "plug/ins.l": "import helper\nlet x = helper.x\n", "helper.l": "let x = 1\n",
      ], in: "src")
    let result = try await runsAlike("--module", "plug.ins")
    #expect(result.lines == ["1"])
    let missing = try await lang("bundle", "app.zip", "-o", "b.zip", "--module", "gone")
    #expect(missing.standardError.contains("no module named 'gone'"))
    #expect(missing.exitCode == 65)
  }

  // MARK: The command

  @Test func whatCannotBeReadOrWritten() async throws {
    try write(["main.l": "", "folder/a.l": "", "text.zip": "PK\u{3}\u{4} is how archives begin"])
    #expect(try await lang("bundle", "gone.l", "-o", "app.zip").exitCode == 74)
    #expect(try await lang("bundle", "text.zip", "-o", "app.zip").exitCode == 74)
    #expect(try await lang("bundle", "main.l", "-o", "nowhere/app.zip").exitCode == 74)
    #expect(try await lang("bundle", "main.l", "-o", "folder").exitCode == 74)
    #expect(try await lang("bundle", "folder", "-o", "app.zip").exitCode == 65)
    #expect(try await lang("bundle", "main.l").exitCode == 64)
    #expect(!exists("app.zip"))
  }
}
