#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory that is given out in pieces and freed as a whole.
///
/// A compiled module has some ten small tables for each function, which live and die together: one
/// allocation from the system serves hundreds of them. Whoever owns an arena frees it with
/// ``deallocate()``.
public struct Arena {
  /// What stands before the pieces of a chunk.
  private struct Chunk {
    var previous: UnsafeMutablePointer<Chunk>?
    /// In bytes.
    var size: Int
  }

  private var chunk: UnsafeMutablePointer<Chunk>?
  private var next = UnsafeMutableRawPointer(bitPattern: 16).unsafelyUnwrapped
  private var left = 0
  /// Bytes taken from the system.
  public private(set) var byteCount = 0

  private static let firstChunk = 1 << 10
  private static let largestChunk = 1 << 16

  /// Makes an arena without memory.
  public init() {}

  /// Memory for `count` elements, which is not initialised.
  ///
  /// No element may need an alignment beyond 16 bytes.
  public mutating func allocate<Element: BitwiseCopyable>(
    _: Element.Type, count: Int
  ) -> UnsafeMutablePointer<Element> {
    let bytes = (count * MemoryLayout<Element>.stride + 15) & ~15
    if bytes > left { addChunk(for: bytes) }
    let piece = next
    next += bytes
    left -= bytes
    return piece.assumingMemoryBound(to: Element.self)
  }

  private mutating func addChunk(for bytes: Int) {
    let usual = max(Arena.firstChunk, min(byteCount, Arena.largestChunk))
    let size = max(usual, bytes + MemoryLayout<Chunk>.size)
    guard let memory = malloc(size) else { fatalError("lang: out of memory") }
    let added = memory.assumingMemoryBound(to: Chunk.self)
    added.initialize(to: Chunk(previous: chunk, size: size))
    chunk = added
    byteCount += size
    next = memory + MemoryLayout<Chunk>.size
    left = size - MemoryLayout<Chunk>.size
  }

  /// Frees everything that was given out.
  public mutating func deallocate() {
    while let last = chunk {
      chunk = last.pointee.previous
      free(last)
    }
    self = Arena()
  }
}
