import Foundation

/// Gives text its scopes by a grammar, line by line, as an editor does.
///
/// At each place the rule wins whose match begins first; of several that begin at the same place
/// the end of the region, then the one that is listed first.
struct TextMateTokenizer {
  /// The scopes of every byte of a text, outermost first.
  struct Result {
    /// Which of ``stacks`` a byte has.
    var indexes: [Int32] = []
    var stacks: [[String]] = []

    func scopes(at offset: Int) -> [String] { stacks[Int(indexes[offset])] }
  }

  /// A region that is open.
  private struct Region {
    var rule: TextMateGrammar.Rule?
    /// The scopes of the region with its ends, and of what is inside.
    var scopes: [String]
    var contentScopes: [String]
  }

  private let grammar: TextMateGrammar
  private var regions: [Region]
  private var result = Result()
  private var stackNumbers: [[String]: Int32] = [:]
  private var isFirstLine = true

  // The line at hand.
  private var text = ""
  /// For every UTF-16 unit the number of its scopes.
  private var units: [Int32] = []

  /// Gives the scopes of `text`; a byte order mark has those of the top.
  static func tokenize(_ text: String, _ grammar: TextMateGrammar) throws -> Result {
    var tokenizer = TextMateTokenizer(grammar)
    var rest = Substring(text)
    if rest.unicodeScalars.first == "\u{feff}" {
      rest.unicodeScalars.removeFirst()
      let number = tokenizer.number(of: [grammar.scope])
      tokenizer.result.indexes += [number, number, number]
    }
    for line in String(rest).utf8.split(separator: 10, omittingEmptySubsequences: false) {
      try tokenizer.tokenize(line: String(decoding: line, as: UTF8.self))
    }
    // The last line has no line end of its own.
    tokenizer.result.indexes.removeLast()
    return tokenizer.result
  }

  private init(_ grammar: TextMateGrammar) {
    self.grammar = grammar
    regions = [Region(rule: nil, scopes: [grammar.scope], contentScopes: [grammar.scope])]
  }

  private mutating func number(of scopes: [String]) -> Int32 {
    if let known = stackNumbers[scopes] { return known }
    let number = Int32(result.stacks.count)
    result.stacks.append(scopes)
    stackNumbers[scopes] = number
    return number
  }

  // MARK: A line

  private mutating func tokenize(line content: String) throws {
    // Editors take the carriage return of a CRLF line end away before they look.
    let hasReturn = content.utf8.last == 13
    text = (hasReturn ? String(content.unicodeScalars.dropLast()) : content) + "\n"
    units = Array(repeating: 0, count: text.utf16.count)
    var position = 0
    while let (branch, match) = scanner.firstMatch(
      in: text, from: position, length: units.count)
    {
      let range = match.range(at: branch.group)
      paint(position..<range.location, regions[regions.count - 1].contentScopes)
      try apply(branch, match)
      position = range.location + range.length
    }
    paint(position..<units.count, regions[regions.count - 1].contentScopes)
    copyToBytes(hasReturn: hasReturn)
    isFirstLine = false
  }

  private var scanner: TextMateGrammar.Scanner {
    regions[regions.count - 1].rule?.scanner
      ?? (isFirstLine ? grammar.scanners.first : grammar.scanners.others)
  }

  private mutating func apply(
    _ branch: TextMateGrammar.Scanner.Branch, _ match: NSTextCheckingResult
  ) throws {
    guard let rule = branch.rule else {
      let region = regions.removeLast()
      let groupCount = region.rule?.end?.groupCount ?? 0
      return paint(
        match, branch.group, groupCount, region.scopes, region.rule?.endCaptures ?? [:])
    }
    guard match.range(at: branch.group).length > 0 else {
      // Editors would stand still here, or skip a character.
      throw TextMateGrammar.Failure(
        description: "\(rule.expression.source) matches nothing in \(text)")
    }
    let scopes = regions[regions.count - 1].contentScopes + rule.scopes
    paint(match, branch.group, rule.expression.groupCount, scopes, rule.captures)
    if rule.end != nil {
      regions.append(
        Region(rule: rule, scopes: scopes, contentScopes: scopes + rule.contentScopes))
    }
  }

  // MARK: Scopes

  /// Gives a match its scopes, and its captures theirs on top; captures nest by their ranges.
  private mutating func paint(
    _ match: NSTextCheckingResult, _ group: Int, _ groupCount: Int, _ scopes: [String],
    _ captures: [Int: [String]]
  ) {
    paint(range(match.range(at: group)), scopes)
    var open: [(Range<Int>, [String])] = []
    for number in 0...groupCount {
      guard let added = captures[number] else { continue }
      let place = match.range(at: group + number)
      if place.location == NSNotFound { continue }
      let captured = range(place)
      open.removeAll { $0.0.upperBound <= captured.lowerBound }
      let stack = (open.last?.1 ?? scopes) + added
      paint(captured, stack)
      open.append((captured, stack))
    }
  }

  private func range(_ range: NSRange) -> Range<Int> {
    range.location..<range.location + range.length
  }

  private mutating func paint(_ range: Range<Int>, _ scopes: [String]) {
    if range.isEmpty { return }
    let number = number(of: scopes)
    for index in range { units[index] = number }
  }

  private mutating func copyToBytes(hasReturn: Bool) {
    var unit = 0
    for scalar in text.unicodeScalars {
      if hasReturn, unit == units.count - 1 { result.indexes.append(units[unit]) }
      for _ in 0..<UTF8.width(scalar) { result.indexes.append(units[unit]) }
      unit += UTF16.width(scalar)
    }
  }
}
