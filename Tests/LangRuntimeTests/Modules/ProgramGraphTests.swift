import Foundation
import Testing

@testable import LangRuntime

/// Programs read without being run, as an embedding program meets them.
@Suite("Program graphs")
struct ProgramGraphTests {
  private let workshop = ModuleWorkshop(isStressed: false)

  /// The graph of `main.l` in the workshop's folder.
  private func graph() throws -> ProgramGraph {
    try workshop.machine.programGraph(of: .file(workshop.path("main.l")))
  }

  /// What is wrong, by module.
  private func messages(_ graph: ProgramGraph) -> [String] {
    graph.modules.flatMap { module in module.problems.map { "\(module.name): \($0.message)" } }
  }

  @Test func modulesAndImports() throws {
    workshop.write(
      "main.l",
      "import p.q\nfrom m import x, y\neager import math\ntry { import none } catch { }\n"
        + "from p import s\n")
    workshop.write("p/q.l", "from m import *\n")
    workshop.write("p/s.l", "")
    workshop.write("m.l", "let x = 1\nlet y = 2\nimport p\np.s\n")
    let graph = try graph()
    #expect(graph.isClean)
    #expect(graph.modules.map(\.name) == ["__main__", "p", "p.q", "m", "math", "p.s"])
    #expect(graph.modules.map(\.form) == [.program, .folder, .file, .file, .native, .file])
    #expect(graph.modules[2].location.hasSuffix("/p/q.l"))
    #expect(graph.modules[2].source == Array("from m import *\n".utf8))
    let imports = graph.modules[0].imports
    #expect(imports.map(\.target) == [2, 3, 3, 4, nil, 1])
    #expect(imports.map(\.name) == ["", "x", "y", "", "", "s"])
    #expect(imports.map(\.offset) == [0, 11, 11, 30, 54, 78])
    #expect(imports.map(\.isEager) == [false, false, false, true, false, false])
    #expect(imports.map(\.isGuarded) == [false, false, false, false, true, false])
    #expect(graph.modules[0].submodules == [5])
    #expect(graph.modules[2].imports.map(\.name) == ["*"])
    #expect(graph.modules[3].submodules == [5])
  }

  @Test("Nothing runs, and the machine stays as it is")
  func nothingRuns() throws {
    workshop.write("main.l", "import m, sys\nprint(m.x)\nsys.path.append('x')\n")
    workshop.write("m.l", "print('m runs')\nlet x = 1\n")
    #expect(try graph().isClean)
    #expect(workshop.run("import lazy\nprint(lazy.pending())\nimport m\nm.x") == "[]\nm runs")
  }

  @Test func whatTheMachineHas() throws {
    workshop.machine.define("shout", parameters: ["text"]) { _ in .nil }
    workshop.machine.define("add", in: "host.tools") { _ in .nil }
    workshop.write("main.l", "import host\nfrom host import shout, whisper\nhost.shoot('x')\n")
    #expect(
      messages(try graph()) == [
        "__main__: cannot import name 'whisper' from module 'host'",
        "__main__: module 'host' has no attribute 'shoot'",
      ])
  }

  @Test func whatProgramsHaveChanged() throws {
    workshop.write("main.l", "import elsewhere\n")
    workshop.write("more/elsewhere.l", "")
    #expect(try graph().modules.count == 1)
    workshop.run("import sys\nsys.path.append('\(workshop.path("more"))')")
    #expect(try graph().isClean)
  }

  @Test func failuresAreShown() throws {
    workshop.write("main.l", "let = 1\nimport m\n")
    workshop.write("m.l", "nowhere\n")
    let failures = try graph().failures
    #expect(failures.map(\.name) == [workshop.path("main.l"), workshop.path("m.l")].map(real))
    #expect(failures[0].rendered().contains("main.l:1:5"))
    #expect(failures[1].rendered().contains("undefined name 'nowhere'"))
  }

  /// The program is named as it was given, modules by where they are.
  private func real(_ path: String) -> String {
    path.hasSuffix("main.l") ? path : SourceFile.absolutePath(path)
  }

  @Test func rootsThatCannotBeRead() {
    #expect(throws: ProgramError.self) { try graph() }
    #expect(throws: ProgramError.self) {
      try workshop.machine.programGraph(of: .module("nowhere"))
    }
    workshop.write("archive.zip", "PK\u{3}\u{4} and nothing of an archive behind it")
    #expect(throws: ProgramError.self) {
      try workshop.machine.programGraph(of: .file(workshop.path("archive.zip")))
    }
  }

  @Test func modulesFromDamagedArchives() throws {
    workshop.write("libs.zip", "PK\u{3}\u{4} and nothing of an archive behind it")
    workshop.machine.addModulePath(workshop.path("libs.zip"))
    workshop.write("main.l", "import m\n")
    let found = messages(try graph())
    #expect(found.count == 1)
    #expect(
      found.allSatisfy {
        $0.hasPrefix("__main__: module 'm' cannot be looked for in \(workshop.path("libs.zip")): ")
      })
  }

  @Test("Packages may lie deeper in each other than the stack is deep")
  func deepPackages() throws {
    let depth = 5000
    let folders = Array(repeating: "a", count: depth)
    workshop.write("main.l", "import \(folders.joined(separator: ".")).m as m\nm.y\n")
    let path = workshop.path("deep.zip")
    try ArchiveWriter.write(
      [(name: folders.joined(separator: "/") + "/m.l", bytes: Array("import .n\n".utf8))], to: path)
    workshop.machine.addModulePath(path)
    let graph = try graph()
    #expect(graph.modules.count == depth + 2)
    #expect(messages(graph).count == 2)
    #expect(graph.modules.last?.problems.first?.message.hasPrefix("no module named 'a.a.") == true)
  }

  @Test func bundles() throws {
    workshop.write("main.l", "import p\nprint(p.x)\n")
    workshop.write("p/init.l", "let x = 1\n")
    workshop.write("p/data.txt", "text")
    let output = workshop.path("app.zip")
    let bundle = try workshop.machine.bundle(
      .file(workshop.path("main.l")), resources: ["**/*"], output: output)
    #expect(bundle.memberNames == ["main.l", "p/data.txt", "p/init.l"])
    #expect((bundle.moduleCount, bundle.fileCount, bundle.byteCount) == (2, 1, 34))
    let size = try bundle.write(to: output)
    #expect(try Data(contentsOf: URL(fileURLWithPath: output)).count == size)
    let again = try workshop.machine.bundle(
      .file(workshop.path("main.l")), resources: ["**/*"], output: output)
    #expect(again.memberNames == bundle.memberNames)
    try ModuleWorkshop(isStressed: false).machine.runArchive(output)
  }

  @Test(arguments: [
    ("*", "a", true), ("*", "a/b", false), ("a", "a/b/c", true), ("a/*", "a/b/c", false),
    ("**", "a/b/c", true), ("**/c", "c", true), ("**/c", "a/b/c", true), ("a/**/c", "a/c", true),
    ("a/**/c", "b/a/c", false), ("*a*b*", "xxaxxbxx", true), ("*a*b*", "xxbxxaxx", false),
    ("a?c", "abc", true), ("a?c", "ac", false), ("?", "é", true), ("**/**/x", "a/x", true),
    ("a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false), ("a", "ab", false),
  ])
  func wildcards(pattern: String, path: String, matches: Bool) {
    #expect(Wildcards(pattern.split(separator: "/").map(String.init)).match(path) == matches)
  }
}
