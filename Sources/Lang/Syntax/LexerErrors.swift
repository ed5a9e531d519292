// What the lexer finds wrong. It goes on with the token that was most likely meant, so that one slip
// gives one message.

extension Lexer {
  /// Notes that something is wrong with `start ..< end`.
  mutating func report(
    _ message: String, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
    help: String? = nil
  ) {
    report(Diagnostic(message, at: SourceRange(offset(start), offset(end)), help: help))
  }

  /// Notes a finding, unless the parser is looking for a place to go on.
  mutating func report(_ diagnostic: Diagnostic) {
    if isQuiet || diagnostics.count >= Parser.maximumDiagnostics { return }
    diagnostics.append(diagnostic)
  }

  /// Notes that the token at `start` is cut off, or that something unknown stands there.
  mutating func markBroken(_ start: UnsafePointer<UInt8>) {
    hasBrokenToken = true
    brokenTokenStart = offset(start)
  }

  /// `===` and `!==`.
  mutating func strictEquality(_ start: UnsafePointer<UInt8>) -> Int {
    let isNegated = start.pointee == UInt8(ascii: "!")
    report(
      "unexpected '\(isNegated ? "!==" : "===")'", start, start + 3,
      help: isNegated
        ? "'!=' compares values, 'is not' compares identity"
        : "'==' compares values, 'is' compares identity")
    return 3
  }

  /// `&&` and `||`.
  mutating func foreignOperator(
    _ start: UnsafePointer<UInt8>, _ text: String, _ word: String, _ kind: TokenKind
  ) -> (TokenKind, Int) {
    report("unexpected '\(text)'", start, start + 2, help: "write '\(word)'")
    return (kind, 2)
  }

  /// `!` alone: an operator elsewhere, or a conversion in an f-string elsewhere.
  mutating func exclamation(_ start: UnsafePointer<UInt8>) -> (TokenKind, Int) {
    let isConversion =
      (start[1] == UInt8(ascii: "r") || start[1] == UInt8(ascii: "s"))
      && (start[2] == UInt8(ascii: "}") || start[2] == UInt8(ascii: ":"))
    if isConversion {
      let name = start[1] == UInt8(ascii: "r") ? "repr" : "str"
      report(
        "there are no conversions in f-strings", start, start + 2,
        help: "write {\(name)(value)}")
      // Taken as one token with what follows, so that the field goes on behind it.
      return (start[2] == UInt8(ascii: "}") ? .rightBrace : .colon, 3)
    }
    report("unexpected '!'", start, start + 1, help: "write 'not'")
    return (.notKeyword, 1)
  }

  /// A character that begins no token.
  mutating func reportUnexpected(_ start: UnsafePointer<UInt8>) {
    // Of several on one line the first is enough.
    let isConsequence =
      hasBrokenToken
      && !(Int(brokenTokenStart)..<Int(offset(start))).contains {
        base[$0] == UInt8(ascii: "\n")
      }
    markBroken(start)
    if isConsequence { return }
    let scalar = scalar(at: start)
    var help: String?
    switch scalar {
    case "\u{201c}", "\u{201d}", "\u{201e}", "\u{ab}", "\u{bb}":
      help = "text stands between straight quotes: \"…\""
    case "\u{2018}", "\u{2019}", "\u{201a}":
      help = "text stands between straight quotes: '…'"
    case "\u{a0}", "\u{202f}", "\u{3000}":
      help = "this is a special kind of blank; use an ordinary one"
    case "\u{200b}"..."\u{200f}", "\u{202a}"..."\u{202e}", "\u{2060}"..."\u{2069}", "\u{feff}":
      help = "this character is invisible; delete it"
    case "\u{d7}": help = "write '*'"
    case "\u{f7}": help = "write '/'"
    case "\u{2212}", "\u{2013}", "\u{2014}": help = "write '-'"
    case "\u{2264}": help = "write '<='"
    case "\u{2265}": help = "write '>='"
    case "\u{2260}": help = "write '!='"
    case "\u{2026}": help = "write '...'"
    case "\\": help = "a statement goes on after an operator or a comma, and inside brackets"
    case "@": help = "there are no decorators: write f = decorator(f)"
    case "$", "`": help = "text with values in it is written f\"…{value}…\""
    default: break
    }
    let shown =
      scalar.isASCII && scalar.value >= 0x20 && scalar.value != 0x7f
        || scalar.value >= 0xa1 && help != "this character is invisible; delete it"
      ? "'\(Character(scalar))'" : "U+\(Self.hexadecimal(scalar.value))"
    report("unexpected character \(shown)", start, start + scalarLength(start), help: help)
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
