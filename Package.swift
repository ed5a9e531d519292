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
    .target(
      name: "LangRuntime",
      dependencies: ["Lang", "CDigest", "CMinizip", "CPCRE2", "CProcessor", "CSystem"]),
    // The `lang` command.
    .executableTarget(
      name: "repl",
      dependencies: [
        "Lang", "LangRuntime", "CReadline", "ReportPage",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["ReportPage"]),
    // The page of `--report=html`. Apart, since the compiler takes 8 s for its texts.
    .target(
      name: "ReportPage", path: "Sources/repl/ReportPage",
      resources: [
        .embedInCode("page.html"), .embedInCode("page.css"), .embedInCode("words.js"),
        .embedInCode("model.js"), .embedInCode("layout.js"), .embedInCode("graph.js"),
        .embedInCode("timeline.js"), .embedInCode("tables.js"), .embedInCode("page.js"),
      ]),
    .systemLibrary(name: "CReadline", providers: [.apt(["libreadline-dev"])]),
    .systemLibrary(name: "CDigest", providers: [.apt(["libmd-dev"])]),
    .systemLibrary(name: "CSystem"),
    .systemLibrary(name: "CProcessor"),
    .systemLibrary(name: "CPCRE2", providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(name: "CMinizip", providers: [.apt(["libminizip-dev", "zlib1g-dev"])]),
    .testTarget(name: "LangTests", dependencies: ["Lang"]),
    .testTarget(name: "LangRuntimeTests", dependencies: ["CTerminal", "LangRuntime"]),
    // Runs the executable over Tests/scripts; see Tests/scripts/README.md.
    .testTarget(name: "ScriptTests", dependencies: ["TestSupport"]),
    // Runs the examples of the documentation and of `examples`.
    .testTarget(name: "DocumentationTests", dependencies: ["Lang", "LangRuntime", "TestSupport"]),
    // Uses the page of `--report=html` in a browser.
    .testTarget(name: "PageTests"),
    // Compares what `editors` colours with what the lexer reads.
    .testTarget(name: "EditorTests", dependencies: ["Lang"]),
    // Runs the executable at a pseudo-terminal, as a person would.
    .testTarget(name: "TerminalTests", dependencies: ["CTerminal", "TestSupport"]),
    .target(name: "CTerminal", path: "Tests/CTerminal"),
    // What the tests of the executable share.
    .target(name: "TestSupport", path: "Tests/TestSupport"),
  ]
)
