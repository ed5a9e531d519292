import Testing

@testable import LangRuntime

/// Files of the time zone database, put together here byte by byte.
@Suite("Time zone files")
struct ZoneTableTests {
  /// A file of version 2, or of version 1.
  private struct ZoneFile {
    var version = 2
    var changes: [(time: Int, kind: UInt8)] = [(1000, 1), (2000, 0)]
    var kinds: [(offset: Int, isSummer: UInt8, name: UInt8)] = [(3600, 0, 0), (7200, 1, 4)]
    var names = "CET\0CEST\0"
    var leapSeconds = 0
    var rule = "CET-1CEST,M3.5.0,M10.5.0/3"

    private func number(_ value: Int, _ size: Int) -> [UInt8] {
      (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private func block(timeSize: Int) -> [UInt8] {
      var bytes = Array("TZif".utf8) + [version == 1 ? 0 : 0x32]
      bytes += Array(repeating: 0, count: 15)
      for count in [0, 0, leapSeconds, changes.count, kinds.count, names.utf8.count] {
        bytes += number(count, 4)
      }
      for change in changes { bytes += number(change.time, timeSize) }
      bytes += changes.map(\.kind)
      for kind in kinds { bytes += number(kind.offset, 4) + [kind.isSummer, kind.name] }
      bytes += Array(names.utf8)
      return bytes + Array(repeating: 0, count: leapSeconds * (timeSize + 4))
    }

    var bytes: [UInt8] {
      version == 1
        ? block(timeSize: 4)
        : block(timeSize: 4) + block(timeSize: 8) + Array("\n\(rule)\n".utf8)
    }
  }

  @Test("Before, between and behind the changes")
  func kinds() throws {
    let table = try ZoneTable(ZoneFile().bytes)
    #expect(table.kind(at: -99).abbreviation == "CET")
    #expect(table.kind(at: 999).offset == 3600)
    #expect(table.kind(at: 1000) == ZoneKind(offset: 7200, isSummer: true, abbreviation: "CEST"))
    #expect(table.kind(at: 1999).offset == 7200)
    // July 2024, by the rule.
    #expect(table.kind(at: 1_719_792_000).abbreviation == "CEST")
    #expect(table.change(after: 0) == 1000)
    #expect(table.change(after: 1_711_846_799) == 1_711_846_800)
    #expect(table.change(before: 1000) == nil)
    #expect(table.change(before: 2000) == 1000)
    #expect(table.change(before: 1_711_846_801) == 1_711_846_800)
  }

  @Test("A file of version 1 has no rule")
  func oldVersion() throws {
    var file = ZoneFile()
    file.version = 1
    let table = try ZoneTable(file.bytes)
    #expect(table.kind(at: 1500).abbreviation == "CEST")
    #expect(table.kind(at: 1_719_792_000).abbreviation == "CET")
    #expect(table.change(after: 2000) == nil)
  }

  @Test("A file without changes or a rule is one kind for ever")
  func noChanges() throws {
    var file = ZoneFile()
    file.changes = []
    file.rule = ""
    let table = try ZoneTable(file.bytes)
    #expect(table.kind(at: 5000).offset == 3600)
    #expect(table.change(after: 0) == nil && table.change(before: 0) == nil)
  }

  @Test("Clocks that are changed again before they have shown everything")
  func changesInARow() throws {
    var file = ZoneFile()
    // Forward by an hour and back again a quarter of an hour later.
    file.changes = [(10_000, 1), (10_900, 0)]
    file.rule = ""
    let table = try ZoneTable(file.bytes)
    guard case .once(3600) = table.reading(13_599) else { throw Failure() }
    // 13 600 to 14 500 are shown after the second change; before it, an hour more.
    guard case .once(3600) = table.reading(14_600) else { throw Failure() }
    guard case .twice(7200, 3600) = table.reading(17_300) else { throw Failure() }
  }

  private struct Failure: Error {}

  @Test("No file that is cut off or changed does any harm")
  func damage() throws {
    let bytes = ZoneFile().bytes
    var refused = 0
    for count in bytes.indices {
      do { _ = try ZoneTable(Array(bytes[..<count])) } catch { refused += 1 }
    }
    #expect(refused == bytes.count)
    for position in bytes.indices {
      for byte: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        var changed = bytes
        changed[position] = byte
        guard let table = try? ZoneTable(changed) else { continue }
        for time in [-60_000_000_000, 0, 1500, 250_000_000_000] {
          _ = table.kind(at: time)
          _ = table.change(after: time)
          _ = table.change(before: time)
          _ = table.reading(time)
        }
      }
    }
  }

  @Test("Leap seconds, unsorted changes and wrong kinds are refused")
  func refused() {
    func problem(_ change: (inout ZoneFile) -> Void) -> String? {
      var file = ZoneFile()
      change(&file)
      do {
        _ = try ZoneTable(file.bytes)
        return nil
      } catch {
        return error.text
      }
    }
    #expect(problem { $0.leapSeconds = 1 }?.contains("leap seconds") == true)
    #expect(problem { $0.changes.reverse() } == "its changes are listed wrongly")
    #expect(problem { $0.changes[0].kind = 2 } == "its changes are listed wrongly")
    #expect(problem { $0.kinds = [] } == "its changes are listed wrongly")
    #expect(problem { $0.kinds[0].offset = 100_000 } == "its times are described wrongly")
    #expect(problem { $0.kinds[0].name = 200 } == "its times are described wrongly")
    #expect(problem { $0.rule = "CET" } == "its rule for the future is none")
    #expect(problem { _ in } == nil)
  }

  @Test("Names that lead out of the database are none")
  func names() {
    for name in ["UTC", "Europe/Oslo", "Etc/GMT+5", "America/Port-au-Prince", "a_b/c1"] {
      #expect(ZoneDatabase.isName(name))
    }
    for name in ["", ".", "..", "../x", "/etc/passwd", "a//b", "a/", "a/../b", "a b", "ä", "a\0"] {
      #expect(!ZoneDatabase.isName(name))
    }
  }
}
