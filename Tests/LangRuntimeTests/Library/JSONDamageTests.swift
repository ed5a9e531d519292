import Testing

@testable import LangRuntime

/// Texts that were JSON before something happened to them: they are refused with a place, or read; and
/// what is read is written as a text that reads back the same.
@Suite struct JSONDamageTests {
  private let machine = Machine(output: { _ in })

  init() throws {
    machine.standardLibrary = libraryFolder
    try machine.run(
      """
      import json
      fn attempt(data) {
        var value = nil
        try { value = json.parse(data) } catch error: json.JsonError {
          let begins = error.message.startswith(f"line {error.line}, column {error.column}: ")
          return begins and error.line > 0 and error.column > 0 ? "refused" : "without a place"
        }
        let shown = repr(value)
        for text in [json.format(value), json.format(value, indent: 1, ascii: true)] {
          if repr(json.parse(text)) != shown { return f"{shown} became {text}" }
          if repr(json.parse_lines(json.format(value)).to_list()) != f"[{shown}]" { return "lines" }
        }
        let sorted = json.format(value, sort_keys: true)
        if json.format(json.parse(sorted)) != sorted { return f"not sorted: {sorted}" }
        if json.parse(data, on_duplicate: "last", object_hook: fn(map) => map) != value { return "hook" }
        return "read"
      }
      """)
  }

  private static let seeds = [
    #"{"id": 17, "name": "Ada", "tags": ["x", "y"], "ok": true, "none": null, "ratio": -12.5e-3}"#,
    #"[{"a": 1, "b": {"c": [1, 2, 3]}}, {"a": 2, "b": {"c": []}}, {"b": {}, "a": 3}]"#,
    #"["\u0041\n\t\"\\\/", "\ud83d\ude00", "é日本😀", "", "0123456789abcdefghij"]"#,
    "[0, -0, 0.0, 1e5, 1E-5, 123456789012345678901234567890, 0.1, 1.7976931348623157e308]",
    "[[[[[[[[]]]]]]], {\"\": {\"\": {}}}, false]\n",
    #"{"k1":1,"k2":2,"k3":3,"k4":4,"k5":5,"k6":6,"k7":7,"k8":8,"k9":9,"k10":10,"k1":0}"#,
    "\t[\r\n  1,\r\n  2\r\n]  ",
  ].map { Array($0.utf8) }

  /// Pieces that matter to the grammar.
  private static let pieces = [
    "\"", "\\", "\\u", "\\ud800", "{", "}", "[", "]", ",", ":", "0", "-", ".", "e", "1e400", "null",
    "true", "\n", " ", "\u{FEFF}", "\0", "é", "\"a\":", "[[", "]]",
  ].map { Array($0.utf8) }

  @Test func mutations() throws {
    var random = Linear(state: 8259)
    var outcomes: [String: Int] = [:]
    for round in 0..<6000 {
      var bytes = JSONDamageTests.seeds[round % JSONDamageTests.seeds.count]
      for _ in 0...random.below(4) {
        let place = random.below(bytes.count + 1)
        switch random.below(6) {
        case 0: bytes.insert(UInt8(random.below(256)), at: place)
        case 1: bytes.insert(contentsOf: random.element(of: JSONDamageTests.pieces), at: place)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(3)))
        case 3: if place < bytes.count { bytes[place] ^= 1 << UInt8(random.below(8)) }
        case 4:
          let other = random.element(of: JSONDamageTests.seeds)
          let start = random.below(other.count)
          bytes.insert(
            contentsOf: other[start..<min(other.count, start + random.below(20))], at: place)
        default:
          let start = random.below(bytes.count + 1)
          bytes.insert(
            contentsOf: Array(bytes[start..<min(bytes.count, start + random.below(12))]), at: place)
        }
      }
      guard case .string(let outcome) = try machine.call("attempt", .bytes(bytes)) else {
        Issue.record("no outcome")
        return
      }
      outcomes[outcome, default: 0] += 1
      #expect(
        outcome == "read" || outcome == "refused", "\(String(decoding: bytes, as: UTF8.self))")
    }
    // Both happen often, so that neither half of the test sleeps.
    #expect(outcomes["read", default: 0] > 300)
    #expect(outcomes["refused", default: 0] > 3000)
  }

  @Test func everyTruncation() throws {
    for seed in JSONDamageTests.seeds {
      for count in 0..<seed.count {
        let outcome = try machine.call("attempt", .bytes(Array(seed[..<count])))
        #expect(outcome == .string("refused") || outcome == .string("read"))
      }
    }
  }

  /// The same numbers in every run.
  private struct Linear {
    var state: UInt64
    mutating func below(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    mutating func element<Element>(of items: [Element]) -> Element { items[below(items.count)] }
  }
}

/// The folder `stdlib` of the package.
let libraryFolder: String = {
  let parts = #filePath.split(separator: "/").dropLast(4)
  return "/" + parts.joined(separator: "/") + "/stdlib"
}()
