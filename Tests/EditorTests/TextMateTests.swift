import Foundation
import Testing

@testable import Lang

/// The TextMate grammar of `editors/vscode`, against the language's own lexer.
@Suite struct TextMateTests {
  static let path = "editors/vscode/syntaxes/lang.tmLanguage.json"
  static let grammar = Result { try TextMateGrammar(Repository.object(path)) }

  @Test func programsAreColouredAsTheLanguageReadsThem() throws {
    let grammar = try Self.grammar.get()
    let programs = Repository.programs()
    #expect(programs.count > 1000)
    let problems = try programs.compactMap { path in
      let text = try Repository.text(path)
      let result = try TextMateTokenizer.tokenize(text, grammar)
      return firstDisagreement(text, file: path, result, .textMate)
    }
    report(problems)
  }

  @Test func examplesOfTheDocumentationAreColouredAsTheLanguageReadsThem() throws {
    let grammar = try Self.grammar.get()
    let programs = try Repository.documentedPrograms()
    #expect(programs.count > 100)
    let problems = try programs.compactMap { place, text in
      let result = try TextMateTokenizer.tokenize(text, grammar)
      return firstDisagreement(text, file: place, result, .textMate)
    }
    report(problems)
  }

  @Test func everyEntryIsUsed() throws {
    let grammar = try Self.grammar.get()
    #expect(grammar.entries.subtracting(grammar.includedEntries) == [])
  }

  @Test func expressionsAreInTheCommonPartOfOnigurumaAndICU() throws {
    // Editors use Oniguruma and these tests ICU: what the two read differently, or only one of them
    // knows, stays out. Oniguruma wants look-behind of a fixed length.
    let doubtful = ["\\G", "\\h", "\\H", "\\K", "\\X", "\\k<", "(?i", "(?x", "&&[", "[[", "\\Q"]
    for source in try Self.grammar.get().sources {
      for part in doubtful { #expect(!source.contains(part), "\(source)") }
      for part in source.components(separatedBy: "(?<").dropFirst() where "=!".contains(part.first!)
      {
        let lookBehind = part.prefix { $0 != ")" }
        #expect(!lookBehind.contains { "*+?".contains($0) }, "\(source)")
      }
    }
  }

  @Test func aDisagreementIsFound() throws {
    // The comparison itself can fail: with a grammar that knows nothing everything is wrong.
    let grammar = try TextMateGrammar([
      "scopeName": "source.lang", "patterns": [], "repository": [:],
    ])
    let text = "let größe = 1\nprint(größe)  # a comment\n"
    let result = try TextMateTokenizer.tokenize(text, grammar)
    #expect(
      firstDisagreement(text, file: "example.l", result, .textMate) == """
        example.l:1:1 in "let", keyword("let"): expected storage.type.variable
          there is source.lang
        """)
  }
}

extension TextMateTokenizer.Result: Highlighting {
  func names(at offset: Int) -> [String] { scopes(at: offset) }
}

extension Expectations {
  /// The scopes for each kind of piece.
  static let textMate = Expectations(
    required: keywords(textMateKeywords).merging([
      .shebang: ["comment.line.shebang"], .comment: ["comment.line.number-sign"],
      .documentation: ["comment.line.documentation"], .string: ["string"],
      .fieldBrace: ["punctuation.section.interpolation"],
      .specification: ["constant.other.specification"], .number: ["constant.numeric"],
      .operatorName: ["entity.name.function.operator"],
      .punctuation: ["punctuation", "keyword.operator", "storage.type.function.arrow"],
      .name(.function): ["entity.name.function"],
      .name(.property): ["entity.name.function.property"],
      .name(.parameter): ["variable.parameter"], .name(.type): ["entity.name.type.class"],
      .name(.member): ["variable.other.property", "entity.name.function.member"],
      .name(.argument): ["variable.parameter.argument"],
      .name(.mapKey): ["meta.object-literal.key"], .name(.module): ["entity.name.namespace"],
      .name(.imported): ["variable.other.declaration"],
      .name(.declared): ["variable.other.declaration"],
    ]) { first, _ in first },
    forbidden: [
      "comment", "string", "keyword", "storage.modifier", "storage.type.variable",
      "storage.type.function", "storage.type.class", "storage.type.property",
      "constant.numeric", "constant.language", "invalid", "variable.language.self",
      "variable.language.super",
    ],
    resets: ["meta.interpolation"])

  /// The scope of every keyword.
  static let textMateKeywords = [
    "let": "storage.type.variable", "var": "storage.type.variable",
    "fn": "storage.type.function", "class": "storage.type.class",
    "static": "storage.modifier.static", "get": "storage.type.property",
    "if": "keyword.control.conditional", "else": "keyword.control.conditional",
    "for": "keyword.control.loop", "while": "keyword.control.loop",
    "break": "keyword.control.loop", "continue": "keyword.control.loop",
    "return": "keyword.control.flow", "yield": "keyword.control.flow",
    "assert": "keyword.control.flow", "throw": "keyword.control.exception",
    "try": "keyword.control.exception", "catch": "keyword.control.exception",
    "finally": "keyword.control.exception", "import": "keyword.control.import",
    "from": "keyword.control.import", "as": "keyword.control.import",
    "eager": "keyword.control.import.eager", "and": "keyword.operator.wordlike",
    "or": "keyword.operator.wordlike", "not": "keyword.operator.wordlike",
    "in": "keyword.operator.wordlike", "is": "keyword.operator.wordlike",
    "self": "variable.language.self", "super": "variable.language.super",
    "nil": "constant.language.nil", "true": "constant.language.boolean",
    "false": "constant.language.boolean",
  ]

  static func keywords(_ names: [String: String]) -> [SourcePiece.Kind: [String]] {
    Dictionary(uniqueKeysWithValues: names.map { (.keyword($0), [$1]) })
  }
}
