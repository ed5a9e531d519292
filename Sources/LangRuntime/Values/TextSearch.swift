#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Looking for bytes in bytes; strings and byte strings share it.
///
/// UTF-8 is made so that a search by bytes finds whole scalars only.
///
/// The common search looks at eight places at once for the first and the last byte of what is
/// wanted, and compares where both agree. Text like `"aaaa…"` defeats that; when too many
/// comparisons were for nothing, a search whose time is linear in any case takes over.
///
/// Nothing here asks whether the program is to stop: ``Occurrences`` and ``Engine/firstPlace(of:_:in:_:)``
/// look through long texts piece by piece.
enum TextSearch {
  /// The first place of `needle` in `haystack`, or -1.
  static func find(
    _ haystack: UnsafePointer<UInt8>, count: Int,
    _ needle: UnsafePointer<UInt8>, count length: Int
  ) -> Int {
    if length > count { return -1 }
    if length == 0 { return 0 }
    if length == 1 {
      guard let place = memchr(haystack, Int32(needle[0]), count) else { return -1 }
      return UnsafePointer(place.assumingMemoryBound(to: UInt8.self)) - haystack
    }
    let lastStart = count - length
    let firstByte = needle[0]
    let lastByte = needle[length - 1]
    let firsts = TextScanning.lowBits &* UInt64(firstByte)
    let lasts = TextScanning.lowBits &* UInt64(lastByte)
    // Bytes compared for nothing.
    var wasted = 0
    var position = 0
    // Reads 8 bytes from each start and 8 from each end: both are inside while 8 starts are left.
    while position + 7 <= lastStart {
      let starts = TextScanning.loadWord(haystack + position)
      let ends = TextScanning.loadWord(haystack + position + length - 1)
      let differences = (starts ^ firsts) | (ends ^ lasts)
      var zeros = (differences &- TextScanning.lowBits) & ~differences & TextScanning.highBits
      while zeros != 0 {
        // Only the lowest mark is exact; a false one fails the comparison.
        let place = position + zeros.trailingZeroBitCount / 8
        if memcmp(haystack + place, needle, length) == 0 { return place }
        wasted += length
        zeros &= zeros &- 1
      }
      position += 8
      if isTooMuch(wasted, for: position) {
        return resume(position, Strided(haystack, count, 1), Strided(needle, length, 1)) { _ in }
      }
    }
    while position <= lastStart {
      if haystack[position] == firstByte, haystack[position + length - 1] == lastByte,
        memcmp(haystack + position, needle, length) == 0
      {
        return position
      }
      position += 1
    }
    return -1
  }

  /// The last place of `needle` in `haystack`, or -1.
  static func findLast(
    _ haystack: UnsafePointer<UInt8>, count: Int,
    _ needle: UnsafePointer<UInt8>, count length: Int
  ) -> Int {
    if length > count { return -1 }
    if length == 0 { return count }
    let firstByte = needle[0]
    let lastByte = needle[length - 1]
    var wasted = 0
    var position = count - length
    while position >= 0 {
      if haystack[position] == firstByte, haystack[position + length - 1] == lastByte {
        if memcmp(haystack + position, needle, length) == 0 { return position }
        wasted += length
        if isTooMuch(wasted, for: count - length - position) {
          // Read backwards, the last place is the first one.
          let place = resume(
            count - length - position, Strided(haystack + count - 1, count, -1),
            Strided(needle + length - 1, length, -1)
          ) { _ in }
          return place < 0 ? -1 : count - length - place
        }
      }
      position -= 1
    }
    return -1
  }

  /// How often `needle` stands in `haystack`, without overlaps; `length` must not be 0.
  static func countOccurrences(
    _ haystack: UnsafePointer<UInt8>, count: Int,
    _ needle: UnsafePointer<UInt8>, count length: Int
  ) -> Int {
    var found = 0
    if length == 1 {
      let wanted = needle[0]
      for index in 0..<count { found &+= haystack[index] == wanted ? 1 : 0 }
      return found
    }
    var position = 0
    while true {
      let place = find(haystack + position, count: count - position, needle, count: length)
      if place < 0 { return found }
      found += 1
      position += place + length
    }
  }

  // MARK: The search that is linear in any case

  /// Whether the common search does not get on, so that its time would not be linear.
  @inline(__always)
  private static func isTooMuch(_ wasted: Int, for progress: Int) -> Bool {
    wasted > 4 * progress + 1024
  }

  /// Bytes read forwards or backwards.
  struct Strided {
    let base: UnsafePointer<UInt8>
    let count: Int
    let stride: Int

    init(_ base: UnsafePointer<UInt8>, _ count: Int, _ stride: Int) {
      self.base = base
      self.count = count
      self.stride = stride
    }

    @inline(__always) subscript(index: Int) -> UInt8 { base[index * stride] }
  }

  /// Goes on from `start` with the two-way algorithm of Crochemore and Perrin.
  ///
  /// The needle is cut where its two halves share no beginning, which the greater of its maximal
  /// suffixes for `<` and `>` gives. The right half is compared forwards, then the left one
  /// backwards; a mismatch on the right moves on by what matched, one on the left by the period.
  ///
  /// `checkpoint` is told now and then how many bytes were compared since it was told last, and may
  /// throw.
  @inline(never)
  static func resume<Failure: Error>(
    _ start: Int, _ haystack: Strided, _ needle: Strided,
    _ checkpoint: (Int) throws(Failure) -> Void
  ) throws(Failure) -> Int {
    let ascending = try maximalSuffix(needle, isReversed: false, checkpoint)
    let descending = try maximalSuffix(needle, isReversed: true, checkpoint)
    let (cut, period) = ascending.start > descending.start ? ascending : descending
    let length = needle.count

    var isPeriodic = true
    var index = 0
    while index < cut {
      if needle[index] != needle[index + period] {
        isPeriodic = false
        break
      }
      index += 1
      if index & (Piece.characters - 1) == 0 { try checkpoint(Piece.characters) }
    }
    let shift = isPeriodic ? period : max(cut, length - cut) + 1
    var position = start
    // How much of the needle's beginning is known to match, after a move by the period.
    var known = 0
    while position <= haystack.count - length {
      let begin = max(cut, known)
      var index = begin
      while index < length, needle[index] == haystack[position + index] {
        index += 1
        if index & (Piece.characters - 1) == 0 { try checkpoint(Piece.characters) }
      }
      try checkpoint((index - begin) & (Piece.characters - 1) + 1)
      if index < length {
        position += index - cut + 1
        known = 0
        continue
      }
      index = cut - 1
      while index >= known, needle[index] == haystack[position + index] {
        index -= 1
        if index & (Piece.characters - 1) == 0 { try checkpoint(Piece.characters) }
      }
      if index < known { return position }
      position += shift
      known = isPeriodic ? length - period : 0
    }
    return -1
  }

  /// Where the greatest suffix of `needle` begins (by the order of bytes, or its reverse), and the
  /// period of that suffix.
  private static func maximalSuffix<Failure: Error>(
    _ needle: Strided, isReversed: Bool, _ checkpoint: (Int) throws(Failure) -> Void
  ) throws(Failure) -> (start: Int, period: Int) {
    var start = 0
    var candidate = 1
    var offset = 0
    var period = 1
    var rounds = 0
    while candidate + offset < needle.count {
      rounds += 1
      if rounds & (Piece.characters - 1) == 0 { try checkpoint(Piece.characters) }
      let a = needle[start + offset]
      let b = needle[candidate + offset]
      if a == b {
        offset += 1
        if offset == period {
          candidate += period
          offset = 0
        }
      } else if isReversed ? b > a : b < a {
        // The candidate's suffix is smaller: everything up to here belongs to one period.
        candidate += offset + 1
        offset = 0
        period = candidate - start
      } else {
        start = candidate
        candidate += 1
        offset = 0
        period = 1
      }
    }
    return (start, period)
  }
}

/// The places of a part in a text, one after the other, without overlaps.
///
/// The text is looked through piece by piece: each search ends at the end of a piece, and in between
/// the program can be stopped. A part as long as many pieces is looked for by itself.
struct Occurrences {
  private let engine: Engine
  private let text: UnsafePointer<UInt8>
  private let count: Int
  private let part: UnsafePointer<UInt8>
  private let length: Int
  /// Where the next search begins, and where it ends for now.
  private var position = 0
  private var pause: Int

  /// Looks for `length` bytes, which must not be 0, in `count` bytes.
  @inline(__always)
  init(
    _ engine: Engine, of part: UnsafePointer<UInt8>, _ length: Int,
    in text: UnsafePointer<UInt8>, _ count: Int
  ) {
    self.engine = engine
    (self.text, self.count) = (text, count)
    (self.part, self.length) = (part, length)
    pause = min(count, Piece.bytes)
  }

  /// The next place, or -1.
  @inline(__always)
  mutating func next() throws(RaisedError) -> Int {
    while true {
      let place = TextSearch.find(
        text + position, count: pause &- position, part, count: length)
      if place >= 0 {
        let found = position &+ place
        position = found &+ length
        return found
      }
      if pause == count { return -1 }
      let found = try goOn()
      if found >= 0 { return found }
    }
  }

  /// Begins the next piece, with the starts that were not looked at for want of room; gives the next
  /// place of a part that is longer than a piece, otherwise -1.
  @inline(never)
  private mutating func goOn() throws(RaisedError) -> Int {
    try engine.checkInterruption()
    if length > Piece.bytes {
      let place = try engine.firstPlaceOfLong(
        part, length, in: text + position, count - position)
      let found = place < 0 ? -1 : position + place
      position = place < 0 ? count : found + length
      pause = position
      return found
    }
    position = max(position, pause - length + 1)
    pause = count - pause > Piece.bytes ? pause + Piece.bytes : count
    return -1
  }
}

extension Engine {
  /// The first place of `length` bytes in `count` bytes, or -1.
  func firstPlace(
    of part: UnsafePointer<UInt8>, _ length: Int, in text: UnsafePointer<UInt8>, _ count: Int
  ) throws(RaisedError) -> Int {
    if count <= Piece.bytes { return TextSearch.find(text, count: count, part, count: length) }
    if length == 0 { return 0 }
    var places = Occurrences(self, of: part, length, in: text, count)
    return try places.next()
  }

  /// The last place of `length` bytes in `count` bytes, or -1.
  func lastPlace(
    of part: UnsafePointer<UInt8>, _ length: Int, in text: UnsafePointer<UInt8>, _ count: Int
  ) throws(RaisedError) -> Int {
    if count <= Piece.bytes { return TextSearch.findLast(text, count: count, part, count: length) }
    if length == 0 { return count }
    if length > count { return -1 }
    if length > Piece.bytes {
      // Read backwards, the last place is the first one.
      let place = try linearSearch(
        TextSearch.Strided(text + count - 1, count, -1),
        TextSearch.Strided(part + length - 1, length, -1))
      return place < 0 ? -1 : count - length - place
    }
    var end = count
    while true {
      let start = max(0, end - Piece.bytes - length)
      let place = TextSearch.findLast(text + start, count: end - start, part, count: length)
      if place >= 0 { return start + place }
      if start == 0 { return -1 }
      end = start + length - 1
      try checkInterruption()
    }
  }

  /// How often `length` bytes, which must not be 0, stand in `count` bytes, without overlaps.
  func countOccurrences(
    of part: UnsafePointer<UInt8>, _ length: Int, in text: UnsafePointer<UInt8>, _ count: Int
  ) throws(RaisedError) -> Int {
    var found = 0
    if length == 1 {
      var pieces = Pieces(of: Piece.bytes, count)
      while try pieces.next(self) {
        let (start, end) = (pieces.start, pieces.end)
        found += TextSearch.countOccurrences(
          text + start, count: end - start, part, count: length)
      }
      return found
    }
    var places = Occurrences(self, of: part, length, in: text, count)
    while try places.next() >= 0 { found += 1 }
    return found
  }

  /// The first place of a part that is longer than a piece.
  fileprivate func firstPlaceOfLong(
    _ part: UnsafePointer<UInt8>, _ length: Int, in text: UnsafePointer<UInt8>, _ count: Int
  ) throws(RaisedError) -> Int {
    if length > count { return -1 }
    return try linearSearch(
      TextSearch.Strided(text, count, 1), TextSearch.Strided(part, length, 1))
  }

  private func linearSearch(
    _ text: TextSearch.Strided, _ part: TextSearch.Strided
  ) throws(RaisedError) -> Int {
    var compared = 0
    return try TextSearch.resume(0, text, part) { (count) throws(RaisedError) in
      compared += count
      if compared < Piece.characters { return }
      compared = 0
      try checkInterruption()
    }
  }
}
