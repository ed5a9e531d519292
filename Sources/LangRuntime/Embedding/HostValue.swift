import Lang

/// A value of the language as Swift code sees it: a copy, independent of the machine.
public indirect enum HostValue: Equatable, Sendable {
  case `nil`
  case bool(Bool)
  case int(Int)
  /// An integer beyond 64 bits, as decimal digits.
  case bigInt(String)
  case float(Double)
  case string(String)
  case bytes([UInt8])
  case list([HostValue])
  case tuple([HostValue])
  /// Entries in their order.
  case map([(key: HostValue, value: HostValue)])
  case set([HostValue])
  /// Anything else (functions, classes, instances, modules), as its `repr`.
  case other(String)

  /// Compares by content; maps and sets without regard to order.
  public static func == (a: HostValue, b: HostValue) -> Bool {
    switch (a, b) {
    case (.nil, .nil): return true
    case (.bool(let x), .bool(let y)): return x == y
    case (.int(let x), .int(let y)): return x == y
    case (.bigInt(let x), .bigInt(let y)): return x == y
    case (.float(let x), .float(let y)): return x == y
    case (.string(let x), .string(let y)): return x == y
    case (.bytes(let x), .bytes(let y)): return x == y
    case (.list(let x), .list(let y)), (.tuple(let x), .tuple(let y)): return x == y
    case (.set(let x), .set(let y)): return x.count == y.count && x.allSatisfy(y.contains)
    case (.map(let x), .map(let y)):
      return x.count == y.count
        && x.allSatisfy { entry in y.contains { $0.key == entry.key && $0.value == entry.value } }
    case (.other(let x), .other(let y)): return x == y
    default: return false
    }
  }
}

/// An error that a native function throws into the program.
public struct HostError: Error {
  /// The error class by its name, `"ValueError"` say.
  public let className: String
  /// The message.
  public let message: String

  /// Makes an error; an unknown class name becomes `Error`.
  public init(_ className: String = "ValueError", _ message: String) {
    self.className = className
    self.message = message
  }
}

/// The arguments of a native function, with conversions that throw what a program expects.
public struct HostArguments {
  /// The function's name, for messages.
  public let function: String
  /// The values.
  public let values: [HostValue]

  /// The argument at `index`.
  public subscript(index: Int) -> HostValue { values[index] }

  /// The integer at `index`; a `TypeError` otherwise.
  public func int(_ index: Int) throws -> Int {
    if case .int(let value) = values[index] { return value }
    throw mismatch(index, "an int")
  }

  /// The number at `index` as a float; a `TypeError` otherwise.
  public func float(_ index: Int) throws -> Double {
    switch values[index] {
    case .int(let value): return Double(value)
    case .float(let value): return value
    default: throw mismatch(index, "a number")
    }
  }

  /// The string at `index`; a `TypeError` otherwise.
  public func string(_ index: Int) throws -> String {
    if case .string(let value) = values[index] { return value }
    throw mismatch(index, "a string")
  }

  /// The boolean at `index`; a `TypeError` otherwise.
  public func bool(_ index: Int) throws -> Bool {
    if case .bool(let value) = values[index] { return value }
    throw mismatch(index, "a bool")
  }

  /// The list at `index`; a `TypeError` otherwise.
  public func list(_ index: Int) throws -> [HostValue] {
    if case .list(let value) = values[index] { return value }
    throw mismatch(index, "a list")
  }

  private func mismatch(_ index: Int, _ expected: String) -> HostError {
    HostError("TypeError", "\(function)() expects \(expected) as argument \(index + 1)")
  }
}

/// A function written in Swift, for ``Machine/defineModule(_:functions:)``.
public struct HostFunction {
  let name: String
  let definition: NativeDefinition

  /// Declares a function; see ``Machine/define(_:parameters:in:body:)``.
  public init(
    _ name: String, parameters: [String] = [],
    body: @escaping (HostArguments) throws -> HostValue
  ) {
    self.name = name
    definition = NativeDefinition(
      hostFunction: name, parameters: parameters
    ) { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      // It may write files that are imported next.
      engine.pointee.modules.changes += 1
      var values: [HostValue] = []
      for position in 0..<call.count { values.append(try engine.export(call[position])) }
      let result: HostValue
      do {
        result = try body(HostArguments(function: name, values: values))
      } catch let error as HostError {
        throw engine.makeError(engine.errorClass(named: error.className), error.message)
      } catch {
        throw engine.valueError("\(error)")
      }
      return engine.import(result)
    }
  }
}

extension Engine {
  /// The error class of a built-in name; `Error` when there is none.
  func errorClass(named name: String) -> ClassReference {
    for (number, known) in BuiltinNames.all.enumerated() where "\(known)" == name {
      let value = pointee.builtins[number]
      if value.tag == .class, value.class.pointee.header.flags & ClassObject.isErrorFlag != 0 {
        return value.class
      }
    }
    return pointee.errors.error
  }

  /// A copy of a value for Swift code.
  ///
  /// Containers that contain themselves end in ``HostValue/other(_:)``. Deferred names are resolved, which
  /// may load modules: the value must be rooted, and containers are asked for their items one by one.
  ///
  /// - Throws: What resolving a deferred name throws.
  func export(_ value: Value, depth: Int = 0) throws(RaisedError) -> HostValue {
    if depth > 200 { return .other("...") }
    switch value.tag {
    case .nil, .undefined: return .nil
    case .true: return .bool(true)
    case .false: return .bool(false)
    case .int: return .int(value.int)
    case .float: return .float(value.float)
    case .string: return .string(value.string.text)
    case .bytes: return .bytes(Array(value.byteString.buffer))
    case .bigInt: return .bigInt(bigInt(value).description)
    case .deferred: return try export(try resolveDeferred(value), depth: depth + 1)
    case .list:
      var items: [HostValue] = []
      while items.count < value.list.pointee.count {
        items.append(try export(value.list.pointee.items[items.count], depth: depth + 1))
      }
      return .list(items)
    case .tuple:
      var items: [HostValue] = []
      while items.count < value.tuple.pointee.count {
        items.append(try export(value.tuple.items[items.count], depth: depth + 1))
      }
      return .tuple(items)
    case .map, .set:
      var entries: [(key: HostValue, value: HostValue)] = []
      var position = 0
      while position < value.map.pointee.used {
        let entry = value.map.pointee.entries[position]
        position += 1
        if entry.key.isUndefined { continue }
        entries.append(
          (try export(entry.key, depth: depth + 1), try export(entry.value, depth: depth + 1)))
      }
      return value.tag == .map ? .map(entries) : .set(entries.map(\.key))
    default:
      guard let text = try? repr(value), text.isString else { return .other("?") }
      return .other(text.string.text)
    }
  }

  /// A value of the language from a copy.
  ///
  /// Nothing collects meanwhile.
  func `import`(_ value: HostValue) -> Value {
    switch value {
    case .nil: return .nil
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .bigInt(let digits): return makeInt(BigInt(digits) ?? 0)
    case .float(let value): return .float(value)
    case .string(let text), .other(let text): return makeString(text)
    case .bytes(let bytes):
      return bytes.withUnsafeBufferPointer {
        guard let base = $0.baseAddress else { return Value(.bytes, allocateBytes(count: 0)) }
        return makeBytes(base, count: $0.count)
      }
    case .list(let items):
      let list = makeList(capacity: items.count)
      for item in items { append(`import`(item), to: list) }
      return Value(.list, list)
    case .tuple(let items):
      let tuple = makeTuple(count: items.count)
      for (index, item) in items.enumerated() { tuple.items[index] = `import`(item) }
      return Value(.tuple, tuple)
    case .map(let entries):
      let map = makeMap()
      for entry in entries { try? mapSet(map, `import`(entry.key), `import`(entry.value)) }
      return Value(.map, map)
    case .set(let items):
      let set = makeSet()
      for item in items { try? mapSet(set, `import`(item), .nil) }
      return Value(.set, set)
    }
  }
}
