/// Numbers for people.
public enum ReportUnits {
  /// `812 B`, `4.1 KB`, `312 KB`, `1.2 MB`; a KB is 1,024 bytes.
  public static func bytes(_ count: Int) -> String {
    if count < 1024 { return "\(count) B" }
    var number = Double(count)
    var unit = 0
    let units = ["B", "KB", "MB", "GB", "TB"]
    // What would be shown as 1024 is 1 of the next unit.
    while number >= 1023.5 && unit < units.count - 1 {
      number /= 1024
      unit += 1
    }
    return "\(decimal(number, places: number < 99.95 ? 1 : 0)) \(units[unit])"
  }

  /// `0.42 ms`, `12.3 ms`, `123 ms`, `1.23 s`.
  public static func milliseconds(_ nanoseconds: UInt64) -> String {
    let number = Double(nanoseconds) / 1e6
    if number >= 999.5 { return "\(decimal(number / 1000, places: 2)) s" }
    return "\(decimal(number, places: number < 9.995 ? 2 : number < 99.95 ? 1 : 0)) ms"
  }

  /// `1,234,567`.
  public static func grouped(_ number: Int) -> String {
    var text = ""
    for (position, digit) in String(number).reversed().enumerated() {
      if position > 0 && position % 3 == 0 && digit != "-" { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }

  private static func decimal(_ number: Double, places: Int) -> String {
    let scale = places == 0 ? 1.0 : places == 1 ? 10 : 100
    let scaled = Int((number * scale).rounded())
    if places == 0 { return String(scaled) }
    let fraction = String(scaled % Int(scale))
    return "\(scaled / Int(scale))."
      + String(repeating: "0", count: places - fraction.utf8.count) + fraction
  }
}

/// Shows paths from the current folder or the folder of the program.
public struct PathShortener: Sendable {
  private let folders: [String]

  /// - Parameter folders: Absolute paths.
  public init(folders: [String]) {
    self.folders = folders.filter { $0.hasPrefix("/") && $0 != "/" }
  }

  init(_ engine: Engine) {
    let programs = engine.pointee.modules.records.compactMap(\.programFolder?.path)
    self.init(folders: [currentFolder] + programs)
  }

  /// The path without the folder that it begins with.
  public func shorten(_ path: String) -> String {
    for folder in folders where path.hasPrefix(folder + "/") {
      return String(path.dropFirst(folder.count + 1))
    }
    return path
  }
}
