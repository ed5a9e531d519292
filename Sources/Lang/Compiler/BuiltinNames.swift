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
}
