/// The kinds of token.
///
/// The keywords come right after `end`, in the order of ``Keyword/spellings``, so that a keyword's
/// symbol is its kind.
enum TokenKind: UInt8 {
  /// The end of the text.
  case end

  case letKeyword, varKeyword, fnKeyword, returnKeyword, ifKeyword, elseKeyword, whileKeyword
  case forKeyword, inKeyword, breakKeyword, continueKeyword, classKeyword, superKeyword
  case selfKeyword, throwKeyword, tryKeyword, catchKeyword, finallyKeyword, importKeyword
  case fromKeyword, asKeyword, andKeyword, orKeyword, notKeyword, isKeyword, nilKeyword
  case trueKeyword, falseKeyword, yieldKeyword, assertKeyword

  /// A name; `symbol`.
  case name

  /// An integer that fits in 63 bits; `bits`.
  case integer
  /// A larger one; `symbol` of its digits.
  case bigInteger
  /// A float; `bits` of the IEEE 754 double.
  case float
  /// A string; `symbol` of its bytes, escapes replaced.
  case string
  /// The opening of an f-string, up to and with its quotes; the parser reads on from there.
  case formatString

  case leftParenthesis, rightParenthesis, leftBracket, rightBracket, leftBrace, rightBrace
  case comma, semicolon, colon, question, dot, questionDot, arrow
  case rangeHalfOpen, rangeClosed, ellipsis
  case equal
  case coalesce
  case plus, minus, star, slash, slashSlash, percent, starStar
  case ampersand, pipe, caret, tilde, shiftLeft, shiftRight
  case equalEqual, notEqual, less, lessEqual, greater, greaterEqual
  case plusEqual, minusEqual, starEqual, slashEqual, slashSlashEqual, percentEqual, starStarEqual
  case ampersandEqual, pipeEqual, caretEqual, shiftLeftEqual, shiftRightEqual, coalesceEqual

  /// The end of the line inside the braces of an f-string that may not go over several lines.
  case endOfField

  /// True for a keyword or a name: what can stand after a dot.
  @inline(__always)
  var isWord: Bool { rawValue != 0 && rawValue <= TokenKind.name.rawValue }

  /// True for a reserved word.
  @inline(__always)
  var isKeyword: Bool { rawValue != 0 && rawValue < TokenKind.name.rawValue }
}

/// One token, with what the parser needs to know of its place.
struct Token: BitwiseCopyable {
  var kind: TokenKind
  /// True when a line ends before the token, also at the end of the text.
  ///
  /// The parser clears it where a statement goes on over the end of the line.
  var followsNewline: Bool
  /// For a `formatString`: the quote character.
  var quote: UInt8 = 0
  /// For a `formatString`: true after three quotes.
  var isTriple = false
  /// The first byte.
  var start: UInt32
  /// The byte after the last.
  var end: UInt32
  /// See ``TokenKind``; keywords have theirs as well.
  var symbol: UInt32 = 0
  /// See ``TokenKind``.
  var bits: UInt64 = 0

  var range: SourceRange { SourceRange(start, end) }
}
