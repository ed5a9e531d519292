import Glibc
import Lang
import LangRuntime

/// The pages of several modules, and their index.
struct DocumentationPages {
  /// The name of a file in the folder of the pages, and what belongs in it.
  let pages: [(file: String, text: String)]

  init(_ modules: [DocumentedModule]) {
    let names = Set(modules.map(\.name))
    let sorted = modules.sorted { $0.name < $1.name }
    var index = ["# Modules", "", "Made by `lang doc` from the `##` comments of the modules.", ""]
    for module in sorted {
      let summary = DocumentationText(module.documentation.text)
      index.append("- [`\(module.name)`](\(module.name).md): \(summary.markdownSummary)")
    }
    pages =
      [("README.md", index.map { "\($0)\n" }.joined())]
      + sorted.map { ("\($0.name).md", MarkdownPage($0, among: names).text) }
  }

  /// Writes what has changed; gives the exit code.
  func write(to folder: String) -> Int32 {
    if let reason = makeFolder(folder) {
      Console.error("lang: cannot make the folder '\(folder)': \(reason)")
      return ExitCode.cannotBeRead
    }
    var count = 0
    for (file, text) in pages {
      let path = "\(folder)/\(file)"
      let bytes = Array(text.utf8)
      if case .success(bytes) = SourceFile.read(path) { continue }
      if let reason = SourceFile.write(bytes, to: path) {
        Console.error("lang: cannot write '\(path)': \(reason)")
        return ExitCode.cannotBeRead
      }
      count += 1
    }
    let all = counted(pages.count, "page")
    return Console.output("\(all) in \(folder), of which \(count) changed\n")
  }

  /// Makes a folder and those around it; gives why that failed.
  private func makeFolder(_ path: String) -> String? {
    if SourceFile.isFolder(path) { return nil }
    let outer = SourceFile.folder(of: path)
    if outer != path, outer != ".", let reason = makeFolder(outer) { return reason }
    if mkdir(path, 0o777) == 0 || errno == EEXIST { return nil }
    return String(cString: strerror(errno))
  }
}
