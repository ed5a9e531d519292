import Glibc
import LangRuntime

/// Runs files of tests and tells how each test ended.
struct TestRun {
  let paths: [String]
  /// Only tests whose name contains it; nil for all.
  let filter: String?
  let stopsAtFailure: Bool
  /// What stands in place of a test's name when the file is at fault.
  private static let nameOfFile = "the file itself"
  private let style = Style.output
  private var passed = 0
  private var failed = 0
  private var wasInterrupted = false
  private var report = JUnitReport()

  init(paths: [String], filter: String?, stopsAtFailure: Bool) {
    self.paths = paths
    self.filter = filter
    self.stopsAtFailure = stopsAtFailure
  }

  /// Whether nothing more is to be run.
  var isOver: Bool { wasInterrupted || (stopsAtFailure && failed > 0) }

  /// Runs the tests of one file, in a machine of their own.
  mutating func run(_ file: String) {
    let start = JUnitReport.now
    runTests(of: file)
    report.finish(file, took: JUnitReport.now - start)
  }

  private mutating func runTests(of file: String) {
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
      return fail(
        TestRun.nameOfFile, of: file,
        Failure(type: "unreadable", message: "it cannot be read: \(error.reason)"), printed)
    case .success(let source):
      do throws(LangError) {
        try load(source, file, runner)
      } catch {
        showTitle()
        return fail(TestRun.nameOfFile, of: file, describe(error), printed)
      }
    }
    let names = runner.machine.functionNames
    for name in names where name.hasPrefix("test_") && filter.map({ name.contains($0) }) ?? true {
      showTitle()
      printed.clear()
      let start = JUnitReport.now
      do throws(LangError) {
        try runTest(name, of: runner.machine, names)
        passed += 1
        report.add(name, of: file, took: JUnitReport.now - start, nil)
        Console.show("  \(style.green("✓")) \(name)")
      } catch {
        let time = JUnitReport.now - start
        fail(name, of: file, took: time, describe(error), printed)
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

  /// Why a test has failed, or a file cannot be run.
  private struct Failure {
    /// The class of the error.
    let type: String
    let message: String
    /// What to show; the message when there is nothing else.
    var shown = ""
    /// The same without colours.
    var plain = ""
  }

  private mutating func describe(_ error: LangError) -> Failure {
    switch error {
    case .syntax(let failure):
      return Failure(
        type: "SyntaxError", message: failure.diagnostics.first?.message ?? "it does not compile",
        shown: failure.rendered(usesColors: style.usesColors), plain: failure.rendered())
    case .runtime(let failure):
      wasInterrupted = failure.className == "Interrupt"
      return Failure(
        type: failure.className, message: failure.message,
        shown: failure.rendered(usesColors: style.usesColors), plain: failure.rendered())
    case .exit(let status, let message):
      return Failure(type: "exit", message: message ?? "it called exit(\(status))")
    }
  }

  private mutating func fail(
    _ name: String, of file: String, took nanoseconds: UInt64 = 0, _ failure: Failure,
    _ printed: PrintedText
  ) {
    failed += 1
    Console.show("  \(style.red("✗")) \(name)")
    let isFile = name == TestRun.nameOfFile
    self.report.add(
      name, of: file, took: nanoseconds,
      JUnitReport.Failure(
        isError: isFile || wasInterrupted, type: failure.type, message: failure.message,
        details: failure.plain.isEmpty ? failure.message : failure.plain, output: printed.text))
    var report = failure.shown.isEmpty ? failure.message : failure.shown
    if !printed.text.isEmpty { report += "\nit had printed:\n\(printed.text)" }
    for line in report.split(separator: "\n", omittingEmptySubsequences: false) where !line.isEmpty
    {
      Console.show("    \(line)")
    }
  }

  /// Writes what became of the tests to a file, as a whole; gives why that failed.
  func writeReport(to file: String) -> String? {
    SourceFile.write(Array(report.xml.utf8), to: file)
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
