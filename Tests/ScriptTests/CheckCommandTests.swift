import Foundation
import Testing

/// `lang check`: what is wrong with a program and its modules, found without running them.
@Suite("lang check", .enabled(if: LangProcess.executable != nil))
struct CheckCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Writes files, folders included, and runs `lang` there.
  private func write(_ files: [String: String]) throws {
    for (name, text) in files {
      let url = directory.url.appendingPathComponent(name)
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

  /// The findings as `file:line:column message`, with files named from the test's folder.
  private func findings(_ result: RunResult) -> [String] {
    var findings: [String] = []
    var message = ""
    let folder = directory.url.resolvingSymlinksInPath().path + "/"
    for line in result.standardError.split(separator: "\n") {
      if line.hasPrefix("error: ") { message = String(line.dropFirst("error: ".count)) }
      if let arrow = line.range(of: "--> ") {
        let place = line[arrow.upperBound...].replacingOccurrences(of: folder, with: "")
        findings.append("\(place) \(message.replacingOccurrences(of: folder, with: ""))")
      }
    }
    return findings
  }

  /// Checks `main.l` among the files and compares the findings; none is a success.
  private func check(
    _ files: [String: String], finds expected: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    try write(files)
    let result = try await lang("check", "main.l")
    #expect(findings(result) == expected, sourceLocation: sourceLocation)
    #expect(result.exitCode == (expected.isEmpty ? 0 : 65), sourceLocation: sourceLocation)
    let isSilent = expected.isEmpty ? result.standardError == "" : result.text == ""
    #expect(isSilent, "\(result.text)\(result.standardError)", sourceLocation: sourceLocation)
  }

  // MARK: Kinds of problem

  @Test func nothingWrong() async throws {
    try write([
      "main.l": "import a\nfrom b import x\nimport math\nprint(a.y, x, math.pi)\n",
      "a.l": "import b\nlet y = b.x\nprint(\"never\")\n", "b.l": "let x = 1\n",
    ])
    let result = try await lang("check", "main.l")
    #expect(result.text == "checked 3 modules: no problems\n")
    #expect(result.standardError == "")
    #expect(result.exitCode == 0)
  }

  @Test func everythingAtOnceInTheOrderOfReach() async throws {
    try write([
      "main.l": "import a\nimport b\nimport nowhere\n", "a.l": "import c\nlet = 1\n",
      "b.l": "print(unheard)\n", "c.l": "let x = (\n",
    ])
    let result = try await lang("check", "main.l")
    let folder = directory.url.resolvingSymlinksInPath().path
    #expect(
      result.standardError == """
        error: no module named 'nowhere' in \(folder)
          --> main.l:3:1
           |
         3 | import nowhere
           | ^^^^^^^^^^^^^^

        error: expected a name, found '='
          --> \(folder)/a.l:2:5
           |
         2 | let = 1
           |     ^

        error: undefined name 'unheard'
          --> \(folder)/b.l:1:7
           |
         1 | print(unheard)
           |       ^^^^^^^

        error: this '(' is never closed
          --> \(folder)/c.l:1:9
           |
         1 | let x = (
           |         ^

        checked 4 modules: 4 problems in 4 of them

        """)
    #expect(result.text == "")
    #expect(result.exitCode == 65)
  }

  @Test func theMessageIsThatOfTheRun() async throws {
    try write(["main.l": "import mth\n"])
    let run = try await lang("main.l")
    let check = try await lang("check", "main.l")
    let message = run.standardError.split(separator: "\n").first {
      $0.hasPrefix("error: ImportError: ")
    }?.dropFirst("error: ImportError: ".count)
    let line = try #require(message)
    #expect(line.contains("did you mean 'math'?"))
    #expect(check.standardError.hasPrefix("error: \(line)\n"))
  }

  @Test("Every form of import is followed")
  func formsOfImport() async throws {
    let broken = "let = 1\n"
    try await check(
      [
        "main.l": """
        import a
        import p.q
        import p.r as r
        from b import x
        from c import *
        from p import s
        eager import d
        import .e
        from . import f
        fn g() {
          import h
          if true { import i } else { import j }
          return [fn () { import k }]
        }
        try { import l } finally { import m }
        while false { import n }
        for o in [] { from o2 import z }
        """,
        "a.l": broken, "p/q.l": broken, "p/r.l": broken, "b.l": broken, "c.l": broken,
        "p/s.l": broken, "d.l": broken, "e.l": broken, "f.l": broken, "h.l": broken,
        "i.l": broken, "j.l": broken, "k.l": broken, "l.l": broken, "m.l": broken,
        "n.l": broken, "o2.l": broken, "never.l": broken,
      ],
      finds: [
        "a", "p/q", "p/r", "b", "c", "d", "e", "h", "i", "j", "k", "l", "m", "n", "o2", "p/s", "f",
      ].map { "\($0).l:1:5 expected a name, found '='" })
  }

  @Test func namesThatAModuleLacks() async throws {
    try await check(
      [
        "main.l": """
        from m import value, vaule, nothing
        from p import sub, other
        from math import sin, sine
        """, "m.l": "let value = 1\nfn f() { let nothing = 1 }\n",
        "p/init.l": "let x = 1\n", "p/sub.l": "",
      ],
      finds: [
        "main.l:1:22 cannot import name 'vaule' from module 'm'",
        "main.l:1:29 cannot import name 'nothing' from module 'm'",
        "main.l:2:20 cannot import name 'other' from module 'p'",
        "main.l:3:23 cannot import name 'sine' from module 'math'",
      ])
  }

  @Test func attributesThatAModuleLacks() async throws {
    try await check(
      [
        "main.l": """
        import m, p.q.r
        import p.q as q
        import math
        print(m.x, m.y, math.sine)
        print(p.q.r.z, p.q.r.w, q.r.w, q.s)
        fn f() => m.y
        m.z += 1
        print(f"{m.in_text} {m.x}")
        print(m?.optional)
        """, "m.l": "class x { }\n", "p/q/r.l": "var z = 1\n",
      ],
      finds: [
        "main.l:4:14 module 'm' has no attribute 'y'",
        "main.l:4:22 module 'math' has no attribute 'sine'",
        "main.l:5:22 module 'p.q.r' has no attribute 'w'",
        "main.l:5:34 module 'p.q' has no attribute 's'",
        "main.l:7:3 module 'm' has no attribute 'z'",
        "main.l:8:12 module 'm' has no attribute 'in_text'",
        "main.l:9:10 module 'm' has no attribute 'optional'",
      ])
  }

  @Test func manyUsesOfOneMissingNameAreOneFinding() async throws {
    try write(["main.l": "import m\nm.valeu\nm.valeu\n", "m.l": "let value = 1\n"])
    let result = try await lang("check", "main.l")
    #expect(
      result.standardError == """
        error: module 'm' has no attribute 'valeu'
          --> main.l:2:3
           |
         2 | m.valeu
           |   ^^^^^
         3 | m.valeu
           |   ~~~~~
           = help: did you mean 'value'?

        checked 2 modules: 1 problem in 1 of them

        """)
  }

  @Test func localImports() async throws {
    try await check(
      [
        "main.l": """
        fn f() {
          import m
          return m.x + m.y
        }
        """, "m.l": "let x = 1\n",
      ], finds: ["main.l:3:18 module 'm' has no attribute 'y'"])
  }

  // MARK: What is no problem

  @Test func otherVariablesOfTheSameName() async throws {
    try await check([
      "main.l": """
      import m, n, o
      fn f(m) => m.parameter
      fn g() {
        let m = 1
        return m.local
      }
      let h = [m.item for m in []]
      for m in [] { m.loop }
      try { } catch m { m.error }
      n = 3
      print(n.anything)
      """, "m.l": "", "n.l": "", "o.l": "",
    ])
  }

  @Test func namesThatArriveInOtherWays() async throws {
    try await check([
      "main.l": """
      import hook, settings, configured, open, p
      from hook import anything
      print(hook.whatever, p.sub, p.again.value, p.other.value)
      settings.level = 3
      settings.a, settings.b = 1, 2
      setattr(settings, "c", 1)
      print(settings.level, settings.a, settings.b, settings.c, settings.from_a_module)
      fn configure(module) { module.depth = 1 }
      configure(configured)
      print(configured.depth)
      for name in ["x"] { setattr(open, name, 1) }
      print(open.x)
      if hasattr(hook, "z") { print(hook.z) }
      try { print(settings.missing) } catch e: AttributeError { }
      try { print(settings.missing) } catch e { }
      try { print(settings.missing) } catch e: (ValueError, Error) { }
      print(p.__name__, p.__doc__)
      """, "hook.l": "fn __getattr__(name) => name\n",
      "settings.l": "", "configured.l": "", "open.l": "",
      "p/init.l":
        "from . import sub as again\nimport .sub as other\nimport settings\nsettings.from_a_module = 1\n",
      "p/sub.l": "let value = 1\n",
    ])
  }

  @Test func aFieldOfAnObjectIsNoAttributeOfAModule() async throws {
    try await check(
      [
        "main.l": """
        import m
        class C { fn init() { self.x = 1 } }
        let c = C()
        c.y = 1
        print(m.x, m.y)
        """, "m.l": "",
      ],
      finds: [
        "main.l:5:9 module 'm' has no attribute 'x'", "main.l:5:14 module 'm' has no attribute 'y'",
      ])
  }

  @Test func namesThatAreHandedOn() async throws {
    try await check(
      [
        "main.l": """
        import a
        from a import b, x, gone, c
        print(a.b.y, a.b.z, b.z, a.x, a.star, a.starless)
        """,
        "a.l": "import b\nfrom b import y as x, gone\nfrom c import *\n",
        "b.l": "let y = 1\n", "c.l": "from d import *\nlet c = 1\n",
        "d.l": "let star = 1\nlet _private = 1\nimport main\n",
      ],
      finds: [
        "main.l:3:18 module 'b' has no attribute 'z'",
        "main.l:3:41 module 'a' has no attribute 'starless'",
        "a.l:2:23 cannot import name 'gone' from module 'b'",
      ])
  }

  @Test func namesThatGoInCircles() async throws {
    try await check(
      [
        "main.l": "import a, p\nfrom p import part\nprint(p.part.x, p.part.y)\n",
        "a.l": "from b import x\nfrom a import itself\n", "b.l": "from a import x\n",
        "p/init.l": "from . import part\n", "p/part.l": "let x = 1\n",
      ],
      finds: [
        "main.l:3:24 module 'p.part' has no attribute 'y'",
        "a.l:1:15 cannot import name 'x' from module 'b'",
        "a.l:2:15 cannot import name 'itself' from module 'a'",
        "b.l:1:15 cannot import name 'x' from module 'a'",
      ])
  }

  @Test func starImports() async throws {
    try await check(
      [
        "main.l": """
        from a import *
        from math import *
        print(one, sin(two), three, _hidden)
        try { four } catch e: NameError { }
        """, "a.l": "let one = 1\nfrom b import *\nlet _hidden = 1\n",
        "b.l": "from a import *\nlet two = 2\n",
      ],
      finds: [
        "main.l:3:22 undefined name 'three'", "main.l:3:29 undefined name '_hidden'",
      ])
  }

  @Test("Nothing is said about the names of a module that is not understood")
  func unknownModules() async throws {
    try await check(
      [
        "main.l": """
        import broken
        from broken import x
        from star import *
        import star
        broken.y
        unknown_name
        star.z
        """, "broken.l": "let = 1\n", "star.l": "from broken import *\n",
      ], finds: ["broken.l:1:5 expected a name, found '='"])
  }

  // MARK: Guards

  @Test func modulesThatMayBeMissing() async throws {
    try await check([
      "main.l": """
      try { import a1 } catch e: ImportError { import present as a1 }
      try { import a2 } catch e: Error { }
      try { import a3 } catch { }
      try { import a4 } catch e: (ValueError, ImportError) { }
      try { if true { from a5 import x } } catch e: ValueError { } catch e: ImportError { }
      try { try { import a6 } catch e: ValueError { } } catch e: ImportError { }
      fn f() { try { import a7.b } catch e { } }
      try { import .a8, a9 } catch e { }
      print(a1.x)
      """, "present.l": "let x = 1\n",
    ])
  }

  @Test func modulesThatMayNotBeMissing() async throws {
    try await check(
      [
        "main.l": """
        try { import a } catch e: ValueError { }
        try { import b } finally { }
        try { } catch e: ImportError { import c }
        try { fn f() { import d } } catch e: ImportError { }
        let g = fn () { import e2 }
        class ImportError2(ImportError) { }
        try { import h } catch e: ImportError2 { }
        """
      ],
      finds: [("a", 1, 7), ("b", 2, 7), ("c", 3, 32), ("d", 4, 16), ("e2", 5, 17), ("h", 7, 7)].map
      {
        "main.l:\($0.1):\($0.2) no module named '\($0.0)' in "
          + directory.url.resolvingSymlinksInPath().path
      })
  }

  @Test("A name from a module that is there is looked for later, outside of the try")
  func guardedNames() async throws {
    try write([
      "main.l": """
      try { from m import one } catch e: ImportError { let one2 = 1 }
      try { eager from m import two } catch e: ImportError { }
      try { from m import three; three } catch e: ImportError { }
      try { from m import four } catch e: ImportError { }
      print(one, two)
      """, "m.l": "",
    ])
    let result = try await lang("check", "main.l")
    #expect(findings(result) == ["main.l:1:21 cannot import name 'one' from module 'm'"])
    #expect(result.standardError.contains("= help: a name is looked for at its first use"))
  }

  @Test func alternatives() async throws {
    try await check(
      [
        "main.l": """
        try { import fast as engine } catch e: ImportError { import slow as engine }
        print(engine.both, engine.slow_only, engine.none)
        """, "fast.l": "let both = 1\n", "slow.l": "let both = 1\nlet slow_only = 1\n",
      ], finds: ["main.l:2:45 module 'fast' has no attribute 'none'"])
  }

  @Test func aMissingModuleOfAGuardedModule() async throws {
    try await check(
      ["main.l": "try { import a } catch e: ImportError { }\n", "a.l": "import b\n"],
      finds: [
        "a.l:1:1 no module named 'b' in \(directory.url.resolvingSymlinksInPath().path)"
      ])
  }

  // MARK: Packages

  @Test func relativeImports() async throws {
    try await check(
      [
        "main.l": "import p.q.inner\nimport p.r\n", "p/init.l": "let top = 1\n",
        "p/r.l": "from ..p import top\n",
        "p/q/init.l": "from .. import top\nfrom ..r import missing\n",
        "p/q/inner.l":
          "from . import init_only\nimport .beside\nfrom ...x import y\nimport ....z\n",
        "p/q/beside.l": "",
      ],
      finds: [
        "p/q/init.l:2:17 cannot import name 'missing' from module 'p.r'",
        "p/q/inner.l:1:15 cannot import name 'init_only' from module 'p.q'",
        "p/q/inner.l:3:1 the relative import reaches beyond the outermost package",
        "p/q/inner.l:4:1 the relative import reaches beyond the outermost package",
        "p/r.l:1:1 the relative import reaches beyond the outermost package",
      ])
  }

  @Test func cyclesAndDiamonds() async throws {
    try write([
      "main.l": "import a, b, main\n", "a.l": "import b, c\n", "b.l": "import a, c, b\n",
      "c.l": "import a\n",
    ])
    let result = try await lang("check", "main.l")
    #expect(result.text == "checked 4 modules: no problems\n")
  }

  // MARK: Where it looks

  @Test func thePath() async throws {
    try write([
      "main.l": "import a, b, c\n", "lib/a.l": "", "more/b.l": "", "sub/c.l": "let = 1\n",
    ])
    let result = try await lang(
      "check", "--path", "lib", "main.l", "--path", "sub", environment: ["LANG_PATH": "x:more"])
    #expect(findings(result) == ["sub/c.l:1:5 expected a name, found '='"])
  }

  @Test func severalPrograms() async throws {
    try write([
      "one/main.l": "import shared, own\n", "one/own.l": "import lost\n",
      "two/main.l": "import own\n",
      "two/own.l": "import shared\n", "lib/shared.l": "let = 1\n",
    ])
    let result = try await lang("check", "--path", "lib", "one/main.l", "two/main.l", "gone.l")
    let folder = directory.url.resolvingSymlinksInPath().path
    #expect(
      findings(result)
        == [
          "lib/shared.l:1:5 expected a name, found '='",
          "one/own.l:1:1 no module named 'lost' in one, lib",
        ].map { $0.replacingOccurrences(of: folder + "/", with: "") })
    #expect(result.standardError.contains("lang: cannot read 'gone.l'"))
    #expect(result.standardError.contains("checked 5 modules: 2 problems in 2 of them"))
    #expect(result.exitCode == 74)
  }

  @Test func modulesByName() async throws {
    try write([
      "p/main.l": "import .beside\nimport top\n", "p/init.l": "", "p/beside.l": "x\n", "top.l": "",
    ])
    let result = try await lang("check", "-m", "p")
    #expect(findings(result) == ["p/beside.l:1:1 undefined name 'x'"])
    #expect(result.exitCode == 65)
    let missing = try await lang("check", "-m", "q")
    #expect(missing.standardError.contains("no module named 'q'"))
    #expect(missing.exitCode == 74)
  }

  @Test func folders() async throws {
    try write([
      "all/one.l": "import p.q\n", "all/p/init.l": "import .q\n",
      "all/p/q.l": "import ..one\nimport .r\n",
      "all/scripts/run-me.l": "import beside\nimport .beside\nbeside.x\nbeside.y\n",
      "all/scripts/beside.l": "let x = 1\n", "all/script.l": "import .one\n",
      "all/.hidden/a.l": "let = 1\n",
    ])
    let result = try await lang("check", "all")
    #expect(
      findings(result) == [
        "all/p/q.l:1:1 the relative import reaches beyond the outermost package",
        "all/p/q.l:2:1 no module named 'p.r' in all/p",
        "all/scripts/run-me.l:4:8 module 'scripts.beside' has no attribute 'y'",
      ])
    #expect(result.standardError.contains("checked 6 modules:"))
    let package = try await lang("check", "all/p")
    #expect(findings(package).count == 2)
    try FileManager.default.createDirectory(
      at: directory.url.appendingPathComponent("empty"), withIntermediateDirectories: true)
    #expect(try await lang("check", "empty").exitCode == 74)
  }

  @Test func whatCannotBeRead() async throws {
    let missing = try await lang("check", "nowhere.l")
    #expect(missing.standardError == "lang: cannot read 'nowhere.l': No such file or directory\n")
    #expect(missing.exitCode == 74)
    let nothing = try await lang("check")
    #expect(nothing.exitCode == 64)
  }

  @Test("A module without permission to read", .enabled(if: geteuid() != 0))
  func unreadableModule() async throws {
    try write(["main.l": "import a\n", "a.l": "let x = 1\n"])
    try FileManager.default.setAttributes(
      [.posixPermissions: 0], ofItemAtPath: directory.url.appendingPathComponent("a.l").path)
    let result = try await lang("check", "main.l")
    #expect(findings(result) == ["a.l:1:1 module 'a' cannot be read: Permission denied"])
    #expect(result.exitCode == 65)
  }

  // MARK: Size

  @Test func longChainsOfImports() async throws {
    var files: [String: String] = ["main.l": "import m0\n"]
    for number in 0..<3000 {
      files["m\(number).l"] = "import m\(number + 1)\nlet x = m\(number + 1).x\n"
    }
    files["m3000.l"] = "let = 1\n"
    try await check(files, finds: ["m3000.l:1:5 expected a name, found '='"])
  }

  @Test func deepNames() async throws {
    let name = Array(repeating: "a", count: 100_000).joined(separator: ".")
    try write(["main.l": "try { import \(name) } catch e: ImportError { print(\"caught\") }\n"])
    #expect(try await lang("check", "main.l").text == "checked 1 module: no problems\n")
    // What is checked must also run.
    #expect(try await lang("main.l").lines == ["caught"])
  }

  // MARK: The examples

  @Test(arguments: ["tour.l", "shapes.l", "clock.l"])
  func examples(name: String) async throws {
    let folder = LangProcess.packageRoot.appendingPathComponent("examples")
    let result = try await LangProcess.run(["check", name], in: folder)
    #expect(result.standardError == "")
    #expect(result.text.hasSuffix(": no problems\n"))
    #expect(result.exitCode == 0)
  }

  @Test func theExampleWithAModuleThatDoesNotParse() async throws {
    let folder = LangProcess.packageRoot.appendingPathComponent("examples/lazy-start")
    let result = try await LangProcess.run(["check", "main.l"], in: folder)
    #expect(result.standardError.contains("unused.l:3:6\n"))
    #expect(result.standardError.contains("checked 5 modules: 1 problem in 1 of them"))
    #expect(result.exitCode == 65)
  }
}
