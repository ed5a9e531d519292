import CPCRE2
import Lang

/// Text or bytes that are searched.
struct Subject {
  let value: Value
  let bytes: UnsafePointer<UInt8>
  let count: Int
  let isBytes: Bool
  /// Text whose characters are bytes.
  let isASCII: Bool

  /// Of a value that is a string or bytes.
  init(_ value: Value) {
    self.value = value
    isBytes = value.tag == .bytes
    if isBytes {
      bytes = UnsafePointer(value.byteString.bytes)
      count = value.byteString.pointee.count
      isASCII = false
    } else {
      bytes = UnsafePointer(value.string.bytes)
      count = value.string.count
      isASCII = value.string.isASCII
    }
  }

  /// Whether positions are byte positions.
  var hasByteIndexes: Bool { isBytes || isASCII }

  /// The part between two byte positions.
  @inline(__always)
  func slice(_ start: Int, _ end: Int, _ engine: Engine) throws(RaisedError) -> Value {
    if isBytes { return try engine.bytesSlice(value.byteString, from: start, to: end) }
    return try engine.makeSubstring(value.string, from: start, to: end)
  }

  /// How many characters there are between two byte positions.
  @inline(__always)
  func characters(_ start: Int, _ end: Int, _ engine: Engine) throws(RaisedError) -> Int {
    if hasByteIndexes { return end - start }
    return try engine.countScalars(bytes + start, count: end - start)
  }

  /// The byte position behind the character at one.
  func position(after position: Int) -> Int {
    if hasByteIndexes || position >= count { return position + 1 }
    return position + TextScanning.length(ofScalarFrom: bytes[position])
  }

  /// Whether a byte position is between two characters.
  func isBoundary(_ position: Int) -> Bool {
    if position < 0 || position > count { return false }
    return hasByteIndexes || position == count || !TextScanning.isContinuation(bytes[position])
  }
}

/// Searches of one text with one pattern, which together may take so many steps.
struct Search {
  let engine: Engine
  let expression: RegularExpression
  let subject: Subject
  /// Where the text ends for the search, in bytes.
  let end: Int
  private let code: RegularExpression.Code
  private let canBePaused: Bool
  private let steps: Int
  private var stepsLeft: Int

  /// Bytes that are searched without asking whether the program is to stop, although nothing in them
  /// might begin a match, so that no step is made.
  private static let piece = 16 << 20
  /// Beyond so many steps the interpreter may have taken much memory.
  private static let longRun = 20_000
  /// A search may take so many steps, and so many for each byte of the text.
  static let steps = 100_000_000
  static let stepsPerByte = 1000

  init(
    _ expression: RegularExpression, _ kind: RegularExpression.Kind, _ subject: Subject,
    from start: Int, to end: Int, _ engine: Engine
  ) throws(RaisedError) {
    self.engine = engine
    self.expression = expression
    self.subject = subject
    self.end = end
    canBePaused = kind == .anywhere && expression.canBePaused
    code = try expression.code(
      for: kind, isASCII: subject.isASCII, count: max(0, end - start), engine)
    steps = expression.stepLimit ?? Search.steps + Search.stepsPerByte * subject.count
    stepsLeft = steps
  }

  /// Where the groups begin (at even numbers) and end in bytes, after a search that has found something;
  /// -1 for a group that is not in the match.
  func bound(_ index: Int) -> Int {
    let vector = pcre2_get_ovector_pointer_8(expression.matchData).unsafelyUnwrapped
    return vector[index]
  }

  /// Searches from a byte position on, where a match may not be empty.
  mutating func find(from start: Int, notEmpty: Bool) throws(RaisedError) -> Bool {
    var start = start
    var options = PCRE2_NO_UTF_CHECK | (notEmpty ? PCRE2_NOTEMPTY_ATSTART : 0)
    // Without steps, a piece is a part of the text small enough for a limit that holds at each of its places.
    let piece = code.countsSteps ? Search.piece : max(256, (end - start) / 64)
    while true {
      var next = end
      var limit = Int.max
      if canBePaused && end - start > piece {
        next = start + piece
        while !subject.isBoundary(next) { next += 1 }
        limit = next - 1
      }
      let result = run(from: start, options, limit: limit)
      if result >= 0 { return true }
      if result != PCRE2_ERROR_NOMATCH { throw try failure(result) }
      if limit == Int.max { return false }
      try engine.checkInterruption()
      start = next
      options = PCRE2_NO_UTF_CHECK
    }
  }

  /// Bytes that a search may use to remember where to go back to.
  private var memory: Int {
    let free = engine.pointee.heap.limit - engine.pointee.heap.byteCount
    return min(MatchingContext.searchMemory, max(free, 0))
  }

  private mutating func run(from start: Int, _ options: UInt32, limit: Int) -> Int32 {
    let context = expression.context
    pcre2_set_heap_limit_8(context.matching, UInt32(memory >> 10))
    pcre2_set_match_limit_8(
      context.matching, code.countsSteps ? UInt32.max : MatchingContext.uncountedLimit)
    pcre2_set_offset_limit_8(context.matching, limit == Int.max ? -1 : limit)
    context.meter.pointee.begin(steps: stepsLeft, at: start)
    var result = pcre2_match_8(
      code.pointer, subject.bytes, end, start, options, expression.matchData, context.matching)
    let isTooDeep = result == PCRE2_ERROR_JIT_STACKLIMIT
    if isTooDeep {
      // The interpreter remembers more.
      result = pcre2_match_8(
        code.pointer, subject.bytes, end, start, options | PCRE2_NO_JIT, expression.matchData,
        context.matching)
    }
    let taken = stepsLeft - context.meter.pointee.stepsLeft
    stepsLeft -= taken
    // The interpreter keeps what it needed in the match data.
    if isTooDeep || !code.isTranslated && (taken > Search.longRun || !code.countsSteps) {
      expression.renewMatchData()
    }
    return result
  }

  private func failure(_ result: Int32) throws(RaisedError) -> RaisedError {
    let context = expression.context
    switch result {
    case PCRE2_ERROR_CALLOUT:
      try engine.checkInterruption()
      return context.limitError(
        "the search takes more than \(steps) steps: the pattern can match parts of this text in too "
          + "many ways", engine)
    case PCRE2_ERROR_MATCHLIMIT:
      return context.limitError(
        "the search goes back more than \(MatchingContext.uncountedLimit) times: the pattern can match "
          + "parts of this text in too many ways", engine)
    case PCRE2_ERROR_HEAPLIMIT, PCRE2_ERROR_DEPTHLIMIT:
      return context.limitError(
        "the search needs more than \(memory >> 20) MB to remember where to go back to", engine)
    case PCRE2_ERROR_RECURSELOOP:
      return context.limitError("the pattern calls itself without an end", engine)
    case PCRE2_ERROR_NOMEMORY:
      try engine.checkInterruption()
      return engine.memoryError(MatchingContext.searchMemory)
    default:
      return context.limitError(RegularExpression.message(of: result), engine)
    }
  }
}

/// All matches in a text, from left to right, none overlapping another.
///
/// An empty match may stand directly behind one that is not empty, as in Python.
struct MatchSequence {
  var search: Search
  /// Where the next search begins, in bytes; behind the end when there is none.
  private(set) var position: Int
  /// An empty match was there already.
  private(set) var mayNotBeEmpty = false
  /// The match that was found last, in bytes.
  private(set) var start = 0
  private(set) var end = 0

  init(_ search: Search, from position: Int, mayNotBeEmpty: Bool = false) {
    self.search = search
    self.position = position
    self.mayNotBeEmpty = mayNotBeEmpty
  }

  var engine: Engine { search.engine }

  /// Finds the next match; false when there is none.
  mutating func next() throws(RaisedError) -> Bool {
    guard position <= search.end, try search.find(from: position, notEmpty: mayNotBeEmpty) else {
      position = search.end + 1
      return false
    }
    // With `\K` behind detours a match may begin behind its end, or before the search did.
    let found = (search.bound(0), search.bound(1))
    start = max(position, min(found.0, found.1))
    end = max(start, found.1)
    if end > position {
      position = end
      mayNotBeEmpty = start == end
    } else if !mayNotBeEmpty {
      mayNotBeEmpty = true
    } else {
      position = search.subject.position(after: position)
      mayNotBeEmpty = false
    }
    return true
  }

  /// The text of a group of the match, or of the match itself, which is group 0; nil for a group that is not
  /// in it.
  @inline(__always)
  func group(_ number: Int) throws(RaisedError) -> Value {
    if number == 0 { return try search.subject.slice(start, end, engine) }
    let (from, to) = (search.bound(2 * number), search.bound(2 * number + 1))
    if from < 0 || to < from { return .nil }
    return try search.subject.slice(from, to, engine)
  }
}
