import Foundation
import Testing

@testable import Lang

/// The files of `editors`: whether they parse, name each other rightly, and know every word.
@Suite struct FilesTests {
  private static let manifest = "editors/vscode/package.json"

  @Test(arguments: ["package.json", "language-configuration.json", "syntaxes/lang.tmLanguage.json"])
  func jsonParses(_ file: String) throws {
    #expect(try !Repository.object("editors/vscode/" + file).isEmpty)
  }

  @Test func theManifestNamesFilesThatExist() throws {
    let contributions = try #require(
      Repository.object(Self.manifest)["contributes"] as? [String: Any])
    let languages = try #require(contributions["languages"] as? [[String: Any]])
    let grammars = try #require(contributions["grammars"] as? [[String: Any]])
    let paths =
      languages.compactMap { $0["configuration"] as? String }
      + grammars.compactMap { $0["path"] as? String }
    #expect(paths.count == 2)
    for path in paths {
      let url = Repository.url("editors/vscode").appendingPathComponent(path)
      #expect(FileManager.default.fileExists(atPath: url.path), "\(path)")
    }
  }

  @Test func theManifestAndTheGrammarAgree() throws {
    let contributions = try #require(
      Repository.object(Self.manifest)["contributes"] as? [String: Any])
    let language = try #require((contributions["languages"] as? [[String: Any]])?.first)
    let entry = try #require((contributions["grammars"] as? [[String: Any]])?.first)
    let grammar = try Repository.object(TextMateTests.path)
    #expect(language["id"] as? String == entry["language"] as? String)
    #expect(entry["scopeName"] as? String == grammar["scopeName"] as? String)
    #expect(language["firstLine"] as? String == grammar["firstLineMatch"] as? String)
    // Brackets inside the braces of an f-string are code again.
    let embedded = try #require(entry["embeddedLanguages"] as? [String: String])
    let text = try Repository.text(TextMateTests.path)
    for scope in embedded.keys { #expect(text.contains("\"\(scope)\""), "\(scope)") }
  }

  @Test func theLanguageConfigurationHasValidExpressions() throws {
    let configuration = try Repository.object("editors/vscode/language-configuration.json")
    let indentation = try #require(configuration["indentationRules"] as? [String: String])
    let rules = try #require(configuration["onEnterRules"] as? [[String: Any]])
    let sources =
      indentation.values + rules.compactMap { $0["beforeText"] as? String }
      + rules.compactMap { $0["afterText"] as? String }
    #expect(sources.count >= 3)
    for source in sources { _ = try NSRegularExpression(pattern: source) }
  }

  @Test(arguments: [
    ("fn f() {", true), ("let m = {", true), ("call(a, [", true),
    ("} else {", true), ("fn f() {  # why", true), ("let m = {}", false),
    ("print(1)", false), ("# an open {", false), ("print(\"{\")", false),
    ("print('(', \"[\") ", false), ("if x { f(1) } else {", true),
  ])
  func aLineWithAnOpenBracketIndentsTheNext(_ line: String, _ indents: Bool) throws {
    let configuration = try Repository.object("editors/vscode/language-configuration.json")
    let rules = try #require(configuration["indentationRules"] as? [String: String])
    #expect(try matches(#require(rules["increaseIndentPattern"]), line) == indents)
  }

  @Test(arguments: [
    ("}", true), ("  } else {", true), (")", true), ("],", true), ("x }", false), ("# }", false),
  ])
  func aClosingBracketEndsTheIndentation(_ line: String, _ ends: Bool) throws {
    let configuration = try Repository.object("editors/vscode/language-configuration.json")
    let rules = try #require(configuration["indentationRules"] as? [String: String])
    #expect(try matches(#require(rules["decreaseIndentPattern"]), line) == ends)
  }

  @Test(arguments: [
    ("## Adds.", true), ("  ## Adds.", true), ("##", false), ("# no", false), ("### no", false),
    ("x ## no", false),
  ])
  func documentationGoesOnWithTheNextLine(_ line: String, _ goesOn: Bool) throws {
    let configuration = try Repository.object("editors/vscode/language-configuration.json")
    let rules = try #require(configuration["onEnterRules"] as? [[String: Any]])
    let rule = try #require(
      rules.first { ($0["action"] as? [String: String])?["appendText"] == "## " })
    #expect(try matches(#require(rule["beforeText"] as? String), line) == goesOn)
  }

  private func matches(_ pattern: String, _ line: String) throws -> Bool {
    try NSRegularExpression(pattern: pattern)
      .firstMatch(in: line, range: NSRange(line.startIndex..., in: line)) != nil
  }

  // MARK: Words

  @Test func theTablesOfTheTestsKnowEveryKeyword() {
    let words = Set(Keyword.reserved + Keyword.contextual)
    #expect(Set(Expectations.textMateKeywords.keys) == words)
    #expect(Set(Expectations.vimKeywords.keys) == words)
  }

  @Test func theGrammarKnowsEveryBuiltIn() throws {
    let repository = try #require(
      Repository.object(TextMateTests.path)["repository"] as? [String: [String: Any]])
    let patterns = try #require(repository["names"]?["patterns"] as? [[String: String]])
    var words: Set<String> = []
    for pattern in patterns where pattern["name"]?.hasPrefix("support.") ?? false {
      let list = try #require(pattern["match"]?.dropFirst("(?:".count).prefix { $0 != ")" })
      words.formUnion(list.split(separator: "|").map(String.init))
    }
    #expect(words == Set(BuiltinNames.all.map(\.description)))
  }

  @Test func vimKnowsEveryBuiltIn() throws {
    let text = try Repository.text("editors/vim/syntax/lang.vim")
    var words: Set<String> = []
    // A command may go on over several lines, which begin with a backslash.
    let commands = text.replacingOccurrences(of: "\n      \\", with: "").split(separator: "\n")
    for command in commands where command.hasPrefix("syntax keyword langBuiltin") {
      words.formUnion(command.split(separator: " ").dropFirst(4).map(String.init))
    }
    #expect(words == Set(BuiltinNames.all.map(\.description)))
  }
}
