import CPCRE2
import Lang

/// A compiled pattern.
///
/// It is compiled anew for each way to use it when that is used first. What matches at a position, or all of
/// a text, has to be asked for when a pattern is compiled, since code for the processor knows no such options
/// later. And text that is all ASCII, as most is, has a code that takes bytes for characters and needs
/// no tables of Unicode: it is several times as fast and finds the same.
final class RegularExpression {
  /// What a search looks for.
  enum Kind: Int {
    /// The first place.
    case anywhere
    /// A match at the start.
    case atStart
    /// A match from the start to the end.
    case whole

    var options: UInt32 {
      switch self {
      case .anywhere: return PCRE2_USE_OFFSET_LIMIT
      case .atStart: return PCRE2_ANCHORED
      case .whole: return PCRE2_ANCHORED | PCRE2_ENDANCHORED
      }
    }
  }

  /// The flags of the module `re`, as the bits of an int.
  struct Flags: OptionSet {
    let rawValue: Int
    static let ignoreCase = Flags(rawValue: 1)
    static let multiline = Flags(rawValue: 2)
    static let dotAll = Flags(rawValue: 4)
    static let verbose = Flags(rawValue: 8)
    static let ascii = Flags(rawValue: 16)

    var options: UInt32 {
      // Behind a newline that ends the text there is a line, too.
      var options = PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_UTF_CHECK | PCRE2_ALT_CIRCUMFLEX
      if contains(.ignoreCase) { options |= PCRE2_CASELESS }
      if contains(.multiline) { options |= PCRE2_MULTILINE }
      if contains(.dotAll) { options |= PCRE2_DOTALL }
      if contains(.verbose) { options |= PCRE2_EXTENDED }
      return options
    }
  }

  /// What PCRE2 has made of the pattern for one use.
  final class Code {
    let pointer: OpaquePointer
    /// PCRE2 calls back before each item.
    let countsSteps: Bool
    /// Something of the size of how much was searched, until code for the processor is worth its making.
    fileprivate var use = 0

    /// There is code for the processor.
    fileprivate(set) var isTranslated = false

    fileprivate init(_ pointer: OpaquePointer, countsSteps: Bool) {
      self.pointer = pointer
      self.countsSteps = countsSteps
    }

    deinit { pcre2_code_free_8(pointer) }

    fileprivate func size(_ what: Int32) -> Int {
      var size = 0
      pcre2_pattern_info_8(pointer, UInt32(bitPattern: what), &size)
      return size
    }
  }

  /// A name for a group; one name may stand for several.
  struct Name {
    let bytes: [UInt8]
    let group: Int
  }

  let context: MatchingContext
  /// A pattern for bytes, not for text.
  let isForBytes: Bool
  /// How many groups there are, the whole match aside.
  let groupCount: Int
  /// The named groups by their numbers.
  let names: [Name]
  /// How many steps a search may take; nil for as many as the text's length gives.
  let stepLimit: Int?
  /// Whether a text may be searched piece by piece: nothing in the pattern refers to where a search began.
  let canBePaused: Bool
  private(set) var matchData: OpaquePointer

  private let pattern: [UInt8]
  private let options: UInt32
  private let isASCIIPattern: Bool
  private var codes: [Code?]
  private var byteCount = 0

  /// After so much use code for the processor is made, which takes as long as a few thousand characters
  /// take the interpreter.
  private static let worthwhileUse = 4096

  /// Compiles a string or bytes; a `PatternError` when it is no pattern.
  init(
    _ pattern: Value, _ flags: Flags, stepLimit: Int?, _ context: MatchingContext, _ engine: Engine
  ) throws(RaisedError) {
    let subject = Subject(pattern)
    self.context = context
    self.stepLimit = stepLimit
    isForBytes = subject.isBytes
    if subject.count > MatchingContext.longestPattern {
      throw context.patternError(
        "a pattern is limited to \(MatchingContext.longestPattern) bytes",
        pattern, at: 0, engine)
    }
    let bytes = [UInt8](UnsafeBufferPointer(start: subject.bytes, count: subject.count))
    self.pattern = bytes
    isASCIIPattern = subject.isASCII
    let unicode = subject.isBytes ? 0 : flags.contains(.ascii) ? PCRE2_UTF : PCRE2_UTF | PCRE2_UCP
    options = flags.options | unicode

    var (error, place): (Int32, Int) = (0, 0)
    let code = RegularExpression.compile(
      bytes, options | Kind.anywhere.options, context, error: &error, place: &place)
    guard let code else {
      // Positions are in front of a character, and count characters.
      place = min(place, bytes.count)
      while place > 0, place < bytes.count, !subject.isBytes,
        TextScanning.isContinuation(bytes[place])
      {
        place -= 1
      }
      let position =
        subject.isBytes ? place : try engine.countScalars(subject.bytes, count: place)
      throw context.patternError(
        RegularExpression.message(of: error), pattern, at: position, engine)
    }
    matchData =
      pcre2_match_data_create_from_pattern_8(code.pointer, context.memory).unsafelyUnwrapped
    codes = [Code?](repeating: nil, count: 6)
    codes[RegularExpression.slot(.anywhere, forASCII: false)] = code
    var groupCount: UInt32 = 0
    pcre2_pattern_info_8(code.pointer, UInt32(PCRE2_INFO_CAPTURECOUNT), &groupCount)
    self.groupCount = Int(groupCount)
    names = RegularExpression.names(of: code.pointer)
    canBePaused = !RegularExpression.refersToStart(bytes)
    try take(code.size(PCRE2_INFO_SIZE) + bytes.count + 256, engine)
  }

  deinit {
    pcre2_match_data_free_8(matchData)
    context.giveBack(byteCount)
  }

  // MARK: Codes

  private static func slot(_ kind: Kind, forASCII: Bool) -> Int {
    kind.rawValue * 2 + (forASCII ? 1 : 0)
  }

  private func take(_ bytes: Int, _ engine: Engine) throws(RaisedError) {
    try context.take(bytes, engine)
    byteCount += bytes
  }

  /// The code for a use: of a text with so many bytes, all ASCII or not.
  func code(
    for kind: Kind, isASCII: Bool, count: Int, _ engine: Engine
  ) throws(RaisedError) -> Code {
    // Bytes are characters anyway.
    let slot = RegularExpression.slot(kind, forASCII: isASCII && isASCIIPattern && !isForBytes)
    let known = codes[slot]
    let code: Code
    if let known { code = known } else { code = try makeCode(kind, slot, engine) }
    if code.use < RegularExpression.worthwhileUse {
      // What is tried at one place only may end early.
      code.use += 32 + (kind == .anywhere ? count : min(count, 64))
      if code.use >= RegularExpression.worthwhileUse { try translate(code, engine) }
    }
    return code
  }

  private func makeCode(
    _ kind: Kind, _ slot: Int, _ engine: Engine
  ) throws(RaisedError) -> Code {
    var (error, place): (Int32, Int) = (0, 0)
    let isForASCII = slot & 1 == 1
    let options = isForASCII ? options & ~(PCRE2_UTF | PCRE2_UCP) : options
    let made = RegularExpression.compile(
      pattern, options | kind.options, context, error: &error, place: &place)
    guard let made else {
      // The pattern names a character beyond 255, which is none without UTF.
      if isForASCII {
        let general = RegularExpression.slot(kind, forASCII: false)
        let known = codes[general]
        let code: Code
        if let known { code = known } else { code = try makeCode(kind, general, engine) }
        codes[slot] = code
        return code
      }
      throw context.limitError(RegularExpression.message(of: error), engine)
    }
    try take(made.size(PCRE2_INFO_SIZE), engine)
    codes[slot] = made
    return made
  }

  private func translate(_ code: Code, _ engine: Engine) throws(RaisedError) {
    // Where the system does not allow it, or for a processor that PCRE2 does not know, the interpreter goes on.
    if pcre2_jit_compile_8(code.pointer, PCRE2_JIT_COMPLETE) != 0 { return }
    code.isTranslated = true
    context.provideStack()
    try take(code.size(PCRE2_INFO_JITSIZE), engine)
  }

  /// Lets go of the memory that a search has grown; what it has found stays.
  func renewMatchData() {
    guard let code = codes[0],
      let data = pcre2_match_data_create_from_pattern_8(code.pointer, context.memory)
    else { return }
    let found = pcre2_get_ovector_pointer_8(matchData).unsafelyUnwrapped
    pcre2_get_ovector_pointer_8(data).unsafelyUnwrapped.update(
      from: found, count: 2 * (groupCount + 1))
    pcre2_match_data_free_8(matchData)
    matchData = data
  }

  private static func compile(
    _ pattern: [UInt8], _ options: UInt32, _ context: MatchingContext, error: inout Int32,
    place: inout Int
  ) -> Code? {
    pattern.withUnsafeBufferPointer { (buffer) -> Code? in
      // An empty array may have no address.
      var nothing: UInt8 = 0
      return withUnsafePointer(to: &nothing) { (empty) -> Code? in
        let start = buffer.baseAddress ?? empty
        let counted = pcre2_compile_8(
          start, buffer.count, options | PCRE2_AUTO_CALLOUT, &error, &place, context.compiling)
        if let counted { return Code(counted, countsSteps: true) }
        if error != PCRE2_ERROR_PATTERN_TOO_LARGE { return nil }
        // The calls take most of the room: up to 64 KB, which compiled patterns are limited to.
        let plain = pcre2_compile_8(
          start, buffer.count, options, &error, &place, context.compiling)
        return plain.map { Code($0, countsSteps: false) }
      }
    }
  }

  // MARK: Facts

  /// Whether a pattern may contain `\G`, the place where a search began, or verbs such as `(*COMMIT)`, which
  /// end one.
  private static func refersToStart(_ pattern: [UInt8]) -> Bool {
    for index in pattern.indices.dropLast() {
      if pattern[index] == UInt8(ascii: "\\"), pattern[index + 1] == UInt8(ascii: "G") {
        return true
      }
      if pattern[index] == UInt8(ascii: "("), pattern[index + 1] == UInt8(ascii: "*") {
        return true
      }
    }
    return false
  }

  private static func names(of code: OpaquePointer) -> [Name] {
    var (count, size): (UInt32, UInt32) = (0, 0)
    var table: UnsafePointer<UInt8>?
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMECOUNT), &count)
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMEENTRYSIZE), &size)
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table)
    guard let table else { return [] }
    var names: [Name] = []
    for index in 0..<Int(count) {
      let entry = table + index * Int(size)
      var length = 0
      while entry[2 + length] != 0 { length += 1 }
      names.append(
        Name(
          bytes: [UInt8](UnsafeBufferPointer(start: entry + 2, count: length)),
          group: Int(entry[0]) << 8 | Int(entry[1])))
    }
    names.sort { $0.group < $1.group }
    return names
  }

  /// PCRE2's words for an error, or better ones.
  static func message(of error: Int32) -> String {
    switch error {
    case PCRE2_ERROR_UNSUPPORTED_ESCAPE_SEQUENCE:
      return #"\F, \L, \l, \N{name}, \U and \u are no escapes: write a character as \x{…}"#
    case PCRE2_ERROR_PATTERN_TOO_LARGE:
      return "the pattern is too large: compiled it would have more than 64 KB"
    case PCRE2_ERROR_BACKSLASH_C_CALLER_DISABLED:
      return #"\C, a byte of a character, is not allowed"#
    default:
      var buffer = [UInt8](repeating: 0, count: 256)
      let length = pcre2_get_error_message_8(error, &buffer, buffer.count)
      return length > 0
        ? String(decoding: buffer[..<Int(length)], as: UTF8.self) : "PCRE2 error \(error)"
    }
  }
}
