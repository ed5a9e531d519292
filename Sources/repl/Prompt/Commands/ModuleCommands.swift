import Lang
import LangRuntime

extension PromptCommand {
  /// Commands about modules.
  static var moduleCommands: [PromptCommand] {
    [
      PromptCommand(
        "report", "[level]", .choice(["0", "1", "2"]),
        "what became of each module; 2 says all, 1 tells loads"
      ) { prompt, argument in
        prompt.report(argument)
        return .goOn
      },
      PromptCommand("modules", "", .none, "every known module and its state") { prompt, _ in
        prompt.listModules()
        return .goOn
      },
      PromptCommand("refs", "m", .module, "who holds a module, and who was patched") {
        prompt, argument in
        prompt.showReferences(argument)
        return .goOn
      },
      PromptCommand("why", "m", .module, "what loaded it: the expression, the line, the chain") {
        prompt, argument in
        prompt.explain(argument)
        return .goOn
      },
      PromptCommand("graph", "", .none, "who imports whom") { prompt, _ in
        let width = Console.size.columns
        prompt.show(
          lines: ModuleGraph(prompt.machine.modules, prompt.style, width: width).lines)
        return .goOn
      },
      PromptCommand(
        "trace", "[on|off]", .choice(["on", "off"]),
        "tells each step of the mechanism as it happens"
      ) { prompt, argument in
        prompt.trace(argument)
        return .goOn
      },
      PromptCommand("load", "m", .module, "loads a module now") { prompt, argument in
        prompt.load(argument)
        return .goOn
      },
      PromptCommand("reload", "m …", .module, "runs the current source of modules in place") {
        prompt, argument in
        prompt.reload(argument)
        return .goOn
      },
      PromptCommand(
        "watch", "[m]", .module, "reloads a module whenever its file changes, or no longer"
      ) { prompt, argument in
        prompt.watch(argument)
        return .goOn
      },
      PromptCommand("forget", "m", .module, "drops a module: the next import starts over") {
        prompt, argument in
        prompt.forget(argument)
        return .goOn
      },
    ]
  }
}

extension Prompt {
  // MARK: Looking

  fileprivate func report(_ argument: String) {
    switch argument {
    case "", "2":
      do throws(LangError) {
        let report = try machine.stoppableModuleReport()
        Console.show(
          ReportColors.color(argument == "2" ? report : ReportColors.short(report), style),
          terminator: "")
      } catch {
        show(error)
      }
    case "0", "1":
      machine.reportLevel = argument == "1" ? 1 : 0
      Console.show(argument == "1" ? "each load is told from now on" : "loads are no longer told")
    default: complain(":report takes 0, 1 or 2, not '\(argument)'")
    }
  }

  fileprivate func listModules() {
    let modules = machine.modules
    let known = modules.filter { $0.state != .unused }
    let shortener = PathShortener(folders: [SourceFile.absolutePath(".")])
    var table = TextTable()
    for module in known {
      table.add(
        TextTable.Cell(module.name) { [style] in style.bold($0) },
        TextTable.Cell(ModuleGraph.state(of: module)) { [style] in
          ModuleGraph.color($0, module, style)
        },
        TextTable.Cell(how(module)),
        TextTable.Cell(module.isNative ? "built in" : shortener.shorten(module.location)) {
          [style] in style.dim($0)
        })
    }
    show(lines: table.lines(width: Console.size.columns))
    let unused = modules.filter { $0.state == .unused }.map(\.name)
    if known.isEmpty { Console.show("no module was imported yet") }
    if !unused.isEmpty {
      Console.show(style.dim("built in, not imported: \(unused.joined(separator: ", "))"))
    }
  }

  /// How a module came to its state.
  private func how(_ module: ModuleSummary) -> String {
    switch module.state {
    case .pending: return module.importedAt.map { "imported at \($0.file):\($0.line)" } ?? ""
    case .failed: return module.error ?? ""
    case .unused: return ""
    case .loading, .loaded:
      var text = module.reason ?? ""
      if module.reloads > 0 { text += ", reloaded \(counted(module.reloads, "time"))" }
      if watcher.names.contains(module.name) { text += ", watched" }
      return text
    }
  }

  fileprivate func showReferences(_ argument: String) {
    guard let module = module(argument, for: "refs") else { return }
    let name = style.bold(module.name)
    let (references, more) =
      machine.references(toModule: module.name, atMost: Machine.mostHoldersTold) ?? ([], 0)
    if InterruptSignal.takeInterrupt() { return complain("interrupted: the search was given up") }
    let count = references.count + more
    switch module.state {
    case .pending, .failed:
      let state =
        module.state == .failed
        ? "\(style.red("failed")) to load and is pending again" : "is \(style.yellow("pending"))"
      Console.show(
        "\(name) \(state); "
          + (count == 0 ? "nothing holds its stand-in" : "\(holders(count)) its stand-in:"))
      show(holders: references, of: count)
    case .loading, .loaded, .unused:
      let state = "\(name) is \(style.green(module.state.rawValue)); "
      if module.patched == 0 {
        Console.show(state + "nothing had to be patched")
      } else {
        let hold = module.patched == 1 ? "holds" : "hold"
        // Of very many the first that were found are told, which need not be the same ones.
        let isUnchanged =
          more > 0
          ? module.patched == count : module.patchedHolders.sorted() == references.sorted()
        Console.show(
          state + counted(module.patched, "reference")
            + " \(module.patched == 1 ? "was" : "were") patched"
            + (isUnchanged ? " and \(hold) the module now:" : ":"))
        show(holders: module.patchedHolders, of: module.patched, look: style.cyan)
        if isUnchanged { break }
      }
      if count == 0 {
        Console.show("nothing holds it now")
      } else {
        Console.show("\(holders(count)) it now:")
        show(holders: references, of: count)
      }
    }
    let unused = machine.unresolvedNames(
      fromModule: module.name, atMost: Machine.mostHoldersTold)
    for (name, holders, more) in unused {
      Console.show("the name \(style.bold(name)) from it was not used yet; it is held by:")
      show(holders: holders, of: holders.count + more)
    }
  }

  /// Shows the first ones that hold something, and how many more there are.
  private func show(holders: [String], of count: Int, look: (String) -> String = { $0 }) {
    let most = Machine.mostHoldersTold
    show(lines: holders.prefix(most).map { "  " + look($0) })
    // Of what was patched only some is known in words.
    let more = holders.count >= most ? max(count, holders.count) - most : 0
    if more > 0 { Console.show("  and \(more) more") }
  }

  private func holders(_ count: Int) -> String {
    count == 1 ? "1 place holds" : "\(count) places hold"
  }

  fileprivate func explain(_ argument: String) {
    guard var module = module(argument, for: "why") else { return }
    if module.state == .pending || module.state == .unused {
      let place = module.importedAt.map { " (imported at \($0.file):\($0.line))" } ?? ""
      Console.show("nothing has needed \(style.bold(module.name)) yet: it is pending\(place)")
      return
    }
    var seen: Set<String> = []
    while seen.insert(module.name).inserted {
      let verb = module.state == .failed ? "failed to load" : "was loaded"
      let reason = module.reason == "first use" ? "at its first use" : "by \(module.reason ?? "?")"
      Console.show("\(style.bold(module.name)) \(verb) \(reason)")
      if let cause = module.cause {
        let holder = module.causeModule.map { $0 == "__main__" ? "<main>" : $0 } ?? "?"
        Console.show(
          "  \(DisplayWidth.sanitized(cause.file)):\(cause.line):\(cause.column)  "
            + style.cyan(DisplayWidth.firstLine(of: cause.expression ?? ""))
            + style.dim("  in \(holder)"))
      }
      if let error = module.error {
        Console.show("  " + style.red(DisplayWidth.firstLine(of: error)))
      }
      guard let next = module.causeModule.flatMap({ machine.module(named: $0) }) else { return }
      module = next
    }
  }

  // MARK: Steering

  fileprivate func trace(_ argument: String) {
    switch argument {
    case "on", "":
      Tracing.begin(machine, style: style) { Console.show($0) }
      Console.show("each step is told from now on")
    case "off":
      machine.onModuleStep = nil
      Console.show("steps are no longer told")
    default: complain(":trace takes on or off, not '\(argument)'")
    }
  }

  fileprivate func load(_ argument: String) {
    guard let module = module(argument, for: "load") else { return }
    if module.state == .loaded { return Console.show("\(module.name) is loaded already") }
    do throws(LangError) {
      try session.loadModule(module.name)
      finishOutput()
      let patched = machine.module(named: module.name)?.patched ?? 0
      Console.show(
        "\(style.green("loaded")) \(style.bold(module.name)), \(counted(patched, "reference")) patched"
      )
    } catch {
      finishOutput()
      show(error)
    }
  }

  fileprivate func reload(_ argument: String) {
    let names = Prompt.names(in: argument)
    if names.isEmpty { return complain(":reload needs the name of a module") }
    for name in names {
      guard let module = module(name, for: "reload") else { continue }
      if module.state == .pending || module.state == .failed {
        Console.show(
          "\(style.bold(module.name)) is not loaded yet: its first use reads what is there then")
        continue
      }
      do throws(LangError) {
        let reload = try session.reloadModule(module.name)
        finishOutput()
        Console.show(ReloadLine.text(reload, style))
      } catch {
        finishOutput()
        show(error)
        if isLeaving { return }
        Console.show("\(style.bold(module.name)) stays as it was")
        if wasInterrupted { return }
      }
    }
  }

  fileprivate func watch(_ argument: String) {
    if argument.isEmpty {
      let names = watcher.names
      return Console.show(
        names.isEmpty ? "nothing is watched" : "watched: \(names.joined(separator: ", "))")
    }
    guard let module = module(argument, for: "watch") else { return }
    if module.isNative { return complain("module '\(module.name)' is built in: it has no file") }
    let isWatched = watcher.toggle(module)
    Console.show(
      isWatched
        ? "\(module.name) is reloaded whenever its file changes; ':watch \(module.name)' ends that"
        : "\(module.name) is no longer watched")
  }

  fileprivate func forget(_ argument: String) {
    guard let module = module(argument, for: "forget") else { return }
    let names = machine.forgetModule(module.name)
    if names.isEmpty {
      return complain("module '\(module.name)' is loading and cannot be forgotten")
    }
    Console.show("forgot \(names.joined(separator: ", ")); the next import starts over")
  }
}
