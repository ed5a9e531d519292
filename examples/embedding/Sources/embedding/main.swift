// A Swift program that lets its users write rules in Lang: which orders get a discount?
//
//     cd examples/embedding && swift run

import LangRuntime

// 1. A machine with limits: a rule may use 64 MB and a million calls and loop rounds.
let machine = Machine(limits: Limits(memory: 64 << 20, depth: 1000, steps: 1_000_000))

// 2. A native function: programs import it from the module `host`.
machine.define("stock", parameters: ["article"]) { arguments in
  let stock = ["tea": 12, "coffee": 0]
  guard let count = stock[try arguments.string(0)] else {
    throw HostError("KeyError", "unknown article \(try arguments.string(0))")
  }
  return .int(count)
}

// 3. A native module with several functions. Like every module it is made at its first use.
machine.defineModule(
  "prices",
  functions: [
    HostFunction("net", parameters: ["cents"]) { .float(Double(try $0.int(0)) / 100) },
    HostFunction("currency") { _ in .string("€") },
  ])

// 4. Run source text. It defines variables and functions, which stay.
let rules = """
  import prices
  from host import stock

  let name = "spring sale"
  let excluded = ["coffee"]

  fn discount(article, cents) {
    if article in excluded or stock(article) == 0 { return 0 }
    return prices.net(cents) > 10 ? 0.2 : 0.1
  }

  fn describe(order) => f"{order['article']}: {order['cents'] / 100:.2f} {prices.currency()}"
  """

do {
  try machine.run(rules, name: "rules.l")

  // 5. Read a variable.
  if case .string(let name)? = machine.variable("name") { print("rules:", name) }

  // 6. Call functions with arguments; values go both ways as copies.
  for (article, cents) in [("tea", 450), ("tea", 2500), ("coffee", 900)] {
    let order = HostValue.map([
      (.string("article"), .string(article)), (.string("cents"), .int(cents)),
    ])
    let text = try machine.call("describe", order)
    let discount = try machine.call("discount", .string(article), .int(cents))
    print(text, discount)
  }
} catch {
  print("the rules are wrong:", error)
}

// 7. Errors say what went wrong and where.
do {
  _ = try machine.call("discount", .string("cocoa"), .int(100))
} catch .runtime(let failure) {
  print("\(failure.className): \(failure.message)")
  print(failure.rendered(), terminator: "")
} catch {
  print(error)
}

// 8. A program that does not compile says so before anything runs.
do {
  try machine.run("let x = (1 + \nprint(y)", name: "broken.l")
} catch .syntax(let failure) {
  print("does not compile:", failure.diagnostics.map(\.message))
} catch {
  print(error)
}

// 9. Limits hold. Steps are counted over the life of the machine: this one has none left.
do {
  try machine.run("while true {}", name: "endless.l")
} catch .runtime(let failure) {
  print("\(failure.className): \(failure.message)")
} catch {
  print(error)
}
