/// What holds in a time zone for a while.
struct ZoneKind: Equatable {
  /// Seconds east of Greenwich.
  let offset: Int
  let isSummer: Bool
  let abbreviation: String
}

/// A time zone: when its clocks changed, and the rule by which they go on.
final class ZoneTable {
  /// When clocks changed, in seconds from 1970, and what holds from then on.
  private let changes: [(time: Int, kind: Int)]
  private let kinds: [ZoneKind]
  private let rule: ZoneRule?

  /// No offset is larger (RFC 8536, 3.2).
  static let largestOffset = 93_599

  /// What is wrong with a file.
  struct Problem: Error {
    let text: String
  }

  /// A zone of a rule alone.
  init(_ rule: ZoneRule) {
    (changes, kinds, self.rule) = ([], [rule.standard], rule)
  }

  /// Reads a file of the time zone database, of any version of the format TZif (RFC 8536).
  init(_ file: [UInt8]) throws(Problem) {
    var reader = Reader(file)
    var header = try reader.header()
    if header.version > 0 {
      // The first block is for programs of 32 bits.
      try reader.skip(header.length(timeSize: 4))
      header = try reader.header()
    }
    let timeSize = header.version > 0 ? 8 : 4
    if header.leapSeconds > 0 {
      throw Problem(text: "it counts leap seconds, which times in this language do not")
    }
    var times: [Int] = []
    for _ in 0..<header.times {
      let time = try reader.integer(timeSize)
      // Dates end long before what no arithmetic here could hold.
      times.append(max(-1 << 59, min(time, 1 << 59)))
    }
    let indexes = try reader.bytes(header.times)
    var parts: [(offset: Int, isSummer: Bool, name: Int)] = []
    for _ in 0..<header.kinds {
      let offset = try reader.integer(4)
      parts.append((offset, try reader.integer(1) != 0, try reader.integer(1)))
    }
    let names = Array(try reader.bytes(header.characters))
    try reader.skip(header.standardMarks + header.universalMarks)
    var kinds: [ZoneKind] = []
    for part in parts {
      guard abs(part.offset) <= ZoneTable.largestOffset, names.indices.contains(part.name) else {
        throw Problem(text: "its times are described wrongly")
      }
      let name = names[part.name...].prefix { $0 != 0 }
      kinds.append(
        ZoneKind(
          offset: part.offset, isSummer: part.isSummer,
          abbreviation: String(decoding: name, as: UTF8.self)))
    }
    if kinds.isEmpty || indexes.contains(where: { Int($0) >= kinds.count })
      || zip(times, times.dropFirst()).contains(where: { $0 > $1 })
    {
      throw Problem(text: "its changes are listed wrongly")
    }
    self.kinds = kinds
    changes = zip(times, indexes).map { ($0, Int($1)) }
    rule = header.version > 0 ? try reader.footer() : nil
  }

  // MARK: Asking

  /// What holds at a time.
  func kind(at time: Int) -> ZoneKind {
    if let rule, changes.isEmpty || time >= changes[changes.count - 1].time {
      return rule.kind(at: time)
    }
    let index = count(upTo: time)
    return kinds[index == 0 ? 0 : changes[index - 1].kind]
  }

  /// When something changes next after a time; nil when nothing does any more.
  func change(after time: Int) -> Int? {
    let index = count(upTo: time)
    if index < changes.count { return changes[index].time }
    return rule?.change(after: time)
  }

  /// When something has changed last before a time; nil when nothing did.
  func change(before time: Int) -> Int? {
    let last = changes.last?.time
    if let rule, last.map({ time > $0 }) ?? true, let change = rule.change(before: time),
      last.map({ change > $0 }) ?? true
    {
      return change
    }
    let index = count(upTo: time - 1)
    return index == 0 ? nil : changes[index - 1].time
  }

  /// How a clock of the zone can come to show something: once, twice, or never since it was put forward.
  enum Reading {
    case once(Int)
    /// The offsets of the earlier and of the later time.
    case twice(Int, Int)
    /// The offsets before and after the change.
    case never(Int, Int)
  }

  /// The offsets at which a clock can show `local`, seconds from 1970 as if it were UTC.
  func reading(_ local: Int) -> Reading {
    var (start, found) = (local - ZoneTable.largestOffset - 1, [Int]())
    var gap: (Int, Int)?
    while true {
      let offset = kind(at: start).offset
      let end = change(after: start)
      let time = local - offset
      if time >= start && end.map({ time < $0 }) ?? true { found.append(offset) }
      guard let end, end <= local + ZoneTable.largestOffset + 1 else { break }
      let next = kind(at: end).offset
      if local >= end + offset && local < end + next { gap = (offset, next) }
      start = end
    }
    if found.count > 1 { return .twice(found[0], found[found.count - 1]) }
    if let only = found.first { return .once(only) }
    return gap.map { .never($0, $1) } ?? .once(kind(at: local).offset)
  }

  /// How many changes there are up to a time, which is included.
  private func count(upTo time: Int) -> Int {
    var (low, high) = (0, changes.count)
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].time <= time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Reading

  private struct Header {
    var version, universalMarks, standardMarks, leapSeconds, times, kinds, characters: Int

    func length(timeSize: Int) -> Int {
      times * (timeSize + 1) + kinds * 6 + characters + leapSeconds * (timeSize + 4)
        + standardMarks + universalMarks
    }
  }

  private struct Reader {
    private let file: [UInt8]
    private var position = 0

    init(_ file: [UInt8]) { self.file = file }

    mutating func bytes(_ count: Int) throws(Problem) -> ArraySlice<UInt8> {
      if count > file.count - position { throw Problem(text: "it ends in the middle") }
      position += count
      return file[position - count..<position]
    }

    mutating func skip(_ count: Int) throws(Problem) { _ = try bytes(count) }

    /// A big-endian integer with a sign, or a byte without.
    mutating func integer(_ size: Int) throws(Problem) -> Int {
      let bytes = try bytes(size)
      let isNegative = size > 1 && bytes.first.unsafelyUnwrapped >= 0x80
      return bytes.reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
    }

    mutating func header() throws(Problem) -> Header {
      if try !bytes(4).elementsEqual("TZif".utf8) {
        throw Problem(text: "it is no file of the time zone database")
      }
      let version = try integer(1)
      try skip(15)
      var counts: [Int] = []
      for _ in 0..<6 {
        let count = try integer(4)
        if count < 0 { throw Problem(text: "its lengths are wrong") }
        counts.append(count)
      }
      return Header(
        version: version, universalMarks: counts[0], standardMarks: counts[1],
        leapSeconds: counts[2], times: counts[3], kinds: counts[4], characters: counts[5])
    }

    /// The rule at the end, between two newlines.
    mutating func footer() throws(Problem) -> ZoneRule? {
      let newline = UInt8(ascii: "\n")
      guard try bytes(1).first == newline,
        let end = file[position...].firstIndex(of: newline)
      else { throw Problem(text: "it ends in the middle") }
      let text = file[position..<end]
      if text.isEmpty { return nil }
      guard let rule = ZoneRule(text) else {
        throw Problem(text: "its rule for the future is none")
      }
      return rule
    }
  }
}
