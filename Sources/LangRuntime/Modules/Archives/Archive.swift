/// A zip file and the index of its members.
///
/// Members are stored or deflated; zip64, comments, data descriptors, and anything in front of the
/// archive (`#!` lines, programs that unpack themselves) are understood.
///
/// **What refuses the whole archive**, when it is opened: no end record that reaches exactly to the
/// end of the file, several parts, a directory that does not end where its end record begins or does
/// not hold exactly the members that are counted, members that overlap each other or the directory
/// or lie outside of the file, names that are empty, absolute, occur twice, or have a backslash, a
/// NUL, or an empty, `.` or `..` part, more than `maximumMemberCount` members, a directory of more
/// than `maximumDirectorySize`. These are archives in which programs may see different things.
///
/// **What refuses a single member**, when it is read: encryption, a method other than stored and
/// deflated, links and devices, more than `maximumMemberSize`, a local header that contradicts the
/// directory, sizes or a checksum that are not those of the data. The other members can be read.
///
/// Nothing is believed because a header says so: memory grows with the data that is really there.
///
/// **No descriptor stays open.** Each reading opens the file, compares its identity with that of the
/// indexed one, and closes it again: a few microseconds against the tens that inflating takes. Any
/// number of archives can be on the path, and a file that was replaced is noticed by its path.
final class Archive {
  /// The largest member that is read, in bytes, packed and unpacked: 64 MB.
  static let maximumMemberSize = 64 << 20
  /// The largest number of members.
  static let maximumMemberCount = 1_000_000
  /// The largest directory, in bytes: 128 MB, which also limits the length of all names.
  static let maximumDirectorySize = 128 << 20

  let path: String
  private let identity: FileIdentity
  private let directory: ArchiveDirectory

  /// Reads and checks the directory of the archive at `path`; members are not looked at.
  ///
  /// - Parameter stop: Whether to give up.
  init(path: String, unless stop: StopCheck? = nil) throws(ArchiveError) {
    let file = try ArchiveFile(path: path)
    do throws(ArchiveError) {
      directory = try ArchiveDirectory(of: file, unless: stop)
    } catch {
      if file.isUnchanged { throw error }
      throw ArchiveError(reason: "it changed while it was being read")
    }
    guard file.isUnchanged else {
      throw ArchiveError(reason: "it changed while it was being read")
    }
    self.path = path
    identity = file.identity
  }

  /// Whether the file on disk is still the one that was indexed.
  var isCurrent: Bool { FileIdentity(path: path) == identity }

  /// The number of members, explicit folders included.
  var memberCount: Int { directory.count }

  /// A file in the archive, as the directory describes it.
  struct Member {
    let name: String
    /// The number of bytes that it claims to have.
    let size: Int
    /// The number of bytes that it takes in the archive.
    let compressedSize: Int
    let flags: UInt16
    /// How it is packed: 0 is stored, 8 is deflated.
    let method: UInt16
    let checksum: UInt32
    /// The permissions and kind of the file for Unix; 0 when it was packed elsewhere.
    let mode: UInt16
    /// Where its local header begins in the file.
    let headerOffset: Int
    /// When it was changed, in the form of MS-DOS: the date in the upper half.
    let date: UInt32
  }

  /// Every member, folders with entries of their own included (their names end with a separator), in
  /// the order of the bytes of the names.
  var members: [Member] { (0..<directory.count).compactMap { directory.member($0) } }

  /// The member of exactly this name, such as `vendor/m.l`; nil for folders.
  func member(_ name: String) -> Member? {
    if name.hasSuffix("/") { return nil }
    guard let number = directory.number(of: name) else { return nil }
    return directory.member(number)
  }

  /// Whether there is a folder of this name, by an entry of its own or as part of another name.
  ///
  /// Names have no separator at the end; the empty name is the root.
  func hasFolder(_ name: String) -> Bool {
    name.isEmpty || directory.hasName(beginningWith: name + "/")
  }

  /// Something directly inside a folder.
  struct Child: Equatable {
    /// The last part of its name.
    let name: String
    let isFolder: Bool
  }

  /// What is directly inside `folder` (empty for the root), in the order of the bytes of the names.
  ///
  /// The time depends on what is directly inside, not on what is below.
  func children(of folder: String) -> [Child] {
    directory.children(beginningWith: folder.isEmpty ? "" : folder + "/")
  }

  /// The bytes of a member of this archive, with size and checksum compared.
  ///
  /// Throws when the archive is no longer the file that was indexed; `isCurrent` then tells it from
  /// a damaged one.
  func read(_ member: Member, unless stop: StopCheck? = nil) throws(ArchiveError) -> [UInt8] {
    try member.check()
    let file = try ArchiveFile(path: path)
    guard file.identity == identity else { throw Self.changed }
    do throws(ArchiveError) {
      return try member.read(from: file, limit: directory.start, unless: stop)
    } catch {
      // What is wrong may come from somebody writing to the file right now.
      throw file.isUnchanged ? error : Self.changed
    }
  }

  /// Opens a member of this archive, of at most `limit` bytes, to be read piece by piece.
  ///
  /// Throws as ``read(_:)`` does.
  func open(_ member: Member, limit: Int) throws(ArchiveError) -> ArchiveMemberStream {
    try member.check(limit: limit)
    let file = try ArchiveFile(path: path)
    guard file.identity == identity else { throw Self.changed }
    do throws(ArchiveError) {
      let offset = try member.dataOffset(in: file, limit: directory.start)
      return try ArchiveMemberStream(member, in: file, dataOffset: offset)
    } catch {
      throw file.isUnchanged ? error : Self.changed
    }
  }

  private static var changed: ArchiveError {
    ArchiveError(reason: "the archive changed since it was indexed")
  }

  /// Whether the content of a file is that of a zip archive, whatever its name.
  ///
  /// Looks at the first bytes and, unless they decide, at the last 64 KB. Gives false for what
  /// cannot be read.
  static func looksLikeArchive(_ path: String) -> Bool {
    do throws(ArchiveError) {
      let file = try ArchiveFile(path: path)
      if file.identity.size < ArchiveEnd.recordSize { return false }
      let start = try file.read(4, at: 0)
      if start == [0x50, 0x4B, 3, 4] || start == [0x50, 0x4B, 5, 6] { return true }
      return try ArchiveEnd.isPresent(in: file)
    } catch {
      return false
    }
  }
}
