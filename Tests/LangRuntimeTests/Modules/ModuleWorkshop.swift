import Foundation
import Testing

@testable import LangRuntime

/// A machine beside a folder of modules that change while programs run.
///
/// The folder is removed with the workshop. Programs find the native module `workshop` and change
/// files with it; every scenario is meant to run plainly and with a collection at every opportunity.
final class ModuleWorkshop {
  /// Where the modules are.
  let folder: String
  let machine: Machine
  /// The whole report of the error that the last run ended with.
  private(set) var report = ""

  private let printed: Printed
  private let age = Age()

  /// Gathers what a machine prints.
  private final class Printed: @unchecked Sendable {
    var text = ""
  }

  /// Gives each change of a file another time, so that no test depends on how fast it runs.
  private final class Age {
    var seconds = 1_000_000_000
  }

  /// Makes an empty folder and a machine that imports from it.
  init(isStressed: Bool, limits: Limits = Limits()) {
    folder =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("lang-modules-\(UUID().uuidString)").path
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    let printed = Printed()
    self.printed = printed
    machine = Machine(
      limits: limits, output: { printed.text += String(decoding: $0, as: UTF8.self) },
      modulePath: [folder])
    machine.programsMayExtendPath = true
    defineFunctions()
    machine.isCollectorStressed = isStressed
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The path of a file in the folder.
  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Writes a file, and the folders around it.
  func write(_ name: String, _ text: String) { write(name, Array(text.utf8)) }

  /// Writes bytes.
  func write(_ name: String, _ bytes: [UInt8]) {
    let path = path(name)
    let parent = (path as NSString).deletingLastPathComponent
    try? FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
  }

  /// Removes a file or a folder with all that is in it.
  func remove(_ name: String) { try? FileManager.default.removeItem(atPath: path(name)) }

  /// Runs a program; gives what it printed, and the class and message of the error that ended it in
  /// a last line.
  ///
  /// The workshop's folder is left out of all texts.
  @discardableResult
  func run(_ source: String, name: String = "main.l") -> String {
    outcome { () throws(LangError) in try machine.run(source, name: name) }
  }

  /// Calls a function of the program that ran last; gives what ``run(_:name:)`` gives.
  @discardableResult
  func call(_ function: String, _ arguments: HostValue...) -> String {
    outcome { () throws(LangError) in
      // A list stands for the arguments: there is no way to pass on a variable number.
      if let first = arguments.first {
        _ = try machine.call(function, first)
      } else {
        _ = try machine.call(function)
      }
    }
  }

  func outcome(_ body: () throws(LangError) -> Void) -> String {
    printed.text = ""
    report = ""
    var ending = ""
    do throws(LangError) {
      try body()
    } catch {
      switch error {
      case .syntax(let failure):
        report = failure.rendered()
        ending = "does not compile"
      case .runtime(let failure):
        report = failure.rendered()
        ending = failure.className + (failure.message.isEmpty ? "" : ": \(failure.message)")
      case .exit(let status, _):
        ending = "exit \(status)"
      }
    }
    report = withoutFolder(report)
    if !printed.text.isEmpty && !printed.text.hasSuffix("\n") { printed.text += "\n" }
    let text = withoutFolder(printed.text + ending)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  private func withoutFolder(_ text: String) -> String {
    let resolved = absolutePath(folder)
    return text.replacingOccurrences(of: resolved + "/", with: "")
      .replacingOccurrences(of: folder + "/", with: "")
      .replacingOccurrences(of: resolved, with: "(folder)")
      .replacingOccurrences(of: folder, with: "(folder)")
  }

  private func defineFunctions() {
    // The machine keeps the closures: they must not keep the workshop.
    let folder = self.folder
    let age = self.age
    unowned let machine = self.machine
    unowned let workshop = self
    machine.defineModule(
      "workshop",
      functions: [
        // Files.
        HostFunction("write", parameters: ["name", "text"]) { arguments in
          workshop.write(try arguments.string(0), try arguments.string(1))
          return .nil
        },
        HostFunction("remove", parameters: ["name"]) { arguments in
          workshop.remove(try arguments.string(0))
          return .nil
        },
        HostFunction("move", parameters: ["name", "to"]) { arguments in
          let target = "\(folder)/\(try arguments.string(1))"
          try FileManager.default.createDirectory(
            atPath: (target as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true)
          try FileManager.default.moveItem(
            atPath: "\(folder)/\(try arguments.string(0))", toPath: target)
          return .nil
        },
        HostFunction("make_folder", parameters: ["name"]) { arguments in
          try FileManager.default.createDirectory(
            atPath: "\(folder)/\(try arguments.string(0))", withIntermediateDirectories: true)
          return .nil
        },
        // Gives a file or the folder itself (".") a modification time that it never had.
        HostFunction("touch", parameters: ["name"]) { arguments in
          age.seconds += 10
          try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: TimeInterval(age.seconds))],
            ofItemAtPath: "\(folder)/\(try arguments.string(0))")
          return .nil
        },
        // Interruption, from here and from elsewhere.
        HostFunction("interrupt") { _ in
          machine.interrupt()
          return .nil
        },
        HostFunction("interrupt_from_elsewhere") { _ in
          let interrupter = MachineInterrupter(machine)
          Thread { interrupter.interrupt() }.start()
          return .nil
        },
        // What Swift code gets of an argument.
        HostFunction("seen", parameters: ["value"]) { arguments in .string("\(arguments[0])") },
      ])
  }
}
