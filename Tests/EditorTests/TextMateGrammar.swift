import Foundation

/// A TextMate grammar, read from its JSON file, with every expression compiled.
///
/// Of the format it knows what the grammar of this repository uses: `match`, `begin` and `end` with
/// captures, `name`, `contentName`, `patterns`, and `include` of repository entries. Anything else
/// is an error, so that nothing is passed over in silence. Nothing in it changes once it is made, so
/// that tests can share it.
final class TextMateGrammar: @unchecked Sendable {
  /// One rule that can match: a single expression, or a region from `begin` to `end`.
  final class Rule {
    let scopes: [String]
    let contentScopes: [String]
    /// `match`, or `begin`.
    let expression: Expression
    /// The captures of `expression`.
    let captures: [Int: [String]]
    /// `end`; nil for a single match.
    let end: Expression?
    let endCaptures: [Int: [String]]
    /// What can match inside of the region, in order.
    fileprivate(set) var inner: [Rule] = []
    /// Finds the next match inside of the region.
    fileprivate(set) var scanner: Scanner?

    fileprivate init(
      scopes: [String], contentScopes: [String], expression: Expression,
      captures: [Int: [String]], end: Expression?, endCaptures: [Int: [String]]
    ) {
      self.scopes = scopes
      self.contentScopes = contentScopes
      self.expression = expression
      self.captures = captures
      self.end = end
      self.endCaptures = endCaptures
    }
  }

  /// An expression of the grammar.
  struct Expression {
    let source: String
    let groupCount: Int
    /// True for an expression with `\A`, which holds at the beginning of a file only.
    var isForFirstLine: Bool { source.contains("\\A") }
  }

  /// All that can match inside of a region, as one expression.
  ///
  /// The branches of an alternation are tried from left to right at each place, which is the order
  /// that the format asks for: the place first, then the end of the region, then the patterns as
  /// they are listed.
  struct Scanner {
    /// A branch: its rule, or nil for the end of the region, and the group that holds its match.
    typealias Branch = (rule: Rule?, group: Int)

    private let expression: NSRegularExpression?
    private let branches: [Branch]

    fileprivate init(end: Expression?, rules: [Rule], isFirstLine: Bool) throws {
      var sources: [String] = []
      var branches: [Branch] = []
      var group = 1
      let candidates = (end.map { [($0, nil)] } ?? []) + rules.map { ($0.expression, Optional($0)) }
      for (expression, rule) in candidates where isFirstLine || !expression.isForFirstLine {
        sources.append("(\(expression.source))")
        branches.append((rule, group))
        group += 1 + expression.groupCount
      }
      self.branches = branches
      expression =
        sources.isEmpty
        ? nil : try NSRegularExpression(pattern: sources.joined(separator: "|"))
    }

    /// The first match in `line` from the UTF-16 offset `position` on.
    func firstMatch(
      in line: String, from position: Int, length: Int
    ) -> (Branch, NSTextCheckingResult)? {
      let match = expression?.firstMatch(
        in: line, options: [.withTransparentBounds, .withoutAnchoringBounds],
        range: NSRange(location: position, length: length - position))
      guard let match else { return nil }
      let branch = branches.first { match.range(at: $0.group).location != NSNotFound }
      return branch.map { ($0, match) }
    }
  }

  /// What is wrong with a grammar.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// The scope of all text.
  let scope: String
  /// The rules at the top.
  private(set) var rules: [Rule] = []
  /// Find the next match outside of all regions, on the first line and on the others.
  private(set) var scanners: (first: Scanner, others: Scanner)!
  /// Every expression as it is written.
  private(set) var sources: [String] = []
  /// The names of all entries of the repository, and of those that something includes.
  let entries: Set<String>
  private(set) var includedEntries: Set<String> = []

  private let repository: [String: Any]
  /// Every region or match is compiled once; rules refer to each other in circles.
  private var compiled: [String: [Rule]] = [:]
  private var pending: [(Rule, [Any], String)] = []

  /// Reads a grammar.
  init(_ json: [String: Any]) throws {
    guard let scope = json["scopeName"] as? String, let patterns = json["patterns"] as? [Any],
      let repository = json["repository"] as? [String: Any]
    else { throw Failure(description: "scopeName, patterns or repository is missing") }
    self.scope = scope
    self.repository = repository
    entries = Set(repository.keys)
    rules = try flatten(patterns, at: "top", including: [])
    while let (rule, patterns, place) = pending.popLast() {
      rule.inner = try flatten(patterns, at: place, including: [])
    }
    for rule in compiled.values.joined() where rule.end != nil {
      rule.scanner = try Scanner(end: rule.end, rules: rule.inner, isFirstLine: false)
    }
    scanners = (
      try Scanner(end: nil, rules: rules, isFirstLine: true),
      try Scanner(end: nil, rules: rules, isFirstLine: false)
    )
  }

  /// The rules that a list of patterns stands for, includes replaced by what they name.
  private func flatten(
    _ patterns: [Any], at place: String, including: Set<String>
  ) throws -> [Rule] {
    try patterns.enumerated().flatMap { index, pattern -> [Rule] in
      guard let pattern = pattern as? [String: Any] else {
        throw Failure(description: "\(place): a pattern is no object")
      }
      return try rules(of: pattern, at: "\(place)[\(index)]", including: including)
    }
  }

  private func rules(
    of pattern: [String: Any], at place: String, including: Set<String>
  ) throws -> [Rule] {
    if let include = pattern["include"] as? String {
      try check(pattern, allows: ["include"], at: place)
      let name = String(include.dropFirst())
      guard include.hasPrefix("#"), let entry = repository[name] as? [String: Any] else {
        throw Failure(description: "\(place): no entry \(include)")
      }
      includedEntries.insert(name)
      guard !including.contains(name) else {
        throw Failure(description: "\(place): \(include) includes itself")
      }
      return try rules(of: entry, at: include, including: including.union([name]))
    }
    if pattern["match"] == nil, pattern["begin"] == nil {
      try check(pattern, allows: ["patterns"], at: place)
      return try flatten(pattern["patterns"] as? [Any] ?? [], at: place, including: including)
    }
    if let known = compiled[place] { return known }
    let rule = try compile(pattern, at: place)
    compiled[place] = [rule]
    if let inner = pattern["patterns"] as? [Any] { pending.append((rule, inner, place)) }
    return [rule]
  }

  private func compile(_ pattern: [String: Any], at place: String) throws -> Rule {
    let isRegion = pattern["begin"] != nil
    try check(
      pattern,
      allows: isRegion
        ? [
          "name", "contentName", "begin", "beginCaptures", "end", "endCaptures", "patterns",
        ] : ["name", "match", "captures"], at: place)
    return Rule(
      scopes: scopes(pattern["name"]), contentScopes: scopes(pattern["contentName"]),
      expression: try expression(pattern[isRegion ? "begin" : "match"], at: place),
      captures: try captures(pattern[isRegion ? "beginCaptures" : "captures"], at: place),
      end: isRegion ? try expression(pattern["end"], at: place) : nil,
      endCaptures: try captures(pattern["endCaptures"], at: place))
  }

  private func scopes(_ value: Any?) -> [String] {
    (value as? String ?? "").split(separator: " ").map(String.init)
  }

  private func captures(_ value: Any?, at place: String) throws -> [Int: [String]] {
    var result: [Int: [String]] = [:]
    for (key, value) in value as? [String: [String: Any]] ?? [:] {
      guard let number = Int(key) else {
        throw Failure(description: "\(place): capture \(key) is no number")
      }
      try check(value, allows: ["name"], at: place)
      result[number] = scopes(value["name"])
    }
    return result
  }

  private func expression(_ value: Any?, at place: String) throws -> Expression {
    guard let source = value as? String else {
      throw Failure(description: "\(place): an expression is missing")
    }
    do {
      let expression = try NSRegularExpression(pattern: source)
      sources.append(source)
      return Expression(source: source, groupCount: expression.numberOfCaptureGroups)
    } catch {
      throw Failure(description: "\(place): \(source) does not compile")
    }
  }

  private func check(_ object: [String: Any], allows keys: Set<String>, at place: String) throws {
    let others = Set(object.keys).subtracting(keys).sorted()
    if !others.isEmpty {
      throw Failure(description: "\(place): unknown keys \(others.joined(separator: ", "))")
    }
  }
}
