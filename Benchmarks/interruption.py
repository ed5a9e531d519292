#!/usr/bin/env python3
"""Measures how long Ctrl-C takes in the middle of native code.

Each program below does one thing for long: it prints "go", and a moment later it gets the signal. The
program catches the Interrupt and says so: the figure is the time until it has said it, as it would be
until a prompt. With --end it does not catch it, and the figure is the time until the process has ended;
the system then takes back its memory, which is about 100 ms for each GB.

What a program does in turns, such as collecting, gets its signal at many different moments.

    Benchmarks/interruption.py --lang .build/release/lang
"""

import argparse
import os
import random
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

# Needs up to 8 GB of memory.
PROGRAMS = [
    ("", "list(range(200000000))"),
    ("let xs = [0] * 50000000 + [1]", "xs.index(1)"),
    ("let xs = [0] * 50000000", "xs.count(1)"),
    ("let xs = [0] * 50000000; let ys = [0] * 50000000", "xs == ys"),
    ("let xs = [0.5] * 50000000", "sum(xs); max(xs)"),
    ("let xs = [0] * 50000000", "repr(xs)"),
    ("let xs = [[1] * 100] * 1000000", "repr(xs)"),
    ("let xs = ['a'] * 50000000", "''.join(xs)"),
    ("let xs = [i * 7919 % 10000019 for i in range(5000000)]", "sorted(xs)"),
    ("let xs = [str(i * 7919 % 1000003) for i in range(1000000)]", "sorted(xs)"),
    ("let xs = [(i * 7919 % 1000003, i) for i in range(1000000)]", "sorted(xs)"),
    ("let xs = list(range(3000000))", "xs.sort(key: fn(x) => -x)"),
    ("let xs = [0] * 100000000", "xs.insert(0, 2); xs.pop(0)"),
    ("let xs = [0] * 100000000", "xs.reverse()"),
    ("let s = 'ab' * 200000000", "s.replace('a', 'ccc')"),
    ("let s = 'ab' * 200000000", "s.count('ba'); s.find('zz'); s.upper()"),
    ("let s = 'ab ' * 50000000", "s.split(' ')"),
    ("let s = 'ab ' * 50000000", "s.split()"),
    ("let s = 'a' * 300000000; let t = 'a' * 299999999 + 'b'", "s == t; s < t"),
    ("let s = 'é' * 300000000", "s[290000000]; s[..-5]"),
    ("let s = 'a,b\\n' * 50000000", "s.splitlines()"),
    ("", "'x' * 4000000000"),
    ("", "bytes(8000000000)"),
    ("let b = bytes(1000000000)", "b.count(1); b.find(1)"),
    ("", "set(range(50000000))"),
    ("let m = {k: k for k in range(3000000)}", "m == m.copy(); m.items()"),
    ("let a = set(range(5000000))", "a | a; a & a; a - a"),
    ("var x = (1.5,); for i in 0..90 { x = (x, x) }", "hash(x)"),
    ("let n = 7 ** 3000000", "str(n)"),
    ("let n = 7 ** 9000000; let m = 3 ** 9000000", "n * m; n // m"),
    ("let n = 1 << 250000000; let m = 3 ** 1800", "n * m; n // m"),
    ("let n = 1 << 250000000", "f'{n:b}'"),
    ("let n = (1 << 268000000) - 1; let m = (1 << 134000000) - 1",
     "n & -n; -n >> 1; n + m; n // m; n % 7"),
    ("import random", "random.sample(range(100000000), 10000000)"),
    ("let s = '9' * 50000000", "int(s)"),
    ("", "input()"),
    ("let s = '1' * 100000000", "float(s)"),
    # What dies is large: a list of 3 GB, one that becomes shorter, many of 10 MB.
    ("let xs = [0] * 200000000", "xs.clear(); xs.extend([0] * 200000000)"),
    ("var xs = nil", "xs = [0] * 200000000"),
    ("", "let xs = [0] * 10000000; while xs { xs.pop() }"),
    ("var xs = nil", "xs = [[0] * 600000 for i in range(300)]"),
    ("let s = ' ' * 100000000", "try { int(s) } catch e: ValueError {}"),
]

TRIES = "try { lazy.load('missing') } catch e: ImportError {}"

# What goes through different states: the signal comes at some moment within so many seconds. They find
# what `make_files` has made.
TURNS = [
    # A gigabyte and more is alive and is marked again and again.
    (3, "let xs = [[i, str(i)] for i in range(7000000)]", "'x' * 20000000"),
    (3, "let xs = [{a: i} for i in range(6000000)]", "'x' * 20000000"),
    (3, "let xs = ('ab ' * 20000000).split(' ')", "'x' * 20000000"),
    (3, "let xs = {i: str(i) for i in range(10000000)}", "'x' * 20000000"),
    # Half of it dies each time.
    (3, "var xs = nil", "xs = [[i, str(i)] for i in range(3000000)]"),
    (1, "let xs = [[i, str(i)] for i in range(7000000)]; import lazy", "lazy.report_data()"),
    # A search that remembers many places.
    (2, "import re; let s = 'ab' * 5000000",
     "try { re.search('(?s)(a|b|ab)*c$', s) } catch e: re.LimitError {}"),
    # A reload looks at everything that is alive.
    (2, "let xs = [[i, str(i)] for i in range(7000000)]; import small", "reload(small)"),
    (2, "let m = {i: i for i in range(20000000)}; import small", "reload(small)"),
    # Sources of 20 MB.
    (2, "import items", "reload(items)"),
    (2, "import statements", "reload(statements)"),
    (2, "import functions", "reload(functions)"),
    (2, "import comments", "reload(comments)"),
    # Files of 500 MB, which the system has yet to write, to shorten or to take back.
    (1, "import fs; let b = bytes(500000000)", "fs.write_bytes('written', b)"),
    (1, "import fs; let b = bytes(500000000)", "fs.write_bytes('written', b); fs.remove('written')"),
    (1, "import fs; let b = bytes(500000000)", "fs.write_bytes('written', b, atomic: true)"),
    (1, "import fs; let b = bytes(500000000)",
     "fs.with_file('written', 'wb', fn(f) { f.write(b); f.truncate(0); f.write(b) })"),
    (1, "import fs; fs.write_bytes('written', bytes(500000000))", "fs.copy('written', 'copy')"),
    # A file of 500 MB, a member of 60 MB, a folder of 100,000 files.
    (1, "import lazy; import small", "lazy.resource('small', 'large.bin')"),
    (1, "import sys; import lazy; sys.path.append('library.zip'); import packed",
     "lazy.resource('packed', 'large.bin')"),
    (1, "import sys; import lazy; sys.path.append('many')", TRIES),
]


def make_files(folder):
    """Files that the programs read."""
    def write(name, parts):
        with open(os.path.join(folder, name), "w") as file:
            file.writelines(parts)

    write("items.l", ["let x = 1\nlet xs = [\n", *(f"{i}, " for i in range(2300000)), "]\n"])
    write("statements.l", ["var x = 1\n", *(f"x = x + {i}\n" for i in range(1300000))])
    write("functions.l", (f"fn f{i}(a) {{ return [a, {i}] }}\n" for i in range(600000)))
    write("comments.l", ["let x = 1\n", *(f"# comment {i}\n" for i in range(1200000))])
    write("small.l", ["let x = 1\n"])
    with open(os.path.join(folder, "large.bin"), "wb") as file:
        file.truncate(500000000)
    with zipfile.ZipFile(os.path.join(folder, "library.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("packed.l", "let x = 1\n")
        archive.writestr("large.bin", random.Random(1).randbytes(6000000) * 10)
    os.mkdir(os.path.join(folder, "many"))
    for i in range(100000):
        write(f"many/module{i}.l", [])


def run(lang, setup, work, ends, folder, delay):
    """One run; gives milliseconds, or a word for why there are none."""
    loop = f"while true {{ {work} }}"
    program = f"{setup}\nprint('go')\n"
    # It waits then, as at a prompt.
    program += loop if ends else (
        f"try {{ {loop} }} catch e: Interrupt {{ print('caught'); input() }}")
    # At a terminal each line is written at once.
    screen, terminal = os.openpty()
    process = subprocess.Popen(
        [lang, "-e", program], stdin=subprocess.PIPE, stdout=terminal, stderr=subprocess.PIPE,
        cwd=folder)
    os.close(terminal)
    try:
        if "go" not in read_line(screen):
            return process.stderr.read().decode().split("\n")[0] or "ended"
        time.sleep(delay)
        if process.poll() is not None:
            return process.stderr.read().decode().split("\n")[0] or "ended"
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        if ends:
            process.wait(20)
        elif "caught" not in read_line(screen):
            return "not caught"
        return (time.monotonic() - start) * 1000
    except subprocess.TimeoutExpired:
        return "not within 20 s"
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def read_line(screen):
    """The next line; what there is of it at the end, or after a minute."""
    line = b""
    while not line.endswith(b"\n"):
        if not select.select([screen], [], [], 60)[0]:
            break
        try:
            byte = os.read(screen, 1)
        except OSError:
            break
        if not byte:
            break
        line += byte
    return line.decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lang", default=".build/release/lang")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--end", action="store_true", help="measure until the process has ended")
    parser.add_argument("--only", default="", help="programs that contain this text")
    options = parser.parse_args()
    if not os.access(options.lang, os.X_OK):
        sys.exit(f"interruption.py: no executable at {options.lang}")
    lang = os.path.abspath(options.lang)
    # In the background of a script the signal is ignored, which the programs would take over.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    random.seed(1)
    print("median ms   longest   runs")
    with tempfile.TemporaryDirectory() as folder:
        rows = [(0, *row) for row in PROGRAMS] + TURNS
        rows = [row for row in rows if options.only in f"{row[1]}; {row[2]}"]
        if any(spread for spread, _, _ in rows):
            make_files(folder)
        for spread, setup, work in rows:
            # What comes in turns is to be met in each of its states.
            rounds = options.rounds * 4 if spread else options.rounds
            results = [
                run(lang, setup, work, options.end, folder, 0.25 + random.random() * spread)
                for _ in range(rounds)]
            times = [result for result in results if not isinstance(result, str)]
            what = " ".join(f"{setup}; {work}".strip("; ").split())
            if len(times) < len(results):
                print(f"{next(r for r in results if isinstance(r, str)):>20}  {what}")
            else:
                print(f"{statistics.median(times):9.0f} {max(times):9.0f} {rounds:6}   {what}")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
