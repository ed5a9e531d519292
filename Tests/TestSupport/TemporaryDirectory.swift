import Foundation

/// A folder that is removed with the last reference to it.
public final class TemporaryDirectory: Sendable {
  /// Where it is, without symbolic links in its path.
  public let url: URL

  /// Makes an empty folder with a name of its own.
  public init() throws {
    url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("lang-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a file into it, making the folders on the way; gives its place.
  @discardableResult
  public func write(_ path: String, _ contents: Data) throws -> URL {
    let file = url.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try contents.write(to: file)
    return file
  }

  /// Writes a file of text into it, making the folders on the way; gives its place.
  @discardableResult
  public func write(_ path: String, _ contents: String) throws -> URL {
    try write(path, Data(contents.utf8))
  }

  /// Copies what lies in another folder into it.
  public func copyContents(of folder: URL) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      try FileManager.default.copyItem(
        at: folder.appendingPathComponent(name), to: url.appendingPathComponent(name))
    }
  }
}
