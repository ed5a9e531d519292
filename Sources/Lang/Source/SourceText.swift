#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A place in a source text as people count it.
public struct SourceLocation: Equatable, Sendable {
  /// The line, from 1.
  public var line: Int
  /// The column, from 1, in Unicode scalars; a tab is one.
  public var column: Int

  /// Makes a location.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// A source text with its name, for messages: finds the line and column of an offset.
///
/// Nothing is computed until something is asked for; the first question costs one pass over the text.
public final class SourceText {
  /// What to call the text: the path of its file, or something like `<input>`.
  public let name: String
  /// The text itself, byte for byte.
  public let bytes: [UInt8]
  /// The offset of the first byte of each line.
  private lazy var lineStarts = Self.findLines(bytes)

  /// Makes a source text of bytes, which should be UTF-8 but need not be.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// Makes a source text of a string.
  public convenience init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }

  /// The number of lines; an empty text has one.
  public var lineCount: Int { lineStarts.count }

  /// The line and column of an offset.
  ///
  /// Offsets past the end are taken for the end. Cost: logarithmic in the number of lines, linear in the length of the line.
  public func location(of offset: UInt32) -> SourceLocation {
    let offset = min(Int(offset), bytes.count)
    let line = lineNumber(of: offset)
    var column = 1
    var position = startOfText(inLine: line)
    while position < offset {
      let length = UTF8Decoding.scalar(in: bytes, at: position).length
      // Inside of a scalar is where it begins.
      if position + length > offset { break }
      position += length
      column += 1
    }
    return SourceLocation(line: line, column: column)
  }

  /// The line of an offset, from 1.
  public func lineNumber(of offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if Int(lineStarts[middle]) <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The offsets of a line, without its line end (and without a byte order mark).
  public func range(ofLine line: Int) -> Range<Int> {
    let start = startOfText(inLine: line)
    var end = line < lineStarts.count ? Int(lineStarts[line]) - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<max(start, end)
  }

  /// The text of a line, counted from 1, without its line end.
  public func text(ofLine line: Int) -> String {
    String(decoding: bytes[range(ofLine: line)], as: UTF8.self)
  }

  private func startOfText(inLine line: Int) -> Int {
    let start = Int(lineStarts[line - 1])
    return start == 0 && bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : start
  }

  private static func findLines(_ bytes: [UInt8]) -> [UInt32] {
    var starts: [UInt32] = [0]
    bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var position = 0
      while let found = memchr(base + position, Int32(UInt8(ascii: "\n")), buffer.count - position)
      {
        position = UnsafeRawPointer(found) - UnsafeRawPointer(base) + 1
        starts.append(UInt32(truncatingIfNeeded: position))
      }
    }
    return starts
  }
}

/// Decodes UTF-8 that may be wrong.
enum UTF8Decoding {
  /// The scalar at `index`, or `nil` with a length of one byte where none begins.
  static func scalar(in bytes: [UInt8], at index: Int) -> (scalar: Unicode.Scalar?, length: Int) {
    let first = bytes[index]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
    guard length > 0, index + length <= bytes.count else { return (nil, 1) }
    var value = UInt32(first) & (0x7f >> UInt32(length))
    for next in bytes[(index + 1)..<(index + length)] {
      guard next & 0xc0 == 0x80 else { return (nil, 1) }
      value = value << 6 | UInt32(next & 0x3f)
    }
    let smallest: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
    guard value >= smallest, let scalar = Unicode.Scalar(value) else { return (nil, 1) }
    return (scalar, length)
  }
}
