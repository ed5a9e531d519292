// Strings: `'…'`, `"…"`, `r"…"`, `f"…"` and, with three quotes, the same over several lines.
//
// The text between three quotes loses the indentation that its lines have in common:
// - A line end directly after the opening quotes is dropped.
// - The common indentation is the longest run of blanks with which every line begins. The line of the
//   opening quotes does not count, nor do lines of blanks only, but the line of the closing quotes
//   does, also when nothing else stands on it. It is removed from every line but the first.
// - The line end before the closing quotes stays: it is part of the text.
// - Blanks that an escape stands for are text, not indentation. A CRLF line end becomes `\n`.
//
// In a raw string the backslash has no meaning at all, so `r"\"` is one backslash.

/// The indentation that the lines of a text between three quotes have in common.
struct CommonIndentation: BitwiseCopyable {
  private var start: UnsafePointer<UInt8>?
  /// The number of blanks to remove from every line.
  private(set) var count = 0

  /// Takes a line into account that is indented by `blanks` characters from `line` on.
  mutating func add(_ line: UnsafePointer<UInt8>, blanks: Int) {
    guard let first = start else {
      start = line
      count = blanks
      return
    }
    var common = 0
    while common < min(count, blanks), first[common] == line[common] { common += 1 }
    count = common
  }
}

/// Why the scan of a piece of f-string text stopped.
enum FormatTextEnd {
  case quote, field, fieldEnd, unterminated
}

extension Lexer {
  /// Reads a string, or the opening of an f-string, whose first quote is at `quote`.
  @inline(__always)
  mutating func string(
    _ start: UnsafePointer<UInt8>, quote: UnsafePointer<UInt8>, isRaw: Bool, isFormat: Bool,
    _ followsNewline: Bool
  ) -> Token {
    let mark = quote.pointee
    let isTriple = quote[1] == mark && quote[2] == mark
    if isFormat {
      var token = finish(.formatString, start, quote + (isTriple ? 3 : 1), followsNewline)
      token.quote = mark
      token.isTriple = isTriple
      return token
    }
    if isTriple { return tripleString(start, quote + 3, mark, isRaw: isRaw, followsNewline) }
    var end = quote + 1
    while classOf(end.pointee) & CharacterClass.stopsString == 0 { end += 1 }
    if end.pointee == mark {
      let count = end - (quote + 1)
      let symbol = symbols.pointee.intern(
        quote + 1, count: count, prefix: SymbolStorage.prefix(ofPadded: quote + 1, count: count))
      return finish(.string, start, end + 1, followsNewline, symbol: symbol)
    }
    return uncommonString(start, quote + 1, end, mark, isRaw: isRaw, followsNewline)
  }

  /// A string with a backslash or the other kind of quote in it, or without an end.
  @inline(never)
  private mutating func uncommonString(
    _ start: UnsafePointer<UInt8>, _ text: UnsafePointer<UInt8>, _ from: UnsafePointer<UInt8>,
    _ mark: UInt8, isRaw: Bool, _ followsNewline: Bool
  ) -> Token {
    var end = from
    while end.pointee != mark {
      let byte = end.pointee
      if byte == UInt8(ascii: "\n") || (byte == 0 && end == limit) {
        while end > text, classOf(end[-1]) == CharacterClass.blank { end -= 1 }
        unterminatedString(start, end)
        return finish(.string, start, end, followsNewline, symbol: internScratch())
      }
      // An escaped quote does not end the string; nor does an escaped backslash before a quote.
      let isEscape = !isRaw && byte == UInt8(ascii: "\\") && end + 1 < limit
      end += isEscape && end[1] != UInt8(ascii: "\n") ? 2 : 1
    }
    scratch.truncate(to: 0)
    decode(text, end, isRaw: isRaw)
    return finish(.string, start, end + 1, followsNewline, symbol: internScratch())
  }

  @inline(never)
  private mutating func tripleString(
    _ start: UnsafePointer<UInt8>, _ opening: UnsafePointer<UInt8>, _ mark: UInt8, isRaw: Bool,
    _ followsNewline: Bool
  ) -> Token {
    var end = opening
    var indentation = CommonIndentation()
    while end.pointee != mark || end[1] != mark || end[2] != mark {
      let byte = end.pointee
      if byte == 0, end == limit {
        isIncomplete = isIncomplete || diagnostics.isEmpty
        markBroken(start)
        report(
          "this text is never closed", start, opening,
          help:
            "it ends at the next \(String(repeating: Character(Unicode.Scalar(mark)), count: 3))"
        )
        return finish(.string, start, end, followsNewline, symbol: internScratch())
      }
      if byte == UInt8(ascii: "\n") { countIndentation(of: end + 1, &indentation) }
      end +=
        !isRaw && byte == UInt8(ascii: "\\") && end[1] != UInt8(ascii: "\n") && end + 1 < limit
        ? 2 : 1
    }
    scratch.truncate(to: 0)
    decode(
      skipFirstLineEnd(opening), end, isRaw: isRaw, indentation: indentation.count,
      beginsLine: isLineEnd(opening))
    return finish(.string, start, end + 3, followsNewline, symbol: internScratch())
  }

  private func isLineEnd(_ position: UnsafePointer<UInt8>) -> Bool {
    position[0] == UInt8(ascii: "\n")
      || (position[0] == UInt8(ascii: "\r") && position[1] == UInt8(ascii: "\n"))
  }

  /// The position after a line end at `opening`, or `opening`.
  func skipFirstLineEnd(_ opening: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    if !isLineEnd(opening) { return opening }
    return opening + (opening[0] == UInt8(ascii: "\n") ? 1 : 2)
  }

  /// Counts the line at `line` for the common indentation, unless there are only blanks on it.
  func countIndentation(
    of line: UnsafePointer<UInt8>, _ indentation: inout CommonIndentation
  ) {
    var end = line
    while end.pointee == UInt8(ascii: " ") || end.pointee == UInt8(ascii: "\t") { end += 1 }
    if isLineEnd(end) || (end.pointee == 0 && end == limit) { return }
    indentation.add(line, blanks: end - line)
  }

  private mutating func unterminatedString(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) {
    scratch.truncate(to: 0)
    markBroken(start)
    if isInSingleLineField {
      let brace = base + Int(fieldStart)
      return report(
        "this '{' is never closed", brace, brace + 1,
        help: "a '{' in an f-string needs its '}' on the same line; write '{{' for the character")
    }
    report(
      "this text is never closed", start, end,
      help: "text ends on its line; \"\"\"…\"\"\" goes over several lines")
  }

  mutating func internScratch() -> UInt32 {
    symbols.pointee.intern(
      scratch.base, count: scratch.count,
      prefix: SymbolStorage.prefix(of: scratch.base, count: scratch.count))
  }

  // MARK: Escapes

  /// Appends the text that `from ..< to` stands for to ``scratch``.
  ///
  /// `indentation` blanks are left out after every line end and, with `beginsLine`, at the beginning.
  /// With `isFormat`, `{{` and `}}` stand for one brace each.
  mutating func decode(
    _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>, isRaw: Bool = false,
    isFormat: Bool = false, indentation: Int = 0, beginsLine: Bool = false
  ) {
    var position = from
    if beginsLine { skipIndentation(&position, to, indentation) }
    while position < to {
      let byte = position.pointee
      switch byte {
      case UInt8(ascii: "\\") where !isRaw:
        escape(&position, to)
      case UInt8(ascii: "\n"):
        scratch.append(byte)
        position += 1
        skipIndentation(&position, to, indentation)
      case UInt8(ascii: "\r") where position + 1 < to && position[1] == UInt8(ascii: "\n"):
        position += 1
      case UInt8(ascii: "{") where isFormat, UInt8(ascii: "}") where isFormat:
        scratch.append(byte)
        position += 2
      default:
        scratch.append(byte)
        position += 1
      }
    }
  }

  private func skipIndentation(
    _ position: inout UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>, _ indentation: Int
  ) {
    var left = indentation
    while left > 0, position < to,
      position.pointee == UInt8(ascii: " ") || position.pointee == UInt8(ascii: "\t")
    {
      position += 1
      left -= 1
    }
  }

  private mutating func escape(
    _ position: inout UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>
  ) {
    let start = position
    position += 2
    switch start[1] {
    case UInt8(ascii: "n"): scratch.append(10)
    case UInt8(ascii: "t"): scratch.append(9)
    case UInt8(ascii: "r"): scratch.append(13)
    case UInt8(ascii: "0"): scratch.append(0)
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): scratch.append(start[1])
    case UInt8(ascii: "u") where start + 2 < to && start[2] == UInt8(ascii: "{"):
      unicodeEscape(start, &position, to)
    default:
      position = start + 1 + (start + 1 < to ? scalarLength(start + 1) : 0)
      unknownEscape(start, position)
    }
  }

  private mutating func unicodeEscape(
    _ start: UnsafePointer<UInt8>, _ position: inout UnsafePointer<UInt8>,
    _ to: UnsafePointer<UInt8>
  ) {
    var end = start + 3
    var value: UInt32 = 0
    while end < to, end.pointee.hexadecimalValue != 255 {
      // More than six digits stay too large.
      if value < 0x110000 { value = value << 4 | UInt32(end.pointee.hexadecimalValue) }
      end += 1
    }
    let isClosed = end < to && end.pointee == UInt8(ascii: "}")
    position = isClosed ? end + 1 : end
    guard isClosed, end > start + 3, let scalar = Unicode.Scalar(value) else {
      return report(
        "malformed Unicode escape", start, position,
        help: "it is written \\u{1F600}: the hexadecimal number of a character, in braces")
    }
    for unit in UTF8.encode(scalar).unsafelyUnwrapped { scratch.append(unit) }
  }

  private mutating func unknownEscape(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) {
    let isLineEnd = end > start + 1 && start[1] < 0x20
    let text =
      isLineEnd
      ? "\\"
      : String(
        decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self)
    report(
      "unknown escape '\(text)'", start, isLineEnd ? start + 1 : end,
      help: "write '\\\\' for a backslash, or r\"…\" for text without escapes")
  }

  // MARK: f-strings

  /// Passes over the text of an f-string, up to the next brace or the closing quotes.
  ///
  /// It begins at ``cursor`` and moves it. In a format specification a `}` ends the text as well.
  mutating func skipFormatText(
    quote mark: UInt8, isTriple: Bool, isSpecification: Bool,
    _ indentation: inout CommonIndentation
  ) -> FormatTextEnd {
    var position = cursor
    defer { cursor = position }
    while true {
      let byte = position.pointee
      switch byte {
      case mark:
        if !isTriple { return .quote }
        if position[1] == mark, position[2] == mark { return .quote }
        position += 1
      case UInt8(ascii: "\\"):
        if position[1] == UInt8(ascii: "u"), position[2] == UInt8(ascii: "{") {
          position += 3
          while position.pointee.hexadecimalValue != 255 { position += 1 }
          if position.pointee == UInt8(ascii: "}") { position += 1 }
        } else {
          position +=
            position + 1 < limit && position[1] != UInt8(ascii: "\n") ? 2 : 1
        }
      case UInt8(ascii: "\n"):
        if !isTriple { return .unterminated }
        position += 1
        if !isSpecification { countIndentation(of: position, &indentation) }
      case UInt8(ascii: "{"):
        if isSpecification || position[1] != byte { return .field }
        position += 2
      case UInt8(ascii: "}"):
        if isSpecification { return .fieldEnd }
        if position[1] != byte {
          report(
            "a '}' without a '{' in an f-string", position, position + 1,
            help: "write '}}' for the character")
          // Leaves a pair behind for decode(_:_:), which is not going to be used.
          position += 1
        } else {
          position += 2
        }
      case 0 where position == limit:
        return .unterminated
      default:
        position += 1
      }
    }
  }
}
