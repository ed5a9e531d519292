#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory that is so large that the program notices how it comes and goes.
///
/// The system takes about 0.1 s to take back a gigabyte, in one call that nothing interrupts, and Ctrl-C
/// waits as long. So a thread does it, which is there only while there is something to free. It goes piece
/// by piece, since the system answers no other request for memory of the process meanwhile.
///
/// Memory that is freed here is gone for its owner at once, and for the system a moment later.
public enum LargeMemory {
  /// From this many bytes on, memory is freed by the thread.
  ///
  /// glibc hands out anything as large as this by `mmap`; what is smaller may come from memory that it
  /// keeps, where freeing is quick and the next allocation finds it.
  @inlinable @inline(__always) public static var threshold: Int { 32 << 20 }
  private static let piece = 16 << 20
  /// The size of the system's large pages.
  public static let hugePage = 2 << 20

  /// What waits for the thread.
  private struct Waiting {
    var next: UnsafeMutablePointer<Waiting>?
    /// The bytes to free, this record being the first of them; 0 when ``owner`` is to be let go.
    var byteCount: Int
    /// Owns the memory, when Swift manages it.
    var owner: Unmanaged<AnyObject>?
  }

  private final class Owner {
    let bytes: [UInt8]
    init(_ bytes: consuming [UInt8]) { self.bytes = bytes }
  }

  /// Guards what follows.
  nonisolated(unsafe) private static let lock: UnsafeMutablePointer<pthread_mutex_t> = {
    let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    return lock
  }()
  nonisolated(unsafe) private static let finished: UnsafeMutablePointer<pthread_cond_t> = {
    let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    pthread_cond_init(condition, nil)
    return condition
  }()
  nonisolated(unsafe) private static var first: UnsafeMutablePointer<Waiting>?
  nonisolated(unsafe) private static var isRunning = false

  /// Memory in pages of 2 MB, where the system has them: its first touch takes much less time.
  ///
  /// It begins with such a page, and is freed as memory from `malloc` is. Nil when there is none.
  public static func allocate(byteCount: Int) -> UnsafeMutableRawPointer? {
    var memory: UnsafeMutableRawPointer?
    if posix_memalign(&memory, hugePage, byteCount) != 0 { return malloc(byteCount) }
    #if canImport(Glibc)
      madvise(memory, byteCount / hugePage * hugePage, Int32(MADV_HUGEPAGE))
    #endif
    return memory
  }

  /// Frees memory of `byteCount` bytes that came from `malloc` or one of its relatives.
  ///
  /// - Complexity: Constant from ``threshold`` on.
  @inlinable @inline(__always)
  public static func free(_ memory: UnsafeMutableRawPointer, byteCount: Int) {
    if byteCount < threshold {
      deallocate(memory)
    } else {
      freeLater(memory, byteCount: byteCount)
    }
  }

  /// Lets go of bytes that nobody else refers to.
  public static func free(_ bytes: consuming [UInt8]) {
    if bytes.count >= threshold { letGo(Owner(bytes)) }
  }

  /// Has the thread release an object, which does what takes long when nobody refers to it any more.
  public static func letGo(_ object: consuming AnyObject) {
    let owner = Unmanaged<AnyObject>.passRetained(object)
    if let record = malloc(MemoryLayout<Waiting>.size) {
      enqueue(record, byteCount: 0, owner: owner)
    } else {
      owner.release()
    }
  }

  /// Waits until nothing is left to free.
  static func waitUntilFreed() {
    pthread_mutex_lock(lock)
    while isRunning { pthread_cond_wait(finished, lock) }
    pthread_mutex_unlock(lock)
  }

  /// Leaves memory of `byteCount` bytes to the thread, however small it is; it must hold 32.
  @inline(never)
  public static func freeLater(_ memory: UnsafeMutableRawPointer, byteCount: Int) {
    enqueue(memory, byteCount: byteCount, owner: nil)
  }

  private static func enqueue(
    _ memory: UnsafeMutableRawPointer, byteCount: Int, owner: Unmanaged<AnyObject>?
  ) {
    let waiting = memory.assumingMemoryBound(to: Waiting.self)
    pthread_mutex_lock(lock)
    waiting.initialize(to: Waiting(next: first, byteCount: byteCount, owner: owner))
    first = waiting
    let isFirst = !isRunning
    isRunning = true
    pthread_mutex_unlock(lock)
    if isFirst && !BackgroundThread.start({ freeAll() }) { freeAll() }
  }

  private static func freeAll() {
    while true {
      pthread_mutex_lock(lock)
      guard let waiting = first else {
        isRunning = false
        pthread_cond_broadcast(finished)
        pthread_mutex_unlock(lock)
        return
      }
      first = waiting.pointee.next
      pthread_mutex_unlock(lock)
      let byteCount = waiting.pointee.byteCount
      waiting.pointee.owner?.release()
      if byteCount > 0 { giveBackPages(of: waiting, byteCount: byteCount) }
      deallocate(waiting)
    }
  }

  /// Has the system take back whole pages, the last ones first; the memory stays allocated.
  static func giveBackPages(of memory: UnsafeMutableRawPointer, byteCount: Int) {
    #if canImport(Glibc)
      let pageMask = UInt(getpagesize() - 1)
      let start = (UInt(bitPattern: memory) + pageMask) & ~pageMask
      var end = (UInt(bitPattern: memory) + UInt(byteCount)) & ~pageMask
      while end > start {
        let length = min(end - start, UInt(piece))
        end -= length
        madvise(UnsafeMutableRawPointer(bitPattern: end), Int(length), Int32(MADV_DONTNEED))
      }
    #endif
  }

  @inlinable @inline(__always)
  static func deallocate(_ memory: UnsafeMutableRawPointer) {
    #if canImport(Glibc)
      Glibc.free(memory)
    #else
      Darwin.free(memory)
    #endif
  }
}
