import Testing

@testable import LangRuntime

/// The objects that functions of one module share their code through.
@Suite("Prototypes")
struct PrototypeTests {
  /// The prototypes of the heap, by the code that they were made of.
  private func prototypes(of machine: Machine) -> [ObjectIdentifier: Set<PrototypeReference>] {
    var found: [ObjectIdentifier: Set<PrototypeReference>] = [:]
    machine.engine.pointee.heap.forEachObject { header in
      if Tag(header.pointee.kind) != .prototype { return }
      let prototype = UnsafeMutableRawPointer(header).assumingMemoryBound(
        to: PrototypeObject.self)
      let unit = prototype.pointee.unit.takeUnretainedValue()
      found[ObjectIdentifier(unit), default: []].insert(prototype)
    }
    return found
  }

  @Test func eachLeadsToAllOfItsModule() throws {
    let machine = Machine()
    try machine.run("fn f() => fn() => 1\nfn g() => 2\nclass C { fn h() => 3 }\nlet k = f()")
    try machine.run("print")
    machine.engine.collect()
    let found = prototypes(of: machine)
    #expect(found.values.contains { $0.count == 5 })
    for siblings in found.values {
      for prototype in siblings {
        var reached: Set<PrototypeReference> = []
        var next = prototype
        while reached.insert(next).inserted { next = next.pointee.sibling }
        #expect(next == prototype)
        #expect(reached == siblings)
      }
    }
  }
}
