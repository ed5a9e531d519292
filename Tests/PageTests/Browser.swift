import Foundation

/// A headless Chromium that is driven over its debugging protocol.
///
/// The protocol's messages are JSON, ended by a zero byte, over two pipes: the browser reads its
/// descriptor 3 and writes 4. It ends by itself when the pipes are closed, so with the tests.
final class Browser {
  /// The path of the executable; nil when none is installed.
  static let executable: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
    for name in ["chromium", "chromium-browser", "google-chrome"] {
      for folder in folders {
        let path = "\(folder)/\(name)"
        if FileManager.default.isExecutableFile(atPath: path) { return path }
      }
    }
    return nil
  }()

  /// What went wrong, in words.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Seconds after which an answer is not waited for any more.
  static let patience = 30.0

  private let input: Int32
  private let output: Int32
  private let profile: Folder
  private var received = Data()
  private var lastNumber = 0
  /// Events that were not asked for yet.
  private var events: [[String: Any]] = []

  init() throws {
    guard let executable = Browser.executable else { throw Failure(description: "no browser") }
    profile = try Folder()
    var arguments = [
      executable, "--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run",
      "--disable-extensions", "--disable-background-networking", "--disable-component-update",
      "--disable-dev-shm-usage", "--hide-scrollbars", "--user-data-dir=\(profile.url.path)",
      "about:blank",
    ]
    // Chromium refuses its sandbox to root.
    if geteuid() == 0 { arguments.insert("--no-sandbox", at: 1) }

    let (browserReads, weWrite) = try Browser.makePipe()
    let (weRead, browserWrites) = try Browser.makePipe()
    let nowhere = open("/dev/null", O_RDWR | O_CLOEXEC)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, nowhere, 0)
    posix_spawn_file_actions_adddup2(&actions, nowhere, 1)
    posix_spawn_file_actions_adddup2(&actions, nowhere, 2)
    posix_spawn_file_actions_adddup2(&actions, browserReads, 3)
    posix_spawn_file_actions_adddup2(&actions, browserWrites, 4)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      for descriptor in [browserReads, browserWrites, nowhere] { close(descriptor) }
    }
    var process = pid_t()
    let words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    let status = posix_spawn(&process, executable, &actions, nil, words, environ)
    if status != 0 { throw Failure(description: String(cString: strerror(status))) }
    input = weWrite
    output = weRead
  }

  deinit {
    close(input)
    close(output)
  }

  /// A pipe whose descriptors are above those that the browser uses.
  private static func makePipe() throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [0, 0]
    if pipe(&ends) != 0 { throw Failure(description: "no pipe") }
    let moved = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
    for descriptor in ends { close(descriptor) }
    return (moved[0], moved[1])
  }

  /// Sends a command and waits for its result; events that come meanwhile are kept.
  @discardableResult
  func send(
    _ method: String, _ parameters: [String: Any] = [:], session: String? = nil
  ) throws -> [String: Any] {
    lastNumber += 1
    var message: [String: Any] = ["id": lastNumber, "method": method, "params": parameters]
    message["sessionId"] = session
    var bytes = try JSONSerialization.data(withJSONObject: message)
    bytes.append(0)
    try bytes.withUnsafeBytes { bytes in
      var sent = 0
      while sent < bytes.count {
        let count = write(input, bytes.baseAddress! + sent, bytes.count - sent)
        if count < 0 { throw Failure(description: "the browser does not read: \(method)") }
        sent += count
      }
    }
    while true {
      let answer = try receive(for: method)
      guard answer["id"] as? Int == lastNumber else {
        if answer["method"] != nil { events.append(answer) }
        continue
      }
      if let error = answer["error"] as? [String: Any] {
        throw Failure(description: "\(method): \(error["message"] ?? "failed")")
      }
      return answer["result"] as? [String: Any] ?? [:]
    }
  }

  /// The events of a session so far, as method and parameters.
  func takeEvents(of session: String) -> [(method: String, parameters: [String: Any])] {
    let taken = events.filter { $0["sessionId"] as? String == session }
    events.removeAll { $0["sessionId"] as? String == session }
    return taken.map { ($0["method"] as? String ?? "", $0["params"] as? [String: Any] ?? [:]) }
  }

  /// Waits for an event of a session.
  func wait(for method: String, of session: String) throws {
    let isIt: ([String: Any]) -> Bool = {
      $0["method"] as? String == method && $0["sessionId"] as? String == session
    }
    while !events.contains(where: isIt) { events.append(try receive(for: method)) }
    events.removeAll(where: isIt)
  }

  private func receive(for purpose: String) throws -> [String: Any] {
    while true {
      if let end = received.firstIndex(of: 0) {
        let message = received[..<end]
        received = Data(received[(end + 1)...])
        return try JSONSerialization.jsonObject(with: message) as? [String: Any] ?? [:]
      }
      var waiting = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      if poll(&waiting, 1, Int32(Browser.patience * 1000)) == 0 {
        throw Failure(description: "no answer from the browser: \(purpose)")
      }
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(output, &chunk, chunk.count)
      if count <= 0 { throw Failure(description: "the browser has ended: \(purpose)") }
      received.append(contentsOf: chunk[..<count])
    }
  }
}

/// A folder that is there as long as this object is.
final class Folder {
  let url: URL

  init(named name: String = "") throws {
    url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("lang-page-\(UUID().uuidString)\(name)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a text into a file of the folder, making the folders on the way.
  func write(_ path: String, _ text: String) throws {
    let file = url.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }
}
