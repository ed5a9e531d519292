/// Tells which errors are caught where a piece of source stands.
///
/// The bodies of `try` statements and of functions nest, so they are kept as one sorted list in which
/// each knows the one around it.
struct OutlineGuards {
  /// Classes of errors that a `catch` takes.
  struct Caught: OptionSet {
    let rawValue: UInt8
    static let importError = Caught(rawValue: 1)
    static let attributeError = Caught(rawValue: 2)
    static let nameError = Caught(rawValue: 4)
    static let all: Caught = [.importError, .attributeError, .nameError]

    /// What a `catch` of the built-in class takes.
    init(className: String) {
      switch className {
      case "Error": self = .all
      case "ImportError": self = .importError
      case "AttributeError": self = .attributeError
      case "NameError": self = .nameError
      default: self = []
      }
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }
  }

  private struct Area {
    var start: UInt32
    var end: UInt32
    /// Nil for a function, whose body runs when it is called: maybe outside of the `try` around it.
    var caught: Caught?
    /// The area around it, or -1.
    var parent = -1
  }

  private var areas: [Area] = []

  /// Adds the body of a `try`.
  mutating func add(tryBody range: SourceRange, _ caught: Caught) {
    if !caught.isEmpty { areas.append(Area(start: range.start, end: range.end, caught: caught)) }
  }

  /// Adds a function.
  mutating func add(function range: SourceRange) {
    areas.append(Area(start: range.start, end: range.end, caught: nil))
  }

  /// Puts the areas in order; to be called once, before the first question.
  mutating func finish() {
    // Where nothing is caught, functions do not matter either.
    if areas.allSatisfy({ $0.caught == nil }) { areas = [] }
    areas.sort { ($0.start, $1.end) < ($1.start, $0.end) }
    var open: [Int] = []
    for number in areas.indices {
      while let last = open.last, areas[last].end <= areas[number].start { open.removeLast() }
      areas[number].parent = open.last ?? -1
      open.append(number)
    }
  }

  /// Whether a `try` catches such an error at `offset`, in the function that stands there.
  func catches(_ error: Caught, at offset: UInt32) -> Bool {
    var low = 0
    var high = areas.count
    while low < high {
      let middle = (low + high) / 2
      if areas[middle].start <= offset { low = middle + 1 } else { high = middle }
    }
    var number = low - 1
    while number >= 0 {
      let area = areas[number]
      if offset < area.end {
        guard let caught = area.caught else { return false }
        if caught.contains(error) { return true }
      }
      number = area.parent
    }
    return false
  }
}
