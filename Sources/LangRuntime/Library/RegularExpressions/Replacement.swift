import Lang

/// A text with references to groups, by which matches are replaced: `\1`, `\g<name>`, `\g<0>`.
struct Replacement {
  private enum Part {
    /// A piece of `literals`.
    case literal(start: Int, count: Int)
    /// A group, or of several with the same name the first one in the match.
    case groups([Int])
  }

  private var parts: [Part] = []
  private var literals: [UInt8] = []
  /// There are no references: `plain` is all.
  private(set) var plain: Subject?

  /// Reads a replacement, a string or bytes as the pattern is for; a `PatternError` when it is none.
  init(
    _ value: Value, for expression: RegularExpression, _ engine: Engine
  ) throws(RaisedError) {
    let subject = Subject(value)
    let bytes = UnsafeBufferPointer(start: subject.bytes, count: subject.count)
    let backslash = UInt8(ascii: "\\")
    let hasReferences =
      try engine.firstPlace(
        of: [backslash], 1, in: subject.bytes, subject.count) >= 0
    guard hasReferences else {
      plain = subject
      return
    }
    var reader = Reader(bytes: bytes, expression: expression)
    var start = 0
    while reader.position < bytes.count {
      if reader.position & (Piece.characters - 1) == 0 { try engine.checkInterruption() }
      let begin = reader.position
      let piece = reader.next()
      switch piece {
      case .byte(let byte): literals.append(byte)
      case .bytes(let first, let second):
        literals.append(first)
        literals.append(second)
      case .groups(let numbers):
        close(&start)
        parts.append(.groups(numbers))
      case .failure(let message):
        let position = try subject.characters(0, begin, engine)
        throw expression.context.patternError(message, value, at: position, engine)
      }
    }
    close(&start)
  }

  private mutating func close(_ start: inout Int) {
    if literals.count > start {
      parts.append(.literal(start: start, count: literals.count - start))
    }
    start = literals.count
  }

  /// Appends what a match is replaced by; scalars are not counted.
  func append(
    to builder: inout TextBuilder, _ subject: Subject,
    _ span: (Int) throws(RaisedError) -> Range<Int>?
  ) throws(RaisedError) {
    if let plain {
      return try builder.append(plain.bytes, count: plain.count, scalarCount: 0)
    }
    for part in parts {
      switch part {
      case .literal(let start, let count):
        try literals.withUnsafeBufferPointer { (buffer) throws(RaisedError) in
          try builder.append(
            buffer.baseAddress.unsafelyUnwrapped + start, count: count, scalarCount: 0)
        }
      case .groups(let numbers):
        for number in numbers {
          guard let span = try span(number) else { continue }
          try builder.append(
            subject.bytes + span.lowerBound, count: span.count, scalarCount: 0)
          break
        }
      }
    }
  }

  // MARK: Reading

  private enum Token {
    case byte(UInt8)
    case bytes(UInt8, UInt8)
    case groups([Int])
    case failure(String)
  }

  private struct Reader {
    let bytes: UnsafeBufferPointer<UInt8>
    let expression: RegularExpression
    var position = 0

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

    mutating func next() -> Token {
      let byte = bytes[position]
      position += 1
      if byte != UInt8(ascii: "\\") { return .byte(byte) }
      guard position < bytes.count else {
        return .failure(#"a backslash at the end: a backslash itself is \\"#)
      }
      let escaped = bytes[position]
      position += 1
      switch escaped {
      case UInt8(ascii: "\\"): return .byte(escaped)
      case UInt8(ascii: "n"): return .byte(0x0A)
      case UInt8(ascii: "t"): return .byte(0x09)
      case UInt8(ascii: "r"): return .byte(0x0D)
      case UInt8(ascii: "f"): return .byte(0x0C)
      case UInt8(ascii: "v"): return .byte(0x0B)
      case UInt8(ascii: "0"):
        return .failure(#"\0 is no group: the whole match is \g<0>"#)
      case UInt8(ascii: "g"): return reference()
      default: break
      }
      if Reader.isDigit(escaped) {
        var number = Int(escaped - UInt8(ascii: "0"))
        if position < bytes.count, Reader.isDigit(bytes[position]) {
          number = number * 10 + Int(bytes[position] - UInt8(ascii: "0"))
          position += 1
        }
        return group(number)
      }
      if Reader.isLetter(escaped) {
        return .failure("\\\(Character(Unicode.Scalar(escaped))) is no escape of a replacement")
      }
      return .bytes(byte, escaped)
    }

    private func group(_ number: Int) -> Token {
      number <= expression.groupCount
        ? .groups([number]) : .failure("the pattern has no group \(number)")
    }

    /// The rest of `\g<name>`.
    private mutating func reference() -> Token {
      guard position < bytes.count, bytes[position] == UInt8(ascii: "<") else {
        return .failure(#"\g goes on with the name or number of a group: \g<name>"#)
      }
      let start = position + 1
      guard let length = bytes[start...].firstIndex(of: UInt8(ascii: ">")).map({ $0 - start })
      else {
        return .failure(#"\g< without a >"#)
      }
      position = start + length + 1
      let name = UnsafeBufferPointer(rebasing: bytes[start..<start + length])
      if length == 0 { return .failure(#"\g<> names no group"#) }
      if name.allSatisfy(Reader.isDigit) {
        if length > 6 { return .failure("the pattern has no such group") }
        return group(name.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
      }
      let groups = expression.names.filter { $0.matches(name) }.map(\.group)
      if groups.isEmpty {
        let shown = String(decoding: name.prefix(60), as: UTF8.self)
        return .failure("the pattern has no group named '\(shown)'")
      }
      return .groups(groups)
    }
  }
}
