/// What goes on for ever behind the last change of a time zone, or the whole of one that the variable TZ
/// describes: `CET-1CEST,M3.5.0,M10.5.0/3` (POSIX, with the larger hours of RFC 8536).
struct ZoneRule {
  let standard: ZoneKind
  /// Summer time with its begin and end; nil for a zone without.
  let summer: (kind: ZoneKind, begin: ChangeDay, end: ChangeDay)?

  /// A day of a year and a time of that day, by the clock in force until then.
  struct ChangeDay {
    enum Day {
      /// 1 to 365; February 29th is never counted.
      case julian(Int)
      /// 0 to 365.
      case ordinal(Int)
      /// Month, week 1 to 5 (5 is the last), weekday from 0 for Sunday.
      case weekday(Int, Int, Int)
    }
    let day: Day
    let seconds: Int

    /// Seconds from 1970 on the clock of the zone.
    func time(in year: Int) -> Int {
      let first = Calendar.day(year, 1, 1)
      let number: Int
      switch day {
      case .julian(let day):
        number = first + day - 1 + (Calendar.isLeap(year) && day >= 60 ? 1 : 0)
      case .ordinal(let day): number = first + day
      case .weekday(let month, let week, let weekday):
        let start = Calendar.day(year, month, 1)
        // The language's weekdays begin with Monday.
        let ahead = (weekday + 6 - Calendar.weekday(start)) % 7
        let inMonth = (ahead + 7) % 7 + (week - 1) * 7
        number = start + (inMonth < Calendar.daysInMonth(year, month) ? inMonth : inMonth - 7)
      }
      return number * 86_400 + seconds
    }
  }

  /// Reads a rule; nil when the text is none.
  init?(_ text: some Collection<UInt8>) {
    var scanner = Scanner(bytes: Array(text))
    guard let name = scanner.name(), let offset = scanner.time(hours: 24) else { return nil }
    standard = ZoneKind(offset: -offset, isSummer: false, abbreviation: name)
    if scanner.isAtEnd {
      summer = nil
      return
    }
    guard let summerName = scanner.name() else { return nil }
    var summerOffset = -offset + 3600
    if let next = scanner.next, next != UInt8(ascii: ",") {
      guard let given = scanner.time(hours: 24) else { return nil }
      summerOffset = -given
    }
    let kind = ZoneKind(offset: summerOffset, isSummer: true, abbreviation: summerName)
    if scanner.isAtEnd {
      // Without days POSIX leaves them open; these are what most systems take.
      summer = (
        kind, ChangeDay(day: .weekday(3, 2, 0), seconds: 7200),
        ChangeDay(day: .weekday(11, 1, 0), seconds: 7200)
      )
      return
    }
    guard scanner.take(","), let begin = scanner.changeDay(), scanner.take(","),
      let end = scanner.changeDay(), scanner.isAtEnd
    else { return nil }
    summer = (kind, begin, end)
  }

  /// What holds at a time.
  func kind(at time: Int) -> ZoneKind {
    guard let summer else { return standard }
    var isSummer = false
    for change in changes(near: time) where change.time <= time { isSummer = change.isSummer }
    return isSummer ? summer.kind : standard
  }

  /// The first change after a time; nil without summer time.
  func change(after time: Int) -> Int? { changes(near: time).first { $0.time > time }?.time }

  /// The last change before a time; nil without summer time.
  func change(before time: Int) -> Int? { changes(near: time).last { $0.time < time }?.time }

  /// The changes of the years around a time, in order.
  private func changes(near time: Int) -> [(time: Int, isSummer: Bool)] {
    guard let summer else { return [] }
    let year = Calendar.date(Calendar.floorDivided(time, by: 86_400)).year
    var changes: [(time: Int, isSummer: Bool)] = []
    for year in year - 1...year + 1 {
      changes.append((summer.begin.time(in: year) - standard.offset, true))
      changes.append((summer.end.time(in: year) - summer.kind.offset, false))
    }
    // A summer that lasts the whole year ends when the next begins.
    return changes.sorted { a, b in a.time != b.time ? a.time < b.time : !a.isSummer && b.isSummer }
  }

  /// Reads the parts.
  private struct Scanner {
    let bytes: [UInt8]
    var position = 0

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }
    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      if next != UInt8(ascii: character) { return false }
      position += 1
      return true
    }

    /// Letters, or letters, digits and signs between `<` and `>`.
    mutating func name() -> String? {
      let isQuoted = take("<")
      let start = position
      while let byte = next {
        let isLetter = byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
        let isOther =
          byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || byte == UInt8(ascii: "+")
          || byte == UInt8(ascii: "-")
        if !isLetter && !(isQuoted && isOther) { break }
        position += 1
      }
      let name = String(decoding: bytes[start..<position], as: UTF8.self)
      if name.utf8.count < 3 || name.utf8.count > 32 || isQuoted && !take(">") { return nil }
      return name
    }

    mutating func number(upTo limit: Int) -> Int? {
      var (number, digits) = (0, 0)
      while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), digits < 4 {
        number = number * 10 + Int(byte - UInt8(ascii: "0"))
        digits += 1
        position += 1
      }
      return digits > 0 && number <= limit ? number : nil
    }

    /// `[+-]hh[:mm[:ss]]`, in seconds.
    mutating func time(hours limit: Int) -> Int? {
      let isNegative = take("-")
      if !isNegative { _ = take("+") }
      guard var seconds = number(upTo: limit) else { return nil }
      seconds *= 3600
      for unit in [60, 1] where take(":") {
        guard let part = number(upTo: 59) else { return nil }
        seconds += part * unit
      }
      return isNegative ? -seconds : seconds
    }

    mutating func changeDay() -> ChangeDay? {
      let day: ChangeDay.Day
      if take("J") {
        guard let number = number(upTo: 365), number >= 1 else { return nil }
        day = .julian(number)
      } else if take("M") {
        guard let month = number(upTo: 12), month >= 1, take("."), let week = number(upTo: 5),
          week >= 1, take("."), let weekday = number(upTo: 6)
        else { return nil }
        day = .weekday(month, week, weekday)
      } else {
        guard let number = number(upTo: 365) else { return nil }
        day = .ordinal(number)
      }
      guard take("/") else { return ChangeDay(day: day, seconds: 7200) }
      guard let seconds = time(hours: 167) else { return nil }
      return ChangeDay(day: day, seconds: seconds)
    }
  }
}
