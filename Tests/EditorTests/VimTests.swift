import Foundation
import Testing

@testable import Lang

/// The files of `editors/vim`, in a real Vim.
@Suite struct VimTests {
  @Test func programsAreColouredAsTheLanguageReadsThem() async throws {
    guard let vim = try await Vim.find() else { return print(Vim.absence) }
    let programs = Repository.programs()
    let buffers = try await vim.open(programs.map(Repository.url))
    let problems = try zip(programs, buffers).compactMap { path, buffer in
      buffer.fileType == "lang"
        ? firstDisagreement(try Repository.text(path), file: path, buffer, .vim)
        : "\(path): the file type is '\(buffer.fileType)'"
    }
    report(problems)
  }

  @Test func otherFilesOfTheSameEndingStayWhatTheyAre() async throws {
    guard let vim = try await Vim.find() else { return print(Vim.absence) }
    let cases = [
      ("", "lang"), ("print(1)\n", "lang"), ("#!/usr/bin/env lang\n%%\n", "lang"),
      ("%{\n#include <stdio.h>\n%}\n%%\n", "lex"), ("%option noyywrap\n", "lex"),
      ("digit [0-9]\n%%\n{digit}+ { return 1; }\n", "lex"), ("/* a scanner */\n", "lex"),
      (".\\\" a page\n.TH LS 1\n", "lex"), (";; lisp\n(defun f ())\n", "lex"),
      ("\n\n(defun f ())\n", "lex"), ("(1, 2).first()\n", "lang"),
    ]
    let buffers = try await vim.open(texts: cases.map(\.0))
    for ((text, fileType), buffer) in zip(cases, buffers) {
      #expect(buffer.fileType == fileType, "\(text)")
    }
  }

  @Test func theSettingDecides() async throws {
    guard let vim = try await Vim.find() else { return print(Vim.absence) }
    let texts = ["%%\n", "print(1)\n", "#!/usr/bin/env lang\n"]
    let always = try await vim.open(texts: texts, detect: "always").map(\.fileType)
    let never = try await vim.open(texts: texts, detect: "never").map(\.fileType)
    #expect(always == ["lang", "lang", "lang"])
    #expect(never == ["lex", "lex", "lang"])
  }

  @Test func aScriptWithoutAnEndingIsKnownByItsFirstLine() async throws {
    guard let vim = try await Vim.find() else { return print(Vim.absence) }
    let texts = ["#!/usr/local/bin/lang\n", "#!/usr/bin/env lang\n", "#!/bin/sh\n"]
    let types = try await vim.open(texts: texts, name: "script").map(\.fileType)
    #expect(types == ["lang", "lang", "sh"])
  }

  @Test func programsKeepTheirIndentation() async throws {
    guard let vim = try await Vim.find() else { return print(Vim.absence) }
    // What these show is another layout than the usual one.
    let unusual: Set = [
      "indentation_has_no_meaning", "blank_lines_and_spaces_at_the_end",
      "newline_after_comma_continues", "comment_between_chained_lines",
    ]
    let programs = Repository.programs().filter { path in
      (!path.hasPrefix("Tests/") || path.hasPrefix("Tests/scripts/layout/"))
        && !unusual.contains { path.hasSuffix("/\($0).l") } && !path.contains("crlf")
        && !path.contains("byte_order_mark")
    }
    let results = try await vim.indent(programs.map(Repository.url))
    for (path, lines) in zip(programs, results) {
      let original = try Repository.text(path).components(separatedBy: "\n")
      for (number, (was, now)) in zip(original, lines).enumerated() where was != now {
        Issue.record(
          "\(path):\(number + 1): \(was.debugDescription) became \(now.debugDescription)")
      }
    }
  }
}

extension Expectations {
  /// The syntax items for each kind of piece.
  static let vim = Expectations(
    required: keywords(vimKeywords).merging([
      .keyword("catch"): ["langException", "langCatch"],
      .keyword("fn"): ["langFunction", "langMethod"],
      .keyword("import"): ["langImport", "langFromImport"],
      .keyword("as"): ["langAs", "langImportedAs"],
      .shebang: ["langShebang"],
      .comment: ["langComment", "langDotComment", "langModuleComment", "langImportedComment"],
      .documentation: ["langDocumentation"], .string: strings + escapes,
      .fieldBrace: ["langFieldBrace"],
      .specification: ["langSpecification", "langTripleSpecification"],
      .number: ["langNumber"], .operatorName: ["langOperatorName"],
      .punctuation: [
        "langOperator", "langSeparator", "langBracket", "langDot", "langRest", "langDeclaredRest",
        "langDeclaredComma", "langModuleComma", "langImportedComma", "langEverything", "langModule",
        "langFromModule", "langFromDots", "langRepresentation", "langCaught",
      ],
      .name(.function): ["langFunctionName"], .name(.property): ["langPropertyName"],
      .name(.parameter): ["langParameter"], .name(.type): ["langClassName"],
      .name(.member): ["langProperty", "langMethodCall"], .name(.argument): ["langArgument"],
      .name(.mapKey): ["langKey"], .name(.module): ["langModule", "langFromModule"],
      .name(.imported): ["langAlias", "langImported", "langImportedAlias"],
      .name(.declared): ["langDeclared", "langCaught"],
    ]) { _, second in second },
    forbidden: Array(Set(vimKeywords.values)) + strings + escapes + [
      "langFromImport", "langImportedAs", "langMethod", "langCatch", "langComment",
      "langDocumentation", "langShebang", "langNumber", "langNumberError",
      "langOperatorError", "langCharacterError", "langEscapeError", "langBraceError",
    ],
    resets: [])

  private static let strings = [
    "langString", "langRawString", "langFormat", "langTripleString", "langRawTripleString",
    "langTripleFormat",
  ]

  private static let escapes = ["langEscape", "langDoubledBrace"]

  /// The syntax item of every keyword.
  static let vimKeywords = [
    "let": "langDeclaration", "var": "langDeclaration", "fn": "langFunction",
    "class": "langClass", "static": "langStatic", "get": "langGet", "if": "langConditional",
    "else": "langConditional", "for": "langRepeat", "while": "langRepeat", "break": "langRepeat",
    "continue": "langRepeat", "return": "langStatement", "yield": "langStatement",
    "assert": "langStatement", "throw": "langException", "try": "langException",
    "catch": "langException", "finally": "langException", "import": "langImport",
    "from": "langFrom", "as": "langAs", "eager": "langEager", "and": "langWordOperator",
    "or": "langWordOperator", "not": "langWordOperator", "in": "langWordOperator",
    "is": "langWordOperator", "self": "langSelf", "super": "langSelf", "nil": "langNil",
    "true": "langBoolean", "false": "langBoolean",
  ]
}
