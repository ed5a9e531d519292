import CPCRE2
import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The memory in which PCRE2's interpreter remembers where to come back to.
///
/// It doubles, up to hundreds of megabytes, and PCRE2 copies what was there. Most of the time that this takes
/// goes into the first touch of the new memory, so that is done here, in pieces between which a machine
/// asks whether the program is to stop. A thread frees what is large.
enum SearchMemory {
  /// Bytes before each piece of memory, where its size stands: a line of the cache.
  private static let headerSize = 64

  /// What makes PCRE2 take its memory from here, for as long as the machine is there.
  static func makeContext(_ engine: Engine) -> OpaquePointer {
    pcre2_general_context_create_8(
      { (byteCount, engine) in
        SearchMemory.allocate(
          byteCount, engine.unsafelyUnwrapped.assumingMemoryBound(to: EngineState.self))
      },
      { (memory, _) in SearchMemory.free(memory) }, engine
    ).unsafelyUnwrapped
  }

  private static func allocate(_ byteCount: Int, _ engine: Engine) -> UnsafeMutableRawPointer? {
    let whole = byteCount + headerSize
    let memory: UnsafeMutableRawPointer?
    if whole < LargeMemory.hugePage {
      memory = malloc(whole)
    } else {
      memory = LargeMemory.allocate(byteCount: whole)
      // The half that is copied into.
      if let memory, !touch(memory, byteCount: whole / 2, unless: StopCheck(engine)) {
        LargeMemory.free(memory, byteCount: whole)
        return nil
      }
    }
    guard let memory else { return nil }
    memory.storeBytes(of: whole, as: Int.self)
    return memory + headerSize
  }

  /// Has the system provide pages; false when the program is to stop.
  private static func touch(
    _ memory: UnsafeMutableRawPointer, byteCount: Int, unless stop: StopCheck
  ) -> Bool {
    let page = Int(getpagesize())
    var offset = 0
    while offset < byteCount {
      (memory + offset).storeBytes(of: 0, as: UInt8.self)
      offset += page
      if offset & (LargeMemory.hugePage - 1) == 0, stop.isStopped { return false }
    }
    return true
  }

  private static func free(_ memory: UnsafeMutableRawPointer?) {
    guard let memory else { return }
    let whole = memory - headerSize
    LargeMemory.free(whole, byteCount: whole.load(as: Int.self))
  }
}
