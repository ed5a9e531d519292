import Foundation
import Testing

@testable import LangRuntime

/// Files, processes and the environment, as machines inside of other programs have them.
@Suite("Files and processes")
struct SystemLibraryTests {
  private static func machine(mayUseSystem: Bool) -> Machine {
    let machine = Machine(output: { _ in })
    machine.standardLibrary = libraryFolder
    machine.programsMayUseSystem = mayUseSystem
    return machine
  }

  // MARK: What is refused

  @Test(arguments: [
    "import fs\nfs.read_text('/etc/passwd')", "import fs\nfs.exists('/')",
    "import process\nprocess.run(['true'])", "import process\nprocess.which('sh')",
    "import os\nos.get_env('HOME')", "import os\nos.pid()",
    "import path\npath.absolute('a')", "import path\npath.expand_user('~')",
    "import _files\n_files.read('x', '/etc/passwd', true, true)",
  ])
  func isRefused(program: String) throws {
    do throws(LangError) {
      try SystemLibraryTests.machine(mayUseSystem: false).run(program)
      Issue.record("it was allowed")
    } catch {
      guard case .runtime(let failure) = error else { throw error }
      #expect(failure.className == "ImportError")
      #expect(failure.message.hasSuffix("this program may not use files and processes"))
    }
    try SystemLibraryTests.machine(mayUseSystem: true).run(program)
  }

  @Test func standardErrorIsRefused() throws {
    let program = "import sys\nfn attempt() { sys.stderr.write('') }"
    let machine = SystemLibraryTests.machine(mayUseSystem: false)
    try machine.run(program)
    #expect(throws: LangError.self) { try machine.call("attempt") }
    let trusted = SystemLibraryTests.machine(mayUseSystem: true)
    try trusted.run(program)
    #expect(try trusted.call("attempt") == .nil)
  }

  @Test func whatIsTextAloneIsAllowed() throws {
    let machine = SystemLibraryTests.machine(mayUseSystem: false)
    try machine.run(
      "import path\nimport sys\nlet joined = path.join('a', 'b')\nlet place = sys.executable")
    #expect(machine.variable("joined") == .string("a/b"))
    #expect(machine.variable("place") == .nil)
  }

  @Test func whatIsWrittenGoesToTheEmbedder() throws {
    let written = Written()
    let machine = Machine(output: { written.append($0) })
    try machine.run("import sys\nsys.stdout.write('a')\nprint('b', file: sys.stdout)")
    #expect(written.text == "ab\n")
  }

  // MARK: Stopping

  /// What takes the longer the more there is asks in between, and leaves nothing half done behind.
  @Test(
    arguments: [
      "fs.read_text(long)", "fs.read_bytes(long)", "fs.read_text(odd, errors: 'replace')",
      "fs.read_lines(long)", "fs.with_file(long, 'r', fn(file) => file.read())",
      "fs.with_file(long, 'rb', fn(file) => file.read(2500000))",
      "fs.write_text(target, fs.read_text(long))", "fs.write_text(target, '')",
      "fs.with_file(target, 'w', fn(file) => file.write(text * 20))",
      "fs.write_text(kept, 'new', atomic: true)",
      "fs.copy(long, copy)",
      "fs.remove_tree(tree, missing_ok: true)", "process.run(['cat'], input: text).output",
    ], [false, true])
  func stops(work: String, isStressed: Bool) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "lang-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = try InterruptedProgram(
      """
      import fs
      import process
      let folder = "\(folder.path)/"
      let long = folder + "long"
      let odd = folder + "odd"
      let kept = folder + "kept"
      let target = folder + "target"
      let copy = folder + "copy"
      let tree = folder + "tree"
      let text = ("line é " * 20 + "\\n") * 20000
      fs.write_text(long, text)
      fs.write_bytes(odd, bytes([255]) * 100000)
      fs.write_text(kept, "old")
      fs.remove(fs.temporary_file())
      process.run(["true"])
      fn attempt() {
        fs.make_directory(tree + "/a/b", parents: true, exist_ok: true)
        for n in 0..5 { fs.touch(tree + f"/a/{n}") }
        fs.remove(copy, missing_ok: true)
        fs.with_file(target, "wb", fn(file) { file.seek(200_000_000); file.write(bytes(1)) })
        var outcome = "finished"
        arm()
        try { \(work) } catch e: Interrupt { outcome = e.message }
        disarm()
        let names = fs.list(folder).filter(fn(name) => name not in ["target", "copy", "tree"])
        let is_whole = not fs.exists(copy) or fs.info(copy).size == fs.info(long).size
        return (outcome, names == ["kept", "long", "odd"] and is_whole and
          fs.read_text(kept) in ["old", "new"])
      }
      """, isStressed: isStressed, mayUseSystem: true)
    _ = try program.attempt(stoppedAt: 0)
    let count = program.checkCount
    try #require(count > 0, "nothing asks whether the program is to stop")
    // How often it is asked depends on how fast the other program is.
    let last = work.hasPrefix("process") ? 1 : count
    for number in Set([1, 2, last]) where number <= count {
      let result = try program.attempt(stoppedAt: number)
      #expect(
        result == .tuple([.string("interrupted"), .bool(true)]),
        "stopped at check \(number) of \(count)")
    }
  }

  /// What may wait for ever is woken.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "fs.read_text(pipe)", "fs.write_text(pipe, 'x')", "fs.open(pipe, 'a')",
      "fs.open(pipe).read_line()", "fs.lines(pipe).next()", "fs.open(pipe, 'r+').read(1)",
      "process.run(['sleep', '60'])", "process.shell('sleep 60 & sleep 60')",
      "process.shell('trap \"\" TERM INT; while :; do sleep 1; done')",
      "process.run(['cat'], input: 'x' * 1000000, cwd: '/') and process.run(['sleep', '60'])",
      "process.start(['sleep', '60']).wait()", "process.start(['sleep', '60']).read_line()",
      "process.start(['sleep', '60']).read()",
      "process.start(['sleep', '60']).write('x' * 1000000)",
      "process.with_process(['sleep', '60'], fn(p) => p.wait())",
    ])
  func wakes(work: String) throws {
    let pipe = FileManager.default.temporaryDirectory.appendingPathComponent(
      "lang-\(UUID().uuidString)"
    ).path
    try #require(mkfifo(pipe, 0o600) == 0)
    defer { unlink(pipe) }
    let machine = SystemLibraryTests.machine(mayUseSystem: true)
    let begun = Date.now
    nonisolated(unsafe) var interrupted = Date.distantFuture
    machine.define("begin") { _ in
      let interrupter = MachineInterrupter(machine)
      Thread.detachNewThread {
        Thread.sleep(forTimeInterval: 0.2)
        interrupted = Date.now
        interrupter.interrupt()
      }
      return .nil
    }
    try machine.run(
      """
      from host import begin
      import fs
      import process
      let pipe = "\(pipe)"
      fs.exists(pipe)
      process.which("true")
      fn attempt() {
        begin()
        try { \(work) } catch e: Interrupt { return e.message }
        return "finished"
      }
      """)
    #expect(try machine.call("attempt") == .string("interrupted"))
    #expect(Date.now.timeIntervalSince(begun) < 30)
    #expect(Date.now.timeIntervalSince(interrupted) < 5)
  }

  /// The memory limit holds for what programs write, and the program is ended then.
  @Test func moreThanTheMemoryLimit() throws {
    let machine = Machine(limits: Limits(memory: 32 << 20), output: { _ in })
    machine.standardLibrary = libraryFolder
    machine.programsMayUseSystem = true
    try machine.run(
      """
      import fs
      import process
      fn attempt(work) {
        try { work() } catch e: MemoryError { return "too much" }
        return "finished"
      }
      fn run() => attempt(fn() => process.run(["yes"]))
      fn start() => attempt(fn() => process.start(["yes"]).read())
      fn read() => attempt(fn() => fs.read_bytes("/dev/zero"))
      fn open() => attempt(fn() => fs.open("/dev/zero", "rb").read())
      fn line() => attempt(fn() => fs.lines("/dev/zero").next())
      """)
    for name in ["run", "start", "read", "open", "line"] {
      #expect(try machine.call(name) == .string("too much"), "\(name)")
    }
  }

  /// A process that does not ignore SIGPIPE is not ended by a reader that goes away.
  @Test func aReaderThatGoesAway() throws {
    let machine = SystemLibraryTests.machine(mayUseSystem: true)
    try machine.run(
      """
      import process
      fn attempt() {
        let program = process.start(["/bin/sh", "-c", "exec 0<&-; sleep 60"])
        try {
          while true { program.write("x" * 100000) }
        } catch e: IOError { return e.code } finally { program.kill() }
      }
      """)
    #expect(try machine.call("attempt") == .string("EPIPE"))
  }

  private final class Written: @unchecked Sendable {
    private var bytes: [UInt8] = []
    func append(_ more: UnsafeRawBufferPointer) { bytes += Array(more) }
    var text: String { String(decoding: bytes, as: UTF8.self) }
  }
}
