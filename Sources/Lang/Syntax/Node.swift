/// The position of a node in its ``SyntaxTree``; 0 stands for "no node".
public typealias NodeIndex = UInt32

/// One node of the syntax tree: plain data in a flat array, children by index.
///
/// A tree of class instances or indirect enumeration cases would cost an allocation and several
/// reference counts a node, which is more than the whole of parsing costs otherwise. What `a`, `b`
/// and `c` hold depends on the kind and is said there. *List* means two fields (first, count) that
/// delimit a run of node indexes in ``SyntaxTree/extra``; *record* means one field with the position
/// of several numbers in ``SyntaxTree/extra``.
@frozen
public struct Node: BitwiseCopyable {
  /// What the node is.
  public var kind: NodeKind
  /// Kind-specific flags or the operator (see ``NodeKind``).
  public var flags: UInt8
  /// The first byte of the node's text.
  public var start: UInt32
  /// The byte after the node's text.
  public var end: UInt32
  /// The byte that stands for the node in messages.
  ///
  /// It is the operator of an expression with two operands or of a range, the name after the dot of a
  /// member, the opening bracket of a call or index, the colon of a map entry; otherwise `start`
  /// (brackets around an expression widen its range, but leave its anchor). No two expressions that
  /// can fail at run time share an anchor, except a parenthesised or unary one with its own first
  /// token.
  public var anchor: UInt32
  /// See ``NodeKind``.
  public var a: UInt32
  /// See ``NodeKind``.
  public var b: UInt32
  /// See ``NodeKind``.
  public var c: UInt32

  /// Makes a node.
  @inlinable
  public init(
    _ kind: NodeKind, flags: UInt8 = 0, start: UInt32, end: UInt32, anchor: UInt32? = nil,
    a: UInt32 = 0, b: UInt32 = 0, c: UInt32 = 0
  ) {
    self.kind = kind
    self.flags = flags
    self.start = start
    self.end = end
    self.anchor = anchor ?? start
    self.a = a
    self.b = b
    self.c = c
  }

  /// The node's text in the source.
  public var range: SourceRange { SourceRange(start, end) }
}

/// The kinds of node, with what each keeps in `a`, `b`, `c` and `flags`.
@frozen
public enum NodeKind: UInt8, Sendable {
  /// Index 0 of every tree: the absent node.
  case none

  // MARK: Literals

  /// `nil`
  case nilLiteral
  /// `true`
  case trueLiteral
  /// `false`
  case falseLiteral
  /// An integer that fits in 63 bits; `a` low word, `b` high word.
  case intLiteral
  /// A larger integer; `a` symbol of its digits without underscores, with any `0x`, `0o`, `0b`.
  case bigIntLiteral
  /// A float; `a` low word, `b` high word of the IEEE 754 bits.
  case floatLiteral
  /// A string; `a` symbol of its bytes, escapes already replaced.
  case stringLiteral
  /// `f"…"`; (a, b) list of `stringLiteral` and `formatField`, no empty literals.
  case formatString
  /// `{expr:spec}`; `a` expression, `b` format specification as `stringLiteral` or `formatString`,
  /// or 0. `{expr=}` comes as a `stringLiteral` "expr=" and then a field whose flags are
  /// ``NodeFlags/representation`` unless it has a specification.
  case formatField

  // MARK: Simple expressions

  /// A name; `a` symbol. The resolver fills in `b` and `c`.
  case name
  /// `self`
  case selfReference
  /// `super`, alone or before `.name` or a call
  case superReference
  /// `(a, b)`, `a, b`; (a, b) list of expressions or `spread`.
  case tuple
  /// `[a, b]`; (a, b) list of expressions or `spread`.
  case list
  /// `{k: v}`; (a, b) list of `mapEntry` or `spread`.
  case map
  /// `a` key expression (a bare name has become a `stringLiteral`), `b` value.
  case mapEntry
  /// `...x` in a list, tuple, map, call; `a` expression.
  case spread
  /// `[e for …]`; `a` element, (b, c) list of `forClause` and `ifClause`, the first a `forClause`.
  case listComprehension
  /// `{k: v for …}`; `a` a `mapEntry` (whose key is always an expression), (b, c) as above.
  case mapComprehension
  /// `for a in b`; `a` pattern, `b` iterable.
  case forClause
  /// `if a`; `a` condition.
  case ifClause

  // MARK: Operators

  /// Flags: ``UnaryOperator``; `a` operand.
  case unary
  /// Flags: ``BinaryOperator``, a comparison included; `a`, `b` operands. Anchor: the operator.
  case binary
  /// `a < b < c`, two comparisons or more; (a, b) list of operands; `c` record: for each comparison
  /// its ``BinaryOperator`` raw value and its operator's offset.
  case comparisonChain
  /// `a and b`
  case logicalAnd
  /// `a or b`
  case logicalOr
  /// `a ?? b`
  case coalesce
  /// `a ? b : c`
  case conditional
  /// `a..b`, `a..=b`; flags ``NodeFlags/closed``. Either bound may be 0 (absent), but only directly
  /// inside an `index`.
  case range

  // MARK: Postfix

  /// `a.b`; `a` object, `b` symbol; flags ``NodeFlags/optional`` for `?.`. Anchor: the name.
  case member
  /// `a[b]`; anchor: the bracket.
  case index
  /// `a(…)`; `a` callee, (b, c) list of expressions, `spread` and `namedArgument`. Anchor: the bracket.
  case call
  /// `name: value` in a call; `a` symbol, `b` value.
  case namedArgument
  /// A whole postfix chain with at least one `?.` in it; `a` the chain. `nil` before a `?.` makes the
  /// whole of it `nil`.
  case optionalChain

  // MARK: Functions

  /// A function or method, also a `fn` expression and a property. `a` name symbol or 0; `b` record:
  /// body node (a `block`, or the expression with flag ``NodeFlags/expressionBody``), symbol of the
  /// `##` documentation or 0, number of parameters, then the `parameter` nodes. `c` is the offset of
  /// the name, or of `fn`.
  case function
  /// `a` symbol, `b` default or 0; flags ``NodeFlags/rest``.
  case parameter

  // MARK: Patterns (targets of `let`, assignment and `for`)

  /// `a, b` to unpack into; (a, b) list of `name`, `member`, `index`, `tuplePattern`, and at most one
  /// `restPattern`. In `let` and `for` only `name`, `tuplePattern` and `restPattern`.
  case tuplePattern
  /// `...rest`; `a` the target that gets a list of the others.
  case restPattern

  // MARK: Statements

  /// `{ … }`; (a, b) list of statements.
  case block
  /// An expression for its effect; `a` expression.
  case expressionStatement
  /// `let a = b`; flags ``NodeFlags/variable`` for `var`; `b` 0 for `var x` alone; `c` symbol of its
  /// `##` documentation or 0.
  case declaration
  /// `a = b`; `a` `name`, `member`, `index` or `tuplePattern`.
  case assignment
  /// `a op= b`; flags: ``BinaryOperator``, or ``BinaryOperator/coalesce`` for `??=`; anchor: the operator.
  case compoundAssignment
  /// `fn name(…) …` as a statement; `a` the `function`.
  case functionDeclaration
  /// `class a(b) { … }`; `a` symbol, `b` base or 0; `c` record: symbol of the documentation or 0,
  /// offset of the name, number of members, then the members: `function` (flags: method, static,
  /// getter) and `declaration` (class constant).
  case classDeclaration
  /// `a` condition, `b` block, `c` block, `ifStatement` or 0.
  case ifStatement
  /// `a` condition, `b` block.
  case whileStatement
  /// `for a in b c`; `a` pattern, `b` iterable, `c` block.
  case forStatement
  /// `break`
  case breakStatement
  /// `continue`
  case continueStatement
  /// `return a`; `a` expression or 0.
  case returnStatement
  /// `yield a`; `a` expression or 0.
  case yieldStatement
  /// `throw a`; `a` expression or 0 (throws the error being handled on).
  case throwStatement
  /// `a` block, `b` record: number of clauses, the `catchClause` nodes, the `finally` block or 0.
  case tryStatement
  /// `catch a: b { c }`; `a` symbol or 0, `b` class expression (maybe a `tuple`) or 0, `c` block.
  case catchClause
  /// `assert a, b`; `b` message or 0.
  case assertStatement
  /// `import a as b`; `a` record of the module path: number of leading dots, number of parts, the
  /// parts' symbols; `b` alias symbol or 0; flags ``NodeFlags/eager``. `import x, y` makes two nodes.
  case importStatement
  /// `from a import …`; `a` record as above, (b, c) list of `importedName`; flags
  /// ``NodeFlags/eager``, ``NodeFlags/star``.
  case fromImportStatement
  /// `a` symbol, `b` symbol that it is bound to.
  case importedName
}

/// The flag bits of nodes; which kinds use them is said at ``NodeKind``.
public enum NodeFlags {
  /// A `range` that includes its upper bound.
  @inlinable public static var closed: UInt8 { 1 }
  /// A `member` after `?.`.
  @inlinable public static var optional: UInt8 { 1 }
  /// A `parameter` `...name`.
  @inlinable public static var rest: UInt8 { 1 }
  /// A `declaration` with `var`.
  @inlinable public static var variable: UInt8 { 1 }
  /// A `formatField` shown by `repr`.
  @inlinable public static var representation: UInt8 { 1 }
  /// An import after `eager`.
  @inlinable public static var eager: UInt8 { 1 }
  /// A `from m import *`.
  @inlinable public static var star: UInt8 { 2 }
  /// A `function` whose body is an expression (`=> e`).
  @inlinable public static var expressionBody: UInt8 { 1 }
  /// A `function` that contains `yield`.
  @inlinable public static var generator: UInt8 { 2 }
  /// A `function` directly in a class body.
  @inlinable public static var method: UInt8 { 4 }
  /// A method after `static`.
  @inlinable public static var isStatic: UInt8 { 8 }
  /// A method written as `get name => …`.
  @inlinable public static var getter: UInt8 { 16 }
  /// A `function` that contains an import outside of the functions inside of it.
  @inlinable public static var importing: UInt8 { 32 }
}

/// The operators with one operand.
@frozen
public enum UnaryOperator: UInt8, Sendable {
  case negate, plus, bitNot, not
}

/// The operators with two operands, in `binary`, `comparisonChain` and `compoundAssignment`.
@frozen
public enum BinaryOperator: UInt8, Sendable {
  case add, subtract, multiply, divide, floorDivide, modulo, power
  case bitAnd, bitOr, bitXor, shiftLeft, shiftRight
  case equal, notEqual, less, lessEqual, greater, greaterEqual
  case isIdentical, isNotIdentical, contains, containsNot
  /// Only in `compoundAssignment`: `??=`.
  case coalesce
}
