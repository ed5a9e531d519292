import Glibc
import LangRuntime

/// Reloads modules whose files change: `:watch m`.
final class FileWatcher {
  private let machine: Machine
  private let session: MachineSession
  private let style: Style
  /// The files, and when each was changed last; nil for one that is gone.
  private var watched: [String: (file: String, changed: timespec?)] = [:]

  init(_ machine: Machine, _ session: MachineSession, style: Style) {
    self.machine = machine
    self.session = session
    self.style = style
  }

  /// The names of the modules that are watched, sorted.
  var names: [String] { watched.keys.sorted() }

  /// Watches a module from now on, or no longer; gives whether it is watched now.
  func toggle(_ module: ModuleSummary) -> Bool {
    if watched.removeValue(forKey: module.name) != nil { return false }
    // Of a module in an archive that is the archive.
    var file = module.location
    while !file.isEmpty && file != "/" && changeTime(file) == nil {
      file = SourceFile.folder(of: file)
    }
    watched[module.name] = (file, changeTime(file))
    return true
  }

  /// Whether a file has changed since this was asked last, or has gone or come back.
  var hasNews: Bool { !changedNames.isEmpty }

  private var changedNames: [String] {
    names.filter { name in
      guard let (file, before) = watched[name] else { return false }
      let now = changeTime(file)
      return now?.tv_sec != before?.tv_sec || now?.tv_nsec != before?.tv_nsec
    }
  }

  /// Reloads what has changed, and says so.
  func reloadChanged() {
    for name in changedNames {
      guard let (file, _) = watched[name] else { continue }
      let now = changeTime(file)
      watched[name] = (file, now)
      if now == nil {
        Console.show("\(style.bold(name)) \(style.red("has no file any more")); it stays as it is")
        continue
      }
      if machine.module(named: name)?.state != .loaded {
        Console.show("\(style.bold(name)) changed; it is not loaded yet, its first use reads it")
        continue
      }
      do throws(LangError) {
        let reload = try session.reloadModule(name)
        finishOutput()
        Console.show(ReloadLine.text(reload, style))
      } catch {
        finishOutput()
        Console.show(
          "\(style.bold(name)) \(style.red("changed, but was not reloaded")); it stays as it was")
        if case .exit = error {
          Console.show("its source calls exit()")
        } else {
          Console.error(error)
        }
      }
    }
  }

  /// Begins a line behind what the reload has written, and behind the ^C that was meant for it.
  private func finishOutput() {
    let isAtLineStart = machine.finishOutputLine()
    if InterruptSignal.takeInterrupt() && !isAtLineStart { Console.show("") }
  }

  private func changeTime(_ file: String) -> timespec? {
    var status = stat()
    return stat(file, &status) == 0 ? status.st_mtim : nil
  }
}
