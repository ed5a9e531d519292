// What lies outside ASCII: names follow Unicode's XID_Start and XID_Continue.

extension Lexer {
  /// The number of bytes of the scalar at `position`; 1 in ASCII.
  @inline(__always)
  func scalarLength(_ position: UnsafePointer<UInt8>) -> Int {
    let byte = position.pointee
    return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
  }

  /// The scalar at `position`; the text is valid UTF-8.
  func scalar(at position: UnsafePointer<UInt8>) -> Unicode.Scalar {
    let byte = UInt32(position[0])
    func continuation(_ index: Int) -> UInt32 { UInt32(position[index] & 0x3f) }
    let value: UInt32
    switch scalarLength(position) {
    case 1: value = byte
    case 2: value = (byte & 0x1f) << 6 | continuation(1)
    case 3: value = (byte & 0x0f) << 12 | continuation(1) << 6 | continuation(2)
    default:
      value =
        (byte & 0x07) << 18 | continuation(1) << 12 | continuation(2) << 6 | continuation(3)
    }
    return Unicode.Scalar(value) ?? "\u{fffd}"
  }

  /// Reads a name that has scalars outside ASCII; `nil`, after reporting and passing over what is
  /// there, where no name begins.
  @inline(never)
  mutating func unicodeWord(
    _ position: inout UnsafePointer<UInt8>, _ followsNewline: Bool
  ) -> Token? {
    var end = position
    if end.pointee >= 0x80, !scalar(at: end).properties.isXIDStart {
      reportUnexpected(position)
      if isTypographicQuote(position) { return typographicString(position, followsNewline) }
      // The rest of a row of such characters (an emoji with modifiers, say) is the same mistake.
      repeat {
        end += scalarLength(end)
      } while end.pointee >= 0x80 && !scalar(at: end).properties.isXIDStart
      position = end
      return nil
    }
    return longUnicodeWord(position, followsNewline)
  }

  /// Reads a name whose first scalar is known to begin one.
  @inline(never)
  mutating func longUnicodeWord(
    _ start: UnsafePointer<UInt8>, _ followsNewline: Bool
  ) -> Token {
    var end = start
    repeat {
      end += scalarLength(end)
    } while end.pointee < 0x80
      ? classOf(end.pointee) & CharacterClass.continuesName != 0
      : scalar(at: end).properties.isXIDContinue
    return finishWord(start, end, followsNewline)
  }

  /// True for the quotes that word processors put in place of `"` and `'`.
  private func isTypographicQuote(_ position: UnsafePointer<UInt8>) -> Bool {
    position[0] == 0xe2 && position[1] == 0x80 && (0x98...0x9e).contains(position[2])
  }

  /// Takes what stands between typographic quotes as the text that it was meant to be.
  private mutating func typographicString(
    _ start: UnsafePointer<UInt8>, _ followsNewline: Bool
  ) -> Token {
    var end = start + 3
    while end < limit, end.pointee != UInt8(ascii: "\n"), end.pointee != UInt8(ascii: "\"") {
      if isTypographicQuote(end) {
        end += 3
        break
      }
      end += 1
    }
    scratch.truncate(to: 0)
    return finish(.string, start, end, followsNewline, symbol: internScratch())
  }
}
