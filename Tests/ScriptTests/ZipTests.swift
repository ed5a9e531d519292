import Foundation
import TestSupport
import Testing

/// What the module `zip` does with files; what it does with bytes is in `stdlib/tests/test_zip.l`.
@Suite("Archives of the standard library", .enabled(if: LangProcess.executable != nil))
struct ZipTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// What a program prints, which must end well.
  private func lines(of program: String) async throws -> [String] {
    let result = try await LangProcess.run(["-e", "import zip\n\(program)"], in: directory.url)
    #expect(result.standardError == "")
    #expect(result.exitCode == 0)
    return result.lines
  }

  private func names() throws -> [String] {
    let paths = FileManager.default.enumerator(atPath: directory.url.path)
    return (paths?.compactMap { $0 as? String } ?? []).sorted()
  }

  private func makeExecutable(_ path: String) throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: directory.url.appendingPathComponent(path).path)
  }

  @Test func aFolderIsPackedAndUnpacked() async throws {
    try directory.write("in/a.txt", "a")
    try directory.write("in/sub/run", "#!")
    try makeExecutable("in/sub/run")
    try FileManager.default.createDirectory(
      at: directory.url.appendingPathComponent("in/empty"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: directory.url.appendingPathComponent("in/link").path, withDestinationPath: "a.txt")
    let printed = try await lines(
      of: """
        let writer = zip.create("x.zip")
        print(writer.add_folder("in", "top"), writer.add_folder("in/sub"))
        writer.add_file("in/a.txt")
        writer.add_file("in/a.txt", "other")
        writer.close()
        let archive = zip.open("x.zip")
        print(archive.names())
        print(archive.test(), len(archive.extract_all("out/inner")))
        """)
    #expect(
      printed == [
        "3 1",
        #"["a.txt", "other", "run", "top/a.txt", "top/empty/", "top/link", "top/sub/run"]"#,
        "[] 7",
      ])
    let out = directory.url.appendingPathComponent("out/inner")
    #expect(try String(contentsOf: out.appendingPathComponent("top/link"), encoding: .utf8) == "a")
    #expect(
      FileManager.default.isExecutableFile(atPath: out.appendingPathComponent("top/sub/run").path))
    #expect(!(try names()).contains { $0.hasSuffix(".tmp") })
  }

  @Test func theArchiveAppearsWhenItIsComplete() async throws {
    try directory.write("x.zip", "old")
    let printed = try await lines(
      of: """
        let writer = zip.create("x.zip")
        writer.add("a", "1")
        try { zip.open("x.zip") } catch error: zip.ZipError { print(error) }
        writer.abandon()
        try { zip.write("x.zip", {a: "1", "../b": "2"}) } catch error: zip.ZipError { print(error) }
        """)
    #expect(
      printed == [
        "'x.zip': it is not a zip archive",
        "a member cannot be called '../b': it has a '..' in its name",
      ])
    #expect(try names() == ["x.zip"])
    _ = try await lines(of: "zip.write(\"x.zip\", {a: \"1\"}); print(zip.open(\"x.zip\"))")
    #expect(try names() == ["x.zip"])
  }

  @Test func nothingIsWrittenThroughLinks() async throws {
    try directory.write("outside/keep", "kept")
    try directory.write("to/folder", "a file")
    let manager = FileManager.default
    try manager.createSymbolicLink(
      atPath: directory.url.appendingPathComponent("to/link").path,
      withDestinationPath: "../outside")
    try manager.createSymbolicLink(
      atPath: directory.url.appendingPathComponent("to/file").path,
      withDestinationPath: "../outside/keep")
    let printed = try await lines(
      of: """
        fn attempt(name) {
          try { print(zip.read(zip.pack({[name]: "new"})).extract(name, "to")) }
          catch error: zip.ZipError { print(error) }
        }
        attempt("link/x")
        attempt("folder/x")
        attempt("link")
        attempt("file")
        """)
    #expect(
      printed == [
        "'to/link' is a link, and nothing is written through it", "'to/folder': Not a directory",
        "to/link", "to/file",
      ])
    #expect(
      try String(contentsOf: directory.url.appendingPathComponent("outside/keep"), encoding: .utf8)
        == "kept")
    #expect(try names() == ["outside", "outside/keep", "to", "to/file", "to/folder", "to/link"])
  }

  @Test func foldersThatCouldLeadInACircleAreRefused() async throws {
    try directory.write("in/a.txt", "a")
    try FileManager.default.createSymbolicLink(
      atPath: directory.url.appendingPathComponent("in/up").path, withDestinationPath: "..")
    let printed = try await lines(
      of: """
        let writer = zip.create("x.zip")
        try { writer.add_folder("in") } catch error: zip.ZipError { print(error) }
        try { writer.add_file("in") } catch error: zip.ZipError { print(error) }
        try { writer.add_file("none") } catch error: zip.ZipError { print(error) }
        writer.abandon()
        """)
    #expect(
      printed == [
        "'in/up' is a link to a folder", "'in' is a folder", "'none': No such file or directory",
      ])
  }

  @Test func interruptionLeavesNothingBehind() async throws {
    let result = try await LangProcess.run(
      [
        "-e",
        """
        import zip
        let data = bytes(200_000_000)
        let writer = zip.create("x.zip", level: 9)
        try { for n in 0..1000 { writer.add(str(n), data) } } finally { writer.abandon() }
        """,
      ], in: directory.url, interruptAfter: 2)
    #expect(result.exitCode == 130)
    #expect(try names() == [])
  }
}
