import CMinizip

/// The native part of the module `hash`.
enum HashPart {
  static func initialize(_ engine: Engine, _ module: ModuleReference) throws(RaisedError) {
    try engine.define(definitions, in: module)
  }

  nonisolated(unsafe) private static let definitions: [NativeDefinition] = [
    NativeDefinition("hex", "algorithm, data") { (call) throws(RaisedError) -> Value in
      call.engine.makeHex(try digestOfData(call, caller: nil))
    },
    NativeDefinition("digest", "algorithm, data") { (call) throws(RaisedError) -> Value in
      call.engine.makeBytes(try digestOfData(call, caller: "digest"))
    },
    NativeDefinition("new", "algorithm, key") { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let caller = call[1].isNil ? "new" : "new_hmac"
      let algorithm = try algorithm(call[0], caller, engine)
      if call[1].isNil { return engine.makeForeign(RunningHash(.plain(HashState(algorithm)))) }
      let key = try data(call[1], caller, "key", engine)
      return engine.makeForeign(
        RunningHash(.keyed(try HMACState(algorithm, key: key, engine))))
    },
    NativeDefinition("update", "state, data") { (call) throws(RaisedError) -> Value in
      let running = try running(call)
      let bytes = try data(call[1], "Hasher.update", "data", call.engine)
      // What is interrupted leaves the hash as it was.
      switch running.state {
      case .plain(var state):
        try state.update(bytes, call.engine)
        running.state = .plain(state)
      case .keyed(var state):
        try state.update(bytes, call.engine)
        running.state = .keyed(state)
      }
      return .nil
    },
    NativeDefinition("finish", "state, is_hex") { (call) throws(RaisedError) -> Value in
      let digest = try running(call).digest
      return call[1].tag == .true ? call.engine.makeHex(digest) : call.engine.makeBytes(digest)
    },
    NativeDefinition("copy", "state") { (call) throws(RaisedError) -> Value in
      call.engine.makeForeign(RunningHash(try running(call).state))
    },
    NativeDefinition("hmac", "key, data, algorithm") { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let key = try data(call[0], "hmac", "key", engine)
      let message = try data(call[1], "hmac", "data", engine)
      var state = try HMACState(try algorithm(call[2], "hmac", engine), key: key, engine)
      try state.update(message, engine)
      return engine.makeHex(state.digest())
    },
    NativeDefinition("equal", "a, b", body: equal),
    NativeDefinition("crc32", "data, start", body: checksum),
    NativeDefinition(
      "pbkdf2", "password, salt, rounds, length, algorithm", body: derivedKey),
  ]

  // MARK: Arguments

  /// The bytes of a byte string, or a text's in UTF-8.
  private static func data(
    _ value: Value, _ caller: String, _ name: StaticString, _ engine: Engine
  ) throws(RaisedError) -> UnsafeBufferPointer<UInt8> {
    if value.tag == .bytes { return value.byteString.buffer }
    if value.isString { return value.string.buffer }
    throw engine.typeError(
      "hash.\(caller)() expects bytes or a string for '\(name)', not \(engine.typeName(of: value))")
  }

  private static func algorithm(
    _ value: Value, _ caller: String, _ engine: Engine
  ) throws(RaisedError) -> HashAlgorithm {
    let name = try engine.expectString(
      value, "hash.\(caller)() expects a string for 'algorithm'")
    let text = name.text
    for algorithm in HashAlgorithm.allCases where algorithm.name == text { return algorithm }
    let known = HashAlgorithm.allCases.map { "\"\($0.name)\"" }.joined(separator: ", ")
    throw engine.valueError(
      "hash.\(caller)() expects 'algorithm' to be one of \(known), not \(engine.shown(name))")
  }

  private static func int(
    _ value: Value, _ name: StaticString, _ caller: StaticString, in bounds: ClosedRange<Int>,
    _ engine: Engine
  ) throws(RaisedError) -> Int {
    let number = try engine.expectInt(value, "hash.\(caller)() expects an int for '\(name)'")
    if bounds.contains(number) { return number }
    throw engine.valueError(
      "hash.\(caller)() expects '\(name)' to be from \(bounds.lowerBound) to "
        + "\(bounds.upperBound), not \(number)")
  }

  private static func running(_ call: NativeCall) throws(RaisedError) -> RunningHash {
    if let known = call.engine.foreign(call[0], as: RunningHash.self) { return known }
    throw call.engine.typeError("hash expects a hash that is being computed")
  }

  private static func digestOfData(
    _ call: NativeCall, caller: String?
  ) throws(RaisedError) -> [UInt8] {
    let algorithm = try algorithm(call[0], caller ?? "hex", call.engine)
    var state = HashState(algorithm)
    try state.update(
      try data(call[1], caller ?? algorithm.name, "data", call.engine), call.engine)
    return state.digest()
  }

  // MARK: Bodies

  /// Compares in a time that depends on the lengths alone.
  private static func equal(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let a = try data(call[0], "equal", "a", engine)
    let b = try data(call[1], "equal", "b", engine)
    if call[0].tag != call[1].tag {
      throw engine.typeError(
        "hash.equal() expects two strings or two byte strings, not "
          + "\(engine.typeName(of: call[0])) and \(engine.typeName(of: call[1]))")
    }
    if a.count != b.count { return .false }
    var difference: UInt8 = 0
    var pieces = Pieces(of: Piece.bytes, a.count)
    while try pieces.next(engine) {
      for index in pieces.range { difference |= a[index] ^ b[index] }
    }
    return .bool(difference == 0)
  }

  private static func checksum(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let bytes = try data(call[0], "crc32", "data", engine)
    var sum = UInt(
      try int(call[1], "start", "crc32", in: 0...Int(UInt32.max), engine))
    guard let base = bytes.baseAddress else { return .int(Int(sum)) }
    var pieces = Pieces(of: Piece.bytes, bytes.count)
    while try pieces.next(engine) {
      sum = CMinizip.crc32(sum, base + pieces.start, UInt32(pieces.end - pieces.start))
    }
    return .int(Int(sum))
  }

  /// PBKDF2 (RFC 8018).
  private static func derivedKey(_ call: NativeCall) throws(RaisedError) -> Value {
    let engine = call.engine
    let password = try data(call[0], "pbkdf2", "password", engine)
    let salt = try data(call[1], "pbkdf2", "salt", engine)
    let rounds = try int(call[2], "rounds", "pbkdf2", in: 1...Int(UInt32.max), engine)
    let algorithm = try algorithm(call[4], "pbkdf2", engine)
    let length =
      call[3].isNil
      ? algorithm.digestLength : try int(call[3], "length", "pbkdf2", in: 1...1 << 24, engine)
    let keyed = try HMACState(algorithm, key: password, engine)
    var salted = keyed
    try salted.update(salt, engine)
    try engine.reserve(length)
    let result = engine.allocateBytes(count: length)
    var (filled, block, done) = (0, UInt32(0), 0)
    while filled < length {
      block += 1
      var state = salted
      state.update(withUnsafeBytes(of: block.bigEndian) { Array($0) })
      var link = state.digest()
      var sum = link
      for _ in 1..<rounds {
        var state = keyed
        state.update(link)
        link = state.digest()
        for index in sum.indices { sum[index] ^= link[index] }
        done += 1
        if done & (Piece.items - 1) == 0 { try engine.checkInterruption() }
      }
      let count = min(sum.count, length - filled)
      for index in 0..<count { result.bytes[filled + index] = sum[index] }
      filled += count
      done += 1
      if done & (Piece.items - 1) == 0 { try engine.checkInterruption() }
    }
    return Value(.bytes, result)
  }
}

/// What a `Hasher` of the language holds.
private final class RunningHash {
  enum State {
    case plain(HashState)
    case keyed(HMACState)
  }

  var state: State

  init(_ state: State) { self.state = state }

  var digest: [UInt8] {
    switch state {
    case .plain(let state): state.digest()
    case .keyed(let state): state.digest()
    }
  }
}

extension Engine {
  /// A byte string.
  func makeBytes(_ bytes: [UInt8]) -> Value {
    let object = allocateBytes(count: bytes.count)
    for (index, byte) in bytes.enumerated() { object.bytes[index] = byte }
    return Value(.bytes, object)
  }

  /// Two hexadecimal digits for each of a few bytes.
  func makeHex(_ bytes: [UInt8]) -> Value {
    let string = allocateString(byteCount: bytes.count * 2, scalarCount: bytes.count * 2)
    let digits = TextScanning.hexDigits.utf8Start
    for (index, byte) in bytes.enumerated() {
      string.bytes[2 * index] = digits[Int(byte >> 4)]
      string.bytes[2 * index + 1] = digits[Int(byte & 15)]
    }
    return Value(.string, string)
  }

  /// A text between quotes for a message, cut off when it is long.
  func shown(_ string: StringReference) -> String {
    let text = string.count > 400 ? nil : try? repr(Value(.string, string)).string.text
    if let text, text.unicodeScalars.count <= 102 { return text }
    // A part is text of its own; that it ends with a whole character matters to people alone.
    let start = String(decoding: string.buffer.prefix(100), as: UTF8.self)
    return "\"" + start.unicodeScalars.filter { $0.value >= 0x20 }.map(String.init).joined()
      + "…\""
  }
}
