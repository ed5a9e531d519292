import Testing

@testable import Lang

/// Numbers and escapes, right and wrong, against the lexer: an editor marks as invalid exactly what
/// the language refuses.
///
/// The texts stand one on each line, so that an editor sees them all at once.
@Suite struct LexicalTests {
  /// All texts of up to four characters that begin with a digit and look like numbers.
  private static let numbers =
    Self.words("019", rest: "019xboe_.", length: 4)
    + ["1e+5", "1e-5", "1e+", "1e+_5", "1.5e+5", "1.5e-", "0xfF_f", "0xg", "12é", "1.5E5", "0B1"]
  /// Strings with all escapes of up to four characters, and the bounds of Unicode.
  private static let strings =
    (Self.words("\\", rest: "\\nu{}0dq", length: 4)
    + [
      "\\u{10ffff}", "\\u{110000}", "\\u{d7ff}", "\\u{d800}", "\\u{dfff}", "\\u{e000}", "\\u{d7}",
      "\\u{0000000041}", "\\u{00d800}", "\\u{1F600}", "\\u{fffff}", "\\u{1000000}", "\\u{g}",
      "\\u{41", "\\x41", "\\é", "\\'", "\\t\\r\\0",
    ]).map { "\"\($0)\"" }

  private static func words(_ first: String, rest: String, length: Int) -> [String] {
    var last = first.map { String($0) }
    var all = last
    for _ in 1..<length {
      last = last.flatMap { word in rest.map { word + String($0) } }
      all += last
    }
    return all
  }

  @Test func textMateGrammar() throws {
    let grammar = try TextMateTests.grammar.get()
    for lines in [Self.numbers, Self.strings] {
      let text = lines.map { $0 + "\n" }.joined()
      let result = try TextMateTokenizer.tokenize(text, grammar)
      report(
        disagreements(lines, result) {
          $0.hasPrefix("invalid.illegal")
        } isPart: {
          $0.hasPrefix("constant.numeric") || $0.hasPrefix("string.")
        })
    }
  }

  @Test func vim() async throws {
    guard let vim = try await Vim.find() else { return print(Vim.absence) }
    let texts = [Self.numbers, Self.strings]
    let buffers = try await vim.open(texts: texts.map { $0.map { $0 + "\n" }.joined() })
    for (lines, buffer) in zip(texts, buffers) {
      report(
        disagreements(lines, buffer) {
          ["langNumberError", "langEscapeError"].contains($0)
        } isPart: {
          [
            "langNumber", "langNumberError", "langString", "langEscape", "langEscapeError",
          ].contains($0)
        })
    }
  }

  /// The lines whose first token an editor cuts off elsewhere, or judges in another way.
  private func disagreements(
    _ lines: [String], _ highlighting: some Highlighting, isInvalid: (String) -> Bool,
    isPart: (String) -> Bool
  ) -> [String] {
    var start = 0
    return lines.compactMap { line in
      let bytes = Array(line.utf8)
      defer { start += bytes.count + 1 }
      let (end, wrong) = firstToken(line)
      // A string without an end says nothing about its escapes.
      if bytes[0] == UInt8(ascii: "\""), end < bytes.count || wrong == nil { return nil }
      for offset in 0..<end where bytes[offset] & 0xc0 != 0x80 {
        let names = highlighting.names(at: start + offset)
        let isWrong = wrong?.contains { $0.contains(offset) } ?? false
        if !names.contains(where: isPart) || names.contains(where: isInvalid) != isWrong {
          return "\(line), byte \(offset): there is \(names.joined(separator: ", "))"
        }
      }
      if end < bytes.count, !(48...57).contains(bytes[end]),
        highlighting.names(at: start + end).contains(where: isPart)
      {
        return "\(line): does not end at byte \(end)"
      }
      return nil
    }
  }

  /// Where the first token of a text ends, and what in it is wrong; nil when it has no end.
  private func firstToken(_ text: String) -> (end: Int, wrong: [Range<Int>]?) {
    let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: Lexer.padding)
    let symbols = SymbolTable()
    return bytes.withUnsafeBufferPointer { buffer in
      var lexer = Lexer(
        base: buffer.baseAddress!, count: text.utf8.count, symbols: symbols.storage)
      defer { lexer.deallocate() }
      let token = lexer.next()
      if lexer.hasBrokenToken { return (Int(token.end), nil) }
      let wrong = lexer.diagnostics.map { Int($0.range.start)..<Int($0.range.end) }
      return (Int(token.end), wrong)
    }
  }
}
