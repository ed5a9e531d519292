import Foundation
import Testing

@testable import LangRuntime

/// A zip file put together by hand, so that each of its numbers can lie.
struct RawArchive {
  /// The forms in which checksum and sizes stand behind the data.
  enum Descriptor: CaseIterable {
    case small, wide, smallWithSignature, wideWithSignature
  }

  struct Member {
    var name: [UInt8]
    /// The data as they are in the file.
    var packed: [UInt8]
    var method: UInt16 = 0
    var flags: UInt16 = 0
    var checksum: UInt32
    /// The sizes that both headers claim.
    var size: Int
    var compressedSize: Int
    var mode: UInt16 = 0o100644
    /// The system that packed it: 3 is Unix.
    var system: UInt16 = 3
    var extra: [UInt8] = []
    var comment: [UInt8] = []
    /// Numbers that differ in the local header, and its own extra fields.
    var localName: [UInt8]?
    var localFlags: UInt16?
    var localMethod: UInt16?
    var localSize: Int?
    var localChecksum: UInt32?
    var localExtra: [UInt8] = []
    /// Whether checksum and sizes stand behind the data instead of in the local header.
    var descriptor: Descriptor?
    /// Whether sizes and offset are in extra fields of 64 bits.
    var isZip64 = false
    /// The offset that the directory claims, when it is not the true one.
    var offset: Int?

    init(_ name: String, stored data: [UInt8]) {
      self.name = Array(name.utf8)
      packed = data
      checksum = RawArchive.checksum(of: data)
      size = data.count
      compressedSize = data.count
    }

    init(_ name: String, stored text: String = "text") {
      self.init(name, stored: Array(text.utf8))
    }

    init(_ name: String, deflated data: [UInt8]) throws(ArchiveError) {
      self.init(name, stored: data)
      packed = try RawArchive.deflated(data)
      compressedSize = packed.count
      method = 8
    }
  }

  var members: [Member]
  /// What stands in front of the archive.
  var preamble: [UInt8] = []
  /// Whether the offsets in the archive count the preamble.
  var offsetsCountPreamble = false
  var comment: [UInt8] = []
  /// What stands between directory and end record.
  var gap: [UInt8] = []
  var hasZip64End = false
  /// What the end record claims, when it is not true.
  var count: Int?
  var directorySize: Int?
  var directoryOffset: Int?
  var disk: UInt16 = 0

  init(_ members: [Member]) { self.members = members }

  /// The file.
  var bytes: [UInt8] {
    var bytes = preamble
    let base = offsetsCountPreamble ? 0 : preamble.count
    var offsets: [Int] = []
    for member in members {
      offsets.append(bytes.count - base)
      bytes += Self.localHeader(of: member)
      bytes += member.packed
      if let descriptor = member.descriptor {
        bytes += Self.descriptor(of: member, as: descriptor)
      }
    }
    let directory = bytes.count
    for (member, offset) in zip(members, offsets) {
      bytes += Self.directoryEntry(of: member, at: member.offset ?? offset)
    }
    let size = directorySize ?? bytes.count - directory
    let offset = directoryOffset ?? directory - base
    bytes += gap
    let count = count ?? members.count
    if hasZip64End { bytes += zip64End(count, size, offset, at: bytes.count - base) }
    bytes += [0x50, 0x4B, 5, 6]
    bytes.appendLittleEndian(disk)
    bytes.appendLittleEndian(disk)
    bytes.appendLittleEndian(hasZip64End ? UInt16.max : UInt16(truncatingIfNeeded: count))
    bytes.appendLittleEndian(hasZip64End ? UInt16.max : UInt16(truncatingIfNeeded: count))
    bytes.appendLittleEndian(hasZip64End ? UInt32.max : UInt32(truncatingIfNeeded: size))
    bytes.appendLittleEndian(hasZip64End ? UInt32.max : UInt32(truncatingIfNeeded: offset))
    bytes.appendLittleEndian(UInt16(comment.count))
    return bytes + comment
  }

  private func zip64End(_ count: Int, _ size: Int, _ offset: Int, at position: Int) -> [UInt8] {
    var bytes: [UInt8] = [0x50, 0x4B, 6, 6]
    bytes.appendLittleEndian(44 as UInt64)
    bytes.appendLittleEndian(45 as UInt16)
    bytes.appendLittleEndian(45 as UInt16)
    bytes.appendLittleEndian(UInt32(disk))
    bytes.appendLittleEndian(UInt32(disk))
    bytes.appendLittleEndian(UInt64(truncatingIfNeeded: count))
    bytes.appendLittleEndian(UInt64(truncatingIfNeeded: count))
    bytes.appendLittleEndian(UInt64(truncatingIfNeeded: size))
    bytes.appendLittleEndian(UInt64(truncatingIfNeeded: offset))
    bytes += [0x50, 0x4B, 6, 7]
    bytes.appendLittleEndian(0 as UInt32)
    bytes.appendLittleEndian(UInt64(truncatingIfNeeded: position))
    bytes.appendLittleEndian(1 as UInt32)
    return bytes
  }

  private static func descriptor(of member: Member, as form: Descriptor) -> [UInt8] {
    var bytes: [UInt8] = []
    if form == .smallWithSignature || form == .wideWithSignature { bytes += [0x50, 0x4B, 7, 8] }
    bytes.appendLittleEndian(member.checksum)
    for size in [member.compressedSize, member.size] {
      if form == .small || form == .smallWithSignature {
        bytes.appendLittleEndian(UInt32(truncatingIfNeeded: size))
      } else {
        bytes.appendLittleEndian(UInt64(truncatingIfNeeded: size))
      }
    }
    return bytes
  }

  private static func localHeader(of member: Member) -> [UInt8] {
    let name = member.localName ?? member.name
    var extra = member.localExtra
    if member.isZip64 {
      extra.appendLittleEndian(1 as UInt16)
      extra.appendLittleEndian(16 as UInt16)
      extra.appendLittleEndian(UInt64(truncatingIfNeeded: member.size))
      extra.appendLittleEndian(UInt64(truncatingIfNeeded: member.compressedSize))
    }
    var numbers = [
      member.localChecksum ?? member.checksum, UInt32(truncatingIfNeeded: member.compressedSize),
      UInt32(truncatingIfNeeded: member.localSize ?? member.size),
    ]
    if member.isZip64 { numbers = [numbers[0], .max, .max] }
    if member.descriptor != nil { numbers = [0, 0, 0] }
    var bytes: [UInt8] = [0x50, 0x4B, 3, 4]
    bytes.appendLittleEndian(20 as UInt16)
    bytes.appendLittleEndian(
      (member.localFlags ?? member.flags) | (member.descriptor == nil ? 0 : 8))
    bytes.appendLittleEndian(member.localMethod ?? member.method)
    bytes.appendLittleEndian(0x0021_0000 as UInt32)
    for number in numbers { bytes.appendLittleEndian(number) }
    bytes.appendLittleEndian(UInt16(name.count))
    bytes.appendLittleEndian(UInt16(extra.count))
    return bytes + name + extra
  }

  private static func directoryEntry(of member: Member, at offset: Int) -> [UInt8] {
    var extra = member.extra
    if member.isZip64 {
      extra.appendLittleEndian(1 as UInt16)
      extra.appendLittleEndian(24 as UInt16)
      extra.appendLittleEndian(UInt64(truncatingIfNeeded: member.size))
      extra.appendLittleEndian(UInt64(truncatingIfNeeded: member.compressedSize))
      extra.appendLittleEndian(UInt64(truncatingIfNeeded: offset))
    }
    var bytes: [UInt8] = [0x50, 0x4B, 1, 2]
    bytes.appendLittleEndian(member.system << 8 | 20)
    bytes.appendLittleEndian(20 as UInt16)
    bytes.appendLittleEndian(member.flags | (member.descriptor == nil ? 0 : 8))
    bytes.appendLittleEndian(member.method)
    bytes.appendLittleEndian(0x0021_0000 as UInt32)
    bytes.appendLittleEndian(member.checksum)
    bytes.appendLittleEndian(
      member.isZip64 ? .max : UInt32(truncatingIfNeeded: member.compressedSize))
    bytes.appendLittleEndian(member.isZip64 ? .max : UInt32(truncatingIfNeeded: member.size))
    bytes.appendLittleEndian(UInt16(member.name.count))
    bytes.appendLittleEndian(UInt16(extra.count))
    bytes.appendLittleEndian(UInt16(member.comment.count))
    bytes.appendLittleEndian(0 as UInt32)
    bytes.appendLittleEndian(UInt32(member.mode) << 16)
    bytes.appendLittleEndian(member.isZip64 ? .max : UInt32(truncatingIfNeeded: offset))
    return bytes + member.name + extra + member.comment
  }

  /// The checksum of zip files, bit by bit.
  static func checksum(of bytes: [UInt8]) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return ~sum
  }

  /// The data as the writer packs them.
  static func deflated(_ data: [UInt8]) throws(ArchiveError) -> [UInt8] {
    let archive = try ArchiveWriter.archive(of: [("x", data)])
    let size: UInt32 = archive.littleEndian(at: 18)
    return Array(archive[31..<31 + Int(size)])
  }
}

/// A folder that is gone with this object.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "lang-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file of this folder; gives its path.
  ///
  /// Always a new file, and not by Foundation: replacing the contents of one, or waiting until they
  /// are on the disk, takes long for thousands of files.
  @discardableResult
  func write(_ bytes: [UInt8], to name: String = "test.zip") throws -> String {
    unlink("\(path)/\(name)")
    let file = try #require(fopen("\(path)/\(name)", "w"))
    let count = fwrite(bytes, 1, bytes.count, file)
    try #require(fclose(file) == 0 && count == bytes.count)
    return "\(path)/\(name)"
  }

  /// The archive with these bytes.
  func open(_ bytes: [UInt8]) throws -> Archive {
    try Archive(path: write(bytes))
  }
}

/// Why something fails; nil when it does not.
func reason(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch let error as ArchiveError {
    return error.reason
  } catch {
    return "not an ArchiveError: \(error)"
  }
}
