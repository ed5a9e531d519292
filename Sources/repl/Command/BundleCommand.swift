import ArgumentParser
import LangRuntime

/// `lang bundle`: packs a program and the modules that it can reach into one archive.
struct BundleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle",
    abstract: "Packs a program and every module that it can reach into a zip that 'lang' runs.",
    discussion: """
      lang bundle main.l -o app.zip
      lang app.zip
      """)

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("The archive to write.", valueName: "file"),
    completion: .file(extensions: ["zip"]))
  var output: String

  @Option(name: .customLong("path"), help: RunOptions.pathHelp, completion: RunOptions.placeKind)
  var paths: [String] = []

  @Option(
    help: ArgumentHelp(
      "Pack these files too, for lazy.resource: a path, or a pattern such as 'data/*.txt' inside of "
        + "the program's folder and the places of the path; may be repeated.",
      valueName: "pattern"),
    completion: .file())
  var include: [String] = []

  @Option(
    help: ArgumentHelp(
      "Pack this module too, which no import names; may be repeated.", valueName: "name"))
  var module: [String] = []

  @Argument(
    help: ArgumentHelp("The script, or an archive to pack anew.", valueName: "file"),
    completion: .file(extensions: ["l", "zip"]))
  var file: String

  func run() throws {
    let runner = ScriptRunner(RunOptions(paths: paths))
    let root = ProgramRoot.file(file)
    runner.prepare(program: file, of: root)
    let summary: String
    do throws(ProgramError) {
      let bundle = try runner.machine.bundle(
        root, modules: module, resources: include, output: output)
      let size = try bundle.write(to: output)
      var packed = counted(bundle.moduleCount, "module")
      if bundle.fileCount > 0 { packed += " and \(counted(bundle.fileCount, "file"))" }
      summary = "packed \(packed), \(size: bundle.byteCount) → \(output), \(size: size)"
    } catch {
      if case .cannotBeWritten(let reason) = error {
        Console.error("lang: cannot write '\(output)': \(reason)")
      } else {
        Console.show(error, named: file, doing: "bundle")
      }
      throw ExitStatus(code: error.exitCode)
    }
    throw ExitStatus(code: Console.output(summary + "\n"))
  }
}
