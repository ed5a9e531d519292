// isalpha and the like, with Python's definitions.

extension StringMethods {
  static func isAlpha(_ call: NativeCall) throws(RaisedError) -> Value {
    .bool(try isEvery(call, isLetter))
  }

  static func isDigit(_ call: NativeCall) throws(RaisedError) -> Value {
    .bool(
      try isEvery(call) { scalar in
        if scalar.isASCII { return isASCIIDigit(scalar) }
        let type = scalar.properties.numericType
        return type == .decimal || type == .digit
      })
  }

  static func isDecimal(_ call: NativeCall) throws(RaisedError) -> Value {
    .bool(
      try isEvery(call) { scalar in
        scalar.isASCII ? isASCIIDigit(scalar) : scalar.properties.numericType == .decimal
      })
  }

  static func isNumeric(_ call: NativeCall) throws(RaisedError) -> Value {
    .bool(try isEvery(call, isNumber))
  }

  static func isAlphanumeric(_ call: NativeCall) throws(RaisedError) -> Value {
    .bool(try isEvery(call) { scalar in isLetter(scalar) || isNumber(scalar) })
  }

  static func isSpace(_ call: NativeCall) throws(RaisedError) -> Value {
    .bool(try isEvery(call) { scalar in TextScanning.isSpace(scalar) })
  }

  static func isUpper(_ call: NativeCall) throws(RaisedError) -> Value {
    .bool(try hasCase(call) { scalar in scalar.properties.isUppercase })
  }

  static func isLower(_ call: NativeCall) throws(RaisedError) -> Value {
    .bool(try hasCase(call) { scalar in scalar.properties.isLowercase })
  }

  static func isTitle(_ call: NativeCall) throws(RaisedError) -> Value {
    var isInWord = false
    var hasWord = false
    let isTitle = try allScalars(call) { scalar in
      guard isCased(scalar) else {
        isInWord = false
        return true
      }
      // A capital begins a word; lower case goes on with one.
      if scalar.properties.isLowercase != isInWord { return false }
      isInWord = true
      hasWord = true
      return true
    }
    return .bool(isTitle && hasWord)
  }

  static func isIdentifier(_ call: NativeCall) throws(RaisedError) -> Value {
    var isFirst = true
    return .bool(
      try isEvery(call) { scalar in
        defer { isFirst = false }
        if scalar == "_" { return true }
        if scalar.isASCII {
          return isLetter(scalar) || (!isFirst && isASCIIDigit(scalar))
        }
        return isFirst ? scalar.properties.isXIDStart : scalar.properties.isXIDContinue
      })
  }

  static func isASCII(_ call: NativeCall) throws(RaisedError) -> Value {
    .bool(call.text.isASCII)
  }

  static func isPrintable(_ call: NativeCall) throws(RaisedError) -> Value {
    .bool(try allScalars(call) { scalar in TextScanning.isPrintable(scalar) })
  }

  // MARK: Going through the text

  @inline(__always)
  private static func allScalars(
    _ call: NativeCall, _ condition: (Unicode.Scalar) -> Bool
  ) throws(RaisedError) -> Bool {
    let text = call.text
    var position = 0
    var isTrue = true
    try call.engine.scan(from: &position, to: text.count) {
      (position, pause) throws(RaisedError) in
      while position < pause {
        let (scalar, length) = TextScanning.decode(text.bytes + position)
        isTrue = condition(scalar)
        if !isTrue { return false }
        position += length
      }
      return true
    }
    return isTrue
  }

  /// Whether there are scalars, and the condition holds for all of them.
  @inline(__always)
  private static func isEvery(
    _ call: NativeCall, _ condition: (Unicode.Scalar) -> Bool
  ) throws(RaisedError) -> Bool {
    call.text.count == 0 ? false : try allScalars(call, condition)
  }

  /// Whether there is a scalar with case, and the condition holds for all of those.
  @inline(__always)
  private static func hasCase(
    _ call: NativeCall, _ condition: (Unicode.Scalar) -> Bool
  ) throws(RaisedError) -> Bool {
    var found = false
    let isUniform = try allScalars(call) { scalar in
      guard isCased(scalar) else { return true }
      found = true
      return condition(scalar)
    }
    return found && isUniform
  }

  // MARK: Kinds of scalar

  private static func isASCIIDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value &- 0x30 < 10
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (scalar.value | 0x20) &- 0x61 < 26 }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return true
    default:
      return false
    }
  }

  private static func isNumber(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII ? isASCIIDigit(scalar) : scalar.properties.numericType != nil
  }
}
