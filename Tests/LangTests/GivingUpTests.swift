import Foundation
import Testing

@testable import Lang

/// Work on a text is given up at any place, and leaves nothing behind.
@Suite("Giving up")
struct GivingUpTests {
  /// The sources of the standard library and of the examples: everything that the language has.
  private static let files: [URL] = {
    let repository = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return ["stdlib", "examples", "Tests/scripts"].flatMap { folder in
      let found = FileManager.default.enumerator(
        at: repository.appendingPathComponent(folder), includingPropertiesForKeys: nil)
      return (found?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "l" }
    }.sorted { $0.path < $1.path }
  }()

  /// Compiles a text, and gives up at the question of this number; gives how many questions there were.
  private func compile(
    _ bytes: [UInt8], _ symbols: SymbolTable, givingUpAt stop: Int
  ) -> (outcome: Compilation.Outcome, questions: Int) {
    var count = 0
    let question = StopQuestion(atEachNode: {
      count += 1
      return count == stop
    })
    let outcome = bytes.withUnsafeBufferPointer {
      Compilation.compile($0, symbols: symbols, question: question)
    }
    return (outcome, count)
  }

  @Test func atManyPlacesOfManyTexts() throws {
    try #require(Self.files.count > 300)
    var count = 0
    for (number, file) in Self.files.enumerated() {
      let bytes = try Array(Data(contentsOf: file))
      if bytes.count > 20_000 { continue }
      let symbols = SymbolTable()
      let whole = compile(bytes, symbols, givingUpAt: 0)
      guard case .compiled(let expected) = whole.outcome else { continue }
      // Other places in each text.
      for step in 1...12 {
        let stop = 1 + (step * 7919 + number * 104_729) % whole.questions
        let outcome = compile(bytes, symbols, givingUpAt: stop).outcome
        guard case .stopped = outcome else {
          Issue.record("\(file.lastPathComponent) went on at question \(stop)")
          continue
        }
        count += 1
      }
      guard case .compiled(let again) = compile(bytes, symbols, givingUpAt: 0).outcome else {
        Issue.record("\(file.lastPathComponent) does not compile any more")
        continue
      }
      #expect(again.globals == expected.globals)
      #expect(again.functions.count == expected.functions.count)
    }
    #expect(count > 3000)
  }

  /// A text of every form of statement and expression, at every place.
  @Test func atEachPlace() throws {
    let text = """
      ## Of the module.
      import a.b as c, d
      from .e import f, g as h
      # A comment.
      let (x, [y, ...rest]) = (1, [2, 3, 4]) if true else nil
      var total = 0x1F + 1e3 - "text" * r'raw' ** f"{x!r:>{y}} {{}} {rest[1..-1]}"
      class Point(Base) {
        ## Documented.
        let limit = 3
        fn init(x, y = 2, ...more) { super.init(x); self.x = x }
        get size => self.x
        static fn make() => Point(1, y: 2, ...[3])
      }
      fn outer(n) {
        var count = 0
        let inner = fn(k) {
          count += k
          from m import late
          return late?.value ?? count
        }
        while count < n and not (n is nil) { if count > 3 { break } else if n { continue } else { count += 1 } }
        for i, v in enumerate(rest) { yield i; yield v }
        try { throw Error("x") } catch e: (TypeError, ValueError) { throw } catch { count = 0 } finally { inner(1) }
        assert count >= 0, "message"
        return [k * 2 for k in 0..n if k % 2 for l in [k]]
      }
      let m = {a: 1, "b": 2, (3): [4], ...{}}
      let s = {k: v for k, v in m.items()}
      total += x < y <= 3 != 4 ? 1 : 0
      m["a"] ??= total
      (x, m.b) = (y, x)
      """
    for text in [text, text.replacing(" if true else nil", with: "")] {
      let symbols = SymbolTable()
      let bytes = Array(text.utf8)
      let count = compile(bytes, symbols, givingUpAt: 0).questions
      for stop in 1...count {
        guard case .stopped = compile(bytes, symbols, givingUpAt: stop).outcome else {
          Issue.record("went on at question \(stop)")
          return
        }
      }
    }
  }

  /// What is long without being many nodes, and what costs more than its length.
  @Test(arguments: [
    String(repeating: "# comment\n", count: 60_000),
    "let x = [" + String(repeating: "1, ", count: 60_000) + "]",
    "let x = {" + String(repeating: "a: 1, ", count: 60_000) + "}",
    "f(" + String(repeating: "1, ", count: 60_000) + ")",
    "f\"" + String(repeating: "{1}", count: 60_000) + "\"",
    String(repeating: "print(1)\n", count: 60_000),
    "if true {\n" + (0..<30_000).map { "let x\($0) = 1\n" }.joined() + "}",
    (0..<30_000).map { "class C\($0) { fn m() => \($0) }\n" }.joined(),
    "class C {" + (0..<30_000).map { "fn m\($0)() => \($0)\n" }.joined() + "}",
  ])
  func longTexts(text: String) {
    let bytes = Array(text.utf8)
    var questions = 0
    _ = bytes.withUnsafeBufferPointer {
      Compilation.compile(
        $0, symbols: SymbolTable(),
        question: StopQuestion({
          questions += 1
          return false
        }))
    }
    #expect(questions > 5, "\(text.prefix(20))")
    for stop in [1, 2, 3, questions / 2, questions - 1, questions] where stop > 0 {
      var count = 0
      let outcome = bytes.withUnsafeBufferPointer {
        Compilation.compile(
          $0, symbols: SymbolTable(),
          question: StopQuestion({
            count += 1
            return count == stop
          }))
      }
      guard case .stopped = outcome else {
        Issue.record("went on at question \(stop) of \(questions): \(text.prefix(20))")
        continue
      }
      // Who has been told to stop does not ask again.
      #expect(count == stop)
    }
  }

  /// Many names cost no more than few: neither when they are declared in a block nor when they are
  /// unknown.
  @Test(.timeLimit(.minutes(1))) func manyNamesInABlock() {
    let declared = "if true {\n" + (0..<200_000).map { "let x\($0) = 1\n" }.joined() + "}"
    let unknown = (0..<100_000).map { "let a\($0) = b\($0)\n" }.joined()
    for text in [declared, unknown] {
      let outcome = Array(text.utf8).withUnsafeBufferPointer {
        Compilation.compile($0, symbols: SymbolTable())
      }
      guard case .failed = outcome else {
        Issue.record("it should have too many variables, or unknown names")
        continue
      }
    }
  }
}
