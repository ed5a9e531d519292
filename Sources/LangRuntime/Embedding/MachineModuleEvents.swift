// What happened to the modules of a machine, for embedding programs.

extension Machine {
  /// What happened to modules, in that order, as a JSON list that ends with a line end.
  ///
  /// The same as `lazy.events()` gives a program; `docs/report.md` describes it. Loads nothing and allocates nothing in the heap. The log keeps the last 49,152 events at least.
  ///
  /// - Complexity: Linear in the events, about half a kilobyte of text each; each source text that an
  ///   event tells of is parsed again.
  public func moduleEvents() -> String { PlainValue.list(engine.plainEvents()).json + "\n" }
}
