import Foundation
import Testing

@testable import LangRuntime

/// A machine with the modules `geo` and `shop.prices` in files, and `probe.refs`, which hands out the
/// words for a value, or for the variable of the main module that a string names.
///
/// For an unresolved value the holder table, which says where a patch must go, is compared with a
/// search of the heap each time; so these tests also prove that no store was missed.
final class ReferencesBench {
  private(set) var answers: [[String]] = []
  /// Whether each value that was asked for was a proxy or a deferred name.
  private(set) var wereUnresolved: [Bool] = []
  let machine: Machine
  private let folder: URL

  init(isStressed: Bool) throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lang-references-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("shop"), withIntermediateDirectories: true)
    machine = Machine(modulePath: [folder.path])
    try write("let size = 4\nlet name = 'geo'\nfn area() => size * size", to: "geo.l")
    try write(
      """
      import geo
      let table = {side: [geo]}
      fn hold(x) { import geo as g; return fn() => (g, x) }
      """, to: "shop/prices.l")
    machine.defineModule(
      "probe", functions: [HostFunction("refs", parameters: ["value"]) { _ in .nil }])
    try machine.run("import probe\nprobe.refs(1)")
    // A function of an embedding program gets copies of its arguments; this one needs the values.
    let engine = machine.engine
    for position in 0..<engine.pointee.nativeCount
    where engine.pointee.nativeTable[position].hostName == "refs" {
      engine.pointee.nativeTable[position] = NativeDefinition(
        hostFunction: "refs", parameters: ["value"]
      ) { [unowned self] (call) throws(RaisedError) -> Value in
        answer(call[0])
        return .nil
      }
    }
    machine.isCollectorStressed = isStressed
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func write(_ text: String, to path: String) throws {
    try text.write(
      to: folder.appendingPathComponent(path), atomically: true, encoding: .utf8)
  }

  private func answer(_ value: Value) {
    let engine = machine.engine
    var value = value
    if value.isString, let main = engine.pointee.modules.byName["__main__"],
      let module = engine.pointee.modules.records[main].module,
      let entry = module.pointee.names.entry(engine.pointee.symbols.intern(value.string.text))
    {
      value = module.pointee.slots[entry.pointee.value.int]
    }
    let collections = engine.pointee.collections
    let words = engine.references(to: value)
    if value.isUnresolved { #expect(words == engine.searchReferences(to: [value]).lines) }
    #expect(engine.pointee.collections == collections)
    answers.append(words)
    wereUnresolved.append(value.isUnresolved)
  }

  /// The words at each `refs` of a program.
  func run(_ source: String) throws -> [[String]] {
    answers = []
    wereUnresolved = []
    try machine.run("from probe import refs\n" + source, name: "/somewhere/main.l")
    return answers
  }
}
