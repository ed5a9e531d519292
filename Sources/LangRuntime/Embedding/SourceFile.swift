#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reading source files, with reasons that a person understands.
public enum SourceFile {
  /// Why a file cannot be read.
  public struct ReadError: Error {
    /// `"No such file or directory"`, say.
    public let reason: String
  }

  /// The bytes of the file at `path`.
  ///
  /// - Parameter machine: A machine whose ``Machine/interrupt()`` ends the reading; that is a failure.
  public static func read(
    _ path: String, for machine: Machine? = nil
  ) -> Result<[UInt8], ReadError> {
    do {
      return .success(try readFile(path, unless: machine.map { StopCheck($0.engine) }))
    } catch {
      return .failure(ReadError(reason: error.reason))
    }
  }

  /// All bytes that an open descriptor gives.
  ///
  /// - Parameter machine: A machine whose ``Machine/interrupt()`` ends the waiting for more; that is a
  ///   failure.
  public static func read(
    descriptor: Int32, for machine: Machine? = nil
  ) -> Result<[UInt8], ReadError> {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var terminal = NonblockingTerminal(descriptor: descriptor)
    defer { terminal.close() }
    while true {
      if let machine, !machine.engine.wait(for: descriptor, POLLIN) {
        return .failure(ReadError(reason: String(cString: strerror(EINTR))))
      }
      let count =
        machine == nil
        ? Glibc.read(descriptor, &chunk, chunk.count) : terminal.read(&chunk, chunk.count)
      if count == 0 { return .success(bytes) }
      if count < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        return .failure(ReadError(reason: String(cString: strerror(errno))))
      }
      bytes.append(contentsOf: chunk[0..<count])
    }
  }

  /// Writes a file as a whole: beside it first, then in its place.
  ///
  /// - Returns: Why it failed, or nil.
  public static func write(_ bytes: [UInt8], to path: String) -> String? {
    do throws(FileError) {
      try writeFile(bytes, to: path)
      return nil
    } catch {
      return error.reason
    }
  }

  /// Whether there is a file at a path that can be read and edited as one.
  public static func isRegular(_ path: String) -> Bool { FileKind(path) == .file }

  /// Whether there is a folder at a path.
  public static func isFolder(_ path: String) -> Bool { FileKind(path) == .folder }

  /// The names of what lies in a folder, in no particular order; none when it cannot be read.
  public static func names(in folder: String) -> [String] {
    guard let handle = opendir(folder) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// The folder of a path, `"."` for the current one.
  public static func folder(of path: String) -> String { LangRuntime.folder(of: path) }

  /// The absolute form of a path, with links resolved.
  public static func absolutePath(_ path: String) -> String { LangRuntime.absolutePath(path) }
}
