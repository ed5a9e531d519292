import Glibc
import LangRuntime

/// Reloads modules whose files change: `:watch m`.
final class FileWatcher {
  private let machine: Machine
  /// The files, and when each was changed last.
  private var watched: [String: (file: String, changed: timespec)] = [:]
  /// While a command runs nothing is reloaded.
  var isQuiet = false

  init(_ machine: Machine) { self.machine = machine }

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
    watched[module.name] = (file, changeTime(file) ?? timespec())
    return true
  }

  /// Reloads what has changed; gives what there is to say, or nil.
  func reloadChanged(_ style: Style) -> String? {
    if isQuiet { return nil }
    var lines: [String] = []
    for name in names {
      guard let (file, before) = watched[name], let now = changeTime(file) else { continue }
      if now.tv_sec == before.tv_sec && now.tv_nsec == before.tv_nsec { continue }
      watched[name] = (file, now)
      do throws(LangError) {
        let reload = try machine.reloadModule(name)
        lines.append(ReloadLine.text(reload, style))
      } catch {
        if case .runtime(let failure) = error {
          lines.append(style.red("\(name) changed, but was not reloaded: ") + failure.message)
        }
      }
    }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  /// The same between two pieces, when no line is being edited.
  func reloadChangedNow(_ style: Style) {
    if let news = reloadChanged(style) { Console.show(news) }
  }

  private func changeTime(_ file: String) -> timespec? {
    var status = stat()
    return stat(file, &status) == 0 ? status.st_mtim : nil
  }
}
