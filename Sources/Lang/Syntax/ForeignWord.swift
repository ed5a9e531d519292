/// Words of other languages that people write out of habit, with what to write instead.
public enum ForeignWord {
  /// What to write instead of a word that begins a statement elsewhere, or `nil`.
  static func statement(_ word: String) -> String? {
    switch word {
    case "def", "function", "func", "fun", "fnc": return "a function begins with 'fn'"
    case "const", "final", "val": return "a constant begins with 'let'"
    case "auto", "mut", "local": return "a variable begins with 'var'"
    case "elif", "elsif", "elseif": return "write 'else if'"
    case "foreach": return "write for x in xs { … }"
    case "unless": return "write if not … { … }"
    case "until": return "write while not … { … }"
    case "do", "loop": return "write while true { … }"
    case "switch", "match", "case", "when": return "write if … { … } else if … { … }"
    case "raise": return "write throw ValueError(…)"
    case "except", "rescue": return "write catch error { … }"
    case "struct", "interface", "enum", "trait", "record": return "write class Name { … }"
    case "use", "using", "require", "include": return "write import name"
    case "export", "pub", "public", "private": return "every top-level name can be imported"
    case "del", "delete": return "m.remove(key) takes something out of a map"
    case "global", "nonlocal": return "a name declared outside can be assigned to as it is"
    case "pass": return "a block may be empty: { }"
    case "async", "await": return "there are no asynchronous functions"
    case "new": return "an object is made by calling its class: Circle(1)"
    case "with", "defer": return "write try { … } finally { … }"
    default: return nil
    }
  }

  /// What to write instead of an operator that is a word elsewhere, or `nil`.
  static func `operator`(_ word: String) -> String? {
    switch word {
    case "new": return "an object is made by calling its class: Circle(1)"
    case "lambda": return "a function without a name is written fn(x) => …"
    case "await": return "there are no asynchronous functions"
    case "typeof": return "write type(x)"
    case "int", "float", "string", "bool", "list", "map": return "a variable begins with 'var'"
    case "print", "echo", "puts", "printf", "println": return "a call needs parentheses: print(…)"
    default: return nil
    }
  }

  static var elseIf: [String] { ["elif", "elsif", "elseif"] }

  /// What to write instead of an undefined name, or `nil` if it is not known from elsewhere.
  ///
  /// For the message about an undefined name: `null`, `None`, `True`, `this` and the like are ordinary
  /// names to the parser.
  public static func help(forName word: String) -> String? {
    switch word {
    case "null", "None", "undefined", "nullptr", "NULL", "Nil", "none": return "write 'nil'"
    case "True", "TRUE": return "write 'true'"
    case "False", "FALSE": return "write 'false'"
    case "this": return "write 'self'"
    case "elif", "elsif", "elseif": return "write 'else if'"
    case "println", "puts", "echo", "printf", "console": return "write print(…)"
    case "lambda", "func", "function", "def": return "write fn(x) => …"
    case "length", "size", "strlen": return "write len(…)"
    case "dict", "object", "Map", "Object": return "write {key: value}, or map(…)"
    case "array", "Array", "List": return "write [a, b], or list(…)"
    case "Set": return "write set([a, b])"
    case "String", "toString", "tostring": return "write str(…)"
    case "parseInt", "Integer", "tonumber": return "write int(…)"
    case "typeof": return "write type(…)"
    case "Exception", "RuntimeError": return "write Error(…)"
    case "pass": return "a block may be empty: { }"
    default: return statement(word)
    }
  }
}
