"""Measures lazy modules: what an unused import costs, what the first use costs, and what is left
of the mechanism afterwards.

The modules are made here, the same thousand in Lang, Lua and Python: thirty small functions each.
Lua has nothing lazy, so its `require` is the peer of using all; CPython is measured with
`importlib.util.LazyLoader`, the lazy import of its library.
"""

import os
import re
import shutil
import zipfile

from measure import median, wall_time
from without_store_check import copy_without_check

MODULES = 1000
FUNCTIONS = 30
# Pending modules for the measurement of memory: enough that a page more or less is nothing.
MANY = 10_000
FEWER = 2_000

LAZY_PYTHON = """\
import importlib.util, sys
def lazy(name):
    spec = importlib.util.find_spec(name)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
"""

STORES = """\
class Box { fn init(value) { self.value = value } }
let box = Box(0)
let items = [0] * 1000
let ages = {}
var last = 0
for round in 0..8000 {
  for index in 0..1000 {
    items[index] = round
    box.value = index
    last = index
  }
  for index in 0..100 { ages[index] = round }
}
print(box.value, last, items[7], len(ages))
"""

SQRT = """\
{eager}import math
fn sum() {{
  var total = 0.0
  for x in 0..5000000 {{ total += math.sqrt(x) }}
  return total
}}
print(sum() > 0)
"""

HOLDERS = """\
import lazy
import small
import large
let few = [[small] for _ in 0..10]
let many = [[large] for _ in 0..{count}]
fn patch_time(name) {{
  var start = nil
  for event in lazy.events() {{
    if event["module"] == name and event["event"] == "loaded" {{ start = event["time"] }}
    if event["module"] == name and event["event"] == "patch" {{ return event["time"] - start }}
  }}
}}
small.value
large.value
print(patch_time("small") * 1000, patch_time("large") * 1000, len(many))
"""


def name(number):
    return f"module_{number:04}"


def write(folder, file, text):
    with open(os.path.join(folder, file), "w") as output:
        output.write(text)


def write_modules(folder):
    """Makes the folder with everything that is run."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for number in range(MODULES):
        functions = range(FUNCTIONS)
        write(folder, name(number) + ".l",
              "".join(f"fn f{k}(x) {{ return x + {k} }}\n" for k in functions))
        write(folder, name(number) + ".py",
              "".join(f"def f{k}(x): return x + {k}\n" for k in functions))
        write(folder, name(number) + ".lua",
              "local M = {}\n"
              + "".join(f"function M.f{k}(x) return x + {k} end\n" for k in functions)
              + "return M\n")
    names = [name(number) for number in range(MODULES)]
    write(folder, "empty.l", "")
    write(folder, "empty.py", "")
    write(folder, "unused.l", "".join(f"import {module}\n" for module in names))
    write(folder, "used.l", "".join(f"import {module}\n" for module in names) + "var total = 0\n"
          + "".join(f"total += {module}.f7(1)\n" for module in names) + "print(total)\n")
    # Lua allows 200 local variables.
    write(folder, "used.lua", "".join(f"{module} = require('{module}')\n" for module in names)
          + "local total = 0\n"
          + "".join(f"total = total + {module}.f7(1)\n" for module in names) + "print(total)\n")
    write(folder, "unused.py",
          LAZY_PYTHON + "".join(f"{module} = lazy('{module}')\n" for module in names))
    write(folder, "used.py",
          LAZY_PYTHON + "".join(f"{module} = lazy('{module}')\n" for module in names)
          + "total = 0\n" + "".join(f"total += {module}.f7(1)\n" for module in names)
          + "print(total)\n")
    for archive, program in [("unused.zip", "unused.l"), ("used.zip", "used.l")]:
        with zipfile.ZipFile(os.path.join(folder, archive), "w", zipfile.ZIP_DEFLATED) as output:
            output.write(os.path.join(folder, program), "main.l")
            for module in names:
                output.write(os.path.join(folder, module + ".l"), module + ".l")
    write(folder, "sqrt_lazy.l", SQRT.format(eager=""))
    write(folder, "sqrt_eager.l", SQRT.format(eager="eager "))
    write(folder, "stores.l", STORES)
    write(folder, "small.l", "let value = 1\n")
    write(folder, "large.l", "let value = 1\n")
    write(folder, "holders.l", HOLDERS.format(count=1_000_000))
    write(folder, "holders_few.l", HOLDERS.format(count=10))
    write_pending(os.path.join(folder, "many"), MANY, ".l",
                  lambda module: f"import {module}\n", lambda module: f"let {module} = nil\n")
    write_pending(os.path.join(folder, "fewer"), FEWER, ".py",
                  lambda module: f"{module} = lazy('{module}')\n",
                  lambda module: f"{module} = None\n", LAZY_PYTHON)


def write_pending(folder, count, suffix, importing, binding, head=""):
    """Two programs that differ in that one binds modules to as many names as the other `nil`."""
    os.makedirs(folder)
    names = [f"p{number:05}" for number in range(count)]
    for module in names:
        write(folder, module + suffix, "")
    write(folder, "importing" + suffix, head + "".join(map(importing, names)))
    write(folder, "binding" + suffix, head + "".join(map(binding, names)))


def times_of(commands, rounds, progress):
    """Medians of the wall time of commands that are run in turn."""
    times = {key: [] for key in commands}
    for round_number in range(rounds):
        progress(f"modules, round {round_number + 1} of {rounds}")
        for key, command in commands.items():
            times[key].append(wall_time(command))
    progress("")
    return {key: median(values) for key, values in times.items()}


def measure_modules(rounds, peers, runner, report, check_run, progress, work):
    folder = os.path.join(work, "modules")
    write_modules(folder)

    def path(file):
        return os.path.join(folder, file)

    os.environ["LUA_PATH"] = path("?.lua")
    lang, lua, python = peers.lang, peers.lua, peers.python
    expected = f"{MODULES * 8}\n".encode()
    commands = {
        "lang, an empty script": [lang, path("empty.l")],
        "lang, none used": [lang, path("unused.l")],
        "lang, none used, zip": [lang, path("unused.zip")],
        "lang, all used": [lang, path("used.l")],
        "lang, all used, zip": [lang, path("used.zip")],
        "Lua, an empty script": [lua, "-e", ""],
        "Lua, all required and used": [lua, path("used.lua")],
        "CPython, an empty script": [python, path("empty.py")],
        "CPython LazyLoader, none used": [python, path("unused.py")],
        "CPython LazyLoader, all used": [python, path("used.py")],
    }
    # The first run of CPython writes its bytecode, which later ones use.
    for key, command in commands.items():
        if not check_run(report, key, runner.run(command), expected if "all" in key else b""):
            return
    times = times_of(commands, rounds, progress)

    print(f"\nModules: {MODULES:,} imports of as many modules of {FUNCTIONS} functions, "
          f"milliseconds from start to end,\nmedians of {rounds}; beside it what is more than the "
          "empty script")
    for key, value in times.items():
        empty = times[f"{re.split('[ ,]', key)[0]}, an empty script"]
        print(f"  {key:30}{value * 1000:9.2f}{(value - empty) * 1000:9.2f}")

    def added(key, base="lang, an empty script"):
        return times[key] - times[base]

    report.record("1,000 unused imports from a folder, ms", added("lang, none used") * 1000)
    report.record("1,000 unused imports from a zip, ms", added("lang, none used, zip") * 1000)
    report.record("1,000 modules used once against `require`",
                  added("lang, all used") / added("Lua, all required and used",
                                                  "Lua, an empty script"))

    measure_memory(path, peers, runner, report)
    measure_after_use(rounds, path, peers, runner, report, check_run, progress)
    measure_patching(path, peers, runner, report, check_run)


def measure_memory(path, peers, runner, report):
    """Bytes of a pending module: what the program that imports has more at its peak."""
    def peak(command):
        return median([runner.run(command).peak for _ in range(3)]) * 2**20

    lang = (peak([peers.lang, path("many/importing.l")])
            - peak([peers.lang, path("many/binding.l")])) / MANY
    python = (peak([peers.python, path("fewer/importing.py")])
              - peak([peers.python, path("fewer/binding.py")])) / FEWER
    print(f"\nOne pending module: {lang:.0f} bytes in lang, {python:.0f} with CPython's LazyLoader")
    report.record("a pending module, bytes", lang)


def measure_after_use(rounds, path, peers, runner, report, check_run, progress):
    """What is left of the mechanism once a module is loaded, and where there is none."""
    without_check = path("lang-without-check")
    copy_without_check(peers.lang, without_check)
    pairs = {
        "`math.sqrt(x)`, lazily against eagerly imported":
            ([peers.lang, path("sqrt_lazy.l")], [peers.lang, path("sqrt_eager.l")], b"true\n"),
        "stores with the reference check against without":
            ([peers.lang, path("stores.l")], [without_check, path("stores.l")],
             b"999 999 7999 100\n"),
    }
    print(f"\nAfterwards: ratios of user and system time, medians of {rounds * 3} pairs of runs")
    for name_of_pair, (one, other, expected) in pairs.items():
        times = ([], [])
        for round_number in range(rounds * 3):
            progress(f"{name_of_pair}, round {round_number + 1}")
            for command, values in zip((one, other), times):
                run = runner.run(command)
                if not check_run(report, name_of_pair, run, expected):
                    return
                values.append(run.cpu)
        progress("")
        quotient = median([a / b for a, b in zip(*times)])
        print(f"  {name_of_pair:52}{quotient:6.3f}")
        report.record(name_of_pair, quotient)


def measure_patching(path, peers, runner, report, check_run):
    """How long patches take, by the program's own event log."""
    figures = {}
    for file, count in [("holders.l", 1_000_000), ("holders_few.l", 10)]:
        rows = []
        for _ in range(5):
            run = runner.run([peers.lang, path(file)])
            parts = run.output.split()
            if run.status != 0 or len(parts) != 3 or int(parts[2]) != count:
                report.fail(file, run.describe_failure())
                return
            rows.append((float(parts[0]), float(parts[1])))
        figures[count] = [median(column) for column in zip(*rows)]
    print("\nPatching: milliseconds, medians of 5")
    print(f"  a proxy with 1,000,000 holders{figures[1_000_000][1]:12.3f}")
    print(f"  a proxy with 10 holders, alone{figures[10][0]:12.3f}")
    print(f"  the same beside the other's million{figures[1_000_000][0]:7.3f}")
    report.record("a proxy with 1,000,000 holders patched, ms", figures[1_000_000][1])
