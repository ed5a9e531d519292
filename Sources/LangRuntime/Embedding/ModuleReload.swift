import Lang

/// What a reload has changed.
public struct ModuleReload: Sendable {
  /// The step, as it is in the log: with times and sizes, and how many references followed.
  ///
  /// Of a module that is not loaded yet its ``ModuleStep/error`` says so, and nothing has changed.
  public let step: ModuleStep
  /// Names that the module did not define before, sorted.
  public let added: [String]
  /// Names that it no longer defines, sorted.
  public let removed: [String]
  /// Names whose declarations at the top of the source read differently, sorted.
  public let changed: [String]
  /// Whether the sources were compared; false when ``Machine/interrupt()`` ended that.
  ///
  /// The module was reloaded before, and no names are given then.
  public let isCompared: Bool
}

extension Machine {
  /// Runs the current source of a module again, into the same module object; see `reload` in
  /// `docs/modules.md`.
  ///
  /// - Throws: What reading, compiling or running the source threw, with nothing changed; an
  ///   `ImportError` when there is no such module or it cannot be reloaded.
  public func reloadModule(_ name: String) throws(LangError) -> ModuleReload {
    try reloadModule(name) { _ in }
  }

  /// See ``reloadModule(_:)``; `onError` is given the error that is about to be thrown.
  func reloadModule(
    _ name: String, onError: (Value) -> Void
  ) throws(LangError) -> ModuleReload {
    let engine = engine
    var result: ModuleReload?
    try evaluate { () throws(LangError) in
      do throws(RaisedError) {
        let number = try engine.knownModule(name)
        let record = engine.pointee.modules.records[number]
        let before = record.loadedSource
        _ = try engine.reload(number)
        guard let step = engine.lastStep(.reload, of: number) else { return }
        let changes = DeclarationChanges(
          from: before, to: record.loadedSource, unless: StopCheck(engine))
        // What is interrupted is the comparison: the module has been reloaded.
        if changes == nil { try? engine.checkInterruption() }
        result = ModuleReload(
          step: step, added: changes?.added ?? [], removed: changes?.removed ?? [],
          changed: changes?.changed ?? [], isCompared: changes != nil)
      } catch {
        if engine.isError(error.value) { onError(error.value) }
        throw engine.makeLangError(error)
      }
    }
    guard let result else {
      throw engine.makeLangError(engine.importError("module '\(name)' was reloaded, and forgotten"))
    }
    return result
  }

  /// Loads a module now, unless it is loaded.
  ///
  /// - Throws: What its load threw; an `ImportError` when there is no such module.
  public func loadModule(_ name: String) throws(LangError) {
    try loadModule(name) { _ in }
  }

  /// See ``loadModule(_:)``; `onError` is given the error that is about to be thrown.
  func loadModule(_ name: String, onError: (Value) -> Void) throws(LangError) {
    let engine = engine
    try evaluate { () throws(LangError) in
      do throws(RaisedError) {
        _ = try engine.load(try engine.knownModule(name), because: .asked)
      } catch {
        if engine.isError(error.value) { onError(error.value) }
        throw engine.makeLangError(error)
      }
    }
  }

  /// The bytes of a module's source: as loaded, or as it is now.
  ///
  /// Loads nothing.
  public func moduleSource(_ name: String) -> Result<[UInt8], SourceFile.ReadError> {
    guard let number = engine.pointee.modules.byName[name] else {
      return .failure(SourceFile.ReadError(reason: "there is no such module"))
    }
    let record = engine.pointee.modules.records[number]
    if let source = record.loadedSource, record.state != .pending { return .success(source.bytes) }
    guard let folder = record.folder, let fileName = record.fileName else {
      return .failure(SourceFile.ReadError(reason: "the module has no source"))
    }
    do throws(FileError) {
      return .success(try folder.read(fileName, unless: StopCheck(engine)))
    } catch {
      return .failure(SourceFile.ReadError(reason: error.reason))
    }
  }
}

extension Engine {
  /// The number of a module that was imported.
  fileprivate func knownModule(_ name: String) throws(RaisedError) -> Int {
    if let number = pointee.modules.byName[name] { return number }
    throw importError("no module '\(name)' was imported")
  }
}

extension MachineSession {
  /// The name of the module that a variable, or an attribute of one, holds or stands for.
  ///
  /// Nil when it is something else. Loads nothing.
  public func moduleName(at path: [String]) -> String? {
    guard let value = value(at: path) else { return nil }
    switch value.tag {
    case .proxy: return machine.engine.pointee.modules.records[value.proxy.pointee.record].name
    case .module: return machine.engine.pointee.modules.records[value.module.pointee.record].name
    default: return nil
    }
  }
}
