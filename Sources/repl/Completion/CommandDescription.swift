import ArgumentParser

/// The command line as the option parser describes it: the one source of help, completion and manual.
struct CommandDescription {
  /// What may stand where a value is expected.
  enum Value: Equatable {
    case anything
    case words([String])
    case folders
    /// Folders, and files with one of these extensions; with any when there are none.
    case files([String])
  }

  /// An option or a flag.
  struct Option {
    /// All of its names, with their dashes.
    var names: [String]
    var summary: String
    /// Nil for a flag.
    var value: Value?
    /// What the value is called.
    var valueName: String
    var repeats: Bool
    /// Everything behind it is its value.
    var takesRest: Bool
    /// The value is only recognized behind a `=`.
    var isValueAttached: Bool
  }

  var name: String
  var summary: String
  var options: [Option] = []
  /// What its arguments are; nil when it has none.
  var argument: Value?
  var commands: [CommandDescription] = []

  /// That of `lang`.
  static var lang: CommandDescription? {
    JSONValue(RunCommand._dumpHelp()).map { CommandDescription($0["command"]) }
  }

  private init(_ command: JSONValue) {
    name = command["commandName"].text ?? ""
    summary = command["abstract"].text ?? ""
    for argument in command["arguments"].items where argument["shouldDisplay"].isTrue {
      let value = Value(argument["completionKind"])
      if argument["kind"].text == "positional" {
        self.argument = value
      } else {
        let names = argument["names"].items.map { name in
          (name["kind"].text == "long" ? "--" : "-") + (name["name"].text ?? "")
        }
        options.append(
          Option(
            names: names, summary: argument["abstract"].text ?? "",
            value: argument["kind"].text == "option" ? value : nil,
            valueName: argument["valueName"].text ?? "", repeats: argument["isRepeating"].isTrue,
            takesRest: argument["parsingStrategy"].text == "allRemainingInput",
            isValueAttached: RunCommand.optionsWithOptionalValue.contains(names[0])))
      }
    }
    // The parser adds `help` by itself, and describes its arguments as if they were anything.
    commands = command["subcommands"].items.map { CommandDescription($0) }
      .filter { $0.name != "help" }
  }

  /// The options that take the next word as their value, or the last character of their own.
  var optionsWithSeparateValue: [Option] {
    options.filter { $0.value != nil && !$0.isValueAttached && !$0.takesRest }
  }
}

extension CommandDescription.Value {
  fileprivate init(_ kind: JSONValue) {
    guard case .object(let members) = kind else {
      self = .anything
      return
    }
    if let list = members["list"] {
      self = .words(list["values"].items.compactMap(\.text))
    } else if let file = members["file"] {
      self = .files(file["extensions"].items.compactMap(\.text))
    } else if members["directory"] != nil {
      self = .folders
    } else {
      self = .anything
    }
  }
}

/// Scripts that teach a shell to complete the command line of `lang`.
///
/// The option parser can write some too, but those know no command that has arguments of its own beside
/// subcommands, and none whose options end where a program begins.
enum CompletionScript {
  /// The shells that there is one for.
  static let shells = ["bash", "fish", "zsh"]

  /// The script for a shell; nil for shells that are not known.
  static func text(for shell: String) -> String? {
    guard let lang = CommandDescription.lang else { return nil }
    switch shell {
    case "bash": return BashCompletion(lang).script
    case "fish": return FishCompletion(lang).script
    case "zsh": return ZshCompletion(lang).script
    default: return nil
    }
  }

  /// A text in single quotes, as all three shells read it.
  static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
