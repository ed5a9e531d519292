import ArgumentParser
import LangRuntime

/// `lang test`: finds files of tests and runs their functions.
struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Runs tests: the functions 'test_…' of files 'test_….l'.",
    discussion: """
      Each file is run as a program of its own, then each of its functions whose name begins with \
      'test_', in the order in which they stand. A test that throws has failed. Functions 'setup' and \
      'teardown' are called around each test. What a test prints is shown when it fails.

      Ends with 0 when all tests pass, with 1 when some fail or there are none.
      """)

  @Option(name: .customLong("path"), help: RunOptions.pathHelp, completion: RunOptions.placeKind)
  var paths: [String] = []

  @Option(
    help: ArgumentHelp("Run only tests whose name contains this text.", valueName: "text"))
  var filter: String?

  @Flag(name: .customLong("fail-fast"), help: "Stop at the first test that fails.")
  var stopsAtFailure = false

  @Option(
    help: ArgumentHelp(
      "Write what became of each test to this file, in the XML of JUnit.", valueName: "file"),
    completion: .file(extensions: ["xml"]))
  var junit: String?

  @Argument(
    help: ArgumentHelp(
      "Files, and folders that are searched with all that is inside; the current one without.",
      valueName: "place"),
    completion: .file(extensions: ["l"]))
  var places: [String] = []

  func run() throws {
    let files: [String]
    do {
      files = try TestFiles.find(places.isEmpty ? ["."] : places)
    } catch let error as TestFiles.Unreadable {
      Console.error("lang: cannot read '\(error.path)': \(error.reason)")
      throw ExitStatus(code: ExitCode.cannotBeRead)
    }
    var run = TestRun(paths: paths, filter: filter, stopsAtFailure: stopsAtFailure)
    for file in files where !run.isOver { run.run(file) }
    var status = run.finish(fileCount: files.count)
    // Interrupted or not, what is known is written.
    if let junit, let reason = run.writeReport(to: junit) {
      Console.error("lang: cannot write '\(junit)': \(reason)")
      if status == ExitCode.success { status = ExitCode.cannotBeRead }
    }
    throw ExitStatus(code: status)
  }
}
