import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The machine's own memory: objects in size-class blocks, reclaimed by mark and lazy sweep.
///
/// **Reclamation plan.** Objects never move. Allocation never collects: it takes a cell and counts
/// its bytes against `allowance`. When that is used up, `collectionWanted` is raised, and the
/// interpreter collects at its next safepoint (a call or the end of a loop round), where every live
/// value is in a register, a frame, a module or a root. Swift code between two safepoints therefore
/// cannot lose an object that it has just made; it must root only what it holds across a call back
/// into the language.
///
/// **Blocks.** A block is `blockSize` bytes of cells of one size. A cell whose header's mark is not
/// the current colour after marking is dead; blocks are swept when their size class runs out of free
/// cells, so that a collection's pause is the marking alone. Each collection has a colour of its own
/// (1 to 255, then round again), so nothing needs to be cleared and a block may stay unswept over
/// several collections. Objects beyond `largestCell` bytes have memory of their own and a list.
///
/// **Collections that are given up.** Marking takes the longer the more is alive, so it stops when the
/// program is to stop. Nothing was found to be dead then, and nothing needs to be undone: what was
/// alive has the colour of the last complete collection, or of a marking that was given up since, and
/// all of these mean "alive" until a collection is complete.
///
/// **External memory** (a list's items, a map's table) is counted here, given back when its object's
/// cell is swept, and kept in lists by size while it is small.
struct Heap {
  static let blockSize = 1 << 16
  static let granule = 16
  static let largestCell = 1024
  static let classCount = largestCell / granule + 1
  /// How many blocks are swept for one cell: 4 MB of them.
  ///
  /// Everything in them may be alive, and new memory is there at once.
  static let blocksPerRefill = 64
  /// From this many bytes on, memory may be a mapping of its own, which takes the system long to free.
  static let leastMapped = 128 << 10

  /// One free cell; the header's kind 0 tells sweep that the cell is free.
  struct FreeCell {
    var header: ObjectHeader
    var next: UnsafeMutablePointer<FreeCell>?
  }

  struct Block {
    var memory: UnsafeMutableRawPointer
    var cellSize: Int
    /// Cells that were handed out at least once; those behind were never touched.
    var cellCount: Int
    /// The collection number that this block was last swept for.
    var sweptFor: Int
  }

  struct SizeClass {
    var free: UnsafeMutablePointer<FreeCell>? = nil
    /// Untouched memory at the end of the newest block.
    var bump: UnsafeMutableRawPointer? = nil
    var bumpEnd: UnsafeMutableRawPointer? = nil
    var blocks: UnsafeMutablePointer<Block>? = nil
    var blockCount = 0
    var blockCapacity = 0
    /// The next block to sweep.
    var sweepCursor = 0
  }

  var classes: UnsafeMutablePointer<SizeClass>
  /// The mark of new objects, and of those that the latest marking has found; 1 to 255.
  private(set) var colour: UInt8 = 1
  /// The mark of what was alive at the last complete collection: all from this one to ``colour`` mean
  /// that an object is alive.
  private(set) var oldestColour: UInt8 = 1
  var collectionNumber = 0

  var large: UnsafeMutablePointer<UnsafeMutablePointer<ObjectHeader>?>
  var largeCount = 0
  var largeCapacity = 64
  /// Whether dead ones may be among them, since the last sweep was given up.
  private var isLargeUnswept = false

  /// A piece of external memory that was given back.
  struct FreePart {
    var next: UnsafeMutablePointer<FreePart>?
  }

  /// Pieces by size class, and the rest of the newest chunk to cut them from.
  var freeParts: UnsafeMutablePointer<UnsafeMutablePointer<FreePart>?>
  private var parts: UnsafeMutableRawPointer?
  private var partsLeft = 0
  private var partsChunks = 0

  /// Bytes of pieces of at least ``leastMapped`` that were freed since the last refill.
  private var freedSinceRefill = 0

  /// Everything from the system that blocks and pieces are made of.
  private var owned: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private var ownedCount = 0
  private var ownedCapacity = 1
  private var arena: UnsafeMutableRawPointer?
  private var arenaLeft = 0

  /// Bytes in live and not yet reclaimed objects, external memory included.
  var byteCount = 0
  /// Bytes that may still be allocated before a collection is wanted.
  private(set) var allowance = Heap.firstThreshold
  /// What ``allowance`` was set to last, and bytes that were allocated before that.
  private var allowanceGiven = Heap.firstThreshold
  private var allocatedBefore = 0
  static let firstThreshold = 4 << 20
  /// No allocation may bring `byteCount` beyond this.
  var limit = Int.max
  /// Raised when the allowance is used up; the interpreter looks at ``EngineState/attention``.
  var attention: UnsafeMutablePointer<UInt8>
  /// Collect at every safepoint (`LANG_GC_STRESS`).
  var isStressed = false

  init(attention: UnsafeMutablePointer<UInt8>) {
    self.attention = attention
    classes = .allocate(capacity: Heap.classCount)
    classes.initialize(repeating: SizeClass(), count: Heap.classCount)
    freeParts = .allocate(capacity: Heap.classCount)
    freeParts.initialize(repeating: nil, count: Heap.classCount)
    owned = .allocate(capacity: 1)
    large = .allocate(capacity: 64)
    large.initialize(repeating: nil, count: 64)
  }

  // MARK: Allocation

  /// A cell of at least `size` bytes with its header set; the rest is uninitialised.
  @inline(__always)
  mutating func allocate(_ size: Int, kind: Tag) -> UnsafeMutableRawPointer {
    let sizeClass = (size + (Heap.granule - 1)) / Heap.granule
    if sizeClass < Heap.classCount {
      let entry = classes + sizeClass
      if let cell = entry.pointee.free {
        entry.pointee.free = cell.pointee.next
        account(sizeClass * Heap.granule)
        let header = ObjectHeader(kind: kind.rawValue, mark: colour, flags: 0, isLarge: 0, word: 0)
        UnsafeMutableRawPointer(cell).assumingMemoryBound(to: ObjectHeader.self).pointee = header
        return UnsafeMutableRawPointer(cell)
      }
    }
    return allocateSlowly(size, kind: kind)
  }

  @inline(never)
  private mutating func allocateSlowly(_ size: Int, kind: Tag) -> UnsafeMutableRawPointer {
    let sizeClass = (size + (Heap.granule - 1)) / Heap.granule
    let memory: UnsafeMutableRawPointer
    var isLarge: UInt8 = 0
    if sizeClass < Heap.classCount {
      memory = refill(sizeClass)
      account(sizeClass * Heap.granule)
    } else {
      // The size stands before the object, so that sweep can give it back.
      let whole = malloc(size + 16)!
      whole.storeBytes(of: size, as: Int.self)
      memory = whole + 16
      isLarge = 1
      account(size)
      if largeCount == largeCapacity { growLarge() }
      large[largeCount] = memory.assumingMemoryBound(to: ObjectHeader.self)
      largeCount += 1
    }
    memory.assumingMemoryBound(to: ObjectHeader.self).pointee = ObjectHeader(
      kind: kind.rawValue, mark: colour, flags: 0, isLarge: isLarge, word: 0)
    return memory
  }

  private mutating func growLarge() {
    let grown = UnsafeMutablePointer<UnsafeMutablePointer<ObjectHeader>?>.allocate(
      capacity: largeCapacity * 2)
    grown.update(from: large, count: largeCount)
    large.deallocate()
    large = grown
    largeCapacity *= 2
  }

  /// Counts `bytes` as allocated.
  @inline(__always)
  mutating func account(_ bytes: Int) {
    byteCount &+= bytes
    allowance &-= bytes
    if allowance < 0 { attention.pointee = 1 }
  }

  /// Sets how many bytes may be allocated before the next collection is wanted.
  mutating func allow(_ bytes: Int) {
    allocatedBefore = allocatedCount
    allowanceGiven = bytes
    allowance = bytes
  }

  /// Bytes that were ever allocated.
  var allocatedCount: Int { allocatedBefore &+ (allowanceGiven &- allowance) }

  // MARK: External memory

  /// Memory for a growing part of an object, counted.
  @inline(__always)
  mutating func allocateExternal<Element>(
    _: Element.Type, capacity: Int
  ) -> UnsafeMutablePointer<Element> {
    let bytes = capacity &* MemoryLayout<Element>.stride
    account(bytes)
    let sizeClass = (bytes + (Heap.granule - 1)) / Heap.granule
    if sizeClass < Heap.classCount, let part = freeParts[sizeClass] {
      freeParts[sizeClass] = part.pointee.next
      return UnsafeMutableRawPointer(part).assumingMemoryBound(to: Element.self)
    }
    return allocateExternalSlowly(bytes).assumingMemoryBound(to: Element.self)
  }

  @inline(never)
  private mutating func allocateExternalSlowly(_ bytes: Int) -> UnsafeMutableRawPointer {
    let sizeClass = (bytes + (Heap.granule - 1)) / Heap.granule
    if sizeClass < Heap.classCount {
      let size = max(sizeClass, 1) * Heap.granule
      if partsLeft < size {
        let chunk = partsChunks == 0 ? Heap.blockSize / 8 : Heap.blockSize
        partsChunks += 1
        parts = blockMemory(chunk)
        partsLeft = chunk
      }
      let part = parts.unsafelyUnwrapped
      parts = part + size
      partsLeft -= size
      return part
    }
    return malloc(bytes)!
  }

  /// Moves external memory to a larger or smaller piece, of which `count` elements are in use.
  ///
  /// Large pieces are moved by the system, which hands their pages over instead of copying them.
  mutating func resizeExternal<Element>(
    _ memory: UnsafeMutablePointer<Element>, count: Int, from old: Int, to new: Int
  ) -> UnsafeMutablePointer<Element> {
    let oldBytes = old &* MemoryLayout<Element>.stride
    let newBytes = new &* MemoryLayout<Element>.stride
    // To cut a large piece short takes the system as long as to free it.
    let isCutShort = oldBytes - newBytes >= LargeMemory.threshold
    if oldBytes > Heap.largestCell && newBytes > Heap.largestCell && !isCutShort {
      account(newBytes &- oldBytes)
      return realloc(memory, newBytes)!.assumingMemoryBound(to: Element.self)
    }
    let moved = allocateExternal(Element.self, capacity: new)
    if old > 0 {
      moved.update(from: memory, count: count)
      freeExternal(memory, capacity: old)
    }
    return moved
  }

  /// Gives back memory from ``allocateExternal(_:capacity:)``.
  @inline(__always)
  mutating func freeExternal<Element>(_ memory: UnsafeMutablePointer<Element>, capacity: Int) {
    let bytes = capacity &* MemoryLayout<Element>.stride
    byteCount &-= bytes
    let sizeClass = (bytes + (Heap.granule - 1)) / Heap.granule
    if sizeClass < Heap.classCount {
      let part = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: FreePart.self)
      part.pointee.next = freeParts[sizeClass]
      freeParts[sizeClass] = part
    } else {
      freeLarge(memory, byteCount: bytes)
    }
  }

  /// Frees memory that is no small part.
  @inline(never)
  private mutating func freeLarge(_ memory: UnsafeMutableRawPointer, byteCount: Int) {
    if byteCount < Heap.leastMapped {
      free(memory)
      return
    }
    // The lists of one block may hold a gigabyte between them.
    freedSinceRefill &+= byteCount
    if freedSinceRefill < LargeMemory.threshold {
      free(memory)
    } else {
      LargeMemory.freeLater(memory, byteCount: byteCount)
    }
  }

  // MARK: Tables

  /// From this many bytes on, a table begins with a cache line.
  ///
  /// `malloc` begins large pieces 16 bytes behind the beginning of a page, where every second entry of a
  /// map, which is half a line, lies in two lines. Smaller tables are in the cache as a whole.
  private static let leastAligned = 1 << 16
  private static let cacheLine = 64

  /// External memory in which single elements are looked up.
  mutating func allocateTable<Element>(
    _: Element.Type, capacity: Int
  ) -> UnsafeMutablePointer<Element> {
    let bytes = capacity &* MemoryLayout<Element>.stride
    if bytes < Heap.leastAligned { return allocateExternal(Element.self, capacity: capacity) }
    account(bytes)
    return Heap.alignedMemory(bytes).assumingMemoryBound(to: Element.self)
  }

  /// Moves a table as ``resizeExternal(_:count:from:to:)`` does.
  mutating func resizeTable<Element>(
    _ memory: UnsafeMutablePointer<Element>, count: Int, from old: Int, to new: Int
  ) -> UnsafeMutablePointer<Element> {
    let moved = resizeExternal(memory, count: count, from: old, to: new)
    let bytes = new &* MemoryLayout<Element>.stride
    // The system keeps the place in a page when it hands over the pages of a large piece.
    if bytes < Heap.leastAligned || UInt(bitPattern: moved) % UInt(Heap.cacheLine) == 0 {
      return moved
    }
    let aligned = Heap.alignedMemory(bytes).assumingMemoryBound(to: Element.self)
    aligned.update(from: moved, count: count)
    free(moved)
    return aligned
  }

  private static func alignedMemory(_ bytes: Int) -> UnsafeMutableRawPointer {
    var memory: UnsafeMutableRawPointer?
    if posix_memalign(&memory, cacheLine, bytes) != 0 { return malloc(bytes)! }
    return memory.unsafelyUnwrapped
  }

  // MARK: Memory from the system

  /// Marking goes through the heap at random; with pages of 2 MB most of its steps need no look-up
  /// of the page.
  ///
  /// For tables that grow by doubling they were measured and are no gain: what is saved in look-ups
  /// goes into clearing pages.
  private static let arenaSize = LargeMemory.hugePage

  /// Memory for a block: small heaps take what they need, larger ones carve arenas of 2 MB.
  private mutating func blockMemory(_ size: Int) -> UnsafeMutableRawPointer {
    let memory: UnsafeMutableRawPointer
    if byteCount < 2 * Heap.arenaSize || size > Heap.blockSize {
      memory = malloc(size)!
    } else {
      if arenaLeft >= size {
        let start = arena.unsafelyUnwrapped
        arena = start + size
        arenaLeft -= size
        return start
      }
      memory = LargeMemory.allocate(byteCount: Heap.arenaSize)!
      arena = memory + size
      arenaLeft = Heap.arenaSize - size
    }
    if ownedCount == ownedCapacity {
      ownedCapacity = max(64, ownedCapacity * 2)
      let grown = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: ownedCapacity)
      grown.update(from: owned, count: ownedCount)
      owned.deallocate()
      owned = grown
    }
    owned[ownedCount] = memory
    ownedCount += 1
    return memory
  }

  /// A cell from the sweep of an older block, or from new memory.
  private mutating func refill(_ sizeClass: Int) -> UnsafeMutableRawPointer {
    freedSinceRefill = 0
    let entry = classes + sizeClass
    let cellSize = sizeClass * Heap.granule
    let end = min(entry.pointee.sweepCursor + Heap.blocksPerRefill, entry.pointee.blockCount)
    while entry.pointee.sweepCursor < end {
      let block = entry.pointee.blocks.unsafelyUnwrapped + entry.pointee.sweepCursor
      entry.pointee.sweepCursor += 1
      sweep(block, into: entry)
      if let cell = entry.pointee.free {
        entry.pointee.free = cell.pointee.next
        return UnsafeMutableRawPointer(cell)
      }
    }
    if let bump = entry.pointee.bump, bump + cellSize <= entry.pointee.bumpEnd.unsafelyUnwrapped {
      // Hand out a run of fresh cells through the free list, so that the fast path stays one.
      let run = min(64, (entry.pointee.bumpEnd.unsafelyUnwrapped - bump) / cellSize)
      var next: UnsafeMutablePointer<FreeCell>? = nil
      var position = run - 1
      while position >= 1 {
        let cell = (bump + position * cellSize).assumingMemoryBound(to: FreeCell.self)
        cell.pointee.header = ObjectHeader(kind: 0, mark: 0, flags: 0, isLarge: 0, word: 0)
        cell.pointee.next = next
        next = cell
        position -= 1
      }
      entry.pointee.free = next
      entry.pointee.bump = bump + run * cellSize
      let blocks = entry.pointee.blocks.unsafelyUnwrapped
      blocks[entry.pointee.blockCount - 1].cellCount += run
      return bump
    }
    addBlock(to: entry, cellSize: cellSize)
    return refill(sizeClass)
  }

  private mutating func addBlock(to entry: UnsafeMutablePointer<SizeClass>, cellSize: Int) {
    if entry.pointee.blockCount == entry.pointee.blockCapacity {
      let capacity = max(8, entry.pointee.blockCapacity * 2)
      let grown = UnsafeMutablePointer<Block>.allocate(capacity: capacity)
      if let blocks = entry.pointee.blocks {
        grown.update(from: blocks, count: entry.pointee.blockCount)
        blocks.deallocate()
      }
      entry.pointee.blocks = grown
      entry.pointee.blockCapacity = capacity
    }
    // The first blocks of a class are small: most classes of a short script hold a few objects.
    let size = entry.pointee.blockCount == 0 ? Heap.blockSize / 16 : Heap.blockSize
    let memory = blockMemory(size)
    entry.pointee.blocks.unsafelyUnwrapped[entry.pointee.blockCount] = Block(
      memory: memory, cellSize: cellSize, cellCount: 0, sweptFor: collectionNumber)
    if entry.pointee.sweepCursor == entry.pointee.blockCount { entry.pointee.sweepCursor += 1 }
    entry.pointee.blockCount += 1
    entry.pointee.bump = memory
    entry.pointee.bumpEnd = memory + size / cellSize * cellSize
  }

  // MARK: Sweeping

  /// Frees the dead cells of one block.
  private mutating func sweep(
    _ block: UnsafeMutablePointer<Block>, into entry: UnsafeMutablePointer<SizeClass>
  ) {
    if block.pointee.sweptFor == collectionNumber { return }
    block.pointee.sweptFor = collectionNumber
    let cellSize = block.pointee.cellSize
    var memory = block.pointee.memory
    var free = entry.pointee.free
    let oldest = oldestColour
    let colours = colour &- oldest
    for _ in 0..<block.pointee.cellCount {
      let header = memory.assumingMemoryBound(to: ObjectHeader.self)
      if header.pointee.mark &- oldest > colours {
        if header.pointee.kind != 0 {
          finalize(header)
          byteCount &-= cellSize
          header.pointee.kind = 0
          header.pointee.mark = 0
        }
        let cell = memory.assumingMemoryBound(to: FreeCell.self)
        cell.pointee.next = free
        free = cell
      }
      memory += cellSize
    }
    entry.pointee.free = free
  }

  /// Frees everything that the last collection has found to be dead and left where it was.
  mutating func finishSweeping() { _ = finishSweeping(unless: nil) }

  /// Frees what is dead until it is to stop; what is left stays for later.
  ///
  /// - Returns: False when something is left.
  mutating func finishSweeping(unless stop: StopCheck?) -> Bool {
    for sizeClass in 0..<Heap.classCount {
      let entry = classes + sizeClass
      while entry.pointee.sweepCursor < entry.pointee.blockCount {
        let block = entry.pointee.blocks.unsafelyUnwrapped + entry.pointee.sweepCursor
        entry.pointee.sweepCursor += 1
        sweep(block, into: entry)
        if let stop, entry.pointee.sweepCursor & 15 == 0, stop.isStopped { return false }
      }
    }
    return sweepLarge(unless: stop)
  }

  /// Frees dead large objects, until it is to stop.
  private mutating func sweepLarge(unless stop: StopCheck?) -> Bool {
    if !isLargeUnswept { return true }
    let oldest = oldestColour
    let colours = colour &- oldest
    var kept = 0
    var position = 0
    var freed = 0
    while position < largeCount {
      let header = large[position].unsafelyUnwrapped
      position += 1
      if header.pointee.mark &- oldest <= colours {
        large[kept] = header
        kept += 1
        continue
      }
      freeLarge(header)
      freed += 1
      if let stop, freed & 63 == 0, stop.isStopped {
        (large + kept).update(from: large + position, count: largeCount - position)
        largeCount -= position - kept
        return false
      }
    }
    largeCount = kept
    isLargeUnswept = false
    return true
  }

  /// Calls `body` with every object and the size of its cell until it is to stop; everything that is
  /// dead must have been swept.
  ///
  /// They come in the order of addresses within a size; what died since the last collection is among
  /// them. `body` must not allocate.
  ///
  /// - Returns: False when it has stopped.
  /// - Complexity: Linear in the heap.
  @inline(__always)
  mutating func forEachCell(
    unless stop: StopCheck?, _ body: (UnsafeMutablePointer<ObjectHeader>, Int) -> Void
  ) -> Bool {
    for sizeClass in 0..<Heap.classCount {
      let entry = classes + sizeClass
      for position in 0..<entry.pointee.blockCount {
        let block = entry.pointee.blocks.unsafelyUnwrapped[position]
        for cell in 0..<block.cellCount {
          let header = (block.memory + cell * block.cellSize)
            .assumingMemoryBound(to: ObjectHeader.self)
          // A free cell's kind is 0.
          if header.pointee.kind != 0 { body(header, block.cellSize) }
        }
        if let stop, position & 15 == 15, stop.isStopped { return false }
      }
    }
    for position in 0..<largeCount {
      let header = large[position].unsafelyUnwrapped
      body(header, (UnsafeMutableRawPointer(header) - 16).load(as: Int.self))
      if let stop, position & 4095 == 4095, stop.isStopped { return false }
    }
    return true
  }

  /// Called when marking is complete: frees dead large objects until it is to stop, leaves blocks to
  /// be swept lazily.
  mutating func startSweeping(unless stop: StopCheck? = nil) {
    collectionNumber += 1
    oldestColour = colour
    isLargeUnswept = true
    _ = sweepLarge(unless: stop)
    for sizeClass in 0..<Heap.classCount {
      // Free cells of the finished cycle are found again by the sweep of their block.
      classes[sizeClass].free = nil
      classes[sizeClass].sweepCursor = 0
    }
  }

  private mutating func freeLarge(_ header: UnsafeMutablePointer<ObjectHeader>) {
    finalize(header)
    let whole = UnsafeMutableRawPointer(header) - 16
    let size = whole.load(as: Int.self)
    byteCount &-= size
    freeLarge(whole, byteCount: size &+ 16)
  }

  /// Begins a marking: no object has the new colour.
  ///
  /// - Returns: False when there is none yet: it takes a sweep to have one, which was given up.
  mutating func advanceColour(unless stop: StopCheck? = nil) -> Bool {
    // What died with a colour that comes again must be gone, or it would seem to be alive.
    if colour >= 254 {
      if !finishSweeping(unless: stop) { return false }
      // All markings of a round may have been given up.
      if colour == 255 || oldestColour == 255, !unifyColours(unless: stop) { return false }
    }
    colour = colour == 255 ? 1 : colour + 1
    return true
  }

  /// Gives everything that is alive, and not only what the latest marking has reached, its colour;
  /// everything that is dead must have been swept.
  ///
  /// - Returns: False when it was given up, with nothing changed for anyone.
  mutating func unifyColours(unless stop: StopCheck? = nil) -> Bool {
    if oldestColour == colour { return true }
    let colour = colour
    let isComplete = forEachCell(unless: stop) { header, _ in header.pointee.mark = colour }
    if isComplete { oldestColour = colour }
    return isComplete
  }

  /// Says that objects may have any mark but 0, since whoever has used the marks for something else has
  /// stopped in the middle.
  ///
  /// Everything that is dead must have been swept. The next collection makes order.
  mutating func forgetColours() {
    oldestColour = 1
    colour = 255
  }

  /// Frees everything; for the end of the machine.
  mutating func deallocate() {
    finishSweeping()
    _ = advanceColour()
    startSweeping()
    finishSweeping()
    for sizeClass in 0..<Heap.classCount { classes[sizeClass].blocks?.deallocate() }
    for index in 0..<ownedCount { free(owned[index]) }
    owned.deallocate()
    freeParts.deallocate()
    classes.deallocate()
    large.deallocate()
  }
}
