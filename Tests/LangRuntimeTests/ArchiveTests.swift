import Foundation
import Testing

@testable import LangRuntime

/// Writing archives, finding members and folders, reading, and noticing changes.
@Suite struct ArchiveTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The bytes of the member `name`.
  private func read(_ name: String, of archive: Archive) throws -> [UInt8] {
    try archive.read(#require(archive.member(name)))
  }

  private func text(_ name: String, of archive: Archive) throws -> String {
    try String(decoding: read(name, of: archive), as: UTF8.self)
  }

  /// Bytes that do not become smaller by packing them.
  private func noise(_ count: Int) -> [UInt8] {
    var state: UInt32 = 1
    return (0..<count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
  }

  // MARK: Writing

  @Test func whatIsWrittenIsRead() throws {
    let members: [(name: String, bytes: [UInt8])] = [
      ("main.l", Array("print(1)\n".utf8)), ("empty.l", []), ("grün/ß.l", Array("ä".utf8)),
      ("one.l", [0]), ("zeros", [UInt8](repeating: 0, count: 300_000)), ("noise", noise(200_001)),
      ("piece", noise(65536)), ("less", noise(65535)), ("more", noise(65537)),
    ]
    try ArchiveWriter.write(members, to: folder.path + "/test.zip")
    let archive = try Archive(path: folder.path + "/test.zip")
    #expect(archive.memberCount == members.count)
    for (name, bytes) in members {
      let member = try #require(archive.member(name))
      #expect(member.name == name)
      #expect(member.size == bytes.count)
      #expect(member.method == 8)
      #expect(try archive.read(member) == bytes)
    }
    #expect(try #require(archive.member("zeros")).compressedSize < 1000)
  }

  @Test func theSameMembersGiveTheSameBytes() throws {
    let members: [(name: String, bytes: [UInt8])] = [("a.l", noise(1000)), ("b/c.l", [1, 2])]
    let first = try ArchiveWriter.archive(of: members)
    #expect(try ArchiveWriter.archive(of: members) == first)
    // 1980-01-01, 00:00.
    #expect(first.littleEndian(at: 10) as UInt32 == 0x0021_0000)
  }

  @Test func anArchiveOfNothing() throws {
    let archive = try folder.open(ArchiveWriter.archive(of: []))
    #expect(archive.memberCount == 0)
    #expect(archive.member("a") == nil)
    #expect(archive.children(of: "") == [])
    #expect(archive.hasFolder(""))
    #expect(!archive.hasFolder("a"))
  }

  @Test func writingReplacesTheFileAndLeavesNoOther() throws {
    let path = try folder.write(Array("something else".utf8))
    try ArchiveWriter.write([("a.l", [1])], to: path)
    #expect(try read("a.l", of: Archive(path: path)) == [1])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["test.zip"])
    let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    let mask = umask(0)
    umask(mask)
    #expect(permissions as? Int == Int(0o666 & ~mask))
  }

  @Test func writingThatFailsLeavesNothing() throws {
    #expect(
      reason { try ArchiveWriter.write([], to: folder.path + "/none/test.zip") }
        == "No such file or directory")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/folder", withIntermediateDirectories: false)
    #expect(
      reason { try ArchiveWriter.write([], to: folder.path + "/folder") } == "Is a directory")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["folder"])
  }

  @Test(arguments: [
    (["../a.l"], "member '../a.l' has a '..' in its name"),
    (["a.l", "b.l", "a.l"], "member 'a.l' occurs twice"),
    ([""], "member '' has no name"),
    (["a/"], "member 'a/' is a folder"),
    (
      [String(repeating: "n", count: 65536)],
      "the name '\(String(repeating: "n", count: 100))…' is too long"
    ),
  ])
  func membersThatAreNotWritten(names: [String], expected: String) {
    #expect(
      reason { _ = try ArchiveWriter.archive(of: names.map { ($0, []) }) } == expected)
  }

  @Test func membersThatAreTooManyOrTooLargeAreNotWritten() {
    let many = (0..<65536).map { (name: "\($0)", bytes: [UInt8]()) }
    #expect(
      reason { _ = try ArchiveWriter.archive(of: many) }
        == "more than 65535 members cannot be written")
    let large = [UInt8](repeating: 0, count: Archive.maximumMemberSize + 1)
    #expect(
      reason { _ = try ArchiveWriter.archive(of: [("a", large)]) }
        == "member 'a' is larger than 64 MB")
  }

  @Test func asManyMembersAsCanBeWritten() throws {
    let archive = try folder.open(
      ArchiveWriter.archive(of: (0..<65535).map { ("\($0)", [UInt8($0 & 255)]) }))
    #expect(archive.memberCount == 65535)
    #expect(try read("65534", of: archive) == [254])
  }

  // MARK: Looking up

  @Test func membersAreFoundByTheirExactNames() throws {
    let names = ["vendor/m.l", "vendor.l", "vendor/m.ll", "a", "vendor/", "é"]
    let archive = try folder.open(
      RawArchive(names.map { .init($0, stored: $0 == "vendor/" ? "" : $0) }).bytes)
    for name in names where name != "vendor/" {
      #expect(archive.member(name)?.name == name)
      #expect(try text(name, of: archive) == name)
    }
    for name in ["", "vendor", "vendor/", "vendor/m", "Vendor/m.l", "/vendor/m.l", "b", "e\u{301}"]
    {
      #expect(archive.member(name) == nil, "\(name)")
    }
  }

  @Test func foldersWithAndWithoutAnEntry() throws {
    let names = ["a/b/c.l", "a/b.l", "explicit/", "a-b/x.l", "top.l", "a/b/d/e.l"]
    let archive = try folder.open(RawArchive(names.map { .init($0, stored: "") }).bytes)
    for name in ["", "a", "a/b", "a/b/d", "explicit", "a-b"] {
      #expect(archive.hasFolder(name), "\(name)")
    }
    for name in ["a/b.l", "top.l", "b", "a/", "expl", "a/b/c.l", "z"] {
      #expect(!archive.hasFolder(name), "\(name)")
    }
  }

  @Test func whatIsDirectlyInside() throws {
    let names = [
      "b.l", "a/m.l", "a/n/x.l", "a/n/y.l", "a.l", "a/n.l", "a/", "a/o/", "a/n0", "c", "c/d",
    ]
    let archive = try folder.open(RawArchive(names.map { .init($0, stored: "") }).bytes)
    func children(_ folder: String) -> [String] {
      archive.children(of: folder).map { $0.name + ($0.isFolder ? "/" : "") }
    }
    #expect(children("") == ["a.l", "a/", "b.l", "c", "c/"])
    #expect(children("a") == ["m.l", "n.l", "n/", "n0", "o/"])
    #expect(children("a/n") == ["x.l", "y.l"])
    #expect(children("a/o") == [])
    #expect(children("none") == [])
  }

  @Test func namesWithoutOrderInTheDirectory() throws {
    var names = (0..<500).map { "folder\($0 % 7)/module\($0).l" }
    names.sort { $0.reversed().lexicographicallyPrecedes($1.reversed()) }
    let archive = try folder.open(RawArchive(names.map { .init($0, stored: $0) }).bytes)
    for name in names { #expect(try text(name, of: archive) == name) }
    #expect(archive.children(of: "").count == 7)
  }

  // MARK: Forms of archives

  @Test func storedAndDeflatedMembers() throws {
    let data = Array("deflated".utf8)
    let archive = try folder.open(
      RawArchive([.init("s", stored: "stored"), try .init("d", deflated: data)]).bytes)
    #expect(try text("s", of: archive) == "stored")
    #expect(try text("d", of: archive) == "deflated")
  }

  @Test(arguments: RawArchive.Descriptor.allCases)
  func sizesBehindTheData(descriptor: RawArchive.Descriptor) throws {
    var members = [
      .init("s", stored: "stored"), try RawArchive.Member("d", deflated: noise(100)),
      .init("e", stored: ""),
    ]
    for number in members.indices { members[number].descriptor = descriptor }
    let archive = try folder.open(RawArchive(members).bytes)
    #expect(try text("s", of: archive) == "stored")
    #expect(try read("d", of: archive) == noise(100))
    #expect(try text("e", of: archive) == "")
  }

  @Test func sizesInFrontOfTheDataThatAreAnnouncedBehindThem() throws {
    var member = RawArchive.Member("m.l", stored: "text")
    member.flags = 8
    #expect(try text("m.l", of: folder.open(RawArchive([member]).bytes)) == "text")
  }

  @Test(arguments: [false, true], [[], Array("#!/usr/bin/env lang\n".utf8)])
  func zip64(hasEnd: Bool, preamble: [UInt8]) throws {
    var members = [try RawArchive.Member("d", deflated: noise(100)), .init("s", stored: "stored")]
    for number in members.indices { members[number].isZip64 = true }
    // Another extra field in front.
    members[1].extra = [9, 9, 2, 0, 1, 1]
    var raw = RawArchive(members)
    raw.hasZip64End = hasEnd
    raw.preamble = preamble
    raw.comment = Array("comment".utf8)
    let archive = try folder.open(raw.bytes)
    #expect(try read("d", of: archive) == noise(100))
    #expect(try text("s", of: archive) == "stored")
  }

  @Test(arguments: [false, true])
  func somethingInFrontOfTheArchive(offsetsCountIt: Bool) throws {
    var raw = RawArchive([.init("m.l", stored: "a"), .init("n.l", stored: "b")])
    raw.preamble = Array("#!/usr/bin/env lang\nPK\u{5}\u{6}".utf8)
    raw.offsetsCountPreamble = offsetsCountIt
    let archive = try folder.open(raw.bytes)
    #expect(try text("m.l", of: archive) == "a")
    #expect(try text("n.l", of: archive) == "b")
  }

  @Test(arguments: [
    Array("text".utf8), [UInt8](repeating: 7, count: 65535),
    // What begins like an end record but does not reach to the end of the file.
    [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 30),
  ])
  func aCommentAtTheEnd(comment: [UInt8]) throws {
    var raw = RawArchive([.init("m.l", stored: "a")])
    raw.comment = comment
    #expect(try text("m.l", of: folder.open(raw.bytes)) == "a")
  }

  @Test func anArchiveInAnArchive() throws {
    var inner = RawArchive([.init("m.l", stored: "inner")])
    inner.hasZip64End = true
    // Offsets as in the outer file: its own records must not be taken for those of the outer one.
    inner.preamble = [UInt8](repeating: 0, count: 30 + "inner.zip".utf8.count)
    inner.offsetsCountPreamble = true
    let bytes = Array(inner.bytes[inner.preamble.count...])
    let archive = try folder.open(
      RawArchive([.init("inner.zip", stored: bytes), .init("m.l", stored: "outer")]).bytes)
    #expect(try text("m.l", of: archive) == "outer")
    #expect(try read("inner.zip", of: archive) == bytes)
  }

  @Test func extraFieldsThatMeanNothingHere() throws {
    var member = RawArchive.Member("m.l", stored: "a")
    // A field that claims more than there is, as aligning tools leave them.
    member.extra = [1, 0, 200, 0, 1]
    member.localExtra = [0, 0, 0]
    member.comment = Array("comment".utf8)
    #expect(try text("m.l", of: folder.open(RawArchive([member]).bytes)) == "a")
  }

  // MARK: Changes

  @Test func aReplacedArchiveIsNotRead() throws {
    let path = try folder.write(ArchiveWriter.archive(of: [("m.l", Array("old".utf8))]))
    let archive = try Archive(path: path)
    let member = try #require(archive.member("m.l"))
    #expect(archive.isCurrent)
    try ArchiveWriter.write([("m.l", Array("new".utf8))], to: path)
    #expect(!archive.isCurrent)
    #expect(reason { _ = try archive.read(member) } == "the archive changed since it was indexed")
    #expect(try text("m.l", of: Archive(path: path)) == "new")
  }

  @Test func anArchiveOfAnotherTimeIsNotRead() throws {
    let path = try folder.write(ArchiveWriter.archive(of: [("m.l", [1])]))
    let archive = try Archive(path: path)
    let member = try #require(archive.member("m.l"))
    var times = [timespec(tv_sec: 7, tv_nsec: 8), timespec(tv_sec: 7, tv_nsec: 8)]
    #expect(utimensat(AT_FDCWD, path, &times, 0) == 0)
    #expect(!archive.isCurrent)
    #expect(reason { _ = try archive.read(member) } == "the archive changed since it was indexed")
    // One nanosecond is a change too.
    let again = try Archive(path: path)
    times[1].tv_nsec = 9
    #expect(utimensat(AT_FDCWD, path, &times, 0) == 0)
    #expect(!again.isCurrent)
  }

  @Test func anArchiveThatIsGoneOrCutShortIsNotRead() throws {
    let path = try folder.write(ArchiveWriter.archive(of: [("m.l", [1])]))
    let archive = try Archive(path: path)
    let member = try #require(archive.member("m.l"))
    #expect(truncate(path, 40) == 0)
    #expect(!archive.isCurrent)
    #expect(reason { _ = try archive.read(member) } == "the archive changed since it was indexed")
    #expect(unlink(path) == 0)
    #expect(!archive.isCurrent)
    #expect(reason { _ = try archive.read(member) } == "No such file or directory")
  }

  @Test func changedDataBehindUnchangedTimesAreDamaged() throws {
    let original = RawArchive([.init("m.l", stored: "old")]).bytes
    let path = try folder.write(original)
    var times = [timespec(tv_sec: 7, tv_nsec: 8), timespec(tv_sec: 7, tv_nsec: 8)]
    #expect(utimensat(AT_FDCWD, path, &times, 0) == 0)
    let archive = try Archive(path: path)
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.write(contentsOf: RawArchive([.init("m.l", stored: "new")]).bytes)
    try handle.close()
    #expect(utimensat(AT_FDCWD, path, &times, 0) == 0)
    #expect(archive.isCurrent)
    let member = try #require(archive.member("m.l"))
    #expect(
      reason { _ = try archive.read(member) }
        == "member 'm.l' is damaged: its header contradicts the archive's directory")
  }

  @Test func noDescriptorStaysOpen() throws {
    let path = try folder.write(ArchiveWriter.archive(of: [("m.l", [1])]))
    let archive = try Archive(path: path)
    #expect(try read("m.l", of: archive) == [1])
    #expect(Archive.looksLikeArchive(path))
    try folder.write([1, 2, 3], to: "other")
    #expect(reason { _ = try Archive(path: folder.path + "/other") } != nil)
    let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
    for descriptor in descriptors {
      let target = try? FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/self/fd/\(descriptor)")
      #expect(target?.hasPrefix(folder.path) != true)
    }
  }

  // MARK: Recognising

  @Test func archivesAreRecognisedByTheirContent() throws {
    var raw = RawArchive([.init("m.l")])
    #expect(try Archive.looksLikeArchive(folder.write(raw.bytes, to: "program")))
    raw.preamble = Array("#!/usr/bin/env lang\n".utf8)
    #expect(try Archive.looksLikeArchive(folder.write(raw.bytes, to: "program")))
    raw.comment = [UInt8](repeating: 7, count: 65535)
    #expect(try Archive.looksLikeArchive(folder.write(raw.bytes, to: "program")))
    #expect(
      try Archive.looksLikeArchive(folder.write(ArchiveWriter.archive(of: []), to: "program")))
  }

  @Test func otherFilesAreNotTakenForArchives() throws {
    for bytes in [
      [], Array("print(1)\n".utf8), Array("PK\u{3}\u{4}".utf8),
      [UInt8](repeating: 0, count: 99_999),
    ] {
      #expect(try !Archive.looksLikeArchive(folder.write(bytes, to: "m.zip")))
    }
    #expect(!Archive.looksLikeArchive(folder.path))
    #expect(!Archive.looksLikeArchive(folder.path + "/none"))
  }
}
