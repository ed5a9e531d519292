#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// Sorting: stable, for `list.sort` and `sorted`.
//
// What is sorted are small records of a key and the position that the item had, so that numbers and
// the first bytes of strings compare without a call and without looking at an object. The items
// themselves stay where they are, visible to the collector, until the order is known.
//
// Many numbers are sorted digit by digit, without comparing. Everything else goes through a merge
// sort of the runs that are there already, merged in the order of "powersort" (Munro and Wild
// 2018), which takes about the fewest comparisons possible, and linear time on sorted input.

/// A record to be sorted by a key that compares in one instruction.
private struct SortRecord<Key: BitwiseCopyable>: BitwiseCopyable {
  var key: Key
  var position: Int
}

/// The first eight bytes of a string, as a number of the same order, and the string.
private struct StringKey: BitwiseCopyable {
  var prefix: UInt64
  var string: StringReference

  init(_ string: StringReference) {
    self.string = string
    let count = string.count
    if count >= 8 {
      prefix = UnsafeRawPointer(string.bytes).loadUnaligned(as: UInt64.self).bigEndian
    } else {
      prefix = 0
      for index in 0..<count { prefix |= UInt64(string.bytes[index]) << UInt64(56 - 8 * index) }
    }
  }

  @inline(__always)
  static func isLess(_ a: StringKey, _ b: StringKey) -> Bool {
    if a.prefix != b.prefix { return a.prefix < b.prefix }
    let (count, otherCount) = (a.string.count, b.string.count)
    if count > 8 && otherCount > 8 {
      let order = memcmp(a.string.bytes + 8, b.string.bytes + 8, min(count, otherCount) - 8)
      if order != 0 { return order < 0 }
    }
    return count < otherCount
  }
}

extension Engine {
  /// Sorts the items of a list in place, by what `key` gives for each, unless it is `nil`.
  ///
  /// Meanwhile the list is empty: code that runs in between cannot see it half sorted, and what it
  /// puts into the list is lost, with a ValueError.
  func sort(_ list: ListReference, key: Value, isReverse: Bool) throws(RaisedError) {
    let count = list.pointee.count
    if count < 2 && key.isNil { return }
    try reserve(count * (MemoryLayout<SortRecord<StringKey>>.stride * 2 + 16))
    // The items move to a list that only this function knows.
    let holder = makeList(capacity: 0)
    root(Value(.list, holder))
    root(Value(.list, list))
    let hasUnresolved = try noteStoresInPieces(list.pointee.items, count, in: holder.header)
    swapItems(list, holder)
    let outcome: RaisedError?
    do {
      var keys = holder
      if !key.isNil {
        keys = makeList(capacity: count)
        root(Value(.list, keys))
        for index in 0..<count {
          append(try call(key, holder.pointee.items[index]), to: keys)
        }
      }
      try sort(holder, by: keys, isReverse: isReverse)
      outcome = nil
    } catch {
      outcome = error
    }
    let isChanged = list.pointee.count != 0 || list.pointee.capacity != 0
    swapItems(list, holder)
    if hasUnresolved { noteStores(list) }
    if let outcome { throw outcome }
    if isChanged { throw valueError("the list changed during sorting") }
  }

  /// Exchanges the items of two lists; the caller notes the stores.
  func swapItems(_ a: ListReference, _ b: ListReference) {
    let header = (a.pointee.header, b.pointee.header)
    swap(&a.pointee, &b.pointee)
    (a.pointee.header, b.pointee.header) = header
  }

  /// Puts the items of `list` into the order of `keys`, which may be the same list.
  private func sort(
    _ list: ListReference, by keys: ListReference, isReverse: Bool
  ) throws(RaisedError) {
    // Names that were not used yet turn into their values before they are compared.
    var pieces = Pieces(of: Piece.items, keys.pointee.count)
    while try pieces.next(self) {
      for index in pieces.range where keys.pointee.items[index].tag == .deferred {
        keys.pointee.items[index] = try resolved(keys.pointee.items[index])
      }
    }
    let items = keys.pointee.items
    var isUniform = true
    let tag = keys.pointee.count > 0 ? items[0].tag : .nil
    pieces = Pieces(of: Piece.items, keys.pointee.count)
    while try pieces.next(self) {
      for index in pieces.range where items[index].tag != tag { isUniform = false }
    }
    switch isUniform ? tag : .nil {
    case .int, .float: return try sortNumbers(list, by: keys, isReverse: isReverse)
    case .string where try !hasLongText(keys):
      if isReverse {
        try sort(list, by: keys, { StringKey($0.string) }) { StringKey.isLess($1, $0) }
      } else {
        try sort(list, by: keys, { StringKey($0.string) }) { StringKey.isLess($0, $1) }
      }
    default:
      let engine = self
      // The keys stay in their list while methods run that compare them. What one throws ends the sort
      // at the next piece; until then nothing is compared.
      var failure: RaisedError?
      try sort(list, by: keys, { $0 }) { (a: Value, b: Value) -> Bool in
        if failure != nil { return false }
        do throws(RaisedError) {
          return isReverse ? try engine.less(b, a) : try engine.less(a, b)
        } catch {
          failure = error
          return false
        }
      } _: { () throws(RaisedError) in
        if let failure { throw failure }
      }
    }
  }

  /// Whether a list of strings has one that cannot be compared at once.
  private func hasLongText(_ keys: ListReference) throws(RaisedError) -> Bool {
    let items = keys.pointee.items
    var pieces = Pieces(of: Piece.items, keys.pointee.count)
    var longest = 0
    while try pieces.next(self) {
      for index in pieces.range { longest = max(longest, items[index].string.count) }
    }
    return longest > Piece.bytes
  }

  /// Sorts by keys of one kind.
  ///
  /// `checkpoint` is called now and then and at the end; what it throws ends the sort.
  @inline(__always)
  private func sort<Key: BitwiseCopyable>(
    _ list: ListReference, by keys: ListReference, _ makeKey: (Value) -> Key,
    _ isLess: (Key, Key) -> Bool,
    _ checkpoint: () throws(RaisedError) -> Void = { () throws(RaisedError) in }
  ) throws(RaisedError) {
    let count = list.pointee.count
    typealias Record = SortRecord<Key>
    let records = UnsafeMutablePointer<Record>.allocate(capacity: count * 2)
    defer { records.deallocate() }
    var pieces = Pieces(of: Piece.items, count)
    while try pieces.next(self) {
      for index in pieces.range {
        records[index] = Record(key: makeKey(keys.pointee.items[index]), position: index)
      }
    }
    try mergeSort(
      records, count: count, scratch: records + count, { isLess($0.key, $1.key) }, checkpoint)
    try arrange(list, records, scratch: UnsafeMutableRawPointer(records + count))
  }

  /// Puts the items of a list into the order of sorted records.
  ///
  /// `scratch` has room for the items.
  @inline(__always)
  private func arrange<Key>(
    _ list: ListReference, _ records: UnsafeMutablePointer<SortRecord<Key>>,
    scratch: UnsafeMutableRawPointer
  ) throws(RaisedError) {
    let count = list.pointee.count
    func fill(_ sorted: UnsafeMutablePointer<Value>) throws(RaisedError) {
      let items = list.pointee.items
      var pieces = Pieces(of: Piece.items, count)
      while try pieces.next(self) {
        for index in pieces.range { sorted[index] = items[records[index].position] }
      }
    }
    if count > Piece.movedItems, try replaceItems(of: list, count: count, fill) { return }
    let sorted = scratch.assumingMemoryBound(to: Value.self)
    try fill(sorted)
    list.pointee.items.update(from: sorted, count: count)
  }

  /// Sorts by keys that are all ints of 64 bits, or all floats.
  private func sortNumbers(
    _ list: ListReference, by keys: ListReference, isReverse: Bool
  ) throws(RaisedError) {
    let count = list.pointee.count
    let records = UnsafeMutablePointer<SortRecord<UInt64>>.allocate(capacity: count * 2)
    defer { records.deallocate() }
    let isFloat = count > 0 && keys.pointee.items[0].isFloat
    // The opposite order of equal keys is still their order.
    let turn: UInt64 = isReverse ? ~0 : 0
    var pieces = Pieces(of: Piece.items, count)
    while try pieces.next(self) {
      for index in pieces.range {
        let key = keys.pointee.items[index]
        let ordered = isFloat ? orderedBits(of: key.float) : key.bits ^ 1 << 63
        records[index] = SortRecord(key: ordered ^ turn, position: index)
      }
    }
    if count < radixSortMinimum {
      try mergeSort(
        records, count: count, scratch: records + count, { $0.key < $1.key },
        { () throws(RaisedError) in })
    } else {
      try radixSort(records, count: count, scratch: records + count)
    }
    try arrange(list, records, scratch: UnsafeMutableRawPointer(records + count))
  }
}

/// Below this many numbers, the comparisons of a merge sort cost less than the passes.
private let radixSortMinimum = 128

/// A part of the input that is in order.
private struct Run {
  var start: Int
  var count: Int
  /// How far up in an ideal tree of merges the border after this run lies.
  var power: Int
}

/// A number that orders as the float does; a NaN comes last, or first when its sign is set.
@inline(__always)
private func orderedBits(of float: Double) -> UInt64 {
  // Adding 0.0 turns -0.0, which is equal to it, into it.
  let bits = (float + 0.0).bitPattern
  return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
}

extension Engine {
  // MARK: Radix sort

  /// Sorts records stably by eight digits of eight bits, the lowest first.
  ///
  /// A digit that is the same everywhere takes no pass. Records in order, or in strictly descending
  /// order, take none at all.
  private func radixSort(
    _ records: UnsafeMutablePointer<SortRecord<UInt64>>, count: Int,
    scratch: UnsafeMutablePointer<SortRecord<UInt64>>
  ) throws(RaisedError) {
    var descents = 0
    var descentsOrTies = 0
    var pieces = Pieces(of: Piece.items, count - 1)
    while try pieces.next(self) {
      for index in pieces.range {
        descents &+= records[index + 1].key < records[index].key ? 1 : 0
        descentsOrTies &+= records[index + 1].key <= records[index].key ? 1 : 0
      }
    }
    if descents == 0 { return }
    if descents == count - 1 && descentsOrTies == descents {
      var pieces = Pieces(of: Piece.items, count / 2)
      while try pieces.next(self) {
        for low in pieces.range { swap(&records[low], &records[count - 1 - low]) }
      }
      return
    }
    let counts = UnsafeMutablePointer<Int>.allocate(capacity: 8 * 256)
    defer { counts.deallocate() }
    counts.initialize(repeating: 0, count: 8 * 256)
    pieces = Pieces(of: Piece.items, count)
    while try pieces.next(self) {
      for index in pieces.range {
        let key = records[index].key
        for digit in 0..<8 { counts[digit << 8 | Int(key >> UInt64(digit << 3) & 255)] &+= 1 }
      }
    }
    var (source, target) = (records, scratch)
    for digit in 0..<8 {
      let starts = counts + digit << 8
      let shift = UInt64(digit << 3)
      if starts[Int(records[0].key >> shift & 255)] == count { continue }
      var start = 0
      for value in 0..<256 { (starts[value], start) = (start, start &+ starts[value]) }
      var pieces = Pieces(of: Piece.items, count)
      while try pieces.next(self) {
        for index in pieces.range {
          let record = source[index]
          let value = Int(record.key >> shift & 255)
          target[starts[value]] = record
          starts[value] &+= 1
        }
      }
      swap(&source, &target)
    }
    if source != records {
      try copy(source, to: records, count: count, as: SortRecord<UInt64>.self)
    }
  }

  // MARK: Merge sort

  /// Sorts `count` elements stably.
  ///
  /// `scratch` has room for as many. A comparison that makes no sense gives an order that makes no
  /// sense, and nothing worse; what is thrown leaves elements missing.
  @inline(__always)
  private func mergeSort<Element: BitwiseCopyable>(
    _ base: UnsafeMutablePointer<Element>, count: Int, scratch: UnsafeMutablePointer<Element>,
    _ isLess: (Element, Element) -> Bool, _ checkpoint: () throws(RaisedError) -> Void
  ) throws(RaisedError) {
    if count < 2 { return }
    // Powers on the stack increase strictly, and none is beyond 64.
    let runs = UnsafeMutablePointer<Run>.allocate(capacity: 66)
    defer { runs.deallocate() }
    var depth = 0
    var start = 0
    var current = Run(
      start: 0, count: try findRun(base, from: 0, to: count, isLess, checkpoint), power: 0)
    start = current.count
    while start < count {
      let next = Run(
        start: start, count: try findRun(base, from: start, to: count, isLess, checkpoint), power: 0
      )
      start += next.count
      let power = runPower(current, next, count: count)
      while depth > 0 && runs[depth - 1].power > power {
        depth -= 1
        try merge(base, runs[depth], current, scratch, isLess, checkpoint)
        current = Run(start: runs[depth].start, count: runs[depth].count + current.count, power: 0)
      }
      runs[depth] = Run(start: current.start, count: current.count, power: power)
      depth += 1
      current = next
    }
    while depth > 0 {
      depth -= 1
      try merge(base, runs[depth], current, scratch, isLess, checkpoint)
      current = Run(start: runs[depth].start, count: runs[depth].count + current.count, power: 0)
    }
    try checkpoint()
  }

  /// The level of the border between two runs: the first binary digit in which their middles, as
  /// fractions of the whole, differ.
  private func runPower(_ a: Run, _ b: Run, count: Int) -> Int {
    // Twice the middles, so that they are integers.
    var left = UInt(2 * a.start + a.count)
    var right = UInt(2 * b.start + b.count)
    let whole = UInt(2 * count)
    var power = 0
    while true {
      power += 1
      left *= 2
      right *= 2
      let (leftDigit, rightDigit) = (left >= whole, right >= whole)
      if leftDigit != rightDigit { return power }
      if leftDigit {
        left -= whole
        right -= whole
      }
    }
  }

  /// Finds how long the elements from `start` on are in order, turning a descending run around, and
  /// extends a short run by insertion.
  ///
  /// Returns its length.
  @inline(__always)
  private func findRun<Element: BitwiseCopyable>(
    _ base: UnsafeMutablePointer<Element>, from start: Int, to end: Int,
    _ isLess: (Element, Element) -> Bool, _ checkpoint: () throws(RaisedError) -> Void
  ) throws(RaisedError) -> Int {
    let least = 24
    var position = start + 1
    if position == end { return 1 }
    if isLess(base[position], base[position - 1]) {
      // Strictly descending, so that equal elements keep their order.
      position += 1
      try scanRun(&position, to: end, checkpoint) { isLess(base[$0], base[$0 - 1]) }
      let last = start + position - 1
      var pieces = Pieces(of: Piece.items, (position - start) / 2)
      while try pieces.next(self) {
        let (from, to) = (pieces.start, pieces.end)
        for low in start + from..<start + to { swap(&base[low], &base[last - low]) }
      }
    } else {
      position += 1
      try scanRun(&position, to: end, checkpoint) { !isLess(base[$0], base[$0 - 1]) }
    }
    let wanted = min(end, start + least)
    while position < wanted {
      let element = base[position]
      var (low, high) = (start, position)
      while low < high {
        let middle = (low + high) / 2
        if isLess(element, base[middle]) { high = middle } else { low = middle + 1 }
      }
      var hole = position
      while hole > low {
        base[hole] = base[hole - 1]
        hole -= 1
      }
      base[low] = element
      position += 1
    }
    return position - start
  }

  /// Moves `position` on as long as `belongs` says so.
  @inline(__always)
  private func scanRun(
    _ position: inout Int, to end: Int, _ checkpoint: () throws(RaisedError) -> Void,
    _ belongs: (Int) -> Bool
  ) throws(RaisedError) {
    while true {
      let pause = end - position > Piece.items ? position + Piece.items : end
      while position < pause, belongs(position) { position += 1 }
      if position < pause || pause == end { return }
      try checkInterruption()
      try checkpoint()
    }
  }

  /// Merges two adjacent runs in place; `scratch` takes the shorter one.
  @inline(__always)
  private func merge<Element: BitwiseCopyable>(
    _ base: UnsafeMutablePointer<Element>, _ a: Run, _ b: Run,
    _ scratch: UnsafeMutablePointer<Element>,
    _ isLess: (Element, Element) -> Bool, _ checkpoint: () throws(RaisedError) -> Void
  ) throws(RaisedError) {
    let middle = b.start
    let end = b.start + b.count
    // What is in its place already does not take part.
    var start = a.start
    if !isLess(base[middle], base[middle - 1]) { return }
    var budget = Piece.items
    // A step uses up one element of either side, so as many steps are taken without a look at the
    // sides as the shorter one has elements.
    if a.count <= b.count {
      let length = middle - start
      try copy(base + start, to: scratch, count: length, as: Element.self)
      var (left, right) = (0, middle)
      while left < length && right < end {
        var steps = min(length - left, end - right, budget)
        budget &-= steps
        while steps > 0 {
          if isLess(base[right], scratch[left]) {
            base[start] = base[right]
            right += 1
          } else {
            base[start] = scratch[left]
            left += 1
          }
          start += 1
          steps &-= 1
        }
        if budget == 0 {
          try checkpoint()
          budget = try renewed()
        }
      }
      try copy(scratch + left, to: base + start, count: length - left, as: Element.self)
    } else {
      let length = end - middle
      try copy(base + middle, to: scratch, count: length, as: Element.self)
      var (left, right) = (middle - 1, length - 1)
      var target = end - 1
      while left >= start && right >= 0 {
        var steps = min(left - start + 1, right + 1, budget)
        budget &-= steps
        while steps > 0 {
          if isLess(scratch[right], base[left]) {
            base[target] = base[left]
            left -= 1
          } else {
            base[target] = scratch[right]
            right -= 1
          }
          target -= 1
          steps &-= 1
        }
        if budget == 0 {
          try checkpoint()
          budget = try renewed()
        }
      }
      try copy(scratch, to: base + start, count: right + 1, as: Element.self)
    }
  }

  /// The steps until the next question whether the program is to stop, after asking it.
  private func renewed() throws(RaisedError) -> Int {
    try checkInterruption()
    return Piece.items
  }
}
