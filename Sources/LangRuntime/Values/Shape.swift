import Lang

/// The layout of instances that got the same fields in the same order (a "hidden class").
///
/// Shapes of a class form a tree: each edge adds one field. An instance's field is found by its
/// shape once, and by comparing the shape's address from then on (see inline caches). Beyond
/// ``fieldLimit`` fields an instance gets a shape of its own, which then grows in place.
struct Shape {
  /// Changed for a unique shape alone, when a reloaded class takes the instance over.
  var `class`: ClassReference
  let parent: UnsafeMutablePointer<Shape>?
  /// The field that this shape adds to its parent's; none for a root.
  let symbol: Symbol
  /// How many fields instances have.
  var fieldCount: Int
  /// Only this instance has the shape; fields are in `index` alone.
  let isUnique: Bool
  /// Name to slot number; made when a lookup walked far.
  private var index = SymbolMap()
  /// Name to the address of the shape with that field added.
  private var transitions = SymbolMap()

  static let fieldLimit = 128
  private static let walkLimit = 6

  /// Makes the shape of a class's instances without fields.
  static func makeRoot(of class: ClassReference) -> UnsafeMutablePointer<Shape> {
    let shape = UnsafeMutablePointer<Shape>.allocate(capacity: 1)
    shape.initialize(
      to: Shape(class: `class`, parent: nil, symbol: .none, fieldCount: 0, isUnique: false))
    return shape
  }

  private init(
    class: ClassReference, parent: UnsafeMutablePointer<Shape>?, symbol: Symbol, fieldCount: Int,
    isUnique: Bool
  ) {
    self.class = `class`
    self.parent = parent
    self.symbol = symbol
    self.fieldCount = fieldCount
    self.isUnique = isUnique
  }
}

extension UnsafeMutablePointer where Pointee == Shape {
  /// The slot of the field `symbol`, or -1.
  func slot(of symbol: Symbol) -> Int {
    if pointee.fieldCount <= 6 && !pointee.isUnique {
      var shape = self
      while let parent = shape.pointee.parent {
        if shape.pointee.symbol == symbol { return shape.pointee.fieldCount - 1 }
        shape = parent
      }
      return -1
    }
    return pointee.indexedSlot(of: symbol, in: self)
  }

  /// The shape of an instance of this shape that gets the field `symbol`, which it lacks.
  func adding(_ symbol: Symbol) -> UnsafeMutablePointer<Shape> {
    pointee.adding(symbol, to: self)
  }

  /// The names of the fields in the order of their slots.
  var fieldNames: [Symbol] { pointee.fieldNames(of: self) }

  /// Frees this shape and all that were made from it.
  ///
  /// Unique shapes go with their instances.
  func deallocateTree() {
    pointee.deallocateParts()
    deallocate()
  }
}

extension Shape {
  fileprivate mutating func indexedSlot(
    of symbol: Symbol, in shape: UnsafeMutablePointer<Shape>
  ) -> Int {
    if index.count == 0 {
      for (slot, name) in shape.fieldNames.enumerated() { index.set(name, .int(slot)) }
    }
    guard let entry = index.entry(symbol) else { return -1 }
    return entry.pointee.value.int
  }

  fileprivate mutating func adding(
    _ symbol: Symbol, to shape: UnsafeMutablePointer<Shape>
  ) -> UnsafeMutablePointer<Shape> {
    if isUnique {
      index.set(symbol, .int(fieldCount))
      fieldCount += 1
      return shape
    }
    if let known = transitions.entry(symbol) {
      return UnsafeMutablePointer<Shape>(bitPattern: UInt(known.pointee.value.bits))
        .unsafelyUnwrapped
    }
    let added = UnsafeMutablePointer<Shape>.allocate(capacity: 1)
    if fieldCount >= Shape.fieldLimit {
      var own = Shape(
        class: `class`, parent: nil, symbol: .none, fieldCount: fieldCount + 1, isUnique: true)
      for (slot, name) in shape.fieldNames.enumerated() { own.index.set(name, .int(slot)) }
      own.index.set(symbol, .int(fieldCount))
      added.initialize(to: own)
      return added
    }
    added.initialize(
      to: Shape(
        class: `class`, parent: shape, symbol: symbol, fieldCount: fieldCount + 1, isUnique: false))
    transitions.set(symbol, Value(tag: .int, bits: UInt64(UInt(bitPattern: added))))
    return added
  }

  fileprivate func fieldNames(of shape: UnsafeMutablePointer<Shape>) -> [Symbol] {
    if isUnique {
      return (0..<index.count).map { index.entries.unsafelyUnwrapped[$0].symbol }
    }
    var names: [Symbol] = []
    var current = shape
    while let parent = current.pointee.parent {
      names.append(current.pointee.symbol)
      current = parent
    }
    return names.reversed()
  }

  fileprivate mutating func deallocateParts() {
    for position in 0..<transitions.count {
      let bits = transitions.entries.unsafelyUnwrapped[position].value.bits
      UnsafeMutablePointer<Shape>(bitPattern: UInt(bits)).unsafelyUnwrapped.deallocateTree()
    }
    transitions.deallocate()
    index.deallocate()
  }
}
