import CDigest

/// The hash functions of the module `hash`.
enum HashAlgorithm: CaseIterable {
  case md5, sha1, sha224, sha256, sha384, sha512

  /// The name in programs.
  var name: String {
    switch self {
    case .md5: "md5"
    case .sha1: "sha1"
    case .sha224: "sha224"
    case .sha256: "sha256"
    case .sha384: "sha384"
    case .sha512: "sha512"
    }
  }

  /// How many bytes are worked on at a time, which HMAC has to know.
  var blockLength: Int { self == .sha384 || self == .sha512 ? 128 : 64 }

  /// How many bytes the result has.
  var digestLength: Int {
    switch self {
    case .md5: 16
    case .sha1: 20
    case .sha224: 28
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }
}

/// A hash that is being computed, by libmd; a plain value, so that a copy can go on by itself.
struct HashState {
  let algorithm: HashAlgorithm
  private var md5 = MD5_CTX()
  private var sha1 = SHA1_CTX()
  private var sha2 = SHA2_CTX()

  init(_ algorithm: HashAlgorithm) {
    self.algorithm = algorithm
    switch algorithm {
    case .md5: MD5Init(&md5)
    case .sha1: SHA1Init(&sha1)
    case .sha256: SHA256Init(&sha2)
    case .sha384: SHA384Init(&sha2)
    case .sha512: SHA512Init(&sha2)
    case .sha224:
      // SHA-224 is SHA-256 from other numbers (FIPS 180-4, 5.3.2) and without the last word.
      SHA256Init(&sha2)
      sha2.state.st32 = (
        0xC105_9ED8, 0x367C_D507, 0x3070_DD17, 0xF70E_5939,
        0xFFC0_0B31, 0x6858_1511, 0x64F9_8FA7, 0xBEFA_4FA4
      )
    }
  }

  /// Takes bytes in.
  mutating func update(_ bytes: UnsafePointer<UInt8>, count: Int) {
    switch algorithm {
    case .md5: MD5Update(&md5, bytes, count)
    case .sha1: SHA1Update(&sha1, bytes, count)
    case .sha224, .sha256: SHA256Update(&sha2, bytes, count)
    case .sha384: SHA384Update(&sha2, bytes, count)
    case .sha512: SHA512Update(&sha2, bytes, count)
    }
  }

  /// Takes bytes in.
  mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { update(base, count: buffer.count) }
    }
  }

  /// Takes bytes in that may be many.
  mutating func update(
    _ bytes: UnsafeBufferPointer<UInt8>, _ engine: Engine
  ) throws(RaisedError) {
    guard let base = bytes.baseAddress else { return }
    var pieces = Pieces(of: Piece.bytes, bytes.count)
    while try pieces.next(engine) {
      update(base + pieces.start, count: pieces.end - pieces.start)
    }
  }

  /// The hash of what was taken in so far; more can follow.
  func digest() -> [UInt8] {
    var copy = self
    return [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
      let output = buffer.baseAddress
      switch algorithm {
      case .md5: MD5Final(output, &copy.md5)
      case .sha1: SHA1Final(output, &copy.sha1)
      case .sha224, .sha256: SHA256Final(output, &copy.sha2)
      case .sha384: SHA384Final(output, &copy.sha2)
      case .sha512: SHA512Final(output, &copy.sha2)
      }
      count = algorithm.digestLength
    }
  }
}

/// A hash with a key (RFC 2104) that is being computed.
struct HMACState {
  private(set) var inner: HashState
  private let outer: HashState

  init(
    _ algorithm: HashAlgorithm, key: UnsafeBufferPointer<UInt8>, _ engine: Engine
  ) throws(RaisedError) {
    var padded = Array(repeating: UInt8(0), count: algorithm.blockLength)
    var bytes: [UInt8]
    if key.count > padded.count {
      var state = HashState(algorithm)
      try state.update(key, engine)
      bytes = state.digest()
    } else {
      bytes = Array(key)
    }
    padded.replaceSubrange(0..<bytes.count, with: bytes)
    var (inner, outer) = (HashState(algorithm), HashState(algorithm))
    inner.update(padded.map { $0 ^ 0x36 })
    outer.update(padded.map { $0 ^ 0x5C })
    (self.inner, self.outer) = (inner, outer)
  }

  /// Takes bytes in that may be many.
  mutating func update(
    _ bytes: UnsafeBufferPointer<UInt8>, _ engine: Engine
  ) throws(RaisedError) {
    try inner.update(bytes, engine)
  }

  /// Takes bytes in.
  mutating func update(_ bytes: [UInt8]) { inner.update(bytes) }

  /// The hash of what was taken in so far; more can follow.
  func digest() -> [UInt8] {
    var state = outer
    state.update(inner.digest())
    return state.digest()
  }
}
