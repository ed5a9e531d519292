import ArgumentParser
import LangRuntime

/// `lang check`: reads programs and all that they can reach, and says what is wrong.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks programs and every module that they can reach, without running anything.",
    discussion: """
      Reports what does not compile, which modules are not found, and which names the modules that \
      they are imported from do not have. A module may be missing where a 'try' around its import \
      catches that.
      """)

  @Option(name: .customLong("path"), help: RunOptions.pathHelp, completion: RunOptions.placeKind)
  var paths: [String] = []

  @Option(
    name: [.customShort("m")],
    help: ArgumentHelp("Check this module as a program; may be repeated.", valueName: "module"))
  var modules: [String] = []

  @Argument(
    help: ArgumentHelp(
      "Scripts, zip archives, or folders of which every module is checked.", valueName: "file"),
    completion: .file(extensions: ["l", "zip"]))
  var files: [String] = []

  func validate() throws {
    if files.isEmpty && modules.isEmpty { throw ValidationError("Nothing to check.") }
  }

  func run() throws {
    var check = Check()
    for file in files { check.add(.file(file), named: file, paths) }
    for module in modules { check.add(.module(module), named: module, paths) }
    throw ExitStatus(code: check.summarize())
  }
}

/// What was found out about several programs.
private struct Check {
  private(set) var status = ExitCode.success
  private var sources: Set<String> = []
  private var faultySources: Set<String> = []
  private var problemCount = 0

  /// Checks a program; what other programs have reported already is not reported again.
  mutating func add(_ root: ProgramRoot, named name: String, _ paths: [String]) {
    let runner = ScriptRunner(RunOptions(paths: paths))
    runner.prepare(program: name, of: root)
    do throws(ProgramError) {
      let graph = try runner.machine.programGraph(of: root)
      for module in graph.modules where module.isSource {
        if sources.insert(module.location).inserted { show(module) }
      }
    } catch {
      Console.show(error, named: name, doing: "check")
      status = max(status, error.exitCode)
    }
  }

  private mutating func show(_ module: ProgramGraph.Module) {
    guard let failure = module.failure else { return }
    if problemCount > 0 { Console.error("") }
    problemCount += module.problems.count
    faultySources.insert(module.location)
    status = max(status, ExitCode.doesNotCompile)
    Console.error(failure.rendered(usesColors: Console.errorUsesColors), terminator: "")
  }

  /// Says how much was checked; gives the exit code.
  func summarize() -> Int32 {
    let all = counted(sources.count, "module")
    if problemCount > 0 {
      Console.error(
        "\nchecked \(all): \(counted(problemCount, "problem")) in "
          + (faultySources.count == 1 ? "1 of them" : "\(faultySources.count) of them"))
    } else if status == ExitCode.success {
      return Console.output("checked \(all): no problems\n")
    }
    return status
  }
}
