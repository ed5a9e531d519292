#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A growable array of trivial elements in unmanaged memory.
///
/// The front end appends millions of nodes, tokens and instructions; an `Array` would check bounds,
/// uniqueness and exclusivity at each of them. Whoever owns a buffer frees it with ``deallocate()``.
@frozen
public struct GrowableBuffer<Element: BitwiseCopyable>: BitwiseCopyable {
  @usableFromInline internal var elements: UnsafeMutablePointer<Element>
  @usableFromInline internal var used: Int
  @usableFromInline internal var room: Int

  /// The first element; valid until the next append.
  @inlinable @inline(__always) public var base: UnsafeMutablePointer<Element> { elements }
  /// The number of elements in use.
  @inlinable @inline(__always) public var count: Int { used }
  /// The number of elements that fit before the next growth.
  @inlinable @inline(__always) public var capacity: Int { room }

  /// Makes an empty buffer with room for `capacity` elements; 0 allocates nothing yet.
  @inlinable
  public init(capacity: Int = 16) {
    room = capacity
    elements =
      capacity > 0
      ? GrowableBuffer.allocate(capacity)
      : UnsafeMutablePointer<Element>(bitPattern: MemoryLayout<Element>.alignment)
        .unsafelyUnwrapped
    used = 0
  }

  /// Makes a copy of `other` in the memory of an arena, which is not freed with the copy.
  ///
  /// An append moves it to memory of its own.
  @inlinable
  public init(copying other: GrowableBuffer, into arena: inout Arena) {
    elements = arena.allocate(Element.self, count: other.count)
    elements.initialize(from: other.base, count: other.count)
    used = other.count
    // Nothing to free, and no room.
    room = 0
  }

  /// Appends an element; amortised constant time.
  @inlinable @inline(__always)
  public mutating func append(_ element: Element) {
    if count == capacity { grow(toHold: count + 1) }
    (base + count).initialize(to: element)
    used += 1
  }

  /// Appends `length` elements from `source`.
  @inlinable
  public mutating func append(from source: UnsafePointer<Element>, count length: Int) {
    if count + length > capacity { grow(toHold: count + length) }
    (base + count).initialize(from: source, count: length)
    used += length
  }

  /// Appends copies of `element` until there are `wanted`.
  @inlinable
  public mutating func extend(to wanted: Int, with element: Element) {
    if wanted <= count { return }
    if wanted > capacity { grow(toHold: wanted) }
    (base + count).initialize(repeating: element, count: wanted - count)
    used = wanted
  }

  /// Removes and returns the last element; the buffer must not be empty.
  @inlinable @inline(__always)
  public mutating func removeLast() -> Element {
    used -= 1
    return base[count]
  }

  /// Drops all elements from index `newCount` on, keeping the memory.
  @inlinable @inline(__always)
  public mutating func truncate(to newCount: Int) { used = newCount }

  /// The last element; the buffer must not be empty.
  @inlinable @inline(__always)
  public var last: Element { base[count - 1] }

  /// The element at `index`, which must be below ``count``.
  @inlinable @inline(__always)
  public subscript(index: Int) -> Element {
    get { base[index] }
    nonmutating set { base[index] = newValue }
  }

  @inlinable @inline(never)
  mutating func grow(toHold needed: Int) {
    let larger = max(needed, count * 2, 8)
    let moved = GrowableBuffer.allocate(larger)
    moved.moveInitialize(from: base, count: count)
    deallocate()
    elements = moved
    room = larger
  }

  /// Frees the memory; the buffer must not be used afterwards.
  @inlinable
  public func deallocate() {
    if capacity > 0 {
      LargeMemory.free(base, byteCount: capacity * MemoryLayout<Element>.stride)
    }
  }

  /// Memory from the system.
  ///
  /// Much of the time that compiling a long text takes would go into its first touch of each page of
  /// 4 KB; large buffers ask for pages of 2 MB.
  @inlinable
  static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Element> {
    let bytes = capacity * MemoryLayout<Element>.stride
    let memory =
      bytes >= LargeMemory.hugePage ? LargeMemory.allocate(byteCount: bytes) : malloc(bytes)
    guard let memory else { fatalError("lang: out of memory") }
    return memory.assumingMemoryBound(to: Element.self)
  }
}
