import Foundation

/// The files that the tests of this target read.
enum Repository {
  /// The root of the package, found from where this file was compiled.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A file or folder below the root.
  static func url(_ path: String) -> URL { root.appendingPathComponent(path) }

  /// The bytes of a file below the root, as text, a byte order mark included.
  static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: url(path)), as: UTF8.self)
  }

  /// A file that holds JSON with an object at the top.
  static func object(_ path: String) throws -> [String: Any] {
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: url(path)))
    guard let object = json as? [String: Any] else { throw CocoaError(.fileReadCorruptFile) }
    return object
  }

  /// The programs in the documentation, with the place where each stands.
  static func documentedPrograms() throws -> [(place: String, text: String)] {
    let folder = url("docs")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".md") }.sorted()
    return try files.flatMap { file -> [(place: String, text: String)] in
      var programs: [(place: String, text: String)] = []
      var isInside = false
      for (number, line) in try text("docs/" + file).components(separatedBy: "\n").enumerated() {
        if isInside, line != "```" {
          programs[programs.count - 1].text += line + "\n"
        } else if isInside || line == "```lang" || line.hasPrefix("```lang ") {
          isInside.toggle()
          if isInside { programs.append(("docs/\(file), the program at line \(number + 2)", "")) }
        }
      }
      return programs
    }
  }

  /// The paths of all programs that editors are tried with, below the root and sorted.
  static func programs() -> [String] {
    ["examples", "Benchmarks/programs", "Tests/scripts"].flatMap { folder in
      (FileManager.default.subpaths(atPath: url(folder).path) ?? [])
        .filter { $0.hasSuffix(".l") && !$0.contains(".build/") }.sorted()
        .map { folder + "/" + $0 }
    }
  }
}
