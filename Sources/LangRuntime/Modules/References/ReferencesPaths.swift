import Lang

/// Shortest ways from variables to objects: a breadth-first search through the heap that remembers
/// for each object from where it was reached first.
///
/// It starts at the variables of modules; what these do not reach, at variables of calls in progress;
/// then at everything else that the collector would keep. What is found in none of these ways is
/// dead, even if its cell was not freed yet. Nothing is allocated in the machine's heap, so nothing
/// can be collected in between, and no code of the program runs.
///
/// Cost: linear in the part of the heap that is looked at; some 40 bytes of memory for each object.
struct HeapSearch {
  /// An object that was reached.
  private struct Node: BitwiseCopyable {
    var header: UnsafeMutablePointer<ObjectHeader>
    /// The node that leads here; of a beginning, ~ its number in `beginnings`.
    var origin: Int32
    /// How many steps it is from a variable, up to one more than ``stepLimit``.
    var steps: UInt32
    /// Which value of the origin leads here, or one of ``Edge``.
    var edge: Int
  }

  /// Ways from an object to another that are not among its values, and the end of what is written.
  private enum Edge {
    static let `class` = -1
    static let base = -2
    static let module = -3
    static let function = -4
    /// The way is longer than ``HeapSearch/stepLimit``; its further steps are not remembered.
    static let far = -5
  }

  /// Where ways begin.
  private enum Beginning {
    case module
    case local(FunctionReference, Symbol)
    /// Held by Swift code of the embedding program.
    case handle
    /// A register that no variable names, or what a call runs.
    case nameless
  }

  /// Where an object is found, in words around an expression.
  struct Place {
    var before = ""
    var expression: String
    var after = ""
    /// The words do not form an expression that can be continued.
    var isPhrase = false

    var text: String { before + expression + after }

    /// The place of a part: `tools` becomes `tools[0]`.
    func part(_ suffix: String) -> Place {
      if isPhrase { return Place(expression: "(\(text))\(suffix)") }
      return Place(before: before, expression: expression + suffix, after: after)
    }

    /// The place of something that no expression names: `tools` becomes `a key of tools`.
    func phrase(_ words: String) -> Place {
      Place(before: "\(words) of \(before)", expression: expression, after: after, isPhrase: true)
    }
  }

  private let engine: Engine
  private var nodes = GrowableBuffer<Node>(capacity: 256)
  private var visited: Set<UnsafeMutablePointer<ObjectHeader>> = []
  private var beginnings: [Beginning] = []
  /// Registers of suspended generators that no variable names: generator's node, register.
  private var nameless: [(Int, Int)] = []
  /// The objects that are looked for, and the nodes of those that were found.
  private var wanted: Set<UnsafeMutablePointer<ObjectHeader>>
  private var found: [UnsafeMutablePointer<ObjectHeader>: Int] = [:]
  /// The names of modules' variables by slot.
  private var variableNames: [ModuleReference: [Symbol]] = [:]

  /// Objects that may be visited until it asks whether to give up.
  private var left = HeapSearch.objectsBetweenChecks
  private static let objectsBetweenChecks = 4096
  private static let usualObjectSize = 64
  /// It was given up: what was not found by then is as if nothing led there.
  private var hasGivenUp = false

  /// Longer ways are written with `…` at the end.
  private static let stepLimit: UInt32 = 8
  /// Longer keys of maps are not written.
  private static let keyLimit = 40

  /// Searches for the objects in `wanted`, until all are found or the program is to stop.
  init(_ engine: Engine, for wanted: Set<UnsafeMutablePointer<ObjectHeader>>) {
    self.engine = engine
    self.wanted = wanted
    if wanted.isEmpty { return }
    // To grow takes long when there are very many, and nobody is asked then.
    found.reserveCapacity(wanted.count)
    if wanted.count > HeapSearch.objectsBetweenChecks {
      visited.reserveCapacity(engine.pointee.heap.byteCount / HeapSearch.usualObjectSize)
    }
    search()
  }

  /// Frees the memory.
  mutating func deallocate() {
    nodes.deallocate()
  }

  // MARK: Searching

  private mutating func search() {
    var next = 0
    for record in engine.pointee.modules.records {
      if let module = record.module { begin(.module, Value(.module, module)) }
    }
    if follow(&next) { return }
    let first = engine.pointee.frames + 1
    if first <= engine.pointee.frame {
      for frame in first...engine.pointee.frame { beginAtVariables(of: frame) }
      // The variables that a running function captured are reached through the function.
      for frame in first...engine.pointee.frame {
        begin(.nameless, Value(.function, frame.pointee.function))
      }
    }
    if follow(&next) { return }
    for position in 0..<engine.pointee.handleCount {
      begin(.handle, engine.pointee.handles[position])
    }
    if follow(&next) { return }
    var register = engine.pointee.stack
    while register < engine.pointee.top {
      begin(.nameless, register.pointee)
      register += 1
    }
    if first <= engine.pointee.frame {
      for frame in first...engine.pointee.frame {
        guard let generator = frame.pointee.generator else { continue }
        begin(.nameless, Value(.generator, generator))
      }
    }
    begin(.nameless, engine.pointee.returned)
    begin(.nameless, engine.pointee.pending)
    while !follow(&next) && !nameless.isEmpty {
      for (origin, number) in nameless {
        let memory = UnsafeMutableRawPointer(nodes[origin].header)
        let generator = memory.assumingMemoryBound(to: GeneratorObject.self)
        visit(generator.pointee.registers[number], from: origin, edge: number, steps: 0)
      }
      nameless = []
    }
  }

  private mutating func beginAtVariables(of frame: UnsafeMutablePointer<Frame>) {
    let function = frame.pointee.function
    for number in 0..<Int(function.pointee.prototype.pointee.registerCount) {
      let value = frame.pointee.base[number]
      if !HeapSearch.isFollowed(value) { continue }
      let name = engine.variableName(number, of: frame)
      if name != .none { begin(.local(function, name), value) }
    }
  }

  private mutating func begin(_ beginning: Beginning, _ value: Value) {
    if !HeapSearch.isFollowed(value) { return }
    beginnings.append(beginning)
    if !visit(value, from: ~(beginnings.count - 1), edge: 0, steps: 0) { beginnings.removeLast() }
  }

  /// Whether a value refers to an object that can refer to others.
  @inline(__always)
  private static func isFollowed(_ value: Value) -> Bool {
    switch value.tag {
    case .list, .tuple, .map, .set, .instance, .function, .boundMethod, .class, .module, .generator,
      .iterator, .superView, .cell:
      return true
    default: return false
    }
  }

  /// Adds what `value` refers to, unless it was reached before.
  @discardableResult
  private mutating func visit(_ value: Value, from origin: Int, edge: Int, steps: UInt32) -> Bool {
    if !HeapSearch.isFollowed(value) { return false }
    left -= 1
    if left == 0 {
      left = HeapSearch.objectsBetweenChecks
      if StopCheck(engine).isStopped { hasGivenUp = true }
    }
    if hasGivenUp || !visited.insert(value.header).inserted { return false }
    if wanted.contains(value.header) { found[value.header] = nodes.count }
    var node = Node(header: value.header, origin: Int32(origin), steps: steps, edge: edge)
    if steps > HeapSearch.stepLimit {
      // All of what is further away hangs on the last object that is written.
      if nodes[origin].edge == Edge.far {
        node.origin = nodes[origin].origin
      }
      node.edge = Edge.far
      node.steps = HeapSearch.stepLimit + 1
    }
    nodes.append(node)
    return true
  }

  /// Goes on until everything was looked into; true when all that was wanted is found.
  private mutating func follow(_ next: inout Int) -> Bool {
    while next < nodes.count {
      if found.count == wanted.count || hasGivenUp { return true }
      expand(next)
      next += 1
    }
    return found.count == wanted.count || hasGivenUp
  }

  private mutating func expand(_ number: Int) {
    let header = nodes[number].header
    let memory = UnsafeMutableRawPointer(header)
    // A cell is no step: what it holds is the variable's value.
    let kind = Tag(header.pointee.kind)
    let steps = kind == .cell ? nodes[number].steps : nodes[number].steps + 1
    switch kind {
    case .generator: return expand(memory.assumingMemoryBound(to: GeneratorObject.self), number)
    case .module: visitVariables(of: memory.assumingMemoryBound(to: ModuleObject.self), number)
    case .function:
      // Its values are variables: ways begin anew.
      visitValues(of: header, number, steps: 0)
    default: visitValues(of: header, number, steps: steps)
    }
    switch kind {
    case .function:
      let function = memory.assumingMemoryBound(to: FunctionObject.self)
      let module = function.pointee.prototype.pointee.module
      visit(Value(.module, module), from: number, edge: Edge.module, steps: steps)
      if let owner = function.pointee.owner {
        visit(Value(.class, owner), from: number, edge: Edge.class, steps: steps)
      }
    case .instance:
      let `class` = memory.assumingMemoryBound(to: InstanceObject.self).pointee.shape.pointee.class
      visit(Value(.class, `class`), from: number, edge: Edge.class, steps: steps)
    case .class:
      let `class` = memory.assumingMemoryBound(to: ClassObject.self)
      if let base = `class`.pointee.base {
        visit(Value(.class, base), from: number, edge: Edge.base, steps: steps)
      }
      if let module = `class`.pointee.module {
        visit(Value(.module, module), from: number, edge: Edge.module, steps: steps)
      }
    default: break
    }
  }

  /// Ways begin anew at variables; at private ones last, so that a value is called by the name that was
  /// given to it and not `_`, the last value of a session.
  private mutating func visitVariables(of module: ModuleReference, _ number: Int) {
    let names = names(of: module)
    for isPrivate in [false, true] {
      for (slot, name) in names.enumerated()
      where (engine.pointee.symbols.bytes(of: name).first == UInt8(ascii: "_")) == isPrivate {
        visit(module.pointee.slots[slot], from: number, edge: slot, steps: 0)
      }
    }
  }

  private mutating func visitValues(
    of header: UnsafeMutablePointer<ObjectHeader>, _ number: Int, steps: UInt32
  ) {
    var position = 0
    header.forEachSlot { slot in
      visit(slot.pointee, from: number, edge: position, steps: steps)
      position += 1
    }
  }

  private mutating func expand(_ generator: GeneratorReference, _ number: Int) {
    let function = Value(.function, generator.pointee.function)
    visit(function, from: number, edge: Edge.function, steps: nodes[number].steps + 1)
    // The registers of one that runs are on the stack.
    if generator.pointee.state != .suspended { return }
    for register in 0..<generator.pointee.registerCount {
      let value = generator.pointee.registers[register]
      if !HeapSearch.isFollowed(value) { continue }
      if engine.variableName(register, of: generator) != .none {
        visit(value, from: number, edge: register, steps: 0)
      } else {
        nameless.append((number, register))
      }
    }
  }

  // MARK: Writing

  /// Whether the program can still reach an object that was looked for.
  func isAlive(_ header: UnsafeMutablePointer<ObjectHeader>) -> Bool { found[header] != nil }

  /// Where an object that was looked for is found; nil when no variable leads to it.
  mutating func place(
    of header: UnsafeMutablePointer<ObjectHeader>, words: inout ReferenceWords
  ) -> Place? {
    guard let number = found[header] else { return nil }
    // Back to the variable that the way begins at.
    var steps: [Int] = []
    var current = number
    while !isVariable(current) {
      steps.append(current)
      if nodes[current].origin < 0 { return nil }
      current = Int(nodes[current].origin)
    }
    guard var place = variable(current, &words) else { return nil }
    for step in steps.reversed() {
      if nodes[step].edge == Edge.far { return place.part("…") }
      place = part(of: place, step)
    }
    return place
  }

  /// Whether a node is the value of a variable.
  private func isVariable(_ number: Int) -> Bool {
    let node = nodes[number]
    if node.origin < 0 {
      switch beginnings[Int(~node.origin)] {
      case .local, .handle: return true
      case .module, .nameless: return false
      }
    }
    if node.edge < 0 { return false }
    switch Tag(nodes[Int(node.origin)].header.pointee.kind) {
    case .module, .function, .generator: return true
    default: return false
    }
  }

  private mutating func variable(_ number: Int, _ words: inout ReferenceWords) -> Place? {
    let node = nodes[number]
    if node.origin < 0 {
      if case .local(let function, let name) = beginnings[Int(~node.origin)] {
        return Place(
          before: "local ", expression: words.text(name), after: " of \(words.describe(function))")
      }
      return Place(expression: "a value", after: " held by the embedding program", isPhrase: true)
    }
    let header = nodes[Int(node.origin)].header
    let memory = UnsafeMutableRawPointer(header)
    switch Tag(header.pointee.kind) {
    case .module:
      let module = memory.assumingMemoryBound(to: ModuleObject.self)
      let name = words.text(names(of: module)[node.edge])
      return Place(expression: "\(words.describe(module)).\(name)")
    case .function:
      let function = memory.assumingMemoryBound(to: FunctionObject.self)
      return Place(
        before: "captured variable ", expression: words.captured(node.edge, of: function),
        after: " of \(words.describe(function, withPlace: true))")
    default:
      let generator = memory.assumingMemoryBound(to: GeneratorObject.self)
      let name = engine.variableName(node.edge, of: generator)
      if name == .none { return nil }
      return Place(
        before: "local ", expression: words.text(name), after: " of \(words.describe(generator))")
    }
  }

  private func part(of place: Place, _ number: Int) -> Place {
    let node = nodes[number]
    switch node.edge {
    case Edge.class: return place.phrase("the class")
    case Edge.base: return place.phrase("the base")
    case Edge.function: return place.phrase("the function")
    case Edge.module: return place.phrase("the module")
    default: break
    }
    let header = nodes[Int(node.origin)].header
    let memory = UnsafeMutableRawPointer(header)
    switch Tag(header.pointee.kind) {
    case .list, .tuple: return place.part("[\(node.edge)]")
    case .set: return place.phrase("a member")
    case .map:
      if node.edge % 2 == 0 { return place.phrase("a key") }
      let map = memory.assumingMemoryBound(to: MapObject.self)
      if let key = text(ofKey: map.pointee.entries[node.edge / 2].key) {
        return place.part("[\(key)]")
      }
      return place.phrase("a value")
    case .instance:
      let shape = memory.assumingMemoryBound(to: InstanceObject.self).pointee.shape
      return place.part(".\(engine.pointee.symbols.text(of: shape.fieldNames[node.edge]))")
    case .class:
      let members = memory.assumingMemoryBound(to: ClassObject.self).pointee.members
      // Behind the members stands the initializer, which is a member of this class or a base.
      if node.edge >= members.count { return place.part(".init") }
      let name = members.entries.unsafelyUnwrapped[node.edge].symbol
      return place.part(".\(engine.pointee.symbols.text(of: name))")
    case .boundMethod, .superView:
      return place.phrase(node.edge == 0 ? "the receiver" : "the method")
    case .iterator: return place.phrase("the source")
    default: return place
    }
  }

  /// A map's key as a program would write it, when that is short.
  private func text(ofKey key: Value) -> String? {
    switch key.tag {
    case .int: return "\(key.int)"
    case .nil: return "nil"
    case .true: return "true"
    case .false: return "false"
    case .string where key.string.count <= HeapSearch.keyLimit:
      var builder = TextBuilder(engine)
      defer { builder.deallocate() }
      guard (try? engine.appendQuoted(key.string, to: &builder)) != nil else { return nil }
      return String(
        decoding: UnsafeBufferPointer(start: builder.bytes, count: builder.count), as: UTF8.self)
    default: return nil
    }
  }

  private mutating func names(of module: ModuleReference) -> [Symbol] {
    if let known = variableNames[module] { return known }
    let names = module.variableNames
    variableNames[module] = names
    return names
  }
}

extension UnsafeMutablePointer where Pointee == ModuleObject {
  /// The names of the variables in the order of their slots.
  var variableNames: [Symbol] {
    var names = [Symbol](repeating: .none, count: pointee.slotCount)
    for position in 0..<pointee.names.count {
      let entry = pointee.names.entries.unsafelyUnwrapped[position]
      names[entry.value.int] = entry.symbol
    }
    return names
  }
}
