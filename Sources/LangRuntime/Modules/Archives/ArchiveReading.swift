import CMinizip
import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// Reading a member: its local header is checked here, its data are unpacked by minizip.

extension Archive.Member {
  /// The length of the fixed part of what stands in front of a member's data.
  static let headerSize = 30

  /// Refuses what no reading could make sense of, and what has more than `limit` bytes.
  func check(limit: Int = Archive.maximumMemberSize) throws(ArchiveError) {
    // Bit 0 is encryption, 6 strong encryption, 13 an encrypted directory.
    if flags & 0x2041 != 0 { throw problem("is encrypted") }
    let kind = mode_t(mode) & S_IFMT
    if kind == S_IFLNK { throw problem("is a symbolic link") }
    if kind != 0 && kind != S_IFREG { throw problem("is not a regular file") }
    if method != 0 && method != 8 {
      throw problem("is packed with method \(method); only stored and deflated ones can be read")
    }
    if max(size, compressedSize) > limit {
      throw problem("is larger than \(limit >> 20) MB")
    }
    if method == 0 && size != compressedSize {
      throw problem("is stored in \(compressedSize) bytes and claims to have \(size)")
    }
  }

  /// The unpacked bytes; its data end at `limit` at the latest.
  func read(
    from file: borrowing ArchiveFile, limit: Int, unless stop: StopCheck?
  ) throws(ArchiveError) -> [UInt8] {
    let dataOffset = try dataOffset(in: file, limit: limit)
    let view = ArchiveMemberView(of: self, in: file.descriptor, dataOffset: dataOffset)
    // Also keeps the view alive, to which minizip has a plain pointer.
    defer { withExtendedLifetime(view) {} }
    guard let zip = view.open() else { throw damaged("minizip does not open it") }
    defer { unzClose(zip) }
    guard unzOpenCurrentFile(zip) == UNZ_OK else { throw damaged("minizip does not open it") }
    let bytes = try unpack(zip, view, unless: stop)
    if bytes.count != size {
      throw problem("has only \(bytes.count) of the \(size) bytes that it claims to have")
    }
    return bytes
  }

  private func unpack(
    _ zip: unzFile, _ view: ArchiveMemberView, unless stop: StopCheck?
  ) throws(ArchiveError) -> [UInt8] {
    // A piece as large as a usual module: the array grows with the data, not with the claim.
    let piece = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(size + 1, 1 << 16), alignment: 16)
    defer { piece.deallocate() }
    var bytes: [UInt8] = []
    var sum: uLong = 0
    while true {
      if let stop, stop.isStopped {
        LargeMemory.free(bytes)
        throw .stopped
      }
      let count = Int(unzReadCurrentFile(zip, piece.baseAddress, UInt32(piece.count)))
      if view.failure != 0 {
        throw problem("cannot be read: \(String(cString: strerror(view.failure)))")
      }
      if count < 0 { throw damaged("its data cannot be unpacked") }
      if count == 0 { break }
      bytes.append(contentsOf: piece.prefix(count))
      if bytes.count > size {
        throw problem("has more than the \(size) bytes that it claims to have")
      }
      sum = crc32(sum, piece.baseAddress?.assumingMemoryBound(to: Bytef.self), uInt(count))
    }
    if bytes.count == size, UInt32(truncatingIfNeeded: sum) != checksum {
      throw damaged("its checksum is wrong")
    }
    return bytes
  }

  /// Where the data begin; what stands around them must say what the directory says.
  func dataOffset(
    in file: borrowing ArchiveFile, limit: Int
  ) throws(ArchiveError) -> Int {
    let nameBytes = Array(name.utf8)
    let header = try bytes(Self.headerSize + nameBytes.count, of: file, at: headerOffset)
    func short(_ position: Int) -> UInt16 { header.littleEndian(at: position) }
    func long(_ position: Int) -> UInt32 { header.littleEndian(at: position) }
    guard long(0) == 0x0403_4B50 else { throw damaged("it does not begin where it should") }
    let localFlags = short(6)
    guard Int(short(26)) == nameBytes.count, header[Self.headerSize...] == nameBytes[...],
      short(8) == method, localFlags & 0x2041 == 0
    else { throw contradiction }
    let dataOffset = headerOffset + header.count + Int(short(28))
    guard dataOffset + compressedSize <= limit else { throw damaged("its data end too late") }

    var agrees = long(14) == checksum
    if localFlags & 8 == 0 {
      // The sizes of zip64 are in an extra field, and 32 bits full here.
      agrees = agrees && (long(18) == .max || Int(long(18)) == compressedSize)
      agrees = agrees && (long(22) == .max || Int(long(22)) == size)
    } else {
      // Who packed this knew the numbers only afterwards. Some write them here nevertheless; zeros
      // say nothing.
      agrees = agrees && Int(long(18)) == compressedSize && Int(long(22)) == size
      agrees = agrees && compressedSize > 0
      if !agrees {
        let end = dataOffset + compressedSize
        agrees = descriptorAgrees(try bytes(min(24, limit - end), of: file, at: end))
      }
    }
    guard agrees else { throw contradiction }
    return dataOffset
  }

  /// Whether the bytes behind the data begin with a descriptor that has the directory's numbers.
  ///
  /// A descriptor may have a signature or not, and sizes of 32 or 64 bits, and does not say which.
  private func descriptorAgrees(_ found: [UInt8]) -> Bool {
    var numbers: [UInt8] = []
    numbers.appendLittleEndian(checksum)
    var wideNumbers = numbers
    for size in [compressedSize, size] {
      numbers.appendLittleEndian(UInt32(size))
      wideNumbers.appendLittleEndian(UInt64(size))
    }
    let signature: [UInt8] = [0x50, 0x4B, 7, 8]
    return [numbers, wideNumbers, signature + numbers, signature + wideNumbers]
      .contains { found.starts(with: $0) }
  }

  private func bytes(
    _ count: Int, of file: borrowing ArchiveFile, at offset: Int
  ) throws(ArchiveError) -> [UInt8] {
    do throws(ArchiveError) {
      return try file.read(count, at: offset)
    } catch {
      throw problem("cannot be read: \(error.reason)")
    }
  }

  private var contradiction: ArchiveError {
    damaged("its header contradicts the archive's directory")
  }

  func problem(_ text: String) -> ArchiveError {
    ArchiveError(reason: "member \(shownArchiveName(name)) \(text)")
  }

  func damaged(_ text: String) -> ArchiveError { problem("is damaged: \(text)") }
}

/// One member, shown to minizip as an archive of its own.
///
/// The view is a local header, the packed data as they are in the file, and a directory of one
/// entry; minizip sees none of the file's own structure. It must not, because it
/// - takes any locator of zip64 in the last 64 KB for the archive's, also one inside of a member:
///   an archive that holds another one would show the members of the inner one;
/// - does not understand the sizes and offsets of zip64 where `unsigned long` has 64 bits;
/// - stops at the size that a member claims, so that one with more data looks complete. The view
///   claims one byte more.
final class ArchiveMemberView {
  /// The number of an error that the system gave; 0 when there was none.
  private(set) var failure: Int32 = 0
  private let descriptor: Int32
  private let dataOffset: Int
  private let head: [UInt8]
  private let dataSize: Int
  private let tail: [UInt8]
  private var position = 0

  private var size: Int { head.count + dataSize + tail.count }

  init(of member: Archive.Member, in descriptor: Int32, dataOffset: Int) {
    self.descriptor = descriptor
    self.dataOffset = dataOffset
    dataSize = member.compressedSize
    // What the local header and the directory share, from the needed version to the extra fields.
    // No flags, no date, no name: nobody asks for them.
    var common: [UInt8] = []
    common.appendLittleEndian(20 as UInt16)
    common.appendLittleEndian(0 as UInt16)
    common.appendLittleEndian(member.method)
    common.appendLittleEndian(0 as UInt32)
    common.appendLittleEndian(member.checksum)
    common.appendLittleEndian(UInt32(member.compressedSize))
    common.appendLittleEndian(UInt32(member.size + 1))
    common.appendLittleEndian(0 as UInt32)
    var head: [UInt8] = [0x50, 0x4B, 3, 4]
    head += common
    self.head = head

    var tail: [UInt8] = [0x50, 0x4B, 1, 2, 20, 0]
    tail += common
    tail += [UInt8](repeating: 0, count: 14)
    let directorySize = tail.count
    let directoryOffset = head.count + dataSize
    // The ends of zip64: minizip looks for those first, and would find others in the data.
    tail += [0x50, 0x4B, 6, 6]
    tail.appendLittleEndian(44 as UInt64)
    tail.appendLittleEndian(45 as UInt16)
    tail.appendLittleEndian(45 as UInt16)
    tail.appendLittleEndian(0 as UInt64)
    tail.appendLittleEndian(1 as UInt64)
    tail.appendLittleEndian(1 as UInt64)
    tail.appendLittleEndian(UInt64(directorySize))
    tail.appendLittleEndian(UInt64(directoryOffset))
    tail += [0x50, 0x4B, 6, 7]
    tail.appendLittleEndian(0 as UInt32)
    tail.appendLittleEndian(UInt64(directoryOffset + directorySize))
    tail.appendLittleEndian(1 as UInt32)
    self.tail = tail
  }

  /// The view as minizip's archive; the view must live until it is closed.
  func open() -> unzFile? {
    var functions = zlib_filefunc64_def()
    functions.opaque = Unmanaged.passUnretained(self).toOpaque()
    functions.zopen64_file = { opaque, _, _ in opaque }
    functions.zread_file = { _, stream, buffer, count in
      ArchiveMemberView.at(stream).read(
        into: UnsafeMutableRawBufferPointer(start: buffer, count: Int(count)))
    }
    functions.zwrite_file = { _, _, _, _ in 0 }
    functions.ztell64_file = { _, stream in ZPOS64_T(ArchiveMemberView.at(stream).position) }
    functions.zseek64_file = { _, stream, offset, origin in
      ArchiveMemberView.at(stream).seek(by: Int(truncatingIfNeeded: offset), from: origin) ? 0 : -1
    }
    functions.zclose_file = { _, _ in 0 }
    functions.zerror_file = { _, stream in ArchiveMemberView.at(stream).failure }
    return unzOpen2_64(nil, &functions)
  }

  private static func at(_ stream: UnsafeMutableRawPointer?) -> ArchiveMemberView {
    Unmanaged.fromOpaque(stream.unsafelyUnwrapped).takeUnretainedValue()
  }

  private func seek(by offset: Int, from origin: Int32) -> Bool {
    let base =
      switch origin {
      case ZLIB_FILEFUNC_SEEK_SET: 0
      case ZLIB_FILEFUNC_SEEK_CUR: position
      default: size
      }
    let (target, overflow) = base.addingReportingOverflow(offset)
    guard !overflow, 0...size ~= target else { return false }
    position = target
    return true
  }

  private func read(into buffer: UnsafeMutableRawBufferPointer) -> uLong {
    var count = 0
    while count < buffer.count, position < size {
      let got = readPart(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      if got == 0 { break }
      count += got
      position += got
    }
    return uLong(count)
  }

  /// Reads what one of the three parts has at the position; 0 when the file has no more.
  private func readPart(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let offset = position - head.count
    if offset < 0 { return copy(head[position...], into: buffer) }
    if offset >= dataSize { return copy(tail[(offset - dataSize)...], into: buffer) }
    let wanted = min(buffer.count, dataSize - offset)
    while true {
      let got = pread(descriptor, buffer.baseAddress, wanted, off_t(dataOffset + offset))
      if got >= 0 { return got }
      if errno == EINTR { continue }
      failure = errno
      return 0
    }
  }

  private func copy(
    _ bytes: ArraySlice<UInt8>, into buffer: UnsafeMutableRawBufferPointer
  ) -> Int {
    let count = min(bytes.count, buffer.count)
    buffer.copyBytes(from: bytes.prefix(count))
    return count
  }
}
