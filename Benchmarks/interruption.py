#!/usr/bin/env python3
"""Measures how long Ctrl-C takes in the middle of native code.

Each program below does one thing for long: it prints "go", and a moment later it gets the signal. The
program catches the Interrupt and says so: the figure is the time until it has said it, as it would be
until a prompt. With --end it does not catch it, and the figure is the time until the process has ended;
the system then takes back its memory, which is about 100 ms for each GB.

    Benchmarks/interruption.py --lang .build/release/lang
"""

import argparse
import os
import select
import signal
import statistics
import subprocess
import sys
import time

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
    ("let s = '9' * 50000000", "int(s)"),
    ("", "input()"),
]


def run(lang, setup, work, ends):
    """One run; gives milliseconds, or a word for why there are none."""
    loop = f"while true {{ {work} }}"
    program = f"{setup}\nprint('go')\n"
    program += loop if ends else f"try {{ {loop} }} catch e: Interrupt {{ print('caught') }}"
    # At a terminal each line is written at once.
    screen, terminal = os.openpty()
    process = subprocess.Popen(
        [lang, "-e", program], stdin=subprocess.PIPE, stdout=terminal, stderr=subprocess.PIPE)
    os.close(terminal)
    try:
        if "go" not in read_line(screen):
            return process.stderr.read().decode().split("\n")[0] or "ended"
        time.sleep(0.25)
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
    print("median ms   longest   of", options.rounds, "runs")
    for setup, work in PROGRAMS:
        if options.only not in f"{setup}; {work}":
            continue
        results = [run(options.lang, setup, work, options.end) for _ in range(options.rounds)]
        times = [result for result in results if not isinstance(result, str)]
        what = " ".join(f"{setup}; {work}".strip("; ").split())
        if len(times) < len(results):
            print(f"{next(r for r in results if isinstance(r, str)):>20}  {what}")
        else:
            print(f"{statistics.median(times):9.0f} {max(times):9.0f}   {what}")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
