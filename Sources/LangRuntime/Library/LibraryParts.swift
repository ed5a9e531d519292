import Lang

/// The parts of the standard library that are written in Swift, where speed or the system needs it.
///
/// Each is a native module whose name begins with an underscore. The module in `stdlib` that imports it has
/// the documentation, the checks of arguments and the defaults; a part gets arguments by position. Parts
/// are filled at their first use, like all native modules, and reports list them only when they were
/// imported: nobody else is to import them.
struct LibraryPart {
  /// The name, such as `_json`.
  let name: String
  /// Reaches what is outside of the machine: files, processes, the environment; see
  /// ``Machine/programsMayUseSystem``.
  let usesSystem: Bool
  let initializer: (Engine, ModuleReference) throws(RaisedError) -> Void

  init(
    _ name: String, usesSystem: Bool = false,
    _ initializer: @escaping (Engine, ModuleReference) throws(RaisedError) -> Void
  ) {
    self.name = name
    self.usesSystem = usesSystem
    self.initializer = initializer
  }

  /// Every part, in the order of the names.
  static var all: [LibraryPart] {
    [
      LibraryPart("_date", DatePart.initialize),
      LibraryPart("_files", usesSystem: true, FilesPart.initialize),
      LibraryPart("_hash", HashPart.initialize),
      LibraryPart("_json", JSONPart.initialize),
      LibraryPart("_process", usesSystem: true, ProcessesPart.initialize),
      LibraryPart("_random", RandomPart.initialize),
      LibraryPart("_re", RegularExpressionsPart.initialize),
      LibraryPart("_system", usesSystem: true, SystemPart.initialize),
      LibraryPart("_time", TimePart.initialize),
      LibraryPart("_zip", usesSystem: true, ZipPart.initialize),
    ]
  }
}

extension LibraryPart {
  /// The part of a name.
  static func named(_ name: String) -> LibraryPart? { all.first { $0.name == name } }

  /// The part as the module that imports find.
  var module: NativeModule {
    NativeModule(isPart: true) { (engine, module) throws(RaisedError) in
      if usesSystem && !engine.pointee.modules.maySystemBeUsed {
        throw engine.importError(
          "module '\(name)' is not to be had: this program may not use files and processes")
      }
      try initializer(engine, module)
    }
  }
}

extension Engine {
  /// A value that holds a Swift object, which is released when the value is collected.
  func makeForeign(_ object: AnyObject) -> Value {
    let memory = pointee.heap.allocate(MemoryLayout<SwiftObject>.size, kind: .foreign)
    let foreign = memory.assumingMemoryBound(to: SwiftObject.self)
    foreign.pointee.reference = UnsafeRawPointer(Unmanaged.passRetained(object).toOpaque())
    return Value(.foreign, foreign)
  }

  /// The Swift object in a value that ``makeForeign(_:)`` made; nil when it is of another class, or the
  /// value another one.
  func foreign<Object: AnyObject>(_ value: Value, as _: Object.Type) -> Object? {
    guard value.tag == .foreign else { return nil }
    let memory = UnsafeMutableRawPointer(value.header).assumingMemoryBound(to: SwiftObject.self)
    let object = Unmanaged<AnyObject>.fromOpaque(memory.pointee.reference)
    return object.takeUnretainedValue() as? Object
  }
}
