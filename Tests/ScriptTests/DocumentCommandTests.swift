import Foundation
import TestSupport
import Testing

/// `lang doc`: pages of modules from their comments.
@Suite("lang doc", .enabled(if: LangProcess.executable != nil))
struct DocumentCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func lang(
    _ arguments: String..., environment: [String: String] = [:]
  ) async throws -> RunResult {
    try await LangProcess.run(["doc"] + arguments, in: directory.url, environment: environment)
  }

  private func read(_ path: String) throws -> String {
    try String(contentsOf: directory.url.appendingPathComponent(path), encoding: .utf8)
  }

  @Test func aPageHasAllThatIsPublic() async throws {
    try directory.write(
      "shapes.l",
      """
      ## Shapes. The rest of it.
      ##
      ##     print(Square(2).area)
      ##
      ##     4
      ##
      ## ```text
      ## as it is
      ## ```

      from math import pi
      import sys
      throw ValueError("nothing runs")

      ## A shape of <any> kind.
      class Shape {
        ## Its corners.
        let corners = 0
        fn init(name, style = {fill: "no,  ne"},
                ...tags) { self.name = name }
        ## Draws it.
        fn draw(on) {}
        fn ==(other) => true
        fn repr() => "x"
        fn _hidden() {}
      }

      ## A square.
      class Square(Shape) {
        ## How large it is.
        get area => 1
        fn draw(on) {}
        ## One of side 1.
        static fn unit() => Square("unit")
      }

      fn _private() {}

      fn plain(a, b = [1,
        2]) => a

      ## Twice the number.
      let double = fn(n) => n * 2
      ## The largest.
      let largest = 100
      var counter
      """)
    let result = try await lang("shapes.l")
    #expect(result.standardError == "")
    #expect(
      result.text == """
        # shapes

        Shapes. The rest of it.

        ```lang
        print(Square(2).area)
        ```
        ```output
        4
        ```

        ```text
        as it is
        ```

        - Functions: [`plain`](#plaina-b--1-2), [`double`](#doublen)
        - Classes: [`Shape`](#class-shapename-style--fill-no--ne-tags), \
        [`Square`](#class-squarename-style--fill-no--ne-tags)
        - Constants: [`largest`](#let-largest--100)
        - Variables: [`counter`](#var-counter)

        ## Functions

        ### `plain(a, b = [1, 2])`

        *(not documented)*

        ### `double(n)`

        Twice the number.

        ## Classes

        ### `class Shape(name, style = {fill: "no,  ne"}, ...tags)`

        A shape of \\<any> kind.

        #### `let corners = 0`

        Its corners.

        #### `draw(on)`

        Draws it.

        Defines `==`, `repr`.

        ### `class Square(name, style = {fill: "no,  ne"}, ...tags)`

        Derived from [`Shape`](#class-shapename-style--fill-no--ne-tags).

        A square.

        #### `get area`

        How large it is.

        #### `draw(on)`

        Draws it.

        #### `static unit()`

        One of side 1.

        ## Constants

        ### `let largest = 100`

        The largest.

        ## Variables

        ### `var counter`

        *(not documented)*

        """)
  }

  @Test func packagesComeWithTheirModules() async throws {
    for (file, text) in [
      ("pack/init.l", "## The package.\n\nfrom .inner import cut, trim as strip\n"),
      ("pack/inner.l", "## The inside.\n\n## Cuts.\nfn cut() {}\n## Trims.\nfn trim() {}"),
      ("pack/_own.l", "fn a() {}"), ("pack/test_inner.l", "fn test_a() {}"),
      ("pack/tests/more.l", "fn a() {}"),
    ] { try directory.write(file, text) }
    for place in ["pack", "./pack"] {
      let result = try await lang(place, "--output", "docs/\(place.count)/x")
      #expect(result.standardError == "")
      #expect(result.text.hasPrefix("3 pages in docs/"))
    }
    #expect(
      try read("docs/4/x/README.md").hasSuffix(
        """

        - [`pack`](pack.md): The package.
        - [`pack.inner`](pack.inner.md): The inside.

        """))
    #expect(
      try read("docs/4/x/pack.md") == """
        # pack

        The package.

        - Modules: [`pack.inner`](pack.inner.md)

        ## From its modules

        - `cut`: see [`pack.inner`](pack.inner.md)
        - `strip`: `trim` of [`pack.inner`](pack.inner.md)

        """)
    #expect(try await lang("pack/inner.l").text.hasPrefix("# pack.inner\n"))
    // What is named itself is shown, also if it is private.
    #expect(try await lang("pack/_own.l").text.hasPrefix("# pack._own\n"))
    #expect(try await lang("pack.inner").text.hasPrefix("# pack.inner\n"))
  }

  @Test func whatComesFromPrivateModulesIsDocumentedWhereItIsHandedOn() async throws {
    try directory.write("pack/init.l", "## The package.\n\nfrom ._inner import cut, Box as Crate\n")
    try directory.write(
      "pack/_inner.l",
      """
      ## Cuts.
      fn cut(text) {}
      ## Holds.
      class Box {
        fn init(size) {}
        fn open() {}
      }
      """)
    #expect(
      try await lang("pack").text == """
        # pack

        The package.

        - Functions: [`cut`](#cuttext)
        - Classes: [`Crate`](#class-cratesize)

        ## Functions

        ### `cut(text)`

        Cuts.

        ## Classes

        ### `class Crate(size)`

        Holds.

        #### `open()`

        *(not documented)*

        """)
    let check = try await lang("pack", "--check")
    #expect(check.standardError.contains("pack.Crate.open has no documentation ("))
    #expect(check.standardError.contains("pack/_inner.l:6)"))
  }

  @Test func nativeModulesSayWhatHelpSays() async throws {
    let result = try await lang("math")
    #expect(result.text.hasPrefix("# math\n\nFunctions and constants"))
    #expect(result.text.contains("### `log(x, base?)`\n\nThe logarithm to a base;"))
    #expect(result.text.contains("### `pi`\n\nThe ratio"))
    #expect(try await lang("math", "lazy", "sys", "--check").exitCode == 0)
  }

  @Test func checkListsWhatIsMissing() async throws {
    try directory.write("a.l", "fn f() {}\n\nclass C {\n  fn m() {}\n  fn repr() => \"\"\n}\n")
    try directory.write("b.l", "## All is said.\n")
    let path = directory.url.path
    var result = try await lang("a.l", "b.l", "--check")
    #expect(
      result.standardError == """
        a has no documentation (\(path)/a.l)
        a.f has no documentation (\(path)/a.l:1)
        a.C has no documentation (\(path)/a.l:3)
        a.C.m has no documentation (\(path)/a.l:4)

        documented 2 modules: 4 problems

        """)
    #expect(result.exitCode == 65)
    #expect(try await lang("b.l", "--check").text == "documented 1 module: no problems\n")

    _ = try await lang("b.l", "--output", "docs")
    result = try await lang("b.l", "--output", "docs", "--check")
    #expect(result.exitCode == 0)
    try directory.write("docs/b.md", "# other\n")
    try directory.write("docs/c.md", "# more\n")
    try FileManager.default.removeItem(
      at: directory.url.appendingPathComponent("docs/README.md"))
    result = try await lang("b.l", "--output", "docs", "--check")
    #expect(
      result.standardError == """
        docs/README.md cannot be read: No such file or directory
        docs/b.md is out of date
        docs/c.md belongs to no module

        documented 1 module: 3 problems

        """)
  }

  @Test func whatCannotBeRead() async throws {
    try directory.write("bad.l", "fn (")
    var result = try await lang("bad.l")
    #expect(result.exitCode == 65)
    #expect(result.standardError.contains("--> \(directory.url.path)/bad.l:1:"))
    #expect(result.text == "")
    result = try await lang("nowhere")
    #expect(result.exitCode == 74)
    #expect(
      result.standardError.hasPrefix("lang: cannot read 'nowhere': no module named 'nowhere'"))
    result = try await lang("no/such.l")
    #expect(result.exitCode == 74)
    result = try await lang("bad.l", "--output", "docs")
    #expect(result.exitCode == 65)
    try directory.write("good.l", "## Good.\n")
    try directory.write("file", "")
    result = try await lang("good.l", "--output", "file")
    #expect(result.exitCode == 74)
    #expect(try await lang().exitCode == 64)
  }

  @Test func anArchiveIsReadLikeAFolder() async throws {
    try directory.write("main.l", "## The program.\n\nimport part\n")
    try directory.write("part.l", "## A part.\n")
    _ = try await LangProcess.run(
      ["bundle", "main.l", "-o", "app.zip"], in: directory.url)
    let result = try await lang("app.zip")
    #expect(result.standardError == "")
    #expect(result.text == "# main\n\nThe program.\n")
  }

  @Test func helpOfClassesAndModules() async throws {
    try directory.write("other.l", "## Elsewhere.\nfn taken() {}\n")
    try directory.write(
      "here.l",
      """
      ## Here.
      ##
      ## ```text
      ## as it is
      ## ```

      from other import taken

      class Base {
        ## In the base.
        fn inherited() {}
        fn twice() {}
        fn _hidden() {}
      }
      ## Derived.
      class Derived(Base) {
        ## A property.
        get size => 1
        fn twice() {}
      }
      fn _own() {}
      fn shown() => taken()
      """)
    let result = try await LangProcess.run(
      ["-e", "import here; here.shown(); help(here); help(here.Derived)"], in: directory.url)
    let lines = result.text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
    #expect(
      lines.joined(separator: "\n") == """
        Here.

            as it is
          class Base
          class Derived
          fn shown()
        class Derived(Base)
        Derived.
          get size
            A property.
          fn twice()
        from Base:
          fn inherited()
            In the base.

        """)
  }
}
