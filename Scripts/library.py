#!/usr/bin/env python3
"""Packs the standard library and puts it behind an executable.

    library.py STDLIB EXECUTABLE COPY

The copy is the executable with a zip archive behind it: the modules of the folder, without its tests.
The same modules give the same bytes. The copy is written in pieces of 16 KB (see the Makefile).
"""

import io
import os
import sys
import zipfile

PIECE = 16 << 10


def archive(folder):
    """The bytes of the archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as output:
        for place, folders, files in os.walk(folder):
            folders[:] = sorted(name for name in folders if name != "tests")
            for name in sorted(files):
                path = os.path.join(place, name)
                member = zipfile.ZipInfo(os.path.relpath(path, folder))
                member.compress_type = zipfile.ZIP_DEFLATED
                member.external_attr = 0o100644 << 16
                with open(path, "rb") as source:
                    output.writestr(member, source.read())
    return buffer.getvalue()


def main():
    folder, executable, copy = sys.argv[1:]
    with open(executable, "rb") as source:
        content = source.read() + archive(folder)
    with open(copy, "wb", buffering=0) as output:
        for start in range(0, len(content), PIECE):
            output.write(content[start:start + PIECE])
    os.chmod(copy, 0o755)


if __name__ == "__main__":
    main()
