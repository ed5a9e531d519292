import Testing

@testable import Lang

@Suite struct RenumberingTests {
  private let text = """
    let a = 1
    var b = a
    fn f() { b += a; return fn() { b = a; a2.x = fn() => b } }
    class C { fn m() { return C, f } }
    import a2
    from m import (d, e)
    (b, a2) = [b, a2]
    for b in [1] { b = 2 }
    """

  /// Which variables each instruction reads or writes, by slot, in the order of the code.
  private func slots(_ module: CompiledModule) -> [Int] {
    var found: [Int] = []
    for function in module.functions {
      for index in 0..<function.instructions.count {
        let instruction = function.instructions[index]
        if "\(instruction.opcode)".hasSuffix("Global") { found.append(instruction.wide) }
      }
    }
    return found
  }

  /// All instructions, those of module variables without their slot.
  private func rest(_ module: CompiledModule) -> [String] {
    module.functions.flatMap { function in
      (0..<function.instructions.count).map { index in
        let i = function.instructions[index]
        let isGlobal = i.opcode == .loadGlobal || i.opcode == .storeGlobal
        return "\(i.opcode) \(i.d) \(i.a) " + (isGlobal ? "" : "\(i.b) \(i.c)")
      }
    }
  }

  @Test func everyAccessMoves() throws {
    let module = try compile(text)
    let before = slots(module)
    let others = rest(module)
    let globals = module.globals
    // Every variable but those that every module has is used somewhere.
    #expect(Set(before).sorted() == Array(4..<globals.count))
    // Also beyond what 16 bits hold.
    let moved = globals.indices.map { $0 % 2 == 0 ? 70_000 - $0 : $0 + 1 }
    #expect(module.renumberGlobals(moved))
    #expect(slots(module) == before.map { moved[$0] })
    #expect(rest(module) == others)
    #expect(module.globals == globals)
    #expect(module.globalSlots == moved)
  }

  @Test func theLargestSlot() throws {
    let module = try compile("let a = 1")
    #expect(module.renumberGlobals([0, 1, 2, 3, Int(Int32.max)]))
    #expect(slots(module) == [Int(Int32.max)])
  }

  @Test(arguments: [
    [], [0, 1, 2, 3], [0, 1, 2, 3, -1], [0, 1, 2, 3, 1 << 31], [0, 1, 2, 3, Int.max],
    [Int.min, 1, 2, 3, 4],
  ])
  func whatDoesNotFitChangesNothing(_ moved: [Int]) throws {
    let module = try compile("let a = 1\nprint(a)")
    #expect(!module.renumberGlobals(moved))
    #expect(slots(module) == [4, 4])
    #expect(module.globalSlots == [])
    #expect(module.renumberGlobals([0, 1, 2, 3, 9]))
    #expect(slots(module) == [9, 9])
  }

  @Test func onlyOnce() throws {
    let module = try compile("let a = 1")
    #expect(module.renumberGlobals([0, 1, 2, 3, 9]))
    #expect(!module.renumberGlobals([0, 1, 2, 3, 5]))
    #expect(slots(module) == [9])
  }

  @Test func theDisassemblerStillKnowsTheNames() throws {
    let module = try compile(text)
    let source = SourceText(name: "test.l", text: text)
    let before = Disassembler(module, source: source).text
    #expect(before.contains("storeGlobal               r0, a\n"))
    #expect(module.renumberGlobals(Array(module.globals.indices.map { $0 * 7 }.reversed())))
    #expect(Disassembler(module, source: source).text == before)
  }
}
