import CProcessor
import Lang

/// The objects that a walk over the heap has met and is still to look at.
///
/// Nearly every object is a miss in the cache, so a walk looks at none when it meets it. What it meets goes
/// on a stack; from there it goes into a short queue, which has its memory fetched, and by when it comes
/// out the memory is there. An object can come out as often as it was met. See Cher, Hosking and Vitek,
/// "Software prefetching for mark-sweep garbage collection" (ASPLOS 2004).
///
///     queue.add(root)
///     while let header = queue.next() {
///       if <it was there before> { continue }
///       …
///       queue.add(values, count: count)
///     }
struct ObjectQueue {
  /// Neighbouring values; what is left of them.
  private struct Run: BitwiseCopyable {
    var values: UnsafeMutablePointer<Value>
    var count: Int
  }

  /// What is being fetched: an object, or the values of one.
  private struct Fetched: BitwiseCopyable {
    var memory: UnsafeMutableRawPointer
    /// The number of values; -1 for an object.
    var count: Int
  }

  private var objects = GrowableBuffer<UnsafeMutablePointer<ObjectHeader>>(capacity: 1024)
  private var runs = GrowableBuffer<Run>(capacity: 64)
  /// A ring, and its first place.
  private let fetched = UnsafeMutablePointer<Fetched>.allocate(capacity: ObjectQueue.length)
  private var first = 0
  private var fetchedCount = 0
  private let stop: StopCheck?
  private var left = ObjectQueue.objectsBetweenChecks
  /// Whether it has ended because the program is to stop.
  private(set) var hasStopped = false

  /// Long runs are taken in pieces, so that what a piece refers to is looked at before the next one.
  private static let pieceLength = 32
  /// How many are fetched at once, a power of two.
  private static let length = 16
  /// Objects and pieces that are looked at before it asks whether it is to stop: about a
  /// millisecond when nothing is in the cache.
  private static let objectsBetweenChecks = 4096

  init(unless stop: StopCheck?) { self.stop = stop }

  func deallocate() {
    objects.deallocate()
    runs.deallocate()
    fetched.deallocate()
  }

  @inline(__always)
  mutating func add(_ object: UnsafeMutablePointer<ObjectHeader>) { objects.append(object) }

  /// Adds values that lie beside what was just looked at.
  @inline(__always)
  mutating func add(_ values: UnsafeMutablePointer<Value>, count: Int) {
    if count > ObjectQueue.pieceLength {
      runs.append(Run(values: values, count: count))
    } else {
      addPiece(values, count: count)
    }
  }

  /// Adds the values of the object that came out last, which lie in memory of their own.
  ///
  /// Once for an object at most: they take its place among what is fetched.
  @inline(__always)
  mutating func addExternal(_ values: UnsafeMutablePointer<Value>, count: Int) {
    if count > ObjectQueue.pieceLength {
      runs.append(Run(values: values, count: count))
    } else if count > 0 {
      fetch(values, count: count)
    }
  }

  /// The next object; nil at the end.
  @inline(__always)
  mutating func next() -> UnsafeMutablePointer<ObjectHeader>? {
    while true {
      while fetchedCount < ObjectQueue.length && objects.count > 0 {
        fetch(objects.removeLast(), count: -1)
      }
      left &-= 1
      if left == 0 {
        left = ObjectQueue.objectsBetweenChecks
        if let stop, stop.isStopped {
          hasStopped = true
          return nil
        }
      }
      if fetchedCount > 0 {
        let next = fetched[first]
        first = (first &+ 1) & (ObjectQueue.length &- 1)
        fetchedCount &-= 1
        if next.count < 0 { return next.memory.assumingMemoryBound(to: ObjectHeader.self) }
        addPiece(next.memory.assumingMemoryBound(to: Value.self), count: next.count)
      } else if runs.count > 0 {
        let run = runs.removeLast()
        let length = min(run.count, ObjectQueue.pieceLength)
        if run.count > length {
          runs.append(Run(values: run.values + length, count: run.count - length))
        }
        addPiece(run.values, count: length)
      } else {
        return nil
      }
    }
  }

  @inline(__always)
  private mutating func addPiece(_ values: UnsafeMutablePointer<Value>, count: Int) {
    var value = values
    let end = values + count
    while value < end {
      if value.pointee.isObject { objects.append(value.pointee.header) }
      value += 1
    }
  }

  @inline(__always)
  private mutating func fetch(_ memory: UnsafeMutableRawPointer, count: Int) {
    prefetch(memory)
    fetched[(first &+ fetchedCount) & (ObjectQueue.length &- 1)] = Fetched(
      memory: memory, count: count)
    fetchedCount &+= 1
  }
}
