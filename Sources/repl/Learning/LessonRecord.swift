import LangRuntime

/// What has happened in a lesson so far: what goals are compared with.
struct LessonRecord {
  /// What came of a line.
  enum Outcome {
    /// It ran.
    case value
    /// It did not: the class of the error and its message.
    case error(String, String)
    /// The files were checked: how many problems there are.
    case checked(Int)
    /// The files were changed.
    case changed
  }

  /// A line of the learner, or a command that did something to modules or files.
  struct Line {
    let input: String
    let outcome: Outcome
    /// What happened to modules meanwhile.
    let steps: [ModuleStep]
    /// The modules that were pending before and after.
    let stayedPending: Set<String>
    /// The modules of the lesson that the input names, by their own name or by a variable that holds them.
    let mentioned: Set<String>
  }

  /// In order; there is one at least when goals are looked at.
  var lines: [Line] = []
  /// What is known of the modules now.
  var modules: [ModuleSummary] = []
  /// Who holds each module, in words.
  var holders: [String: [String]] = [:]
  /// The names from each module that were not used yet, with who holds them.
  var unresolvedNames: [String: [(name: String, holders: [String])]] = [:]
  /// What variables of the learner hold, as texts.
  var texts: [String: String] = [:]
  /// Whether the machine was told to report each load.
  var reportsLoads = false

  /// Every step so far.
  var steps: [ModuleStep] { lines.flatMap(\.steps) }

  /// Whether a step of this kind has happened to a module.
  func has(_ kind: ModuleStep.Kind, _ module: String) -> Bool {
    lines.contains { $0.steps.contains { $0.kind == kind && $0.module == module } }
  }

  /// Where a module stands; nil when it was not imported.
  func state(_ module: String) -> ModuleSummary.State? {
    modules.first { $0.name == module }?.state
  }

  /// Whether all of these were imported and none was read.
  func arePending(_ names: String...) -> Bool { names.allSatisfy { state($0) == .pending } }

  /// Whether all of these are loaded.
  func areLoaded(_ names: String...) -> Bool { names.allSatisfy { state($0) == .loaded } }

  /// Whether a line ended with an error of this class, whose message contains a text.
  func failed(_ className: String, _ part: String = "") -> Bool {
    lines.contains {
      guard case .error(className, let message) = $0.outcome else { return false }
      return part.isEmpty || message.contains(part)
    }
  }

  /// The position of the first step that fits; nil when there is none.
  func first(_ fits: (ModuleStep) -> Bool) -> Int? { steps.firstIndex(where: fits) }
}
