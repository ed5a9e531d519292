import Lang

/// What became of every module, for people and programs.
struct ModuleReport {
  let text: String
  let json = ""
}

extension Engine {
  func moduleReport() -> ModuleReport { ModuleReport(text: "") }
  func makeReport() throws(RaisedError) -> Value { Value(.map, makeMap()) }
  func makeEvents() throws(RaisedError) -> Value { makeList(of: []) }
  func makeLoadEvent(
    _ number: Int, _ record: ModuleRecord, _ load: ModuleLoad
  ) throws(RaisedError) -> Value { Value(.map, makeMap()) }
  func loadLine(_ record: ModuleRecord, _ load: ModuleLoad) -> String { "" }
}
