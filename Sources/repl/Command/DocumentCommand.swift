import ArgumentParser
import LangRuntime

/// `lang doc`: the documentation of modules, from their `##` comments.
struct DocumentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doc",
    abstract: "Shows or writes the documentation of modules, from their '##' comments.",
    discussion: """
      Nothing runs. A place is the name of a module, which is looked for as by an import, a file, a \
      folder, or an archive; a package comes with the modules inside. What is private (its name begins \
      with '_') is left out.

      lang doc csv                        reads it in the terminal
      lang doc csv > csv.md               Markdown
      lang doc lib --output docs/lib      a page for each module, and an index
      lang doc lib --output docs/lib --check
      """)

  @Option(name: .customLong("path"), help: RunOptions.pathHelp, completion: RunOptions.placeKind)
  var paths: [String] = []

  @Option(
    help: ArgumentHelp(
      "Write a page for each module to this folder, and an index, README.md.", valueName: "folder"),
    completion: .directory)
  var output: String?

  @Flag(
    help: ArgumentHelp(
      "Write nothing: list what has no documentation, and with --output the pages that are out of date."
    ))
  var check = false

  @Argument(
    help: ArgumentHelp("Modules, files, folders, archives.", valueName: "place"),
    completion: .file(extensions: ["l", "zip"]))
  var places: [String]

  func run() throws {
    var modules: [DocumentedModule] = []
    for place in places {
      do throws(ProgramError) {
        modules += try DocumentCommand.read(place, paths)
      } catch {
        Console.show(error, named: place, doing: "document")
        throw ExitStatus(code: error.exitCode)
      }
    }
    var known: Set<String> = []
    modules = modules.filter { known.insert($0.name).inserted }
    if check {
      throw ExitStatus(code: DocumentationCheck(modules, folder: output).run())
    }
    if let output {
      throw ExitStatus(code: DocumentationPages(modules).write(to: output))
    }
    throw ExitStatus(code: Console.output(DocumentCommand.text(modules)))
  }

  private static func read(
    _ place: String, _ paths: [String]
  ) throws(ProgramError) -> [DocumentedModule] {
    // What has a `/` or is a file is no name of a module; a folder may be a package of that name as well.
    let isFile = SourceFile.isRegular(place) || place.contains("/") || SourceFile.isFolder(place)
    let root = isFile ? ProgramRoot.file(place) : .module(place)
    let runner = ScriptRunner(RunOptions(paths: paths))
    runner.prepare(program: place, of: root)
    return try runner.machine.documentation(of: root)
  }

  private static func text(_ modules: [DocumentedModule]) -> String {
    if Console.isTerminal {
      return modules.map { TerminalPage($0).text }.joined(separator: "\n\n")
    }
    let names = Set(modules.map(\.name))
    return modules.map { MarkdownPage($0, among: names).text }.joined(separator: "\n")
  }
}
