/// The completion of `lang` for zsh: a file for a folder of `fpath`.
struct ZshCompletion {
  private let lang: CommandDescription

  init(_ lang: CommandDescription) { self.lang = lang }

  var script: String {
    """
    #compdef lang
    # Completion of lang for zsh. Written by: lang --generate-completion-script zsh

    _lang_commands() {
      local -a commands=(
    \(lang.commands.map(described).joined())\
        \(CompletionScript.quoted("help:Show help information."))
      )
      _describe -t commands command commands
    }

    _lang() {
      local curcontext=$curcontext state line
      local -A opt_args

      if (( CURRENT > 2 )); then
        case $words[2] in
    \(lang.commands.map(arguments).joined())\
          help)
            (( CURRENT == 3 )) && _lang_commands
            return
            ;;
        esac
      fi

      # No option of ours stands behind the program.
      _arguments -C -s -S -A '-*' \\
    \(specifications(lang, indent: 4))\
        '1: :->program' \\
        '*: :->arguments'
      case $state in
        program)
          if (( CURRENT == 2 )); then
            _alternative 'commands:command:_lang_commands' \(alternative(lang.argument))
          else
            \(action(lang.argument))
          fi
          ;;
        arguments) _files ;;
      esac
    }

    _lang "$@"

    """
  }

  private func described(_ command: CommandDescription) -> String {
    "    \(CompletionScript.quoted("\(command.name):\(command.summary)"))\n"
  }

  private func arguments(_ command: CommandDescription) -> String {
    """
          \(command.name))
            shift words
            (( CURRENT-- ))
            _arguments -s -S \\
    \(specifications(command, indent: 10))\
              \(CompletionScript.quoted("*:file:\(action(command.argument))"))
            return
            ;;

    """
  }

  /// What `_arguments` has to know of the options of a command, a line each.
  private func specifications(_ command: CommandDescription, indent: Int) -> String {
    command.options.flatMap { option in
      option.names.map { name in
        var text = option.repeats && !option.takesRest ? "*" : ""
        if !option.repeats || option.takesRest {
          let others = option.names.filter { $0 != name }
          if !others.isEmpty { text += "(\(others.joined(separator: " ")))" }
        }
        text += name
        if option.isValueAttached {
          text += "=-"
        } else if option.value != nil && !option.takesRest {
          text += name.hasPrefix("--") ? "=" : "+"
        }
        text += "[\(escaped(option.summary))]"
        if let value = option.value {
          text += option.isValueAttached ? "::" : ":"
          text += "\(option.valueName):\(value == .anything ? " " : action(value))"
          if option.takesRest { text += ":*: :_files" }
        }
        return String(repeating: " ", count: indent) + CompletionScript.quoted(text) + " \\\n"
      }
    }.joined()
  }

  /// A text where brackets and colons have a meaning.
  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if "[]:\\".contains(character) { result.append("\\") }
      result.append(character)
    }
  }

  private func action(_ value: CommandDescription.Value?) -> String {
    switch value {
    case .words(let words): "(\(words.joined(separator: " ")))"
    case .folders: "_files -/"
    case .files(let extensions) where extensions.isEmpty: "_files"
    case .files(let extensions): "_files -g \"*.(\(extensions.joined(separator: "|")))(-.)\""
    case .anything, nil: "_files"
    }
  }

  private func alternative(_ value: CommandDescription.Value?) -> String {
    CompletionScript.quoted("files:file:\(action(value))")
  }
}
