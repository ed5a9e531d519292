import Foundation

/// What a script says about its own run, read from the comments in it.
///
/// The format is described in `Tests/scripts/README.md`.
struct Expectations: Sendable {
  /// A text and the line of the script that asks for it.
  struct Line: Sendable {
    var text: String
    var number: Int
  }

  /// The lines of standard output, in order.
  var output: [Line] = []
  /// The uncaught error, as `Class: message` or only `Class`; reported at the line it is asked for.
  var error: Line?
  /// The diagnostics of a script that does not compile; an empty text stands for any, one or more.
  var compileErrors: [Line] = []
  /// Texts that a line of standard error contains.
  var standardError: [Line] = []
  /// Texts that no line of standard error contains.
  var absentFromStandardError: [Line] = []
  /// The exit code, where the script asks for one.
  var statedExitCode: Int32?
  /// The arguments after the script's name.
  var arguments: [String] = []
  /// The lines that the script finds on standard input.
  var input: [String] = []
  /// Comments that look like expectations and are none; a misspelt one would ask for nothing.
  var unreadable: [Line] = []

  /// The exit code that the run must end with.
  var exitCode: Int32 {
    if let statedExitCode { return statedExitCode }
    if !compileErrors.isEmpty { return 65 }
    return error == nil ? 0 : 70
  }

  /// Reads the expectations in `source`.
  ///
  /// Works on bytes, because for `String` a carriage return and a line feed are one character.
  init(source: Data) {
    for (index, bytes) in source.split(separator: 10, omittingEmptySubsequences: false).enumerated()
    {
      let line = String(decoding: bytes.last == 13 ? bytes.dropLast() : bytes, as: UTF8.self)
      read(line, number: index + 1)
    }
  }

  private mutating func read(_ line: String, number: Int) {
    if let text = value(in: line, after: "# expect:") {
      output.append(Line(text: text, number: number))
    } else if let text = value(in: line, after: "# expect error:") {
      if error == nil, !text.isEmpty {
        error = Line(text: text, number: number)
      } else {
        unreadable.append(Line(text: line, number: number))
      }
    } else if let text = value(in: line, after: "# expect compile error:") {
      compileErrors.append(Line(text: text, number: number))
    } else if let text = value(in: line, after: "# expect stderr:") {
      standardError.append(Line(text: text, number: number))
    } else if let text = value(in: line, after: "# expect no stderr:") {
      absentFromStandardError.append(Line(text: text, number: number))
    } else if let text = value(in: line, after: "# expect exit:") {
      statedExitCode = Int32(text)
      if statedExitCode == nil { unreadable.append(Line(text: line, number: number)) }
    } else if let text = value(in: line, after: "# args:") {
      arguments += text.split(separator: " ").map(String.init)
    } else if let text = value(in: line, after: "# stdin:") {
      input.append(text)
    } else if line.contains("# expect") {
      unreadable.append(Line(text: line, number: number))
    }
  }

  /// The text after `marker`, without the one space that separates them.
  private func value(in line: String, after marker: String) -> String? {
    guard let range = line.range(of: marker) else { return nil }
    let text = line[range.upperBound...]
    return String(text.first == " " ? text.dropFirst() : text)
  }
}

/// One error as `lang` reports it: `error: text`, then `--> file:line:column`.
struct ReportedError {
  /// What follows `error: `.
  var text: String
  /// The file's name without its folder; empty when no location follows.
  var file = ""
  /// The line, from 1; 0 when no location follows.
  var line = 0

  /// Finds the errors in what was written to standard error.
  static func all(in standardError: String) -> [ReportedError] {
    var found: [ReportedError] = []
    for line in standardError.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("error: ") {
        found.append(ReportedError(text: String(line.dropFirst("error: ".count))))
      } else if let last = found.indices.last, found[last].line == 0,
        let arrow = line.range(of: "--> ")
      {
        // The file's name may hold colons; the two numbers at the end may not.
        let parts = line[arrow.upperBound...].split(separator: ":")
        guard parts.count >= 3, let number = Int(parts[parts.count - 2]) else { continue }
        let path = parts.dropLast(2).joined(separator: ":")
        found[last].file = URL(fileURLWithPath: path).lastPathComponent
        found[last].line = number
      }
    }
    return found
  }
}
