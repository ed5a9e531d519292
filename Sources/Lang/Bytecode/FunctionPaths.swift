/// Names for the functions and classes of a module that are the same in two versions of its source,
/// wherever in the text they stand.
///
/// A path leads from the outside in: `make` is a function of the module, `make/inner` one that it
/// declares, `Circle.area` a method, `make/Shape.area/scale` a function in a method of a class in a
/// function. An anonymous function is called `<function>`. Where several of one place have the same
/// path, the n-th has `#n` behind it, from the second on: `make/<function>#2`. The module's body has
/// the empty path. No two functions of a module share a path, and no two classes.
///
/// Functions in the constants of a class belong to the function in which the class stands.
public struct FunctionPaths {
  /// The path of each of ``CompiledModule/functions``.
  public let functions: [String]
  /// The path of each of ``CompiledModule/classes``.
  public let classes: [String]
  /// For each function, how many anonymous functions its body declares.
  ///
  /// Only their order tells them apart, so when this number has changed, nothing says which is which.
  public let anonymousCounts: [Int]
  private let module: CompiledModule

  /// Names the functions and classes of a module.
  ///
  /// - Complexity: Linear in the lengths of all paths.
  public init(of module: CompiledModule) {
    var functions = [""]
    var classes: [String] = []
    var anonymousCounts = Array(repeating: 0, count: module.functions.count)
    var functionUses: [String: Int] = [:]
    var classUses: [String: Int] = [:]

    func numbered(_ path: String, _ uses: inout [String: Int]) -> String {
      let use = uses[path, default: 0] + 1
      uses[path] = use
      return use == 1 ? path : "\(path)#\(use)"
    }
    func path(_ name: String, in function: Int) -> String {
      function == 0 ? name : "\(functions[function])/\(name)"
    }
    func nameClasses(upTo end: Int) {
      while classes.count < end {
        let `class` = module.classes[classes.count]
        let name = module.symbols.text(of: `class`.name)
        classes.append(numbered(path(name, in: `class`.function), &classUses))
      }
    }

    for number in module.functions.indices.dropFirst() {
      let code = module.functions[number]
      let name = code.name == .none ? "<function>" : module.symbols.text(of: code.name)
      if code.name == .none { anonymousCounts[code.parent] += 1 }
      if code.classNumber < 0 {
        functions.append(numbered(path(name, in: code.parent), &functionUses))
      } else {
        // A class and all before it stand in functions that have been named by now.
        nameClasses(upTo: code.classNumber + 1)
        functions.append(numbered("\(classes[code.classNumber]).\(name)", &functionUses))
      }
    }
    nameClasses(upTo: module.classes.count)
    self.functions = functions
    self.classes = classes
    self.anonymousCounts = anonymousCounts
    self.module = module
  }

  /// What an earlier version of the source calls the same: for each function and each class its
  /// number there, or -1.
  ///
  /// Two are the same when their paths are, and the functions around them are the same. Anonymous
  /// functions are only matched when the function around them declares as many in both versions.
  public func counterparts(in earlier: FunctionPaths) -> (functions: [Int], classes: [Int]) {
    var functionNumbers: [String: Int] = [:]
    for (number, path) in earlier.functions.enumerated() { functionNumbers[path] = number }
    var classNumbers: [String: Int] = [:]
    for (number, path) in earlier.classes.enumerated() { classNumbers[path] = number }

    var functions = [0]
    for number in self.functions.indices.dropFirst() {
      let code = module.functions[number]
      let parent = functions[code.parent]
      let isKnown =
        parent >= 0
        && (code.name != .none || anonymousCounts[code.parent] == earlier.anonymousCounts[parent])
      functions.append(isKnown ? functionNumbers[self.functions[number]] ?? -1 : -1)
    }
    let classes = self.classes.indices.map { number in
      functions[module.classes[number].function] < 0 ? -1 : classNumbers[self.classes[number]] ?? -1
    }
    return (functions, classes)
  }
}
