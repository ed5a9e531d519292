import Glibc
import LangRuntime

/// Runs files of tests and tells how each test ended.
struct TestRun {
  let paths: [String]
  /// Only tests whose name contains it; nil for all.
  let filter: String?
  let stopsAtFailure: Bool
  private let style = Style.output
  private var passed = 0
  private var failed = 0
  private var wasInterrupted = false

  init(paths: [String], filter: String?, stopsAtFailure: Bool) {
    self.paths = paths
    self.filter = filter
    self.stopsAtFailure = stopsAtFailure
  }

  /// Whether nothing more is to be run.
  var isOver: Bool { wasInterrupted || (stopsAtFailure && failed > 0) }

  /// Runs the tests of one file, in a machine of their own.
  mutating func run(_ file: String) {
    let printed = PrintedText()
    var options = RunOptions(paths: paths)
    options.output = { printed.add($0) }
    let runner = ScriptRunner(options)
    var title: String? = style.bold(file)
    func showTitle() {
      if let text = title { Console.show(text) }
      title = nil
    }
    switch SourceFile.read(file) {
    case .failure(let error):
      showTitle()
      return fail("the file itself", because: "it cannot be read: \(error.reason)", printed)
    case .success(let source):
      do throws(LangError) {
        try load(source, file, runner)
      } catch {
        showTitle()
        return fail("the file itself", because: describe(error), printed)
      }
    }
    let names = runner.machine.functionNames
    for name in names where name.hasPrefix("test_") && filter.map({ name.contains($0) }) ?? true {
      showTitle()
      printed.clear()
      do throws(LangError) {
        try runTest(name, of: runner.machine, names)
        passed += 1
        Console.show("  \(style.green("✓")) \(name)")
      } catch {
        fail(name, because: describe(error), printed)
      }
      if isOver { return }
    }
  }

  private func runTest(
    _ name: String, of machine: Machine, _ names: [String]
  ) throws(LangError) {
    if names.contains("setup") { _ = try machine.call("setup") }
    do throws(LangError) {
      _ = try machine.call(name)
    } catch {
      // The test's own error is the one that matters.
      if names.contains("teardown") { _ = try? machine.call("teardown") }
      throw error
    }
    if names.contains("teardown") { _ = try machine.call("teardown") }
  }

  private func load(
    _ source: [UInt8], _ file: String, _ runner: ScriptRunner
  ) throws(LangError) {
    let location = SourceFile.absolutePath(file)
    runner.machine.addModulePath(SourceFile.folder(of: location))
    runner.prepare(program: file, arguments: [], searching: SourceFile.absolutePath("."))
    try runner.machine.run(source, name: file, location: location)
  }

  private mutating func describe(_ error: LangError) -> String {
    switch error {
    case .syntax(let failure): return failure.rendered(usesColors: style.usesColors)
    case .runtime(let failure):
      wasInterrupted = failure.className == "Interrupt"
      return failure.rendered(usesColors: style.usesColors)
    case .exit(let status, let message): return message ?? "it called exit(\(status))"
    }
  }

  private mutating func fail(_ name: String, because reason: String, _ printed: PrintedText) {
    failed += 1
    Console.show("  \(style.red("✗")) \(name)")
    var report = reason
    if !printed.text.isEmpty { report += "\nit had printed:\n\(printed.text)" }
    for line in report.split(separator: "\n", omittingEmptySubsequences: false) where !line.isEmpty
    {
      Console.show("    \(line)")
    }
  }

  /// Says how many passed; gives the exit code.
  func finish(fileCount: Int) -> Int32 {
    if passed + failed == 0 && !wasInterrupted {
      let what = filter.map { " whose name contains '\($0)'" } ?? ""
      Console.error("lang: no tests\(what) in \(counted(fileCount, "file"))")
      return ExitCode.testsFailed
    }
    let summary = "\(passed) passed, \(failed) failed"
    Console.show(failed == 0 ? style.green(summary) : style.red(summary))
    if wasInterrupted { return ExitCode.interrupted }
    return failed == 0 ? ExitCode.success : ExitCode.testsFailed
  }
}

/// What a program prints, kept until someone wants to see it.
final class PrintedText: @unchecked Sendable {
  private var bytes: [UInt8] = []

  func add(_ more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }
  func clear() { bytes = [] }
  var text: String { String(decoding: bytes, as: UTF8.self) }
}
