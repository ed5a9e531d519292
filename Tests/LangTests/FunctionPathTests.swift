import Testing

@testable import Lang

@Suite struct FunctionPathTests {
  /// The paths of a text's functions, without the body's.
  private func functions(_ text: String) throws -> [String] {
    Array(FunctionPaths(of: try compile(text)).functions.dropFirst())
  }

  /// The counterparts of the functions of `new` in `old`: "path < path", or "path new".
  private func matches(_ new: String, _ old: String) throws -> [String] {
    let (later, earlier) = (
      FunctionPaths(of: try compile(new)), FunctionPaths(of: try compile(old))
    )
    let found = later.counterparts(in: earlier)
    #expect(found.functions.count == later.functions.count)
    #expect(found.classes.count == later.classes.count)
    #expect(found.functions[0] == 0)
    return zip(later.functions, found.functions).dropFirst().map(describe(earlier.functions))
      + zip(later.classes, found.classes).map(describe(earlier.classes))
  }

  private func describe(_ earlier: [String]) -> (String, Int) -> String {
    { $1 < 0 ? "\($0) new" : "\($0) < \(earlier[$1])" }
  }

  @Test func parentsAreTheFunctionsAround() throws {
    let module = try compile(
      """
      fn outer(a = fn() => 1) {
        fn inner() { return fn() => 2 }
        class Shape { fn area() { return fn() => 3 }; let k = fn() => 4 }
        return [fn(x) => x for y in (fn() => [])()]
      }
      let last = fn() => 5
      """)
    #expect(module.functions[0].parent == -1)
    for number in module.functions.indices.dropFirst() {
      #expect((0..<number).contains(module.functions[number].parent))
    }
    let paths = FunctionPaths(of: module).functions
    #expect(
      zip(paths, module.functions).map { "\($0) in \($1.parent < 0 ? "-" : paths[$1.parent])" }
        == [
          " in -", "outer in ", "outer/<function> in outer", "outer/inner in outer",
          "outer/inner/<function> in outer/inner", "outer/Shape.area in outer",
          "outer/Shape.area/<function> in outer/Shape.area", "outer/<function>#2 in outer",
          "outer/<function>#3 in outer", "outer/<function>#4 in outer", "<function> in ",
        ])
    #expect(FunctionPaths(of: module).anonymousCounts == [1, 4, 0, 1, 0, 1, 0, 0, 0, 0, 0])
  }

  @Test func methodsKnowTheirClass() throws {
    let module = try compile(
      """
      class A { fn f() { class B { fn g() { } }; return fn() => 1 }; static fn s() { }; get p => 1 }
      fn free() { }
      """)
    let classNames = module.functions.map {
      $0.classNumber < 0 ? "-" : module.text(module.classes[$0.classNumber].name)
    }
    #expect(classNames == ["-", "A", "B", "-", "A", "A", "-"])
    for function in module.functions where function.classNumber >= 0 {
      #expect(function.className == module.classes[function.classNumber].name)
    }
    #expect(module.classes.map(\.function) == [0, try module.function("A.f")])
    #expect(FunctionPaths(of: module).classes == ["A", "A.f/B"])
  }

  @Test func pathsAreDistinct() throws {
    #expect(
      try functions(
        """
        if true { fn f() { fn g() { } } } else { fn f() { fn g() { } } }
        if true { class A { fn m() { } } } else { class A { fn m() { }; fn n() { } } }
        if true { class f { fn g() { } } }
        """) == ["f", "f/g", "f#2", "f#2/g", "A.m", "A#2.m", "A#2.n", "f.g"])
  }

  @Test func operatorsAreNames() throws {
    #expect(
      try functions("class A { fn /(o) { fn f() { } }; fn //(o) { }; fn []=(i, v) { } }")
        == ["A./", "A.//f", "A.//", "A.[]="])
  }

  @Test func aModuleWithoutFunctions() throws {
    let paths = FunctionPaths(of: try compile("class A { }"))
    #expect(paths.functions == [""])
    #expect(paths.classes == ["A"])
    #expect(paths.anonymousCounts == [0])
  }

  @Test func pathsDoNotDependOnPlaces() throws {
    #expect(
      try matches(
        "fn new() { }\n\n\nclass C { fn b() { }; fn a() { } }\nfn f() { fn g() { } }",
        "fn f() { fn g() { } }\nclass C { fn a() { }; fn b() { } }\nfn old() { }")
        == ["new new", "C.b < C.b", "C.a < C.a", "f < f", "f/g < f/g", "C < C"])
  }

  @Test func anonymousFunctionsMatchWhileTheirNumberIsTheSame() throws {
    let old = "fn f() { return [fn() => 1, fn() => 2] }\nlet g = fn() { fn h() { } }"
    #expect(
      try matches("let g = fn() { fn h() { } }\nfn f() { return [fn() => 3, fn() => 4] }", old)
        == [
          "<function> < <function>", "<function>/h < <function>/h", "f < f",
          "f/<function> < f/<function>", "f/<function>#2 < f/<function>#2",
        ])
    // One more, or one less: none of this function is matched, nor what is inside of them.
    #expect(
      try matches("fn f() { return [fn() => 1] }\nlet g = fn() { fn h() { } }", old)
        == ["f < f", "f/<function> new", "<function> < <function>", "<function>/h < <function>/h"])
    #expect(
      try matches("let g = fn() { fn h() { } }\nlet e = fn() => 0", old)
        == ["<function> new", "<function>/h new", "<function>#2 new"])
  }

  @Test func classesInUnmatchedFunctionsAreNew() throws {
    let old = "let f = fn() { class C { fn m() { } } }"
    #expect(
      try matches(old, old) == [
        "<function> < <function>", "<function>/C.m < <function>/C.m", "<function>/C < <function>/C",
      ])
    #expect(
      try matches(old + "\nlet g = fn() => 1", old)
        == ["<function> new", "<function>/C.m new", "<function>#2 new", "<function>/C new"])
  }
}
