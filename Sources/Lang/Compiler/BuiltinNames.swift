/// The names that every program knows without importing anything.
///
/// The front end needs them to tell an undefined name from a built-in one; the machine fills in their
/// values in the same order.
public enum BuiltinNames {
  /// In the order of their numbers in `loadBuiltin`.
  public static let all: [StaticString] = [
    "print", "input", "len", "type", "str", "repr", "int", "float", "bool", "list", "tuple", "map",
    "set", "bytes", "range", "enumerate", "zip", "sorted", "reversed", "sum", "min", "max", "abs",
    "round", "any", "all", "isinstance", "callable", "hash", "id", "dir", "help", "getattr",
    "setattr", "hasattr", "ord", "chr", "divmod", "next", "iter", "format", "reload", "exit",
    "Error", "TypeError", "ValueError", "NameError", "AttributeError", "IndexError", "KeyError",
    "ZeroDivisionError", "ImportError", "AssertionError", "IOError", "MemoryError",
    "RecursionError", "StopIteration", "SyntaxError", "Interrupt",
  ]

  /// How many there are.
  static let count = all.count

  /// The number of a name, or nil.
  public static func number(of name: StaticString) -> Int? {
    all.firstIndex { areEqual($0, name) }
  }

  /// Whether two static strings have the same bytes.
  public static func areEqual(_ a: StaticString, _ b: StaticString) -> Bool {
    guard a.utf8CodeUnitCount == b.utf8CodeUnitCount else { return false }
    for index in 0..<a.utf8CodeUnitCount where a.utf8Start[index] != b.utf8Start[index] {
      return false
    }
    return true
  }
}
