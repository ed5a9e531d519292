import Foundation

/// The `lang` executable under test, and where the tests find it.
public enum LangExecutable {
  /// The root of the package, found from where this file was compiled.
  public static let packageRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Its path: `LANG_EXECUTABLE`, or the newest build in the package; nil when nothing was built.
  public static let path: String? = {
    if let path = ProcessInfo.processInfo.environment["LANG_EXECUTABLE"] {
      return FileManager.default.isExecutableFile(atPath: path)
        ? URL(fileURLWithPath: path).path : nil
    }
    func age(_ path: String) -> Date {
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      return attributes?[.modificationDate] as? Date ?? .distantPast
    }
    return [".build/static/lang", ".build/release/lang", ".build/debug/lang"]
      .map { packageRoot.appendingPathComponent($0).resolvingSymlinksInPath().path }
      .filter { FileManager.default.isExecutableFile(atPath: $0) }
      .max { age($0) < age($1) }
  }()

  /// The environment of the tests without what would change how `lang` behaves or looks.
  public static let cleanEnvironment = ProcessInfo.processInfo.environment.filter { name, _ in
    !name.hasPrefix("LANG_") && name != "FORCE_COLOR"
  }
}
