import Glibc
import LangRuntime

/// What became of tests, in the XML that JUnit has brought into use, which build servers read.
///
/// One `testsuite` a file. A test that throws is a `failure`; a file that cannot be run is an `error`, and
/// so is a test that Ctrl-C has ended.
struct JUnitReport {
  /// How something ended that did not pass.
  struct Failure {
    let isError: Bool
    /// The class of the error, and its message.
    let type: String
    let message: String
    /// All that is known, without colours.
    let details: String
    /// What had been printed.
    let output: String
  }

  private struct Case {
    let name: String
    let nanoseconds: UInt64
    let failure: Failure?
  }

  private struct Suite {
    let file: String
    /// With what was done outside of the tests: reading and running the file.
    var nanoseconds: UInt64 = 0
    var cases: [Case] = []
  }

  private var suites: [Suite] = []

  /// Adds a test to the suite of its file.
  mutating func add(_ name: String, of file: String, took nanoseconds: UInt64, _ failure: Failure?)
  {
    if suites.last?.file != file { suites.append(Suite(file: file)) }
    suites[suites.count - 1].cases.append(
      Case(name: name, nanoseconds: nanoseconds, failure: failure))
  }

  /// Says how long a file took as a whole; of no matter for one without tests.
  mutating func finish(_ file: String, took nanoseconds: UInt64) {
    if suites.last?.file == file { suites[suites.count - 1].nanoseconds = nanoseconds }
  }

  /// The text.
  var xml: String {
    let all = suites.flatMap(\.cases)
    let time = suites.reduce(0) { $0 + $1.nanoseconds }
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites\(counts(all, time))>\n"
    for suite in suites {
      text +=
        "  <testsuite name=\"\(escaped: suite.file)\"\(counts(suite.cases, suite.nanoseconds))>\n"
      let path = suite.file.hasSuffix(".l") ? suite.file.dropLast(2) : suite.file[...]
      let className = path.split(separator: "/").filter { $0 != "." && $0 != ".." }
        .joined(separator: ".")
      for test in suite.cases {
        text += "    <testcase name=\"\(escaped: test.name)\" classname=\"\(escaped: className)\""
        text += " file=\"\(escaped: suite.file)\" time=\"\(seconds(test.nanoseconds))\""
        guard let failure = test.failure else {
          text += "/>\n"
          continue
        }
        let element = failure.isError ? "error" : "failure"
        text += ">\n      <\(element) type=\"\(escaped: failure.type)\""
        text +=
          " message=\"\(escaped: failure.message)\">\(escaped: failure.details)</\(element)>\n"
        if !failure.output.isEmpty {
          text += "      <system-out>\(escaped: failure.output)</system-out>\n"
        }
        text += "    </testcase>\n"
      }
      text += "  </testsuite>\n"
    }
    return text + "</testsuites>\n"
  }

  private func counts(_ cases: [Case], _ time: UInt64) -> String {
    let failures = cases.count { $0.failure?.isError == false }
    let errors = cases.count { $0.failure?.isError == true }
    return " tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"0\""
      + " time=\"\(seconds(time))\""
  }

  /// Seconds with six digits behind the point.
  private func seconds(_ nanoseconds: UInt64) -> String {
    let microseconds = (nanoseconds + 500) / 1000
    let fraction = String(microseconds % 1_000_000)
    return "\(microseconds / 1_000_000)."
      + String(repeating: "0", count: 6 - fraction.count) + fraction
  }

  /// Nanoseconds of a clock that nobody sets.
  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

extension DefaultStringInterpolation {
  /// Text in an element or an attribute of XML 1.0.
  ///
  /// What has no place there, such as the sign that
  /// begins a colour, is written as in a literal of the language.
  fileprivate mutating func appendInterpolation(escaped text: String) {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      // Readers make blanks of these in attributes, and of a carriage return a newline.
      case "\t", "\n", "\r": result += "&#\(scalar.value);"
      case "\0"..<" ", "\u{FFFE}", "\u{FFFF}":
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    appendLiteral(result)
  }
}
