import Foundation

/// Programs whose pages the tests look at.
enum Programs {
  static func withoutImports() throws -> Program { try Program(["main.l": "print(1 + 1)\n"]) }

  /// A program that has all: uses, names, failures, a reload, a cycle, packages, native modules,
  /// modules that stay pending.
  static func withAll() throws -> Program {
    try Program([
      "main.l": """
      import math
      import plot
      import flaky
      import broken
      import shop.prices
      import shop.stock as stock
      import early
      import unused, huge
      from tables import row, column
      let kept = [plot, {chart: plot}]
      print(plot.draw(3))
      try { flaky.value } catch error { print(error.message) }
      print(flaky.value)
      try { broken.total } catch error { print("broken") }
      print(shop.prices.label(), row(2), column(3))
      try { early.first } catch error { print("cycle") }
      eager import last
      reload(plot)
      """,
      "plot.l": "import math\nfn draw(n) => \"#\" * int(math.pow(n, 2))\n",
      "flaky.l": """
      import state
      state.attempts += 1
      if state.attempts < 2 { throw ValueError("not ready") }
      let value = "ready"
      """,
      "state.l": "var attempts = 0\n", "broken.l": "let total = (1 + 2\n",
      "shop/init.l": "let name = \"The Shop\"\n",
      "shop/prices.l": """
      from . import name
      import .stock as stock
      fn label() => f"{name}: {stock.count}"
      """,
      "shop/stock.l": "let count = 12\n", "early.l": "import late\nlet first = late.second\n",
      "late.l": "import early\nlet second = early.first\n", "unused.l": "# never used\n",
      "huge.l": "# " + String(repeating: "long ", count: 3000),
      "tables.l": "let width = 3\nfn row(n) => [n] * width\nfn column(n) => [[n]] * width\n",
      "last.l": "let x = 1\n",
    ])
  }

  /// Of 1,000 modules each imports four others, a quarter is used.
  static func withThousandModules() throws -> Program {
    var files = [
      "main.l": "import m0\nprint(m0.go(7))\n"
        + (0..<1000).map { "import m\($0) as other\($0)\n" }.joined()
    ]
    for number in 0..<1000 {
      let imported = (1...4).map { 2 * number + $0 }.filter { $0 < 1000 }
      var text = imported.map { "import m\($0)\n" }.joined()
      text += "fn go(depth) {\n  if depth == 0 { return 1 }\n"
      for next in imported.prefix(2) { text += "  m\(next).go(depth - 1)\n" }
      files["m\(number).l"] = text + "  return depth\n}\n"
    }
    return try Program(files)
  }

  /// Markup, everywhere that a program has a say: the folder, an expression, a message.
  static let markup = "</script><img src=x onerror=pwned=1><!--"

  static func hostile() throws -> Program {
    try Program(
      [
        "main.l": """
        import tool
        import bad
        print(("\(markup)", tool)[1].x)
        try { bad.x } catch error { print(error.message) }
        """,
        "tool.l": "let x = 1\n",
        "bad.l": "throw ValueError(\"\(markup)<script>pwned=1</script>&amp;\")\n",
      ], in: "<img src=x onerror=pwned=1><!--")
  }
}
