#!/usr/bin/env python3
"""Writes a copy of the executable whose interpreter loop does not look for proxies at stores.

What a check costs cannot be measured with a second build: the compiler lays the loop out differently,
which moves its time by a quarter in either direction, while the check is one comparison and a jump
that is taken anyway. So the copy has the same code at the same places; only each comparison became a
`nop`, and the jump behind it unconditional. Lazy imports do not work in it.

    without_store_check.py EXECUTABLE COPY

Exit status: 0, or 1 when the loop does not look as expected.
"""

import os
import re
import subprocess
import sys

# `cmp $-2, tag; jg <next instruction>`: tags above that of a proxy need no look.
COMPARISON = re.compile(r"^\s*([0-9a-f]+):\s+((?:[0-9a-f]{2} )+)\s*cmp\s+\$0xfe,%")
JUMP = re.compile(r"^\s*([0-9a-f]+):\s+0f 8f ((?:[0-9a-f]{2} ){4})\s*jg\s+([0-9a-f]+)")
NOPS = {2: b"\x66\x90", 3: b"\x0f\x1f\x00", 4: b"\x0f\x1f\x40\x00"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def loop_symbol(path):
    names = [line.split()[-1] for line in output("nm", path).splitlines()]
    return next(name for name in names if "interpretLoop" in name)


def checks(path):
    """The addresses of the comparisons and jumps, with the length of the comparison."""
    lines = output("objdump", "-d", f"--disassemble={loop_symbol(path)}", path).splitlines()
    found = []
    for line, following in zip(lines, lines[1:]):
        comparison, jump = COMPARISON.match(line), JUMP.match(following)
        if comparison and jump:
            found.append((int(comparison[1], 16), len(comparison[2].split()),
                          int(jump[1], 16), jump[3]))
    return found


def file_offset(path, address):
    """Where an address lies in the file, from the table of segments."""
    for line in output("readelf", "-lW", path).splitlines():
        words = line.split()
        if words and words[0] == "LOAD":
            offset, start, _, size = (int(word, 16) for word in words[1:5])
            if start <= address < start + size:
                return address - start + offset
    raise SystemExit("an address lies in no segment")


def copy_without_check(path, copy):
    """Writes the copy; gives how many checks were taken out."""
    found = checks(path)
    # Stores: variables of modules (1), shared variables (2), fields (2), items of lists (1).
    if len(found) < 6 or len({target for *_, target in found}) != 1:
        raise SystemExit(f"the checks of the loop were not found: {found}")
    with open(path, "rb") as file:
        code = bytearray(file.read())
    for comparison, length, jump, _ in found:
        place = file_offset(path, comparison)
        code[place:place + length] = NOPS[length]
        place = file_offset(path, jump)
        # Both end at the same place, so the distance stays.
        code[place:place + 2] = b"\x90\xe9"
    with open(copy, "wb") as file:
        file.write(code)
    os.chmod(copy, 0o755)
    return len(found)


if __name__ == "__main__":
    print(f"{copy_without_check(*sys.argv[1:])} checks taken out", file=sys.stderr)
