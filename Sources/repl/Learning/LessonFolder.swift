import Glibc
import LangRuntime

/// The folder of a lesson, with its modules: made for it, and removed with it.
final class LessonFolder {
  /// Where it is, with links resolved.
  let path: String

  /// Makes an empty one in `TMPDIR`, or `/tmp`; throws the reason when that cannot be done.
  init() throws(LessonFailure) {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/lang-learn-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      let reason = String(cString: strerror(errno))
      throw LessonFailure("cannot make a folder in '\(parent)': \(reason)")
    }
    path = SourceFile.absolutePath(
      String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  /// Writes files in place of what is there; those of an archive together.
  func write(_ files: [LessonFile]) throws(LessonFailure) {
    var archives: [(path: String, members: [LessonFile])] = []
    for file in files {
      guard let (archive, member) = file.archive else {
        try write(file.text, to: "\(path)/\(file.path)")
        continue
      }
      let part = LessonFile(member, file.text)
      if let known = archives.firstIndex(where: { $0.path == archive }) {
        archives[known].members.append(part)
      } else {
        archives.append((archive, [part]))
      }
    }
    for archive in archives { try pack(archive.members, into: archive.path) }
  }

  /// Packs a program, its modules, and the files beside them, as `lang bundle` does.
  private func pack(_ members: [LessonFile], into archive: String) throws(LessonFailure) {
    let folder = "\(path)/.packing"
    for member in members { try write(member.text, to: "\(folder)/\(member.path)") }
    defer { LessonFolder.remove(folder) }
    let resources = members.map(\.path).filter { !$0.hasSuffix(".l") }
    do throws(ProgramError) {
      try Machine().bundle(.file("\(folder)/main.l"), resources: resources)
        .write(to: "\(path)/\(archive)")
    } catch {
      throw LessonFailure("cannot pack '\(archive)': \(error)")
    }
  }

  private func write(_ text: String, to file: String) throws(LessonFailure) {
    if let reason = LessonFolder.make(SourceFile.folder(of: file))
      ?? SourceFile.write(Array(text.utf8), to: file)
    {
      throw LessonFailure("cannot write '\(file)': \(reason)")
    }
  }

  /// Makes a folder and those around it; gives the reason when that cannot be done.
  static func make(_ folder: String) -> String? {
    if mkdir(folder, 0o777) == 0 || errno == EEXIST { return nil }
    if errno == ENOENT {
      let parent = SourceFile.folder(of: folder)
      if parent == folder { return String(cString: strerror(ENOENT)) }
      if let reason = make(parent) { return reason }
      if mkdir(folder, 0o777) == 0 || errno == EEXIST { return nil }
    }
    return String(cString: strerror(errno))
  }

  /// A text with `…` in place of the folder: as the page of the course has it, and easier to read.
  func hidden(_ text: String) -> String { text.replacing(path, with: "…") }

  /// The report of an error in the same way; the columns of its stack stay aligned.
  func hidden(inReport report: String) -> String {
    var lines = report.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if let head = lines.firstIndex(where: { $0.contains("stack, most recent call last") }) {
      let start = head + 1
      let stack = start..<(lines[start...].firstIndex { !$0.hasPrefix("  ") } ?? lines.count)
      // What the places of the folder become shorter, the others are padded less.
      let surplus = String(repeating: " ", count: path.count - 1)
      let others = stack.filter { !lines[$0].contains(path) }
      if others.count < stack.count {
        for position in others {
          if let padding = lines[position].firstRange(of: surplus + "  ") {
            lines[position].replaceSubrange(padding, with: "  ")
          }
        }
      }
    }
    return hidden(lines.joined(separator: "\n"))
  }

  /// Writes what the learner's code prints, with `…` in place of the folder.
  var writer: @Sendable (UnsafeRawBufferPointer) -> Void {
    let path = Array(path.utf8)
    return { Console.show(bytes: Array($0).replacing(path, with: Array("…".utf8))) }
  }

  /// Removes it with all that is in it, also what the learner put there.
  func remove() { LessonFolder.remove(path) }

  private static func remove(_ folder: String) {
    guard let listing = opendir(folder) else { return }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append("\(folder)/\(name)") }
    }
    closedir(listing)
    for name in names {
      var status = stat()
      // A link is removed, not followed.
      if lstat(name, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        remove(name)
      } else {
        unlink(name)
      }
    }
    rmdir(folder)
  }
}

extension LessonFile {
  /// The archive that it is a member of, and its name there; nil for a plain file.
  var archive: (archive: String, member: String)? {
    let parts = path.split(separator: "/").map(String.init)
    guard let position = parts.firstIndex(where: { $0.hasSuffix(".zip") }) else { return nil }
    return (
      parts[...position].joined(separator: "/"), parts[(position + 1)...].joined(separator: "/")
    )
  }
}

/// Why a lesson cannot be held, for people.
struct LessonFailure: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}
