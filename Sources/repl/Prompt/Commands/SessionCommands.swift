import Glibc
import Lang
import LangRuntime

extension PromptCommand {
  /// Commands about the session itself.
  static var sessionCommands: [PromptCommand] {
    [
      PromptCommand("ls", "", .none, "lists the names that the session has defined") {
        prompt, _ in
        prompt.listVariables()
        return .goOn
      },
      PromptCommand("save", "file", .file, "saves what ran as a script; ':save! file' replaces one")
      {
        prompt, argument in
        prompt.save(to: argument, replaces: false)
        return .goOn
      },
      PromptCommand("save!", "file", .file, "saves what ran, also over a file that is there") {
        prompt, argument in
        prompt.save(to: argument, replaces: true)
        return .goOn
      },
      PromptCommand(
        "edit", "[m]", .module, "edits the last input, or a module's file, in $EDITOR"
      ) { prompt, argument in prompt.edit(argument) },
      PromptCommand("help", "[command]", .text, "lists the commands") { prompt, argument in
        prompt.help(argument)
        return .goOn
      },
      PromptCommand(
        "learn", "[lesson]", .text, "the course on lazy imports; Ctrl-D comes back here"
      ) {
        prompt, argument in
        prompt.learn(argument)
        return .goOn
      },
      PromptCommand("quit", "", .none, "leaves, like Ctrl-D") { _, _ in .leave(ExitCode.success) },
    ]
  }
}

extension Prompt {
  fileprivate func listVariables() {
    let variables = session.variables(showing: ShownValue.Limits(items: 8, textLength: 60))
    if variables.isEmpty {
      Console.show("no names yet")
      return
    }
    var table = TextTable()
    for variable in variables {
      let style = style
      table.add(
        TextTable.Cell(variable.name) { style.bold($0) },
        TextTable.Cell(variable.type) { style.dim($0) },
        TextTable.Cell(variable.value.description))
    }
    show(lines: table.lines(width: Console.size.columns))
  }

  fileprivate func save(to name: String, replaces: Bool) {
    var file = name
    // As a shell would read it.
    if let quote = file.first, "\"'".contains(quote), file.count > 2, file.last == quote {
      file = String(file.dropFirst().dropLast())
    } else if file.hasPrefix("~/"), let home = getenv("HOME") {
      file = String(cString: home) + file.dropFirst()
    }
    if file.isEmpty { return complain(":save needs the name of a file") }
    if transcript.isEmpty { return complain("nothing has run yet") }
    if !replaces, access(file, F_OK) == 0 {
      return complain("'\(file)' is there already; ':save! \(file)' replaces it")
    }
    let text = transcript.joined(separator: "\n") + "\n"
    if let reason = SourceFile.write(Array(text.utf8), to: file) {
      return complain("cannot write '\(file)': \(reason)")
    }
    var news = "saved \(counted(transcript.count, "input")) to \(DisplayWidth.sanitized(file))"
    do throws(LangError) {
      try machine.check(Array(text.utf8), name: file)
    } catch {
      // A session may declare a name again, a script may not.
      news += "; it is no script yet: 'lang check' says what must change"
    }
    Console.show(news)
  }

  /// Holds a lesson, in a process of its own: its modules are none of this session's.
  fileprivate func learn(_ argument: String) {
    let lesson = argument.split(separator: " ").map(String.init)
    let (_, failure) = ChildProcess.run("/proc/self/exe", ["lang", "learn"] + lesson)
    if failure != 0 { complain("cannot begin the course: \(String(cString: strerror(failure)))") }
  }

  // MARK: Editing

  /// Edits a module's file, or the last input; what the editor leaves of that is evaluated.
  fileprivate func edit(_ argument: String) -> PromptCommand.Outcome {
    if !argument.isEmpty {
      guard let module = module(argument, for: "edit") else { return .goOn }
      guard SourceFile.isRegular(module.location) else {
        complain("module '\(module.name)' is in no file that could be edited")
        return .goOn
      }
      let before = SourceFile.read(module.location)
      guard runEditor(on: module.location) else { return .goOn }
      if case .success(let old) = before, case .success(let new) = SourceFile.read(module.location),
        old != new, module.state == .loaded, !watcher.names.contains(module.name)
      {
        Console.show("changed; 'reload \(module.name)' puts it in place")
      }
      return .goOn
    }
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var name = Array("\(folder)/lang-XXXXXX.l".utf8CString)
    let file = mkstemps(&name, 2)
    if file < 0 {
      complain("cannot make a file to edit in \(folder): \(String(cString: strerror(errno)))")
      return .goOn
    }
    let path = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    defer { unlink(path) }
    let text = Array(((transcript.last ?? "") + "\n").utf8)
    _ = write(file, text, text.count)
    close(file)
    guard runEditor(on: path) else { return .goOn }
    guard case .success(let bytes) = SourceFile.read(path) else {
      complain("the editor left nothing behind")
      return .goOn
    }
    let edited = String(decoding: bytes, as: UTF8.self)
    if edited.allSatisfy({ $0.isWhitespace }) { return .goOn }
    Console.show(edited.hasSuffix("\n") ? edited : edited + "\n", terminator: "")
    return .evaluate(edited)
  }

  /// Runs the editor and waits for it; false when it could not be started, or failed.
  private func runEditor(on path: String) -> Bool {
    var editor = "vi"
    for variable in ["EDITOR", "VISUAL"] {
      if let value = getenv(variable), value[0] != 0 { editor = String(cString: value) }
    }
    // The variable may hold options; a shell takes it apart, and the file is an argument of its own.
    let words: [String] = ["sh", "-c", "\(editor) \"$1\"", "sh", path]
    let (status, failure) = ChildProcess.run("/bin/sh", words)
    if failure != 0 {
      complain("cannot run '\(editor)': \(String(cString: strerror(failure)))")
      return false
    }
    if status == 0 { return true }
    complain("'\(editor)' did not end well; nothing was evaluated")
    return false
  }

  // MARK: Help

  fileprivate func help(_ argument: String) {
    let wanted = argument.hasPrefix(":") ? String(argument.dropFirst()) : argument
    var table = TextTable(indent: 2)
    let style = style
    let commands = PromptCommand.all.filter {
      wanted.isEmpty ? $0.name != "save!" : $0.name == wanted
    }
    if commands.isEmpty { return complain(unknownCommand(wanted)) }
    for command in commands {
      table.add(
        TextTable.Cell(
          ":\(command.name)" + (command.usage.isEmpty ? "" : " \(command.usage)")
        ) { style.bold($0) }, TextTable.Cell(command.summary))
      if command.name == "reload" && wanted.isEmpty {
        table.add(
          TextTable.Cell("reload m") { style.bold($0) }, TextTable.Cell("the same, without a colon")
        )
      }
    }
    if wanted.isEmpty {
      Console.show("What you type is run, and what it comes to is shown; an open block goes on.")
      Console.show("_ is the last value, _error the last error, x? shows the help of x.")
    }
    show(lines: table.lines(width: Console.size.columns))
    if wanted.isEmpty {
      Console.show("help(x) explains a value, Tab completes, Ctrl-R searches what was typed,")
      Console.show("Ctrl-C ends what runs, Ctrl-D leaves.")
    }
  }
}
