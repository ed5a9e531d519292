/// The native part of the module `date`: the calendar, ISO 8601 and time zones.
///
/// Days and seconds are counted from 1970-01-01. Seconds of a clock in some zone are counted as if it
/// showed UTC.
enum DatePart {
  static func initialize(_ engine: Engine, _ module: ModuleReference) throws(RaisedError) {
    try engine.define(definitions, in: module)
  }

  nonisolated(unsafe) private static let definitions: [NativeDefinition] = [
    NativeDefinition("day", "caller, year, month, day", body: day),
    NativeDefinition("date", "day", body: date),
    NativeDefinition("fields", "seconds", body: fields),
    NativeDefinition("check_clock", "caller, hour, minute, second, nanosecond", body: checkClock),
    NativeDefinition("weekday", "day") { (call) throws(RaisedError) -> Value in
      .int(Calendar.weekday(try dayNumber(call, 0)))
    },
    NativeDefinition("days_in_month", "year, month") { (call) throws(RaisedError) -> Value in
      let year = try int(call, 0, "days_in_month", "year", in: 1...9999)
      return .int(
        Calendar.daysInMonth(year, try int(call, 1, "days_in_month", "month", in: 1...12)))
    },
    NativeDefinition("is_leap_year", "year") { (call) throws(RaisedError) -> Value in
      .bool(Calendar.isLeap(try int(call, 0, "is_leap_year", "year", in: 1...9999)))
    },
    NativeDefinition("iso_week", "day", body: isoWeek),
    NativeDefinition("from_iso_week", "year, week, weekday", body: fromISOWeek),
    NativeDefinition("parse_date", "text") { (call) throws(RaisedError) -> Value in
      var scanner = try scanner(call, "Date.parse", "an ISO 8601 date")
      let (day, _) = try scanner.date()
      try scanner.finish()
      return .int(day)
    },
    NativeDefinition("parse_time", "text", body: parseTime),
    NativeDefinition("parse_datetime", "text", body: parseDateTime),
    NativeDefinition("parse_offset", "text") { (call) throws(RaisedError) -> Value in
      var scanner = try scanner(call, "Zone", "an offset such as \"+02:00\"")
      let offset = try scanner.offset()
      try scanner.finish()
      return offset.map { .int($0) } ?? .nil
    },
    NativeDefinition("parse_duration", "text") { (call) throws(RaisedError) -> Value in
      var scanner = try scanner(call, "Duration.parse", "an ISO 8601 duration")
      let (seconds, nanoseconds) = try scanner.duration()
      return call.engine.makeTuple(.int(seconds), .int(nanoseconds))
    },
    NativeDefinition("zone", "name", body: zone),
    NativeDefinition("zone_of_rule", "text") { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let text = try engine.expectString(
        call[0], "date.Zone.from_rule() expects a string for 'text'")
      guard text.count <= 100, let rule = ZoneRule(text.buffer) else {
        throw engine.valueError(
          "date.Zone.from_rule(): \(engine.shown(text)) is no rule of a time zone "
            + "such as \"CET-1CEST,M3.5.0,M10.5.0/3\"")
      }
      return engine.makeForeign(ZoneTable(rule))
    },
    NativeDefinition("local_zone", "", body: localZone),
    NativeDefinition("zone_names", "") { (call) throws(RaisedError) -> Value in
      guard let folder = ZoneDatabase.folder else { throw databaseMissing(call.engine) }
      return call.engine.makeList(of: ZoneDatabase.names(in: folder))
    },
    // Offset, whether it is summer time, abbreviation.
    NativeDefinition("zone_at", "zone, seconds") { (call) throws(RaisedError) -> Value in
      let kind = try table(call).kind(at: try seconds(call, 1))
      let tuple = call.engine.makeTuple(count: 3)
      tuple.items[0] = .int(kind.offset)
      tuple.items[1] = .bool(kind.isSummer)
      tuple.items[2] = call.engine.makeString(kind.abbreviation)
      return Value(.tuple, tuple)
    },
    NativeDefinition("zone_offset", "zone, seconds") { (call) throws(RaisedError) -> Value in
      .int(try table(call).kind(at: try seconds(call, 1)).offset)
    },
    // How often a clock shows a time (1, 2 or 0), and the offsets of the earlier and the later reading.
    NativeDefinition("zone_reading", "zone, local") { (call) throws(RaisedError) -> Value in
      let (count, first, second): (Int, Int, Int) =
        switch try table(call).reading(try seconds(call, 1)) {
        case .once(let offset): (1, offset, offset)
        case .twice(let earlier, let later): (2, earlier, later)
        // With the offset after the change the time lies before it, and the other way round.
        case .never(let before, let after): (0, after, before)
        }
      let tuple = call.engine.makeTuple(count: 3)
      tuple.items[0] = .int(count)
      tuple.items[1] = .int(first)
      tuple.items[2] = .int(second)
      return Value(.tuple, tuple)
    },
    NativeDefinition("zone_change", "zone, seconds, is_next") {
      (call) throws(RaisedError) -> Value in
      let table = try table(call)
      var time = try seconds(call, 1)
      // What is listed as a change may change nothing.
      while true {
        let change = call[2].tag == .true ? table.change(after: time) : table.change(before: time)
        guard let change, limits.contains(change) else { return .nil }
        if table.kind(at: change) != table.kind(at: change - 1) { return .int(change) }
        time = change
      }
    },
  ]

  /// The seconds of the years 1 to 9999, and a day more on either side for the offset of a zone.
  private static let limits =
    (Calendar.days.lowerBound - 1) * 86_400...(Calendar.days.upperBound + 2) * 86_400

  // MARK: Arguments

  private static func int(
    _ call: NativeCall, _ index: Int, _ caller: @autoclosure () -> String, _ name: StaticString,
    in range: ClosedRange<Int>
  ) throws(RaisedError) -> Int {
    let value = call[index]
    if value.isInt && range.contains(value.int) { return value.int }
    if value.isInt || value.tag == .bigInt {
      let shown = value.isInt ? "\(value.int)" : "a larger number"
      throw call.engine.valueError(
        "date.\(caller())() expects '\(name)' to be from \(range.lowerBound) to "
          + "\(range.upperBound), not \(shown)")
    }
    throw call.engine.typeError(
      "date.\(caller())() expects an int for '\(name)', not \(call.engine.typeName(of: value))")
  }

  private static func caller(_ call: NativeCall) -> String {
    call[0].isString ? call[0].string.text : "Date"
  }

  private static func outside(_ engine: Engine) -> RaisedError {
    engine.valueError("date: the result is outside the years 1 to 9999")
  }

  private static func dayNumber(_ call: NativeCall, _ index: Int) throws(RaisedError) -> Int {
    if call[index].isInt && Calendar.days.contains(call[index].int) { return call[index].int }
    throw outside(call.engine)
  }

  private static func seconds(_ call: NativeCall, _ index: Int) throws(RaisedError) -> Int {
    if call[index].isInt && limits.contains(call[index].int) { return call[index].int }
    throw outside(call.engine)
  }

  private static func table(_ call: NativeCall) throws(RaisedError) -> ZoneTable {
    if let table = call.engine.foreign(call[0], as: ZoneTable.self) { return table }
    throw call.engine.typeError("date expects a time zone")
  }

  private static func scanner(
    _ call: NativeCall, _ caller: String, _ what: StaticString
  ) throws(RaisedError) -> ISOScanner {
    let text = try call.engine.expectString(
      call[0], "date.\(caller)() expects a string for '\(caller == "Zone" ? "name" : "text")'")
    return ISOScanner(text, what, call.engine)
  }

  private static func tuple(_ engine: Engine, _ values: [Value]) -> Value {
    let tuple = engine.makeTuple(count: values.count)
    for (index, value) in values.enumerated() { tuple.items[index] = value }
    return Value(.tuple, tuple)
  }

  // MARK: Calendar

  /// The number of a day, after checking its parts.
  private static func day(_ call: NativeCall) throws(RaisedError) -> Value {
    let year = try int(call, 1, caller(call), "year", in: 1...9999)
    let month = try int(call, 2, caller(call), "month", in: 1...12)
    let days = Calendar.daysInMonth(year, month)
    return .int(Calendar.day(year, month, try int(call, 3, caller(call), "day", in: 1...days)))
  }

  /// Year, month and day.
  private static func date(_ call: NativeCall) throws(RaisedError) -> Value {
    let (year, month, day) = Calendar.date(try dayNumber(call, 0))
    return tuple(call.engine, [.int(year), .int(month), .int(day)])
  }

  /// Year, month, day, hour, minute and second of the seconds of a clock.
  private static func fields(_ call: NativeCall) throws(RaisedError) -> Value {
    let seconds = try seconds(call, 0)
    let number = Calendar.floorDivided(seconds, by: 86_400)
    if !Calendar.days.contains(number) { throw outside(call.engine) }
    let (year, month, day) = Calendar.date(number)
    let rest = seconds - number * 86_400
    return tuple(
      call.engine,
      [
        .int(year), .int(month), .int(day), .int(rest / 3600), .int(rest / 60 % 60),
        .int(rest % 60),
      ])
  }

  /// The second of the day, after checking the parts of a time.
  private static func checkClock(_ call: NativeCall) throws(RaisedError) -> Value {
    let hour = try int(call, 1, caller(call), "hour", in: 0...23)
    let minute = try int(call, 2, caller(call), "minute", in: 0...59)
    let second = try int(call, 3, caller(call), "second", in: 0...59)
    _ = try int(call, 4, caller(call), "nanosecond", in: 0...999_999_999)
    return .int(hour * 3600 + minute * 60 + second)
  }

  /// Year, week and day of the week from 1, by ISO 8601.
  private static func isoWeek(_ call: NativeCall) throws(RaisedError) -> Value {
    let day = try dayNumber(call, 0)
    // The week belongs to the year of its Thursday.
    let weekday = Calendar.weekday(day)
    let year = Calendar.date(day - weekday + 3).year
    let week = (day - Calendar.firstMonday(year)) / 7 + 1
    return tuple(call.engine, [.int(year), .int(week), .int(weekday + 1)])
  }

  private static func fromISOWeek(_ call: NativeCall) throws(RaisedError) -> Value {
    let name = "Date.from_iso_week"
    let year = try int(call, 0, name, "year", in: 1...9999)
    let week = try int(call, 1, name, "week", in: 1...Calendar.weeksInYear(year))
    let weekday = try int(call, 2, name, "weekday", in: 1...7)
    let day = Calendar.firstMonday(year) + (week - 1) * 7 + weekday - 1
    if !Calendar.days.contains(day) { throw outside(call.engine) }
    return .int(day)
  }

  // MARK: ISO 8601

  /// Hour, minute, second, nanosecond.
  private static func parseTime(_ call: NativeCall) throws(RaisedError) -> Value {
    var scanner = try scanner(call, "Time.parse", "an ISO 8601 time")
    _ = scanner.take("T")
    let clock = try scanner.clock()
    if clock.isEndOfDay {
      throw scanner.failure("24:00 needs a date: it begins the next day; found", at: 0)
    }
    try scanner.finish()
    return tuple(
      call.engine,
      [.int(clock.hour), .int(clock.minute), .int(clock.second), .int(clock.nanosecond)])
  }

  /// Seconds of the clock, nanosecond, and offset or nil.
  private static func parseDateTime(_ call: NativeCall) throws(RaisedError) -> Value {
    var scanner = try scanner(call, "DateTime.parse", "an ISO 8601 date and time")
    let (day, isExtended) = try scanner.date()
    try scanner.separator()
    let start = scanner.position
    let clock = try scanner.clock()
    if let isClockExtended = clock.isExtended, isClockExtended != isExtended {
      throw scanner.failure(
        isExtended
          ? "the date has hyphens but the time no colons,"
          : "the date has no hyphens but the time colons,", at: start)
    }
    let offset = try scanner.offset()
    try scanner.finish()
    // 24:00 is the first moment of the next day.
    let seconds = day * 86_400 + clock.hour * 3600 + clock.minute * 60 + clock.second
    if seconds >= (Calendar.days.upperBound + 1) * 86_400 { throw outside(call.engine) }
    return tuple(
      call.engine, [.int(seconds), .int(clock.nanosecond), offset.map { .int($0) } ?? .nil])
  }

  // MARK: Zones

  private static func databaseMissing(_ engine: Engine) -> RaisedError {
    engine.valueError(
      "date.Zone(): there is no time zone database in /usr/share/zoneinfo; "
        + "install the package tzdata, or let TZDIR name its folder")
  }

  private static func zone(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let name = try engine.expectString(call[0], "date.Zone() expects a string for 'name'")
    let text = name.count <= 200 ? name.text : ""
    if !ZoneDatabase.isName(text) {
      throw engine.valueError("date.Zone(): \(engine.shown(name)) is no name of a time zone")
    }
    return try zone(text, engine)
  }

  private static func zone(_ name: String, _ engine: Engine) throws(RaisedError) -> Value {
    guard let folder = ZoneDatabase.folder else { throw databaseMissing(engine) }
    guard let file = ZoneDatabase.read("\(folder)/\(name)") else {
      throw engine.valueError(
        "date.Zone(): there is no time zone \"\(name)\" in \(folder)")
    }
    return try zone(name, file, engine)
  }

  private static func zone(
    _ name: String, _ file: [UInt8], _ engine: Engine
  ) throws(RaisedError) -> Value {
    do throws(ZoneTable.Problem) {
      return engine.makeForeign(try ZoneTable(file))
    } catch {
      throw engine.valueError(
        "date.Zone(): the file of the time zone \"\(name)\" cannot be used: \(error.text)")
    }
  }

  /// Name and table of the local zone, a table of nil for UTC, and whether the name is a rule.
  private static func localZone(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    switch ZoneDatabase.local {
    case .utc: return tuple(engine, [engine.makeString("UTC"), .nil, .false])
    case .rule(let text, let rule):
      return tuple(
        engine, [engine.makeString(text), engine.makeForeign(ZoneTable(rule)), .true])
    case .file(let name, let file):
      return tuple(engine, [engine.makeString(name), try zone(name, file, engine), .false])
    case .named(let name):
      throw engine.valueError(
        "date.Zone.local(): the variable TZ is \"\(name)\", which is no time zone that is known")
    }
  }
}
