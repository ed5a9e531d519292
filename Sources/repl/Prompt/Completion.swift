import LangRuntime

/// What can stand at the end of a text.
enum Completion: Equatable {
  /// Words that begin with what is there, sorted; what is put behind one that is alone.
  case words([String], ending: String)
  /// Names of files; the character is the quotation mark that the string began with.
  case files(quote: Character)
  /// Nothing is there to be completed: a step of indentation.
  case indentation
}

/// Finds completions for a prompt.
///
/// It asks for names of what is loaded, for listings of folders, and reads the source of modules that are
/// not loaded. Nothing is run, and no module is loaded.
struct Completer {
  let session: MachineSession
  let machine: Machine
  /// The commands that begin with a colon, and what follows each.
  let commands: [PromptCommand]
  /// The lines of a block that stand above the text.
  let block: String

  /// Words that are no names.
  static let keywords = [
    "and", "as", "assert", "break", "catch", "class", "continue", "eager", "else", "false",
    "finally", "fn", "for", "from", "get", "if", "import", "in", "is", "let", "nil", "not", "or",
    "return", "self", "static", "super", "throw", "true", "try", "var", "while", "yield",
  ]

  /// Completes the last word of a text.
  ///
  /// - Parameter text: The line up to the cursor.
  func complete(_ text: String) -> Completion {
    let trimmed = text.drop { $0 == " " || $0 == "\t" }
    if trimmed.isEmpty { return .indentation }
    if trimmed.first == ":" { return completeCommand(trimmed.dropFirst()) }
    if trimmed.hasPrefix("reload ") {
      return words(loadedModules, matching: Completer.lastDottedWord(of: trimmed), ending: "")
    }
    switch Completer.context(of: trimmed) {
    case .string(let quote): return .files(quote: quote)
    case .comment: return .words([], ending: "")
    case .code(let statement): return completeCode(statement)
    }
  }

  // MARK: Commands

  private func completeCommand(_ text: Substring) -> Completion {
    guard let space = text.firstIndex(of: " ") else {
      return words(commands.map(\.name), matching: text, ending: " ")
    }
    guard let command = commands.first(where: { $0.name == text[..<space] }) else {
      return .words([], ending: "")
    }
    let argument = text[text.index(after: space)...]
    let last = Completer.lastDottedWord(of: argument)
    switch command.argument {
    case .none, .text: return .words([], ending: "")
    case .module:
      let names = machine.modules.filter { $0.state != .unused }.map(\.name)
      return words(
        names + ["__main__"].filter { _ in command.name == "refs" }, matching: last, ending: "")
    case .name: return completeCode(argument)
    case .file: return .files(quote: " ")
    case .choice(let choices): return words(choices, matching: last, ending: "")
    }
  }

  // MARK: Code

  /// Where the end of a text is.
  private enum Context {
    /// In a string that begins with this mark.
    case string(Character)
    case comment
    /// In code: the statement so far.
    case code(Substring)
  }

  private static func context(of text: Substring) -> Context {
    /// The strings around, from the outside in; code in an f-string stands in its braces.
    var strings: [(quote: Character, isFormatted: Bool)] = []
    var isInString = false
    var isEscaped = false
    var start = text.startIndex
    var previous: Character = " "
    for index in text.indices {
      let character = text[index]
      defer { previous = character }
      if isInString, let string = strings.last {
        if isEscaped {
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else if character == string.quote {
          strings.removeLast()
          isInString = false
        } else if character == "{" && string.isFormatted {
          isInString = false
          start = text.index(after: index)
        }
        continue
      }
      switch character {
      case "\"", "'":
        strings.append((character, previous == "f"))
        isInString = true
      case "}" where !strings.isEmpty: isInString = true
      case "#": return .comment
      case ";", "{", "}": start = text.index(after: index)
      default: break
      }
    }
    if isInString, let string = strings.last { return .string(string.quote) }
    return .code(text[start...])
  }

  private func completeCode(_ statement: Substring) -> Completion {
    let path = Completer.path(atEndOf: statement)
    let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let (package, last) = (parts.dropLast(), parts.last ?? "")
    if let completion = completeImport(statement, Array(package), last) { return completion }
    if package.isEmpty {
      if last.isEmpty { return .words([], ending: "") }
      return words(
        session.names(at: []) + Completer.keywords + namesInBlock, matching: last, ending: "")
    }
    var attributes = Array(package)
    if package.first == "" {
      // Behind a literal: the methods of its type.
      let before = statement.dropLast(path.utf8.count).last
      guard before == "\"" || before == "'" else { return .words([], ending: "") }
      attributes = ["str"] + package.dropFirst()
    }
    return words(session.names(at: attributes), matching: last, ending: "")
  }

  /// What is declared in the block that is being typed is no name of the session yet.
  private var namesInBlock: [String] {
    block.split { !Completer.isIdentifier($0) }.map(String.init)
      .filter { $0.count > 1 && $0.first?.isNumber == false }
  }

  /// Completes the names in an import statement; nil when it is none.
  private func completeImport(
    _ statement: Substring, _ package: [String], _ last: String
  ) -> Completion? {
    var tokens = statement.split(whereSeparator: { " \t,".contains($0) }).map(String.init)
    if tokens.first == "eager" { tokens.removeFirst() }
    guard let first = tokens.first, first == "import" || first == "from" else { return nil }
    let isBehindSpace = statement.last == " " || statement.last == ","
    if first == "import" {
      if tokens.count == 1 && !isBehindSpace { return nil }
      return modules(in: package, matching: last)
    }
    switch tokens.count - (isBehindSpace ? 0 : 1) {
    case 1: return modules(in: package, matching: last)
    case 2: return words(["import"], matching: last, ending: " ")
    default:
      guard tokens.count > 2, tokens[2] == "import" else { return .words([], ending: "") }
      let module = tokens[1]
      let names = machine.attributeNames(ofModule: module)
      return words(names + machine.importableModules(in: module), matching: last, ending: "")
    }
  }

  private func modules(in package: [String], matching last: String) -> Completion {
    words(
      machine.importableModules(in: package.joined(separator: ".")), matching: last, ending: "")
  }

  private var loadedModules: [String] {
    machine.modules.filter { $0.state == .loaded && !$0.isNative }.map(\.name)
  }

  // MARK: Words

  /// Ctrl-C was pressed.
  private struct Interrupted: Error {}

  /// The candidates that begin with a word, sorted; of dotted ones what follows the last dot of the word.
  ///
  /// None when Ctrl-C is pressed meanwhile: a module may have hundreds of thousands of names.
  private func words(_ candidates: [String], matching word: some StringProtocol, ending: String)
    -> Completion
  {
    func check() throws(Interrupted) { if InterruptSignal.wasPressed { throw Interrupted() } }
    let prefix = String(word)
    let dot = prefix.lastIndex(of: ".")
    let known = dot.map { prefix[...$0] } ?? ""
    do {
      var found: [String] = []
      for candidate in candidates where candidate.hasPrefix(prefix) {
        try check()
        found.append(String(candidate.dropFirst(known.count)))
      }
      try found.sort {
        try check()
        return $0 < $1
      }
      var words: [String] = []
      for word in found where word != words.last { words.append(word) }
      return .words(words, ending: ending)
    } catch {
      return .words([], ending: "")
    }
  }

  /// The identifiers and dots that a text ends with.
  private static func path(atEndOf text: Substring) -> String {
    String(text.reversed().prefix { isIdentifier($0) || $0 == "." }.reversed())
  }

  private static func lastDottedWord(of text: Substring) -> String { path(atEndOf: text) }

  private static func isIdentifier(_ character: Character) -> Bool {
    character == "_" || character.isLetter || character.isNumber
  }
}
