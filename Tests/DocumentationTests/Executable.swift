import Foundation

/// The `lang` executable under test: `LANG_EXECUTABLE`, or the newest build in the package.
enum Executable {
  /// The root of the package, found from where this file was compiled.
  static let packageRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Its path; nil when nothing was built.
  static let path: String? = {
    if let path = ProcessInfo.processInfo.environment["LANG_EXECUTABLE"] {
      return FileManager.default.isExecutableFile(atPath: path)
        ? URL(fileURLWithPath: path).path : nil
    }
    func age(_ path: String) -> Date {
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      return attributes?[.modificationDate] as? Date ?? .distantPast
    }
    return [".build/static/release/lang", ".build/release/lang", ".build/debug/lang"]
      .map { packageRoot.appendingPathComponent($0).resolvingSymlinksInPath().path }
      .filter { FileManager.default.isExecutableFile(atPath: $0) }
      .max { age($0) < age($1) }
  }()

  /// How a run ended.
  struct Result: Sendable {
    /// The exit code, or 128 plus the number of the signal that ended it.
    var exitCode: Int32
    var output: String
    var standardError: String
  }

  /// Runs a script in `folder`, with nothing on standard input; kills it after a minute.
  static func run(_ arguments: [String], in folder: URL) async throws -> Result {
    guard let path else { throw CocoaError(.fileNoSuchFile) }
    // Files, not pipes: nobody has to read while the program runs.
    let scratch = try Scratch()
    let output = try scratch.write("output", "")
    let errors = try scratch.write("errors", "")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.filter { name, _ in
      !name.hasPrefix("LANG_") && name != "FORCE_COLOR"
    }
    process.standardInput = FileHandle.nullDevice
    let streams = [
      try FileHandle(forWritingTo: output), try FileHandle(forWritingTo: errors),
    ]
    process.standardOutput = streams[0]
    process.standardError = streams[1]
    // The timer below keeps the process for a minute; its files must not stay open as long.
    defer { for stream in streams { try? stream.close() } }
    try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in ended.resume() }
      do {
        try process.run()
      } catch {
        process.terminationHandler = nil
        ended.resume(throwing: error)
        return
      }
      DispatchQueue.global().asyncAfter(deadline: .now() + 60) {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      }
    }
    let wasSignalled = process.terminationReason == .uncaughtSignal
    return Result(
      exitCode: process.terminationStatus + (wasSignalled ? 128 : 0),
      output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      standardError: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
  }
}

/// A folder that is there as long as this object is.
final class Scratch {
  /// The folder, without symbolic links in its path.
  let url: URL

  init() throws {
    let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("lang-documentation-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    url = folder
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a text into a file of the folder, making the folders on the way.
  @discardableResult
  func write(_ path: String, _ text: String) throws -> URL {
    let file = url.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return file
  }
}
