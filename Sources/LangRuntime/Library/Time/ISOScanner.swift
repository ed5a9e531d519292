/// Reads dates, times and durations as ISO 8601 and RFC 3339 write them, strictly: what is wrong is told with
/// its position.
struct ISOScanner {
  private let engine: Engine
  private let text: StringReference
  private let bytes: UnsafeBufferPointer<UInt8>
  /// What is read, for messages: "an ISO 8601 date".
  private let what: StaticString
  private(set) var position = 0

  init(_ text: StringReference, _ what: StaticString, _ engine: Engine) {
    self.text = text
    self.what = what
    self.engine = engine
    bytes = text.buffer
  }

  /// A point of time as written.
  struct Clock {
    var hour = 0
    var minute = 0
    var second = 0
    var nanosecond = 0
    /// Whether there were colons; nil with hours alone.
    var isExtended: Bool?
    /// 24:00, the end of a day.
    var isEndOfDay: Bool { hour == 24 }
  }

  // MARK: Errors

  /// An error at a position, which is the one of a character: all before it is ASCII.
  func failure(_ reason: String, at position: Int? = nil) -> RaisedError {
    engine.valueError(
      "\(engine.shown(text)) is not \(what): \(reason) at position \(position ?? self.position)")
  }

  private func expected(_ name: String) -> RaisedError {
    failure("expected \(name)" + (isAtEnd ? ", found the end," : ""))
  }

  // MARK: Characters

  var isAtEnd: Bool { position == bytes.count }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    if next != UInt8(ascii: character) { return false }
    position += 1
    return true
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  /// How many digits follow.
  private var digitCount: Int { bytes[position...].prefix(20).prefix(while: Self.isDigit).count }

  /// A number of `count` digits from `range`.
  private mutating func number(
    _ count: Int, _ name: StaticString, in range: ClosedRange<Int>
  ) throws(RaisedError) -> Int {
    var number = 0
    for _ in 0..<count {
      guard let byte = next, Self.isDigit(byte) else {
        throw expected(count == 1 ? "the \(name)" : "\(count) digits of the \(name)")
      }
      number = number * 10 + Int(byte - UInt8(ascii: "0"))
      position += 1
    }
    if !range.contains(number) {
      throw failure(
        "the \(name) is \(number), which is not from \(range.lowerBound) to \(range.upperBound),",
        at: position - count)
    }
    return number
  }

  /// A point or comma and up to nine digits, as a number of billionths; nil without.
  private mutating func fraction() throws(RaisedError) -> Int? {
    guard take(".") || take(",") else { return nil }
    let start = position
    var (number, unit) = (0, 100_000_000)
    while let byte = next, Self.isDigit(byte) {
      if unit == 0 { throw failure("more than 9 digits of a fraction") }
      number += Int(byte - UInt8(ascii: "0")) * unit
      unit /= 10
      position += 1
    }
    if position == start { throw expected("digits of the fraction") }
    return number
  }

  func finish() throws(RaisedError) {
    if !isAtEnd { throw failure("expected the end") }
  }

  // MARK: Dates

  /// A day in one of the forms: `2024-02-29`, `20240229`, `2024-W09-4`, `2024W094`, `2024-060`,
  /// `2024060`.
  ///
  /// - Returns: The number of the day, and whether there were hyphens.
  mutating func date() throws(RaisedError) -> (day: Int, isExtended: Bool) {
    let year = try number(4, "year", in: 1...9999)
    let isExtended = take("-")
    let start = position
    let day: Int
    if take("W") {
      let week = try number(2, "week", in: 1...53)
      if week > Calendar.weeksInYear(year) {
        throw failure("the year \(year) has 52 weeks, not 53,", at: start + 1)
      }
      if isExtended && !take("-") { throw expected("'-' and the day of the week") }
      let weekday = try number(1, "day of the week", in: 1...7)
      day = Calendar.firstMonday(year) + (week - 1) * 7 + weekday - 1
    } else if digitCount == 3 {
      let days = Calendar.isLeap(year) ? 366 : 365
      day = Calendar.day(year, 1, 1) + (try number(3, "day of the year", in: 1...days)) - 1
    } else {
      let month = try number(2, "month", in: 1...12)
      if isExtended && !take("-") { throw expected("'-' and the day") }
      let days = Calendar.daysInMonth(year, month)
      day = Calendar.day(year, month, try number(2, "day", in: 1...days))
    }
    if !Calendar.days.contains(day) {
      throw failure("the week ends outside the years 1 to 9999,", at: start)
    }
    return (day, isExtended)
  }

  // MARK: Times

  /// A time of day: `12`, `12:30`, `12:30:05`, `1230`, `123005`, the last part with a fraction perhaps.
  mutating func clock() throws(RaisedError) -> Clock {
    var clock = Clock()
    let start = position
    clock.hour = try number(2, "hour", in: 0...24)
    var unit = 3600
    if next == UInt8(ascii: ":") || digitCount > 0 {
      let isExtended = take(":")
      clock.isExtended = isExtended
      clock.minute = try number(2, "minute", in: 0...59)
      unit = 60
      if isExtended ? take(":") : digitCount > 0 {
        if next == UInt8(ascii: "6"), digitCount >= 2, bytes[position + 1] == UInt8(ascii: "0") {
          throw failure("the second is 60, and times here have no leap seconds,")
        }
        clock.second = try number(2, "second", in: 0...59)
        unit = 1
      }
    }
    if let fraction = try fraction() {
      let nanoseconds = fraction * unit
      clock.nanosecond = nanoseconds % 1_000_000_000
      clock.minute += nanoseconds / 1_000_000_000 / 60
      clock.second += nanoseconds / 1_000_000_000 % 60
    }
    if clock.isEndOfDay && clock.minute + clock.second + clock.nanosecond > 0 {
      throw failure("the hour is 24, which only 24:00 has,", at: start)
    }
    return clock
  }

  /// `Z` or an offset from UTC such as `+02:00`, `-0330`, `+01`, in seconds; nil without.
  mutating func offset() throws(RaisedError) -> Int? {
    if take("Z") || take("z") { return 0 }
    let isNegative = next == UInt8(ascii: "-")
    guard take("+") || take("-") else { return nil }
    var seconds = 3600 * (try number(2, "hours of the offset", in: 0...23))
    if next == UInt8(ascii: ":") || digitCount > 0 {
      let isExtended = take(":")
      seconds += 60 * (try number(2, "minutes of the offset", in: 0...59))
      if isExtended ? take(":") : digitCount > 0 {
        seconds += try number(2, "seconds of the offset", in: 0...59)
      }
    }
    return isNegative ? -seconds : seconds
  }

  /// The `T` between date and time, or a space (RFC 3339, 5.6).
  mutating func separator() throws(RaisedError) {
    if !take("T") && !take("t") && !take(" ") { throw expected("'T' and a time") }
  }

  // MARK: Durations

  /// A duration of weeks, days, hours, minutes and seconds, such as `P1DT2H` or `-PT0.5S`: seconds, and
  /// nanoseconds of the same sign.
  mutating func duration() throws(RaisedError) -> (seconds: Int, nanoseconds: Int) {
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    if !take("P") { throw expected("'P'") }
    var (seconds, nanoseconds, isInTime, rank, hasFraction) = (0, 0, false, 0, false)
    let units: [(letter: Unicode.Scalar, isInTime: Bool, seconds: Int)] = [
      ("W", false, 604_800), ("D", false, 86_400), ("H", true, 3600), ("M", true, 60),
      ("S", true, 1),
    ]
    while !isAtEnd {
      if !isInTime && take("T") {
        isInTime = true
        if isAtEnd { throw expected("a number") }
        continue
      }
      if hasFraction { throw failure("only the last part may have a fraction,") }
      let start = position
      var amount = 0
      let digits = digitCount
      if digits == 0 { throw expected(isInTime ? "a number" : "a number or 'T'") }
      if digits > 15 { throw failure("the number is too large", at: start) }
      for byte in bytes[start..<start + digits] {
        amount = amount * 10 + Int(byte - UInt8(ascii: "0"))
      }
      position += digits
      let fraction = try fraction()
      hasFraction = fraction != nil
      if !isInTime && (next == UInt8(ascii: "Y") || next == UInt8(ascii: "M")) {
        throw failure("a duration has no years and months, whose lengths differ,")
      }
      guard
        let index = units.firstIndex(where: {
          $0.isInTime == isInTime && next == UInt8(ascii: $0.letter)
        })
      else { throw expected(isInTime ? "'H', 'M' or 'S'" : "'W' or 'D'") }
      if index < rank { throw failure("'\(units[index].letter)' is out of order") }
      position += 1
      rank = index + 1
      // 15 digits of weeks are less than 2 ** 70, so this may be too much.
      let (part, isTooLarge) = amount.multipliedReportingOverflow(by: units[index].seconds)
      let (sum, isSumTooLarge) = seconds.addingReportingOverflow(part)
      if isTooLarge || isSumTooLarge { throw failure("the number is too large", at: start) }
      nanoseconds += (fraction ?? 0) * units[index].seconds
      seconds = sum
    }
    if rank == 0 { throw expected("a number") }
    return isNegative ? (-seconds, -nanoseconds) : (seconds, nanoseconds)
  }
}
