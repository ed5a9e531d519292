import CMinizip

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes archives that `Archive` reads.
enum ArchiveWriter {
  /// Zip files without zip64 count their members with 16 bits.
  static let maximumMemberCount = 0xFFFF

  /// Writes the members, deflated and in this order, to a new file at `path`.
  ///
  /// The same members give the same bytes: each has the date 1980-01-01. What `Archive` would refuse
  /// is an error.
  ///
  /// - Returns: The size of the archive in bytes.
  @discardableResult
  static func write(
    _ members: [(name: String, bytes: [UInt8])], to path: String
  ) throws(ArchiveError) -> Int {
    let bytes = try archive(of: members)
    do throws(FileError) {
      try writeFile(bytes, to: path)
    } catch {
      throw ArchiveError(reason: error.reason)
    }
    return bytes.count
  }

  /// The archive as it would be written.
  static func archive(
    of members: [(name: String, bytes: [UInt8])]
  ) throws(ArchiveError) -> [UInt8] {
    try check(members)
    let memory = MemoryFile()
    defer { withExtendedLifetime(memory) {} }
    guard let zip = memory.open() else { throw ArchiveError(reason: "minizip does not begin it") }
    var isComplete = true
    for member in members where isComplete {
      isComplete = add(member.name, member.bytes, to: zip)
    }
    // Closing frees memory also when something failed before.
    isComplete = zipClose(zip, nil) == ZIP_OK && isComplete
    guard isComplete, memory.bytes.count <= UInt32.max else {
      throw ArchiveError(reason: "it would be larger than 4 GB")
    }
    return memory.bytes
  }

  private static func check(
    _ members: [(name: String, bytes: [UInt8])]
  ) throws(ArchiveError) {
    if members.count > maximumMemberCount {
      throw ArchiveError(reason: "more than \(maximumMemberCount) members cannot be written")
    }
    var names: Set<[UInt8]> = []
    for member in members {
      let shown = shownArchiveName(member.name)
      let bytes = Array(member.name.utf8)
      if let problem = bytes.withUnsafeBytes(archiveNameProblem) {
        throw ArchiveError(reason: "member \(shown) has \(problem)")
      }
      if bytes.count > 0xFFFF { throw ArchiveError(reason: "the name \(shown) is too long") }
      if bytes.last == UInt8(ascii: "/") {
        throw ArchiveError(reason: "member \(shown) is a folder")
      }
      if !names.insert(bytes).inserted {
        throw ArchiveError(reason: "member \(shown) occurs twice")
      }
      if member.bytes.count > Archive.maximumMemberSize {
        throw ArchiveError(
          reason: "member \(shown) is larger than \(Archive.maximumMemberSize >> 20) MB")
      }
    }
  }

  private static func add(_ name: String, _ bytes: [UInt8], to zip: zipFile) -> Bool {
    var information = zip_fileinfo()
    information.dosDate = 1 << 21 | 1 << 16
    information.external_fa = uLong(S_IFREG | 0o644) << 16
    let madeOnUnix: uLong = 3 << 8 | 20
    let nameIsUTF8: uLong = 1 << 11
    guard
      zipOpenNewFileInZip4_64(
        zip, name, &information, nil, 0, nil, 0, nil, Z_DEFLATED, Z_BEST_COMPRESSION, 0,
        -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, nil, 0, madeOnUnix, nameIsUTF8, 0) == ZIP_OK
    else { return false }
    let isWritten = bytes.withUnsafeBytes {
      zipWriteInFileInZip(zip, $0.baseAddress, UInt32($0.count)) == ZIP_OK
    }
    return zipCloseFileInZip(zip) == ZIP_OK && isWritten
  }
}

/// The file that minizip writes: bytes in memory, since it goes back to complete headers.
private final class MemoryFile {
  private(set) var bytes: [UInt8] = []
  private var position = 0

  /// This file as minizip's archive; it must live until that is closed.
  func open() -> zipFile? {
    var functions = zlib_filefunc64_def()
    functions.opaque = Unmanaged.passUnretained(self).toOpaque()
    functions.zopen64_file = { opaque, _, _ in opaque }
    functions.zread_file = { _, _, _, _ in 0 }
    functions.zwrite_file = { _, stream, buffer, count in
      MemoryFile.at(stream).write(UnsafeRawBufferPointer(start: buffer, count: Int(count)))
      return count
    }
    functions.ztell64_file = { _, stream in ZPOS64_T(MemoryFile.at(stream).position) }
    functions.zseek64_file = { _, stream, offset, origin in
      MemoryFile.at(stream).seek(by: Int(truncatingIfNeeded: offset), from: origin) ? 0 : -1
    }
    functions.zclose_file = { _, _ in 0 }
    functions.zerror_file = { _, _ in 0 }
    return zipOpen2_64(nil, APPEND_STATUS_CREATE, nil, &functions)
  }

  private static func at(_ stream: UnsafeMutableRawPointer?) -> MemoryFile {
    Unmanaged.fromOpaque(stream.unsafelyUnwrapped).takeUnretainedValue()
  }

  private func seek(by offset: Int, from origin: Int32) -> Bool {
    let base =
      switch origin {
      case ZLIB_FILEFUNC_SEEK_SET: 0
      case ZLIB_FILEFUNC_SEEK_CUR: position
      default: bytes.count
      }
    guard 0...bytes.count ~= base + offset else { return false }
    position = base + offset
    return true
  }

  private func write(_ new: UnsafeRawBufferPointer) {
    let overwritten = min(new.count, bytes.count - position)
    bytes.replaceSubrange(position..<position + overwritten, with: new)
    position += new.count
  }
}
