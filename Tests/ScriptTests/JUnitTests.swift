import Foundation
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// `lang test --junit`: the file that build servers read.
@Suite("lang test --junit", .enabled(if: LangProcess.executable != nil))
struct JUnitTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func lang(
    _ arguments: String..., interruptAfter: Double? = nil
  ) async throws -> RunResult {
    try await LangProcess.run(
      ["test"] + arguments, in: directory.url, interruptAfter: interruptAfter)
  }

  private func report(_ name: String = "out.xml") throws -> Element {
    try Element.read(try Data(contentsOf: directory.url.appendingPathComponent(name)))
  }

  @Test func eachFileIsASuiteAndEachTestACase() async throws {
    try directory.write(
      "unit/test_a.l", "fn test_one() {}\nfn test_two() { assert 1 == 2, \"no\" }")
    try directory.write("unit/test_b.l", "fn test_three() { throw ValueError(\"bad\") }")
    try directory.write("unit/test_empty.l", "fn helper() {}")
    let result = try await lang("--junit", "out.xml")
    #expect(result.exitCode == 1)
    let root = try report()
    #expect(root.name == "testsuites")
    #expect(root.attributes["tests"] == "3")
    #expect(root.attributes["failures"] == "2")
    #expect(root.attributes["errors"] == "0")
    #expect(root.children.map { $0.attributes["name"] } == ["unit/test_a.l", "unit/test_b.l"])
    let cases = root.children.flatMap(\.children)
    #expect(cases.map { $0.attributes["name"] } == ["test_one", "test_two", "test_three"])
    #expect(cases[0].attributes["classname"] == "unit.test_a")
    #expect(cases[0].children.isEmpty)
    for element in [root] + root.children + cases {
      #expect(Double(element.attributes["time"] ?? "") ?? -1 >= 0)
    }
    let failure = try #require(cases[1].children.first)
    #expect(failure.name == "failure")
    #expect(failure.attributes["type"] == "AssertionError")
    #expect(failure.attributes["message"] == "no")
    #expect(failure.text.contains("--> unit/test_a.l:2:"))
  }

  @Test func whatXMLHasNoPlaceForIsWrittenOut() async throws {
    try directory.write(
      "test_a.l",
      """
      fn test_x() {
        print("<&>\\u{1b}[31m\\0\\r\\"']]>\\u{fffe}é")
        throw ValueError("a <b> & \\"c\\"\\n\\td\\u{1}")
      }
      """)
    _ = try await lang("--junit", "out.xml")
    let test = try #require(try report().children.first?.children.first)
    let failure = try #require(test.children.first)
    #expect(failure.attributes["message"] == "a <b> & \"c\"\n\td\\u{1}")
    let output = try #require(test.children.last)
    #expect(output.name == "system-out")
    #expect(output.text == "<&>\\u{1b}[31m\\u{0}\r\"']]>\\u{fffe}é\n")
  }

  @Test func aFileThatCannotRunIsAnError() async throws {
    try directory.write("test_a.l", "let = 1")
    _ = try await lang("--junit", "out.xml")
    let root = try report()
    #expect(root.attributes["errors"] == "1")
    let error = try #require(root.children.first?.children.first?.children.first)
    #expect(error.name == "error")
    #expect(error.attributes["type"] == "SyntaxError")
    #expect(error.text.contains("--> test_a.l:1:5"))
  }

  @Test func theFirstFailureEndsIt() async throws {
    try directory.write("test_a.l", "fn test_x() { assert false }\nfn test_y() {}")
    let result = try await lang("--fail-fast", "--junit", "out.xml")
    #expect(result.exitCode == 1)
    #expect(try report().attributes["tests"] == "1")
  }

  @Test func anInterruptedRunIsReportedAsFarAsItWent() async throws {
    try directory.write("test_a.l", "fn test_x() {}\nfn test_y() { while true {} }")
    let result = try await lang("--junit", "out.xml", interruptAfter: 2)
    #expect(result.exitCode == 130)
    let cases = try #require(try report().children.first?.children)
    #expect(cases.map { $0.attributes["name"] } == ["test_x", "test_y"])
    #expect(cases.last?.children.first?.name == "error")
    #expect(cases.last?.children.first?.attributes["type"] == "Interrupt")
  }

  @Test func aFileThatCannotBeWritten() async throws {
    try directory.write("test_a.l", "fn test_x() {}")
    let result = try await lang("--junit", "missing/out.xml")
    #expect(result.exitCode == 74)
    #expect(
      result.standardError == "lang: cannot write 'missing/out.xml': No such file or directory\n")
  }

  @Test func withoutTestsTheReportIsEmpty() async throws {
    let result = try await lang("--junit", "out.xml")
    #expect(result.exitCode == 1)
    #expect(try report().attributes["tests"] == "0")
  }
}

/// An element of XML, as a strict reader sees it.
private final class Element {
  let name: String
  let attributes: [String: String]
  var children: [Element] = []
  var text = ""

  init(_ name: String, _ attributes: [String: String]) {
    self.name = name
    self.attributes = attributes
  }

  struct Malformed: Error {
    let reason: String
  }

  static func read(_ data: Data) throws -> Element {
    let parser = XMLParser(data: data)
    let builder = Builder()
    parser.delegate = builder
    guard parser.parse(), let root = builder.root else {
      throw Malformed(reason: "\(String(describing: parser.parserError)): \(parser.lineNumber)")
    }
    return root
  }

  private final class Builder: NSObject, XMLParserDelegate {
    var root: Element?
    private var open: [Element] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      let element = Element(name, attributes)
      open.last?.children.append(element)
      if open.isEmpty { root = element }
      open.append(element)
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) { open.last?.text += text }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
      qualifiedName: String?
    ) { open.removeLast() }
  }
}
