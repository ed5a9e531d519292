/// A command of the prompt: a word behind a colon.
struct PromptCommand {
  /// What follows the word, for completion.
  enum Argument {
    case none
    case text
    /// The name of a module that the machine knows.
    case module
    /// A name of the language, with dots.
    case name
    case file
    case choice([String])
  }

  /// What is to be done after a command.
  enum Outcome {
    case goOn
    /// Evaluate a text as if it had been typed.
    case evaluate(String)
    /// Leave, with this exit code.
    case leave(Int32)
  }

  /// Without the colon.
  let name: String
  /// What follows the name in its help: `m`, `[level]`.
  let usage: String
  let argument: Argument
  /// One sentence.
  let summary: String
  let body: (Prompt, String) -> Outcome

  init(
    _ name: String, _ usage: String = "", _ argument: Argument = .none, _ summary: String,
    body: @escaping (Prompt, String) -> Outcome
  ) {
    self.name = name
    self.usage = usage
    self.argument = argument
    self.summary = summary
    self.body = body
  }

  /// All commands, in the order in which `:help` lists them.
  static var all: [PromptCommand] { moduleCommands + codeCommands + sessionCommands }
}
