import Foundation
import Testing

/// The page of a program in a tab of its own, as a person has it before them.
final class Page {
  /// One browser for all tests: starting it is what takes the time.
  nonisolated(unsafe) private static var sharedBrowser: Browser?

  /// How the page is looked at.
  struct View {
    var width = 1440
    var height = 900
    var scheme = "light"
    var hasReducedMotion = false
    var runsScripts = true

    static let phone = View(width: 360, height: 740)
  }

  let program: Program
  private let browser: Browser
  private let session: String
  private let target: String

  init(_ program: Program, _ view: View = View()) throws {
    self.program = program
    browser = try Page.sharedBrowser ?? Browser()
    Page.sharedBrowser = browser
    let made = try browser.send("Target.createTarget", ["url": "about:blank"])
    target = try #require(made["targetId"] as? String)
    let attached = try browser.send(
      "Target.attachToTarget", ["targetId": target, "flatten": true])
    session = try #require(attached["sessionId"] as? String)
    for domain in ["Page", "Runtime", "Log", "Network"] { try send("\(domain).enable") }
    try look(view)
    if !view.runsScripts {
      try send("Emulation.setScriptExecutionDisabled", ["value": true])
    }
    try send("Page.navigate", ["url": program.page.absoluteString])
    try browser.wait(for: "Page.loadEventFired", of: session)
  }

  deinit { _ = try? browser.send("Target.closeTarget", ["targetId": target]) }

  @discardableResult
  private func send(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
    try browser.send(method, parameters, session: session)
  }

  /// Changes how the page is looked at.
  func look(_ view: View) throws {
    try send(
      "Emulation.setDeviceMetricsOverride",
      [
        "width": view.width, "height": view.height, "deviceScaleFactor": 1,
        "mobile": view.width < 500,
      ])
    try send(
      "Emulation.setEmulatedMedia",
      [
        "features": [
          ["name": "prefers-color-scheme", "value": view.scheme],
          [
            "name": "prefers-reduced-motion",
            "value": view.hasReducedMotion ? "reduce" : "no-preference",
          ],
        ]
      ])
  }

  /// The value of a JavaScript expression.
  @discardableResult
  func evaluate(_ expression: String) throws -> Any? {
    let answer = try send(
      "Runtime.evaluate",
      ["expression": expression, "returnByValue": true, "awaitPromise": true])
    if let details = answer["exceptionDetails"] as? [String: Any] {
      let exception = details["exception"] as? [String: Any]
      throw Browser.Failure(description: "\(exception?["description"] ?? details)")
    }
    return (answer["result"] as? [String: Any])?["value"]
  }

  func text(_ expression: String) throws -> String {
    try #require(try evaluate(expression) as? String, "no text: \(expression)")
  }

  func number(_ expression: String) throws -> Int {
    try #require(try evaluate(expression) as? Int, "no number: \(expression)")
  }

  func holds(_ expression: String) throws -> Bool {
    try #require(try evaluate("Boolean(\(expression))") as? Bool)
  }

  /// The text of an element.
  func content(_ selector: String) throws -> String {
    try text("document.querySelector(\(quoted(selector))).textContent")
  }

  /// The step that is shown.
  var step: Int { get throws { try number("Number(document.getElementById('slider').value)") } }

  /// What has the focus, by its identifier.
  var focused: String { get throws { try text("document.activeElement.id") } }

  /// Moves the slider.
  func go(to step: Int) throws {
    try evaluate(
      "(() => { const s = document.getElementById('slider'); s.value = \(step);"
        + " s.dispatchEvent(new Event('input')); })()")
  }

  /// Presses a key.
  func press(_ key: String) throws {
    let codes = [
      "ArrowLeft": 37, "ArrowRight": 39, "Home": 36, "End": 35, "Enter": 13, " ": 32, "Tab": 9,
    ]
    var parameters: [String: Any] = [
      "key": key, "code": key == " " ? "Space" : key, "windowsVirtualKeyCode": codes[key] ?? 0,
      "type": "keyDown",
    ]
    if key == " " { parameters["text"] = " " }
    if key == "Enter" { parameters["text"] = "\r" }
    try send("Input.dispatchKeyEvent", parameters)
    parameters["type"] = "keyUp"
    parameters["text"] = nil
    try send("Input.dispatchKeyEvent", parameters)
  }

  /// Types a text into what has the focus.
  func type(_ text: String) throws { try send("Input.insertText", ["text": text]) }

  /// Clicks the middle of an element.
  func click(_ selector: String) throws {
    let place = try #require(
      try evaluate(
        "(() => { const e = document.querySelector(\(quoted(selector)));"
          + " e.scrollIntoView({block: 'center', behavior: 'instant'});"
          + " const b = e.getBoundingClientRect();"
          + " return [b.left + b.width / 2, b.top + b.height / 2]; })()") as? [Double])
    for type in ["mousePressed", "mouseReleased"] {
      try send(
        "Input.dispatchMouseEvent",
        ["type": type, "x": place[0], "y": place[1], "button": "left", "clickCount": 1])
    }
  }

  /// Waits until something holds.
  func wait(until expression: String) throws {
    let deadline = Date(timeIntervalSinceNow: Browser.patience)
    while !(try holds(expression)) {
      if Date() > deadline { throw Browser.Failure(description: "never: \(expression)") }
      usleep(10_000)
    }
  }

  /// What the browser complained of, and what the page asked the network for.
  func complaints() throws -> [String] {
    // An answer comes behind everything that happened before.
    try evaluate("0")
    return browser.takeEvents(of: session).compactMap { method, parameters in
      switch method {
      case "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded":
        return "\(method): \(parameters)"
      case "Network.requestWillBeSent":
        let request = parameters["request"] as? [String: Any]
        let url = request?["url"] as? String ?? "?"
        return url == program.page.absoluteString || url.hasPrefix("data:")
          ? nil : "request: \(url)"
      default: return nil
      }
    }
  }
}

/// A text as a JavaScript string.
func quoted(_ text: String) -> String {
  let data = try? JSONSerialization.data(withJSONObject: [text])
  return data.map { String(String(decoding: $0, as: UTF8.self).dropFirst().dropLast()) } ?? "\"\""
}

/// A program that was run, and its page.
final class Program {
  /// The executable under test: `LANG_EXECUTABLE`, or the newest build in the package.
  static let executable: String? = {
    if let path = ProcessInfo.processInfo.environment["LANG_EXECUTABLE"] {
      return FileManager.default.isExecutableFile(atPath: path)
        ? URL(fileURLWithPath: path).path : nil
    }
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    func age(_ path: String) -> Date {
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      return attributes?[.modificationDate] as? Date ?? .distantPast
    }
    return [".build/static/lang", ".build/release/lang", ".build/debug/lang"]
      .map { root.appendingPathComponent($0).resolvingSymlinksInPath().path }
      .filter { FileManager.default.isExecutableFile(atPath: $0) }
      .max { age($0) < age($1) }
  }()

  let folder: Folder
  /// The page that was written.
  let page: URL
  /// The page's text.
  let html: String
  /// The data in it.
  let report: [String: Any]
  let events: [[String: Any]]

  /// Runs a program of these files and reads its page.
  convenience init(_ files: [String: String], in name: String = "") throws {
    let folder = try Folder(named: name)
    for (path, text) in files { try folder.write(path, text) }
    try self.init(running: folder.url.appendingPathComponent("main.l").path, in: folder)
  }

  init(running script: String, in folder: Folder) throws {
    self.folder = folder
    page = folder.url.appendingPathComponent("page.html")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Program.executable))
    process.arguments = ["--report=html", "--report-to", page.path, script]
    process.currentDirectoryURL = folder.url
    process.environment = ProcessInfo.processInfo.environment.filter { name, _ in
      !name.hasPrefix("LANG_")
    }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    html = try String(contentsOf: page, encoding: .utf8)
    let opening = "<script type=\"application/json\" id=\"data\">"
    let start = try #require(html.range(of: opening))
    let end = try #require(html.range(of: "</script>", range: start.upperBound..<html.endIndex))
    let data = Data(html[start.upperBound..<end.lowerBound].utf8)
    let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    report = try #require(all["report"] as? [String: Any])
    events = try #require(all["events"] as? [[String: Any]])
  }

  /// What each module is after the first `step` events, worked out apart from the page.
  func states(at step: Int) -> [String: String] {
    var states: [String: String] = [:]
    for event in events.prefix(step) {
      guard let module = event["module"] as? String, let kind = event["event"] as? String else {
        continue
      }
      let isReload = event["reason"] as? String == "reload"
      switch kind {
      case "find": states[module] = "pending"
      case "load": states[module] = "loading"
      case "loaded": states[module] = "loaded"
      case "fail" where !isReload: states[module] = "failed"
      default: break
      }
    }
    return states
  }
}
