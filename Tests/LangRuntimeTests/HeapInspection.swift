@testable import LangRuntime

extension Heap {
  /// Calls `body` with every object.
  mutating func forEachObject(_ body: (UnsafeMutablePointer<ObjectHeader>) -> Void) {
    forEachSizedObject { header, _ in body(header) }
  }

  /// Calls `body` with every object and the bytes that are counted for it, external memory included.
  ///
  /// They add up to ``byteCount``.
  mutating func forEachSizedObject(_ body: (UnsafeMutablePointer<ObjectHeader>, Int) -> Void) {
    finishSweeping()
    _ = forEachCell(unless: nil) { header, size in body(header, size + header.externalByteCount) }
  }
}
