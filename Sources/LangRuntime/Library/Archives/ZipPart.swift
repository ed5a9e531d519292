import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The part `_zip` of the library: zip archives for the module `zip`.
///
/// What goes wrong with an archive or a file comes back as a string, of which `zip.l` makes an error of its
/// own class; errors of the machine (Ctrl-C, too little memory) are thrown as everywhere.
enum ZipPart {
  /// The largest member that is read or written, in bytes: 2 GB.
  static let maximumMemberSize = Int(Int32.max)

  static func initialize(_ engine: Engine, _ module: ModuleReference) throws(RaisedError) {
    try engine.define(readingDefinitions + writingDefinitions, in: module)
  }

  // MARK: Reading

  nonisolated(unsafe) private static let readingDefinitions: [NativeDefinition] = [
    // An archive that lies in a file, or in bytes.
    NativeDefinition("open", "source") { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      return try attempt(engine) {
        if call[0].tag == .bytes {
          let bytes = call[0].byteString
          let memory = try ArchiveMemory(count: bytes.pointee.count)
          var pieces = Pieces(of: 1 << 20, bytes.pointee.count)
          while try pieces.next(engine) {
            try memory.append(
              UnsafeRawBufferPointer(start: bytes.bytes + pieces.start, count: pieces.range.count))
          }
          return engine.makeForeign(ZipArchive(try Archive(path: memory.path), memory))
        }
        let path = try text(call[0], engine)
        return engine.makeForeign(ZipArchive(try Archive(path: path), nil))
      }
    },
    // The members: tuples of name, size, packed size, method, checksum, date, mode, flags.
    NativeDefinition("members", "archive") { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      let archive = try archive(call[0], engine)
      let members = archive.archive.members
      try engine.reserve(members.count * 512)
      let list = engine.makeList(capacity: members.count)
      var pieces = Pieces(of: Piece.items, members.count)
      while try pieces.next(engine) {
        for member in members[pieces.range] {
          let tuple = engine.makeTuple(count: 8)
          tuple.items[0] = engine.makeString(member.name)
          tuple.items[1] = .int(member.size)
          tuple.items[2] = .int(member.compressedSize)
          tuple.items[3] = .int(Int(member.method))
          tuple.items[4] = .int(Int(member.checksum))
          tuple.items[5] = .int(Int(member.date))
          tuple.items[6] = .int(Int(member.mode))
          tuple.items[7] = .int(Int(member.flags))
          engine.append(Value(.tuple, tuple), to: list)
        }
      }
      return Value(.list, list)
    },
    // The bytes of a member.
    NativeDefinition("read", "archive, name") { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      return try attempt(engine) {
        let (archive, member) = try member(call, engine)
        let stream = try archive.open(member, limit: maximumMemberSize)
        try engine.reserve(member.size)
        let bytes = engine.allocateBytes(count: member.size)
        var count = 0
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: Piece.bytes, alignment: 16)
        defer { piece.deallocate() }
        while true {
          let got = try stream.read(into: piece)
          if got == 0 { return Value(.bytes, bytes) }
          memcpy(bytes.bytes + count, piece.baseAddress.unsafelyUnwrapped, got)
          count += got
          try engine.checkInterruption()
        }
      }
    },
    // Reads a member for nothing but finding out what is wrong with it: nil when nothing is.
    NativeDefinition("test", "archive, name") { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      return try attempt(engine) {
        let (archive, member) = try member(call, engine)
        let stream = try archive.open(member, limit: maximumMemberSize)
        try stream.readAll(engine) { _ in }
        return .nil
      }
    },
    // Unpacks a member below a folder; gives the path in a tuple.
    NativeDefinition("extract", "archive, name, folder") { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      return try attempt(engine) {
        let folder = try text(call[2], engine)
        let name = try text(call[1], engine)
        if name.hasSuffix("/") {
          let path = try ExtractedFile.makeFolder(String(name.dropLast()), below: folder)
          return tuple(engine.makeString(path), engine)
        }
        let (archive, member) = try member(call, engine)
        let stream = try archive.open(member, limit: maximumMemberSize)
        let file = try ExtractedFile(name, below: folder, mode: member.mode)
        try stream.readAll(engine) { try file.write($0) }
        try file.finish()
        return tuple(engine.makeString(file.path), engine)
      }
    },
  ]

  // MARK: Writing

  nonisolated(unsafe) private static let writingDefinitions: [NativeDefinition] = [
    // A writer of a file, or of bytes when the path is nil.
    NativeDefinition("create", "path") { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      return try attempt(engine) {
        let path = call[0].isNil ? nil : try text(call[0], engine)
        return engine.makeForeign(try ZipWriter(path: path))
      }
    },
    // Adds bytes under a name: level, date of MS-DOS, mode. Nil when it is done.
    NativeDefinition("add", "writer, name, data, level, date, mode") {
      (call) throws(RaisedError) -> Value in
      let engine = call.engine
      guard call[2].tag == .bytes else { throw misused(engine) }
      return try attempt(engine) {
        let writer = try writer(call[0], engine)
        let data = call[2].byteString
        try writer.beginMember(
          try text(call[1], engine), level: try int(call[3], engine),
          date: try int(call[4], engine),
          mode: try int(call[5], engine))
        var pieces = Pieces(of: Piece.characters, data.pointee.count)
        while try pieces.next(engine) {
          try writer.add(
            UnsafeRawBufferPointer(start: data.bytes + pieces.start, count: pieces.range.count))
        }
        try writer.endMember()
        return .nil
      }
    },
    // Adds a file under a name: level.
    NativeDefinition("add_file", "writer, path, name, level") {
      (call) throws(RaisedError) -> Value in
      let engine = call.engine
      return try attempt(engine) {
        let writer = try writer(call[0], engine)
        let file = try AddedFile(path: try text(call[1], engine))
        try writer.beginMember(
          try text(call[2], engine), level: try int(call[3], engine), date: file.date,
          mode: file.mode)
        let piece = UnsafeMutableRawBufferPointer.allocate(
          byteCount: Piece.characters, alignment: 16)
        defer { piece.deallocate() }
        while true {
          let count = try file.read(into: piece)
          if count == 0 { break }
          try writer.add(UnsafeRawBufferPointer(rebasing: piece[..<count]))
          try engine.checkInterruption()
        }
        try writer.endMember()
        return .nil
      }
    },
    // The files below a folder, as pairs of path and name, and folders with nothing inside, whose names
    // end with a separator; in the order of their names.
    NativeDefinition("walk", "folder") { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      return try attempt(engine) {
        let list = engine.makeList(capacity: 0)
        var waiting = [(path: try text(call[0], engine), name: "")]
        while let (path, name) = waiting.popLast() {
          try engine.checkInterruption()
          let entries = try AddedFile.entries(of: path, engine)
          if entries.isEmpty && !name.isEmpty {
            engine.append(tuple(engine.makeString(path), engine, engine.makeString(name)), to: list)
          }
          for entry in entries where !entry.isFolder {
            engine.append(
              tuple(
                engine.makeString("\(path)/\(entry.name)"), engine,
                engine.makeString(name + entry.name)), to: list)
          }
          for entry in entries.reversed() where entry.isFolder {
            waiting.append((path: "\(path)/\(entry.name)", name: "\(name)\(entry.name)/"))
          }
        }
        return Value(.list, list)
      }
    },
    // Completes the archive; gives its bytes in a tuple when it is in no file.
    NativeDefinition("finish", "writer") { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      return try attempt(engine) {
        let bytes = try writer(call[0], engine).finish()
        guard let bytes else { return .nil }
        try engine.reserve(bytes.count)
        let value = try bytes.withUnsafeBufferPointer {
          try engine.makeBytes(copying: $0.baseAddress.unsafelyUnwrapped, count: $0.count)
        }
        return tuple(value, engine)
      }
    },
    // Gives the archive up, and removes what was written of it.
    NativeDefinition("abandon", "writer") { (call) throws(RaisedError) -> Value in
      let engine = call.engine
      return try attempt(engine) {
        try writer(call[0], engine).abandon()
        return .nil
      }
    },
  ]

  // MARK: Arguments and results

  /// A foreign part is called by `zip.l` alone, which gives it what it expects.
  private static func misused(_ engine: Engine) -> RaisedError {
    engine.typeError("_zip is a part of the module zip, and for that alone")
  }

  private static func text(_ value: Value, _ engine: Engine) throws -> String {
    guard value.isString else { throw misused(engine) }
    let text = value.string.text
    // The system's names end there.
    if text.utf8.contains(0) { throw ArchiveError(reason: "there is a NUL character in the name") }
    return text
  }

  private static func int(_ value: Value, _ engine: Engine) throws(RaisedError) -> Int {
    guard value.isInt else { throw misused(engine) }
    return value.int
  }

  private static func archive(_ value: Value, _ engine: Engine) throws(RaisedError) -> ZipArchive {
    guard let archive = engine.foreign(value, as: ZipArchive.self) else { throw misused(engine) }
    return archive
  }

  private static func writer(_ value: Value, _ engine: Engine) throws(RaisedError) -> ZipWriter {
    guard let writer = engine.foreign(value, as: ZipWriter.self) else {
      throw misused(engine)
    }
    return writer
  }

  /// The archive at 0 and its member with the name at 1.
  private static func member(
    _ call: NativeCall, _ engine: Engine
  ) throws -> (Archive, Archive.Member) {
    guard let archive = engine.foreign(call[0], as: ZipArchive.self) else {
      throw misused(engine)
    }
    let name = try text(call[1], engine)
    guard let member = archive.archive.member(name) else {
      throw ArchiveError(reason: "the archive has no member \(shownArchiveName(name))")
    }
    return (archive.archive, member)
  }

  private static func tuple(_ first: Value, _ engine: Engine, _ second: Value? = nil) -> Value {
    let tuple = engine.makeTuple(count: second == nil ? 1 : 2)
    tuple.items[0] = first
    if let second { tuple.items[1] = second }
    return Value(.tuple, tuple)
  }

  /// Gives what `body` gives; of what is wrong with an archive or a file, the text.
  private static func attempt(
    _ engine: Engine, _ body: () throws -> Value
  ) throws(RaisedError) -> Value {
    do {
      return try body()
    } catch let error as RaisedError {
      throw error
    } catch let error as ArchiveError {
      return engine.makeString(error.reason)
    } catch {
      return engine.makeString("\(error)")
    }
  }
}

extension ArchiveMemberStream {
  /// Reads to the end.
  fileprivate func readAll(
    _ engine: Engine, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: Piece.bytes, alignment: 16)
    defer { piece.deallocate() }
    while true {
      let count = try read(into: piece)
      if count == 0 { return }
      try body(UnsafeRawBufferPointer(rebasing: piece[..<count]))
      try engine.checkInterruption()
    }
  }
}

/// An archive that a program reads.
final class ZipArchive {
  let archive: Archive
  /// What it lies in when that is no file.
  private let memory: ArchiveMemory?

  init(_ archive: Archive, _ memory: ArchiveMemory?) {
    self.archive = archive
    self.memory = memory
  }
}
