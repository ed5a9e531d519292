// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "lang",
  products: [
    .executable(name: "lang", targets: ["repl"]),
    .library(name: "Lang", targets: ["Lang"]),
    .library(name: "LangRuntime", targets: ["LangRuntime"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // The front end: text to bytecode. Pure; knows nothing of running.
    .target(name: "Lang"),
    // The machine: values, heap, interpreter, modules, built-ins, embedding.
    .target(name: "LangRuntime", dependencies: ["Lang", "CMinizip"]),
    // The `lang` command.
    .executableTarget(
      name: "repl",
      dependencies: [
        "Lang", "LangRuntime", "CReadline",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .systemLibrary(name: "CReadline", providers: [.apt(["libreadline-dev"])]),
    .systemLibrary(name: "CMinizip", providers: [.apt(["libminizip-dev", "zlib1g-dev"])]),
    .testTarget(name: "LangTests", dependencies: ["Lang"]),
    .testTarget(name: "LangRuntimeTests", dependencies: ["LangRuntime"]),
    // Runs the executable over Tests/scripts; see Tests/scripts/README.md.
    .testTarget(name: "ScriptTests", dependencies: ["TestSupport"]),
    // Runs the examples of the documentation and of `examples`.
    .testTarget(name: "DocumentationTests", dependencies: ["Lang", "LangRuntime", "TestSupport"]),
    // Runs the executable at a pseudo-terminal, as a person would.
    .testTarget(name: "TerminalTests", dependencies: ["CTerminal", "TestSupport"]),
    .target(name: "CTerminal", path: "Tests/CTerminal"),
    // What the tests of the executable share.
    .target(name: "TestSupport", path: "Tests/TestSupport"),
  ]
)
