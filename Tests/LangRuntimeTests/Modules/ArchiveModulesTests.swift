import Foundation
import Testing

@testable import LangRuntime

/// Modules in zip archives, from the path to their resources.
@Suite("Modules in archives")
struct ArchiveModulesTests {
  private static let members = [
    "m.l": "let x = 'm'\nlet where_is = __file__\nfn fail() { throw ValueError('inside') }\n",
    "p/init.l": "from .part import y\nlet name = __name__\nlet package = __package__\n",
    "p/part.l": "from . import data\nlet y = 'part'\nfn load() => data.z\n",
    "p/data.l": "import lazy, p.data as itself\nlet z = str(lazy.resource(itself, 'table.txt'))\n",
    "p/table.txt": "rows",
    "plain/deep/q.l": "let x = 'q'\nlet package = __package__\n",
    "vendor/v.l": "import v_other\nlet x = v_other.x\n",
    "vendor/v_other.l": "let x = 'vendored'\n",
  ]

  private func workshop(_ isStressed: Bool, _ entry: String = "lib.zip") -> ModuleWorkshop {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.pack("lib.zip", ArchiveModulesTests.members)
    workshop.machine.addModulePath(workshop.path(entry))
    // Another archive under the same name.
    workshop.machine.define("pack", parameters: ["archive", "member", "text"]) { arguments in
      workshop.pack(
        try arguments.string(0), [try arguments.string(1): try arguments.string(2)])
      return .nil
    }
    return workshop
  }

  // MARK: Finding and loading

  @Test(arguments: [false, true])
  func modulesPackagesAndPlainFolders(isStressed: Bool) {
    let printed = workshop(isStressed).run(
      """
      import m, p.part, plain.deep.q, lazy
      from p import y, data
      print(repr(m), repr(p), repr(plain.deep))
      print(m.x, m.where_is, p.name, p.package, y, p.part.load(), data.z)
      print(plain.deep.q.x, plain.deep.q.package)
      print(repr(m), repr(plain.deep))
      print(lazy.pending())
      """)
    #expect(
      printed == """
        <lazy module 'm' from lib.zip/m.l> <lazy module 'p' from lib.zip/p/init.l> \
        <lazy module 'plain.deep' from lib.zip/plain/deep>
        m lib.zip/m.l p p part b"rows" b"rows"
        q plain.deep
        <module 'm' from lib.zip/m.l> <module 'plain.deep' from lib.zip/plain/deep>
        []
        """)
  }

  @Test(arguments: [false, true])
  func aFolderInAnArchive(isStressed: Bool) {
    let printed = workshop(isStressed, "lib.zip/vendor").run(
      """
      import v
      print(v.x, repr(v))
      try { import m } catch e: ImportError { print(e.message) }
      """)
    #expect(
      printed == """
        vendored <module 'v' from lib.zip/vendor/v.l>
        no module named 'm' in (folder), lib.zip/vendor
        """)
  }

  @Test(arguments: [false, true])
  func aFolderThatTheArchiveLacks(isStressed: Bool) {
    let workshop = workshop(isStressed, "lib.zip/nowhere")
    #expect(
      workshop.run("try { import m } catch e: ImportError { print(e.message) }")
        == "no module named 'm' in (folder), lib.zip/nowhere")
    // It comes later.
    #expect(
      workshop.run(
        """
        from host import pack
        pack('lib.zip', 'nowhere/m.l', 'let x = 1')
        import m
        print(m.x)
        """) == "1")
  }

  @Test(arguments: [false, true])
  func foldersComeBeforeAnArchiveThatIsBehindThem(isStressed: Bool) {
    let workshop = workshop(isStressed)
    workshop.write("m.l", "let x = 'folder'\n")
    #expect(workshop.run("import m, p\nprint(m.x, p.name)") == "folder p")
  }

  @Test(arguments: [false, true])
  func errorsShowTheSourceInTheArchive(isStressed: Bool) {
    let workshop = workshop(isStressed)
    #expect(workshop.run("import m\nm.fail()") == "ValueError: inside")
    #expect(workshop.report.contains("--> lib.zip/m.l:3:"))
    #expect(workshop.report.contains("3 | fn fail() { throw ValueError('inside') }"))
  }

  @Test(arguments: [false, true])
  func aModuleInAnArchiveThatDoesNotParse(isStressed: Bool) {
    let workshop = workshop(isStressed)
    let printed = workshop.run(
      """
      from host import pack
      pack('lib.zip', 'm.l', 'let x = = 1')
      import m
      for i in 0..2 {
        try { m.x } catch e: SyntaxError { print('lib.zip/m.l:1:9' in e.message) }
      }
      pack('lib.zip', 'm.l', 'let x = 1')
      print(m.x)
      """)
    #expect(printed == "true\ntrue\n1")
  }

  // MARK: Text and resources

  @Test(arguments: [false, true])
  func sourcesAndResources(isStressed: Bool) {
    let printed = workshop(isStressed).run(
      """
      import lazy, m, p, plain.deep
      print(lazy.source(m).split('\\n')[0], lazy.is_lazy(m))
      print(lazy.resource(p, 'table.txt'), lazy.resource(m, 'p/table.txt'), lazy.is_lazy(p))
      print(lazy.resource(plain.deep, 'q.l').decode().split('\\n')[0])
      try { lazy.resource(p, 'none.txt') } catch e: IOError { print(e.message) }
      try { lazy.resource(p, '../m.l') } catch e: ValueError { print('outside') }
      try { lazy.source(plain.deep) } catch e: ImportError { print(e.message) }
      """)
    #expect(
      printed == """
        let x = 'm' true
        b"rows" b"rows" true
        let x = 'q'
        cannot read 'lib.zip/p/none.txt': the archive has no member 'p/none.txt'
        outside
        module 'plain.deep' has no source
        """)
  }

  // MARK: Archives that change

  @Test(arguments: [false, true])
  func anArchiveThatIsReplacedBetweenImportAndUse(isStressed: Bool) {
    let workshop = workshop(isStressed)
    let printed = workshop.run(
      """
      from host import pack
      import m, p
      from m import x
      pack('lib.zip', 'm.l', 'let x = "replaced"')
      print(m.x, x)
      try { p.name } catch e: ImportError { print(e.message) }
      try { import plain } catch e: ImportError { print(e.message) }
      pack('lib.zip', 'p/init.l', 'let name = "back"')
      print(p.name, m.x)
      """)
    #expect(
      printed == """
        replaced replaced
        module 'p' was found when it was imported (main.l:2) but cannot be read at its first use \
        (main.l:6): the archive has no member 'p/init.l' (lib.zip/p/init.l)
        no module named 'plain' in (folder), lib.zip
        back replaced
        """)
  }

  @Test(arguments: [false, true])
  func anArchiveThatGoesAndComesBack(isStressed: Bool) {
    let workshop = workshop(isStressed)
    let printed = workshop.run(
      """
      import workshop
      import m, p
      workshop.move('lib.zip', 'away.zip')
      try { m.x } catch e: ImportError { print(e.message) }
      try { import plain } catch e: ImportError { print(e.message) }
      workshop.move('away.zip', 'lib.zip')
      import plain.deep.q
      print(m.x, p.name, plain.deep.q.x)
      """)
    #expect(
      printed == """
        module 'm' was found when it was imported (main.l:2) but cannot be read at its first use \
        (main.l:4): No such file or directory (lib.zip/m.l)
        module 'plain' cannot be looked for in lib.zip: No such file or directory
        m p q
        """)
  }

  @Test(arguments: [false, true])
  func anArchiveThatBecomesAFolderAndBack(isStressed: Bool) {
    let workshop = workshop(isStressed)
    let printed = workshop.run(
      """
      import workshop, m, p
      from host import pack
      workshop.remove('lib.zip')
      workshop.write('lib.zip/n.l', 'let x = "in a folder"')
      import n
      print(n.x)
      try { m.x } catch e: ImportError { print('cannot be read at its first use' in e.message) }
      workshop.remove('lib.zip')
      pack('lib.zip', 'o.l', 'let x = "packed again"')
      import o
      print(o.x, n.x)
      try { import q } catch e: ImportError { print(e.message) }
      """)
    #expect(
      printed == """
        in a folder
        true
        packed again in a folder
        no module named 'q' in (folder), lib.zip
        """)
  }

  @Test(arguments: [false, true])
  func anArchiveThatIsDamagedAndMended(isStressed: Bool) {
    let workshop = workshop(isStressed)
    workshop.machine.define("damage", parameters: ["how"]) { arguments in
      var bytes = [UInt8](FileManager.default.contents(atPath: workshop.path("lib.zip")) ?? Data())
      switch try arguments.string(0) {
      case "cut": bytes.removeLast(10)
      case "empty": bytes = []
      case "data": bytes[34] ^= 0xFF
      case "text": bytes = Array("not an archive at all, only some text\n".utf8)
      default: break
      }
      workshop.write("lib.zip", bytes)
      return .nil
    }
    workshop.machine.define("mend") { _ in
      workshop.pack("lib.zip", ArchiveModulesTests.members)
      return .nil
    }
    for damage in ["cut", "empty", "data", "text"] {
      workshop.pack("lib.zip", ArchiveModulesTests.members)
      let printed = workshop.run(
        """
        from host import damage, mend
        import lazy
        fn attempt(name) {
          try {
            lazy.load(name)
            return true
          } catch e: ImportError { return 'cannot be read' in e.message }
        }
        import plain.deep.q as module_\(damage)
        damage('\(damage)')
        print(attempt('m'), attempt('p'))
        mend()
        print(attempt('plain'))
        """)
      #expect(printed.hasSuffix("true"), "\(damage)")
    }
    #expect(
      workshop.run("import m, p, plain.deep.q as q\nprint(m.x, p.name, q.x)") == "m p q")
  }

  @Test(arguments: [
    ("cut", "it"), ("text", "zip"), ("twice", "twice"), ("dots", ".."), ("encrypted", "encrypted"),
    ("method", "method"), ("size", "MB"), ("sum", "checksum"), ("empty", "zip"),
  ])
  func hostileArchivesOnThePath(kind: String, word: String) throws {
    let workshop = ModuleWorkshop(isStressed: false)
    var member = RawArchive.Member("m.l", stored: "let x = 1\n")
    var archive = RawArchive([member])
    switch kind {
    case "twice": archive = RawArchive([member, member])
    case "dots": archive = RawArchive([member, RawArchive.Member("../e.l", stored: "let x = 1")])
    case "encrypted":
      member.flags = 1
      archive = RawArchive([member])
    case "method":
      member.method = 99
      archive = RawArchive([member])
    case "size":
      member.size = 1 << 30
      archive = RawArchive([member])
    case "sum":
      member.checksum ^= 1
      archive = RawArchive([member])
    default: break
    }
    var bytes = archive.bytes
    if kind == "cut" { bytes.removeLast(5) }
    if kind == "text" { bytes = Array("some text that is no archive\n".utf8) }
    if kind == "empty" { bytes = [] }
    workshop.write("bad.zip", bytes)
    workshop.machine.addModulePath(workshop.path("bad.zip"))
    // Members are looked at when they are read, the archive as a whole at the import.
    let printed = workshop.run(
      "try { import m\n m.x\n print('loaded') } catch e: ImportError { print(e.message) }")
    #expect(printed.contains(word), "\(kind)")
    #expect(printed.contains("bad.zip"), "\(kind)")
    #expect(printed != "loaded")
    // Other entries of the path can be used all the same.
    workshop.write("good.l", "let x = 2\n")
    #expect(workshop.run("import good\nprint(good.x)") == "2", "\(kind)")
    // Once it is mended, it is used.
    workshop.pack("bad.zip", ["m.l": "let x = 3\n"])
    #expect(workshop.run("import m\nprint(m.x)") == "3", "\(kind)")
  }

  // MARK: Programs in archives

  @Test(arguments: [false, true])
  func anArchiveThatIsRun(isStressed: Bool) throws {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.pack(
      "app.zip",
      [
        "main.l": """
        import lazy, sys, part
        from pkg import inner
        print(__name__, __file__, part.x, inner.y)
        print(str(lazy.resource('part', 'data/text.txt')), sys.path[0])
        print(lazy.source('part'))
        """,
        "part.l": "let x = 'part'", "pkg/inner.l": "let y = 'inner'",
        "data/text.txt": "a resource",
      ])
    // What lies outside does not step in.
    workshop.write("part.l", "let x = 'outside'\n")
    #expect(
      workshop.runArchive("app.zip") == """
        __main__ app.zip/main.l part inner
        b"a resource" app.zip
        let x = 'part'
        """)
  }

  @Test(arguments: [false, true])
  func archivesThatCannotBeRun(isStressed: Bool) throws {
    let workshop = ModuleWorkshop(isStressed: isStressed)
    workshop.pack("app.zip", ["part.l": "let x = 1"])
    #expect(
      workshop.runArchive("app.zip")
        == "ImportError: the archive 'app.zip' cannot be run: the archive has no member 'main.l'")
    workshop.write("bad.zip", "PK\u{3}\u{4} and nothing more")
    #expect(
      workshop.runArchive("bad.zip").hasPrefix(
        "ImportError: the archive 'bad.zip' cannot be run: "))
    #expect(
      workshop.runArchive("none.zip")
        == "ImportError: the archive 'none.zip' cannot be run: No such file or directory")
    workshop.pack("broken.zip", ["main.l": "let x = = 1"])
    #expect(workshop.runArchive("broken.zip") == "does not compile")
    #expect(workshop.report.contains("broken.zip/main.l:1:9"))
  }

  // MARK: Reload

  @Test(arguments: [false, true])
  func fromAFolderIntoAnArchiveAndBack(isStressed: Bool) {
    let workshop = workshop(isStressed)
    let printed = workshop.run(
      """
      import workshop
      from host import pack
      workshop.write('t.l', 'fn f() => "folder"\\nlet x = 1')
      import t
      from t import x
      let f = t.f
      print(f(), t.__file__, x)
      workshop.remove('t.l')
      pack('lib.zip', 't.l', 'fn f() => "archive"\\nlet x = 2')
      reload(t)
      print(f(), t.f(), f is t.f, t.__file__, x, repr(t))
      pack('lib.zip', 'other.l', '')
      try { reload(t) } catch e: ImportError { print(e.message) }
      print(f(), t.__file__)
      workshop.write('t.l', 'fn f() => "back"\\nlet x = 3')
      reload(t)
      print(f(), t.__file__, x)
      workshop.remove('t.l')
      pack('lib.zip', 't/init.l', 'fn f() => "package"\\nlet x = 4')
      reload(t)
      print(f(), t.__file__, x, t.__package__)
      pack('lib.zip', 't.l', 'fn f() => "module again"\\nlet x = 5')
      reload(t)
      print(f(), t.__file__, x, repr(t.__package__))
      """)
    #expect(
      printed == """
        folder t.l 1
        archive archive true lib.zip/t.l 2 <module 't' from lib.zip/t.l>
        no module named 't' in (folder), lib.zip
        archive lib.zip/t.l
        back t.l 3
        package lib.zip/t/init.l 4 t
        module again lib.zip/t.l 5 ""
        """)
  }

  @Test(arguments: [false, true])
  func aPackageThatMovesIntoAnArchiveWithItsParts(isStressed: Bool) {
    let workshop = workshop(isStressed)
    workshop.machine.define("pack_all") { _ in
      workshop.pack(
        "lib.zip",
        [
          "t/init.l": "let name = 'packed'\n", "t/a.l": "let x = 'packed a'\n",
          "t/b.l": "let x = 'packed b'\n",
        ])
      return .nil
    }
    workshop.write("t/init.l", "let name = 'folder'\n")
    workshop.write("t/a.l", "let x = 'folder a'\n")
    workshop.write("t/b.l", "let x = 'folder b'\n")
    let printed = workshop.run(
      """
      import workshop
      from host import pack_all
      import t.a, t.b
      print(t.name, t.a.x)
      let a = t.a
      workshop.remove('t')
      pack_all()
      reload(t)
      reload('t.a')
      print(t.name, t.a.x, t.a is a, t.__file__, a.__file__)
      try { print(t.b.x) } catch e: ImportError { print('t/b.l' in e.message) }
      """)
    #expect(
      printed.hasPrefix(
        """
        folder folder a
        packed packed a true lib.zip/t/init.l lib.zip/t/a.l

        """))
  }
}

extension ModuleWorkshop {
  /// Runs `main.l` of an archive in the folder; gives what ``run(_:name:)`` gives.
  func runArchive(_ name: String) -> String {
    outcome { () throws(LangError) in try machine.runArchive(path(name)) }
  }
}
