import Testing

@testable import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite("Large memory")
struct LargeMemoryTests {
  private final class Owner {}

  @Test func ofAnySize() {
    for byteCount in [1, 32, 4096, LargeMemory.threshold - 1, LargeMemory.threshold, 100 << 20] {
      let memory = malloc(byteCount)!
      memset(memory, 7, min(byteCount, 1 << 20))
      LargeMemory.free(memory, byteCount: byteCount)
    }
    for byteCount in [32, 4096, 5_000_001] {
      LargeMemory.freeLater(malloc(byteCount)!, byteCount: byteCount)
    }
    LargeMemory.free([UInt8](repeating: 1, count: 10))
    LargeMemory.free([UInt8](repeating: 1, count: LargeMemory.threshold))
    LargeMemory.waitUntilFreed()
  }

  @Test func anObjectIsLetGoOf() {
    weak var seen: Owner?
    func letGo() {
      let owner = Owner()
      seen = owner
      LargeMemory.letGo(consume owner)
    }
    letGo()
    LargeMemory.waitUntilFreed()
    #expect(seen == nil)
  }

  @Test func fromManyThreadsAtOnce() async {
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for number in 0..<200 {
            let byteCount = 4096 * (1 + number % 7)
            let memory = malloc(byteCount)!
            memset(memory, 7, byteCount)
            LargeMemory.freeLater(memory, byteCount: byteCount)
          }
        }
      }
    }
    LargeMemory.waitUntilFreed()
  }

  #if canImport(Glibc)
    /// Pages that the memory shares with its neighbours are left as they are.
    @Test func onlyWholePagesAreGivenBack() {
      let page = Int(getpagesize())
      // More than the system takes back in one piece.
      let count = 10_000
      let mapping = mmap(
        nil, count * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
      defer { munmap(mapping, count * page) }
      memset(mapping, 7, count * page)
      LargeMemory.giveBackPages(of: mapping + 100, byteCount: (count - 1) * page)
      let bytes = mapping.assumingMemoryBound(to: UInt8.self)
      for position in [0, page - 1, (count - 1) * page, count * page - 1] {
        #expect(bytes[position] == 7)
      }
      for number in 1..<(count - 1) where bytes[number * page] != 0 {
        Issue.record("page \(number) is still there")
      }
    }
  #endif
}
