import Lang

// Who refers to a module, a proxy or a deferred name right now, in words: for people who wonder why
// something is still there, and for tests of the reference table.

extension Engine {
  /// Who refers to `value` right now, sorted, each said once: `variable m of <main>`,
  /// `item of a list in <main>.tools`.
  ///
  /// What holds an unresolved value is known from its holder table; for any other value the heap is
  /// searched. Containers are named by the shortest way to them from a variable. A value in a
  /// register that no variable names is not listed, nor is what only dead objects hold. Nothing is
  /// loaded, resolved, or allocated in the machine's heap. When the program is to stop, the answer may
  /// be incomplete.
  ///
  /// - Complexity: Linear in the heap.
  func references(to value: Value) -> [String] { references(to: value, atMost: .max).lines }

  /// See ``references(to:)``; not more than so many holders are told in words.
  func references(to value: Value, atMost limit: Int) -> FoundReferences {
    switch value.tag {
    case .proxy:
      // While it is loading, the module may be known beside the proxy.
      let record = pointee.modules.records[value.proxy.pointee.record]
      if let module = record.module {
        return searchReferences(to: [value, Value(.module, module)], atMost: limit)
      }
      return references(to: value, in: value.proxy.pointee.holders, atMost: limit)
    case .deferred:
      let resolved = value.deferred.pointee.resolved
      if !resolved.isUndefined { return references(to: resolved, atMost: limit) }
      return references(to: value, in: value.deferred.pointee.holders, atMost: limit)
    case .module:
      let record = pointee.modules.records[value.module.pointee.record]
      let proxy = record.proxy.map { [Value(.proxy, $0)] } ?? []
      return searchReferences(to: [value] + proxy, atMost: limit)
    default:
      return value.isObject ? searchReferences(to: [value], atMost: limit) : FoundReferences()
    }
  }

  /// Who refers to an unresolved value right now, by its holder table.
  ///
  /// - Parameter countsRest: Whether to look for more than `limit` holders.
  func references(
    to value: Value, in table: HolderTable, atMost limit: Int, countsRest: Bool = true
  ) -> FoundReferences {
    var finder = ReferenceFinder(self, [value], limit: limit)
    // The table may have a holder more than once.
    var noted: Set<UnsafeMutablePointer<ObjectHeader>> = []
    let stop = StopCheck(self)
    var isStopped = false
    noted.reserveCapacity(countsRest ? table.count : limit)
    table.forEach { holder in
      if isStopped || !countsRest && noted.count >= limit { return }
      if noted.insert(holder).inserted { finder.noteHolder(holder) }
      if noted.count & 4095 == 0 { isStopped = stop.isStopped }
    }
    return isStopped ? FoundReferences() : finder.finish()
  }

  /// Finds the holders by a walk over the heap instead of by holder tables.
  func searchReferences(to values: [Value], atMost limit: Int = .max) -> FoundReferences {
    var finder = ReferenceFinder(self, values, limit: limit)
    let stop = StopCheck(self)
    guard pointee.heap.finishSweeping(unless: stop),
      pointee.heap.forEachCell(unless: stop, { header, _ in finder.noteHolder(header) })
    else { return FoundReferences() }
    return finder.finish()
  }
}

/// Who holds a value.
struct FoundReferences {
  /// In words, sorted, `xs[9]` before `xs[10]`.
  var lines: [String] = []
  /// How many more there are.
  var more = 0
}

/// Gathers who holds a value, and says it.
struct ReferenceFinder {
  private let engine: Engine
  /// What is looked for: one value, or a module and its proxy.
  private let targets: [Value]
  private var holders: [UnsafeMutablePointer<ObjectHeader>] = []
  /// Cells that hold a target: variables that functions, calls and generators share.
  private var cells: Set<UnsafeMutablePointer<ObjectHeader>> = []
  private var words: ReferenceWords
  private var lines: Set<String> = []
  /// How many lines are enough.
  private let limit: Int

  init(_ engine: Engine, _ targets: [Value], limit: Int) {
    self.engine = engine
    self.targets = targets
    self.limit = limit
    words = ReferenceWords(engine)
  }

  @inline(__always)
  private func isTarget(_ value: Value) -> Bool {
    for target in targets where value.isSame(as: target) { return true }
    return false
  }

  /// Whether a variable's value is a target, or a cell that holds one.
  @inline(__always)
  private func isTargetOrCell(_ value: Value) -> Bool {
    isTarget(value) || (value.tag == .cell && cells.contains(value.header))
  }

  /// Adds an object if it holds a target now.
  mutating func noteHolder(_ header: UnsafeMutablePointer<ObjectHeader>) {
    switch Tag(header.pointee.kind) {
    case .cell:
      let cell = UnsafeMutableRawPointer(header).assumingMemoryBound(to: CellObject.self)
      if isTarget(cell.pointee.value) { cells.insert(header) }
    case .list, .tuple, .map, .set, .instance, .function, .module, .class, .boundMethod, .superView,
      .iterator:
      var holds = false
      header.forEachSlot { slot in
        if isTarget(slot.pointee) { holds = true }
      }
      if holds { holders.append(header) }
    // The registers of generators are looked at as registers are; nothing else is a holder.
    default: break
    }
  }

  /// The words, when all holders were noted.
  mutating func finish() -> FoundReferences {
    var functions: [FunctionReference] = []
    let stop = StopCheck(engine)
    if !cells.isEmpty {
      let cells = cells
      guard engine.pointee.heap.finishSweeping(unless: stop) else { return FoundReferences() }
      _ = engine.pointee.heap.forEachCell(unless: stop) { header, _ in
        guard Tag(header.pointee.kind) == .function else { return }
        let function = UnsafeMutableRawPointer(header).assumingMemoryBound(to: FunctionObject.self)
        for position in 0..<function.captureCount {
          let capture = function.captures[position]
          if capture.tag == .cell && cells.contains(capture.header) {
            functions.append(function)
            return
          }
        }
      }
    }
    let generators = holdingGenerators()
    var wanted: Set<UnsafeMutablePointer<ObjectHeader>> = []
    wanted.reserveCapacity(holders.count)
    for (position, holder) in holders.enumerated() {
      if position & 4095 == 4095 && stop.isStopped { return FoundReferences() }
      wanted.insert(holder)
    }
    for function in functions { wanted.insert(Value(.function, function).header) }
    for generator in generators { wanted.insert(Value(.generator, generator).header) }
    var search = HeapSearch(engine, for: wanted)
    defer { search.deallocate() }
    var more = 0
    for (position, holder) in holders.enumerated() where search.isAlive(holder) {
      if position & 255 == 255 && stop.isStopped { break }
      if lines.count < limit { describe(holder, &search) } else { more += 1 }
    }
    for function in functions where search.isAlive(Value(.function, function).header) {
      describeCaptures(function)
    }
    for generator in generators where search.isAlive(Value(.generator, generator).header) {
      describeVariables(of: generator)
    }
    describeVariablesOfCalls()
    for position in 0..<engine.pointee.handleCount
    where isTarget(engine.pointee.handles[position]) {
      lines.insert("value held by the embedding program")
    }
    return FoundReferences(
      lines: stop.sorted(lines, by: ReferenceFinder.precedes) ?? [], more: more)
  }

  /// Whether a line stands before another: numbers by what they are worth, `xs[9]` before `xs[10]`.
  private static func precedes(_ first: String, _ second: String) -> Bool {
    var (first, second) = (first.utf8[...], second.utf8[...])
    func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    while let a = first.first, let b = second.first {
      if isDigit(a) && isDigit(b) {
        let (left, right) = (first.prefix(while: isDigit), second.prefix(while: isDigit))
        if left.count != right.count { return left.count < right.count }
        if !left.elementsEqual(right) { return left.lexicographicallyPrecedes(right) }
        (first, second) = (first[left.endIndex...], second[right.endIndex...])
      } else {
        if a != b { return a < b }
        first.removeFirst()
        second.removeFirst()
      }
    }
    return first.isEmpty && !second.isEmpty
  }

  // MARK: Registers

  private func holdingGenerators() -> [GeneratorReference] {
    var holding: [GeneratorReference] = []
    for position in 0..<engine.pointee.generatorCount {
      let generator = engine.pointee.generators[position]
      // The registers of one that runs are on the stack.
      if generator.pointee.state != .suspended { continue }
      for number in 0..<generator.pointee.registerCount
      where isTargetOrCell(generator.pointee.registers[number]) {
        holding.append(generator)
        break
      }
    }
    return holding
  }

  private mutating func describeVariables(of generator: GeneratorReference) {
    for number in 0..<generator.pointee.registerCount
    where isTargetOrCell(generator.pointee.registers[number]) {
      let name = engine.variableName(number, of: generator)
      if name == .none { continue }
      lines.insert("local \(words.text(name)) of \(words.describe(generator))")
    }
  }

  private mutating func describeVariablesOfCalls() {
    var frame = engine.pointee.frames + 1
    while frame <= engine.pointee.frame {
      let function = frame.pointee.function
      for number in 0..<Int(function.pointee.prototype.pointee.registerCount)
      where isTargetOrCell(frame.pointee.base[number]) {
        let name = engine.variableName(number, of: frame)
        if name == .none { continue }
        lines.insert("local \(words.text(name)) of \(words.describe(function))")
      }
      frame += 1
    }
  }

  // MARK: Objects

  private mutating func describe(
    _ header: UnsafeMutablePointer<ObjectHeader>, _ search: inout HeapSearch
  ) {
    let memory = UnsafeMutableRawPointer(header)
    switch Tag(header.pointee.kind) {
    case .module:
      let module = memory.assumingMemoryBound(to: ModuleObject.self)
      for (slot, name) in module.variableNames.enumerated()
      where name != .none && isTarget(module.pointee.slots[slot]) {
        lines.insert("variable \(words.text(name)) of \(words.describe(module))")
      }
    case .function: describeCaptures(memory.assumingMemoryBound(to: FunctionObject.self))
    case .class: describeMembers(memory.assumingMemoryBound(to: ClassObject.self))
    default:
      let place = search.place(of: header, words: &words)
      let end = place.map { " in \($0.text)" } ?? " that no variable reaches"
      for part in parts(of: header) { lines.insert(part + end) }
    }
  }

  private mutating func describeCaptures(_ function: FunctionReference) {
    for position in 0..<function.captureCount
    where isTargetOrCell(function.captures[position]) {
      let name = words.captured(position, of: function)
      lines.insert(
        "captured variable \(name) of \(words.describe(function, withPlace: true))")
    }
  }

  private mutating func describeMembers(_ class: ClassReference) {
    let members = `class`.pointee.members
    for position in 0..<members.count {
      let member = members.entries.unsafelyUnwrapped[position]
      if !isTarget(member.value) { continue }
      let kind = member.flags & UInt32(MemberFlags.constant) != 0 ? "constant" : "member"
      lines.insert(
        "\(kind) \(words.text(member.symbol)) of class \(words.text(`class`.pointee.name))")
    }
  }

  /// What of a container holds a target: `item of a list`.
  private mutating func parts(of header: UnsafeMutablePointer<ObjectHeader>) -> [String] {
    let memory = UnsafeMutableRawPointer(header)
    switch Tag(header.pointee.kind) {
    case .list: return ["item of a list"]
    case .tuple: return ["item of a tuple"]
    case .set: return ["member of a set"]
    case .map:
      let map = memory.assumingMemoryBound(to: MapObject.self)
      var (hasKey, hasValue) = (false, false)
      for position in 0..<map.pointee.used {
        if isTarget(map.pointee.entries[position].key) { hasKey = true }
        if isTarget(map.pointee.entries[position].value) { hasValue = true }
      }
      return (hasKey ? ["key of a map"] : []) + (hasValue ? ["value of a map"] : [])
    case .instance:
      let instance = memory.assumingMemoryBound(to: InstanceObject.self)
      let `class` = words.withArticle(instance.pointee.shape.pointee.class.pointee.name)
      var parts: [String] = []
      for (slot, name) in instance.pointee.shape.fieldNames.enumerated()
      where isTarget(instance.pointee.slots[slot]) {
        parts.append("field \(words.text(name)) of \(`class`)")
      }
      return parts
    case .boundMethod:
      let method = memory.assumingMemoryBound(to: BoundMethodObject.self).pointee.method
      switch method.tag {
      case .function: return ["bound method \(words.describe(method.function))"]
      case .native: return ["bound method \(engine.describe(method.native))"]
      default: return ["bound method"]
      }
    case .superView: return ["self of a super"]
    case .iterator: return ["source of an iterator"]
    default: return []
    }
  }
}

/// Names of functions, modules and classes as references are told; remembered, since many lines
/// may name the same.
struct ReferenceWords {
  private let engine: Engine
  private var functions: [PrototypeReference: (plain: String, withPlace: String)] = [:]

  init(_ engine: Engine) { self.engine = engine }

  /// The text of a name.
  func text(_ symbol: Symbol) -> String { engine.pointee.symbols.text(of: symbol) }

  /// `<main>`, or a module's full name.
  func describe(_ module: ModuleReference) -> String {
    let name = engine.pointee.modules.records[module.pointee.record].name
    return name == "__main__" ? "<main>" : name
  }

  /// `area()`, or `area() (geo.l:4)`; `<main>` for what stands in no function.
  mutating func describe(_ function: FunctionReference, withPlace: Bool = false) -> String {
    let prototype = function.pointee.prototype
    let known = functions[prototype] ?? describe(prototype)
    functions[prototype] = known
    return withPlace ? known.withPlace : known.plain
  }

  private func describe(
    _ prototype: PrototypeReference
  ) -> (plain: String, withPlace: String) {
    let code = prototype.pointee.source._withUnsafeGuaranteedRef { $0 }
    let unit = prototype.pointee.unit._withUnsafeGuaranteedRef { $0 }
    if unit.compiled.functions[0] === code {
      let name = describe(prototype.pointee.module)
      return (name, name)
    }
    let source = unit.source.text
    let file = source.name.split(separator: "/").last.map(String.init) ?? source.name
    let name = engine.describe(code)
    let withPlace = "\(name) (\(file):\(source.location(of: code.offset).line))"
    // A function without a name is known by its place alone.
    return (code.name == .none ? withPlace : name, withPlace)
  }

  /// `the suspended generator g()`.
  mutating func describe(_ generator: GeneratorReference) -> String {
    "the suspended generator \(describe(generator.pointee.function))"
  }

  /// The name of a function's captured variable.
  func captured(_ position: Int, of function: FunctionReference) -> String {
    let code = function.pointee.prototype.pointee.source._withUnsafeGuaranteedRef { $0 }
    return text(code.captures[position].symbol)
  }

  /// `a Car`, `an Engine`.
  func withArticle(_ name: Symbol) -> String {
    let name = text(name)
    return ("AEIOUaeiou".contains(name.prefix(1)) && !name.isEmpty ? "an " : "a ") + name
  }
}
