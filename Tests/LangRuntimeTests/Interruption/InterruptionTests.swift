import Glibc
import Testing

@testable import LangRuntime

/// Whatever takes the longer the more data there is notices that the program is to stop, and leaves
/// behind what can be used.
@Suite("Interruption")
struct InterruptionTests {
  /// What is tried, in words of the language.
  struct Trial: CustomTestStringConvertible, Sendable {
    /// Statements that make the data.
    let data: String
    /// What is tried: an expression, or a statement that changes `x`.
    let work: String
    /// For a statement: what is kept to compare with.
    var kept = ""
    /// For a statement: whether what it was to change is as it should be.
    var isIntact = ""

    init(_ data: String, _ work: String) {
      self.data = data
      self.work = work
    }

    init(_ data: String, kept: String, _ work: String, isIntact: String) {
      self.init(data, work)
      self.kept = kept
      self.isIntact = isIntact
    }

    var testDescription: String { "\(data.isEmpty ? "" : data + "; ")\(work)" }

    /// A function that tries it and returns what came of it.
    var source: String {
      let isStatement = !isIntact.isEmpty
      return """
        fn attempt() {
          \(data)
          \(isStatement ? "let kept = \(kept)" : "let expected = \(work)")
          var outcome = "finished"
          arm()
          try {
            \(isStatement ? work : "let result = \(work)")
          } catch e: Interrupt { outcome = e.message }
          disarm()
          return (outcome, \(isStatement ? isIntact : "(\(work)) == expected"))
        }
        """
    }
  }

  @Test(arguments: trials, [false, true])
  func stops(trial: Trial, isStressed: Bool) throws {
    let program = try InterruptedProgram(trial.source, isStressed: isStressed)
    _ = try program.attempt(stoppedAt: 0)
    let count = program.checkCount
    try #require(count > 0, "nothing asks whether the program is to stop")
    for number in Set([1, 2, count]) where number <= count {
      let result = try program.attempt(stoppedAt: number)
      #expect(
        result == .tuple([.string("interrupted"), .bool(true)]),
        "stopped at check \(number) of \(count)")
    }
  }

  /// Every eighth of the table; all of it, which takes some minutes in a debug build, with
  /// `LANG_ALL_INTERRUPTIONS` in the environment.
  static let trials: [Trial] =
    getenv("LANG_ALL_INTERRUPTIONS") != nil
    ? table : table.enumerated().filter { $0.offset % 8 == 3 }.map(\.element)

  private static let table: [Trial] =
    lists + changedLists + sorts + maps + changedMaps + texts + positions
    + byteStrings + numbers + json + regularExpressions

  // MARK: Lists and tuples

  private static let lists: [Trial] = [
    Trial("let n = 2500", "list(range(n))"),
    Trial("let x = list(range(9000))", "x + x"),
    Trial("let x = tuple(range(9000))", "x + x"),
    Trial("", "[1, 2, 3] * 9000"),
    Trial("", "[0] * 9000"),
    Trial("", "(1, 2) * 9000"),
    Trial("let x = list(range(9000))", "x.copy()"),
    Trial("let x = list(range(9000))", "x[1..]"),
    Trial("let x = tuple(range(9000))", "x[1..]"),
    Trial("let x = list(range(9000))", "tuple(x)"),
    Trial("let x = list(range(9000))", "list(x)"),
    Trial("let x = list(range(2500))", "x.index(2499)"),
    Trial("let x = [0.5] * 2500 + [1.5]", "x.index(1.5)"),
    Trial("let x = [(1,)] * 2500 + [(2,)]", "x.index((2,))"),
    Trial("let x = tuple(range(2500))", "2499 in x"),
    Trial("let x = [7] * 2500", "x.count(7)"),
    Trial("let x = list(range(2500))", "x == x + []"),
    Trial("let x = [0.5] * 2500; let y = [0.5] * 2500", "x == y"),
    Trial("let x = list(range(2500)); let y = list(range(2500))", "x < y"),
    Trial("let x = tuple(range(2500)); let y = tuple(range(2500))", "x == y"),
    Trial("let x = tuple(range(2500))", "hash(x)"),
    Trial("let x = list(range(2500))", "sum(x)"),
    Trial("let x = list(range(2500))", "max(x)"),
    Trial("let x = [nil] * 2500", "any(x)"),
    Trial("let x = list(range(1100))", "x.map(str)"),
    Trial("let x = list(range(2500))", "x.join(',')"),
    Trial("let x = list(range(2500))", "x.unique()"),
    Trial("let x = [[1]] * 2500", "x.flatten()"),
    Trial("let x = list(range(30000))", "repr(x)"),
    Trial("let x = tuple(range(30000))", "str(x)"),
    Trial("let x = range(300)", "list(zip(x, x))"),
    Trial("let x = range(300)", "list(enumerate(x))"),
    Trial("let x = range(300)", "list(reversed(x))"),
    Trial("let x = list(range(2500))", "[1, ...x]"),
    Trial("let x = list(range(2500))", "math.fsum(x)"),
  ]

  private static func changed(_ work: String, _ data: String = "list(range(9000))") -> Trial {
    Trial("let x = \(data)", kept: "x.copy()", work, isIntact: "x == kept")
  }

  private static let changedLists: [Trial] =
    [
      changed("x.extend(range(2500))"),
      changed("x.extend(x)"),
      changed("var y = x; y += x"),
      changed("var y = x; y *= 3"),
      changed("x.remove(8000)"),
    ]
    // More than are moved in place; to compare all of them would take longer than the rest of the table.
    + ["x.insert(1, 5)", "x.pop(1)", "x.reverse()"].map { work in
      Trial(
        "let x = [5, 6] + [7] * 4200000 + [8]", kept: "(5, 6, 7, 7, 8)", work,
        isIntact: "len(x) == 4200003 and (x[0], x[1], x[2], x[-2], x[-1]) == kept")
    }

  private static let sorts: [Trial] = [
    "[(i * 7919) % 2503 for i in range(2500)]",
    "[-i for i in range(2500)]",
    "[(i * 7919) % 2503 / 3 for i in range(2500)]",
    "[str((i * 7919) % 2503) for i in range(2500)]",
    "['the same beginning ' + str((i * 7919) % 2503) for i in range(2500)]",
    "[((i * 7919) % 2503, i) for i in range(2500)]",
    "[str(10000 - i) for i in range(2500)]",
    "list(range(2500)).map(str)",
  ].flatMap { data in
    [
      changed("x.sort()", data), changed("x.sort(reverse: true)", data),
      changed("x.sort(key: fn(item) => item)", data), Trial("let x = \(data)", "sorted(x)"),
    ]
  }

  // MARK: Maps and sets

  private static let maps: [Trial] = [
    Trial("let x = set(range(2500))", "x | set(range(2000, 3000))"),
    Trial("let x = set(range(2500))", "x & set(range(2000, 3000))"),
    Trial("let x = set(range(2500)); let y = set(range(100))", "x - y"),
    Trial("let x = set(range(2500)); let y = set(range(100))", "y ^ x"),
    Trial("let x = set(range(2500)); let y = set(range(2500))", "x == y"),
    Trial("let x = set(range(2500)); let y = set(range(2500))", "x <= y"),
    Trial("let x = set(range(2500)); let y = set(range(2500, 5000))", "x.isdisjoint(y)"),
    Trial("", "set(range(2500))"),
    Trial("let x = list(range(2500))", "set(x)"),
    Trial("let x = [(i, i) for i in range(2500)]", "map(x)"),
    Trial("let x = {k: k for k in range(2500)}; let y = {k: k for k in range(2500)}", "x == y"),
    Trial("let x = {k: k for k in range(2500)}", "x.copy()"),
    Trial("let x = {k: k for k in range(2500)}", "x | {1: 2}"),
    Trial("let x = {k: k for k in range(2500)}", "x.items()"),
    Trial("let x = {k: k for k in range(2500)}", "x.keys()"),
    Trial("let x = {k: k for k in range(2500)}", "x.values()"),
    Trial("let x = {k: k for k in range(2500)}", "x.invert()"),
    Trial("let x = {k: k for k in range(9000)}", "repr(x)"),
    Trial("let x = {k: k for k in range(2500)}", "{...x}"),
    Trial("let x = list(range(2500))", "x.group_by(fn(k) => k)"),
    Trial("let x = 'k' * 140000", "hash(x + 'l')"),
    Trial("let x = 'k' * 140000; let m = map([(x, 1)])", "m['k' * 140000]"),
    Trial("let x = bytes(140000)", "hash(x + bytes('1'))"),
  ]

  private static let allKeys =
    "x == kept and kept == x and kept.keys().all(fn(k) => x[k] == kept[k]) and "
    + "x.keys() == kept.keys()"
  private static let allItems =
    "x == kept and kept == x and kept.map(fn(k) => k in x) == set([true]) and "
    + "list(x) == list(kept)"

  private static let changedMaps: [Trial] =
    // The table grows at the next key: at 2048 entries.
    [
      Trial(
        "let x = {k: k for k in range(2048)}", kept: "x.copy()", "x[-1] = 1", isIntact: allKeys),
      Trial(
        "let x = {str(k): k for k in range(2048)}", kept: "x.copy()", "x['new'] = 1",
        isIntact: allKeys),
      Trial(
        "let x = {(k, k): k for k in range(2048)}", kept: "x.copy()", "x[(0, 1)] = 1",
        isIntact: allKeys),
      Trial("let x = set(range(2048))", kept: "x.copy()", "x.add(-1)", isIntact: allItems),
      // A quarter of the entries are gaps: they are closed.
      Trial(
        """
        let x = {k: k for k in range(2048)}
          for k in range(0, 1500, 2) { x.remove(k) }
        """, kept: "{k: v for k, v in x.items()}", "x[-1] = 1", isIntact: allKeys),
      // Few are left: the table shrinks.
      Trial(
        """
        let x = {k: k for k in range(16384)}
          for k in range(0, 14336) { x.remove(k) }
        """, kept: "{k: v for k, v in x.items()}", "x.remove(15000)", isIntact: allKeys),
      Trial(
        """
        let x = {k: k for k in range(16384)}
          for k in range(0, 14336) { x.remove(k) }
        """, kept: "{k: v for k, v in x.items()}", "x.popitem()", isIntact: allKeys),
      // Behind the last entry but one there are gaps only.
      Trial(
        """
        let x = {k: k for k in range(4096)}
          for k in range(1000, 4095) { x.remove(k) }
        """, kept: "{k: v for k, v in x.items()}", "x.popitem()", isIntact: allKeys),
    ]
    + ["&=", "-=", "^="].map { op in
      Trial(
        "let x = set(range(2500))", kept: "x.copy()", "var y = x; y \(op) set(range(1200, 2600))",
        isIntact: allItems)
    }
    // What was added before stays, and no more than was to be added.
    + [
      Trial(
        "let x = set(range(2500))", kept: "x.copy()", "x.update(range(2500, 5000))",
        isIntact: "kept <= x and x <= set(range(5000))"),
      Trial(
        "let x = {k: k for k in range(2500)}", kept: "x.copy()",
        "x.update({k: k for k in range(2500, 5000)})",
        isIntact: "set(kept.keys()) <= set(x.keys()) and x.keys().all(fn(k) => x[k] == k)"),
    ]

  // MARK: Text

  /// ASCII, and text that is not.
  private static let longTexts = ["'ab ' * 45000", "'äb\\u{1F600} ' * 17000"]

  private static let texts: [Trial] =
    longTexts.flatMap { text in
      [
        "x + x", "x * 2", "x == x[..-1] + '.'", "x < x[..-1] + '.'",
        "x[1..]", "x[..-1]", "x.replace('bytes(', ')ccc')", "x.replace('bytes(', ')')",
        "x.replace('a', 'z')",
        "x.replace('', '-')", "x.count('bytes(')", "x.count(')b ')", "x.count('zz')",
        "x.find('zz')",
        "x.rfind('zz')", "'zz' in x", "x.split('bytes(')", "x.split(')zz')", "x.split()",
        "x.rsplit('bytes(')",
        "x.rsplit()", "x.partition(')zz')", "x.rpartition('zz')", "x.splitlines()", "x.upper()",
        "x.lower()", "x.title()", "x.capitalize()", "x.swapcase()", "x.casefold()", "x.reverse()",
        "x.chars()", "x.code_points()", "x.bytes()", "x.encode('latin-1', 'replace')",

        "x.strip(x[..4])", "(' ' * 140000 + x).strip()", "(x + ' ' * 140000).rstrip()",
        "x.removeprefix('ä')[..-1]", "x.startswith(x[..-1] + '.')", "x.endswith('.' + x[1..])",
        "x.center(len(x) + 140000)", "x.ljust(len(x) + 140000, 'é')", "x.zfill(len(x) + 140000)",
        "x.expandtabs()", "('\\t' * 140000).expandtabs(0)", "x.translate({'b': nil})",
        "x.format()",
        "(x + '){}').format(1)", "x.isprintable()", "(x + '1').isupper()", "x.title().istitle()",
        "('a' * 140000).isalpha()", "repr(x)", "str([x])", "f'{x}{x}'", "', '.join([x, x])",
        "''.join(list(range(5000)).map(str))", "x.split(x[1..])", "list(x[..2500])",
        "hash(x + '!')",
        "x.find(x[200..] + '.')", "x.rfind('.' + x[200..])", "format(x, '>300000')",
        "(x + '\\n').lines()",
      ].map { Trial("let x = \(text)", $0) }
    }

  private static let positions: [Trial] = [
    Trial("let x = 'äb' * 70000", "x[-1]"), Trial("let x = 'äb' * 50000", "x.find('b', 99000)"),
  ]

  private static let byteStrings: [Trial] = [
    "x + x", "x * 2", "x == x[..-1] + bytes('.')", "x < x[..-1] + bytes('.')", "x[1..]",
    "x.decode()",
    "x.decode('latin-1')", "(x + bytes([255])).decode('utf-8', 'ignore')", "x.hex()", "x.to_list()",
    "x.find(bytes('zz'))", "x.rfind(bytes('zz'))", "x.count(bytes('b'))", "x.count(bytes('zz'))",
    "bytes('zz') in x", "1 in x",
    "x.split(bytes('b'))", "x.split()", "bytes(',').join([x, x])",
    "x.replace(bytes('b'), bytes('ccc'))",
    "x.replace(bytes(''), bytes('-'))", "x.strip(x[..3])", "x.upper()", "x.lower()", "x.reverse()",
    "x.isascii()",
    "x.startswith(x[..-1] + bytes('.'))", "x.endswith(bytes('.') + x[1..])", "bytes(140000)",
    "bytes([1] * 2500)",
    "list(x[..2500])", "repr(x)", "x.decode().bytes()", "bytes('').join([bytes('12')] * 2500)",
  ].map { Trial("let x = bytes('ab ') * 45000", $0) }

  // MARK: Numbers

  private static let numbers: [Trial] =
    [
      Trial("let x = 7 ** 20000", "x ** 8"),
      Trial("let x = 7 ** 90000; let y = 5 ** 90000", "x * y"),
      Trial("let x = 7 ** 190000; let y = 5 ** 90000", "x // y"),
      Trial("let x = 7 ** 190000; let y = 5 ** 90000", "math.gcd(x, y)"),
      Trial("let x = 7 ** 190000", "str(x)"),
      Trial("let x = '7' * 200000", "int(x)"),
      Trial("let x = 'f' * 200000", "int(x, 16)"),
      Trial("let x = 16 ** 90000", "f'{x:x}'"),
      Trial("let x = 2 ** 600000", "x.to_bytes()"),
      Trial("", "(1).to_bytes(140000)"),
      Trial("", "math.factorial(20000)"),
      Trial("let x = 7 ** 190000", "math.isqrt(x)"),
      // Long times short.
      Trial("let x = 1 << 4000000; let y = 3 ** 1700", "x * y"),
      Trial("let x = 1 << 4000000; let y = 3 ** 1700", "x // y"),
      Trial("let x = 1 << 4000000; let y = 3 ** 6000", "x * y"),
    ]
    // One pass each: asked before it.
    + [
      "x + y", "y - x", "-x", "~x", "abs(-x)", "x & -y", "x | y", "x ^ -y", "x >> 1", "-x >> 1",
      "x << 1", "x // 3", "x % 3",
    ].map { Trial("let x = (1 << 4000000) - 1; let y = x << 70", $0) }

  // MARK: JSON

  private static let json: [Trial] = [
    Trial("let x = '[' + '{\"a\": [1, 2.5, \"x\"]}, ' * 2500 + '0]'", "json.parse(x)"),
    Trial("let x = '[' + '{\"a\": [1, 2.5, \"x\"]}, ' * 2500 + '0]'", "json.parse(bytes(x))"),
    Trial("let x = '[' + '1,' * 20000 + '1]'", "json.parse(x)"),
    Trial("let x = '\"' + 'ab ' * 45000 + '\"'", "json.parse(x)"),
    Trial("let x = '\"' + 'äb\\\\n' * 25000 + '\"'", "json.parse(x)"),
    Trial("let x = ' ' * 140000 + '1'", "json.parse(x)"),
    Trial("let x = '7' * 140000", "json.parse(x)"),
    Trial("let x = '1.' + '7' * 140000", "json.parse(x)"),
    Trial("let x = json.format({str(i): i for i in range(9000)})", "json.parse(x)"),
    Trial("let x = '\\n' * 140000 + '[1]'", "json.parse_lines(x).to_list()"),
    Trial("let x = [{a: i, b: 'text'} for i in range(9000)]", "json.format(x)"),
    Trial("let x = [{a: i, b: 'text'} for i in range(2500)]", "json.format(x, indent: 2)"),
    Trial("let x = {str(i): i for i in range(9000)}", "json.format(x, sort_keys: true)"),
    Trial("let x = ['ab ' * 45000, 'é\"' * 45000]", "json.format(x)"),
    Trial("let x = 'é\"' * 45000", "json.format(x, ascii: true)"),
    Trial("", "json.format(0..30000)"),
  ]

  // MARK: Regular expressions

  private static let regularExpressions: [Trial] =
    longTexts.flatMap { text in
      [
        "re.find_all('b', x)", "re.find_all('(b).', x)", "re.split('b', x)",
        "re.split('(b)', x, 3000)", "re.replace('b', x, 'ccc')",
        "re.replace('(b)', x, '[\\\\1]')", "re.search('b+?[yz]', x)",
        "re.replace('b', x[..9000], fn(m) => 'c')", "re.full_match('(?:.|b)*', x).span()",
        "re.escape(x)",
        "re.match('.*', x).span()[1] + len(re.find_all('', x))",
      ].map { Trial("let x = \(text)", $0) }
    } + [
      Trial("", "re.search('(a+)+$', 'a' * 14 + 'b')"),
      Trial("let x = bytes('ab ') * 45000", "re.find_all(bytes('b'), x)"),
      // Nothing in it can begin a match.
      Trial("let x = 'ab ' * 6000000", "re.search('[xyz]', x)"),
    ]

  // MARK: Containers in containers

  /// A few objects that are met again and again: as trees they have more nodes than can be visited, and
  /// no container of them is long.
  @Test(
    .timeLimit(.minutes(2)),
    arguments: [
      "x == y", "x < y", "hash(x)", "repr(x)", "map([(x, 1)])", "set([x])", "sorted([x, y])",
    ])
  func stopsInContainersInContainers(work: String) throws {
    let machine = Machine(output: { _ in })
    machine.define("interrupt") { _ in
      machine.interrupt()
      return .nil
    }
    try machine.run(
      """
      from host import interrupt
      interrupt
      var x = (1.5,)
      var y = (1.5,)
      for i in 0..90 { (x, y) = ((x, x), (y, y)) }
      fn attempt() {
        try {
          return [interrupt(), \(work)]
        } catch e: Interrupt { return e.message }
      }
      """)
    #expect(try machine.call("attempt") == .string("interrupted"))
  }
}
