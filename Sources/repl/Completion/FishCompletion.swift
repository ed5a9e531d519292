/// The completion of `lang` for fish.
struct FishCompletion {
  private let lang: CommandDescription

  init(_ lang: CommandDescription) { self.lang = lang }

  var script: String {
    """
    # Completion of lang for fish. Written by: lang --generate-completion-script fish

    # Where the cursor is: at the start, behind options, behind --, in a command, in a program.
    function __lang_place
      set -l words (commandline -opc)
      set -e words[1]
      set -l place start
      set -l pending 0
      for word in $words
        if test $pending = 1
          set pending 0
          continue
        end
        switch $place
          case start options
            switch $word
              case \(names(lang.options.filter(\.takesRest)))
                set place code
              case \(names(lang.optionsWithSeparateValue))
                set place options
                set pending 1
              case --
                set place script
              case '-?*'
                set place options
              case \(commandNames.joined(separator: " "))
                if test $place = start
                  set place $word
                else
                  set place program
                end
              case '*'
                set place program
            end
          case script code
            set place program
    \(lang.commands.map(scan).joined())\
        end
      end
      echo $place
    end

    function __lang_in
      contains -- (__lang_place) $argv
    end

    complete -c lang -n '__lang_in start' -a help -d 'Show help information.'
    complete -c lang -n '__lang_in help' -f -a '\(lang.commands.map(\.name).joined(separator: " "))'
    complete -c lang -n '__lang_in code' -f
    \(lang.commands.map(offerCommand).joined())\
    \(options(of: lang, in: "start options"))\
    \(lang.commands.map { options(of: $0, in: $0.name) }.joined())
    """
  }

  private var commandNames: [String] { lang.commands.map(\.name) + ["help"] }

  private func names(_ options: [CommandDescription.Option]) -> String {
    options.flatMap(\.names).joined(separator: " ")
  }

  private func scan(_ command: CommandDescription) -> String {
    let options = command.optionsWithSeparateValue
    if options.isEmpty { return "" }
    return """
            case \(command.name)
              if contains -- $word \(names(options))
                set pending 1
              end

      """
  }

  private func offerCommand(_ command: CommandDescription) -> String {
    "complete -c lang -n '__lang_in start' -a \(command.name) "
      + "-d \(CompletionScript.quoted(command.summary))\n"
  }

  private func options(of command: CommandDescription, in places: String) -> String {
    command.options.map { option in
      var line = "complete -c lang -n '__lang_in \(places)'"
      for name in option.names {
        line += name.hasPrefix("--") ? " -l \(name.dropFirst(2))" : " -s \(name.dropFirst(1))"
      }
      if let value = option.value, !option.takesRest { line += offer(value, option) }
      return line + " -d \(CompletionScript.quoted(option.summary))\n"
    }.joined()
  }

  private func offer(
    _ value: CommandDescription.Value, _ option: CommandDescription.Option
  ) -> String {
    switch value {
    case .words(let words):
      (option.isValueAttached ? " -f" : " -x") + " -a '\(words.joined(separator: " "))'"
    case .folders: " -x -a '(__fish_complete_directories)'"
    case .files: " -r -F"
    case .anything: " -x"
    }
  }
}
