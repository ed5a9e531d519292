#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The index of an archive: its directory as it is in the file, and the order of the names.
///
/// A name is a place in the directory's bytes, no `String`; the sorted order serves looking up,
/// folders and the search for duplicates alike.
struct ArchiveDirectory {
  /// The length of a record without name, extra fields and comment.
  private static let recordSize = 46

  /// Where the directory begins in the file: where members must end.
  let start: Int
  /// The bytes in front of the archive, which its offsets do not count.
  private let preamble: Int
  private let bytes: [UInt8]
  /// Where the records begin in `bytes`, in the order of the names' bytes.
  private var order: [UInt32] = []

  var count: Int { order.count }

  /// Reads and checks the directory of `file`.
  ///
  /// - Parameter stop: Whether to give up.
  init(of file: borrowing ArchiveFile, unless stop: StopCheck?) throws(ArchiveError) {
    let end = try ArchiveEnd(of: file)
    start = end.directoryStart
    preamble = end.preamble
    bytes = try file.read(end.directorySize, at: end.directoryStart, unless: stop)
    try index(end.memberCount, unless: stop)
  }

  // MARK: Indexing

  private mutating func index(_ count: Int, unless stop: StopCheck?) throws(ArchiveError) {
    order.reserveCapacity(count)
    var extents: [(start: Int, end: Int)] = []
    extents.reserveCapacity(count)
    var areNamesInOrder = true
    var areExtentsInOrder = true
    var position = 0
    var previousName = 0..<0
    for number in 0..<count {
      if number & 1023 == 1023, let stop, stop.isStopped { throw .stopped }
      guard let record = record(at: position) else {
        throw ArchiveError(reason: "its directory is damaged at entry \(number + 1)")
      }
      if let problem = problem(ofName: record.name) {
        throw ArchiveError(reason: "member \(shown(record.name)) has \(problem)")
      }
      guard let extent = extent(of: record) else {
        throw ArchiveError(reason: "member \(shown(record.name)) lies outside of the archive")
      }
      if number > 0, compare(previousName, record.name) >= 0 { areNamesInOrder = false }
      if let last = extents.last, last.start > extent.start { areExtentsInOrder = false }
      order.append(UInt32(position))
      extents.append(extent)
      previousName = record.name
      position = record.end
    }
    guard position == bytes.count else {
      throw ArchiveError(reason: "its directory holds more than the \(count) members it counts")
    }
    if !areNamesInOrder { try sort(unless: stop) }
    if !areExtentsInOrder {
      try Self.sort(&extents, unless: stop) { $0.start < $1.start }
    }
    for number in extents.indices.dropFirst()
    where extents[number - 1].end > extents[number].start {
      throw ArchiveError(reason: "members overlap at byte \(extents[number].start)")
    }
  }

  /// Sorts the records by name; two of the same name are an error.
  private mutating func sort(unless stop: StopCheck?) throws(ArchiveError) {
    let bytes = bytes
    var order = order
    self.order = []
    var failure: ArchiveError?
    bytes.withUnsafeBytes { directory in
      do throws(ArchiveError) {
        try Self.sort(&order, unless: stop) { left, right in
          Self.compare(
            Self.name(at: Int(left), in: directory), Self.name(at: Int(right), in: directory)) < 0
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    self.order = order
    for number in order.indices.dropFirst() {
      let name = name(number)
      if compare(self.name(number - 1), name) == 0 {
        throw ArchiveError(reason: "member \(shown(name)) occurs twice")
      }
    }
  }

  /// Sorts, and gives up when it is to stop.
  private static func sort<Element>(
    _ items: inout [Element], unless stop: StopCheck?, _ precedes: (Element, Element) -> Bool
  ) throws(ArchiveError) {
    var comparisons = 0
    do {
      try items.sort { left, right in
        comparisons += 1
        if comparisons & 4095 == 0, let stop, stop.isStopped { throw ArchiveError.stopped }
        return precedes(left, right)
      }
    } catch {
      throw .stopped
    }
  }

  /// A record of the directory whose parts lie inside of it.
  private struct Record {
    let position: Int
    let name: Range<Int>
    let extra: Range<Int>
    let end: Int
  }

  private func record(at position: Int) -> Record? {
    guard bytes.count - position >= Self.recordSize, long(position) == 0x0201_4B50 else {
      return nil
    }
    let nameStart = position + Self.recordSize
    let extraStart = nameStart + Int(short(position + 28))
    let commentStart = extraStart + Int(short(position + 30))
    let end = commentStart + Int(short(position + 32))
    guard end <= bytes.count else { return nil }
    return Record(
      position: position, name: nameStart..<extraStart, extra: extraStart..<commentStart, end: end)
  }

  /// The least that the member takes in the file: its local header may have more extra fields.
  private func extent(of record: Record) -> (start: Int, end: Int)? {
    guard let sizes = sizes(of: record) else { return nil }
    let room = UInt64(start - preamble)
    let (dataOffset, overflowOfOffset) = sizes.offset.addingReportingOverflow(
      UInt64(Archive.Member.headerSize + record.name.count))
    let (end, overflow) = dataOffset.addingReportingOverflow(sizes.compressed)
    guard !overflowOfOffset, !overflow, end <= room else { return nil }
    return (preamble + Int(sizes.offset), preamble + Int(end))
  }

  /// The three numbers that may be in an extra field for zip64.
  private func sizes(
    of record: Record
  ) -> (size: UInt64, compressed: UInt64, offset: UInt64)? {
    let small = (long(record.position + 24), long(record.position + 20), long(record.position + 42))
    var sizes = (UInt64(small.0), UInt64(small.1), UInt64(small.2))
    if max(small.0, small.1, small.2) == .max {
      // The field has those of the numbers, in this order, for which the record has no room.
      guard var field = zip64Field(record.extra) else { return nil }
      func take(_ small: UInt32, _ number: inout UInt64) -> Bool {
        if small != .max { return true }
        guard field.count >= 8 else { return false }
        number = bytes.littleEndian(at: field.lowerBound)
        field = field.lowerBound + 8..<field.upperBound
        return true
      }
      guard take(small.0, &sizes.0), take(small.1, &sizes.1), take(small.2, &sizes.2) else {
        return nil
      }
    }
    return (size: sizes.0, compressed: sizes.1, offset: sizes.2)
  }

  /// The content of the extra field number 1; nil when there is none or the fields are damaged.
  private func zip64Field(_ extra: Range<Int>) -> Range<Int>? {
    var position = extra.lowerBound
    while extra.upperBound - position >= 4 {
      let end = position + 4 + Int(short(position + 2))
      if end > extra.upperBound { return nil }
      if short(position) == 1 { return position + 4..<end }
      position = end
    }
    return nil
  }

  // MARK: Looking up

  /// The number, in the order of names, of the record with exactly this name.
  func number(of name: String) -> Int? {
    withBytes(of: name) { wanted, directory in
      let number = lowerBound(of: wanted, in: directory)
      guard number < order.count,
        Self.compare(Self.name(at: Int(order[number]), in: directory), wanted) == 0
      else { return nil }
      return number
    }
  }

  func hasName(beginningWith prefix: String) -> Bool {
    withBytes(of: prefix) { wanted, directory in
      let number = lowerBound(of: wanted, in: directory)
      return number < order.count
        && Self.name(at: Int(order[number]), in: directory).starts(with: wanted)
    }
  }

  func children(beginningWith prefix: String) -> [Archive.Child] {
    withBytes(of: prefix) { wanted, directory in
      var children: [Archive.Child] = []
      var number = lowerBound(of: wanted, in: directory)
      while number < order.count {
        let name = Self.name(at: Int(order[number]), in: directory)
        guard name.starts(with: wanted) else { break }
        let rest = name.dropFirst(wanted.count)
        let part = rest.prefix { $0 != UInt8(ascii: "/") }
        let isFolder = part.endIndex < rest.endIndex
        // The entry of the folder itself has no rest.
        if !part.isEmpty {
          children.append(
            Archive.Child(name: String(decoding: part, as: UTF8.self), isFolder: isFolder))
        }
        if isFolder {
          // To behind everything inside: "0" is the byte after "/".
          let next = Array(name[..<part.endIndex]) + [UInt8(ascii: "/") + 1]
          number = next.withUnsafeBytes { lowerBound(of: $0, in: directory) }
        } else {
          number += 1
        }
      }
      return children
    }
  }

  /// The member with the number `number` in the order of names.
  func member(_ number: Int) -> Archive.Member? {
    let position = Int(order[number])
    guard let record = record(at: position), let sizes = sizes(of: record) else { return nil }
    let isFromUnix = bytes[position + 5] == 3
    return Archive.Member(
      name: String(decoding: bytes[record.name], as: UTF8.self),
      size: Int(clamping: sizes.size), compressedSize: Int(clamping: sizes.compressed),
      flags: short(position + 8), method: short(position + 10), checksum: long(position + 16),
      mode: isFromUnix ? short(position + 40) : 0, headerOffset: preamble + Int(sizes.offset),
      date: long(position + 12))
  }

  private func lowerBound(
    of wanted: UnsafeRawBufferPointer, in directory: UnsafeRawBufferPointer
  ) -> Int {
    var low = 0
    var high = order.count
    while low < high {
      let middle = (low + high) / 2
      if Self.compare(Self.name(at: Int(order[middle]), in: directory), wanted) < 0 {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  // MARK: Names

  /// What is wrong with a name; nil when it is a relative path that means one place.
  private func problem(ofName name: Range<Int>) -> String? {
    bytes.withUnsafeBytes { archiveNameProblem(UnsafeRawBufferPointer(rebasing: $0[name])) }
  }

  private func shown(_ name: Range<Int>) -> String {
    shownArchiveName(String(decoding: bytes[name], as: UTF8.self))
  }

  private func name(_ number: Int) -> Range<Int> {
    let start = Int(order[number]) + Self.recordSize
    return start..<start + Int(short(Int(order[number]) + 28))
  }

  private static func name(
    at position: Int, in directory: UnsafeRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    let length = directory.loadUnaligned(fromByteOffset: position + 28, as: UInt16.self)
    let start = position + recordSize
    return UnsafeRawBufferPointer(
      rebasing: directory[start..<start + Int(UInt16(littleEndian: length))])
  }

  private func compare(_ left: Range<Int>, _ right: Range<Int>) -> Int {
    bytes.withUnsafeBytes {
      Self.compare(
        UnsafeRawBufferPointer(rebasing: $0[left]), UnsafeRawBufferPointer(rebasing: $0[right]))
    }
  }

  /// Below zero when `left` comes first; the order is that of the bytes.
  private static func compare(
    _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
  ) -> Int {
    if let leftBase = left.baseAddress, let rightBase = right.baseAddress {
      let difference = memcmp(leftBase, rightBase, min(left.count, right.count))
      if difference != 0 { return Int(difference) }
    }
    return left.count - right.count
  }

  private func withBytes<Result>(
    of name: String,
    _ body: (_ name: UnsafeRawBufferPointer, _ directory: UnsafeRawBufferPointer) -> Result
  ) -> Result {
    var name = name
    return name.withUTF8 { wanted in
      bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(wanted), $0) }
    }
  }

  // MARK: Numbers

  private func short(_ position: Int) -> UInt16 { bytes.littleEndian(at: position) }
  private func long(_ position: Int) -> UInt32 { bytes.littleEndian(at: position) }
}

extension [UInt8] {
  /// The number at `position`, its lowest byte first, as everywhere in zip files.
  func littleEndian<Number: FixedWidthInteger & BitwiseCopyable>(at position: Int) -> Number {
    withUnsafeBytes {
      Number(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Number.self))
    }
  }

  /// Appends a number, its lowest byte first.
  mutating func appendLittleEndian<Number: FixedWidthInteger>(_ number: Number) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }
}

/// What a member's name has that it must not have; nil for a relative path that means one place.
///
/// A folder's name ends with a separator.
func archiveNameProblem(_ name: UnsafeRawBufferPointer) -> String? {
  if name.isEmpty { return "no name" }
  var partStart = 0
  for (position, byte) in name.enumerated() {
    switch byte {
    case 0: return "a NUL byte in its name"
    case UInt8(ascii: "\\"): return "a backslash in its name"
    case UInt8(ascii: "/"):
      if position == 0 { return "an absolute path as its name" }
      if let problem = problem(ofPart: name[partStart..<position]) { return problem }
      partStart = position + 1
    default: break
    }
  }
  return partStart == name.count ? nil : problem(ofPart: name[partStart...])
}

private func problem(ofPart part: Slice<UnsafeRawBufferPointer>) -> String? {
  let dot = UInt8(ascii: ".")
  switch part.count {
  case 0: return "an empty part in its name"
  case 1 where part.first == dot: return "a '.' in its name"
  case 2 where part.first == dot && part.last == dot: return "a '..' in its name"
  default: return nil
  }
}

/// A member's name for a message: in quotes, without control characters, and not too long.
func shownArchiveName(_ name: String) -> String {
  let limit = 100
  var text = "'"
  for scalar in name.unicodeScalars.prefix(limit) {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
      text += "\\u{\(String(scalar.value, radix: 16))}"
    default:
      text.unicodeScalars.append(scalar)
    }
  }
  return text + (name.unicodeScalars.count > limit ? "…'" : "'")
}
