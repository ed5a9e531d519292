#!/usr/bin/env python3
"""Measures Lang beside Lua 5.4 and CPython: programs, start-up, compilation, collector, library.

Everything is run interleaved (lang, Lua, CPython, lang, ...) and compared by medians, because the
speed of a shared machine wanders. Every output is checked. Exit status: 0; 1 when an output was
wrong; 2 when something that is needed is missing. Times never decide it.
"""

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True

from generate_source import write_program
from json_text import measure_json
from measure import Runner, geometric_mean, median, wall_time
from modules import measure_modules

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = os.path.join(HERE, ".work")

# What each figure should be: (at least, aim). Smaller is better throughout.
TARGETS = {
    "programs against Lua 5.4, geometric mean": (1.0, 0.5),
    "slowest program against Lua 5.4": (1.5, 0.5),
    "programs against CPython, geometric mean": (0.4, 0.15),
    "start-up of `-e ''` against `lua -e ''`": (1.5, 1.0),
    "start-up of a hello script against `lua -e ''`": (1.5, 1.0),
    "peak memory of a hello script, MB": (8.0, 5.0),
    "the standard library imported and not used, ms": (2.0, 0.5),
    "parse and compile against `luac -p`": (1.0, 0.5),
    "binary trees against Lua 5.4": (1.2, 0.7),
    "longest pause with 100 MB live, ms": (100.0, 10.0),
    "1,000 unused imports from a folder, ms": (10.0, 2.0),
    "1,000 unused imports from a zip, ms": (10.0, 3.0),
    "a pending module, bytes": (400.0, 200.0),
    "1,000 modules used once against `require`": (1.0, 0.5),
    "`math.sqrt(x)`, lazily against eagerly imported": (1.02, 1.0),
    "stores with the reference check against without": (1.02, 1.0),
    "a proxy with 1,000,000 holders patched, ms": (100.0, 20.0),
    "reading 50 MB of JSON against CPython": (1.0, 0.5),
    "writing 50 MB of JSON against CPython": (1.0, 0.5),
}

PROGRAMS = [
    "fib", "loops", "sieve", "nbody", "spectral_norm", "fannkuch", "mandelbrot", "binary_trees",
    "method_calls", "richards", "deltablue", "string_building", "map_of_ints", "map_of_strings",
    "sort_with_key", "closures", "generators", "json", "queens", "matrix",
]
SECTIONS = ["programs", "startup", "compile", "collector", "modules", "json"]

# What the lang executable writes to standard error when LANG_GC_STATS=1.
GC_LINE = re.compile(rb"gc: collections (\d+), longest pause ([\d.]+) ms, heap (\d+) bytes")
LUA_PAUSE_LINE = re.compile(rb"longest pause ([\d.]+) ms")


class Report:
    """Prints the figures, and remembers them for the list of targets and the exit status."""

    def __init__(self):
        self.figures = {}
        self.failures = []

    def fail(self, what, why):
        self.failures.append(what)
        print(f"  WRONG: {what}: {why}", flush=True)

    def record(self, target, value):
        self.figures[target] = value

    def print_targets(self):
        if self.figures:
            print("\nTargets (smaller is better)")
            print(f"  {'':48}{'here':>8}{'at most':>9}{'aim':>7}")
        for name, (limit, aim) in TARGETS.items():
            if name in self.figures:
                value = self.figures[name]
                verdict = "MISSED" if value > limit else "met" if value > aim else "aim reached"
                print(f"  {name:48}{value:8.2f}{limit:9.2f}{aim:7.2f}  {verdict}")
        if self.failures:
            print(f"\nWrong output: {', '.join(self.failures)}")


class Peers:
    """The executables under comparison."""

    def __init__(self, options):
        self.lang = None if options.without_lang else self.find(
            options.lang, "build it with `swift build -c release`, or name one with --lang")
        self.lua = self.find(options.lua, "install the package lua5.4")
        self.luac = self.find(options.luac, "install the package lua5.4")
        self.python = self.find(options.python, "name one with --python")

    @staticmethod
    def find(name, advice):
        path = shutil.which(name)
        if path is None:
            sys.stderr.write(f"run.py: {name} is not there: {advice}\n")
            sys.exit(2)
        return os.path.abspath(path)

    def languages(self):
        """(name, command, suffix of its programs), the order in which each round runs them."""
        all_languages = [("lang", self.lang, ".l"), ("Lua", self.lua, ".lua"),
                         ("CPython", self.python, ".py")]
        return [language for language in all_languages if language[1]]

    def describe(self):
        def version(command, option):
            result = subprocess.run([command, option], capture_output=True, text=True)
            return (result.stdout + result.stderr).strip().split("\n")[0]

        if self.lang:
            print(f"lang:    {version(self.lang, '--version')} ({os.path.relpath(self.lang)})")
        print(f"Lua:     {version(self.lua, '-v')}")
        print(f"CPython: {version(self.python, '--version')}")
        load = os.getloadavg()[0]
        print(f"machine: {platform.system()} {platform.machine()}, {os.cpu_count()} processors, "
              f"load {load:.2f}")


def progress(text):
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()


def check_run(report, what, run, expected):
    """Whether a run ended well with the expected output; complains where it did not."""
    if run.status != 0 or run.timed_out:
        progress("")
        report.fail(what, run.describe_failure())
        return False
    if run.output != expected:
        progress("")
        got, wanted = run.output.decode("utf-8", "replace"), expected.decode()
        for number, (a, b) in enumerate(zip(got.split("\n"), wanted.split("\n")), 1):
            if a != b:
                report.fail(what, f"line {number} is {a[:60]!r}, not {b[:60]!r}")
                return False
        report.fail(what, f"{len(run.output)} bytes of output instead of {len(expected)}")
        return False
    return True


def ratio(value, peer, limit=None):
    """A ratio as a column of a table, marked when it is beyond a limit."""
    if value is None or peer is None:
        return f"{'-':>9} "
    mark = "!" if limit is not None and value / peer > limit else " "
    return f"{value / peer:9.2f}{mark}"


def measure_programs(names, rounds, peers, runner, report):
    """Runs the programs in every language and prints the table. Returns the median times."""
    languages = peers.languages()
    runs = {(name, language): [] for name in names for language, _, _ in languages}
    wrong = set()
    for round_number in range(1, rounds + 1):
        for name in names:
            base = os.path.join(HERE, "programs", name)
            with open(base + ".expected", "rb") as file:
                expected = file.read()
            for language, command, suffix in languages:
                if (name, language) in wrong:
                    continue
                progress(f"round {round_number} of {rounds}: {name}{suffix}")
                run = runner.run([command, base + suffix])
                if check_run(report, name + suffix, run, expected):
                    runs[name, language].append(run)
                else:
                    wrong.add((name, language))
    progress("")

    times = {key: median([run.cpu for run in group]) for key, group in runs.items()
             if group and key not in wrong}
    peaks = {key: median([run.peak for run in group]) for key, group in runs.items()
             if group and key not in wrong}
    print_program_table(names, rounds, times, peaks)
    against_lua = ratios(names, times, "Lua")
    against_python = ratios(names, times, "CPython")
    if against_lua and against_python:
        lua_mean, python_mean = geometric_mean(against_lua), geometric_mean(against_python)
        print(f"  {'geometric mean':17}{'':27}{lua_mean:9.2f} {python_mean:9.2f} ")
        if len(names) == len(PROGRAMS):
            if len(against_lua) == len(names):
                report.record("programs against Lua 5.4, geometric mean", lua_mean)
                report.record("programs against CPython, geometric mean", python_mean)
            report.record("slowest program against Lua 5.4", max(against_lua))
    return times


def ratios(names, times, peer):
    return [times[name, "lang"] / times[name, peer] for name in names
            if (name, "lang") in times and (name, peer) in times]


def print_program_table(names, rounds, times, peaks):
    print(f"\nPrograms: seconds of user and system time and MB at the peak, medians of {rounds}; "
          "! is slower\nthan it may be")
    print(f"  {'':17}{'lang':>9}{'Lua':>9}{'CPython':>9}{'/ Lua':>9} {'/ CPython':>9} "
          f"{'MB: lang':>9}{'Lua':>7}{'CPython':>9}")
    for name in names:
        row = [times.get((name, language)) for language in ("lang", "Lua", "CPython")]
        memory = [peaks.get((name, language)) for language in ("lang", "Lua", "CPython")]
        worst = TARGETS["slowest program against Lua 5.4"][0]
        print(f"  {name:17}"
              + "".join(f"{value:9.3f}" if value is not None else f"{'-':>9}" for value in row)
              + ratio(row[0], row[1], worst) + ratio(row[0], row[2])
              + "".join(f"{value:{width}.1f}" if value is not None else f"{'-':>{width}}"
                        for value, width in zip(memory, (9, 7, 9))))


def measure_startup(rounds, peers, runner, report):
    """The time to start and end, and the memory that the smallest script takes."""
    hello = os.path.join(HERE, "startup", "hello")
    commands = {
        "lang -e ''": [peers.lang, "-e", ""],
        "lang hello.l": [peers.lang, hello + ".l"],
        # The same behind imports of everything in the standard library.
        "lang library_hello.l": [peers.lang, os.path.join(HERE, "startup", "library_hello.l")],
        "lua -e ''": [peers.lua, "-e", ""],
        "lua hello.lua": [peers.lua, hello + ".lua"],
        # What the system takes for any process at all.
        "true": [shutil.which("true")],
    }
    if not peers.lang:
        commands = {name: command for name, command in commands.items() if command[0]}
    peaks = {}
    for name, command in list(commands.items()):
        run = runner.run(command)
        if check_run(report, name, run, b"hello\n" if "hello" in name else b""):
            peaks[name] = median([runner.run(command).peak for _ in range(5)])
        else:
            del commands[name]

    times = {name: [] for name in commands}
    for round_number in range(rounds):
        progress(f"start-up, round {round_number + 1} of {rounds}")
        for name, command in commands.items():
            times[name].append(wall_time(command))
    progress("")

    reference = median(times["lua -e ''"])
    print(f"\nStart-up: milliseconds from start to end, medians of {rounds}, and MB at the peak")
    print(f"  {'':21}{'ms':>9}{'/ lua':>9}{'MB':>9}")
    for name in commands:
        value = median(times[name])
        print(f"  {name:21}{value * 1000:9.2f}{value / reference:9.2f}{peaks[name]:9.1f}")
    if "lang -e ''" in commands:
        report.record("start-up of `-e ''` against `lua -e ''`",
                      median(times["lang -e ''"]) / reference)
    if "lang hello.l" in commands:
        report.record("start-up of a hello script against `lua -e ''`",
                      median(times["lang hello.l"]) / reference)
        report.record("peak memory of a hello script, MB", peaks["lang hello.l"])
        if "lang library_hello.l" in commands:
            report.record("the standard library imported and not used, ms", 1000 * (
                median(times["lang library_hello.l"]) - median(times["lang hello.l"])))


def measure_compilation(rounds, peers, runner, report):
    """How fast a long program is parsed and compiled, beside luac."""
    lang_file, lua_file = write_program(WORK)
    commands = {
        "lang check": ([peers.lang, "check", lang_file], lang_file),
        "luac -p": ([peers.luac, "-p", lua_file], lua_file),
    }
    if not peers.lang:
        del commands["lang check"]
    times = {name: [] for name in commands}
    peaks = {}
    for round_number in range(rounds):
        for name, (command, _) in commands.items():
            if times[name] is None:
                continue
            progress(f"compilation, round {round_number + 1} of {rounds}: {name}")
            run = runner.run(command)
            if run.status != 0 or run.timed_out:
                progress("")
                report.fail(name, run.describe_failure())
                times[name] = None
            else:
                times[name].append(run.cpu)
                peaks[name] = run.peak
    progress("")

    with open(lang_file, "rb") as file:
        lines = file.read().count(b"\n")
    print(f"\nParse and compile, the same program of {lines:,} lines: seconds of user and system "
          f"time,\nmedians of {rounds}")
    print(f"  {'':17}{'seconds':>9}{'MB/s':>9}{'MB at the peak':>16}")
    measured = {name: median(values) for name, values in times.items() if values}
    for name, value in measured.items():
        size = os.path.getsize(commands[name][1]) / 1e6
        print(f"  {name:17}{value:9.3f}{size / value:9.1f}{peaks[name]:16.1f}")
    if len(measured) == 2:
        quotient = measured["lang check"] / measured["luac -p"]
        print(f"  {'ratio of times':17}{quotient:9.2f}")
        report.record("parse and compile against `luac -p`", quotient)


def measure_collector(rounds, times, peers, runner, report):
    """Allocation against Lua, and the longest pause while much is alive."""
    if not times:
        times = measure_programs(["binary_trees"], rounds, peers, runner, report)
    quotients = ratios(["binary_trees"], times, "Lua")
    if quotients:
        report.record("binary trees against Lua 5.4", quotients[0])

    base = os.path.join(HERE, "collector", "live_heap")
    with open(base + ".expected", "rb") as file:
        expected = file.read()
    languages = [language for language in peers.languages() if language[0] != "CPython"]
    rows = {language: [] for language, _, _ in languages}
    silent = False
    for round_number in range(rounds):
        for language, command, suffix in languages:
            if rows[language] is None:
                continue
            progress(f"collector, round {round_number + 1} of {rounds}: live_heap{suffix}")
            run = runner.run([command, base + suffix], {"LANG_GC_STATS": "1"})
            if not check_run(report, f"live_heap{suffix}", run, expected):
                rows[language] = None
                continue
            heap = None
            if language == "lang":
                figures = GC_LINE.search(run.errors)
                silent = silent or figures is None
                pause = float(figures[2]) if figures else None
                heap = int(figures[3]) / 1e6 if figures else None
            else:
                pause = float(LUA_PAUSE_LINE.search(run.errors)[1])
            rows[language].append((run.cpu, pause, run.peak, heap))
    progress("")

    print("\nCollector with more than 100 MB alive: medians of "
          f"{rounds}. Lua does not tell its pauses: its figure is\nthe longest batch of a thousand "
          "replaced objects")
    print(f"  {'':17}{'seconds':>9}{'longest ms':>12}{'MB at the peak':>16}")
    heaps = []
    for language, measured in rows.items():
        if not measured:
            continue
        cpu = median([row[0] for row in measured])
        pauses = [row[1] for row in measured if row[1] is not None]
        peak = median([row[2] for row in measured])
        pause = f"{median(pauses):12.1f}" if pauses else f"{'not told':>12}"
        print(f"  {language:17}{cpu:9.3f}{pause}{peak:16.1f}")
        if language == "lang" and pauses:
            heaps = [row[3] for row in measured if row[3] is not None]
            report.record("longest pause with 100 MB live, ms", median(pauses))
    if heaps:
        print(f"  lang's heap at the end: {median(heaps):.0f} MB")
    if silent:
        print("  lang printed no line `gc: collections N, longest pause M ms, heap B bytes`")


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="rounds (default 5)")
    parser.add_argument("--only", action="append", metavar="NAME", choices=PROGRAMS,
                        help="only this program (repeatable), and no other section")
    parser.add_argument("--section", action="append", choices=SECTIONS,
                        help="only this section (repeatable)")
    parser.add_argument("--quick", action="store_true", help="one round of everything")
    parser.add_argument("--timeout", type=float, default=120, metavar="SECONDS",
                        help="when a run counts as hanging (default 120)")
    parser.add_argument("--lang", metavar="PATH",
                        default=os.path.join(os.path.dirname(HERE), ".build", "release", "lang"),
                        help="the executable (default: the release build of this checkout)")
    parser.add_argument("--without-lang", action="store_true",
                        help="run and check only the peers")
    parser.add_argument("--lua", default="lua5.4", metavar="PATH")
    parser.add_argument("--luac", default="luac5.4", metavar="PATH")
    parser.add_argument("--python", default=sys.executable, metavar="PATH",
                        help="the CPython to compare with (default: the one that runs this)")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


def main():
    options = parse_options()
    rounds = 1 if options.quick else options.rounds
    sections = options.section or (["programs"] if options.only else SECTIONS)
    peers = Peers(options)
    runner = Runner(WORK, options.timeout)
    report = Report()
    peers.describe()
    times = {}
    if "programs" in sections:
        names = [name for name in PROGRAMS if not options.only or name in options.only]
        times = measure_programs(names, rounds, peers, runner, report)
    if "startup" in sections:
        measure_startup(30 if options.quick else 40 * rounds, peers, runner, report)
    if "compile" in sections:
        measure_compilation(1 if options.quick else 2 * rounds, peers, runner, report)
    if "collector" in sections:
        has_trees = any(name == "binary_trees" for name, _ in times)
        measure_collector(rounds, times if has_trees else {}, peers, runner, report)
    if "modules" in sections and peers.lang:
        measure_modules(5 if options.quick else 5 * rounds, peers, runner, report, check_run,
                        progress, WORK)
    if "json" in sections and peers.lang:
        measure_json(rounds, peers, runner, report, check_run, progress, WORK)
    report.print_targets()
    return 1 if report.failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
