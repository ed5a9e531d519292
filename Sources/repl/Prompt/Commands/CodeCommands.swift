import Glibc
import Lang
import LangRuntime

extension PromptCommand {
  /// Commands about code.
  static var codeCommands: [PromptCommand] {
    [
      PromptCommand("time", "expression", .text, "runs it, and says how long that took") {
        prompt, argument in
        prompt.time(argument)
        return .goOn
      },
      PromptCommand("dis", "f", .name, "shows the bytecode of a function") { prompt, argument in
        prompt.disassemble(argument)
        return .goOn
      },
      PromptCommand("doc", "x", .name, "shows the help of x; also 'x?'") { prompt, argument in
        if !Prompt.isPath(argument) {
          prompt.complain(":doc needs a name")
          return .goOn
        }
        if Completer.keywords.contains(argument) {
          prompt.complain("'\(argument)' is a word of the language, and stands for no value")
          return .goOn
        }
        _ = prompt.evaluate(quietly: "help(\(argument))")
        return .goOn
      },
      PromptCommand("source", "m", .module, "shows the source of a module; loads nothing") {
        prompt, argument in
        prompt.showSource(argument)
        return .goOn
      },
    ]
  }
}

extension Prompt {
  fileprivate func time(_ code: String) {
    if code.isEmpty { return complain(":time needs something to run") }
    var start = timespec()
    var end = timespec()
    let before = machine.collectorStatistics
    clock_gettime(CLOCK_MONOTONIC, &start)
    let outcome = evaluate(quietly: code)
    clock_gettime(CLOCK_MONOTONIC, &end)
    if isLeaving { return }
    if outcome != nil { transcript.append(code) }
    if let value = outcome ?? nil { show(value) }
    let nanoseconds = (end.tv_sec - start.tv_sec) * 1_000_000_000 + end.tv_nsec - start.tv_nsec
    let collections = machine.collectorStatistics.collections - before.collections
    var text = ReportUnits.milliseconds(UInt64(max(0, nanoseconds)))
    if outcome == nil { text += " until the error" }
    if collections > 0 { text += ", \(counted(collections, "collection"))" }
    Console.show(style.dim(text))
  }

  fileprivate func disassemble(_ argument: String) {
    guard Prompt.isPath(argument) else { return complain(":dis needs the name of a function") }
    let path = argument.split(separator: ".").map(String.init)
    if let text = session.disassembly(at: path) {
      return show(text: Array(text.utf8))
    }
    if session.names(at: path.dropLast()).contains(path.last ?? "") {
      complain("'\(argument)' has no bytecode: it is built in, or no function")
    } else if let name = session.moduleName(at: path.dropLast()),
      machine.module(named: name)?.state != .loaded
    {
      complain("module '\(name)' is not loaded; ':load \(name)' does that")
    } else {
      complain("there is no '\(argument)'")
    }
  }

  fileprivate func showSource(_ argument: String) {
    guard let module = module(argument, for: "source") else { return }
    if module.isNative {
      return complain("module '\(module.name)' is built in: there is no source")
    }
    switch machine.moduleSource(module.name) {
    case .failure(let error):
      complain("the source of '\(module.name)' cannot be read: \(error.reason)")
    case .success(let bytes):
      Console.show(style.dim("## \(module.location)"))
      show(text: bytes)
      if bytes.last != UInt8(ascii: "\n") { Console.show("") }
    }
  }
}
