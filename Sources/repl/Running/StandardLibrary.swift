import Glibc
import LangRuntime

/// Where the standard library is.
///
/// It is a zip archive behind the executable's own bytes, so that one file is all there is to install, from
/// wherever it runs. `LANG_STDLIB` names another place, or none when it is empty. An executable without
/// the archive, as `swift build` makes it, takes the folder `stdlib` of the package that it was built in.
enum StandardLibrary {
  static var place: String? {
    if let place = getenv("LANG_STDLIB") { return place[0] == 0 ? nil : String(cString: place) }
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    if count <= 0 { return nil }
    let executable = buffer.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    if endsWithArchive(executable) { return executable }
    guard let build = executable.range(of: "/.build/") else { return nil }
    let folder = executable[..<build] + "/stdlib"
    return access(String(folder), R_OK) == 0 ? String(folder) : nil
  }

  /// Whether a file ends as a zip archive without a comment does.
  private static func endsWithArchive(_ path: String) -> Bool {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    if file < 0 { return false }
    defer { close(file) }
    var end = [UInt8](repeating: 0, count: 22)
    return lseek(file, -22, SEEK_END) >= 0 && read(file, &end, 22) == 22
      && end[..<4] == [0x50, 0x4B, 5, 6]
  }
}

extension String {
  /// Where a text begins in this one; nil when it does not occur.
  fileprivate func range(of text: String) -> Index? {
    var position = startIndex
    while position < endIndex {
      if self[position...].hasPrefix(text) { return position }
      position = index(after: position)
    }
    return nil
  }
}
