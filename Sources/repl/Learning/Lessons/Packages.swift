extension Lesson {
  /// Lesson 5: a package and its parts load separately.
  static let packages = Lesson(
    name: "packages",
    title: "What runs when a part of a package is used?",
    introduction: """
      A package is a folder; init.l in it is the package's own module. Import
      two parts of shop, and use one. Which of the three files run, and in
      which order?
      """,
    files: [
      LessonFile(
        "shop/init.l",
        """
        # shop/init.l
        print("shop/init.l runs")
        let name = "The Shop"

        """),
      LessonFile(
        "shop/prices.l",
        """
        # shop/prices.l
        print("shop/prices.l runs")
        from . import name
        fn label() => f"{name}: 2.50"

        """),
      LessonFile(
        "shop/orders.l",
        """
        # shop/orders.l
        print("shop/orders.l runs")
        let open = 3

        """),
    ],
    modules: ["shop", "shop.prices", "shop.orders"],
    goals: [
      LessonGoal("Import shop.prices and shop.orders; nothing runs.", whilePending: "shop") {
        $0.arePending("shop", "shop.prices", "shop.orders")
      },
      LessonGoal("Load shop.prices and leave shop.orders pending.", whilePending: "shop.orders") {
        $0.areLoaded("shop", "shop.prices") && $0.arePending("shop.orders")
      },
      LessonGoal("Load shop.orders too.") { $0.has(.loaded, "shop.orders") },
    ],
    hints: [
      "Two imports, or one: import shop.prices, shop.orders.",
      "The name that is bound is 'shop'; the parts are reached through it.",
      "shop.prices.label() uses the one, shop.orders.open the other.",
    ],
    solution: [
      "import shop.prices, shop.orders", "shop", "shop.prices.label()", "shop.orders.open",
    ],
    conclusion: """
      Before a module is loaded, the packages around it are, from the outside
      in: what is inside may rely on them. The modules beside it are not. The
      first dot in shop.prices.label() is a use of the package, so its init.l
      ran there; the next one needed the inside of shop.prices.

      A package may offer a hundred modules, and a program pays for those that
      it touches.
      """,
    elsewhere: """
      Eager Python runs shop/__init__.py at the import. With PEP 810 the first
      use of the variable 'shop' does. The library lazy_loader lets the
      __init__.py of a package offer its submodules, each loaded at its first
      use.
      """)
}
