import Foundation
import Testing

@testable import LangRuntime

/// Archives that are damaged, that lie, or that somebody made to do harm: an error says what is
/// wrong, and nothing else happens.
@Suite struct ArchiveDamageTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Why the archive is refused; nil when it is not.
  private func refusal(_ bytes: [UInt8]) -> String? {
    reason { _ = try folder.open(bytes) }
  }

  /// Why the member `name` cannot be read, while another member beside it can.
  private func refusal(_ member: RawArchive.Member) throws -> String? {
    let raw = RawArchive([member, .init("beside.l", stored: "beside")])
    let archive = try folder.open(raw.bytes)
    let beside = try #require(archive.member("beside.l"))
    #expect(try archive.read(beside) == Array("beside".utf8))
    let found = try #require(archive.member(String(decoding: member.name, as: UTF8.self)))
    return reason { _ = try archive.read(found) }
  }

  // MARK: Files

  @Test func filesThatAreNoArchives() throws {
    #expect(refusal([]) == "it is not a zip archive")
    #expect(refusal(Array("print(1)\n".utf8)) == "it is not a zip archive")
    #expect(refusal([UInt8](repeating: 0x50, count: 200_000)) == "it is not a zip archive")
    #expect(reason { _ = try Archive(path: folder.path) } == "it is a directory")
    #expect(
      reason { _ = try Archive(path: folder.path + "/none.zip") } == "No such file or directory")
    let path = try folder.write([])
    #expect(reason { _ = try Archive(path: path + "/m.zip") } == "Not a directory")
  }

  @Test func aNamedPipeIsNotWaitedFor() throws {
    let path = folder.path + "/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    #expect(reason { _ = try Archive(path: path) } == "it is not a regular file")
    #expect(!Archive.looksLikeArchive(path))
  }

  @Test(.enabled(if: geteuid() != 0, "nothing is unreadable for the administrator"))
  func aFileThatMayNotBeRead() throws {
    let path = try folder.write(RawArchive([.init("m.l")]).bytes)
    #expect(chmod(path, 0) == 0)
    #expect(reason { _ = try Archive(path: path) } == "Permission denied")
  }

  @Test func everyTruncation() throws {
    let bytes = RawArchive([.init("a.l"), .init("b.l")]).bytes
    for count in 0..<bytes.count {
      let expected =
        count < 4
        ? "it is not a zip archive" : "it is cut short, or something follows the zip archive"
      #expect(refusal(Array(bytes[..<count])) == expected)
    }
    #expect(refusal(bytes + [10]) == "it is cut short, or something follows the zip archive")
  }

  // MARK: Names

  @Test(arguments: [
    ("../m.l", "a '..' in its name"), ("a/../m.l", "a '..' in its name"),
    ("a/..", "a '..' in its name"), ("..", "a '..' in its name"), ("../", "a '..' in its name"),
    ("/m.l", "an absolute path as its name"), ("/", "an absolute path as its name"),
    ("a\\m.l", "a backslash in its name"), ("", "no name"), ("a//m.l", "an empty part in its name"),
    ("./m.l", "a '.' in its name"), (".", "a '.' in its name"),
  ])
  func namesThatRefuseTheArchive(name: String, problem: String) {
    #expect(
      refusal(RawArchive([.init("a.l"), .init(name)]).bytes) == "member '\(name)' has \(problem)")
  }

  @Test(arguments: ["...", "..a/m.l", "a../m.l", ".hidden", "a.b/..c"])
  func namesWithDotsThatAreRight(name: String) throws {
    #expect(try folder.open(RawArchive([.init(name)]).bytes).member(name) != nil)
  }

  @Test func namesInMessagesHaveNoControlCharacters() {
    #expect(
      refusal(RawArchive([.init("m\0.l")]).bytes)
        == "member 'm\\u{0}.l' has a NUL byte in its name")
    #expect(
      refusal(RawArchive([.init("\u{1B}[2J\u{202E}/../x")]).bytes)
        == "member '\\u{1b}[2J\\u{202e}/../x' has a '..' in its name")
    let long = String(repeating: "ä", count: 30_000)
    #expect(
      refusal(RawArchive([.init(long + "/..")]).bytes)
        == "member '\(String(repeating: "ä", count: 100))…' has a '..' in its name")
  }

  @Test func duplicateNames() {
    let expected = "member 'm.l' occurs twice"
    #expect(refusal(RawArchive([.init("m.l"), .init("m.l")]).bytes) == expected)
    #expect(
      refusal(RawArchive([.init("m.l"), .init("z"), .init("a"), .init("m.l")]).bytes) == expected)
  }

  // MARK: Directory

  @Test func partsOfAnArchive() {
    var raw = RawArchive([.init("m.l")])
    raw.disk = 1
    #expect(refusal(raw.bytes) == "it is one part of an archive in several parts")
    raw.hasZip64End = true
    #expect(refusal(raw.bytes) == "it is one part of an archive in several parts")
  }

  @Test(arguments: [false, true])
  func countsThatAreNotTrue(isZip64: Bool) {
    var raw = RawArchive([.init("a.l"), .init("b.l")])
    raw.hasZip64End = isZip64
    raw.count = 1
    #expect(refusal(raw.bytes) == "its directory holds more than the 1 members it counts")
    raw.count = 3
    #expect(refusal(raw.bytes) == "its directory is damaged at entry 3")
    raw.count = 65534
    #expect(refusal(raw.bytes) == "its directory is damaged at entry 3")
  }

  @Test func countsThatAreTooLarge() {
    var raw = RawArchive([.init("a.l")])
    raw.hasZip64End = true
    raw.count = 1_000_000
    #expect(refusal(raw.bytes) == "its directory is damaged at entry 2")
    raw.count = 1_000_001
    #expect(refusal(raw.bytes) == "it has more than 1000000 members")
    raw.count = .max
    #expect(refusal(raw.bytes) == "it has more than 1000000 members")
  }

  @Test func directoriesInTheWrongPlace() {
    var raw = RawArchive([.init("a.l"), .init("b.l")])
    raw.directoryOffset = 100_000
    #expect(refusal(raw.bytes) == "its directory lies outside of the file")
    raw.directoryOffset = nil
    raw.directorySize = 100_000
    #expect(refusal(raw.bytes) == "its directory lies outside of the file")
    raw.hasZip64End = true
    raw.directorySize = .max
    #expect(refusal(raw.bytes) == "its directory lies outside of the file")
    raw.directoryOffset = .max
    #expect(refusal(raw.bytes) == "its directory lies outside of the file")
    raw = RawArchive([.init("a.l"), .init("b.l")])
    // One byte too few or too many: the directory would begin in the middle of something.
    raw.directorySize = 97
    #expect(refusal(raw.bytes) == "its directory is damaged at entry 1")
    raw.directorySize = 99
    #expect(refusal(raw.bytes) == "its directory lies outside of the file")
    raw.directorySize = nil
    raw.gap = [0]
    #expect(refusal(raw.bytes) == "its directory is damaged at entry 1")
  }

  @Test func aDirectoryThatIsTooLarge() throws {
    var raw = RawArchive([.init("a.l")])
    raw.hasZip64End = true
    raw.directoryOffset = 0
    raw.directorySize = Archive.maximumDirectorySize + 1
    // A file with a hole of that size takes no room.
    let bytes = raw.bytes
    let path = try folder.write([])
    let ends = Array(bytes[(bytes.count - 98)...])
    #expect(truncate(path, off_t(Archive.maximumDirectorySize + 1)) == 0)
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: ends)
    try handle.close()
    #expect(reason { _ = try Archive(path: path) } == "its directory is larger than 128 MB")
  }

  @Test func endRecordsOfZip64ThatAreDamaged() {
    var raw = RawArchive([.init("a.l")])
    raw.hasZip64End = true
    let bytes = raw.bytes
    let record = bytes.count - 98
    // Signature, size, the record's own offset; a small record with other numbers.
    for position in [record, record + 4, record + 84, bytes.count - 14, bytes.count - 6] {
      var changed = bytes
      changed[position] ^= 1
      #expect(refusal(changed) == "its end record is damaged", "\(position - record)")
    }
  }

  @Test func aLocatorWithoutARecord() {
    var raw = RawArchive([.init("a.l")])
    raw.members[0].comment = [0x50, 0x4B, 6, 7] + [UInt8](repeating: 0, count: 16)
    #expect(refusal(raw.bytes) == "its end record is damaged")
  }

  @Test func membersOutsideOfTheArchive() {
    let expected = "member 'm.l' lies outside of the archive"
    var member = RawArchive.Member("m.l", stored: "text")
    member.offset = 1
    #expect(refusal(RawArchive([member]).bytes) == expected)
    // Into the directory, and far behind the end.
    for offset in [30, 0xFFFF_FFFE, 0xFFFF_FFFF] {
      member.offset = offset
      #expect(refusal(RawArchive([member]).bytes) == expected)
    }
    member.isZip64 = true
    for offset in [Int.max, -1, -100] {
      var lying = member
      lying.isZip64 = false
      lying.offset = 0xFFFF_FFFF
      lying.extra = [1, 0, 8, 0]
      lying.extra.appendLittleEndian(UInt64(bitPattern: Int64(offset)))
      #expect(refusal(RawArchive([lying]).bytes) == expected)
    }
    member = RawArchive.Member("m.l", stored: "text")
    member.compressedSize = 5
    #expect(refusal(RawArchive([member]).bytes) == expected)
    // The extra field ends before the number that is wanted.
    member = RawArchive.Member("m.l", stored: "text")
    member.offset = 0xFFFF_FFFF
    member.extra = [1, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0]
    #expect(refusal(RawArchive([member]).bytes) == expected)
  }

  @Test func membersThatOverlap() {
    var raw = RawArchive([.init("a.l", stored: "text"), .init("b.l", stored: "text")])
    raw.members[1].offset = 0
    #expect(refusal(raw.bytes) == "members overlap at byte 0")
    raw.members[1].offset = 36
    #expect(refusal(raw.bytes) == "members overlap at byte 36")
    raw.members[1].offset = nil
    raw.members[0].offset = 37
    #expect(refusal(raw.bytes) == "members overlap at byte 37")
  }

  // MARK: Members

  @Test(arguments: [1, 0x40, 0x2000] as [UInt16])
  func encryptedMembers(flag: UInt16) throws {
    var member = RawArchive.Member("m.l")
    member.flags = flag
    #expect(try refusal(member) == "member 'm.l' is encrypted")
  }

  @Test(arguments: [1, 9, 12, 14, 93, 99] as [UInt16])
  func unknownMethods(method: UInt16) throws {
    var member = RawArchive.Member("m.l")
    member.method = method
    #expect(
      try refusal(member)
        == "member 'm.l' is packed with method \(method); only stored and deflated ones can be read"
    )
  }

  @Test func linksAndDevices() throws {
    var member = RawArchive.Member("m.l")
    member.mode = 0o120777
    #expect(try refusal(member) == "member 'm.l' is a symbolic link")
    member.mode = 0o020666
    #expect(try refusal(member) == "member 'm.l' is not a regular file")
    member.mode = 0o644
    #expect(try refusal(member) == nil)
    // The same bits mean something else elsewhere.
    member.mode = 0o120777
    member.system = 0
    #expect(try refusal(member) == nil)
  }

  @Test func sizesThatAreTooLarge() throws {
    var member = try RawArchive.Member("m.l", deflated: [1, 2, 3])
    for size in [Archive.maximumMemberSize + 1, 0xFFFF_FFFE] {
      member.size = size
      #expect(try refusal(member) == "member 'm.l' is larger than 64 MB")
    }
    member.isZip64 = true
    member.size = .max
    #expect(try refusal(member) == "member 'm.l' is larger than 64 MB")
  }

  @Test func membersThatHaveLessThanTheyClaim() throws {
    var member = try RawArchive.Member("m.l", deflated: [1, 2, 3])
    for size in [4, Archive.maximumMemberSize] {
      member.size = size
      #expect(
        try refusal(member)
          == "member 'm.l' has only 3 of the \(size) bytes that it claims to have")
    }
  }

  @Test(arguments: [0, 10, 65535, 65536, 999_999])
  func membersThatHaveMoreThanTheyClaim(size: Int) throws {
    let data = [UInt8](repeating: 7, count: 1_000_000)
    var member = try RawArchive.Member("m.l", deflated: data)
    // Even with the checksum of the part that is claimed.
    member.checksum = RawArchive.checksum(of: Array(data[..<size]))
    member.size = size
    #expect(
      try refusal(member) == "member 'm.l' has more than the \(size) bytes that it claims to have")
  }

  @Test func storedMembersOfTwoSizes() throws {
    var member = RawArchive.Member("m.l", stored: "text")
    member.size = 3
    #expect(
      try refusal(member) == "member 'm.l' is stored in 4 bytes and claims to have 3")
    member.size = 5
    #expect(
      try refusal(member) == "member 'm.l' is stored in 4 bytes and claims to have 5")
  }

  @Test func wrongChecksums() throws {
    let expected = "member 'm.l' is damaged: its checksum is wrong"
    var member = RawArchive.Member("m.l", stored: "text")
    member.checksum ^= 1
    #expect(try refusal(member) == expected)
    member = try RawArchive.Member("m.l", deflated: [1, 2, 3])
    member.checksum ^= 1 << 31
    #expect(try refusal(member) == expected)
    member = RawArchive.Member("m.l", stored: "")
    member.checksum = 1
    #expect(try refusal(member) == expected)
  }

  @Test func dataThatAreNotDeflated() throws {
    let expected = "member 'm.l' is damaged: its data cannot be unpacked"
    let data = [UInt8](repeating: 7, count: 1000) + [1, 2, 3]
    var member = try RawArchive.Member("m.l", deflated: data)
    // Cut short: as the directory says, too.
    for count in [member.packed.count - 1, 1, 0] {
      member.packed.removeLast(member.packed.count - count)
      member.compressedSize = count
      #expect(try refusal(member) == expected)
    }
    member.packed = [UInt8](repeating: 0xFF, count: 50)
    member.compressedSize = 50
    #expect(try refusal(member) == expected)
    // Everything is there, but the last block does not say that it is the last.
    member = RawArchive.Member("m.l", stored: "abc")
    member.method = 8
    member.packed = [0, 3, 0, 0xFC, 0xFF] + Array("abc".utf8)
    member.compressedSize = 8
    #expect(try refusal(member) == expected)
    member.packed[0] = 1
    #expect(try refusal(member) == nil)
  }

  @Test func localHeadersThatContradictTheDirectory() throws {
    let expected = "member 'm.l' is damaged: its header contradicts the archive's directory"
    let right = RawArchive.Member("m.l", stored: "text")
    var member = right
    member.localName = Array("n.l".utf8)
    #expect(try refusal(member) == expected)
    member.localName = Array("m.ll".utf8)
    #expect(try refusal(member) == expected)
    member = right
    member.localMethod = 8
    #expect(try refusal(member) == expected)
    member = right
    member.localFlags = 1
    #expect(try refusal(member) == expected)
    member = right
    member.localSize = 3
    #expect(try refusal(member) == expected)
    member = right
    member.localChecksum = 3
    #expect(try refusal(member) == expected)
  }

  @Test func descriptorsThatContradictTheDirectory() throws {
    let expected = "member 'm.l' is damaged: its header contradicts the archive's directory"
    var member = RawArchive.Member("m.l", stored: "text")
    member.flags = 8
    // Neither in front nor behind.
    member.localSize = 0
    #expect(try refusal(member) == expected)
    // The directory says that there is nothing, and the local header does not know.
    member = RawArchive.Member("m.l", stored: "text")
    member.descriptor = .small
    var bytes = RawArchive([member]).bytes
    let entry = bytes.count - 22 - 49
    bytes.replaceSubrange(entry + 16..<entry + 28, with: [UInt8](repeating: 0, count: 12))
    let archive = try folder.open(bytes)
    let found = try #require(archive.member("m.l"))
    #expect(found.size == 0)
    #expect(reason { _ = try archive.read(found) } == expected)
  }

  @Test func localHeadersThatAreNone() throws {
    let raw = RawArchive([.init("a.l", stored: "text"), .init("m.l", stored: "text")])
    var bytes = raw.bytes
    bytes[37] ^= 1
    let archive = try folder.open(bytes)
    let member = try #require(archive.member("m.l"))
    #expect(
      reason { _ = try archive.read(member) }
        == "member 'm.l' is damaged: it does not begin where it should")
  }

  @Test func dataThatReachIntoTheDirectory() throws {
    // The length of the local extra fields is not in the directory.
    var bytes = RawArchive([.init("m.l", stored: "text")]).bytes
    bytes[28] = 1
    let archive = try folder.open(bytes)
    let member = try #require(archive.member("m.l"))
    #expect(
      reason { _ = try archive.read(member) }
        == "member 'm.l' is damaged: its data end too late")
  }

  // MARK: Mutations

  /// Changes a good archive thousands of times: what is read is right, or there is an error.
  @Test func mutations() throws {
    let text = Array(String(repeating: "fn f(x) { return x }\n", count: 10).utf8)
    var descriptor = try RawArchive.Member("c.l", deflated: [1, 2, 3])
    descriptor.descriptor = .smallWithSignature
    var wide = RawArchive.Member("b/m.l", stored: "stored")
    wide.isZip64 = true
    let contents = ["a.l": text, "b/m.l": Array("stored".utf8), "c.l": [1, 2, 3]]
    var raw = RawArchive([try .init("a.l", deflated: text), wide, descriptor])
    raw.comment = Array("comment".utf8)
    var generator = Generator(state: 2006)
    var outcomes = (right: 0, wrong: 0, refusedMembers: 0, refusedArchives: 0)

    func check(_ bytes: [UInt8]) throws {
      let archive: Archive
      let path = try folder.write(bytes)
      do throws(ArchiveError) {
        archive = try Archive(path: path)
      } catch {
        #expect(!error.reason.isEmpty)
        outcomes.refusedArchives += 1
        return
      }
      #expect(archive.hasFolder(""))
      _ = archive.children(of: "") + archive.children(of: "b")
      for (name, content) in contents {
        guard let member = archive.member(name) else { continue }
        do throws(ArchiveError) {
          if try archive.read(member) == content {
            outcomes.right += 1
          } else {
            outcomes.wrong += 1
          }
        } catch {
          #expect(error.reason.hasPrefix("member '\(name)' "))
          outcomes.refusedMembers += 1
        }
      }
    }

    for hasZip64End in [false, true] {
      raw.hasZip64End = hasZip64End
      let bytes = raw.bytes
      for position in bytes.indices {
        for value in [bytes[position] ^ 1 << generator.next(below: 8), 0, 0xFF] {
          var changed = bytes
          changed[position] = UInt8(value)
          try check(changed)
        }
        try check(Array(bytes[..<position]))
        try check(Array(bytes[position...]))
      }
      for _ in 0..<1500 {
        var changed = bytes
        for _ in 0...generator.next(below: 6) {
          let position = generator.next(below: changed.count)
          switch generator.next(below: 4) {
          case 0: changed.remove(at: position)
          case 1: changed.insert(UInt8(generator.next(below: 256)), at: position)
          case 2:
            // Another place of the file: headers where none should be.
            let from = generator.next(below: changed.count)
            let piece = changed[from..<min(from + 30, changed.count)]
            changed.replaceSubrange(
              position..<min(position + piece.count, changed.count), with: Array(piece))
          default: changed[position] = UInt8(generator.next(below: 256))
          }
          if changed.isEmpty { break }
        }
        try check(changed)
      }
    }
    #expect(outcomes.wrong == 0)
    // All kinds of outcomes occur, or this test looks at nothing.
    #expect(outcomes.right > 1000 && outcomes.refusedMembers > 500)
    #expect(outcomes.refusedArchives > 1000)
  }

  /// SplitMix64: the same numbers in each run.
  private struct Generator {
    var state: UInt64

    mutating func next(below limit: Int) -> Int {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return Int((mixed ^ mixed >> 31) % UInt64(limit))
    }
  }
}
