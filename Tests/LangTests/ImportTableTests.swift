import Testing

@testable import Lang

@Suite struct ImportTableTests {
  /// What each import binds: "name in number of the function", with `global` where it is.
  private func bindings(_ module: CompiledModule) -> [String] {
    module.imports.map {
      "\($0.binding == .none ? "*" : module.text($0.binding)) in \($0.function)"
        + ($0.isGlobal ? " global" : "")
    }
  }

  /// The modules from which imports bind a variable: "name: a, b", for each range of a function.
  private func ranges(_ module: CompiledModule, _ path: String) throws -> [String] {
    let function = module.functions[try module.function(path)]
    return (0..<function.locals.count).map { position in
      let local = function.locals[position]
      return describe(module, local.symbol, local.isCell, local.importedVariable)
    }
  }

  private func captures(_ module: CompiledModule, _ path: String) throws -> [String] {
    module.functions[try module.function(path)].captures.map {
      describe(module, $0.symbol, $0.isCell, $0.importedVariable)
    }
  }

  private func describe(
    _ module: CompiledModule, _ symbol: Symbol, _ isCell: Bool, _ variable: Int32
  ) -> String {
    let name = module.text(symbol) + (isCell ? " (cell)" : "")
    if variable < 0 { return name }
    let sources = module.importsByVariable[Int(variable)].map { number in
      module.imports[number].path.map { module.text($0) }.joined(separator: ".")
    }
    return "\(name): \(sources.joined(separator: ", "))"
  }

  /// Every `from` import of a function that does not bind a parameter stores into the register of
  /// a range that covers the whole function and lists the import; gives how many there were.
  private func checkRanges(_ module: CompiledModule) throws -> Int {
    var found = 0
    for (number, function) in module.functions.enumerated() {
      for index in 0..<function.instructions.count
      where function.instructions[index].opcode == .importName {
        let constant = function.constants[function.instructions[index].wide]
        let descriptor = module.imports[Int(constant.bits)]
        #expect(constant.kind == .importDescriptor)
        #expect(descriptor.function == number)
        if descriptor.isGlobal { continue }
        let store = function.instructions[index + 1]
        #expect(store.opcode == .move || store.opcode == .storeCell)
        let ranges = (0..<function.locals.count).map { function.locals[$0] }.filter {
          Int($0.register) * Instruction.scale == Int(store.a) && $0.start <= index
            && index < $0.end
        }
        let range = try #require(ranges.first)
        #expect(ranges.count == 1)
        #expect(range.symbol == descriptor.binding)
        #expect(range.isCell == (store.opcode == .storeCell))
        if range.importedVariable < 0 { continue }
        #expect(
          module.importsByVariable[Int(range.importedVariable)].contains(Int(constant.bits)))
        #expect(range.end == function.instructions.count)
        // Before it begins there is only what makes the variables.
        for earlier in 0..<Int(range.start) {
          let opcode = function.instructions[earlier].opcode
          #expect(opcode == .loadUndefined || opcode == .makeCell)
        }
        found += 1
      }
    }
    return found
  }

  @Test func whatImportsBind() throws {
    let module = try compile(
      """
      import a.b.c, d as e
      from f import g, h as i
      from j import *
      if true { from k import l }
      fn m() {
        import a.b
        from n import o as p
        class Q { fn r() { from s import t } }
      }
      """)
    let method = try module.function("m/Q.r")
    #expect(
      bindings(module) == [
        "a in 0 global", "e in 0 global", "g in 0 global", "i in 0 global", "* in 0 global",
        "l in 0 global", "a in 1", "p in 1", "t in \(method)",
      ])
    // Variables of the module are found by their names.
    #expect(module.importsByVariable == [[7], [8]])
    #expect(try checkRanges(module) == 2)
  }

  @Test func aVariableKnowsAllItsImports() throws {
    let module = try compile(
      """
      fn f() {
        try { from fast import x } catch { from slow import x } finally { from last import y as x }
        from m import x as y
        return x, y
      }
      """)
    #expect(try ranges(module, "f") == ["x: fast, slow, last", "y: m"])
    #expect(try checkRanges(module) == 4)
  }

  @Test func importsInBlocks() throws {
    let module = try compile(
      """
      fn f(c) {
        let before = 1
        if c { from a import x } else if before { from b import y } else { from c import z }
        while c { if c { from d import x }; break }
        for i in c { from e import u; let after = i }
        return x, y, z, u
      }
      """)
    #expect(
      try ranges(module, "f") == [
        "c", "x: a, d", "y: b", "z: c", "u: e", "before", "i", "after",
      ])
    #expect(try checkRanges(module) == 5)
  }

  @Test func otherVariablesAreNotImported() throws {
    let module = try compile(
      """
      fn f(p, ...rest) {
        from m import p, rest, a
        import b
        import c
        from m import c
        from m import d
        import d
        if p { let a = 1; return a, b, c, d }
      }
      """)
    #expect(
      try ranges(module, "f") == ["p", "rest", "a: m", "b", "c: m", "d: m", "a"])
    #expect(try checkRanges(module) == 3)
    #expect(module.importsByVariable.map(\.count) == [1, 1, 1])
  }

  @Test func capturesCarryItOn() throws {
    let module = try compile(
      """
      fn f(p) {
        from m import x
        from m import p
        fn g() {
          from n import y
          return fn() => x + y + p
        }
        from o import x
      }
      fn h() {
        fn early() { return fn() => fn() => late }
        from m import late
      }
      """)
    #expect(try ranges(module, "f") == ["p (cell)", "x (cell): m, o", "g"])
    #expect(try captures(module, "f/g") == ["x (cell): m, o", "p (cell)"])
    #expect(try ranges(module, "f/g") == ["y (cell): n"])
    #expect(
      try captures(module, "f/g/<function>") == ["x (cell): m, o", "y (cell): n", "p (cell)"])
    #expect(try captures(module, "h/early") == ["late (cell): m"])
    #expect(try captures(module, "h/early/<function>") == ["late (cell): m"])
    #expect(try captures(module, "h/early/<function>/<function>") == ["late (cell): m"])
    #expect(try checkRanges(module) == 4)
  }

  @Test func theSameNameInTwoFunctions() throws {
    let module = try compile(
      """
      from m import x
      fn f() { from a import x; return fn() { from b import x; return x } }
      fn g() { return x }
      fn h() { from c import x; yield x }
      """)
    #expect(try ranges(module, "f") == ["x: a"])
    #expect(try ranges(module, "f/<function>") == ["x: b"])
    #expect(try captures(module, "f/<function>") == [])
    #expect(try ranges(module, "g") == [])
    #expect(try ranges(module, "h") == ["x: c"])
    #expect(try checkRanges(module) == 3)
  }

  @Test func methodsAndDefaults() throws {
    let module = try compile(
      """
      class C {
        fn m(a = 1, b = fn() { from k import z; return z }) { from m import x; return self, x }
        static fn s() => fn() { from n import y; return y }
      }
      """)
    #expect(try ranges(module, "C.m") == ["self", "a", "b", "x: m"])
    #expect(try ranges(module, "C.s/<function>") == ["y: n"])
    #expect(try ranges(module, "C.m/<function>") == ["z: k"])
  }
}
