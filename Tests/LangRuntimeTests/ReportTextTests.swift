import Foundation
import Testing

@testable import LangRuntime

/// The two forms of the report: for people and for programs.
@Suite("Forms of the report")
struct ReportTextTests {
  private func workshop() -> ModuleWorkshop {
    let workshop = ModuleWorkshop(isStressed: false)
    workshop.write("quick.l", "let x = 1\n")
    workshop.write("slow/init.l", "")
    workshop.write("slow/inner.l", "let list = [0] * 100\n")
    workshop.write("bad.l", "throw ValueError('\"quoted\" and\\ttab')\n")
    workshop.write("waiting.l", "let x = 1\n")
    workshop.write("eager.l", "let x = 1\n")
    workshop.run(
      """
      import lazy; import quick; import slow.inner; import bad; import waiting
      eager import eager
      print(quick.x, slow.inner.list[0])
      try { bad.x } catch e {}
      fn events() => lazy.events()
      lazy.pending()
      """)
    return workshop
  }

  // MARK: JSON

  @Test func theMapAndJSONAgree() throws {
    let workshop = workshop()
    let engine = workshop.machine.engine
    let report = engine.moduleReport()
    let map = try engine.export(engine.makeValue(report.data))
    let json = try JSONSerialization.jsonObject(with: Data(report.json.utf8))
    #expect(JSONComparison.isSame(json, map))
    // A comparison that cannot fail would prove nothing.
    let later = try engine.export(engine.makeReport())
    #expect(!JSONComparison.isSame(json, later))
  }

  @Test func textsSurviveJSON() throws {
    var text = "\"\\/\u{7f}äöü€😀\u{2028}"
    for scalar in 0..<32 { text.unicodeScalars.append(Unicode.Scalar(UInt8(scalar))) }
    let plain = PlainValue.map([
      PlainField(text, .string(text)), PlainField("", .list([])),
      PlainField("b", .list([.nil, .bool(true), .bool(false), .int(.min), .map([])])),
      PlainField("c", .list([.float(0), .float(1e-300), .float(1e300), .float(0.1)])),
    ])
    let json = plain.json
    #expect(!json.utf8.contains { $0 < 32 && $0 != 10 })
    let read = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(read[text] as? String == text)
    #expect((read[""] as? [Any])?.isEmpty == true)
    #expect(read["c"] as? [Double] == [0, 1e-300, 1e300, 0.1])
    #expect((read["b"] as? [Any])?[3] as? Int == .min)
  }

  @Test func theOrderOfFieldsIsFixed() {
    let (first, second) = (workshop(), workshop())
    let keys = [first, second].map { workshop in
      workshop.machine.moduleReport(.json).split(separator: "\n").map {
        $0.split(separator: ":")[0]
      }
    }
    #expect(keys[0] == keys[1])
    #expect(keys[0].prefix(3) == ["{", "  \"schema\"", "  \"time\""])
  }

  // MARK: Text

  @Test func theTextNamesEveryGroup() {
    let workshop = workshop()
    let lines = workshop.machine.moduleReport().split(separator: "\n")
    for heading in [
      "proxied and still pending: 1", "most pending at once: 6",
      "loaded while the mechanism was off: none", "loaded through a proxy: 3",
      "loaded through a bypass: 1", "failed: 1", "lost track of: none",
      "native, proxied and still pending: none", "native, loaded: 1", "native, not imported: 3",
      "memory",
    ] {
      #expect(
        lines.filter { $0 == heading || $0.hasPrefix(heading + " ") }.count == 1, "\(heading)")
    }
    #expect(lines.contains { $0.hasPrefix("  waiting ") && $0.hasSuffix(" 10 B  main.l:1") })
    #expect(lines.contains("    main.l:3:13  quick.x"))
    #expect(lines.contains("    eager import; main.l:2:1  eager import eager"))
    #expect(lines.contains { $0.hasPrefix("    tried once: ValueError: \"quoted\"") })
    #expect(lines.contains("  they would have cost 10 B of source (10 bytes)"))
  }

  @Test func columnsAreAlignedAndNarrow() {
    let workshop = workshop()
    let long = String(repeating: "long_", count: 20) + "name"
    workshop.write("\(long).l", "let x = 1\n")
    workshop.write("ü.l", "let x = 1\n")
    workshop.run("import \(long); import ü\n\(long).x; ü.x")
    let lines = workshop.machine.moduleReport().split(separator: "\n").map(String.init)
    #expect(lines.contains("  " + long))
    for line in lines where line != "  " + long {
      #expect(line.unicodeScalars.count <= 100 || line.contains(long), "\(line)")
      #expect(!line.hasSuffix(" "), "\(line)")
    }
    let rows = lines.filter { $0.contains(" ms ") }
    #expect(rows.count >= 6)
    #expect(Set(rows.map(\.unicodeScalars.count)).count == 1)
    let heading = lines.first { $0.hasPrefix("loaded through a proxy") }
    #expect(heading?.unicodeScalars.count == rows.first?.unicodeScalars.count)
  }

  @Test func numbersForPeople() {
    #expect(
      [0, 1023, 1024, 4198, 102_297, 102_400, 1_048_063, 1_048_064, 5 << 30].map(ReportUnits.bytes)
        == [
          "0 B", "1023 B", "1.0 KB", "4.1 KB", "99.9 KB", "100 KB", "1023 KB", "1.0 MB", "5.0 GB",
        ]
    )
    #expect(
      [0, 4_000, 420_000, 9_994_000, 9_996_000, 99_960_000, 999_600_000, 61_230_000_000]
        .map(ReportUnits.milliseconds)
        == ["0.00 ms", "0.00 ms", "0.42 ms", "9.99 ms", "10.0 ms", "100 ms", "1.00 s", "61.23 s"])
    #expect(
      [0, 999, 1000, 1_234_567, -1234].map(ReportUnits.grouped)
        == ["0", "999", "1,000", "1,234,567", "-1,234"])
  }

  @Test func pathsAreShownFromWhereOneIs() {
    let shortener = PathShortener(folders: ["/home/me", "/", "", "/opt/app"])
    #expect(shortener.shorten("/home/me/a/m.l") == "a/m.l")
    #expect(shortener.shorten("/opt/app/m.l") == "m.l")
    #expect(shortener.shorten("/home/meadow/m.l") == "/home/meadow/m.l")
    #expect(shortener.shorten("main.l") == "main.l")
  }
}

/// Compares JSON, as Foundation reads it, with values that a program hands over.
private enum JSONComparison {
  static func isSame(_ json: Any, _ value: HostValue) -> Bool {
    switch (json, value) {
    case (is NSNull, .nil): return true
    case (let text as String, .string(let other)): return text == other
    case (let items as [Any], .list(let others)):
      return items.count == others.count && zip(items, others).allSatisfy { isSame($0, $1) }
    case (let fields as [String: Any], .map(let entries)):
      return fields.count == entries.count
        && entries.allSatisfy { entry in
          guard case .string(let name) = entry.key, let field = fields[name] else { return false }
          return isSame(field, entry.value)
        }
    case (let number as NSNumber, .bool(let other)): return number.boolValue == other
    case (let number as NSNumber, .int(let other)): return number.intValue == other
    case (let number as NSNumber, .float(let other)): return number.doubleValue == other
    default: return false
    }
  }
}
