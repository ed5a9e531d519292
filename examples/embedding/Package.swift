// swift-tools-version: 6.0
import PackageDescription

// A package of its own, as yours would be. Outside of this repository the dependency is written
// `.package(url: …, from: …)`.
let package = Package(
  name: "embedding",
  dependencies: [.package(name: "lang", path: "../..")],
  targets: [
    .executableTarget(
      name: "embedding", dependencies: [.product(name: "LangRuntime", package: "lang")])
  ]
)
