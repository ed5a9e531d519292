import Lang

/// Why a program did not run to its end.
public enum LangError: Error {
  /// The text does not compile; nothing ran.
  case syntax(SyntaxFailure)
  /// An error was thrown and not caught.
  case runtime(RuntimeFailure)
  /// The program called `exit`.
  case exit(status: Int32, message: String?)
}

/// What is wrong with a text.
public struct SyntaxFailure: Sendable {
  /// The findings, in source order.
  public let diagnostics: [Diagnostic]
  /// What messages call the text.
  public let name: String
  /// The text.
  public let source: [UInt8]

  /// All findings as the `lang` command shows them.
  public func rendered(usesColors: Bool = false) -> String {
    let text = SourceText(name: name, bytes: source)
    let renderer = DiagnosticRenderer(usesColors: usesColors)
    return diagnostics.map { renderer.render($0, in: text) }.joined(separator: "\n")
  }
}

/// An error that a program did not catch.
public struct RuntimeFailure: Sendable {
  /// The error's class: `"ValueError"`.
  public let className: String
  /// Its message.
  public let message: String
  /// The calls in progress, outermost first: `"shop.l:12:12  total(items)"`.
  public let stack: [String]
  /// What was added on its way: which module was loading, where it was first used, and the like.
  public let notes: [String]
  /// The whole report as the `lang` command shows it.
  public func rendered(usesColors: Bool = false) -> String {
    usesColors ? coloredReport : plainReport
  }

  let plainReport: String
  let coloredReport: String
}

extension Engine {
  /// Writes out what a program has printed that has ended, with an error or without, and what is in the
  /// buffers of files that it has not closed.
  ///
  /// One that was interrupted does not wait for a reader that does not read.
  func flush(after error: LangError?) {
    var wasInterrupted = false
    if case .runtime(let failure) = error { wasInterrupted = failure.className == "Interrupt" }
    pointee.output.flush(self, waits: !wasInterrupted)
    for message in pointee.system?.flushFiles(self, waits: !wasInterrupted) ?? [] {
      writeError(message)
    }
  }

  /// Takes an error that reached Swift code apart.
  func makeLangError(_ error: RaisedError) -> LangError {
    let value = error.value
    let instance = value.instance
    if isInstance(value, of: pointee.errors.exit) {
      let status = field(instance, pointee.names.message)
      if status.isInt {
        return .exit(status: Int32(truncatingIfNeeded: status.int & 0xFF), message: nil)
      }
      if status.isString { return .exit(status: 1, message: status.string.text) }
      return .exit(status: 0, message: nil)
    }
    return .runtime(
      RuntimeFailure(
        className: typeName(of: value), message: errorMessage(value),
        stack: trace(of: value).map { describe($0) },
        notes: noteTexts(of: value),
        plainReport: render(value, usesColors: false),
        coloredReport: render(value, usesColors: true)))
  }

  /// The message of an error as text.
  func errorMessage(_ error: Value) -> String {
    let message = field(error.instance, pointee.names.message)
    if message.isString { return message.string.text }
    if let text = try? str(message), text.isString { return text.string.text }
    return ""
  }
}
