import Testing

@testable import LangRuntime

/// Patterns that were damaged at random are compiled or refused, and search within their limits; the same
/// ones at each run.
@Suite("Damaged regular expressions")
struct RegularExpressionMutationTests {
  private static let seeds = [
    #"(?<y>\d{4})-(?<m>\d\d)-(\d\d)"#, #"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"#, #""((?:[^"\\]|\\.)*)""#,
    #"(a+)+$"#, #"\b(?!x)\w+(?<=b)\s*"#, #"\((?:[^()]++|(?R))*\)"#, #"(?|(a)|(b(c)))\1"#,
    #"(?i)straße|[é-ü]+?|\p{Lu}\P{L}*"#, #"(?(?=a)ab|\X{2,3})\K."#, #"(?<n>x)?(?(n)y|z)"#,
    #"^(?:(?=(\w))\1|\R)*?\z"#, #"(?1)(a(?2)?)(b|(?1))"#, #"(*ANYCRLF)(?ms)^.*?$|\G"#,
    #"a(*SKIP)b|(*COMMIT)c|(?>d*)(*ACCEPT)"#, #"[^]\n-\x{1F600}[:alpha:]]{0,3}"#,
    #"(?#c)(?x: a # b)"#,
    #"(?<=(?<!\d)a|\bbc)\Q.*\E(?C1)"#, #"(?J)(?<n>a)(?<n>b)\k<n>\g{-1}"#,
  ]
  private static let pieces = [
    "(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "\\", "^", "$", ".", "(?", "(?:", "(?=",
    "(?!",
    "(?<=", "(?<!", "(?>", "(?R)", "(?1)", "\\1", "\\K", "\\G", "\\b", "\\X", "\\C", "{2,}",
    "{1000}",
    "{,3}", "(*", "(?<n>", "\\k<n>", "-", ",", "0", "9", "a", "b", "é", "\u{1F600}", "\0", "\n",
    "\r\n",
    "\\p{", "\\x{D800}", "\\Q", "\\E", "(?i)", "(?x)", "#", " ", "(?C1)", "\\N{", "(?&n)",
    "\\g{-1}",
  ]
  private static let texts = [
    "", "a", "2024-05-17 12:00", "to ada+l@mail.example.org.", #"x = "a \"b\"" "#, "aaaaaaaaaaaab",
    "f(a(b)c)(", "Straße ÄÖ é\u{301}x", "ab\r\nabc\n", "\0\u{1F600}\0", "abcabcdd aabb xyz",
  ]

  /// The generator of random numbers.
  private struct Numbers {
    var state: UInt64 = 2024
    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }

  private static func damaged(_ pattern: String, _ numbers: inout Numbers) -> String {
    var characters = Array(pattern.unicodeScalars)
    for _ in 0...numbers.next(4) {
      let place = numbers.next(characters.count + 1)
      switch numbers.next(4) {
      case 0 where place < characters.count: characters.remove(at: place)
      case 1 where place < characters.count:
        let end = min(characters.count, place + 1 + numbers.next(6))
        characters.insert(contentsOf: characters[place..<end], at: numbers.next(place + 1))
      default:
        characters.insert(
          contentsOf: pieces[numbers.next(pieces.count)].unicodeScalars, at: place)
      }
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: characters)
    return String(text)
  }

  @Test(.timeLimit(.minutes(5)))
  func areHarmless() throws {
    let machine = Machine(output: { _ in })
    machine.standardLibrary = libraryFolder
    try machine.run(
      """
      import re
      fn results(pattern, text, flags) {
        let compiled = re.compile(pattern, flags & 1 == 1, flags & 2 == 2, flags & 4 == 4,
          flags & 8 == 8, flags & 16 == 16, step_limit: 5_000)
        let found = []
        var last = 0
        for m in compiled.find_iter(text) {
          let begin, end = m.span()
          assert last <= begin and begin <= end and end <= len(text), f"{last} {begin} {end}"
          assert text[begin..end] == m[0] and m.before + m[0] + m.after == text
          last = end
          found.append((begin, end, m.groups(), m.named()))
        }
        assert compiled.replace(text, r"\\g<0>") == text
        assert compiled.replace(text, fn(m) => m[0]) == text
        assert len(compiled.find_all(text)) == len(found)
        assert len(compiled.split(text)) == len(found) * (compiled.group_count + 1) + 1
        let whole = compiled.full_match(text)
        assert whole is nil or whole.end() == len(text)
        compiled.match(text)
        return found
      }
      fn spans(pattern, text, flags) {
        let compiled = re.compile(pattern, flags & 1 == 1, flags & 2 == 2, flags & 4 == 4,
          flags & 8 == 8, flags & 16 == 16, step_limit: 30_000)
        return [m.span() for m in compiled.find_iter(text)]
      }
      fn attempt(pattern, text, flags, compares) {
        try {
          results(pattern, text, flags)
          if compares {
            # Long enough for code for the processor, without and with it, and for text that is not ASCII.
            for longer in [text * 300, text * 300 + "é"] {
              let compiled = spans(pattern, longer, flags)
              let interpreted = spans("(*NO_JIT)" + pattern, longer, flags)
              assert compiled == interpreted, "compiled and interpreted code differ"
            }
          }
          return "found"
        } catch e: re.PatternError { return "refused" } catch e: re.LimitError { return "given up" }
      }
      """)
    var numbers = Numbers()
    var outcomes: [String: Int] = [:]
    for round in 0..<3000 {
      let seed = Self.seeds[numbers.next(Self.seeds.count)]
      let pattern = Self.damaged(seed, &numbers)
      let text = Self.texts[numbers.next(Self.texts.count)]
      let flags = numbers.next(3) == 0 ? numbers.next(32) : 0
      do {
        let outcome = try machine.call(
          "attempt", .string(pattern), .string(text), .int(flags),
          .bool(round % 8 == 0))
        if case .string(let word) = outcome { outcomes[word, default: 0] += 1 }
      } catch {
        Issue.record("\(pattern.debugDescription) in \(text.debugDescription), \(flags): \(error)")
      }
    }
    // Neither are all refused nor does one limit end all.
    #expect(outcomes["found", default: 0] > 300, "\(outcomes)")
    #expect(outcomes["refused", default: 0] > 300, "\(outcomes)")
  }
}
