import Glibc
import LangRuntime

/// What was typed in this session and earlier ones, in a file: `LANG_HISTORY`, or `.lang_history` in the
/// home folder.
///
/// Entries stand one behind the other, each behind a line `#` with the time, as bash writes them; so an entry
/// may have several lines. An entry is in the file as soon as it is typed, in one write, and other
/// sessions may add theirs. At the start a file that has grown long is replaced by a shorter one, in one step.
/// A file that cannot be written is no error: the history is then that of the session.
struct History {
  /// Entries that are kept.
  static let mostEntries = 10_000
  /// The file is shortened when it has more than this.
  private static let longest = 12_000

  private let path: String?

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
    guard let path, case .success(let bytes) = SourceFile.read(path) else { return [] }
    let entries = History.parse(String(decoding: bytes, as: UTF8.self))
    if entries.count > History.longest {
      let kept = entries.suffix(History.mostEntries)
      let text = kept.map { History.format($0, at: time(nil)) }.joined()
      if SourceFile.write(Array(text.utf8), to: path) == nil { chmod(path, 0o600) }
      return Array(kept)
    }
    return entries
  }

  /// Adds an entry to the file.
  func append(_ entry: String) {
    guard let path else { return }
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    if file < 0 { return }
    defer { close(file) }
    // One write: what two sessions add does not mix.
    let bytes = Array(History.format(entry, at: time(nil)).utf8)
    _ = write(file, bytes, bytes.count)
  }

  /// An entry as it stands in the file.
  ///
  /// A comment that looks like a time is moved by a space.
  static func format(_ entry: String, at time: Int) -> String {
    let lines = entry.split(separator: "\n", omittingEmptySubsequences: false)
    return "#\(time)\n" + lines.map { isTime($0) ? " \($0)\n" : "\($0)\n" }.joined()
  }

  /// The entries of a file's text; one without times has an entry a line.
  static func parse(_ text: String) -> [String] {
    var entries: [String] = []
    var lines: [Substring] = []
    var hasTimes = false
    func finish() {
      if !lines.isEmpty { entries.append(lines.joined(separator: "\n")) }
      lines = []
    }
    var all = text.split(separator: "\n", omittingEmptySubsequences: false)
    if all.last?.isEmpty == true { all.removeLast() }
    for line in all {
      if isTime(line) {
        finish()
        hasTimes = true
      } else {
        lines.append(line)
        if !hasTimes { finish() }
      }
    }
    finish()
    return entries.filter { !$0.isEmpty }
  }

  private static func isTime(_ line: Substring) -> Bool {
    line.first == "#" && line.count > 1
      && line.dropFirst().utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  }
}
