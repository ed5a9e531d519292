import CReadline
import Glibc

/// Where the lines of the learner come from: a terminal through readline, or a pipe as they are.
struct LessonInput {
  let isTerminal = isatty(0) == 1

  /// The next line without its end; nil when there is none.
  func line(_ prompt: String, on page: inout LessonPage) -> String? {
    if isTerminal {
      guard let line = readline(prompt) else { return nil }
      defer { free(line) }
      if line[0] != 0 { add_history(line) }
      return String(cString: line)
    }
    page.write(prompt, terminator: "")
    let line = readLine()
    // What is written reads like the conversation at a terminal.
    if let line { page.write(line) }
    return line
  }

  /// A byte at a time: what follows the line may be for the code in it, which reads for itself.
  private func readLine() -> String? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      let count = read(0, &byte, 1)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
      if byte == 10 { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
  }
}
