import LangRuntime

/// Finds what has no documentation, and pages that are not as they would be written now.
struct DocumentationCheck {
  private let modules: [DocumentedModule]
  private let folder: String?

  init(_ modules: [DocumentedModule], folder: String?) {
    self.modules = modules
    self.folder = folder
  }

  /// Says what is wrong; gives the exit code.
  func run() -> Int32 {
    let problems = undocumented + stalePages
    for problem in problems { Console.error(problem) }
    let all = counted(modules.count, "module")
    if problems.isEmpty {
      return Console.output("documented \(all): no problems\n")
    }
    Console.error("\ndocumented \(all): \(counted(problems.count, "problem"))")
    return ExitCode.doesNotCompile
  }

  private var undocumented: [String] {
    modules.flatMap { module in
      module.documentation.undocumented.map { missing in
        let name = missing.name.isEmpty ? module.name : "\(module.name).\(missing.name)"
        let location = missing.location.isEmpty ? module.location : missing.location
        let place =
          location.isEmpty ? "" : " (\(location)\(missing.line == 0 ? "" : ":\(missing.line)"))"
        return "\(name) has no documentation\(place)"
      }
    }
  }

  private var stalePages: [String] {
    guard let folder else { return [] }
    let pages = DocumentationPages(modules).pages
    var problems = pages.compactMap { file, text -> String? in
      let path = "\(folder)/\(file)"
      switch SourceFile.read(path) {
      case .failure(let error): return "\(path) cannot be read: \(error.reason)"
      case .success(let bytes):
        return bytes.elementsEqual(text.utf8) ? nil : "\(path) is out of date"
      }
    }
    let files = Set(pages.map(\.file))
    for name in SourceFile.names(in: folder).sorted()
    where name.hasSuffix(".md") && !files.contains(name) {
      problems.append("\(folder)/\(name) belongs to no module")
    }
    return problems
  }
}
