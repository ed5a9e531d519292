import Lang

/// A container whose end has not been read yet.
struct JSONFrame: BitwiseCopyable {
  /// Where its first item is, counted from the first of the scratch list.
  var base: Int
  /// Where it begins in the text.
  var opening: UnsafePointer<UInt8>
  var isMap: Bool
}

/// A key that was read, and the place of the one that was read after it.
struct JSONKey: BitwiseCopyable {
  var string: StringReference?
  var successor: Int
}

/// Memory that reading takes and later texts use again; one for a machine.
///
/// The keys of records are the same again and again. A small table by hash gives them one string
/// object, and remembers which key came after which: most keys are found by comparing the text with
/// the one that is expected, without looking for their end. Nothing roots the keys: a collection
/// empties the table.
final class JSONWorkspace {
  /// Slot 0 stands for "no key before"; the others go by hash.
  let keys: UnsafeMutablePointer<JSONKey>
  static let keySlots = 1024
  /// The open containers, from 1 on.
  fileprivate(set) var frames: UnsafeMutablePointer<JSONFrame>
  fileprivate(set) var frameCapacity = 64
  /// The collection after which the table was emptied last.
  private var collectionNumber = -1
  private var isInUse = false

  init() {
    keys = .allocate(capacity: JSONWorkspace.keySlots + 1)
    frames = .allocate(capacity: frameCapacity)
  }

  deinit {
    keys.deallocate()
    frames.deallocate()
  }

  /// Calls `body` with this workspace, or with another one while this one is in use: a function that
  /// is called while a text is read may read a text itself.
  func use(
    _ body: (JSONWorkspace) throws(RaisedError) -> Value
  ) throws(RaisedError) -> Value {
    if isInUse { return try body(JSONWorkspace()) }
    isInUse = true
    defer {
      isInUse = false
      if frameCapacity > 4096 { moveFrames(to: 64, count: 0) }
    }
    return try body(self)
  }

  /// Empties the table of keys when there was a collection.
  func forgetCollectedKeys(_ engine: Engine) {
    let number = engine.pointee.heap.collectionNumber
    if number == collectionNumber { return }
    collectionNumber = number
    keys.initialize(
      repeating: JSONKey(string: nil, successor: 0), count: JSONWorkspace.keySlots + 1)
  }

  /// Makes room for one more frame.
  func growFrames(_ engine: Engine) throws(RaisedError) {
    let capacity = frameCapacity * 2
    try engine.reserve(capacity * MemoryLayout<JSONFrame>.stride)
    moveFrames(to: capacity, count: frameCapacity)
  }

  private func moveFrames(to capacity: Int, count: Int) {
    let moved = UnsafeMutablePointer<JSONFrame>.allocate(capacity: capacity)
    moved.update(from: frames, count: count)
    frames.deallocate()
    frames = moved
    frameCapacity = capacity
  }
}

/// Turns places of a text into lines and columns, for errors.
struct JSONPlace {
  let engine: Engine
  let start: UnsafePointer<UInt8>
  /// The number of the first line.
  let line: Int

  init(_ engine: Engine, _ start: UnsafePointer<UInt8>, line: Int) {
    self.engine = engine
    self.start = start
    self.line = line
  }

  /// The line, and the column counted in scalars from 1, of a place.
  func position(
    of place: UnsafePointer<UInt8>
  ) throws(RaisedError) -> (line: Int, column: Int) {
    var line = line
    var lineStart = start
    var pieces = Pieces(of: Piece.characters, place - start)
    while try pieces.next(engine) {
      for index in pieces.range where start[index] == UInt8(ascii: "\n") {
        line += 1
        lineStart = start + index + 1
      }
    }
    return (line, try engine.countScalars(lineStart, count: place - lineStart) + 1)
  }

  /// "line 3, column 5".
  func describe(_ place: UnsafePointer<UInt8>) throws(RaisedError) -> String {
    let (line, column) = try position(of: place)
    return "line \(line), column \(column)"
  }

  /// The error of class `error` that says what is wrong at `place`.
  @inline(never)
  func failure(
    at place: UnsafePointer<UInt8>, _ message: @autoclosure () throws(RaisedError) -> String,
    _ error: Value
  ) -> RaisedError {
    do throws(RaisedError) {
      let (line, column) = try position(of: place)
      let text = engine.makeString(try message())
      return RaisedError(try engine.call(error, [text, .int(line), .int(column)]))
    } catch {
      return error
    }
  }
}
