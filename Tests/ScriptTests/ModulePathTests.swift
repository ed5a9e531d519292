import Foundation
import Testing

/// Where `lang` looks for modules, what its options and variables say about them, and what programs
/// find in `sys`.
@Suite("Module path of the command", .enabled(if: LangProcess.executable != nil))
struct ModulePathTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    for folder in ["first", "second", "deep/er", "p"] {
      try FileManager.default.createDirectory(
        at: directory.url.appendingPathComponent(folder), withIntermediateDirectories: true)
    }
    try directory.write("first/a.l", "print('a runs')\nlet x = 'first a'\n")
    try directory.write("second/a.l", "let x = 'second a'\n")
    try directory.write("second/b.l", "print('b runs')\nlet x = 'second b'\n")
    try directory.write("p/init.l", "print('p runs')\nlet x = 'p'\n")
    try directory.write("p/q.l", "print('q runs')\nlet x = 'q'\n")
    try directory.write("p/main.l", "from . import q\nprint(__name__, __package__, q.x)\n")
  }

  private func lang(
    _ arguments: String..., environment: [String: String] = [:], in folder: String = ""
  ) async throws -> RunResult {
    try await LangProcess.run(
      arguments, in: directory.url.appendingPathComponent(folder), environment: environment)
  }

  // MARK: The standard library

  @Test func theLibraryComesBehindThePathAndIsNoPartOfIt() async throws {
    try directory.write("library/a.l", "let x = 'library a'\n")
    try directory.write("library/group/b.l", "let x = 'library b'\n")
    try directory.write("main.l", "import a, group.b as b, sys\nprint(a.x, b.x, len(sys.path))\n")
    let library = ["LANG_STDLIB": directory.url.appendingPathComponent("library").path]
    let alone = try await lang("main.l", environment: library)
    #expect(alone.lines == ["library a library b 1"])
    let hidden = try await lang("--path", "first", "main.l", environment: library)
    #expect(hidden.lines == ["a runs", "first a library b 2"])
    let none = try await lang("main.l", environment: ["LANG_STDLIB": ""])
    #expect(none.standardError.hasPrefix("error: ImportError: no module named 'a' in "))
  }

  @Test func aBundleLeavesTheLibraryOut() async throws {
    try directory.write("library/a.l", "let x = 1\n")
    try directory.write("library/group/b.l", "let x = 2\n")
    try directory.write("main.l", "import a, group.b as b, own\nprint(a.x, b.x, own.x)\n")
    try directory.write("own.l", "let x = 3\n")
    let library = ["LANG_STDLIB": directory.url.appendingPathComponent("library").path]
    let bundled = try await lang("bundle", "main.l", "-o", "app.zip", environment: library)
    #expect(bundled.text.hasPrefix("packed 2 modules"))
    #expect(try await lang("app.zip", environment: library).lines == ["1 2 3"])
    let without = try await lang("app.zip", environment: ["LANG_STDLIB": ""])
    #expect(without.standardError.hasPrefix("error: ImportError: no module named 'a' in "))
  }

  @Test func anArchiveBehindTheExecutableIsTheLibrary() async throws {
    try directory.write("library/a.l", "let x = 'library a'\n")
    try directory.write("library/tests/test_a.l", "fn test_x() {}\n")
    let packed = try await LangProcess.run(
      program: "/usr/bin/env",
      [
        "python3", LangProcess.packageRoot.appendingPathComponent("Scripts/library.py").path,
        "library", try #require(LangProcess.executable), "lang-with-library",
      ], in: directory.url)
    // Without Python there is nothing to pack with.
    if packed.exitCode == 127 { return }
    #expect(packed.exitCode == 0 && packed.standardError == "")
    let result = try await LangProcess.run(
      program: directory.url.appendingPathComponent("lang-with-library").path,
      ["-e", "import a\nprint(a.x)\nprint(a)\nimport tests"],
      in: directory.url.appendingPathComponent("deep"))
    let location = directory.url.appendingPathComponent("lang-with-library/a.l").path
    #expect(result.lines == ["library a", "<module 'a' from \(location)>"])
    #expect(result.standardError.hasPrefix("error: ImportError: no module named 'tests'"))
  }

  // MARK: The places

  @Test func theScriptsFolderComesFirst() async throws {
    try directory.write("first/main.l", "import a\nprint(a.x)\n")
    let result = try await lang(
      "--path", "second", "first/main.l", environment: ["LANG_PATH": "second"])
    #expect(result.lines == ["a runs", "first a"])
    #expect(result.standardError == "" && result.exitCode == 0)
  }

  @Test func theVariableComesBeforeTheOption() async throws {
    try directory.write("deep/er/main.l", "import a, b\nprint(a.x, b.x)\n")
    let byVariable = try await lang(
      "--path", "second", "deep/er/main.l", environment: ["LANG_PATH": "first"])
    #expect(byVariable.lines == ["a runs", "b runs", "first a second b"])
    let byOption = try await lang("--path", "first", "--path", "second", "deep/er/main.l")
    #expect(byOption.lines == ["a runs", "b runs", "first a second b"])
    let byOptions = try await lang("--path", "second", "--path=first", "deep/er/main.l")
    #expect(byOptions.lines == ["b runs", "second a second b"])
  }

  @Test func severalPlacesInTheVariable() async throws {
    try directory.write("main.l", "import a, b\nprint(a.x, b.x)\n")
    let result = try await lang("main.l", environment: ["LANG_PATH": "nowhere::first:second:"])
    #expect(result.lines == ["a runs", "b runs", "first a second b"])
    #expect(result.standardError == "")
  }

  @Test func placesThatAreNotThere() async throws {
    try directory.write("main.l", "import a\n")
    let result = try await lang("--path", "nowhere", "main.l", environment: ["LANG_PATH": "none"])
    #expect(result.standardError.contains("ImportError: no module named 'a' in "))
    // Every place that was searched is named.
    #expect(result.standardError.contains("/none, ") && result.standardError.contains("/nowhere"))
    #expect(result.exitCode == 70)
  }

  @Test func anOptionWithoutAPlace() async throws {
    let result = try await lang("--path")
    #expect(result.standardError != "" && result.exitCode == 64)
  }

  @Test func codeAndStandardInputSearchTheCurrentFolder() async throws {
    let code = try await lang("-e", "import a; print(a.x)", in: "first")
    #expect(code.lines == ["a runs", "first a"])
    let options = try await lang("--path", "../second", "-e", "import b; print(b.x)", in: "first")
    #expect(options.lines == ["b runs", "second b"])
    let input = try await LangProcess.run(
      ["-"], in: directory.url.appendingPathComponent("first"),
      input: Data("import a\nprint(a.x)\n".utf8))
    #expect(input.lines == ["a runs", "first a"])
  }

  // MARK: Eager imports

  @Test(arguments: [
    (["--eager", "p", "main.l"], [:]), (["main.l"], ["LANG_EAGER": "p"]),
    (["main.l"], ["LANG_EAGER": "nothing, p ,other"]),
    (["--eager", "nothing", "--eager=p", "main.l"], [:]),
  ])
  func oneModuleEagerly(arguments: [String], environment: [String: String]) async throws {
    try directory.write("main.l", "import p.q\nimport p\nprint('begins')\nprint(p.q.x)\n")
    let result = try await LangProcess.run(
      arguments, in: directory.url, environment: environment)
    #expect(result.lines == ["p runs", "begins", "q runs", "q"])
    #expect(result.standardError == "")
  }

  @Test(arguments: [
    (["--eager", "p.*", "main.l"], [:]), (["main.l"], ["LANG_EAGER": "p.*"]),
    (["--eager", "p.q", "main.l"], [:]),
  ])
  func packagesEagerly(arguments: [String], environment: [String: String]) async throws {
    try directory.write("main.l", "import p.q\nprint('begins')\nprint(p.q.x)\n")
    let result = try await LangProcess.run(
      arguments, in: directory.url, environment: environment)
    #expect(result.lines == ["p runs", "q runs", "begins", "q"])
  }

  @Test(arguments: [
    (["--no-lazy", "main.l"], [:], true), (["main.l"], ["LANG_LAZY": "0"], true),
    (["main.l"], ["LANG_LAZY": "1"], false), (["main.l"], ["LANG_LAZY": ""], false),
    (["main.l"], [:], false),
  ])
  func everythingEagerly(
    arguments: [String], environment: [String: String], isEager: Bool
  ) async throws {
    try directory.write(
      "main.l",
      """
      import p.q
      from p import x
      import lazy
      print('begins', lazy.is_lazy(p), lazy.is_lazy(x))
      lazy.enable()
      import second.b as b
      print('still', lazy.is_lazy(b))
      print(p.q.x, b.x)
      """)
    let result = try await LangProcess.run(
      arguments, in: directory.url, environment: environment)
    #expect(
      result.lines
        == (isEager
          ? ["p runs", "q runs", "begins false false", "still true", "b runs", "q second b"]
          : ["begins true true", "still true", "p runs", "q runs", "b runs", "q second b"]))
  }

  @Test func anEagerModuleThatFailsFailsAtItsImport() async throws {
    try directory.write("bad.l", "throw ValueError('at once')\n")
    try directory.write("main.l", "print('begins')\nimport bad\nprint('not reached')\n")
    let result = try await lang("--eager", "bad", "main.l")
    #expect(result.lines == ["begins"])
    #expect(result.standardError.contains("error: ValueError: at once"))
    #expect(result.standardError.contains("--eager bad"))
    #expect(result.exitCode == 70)
  }

  // MARK: Modules as programs

  @Test func aModuleIsRun() async throws {
    let result = try await lang("-m", "p.q", "one", "two")
    #expect(result.lines == ["q runs"])
    #expect(result.exitCode == 0)
    try directory.write(
      "p/tell.l", "import sys\nprint(__name__, __package__, sys.argv)\nimport p.q\nprint(p.q.x)\n")
    let told = try await lang("-m", "p.tell", "one", "--two", "-3")
    #expect(
      told.lines == [
        #"__main__ p ["p.tell", "one", "--two", "-3"]"#, "p runs", "q runs", "q",
      ])
  }

  @Test func aPackageRunsItsMain() async throws {
    let result = try await lang("-m", "p")
    #expect(result.lines == ["p runs", "q runs", "__main__ p q"])
  }

  @Test func modulesThatCannotBeRun() async throws {
    let missing = try await lang("-m", "nothing.here")
    #expect(missing.standardError.contains("ImportError: no module named 'nothing'"))
    #expect(missing.exitCode == 70)
    let near = try await lang("-m", "p.mains")
    #expect(near.standardError.contains("did you mean 'p.main'?"))
    let folder = try await lang("-m", "first")
    #expect(folder.standardError.contains("the package 'first' has no module 'main' to run"))
    #expect(folder.exitCode == 70)
    let native = try await lang("-m", "math")
    #expect(native.standardError.contains("module 'math' has no source"))
    let nothing = try await lang("-m")
    #expect(nothing.exitCode == 64)
    try directory.write("broken.l", "let x = = 1\n")
    let broken = try await lang("-m", "broken")
    #expect(broken.standardError.contains("broken.l:1:9"))
    #expect(broken.exitCode == 65)
  }

  @Test func aModuleOfThePathIsRun() async throws {
    let result = try await lang("--path", "second", "-m", "b")
    #expect(result.lines == ["b runs"])
  }

  // MARK: Arguments

  @Test func argumentsOfPrograms() async throws {
    try directory.write("main.l", "import sys\nprint(sys.argv)\n")
    #expect(try await lang("main.l").lines == [#"["main.l"]"#])
    let all = try await lang("main.l", "a", "b c", "--path", "-e", "ä", "")
    #expect(all.lines == [#"["main.l", "a", "b c", "--path", "-e", "ä", ""]"#])
    let options = try await lang("--path", "second", "main.l", "--eager", "x")
    #expect(options.lines == [#"["main.l", "--eager", "x"]"#])
    let code = try await lang("-e", "import sys; print(sys.argv)", "one")
    #expect(code.lines == [#"["<command>", "one"]"#])
  }

  // MARK: Archives

  @Test(.enabled(if: Zip.isThere, "needs the command zip"))
  func anArchiveIsRun() async throws {
    try directory.write(
      "p/main.l",
      """
      import sys, q, lazy
      print(__name__, sys.argv, q.x)
      print(str(lazy.resource(q, 'data.txt')), len(sys.path) >= 1)
      """)
    try directory.write("p/data.txt", "data")
    try directory.write("second/q.l", "let x = 'not this one'\n")
    try await Zip.pack("app.zip", [".": "p"], in: directory)
    let result = try await lang("--path", "second", "app.zip", "one", "--two")
    #expect(
      result.lines == [
        "q runs", #"__main__ ["app.zip", "one", "--two"] q"#, #"b"data" true"#,
      ])
    #expect(result.standardError == "" && result.exitCode == 0)
    // By its content, not by its name.
    try FileManager.default.moveItem(
      at: directory.url.appendingPathComponent("app.zip"),
      to: directory.url.appendingPathComponent("application"))
    #expect(try await lang("application").lines.first == "q runs")
    let fromElsewhere = try await lang("../application", in: "deep")
    #expect(fromElsewhere.lines.first == "q runs")
  }

  @Test(.enabled(if: Zip.isThere, "needs the command zip"))
  func archivesAndTheirFoldersOnThePath() async throws {
    try await Zip.pack("lib.zip", [".": "second"], in: directory)
    try await Zip.pack("all.zip", ["p": ".", "second": "."], in: directory)
    try directory.write("deep/main.l", "import b\nprint(b.x, b.__file__[-12..])\n")
    let variable = try await lang("deep/main.l", environment: ["LANG_PATH": "lib.zip"])
    #expect(variable.lines == ["b runs", "second b /lib.zip/b.l"])
    let option = try await lang("--path", "all.zip/second", "deep/main.l")
    #expect(option.lines == ["b runs", "second b p/second/b.l"])
    let module = try await lang("--path", "all.zip", "-m", "p", in: "")
    #expect(module.lines == ["p runs", "q runs", "__main__ p q"])
  }

  @Test(.enabled(if: Zip.isThere, "needs the command zip"))
  func archivesThatCannotBeRun() async throws {
    try await Zip.pack("lib.zip", [".": "second"], in: directory)
    let lacking = try await lang("lib.zip")
    #expect(lacking.standardError.contains("the archive has no member 'main.l'"))
    #expect(lacking.exitCode == 70)
    let bytes = try Data(contentsOf: directory.url.appendingPathComponent("lib.zip"))
    try directory.write("cut.zip", bytes.dropLast(30))
    let cut = try await lang("cut.zip")
    #expect(cut.standardError.contains("cut.zip"))
    #expect(cut.exitCode == 70 && !cut.wasSignalled)
  }

  // MARK: sys.path

  @Test func placesThatTheProgramAdds() async throws {
    try directory.write(
      "main.l",
      """
      import sys
      try { import a } catch e: ImportError { print('not yet') }
      sys.path.append('second')
      import a
      print(a.x)
      sys.path.insert(0, 'first')
      import a as same
      print(same.x, same is a)
      import b
      sys.path.remove('second')
      print(b.x)
      try { import c } catch e: ImportError { print('second' in e.message, 'first' in e.message) }
      """)
    let result = try await lang("main.l")
    #expect(
      result.lines == ["not yet", "second a", "second a true", "b runs", "second b", "false true"])
    #expect(result.standardError == "")
  }

  @Test func whatIsNoStringIsPassedOver() async throws {
    try directory.write(
      "main.l",
      """
      import sys
      for odd in [nil, 5, 1.5, ['first'], {a: 'first'}, fn() => 'first', '', '\\0', 'x' * 5000] {
        sys.path.insert(0, odd)
      }
      sys.path.append('second')
      import b
      print(b.x)
      try { import a_missing_one } catch e: ImportError { print('no module named' in e.message) }
      sys.path.clear()
      try { import a } catch e: ImportError { print(e.message) }
      import math
      print(math.floor(1.5))
      """)
    let result = try await lang("main.l")
    #expect(
      result.lines == ["b runs", "second b", "true", "no module named 'a'", "1"])
    #expect(result.standardError == "" && result.exitCode == 0)
  }

  @Test func anotherListInItsPlace() async throws {
    try directory.write(
      "main.l",
      """
      import sys
      let path = sys.path
      sys.path = ['second']
      import b
      print(b.x)
      path.append('first')
      try { import a_missing_one } catch e: ImportError { print('first' in e.message) }
      sys.path = nil
      try { import a } catch e: ImportError { print(e.message) }
      sys.path = path
      import a
      print(a.x)
      """)
    let result = try await lang("main.l")
    #expect(
      result.lines
        == ["b runs", "second b", "false", "no module named 'a'", "a runs", "first a"])
    #expect(result.standardError == "" && result.exitCode == 0)
  }

  @Test func thePathIsThereFromTheBeginning() async throws {
    try directory.write("main.l", "import sys\nfor place in sys.path { print(place) }\n")
    let result = try await lang(
      "--path", "option", "main.l", environment: ["LANG_PATH": "variable:second"])
    let folder = directory.url.resolvingSymlinksInPath().path
    #expect(result.lines.first == folder)
    #expect(Array(result.lines.dropFirst().prefix(3)) == ["variable", "second", "option"])
  }
}

/// Makes archives with the command `zip`, as others would.
enum Zip {
  static let program = "/usr/bin/zip"
  static var isThere: Bool { FileManager.default.isExecutableFile(atPath: program) }

  /// Packs items of folders.
  static func pack(
    _ name: String, _ items: [String: String], in directory: TemporaryDirectory
  ) async throws {
    let archive = directory.url.appendingPathComponent(name).path
    for (item, folder) in items {
      let result = try await LangProcess.run(
        program: program, ["-q", "-r", archive, item],
        in: directory.url.appendingPathComponent(folder))
      #expect(result.exitCode == 0)
    }
  }
}
