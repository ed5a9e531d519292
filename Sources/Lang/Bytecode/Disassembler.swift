/// Shows bytecode to people: a line an instruction, with the source line it comes from.
public struct Disassembler {
  private let module: CompiledModule
  private let source: SourceText

  /// Makes a disassembler of a compiled text.
  public init(_ module: CompiledModule, source: SourceText) {
    self.module = module
    self.source = source
  }

  /// All functions, the module's body first.
  public var text: String {
    module.functions.indices.map { describe($0) }.joined(separator: "\n")
  }

  /// One function of the text.
  public func text(of function: FunctionCode) -> String {
    module.functions.firstIndex { $0 === function }.map { describe($0) } ?? ""
  }

  private func describe(_ number: Int) -> String {
    let function = module.functions[number]
    var lines = [header(number, function)]
    var previousLine = 0
    for index in 0..<function.instructions.count {
      let instruction = function.instructions[index]
      let line = source.location(of: function.anchors[index]).line
      let mark = line == previousLine ? "     |" : pad("\(line)", 6)
      previousLine = line
      let name = "\(instruction.opcode)"
      let operands = operands(instruction, index, function)
      lines.append(
        "\(mark)  \(pad("\(index)", 4))  "
          + (operands.isEmpty
            ? name : name + String(repeating: " ", count: max(1, 26 - name.count)) + operands))
    }
    for handler in function.handlers {
      lines.append(
        "        \(handler.start)..<\(handler.end) \(handler.isFinally ? "finally" : "catch") "
          + "→ \(handler.target), error in r\(handler.register)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func header(_ number: Int, _ function: FunctionCode) -> String {
    var name = function.name == .none ? "<function>" : text(function.name)
    if number == 0 { name = "<main>" }
    if function.className != .none { name = "\(text(function.className)).\(name)" }
    var parameters = function.parameters.map { text($0.symbol) + ($0.hasDefault ? "?" : "") }
    if function.rest != .none { parameters.append("..." + text(function.rest)) }
    var header = "#\(number) \(name)(\(parameters.joined(separator: ", ")))"
    header += "  \(function.registerCount) registers, \(function.instructions.count) instructions"
    if function.isGenerator { header += ", generator" }
    if !function.captures.isEmpty {
      header +=
        ", captures "
        + function.captures.map { text($0.symbol) + ($0.isCell ? " (cell)" : "") }
        .joined(separator: ", ")
    }
    return header
  }

  private func text(_ symbol: Symbol) -> String { module.symbols.text(of: symbol) }

  private func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// The operands as the opcode's description names them.
  private func operands(_ i: Instruction, _ index: Int, _ function: FunctionCode) -> String {
    func r(_ operand: UInt16) -> String { "r\(Int(operand) / Instruction.scale)" }
    func k(_ number: Int) -> String { constant(function.constants[number]) }
    func signed(_ operand: UInt16) -> Int { Int(Int16(bitPattern: operand)) }
    func to(_ distance: Int) -> String { "→ \(index + 1 + distance)" }
    func cache() -> String { ".\(text(function.caches[Int(i.c)]))" }
    switch i.opcode {
    case .loadNil, .loadTrue, .loadFalse, .loadUndefined, .makeMap, .returnValue, .yieldValue,
      .iterate, .throwValue, .rethrow, .assertionFailed:
      return r(i.a)
    case .returnNil: return ""
    case .move, .makeCell, .loadCell, .storeCell, .negate, .plus, .bitNot, .not, .makeSuperView,
      .listAppend, .listExtend, .tupleFromList, .mapExtend:
      return "\(r(i.a)), \(r(i.b))"
    case .loadConstant: return "\(r(i.a)), \(k(i.wide))"
    case .loadInt: return "\(r(i.a)), \(i.wide)"
    case .loadGlobal, .storeGlobal: return "\(r(i.a)), \(text(module.global(inSlot: i.wide)))"
    case .loadBuiltin: return "\(r(i.a)), \(BuiltinNames.all[i.wide])"
    case .loadDynamic, .checkDefined: return "\(r(i.a)), \(k(i.wide))"
    case .loadCapture, .loadCaptureCell, .storeCaptureCell:
      return "\(r(i.a)), \(text(function.captures[Int(i.b) / Instruction.scale].symbol))"
    case .makeFunction: return "\(r(i.a)), #\(i.wide)"
    case .addImmediate: return "\(r(i.a)), \(r(i.b)), \(signed(i.c))"
    case .addConstant, .subtractConstant, .multiplyConstant, .divideConstant,
      .floorDivideConstant, .moduloConstant, .bitAndConstant:
      return "\(r(i.a)), \(r(i.b)), \(k(Int(i.c) / Instruction.scale))"
    case .jump, .jumpBack: return to(i.wide)
    case .jumpIfTrue, .jumpIfFalse, .jumpIfNil, .jumpIfNotNil, .jumpIfDefined, .iterateNext,
      .iterateNextPair, .rangePrepare, .rangeLoop, .endFinally, .jumpUnlessCaught:
      return "\(r(i.a)), \(to(i.wide))"
    case .jumpIfLess, .jumpIfNotLess, .jumpIfLessEqual, .jumpIfNotLessEqual, .jumpIfGreater,
      .jumpIfNotGreater, .jumpIfGreaterEqual, .jumpIfNotGreaterEqual, .jumpIfEqual,
      .jumpIfNotEqual, .jumpUnlessInstance:
      return "\(r(i.a)), \(r(i.b)), \(to(signed(i.c)))"
    case .jumpIfLessImmediate, .jumpIfNotLessImmediate, .jumpIfLessEqualImmediate,
      .jumpIfNotLessEqualImmediate, .jumpIfGreaterImmediate, .jumpIfNotGreaterImmediate,
      .jumpIfGreaterEqualImmediate, .jumpIfNotGreaterEqualImmediate:
      return "\(r(i.a)), \(signed(i.b)), \(to(signed(i.c)))"
    case .jumpIfEqualConstant, .jumpIfNotEqualConstant:
      return "\(r(i.a)), \(k(Int(i.b) / Instruction.scale)), \(to(signed(i.c)))"
    case .getAttribute, .getSuperAttribute: return "\(r(i.a)), \(r(i.b))\(cache())"
    case .setAttribute: return "\(r(i.a))\(cache()), \(r(i.b))"
    case .getIndexImmediate: return "\(r(i.a)), \(r(i.b)), \(signed(i.c))"
    case .call: return "\(r(i.b)) = \(r(i.a))(\(i.d))"
    case .callMethod, .callSuper: return "\(r(i.b)) = \(r(i.a))\(cache())(\(i.d))"
    case .callDescribed: return "\(r(i.b)) = \(r(i.a))(\(k(Int(i.c) / Instruction.scale)))"
    case .makeList, .makeTuple, .joinStrings: return "\(r(i.a)), \(r(i.b)), count \(i.c)"
    case .unpack: return "\(r(i.a)), \(r(i.b)), count \(i.c)"
    case .unpackRest: return "\(r(i.a)), \(r(i.b)), count \(i.c), rest \(i.d)"
    case .makeClass, .importModule, .importName: return "\(r(i.a)), \(k(i.wide))"
    case .importStar: return k(i.wide)
    case .defineMember:
      return "\(r(i.a)), \(k(Int(i.b) / Instruction.scale)), \(r(i.c))"
    default: return "\(r(i.a)), \(r(i.b)), \(r(i.c))"
    }
  }

  private func constant(_ constant: Constant) -> String {
    switch constant.kind {
    case .int: return "\(Int64(bitPattern: constant.bits))"
    case .float: return "\(Double(bitPattern: constant.bits))"
    case .string:
      let value = text(Symbol(UInt32(constant.bits)))
      return "\"" + value.replacing(of: "\n", with: "\\n") + "\""
    case .bigInt: return text(Symbol(UInt32(constant.bits)))
    case .importDescriptor:
      let descriptor = module.imports[Int(constant.bits)]
      let path = descriptor.path.map { text($0) }.joined(separator: ".")
      let dots = String(repeating: ".", count: Int(descriptor.level))
      return descriptor.name == .none
        ? "import \(dots)\(path)" : "from \(dots)\(path) import \(text(descriptor.name))"
    case .callDescriptor:
      let descriptor = module.calls[Int(constant.bits)]
      let arguments = descriptor.arguments.map { argument in
        switch argument {
        case .positional: return "_"
        case .spread: return "..._"
        case .named(let symbol): return "\(text(symbol)): _"
        }
      }
      let method = descriptor.method == .none ? "" : ".\(text(descriptor.method)) "
      return method + arguments.joined(separator: ", ")
    case .classDescriptor: return "class \(text(module.classes[Int(constant.bits)].name))"
    }
  }
}

extension String {
  /// A copy in which each `target` is `replacement`.
  fileprivate func replacing(of target: Character, with replacement: String) -> String {
    var result = ""
    for character in self {
      if character == target { result += replacement } else { result.append(character) }
    }
    return result
  }
}
