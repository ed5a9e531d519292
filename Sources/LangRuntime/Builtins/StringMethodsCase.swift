// Upper and lower case. Beyond ASCII the mappings are Unicode's full ones, so that a character may
// become several.

extension StringMethods {
  static func upper(_ call: NativeCall) throws(RaisedError) -> Value {
    if call.text.isASCII {
      return try mapASCII(call) { byte in isLower(byte) ? byte & 0xDF : byte }
    }
    return try mapScalars(call) { (scalar, _, builder) throws(RaisedError) in
      try appendUpper(scalar, to: &builder)
    }
  }

  static func lower(_ call: NativeCall) throws(RaisedError) -> Value {
    if call.text.isASCII {
      return try mapASCII(call) { byte in isUpper(byte) ? byte | 0x20 : byte }
    }
    return try mapScalars(call) { (scalar, position, builder) throws(RaisedError) in
      try appendLower(scalar, at: position, in: call.text, to: &builder)
    }
  }

  static func swapCase(_ call: NativeCall) throws(RaisedError) -> Value {
    if call.text.isASCII {
      return try mapASCII(call) { byte in isUpper(byte) || isLower(byte) ? byte ^ 0x20 : byte }
    }
    return try mapScalars(call) { (scalar, position, builder) throws(RaisedError) in
      if scalar.properties.isUppercase {
        try appendLower(scalar, at: position, in: call.text, to: &builder)
      } else if scalar.properties.isLowercase {
        try appendUpper(scalar, to: &builder)
      } else {
        try builder.append(scalar: scalar)
      }
    }
  }

  static func caseFold(_ call: NativeCall) throws(RaisedError) -> Value {
    if call.text.isASCII { return try lower(call) }
    return try mapScalars(call) { (scalar, _, builder) throws(RaisedError) in
      try appendFolded(scalar, to: &builder)
    }
  }

  static func capitalize(_ call: NativeCall) throws(RaisedError) -> Value {
    try mapScalars(call) { (scalar, position, builder) throws(RaisedError) in
      if position == 0 {
        try appendTitle(scalar, to: &builder)
      } else {
        try appendLower(scalar, at: position, in: call.text, to: &builder)
      }
    }
  }

  static func title(_ call: NativeCall) throws(RaisedError) -> Value {
    var isInWord = false
    return try mapScalars(call) { (scalar, position, builder) throws(RaisedError) in
      if isInWord {
        try appendLower(scalar, at: position, in: call.text, to: &builder)
      } else {
        try appendTitle(scalar, to: &builder)
      }
      isInWord = isCased(scalar)
    }
  }

  // MARK: Going through the text

  @inline(__always) private static func isUpper(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "A") < 26
  }
  @inline(__always) private static func isLower(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "a") < 26
  }

  /// The receiver, which is ASCII, with each byte replaced.
  @inline(__always)
  private static func mapASCII(
    _ call: NativeCall, _ change: (UInt8) -> UInt8
  ) throws(RaisedError) -> Value {
    let text = call.text
    if text.count == 1 { return call.engine.character(change(text.bytes[0])) }
    try call.engine.reserveString(text.count)
    let result = call.engine.allocateString(byteCount: text.count, scalarCount: text.count)
    let (input, output) = (text.bytes, result.bytes)
    var pieces = Pieces(of: Piece.bytes, text.count)
    while try pieces.next(call.engine) {
      for index in pieces.range { output[index] = change(input[index]) }
    }
    return Value(.string, result)
  }

  /// What `append` makes of the receiver's scalars; it gets each with its byte position.
  @inline(__always)
  private static func mapScalars(
    _ call: NativeCall,
    _ append: (Unicode.Scalar, Int, inout TextBuilder) throws(RaisedError) -> Void
  ) throws(RaisedError) -> Value {
    let text = call.text
    var builder = TextBuilder(call.engine, capacity: text.count)
    defer { builder.deallocate() }
    var position = 0
    while position < text.count {
      // Whatever a scalar becomes, it is appended, and the builder asks for interruptions.
      let (scalar, length) = TextScanning.decode(text.bytes + position)
      try append(scalar, position, &builder)
      position += length
    }
    return try builder.finish()
  }

  // MARK: Single scalars

  private static func appendUpper(
    _ scalar: Unicode.Scalar, to builder: inout TextBuilder
  ) throws(RaisedError) {
    if scalar.isASCII {
      let byte = UInt8(truncatingIfNeeded: scalar.value)
      return try builder.append(isLower(byte) ? byte & 0xDF : byte)
    }
    try builder.append(text: scalar.properties.uppercaseMapping)
  }

  private static func appendTitle(
    _ scalar: Unicode.Scalar, to builder: inout TextBuilder
  ) throws(RaisedError) {
    if scalar.isASCII { return try appendUpper(scalar, to: &builder) }
    try builder.append(text: scalar.properties.titlecaseMapping)
  }

  private static func appendLower(
    _ scalar: Unicode.Scalar, at position: Int, in text: StringReference,
    to builder: inout TextBuilder
  ) throws(RaisedError) {
    if scalar.isASCII {
      let byte = UInt8(truncatingIfNeeded: scalar.value)
      return try builder.append(isUpper(byte) ? byte | 0x20 : byte)
    }
    if scalar == "Σ" {
      return try builder.append(scalar: endsWord(text, sigmaAt: position) ? "ς" : "σ")
    }
    try builder.append(text: scalar.properties.lowercaseMapping)
  }

  /// Whether a capital sigma ends a word, where it has a lower case form of its own: a letter is
  /// before it and none behind, what case ignores (an accent, an apostrophe) left out.
  private static func endsWord(_ text: StringReference, sigmaAt position: Int) -> Bool {
    var before = position
    var isAfterLetter = false
    while before > 0 {
      let (scalar, length) = TextScanning.decodeLast(text.bytes, end: before)
      before -= length
      if scalar.properties.isCaseIgnorable { continue }
      isAfterLetter = scalar.properties.isCased
      break
    }
    if !isAfterLetter { return false }
    var behind = position + 2
    while behind < text.count {
      let (scalar, length) = TextScanning.decode(text.bytes + behind)
      behind += length
      if scalar.properties.isCaseIgnorable { continue }
      return !scalar.properties.isCased
    }
    return true
  }

  /// Unicode's full case folding.
  ///
  /// It is put together from the mappings that the standard library has: lower case of upper case of
  /// lower case, for what folding changes at all. That includes letters whose accent comes apart in
  /// upper case and the iota written below, which Unicode does not count as changes. Only Cherokee
  /// folds to upper case.
  private static func appendFolded(
    _ scalar: Unicode.Scalar, to builder: inout TextBuilder
  ) throws(RaisedError) {
    if scalar.isASCII { return try appendLowerSimply(scalar, to: &builder) }
    let properties = scalar.properties
    guard
      properties.changesWhenCaseFolded || properties.uppercaseMapping.unicodeScalars.count > 1
        || scalar == "\u{1FBE}"
    else { return try builder.append(scalar: scalar) }
    if 0x13F8...0x13FD ~= scalar.value || 0xAB70...0xABBF ~= scalar.value {
      return try builder.append(text: scalar.properties.uppercaseMapping)
    }
    for lower in scalar.properties.lowercaseMapping.unicodeScalars {
      for upper in lower.properties.uppercaseMapping.unicodeScalars {
        try appendLowerSimply(upper, to: &builder)
      }
    }
  }

  private static func appendLowerSimply(
    _ scalar: Unicode.Scalar, to builder: inout TextBuilder
  ) throws(RaisedError) {
    try builder.append(text: scalar.properties.lowercaseMapping)
  }

  /// Whether a scalar is upper, lower or title case.
  static func isCased(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      return isUpper(UInt8(truncatingIfNeeded: scalar.value) & 0xDF)
    }
    let properties = scalar.properties
    return properties.isUppercase || properties.isLowercase
      || properties.generalCategory == .titlecaseLetter
  }
}
