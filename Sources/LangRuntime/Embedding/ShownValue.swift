/// The `repr` of a value taken apart, so that a prompt can lay it out in lines, colour and cut it.
public indirect enum ShownValue: Sendable, CustomStringConvertible {
  /// What a piece of text stands for.
  public enum Kind: Sendable {
    case number, string
    /// `nil`, `true`, `false`.
    case constant
    /// A function, a class, a module that is loaded, and whatever else has a name.
    case name
    /// A module that was imported and not used yet.
    case lazyModule
    /// What an instance says of itself.
    case other
  }

  /// A text without parts. The number is how many scalars were left out at its end.
  case text(String, Kind, cut: Int)
  /// A container: what opens it, its items, how many more there are, what closes it.
  case container(opening: String, items: [Item], omitted: Int, closing: String)

  /// An item of a container.
  public struct Item: Sendable {
    /// The key of a map's entry.
    public let key: ShownValue?
    /// The item, or the entry's value.
    public let value: ShownValue
  }

  /// How much of a value is taken.
  public struct Limits: Sendable {
    /// Items of all containers together.
    public var items: Int
    /// Scalars of each text.
    public var textLength: Int

    /// Limits of items of all containers together, and scalars of each text.
    public init(items: Int, textLength: Int) {
      self.items = items
      self.textLength = textLength
    }

    /// Everything.
    public static let none = Limits(items: Int.max, textLength: Int.max)
  }

  /// All in one line: the `repr`, where nothing was left out.
  public var description: String {
    switch self {
    case .text(let text, _, let cut): return cut == 0 ? text : "\(text)…"
    case .container(let opening, let items, let omitted, let closing):
      var parts = items.map { item in
        item.key.map { "\($0): \(item.value)" } ?? "\(item.value)"
      }
      if omitted > 0 { parts.append("…") }
      // A tuple of one has a comma.
      let isSingle = opening == "(" && items.count == 1 && omitted == 0
      return opening + parts.joined(separator: ", ") + (isSingle ? "," : "") + closing
    }
  }
}

extension Engine {
  /// Takes the `repr` of a value apart; may run `repr` methods, and resolves deferred names.
  ///
  /// The value must be rooted.
  func show(_ value: Value, _ limits: ShownValue.Limits) throws(RaisedError) -> ShownValue {
    var remaining = limits.items
    return try show(value, limits, &remaining)
  }

  private func show(
    _ value: Value, _ limits: ShownValue.Limits, _ remaining: inout Int
  ) throws(RaisedError) -> ShownValue {
    switch value.tag {
    case .int, .float, .bigInt: return try showText(value, .number, limits)
    case .nil, .true, .false: return try showText(value, .constant, limits)
    case .string:
      return try showRun(value, count: Int(value.string.pointee.scalarCount), limits)
    case .bytes: return try showRun(value, count: value.byteString.pointee.count, limits)
    case .list, .tuple, .map, .set: return try showContainer(value, limits, &remaining)
    case .function, .native, .boundMethod, .class, .module:
      return try showText(value, .name, limits)
    case .proxy: return try showText(value, .lazyModule, limits)
    case .deferred: return try show(try resolved(value), limits, &remaining)
    default: return try showText(value, .other, limits)
    }
  }

  private func showText(
    _ value: Value, _ kind: ShownValue.Kind, _ limits: ShownValue.Limits
  ) throws(RaisedError) -> ShownValue {
    let text = try repr(value).string
    let count = Int(text.pointee.scalarCount)
    if count <= limits.textLength { return .text(text.text, kind, cut: 0) }
    let start = String(String.UnicodeScalarView(text.text.unicodeScalars.prefix(limits.textLength)))
    return .text(start, kind, cut: count - limits.textLength)
  }

  /// A string or bytes: only what is shown of a long one is copied.
  private func showRun(
    _ value: Value, count: Int, _ limits: ShownValue.Limits
  ) throws(RaisedError) -> ShownValue {
    if count <= limits.textLength { return try showText(value, .string, .none) }
    let start = try slice(value, .int(0), .int(limits.textLength), closed: false)
    return .text(try repr(start).string.text, .string, cut: count - limits.textLength)
  }

  /// A member's `repr` may be a method of the program that changes the container, so each member is
  /// looked up anew, and the container is rooted meanwhile.
  private func showContainer(
    _ value: Value, _ limits: ShownValue.Limits, _ remaining: inout Int
  ) throws(RaisedError) -> ShownValue {
    try enterNativeRecursion()
    let (opening, closing): (String, String) =
      switch value.tag {
      case .list: ("[", "]")
      case .tuple: ("(", ")")
      case .set: value.set.pointee.count == 0 ? ("set(", ")") : ("set([", "])")
      default: ("{", "}")
      }
    let key = value.bits | 1
    if pointee.visiting.contains(key) { return try showText(value, .other, limits) }
    let top = pointee.top
    if !ensureStack(top + 64) { throw takePending() }
    pointee.visiting.append(key)
    root(value)
    defer {
      pointee.visiting.removeLast()
      pointee.top = top
    }
    var items: [ShownValue.Item] = []
    var position = 0
    while let (key, member) = nextMember(of: value, at: &position) {
      if remaining <= 0 {
        return .container(
          opening: opening, items: items, omitted: max(1, memberCount(of: value) - items.count),
          closing: closing)
      }
      remaining -= 1
      // What is shown is no longer needed when the next one is.
      let shownKey: ShownValue?
      if let key {
        root(key)
        root(member)
        shownKey = try show(key, limits, &remaining)
      } else {
        root(member)
        shownKey = nil
      }
      items.append(ShownValue.Item(key: shownKey, value: try show(member, limits, &remaining)))
      pointee.top = top
      root(value)
    }
    return .container(opening: opening, items: items, omitted: 0, closing: closing)
  }

  private func memberCount(of value: Value) -> Int {
    switch value.tag {
    case .list: value.list.pointee.count
    case .tuple: value.tuple.pointee.count
    default: value.map.pointee.count
    }
  }

  /// The member at `position` or behind it, with its key for maps; nil at the end.
  private func nextMember(of value: Value, at position: inout Int) -> (Value?, Value)? {
    switch value.tag {
    case .list, .tuple:
      guard position < memberCount(of: value) else { return nil }
      position += 1
      let item =
        value.tag == .list
        ? value.list.pointee.items[position - 1] : value.tuple.items[position - 1]
      return (nil, item)
    default:
      while position < value.map.pointee.used {
        let entry = value.map.pointee.entries[position]
        position += 1
        if entry.key.isUndefined { continue }
        return value.tag == .set ? (nil, entry.key) : (entry.key, entry.value)
      }
      return nil
    }
  }
}
