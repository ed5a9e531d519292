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
        return resume(position, Strided(haystack, count, 1), Strided(needle, length, 1))
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
            Strided(needle + length - 1, length, -1))
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
  private struct Strided {
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
  @inline(never)
  private static func resume(_ start: Int, _ haystack: Strided, _ needle: Strided) -> Int {
    let ascending = maximalSuffix(needle, isReversed: false)
    let descending = maximalSuffix(needle, isReversed: true)
    let (cut, period) = ascending.start > descending.start ? ascending : descending
    let length = needle.count

    var isPeriodic = true
    for index in 0..<cut where needle[index] != needle[index + period] {
      isPeriodic = false
      break
    }
    let shift = isPeriodic ? period : max(cut, length - cut) + 1
    var position = start
    // How much of the needle's beginning is known to match, after a move by the period.
    var known = 0
    while position <= haystack.count - length {
      var index = max(cut, known)
      while index < length, needle[index] == haystack[position + index] { index += 1 }
      if index < length {
        position += index - cut + 1
        known = 0
        continue
      }
      index = cut - 1
      while index >= known, needle[index] == haystack[position + index] { index -= 1 }
      if index < known { return position }
      position += shift
      known = isPeriodic ? length - period : 0
    }
    return -1
  }

  /// Where the greatest suffix of `needle` begins (by the order of bytes, or its reverse), and the
  /// period of that suffix.
  private static func maximalSuffix(
    _ needle: Strided, isReversed: Bool
  ) -> (start: Int, period: Int) {
    var start = 0
    var candidate = 1
    var offset = 0
    var period = 1
    while candidate + offset < needle.count {
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
