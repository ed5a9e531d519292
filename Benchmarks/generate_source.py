#!/usr/bin/env python3
"""Writes one long program twice, in Lang and in Lua, to compare how fast they are compiled.

The two texts say the same line by line. Every function is different: its statements and
expressions are drawn from a small grammar by a generator with a fixed seed, so that the text is the
same on every machine. It is meant to be compiled, not to be run.

  generate_source.py FOLDER [LINES]    writes FOLDER/large.l and FOLDER/large.lua
"""

import os
import sys

LINES = 140_000

VERBS = ["add", "bind", "clip", "draw", "edit", "fold", "grow", "hide", "join", "keep", "load",
         "make", "note", "open", "pack", "read", "scan", "take", "undo", "view"]
NOUNS = ["axis", "book", "card", "disk", "edge", "file", "grid", "item", "key", "list", "mark",
         "node", "page", "row", "seat", "task", "unit", "word"]
FIELDS = ["id", "age", "name", "size", "kind", "next", "rate", "left", "x", "y"]
WORDS = ["red", "blue", "north", "south", "tea", "a stone", "no match", "ready", "done: ",
         "%d of %d"]
COMPARISONS = [("<", "<"), (">", ">"), ("==", "=="), ("!=", "~="), ("<=", "<=")]


class Random:
    """A linear congruential generator: the same numbers in every version of Python."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self.state >> 33) % limit

    def choice(self, items):
        return items[self.below(len(items))]


class Scope:
    """The names that a function can use at one point, by what they hold."""

    def __init__(self, outer=None):
        self.numbers = list(outer.numbers) if outer else []
        self.variables = list(outer.variables) if outer else []
        self.texts = list(outer.texts) if outer else []
        self.lists = list(outer.lists) if outer else []
        self.maps = list(outer.maps) if outer else []


class Generator:
    """Builds both texts in step. Each part is made as a pair: (Lang, Lua)."""

    def __init__(self, seed=20240229):
        self.random = Random(seed)
        self.lang = []
        self.lua = []
        self.functions = []
        self.serial = 0

    def line(self, depth, lang, lua):
        indentation = "  " * depth
        self.lang.append(indentation + lang if lang else "")
        self.lua.append(indentation + lua if lua else "")

    def close(self, depth):
        self.line(depth, "}", "end")

    def fresh(self, letter):
        self.serial += 1
        return f"{letter}{self.serial}"

    # Expressions.

    def number(self, scope, depth=0):
        pick = self.random.below(16)
        if pick < 6 and scope.numbers:
            name = self.random.choice(scope.numbers)
            return name, name
        if pick < 10 or depth > 0 and self.random.below(3) > 0 or depth > 1:
            literal = self.random.choice([
                str(self.random.below(10)), str(self.random.below(10)),
                str(self.random.below(1000)), f"{self.random.below(10)}.{self.random.below(9) + 1}",
                hex(self.random.below(256)),
            ])
            return literal, literal
        if pick == 10 and scope.lists:
            name = self.random.choice(scope.lists)
            return f"len({name})", f"#{name}"
        if pick == 11 and scope.lists:
            name = self.random.choice(scope.lists)
            index = self.random.below(3)
            return f"{name}[{index}]", f"{name}[{index + 1}]"
        if pick == 12 and scope.maps:
            name, field = self.random.choice(scope.maps), self.random.choice(FIELDS)
            return f'{name}["{field}"]', f"{name}.{field}"
        if pick == 13 and self.functions:
            return self.call(scope, depth + 1)
        left, right = self.number(scope, depth + 1), self.number(scope, depth + 1)
        operator = self.random.choice(["+", "-", "*", "/", "//", "%", "&", "<<"])
        if depth > 0:
            return f"({left[0]} {operator} {right[0]})", f"({left[1]} {operator} {right[1]})"
        return f"{left[0]} {operator} {right[0]}", f"{left[1]} {operator} {right[1]}"

    def call(self, scope, depth=0):
        name, count = self.random.choice(self.functions[-200:])
        arguments = [self.number(scope, depth + 1) for _ in range(count)]
        return tuple(f"{name}({', '.join(pair[i] for pair in arguments)})" for i in (0, 1))

    def text(self, scope):
        word = f'"{self.random.choice(WORDS)}"'
        if scope.texts and self.random.below(2) == 0:
            name = self.random.choice(scope.texts)
            return f"{name} + {word}", f"{name} .. {word}"
        return word, word

    def condition(self, scope):
        left, right = self.number(scope, 1), self.number(scope, 1)
        operator = self.random.choice(COMPARISONS)
        result = tuple(f"{left[i]} {operator[i]} {right[i]}" for i in (0, 1))
        pick = self.random.below(8)
        if pick < 2:
            other = self.random.choice(scope.numbers)
            word = "and" if pick == 0 else "or"
            return tuple(f"{part} {word} {other} > 0" for part in result)
        if pick == 2:
            return tuple(f"not ({part})" for part in result)
        return result

    # Statements.

    def block(self, scope, depth, budget):
        inner = Scope(scope)
        for _ in range(1 + self.random.below(budget)):
            self.statement(inner, depth)

    def statement(self, scope, depth):
        nested = depth < 3
        kinds = [self.declare, self.declare, self.declare_variable, self.assign, self.assign,
                 self.update, self.declare_text, self.declare_list, self.declare_map,
                 self.set_element, self.call_statement, self.comment]
        if nested:
            kinds += [self.if_statement, self.if_statement, self.if_chain, self.if_chain,
                      self.early_return, self.while_loop, self.counted_loop, self.list_loop,
                      self.closure]
        self.random.choice(kinds)(scope, depth)

    def declare(self, scope, depth):
        value = self.number(scope)
        name = self.fresh("n")
        self.line(depth, f"let {name} = {value[0]}", f"local {name} = {value[1]}")
        scope.numbers.append(name)

    def declare_variable(self, scope, depth):
        value = self.number(scope, 1)
        name = self.fresh("v")
        self.line(depth, f"var {name} = {value[0]}", f"local {name} = {value[1]}")
        scope.numbers.append(name)
        scope.variables.append(name)

    def assign(self, scope, depth):
        name, value = self.random.choice(scope.variables), self.number(scope)
        self.line(depth, f"{name} = {value[0]}", f"{name} = {value[1]}")

    def update(self, scope, depth):
        name, value = self.random.choice(scope.variables), self.number(scope, 1)
        operator = self.random.choice(["+", "-", "*"])
        self.line(depth, f"{name} {operator}= {value[0]}", f"{name} = {name} {operator} {value[1]}")

    def declare_text(self, scope, depth):
        value = self.text(scope)
        name = self.fresh("s")
        self.line(depth, f"let {name} = {value[0]}", f"local {name} = {value[1]}")
        scope.texts.append(name)

    def declare_list(self, scope, depth):
        items = [self.number(scope, 2) for _ in range(self.random.below(5))]
        name = self.fresh("l")
        self.line(depth, f"let {name} = [{', '.join(item[0] for item in items)}]",
                  f"local {name} = {{{', '.join(item[1] for item in items)}}}")
        scope.lists.append(name)

    def declare_map(self, scope, depth):
        start = self.random.below(len(FIELDS) - 3)
        fields = [(field, self.number(scope, 2)) for field in FIELDS[start:start + 2]]
        name = self.fresh("m")
        self.line(depth, f"let {name} = {{{', '.join(f'{field}: {v[0]}' for field, v in fields)}}}",
                  f"local {name} = {{{', '.join(f'{field} = {v[1]}' for field, v in fields)}}}")
        scope.maps.append(name)

    def set_element(self, scope, depth):
        value = self.number(scope, 1)
        if scope.lists and self.random.below(2) == 0:
            name, index = self.random.choice(scope.lists), self.random.below(4)
            self.line(depth, f"{name}[{index}] = {value[0]}", f"{name}[{index + 1}] = {value[1]}")
        elif scope.maps:
            name, field = self.random.choice(scope.maps), self.random.choice(FIELDS)
            self.line(depth, f'{name}["{field}"] = {value[0]}', f"{name}.{field} = {value[1]}")
        else:
            self.assign(scope, depth)

    def call_statement(self, scope, depth):
        if not self.functions:
            return self.assign(scope, depth)
        lang, lua = self.call(scope, 1)
        self.line(depth, lang, lua)

    def comment(self, scope, depth):
        words = f"{self.random.choice(VERBS)} {self.random.choice(NOUNS)}"
        self.line(depth, f"# {words}", f"-- {words}")

    def if_statement(self, scope, depth):
        test = self.condition(scope)
        self.line(depth, f"if {test[0]} {{", f"if {test[1]} then")
        self.block(scope, depth + 1, 3)
        self.close(depth)

    def if_chain(self, scope, depth):
        first, second = self.condition(scope), self.condition(scope)
        self.line(depth, f"if {first[0]} {{", f"if {first[1]} then")
        self.block(scope, depth + 1, 2)
        if self.random.below(2) == 0:
            self.line(depth, f"}} else if {second[0]} {{", f"elseif {second[1]} then")
            self.block(scope, depth + 1, 2)
        self.line(depth, "} else {", "else")
        self.block(scope, depth + 1, 2)
        self.close(depth)

    def early_return(self, scope, depth):
        test, value = self.condition(scope), self.number(scope, 2)
        self.line(depth, f"if {test[0]} {{ return {value[0]} }}",
                  f"if {test[1]} then return {value[1]} end")

    def while_loop(self, scope, depth):
        name, limit = self.random.choice(scope.variables), self.number(scope, 2)
        self.line(depth, f"while {name} < {limit[0]} {{", f"while {name} < {limit[1]} do")
        self.block(scope, depth + 1, 3)
        self.line(depth + 1, f"{name} += 1", f"{name} = {name} + 1")
        self.close(depth)

    def counted_loop(self, scope, depth):
        limit, name = 2 + self.random.below(100), self.fresh("i")
        self.line(depth, f"for {name} in 0..{limit} {{", f"for {name} = 0, {limit - 1} do")
        inner = Scope(scope)
        inner.numbers.append(name)
        self.block(inner, depth + 1, 3)
        self.close(depth)

    def list_loop(self, scope, depth):
        if not scope.lists:
            return self.counted_loop(scope, depth)
        items, name = self.random.choice(scope.lists), self.fresh("e")
        self.line(depth, f"for {name} in {items} {{", f"for _, {name} in ipairs({items}) do")
        inner = Scope(scope)
        inner.numbers.append(name)
        self.block(inner, depth + 1, 2)
        self.close(depth)

    def closure(self, scope, depth):
        name, parameter = self.fresh("f"), self.fresh("p")
        inner = Scope(scope)
        inner.numbers.append(parameter)
        value = self.number(inner)
        self.line(depth, f"fn {name}({parameter}) {{", f"local function {name}({parameter})")
        self.line(depth + 1, f"return {value[0]}", f"return {value[1]}")
        self.close(depth)

    # Declarations.

    def function(self, depth=0, name=None, owner=None):
        self.serial = 0
        count = 1 + self.random.below(3)
        parameters = ["a", "b", "c"][:count]
        listed = ", ".join(parameters)
        if owner:
            self.line(depth, f"fn {name}({listed}) {{", f"function {owner}:{name}({listed})")
        else:
            self.line(depth, f"fn {name}({listed}) {{", f"function {name}({listed})")
        scope = Scope()
        scope.numbers += parameters
        scope.variables += parameters
        for _ in range(3 + self.random.below(12)):
            self.statement(scope, depth + 1)
        value = self.number(scope)
        self.line(depth + 1, f"return {value[0]}", f"return {value[1]}")
        self.close(depth)
        if not owner:
            self.functions.append((name, count))

    def class_declaration(self, name):
        first, second = self.random.choice(FIELDS[:5]), self.random.choice(FIELDS[5:])
        self.line(0, f"class {name} {{", f"{name} = {{}}")
        self.line(1, f"let kind = {len(name)}", f"{name}.__index = {name}")
        self.line(1, "fn init(a, b) {", f"function {name}.new(a, b)")
        self.line(2, "# the fields", f"local self = setmetatable({{}}, {name})")
        self.line(2, f"self.{first} = a", f"self.{first} = a")
        self.line(2, f"self.{second} = b", f"self.{second} = b")
        self.line(2, "# a new one", "return self")
        self.close(1)
        self.function(1, "value", owner=name)
        self.function(1, "other", owner=name)
        self.line(0, "}", "")

    def program(self, lines):
        number = 0
        while len(self.lang) < lines:
            number += 1
            name = f"{self.random.choice(VERBS)}{number}"
            if number % 12 == 0:
                self.class_declaration(name.capitalize())
            else:
                self.function(0, name)
            self.line(0, "", "")
        return "\n".join(self.lang) + "\n", "\n".join(self.lua) + "\n"


def write_program(folder, lines=LINES):
    """Writes large.l and large.lua into the folder, and returns their paths."""
    os.makedirs(folder, exist_ok=True)
    paths = [os.path.join(folder, name) for name in ("large.l", "large.lua")]
    for path, text in zip(paths, Generator().program(lines)):
        with open(path, "w", encoding="ascii", newline="\n") as file:
            file.write(text)
    return paths


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    for path in write_program(sys.argv[1], *map(int, sys.argv[2:])):
        print(path, os.path.getsize(path), "bytes")
