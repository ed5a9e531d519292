import CMinizip

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A member of an archive that is read piece by piece, so that its reader can stop in between.
///
/// It has a descriptor of its own until it goes.
final class ArchiveMemberStream {
  private let member: Archive.Member
  private let descriptor: Int32
  private let view: ArchiveMemberView
  private let zip: unzFile
  private var sum: uLong = 0
  private var count = 0

  /// Begins to read the data at `dataOffset` of a file.
  init(
    _ member: Archive.Member, in file: borrowing ArchiveFile, dataOffset: Int
  ) throws(ArchiveError) {
    // No deflated data unpack to more than this; what claims it is not even tried.
    if member.method == 8,
      member.size > member.compressedSize.multipliedReportingOverflow(by: 1032)
        .partialValue + 1032
    {
      throw member.damaged("it claims to have more bytes than its data can unpack to")
    }
    let descriptor = dup(file.descriptor)
    if descriptor < 0 { throw ArchiveFile.failure(errno) }
    let view = ArchiveMemberView(of: member, in: descriptor, dataOffset: dataOffset)
    guard let zip = view.open() else {
      close(descriptor)
      throw member.damaged("minizip does not open it")
    }
    guard unzOpenCurrentFile(zip) == UNZ_OK else {
      unzClose(zip)
      close(descriptor)
      throw member.damaged("minizip does not open it")
    }
    self.member = member
    self.descriptor = descriptor
    self.view = view
    self.zip = zip
  }

  deinit {
    unzClose(zip)
    close(descriptor)
  }

  /// Reads what comes next; 0 at the end, where size and checksum are compared.
  func read(into piece: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
    let got = Int(unzReadCurrentFile(zip, piece.baseAddress, UInt32(clamping: piece.count)))
    if view.failure != 0 {
      throw member.problem("cannot be read: \(String(cString: strerror(view.failure)))")
    }
    if got < 0 { throw member.damaged("its data cannot be unpacked") }
    if got == 0 {
      if count < member.size {
        throw member.problem(
          "has only \(count) of the \(member.size) bytes that it claims to have")
      }
      if UInt32(truncatingIfNeeded: sum) != member.checksum {
        throw member.damaged("its checksum is wrong")
      }
      return 0
    }
    count += got
    if count > member.size {
      throw member.problem("has more than the \(member.size) bytes that it claims to have")
    }
    sum = crc32(sum, piece.baseAddress?.assumingMemoryBound(to: Bytef.self), uInt(got))
    return got
  }
}
