/// The methods of strings: this file is the list of them; each group has a file of its own.
///
/// Names and meanings are Python's where Python has the method. Positions and widths count Unicode
/// scalars. Each method has a path for ASCII text, which works on bytes.
enum StringMethods {
  /// All methods.
  nonisolated(unsafe) static let definitions: [NativeDefinition] =
    searching + splitting + changing + casing + asking

  /// Declares a method.
  static func method(
    _ name: StaticString, _ parameters: StaticString, _ documentation: StaticString,
    _ body: @escaping NativeBody
  ) -> NativeDefinition {
    NativeDefinition(name, parameters, documentation, isMethod: true, body: body)
  }

  private static var searching: [NativeDefinition] {
    [
      method("find", "part, start?, end?", "The first place of part, or -1.", find),
      method("rfind", "part, start?, end?", "The last place of part, or -1.", rfind),
      method(
        "index", "part, start?, end?", "The first place of part; a ValueError without.", index),
      method(
        "rindex", "part, start?, end?", "The last place of part; a ValueError without.", rindex),
      method("count", "part, start?, end?", "How often part occurs, without overlaps.", count),
      method("contains", "part", "Whether part occurs.", contains),
      method(
        "startswith", "prefix, start?, end?",
        "Whether the text begins with prefix, or with one of several in a tuple or list.",
        startsWith),
      method(
        "endswith", "suffix, start?, end?",
        "Whether the text ends with suffix, or with one of several in a tuple or list.", endsWith),
    ]
  }

  private static var splitting: [NativeDefinition] {
    [
      method(
        "split", "separator?, limit?",
        "The parts between separators, or between runs of white space; at most limit cuts.", split),
      method("rsplit", "separator?, limit?", "As split, cutting from the end.", rsplit),
      method(
        "splitlines", "keep_ends?", "The lines, without their ends unless keep_ends is true.",
        splitLines),
      method("lines", "", "The lines, without their ends.", lines),
      method(
        "partition", "separator",
        "What is before the first separator, the separator, and what is behind it.", partition),
      method(
        "rpartition", "separator",
        "What is before the last separator, the separator, and what is behind it.", rpartition),
      method("join", "strings", "The strings joined, with this text between them.", join),
      method("chars", "", "A list of the characters.", characters),
      method("code_points", "", "A list of the characters' numbers.", codePoints),
      method("bytes", "", "The text as UTF-8 bytes.", utf8Bytes),
      method(
        "encode", "encoding?, errors?",
        "The text as bytes in utf-8, ascii or latin-1; errors is strict, replace or ignore.",
        encode),
    ]
  }

  private static var changing: [NativeDefinition] {
    [
      method(
        "replace", "old, new, limit?", "The text with old replaced by new, at most limit times.",
        replace),
      method(
        "strip", "characters?",
        "The text without white space, or the given characters, at both ends.", strip),
      method("lstrip", "characters?", "As strip, at the beginning.", stripLeft),
      method("rstrip", "characters?", "As strip, at the end.", stripRight),
      method(
        "removeprefix", "prefix", "The text without prefix at the beginning.", removePrefix),
      method("removesuffix", "suffix", "The text without suffix at the end.", removeSuffix),
      method("center", "width, fill?", "The text in the middle of width characters.", center),
      method("ljust", "width, fill?", "The text at the left of width characters.", justifyLeft),
      method("rjust", "width, fill?", "The text at the right of width characters.", justifyRight),
      method(
        "zfill", "width", "The text with zeros before it, behind a sign, up to width.", zeroFill),
      method(
        "expandtabs", "size?", "The text with tabs replaced by spaces; columns of 8 or size.",
        expandTabs),
      method(
        "translate", "table",
        "Each character replaced by what the map says: text, a character number, or nil for none.",
        translate),
      method("reverse", "", "The characters in reverse order.", reverse),
      method(
        "format", "..., **values?",
        "The text with {}, {0} and {name:spec} replaced by values; a last map may have the names.",
        format),
    ]
  }

  private static var casing: [NativeDefinition] {
    [
      method("upper", "", "The text in upper case.", upper),
      method("lower", "", "The text in lower case.", lower),
      method("casefold", "", "The text for comparing without regard to case.", caseFold),
      method("swapcase", "", "Upper case as lower case and the other way round.", swapCase),
      method("capitalize", "", "The first character in upper case, the rest lower.", capitalize),
      method("title", "", "Each word's first letter in upper case, the rest lower.", title),
    ]
  }

  private static var asking: [NativeDefinition] {
    [
      method("isalpha", "", "Whether there are only letters, and at least one.", isAlpha),
      method("isdigit", "", "Whether there are only digits, and at least one.", isDigit),
      method(
        "isdecimal", "", "Whether there are only decimal digits, and at least one.", isDecimal),
      method("isnumeric", "", "Whether there are only numeric characters, and one.", isNumeric),
      method("isalnum", "", "Whether there are only letters and digits, and one.", isAlphanumeric),
      method("isspace", "", "Whether there is only white space, and some.", isSpace),
      method("isupper", "", "Whether all letters are upper case, and there is one.", isUpper),
      method("islower", "", "Whether all letters are lower case, and there is one.", isLower),
      method("istitle", "", "Whether each word begins with its only capital.", isTitle),
      method("isidentifier", "", "Whether the text could be a name.", isIdentifier),
      method("isascii", "", "Whether all characters are ASCII.", isASCII),
      method("isprintable", "", "Whether repr shows every character as it is.", isPrintable),
    ]
  }
}

extension NativeCall {
  /// The receiver of a string method.
  @inline(__always) var text: StringReference { receiver.string }

  /// Whether an optional argument was left out, or is `nil`.
  @inline(__always) func isMissing(_ index: Int) -> Bool {
    self[index].isUndefined || self[index].isNil
  }

  /// The string argument at `index`; `name` is the method's, for the message.
  @inline(__always)
  func stringArgument(
    _ index: Int, _ name: StaticString
  ) throws(RaisedError) -> StringReference {
    if self[index].isString { return self[index].string }
    throw engine.typeError(
      "string.\(name)() expects a string, not \(engine.typeName(of: self[index]))")
  }

  /// The integer argument at `index`, or `fallback` when it was left out.
  @inline(__always)
  func intArgument(
    _ index: Int, _ name: StaticString, default fallback: Int
  ) throws(RaisedError) -> Int {
    if isMissing(index) { return fallback }
    return try engine.expectInt(self[index], "string.\(name)() expects an int")
  }
}
