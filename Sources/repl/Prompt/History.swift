import Glibc
import LangRuntime

/// What was typed in this session and earlier ones, in a file: `LANG_HISTORY`, or `.lang_history` in the
/// home folder.
///
/// Entries stand one behind the other, each behind a line `#` with the time, as bash writes them; so an entry
/// may have several lines. An entry is in the file before it runs, in one write, and other
/// sessions may add theirs. At the start a file that has grown long is replaced by a shorter one, in one step.
/// A file that cannot be written is no error: the history is then that of the session.
final class History {
  /// Entries that are kept.
  static let mostEntries = 10_000
  /// The file is shortened when it has more than this.
  private static let longest = 12_000
  /// Of a larger file the end is read.
  private static let mostBytes = 8 << 20

  private let path: String?
  /// Whether the file ends within a line: an earlier write was cut off, or somebody edited it.
  private var endsWithinLine = false

  /// The history in the file at `path`; nil for none.
  init(path: String?) { self.path = path }

  /// The history of the person who runs the program; an empty `LANG_HISTORY` means none.
  static func ofUser() -> History {
    if let path = getenv("LANG_HISTORY") {
      return History(path: path[0] == 0 ? nil : String(cString: path))
    }
    guard let home = getenv("HOME"), home[0] != 0 else { return History(path: nil) }
    return History(path: String(cString: home) + "/.lang_history")
  }

  /// The entries, oldest first.
  func load() -> [String] {
    guard let path, let (bytes, isWhole, isOurs) = History.readEnd(of: path) else { return [] }
    endsWithinLine = bytes.last.map { $0 != UInt8(ascii: "\n") } ?? false
    let entries = History.parse(bytes, isWhole: isWhole)
    if entries.count <= History.longest && isWhole { return entries }
    let kept = entries.suffix(History.mostEntries)
    // What somebody else has written stays as it is.
    if isOurs && !kept.isEmpty { replace(with: kept) }
    return Array(kept)
  }

  private func replace(with entries: ArraySlice<String>) {
    guard let path else { return }
    let text = entries.map { History.format($0, at: time(nil)) }.joined()
    // A link to the file stays one.
    let file = SourceFile.absolutePath(path)
    if SourceFile.write(Array(text.utf8), to: file) == nil {
      chmod(file, 0o600)
      endsWithinLine = false
    }
  }

  /// The bytes of a file, or the last of them; nil unless it is one that can be read.
  private static func readEnd(of path: String) -> (
    bytes: [UInt8], isWhole: Bool, isOurs: Bool
  )? {
    // Whoever opens a pipe would wait for somebody at its other end.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if file < 0 { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    var first = [UInt8](repeating: 0, count: 32)
    let count = pread(file, &first, first.count, 0)
    let isOurs = isTime(first.prefix(max(0, count)).prefix { $0 != lineEnd })
    let start = max(0, Int(status.st_size) - mostBytes)
    lseek(file, start, SEEK_SET)
    guard case .success(let bytes) = SourceFile.read(descriptor: file) else { return nil }
    return (bytes, start == 0, isOurs)
  }

  private static let lineEnd = UInt8(ascii: "\n")

  /// Adds an entry to the file.
  func append(_ entry: String) {
    guard let path else { return }
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o600)
    if file < 0 { return }
    defer { close(file) }
    // One write: what two sessions add does not mix.
    let lineEnd = endsWithinLine ? "\n" : ""
    let bytes = Array((lineEnd + History.format(entry, at: time(nil))).utf8)
    let count = write(file, bytes, bytes.count)
    if count > 0 { endsWithinLine = count < bytes.count }
  }

  /// An entry as it stands in the file.
  ///
  /// A comment that looks like a time is moved by a space.
  private static func format(_ entry: String, at time: Int) -> String {
    let lines = entry.split(separator: "\n", omittingEmptySubsequences: false)
    let text = lines.map { isTime($0.utf8) ? " \($0)\n" : "\($0)\n" }.joined()
    return "#\(time)\n" + text
  }

  /// The entries of a file; one without times has an entry a line.
  ///
  /// - Parameter isWhole: Whether it begins with the first entry, not within one.
  private static func parse(_ bytes: [UInt8], isWhole: Bool) -> [String] {
    var entries: [String] = []
    var lines: [ArraySlice<UInt8>] = []
    var hasTimes = false
    func finish() {
      let entry = Array(lines.joined(separator: [lineEnd]))
      lines = []
      // readline's texts end with a zero.
      if !entry.isEmpty && !entry.contains(0) {
        entries.append(String(decoding: entry, as: UTF8.self))
      }
    }
    for line in bytes.split(separator: lineEnd, omittingEmptySubsequences: false) {
      if isTime(line) {
        // What stands before the first time is an entry that was cut through.
        if !hasTimes && !isWhole { (entries, lines) = ([], []) }
        finish()
        hasTimes = true
      } else {
        lines.append(line)
        if !hasTimes { finish() }
      }
    }
    // Behind the last line end stands nothing.
    if lines.last?.isEmpty == true { lines.removeLast() }
    finish()
    return entries
  }

  private static func isTime(_ line: some Collection<UInt8>) -> Bool {
    line.first == UInt8(ascii: "#") && line.count > 1
      && line.dropFirst().allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  }
}
