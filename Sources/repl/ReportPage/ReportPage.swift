// The page of `--report=html`: `page.html` with `page.css`, the scripts and the data in it, which makes
// it one file that needs no other. They lie beside this file and are part of the executable.

/// Puts the page together.
public enum HTMLReport {
  /// The page, in UTF-8.
  ///
  /// - Parameters:
  ///   - report: The report as JSON.
  ///   - events: The events as a JSON list.
  ///   - text: The report as text, for browsers that run no scripts.
  /// - Complexity: Linear in the texts; the page itself has about 90 KB.
  public static func page(report: String, events: String, text: String) -> [UInt8] {
    var data: [UInt8] = []
    data.append(contentsOf: "{\"report\":".utf8)
    appendCompactly(report, to: &data)
    data.append(contentsOf: ",\"events\":".utf8)
    appendCompactly(events, to: &data)
    data.append(UInt8(ascii: "}"))

    var page: [UInt8] = []
    var template = PackageResources.page_html[...]
    func fill(_ slot: String, _ parts: [[UInt8]]) {
      guard let range = template.firstRange(of: slot.utf8) else {
        fatalError("page.html has no line '\(slot)'")
      }
      page.append(contentsOf: template[..<range.lowerBound])
      for part in parts { page.append(contentsOf: part) }
      template = template[range.upperBound...]
    }
    // Nothing may be fetched, whatever a name or a message contains.
    fill(
      "<link rel=\"stylesheet\" href=\"page.css\">",
      [
        Array(
          "<meta http-equiv=\"Content-Security-Policy\" content=\"\(contentPolicy)\">\n<style>\n"
            .utf8),
        PackageResources.page_css, Array("</style>".utf8),
      ])
    fill(
      "<pre id=\"report-as-text\"></pre>",
      [Array("<pre>".utf8), escaped(text), Array("</pre>".utf8)])
    fill(
      "<script type=\"application/json\" id=\"data\"></script>",
      [Array("<script type=\"application/json\" id=\"data\">".utf8), data, Array("</script>".utf8)])
    for (name, script) in scripts {
      fill(
        "<script src=\"\(name)\"></script>",
        [Array("<script>\n".utf8), script, Array("</script>".utf8)])
    }
    page.append(contentsOf: template)
    return page
  }

  /// The scripts in the order of `page.html`.
  private static var scripts: [(name: String, text: [UInt8])] {
    [
      ("words.js", PackageResources.words_js), ("model.js", PackageResources.model_js),
      ("layout.js", PackageResources.layout_js), ("graph.js", PackageResources.graph_js),
      ("timeline.js", PackageResources.timeline_js), ("tables.js", PackageResources.tables_js),
      ("page.js", PackageResources.page_js),
    ]
  }

  private static let contentPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    + "base-uri 'none'; form-action 'none'"

  /// Appends JSON without the spaces between its parts.
  ///
  /// A `<` can only be in a string, and is written as an escape there: so no text of a program ends the
  /// element that the JSON is in, or begins a comment.
  private static func appendCompactly(_ json: String, to bytes: inout [UInt8]) {
    var isInString = false
    var isEscaped = false
    for byte in json.utf8 {
      switch byte {
      case UInt8(ascii: "<"):
        bytes.append(contentsOf: "\\u003c".utf8)
        continue
      case UInt8(ascii: "\""):
        if !isEscaped { isInString.toggle() }
      case UInt8(ascii: " "), UInt8(ascii: "\n"):
        if !isInString { continue }
      default: break
      }
      isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
      bytes.append(byte)
    }
  }

  /// A text as it is written in HTML.
  private static func escaped(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
      case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
      default: bytes.append(byte)
      }
    }
    return bytes
  }
}
