// The report as a map, for programs and for JSON; `docs/report.md` describes it.

extension ModuleReport {
  /// The version of the map's form; raised when a field changes its meaning or goes away.
  static let schema = 1

  /// The report as plain data.
  var data: PlainValue {
    .map([
      PlainField("schema", .int(ModuleReport.schema)),
      PlainField("time", PlainValue(nanoseconds: time)),
      PlainField("known", .int(groups.values.reduce(0) { $0 + $1.count })),
      PlainField("most_pending", .int(mostPending)),
      PlainField("pending_bytes", .int(pendingBytes)),
      PlainField("memory", memoryData),
      PlainField("programs", .list(programs.map { ModuleReport.data(of: $0, .loading) })),
      PlainField(
        "groups",
        .map(
          Group.allCases.map { group in
            PlainField(
              group.rawValue,
              .map([
                PlainField("count", .int(entries(group).count)),
                PlainField(
                  "modules", .list(entries(group).map { ModuleReport.data(of: $0, group) })),
              ]))
          })),
    ])
  }

  private var memoryData: PlainValue {
    .map([
      PlainField("heap", .int(memory.total)), PlainField("limit", PlainValue(memory.limit)),
      PlainField("modules", .int(memory.modules)), PlainField("programs", .int(memory.programs)),
      PlainField("shared", .int(memory.shared)),
      PlainField("unreachable", .int(memory.unreachable)), PlainField("code", .int(codeBytes)),
    ])
  }

  private static func data(of entry: Entry, _ group: Group) -> PlainValue {
    var fields = [
      PlainField("module", .string(entry.name)),
      PlainField("location", PlainValue(entry.location.isEmpty ? nil : entry.location)),
      PlainField("form", .string(entry.form.name)),
    ]
    if group != .nativeUnused {
      fields.append(PlainField("source_bytes", PlainValue(entry.sourceBytes)))
    }
    if entry.form != .program && group != .nativeUnused {
      fields.append(PlainField("imported_at", ModulePlace.plain(entry.importedAt)))
      fields.append(PlainField("failures", .int(entry.failures)))
      fields.append(PlainField("error", PlainValue(entry.error)))
    }
    if entry.form == .program {
      fields += entry.load.map { memoryFields($0) } ?? []
    } else if group == .failed {
      fields.append(PlainField("cause", ModulePlace.plain(entry.cause)))
    } else if let load = entry.load {
      fields.append(PlainField("cause", ModulePlace.plain(entry.cause)))
      fields += [
        PlainField("reason", .string(load.reason)),
        PlainField("read_time", PlainValue(nanoseconds: load.reading)),
        PlainField("parse_time", PlainValue(nanoseconds: load.parsing)),
        PlainField("evaluate_time", PlainValue(nanoseconds: load.evaluating)),
        PlainField("allocated", .int(load.allocated)),
      ]
      fields += memoryFields(load)
      fields += [
        PlainField("patched", .int(load.patched)),
        PlainField("patched_names", .int(load.patchedNames)),
        PlainField("reloads", .int(load.reloads)), PlainField("changed", .bool(load.isChanged)),
      ]
    }
    if let problem = entry.problem { fields.append(PlainField("problem", .string(problem))) }
    return .map(fields)
  }

  private static func memoryFields(_ load: LoadEntry) -> [PlainField] {
    [
      PlainField("heap_bytes", .int(load.heapBytes)),
      PlainField("code_bytes", .int(load.codeBytes)),
      PlainField("memory", .int(load.memory)),
    ]
  }
}

extension ModuleForm {
  /// What reports call it.
  var name: String {
    switch self {
    case .file: "file"
    case .package: "package"
    case .folder: "folder"
    case .native: "native"
    case .program: "program"
    case .machine: "machine"
    }
  }
}
