import Testing

@testable import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The parser reads the padding behind a text and nothing that comes after that, wherever the text
/// ends and wherever the work on it is given up: the next byte is one that cannot be read.
@Suite("The end of a text")
struct TextEndTests {
  /// Every kind of token, the f-strings in all their forms last; and what is wrong with them, where
  /// the parser looks for a place to go on.
  private static let texts = [
    """
    ## Documentation.
    let a = 0x1F + 1_000.5e-3 + "text\\u{1F600}" + r'raw' # A comment.
    let \u{e9}t\u{e9} = "\"\"
      several
      lines"\"\"
    fn f(x, ...rest) => x?.y ?? x[1..=2] if x is not nil
    let b = f'{a}' + f"{a:>{a}}" + f"text {a=} {{}} {f(f"{a}")} text"
    let c = f"\"\"
      {a} text
      {a:{a}}"\"\"
    """,
    """
    let a = f"{a b} text" + f'{}' let } = f"{a:{}}" f"\"\"{a} {b
    c"\"\" f"} {x!r:>3} {!s}"
    ] fn ( { f"{f'{a'}" f"{a}" === && || ! 0x 1_ 1e
    let b = \u{201c}text\u{201d} @ "\\q\\u{}" f"{a=:} {'
    f"\"\"{a:{b}
    """,
  ]

  /// Gives the parser a text whose padding is followed by a page that cannot be read; gives the number
  /// of questions.
  private func parseGuarded(_ text: some Collection<UInt8>, givingUpAt stop: Int = 0) -> Int {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let used = (text.count + Lexer.padding + page - 1) / page * page
    let memory = mmap(
      nil, used + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
    defer { munmap(memory, used + page) }
    mprotect(memory + used, page, PROT_NONE)
    let start = (memory + used - Lexer.padding - text.count)
      .initializeMemory(as: UInt8.self, from: Array(text), count: text.count)
    let tree = SyntaxTree(symbols: SymbolTable(), byteCount: text.count)
    var count = 0
    var parser = Parser(
      start, count: text.count, tree: tree,
      question: StopQuestion(atEachNode: {
        count += 1
        return count == stop
      }))
    parser.parseModule()
    parser.handOver(to: tree)
    return count
  }

  @Test(arguments: texts) func atEachPrefix(text: String) {
    let bytes = Array(text.utf8)
    for end in 0...bytes.count where end == bytes.count || bytes[end] & 0xc0 != 0x80 {
      #expect(parseGuarded(bytes[..<end]) > 0)
    }
  }

  @Test(arguments: texts) func givenUpAtEachPlace(text: String) {
    let bytes = Array(text.utf8)
    for stop in 1...parseGuarded(bytes) {
      #expect(parseGuarded(bytes, givingUpAt: stop) == stop)
    }
  }
}
