/// The completion of `lang` for bash; needs no package.
struct BashCompletion {
  private let lang: CommandDescription

  init(_ lang: CommandDescription) { self.lang = lang }

  var script: String {
    """
    # Completion of lang for bash. Written by: lang --generate-completion-script bash

    # Offers folders, and files with one of the extensions.
    _lang_files() {
      local IFS=$'\\n' extension
      compopt -o filenames 2>/dev/null
      COMPREPLY+=($(compgen -d -- "$current"))
      for extension; do
        COMPREPLY+=($(compgen -f -X "!*.$extension" -- "$current"))
      done
    }

    # Offers words; none with spaces are ever among them.
    _lang_words() {
      COMPREPLY+=($(compgen -W "$1" -- "$current"))
    }

    _lang() {
      local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
      # Where the cursor is: at the start, behind options, behind --, in a command, in a program.
      local place=start
      # The option whose value comes next.
      local pending=
      local index word
      COMPREPLY=()

      for ((index = 1; index < COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        # To bash a = is a word of its own.
        if [[ $word == '=' ]]; then
          pending=
          ((index++))
          continue
        fi
        if [[ -n $pending ]]; then
          pending=
          continue
        fi
        case $place in
          start | options)
            case $word in
              \(rest(lang)))
                place=code
                pending=$word
                ;;
              \(pattern(lang.optionsWithSeparateValue)))
                place=options
                pending=$word
                ;;
              --) place=script ;;
              -?*) place=options ;;
              \(pattern(commandNames)))
                if [[ $place == start ]]; then place=$word; else place=program; fi
                ;;
              *) place=program ;;
            esac
            ;;
          script | code) place=program ;;
    \(lang.commands.map(scan).joined())\
        esac
      done

      if [[ $current == '=' ]]; then
        current=
        pending=$previous
      elif [[ $previous == '=' ]]; then
        pending=${COMP_WORDS[COMP_CWORD - 2]}
      fi
      case $place:$pending in
        start:- | options:-) ;;
    \(values(lang, in: ["start", "options"]))\
    \(lang.commands.map { values($0, in: [$0.name]) }.joined())\
        start:)
          if [[ $current == -* ]]; then
            _lang_words '\(names(lang.options))'
          else
            _lang_words '\(commandNames.joined(separator: " "))'
            \(offer(lang.argument))
          fi
          ;;
        options:)
          if [[ $current == -* ]]; then
            _lang_words '\(names(lang.options))'
          else
            \(offer(lang.argument))
          fi
          ;;
        script:) \(offer(lang.argument)) ;;
        help:) _lang_words '\(lang.commands.map(\.name).joined(separator: " "))' ;;
    \(lang.commands.map(arguments).joined())\
      esac
    }

    # Where nothing is offered, file names are: programs have them as arguments.
    complete -o default -F _lang lang

    """
  }

  private var commandNames: [String] { lang.commands.map(\.name) + ["help"] }

  private func rest(_ command: CommandDescription) -> String {
    pattern(command.options.filter(\.takesRest))
  }

  private func pattern(_ options: [CommandDescription.Option]) -> String {
    pattern(options.flatMap(\.names))
  }

  private func pattern(_ words: [String]) -> String { words.joined(separator: " | ") }

  /// All that an option can be, those with a choice of values with each.
  private func names(_ options: [CommandDescription.Option]) -> String {
    options.flatMap { option in
      var names = option.names
      if case .words(let words)? = option.value {
        names += words.map { "\(option.names.last ?? "")=\($0)" }
      }
      return names
    }.joined(separator: " ")
  }

  /// Finds the option of a command whose value comes next.
  private func scan(_ command: CommandDescription) -> String {
    let options = command.optionsWithSeparateValue
    if options.isEmpty { return "" }
    return """
            \(command.name))
              case $word in
                \(pattern(options))) pending=$word ;;
              esac
              ;;

      """
  }

  /// Offers the values of the options of a command.
  private func values(_ command: CommandDescription, in places: [String]) -> String {
    command.options.compactMap { option -> String? in
      guard let value = option.value, !option.takesRest, value != .anything else { return nil }
      let cases = places.flatMap { place in option.names.map { "\(place):\($0)" } }
      return "    \(pattern(cases))) \(offer(value)) ;;\n"
    }.joined()
  }

  /// Offers options and arguments of a command.
  private func arguments(_ command: CommandDescription) -> String {
    """
        \(command.name):)
          if [[ $current == -* ]]; then
            _lang_words '\(names(command.options))'
          else
            \(offer(command.argument))
          fi
          ;;

    """
  }

  private func offer(_ value: CommandDescription.Value?) -> String {
    switch value {
    case .words(let words): "_lang_words '\(words.joined(separator: " "))'"
    case .folders: "_lang_files"
    case .files(let extensions): (["_lang_files"] + extensions).joined(separator: " ")
    case .anything, nil: ":"
    }
  }
}
