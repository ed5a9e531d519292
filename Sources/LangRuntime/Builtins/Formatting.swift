// `format(value, specification)`, f-strings and `"{}".format(…)` come together here.

extension Engine {
  /// A value as a format specification, a string value, asks for it.
  func format(_ value: Value, specification: Value) throws(RaisedError) -> Value {
    guard specification.isString else {
      throw typeError(
        "a format specification must be a string, not \(typeName(of: specification))")
    }
    let text = specification.string
    if text.count == 0 { return try str(value) }
    let parsed = try FormatSpecification(text.bytes, count: text.count, self)
    var builder = TextBuilder(self)
    defer { builder.deallocate() }
    try appendFormatted(value, parsed, to: &builder)
    return try builder.finish()
  }

  /// Appends a value as a specification asks for it.
  ///
  /// Numbers have types of their own. Everything else is text: what `str` gives, cut to the precision
  /// and put into the width.
  func appendFormatted(
    _ value: Value, _ specification: FormatSpecification, to builder: inout TextBuilder
  ) throws(RaisedError) {
    switch value.tag {
    case .int, .bigInt:
      try appendFormattedInt(value, specification, to: &builder)
    case .float:
      try appendFormattedFloat(value.float, specification, to: &builder)
    case .true, .false:
      // A number where the type letter asks for one.
      if specification.hasType, specification.type != "s" {
        return try appendFormattedInt(
          .int(value.tag == .true ? 1 : 0), specification, to: &builder)
      }
      try appendFormattedText(value, specification, to: &builder)
    case .string:
      try appendFormattedText(value.string, specification, "string", to: &builder)
    case .deferred:
      try appendFormatted(resolved(value), specification, to: &builder)
    default:
      try appendFormattedText(value, specification, to: &builder)
    }
  }

  private func appendFormattedText(
    _ value: Value, _ specification: FormatSpecification, to builder: inout TextBuilder
  ) throws(RaisedError) {
    let shown = try str(value)
    try appendFormattedText(shown.string, specification, typeName(of: value), to: &builder)
  }

  private func appendFormattedText(
    _ string: StringReference, _ specification: FormatSpecification,
    _ typeName: @autoclosure () -> String, to builder: inout TextBuilder
  ) throws(RaisedError) {
    if specification.hasType, specification.type != "s" {
      throw specification.unknownType(for: typeName(), self)
    }
    if let refused = specification.refusedForText {
      throw valueError("\(refused) is for numbers, not for \(typeName())")
    }
    var scalarCount = Int(string.pointee.scalarCount)
    var count = string.count
    if let precision = specification.precision, precision < scalarCount {
      count = try byteOffset(string, precision)
      scalarCount = precision
    }
    try builder.append(
      string.bytes, count: count, scalarCount: scalarCount, in: specification,
      specification.textAlignment)
  }
}

extension FormatSpecification {
  /// The first part of the specification that means nothing for text.
  fileprivate var refusedForText: String? {
    if sign != .unset { return "a sign in a format specification" }
    if normalizesZero { return "'z' in a format specification" }
    if isAlternate { return "'#' in a format specification" }
    if alignment == .afterSign { return "'=' in a format specification" }
    if grouping != 0 { return "'\(Unicode.Scalar(grouping))' in a format specification" }
    return nil
  }
}
