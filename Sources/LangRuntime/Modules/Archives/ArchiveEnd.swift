/// What the end of an archive says about its directory.
///
/// The end record is taken where its comment reaches exactly to the end of the file. The directory
/// must end right before it (or before the record of zip64), so that the length of what precedes
/// the archive follows from its offsets.
struct ArchiveEnd {
  /// The length of an end record without comment.
  static let recordSize = 22
  private static let locatorSize = 20
  private static let zip64RecordSize = 56
  private static let longestComment = 0xFFFF

  let directoryStart: Int
  let directorySize: Int
  let memberCount: Int
  /// The bytes in front of the archive, which its offsets do not count.
  let preamble: Int

  init(of file: borrowing ArchiveFile) throws(ArchiveError) {
    let tail = try Tail(of: file)
    guard let record = tail.endRecord else {
      let start = try file.read(min(4, file.identity.size), at: 0)
      throw ArchiveError(
        reason: start == [0x50, 0x4B, 3, 4]
          ? "it is cut short, or something follows the zip archive" : "it is not a zip archive")
    }
    let bytes = tail.bytes
    func field(_ position: Int) -> UInt64 { UInt64(bytes.littleEndian(at: position) as UInt16) }
    func long(_ position: Int) -> UInt64 { UInt64(bytes.littleEndian(at: position) as UInt32) }

    var disks = [field(record + 4), field(record + 6)]
    var counts = [field(record + 8), field(record + 10)]
    var size = long(record + 12)
    var offset = long(record + 16)
    var directoryEnd = tail.start + record
    var locatedRecord: UInt64?

    let locator = record - Self.locatorSize
    if locator >= 0, long(locator) == 0x0706_4B50 {
      let zip64 = locator - Self.zip64RecordSize
      guard zip64 >= 0, long(zip64) == 0x0606_4B50,
        bytes.littleEndian(at: zip64 + 4) as UInt64 == UInt64(Self.zip64RecordSize - 12)
      else { throw Self.damaged }
      // What the small record has room for, it must say too.
      func agreed(_ small: UInt64, _ limit: UInt64, _ large: UInt64) throws(ArchiveError) -> UInt64
      {
        if small != limit, small != large { throw Self.damaged }
        return large
      }
      func wide(_ position: Int) -> UInt64 { bytes.littleEndian(at: zip64 + position) }
      disks = [
        try agreed(disks[0], 0xFFFF, long(zip64 + 16)),
        try agreed(disks[1], 0xFFFF, long(zip64 + 20)),
        // The number of parts: some write none for one.
        long(locator + 4), max(long(locator + 16), 1) - 1,
      ]
      counts = [
        try agreed(counts[0], 0xFFFF, wide(24)), try agreed(counts[1], 0xFFFF, wide(32)),
      ]
      size = try agreed(size, 0xFFFF_FFFF, wide(40))
      offset = try agreed(offset, 0xFFFF_FFFF, wide(48))
      directoryEnd = tail.start + zip64
      locatedRecord = bytes.littleEndian(at: locator + 8)
    }

    if disks.contains(where: { $0 != 0 }) || counts[0] != counts[1] {
      throw ArchiveError(reason: "it is one part of an archive in several parts")
    }
    let (sum, overflow) = size.addingReportingOverflow(offset)
    guard !overflow, sum <= UInt64(directoryEnd) else {
      throw ArchiveError(reason: "its directory lies outside of the file")
    }
    preamble = directoryEnd - Int(sum)
    guard counts[0] <= UInt64(Archive.maximumMemberCount) else {
      throw ArchiveError(reason: "it has more than \(Archive.maximumMemberCount) members")
    }
    guard size <= UInt64(Archive.maximumDirectorySize) else {
      throw ArchiveError(
        reason: "its directory is larger than \(Archive.maximumDirectorySize >> 20) MB")
    }
    if let locatedRecord, locatedRecord != UInt64(directoryEnd - preamble) { throw Self.damaged }
    directoryStart = directoryEnd - Int(size)
    directorySize = Int(size)
    memberCount = Int(counts[0])
  }

  /// Whether the file ends with an end record.
  static func isPresent(in file: borrowing ArchiveFile) throws(ArchiveError) -> Bool {
    try Tail(of: file).endRecord != nil
  }

  private static var damaged: ArchiveError { ArchiveError(reason: "its end record is damaged") }

  /// The last bytes of a file, as many as all the records at the end can take.
  private struct Tail {
    let start: Int
    let bytes: [UInt8]

    init(of file: borrowing ArchiveFile) throws(ArchiveError) {
      let longest =
        recordSize + longestComment + locatorSize + zip64RecordSize
      let count = min(file.identity.size, longest)
      start = file.identity.size - count
      bytes = try file.read(count, at: start)
    }

    /// Where the last end record is whose comment ends with the file.
    var endRecord: Int? {
      bytes.withUnsafeBytes { bytes in
        var position = bytes.count - recordSize
        let first = max(position - longestComment, 0)
        while position >= first {
          if bytes[position] == 0x50,
            bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self).littleEndian
              == 0x0605_4B50,
            Int(bytes.loadUnaligned(fromByteOffset: position + 20, as: UInt16.self).littleEndian)
              == bytes.count - position - recordSize
          {
            return position
          }
          position -= 1
        }
        return nil
      }
    }
  }
}
