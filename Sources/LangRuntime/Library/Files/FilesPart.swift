import Lang

/// The part `_files`: reading, writing and changing what is in the file system.
enum FilesPart {
  static func initialize(_ engine: Engine, _ module: ModuleReference) throws(RaisedError) {
    try engine.define(
      WholeFiles.definitions + OpenFiles.definitions + Folders.definitions, in: module)
    try engine.defineSystemErrors(in: module)
  }
}
