import Testing

@testable import LangRuntime

/// How containers that hold a module are named: by the shortest way from a variable.
@Suite("References: ways to containers")
struct ReferencesPathTests {
  /// Programs that begin with `import geo`, and who refers to `geo` beside that variable.
  private static let cases: [(program: String, words: [String])] = [
    (
      #"""
      let config = {tools: [geo]}
      refs(geo)
      """#,
      [#"item of a list in <main>.config["tools"]"#]
    ),
    (
      #"""
      let config = {'a "b"': {7: ([geo], 1)}}
      refs(geo)
      """#,
      [#"item of a list in <main>.config["a \"b\""][7][0]"#]
    ),
    (
      #"""
      class Box {}
      let box = Box()
      box.items = [geo]
      let deep = [[box]]
      refs(geo)
      """#,
      ["item of a list in <main>.box.items"]
    ),
    (
      #"""
      class Box { let items = [geo] }
      let box = Box()
      refs(geo)
      """#,
      ["item of a list in <main>.Box.items"]
    ),
    (
      #"""
      fn make() {
        class Box { let items = [geo] }
        return Box()
      }
      let box = make()
      refs(geo)
      """#,
      ["item of a list in (the class of <main>.box).items"]
    ),
    (
      #"""
      fn base() {
        class Shape { let items = [geo] }
        return Shape
      }
      class Square(base()) {}
      refs(geo)
      """#,
      ["item of a list in (the base of <main>.Square).items"]
    ),
    (
      #"""
      fn f(tools) { refs(geo) }
      f([1, [geo]])
      """#,
      ["item of a list in local tools[1] of f()"]
    ),
    (
      #"""
      class Car {
        fn init() { self.parts = [geo] }
        fn drive() { refs(geo) }
      }
      Car().drive()
      """#,
      ["item of a list in local self.parts of Car.drive()"]
    ),
    (
      #"""
      let table = {[(1, geo)]: 2}
      let keys = set([(geo, 1)])
      refs(geo)
      """#,
      ["item of a tuple in a key of <main>.table", "item of a tuple in a member of <main>.keys"]
    ),
    (
      #"""
      let table = {[(1, (2, geo))]: 2}
      refs(geo)
      """#,
      ["item of a tuple in (a key of <main>.table)[1]"]
    ),
    (
      #"""
      fn f() {
        var xs = [geo]
        return fn() { xs = [xs] }
      }
      let g = f()
      refs(geo)
      """#,
      ["item of a list in captured variable xs of <function>() (main.l:6)"]
    ),
    (
      #"""
      fn f() {
        let xs = {a: [geo]}
        yield 1
        yield 2
      }
      let g = f()
      for x in g { break }
      refs(geo)
      """#,
      [#"item of a list in local xs["a"] of the suspended generator f()"#]
    ),
    (
      #"""
      fn f() {
        let xs = [geo]
        yield 1
        refs(geo)
      }
      for x in f() {}
      """#,
      ["item of a list in local xs of f()"]
    ),
    (
      #"""
      for xs in [[geo]] {
        let ys = [geo]
        refs(geo)
      }
      """#,
      ["item of a list in local xs of <main>", "item of a list in local ys of <main>"]
    ),
    (
      #"""
      for x in [geo] { refs(geo) }
      """#,
      ["item of a list that no variable reaches", "local x of <main>"]
    ),
    (
      #"""
      let it = iter([geo])
      refs(geo)
      """#,
      ["item of a list in the source of <main>.it"]
    ),
    (
      #"""
      class Box { fn f() => 1 }
      fn make() {
        let box = Box()
        box.item = geo
        return box.f
      }
      let f = make()
      refs(geo)
      """#,
      ["field item of a Box in the receiver of <main>.f"]
    ),
    (
      #"""
      let circle = [geo]
      circle.append(circle)
      let again = circle
      refs(geo)
      """#,
      ["item of a list in <main>.circle"]
    ),
  ]

  @Test(arguments: [false, true])
  func theShortestWayIsNamed(isStressed: Bool) throws {
    for (program, words) in Self.cases {
      for load in ["", "geo.size"] {
        let bench = try ReferencesBench(isStressed: isStressed)
        let answers = try bench.run("import geo\n\(load)\n\(program)")
        #expect(answers.map { $0.filter { $0 != "variable geo of <main>" } } == [words])
        #expect(bench.wereUnresolved == [load.isEmpty])
      }
    }
  }

  @Test(arguments: [false, true])
  func aLongWayIsCutShort(isStressed: Bool) throws {
    let bench = try ReferencesBench(isStressed: isStressed)
    // Collecting all the time takes a time that grows with the square of the length.
    let answers = try bench.run(
      """
      import geo
      var list = [geo]
      for i in 0..\(isStressed ? 100 : 100_000) { list = [list] }
      refs(geo)
      class Node { fn init(next) { self.next = next; self.value = geo } }
      var nodes = nil
      for i in 0..7 { nodes = Node(nodes) }
      list = nil
      refs(geo)
      """)
    #expect(
      answers == [
        ["item of a list in <main>.list[0][0][0][0][0][0][0][0]…", "variable geo of <main>"],
        (0..<7).map {
          "field value of a Node in <main>.nodes" + String(repeating: ".next", count: $0)
        }
          + ["variable geo of <main>"],
      ])
  }
}
