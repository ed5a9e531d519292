#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The native part of the module `random`.
///
/// The first argument of most functions is a generator.
enum RandomPart {
  static func initialize(_ engine: Engine, _ module: ModuleReference) throws(RaisedError) {
    try engine.define(definitions, in: module)
  }

  nonisolated(unsafe) private static let definitions: [NativeDefinition] = [
    // A generator of its own, or the system's.
    NativeDefinition("new", "is_system") { (call) throws(RaisedError) -> Value in
      call.engine.makeForeign(RandomGenerator(isSystem: call[0].tag == .true))
    },
    NativeDefinition("seed", "generator, seed", body: seed),
    NativeDefinition("state", "generator", body: state),
    NativeDefinition("set_state", "generator, words", body: setState),
    NativeDefinition("random", "generator") { (call) throws(RaisedError) -> Value in
      .float(try generator(call).nextFloat())
    },
    NativeDefinition("integer", "generator, low, high", body: integer),
    // An index of something that has items.
    NativeDefinition("index", "generator, count") { (call) throws(RaisedError) -> Value in
      let count = try call.engine.expectInt(call[1], "random expects a count")
      if count <= 0 { throw call.engine.valueError("random expects a count above 0") }
      return .int(Int(try generator(call).next(below: UInt64(count))))
    },
    NativeDefinition("bits", "generator, count", body: bits),
    NativeDefinition("bytes", "generator, count", body: bytes),
    NativeDefinition("uniform", "generator, low, high") { (call) throws(RaisedError) -> Value in
      let low = try number(call, 1, "uniform", "low")
      let high = try number(call, 2, "uniform", "high")
      // In two products, since the difference may be too large.
      let place = try generator(call).nextFloat()
      return .float(
        (high - low).isFinite ? low + (high - low) * place : low * (1 - place) + high * place)
    },
    NativeDefinition("normal", "generator, mean, deviation") {
      (call) throws(RaisedError) -> Value in
      let mean = try number(call, 1, "normal", "mean")
      let deviation = try number(call, 2, "normal", "deviation")
      if deviation < 0 {
        throw call.engine.valueError(
          "random.normal() expects 'deviation' to be 0 or more, not \(deviation)")
      }
      return .float(mean + deviation * (try generator(call).nextNormal { log($0) }))
    },
    NativeDefinition("exponential", "generator, rate") { (call) throws(RaisedError) -> Value in
      let rate = try number(call, 1, "exponential", "rate")
      if rate <= 0 {
        throw call.engine.valueError(
          "random.exponential() expects 'rate' to be above 0, not \(rate)")
      }
      return .float(-log1p(-(try generator(call).nextFloat())) / rate)
    },
    NativeDefinition("boolean", "generator, probability") {
      (call) throws(RaisedError) -> Value in
      let probability = try number(call, 1, "boolean", "probability")
      if !(0...1).contains(probability) {
        throw call.engine.valueError(
          "random.boolean() expects 'probability' to be from 0 to 1, not \(probability)")
      }
      return .bool(try generator(call).nextFloat() < probability)
    },
    NativeDefinition("shuffle", "generator, items") { (call) throws(RaisedError) -> Value in
      if call[1].tag != .list {
        throw call.engine.typeError(
          "random.shuffle() expects a list for 'items', not \(call.engine.typeName(of: call[1]))")
      }
      let list = call[1].list
      let generator = try generator(call)
      var left = list.pointee.count
      while left > 1 {
        let place = Int(generator.next(below: UInt64(left)))
        left -= 1
        let moved = list.pointee.items[left]
        list.pointee.items[left] = list.pointee.items[place]
        list.pointee.items[place] = moved
        if left & (Piece.items - 1) == 0 { try call.engine.checkInterruption() }
      }
      return .nil
    },
    NativeDefinition("sample", "generator, size, count", body: sample),
    NativeDefinition("weighted", "generator, cumulative, count", body: weighted),
  ]

  // MARK: Arguments

  private static func generator(_ call: NativeCall) throws(RaisedError) -> RandomGenerator {
    if let known = call.engine.foreign(call[0], as: RandomGenerator.self) { return known }
    throw call.engine.typeError("random expects a generator")
  }

  /// A finite number.
  private static func number(
    _ call: NativeCall, _ index: Int, _ caller: StaticString, _ name: StaticString
  ) throws(RaisedError) -> Double {
    let engine = call.engine
    let number: Double
    switch call[index].tag {
    case .float: number = call[index].float
    case .int: number = Double(call[index].int)
    case .bigInt: number = engine.bigInt(call[index]).double
    default:
      throw engine.typeError(
        "random.\(caller)() expects a number for '\(name)', "
          + "not \(engine.typeName(of: call[index]))")
    }
    if number.isFinite { return number }
    throw engine.valueError(
      "random.\(caller)() expects a finite number for '\(name)', "
        + "not \(number.isNaN ? "nan" : number < 0 ? "-inf" : "inf")")
  }

  private static func whole(
    _ call: NativeCall, _ index: Int, _ caller: StaticString, _ name: StaticString
  ) throws(RaisedError) {
    if call[index].isInt || call[index].tag == .bigInt { return }
    throw call.engine.typeError(
      "random.\(caller)() expects an int for '\(name)', "
        + "not \(call.engine.typeName(of: call[index]))")
  }

  /// How many of something.
  private static func count(
    _ call: NativeCall, _ index: Int, _ caller: StaticString, limit: Int = Int.max
  ) throws(RaisedError) -> Int {
    let count = try call.engine.expectInt(
      call[index], "random.\(caller)() expects an int for 'count'")
    if count < 0 {
      throw call.engine.valueError(
        "random.\(caller)() expects 'count' to be 0 or more, not \(count)")
    }
    if count > limit {
      throw call.engine.valueError(
        "random.\(caller)() expects 'count' to be \(limit) at most, not \(count)")
    }
    return count
  }

  private static func makeInt(_ engine: Engine, _ word: UInt64) -> Value {
    engine.makeInt(isNegative: false, low: UInt(word), high: 0)
  }

  // MARK: Seeds and states

  /// Begins with an int from 0 to 2 ** 64 - 1, with the SHA-256 of a text or bytes, or with nil anywhere.
  private static func seed(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let generator = try generator(call)
    let bytes: UnsafeBufferPointer<UInt8>
    switch call[1].tag {
    case .nil:
      generator.seedFromSystem()
      return .nil
    case .int, .bigInt:
      let number = engine.bigInt(call[1])
      if number.isNegative || number.limbs.count > 1 {
        throw engine.valueError("random expects a seed of 64 bits")
      }
      generator.seed(UInt64(number.limbs.first ?? 0))
      return .nil
    case .string: bytes = call[1].string.buffer
    case .bytes: bytes = call[1].byteString.buffer
    default:
      throw engine.typeError(
        "random.seed() expects an int, a string or bytes for 'seed', "
          + "not \(engine.typeName(of: call[1]))")
    }
    var hash = HashState(.sha256)
    try hash.update(bytes, engine)
    let digest = hash.digest()
    func word(_ index: Int) -> UInt64 {
      (0..<8).reduce(0) { word, byte in word | UInt64(digest[8 * index + byte]) << (8 * byte) }
    }
    generator.set(word(0), word(1), word(2), word(3))
    return .nil
  }

  private static func state(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    guard let (a, b, c, d) = try generator(call).state else { return .nil }
    let tuple = engine.makeTuple(count: 4)
    tuple.items[0] = makeInt(engine, a)
    tuple.items[1] = makeInt(engine, b)
    tuple.items[2] = makeInt(engine, c)
    tuple.items[3] = makeInt(engine, d)
    return Value(.tuple, tuple)
  }

  private static func setState(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let generator = try generator(call)
    var words: [UInt64] = []
    if call[1].tag == .tuple, call[1].tuple.pointee.count == 4 {
      for index in 0..<4 {
        let item = call[1].tuple.items[index]
        guard item.isInt || item.tag == .bigInt else { break }
        let number = engine.bigInt(item)
        if number.isNegative || number.limbs.count > 1 { break }
        words.append(UInt64(number.limbs.first ?? 0))
      }
    }
    if words.count < 4 || words.allSatisfy({ $0 == 0 }) {
      throw engine.valueError(
        "random.set_state() expects a tuple of four ints from 0 to 2 ** 64 - 1, not all 0")
    }
    generator.set(words[0], words[1], words[2], words[3])
    return .nil
  }

  // MARK: Whole numbers

  /// An int from `low` to `high`, both included.
  private static func integer(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    try whole(call, 1, "integer", "low")
    try whole(call, 2, "integer", "high")
    let generator = try generator(call)
    if call[1].isInt && call[2].isInt {
      let (low, high) = (call[1].int, call[2].int)
      if low > high { throw emptyRange(engine, "\(low)", "\(high)") }
      let span = UInt64(bitPattern: Int64(high &- low))
      let step = span == UInt64.max ? generator.next() : generator.next(below: span + 1)
      return .int(low &+ Int(truncatingIfNeeded: step))
    }
    let (low, high) = (engine.bigInt(call[1]), engine.bigInt(call[2]))
    if high < low {
      throw emptyRange(engine, "an int of \(low.bitWidth) bits", "one of \(high.bitWidth) bits")
    }
    let span = high - low
    if let limb = span.limbs.first, span.limbs.count == 1, limb < UInt.max {
      // The same numbers as for small bounds that are as far apart.
      let step = generator.next(below: UInt64(limb) + 1)
      return engine.makeInt(low + BigInt(limbs: step == 0 ? [] : [UInt(step)]))
    }
    // Random bits until they are no more than the difference: two tries on average at most.
    while true {
      let step = BigInt(limbs: try limbs(generator, count: span.bitWidth, engine))
      if !(step > span) { return engine.makeInt(low + step) }
      try engine.checkInterruption()
    }
  }

  private static func emptyRange(_ engine: Engine, _ low: String, _ high: String) -> RaisedError {
    engine.valueError(
      "random.integer() expects 'low' to be no more than 'high', not \(low) and \(high)")
  }

  /// So many random bits, the first 64 of them the lowest.
  private static func limbs(
    _ generator: RandomGenerator, count: Int, _ engine: Engine
  ) throws(RaisedError) -> [UInt] {
    try engine.reserveInt(bits: Double(count))
    var limbs: [UInt] = []
    limbs.reserveCapacity((count + 63) / 64)
    var left = count
    while left > 0 {
      limbs.append(UInt(left < 64 ? generator.next() >> UInt64(64 - left) : generator.next()))
      left -= 64
      if limbs.count & (Piece.items - 1) == 0 { try engine.checkInterruption() }
    }
    while limbs.last == 0 { limbs.removeLast() }
    return limbs
  }

  private static func bits(_ call: NativeCall) throws(RaisedError) -> Value {
    let count = try count(call, 1, "bits", limit: IntLimits.bitWidth)
    let limbs = try limbs(try generator(call), count: count, call.engine)
    return call.engine.makeInt(BigInt(limbs: limbs))
  }

  private static func bytes(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let generator = try generator(call)
    let count = try count(call, 1, "bytes", limit: 1 << 40)
    try engine.reserve(count)
    let result = engine.allocateBytes(count: count)
    var word: UInt64 = 0
    var pieces = Pieces(of: Piece.characters, count)
    while try pieces.next(engine) {
      for index in pieces.range {
        if index & 7 == 0 { word = generator.next() }
        result.bytes[index] = UInt8(truncatingIfNeeded: word)
        word >>= 8
      }
    }
    return Value(.bytes, result)
  }

  // MARK: Several

  /// `count` different numbers below `size`, in random order: the first ones of a shuffled list, of which
  /// only the places that were touched are kept.
  private static func sample(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let generator = try generator(call)
    let size = try engine.expectInt(call[1], "random.sample() expects a size")
    let count = try count(call, 2, "sample")
    if count > size {
      throw engine.valueError(
        "random.sample() cannot take \(count) of \(size) items without taking one twice")
    }
    // The result and the table of moved places, which has at most two for each.
    try engine.reserve(count.multipliedReportingOverflow(by: 80).partialValue)
    let list = engine.makeList(capacity: count)
    engine.root(Value(.list, list))
    // Making it larger would go over all of it.
    var moved = [Int: Int](minimumCapacity: count)
    for index in 0..<count {
      let place = index + Int(generator.next(below: UInt64(size - index)))
      engine.append(.int(moved[place] ?? place), to: list)
      moved[place] = moved.removeValue(forKey: index) ?? index
      if index & (Piece.items - 1) == 0 { try engine.checkInterruption() }
    }
    return Value(.list, list)
  }

  /// `count` numbers below the length of a list of growing sums of weights, which are floats.
  private static func weighted(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let generator = try generator(call)
    let count = try count(call, 2, "choices")
    guard call[1].tag == .list, call[1].list.pointee.count > 0 else {
      throw engine.typeError("random expects a list of sums")
    }
    let sums = call[1].list
    var pieces = Pieces(of: Piece.items, sums.pointee.count)
    while try pieces.next(engine) {
      for index in pieces.range where !sums.pointee.items[index].isFloat {
        throw engine.typeError("random expects a list of sums")
      }
    }
    let items = sums.pointee.items
    let total = items[sums.pointee.count - 1].float
    try engine.reserve(count.multipliedReportingOverflow(by: 16).partialValue)
    let list = engine.makeList(capacity: count)
    for round in 0..<count {
      let place = generator.nextFloat() * total
      // The first sum above the place; the last one that has a weight, when rounding led beyond.
      var (low, high) = (0, sums.pointee.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if items[middle].float > place { high = middle } else { low = middle + 1 }
      }
      while low > 0 && items[low - 1].float == total { low -= 1 }
      engine.append(.int(low), to: list)
      if round & (Piece.items - 1) == 0 { try engine.checkInterruption() }
    }
    return Value(.list, list)
  }
}
