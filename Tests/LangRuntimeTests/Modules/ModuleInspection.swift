import Testing

@testable import LangRuntime

/// What tests look at, and change, behind the language's back.
extension ModuleWorkshop {
  var engine: Engine { machine.engine }

  /// The record of a module that the machine knows.
  func record(_ name: String) -> ModuleRecord? {
    engine.pointee.modules.byName[name].map { engine.pointee.modules.records[$0] }
  }

  /// Packs modules into an archive of the folder.
  func pack(_ name: String, _ members: [String: String]) {
    let sorted = members.sorted { $0.key < $1.key }.map { ($0.key, Array($0.value.utf8)) }
    do throws(ArchiveError) {
      write(name, try ArchiveWriter.archive(of: sorted))
    } catch {
      Issue.record("\(name): \(error.reason)")
    }
  }

  /// Checks that nothing of a module is left of a load that failed.
  ///
  /// - Parameter isKnown: Whether the module was found before.
  func expectNothingOf(_ name: String, isKnown: Bool = true, _ comment: Comment? = nil) {
    guard let number = engine.pointee.modules.byName[name] else {
      #expect(!isKnown, comment)
      return
    }
    let record = engine.pointee.modules.records[number]
    #expect(isKnown, comment)
    #expect(record.state == .pending, comment)
    #expect(record.module == nil, comment)
    expectBalance(comment)
    engine.collect()
    var count = 0
    engine.pointee.heap.forEachObject { header in
      if Tag(header.pointee.kind) != .module { return }
      let module = UnsafeMutableRawPointer(header).assumingMemoryBound(to: ModuleObject.self)
      if module.pointee.record == number { count += 1 }
    }
    #expect(count == 0, comment)
  }

  /// Checks what the machine writes down of modules against what they are.
  func expectBalance(_ comment: Comment? = nil) {
    let modules = engine.pointee.modules
    let pending = modules.records.filter { $0.state == .pending && $0.form != .program }
    #expect(modules.log.pendingCount == pending.count, comment)
    for module in modules.loading {
      #expect(modules.records[module.number].state == .loading, comment)
    }
    for record in modules.records { #expect(record.reloading == nil, comment) }
  }

  /// Makes the next passage of a step fail, with an IOError `injected`.
  ///
  /// - Parameter body: What happens instead, if it is not that error.
  func arm(
    _ step: LoadingStep, _ name: String, _ fault: Fault,
    instead body: ((Engine) throws(RaisedError) -> Void)? = nil
  ) {
    let engine = self.engine
    fault.hasHappened = false
    engine.pointee.modules.fault = { (passed, module) throws(RaisedError) in
      if passed != step || module != name || fault.hasHappened { return }
      fault.hasHappened = true
      if let body { return try body(engine) }
      throw engine.ioError("injected")
    }
  }
}

/// Whether a fault was met.
final class Fault: @unchecked Sendable {
  var hasHappened = false
}

extension LoadingStep: CaseIterable {
  /// In the order in which a load passes them.
  public static var allCases: [LoadingStep] { [.find, .read, .inflate, .parse, .evaluate, .patch] }
}
