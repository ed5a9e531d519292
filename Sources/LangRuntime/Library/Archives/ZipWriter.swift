import CMinizip

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes an archive member by member, to a file or to memory.
///
/// What `Archive` would refuse is not written. After a failure, also an interruption, in the middle of a
/// member nothing more can be added: the archive was never there.
final class ZipWriter {
  /// Where the archive ends up.
  private enum Target {
    case memory([UInt8])
    case file(WholeFile)
  }

  private var target: Target
  private var zip: zipFile?
  private var position = 0
  private var end = 0
  private var failure: ArchiveError?
  private var isInMember = false
  private var memberSize = 0
  private var memberName = ""
  private var names: Set<String> = []

  init(path: String?) throws(ArchiveError) {
    if let path {
      if FileKind(path) == .folder {
        throw ArchiveError(
          reason: "\(shownArchiveName(path)): \(String(cString: strerror(EISDIR)))")
      }
      target = .file(try WholeFile(path: path, mode: 0o666))
    } else {
      target = .memory([])
    }
    var functions = zlib_filefunc64_def()
    functions.opaque = Unmanaged.passUnretained(self).toOpaque()
    functions.zopen64_file = { opaque, _, _ in opaque }
    functions.zread_file = { _, _, _, _ in 0 }
    functions.zwrite_file = { _, stream, buffer, count in
      let bytes = UnsafeRawBufferPointer(start: buffer, count: Int(count))
      return ZipWriter.at(stream).write(bytes) ? count : 0
    }
    functions.ztell64_file = { _, stream in ZPOS64_T(ZipWriter.at(stream).position) }
    functions.zseek64_file = { _, stream, offset, origin in
      ZipWriter.at(stream).seek(by: Int(truncatingIfNeeded: offset), from: origin) ? 0 : -1
    }
    functions.zclose_file = { _, _ in 0 }
    functions.zerror_file = { _, _ in 0 }
    zip = zipOpen2_64(nil, APPEND_STATUS_CREATE, nil, &functions)
    if zip == nil { throw ArchiveError(reason: "minizip does not begin the archive") }
  }

  deinit { abandon() }

  // MARK: Members

  /// Begins a member; ``endMember()`` completes it.
  func beginMember(_ name: String, level: Int, date: Int, mode: Int) throws(ArchiveError) {
    try checkState()
    let shown = shownArchiveName(name)
    let bytes = Array(name.utf8)
    if let problem = bytes.withUnsafeBytes(archiveNameProblem) {
      throw ArchiveError(reason: "a member cannot be called \(shown): it has \(problem)")
    }
    if bytes.count > 0xFFFF { throw ArchiveError(reason: "the name \(shown) is too long") }
    if names.contains(name) { throw ArchiveError(reason: "member \(shown) occurs twice") }
    if names.count == ArchiveWriter.maximumMemberCount {
      throw ArchiveError(
        reason: "more than \(ArchiveWriter.maximumMemberCount) members cannot be written")
    }
    var information = zip_fileinfo()
    information.dosDate = uLong(date)
    information.external_fa = uLong(mode) << 16
    let madeOnUnix: uLong = 3 << 8 | 20
    let nameIsUTF8: uLong = 1 << 11
    let method = level == 0 ? 0 : Z_DEFLATED
    guard
      zipOpenNewFileInZip4_64(
        zip, name, &information, nil, 0, nil, 0, nil, method, Int32(level), 0, -MAX_WBITS, 8,
        Z_DEFAULT_STRATEGY, nil, 0, madeOnUnix, nameIsUTF8, 0) == ZIP_OK
    else { throw fail() }
    names.insert(name)
    isInMember = true
    memberSize = 0
    memberName = shown
  }

  /// Adds bytes to the member.
  func add(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
    memberSize += bytes.count
    if memberSize > ZipPart.maximumMemberSize {
      throw ArchiveError(
        reason: "member \(memberName) is larger than \(ZipPart.maximumMemberSize >> 20) MB")
    }
    if zipWriteInFileInZip(zip, bytes.baseAddress, UInt32(bytes.count)) != ZIP_OK { throw fail() }
  }

  /// Completes the member.
  func endMember() throws(ArchiveError) {
    isInMember = false
    if zipCloseFileInZip(zip) != ZIP_OK { throw fail() }
  }

  // MARK: The end

  /// Completes the archive; gives its bytes when it is in no file.
  func finish() throws(ArchiveError) -> [UInt8]? {
    try checkState()
    let isWritten = zipClose(zip, nil) == ZIP_OK
    zip = nil
    if !isWritten { throw fail() }
    switch target {
    case .memory(let bytes):
      target = .memory([])
      return bytes
    case .file(let file):
      try file.finish()
      return nil
    }
  }

  /// Gives the archive up.
  func abandon() {
    if zip != nil {
      // What it writes to end with goes nowhere.
      if failure == nil { failure = ArchiveError(reason: "the archive was abandoned") }
      zipClose(zip, nil)
      zip = nil
    }
    switch target {
    case .memory: target = .memory([])
    case .file(let file): file.abandon()
    }
  }

  private func checkState() throws(ArchiveError) {
    if let failure { throw failure }
    if zip == nil { throw ArchiveError(reason: "the archive is complete, or was abandoned") }
    if isInMember {
      throw ArchiveError(
        reason: "the archive cannot be completed: adding \(memberName) was not finished")
    }
  }

  private func fail() -> ArchiveError {
    if failure == nil { failure = ArchiveError(reason: "the archive cannot be written") }
    return failure.unsafelyUnwrapped
  }

  // MARK: As minizip's file

  private static func at(_ stream: UnsafeMutableRawPointer?) -> ZipWriter {
    Unmanaged.fromOpaque(stream.unsafelyUnwrapped).takeUnretainedValue()
  }

  private func seek(by offset: Int, from origin: Int32) -> Bool {
    let base =
      switch origin {
      case ZLIB_FILEFUNC_SEEK_SET: 0
      case ZLIB_FILEFUNC_SEEK_CUR: position
      default: end
      }
    guard 0...end ~= base + offset else { return false }
    position = base + offset
    return true
  }

  private func write(_ new: UnsafeRawBufferPointer) -> Bool {
    if failure != nil { return false }
    if position + new.count > Int(UInt32.max) {
      failure = ArchiveError(reason: "the archive would be larger than 4 GB")
      return false
    }
    switch target {
    case .memory(var bytes):
      target = .memory([])
      let overwritten = min(new.count, bytes.count - position)
      bytes.replaceSubrange(position..<position + overwritten, with: new)
      target = .memory(bytes)
    case .file(let file):
      var count = 0
      while count < new.count {
        let sent = pwrite(
          file.descriptor, new.baseAddress.unsafelyUnwrapped + count, new.count - count,
          off_t(position + count))
        if sent < 0 && errno != EINTR {
          failure = ArchiveError(
            reason: "\(shownArchiveName(file.path)): \(String(cString: strerror(errno)))")
          return false
        }
        count += max(sent, 0)
      }
    }
    position += new.count
    end = max(end, position)
    return true
  }
}
