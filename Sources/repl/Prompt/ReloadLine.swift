import LangRuntime

/// Says what a reload has changed.
///
///     reloaded shapes in place: 612 B of source in 0.35 ms
///       changed  area, Circle
///       new      perimeter
///       gone     side
///       3 references to its names followed
enum ReloadLine {
  /// Of more names the number is told.
  private static let mostNames = 30

  static func text(_ reload: ModuleReload, _ style: Style) -> String {
    let step = reload.step
    let name = style.bold(step.module)
    guard let figures = step.figures else { return "\(name): \(step.error ?? "nothing to reload")" }
    let time = figures.reading + figures.parsing + figures.evaluating
    var lines = [
      "\(style.magenta("reloaded")) \(name) in place: \(ReportUnits.bytes(figures.sourceBytes)) "
        + "of source in \(ReportUnits.milliseconds(time))"
    ]
    if !reload.isCompared {
      lines.append("  what has changed was not compared: interrupted")
    } else if reload.added.isEmpty && reload.removed.isEmpty && reload.changed.isEmpty {
      lines.append("  its declarations read as before")
    }
    for (title, names) in [
      (style.yellow("changed"), reload.changed), (style.green("new    "), reload.added),
      (style.red("gone   "), reload.removed),
    ] where !names.isEmpty {
      let more = names.count > mostNames ? " and \(names.count - mostNames) more" : ""
      lines.append("  \(title)  \(names.prefix(mostNames).joined(separator: ", "))\(more)")
    }
    if step.patched > 0 {
      lines.append("  \(counted(step.patched, "reference")) to its values followed")
    }
    return lines.joined(separator: "\n")
  }
}
