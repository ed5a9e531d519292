#!/usr/bin/env python3
"""Measures how long Ctrl-C takes at the prompt, and whether one is lost.

What a person types is sent through a pseudo-terminal. First what takes long: commands, values and
completions beside a module of 400,000 declarations, each of which gets Ctrl-C at moments spread over
the time that it takes; the figure is the time until the next prompt. Then Ctrl-C directly behind what
is typed: the terminal drops what is not read yet, and there must be a prompt in any case.

    Benchmarks/prompt_interruption.py --lang .build/static/lang
"""

import argparse
import os
import pty
import random
import select
import sys
import tempfile
import time

CTRL_C = b"\x03"
ENTER = b"\r"
TAB = b"\t\t"
# Behind readline's switch for marked pastes, so that it is not mistaken for output.
PROMPT = b"h> "

LISTS = "let xs = [[i] for i in range(3000000)]"
HOLDERS = "let xs = [[huge] for i in range(1000000)]"
IMPORT = "import huge"
LOAD = ":load huge"
CHANGE = "n += 1; fs.write_text('huge.l', fs.read_text(f'version{n % 2}.txt'))"

# The lines that are run once before, those that are run before each try, what is typed, and what sets
# it off.
LONG = [
    ([], [], "while true {}", ENTER),
    (["let s = 'abc' * 30000000"], [], "print(s)", ENTER),
    ([LISTS], [], "print(repr(xs))", ENTER),
    ([LISTS], [], "for x in xs { print(x) }", ENTER),
    ([IMPORT], [], ":source huge", ENTER),
    ([IMPORT], [":forget huge", IMPORT], LOAD, ENTER),
    ([IMPORT, LOAD], [], "reload huge", ENTER),
    ([IMPORT, LOAD, "import fs; var n = 0"], [CHANGE], "reload huge", ENTER),
    ([IMPORT], [], "huge.na", TAB),
    ([IMPORT, LOAD], [], "huge.na", TAB),
    ([IMPORT, LOAD], [], "dir(huge)", ENTER),
    ([IMPORT, LOAD], [], "huge.nmae_17", ENTER),
    ([IMPORT, HOLDERS], [], ":refs huge", ENTER),
    ([IMPORT, LOAD, HOLDERS], [], ":refs huge", ENTER),
    ([IMPORT], [":forget huge", IMPORT, HOLDERS.replace("let ", "var ")], "huge.name_1", ENTER),
    ([IMPORT, LOAD], [], ":report 2", ENTER),
]

# What is typed, and what is typed when the prompt of that appears.
HASTY = [
    ("import nonsense", None),
    ("while true {}\r", None),
    ("fn f() {\r", None),
    ("\x12abc", None),
    ("while true { input('h> ') }\r", "abc\r"),
]


class Prompt:
    """`lang` at a terminal."""

    def __init__(self, lang, folder):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.environ.update(TERM="xterm", LANG_HISTORY="")
            os.execv(lang, [lang])
        self.wait()

    def type(self, keys):
        os.write(self.terminal, keys)

    def wait(self, seconds=60.0):
        """Reads until there is a prompt; gives whether there is one."""
        end = b""
        limit = time.monotonic() + seconds
        while not end.endswith(PROMPT):
            left = limit - time.monotonic()
            if left <= 0 or not select.select([self.terminal], [], [], left)[0]:
                return False
            end = (end + os.read(self.terminal, 65536))[-len(PROMPT):]
        return True

    def run(self, lines):
        for line in lines:
            self.type(line.encode() + ENTER)
            if not self.wait():
                sys.exit(f"prompt_interruption.py: no prompt behind {line}")

    def end(self):
        os.kill(self.process, 9)
        os.waitpid(self.process, 0)
        os.close(self.terminal)


def make_files(folder):
    for version in (0, 1):
        text = "".join(f"let name_{i} = {i} + {version}\n" for i in range(400000))
        with open(f"{folder}/version{version}.txt", "w") as file:
            file.write(text)
        with open(f"{folder}/huge.l", "w") as file:
            file.write(text)


def measure_long(lang, folder, setup, before, typed, key, tries):
    prompt = Prompt(lang, folder)
    prompt.run(setup)

    def begin():
        prompt.run(before)
        prompt.type(typed.encode() + key)

    begin()
    start = time.monotonic()
    if key == TAB:
        # There is no prompt behind it; what is typed next is read then.
        prompt.type(b"\x15" + ENTER)
    whole = time.monotonic() - start if prompt.wait(3) else 3.0
    whole = max(whole, time.monotonic() - start)
    if whole >= 3.0:
        prompt.type(CTRL_C)
        prompt.wait()
    times = []
    for number in range(tries):
        begin()
        if prompt.wait(whole * (number + random.random()) / tries):
            continue
        start = time.monotonic()
        prompt.type(CTRL_C)
        if not prompt.wait(20):
            times.append(float("inf"))
            break
        times.append((time.monotonic() - start) * 1000)
    prompt.end()
    return whole * 1000, times


def measure_hasty(lang, folder, typed, then, tries):
    """Gives how often there was no prompt within two seconds."""
    lost = 0
    prompt = Prompt(lang, folder)
    for _ in range(tries):
        prompt.type(typed.encode())
        if then:
            prompt.wait()
            prompt.type(then.encode())
        time.sleep(random.choice([0, 1e-5, 3e-5, 1e-4, 3e-4]))
        prompt.type(CTRL_C)
        if not prompt.wait(2):
            lost += 1
            prompt.end()
            prompt = Prompt(lang, folder)
    prompt.end()
    return lost


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lang", default=".build/static/lang")
    parser.add_argument("--tries", type=int, default=12)
    options = parser.parse_args()
    if not os.access(options.lang, os.X_OK):
        sys.exit(f"prompt_interruption.py: no executable at {options.lang}")
    lang = os.path.abspath(options.lang)
    random.seed(1)
    with tempfile.TemporaryDirectory() as folder:
        print(" whole ms   longest   tries")
        for setup, before, typed, key in LONG:
            make_files(folder)
            whole, times = measure_long(lang, folder, setup, before, typed, key, options.tries)
            longest = f"{max(times):9.0f}" if times else "        -"
            what = "; ".join(setup + before + [typed]) + (" Tab Tab" if key == TAB else "")
            print(f"{whole:9.0f} {longest} {len(times):7}   {what}", flush=True)
        print("\n     lost   tries   Ctrl-C up to 0.3 ms behind")
        for typed, then in HASTY:
            tries = options.tries * 20
            lost = measure_hasty(lang, folder, typed, then, tries)
            print(f"{lost:9} {tries:7}   {(typed + (then or ''))!r}", flush=True)


if __name__ == "__main__":
    main()
